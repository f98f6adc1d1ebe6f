"""Which evening is quiet enough for the cutover, and why: in words. Pure.

The last working day before a weekend: on it people are still there, after it a free weekend is left for questions and for mail programs.
"""

from __future__ import annotations

import datetime as dt

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.schedule.workdays import Holiday, Workdays
from mailsafi_wizard.words import N_

NEAREST, USUAL, FARTHEST = 21, 30, 45  # days from today
WEEK = 7
MANY_FREE = 4  # days off in a row: too long for users without a working mail program
FREE_NEXT_WEEK = 8  # how many days of distance one holiday in the week after the cutover weighs: users then are away
BRIDGE = 4  # a weekend longer by one day
SOON = 5  # days from the beginning of the plan: the least in which all can be told
UNSURE = 12  # a holiday that may move onto the day or the weekend


@dataclass(frozen=True)
class Remark:
    """One sentence on a day. ``text`` is a template; ``holiday`` fills its {holiday} and {day}. ``warns``: the day has something against it."""

    text: str
    warns: bool = False
    holiday: Holiday | None = None


def proposed(today: dt.date, workdays: Workdays) -> dt.date:
    """The best evening from three to six weeks ahead, as near to 30 days as can be."""
    candidates = [today + dt.timedelta(days=n) for n in range(NEAREST, FARTHEST + 1)]
    quiet = [day for day in candidates if _ends_the_week(day, workdays)] or candidates
    return min(quiet, key=lambda day: (_weight(day, today, workdays), day))


def next_quiet(after: dt.date, workdays: Workdays) -> dt.date:
    """The first evening later than ``after`` that ends a week and is no holiday."""
    days = (after + dt.timedelta(days=n) for n in range(1, 60))
    return next((day for day in days if _ends_the_week(day, workdays)), after + dt.timedelta(days=1))


def _ends_the_week(day: dt.date, workdays: Workdays) -> bool:
    return workdays.is_working(day) and workdays.is_weekend(day + dt.timedelta(days=1))


def _weight(day: dt.date, today: dt.date, workdays: Workdays) -> int:
    free = _free_after(day, workdays)
    weight = abs((day - today).days - USUAL)
    weight += FREE_NEXT_WEEK * sum(not workdays.is_weekend(one.day) for one in _next_week(day, workdays))
    weight += BRIDGE * (free == MANY_FREE - 1) + 2 * USUAL * (free >= MANY_FREE)
    return weight + UNSURE * bool(_unsure(day, workdays))


def _free_after(day: dt.date, workdays: Workdays) -> int:
    """How many days in a row are free from the day after ``day`` on."""
    return next(n for n in range(40) if workdays.is_working(day + dt.timedelta(days=n + 1)))


def _next_week(day: dt.date, workdays: Workdays) -> tuple[Holiday, ...]:
    return workdays.holidays(day + dt.timedelta(days=1), day + dt.timedelta(days=WEEK))


def _unsure(day: dt.date, workdays: Workdays) -> tuple[Holiday, ...]:
    """Uncertain holidays that may come to lie on the day or on the three after it."""
    around = workdays.holidays(day - dt.timedelta(days=1), day + dt.timedelta(days=4))
    return tuple(holiday for holiday in around if holiday.uncertain)


def remarks(day: dt.date, today: dt.date, workdays: Workdays, begin: dt.date | None = None) -> tuple[Remark, ...]:
    """What there is to say of a day as the day of the cutover: for it and against it, the weightiest first.

    ``begin``: the day on which the plan began, where that is not today.
    """
    if day < today:
        return (Remark(N_("This day has passed.")),)
    found: list[Remark] = []
    if (day - min(today, begin or today)).days < SOON:
        found.append(Remark(_SOON, warns=True))
    holiday = workdays.holiday(day)
    if holiday is not None and not holiday.uncertain:
        found.append(Remark(N_("It is {holiday}: few people are there to help or to be asked."), warns=True, holiday=holiday))
    elif workdays.is_weekend(day):
        found.append(
            Remark(N_("It is a day of the weekend: quiet, but helpers and your DNS provider may not be reached."), warns=True)
        )
    elif _ends_the_week(day, workdays):
        found.append(Remark(_praise(day, workdays)))
    else:
        found.append(Remark(N_("The next day is a working day: there is only one night to mend what does not work."), warns=True))
    found += [Remark(_UNSURE, warns=True, holiday=one) for one in _unsure(day, workdays)]
    certain = [one for one in _next_week(day, workdays) if not one.uncertain and not workdays.is_weekend(one.day)]
    return (*found, *(Remark(_FOLLOWS, holiday=one, warns=True) for one in certain))


_SOON = N_("That is very soon: users hear of it late, and the TTL of the MX record may not be lowered in time.")
_UNSURE = N_(
    "{holiday} is expected on {day}, but its day is declared late and may move by one or two: look again when it is known."
)
_FOLLOWS = N_("{holiday} on {day} falls into the week after: some users will sign in for the first time later.")


def _praise(day: dt.date, workdays: Workdays) -> str:
    free = _free_after(day, workdays)
    if free >= MANY_FREE:
        return N_("A working day before many free ones: quiet, but users wait long for help with their mail programs.")
    if free == MANY_FREE - 1:
        return N_(
            "The last working day before a long weekend: in the evening few people write, and three free days are left for questions."
        )
    return N_("The last working day of the week: in the evening few people write, and the weekend is there for questions.")


def passed_over(day: dt.date, today: dt.date, workdays: Workdays) -> tuple[Holiday, ...]:
    """Why ``day`` is proposed and none nearer to 30 days: the holidays on the nearer ends of a week, or in the week after them."""
    distance = abs((day - today).days - USUAL)
    middle = today + dt.timedelta(days=USUAL)
    nearer = [middle + dt.timedelta(days=n) for n in range(-distance, distance + 1)]
    found: dict[dt.date, Holiday] = {}
    for other in nearer:
        if workdays.is_weekend(other) or not workdays.is_weekend(other + dt.timedelta(days=1)) or other == day:
            continue
        own = workdays.holiday(other)
        for holiday in (own,) if own else _next_week(other, workdays):
            if not workdays.is_weekend(holiday.day):
                found[holiday.day] = holiday
    return tuple(found[one] for one in sorted(found))
