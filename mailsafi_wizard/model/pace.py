"""How fast and when copying may go: the admin's choices about the speed, the hours and the data of a day.

Sizes are bytes, rates bytes a second, 0 means no limit. Times of day are local, in the project's time zone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from mailsafi_wizard.records import dataclass

LEAST_RATE = 16_000  # bytes a second; below it a connection is silent for so long that servers take it for dead
_WEEK = 7
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?) ?([kMG]?)B?", re.ASCII)
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})(,weekdays)?", re.ASCII)


@dataclass(frozen=True)
class Hours:
    """A part of every day, from ``start`` up to but not including ``end``; one that ends before it starts goes past midnight.

    ``weekdays``: on Mondays to Fridays only; the part that goes past midnight belongs to the day on which it starts. Equal times are the whole day.
    """

    start: dt.time
    end: dt.time
    weekdays: bool = False

    def hold(self, now: dt.datetime) -> bool:
        """Whether ``now`` (aware, local) lies within."""
        here = now.time()
        if self.start < self.end:
            return self._day_counts(now.date()) and self.start <= here < self.end
        if here >= self.start:
            return self._day_counts(now.date())
        return here < self.end and self._day_counts(now.date() - dt.timedelta(days=1))

    def next_start(self, now: dt.datetime) -> dt.datetime:
        """The next moment after ``now`` at which they begin."""
        for ahead in range(_WEEK + 2):
            day = now.date() + dt.timedelta(days=ahead)
            begins = dt.datetime.combine(day, self.start, now.tzinfo)
            if self._day_counts(day) and begins > now:
                return begins
        raise AssertionError("every week has weekdays")

    def _day_counts(self, day: dt.date) -> bool:
        return not self.weekdays or day.weekday() < 5

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}{',weekdays' if self.weekdays else ''}"

    @classmethod
    def parse(cls, text: str) -> Hours:
        """The reverse of ``str``: "08:00-18:00" or "08:00-18:00,weekdays". Raises ValueError with words for people."""
        found = _HOURS.fullmatch(text)
        try:
            if found:
                start, end = (dt.time(int(hour), int(minute)) for hour, minute in ((found[1], found[2]), (found[3], found[4])))
                return cls(start, end, bool(found[5]))
        except ValueError:
            pass
        raise ValueError(f"{text} is no part of a day; write it like 08:00-18:00 or 08:00-18:00,weekdays")


@dataclass(frozen=True)
class Pace:
    """All choices together; the default is as fast as the servers allow, at any time."""

    rate: int = 0  # a second and direction, all mailboxes together
    rate_hours: Hours | None = None  # when ``rate`` holds; None: always
    copy_hours: Hours | None = None  # when anything is copied at all; None: always
    source_daily: int = 0  # received from the old server, for each account
    destination_daily: int = 0  # sent to MailSafi, for each account
    project_daily: int = 0  # in both directions, all accounts together

    def __post_init__(self) -> None:
        if any(size < 0 for size in (self.rate, self.source_daily, self.destination_daily, self.project_daily)):
            raise ValueError("a limit cannot be negative")
        if 0 < self.rate < LEAST_RATE:
            raise ValueError(f"a cap below {LEAST_RATE // 1000} kB a second makes connections look dead; choose a higher one")

    def rate_at(self, now: dt.datetime) -> int:
        """The cap at a local moment, 0 for none."""
        return self.rate if self.rate_hours is None or self.rate_hours.hold(now) else 0

    @property
    def budgeted(self) -> bool:
        return bool(self.source_daily or self.destination_daily or self.project_daily)

    def facts(self) -> dict[str, object]:
        """As plain data for JSON."""
        hours = {name: str(value) for name in ("rate_hours", "copy_hours") if (value := getattr(self, name))}
        return {**{name: getattr(self, name) for name in SIZES if getattr(self, name)}, **hours}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Pace:
        """The reverse of `facts`. Raises ValueError or TypeError when it is not one."""
        values: dict[str, Any] = {name: int(facts.get(name, 0)) for name in SIZES}
        values |= {name: Hours.parse(facts[name]) for name in ("rate_hours", "copy_hours") if facts.get(name)}
        return cls(**values)


SIZES = ("rate", "source_daily", "destination_daily", "project_daily")


def parse_size(text: str) -> int:
    """Bytes from words such as "500k", "2.5M", "2 GB" (k, M and G are thousands); raises ValueError with words for people."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text} is no size; write it like 500k, 2.5M or 2G")
    return round(float(found[1]) * _UNITS[found[2]])
