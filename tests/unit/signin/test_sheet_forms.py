"""A sheet as HTML, plain text and mail: everything is in all of them, and nothing from outside becomes markup or a header."""

from __future__ import annotations

import email
import email.policy
import html.parser
import re
from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given

from mailsafi_wizard.mails import NoAddress
from mailsafi_wizard.model import Program
from mailsafi_wizard.signin import LANGUAGES, as_html, as_mail, as_text, make
from tests.unit.signin.some_values import COMPANY, HOSTILE, NOW, entered, values


class Reader(html.parser.HTMLParser):
    """Counts tags, collects text and addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "onload", "onclick")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_forms_hold_every_step(language: str) -> None:
    sheet = make(values(), language, [Program.ANDROID])
    page, plain = "".join(Reader(as_html(sheet)).text), as_text(sheet)
    for section in sheet.sections:
        for step in section.steps:
            assert step in page
            assert step in plain
    assert "<svg" in as_html(sheet)
    assert "<svg" not in as_html(make(values(company=entered(webmail="")), language))
    assert Reader(as_html(sheet)).links == ["https://webmail.mailsafi.example/"]


@given(name=HOSTILE, user=HOSTILE, contact=HOSTILE)
def test_nothing_from_outside_becomes_markup(name: str, user: str, contact: str) -> None:
    usual = Reader(as_html(make(values(), "en")))
    found = Reader(as_html(make(values(user=user, company=replace(COMPANY, name=name, help_contact=contact)), "en")))
    assert found.tags == usual.tags
    assert found.links == usual.links


def test_a_mail_has_both_forms_the_code_and_the_profile() -> None:
    raw = as_mail(make(values(), "sw"), "example.co.ke", NOW, b"profile").as_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/x-apple-aspen-config",
    ]  # fmt: skip
    (profile,) = list(mail.iter_attachments())
    assert profile.get_filename() == "jane@example.co.ke.mobileconfig"
    assert profile.get_content() == b"profile"
    page = mail.get_body(("html",))
    assert page is not None
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"].strip("<>") == re.findall(r"cid:([^\"]+)\"", page.get_content())[0]
    assert mail["To"] == "jane@example.co.ke"
    assert mail["From"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@given(name=HOSTILE, contact=HOSTILE)
def test_no_value_adds_a_header(name: str, contact: str) -> None:
    mail = as_mail(make(values(company=replace(COMPANY, name=name, help_contact=contact)), "en"), "example.co.ke", NOW)
    again = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert again.keys() == mail.keys()


@pytest.mark.parametrize("address", ["no address", "a@b\r\nBcc: c@d", "", "@"])
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    with pytest.raises(NoAddress):
        as_mail(replace(make(values(), "en"), address=address), "example.co.ke", NOW)
