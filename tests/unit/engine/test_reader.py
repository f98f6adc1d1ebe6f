"""The bounded queue between reader and writer, messages in order however they come, and which sizes may be believed."""

from __future__ import annotations

import threading
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine import reader
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.engine.reader import HELD_BYTES, LITTLE, Item, Missing, Parcel, Queue, Reader, Start, believable
from mailsafi_wizard.engine.style import Style
from mailsafi_wizard.net.fetch import BIG
from mailsafi_wizard.store.rows import FolderRecord
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


# --- messages however they come

SIZES = {1: 10, 2: BIG, 3: 20, 4: BIG + 5}
OPENED = b"* 9 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nW1 OK [READ-ONLY] x\r\n"


def content(uid: int, size: int) -> bytes:
    return (b"%d" % uid) * size


def fetched(uid: int, size: int, late: bool = False) -> bytes:
    """A FETCH reply; ``late``: it says who it is behind its content."""
    names = b'UID %d FLAGS (\\Seen) INTERNALDATE " 1-Jan-2026 00:00:00 +0000"' % uid
    body = b"BODY[] {%d}\r\n%s" % (size, content(uid, size))
    return b"* 9 FETCH (%s)\r\n" % (body + b" " + names if late else names + b" " + body)


def read(said: bytes, style: Style | None = None, sizes: dict[int, int] = SIZES) -> list[tuple[int, bytes | None]]:
    """What the writer gets of a folder with ``sizes``, in order: UID and content, None for what is missing."""
    work = FolderWork(FolderRecord(1, 1, b"f", "f", b"f", "f", s_validity=7), array("L", sizes), array("Q", sizes.values()))
    queue = Queue(HELD_BYTES)
    with Line(OPENED + said, listens=True) as line:
        line.session.greeting = "Dovecot ready."
        thread = Reader(line.session, [work], Control(), style or Style(), queue)
        thread.start()
        found: list[tuple[int, bytes | None]] = []
        while (item := queue.get()) is not None:
            found += taken(item, queue)
        thread.join(10)
    return found


def taken(item: Item, queue: Queue) -> list[tuple[int, bytes | None]]:
    if isinstance(item, Parcel):
        return [(body.uid, body.data) for body, _header, _digest, _key in item.messages]
    if isinstance(item, Start):
        pieces = []
        while piece := queue.get():
            assert isinstance(piece, bytes)
            pieces.append(piece)
        assert (item.flags, item.date) == (b"\\Seen", b" 1-Jan-2026 00:00:00 +0000")
        return [(item.uid, b"".join(pieces))]
    assert isinstance(item, Missing)
    return [(item.uid, None)]


ALL = [(uid, content(uid, size)) for uid, size in SIZES.items()]


@given(st.permutations(list(SIZES)))
def test_every_message_is_handed_over_once_and_in_order(order: list[int]) -> None:
    said = b"".join(fetched(uid, SIZES[uid]) for uid in order)
    assert read(said + b"W2 OK\r\n") == ALL


def test_a_big_message_that_says_who_it_is_too_late_is_left_for_a_round_of_its_own() -> None:
    style = Style()
    said = fetched(1, 10) + fetched(2, BIG, late=True) + fetched(3, 20) + fetched(4, BIG + 5)
    assert read(said + b"W2 OK\r\n", style) == [ALL[0], (2, None), ALL[2], ALL[3]]
    assert style.apart
    single = b"W2 OK\r\n" + fetched(2, BIG) + b"W3 OK\r\n"
    assert read(fetched(1, 10) + single, style, {1: 10, 2: BIG}) == ALL[:2]


def test_big_messages_out_of_turn_are_held_only_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "HELD_BYTES", 2 * BIG)
    sizes = {1: 10, 2: BIG, 3: BIG, 4: BIG}
    said = b"".join(fetched(uid, sizes[uid]) for uid in (4, 3, 2, 1))
    found = read(said + b"W2 OK\r\n", sizes=sizes)
    assert [uid for uid, data in found if data is None] == [2]
    assert [uid for uid, _data in found] == [1, 2, 3, 4]


def test_a_big_message_that_is_shorter_than_listed_is_judged_before_any_of_it_is_sent() -> None:
    said = fetched(1, 10) + fetched(2, BIG) + fetched(3, 20)
    assert read(said + b"W2 OK\r\n", sizes={1: 10, 2: BIG + 100, 3: 20}) == [ALL[0], (2, None), ALL[2]]
