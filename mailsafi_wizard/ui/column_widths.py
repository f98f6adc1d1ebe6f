"""How a table's width is shared among its columns: pure arithmetic in device-independent pixels, which knows no table.

Where there is too little room the least important columns go first; then words are cut; only then the table scrolls sideways.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailsafi_wizard.records import dataclass


@dataclass(frozen=True)
class Wish:
    """One column: the width it would like, the least that is still of use, whether it takes what is left, and when it goes (0: never)."""

    wanted: int
    least: int
    stretch: bool = False
    yields: int = 0

    @property
    def asked(self) -> int:
        return self.least if self.stretch else self.wanted


def shared(wishes: Sequence[Wish], width: int) -> list[int]:
    """The width of each column, 0 for one that has to go. Their sum is ``width`` unless what must stay needs more or nothing stretches."""
    stay = _staying(wishes, width)
    widths = [wish.asked if number in stay else 0 for number, wish in enumerate(wishes)]
    over = sum(widths) - width
    if over > 0:
        _squeeze(widths, wishes, over)
    elif stretching := [number for number in stay if wishes[number].stretch]:
        _spread(widths, sorted(stretching), width)
    return widths


def _staying(wishes: Sequence[Wish], width: int) -> set[int]:
    stay = set(range(len(wishes)))
    for number in sorted((n for n in stay if wishes[n].yields), key=lambda n: -wishes[n].yields):
        if sum(wishes[n].asked for n in stay) <= width:
            break
        stay.discard(number)
    return stay


def _squeeze(widths: list[int], wishes: Sequence[Wish], over: int) -> None:
    """Each gives in proportion to what it has above its least."""
    spare = [max(0, width - wish.least) if width else 0 for width, wish in zip(widths, wishes, strict=True)]
    whole = sum(spare)
    if not whole:
        return
    for number, one in enumerate(spare):
        widths[number] -= min(one, -(-over * one // whole))


def _spread(widths: list[int], stretching: list[int], width: int) -> None:
    """All that stretch become as wide as each other where their leasts allow."""
    fixed = sum(w for number, w in enumerate(widths) if number not in stretching)
    left = width - fixed
    for place, number in enumerate(sorted(stretching, key=lambda n: -widths[n])):
        share = left // (len(stretching) - place)
        widths[number] = max(widths[number], share)
        left -= widths[number]
