"""Messages that failed, by date: what servers write is read at home, and sorts by time and not by letters."""

from __future__ import annotations

from mailsafi_wizard.model import FailedMessage
from mailsafi_wizard.ui.copy_lists import failure_columns


def test_dates_are_told_at_home_and_sort_by_time() -> None:
    dates = ["09-Dec-2025 08:58:18 +0300", " 1-Jan-2026 00:00:00 +0000", "no date", "31-Oct-1999 23:00:00 -0500"]
    rows = [("a@x", FailedMessage(1, "INBOX", uid, 9, date, "too large")) for uid, date in enumerate(dates)]
    column = failure_columns("Africa/Nairobi")[2]
    assert column.sort is not None
    assert [row[1].uid for row in sorted(rows, key=column.sort)] == [2, 3, 0, 1]
    assert column.text(rows[2]) == "no date"
    assert "08:58" in column.text(rows[0])
    assert "03:00" in column.text(rows[1])
