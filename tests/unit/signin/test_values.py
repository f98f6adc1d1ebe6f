"""File names from addresses, and the values as the templates get them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.signin.values import profile_name, safe_name
from tests.unit.signin.some_values import HOSTILE, values


@given(HOSTILE | st.text(max_size=300))
def test_a_name_of_a_file_stays_in_its_folder(text: str) -> None:
    name = safe_name(text)
    assert name
    assert not set(name) & set('<>:"/\\|?*\x00\n')
    assert name not in (".", "..")
    assert len(profile_name(text)) <= 140


@given(HOSTILE, HOSTILE)
def test_every_field_is_one_line(address: str, user: str) -> None:
    assert all("\n" not in text and "\r" not in text for text in values(address, user).fields().values())
