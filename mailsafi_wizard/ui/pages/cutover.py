"""Step 7, Cut over: the domain's records now against those wanted, with the exact values to enter; who sees which server now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from mailsafi_wizard import cutover
from mailsafi_wizard.cutover import Change, State
from mailsafi_wizard.net.dns import Answer, Snapshot, View
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.tables import Column, RowsModel, Table
from mailsafi_wizard.ui.theme import L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, EmptyState, Tone, box, column, label, row
from mailsafi_wizard.words import N_, _

TITLES = {
    "MX": N_("Where mail is delivered (MX)"),
    "SPF": N_("Who may send for the domain (SPF)"),
    "DKIM": N_("The signature's key (DKIM)"),
    "TTL": N_("How long others remember (TTL)"),
}
_STATES = {
    State.RIGHT: (N_("As wanted"), Tone.GOOD),
    State.CHANGE: (N_("To be changed"), Tone.WARN),
    State.UNKNOWN: (N_("Not known"), Tone.MUTED),
}


def applies(project: MigrationProject) -> bool:
    return bool(project.company.domains and project.runs())


def done(project: MigrationProject) -> bool:
    """Every server asked in the last look shows MailSafi's MX records and no other."""
    last = project.last_snapshot()
    return last is not None and cutover.switched(last[1], project.company.mailsafi)


@dataclass(frozen=True)
class Seen:
    """What one server says of the MX record."""

    view: View
    answer: Answer

    @property
    def words(self) -> str:
        return self.answer.problem or ", ".join(self.answer.values) or _("no MX record")


def _seen_columns() -> list[Column[Seen]]:
    def kind(seen: Seen) -> str:
        return _("The domain's own") if seen.view.authoritative else _("Resolver")

    def ttl(seen: Seen) -> str:
        return formats.count(seen.answer.ttl) if seen.answer.ttl is not None else ""

    return [
        Column(_("Name server"), lambda s: s.view.server),
        Column(_("Kind"), kind),
        Column(_("Mail is delivered to"), lambda s: s.words, stretch=True),
        Column(_("Remembered for (seconds)"), ttl, sort=lambda s: s.answer.ttl or 0, numeric=True),
    ]


class ChangeCard(Card):
    """One record: now, wanted, and what to do, with a button that copies each wanted value."""

    def __init__(self, change: Change, page: CutoverPage) -> None:
        super().__init__(spacing=S)
        chip = Chip()
        words, tone = _STATES[change.state]
        chip.say(_(words), tone)
        head = row(label(_(TITLES[change.kind]), "strong"), chip)
        head.setStretch(0, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(S)
        grid.setColumnStretch(1, 1)
        self._line(grid, 0, _("Name"), change.name)
        self._line(grid, 1, _("Now"), "\n".join(change.now) or _("nothing"))
        if change.state is not State.RIGHT:
            for number, value in enumerate(change.wanted, 2):
                self._line(grid, number, _("Wanted") if number == 2 else "", value)
                copy = Button(_("Copy"), partial(page.copy, value), kind="quiet", icon="copy")
                copy.setAccessibleName(_("Copy {value}").format(value=value))
                grid.addWidget(copy, number, 2)
        self.add(head, grid)
        hint = change.todo or (N_("Enter MailSafi's value on the first page.") if not change.wanted else "")
        if hint:
            self.add(label(_(hint), tone="muted"))

    @staticmethod
    def _line(grid: QGridLayout, number: int, name: str, value: str) -> None:
        grid.addWidget(label(name, "small", "muted", wrap=False), number, 0)
        text = label(_broken(value), select=True)
        text.setAccessibleName(f"{name}: {value}")
        grid.addWidget(text, number, 1)


def _broken(value: str) -> str:
    """Long values without spaces may be broken anywhere."""
    return "\u200b".join(value[i : i + 24] for i in range(0, len(value), 24)) if len(value) > 48 else value


class CutoverPage(Page):
    title = N_("Cut over")
    lead = N_("See what the domain's records say now, and enter the wanted values at your DNS provider on the days of the plan.")
    why = N_(
        "The MX record tells the world where to deliver your mail. Others remember it for as long as its TTL says; so the TTL is lowered first,"
        " and for a while mail may still reach the old server: the daily copy brings it along. Write down the old values before you change them."
    )

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.views = QStackedWidget()
        text = _("The records are read from the domain's own name servers and from several resolvers. Nothing is changed.")
        self.views.addWidget(EmptyState("globe", _("Not looked up yet"), text))
        self.views.addWidget(self._board())
        self.body.addWidget(self.views, 1)

    def _board(self) -> QWidget:
        self.when = label("", "small", "muted")
        self.findings = QVBoxLayout()
        self.findings.setSpacing(S)
        self.changes = QVBoxLayout()
        self.changes.setSpacing(M)
        self.model: RowsModel[Seen] = RowsModel(_seen_columns(), key=lambda seen: seen.view.server)
        self.table: Table[Seen] = Table(_("Who sees which mail server"), self.model)
        self.table.setMinimumHeight(theme().px(150))
        seen = Card(_("Who sees what"), _("After the change, all lines turn to MailSafi's servers, one after the other."))
        seen.add(self.table)
        layout = column(self.when, self.findings, self.changes, seen, spacing=L)
        layout.setStretch(3, 1)
        return box(layout)

    def refresh(self) -> None:
        last = self.project.last_snapshot()
        self.views.setCurrentIndex(1 if last else 0)
        self.missing = "" if self.project.company.domains else _("Enter the company's domain on the first page.")
        if last is not None:
            taken, snapshot = last
            moment = formats.moment(taken, self.project.company.timezone)
            self.when.setText(_("{domain}, as seen on {when}").format(domain=snapshot.domain, when=moment))
            self._show(snapshot)
        self.changed.emit()

    def _show(self, snapshot: Snapshot) -> None:
        _emptied(self.findings)
        for finding in cutover.findings(snapshot):
            chip = Chip()
            chip.say(_(finding.text).format(**dict(finding.fields)), Tone.WARN, "alert")
            self.findings.addWidget(chip)
        _emptied(self.changes)
        for change in cutover.changes(snapshot, self.project.company.mailsafi):
            self.changes.addWidget(ChangeCard(change, self))
        self.model.show_rows([Seen(view, answer) for view, answer in snapshot.answers(snapshot.domain, "MX")])

    def action(self) -> Action:
        ready = bool(self.project.company.domains) and not self.busy
        words = _("&Look again") if self.project.last_snapshot() else _("&Look up the records")
        return Action(words, self.look, "search", ready, urgent=self.project.last_snapshot() is None)

    def look(self) -> None:
        """Asks all servers, beside the screen."""
        self.work(_("Asking the name servers…"), self.project.look_up, lambda _snapshot: self.refresh())

    def copy(self, value: str) -> None:
        QGuiApplication.clipboard().setText(value)
        self.told.emit(_("Copied."))


def _emptied(layout: QVBoxLayout) -> None:
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
