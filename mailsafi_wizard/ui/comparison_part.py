"""The comparison on the screen: how closely, what each mailbox's last one found, and every difference by name."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDoubleSpinBox, QRadioButton, QSplitter, QWidget

from mailsafi_wizard.model import LEAST_SAMPLE, USUAL_SHARE, CheckPlan, CheckRecord, Depth, Difference, Differs, Mailbox
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.report.checks import KINDS, detail_text
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Card, Tone, box, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, ngettext, translated

NAMES = {
    Depth.COUNTS: N_("Every message is &there"),
    Depth.SAMPLE: N_("A &sample by content"),
    Depth.EVERYTHING: N_("&Everything by content"),
}
NOTES = {
    Depth.COUNTS: N_(
        "Number, identity, marks and dates of all messages. Both servers are read, nothing is copied or marked as read."
    ),
    Depth.SAMPLE: N_(
        "As before; and this share of each mailbox's messages, at least {n}, chosen by chance, is read on both sides."
    ),
    Depth.EVERYTHING: N_("As before; and every message is read on both sides, which takes about as long as the copy did."),
}
DEPTHS = {Depth.COUNTS: N_("Counts"), Depth.SAMPLE: N_("Sample"), Depth.EVERYTHING: N_("Everything")}
OUTCOMES = {"running": N_("Not finished"), "stopped": N_("Stopped"), "broken": N_("Broken off")}


@dataclass(frozen=True)
class ComparedLine:
    """One mailbox and its newest comparison."""

    mailbox: Mailbox
    check: CheckRecord | None
    timezone: str

    @property
    def when(self) -> str:
        return formats.moment(self.check.ended or self.check.started, self.timezone) if self.check else _("not yet")

    @property
    def verdict(self) -> tuple[str, Tone]:
        check = self.check
        if check is None:
            return _("Not compared"), Tone.MUTED
        if check.wrong:
            return ngettext("{n} differs", "{n} differ", check.wrong).format(n=formats.count(check.wrong)), Tone.BAD
        if check.outcome != "done":
            return _(OUTCOMES.get(check.outcome, check.outcome)), Tone.WARN
        return _("The same"), Tone.GOOD


def _figure(title: str, name: str) -> Column[ComparedLine]:
    def value(line: ComparedLine) -> int:
        return int(getattr(line.check, name)) if line.check else 0

    return Column(title, lambda line: formats.count(value(line)), sort=value, numeric=True)


def _columns() -> list[Column[ComparedLine]]:
    return [
        Column(_("Mailbox"), lambda m: m.mailbox.address, stretch=True),
        Column(
            _("Verdict"),
            lambda m: m.verdict[0],
            state=lambda m: (m.verdict[1], ""),
            tip=lambda m: translated(m.check.problem) if m.check else "",
        ),
        Column(_("Compared"), lambda m: m.when, sort=lambda m: m.check.id if m.check else 0),
        Column(_("How closely"), lambda m: _(DEPTHS[m.check.depth]) if m.check else "–", yields=1),
        _figure(_("Messages"), "listed"),
        _figure(_("By content"), "compared"),
        _figure(_("Changed by users"), "by_users"),
    ]


def _difference_columns() -> list[Column[Difference]]:
    def tone(difference: Difference) -> Tone:
        if difference.by_user:
            return Tone.INFO
        return Tone.WARN if difference.kind is Differs.FLAGS else Tone.BAD

    return [
        Column(_("Folder"), lambda d: d.folder),
        Column(
            _("Number (UID)"), lambda d: formats.count(d.uid) if d.uid else _("whole folder"), sort=lambda d: d.uid, numeric=True
        ),
        Column(_("What differs"), lambda d: _(KINDS[d.kind])[:1].upper() + _(KINDS[d.kind])[1:], state=lambda d: (tone(d), "")),
        Column(_("Details"), detail_text, stretch=True, tip=detail_text),
    ]


class ComparisonPart(QWidget):
    """Everything about comparing. Shows what the project keeps; the page starts it."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._project = page, page.project
        self.lines: RowsModel[ComparedLine] = RowsModel(_columns(), key=lambda m: m.mailbox.id)
        self.table: Table[ComparedLine] = Table(_("Comparisons by mailbox"), self.lines)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_differences())
        self.found: RowsModel[Difference] = RowsModel(_difference_columns(), key=lambda d: (d.folder, d.uid, d.kind))
        self.difference_table: Table[Difference] = Table(_("Differences of the chosen mailbox"), self.found)
        self.chosen = label("", "strong")
        self.nothing = label("", tone="muted")
        self.by_users = QCheckBox(_("What &users changed themselves"))
        self.by_users.toggled.connect(lambda _on: self._show_differences())
        head = row(self.chosen, self.by_users)
        head.setStretch(0, 1)
        self.table.ask_for_rows(3)
        lower = column(head, self.nothing, self.difference_table, 0, spacing=S)  # the last takes the room where the table is not
        lower.setStretch(2, 1)
        split = QSplitter()
        split.setOrientation(split.orientation().Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(M)
        split.addWidget(self.table)
        split.addWidget(box(lower))
        split.setSizes([theme().px(200), theme().px(220)])
        layout = column(self._depth_card(), split, spacing=M)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _depth_card(self) -> Card:
        self.choices = {depth: QRadioButton(_(words)) for depth, words in NAMES.items()}
        self.group = QButtonGroup(self)
        for choice in self.choices.values():
            self.group.addButton(choice)
        self.choices[Depth.COUNTS].setChecked(True)
        self.share = QDoubleSpinBox()
        self.share.lineEdit().setTextMargins(S, 0, S, 0)  # a style sheet's padding does not reach it
        self.share.setRange(0.1, 100.0)
        self.share.setDecimals(1)
        self.share.setSuffix(" %")
        self.share.setValue(USUAL_SHARE * 100)
        self.share.setAccessibleName(_("Share of each mailbox's messages, in per cent"))
        self.share.valueChanged.connect(lambda _value: self.choices[Depth.SAMPLE].setChecked(True))
        self.depth_note = label("", tone="muted")
        for choice in self.choices.values():
            choice.toggled.connect(lambda _on: self._say_depth())
        self._say_depth()
        first, sample, everything = self.choices.values()
        return Card(spacing=S).add(WrapRow(first, sample, self.share, everything), self.depth_note)

    def _say_depth(self) -> None:
        self.depth_note.setText(_(NOTES[self.plan.depth]).format(n=LEAST_SAMPLE))

    @property
    def plan(self) -> CheckPlan:
        """What is chosen."""
        depth = next(depth for depth, choice in self.choices.items() if choice.isChecked())
        return CheckPlan(depth, self.share.value() / 100 if depth is Depth.SAMPLE else USUAL_SHARE)

    def refresh(self) -> None:
        checks, zone = self._project.checks(), self._project.company.timezone
        self.lines.show_rows([ComparedLine(m, checks.get(m.id), zone) for m in self._project.mailboxes()])
        none = not any(check.by_users for check in checks.values())
        self.table.setColumnHidden(len(self.lines.columns) - 1, none)
        self.table.fit()
        if self.table.chosen is None and self.lines.rowCount():
            wrong = next((i for i, m in enumerate(self.lines.rows) if m.check and m.check.wrong), 0)
            self.table.choose(wrong)
        self._show_differences()

    def _show_differences(self) -> None:
        chosen = self.table.chosen
        found = self._project.differences(chosen.mailbox.id, self.by_users.isChecked()) if chosen else ()
        self.found.show_rows(found)
        self.difference_table.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.chosen.setText(_("Differences of {mailbox}").format(mailbox=chosen.mailbox.address) if chosen else "")
        self.nothing.setText(self._why_nothing(chosen))

    def _why_nothing(self, chosen: ComparedLine | None) -> str:
        if chosen is None:
            return ""
        if chosen.check is None:
            return _("This mailbox has not been compared yet.")
        if chosen.check.problem:
            return translated(chosen.check.problem)
        return _("Its user has changed nothing.") if self.by_users.isChecked() else _("Nothing differs.")
