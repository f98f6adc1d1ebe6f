"""Step 5, Migrate: a look at every mailbox, a forecast, then the copy: started, paused, stopped, seen mailbox by mailbox."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtWidgets import QTabWidget, QWidget

from mailsafi_wizard.events import MessageFailed, Summary
from mailsafi_wizard.model import Ledger, Mailbox, MailboxCensus, MailboxState
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import formats, leaves
from mailsafi_wizard.ui.bridge import Bridge, LiveMailbox
from mailsafi_wizard.ui.census_view import FindingsView, FolderPlan, LookBar, problem_of
from mailsafi_wizard.ui.copy_lists import remark_columns
from mailsafi_wizard.ui.drawings import SpeedDrawing
from mailsafi_wizard.ui.empty_state import EmptyState
from mailsafi_wizard.ui.failures import FailuresPart
from mailsafi_wizard.ui.live_rows import LiveRows
from mailsafi_wizard.ui.one_shown import OneShown
from mailsafi_wizard.ui.pace_panel import PacePanel
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import XL, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Chip, Fact, Tone, box, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, ngettext, translated

STATE_LOOKS = {  # words, tone, icon ("" for the tone's own)
    MailboxState.NEW: (N_("Not started"), Tone.MUTED, "dash"),
    MailboxState.WAITING: (N_("Waiting its turn"), Tone.MUTED, "clock"),
    MailboxState.CONNECTING: (N_("Connecting"), Tone.INFO, "refresh"),
    MailboxState.LOOKING: (N_("Looking"), Tone.INFO, "search"),
    MailboxState.COPYING: (N_("Copying"), Tone.ACCENT, "play"),
    MailboxState.CHECKING: (N_("Checking"), Tone.INFO, "search"),
    MailboxState.BACKING_OFF: (N_("Waiting for the server"), Tone.WARN, "wait"),
    MailboxState.RESTING: (N_("Waiting for its time"), Tone.WARN, "clock"),
    MailboxState.PAUSED: (N_("Paused"), Tone.WARN, "pause"),
    MailboxState.STOPPED: (N_("Stopped"), Tone.MUTED, "stop"),
    MailboxState.DONE: (N_("Done"), Tone.GOOD, ""),
    MailboxState.INCOMPLETE: (N_("Not complete"), Tone.BAD, "alert"),
    MailboxState.REFUSED: (N_("Refused"), Tone.BAD, ""),
}
SHOWN_ROWS = 6  # of the mailboxes at least, where there are as many
GONE_THROUGH = frozenset({MailboxState.DONE, MailboxState.INCOMPLETE, MailboxState.REFUSED})
BUSY = frozenset(
    {
        MailboxState.CONNECTING,
        MailboxState.LOOKING,
        MailboxState.COPYING,
        MailboxState.CHECKING,
        MailboxState.BACKING_OFF,
        MailboxState.WAITING,
        MailboxState.RESTING,
    }
)


def applies(project: MigrationProject) -> bool:
    return bool(project.mailboxes())


def done(project: MigrationProject) -> bool:
    """Every mailbox went through, and none is left with a failure."""
    states = project.states()
    return bool(states) and not project.running and all(state is MailboxState.DONE for state in states.values())


def needs(project: MigrationProject) -> str:
    """Mailboxes that were refused or are not complete want the admin."""
    wrong = sum(state in (MailboxState.REFUSED, MailboxState.INCOMPLETE) for state in project.states().values())
    return ngettext("{n} mailbox needs you", "{n} mailboxes need you", wrong).format(n=wrong) if wrong else ""


@dataclass(frozen=True)
class CopyRow:
    """One line of the table: the mailbox, what the look found, and how the copy stands."""

    mailbox: Mailbox
    live: LiveMailbox
    census: MailboxCensus | None = None

    @property
    def state(self) -> MailboxState:
        return self.live.state


def state_words(copy: CopyRow) -> str:
    words = _(STATE_LOOKS[copy.state][0])
    if copy.state is MailboxState.BACKING_OFF and copy.live.seconds >= 1:
        return _("{words}, {n} s").format(words=words, n=round(copy.live.seconds))
    return words


def _state_tip(copy: CopyRow) -> str:
    return translated(copy.live.why or copy.live.problem)


def _share(copy: CopyRow) -> float:
    """What has arrived; a message that failed was seen to, and is not there."""
    if copy.state is MailboxState.DONE:
        return 1.0
    total = copy.live.messages_total
    return min(copy.live.share, 1 - copy.live.failed / total) if total else copy.live.share


def _arrived(copy: CopyRow) -> int:
    return max(0, copy.live.messages_done - copy.live.failed)


def _percent(copy: CopyRow) -> str:
    share = _share(copy)
    return f"{min(99, int(share * 100)) if share < 1 else 100} %"


def _messages(copy: CopyRow) -> str:
    if copy.live.messages_total:
        return _("{done} of {total}").format(done=formats.count(_arrived(copy)), total=formats.count(copy.live.messages_total))
    return formats.count(copy.census.messages) if copy.census else ""


def _total(copy: CopyRow) -> int:
    return copy.live.bytes_total or (copy.census.bytes if copy.census else 0)


def _left(copy: CopyRow) -> str:
    return formats.duration(copy.live.left) if copy.live.left is not None else ""


def _columns() -> list[Column[CopyRow]]:
    return [
        Column(_("Mailbox"), lambda c: c.mailbox.address, stretch=True, tip=lambda c: c.live.folder),
        Column(
            _("State"),
            state_words,
            state=lambda c: (STATE_LOOKS[c.state][1], STATE_LOOKS[c.state][2]),
            tip=_state_tip,
        ),
        Column(_("Progress"), _percent, sort=_share, share=_share),
        Column(_("Messages"), _messages, sort=_arrived, numeric=True, yields=2),
        Column(_("Size"), lambda c: formats.size(_total(c)) if _total(c) else "", sort=_total, numeric=True, yields=5),
        Column(
            _("Speed"),
            lambda c: formats.speed(c.live.rate) if c.live.rate else "",
            sort=lambda c: c.live.rate,
            numeric=True,
            yields=4,
        ),
        Column(_("Left"), _left, sort=lambda c: c.live.left or 0.0, numeric=True, yields=3),
        Column(
            _("Problems"),
            lambda c: formats.count(c.live.failed) if c.live.failed else "",
            sort=lambda c: c.live.failed,
            numeric=True,
        ),
    ]


class MigratePage(Page):
    title = N_("Migrate")
    lead = N_(
        "First take a look at every mailbox, then start the copy. It goes on by itself; you can pause it, stop it, or close the window."
    )
    why = leaves.MIGRATE

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._addresses: dict[int, str] = {}
        self.views = OneShown()
        to_list = Button(_("Go to Credentials"), lambda: self.go_to.emit("credentials"), kind="primary")
        nothing = _("The list of mailboxes comes first. It is given in the step Credentials.")
        look = _(
            "Every mailbox is counted: folders, messages, sizes. Nothing is written. After that you see how long the copy will take."
        )
        self.views.addWidget(EmptyState("mailbox", _("No mailboxes yet"), nothing, to_list))
        self.views.addWidget(EmptyState("search", _("Take a look first"), look))
        self.views.addWidget(self._board())
        self.looking = LookBar()
        self.looking.stop.connect(lambda: self.project.stop_look())
        self.body.addWidget(self.looking)
        self.body.addWidget(self.views, 1)
        theme().changed.connect(self._worn)
        self._worn()
        bridge.looked.connect(self.looking.heard)
        bridge.mailboxes_changed.connect(self._live_changed)
        bridge.speed_changed.connect(self._speed_changed)
        bridge.messages_failed.connect(self._failed)
        bridge.remarked.connect(self._remarked)  # a method, since a lambda would outlive the page and its project
        bridge.run_ended.connect(self._ended)

    # --- putting it together ---------------------------------------------------------------------------------------------------

    def _board(self) -> QWidget:
        self.facts = {name: Fact(_(words)) for name, words in FACTS.items()}
        self.chip = Chip()
        self.pause = Button(_("&Pause"), self._pause_or_resume, icon="pause")
        self.stop = Button(_("&Stop"), self._stop, icon="stop")
        held = box(row(self.chip, self.pause, self.stop, spacing=S))
        top = WrapRow(*self.facts.values(), 1, held, spacing=XL)
        self.model: LiveRows[CopyRow] = LiveRows(_columns(), key=lambda c: c.mailbox.id)
        self.table: Table[CopyRow] = Table(_("Mailboxes and their progress"), self.model)
        self.table.ask_for_rows(SHOWN_ROWS)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_chosen())
        layout = column(top, self.table, self._tabs(), spacing=M)
        layout.setStretch(1, 3)
        layout.setStretch(2, 3)
        return box(layout)

    def _tabs(self) -> QTabWidget:
        self.speed = SpeedDrawing()
        self.failures = FailuresPart(self.project.refused_folder, self.project.company.timezone, lambda: self.go_to.emit("verify"))
        self.remarks: RowsModel[tuple[str, str, str]] = RowsModel(remark_columns(), key=lambda r: r)
        self.chosen_words = label("", "small", "muted")
        self.one_pause = Button(_("Pause this one"), self._pause_one, kind="quiet", icon="pause")
        self.one_stop = Button(_("Stop this one"), self._stop_one, kind="quiet", icon="stop")
        self.folders = FolderPlan(self.chosen_words, self.one_pause, self.one_stop)
        self.folders.chosen.connect(self._choose_folder)
        self.findings = FindingsView()
        self.findings.again.connect(self.look)
        self.findings.known.connect(self._address_known)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("More about the copy"))
        self.tabs.addTab(box(column(self.speed, margins=(0, M, 0, 0))), _("Speed"))
        self.tabs.addTab(self.folders, _("Folders"))
        self.tabs.addTab(self.failures, _("Problems"))
        remarks = Table(_("Remarks"), self.remarks, _("Nothing was noticed."))
        self.tabs.addTab(box(column(remarks, margins=(0, S, 0, 0))), remarks.accessibleName())
        self.tabs.addTab(self.findings, _("Findings"))
        self.pace = PacePanel(self.project)
        self.tabs.addTab(self.pace, _("Pace"))
        return self.tabs

    def _worn(self) -> None:
        self.tabs.setMinimumHeight(theme().px(280))

    # --- showing -----------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        boxes = self.project.mailboxes()
        self._addresses = {m.id: m.address for m in boxes}
        census = {c.mailbox_id: c for c in self.project.census()}
        started = self.project.running or bool(self.project.runs())
        self.views.setCurrentIndex(0 if not boxes else (2 if census or started else 1))
        ledger, states_ = self.project.ledger(), self.project.states()
        self.model.show_rows([CopyRow(m, self._live(ledger.of(m.id), m.id, states_[m.id]), census.get(m.id)) for m in boxes])
        self._show_failures()
        self._show_remarks()
        self._show_findings(bool(census))
        self._show_totals()
        self._show_chosen()
        self.speed.show_points(self.bridge.speed.points())
        self.pace.refresh()
        self.missing = "" if boxes else _("Give the list of mailboxes first.")
        self.changed.emit()

    def _live(self, ledger: Ledger, mailbox_id: int, state: MailboxState) -> LiveMailbox:
        """While a run goes on what it tells; else how all runs together have left it, for one that was stopped early has seen little."""
        live = self.bridge.live.get(mailbox_id, LiveMailbox(mailbox_id, state))
        if self.project.running or not ledger.source:
            return live
        known = LiveMailbox(
            mailbox_id,
            live.state,
            messages_done=ledger.source - ledger.unaccounted,
            messages_total=ledger.source,
            copied=ledger.copied,
            failed=ledger.failed,
        )
        return replace(known, why=live.why, folder=live.folder, problem=live.problem, hint=live.hint, detail=live.detail)

    def _live_changed(self, changed: tuple[LiveMailbox, ...]) -> None:
        known = {copy.mailbox.id: copy for copy in self.model.rows}
        fresh = [
            CopyRow(known[live.mailbox_id].mailbox, live, known[live.mailbox_id].census)
            for live in changed
            if live.mailbox_id in known
        ]
        self.model.update_rows(fresh)
        self.table.grown(fresh)
        self._show_totals()
        chosen = self.table.chosen
        if chosen is not None and any(live.mailbox_id == chosen.mailbox.id for live in changed):
            self._show_chosen_words()

    def _speed_changed(self) -> None:
        self.speed.show_points(self.bridge.speed.points())

    def _show_totals(self) -> None:
        copies = self.model.rows
        done_ = sum(_arrived(copy) for copy in copies)
        total = sum(c.live.messages_total or (c.census.messages if c.census else 0) for c in copies)
        failed = sum(c.live.failed for c in copies)
        self.facts["messages"].say(_("{done} of {total}").format(done=formats.count(done_), total=formats.count(total)))
        self.facts["size"].say(formats.size(sum(_total(c) for c in copies)))
        self.facts["time"].say(self._time_words())
        self.facts["problems"].say(formats.count(failed), "bad" if failed else "")
        self._show_controls()

    def _time_words(self) -> str:
        if not self.project.running:
            forecast = self.project.forecast()
            return formats.span(forecast.low, forecast.high) if forecast and forecast.high > 0 else "–"
        span = self.bridge.eta.range(time.monotonic())
        return formats.span(*span) if span else _("a moment")

    def _show_controls(self) -> None:
        running = self.project.running
        states_ = {c.state for c in self.model.rows}
        paused = MailboxState.PAUSED in states_ and not states_ & BUSY
        for button in (self.pause, self.stop):
            button.setVisible(running)
        self.pause.be(_("&Go on") if paused else _("&Pause"), "play" if paused else "pause", "primary" if paused else "")
        self.chip.setVisible(running)
        if paused:
            self.chip.say(_("Paused"), Tone.WARN, "pause")
        else:
            self.chip.say(_("Copying"), Tone.ACCENT, "play")

    def _show_chosen(self) -> None:
        chosen = self.table.chosen
        self.folders.show_mailbox(chosen.census if chosen else None, bool(self.busy) or self.project.running)
        self._show_chosen_words()

    def _show_chosen_words(self) -> None:
        chosen = self.table.chosen
        busy = chosen is not None and self.project.running and chosen.state in BUSY | {MailboxState.PAUSED}
        self.one_pause.setVisible(busy)
        self.one_stop.setVisible(busy)
        if chosen is None:
            self.chosen_words.setText(_("Choose a mailbox above to see its folders."))
            return
        paused = chosen.state is MailboxState.PAUSED
        self.one_pause.be(_("Go on with this one") if paused else _("Pause this one"), "play" if paused else "pause")
        words = [chosen.mailbox.address, chosen.live.folder, translated(chosen.live.why or chosen.live.problem)]
        self.chosen_words.setText(" · ".join(filter(None, words)))

    def _show_failures(self) -> None:
        failed = [(self._addresses.get(f.mailbox_id, ""), f) for f in self.project.failures()]
        self.failures.show_failures(failed, self.project.running)
        self._title_tab(2, _("Problems"), len(failed))

    def _remarked(self, _remarks: object) -> None:
        self._show_remarks()

    def _show_remarks(self) -> None:
        self.remarks.show_rows(
            dict.fromkeys((self._addresses.get(i, ""), folder, translated(text)) for i, folder, text in self.project.remarks())
        )
        self._title_tab(3, _("Remarks"), self.remarks.rowCount())

    def _show_findings(self, looked: bool) -> None:
        found = self.project.findings()
        self.findings.show_findings(found, looked)
        self.findings.lock(bool(self.busy) or self.project.running)
        self._title_tab(4, _("Findings"), len(found))

    def _title_tab(self, place: int, words: str, number: int) -> None:
        self.tabs.setTabText(place, f"{words} ({formats.count(number)})" if number else words)

    def _failed(self, failed: tuple[MessageFailed, ...]) -> None:
        self._show_failures()

    # --- doing -------------------------------------------------------------------------------------------------------------------

    def action(self) -> Action | None:
        if not self.project.mailboxes() or self.project.running:
            return None
        if not self.project.census():
            return Action(_("Take a &look"), self.look, "search", not self.busy)
        finished = done(self.project)
        words = _("&Start copying")
        if self.project.runs():
            words = _("&Copy what is new") if set(self.project.states().values()) <= GONE_THROUGH else _("&Go on copying")
        return Action(words, self.start, "play", not self.busy, urgent=not finished)

    def look(self, only: list[int] | None = None) -> None:
        """Look at all mailboxes, or at those numbered."""
        if self.busy or self.project.running:
            return
        self.looking.begin(len(only or self.project.mailboxes()))
        self.work(_("Counting folders and messages…"), lambda: self.project.take_census(self.bridge.report, only), self._looked)

    def _choose_folder(self, mailbox_id: int, raw_name: str, taken: bool) -> None:
        self.tried(lambda: self.project.choose_folder(mailbox_id, raw_name, taken))
        self.look([mailbox_id])

    def _address_known(self, address: str) -> None:
        self.project.add_known_addresses([address])
        self._show_findings(True)

    def fail(self, error: BaseException) -> None:
        self.looking.hide()
        super().fail(error)

    def _looked(self, census: tuple[MailboxCensus, ...]) -> None:
        self.looking.hide()
        self.refresh()
        if len(census) > 1 and self.project.findings():
            self.tabs.setCurrentWidget(self.findings)
        self.show_problem(problem_of(census, self._addresses))

    def start(self) -> None:
        self.show_problem(None)
        self.tried(lambda: self.project.start(self.bridge.report))
        self.tabs.setCurrentIndex(0)
        self.refresh()

    def _pause_or_resume(self) -> None:
        paused = not {c.state for c in self.model.rows} & BUSY
        self.project.resume() if paused else self.project.pause()

    def _stop(self) -> None:
        self.project.stop()

    def _pause_one(self) -> None:
        chosen = self.table.chosen
        if chosen is not None:
            act = self.project.resume if chosen.state is MailboxState.PAUSED else self.project.pause
            act(chosen.mailbox.id)

    def _stop_one(self) -> None:
        chosen = self.table.chosen
        if chosen is not None:
            self.project.stop(chosen.mailbox.id)

    def _ended(self, summary: Summary) -> None:
        self.refresh()
        wrong = needs(self.project)
        if wrong:
            self._show_what_is_wrong()
            remedy = _("Choose a mailbox to see why. What has arrived is safe; copying again takes only the rest.")
            self.show_problem(Problem(_("The copy has ended, and {what}.").format(what=wrong), remedy=remedy, tone=Tone.WARN))

    def _show_what_is_wrong(self) -> None:
        """A mailbox that needs the admin, with the part in front that tells why."""
        bad = (MailboxState.REFUSED, MailboxState.INCOMPLETE)
        chosen = self.table.chosen
        if chosen is None or chosen.state not in bad:
            place = next((place for place, copy in enumerate(self.model.rows) if copy.state in bad), 0)
            self.table.selectRow(self.table.filter.mapFromSource(self.model.index(place, 0)).row())
        if self.tabs.currentIndex() == 0:
            self.tabs.setCurrentIndex(2 if self.failures.model.rowCount() else 1)


FACTS = {"messages": N_("messages"), "size": N_("in all"), "time": N_("expected time"), "problems": N_("problems")}
