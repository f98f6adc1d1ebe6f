"""The card that finds a mail server from a domain or an address: what was found, from where, how sure, and the others to choose from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QWidget

from mailsafi_wizard import discovered
from mailsafi_wizard.model import Endpoint
from mailsafi_wizard.net.found import Candidate, Discovery, Sureness
from mailsafi_wizard.ui.theme import M, S
from mailsafi_wizard.ui.widgets import Button, Card, Chip, FieldNote, Tone, box, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, ngettext

MOST_SHOWN = 6
TONES = {
    Sureness.SURE: Tone.GOOD,
    Sureness.LIKELY: Tone.INFO,
    Sureness.DOUBTFUL: Tone.WARN,
    Sureness.UNSEEN: Tone.MUTED,
}
TITLE = N_("Find the old server")
NOTE = N_(
    "Your domain's records and published settings are read, and usual names are tried. It takes up to five seconds; nobody signs in."
)


class FindCard(Card):
    """Asks for a domain, shows candidates. It chooses nothing by itself: the page says which server is entered."""

    search = Signal(str)
    stop = Signal()
    chosen = Signal(Endpoint)

    def __init__(self) -> None:
        super().__init__(_(TITLE), _(NOTE))
        self.asked = QLineEdit()
        self.asked.setPlaceholderText("example.com")
        self.asked.setAccessibleName(_("Your domain or an address"))
        self.asked.returnPressed.connect(self._find)
        caption = label(_("Your domain or an &address"), wrap=False)
        caption.setBuddy(self.asked)
        self.button = Button(_("&Find the server"), self._find, icon="search")
        self.halt = Button(_("Stop"), self.stop.emit, kind="quiet", icon="stop")
        self.note = FieldNote(self.asked)
        line = row(self.asked, self.button, self.halt)
        line.setStretch(0, 1)
        self.summary = label("", "strong")
        self.results = column(spacing=M)
        self.notes = label("", tone="muted")
        self.add(column(caption, line, self.note, spacing=S), self.summary, self.results, self.notes)
        self._group = QButtonGroup(self)
        self._shown: tuple[Discovery | None, Endpoint | None] | None = None
        self.choices: list[QRadioButton] = []

    def _find(self) -> None:
        text = self.asked.text().strip()
        self.note.complain("" if text else _("Enter your domain, such as example.com, or a mail address."))
        if text and self.button.isEnabled():
            self.search.emit(text)

    def show_found(self, discovery: Discovery | None, entered: Endpoint | None, busy: bool, searching: bool) -> None:
        """``entered``: the server that the project has, marked among the candidates."""
        self.button.setEnabled(not busy)
        self.halt.setVisible(searching)
        if self._shown == (discovery, entered):
            return
        self._shown = (discovery, entered)
        self._clear()
        self.summary.setVisible(discovery is not None)
        if discovery is None:
            self.notes.hide()
            return
        self.summary.setText(_summary(discovery))
        for candidate in discovery.candidates[:MOST_SHOWN]:
            self.results.addWidget(self._row(candidate, entered))
        words = discovered.note_words(discovery)
        if not discovery.candidates:
            words.append(_("Ask your provider for the name of its IMAP server and enter it below."))
        self.notes.setText("\n".join(words))
        self.notes.setVisible(bool(words))

    def _clear(self) -> None:
        self.choices = []
        while item := self.results.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()

    def _row(self, candidate: Candidate, entered: Endpoint | None) -> QWidget:
        endpoint = candidate.endpoint
        choice = QRadioButton(discovered.server_words(candidate))
        same = entered is not None and (entered.host, entered.port, entered.security) == (
            endpoint.host,
            endpoint.port,
            endpoint.security,
        )
        self._group.addButton(choice)
        choice.setChecked(same)
        choice.clicked.connect(lambda: self.chosen.emit(endpoint))
        choice.toggled.connect(lambda on: self.chosen.emit(endpoint) if on else None)  # a screen reader checks without clicking
        self.choices.append(choice)
        chip = Chip(_(discovered.SURE[candidate.sureness]), TONES[candidate.sureness])
        words = label(f"{discovered.from_words(candidate)}. {discovered.seen_words(candidate)}", "small", "muted")
        choice.setAccessibleDescription(f"{chip.text}. {words.text()}")
        return box(column(WrapRow(choice, chip), row(words, margins=(28, 0, 0, 0)), spacing=0))


def _summary(discovery: Discovery) -> str:
    count = len(discovery.candidates)
    if not count:
        return _("No mail server was found for {domain}.").format(domain=discovery.domain)
    words = ngettext("{n} server was found for {domain}.", "{n} servers were found for {domain}, the surest first.", count)
    return words.format(n=count, domain=discovery.domain)
