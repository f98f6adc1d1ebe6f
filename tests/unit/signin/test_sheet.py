"""Sign-in sheets: complete where everything is known, silent about what is not, the user's own program first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import Endpoint, Program, Security
from mailsafi_wizard.signin import LANGUAGES, Sheet, SheetError, make
from tests.unit.signin.some_values import COMPANY, HOSTILE, entered, values


def told(sheet: Sheet) -> str:
    parts = [
        sheet.title,
        sheet.lead,
        sheet.password,
        sheet.warning,
        sheet.help,
        sheet.scan,
        *(v for fact in sheet.facts for v in fact),
    ]
    for section in sheet.sections:
        parts += [section.heading, section.lacks, section.note, *section.steps]
    return "\n".join(parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_has_every_program_and_all_values(language: str) -> None:
    sheet = make(values(user="jane"), language)
    assert [section.program for section in sheet.sections] == list(Program)
    assert sheet.lacking == ()
    for section in sheet.sections:
        assert section.lacks == ""
        assert len(section.steps) >= 3
        text = " ".join(section.steps)
        if section.program is not Program.WEBMAIL:
            assert all(part in text for part in ("imap.mailsafi.example", "smtp.mailsafi.example", "jane@example.co.ke"))
    text = told(sheet)
    assert "{{" not in text
    assert "993" in text
    assert "587, STARTTLS" in text
    assert COMPANY.help_contact in sheet.warning
    assert sheet.webmail == "https://webmail.mailsafi.example/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_entered_is_named_and_never_made_up(language: str) -> None:
    nothing = make(values(company=entered(webmail="", smtp_host="", smtp_port=0), server=None), language)
    assert all(section.lacks and not section.steps for section in nothing.sections)
    assert len(nothing.lacking) == 6
    assert nothing.webmail == ""
    text = told(nothing)
    assert not any(port in text for port in ("993", "143", "587", "465"))
    assert "None" not in text

    without_port = make(values(company=entered(smtp_port=0)), language)
    ready = {section.program for section in without_port.sections if section.steps}
    assert ready == {Program.WEBMAIL}
    assert len(without_port.lacking) == 2


def test_a_port_that_says_nothing_of_encryption_is_not_guessed_at() -> None:
    assert "465, SSL/TLS" in told(make(values(company=entered(smtp_port=465)), "en"))
    odd = make(values(company=entered(smtp_port=2525)), "en")
    assert odd.lacking == ("the encryption of outgoing mail",)
    plain = make(values(server=Endpoint("imap.mailsafi.example", 143, Security.CLEARTEXT)), "en")
    assert plain.lacking == ("the encryption of incoming mail",)


def test_the_programs_that_a_user_seems_to_use_come_first() -> None:
    sheet = make(values(), "en", [Program.THUNDERBIRD, Program.IPHONE, Program.THUNDERBIRD])
    assert [section.program for section in sheet.sections][:3] == [Program.THUNDERBIRD, Program.IPHONE, Program.WEBMAIL]
    assert len(sheet.sections) == len(Program)
    assert [bool(section.note) for section in sheet.sections] == [True] + [False] * 6
    assert not any(section.note for section in make(values(), "en").sections)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "webmail.example",
        "ftp://x.example/",
        "https://",
        "https://a@b.example/",
        "https://x y/",
        'https://x/"<',
    ],
)
def test_only_a_web_address_becomes_a_link_and_a_code(address: str) -> None:
    sheet = make(values(company=entered(webmail=address)), "en")
    assert sheet.webmail == ""
    assert sheet.sections[0].lacks


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(SheetError):
        make(values(), "../en")


@given(name=HOSTILE, user=HOSTILE, contact=HOSTILE, language=st.sampled_from(LANGUAGES))
def test_no_value_adds_a_step_or_is_taken_for_a_template(name: str, user: str, contact: str, language: str) -> None:
    usual = make(values(), language)
    sheet = make(values(user=user, company=replace(COMPANY, name=name, help_contact=contact)), language)
    assert [len(section.steps) for section in sheet.sections] == [len(section.steps) for section in usual.sections]
    assert told(sheet).count("\n") == told(usual).count("\n")
    assert "49" not in sheet.lead
    assert all(
        c.isprintable() or c in "\u2066\u2068\u2069"
        for part in (sheet.lead, sheet.warning, *(v for f in sheet.facts for v in f))
        for c in part
    )
