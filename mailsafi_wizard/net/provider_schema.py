"""Reads values out of a TOML table and names the key of whatever is missing, of the wrong type or not known. Pure.

Reading a key uses it up; `Table.end` complains of what nobody asked for, so that a misspelt key never passes in silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

V = TypeVar("V", str, int)
_MISSING: Any = object()


class Fault(Exception):
    """``key`` (dotted, as in the file) and what is wrong with it."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"{key}: {what}")


class Table:
    """One table of a file; ``path`` is its dotted name, "" for the file itself."""

    def __init__(self, data: dict[str, Any], path: str = "") -> None:
        self._left = dict(data)
        self.path = path

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _take(self, key: str, kind: type, otherwise: Any) -> Any:
        if key not in self._left:
            if otherwise is _MISSING:
                raise Fault(self._name(key), "is missing")
            return otherwise
        value = self._left.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise Fault(self._name(key), f"must be {_WORDS[kind]}, not {value!r}")
        return value

    def text(self, key: str, otherwise: str = _MISSING) -> str:
        """Words on one line, without space at their ends; must not be empty when the key is there."""
        there = key in self._left
        value: str = self._take(key, str, otherwise)
        if there and (not value or value != value.strip() or not value.isprintable()):
            raise Fault(self._name(key), "must be one line of text that is not empty and does not begin or end with a space")
        return value

    def number(self, key: str, otherwise: int = _MISSING) -> int:
        value: int = self._take(key, int, otherwise)
        if value <= 0:
            raise Fault(self._name(key), f"must be above 0, not {value}")
        return value

    def date(self, key: str) -> dt.date:
        value: dt.date = self._take(key, dt.date, _MISSING)
        if isinstance(value, dt.datetime):
            raise Fault(self._name(key), "must be a date without a time")
        return value

    def link(self, key: str) -> str:
        """An https address; "" when the key is not there."""
        value = self.text(key, "")
        if value and (urlsplit(value).scheme != "https" or not urlsplit(value).hostname):
            raise Fault(self._name(key), f"must begin with https://, not {value!r}")
        return value

    def choice(self, key: str, values: Sequence[V], otherwise: V = _MISSING) -> V:
        value = self._take(key, type(values[0]), otherwise)
        if value is not otherwise and value not in values:
            raise Fault(self._name(key), f"must be one of {', '.join(map(str, values))}, not {value!r}")
        found: V = value
        return found

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is not there."""
        values = self._take(key, list, [])
        if not all(isinstance(value, str) and value for value in values):
            raise Fault(self._name(key), "must be a list of texts")
        return tuple(values)

    def table(self, key: str) -> Table:
        return Table(self._take(key, dict, {}), self._name(key))

    def tables(self, key: str, most: int = 100) -> list[Table]:
        """The tables written ``[[key]]``, none when there are none."""
        values = self._take(key, list, [])
        if not all(isinstance(value, dict) for value in values) or len(values) > most:
            raise Fault(self._name(key), f"must be written [[{self._name(key)}]], at most {most} times")
        return [Table(value, f"{self._name(key)}[{number}]") for number, value in enumerate(values, 1)]

    def named_tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """The tables written ``[key.NAME]``."""
        for name, value in self._take(key, dict, {}).items():
            if not isinstance(value, dict):
                raise Fault(f"{self._name(key)}.{name}", "must be a table")
            yield name, Table(value, f"{self._name(key)}.{name}")

    def end(self) -> None:
        """Everything was read; raises Fault for a key that is left."""
        if self._left:
            raise Fault(self._name(next(iter(self._left))), "is not a key that is known here")


_WORDS = {str: "a text", int: "a whole number", dt.date: "a date", list: "a list", dict: "a table"}
