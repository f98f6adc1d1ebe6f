"""What is said of the chosen day of the cutover, and the choice of the country whose holidays count."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QDateEdit, QWidget

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.schedule import proposal, workdays
from mailsafi_wizard.schedule.proposal import Remark
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.theme import S
from mailsafi_wizard.ui.widgets import Icon, Tone, column, label, row
from mailsafi_wizard.words import _, language


class DayEdit(QDateEdit):
    """A day. Tab leaves it, as any field; day, month and year are reached by the arrows.

    Qt would go through its parts by Tab, and never come out while no day is chosen and words stand in their place.
    """

    def focusNextPrevChild(self, forward: bool) -> bool:
        return QWidget.focusNextPrevChild(self, forward)


class CountryBox(QComboBox):
    """All countries whose holidays are known, by their names, and none at all."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItem(_("None: Saturdays and Sundays only"), "")
        for name, code in sorted((country_name(code), code) for code in workdays.countries()):
            self.addItem(name, code)
        if (completer := self.completer()) is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        if (edit := self.lineEdit()) is not None:
            edit.editingFinished.connect(self._settle)

    def show_country(self, code: str) -> None:
        self.setCurrentIndex(max(0, self.findData(code)))

    @property
    def chosen(self) -> str:
        return str(self.currentData() or "")

    def _settle(self) -> None:
        """What was typed becomes the country of that name; anything else goes back to the one before."""
        place = self.findText(self.currentText(), Qt.MatchFlag.MatchFixedString)
        if place >= 0 and place != self.currentIndex():
            self.setCurrentIndex(place)
            self.activated.emit(place)
        self.setEditText(self.itemText(self.currentIndex()))


def country_name(code: str) -> str:
    """In the language of the screen; the code itself where Qt doesn't know it."""
    return _(english_name(code))


def english_name(code: str) -> str:
    territory = QLocale.codeToTerritory(code)
    return QLocale.territoryToString(territory) if territory != QLocale.Country.AnyTerritory else code


class DayWords(QWidget):
    """Why the day of the cutover is a good one, or what speaks against it: one line each."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = column(spacing=S)
        self.setLayout(self._lines)
        self._shown: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(self._shown)

    def show_day(self, project: MigrationProject) -> None:
        day = project.company.cutover
        self.setVisible(day is not None)
        if day is None:
            return
        today, days = project.now().date(), project.workdays(language())
        found = [
            (said(remark), "warn" if remark.warns else "good") for remark in proposal.remarks(day, today, days, project.plan_begin)
        ]
        if day == proposal.proposed(today, days) and (over := proposal.passed_over(day, today, days)):
            names = ", ".join(f"{holiday.name} ({formats.short_day(holiday.day)})" for holiday in over)
            found.append((_("Evenings nearer to 30 days were passed over because of {holidays}.").format(holidays=names), "info"))
        head = _("Cutover on {day}").format(day=formats.day(day))
        if (head, *(words for words, _tone in found)) != self._shown:
            self._show(head, found)

    def _show(self, head: str, found: list[tuple[str, str]]) -> None:
        self._shown = (head, *(words for words, _tone in found))
        while item := self._lines.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._lines.addWidget(label(head, "strong"))
        for words, tone in found:
            self._lines.addWidget(_Line(words, Tone(tone)))


class _Line(QWidget):
    def __init__(self, words: str, tone: Tone) -> None:
        super().__init__()
        line = row(spacing=S)
        line.addWidget(Icon(tone.icon, tone.value, 18), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(words, tone=tone.value if tone is Tone.WARN else "muted"), 1)
        self.setLayout(line)


def said(remark: Remark) -> str:
    """A remark in words."""
    holiday = remark.holiday
    fields = {"holiday": holiday.name, "day": formats.day(holiday.day)} if holiday else {}
    return _(remark.text).format(**fields)
