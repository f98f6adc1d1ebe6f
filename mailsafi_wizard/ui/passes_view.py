"""The part of Cut over for the days after: the final copy, the passes for stragglers, and who still sends to the old server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from mailsafi_wizard.cutover.stragglers import Watch
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.empty_state import EmptyState
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Fact, Tone, box, column, label, row
from mailsafi_wizard.words import _, ngettext

Sender = tuple[str, int]


class PassesView(QWidget):
    """``begin``, ``pause`` and ``find`` are what the buttons do."""

    def __init__(self, begin: Callable[[], object], pause: Callable[[], object], find: Callable[[], object]) -> None:
        super().__init__()
        text = _("As soon as one of the domain's name servers shows MailSafi's MX records, the final copy can begin here.")
        self.empty = EmptyState("switch", _("The records have not been changed yet"), text)
        self.chip = Chip()
        self.words = label("")
        self.facts = {
            "passes": Fact(_("passes since the change")),
            "arrived": Fact(_("messages brought along")),
            "left": Fact(_("of quiet still to pass")),
        }
        self.begin = Button(_("&Final copy now, then watch"), begin, kind="primary", icon="play")
        self.pause = Button(_("&Pause the passes"), pause, icon="pause")
        head = row(self.words, self.chip, spacing=M)
        head.setStretch(0, 1)
        note = _(
            "Mail may reach the old server until the last cache has forgotten it. The wizard copies what came, at once and then at growing intervals,"
            " until the old server has been quiet for 72 hours. What users did at MailSafi is not undone. Leave the program open, or open it again: it goes on."
        )
        passes = Card(_("Stragglers"), note)
        passes.add(head, row(*self.facts.values(), 1, spacing=L * 2), row(self.begin, self.pause, 1))
        self.model: RowsModel[Sender] = RowsModel(
            [
                Column(_("Sender"), lambda s: s[0], stretch=True),
                Column(_("Messages"), lambda s: formats.count(s[1]), sort=lambda s: s[1], numeric=True),
            ],
            key=lambda s: s[0],
        )
        self.table: Table[Sender] = Table(_("Who still sends to the old server"), self.model, _("Nobody is known to send there."))
        self.table.setMinimumHeight(theme().px(130))
        self.ask = Button(
            _("W&ho still sends there?"),
            find,
            icon="search",
            hint=_("Reads the senders at the old server. Nothing is marked as read."),
        )
        senders = Card(
            _("Who still sends to the old server"),
            _("They use an address that was typed in by hand, or a cache that keeps too long."),
        )
        self.last = label("", "small", "muted")
        senders.add(self.table, row(self.ask, self.last, 1, spacing=M))
        self.full = box(column(passes, senders, 1, spacing=L))
        self.setLayout(column(self.empty, self.full, spacing=S, margins=(0, M, 0, 0)))

    def show_watch(self, watch: Watch | None, state: str, now: dt.datetime, zone: str, problem: str, running: bool) -> None:
        """``state``: "", "on", "paused" or "over". ``now`` is aware; moments are shown in ``zone``."""
        self.empty.setVisible(watch is None)
        self.full.setVisible(watch is not None)
        if watch is None:
            return
        self.facts["passes"].say(formats.count(watch.passes))
        self.facts["arrived"].say(formats.count(watch.arrived))
        left = watch.left(now)
        self.facts["left"].say(formats.duration(left.total_seconds()) if left else _("none"))
        self.begin.setVisible(state in ("", "paused") and not watch.over)
        self.begin.be(_("&Go on") if state == "paused" else _("&Final copy now, then watch"), "play")
        self.pause.setVisible(state == "on" and not watch.over)
        self.chip.say(*_chip(watch, state, running))
        self.words.setText(problem or _words(watch, state, running, now, zone))

    @property
    def calls(self) -> bool:
        """Whether the final copy is what to do now."""
        return not self.begin.isHidden() and not self.full.isHidden()

    def show_senders(self, senders: Sequence[Sender], last: dt.datetime | None, zone: str) -> None:
        self.model.show_rows(list(senders))
        self.last.setText(_("The last message came there on {when}.").format(when=formats.moment(last, zone)) if last else "")


def _chip(watch: Watch, state: str, running: bool) -> tuple[str, Tone]:
    if watch.over or state == "over":
        return _("Over"), Tone.GOOD
    if running:
        return _("Copying"), Tone.ACCENT
    return {"on": (_("Watching"), Tone.INFO), "paused": (_("Paused"), Tone.WARN)}.get(state, (_("Not begun"), Tone.MUTED))


def _words(watch: Watch, state: str, running: bool, now: dt.datetime, zone: str) -> str:
    if watch.over or state == "over":
        return _("The old server has been quiet for 72 hours, and a copy after that found nothing new. Nothing more is to be done.")
    if running:
        return _("A copy is running.")
    quiet = (
        _("No new mail at the old server since {when}.").format(when=formats.moment(watch.quiet_since, zone))
        if watch.passes
        else ""
    )
    if state != "on" or watch.next_pass is None:
        return quiet or _("The final copy brings along what came since the last one.")
    if watch.next_pass <= now:
        return " ".join(filter(None, (quiet, _("The next copy begins now."))))
    minutes = max(1, round((watch.next_pass - now).total_seconds() / 60))
    text = ngettext("The next copy begins in {n} minute.", "The next copy begins in {n} minutes.", minutes).format(n=minutes)
    return " ".join(filter(None, (quiet, text)))
