"""Values of users for the tests of sign-in sheets."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st

from mailsafi_wizard.demo import company as sample
from mailsafi_wizard.model import Company, Endpoint, Mailbox
from mailsafi_wizard.signin import SignInValues, values_of

COMPANY = sample.facts(dt.date(2026, 11, 24))
SERVER = Endpoint("imap.mailsafi.example", 993)
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
HOSTILE = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "{% raw %}",
        "a\r\nBcc: x@example.net",
        "]]><x/>",
        "&lt;",
        '" onload="x',
        "\x00\x1b[31m",
        "‮txt",
    ]
)


def values(
    address: str = "jane@example.co.ke", user: str = "", company: Company = COMPANY, server: Endpoint | None = SERVER
) -> SignInValues:
    return values_of(company, Mailbox(address, "old-name", user or address), server)


def entered(**changes: object) -> Company:
    """The sample company with other values of MailSafi's."""
    return replace(COMPANY, mailsafi=replace(COMPANY.mailsafi, **changes))  # type: ignore[arg-type]
