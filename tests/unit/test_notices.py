"""Notices to users: complete, well-formed, and proof against what stands in names."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import notices
from mailsafi_wizard.demo import company as sample
from mailsafi_wizard.model import Company, Endpoint, Mailbox
from mailsafi_wizard.notices import NoticeError

COMPANY = sample.facts(dt.date(2026, 11, 24))
BOX = Mailbox("jane@example.co.ke", "jane", "jane@example.co.ke")
SERVER = Endpoint("imap.mailsafi.example", 993)
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


def made(kind: str, language: str = "en", company: Company = COMPANY, box: Mailbox = BOX, template: str = "") -> notices.Notice:
    return notices.make(kind, language, notices.fields(company, box, SERVER, language), template)


@pytest.mark.parametrize("language", notices.LANGUAGES)
@pytest.mark.parametrize("kind", notices.KINDS)
def test_every_notice_is_complete(kind: str, language: str) -> None:
    notice = made(kind, language)
    assert not notice.missing
    assert "{{" not in notice.text + notice.subject + notice.short
    assert 20 < len(notice.short) <= notices.LONGEST_SHORT
    assert COMPANY.help_contact in notice.plain
    assert COMPANY.help_contact in notice.short


@pytest.mark.parametrize("language", notices.LANGUAGES)
def test_the_day_has_its_zone_and_the_password_is_never_there(language: str) -> None:
    notice = made("announcement", language)
    assert "18:00 EAT" in notice.plain
    assert "2026" in notice.subject
    assert BOX.address in notice.plain


def test_a_field_without_a_value_is_named_and_seen() -> None:
    notice = made("sign-in", company=Company(name="Acme"), box=BOX)
    assert {"webmail", "help_contact", "cutover_when", "smtp_host"} <= set(notice.missing)
    assert "imap_host" not in notice.missing
    assert "[not entered yet]" in notice.plain


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_reaches_html_unescaped_or_a_header_of_its_own(name: str, contact: str) -> None:
    company = Company(name=f"<script>{name}", help_contact=contact, cutover=dt.date(2026, 12, 25))
    notice = made("announcement", company=company)
    tags = set(re.findall(r"<(/?[a-z0-9]+)", notice.as_html))
    assert tags <= {
        f"{end}{tag}"
        for end in ("", "/")
        for tag in ("html", "head", "meta", "title", "body", "p", "h2", "ul", "li", "b", "br", "span")
    }
    message = notices.as_mail(notice, BOX, company, NOW)
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert set(parsed.keys()) == set(message.keys())
    assert len(notice.subject.splitlines()) == 1


def test_the_mail_reads_back_as_it_was_written() -> None:
    notice = made("announcement", "sw", box=Mailbox("jane@example.co.ke", "j", "j"))
    message = email.message_from_bytes(notices.as_mail(notice, BOX, COMPANY, NOW).as_bytes(), policy=email.policy.default)
    assert message["To"] == "jane@example.co.ke"
    assert message["Subject"] == notice.subject
    assert message["Auto-Submitted"] == "auto-generated"
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().replace("\r\n", "\n") == notice.plain
    assert html.escape(COMPANY.name) in rich.get_content()


@pytest.mark.parametrize("address", ["", "no-at-sign", "a@b\r\nBcc: x@y", "two@@signs", 'x" <y@z>'])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(NoticeError):
        notices.as_mail(made("help"), Mailbox(address, "u", "u"), COMPANY, NOW)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("Subject: {{ nonsense }}\nSMS: x\nbody", "nonsense"),
        ("Subject: {{ company.__class__ }}\nSMS: x\nbody", "only names"),
        ("Subject: {{ company\nSMS: x\nbody", "end of"),
        ("no subject\nSMS: x\nbody", "Subject"),
        ("Subject: x\n\nbody", "SMS"),
    ],
)
def test_a_bad_template_is_a_clear_error(template: str, words: str) -> None:
    with pytest.raises(NoticeError, match=words):
        made("help", template=template)


def test_an_own_text_takes_the_place_of_the_original() -> None:
    notice = made("help", template="Subject: Hi {{ company }}\nSMS: call\n\n**Now** do\n- one\n- two\n")
    assert notice.subject == f"Hi {COMPANY.name}"
    assert notice.plain == "Now do\n- one\n- two\n"
    assert "<b>Now</b> do" in notice.as_html
    assert "<li>one</li><li>two</li>" in notice.as_html


@pytest.mark.parametrize("address", ["../../etc/passwd@x", "a:b|c@x", " .", "x" * 300])
def test_a_file_name_stays_in_its_folder(address: str) -> None:
    name = notices.file_name(address)
    assert name.endswith(".eml")
    assert not set(name) & set('<>:"/\\|?*')
    assert not name.startswith(".")
    assert len(name) <= 130
