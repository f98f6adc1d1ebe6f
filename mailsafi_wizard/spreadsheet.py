"""Tables for spreadsheets: CSV in which no cell of text is taken for a formula. Pure; must not know what is in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_SIGNS = r"[=+\-@\t\r\n＝＋－＠]"  # the wide ones too: spreadsheets of East Asia calculate with them
_FORMULA = re.compile(rf"'*{_SIGNS}")
_NEUTRALISED = re.compile(rf"'+{_SIGNS}")


def neutralised(text: str) -> str:
    """The text with a ' in front where a spreadsheet would take it for a formula; `restored` takes it off again."""
    return "'" + text if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What was given to `neutralised`."""
    return text[1:] if _NEUTRALISED.match(text) else text


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte order mark for Excel; text is neutralised, all else is written plain."""
    out = io.StringIO()
    csv.writer(out).writerows([neutralised(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")
