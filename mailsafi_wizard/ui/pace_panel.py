"""The admin's pace: a cap with its hours, hours to copy at, data of a day; said in words, kept as soon as it is in order, and it holds at once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from mailsafi_wizard.model import Hours, Pace
from mailsafi_wizard.model.pace import LEAST_RATE
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.theme import M
from mailsafi_wizard.ui.widgets import Field, FieldNote, column, label
from mailsafi_wizard.ui.wrap_row import WrapGrid
from mailsafi_wizard.words import _

MB = 1_000_000
LARGEST = 1_000_000_000  # megabytes: more is a slip
_NUMBER = re.compile(r"\d{1,12}([.,]\d{1,3})?", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)
Texts = dict[str, str]
HOURS = {"rate_hours": ("rate_from", "rate_to"), "copy_hours": ("copy_from", "copy_to")}
SIZES = ("rate", "source_daily", "destination_daily", "project_daily")


def megabytes(text: str) -> int:
    """Bytes of a number of megabytes, 0 for an empty field; raises ValueError with words for the admin."""
    text = text.strip()
    if not text:
        return 0
    size = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else -1.0
    if not 0 <= size <= LARGEST:
        raise ValueError(_("A number such as 2 or 0.5; empty for no limit."))
    return round(size * MB)


def hours(start: str, end: str, weekdays: bool = False) -> Hours | None:
    """A part of the day, None when both fields are empty; raises ValueError with words for the admin."""
    if not start.strip() and not end.strip():
        return None
    times = []
    for text in (start, end):
        found = _TIME.fullmatch(text.strip())
        if not found or int(found[1]) > 23 or int(found[2]) > 59:
            raise ValueError(_("Two times such as 08:00 and 18:00; both empty for always."))
        times.append(dt.time(int(found[1]), int(found[2])))
    return Hours(times[0], times[1], weekdays)


def read(texts: Texts, weekdays: bool) -> tuple[Pace | None, Texts]:
    """The pace that stands in the fields, None with the complaints by field when something is wrong."""
    wrong: Texts = {}

    values: dict[str, Any] = {}
    for name in SIZES:
        try:
            values[name] = megabytes(texts[name])
        except ValueError as e:
            wrong[name] = str(e)
    for name, (start, end) in HOURS.items():
        try:
            values[name] = hours(texts[start], texts[end], weekdays and name == "rate_hours")
        except ValueError as e:
            wrong[start] = str(e)
    if 0 < values.get("rate", 0) < LEAST_RATE:
        wrong["rate"] = _("At least {least}; a slower connection looks dead to the servers.").format(
            least=formats.speed(LEAST_RATE)
        )
    return (None if wrong else Pace(**values)), wrong


def written(pace: Pace) -> Texts:
    """The reverse of `read`."""
    texts = {name: f"{getattr(pace, name) / MB:g}" if getattr(pace, name) else "" for name in SIZES}
    for name, ends in HOURS.items():
        part = getattr(pace, name)
        texts |= (
            {field: f"{time:%H:%M}" for field, time in zip(ends, (part.start, part.end), strict=True)}
            if part
            else dict.fromkeys(ends, "")
        )
    return texts


def in_words(pace: Pace) -> str:
    """The pace as sentences."""
    said = []
    if pace.rate:
        said.append(_("At most {speed}{when}.").format(speed=formats.speed(pace.rate), when=_when(pace.rate_hours)))
    if pace.copy_hours:
        said.append(_("Copying{when} only.").format(when=_when(pace.copy_hours)))
    budgets = (
        (pace.source_daily, _("{size} a day from the old server for each account.")),
        (pace.destination_daily, _("{size} a day to MailSafi for each account.")),
        (pace.project_daily, _("{size} a day for all together, up and down.")),
    )
    said += [words.format(size=formats.size(size)) for size, words in budgets if size]
    return " ".join(said) or _("As fast as both servers allow, at any time.")


def _when(part: Hours | None) -> str:
    if part is None:
        return ""
    words = _(" from {start} to {end} on weekdays") if part.weekdays else _(" from {start} to {end}")
    return words.format(start=f"{part.start:%H:%M}", end=f"{part.end:%H:%M}")


class PacePanel(QWidget):
    """Shows and keeps the project's pace."""

    def __init__(self, project: MigrationProject) -> None:
        super().__init__()
        self._project = project
        self.words = label("", tone="muted")
        self.edits = {name: QLineEdit() for name in (*SIZES, *(field for ends in HOURS.values() for field in ends))}
        self.weekdays = QCheckBox(_("Cap on wee&kdays only"))
        self.notes: dict[str, FieldNote] = {}
        fields = WrapGrid(5)
        for name, caption, spoken, hint in _captions():
            edit = self.edits[name]
            edit.setAccessibleName(spoken)
            edit.setPlaceholderText(hint)
            edit.editingFinished.connect(self.keep)
            field = Field(caption, edit)
            self.notes[name] = field.note
            fields.addWidget(field)
        fields.addWidget(self.weekdays)
        self.weekdays.setToolTip(_("The hours of the cap count from Monday to Friday"))
        self.weekdays.toggled.connect(lambda _on: self.keep())  # not clicked: a screen reader checks without clicking
        self.setLayout(column(self.words, fields, 1, spacing=M, margins=(0, M, 0, 0)))

    def refresh(self) -> None:
        """Shows what is kept, but leaves alone what is being typed or is wrong."""
        pace = self._project.pace
        for name, text in written(pace).items():
            edit = self.edits[name]
            if not edit.hasFocus() and not any(note.wrong for note in self.notes.values()):
                edit.setText(text)
        with QSignalBlocker(self.weekdays):
            self.weekdays.setChecked(pace.rate_hours.weekdays if pace.rate_hours else self.weekdays.isChecked())
        used = self._project.used_today()
        today = _("Today so far: {size}.").format(size=formats.size(used)) if used else ""
        self.words.setText(f"{in_words(pace)} {today}".strip())

    def keep(self) -> None:
        """Keeps the pace when every field is in order; else says at each what is wrong, and the old one holds."""
        pace, wrong = read({name: edit.text() for name, edit in self.edits.items()}, self.weekdays.isChecked())
        for name, note in self.notes.items():
            note.complain(wrong.get(name, ""))
        if pace is not None and pace != self._project.pace:
            self._project.set_pace(pace)
        self.refresh()


def _captions() -> list[tuple[str, str, str, str]]:
    """Field, what stands above it, what a screen reader says, what an empty field shows."""
    none, start, end = _("no limit"), _("e.g. 08:00"), _("e.g. 18:00")
    return [
        ("rate", _("A&t most, MB a second"), _("Cap in megabytes a second"), none),
        ("rate_from", _("Cap holds from"), _("The cap holds from"), start),
        ("rate_to", _("Cap holds to"), _("The cap holds to"), end),
        ("copy_from", _("C&opy only from"), _("Copy only from"), _("e.g. 20:00")),
        ("copy_to", _("Copy only to"), _("Copy only to"), _("e.g. 06:00")),
        ("source_daily", _("Old server, MB a da&y"), _("Megabytes a day from the old server for each account"), none),
        ("destination_daily", _("MailSafi, MB a day"), _("Megabytes a day to MailSafi for each account"), none),
        ("project_daily", _("All together, MB a day"), _("Megabytes a day for all accounts, up and down"), none),
    ]
