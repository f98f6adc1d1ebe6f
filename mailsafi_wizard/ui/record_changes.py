"""The part of Cut over that tells what to enter at the DNS provider: each record now and wanted, in the words of the chosen panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from mailsafi_wizard.cutover import Change, Finding, State
from mailsafi_wizard.cutover.panels import Entry, Panel, entries, panel, panels
from mailsafi_wizard.cutover.records import When
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.theme import L, M, S
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Field, Tone, column, label, row
from mailsafi_wizard.words import N_, _, filled

TITLES = {
    "MX": N_("Where mail is delivered (MX)"),
    "SPF": N_("Who may send for the domain (SPF)"),
    "SPF later": N_("The old provider's leave to send (SPF)"),
    "DKIM": N_("The signature's key (DKIM)"),
    "TTL": N_("How long others remember (TTL)"),
    "TTL later": N_("How long others remember (TTL), afterwards"),
}
WHEN = {
    When.BEFORE: N_("Some days before the cutover"),
    When.DAY: N_("On the evening of the cutover"),
    When.AFTER: N_("A week after the cutover"),
    When.ANY: N_("At any time"),
}
_STATES = {
    State.RIGHT: (N_("As wanted"), Tone.GOOD),
    State.CHANGE: (N_("To be changed"), Tone.WARN),
    State.UNKNOWN: (N_("Not known"), Tone.MUTED),
}


class ChangeCard(Card):
    """One record: now, and what to do in the panel, with a button that copies each value."""

    def __init__(self, change: Change, where: Panel, domain: str, enter: Callable[[Change], object] | None) -> None:
        super().__init__(spacing=S)
        chip = Chip()
        words, tone = _STATES[change.state]
        chip.say(_(words), tone)
        head = row(
            label(_(TITLES[change.kind]), "strong"), label(_(WHEN[change.when]), "small", "muted", wrap=False), chip, spacing=M
        )
        head.setStretch(0, 1)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(M)
        self._grid.setVerticalSpacing(S)
        self._grid.setColumnStretch(1, 1)
        self._line(_("Name"), change.name)
        self._line(_("Now"), "\n".join(change.now) or _("nothing"))
        if change.state is not State.CHANGE:
            for value in change.wanted if change.state is State.UNKNOWN else ():
                self._line(_("Wanted"), value, copied=value)
        self.add(head, self._grid)
        hint = change.todo or (N_("Enter MailSafi's value on the first page.") if not change.wanted else "")
        if hint:
            self.add(label(_(hint), tone="muted"))
        if change.unsure:
            text = _("Only you know whether these parts are the old provider's. Take them out by hand if they are: {terms}")
            self.add(label(text.format(terms=", ".join(change.unsure)), tone="muted", select=True))
        for entry in entries(change, where, domain):
            self._entry(entry, where)
        if enter is not None and change.state is State.CHANGE and change.wanted:
            button = Button(_("Enter it in the rehearsal"), partial(enter, change), icon="flask")
            button.setAccessibleName(_("Enter it in the rehearsal: {what}").format(what=_(TITLES[change.kind])))
            self.add(row(button, 1))

    def _entry(self, entry: Entry, where: Panel) -> None:
        inner = Card(kind="sunken", spacing=S)
        inner.body.setContentsMargins(M, S, M, S)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(M)
        self._grid.setVerticalSpacing(S)
        self._grid.setColumnStretch(1, 1)
        sign = {"add": Tone.ACCENT, "edit": Tone.INFO, "remove": Tone.WARN}[entry.act]
        icon = {"add": "plus", "edit": "refresh", "remove": "trash"}[entry.act]
        inner.add(Chip(_("{word} in the panel").format(word=entry.word), sign, icon), self._grid)
        for name, value in entry.fields:
            shown = value or _("(leave it empty)")
            self._line(name, shown, copied="" if entry.act == "remove" or name == where.fields.get("type") else value)
        self.add(inner)

    def _line(self, name: str, value: str, copied: str = "") -> None:
        place = self._grid.rowCount()
        many = Qt.AlignmentFlag.AlignTop if "\n" in value else Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(label(name, "small", "muted", wrap=False), place, 0, many)
        text = label(broken(value), select=True)
        text.setAccessibleName(f"{name}: {value}")
        self._grid.addWidget(text, place, 1)
        if copied:
            copy = Button(_("Copy"), partial(QGuiApplication.clipboard().setText, copied), kind="quiet", icon="copy")
            copy.setAccessibleName(_("Copy {value}").format(value=copied))
            self._grid.addWidget(copy, place, 2)


def broken(value: str) -> str:
    """Long values without spaces may be broken anywhere."""
    return "\u200b".join(value[i : i + 24] for i in range(0, len(value), 24)) if len(value) > 48 else value


class RecordChanges(QWidget):
    """The findings, the choice of the panel, and a card for each record. ``chosen`` is told the panel's id; ``enter``: only in a rehearsal."""

    def __init__(self, chosen: Callable[[str], object], enter: Callable[[Change], object] | None) -> None:
        super().__init__()
        self._enter = enter
        self._shown: object = None
        self.choice = QComboBox()
        for one in panels():
            self.choice.addItem(one.shown_name, one.id)
        self.choice.activated.connect(lambda _place: chosen(str(self.choice.currentData())))
        self.where = label("", "small", "muted")
        self.findings, self.cards = QVBoxLayout(), QVBoxLayout()
        self.findings.setSpacing(S)
        self.cards.setSpacing(M)
        field = Field(_("In the wor&ds of"), self.choice)
        top = row(field, self.where, spacing=L)
        top.setStretch(1, 1)
        self.setLayout(column(self.findings, top, self.cards, 1, spacing=L, margins=(0, M, 0, 0)))

    def show_records(
        self, changes: Sequence[Change], findings: Sequence[Finding], panel_id: str, domain: str, may_switch: bool
    ) -> None:
        """``may_switch``: the gate is green or overridden. Builds the cards anew only when something differs, so that what is selected stays."""
        now = (tuple(changes), tuple(findings), panel_id, domain, may_switch)
        if now == self._shown:
            return
        self._shown = now
        where = panel(panel_id)
        self.choice.setCurrentIndex(self.choice.findData(where.id))
        self.where.setText(where.directions)
        emptied(self.findings)
        for finding in findings:
            words = filled(finding.text, dict(finding.fields))
            self.findings.addWidget(ProblemPanel(Problem(words, tone=Tone.BAD if finding.grave else Tone.WARN)))
        emptied(self.cards)
        for change in changes:
            card = ChangeCard(change, where, domain, self._enter)
            if change.kind == "MX" and change.state is State.CHANGE and not may_switch:
                card.body.insertWidget(1, Chip(_("Not yet: see “Can we switch?”"), Tone.WARN))
            self.cards.addWidget(card)


def emptied(layout: QVBoxLayout) -> None:
    """Takes everything out."""
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
