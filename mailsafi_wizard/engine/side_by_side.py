"""Two calls at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Runs two calls side by side; raises what the first raised, else what the second did."""
    result: list[B] = []
    problem: list[BaseException] = []

    def run() -> None:
        try:
            result.append(second())
        except BaseException as e:  # noqa: BLE001 (raised again by the caller)
            problem.append(e)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        mine = first()
    finally:
        thread.join()
    if problem:
        raise problem[0]
    return mine, result[0]
