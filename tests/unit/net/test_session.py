"""One IMAP conversation: commands and replies, names and quoting, and secrets that never show."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.net.grammar import Literal, decode_name, encode_name, quoted, structured
from mailsafi_wizard.net.session import MOST_REPLY_BYTES
from mailsafi_wizard.net.wire import Patience
from tests.unit.net.other_end import Line

# --- names


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@example("a&b")
@example("~peter/mail/台北/日本語")
@example("&-&-")
@example("😀")
def test_a_name_comes_back_from_modified_utf_7(text: str) -> None:
    raw = encode_name(text)
    assert all(0x20 <= byte < 0x7F for byte in raw)
    assert decode_name(raw) == (text, True)


@given(st.binary(max_size=30))
@example(b"&")
@example(b"&AOk")  # the end of the code is missing
@example(b"&2D0-")  # half of a pair
@example(b"&AGE-")  # "a" in code, which must stand for itself
@example("Entwürfe".encode())
@example(b"\xff\xfe")
def test_any_bytes_can_be_shown_and_are_called_valid_only_when_they_are(raw: bytes) -> None:
    text, valid = decode_name(raw)
    text.encode("utf-8")
    assert valid == (valid and encode_name(text) == raw)


@pytest.mark.parametrize("raw", [b"&", b"&AOk", b"&2D0-", b"&AGE-", b"\xff", "Entwürfe".encode()])
def test_invalid_names_are_read_leniently(raw: bytes) -> None:
    assert decode_name(raw) == (raw.decode("utf-8", "backslashreplace"), False)


# --- quoting


@given(st.binary(max_size=40))
@example(b'say "a\\b"')
@example(b"a\r\nW2 LOGOUT")
def test_quoted_strings_hold_only_what_they_may_and_say_the_same(data: bytes) -> None:
    argument = quoted(data)
    if isinstance(argument, Literal):
        assert argument.data == data
        assert any(byte in b"\r\n\0" or byte >= 0x80 for byte in data)
        return
    assert argument[:1] == argument[-1:] == b'"'
    inside, plain = argument[1:-1], b""
    while inside:
        assert inside[:1] != b'"'
        plain, inside = (plain + inside[1:2], inside[2:]) if inside[:1] == b"\\" else (plain + inside[:1], inside[1:])
    assert plain == data


def test_a_literal_is_pushed_where_the_server_takes_it() -> None:
    with Line(b"W1 OK done\r\n") as line:
        assert line.session.run(b"CREATE", Literal(b"\xe9"), b"(USE (\\Sent))") == []
        assert line.heard == b"W1 CREATE {1+}\r\n\xe9 (USE (\\Sent))\r\n"


def test_a_literal_waits_for_the_go_ahead_elsewhere() -> None:
    with Line(b"* 3 EXISTS\r\n+ go\r\nW1 OK done\r\n", capabilities=()) as line:
        line.session.run(b"CREATE", Literal(b"\xe9"))
        assert line.heard == b"W1 CREATE {1}\r\n\xe9\r\n"


def test_a_literal_that_must_wait_is_never_sent_while_others_are_in_flight() -> None:
    with Line(capabilities=()) as line:
        line.session.send(b"NOOP")
        with pytest.raises(RuntimeError):
            line.session.send(b"CREATE", Literal(b"\xe9"))


@pytest.mark.parametrize(
    ("capability", "size", "pushed"),
    [("LITERAL-", 4096, True), ("LITERAL-", 4097, False), ("LITERAL+", 5000, True), ("", 1, False)],
)
def test_how_much_may_be_pushed(capability: str, size: int, pushed: bool) -> None:
    with Line(capabilities=(capability,)) as line:
        assert line.session.can_push(size) is pushed


def test_a_refusal_in_place_of_the_go_ahead_is_raised_and_one_without_reason_breaks() -> None:
    with Line(b"W1 NO [ALREADYEXISTS] there\r\n", capabilities=()) as line, pytest.raises(errors.CommandRefused) as caught:
        line.session.run(b"CREATE", Literal(b"\xe9"))
    assert (caught.value.code, line.session.dead) == ("ALREADYEXISTS", False)
    with Line(b"W1 OK done\r\n", capabilities=()) as line, pytest.raises(errors.BrokenProtocol):
        line.session.run(b"CREATE", Literal(b"\xe9"))


@pytest.mark.parametrize("bad", [b"a\rb", b"a\nb", b"a\0b", b"a\r\nW9 DELETE x"])
def test_no_line_end_gets_into_a_command(bad: bytes) -> None:
    with Line() as line:
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            line.session.send(b"CREATE", bad)
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            line.session.send(bad, Literal(b"x"))
        assert line.heard == b""


# --- replies


REPLIES = b'* LIST () "." {5}\r\nin\r\nx\r\n* OK [UIDNEXT 4] next\r\n* LIST () "/" "{3}"\r\nW1 OK [READ-ONLY] done\r\n'


@given(st.lists(st.integers(1, 9), max_size=60))
def test_replies_are_the_same_however_they_come(sizes: list[int]) -> None:
    with Line(REPLIES, sizes=sizes) as line:
        found = line.session.run(b"LIST", b'"" "*"')
        assert found == [[b'* LIST () "." ', b"in\r\nx", b""], [b"* OK [UIDNEXT 4] next"], [b'* LIST () "/" "{3}"']]
        assert line.session.last_ok == b"[READ-ONLY] done"
        assert line.session.in_flight == 0


@pytest.mark.parametrize(
    "said",
    [
        b"W7 OK another's\r\n",
        b"W1 MAYBE\r\n",
        b"OK done\r\n",
        b"\r\n",
        b"+ go on\r\n",
        b"\0\xff\r\n",
        b"W1 OKAY done\r\n",
    ],
)
def test_a_line_that_is_no_reply_breaks_the_connection(said: bytes) -> None:
    with Line(said) as line, pytest.raises(errors.BrokenProtocol):
        line.session.run(b"NOOP")
    assert line.session.dead


def test_a_reply_without_text_is_a_reply() -> None:
    with Line(b"W1 OK\r\nw2 ok\r\nW2 ok fine\r\n") as line:
        assert line.session.run(b"NOOP") == []
        with pytest.raises(errors.BrokenProtocol):  # tags are told apart by case (RFC 9051 section 9)
            line.session.run(b"NOOP")


def test_answers_out_of_turn_are_taken_where_servers_may_give_them() -> None:
    with Line(b"* 2 FETCH (UID 2)\r\nW2 OK second\r\nW1 NO [CANNOT] first\r\n") as line:
        first, second = line.session.send(b"UID FETCH", b"1", b"(UID)"), line.session.send(b"UID FETCH", b"2", b"(UID)")
        with pytest.raises(errors.CommandRefused, match="first"):
            list(line.session.replies(first))
        assert list(line.session.replies(second)) == []
        assert line.session.last_ok == b"second"


def test_a_refusal_out_of_turn_is_raised_for_its_own_command() -> None:
    with Line(b"W2 NO second\r\nW1 OK first\r\n") as line:
        first, second = line.session.send(b"UID STORE", b"1"), line.session.send(b"UID STORE", b"2")
        assert list(line.session.replies(first)) == []
        with pytest.raises(errors.CommandRefused, match="second"):
            list(line.session.replies(second))


def test_other_commands_must_be_answered_in_turn() -> None:
    with Line(b"W2 OK second\r\n") as line:
        first = line.session.send(b"SELECT", b"a")
        line.session.send(b"SELECT", b"b")
        with pytest.raises(errors.BrokenProtocol):
            list(line.session.replies(first))


def test_bye_ends_a_command() -> None:
    with Line(b"* BYE Autologout; idle for too long\r\n") as line, pytest.raises(errors.ConnectionLost, match="Autologout"):
        line.session.run(b"NOOP")
    with Line(b"* bye [UNAVAILABLE] maintenance, try again in 2 minutes\r\n") as line, pytest.raises(errors.ServerBusy) as caught:
        line.session.run(b"NOOP")
    assert caught.value.wait == 120
    assert line.session.dead


@pytest.mark.parametrize(("word", "kind"), [(b"NO", False), (b"BAD", True)])
def test_a_refusal_carries_code_and_words(word: bytes, kind: bool) -> None:
    with Line(b"W1 " + word + b" [noperm] You may\tnot\x07 do that\r\nW2 OK\r\n") as line:
        with pytest.raises(errors.CommandRefused) as caught:
            line.session.run(b"SELECT", b"x")
        assert (caught.value.code, caught.value.bad) == ("NOPERM", kind)
        assert caught.value.title_text == "localhost refused: [noperm] You may not do that"
        assert line.session.try_run(b"NOOP") == []


def test_a_refusal_that_was_expected_is_none() -> None:
    with Line(b"W1 NO no\r\n") as line:
        assert line.session.try_run(b"SELECT", b"x") is None


def test_floods_are_bounded() -> None:
    with Line(b"* 1 EXPUNGE\r\n" * 30) as line:
        tag = line.session.send(b"NOOP")
        with pytest.raises(errors.BrokenProtocol, match="not IMAP") as caught:
            list(line.session.replies(tag, most=20))
    assert "more than 20 replies" in caught.value.detail


def test_an_answer_without_end_has_a_deadline() -> None:
    with Line(b"* 1 EXPUNGE\r\n" * 3, patience=Patience(silence=5, command=-1.0)) as line, pytest.raises(errors.NoAnswer):
        line.session.run(b"NOOP")
    assert line.session.dead


def test_a_huge_literal_is_not_read() -> None:
    said = b'* LIST () "." {%d}\r\n' % (MOST_REPLY_BYTES + 1)
    with Line(said + b"x" * 100) as line, pytest.raises(errors.BrokenProtocol):
        line.session.run(b"LIST")
    with Line(b'* LIST () "." {99999999999999999999999}\r\n' + b"W1 OK\r\n") as line:
        assert len(line.session.run(b"LIST")) == 1  # a number no computer counts to is no literal


def test_many_literals_in_one_reply_are_bounded_together() -> None:
    said = b"* 1 FETCH (" + b"".join(b"X {%d}\r\n" % (1 << 20) + bytes(1 << 20) for _ in range(5)) + b")\r\n"
    with Line(said) as line, pytest.raises(errors.BrokenProtocol):
        line.session.run(b"NOOP")


@given(
    st.lists(
        st.sampled_from([b"(", b")", b'"', b" ", b"a", b"\\", b"[", b"]", b"NIL", b"{", b"}", b"\x00", b"\xff", b"1", b"%"]),
        max_size=40,
    )
)
def test_structures_are_read_or_refused_and_nothing_else(pieces: list[bytes]) -> None:
    try:
        found = structured([b"* X " + b"".join(pieces)], 4)
    except ValueError:
        return
    assert isinstance(found, tuple)


@given(st.binary(max_size=20), st.binary(max_size=5))
def test_literals_are_read_where_they_stand(name: bytes, other: bytes) -> None:
    assert structured([b"* X (", name, b') "/" ', other, b" (B 2)"], 4) == ((name,), b"/", other, (b"B", 2))


def test_deep_parentheses_are_refused() -> None:
    with pytest.raises(ValueError, match="deep"):
        structured([b"* X " + b"(" * 100_000], 4)


# --- secrets

SECRETS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=4, max_size=20)


def forms(secret: str) -> list[bytes]:
    raw = secret.encode()
    return [raw, base64.b64encode(raw), secret.replace("\\", "\\\\").replace('"', '\\"').encode(), raw.decode("latin-1").encode()]


@given(SECRETS, st.integers(0, 3), st.binary(max_size=10))
@example('Mvua, "jua" \\ §', 2, b"")
@example("é§ñ-password", 3, b"")
def test_a_secret_shows_in_no_form_a_server_may_echo(secret: str, form: int, around: bytes) -> None:
    with Line() as line:
        line.session.hide(secret)
        told = line.session.scrubbed(around + b" " + forms(secret)[form] + b" " + around)
    plain = " ".join("".join(c if c.isprintable() else " " for c in secret).split())
    assert plain not in told.replace("•", "")
    assert "•••" in told or len(told) == 300


def test_a_secret_does_not_show_in_part_where_a_text_is_cut() -> None:
    for before in range(60, 110):
        with Line(b"x" * before + b"Mvua-77\r\n") as line:
            line.session.hide("Mvua-77")
            with pytest.raises(errors.BrokenProtocol) as caught:
                line.session.run(b"NOOP")
        assert "M" not in caught.value.detail


def test_the_longer_of_two_secrets_is_hidden_first() -> None:
    with Line() as line:
        line.session.hide("abc", "abcdef", "")
        assert line.session.scrubbed(b"abcdef abc") == "••• •••"


@given(st.binary(max_size=400))
def test_server_text_for_people_is_one_short_printable_line(text: bytes) -> None:
    with Line() as line:
        told = line.session.scrubbed(text)
    assert told == "" or told.isprintable()
    assert len(told) <= 300


# --- ending


def test_logout_is_said_and_a_server_that_has_gone_is_no_error() -> None:
    with Line(b"* BYE see you\r\nW1 OK\r\n") as line:
        line.session.logout()
        assert line.heard == b"W1 LOGOUT\r\n"
        assert line.session.dead
        line.session.logout()
    with Line() as line:
        line.session.logout()
