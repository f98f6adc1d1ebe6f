"""Repaired copies: sound mail is left alone, mended mail stays mended, and a file name never leaves its folder."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.refused_mail import file_name
from mailsafi_wizard.engine.repair import repaired
from mailsafi_wizard.net.fetch import header_of

SOUND = b"Subject: all is well\r\nFrom: a@example.org\r\n continued\r\n\r\nBody \xe2\x82\xac\r\n"


def test_sound_mail_is_left_alone() -> None:
    assert repaired(SOUND) == (SOUND, ())


@given(st.binary(max_size=300))
def test_what_was_mended_needs_no_more(data: bytes) -> None:
    once, _changes = repaired(data)
    assert repaired(once) == (once, ())
    assert b"\0" not in once
    assert once.replace(b"\r\n", b"").find(b"\n") == -1
    assert header_of(once).isascii()


def test_each_change_is_said() -> None:
    data, changes = repaired(b"Subject: caf\xe9\nno colon here\nX: \0\n\nbody\rend")
    assert len(changes) == 4
    assert b"Subject: caf=?unknown-8bit?Q?=E9?=\r\n" in data
    assert b"X-Unreadable-Line: no colon here\r\n" in data
    assert data.endswith(b"\r\n\r\nbody\r\nend")


@given(st.text(max_size=200))
def test_a_file_name_is_one_part_of_a_path(text: str) -> None:
    name = file_name(text)
    assert 0 < len(name) <= 80
    assert name not in (".", "..")
    assert not set(name) & set('<>:"/\\|?*\0\r\n')
