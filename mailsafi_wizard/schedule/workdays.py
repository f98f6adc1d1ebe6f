"""Which days are worked: the weekend and the public holidays of a country. Knows nothing of tasks.

Holidays that hang on the sight of the moon, or that a minister may declare, are known as likely only; they are told as uncertain.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Any

from mailsafi_wizard.records import dataclass

ENGLISH = ("en_US", "en_KE", "en_GB", "en_IN", "en")
UNCERTAIN = "(estimated)"  # what the library puts behind a date that was reckoned, not seen
LIKELY = ("islamic",)  # categories of days that are declared as free in most years, though not by law
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Holiday:
    """One free day. ``uncertain``: it may move by a day, or be declared late or not at all."""

    day: dt.date
    name: str
    uncertain: bool = False


class Workdays:
    """The days of ``country`` (ISO 3166, two letters). Of "" or an unknown one only Saturday and Sunday are free."""

    def __init__(self, country: str = "", language: str = "en") -> None:
        self.country, self._language = country, language
        self._years: dict[int, dict[dt.date, Holiday]] = {}
        self._weekend = _weekend(country)

    def is_weekend(self, day: dt.date) -> bool:
        return day.weekday() in self._weekend

    def is_working(self, day: dt.date) -> bool:
        """A likely holiday (`Holiday.uncertain`) counts as free: nothing is lost by planning around it."""
        return not self.is_weekend(day) and self.holiday(day) is None

    def holiday(self, day: dt.date) -> Holiday | None:
        if day.year not in self._years:
            self._years[day.year] = _holidays(self.country, day.year, self._language)
        return self._years[day.year].get(day)

    def holidays(self, first: dt.date, last: dt.date) -> tuple[Holiday, ...]:
        """Those from ``first`` to ``last``, both included, in order."""
        days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(found for day in days if (found := self.holiday(day)) is not None)


@functools.lru_cache(maxsize=8)
def of(country: str, language: str = "en") -> Workdays:
    """The days of a country, remembered."""
    return Workdays(country, language)


def countries() -> tuple[str, ...]:
    """The two-letter codes of the countries whose holidays are known, in order."""
    import holidays  # takes time and memory; whoever opens no plan does without

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


def _weekend(country: str) -> frozenset[int]:
    made = _made(country, dt.date(2000, 1, 1).year, ("public",), ENGLISH)
    return frozenset(made.weekend) if made is not None else frozenset((SATURDAY, SUNDAY))


def _holidays(country: str, year: int, language: str) -> dict[dt.date, Holiday]:
    english = _made(country, year, ("public",), ENGLISH)
    if english is None:
        return {}
    shown = _made(country, year, ("public",), (language, *ENGLISH)) or english
    found = {day: Holiday(day, _clean(shown.get(day, name)), UNCERTAIN in name) for day, name in english.items()}
    likely = _made(country, year, LIKELY, (language, *ENGLISH))
    for day, name in likely.items() if likely is not None else ():
        found.setdefault(day, Holiday(day, _clean(name), uncertain=True))
    return found


def _made(country: str, year: int, categories: Iterable[str], languages: Iterable[str]) -> Any:
    """The library's own answer for one year; None for a country it doesn't know, or that has none of these categories."""
    if not country:
        return None
    import holidays

    kind = getattr(holidays, country, None) if country in countries() else None
    if kind is None:
        return None
    wanted = [one for one in categories if one in kind.supported_categories]
    if not wanted:
        return None
    language = next((one for one in languages if one in kind.supported_languages), None)
    return kind(years=year, categories=wanted, language=language)


def _clean(name: str) -> str:
    """Without the library's remark; that a day is uncertain is told by us."""
    for remark in (UNCERTAIN, "(inakadiriwa)", "(makisio)"):
        name = name.replace(remark, "")
    return name.strip()
