"""Step 7, Cut over: the domain's records now and wanted, the gate, the card for going back, who sees what, and the days after."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from mailsafi_wizard import errors
from mailsafi_wizard.cutover import Change
from mailsafi_wizard.cutover.card import as_zone
from mailsafi_wizard.net.dns_records import Server, Snapshot
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.report import switch as switch_report
from mailsafi_wizard.saving import safe_name, write_whole
from mailsafi_wizard.ui import ask, formats, leaves
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.empty_state import EmptyState
from mailsafi_wizard.ui.gate_view import GateView
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.passes_view import PassesView
from mailsafi_wizard.ui.pdf import write_pdf
from mailsafi_wizard.ui.problems import in_a_line
from mailsafi_wizard.ui.record_changes import RecordChanges
from mailsafi_wizard.ui.spread_view import SpreadView
from mailsafi_wizard.ui.stack import Stack
from mailsafi_wizard.ui.tabs import Tabs
from mailsafi_wizard.ui.theme import M, S
from mailsafi_wizard.ui.widgets import Button, box, column, label, row
from mailsafi_wizard.words import N_, _

LOOK_EVERY = 60_000  # milliseconds, while the page is open and in front
RECORDS, GATE, SPREAD, AFTER = range(4)


def applies(project: MigrationProject) -> bool:
    return bool(project.company.domains and project.runs())


def done(project: MigrationProject) -> bool:
    """Every server asked shows MailSafi's MX records and no other, and passes that were begun have come to their end."""
    return project.switched and project.passes in ("", "over")


class CutoverPage(Page):
    title = N_("Cut over")
    lead = N_("See what the domain's records say now, and enter the wanted values at your DNS provider on the days of the plan.")
    why = leaves.CUTOVER

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.views = Stack()
        text = _("The records are read from the domain's own name servers and from several resolvers. Nothing is changed.")
        self.views.addWidget(EmptyState("globe", _("Not looked up yet"), text))
        self.views.addWidget(self._board())
        self.body.addWidget(self.views, 1)
        self.clock = QTimer(self)
        self.clock.setInterval(LOOK_EVERY)
        self.clock.timeout.connect(self.tick)
        self.clock.start()
        bridge.run_ended.connect(self._run_ended)  # a method: it ends with the page

    def _board(self) -> QWidget:
        self.when = label("", "small", "muted")
        self.card_pdf = Button(_("&Card for going back…"), self._ask_card, icon="print", hint=_("The old records exactly, as PDF"))
        self.card_text = Button(
            _("Card as text…"), self._ask_card_text, kind="quiet", icon="file", hint=_("As lines of a zone file")
        )
        self.card_text.setAccessibleName(_("Card for going back, as text"))
        self.records = RecordChanges(self._choose_panel, self.enter_in_rehearsal if self.project.rehearsal else None)
        self.gate = GateView(self.go_to.emit, self.probe, self._override, self._take_back)
        self.spread = SpreadView(self._set_resolvers)
        self.passes = PassesView(self._begin, self._pause, self.find_senders)
        self.model, self.table = self.spread.model, self.spread.table
        self.tabs = Tabs(_("The day of the change, step by step"))
        for view, words in (
            (self.records, _("Records")),
            (self.gate, _("Can we switch?")),
            (self.spread, _("Who sees what")),
            (self.passes, _("After the change")),
        ):
            self.tabs.addTab(view, words)
        self.tabs.currentChanged.connect(self._tab_changed)
        top = row(self.when, self.card_text, self.card_pdf, spacing=S)
        top.setStretch(0, 1)
        layout = column(top, self.tabs, spacing=M)
        layout.setStretch(1, 1)
        return box(layout)

    def _tab_changed(self, _place: int) -> None:
        self.refresh()

    # --- showing

    def _run_ended(self, _summary: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        last = self.project.last_snapshot()
        self.views.setCurrentIndex(1 if last else 0)
        self.missing = "" if self.project.company.domains else _("Enter the company's domain on the first page.")
        if last is not None:
            taken, snapshot = last
            moment = formats.moment(taken, self.project.company.timezone)
            self.when.setText(_("{domain}, as seen on {when}").format(domain=snapshot.domain, when=moment))
            for button in (self.card_pdf, self.card_text):
                button.setEnabled(bool(self.project.card()))
            self._show(snapshot)
        self.changed.emit()

    def _show(self, snapshot: Snapshot) -> None:
        now, zone = dt.datetime.now(dt.UTC), self.project.company.timezone
        place = self.tabs.currentIndex()
        if place == RECORDS:
            self._show_records(snapshot)
        elif place == GATE:
            self.gate.show_gate(self.project.gate(now), self.project.probes(), zone)
        elif place == AFTER:
            problem = self.project.passes_problem
            words = in_a_line(problem) if problem else ""
            self.passes.show_watch(self.project.watch(now), self.project.passes, now, zone, words, self.project.running)
            self.passes.show_senders(*self.project.late_mail(), zone)
        self.calls = place == AFTER and self.passes.calls
        self.spread.show_spread(self.project.who_sees_what(), snapshot, self.project.dns_clock(now), now, zone)

    def _show_records(self, snapshot: Snapshot) -> None:
        changes, found = self.project.record_changes(), self.project.record_findings()
        may_switch = self.project.gate(dt.datetime.now(dt.UTC)).may_switch
        self.records.show_records(changes, found, self.project.panel, snapshot.domain, may_switch)

    def action(self) -> Action:
        ready = bool(self.project.company.domains) and not self.busy
        words = _("&Look again") if self.project.last_snapshot() else _("&Look up the records")
        return Action(words, self.look, "search", ready, urgent=self.project.last_snapshot() is None)

    # --- doing

    def look(self) -> None:
        """Asks all servers, beside the screen."""
        self.work(_("Asking the name servers…"), self.project.look_up, lambda _snapshot: self.refresh())

    def tick(self) -> None:
        """Every minute: looks again while the page is open and in front, and the change is what one waits for."""
        if not self.isVisible() or not self.window().isActiveWindow() or self.busy:
            return
        if self.tabs.currentIndex() == SPREAD and self.project.last_snapshot() is not None:
            self.look()
        else:
            self.refresh()

    def probe(self) -> None:
        """Asks MailSafi's mail servers whether they take mail for all mailboxes; sends none."""
        self.work(_("Asking MailSafi's mail servers…"), self.project.probe, lambda _probes: self.refresh())

    def find_senders(self) -> None:
        """Reads at the old server who sent there since the change."""
        self.work(_("Reading the senders at the old server…"), self.project.find_late_mail, lambda _senders: self.refresh())

    def _choose_panel(self, panel_id: str) -> None:
        self.project.set_panel(panel_id)
        self.refresh()

    def enter_in_rehearsal(self, change: Change) -> None:
        """The rehearsal's admin at the DNS provider."""
        self.work(_("Entering it at the rehearsal's name server…"), lambda: self._entered(change), lambda _snapshot: self.refresh())

    def _entered(self, change: Change) -> Snapshot:
        self.project.enter_in_rehearsal(change)
        return self.project.look_up()

    def _override(self, name: str, reason: str) -> None:
        self.tried(lambda: self.project.override_gate(name, reason, dt.datetime.now(dt.UTC)))
        self.refresh()

    def _take_back(self) -> None:
        self.project.take_back_override()
        self.refresh()

    def _set_resolvers(self, text: str) -> None:
        try:
            wanted = [Server.parse(one).label for one in text.replace(",", " ").split()]
        except errors.WrongUsage as error:
            self.spread.resolvers_note.complain(error.title_text)
            return
        self.spread.resolvers_note.complain("")
        self.project.set_resolvers(wanted)
        self.look()

    def _begin(self) -> None:
        self.tried(lambda: self.project.begin_passes(self.bridge.report))
        self.refresh()

    def _pause(self) -> None:
        self.project.pause_passes()
        self.refresh()

    # --- the card

    def _ask_card(self) -> None:
        ask.ask_save(self, _("Save the card for going back"), self._proposal(".pdf"), _("PDF (*.pdf)"), self.save_card)

    def _ask_card_text(self) -> None:
        ask.ask_save(self, _("Save the card for going back"), self._proposal(".txt"), _("Text (*.txt)"), self.save_card_text)

    def _proposal(self, ending: str) -> Path:
        name = _("Going back {domain}").format(domain=self.project.company.domains[0])
        return self.project.path.parent / f"{safe_name(name)}{ending}"

    def save_card(self, path: Path) -> None:
        """Writes the PDF on a thread."""
        before = self.project.records_before()
        if before is None:
            return
        company, old = self.project.company, self.project.card()
        lines = [(r.name, r.kind, r.ttl, r.value) for r in old]
        facts = switch_report.card(
            company.name, company.timezone, before[1].domain, before[0], lines, as_zone(old), self.project.rehearsal
        )
        self.work(_("Writing the card…"), lambda: write_pdf(facts, path), lambda _pages: self.told.emit(_("The card is saved.")))

    def save_card_text(self, path: Path) -> None:
        """The old records as lines of a zone file."""

        def write() -> None:
            write_whole(path, as_zone(self.project.card()).encode())
            self.told.emit(_("The card is saved."))

        self.tried(write)
