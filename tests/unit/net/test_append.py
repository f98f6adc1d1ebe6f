"""Writing messages: what goes over the wire for each kind of server, what comes back, and what happens when it goes wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.net.append import Appender, CommandMisread, Outgoing, Settled
from tests.unit.net.other_end import Line

PUSHING = ("LITERAL+", "UIDPLUS")
BATCHING = (*PUSHING, "MULTIAPPEND")
DATE = b" 1-Jan-2020 00:00:00 +0000"


def mail(uid: int, data: bytes = b"text", flags: bytes = b"\\Seen", date: bytes = DATE, doubtful: bool = False) -> Outgoing:
    return Outgoing(uid, flags, date, len(data), data, None, doubtful)


def relayed(uid: int, pieces: Iterable[bytes], size: int) -> Outgoing:
    return Outgoing(uid, b"", b"", size, None, iter(pieces))


def test_one_message_is_pushed_with_flags_and_date() -> None:
    with Line(b"W1 OK [APPENDUID 7 12] stored\r\n", capabilities=PUSHING) as line:
        appender: Appender[str] = Appender(line.session)
        appender.send(b'a "b"', [mail(1)], "one")
        assert appender.in_flight == 1
        assert line.heard == b'W1 APPEND "a \\"b\\"" (\\Seen) " 1-Jan-2020 00:00:00 +0000" {4+}\r\ntext\r\n'
        assert appender.settled() == [Settled("one", 7, [12], None)]
        assert appender.settled() == []
    assert not appender.batches


def test_many_messages_in_one_command() -> None:
    with Line(b"* 3 EXISTS\r\nW1 OK [appenduid 7 4:5,9] stored\r\n", capabilities=BATCHING) as line:
        appender: Appender[str] = Appender(line.session)
        assert appender.batches
        appender.send(b"a", [mail(1, b""), mail(2, b"\r\nW9 LOGOUT\r\n", b"", b""), relayed(3, [b"ab", b"", b"c"], 3)], "batch")
        assert line.heard == (
            b'W1 APPEND "a" (\\Seen) " 1-Jan-2020 00:00:00 +0000" {0+}\r\n () {13+}\r\n\r\nW9 LOGOUT\r\n () {3+}\r\nabc\r\n'
        )
        assert appender.settled() == [Settled("batch", 7, [4, 5, 9], None)]


@pytest.mark.parametrize(
    ("told", "uids"),
    [
        (b"[APPENDUID 7 1,2] x", [1, 2]),
        (b"[APPENDUID 7 1:9] x", None),
        (b"[APPENDUID 7 5] x", None),
        (b"[APPENDUID 7 1,] x", None),
        (b"[APPENDUID 7 1:99999999999] x", None),
        (b"[APPENDUID 7 99999999999999999999:100000000000000000000] x", None),
        (b"[APPENDUID 7 0:1] x", None),
        (b"[APPENDUID 7 " + b"9" * 5000 + b"] x", None),
    ],
)
def test_uids_are_believed_only_when_there_is_one_for_each(told: bytes, uids: list[int] | None) -> None:
    with Line(b"W1 OK " + told + b"\r\n", capabilities=BATCHING) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"a", [mail(1), mail(2)], 0)
        assert appender.settled() == [Settled(0, 7, uids, None)]


@pytest.mark.parametrize("number", [b"99999999999", b"9" * 5000])
def test_a_number_that_cannot_be_is_not_believed(number: bytes) -> None:
    with Line(b"W1 OK [APPENDUID " + number + b" 1,2] x\r\n", capabilities=BATCHING) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"a", [mail(1), mail(2)], 0)
        assert appender.settled() == [Settled(0, 0, None, None)]


def test_a_server_that_does_not_tell_uids() -> None:
    with Line(b"W1 OK stored [APPENDUID x y]\r\n", capabilities=PUSHING) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"a", [mail(1)], 0)
        assert appender.settled() == [Settled(0, 0, None, None)]


# --- servers that want to be asked first


@pytest.mark.parametrize("careful", [True, False])
def test_each_literal_waits_for_its_go_ahead(careful: bool) -> None:
    said = b"+ go\r\nW1 OK [APPENDUID 7 1]\r\n+ go\r\nW2 OK [APPENDUID 7 2]\r\n"
    with Line(said, capabilities=PUSHING if careful else ("UIDPLUS",)) as line:
        appender: Appender[int] = Appender(line.session, careful=careful)
        assert not appender.batches
        for number in (1, 2):
            appender.send(b"a", [mail(number, b"text%d" % number, b"", b"")], number)
        assert appender.settled() == [Settled(1, 7, [1], None), Settled(2, 7, [2], None)]
        assert line.heard == b'W1 APPEND "a" () {5}\r\ntext1\r\nW2 APPEND "a" () {5}\r\ntext2\r\n'


def test_a_folder_whose_name_needs_a_literal() -> None:
    with Line(b"+ go\r\n+ go\r\nW1 OK done\r\n", capabilities=BATCHING) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"\xe9", [mail(1)], 1)
        assert [s.refusal for s in appender.settled()] == [None]
        assert line.heard == b'W1 APPEND {1}\r\n\xe9 (\\Seen) " 1-Jan-2020 00:00:00 +0000" {4}\r\ntext\r\n'


def test_attributes_a_server_may_not_understand_are_never_followed_by_a_pushed_message() -> None:
    with Line(b"W1 OK\r\n+ go\r\nW2 OK\r\nW3 OK\r\n", capabilities=BATCHING) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"a", [mail(1)], 1)
        appender.send(b"a", [mail(2, doubtful=True)], 2)
        appender.send(b"a", [mail(3)], 3)
        assert [s.token for s in appender.settled()] == [1, 2, 3]
        assert [b"{4}" in part for part in line.heard.split(b"APPEND")[1:]] == [False, True, False]


def test_a_refusal_in_place_of_the_go_ahead_leaves_the_connection_usable() -> None:
    with Line(b"W1 BAD Invalid date-time\r\n+ go\r\nW2 OK done\r\n", capabilities=()) as line:
        appender: Appender[int] = Appender(line.session)
        for number in (1, 2):
            appender.send(b"a", [mail(number)], number)
        first, second = appender.settled()
        assert isinstance(first.refusal, errors.CommandRefused)
        assert first.refusal.bad
        assert second == Settled(2, 0, None, None)
        assert line.heard.count(b"text") == 1


# --- refusals


def test_a_refused_message_is_handed_back_and_the_others_go_on() -> None:
    with Line(b"W1 OK\r\nW2 NO [OVERQUOTA] full\r\nW3 NO Message contains NUL\r\nW4 OK\r\n", capabilities=PUSHING) as line:
        appender: Appender[int] = Appender(line.session)
        for number in range(1, 5):
            appender.send(b"a", [mail(number)], number)
        kinds = [type(s.refusal) for s in appender.settled()]
    assert kinds == [type(None), errors.OverQuota, errors.CommandRefused, type(None)]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"W1 BAD syntax\r\n", CommandMisread),
        (b"W1 BAD Request is throttled. Suggested Backoff Time: 700 milliseconds\r\n", errors.ServerBusy),
    ],
)
def test_after_bad_to_a_pushed_message_nothing_more_is_said_on_that_connection(
    said: bytes, kind: type[errors.MigrationError]
) -> None:
    with Line(said + b"W2 OK\r\n", capabilities=PUSHING, ended=False) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"a", [mail(1)], 1)
        appender.send(b"a", [mail(2)], 2)
        with pytest.raises(kind) as caught:
            appender.settled()
        assert type(caught.value) is kind
        assert line.session.dead


def test_a_server_that_says_goodbye_ends_it() -> None:
    with Line(b"W1 OK\r\n* BYE gone\r\n", capabilities=PUSHING) as line:
        appender: Appender[int] = Appender(line.session)
        for number in (1, 2):
            appender.send(b"a", [mail(number)], number)
        with pytest.raises(errors.ConnectionLost):
            appender.settled()


# --- relayed messages


@pytest.mark.parametrize("pieces", [[b"abc"], [b"abcdefgh"], []])
def test_a_relayed_message_of_another_size_than_announced_drops_the_connection(pieces: list[bytes]) -> None:
    with Line(ended=False, capabilities=PUSHING) as line:
        appender: Appender[int] = Appender(line.session)
        with pytest.raises(errors.BrokenProtocol):
            appender.send(b"a", [relayed(1, pieces, 5)], 1)
        assert line.session.dead
        assert len(line.heard.partition(b"\r\n")[2]) < 5  # the literal was never completed


def test_a_source_that_fails_inside_a_message_drops_the_destination() -> None:
    def failing() -> Iterator[bytes]:
        yield b"ab"
        raise errors.ConnectionLost(host="source")

    with Line(ended=False, capabilities=PUSHING) as line:
        appender: Appender[int] = Appender(line.session)
        with pytest.raises(errors.ConnectionLost, match="source"):
            appender.send(b"a", [relayed(1, failing(), 5)], 1)
        assert line.session.dead


# --- how much is in flight


def test_what_is_answered_already_is_taken_without_a_wait() -> None:
    with Line(b"W1 OK [APPENDUID 7 1] stored\r\n", capabilities=PUSHING, ended=False) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"a", [mail(1)], 1)
        appender.send(b"a", [mail(2)], 2)
        assert [s.token for s in appender.settled(keep=9)] == [1]
        assert appender.in_flight == 1  # not answered, and not waited for
        line.far.sendall(b"W2 OK [APPENDUID 7 2] stored\r\n")
        assert [s.token for s in appender.settled(keep=9)] == [2]


def test_a_broken_connection_is_told_by_the_next_look_at_answers() -> None:
    with Line(capabilities=PUSHING, ended=False) as line:
        appender: Appender[int] = Appender(line.session)
        appender.send(b"a", [mail(1)], 1)
        line.wire.drop()
        with pytest.raises(errors.ConnectionLost):
            appender.settled(keep=9)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30), st.integers(1, 60), st.integers(1, 5))
def test_never_more_in_flight_than_allowed_and_every_outcome_in_order(sizes: list[int], window: int, commands: int) -> None:
    said = b"".join(b"W%d OK [APPENDUID 7 %d]\r\n" % (i, i) for i in range(1, len(sizes) + 1))
    with Line(said, capabilities=PUSHING) as line:
        appender: Appender[int] = Appender(line.session, window=window, commands=commands)
        outcomes, under_way = [], 0
        for number, size in enumerate(sizes, 1):
            appender.send(b"a", [mail(number, bytes(size))], number)
            assert appender.in_flight <= commands
            under_way = sum(sizes[number - appender.in_flight : number])
            assert under_way <= window or appender.in_flight == 1
            outcomes += appender.settled(keep=commands)
        outcomes += appender.settled()
    assert [s.token for s in outcomes] == list(range(1, len(sizes) + 1))
    assert [s.uids for s in outcomes] == [[i] for i in range(1, len(sizes) + 1)]
