"""The values as the templates get them."""

from __future__ import annotations

from hypothesis import given

from tests.unit.signin.some_values import HOSTILE, values


@given(HOSTILE, HOSTILE)
def test_every_field_is_one_line(address: str, user: str) -> None:
    assert all("\n" not in text and "\r" not in text for text in values(address, user).fields().values())
