"""An answer of the project file that is kept until it is told to be no longer true: short lists that a screen asks for many times a second.

The file belongs to one program at a time, so whoever writes can tell. Any thread may ask and tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """``ask`` gives the answer anew; it must not be changed by whoever gets it."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._version = object()
        self._known: tuple[object, T] | None = None

    def get(self) -> T:
        """The answer; one that was asked for while somebody was writing is not kept."""
        version, known = self._version, self._known
        if known is None or known[0] is not version:
            known = self._known = version, self._ask()
        return known[1]

    def forget(self) -> None:
        """To be called after what changes the answer was written."""
        self._version = object()
