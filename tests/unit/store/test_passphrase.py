"""Passphrases: made-up ones are strong and different, weak ones are named as such."""

from __future__ import annotations

import pytest

from mailsafi_wizard.store import passphrase


def test_made_up_ones_pass_their_own_test_and_never_repeat() -> None:
    many = {passphrase.made_up() for _ in range(200)}
    assert len(many) == 200
    assert all(passphrase.fault(one, passphrase.LEAST_FOR_FILES) == "" for one in many)
    assert all(len(one) == 24 for one in many)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabcabc",
        "1234567890123456",
        "Karibu2026Karibu",
        " tembo twiga mvua 9",
        "čtyři tygři ráno 77",
    ],
)
def test_weak_ones_are_refused(text: str) -> None:
    assert passphrase.fault(text, passphrase.LEAST_FOR_FILES)


@pytest.mark.parametrize("text", ["tembo-nne-kabati-mvua", "correct horse battery", "9fK!x2_qLm7#Zp0w"])
def test_good_ones_pass(text: str) -> None:
    assert passphrase.fault(text, passphrase.LEAST_FOR_FILES) == ""
