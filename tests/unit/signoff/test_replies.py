"""Replies that were pasted in: a yes only where it was said, by one known user, in his own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.signoff import Reply, Verdict, read_replies

JANE, OTIENO, ADMIN = "jane@acme.co.ke", "Otieno.K@acme.co.ke", "it@acme.co.ke"
ALL = (JANE, OTIENO, ADMIN)


def said(text: str) -> dict[str, str]:
    return {r.address: r.verdict.value + (f": {r.why}" if r.why else "") for r in read_replies(text, ALL)}


@pytest.mark.parametrize(
    "words",
    [
        "ok",
        "OK, thanks!",
        "Sawa",
        "Ndiyo, zote zipo. Asante.",
        "Yes.",
        "Hi,\n\nall fine here\n\nJane",
        "👍",
        "Okay\n\nSent from my phone",
    ],
)
def test_a_plain_yes(words: str) -> None:
    assert said(f"From: Jane Wanjiru <{JANE}>\nTo: {ADMIN}\nSubject: Re: Please check\n\n{words}\n") == {JANE: "yes"}


@pytest.mark.parametrize(
    "words",
    [
        "ok but Sent is missing", "not ok", "Si sawa", "Yes, except 2019", "is it ok?", "sawa lakini folda moja haipo", "I can't find it, ok?", "It isn't ok",
        "will check tomorrow, ok", "bado sijakagua, sawa", "almost all fine",
    ],
)  # fmt: skip
def test_a_yes_with_a_doubt_is_asked(words: str) -> None:
    assert said(f"From: {JANE}\n\n{words}") == {JANE: "ask: doubt"}


def test_words_that_say_neither_are_asked() -> None:
    assert said(f"From: {JANE}\n\nThank you for the mail") == {JANE: "ask: nothing said"}
    assert said(f"From: {JANE}\n\n") == {JANE: "ask: nothing said"}
    assert said(f"From: {JANE}\n\nok " + "word " * 60) == {JANE: "ask: long"}


def test_lists_in_lines() -> None:
    text = f"{JANE}: ok\n{OTIENO.lower()}; sawa\n{ADMIN}\tmissing mail of 2019\n"
    assert said(text) == {JANE: "yes", OTIENO: "yes", ADMIN: "ask: doubt"}


def test_quoted_text_is_not_the_users_own() -> None:
    quoted = f"> write back ok, or tell us what is missing\n> From: {ADMIN}\n"
    assert said(f"From: {JANE}\n\nSawa\n\nOn Mon, 1 Dec 2025 at 10:00, IT wrote:\n{quoted}") == {JANE: "yes"}
    assert said(f"From: {JANE}\n\n\n{quoted}> ok") == {JANE: "ask: nothing said"}
    outlook = (
        f"-----Original Message-----\nFrom: {ADMIN}\nTo: {JANE}\nSubject: Please check\n\nwrite back ok if nothing is missing\n"
    )
    assert said(f"From: {JANE}\n\nok\n\n{outlook}") == {JANE: "yes"}
    both = f"From: {JANE}\n\nok\n\n{outlook}\nFrom: Otieno <{OTIENO}>\nTo: {ADMIN}\n\nsawa\n"
    assert said(both) == {JANE: "yes", OTIENO: "yes"}


def test_who_is_not_known_or_not_clear_is_nobody() -> None:
    assert read_replies("ok", ALL) == (Reply("", Verdict.ASK, "ok", "no address"),)
    assert said("From: stranger@elsewhere.org\n\nok") == {"": "ask: no address"}
    assert said(f"From: {JANE}, {OTIENO}\n\nok") == {"": "ask: no address"}
    assert said(f"From: {JANE.replace('acme', 'acme-fake')}\n\nok") == {"": "ask: no address"}
    assert said(f"From: x{JANE}\n\nok") == {"": "ask: no address"}


def test_two_answers_of_one_are_asked_unless_both_are_a_yes() -> None:
    assert said(f"{JANE}: ok\n{JANE}: sawa") == {JANE: "yes"}
    assert said(f"{JANE}: ok\n{JANE}: Sent is missing") == {JANE: "ask: twice"}


def test_an_answer_in_the_subject() -> None:
    assert said(f"From: {JANE}\nSubject: ok\n\n") == {JANE: "yes"}
    assert said(f"From: {JANE}\nSubject: Re: Please check your mailbox, ok?\n\n") == {JANE: "ask: nothing said"}


PIECES = st.sampled_from(
    ["ok", "sawa", "yes", "not", "missing", "lakini", "?", "hello", "\n", "\r\n", "\n\n", "> ", "From: ", "To: ", "Subject: ", ":", ", ", " ",
     JANE, OTIENO, ADMIN, "x@y.org", "On Monday it wrote:", "-----Original Message-----", "\0", "\u202e", "é"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join)))
def test_nothing_is_guessed(text: str) -> None:
    replies = read_replies(text, ALL)
    named = [r.address for r in replies if r.address]
    assert len(named) == len(set(named))
    for reply in replies:
        assert reply.address in ("", *ALL)
        if reply.verdict is Verdict.YES:
            assert reply.address.lower() in text.lower()
            assert any(word in text.lower() for word in ("ok", "sawa", "yes"))
            assert "missing" not in reply.words
            assert "not" not in reply.words.split()
        if not reply.address:
            assert reply.verdict is Verdict.ASK


@given(st.lists(PIECES).map(" ".join))
def test_a_doubt_added_to_an_answer_takes_the_yes_away(text: str) -> None:
    lines = f"From: {JANE}\n\n{text}".split("\n")
    body = [line for line in lines[2:] if "@" not in line and not line.strip().startswith((">", "-", "On ", "To", "Subject"))]
    plain = "\n".join([*lines[:2], "Sent is missing", *body])
    assert all(r.verdict is Verdict.ASK for r in read_replies(plain, ALL))
