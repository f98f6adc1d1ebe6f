"""The card of the source's provider: what to switch on, as a checklist; which one login reaches all mailboxes; which limits hold, and from where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QLayout

from mailsafi_wizard.net import providers
from mailsafi_wizard.net.providers import Confidence, Datum, Kind, Limit, LimitKind, Provider, Step
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.problems import Details
from mailsafi_wizard.ui.theme import S, theme
from mailsafi_wizard.ui.widgets import Button, Card, box, column, label, row
from mailsafi_wizard.words import N_, _

LIMITS = {
    LimitKind.BYTES_DOWN_DAY: N_("{amount} a day can be read from one mailbox."),
    LimitKind.BYTES_UP_DAY: N_("{amount} a day can be written to one mailbox."),
    LimitKind.CONNECTIONS_USER: N_("{amount} connections to one mailbox."),
    LimitKind.CONNECTIONS_ADDRESS: N_("{amount} connections from one computer."),
    LimitKind.CONNECTIONS_SERVER: N_("{amount} connections in all."),
    LimitKind.MESSAGES_FOLDER: N_("{amount} messages of one folder are shown."),
}
CONFIDENCE = {
    Confidence.HIGH: N_("well known: an official document or source code was read"),
    Confidence.MIDDLE: N_("fairly known: other pages or several users say so"),
    Confidence.LOW: N_("hardly known: one user says so"),
}


def limit_words(limit: Limit) -> str:
    bytes_ = limit.kind in (LimitKind.BYTES_DOWN_DAY, LimitKind.BYTES_UP_DAY)
    amount = formats.size(limit.value) if bytes_ else formats.count(limit.value)
    return f"{_(LIMITS[limit.kind]).format(amount=amount)} {_(limit.text)}".strip()


class ProviderCard(Card):
    """Shows one provider; ``picked`` says that the admin knows better which one it is, ``ticked`` that a step was done or not."""

    picked = Signal(str)
    ticked = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__(
            _("Your provider"), _("What to prepare there. Tick each point when it is so; you can come back at any time.")
        )
        self.pick = QComboBox()
        self.pick.setAccessibleName(_("Provider or mail server program"))
        for provider in providers.all_providers().values():
            if provider.kind is not Kind.FILTER:
                self.pick.addItem(provider.shown_name, provider.id)
        self.pick.activated.connect(lambda place: self.picked.emit(self.pick.itemData(place)))
        self.pick.setMinimumWidth(theme().px(150))  # it may be cut where the window is narrow
        self.head.addWidget(self.pick)
        self.ticks: dict[str, QCheckBox] = {}
        self._inner = column(spacing=S)
        self.add(self._inner)
        self._provider = ""

    def show_provider(self, provider: Provider, is_ticked: Callable[[str], bool]) -> None:
        if provider.id != self._provider:
            self._provider = provider.id
            self.pick.setCurrentIndex(self.pick.findData(provider.id))
            self._fill(provider)
        for key, tick in self.ticks.items():
            tick.setChecked(is_ticked(key))

    def _fill(self, provider: Provider) -> None:
        self.ticks = {}
        while item := self._inner.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for key, step in zip(providers.ticks(provider), provider.checklist, strict=True):
            opener = _opener(step) if step.link else None
            self._inner.addWidget(box(self._tick_row(key, _(step.text), opener)))
        self._inner.addWidget(label(_("One login for all mailboxes"), "strong"))
        for text in _one_for_all(provider):
            self._inner.addWidget(label(text))
        if provider.limits:
            self._inner.addWidget(label(_("Limits"), "strong"))
        for limit in provider.limits:
            self._inner.addWidget(label(limit_words(limit)))
        for quirk in provider.quirks:
            self._inner.addWidget(label(_(quirk.text), tone="muted"))
        self._inner.addWidget(Details("\n".join(_sources(provider)), _("Where this is known from, and how well")))

    def _tick_row(self, key: str, words: str, opener: Button | None) -> QLayout:
        tick = self.ticks[key] = QCheckBox()
        tick.setAccessibleName(words)
        tick.toggled.connect(lambda on, k=key: self.ticked.emit(k, on))
        text = label(words.replace("&", "&&"))  # with a buddy, a single one would underline what follows
        text.setBuddy(tick)
        made = row(tick, column(text, row(opener, 1) if opener else None, spacing=0), spacing=S)
        made.setStretch(1, 1)
        made.setAlignment(tick, Qt.AlignmentFlag.AlignTop)
        return made


def _opener(step: Step) -> Button:
    return Button(_(step.link_text), lambda: QDesktopServices.openUrl(QUrl(step.link)), kind="quiet", icon="globe")


def _one_for_all(provider: Provider) -> Iterator[str]:
    ways = provider.one_for_all
    if not ways:
        yield _("None is known: every mailbox signs in with its own password.")
    for way in ways:
        yield _(way.text) if way.text else _("An administrator signs in and names the mailbox it wants.")


def _sources(provider: Provider) -> Iterator[str]:
    """Each statement with its source, one a line."""
    said: list[tuple[str, Datum]] = [(_(step.text), step) for step in provider.checklist]
    said += [(_(way.text), way) for way in provider.sign_in if way.text]
    said += [(limit_words(limit), limit) for limit in provider.limits]
    said += [(_(quirk.text), quirk) for quirk in provider.quirks]
    for text, datum in said:
        source = datum.source
        where = f"{source.title} {source.url}" if source.url else _(source.title)
        yield f"{text}\n    {where}, {formats.short_day(source.read)} {source.read.year}; {_(CONFIDENCE[datum.confidence])}"
