"""Mails to users: whatever stands in an address, a name or a subject, no header comes in that is not ours."""

from __future__ import annotations

import datetime as dt
import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import mails
from mailsafi_wizard.mails import NoAddress, wire_address
from mailsafi_wizard.model.telling import Sender

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
SENDER = Sender("it@example.co.ke", "IT, Acme", "help@example.co.ke")


def test_a_draft_is_unsent_and_goes_out_under_a_sender() -> None:
    draft = mails.draft("jane@example.co.ke", "Move", "sw", "example.co.ke", NOW, "Habari", "<p>Habari</p>")
    assert draft["X-Unsent"] == "1"
    assert draft["From"] is None
    assert str(draft["Message-ID"]).endswith("@example.co.ke>")
    read = email.message_from_bytes(mails.sent_from(draft, SENDER, NOW, "<a@b>").as_bytes(), policy=email.policy.default)
    assert read["X-Unsent"] is None
    assert (read["From"], read["Reply-To"], read["Message-ID"]) == ('"IT, Acme" <it@example.co.ke>', "help@example.co.ke", "<a@b>")
    assert (read["To"], read["Auto-Submitted"], read["Content-Language"]) == ("jane@example.co.ke", "auto-generated", "sw")


def test_a_domain_of_other_letters_goes_on_the_wire_in_ascii() -> None:
    draft = mails.draft("jane@bücher.example", "Move", "en", "bücher.example", NOW, "Hi", "<p>Hi</p>")
    assert str(draft["To"]) == "jane@xn--bcher-kva.example"
    assert draft.as_bytes().isascii()
    assert str(draft["Message-ID"]).endswith("@localhost>")


@pytest.mark.parametrize(
    "address", ["", "no-at-sign", "a@b\r\nBcc: x@y", "two@@signs", 'x" <y@z>', "@", f"{'x' * 65}@example.co.ke"]
)
def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(NoAddress) as told:
        mails.draft(address, "Move", "en", "example.co.ke", NOW, "Hi", "<p>Hi</p>")
    assert told.value.fields["text"] == address


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_address_on_the_wire_can_hold_no_second_command(local: str, domain: str) -> None:
    try:
        found = wire_address(f"{local}@{domain}")
    except NoAddress:
        return
    assert not set(found) & set("\r\n\0 <>")
    assert found.rpartition("@")[2].isascii()
