"""Reads calendar files by a library that shares no code with the program; its answers are of many types."""

from __future__ import annotations

from typing import Any

import icalendar


def whole(data: bytes) -> Any:
    return icalendar.Calendar.from_ical(data)


def events(data: bytes) -> list[Any]:
    return list(whole(data).walk("VEVENT"))
