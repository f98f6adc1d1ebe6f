"""The bounded queue between reader and writer, and which sizes may be believed."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.control import Interrupted
from mailsafi_wizard.engine.reader import LITTLE, Queue, believable
from tests.unit.net.other_end import Line


@given(st.lists(st.binary(max_size=20), max_size=30), st.integers(1, 40))
def test_what_is_put_comes_out_in_order_whatever_the_limit(items: list[bytes], limit: int) -> None:
    queue = Queue(limit)

    def fill() -> None:
        for item in items:
            queue.put(item, len(item))
        queue.close()

    thread = threading.Thread(target=fill)
    thread.start()
    found = []
    while (item := queue.get()) is not None:
        found.append(item)
    thread.join(10)
    assert found == items
    assert queue.empty


def test_one_item_larger_than_the_limit_passes_and_the_next_one_waits() -> None:
    queue, second = Queue(10), threading.Event()

    def fill() -> None:
        queue.put(b"big", 1000)
        queue.put(b"next", 1)
        second.set()

    thread = threading.Thread(target=fill)
    thread.start()
    assert queue.get() == b"big"
    assert second.wait(10)
    assert queue.get() == b"next"
    thread.join(10)


def test_closing_frees_one_who_waits_to_put_and_one_who_waits_to_get() -> None:
    full, interrupted = Queue(1), threading.Event()
    full.put(b"x", 5)

    def fill() -> None:
        try:
            full.put(b"y", 5)
        except Interrupted:
            interrupted.set()

    thread = threading.Thread(target=fill)
    thread.start()
    full.close()
    assert interrupted.wait(10)
    thread.join(10)
    assert full.get() == b"x"
    assert full.get() is None


def test_what_ended_the_reader_is_raised_after_what_it_had_read() -> None:
    queue = Queue(10)
    queue.put(b"x", 1)
    queue.close(OSError("first"))
    queue.close(OSError("second"))
    assert queue.get() == b"x"
    with pytest.raises(OSError, match="first"):
        queue.get()


@pytest.mark.parametrize(
    ("listed", "found", "lines", "ended", "believed"),
    [
        (100, 100, 3, False, True),
        (100, 120, 3, False, True),  # more than listed may be
        (103, 100, 3, False, True),  # line ends counted twice
        (100 + LITTLE, 100, 3, True, True),
        (100 + LITTLE, 100, 3, False, False),  # cut in a line
        (101 + LITTLE, 100, 3, True, False),
    ],
)
def test_sizes_that_may_be_true(listed: int, found: int, lines: int, ended: bool, believed: bool) -> None:
    with Line() as line:
        line.session.greeting = "Dovecot ready."
        assert believable(line.session, listed, found, lines, ended) is believed
        line.session.greeting = "The Microsoft Exchange IMAP4 service is ready."
        assert believable(line.session, listed, found, lines, ended)
