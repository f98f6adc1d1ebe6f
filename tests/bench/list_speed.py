"""How long a list of ten thousand mailboxes takes: read as text and as a workbook, written, judged anew after one change.

python -m tests.bench.list_speed [ROWS]
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import openpyxl

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store.credential_list import Row, read, write
from mailsafi_wizard.store.list_rows import check

T = TypeVar("T")


def timed(what: str, call: Callable[[], T]) -> T:
    start = time.perf_counter()
    answer = call()
    print(f"{what:<28} {time.perf_counter() - start:6.2f} s")
    return answer


def workbook(rows: list[Row]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["EmailAddress", "UserName", "Password"])
    for row in rows:
        sheet.append([row.address, row.user, row.password.reveal()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def main(count: int) -> None:
    rows = [Row(0, f"user{n}@example.co.ke", f"user{n}", Secret(f'P,ä"{n}')) for n in range(count)]
    print(f"{count} rows")
    data = timed("written", lambda: write(rows))
    found = timed("read as text", lambda: read(data, ("example.co.ke",)))
    book = workbook(rows)
    again = timed("read as a workbook", lambda: read(book, ("example.co.ke",)))
    timed("judged anew", lambda: check(found.drafts, ("example.co.ke",)))
    assert [row.password for row in again.rows] == [row.password for row in found.rows]
    assert len(found.rows) == count


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
