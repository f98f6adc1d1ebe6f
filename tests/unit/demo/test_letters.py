from __future__ import annotations

import email
import email.policy
from collections import Counter

from mailsafi_wizard.demo.letters import UNTIL, Person, letters

AMINA = Person("Amina Hassan", "amina@example.co.ke")


def test_the_same_seed_gives_the_same_mail_and_another_gives_other() -> None:
    assert list(letters(AMINA, 200, 1)) == list(letters(AMINA, 200, 1))
    assert list(letters(AMINA, 200, 1)) != list(letters(AMINA, 200, 2))


def test_there_is_something_of_everything() -> None:
    mail = list(letters(AMINA, 600, 1))
    folders = {letter.folder for letter in mail}
    assert len(mail) == 600
    assert {("فواتير", "مومباسا ٢٠٢٤"), ("供应商",), ("Wateja", "Mkoa wa Pwani")} <= folders
    assert max(map(len, folders)) == 3
    assert {"\\Seen", "\\Answered", "\\Flagged", "\\Draft", "Muhimu"} <= {flag for letter in mail for flag in letter.flags}
    assert min(letter.date for letter in mail).year <= UNTIL.year - 8
    assert max(letter.date for letter in mail) <= UNTIL
    assert any(b"Message-ID:" not in letter.body for letter in mail)
    assert any(b"attachment" in letter.body for letter in mail)


def test_ten_are_equal_and_two_share_only_their_message_id() -> None:
    mail = list(letters(AMINA, 100, 1))
    assert max(Counter(letter.body for letter in mail).values()) == 10
    scans = [letter.body for letter in mail if b"Subject: Scan\r\n" in letter.body]
    assert len(set(scans)) == 2
    assert len({email.message_from_bytes(body)["Message-ID"] for body in scans}) == 1


def test_every_letter_is_sound_mail() -> None:
    for letter in letters(AMINA, 150, 3):
        assert b"\n" not in letter.body.replace(b"\r\n", b"")
        message = email.message_from_bytes(letter.body, policy=email.policy.default)
        assert message["From"]
        assert message["Subject"]
        assert message["Date"].datetime == letter.date
        assert not [part for part in message.walk() if part.defects]
