"""A command of the program, run in this process."""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from mailsafi_wizard import cli
from tests.unit.small_company import PASSWORDS


@contextlib.contextmanager
def signals_kept() -> Iterator[None]:
    """A command answers signals in its own way; afterwards they mean again what they meant to pytest."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


class Command:
    """One command: its arguments, exit status and what it wrote."""

    def __init__(self, capture: pytest.CaptureFixture[str], *arguments: object) -> None:
        with signals_kept():
            self.status = cli.main([str(a) for a in arguments])
        self.out, self.err = capture.readouterr()
        for password in PASSWORDS:
            assert password not in self.out + self.err
            assert json.dumps(password)[1:-1] not in self.out

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; fails when one is none."""
        found = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(line, dict) and "event" in line for line in found)
        return found
