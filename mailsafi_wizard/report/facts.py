"""What a report says, as plain facts: sections, paragraphs and tables that a painter lays out without knowing what they mean."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import _

Value = str | int
ROWS_A_GROUP = 2  # at least, on average
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Kind(enum.Enum):
    """What a column holds; numbers stand at the right."""

    TEXT = "text"
    COUNT = "count"
    BYTES = "bytes"


@dataclass(frozen=True)
class Column:
    """One column. ``weight`` is its share of the table's width, against the other columns' weights."""

    title: str
    kind: Kind = Kind.TEXT
    weight: float = 1.0

    @property
    def align(self) -> str:
        """ "left" or "right"."""
        return "left" if self.kind is Kind.TEXT else "right"

    def show(self, value: Value) -> str:
        if isinstance(value, str):
            return _UNSHOWABLE.sub(_picture, value)
        return size_text(value) if self.kind is Kind.BYTES else f"{value:,}"


@dataclass(frozen=True)
class Table:
    """One table. Painters use `rows` and `total_row`; ``values`` holds the same unformatted. ``name`` serves for a file name."""

    name: str
    title: str
    columns: tuple[Column, ...]
    values: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    empty: str = ""  # the sentence to show in place of a table without rows
    grouped: bool = False  # rows with the same first cell stand together

    @functools.cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        return tuple(self._shown(row) for row in self.values)

    @functools.cached_property
    def groups(self) -> bool:
        """Whether painters should show the first cell once above its rows, and not as a column: where that saves room."""
        return self.grouped and len(self.values) >= ROWS_A_GROUP * len({row[0] for row in self.values}) > 0

    @property
    def total_row(self) -> tuple[str, ...]:
        """The sums, shown under the rows; () where there are none."""
        return self._shown(self.total)

    def _shown(self, row: tuple[Value, ...]) -> tuple[str, ...]:
        return tuple(column.show(value) for column, value in zip(self.columns, row, strict=False))


class Tone(enum.Enum):
    """What a part of a drawing or a figure on the cover means, beside its words."""

    GOOD = "good"
    KNOWN = "known"  # was there before
    QUIET = "quiet"  # left out on purpose, or not begun
    BAD = "bad"
    OPEN = "open"  # not accounted for, late


@dataclass(frozen=True)
class Part:
    """One part of a whole: its name, its count, and what it means."""

    name: str
    count: int
    tone: Tone


@dataclass(frozen=True)
class Shares:
    """A drawing: one bar, divided in proportion, with a legend. Parts of 0 are left out."""

    title: str
    parts: tuple[Part, ...]

    @property
    def whole(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def shown(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.count)


@dataclass(frozen=True)
class Step:
    """One line of a time line: planned for a day, done on another, on none yet, or on one that is not known."""

    name: str
    planned: dt.date
    actual: dt.date | None
    state: str  # in words
    tone: Tone


@dataclass(frozen=True)
class TimeLine:
    """A drawing: every step with its planned day and the day on which it was done. ``cutover`` is drawn across all, where it is known."""

    title: str
    steps: tuple[Step, ...]
    cutover: dt.date | None
    labels: tuple[str, str, str]  # planned, actual, cutover: in words

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and the last day that is drawn."""
        found = [day for step in self.steps for day in (step.planned, step.actual) if day] + (
            [self.cutover] if self.cutover else []
        )
        return min(found), max(found)

    def place(self, day: dt.date) -> float:
        """Where a day stands between the first (0) and the last (1)."""
        first, last = self.days
        return (day - first).days / ((last - first).days or 1)


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it: the paragraphs, the drawings, then the tables. ``glance``: what a one-page summary says of it."""

    key: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    drawings: tuple[Shares | TimeLine, ...] = ()
    glance: tuple[tuple[str, str], ...] = ()  # name, value


@dataclass(frozen=True)
class Tile:
    """A figure for the cover."""

    name: str
    value: str
    tone: Tone


@dataclass(frozen=True)
class ReportFacts:
    """Everything a report says. ``banner`` belongs on every page; it is "" only for a finished migration that is no rehearsal."""

    title: str
    company: str
    period: str
    outcome: str
    done: bool
    banner: str
    made: str  # when, and by which version
    language: str
    sections: tuple[Section, ...]
    tiles: tuple[Tile, ...] = ()
    about: tuple[tuple[str, str], ...] = ()  # for the cover: name, value
    cover: bool = False  # it has a cover and a page of contents
    one_page: bool = False  # type is made smaller until everything stands on one page


def printable(text: str) -> str:
    """``text`` with signs in the place of control characters and halves of characters; line ends stay."""
    return "\n".join(_UNSHOWABLE.sub(_picture, line) for line in text.split("\n"))


def size_text(count: int) -> str:
    """Bytes for people, in powers of 1000: "0 bytes", "812 bytes", "1.2 MB", "34 GB"."""
    if count < 1000:
        return _("{count} bytes").format(count=count)
    power = next((n for n in (1, 2, 3) if count < 999.5 * 1000**n), 4)
    amount, unit = count / 1000**power, ("kB", "MB", "GB", "TB")[power - 1]
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def time_text(when: dt.datetime, timezone: str) -> str:
    """A moment in the company's time zone, "2026-11-27 18:00 EAT"."""
    return when.astimezone(_zone(timezone)).strftime("%Y-%m-%d %H:%M %Z")


def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"
