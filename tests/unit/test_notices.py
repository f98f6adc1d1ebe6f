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


VALUES = notices.fields(COMPANY, BOX, SERVER, "en")


@pytest.mark.parametrize("language", notices.LANGUAGES)
@pytest.mark.parametrize("kind", notices.KINDS)
def test_every_original_holds_all_that_users_need(kind: str, language: str) -> None:
    draft = notices.Draft.of(notices.source(kind, language))
    assert notices.check(kind, language, draft, notices.fields(COMPANY, BOX, SERVER, language)) == ()
    assert notices.Draft.of(draft.template()) == draft
    notice = made(kind, language)
    assert notice.fits
    never = {"en": "We will never ask for your password by reply.", "sw": "Hatutakuomba kamwe nenosiri lako kwa kujibu ujumbe."}
    assert never[language] in notice.plain
    assert "EAT" in notice.plain


@pytest.mark.parametrize("language", notices.LANGUAGES)
@pytest.mark.parametrize("kind", notices.KINDS)
def test_written_out_it_says_the_same_and_lacks_nothing(kind: str, language: str) -> None:
    draft = notices.Draft.of(notices.source(kind, language))
    whole = notices.Draft(draft.subject, draft.short, notices.expanded(draft.body, language))
    values = notices.fields(COMPANY, BOX, SERVER, language)
    assert notices.make(kind, language, values, whole.template()) == notices.make(kind, language, values)
    assert notices.check(kind, language, whole, values) == ()


def test_both_languages_have_the_same_parts_fields_and_marks() -> None:
    from mailsafi_wizard.notices.templates import names, parts

    assert parts("en").keys() == parts("sw").keys()
    for name, text in parts("en").items():
        assert names(text) == names(parts("sw")[name]), name
        assert text.count("\n- ") == parts("sw")[name].count("\n- "), name
    for kind in notices.KINDS:
        english, swahili = (notices.Draft.of(notices.source(kind, language)) for language in notices.LANGUAGES)
        assert names(english.body) == names(swahili.body), kind


@pytest.mark.parametrize(
    "part", ["why", "when", "moves", "stays", "before", "on_the_day", "sign_in", "devices", "check", "never_ask"]
)
def test_a_part_that_was_taken_out_is_missed(part: str) -> None:
    draft = notices.Draft.of(notices.source("announcement", "en"))
    without = notices.Draft(draft.subject, draft.short, draft.body.replace("{{ " + part + " }}", ""))
    found = notices.check("announcement", "en", without, VALUES)
    assert [one.wrong for one in found] == [False]
    assert found[0].named


@pytest.mark.parametrize(
    ("subject", "short", "body", "places"),
    [
        ("", "x", "y", {"subject"}),
        ("{{ why }}", "x", "{{ why }}", {"subject"}),  # a whole part is no subject
        ("x", "{{ nobody }}", "{{ nothing }}", {"short", "body"}),
        ("x", "x", "{% for n in range(10**9) %}x{% endfor %}", {"body"}),
        ("x", "x", "{{ company * 10**9 }}", {"body"}),
        ("x", "x", "{{ company.__class__.__mro__ }}", {"body"}),
        ("x", "x", "{{ lipsum() }} {{ cycler }}", {"body"}),
        ("x", "x", "{{ company", {"body"}),
    ],
)
def test_what_can_not_be_filled_in_is_told_where_it_stands(subject: str, short: str, body: str, places: set[str]) -> None:
    found = notices.check("help", "en", notices.Draft(subject, short, body), VALUES)
    assert {one.place for one in found if one.wrong} == places


def test_a_short_message_that_is_too_long_for_the_longest_name_is_told() -> None:
    draft = notices.Draft.of(notices.source("help", "en"))
    found = notices.check("help", "en", draft, {**VALUES, "user_name": "x" * 300})
    assert [one.place for one in found] == ["short"]


@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=200))
def test_whatever_an_admin_types_ends_in_findings_or_a_notice(subject: str, short: str, body: str) -> None:
    draft = notices.Draft(subject, short, body)
    found = notices.check("announcement", "en", draft, VALUES)
    if any(one.wrong for one in found):
        return
    notice = notices.make("announcement", "en", VALUES, draft.template())
    assert "\n" not in notice.subject + notice.short
    assert not re.search(r"<(?!/?(?:html|head|meta|title|body|p|h2|ul|li|b|br|span|!DOCTYPE)\b)", notice.as_html)


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "{{ 7 * 7 }}",
            "{% include 'x' %}",
            "{# x #}",
            "a**b**c",
            "## heading",
            "- item",
            "<img src=x onerror=alert(1)>",
            '"><script>',
            "a\r\nBcc: x@example.com",
            "a\u2028b\u202ec",
            "\ue000\ue001\ue002",
            "https://example.com/'onclick='x",
        ]
    ),
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_name_from_outside_is_only_ever_text(name: str, user: str, contact: str) -> None:
    company = Company(name=name, help_contact=contact, cutover=dt.date(2026, 12, 25))
    values = notices.fields(company, Mailbox("jane@example.co.ke", user, user), SERVER, "en")
    notice = notices.make("sign-in", "en", values)
    shown = values["user_name"] or "[not entered yet]"
    line = next(line for line in notice.plain.splitlines() if line.startswith("- User name: "))
    assert line == f"- User name: {shown}"  # with its stars and braces, or the user could not sign in
    assert html.escape(shown) in notice.as_html
    assert not re.search(r"<(?!/?(?:html|head|meta|title|body|p|h2|ul|li|b|br|span|!DOCTYPE)\b)", notice.as_html)
    assert not re.search(
        r"<(?!/?(?:html|head|meta|title|body|p|h1|h2|ul|li|b|br|span|style|section|!DOCTYPE)\b)", notices.as_page(notice, user)
    )
    assert notice.plain.count("\nPhone and Outlook\n") == 1
    assert len(notice.plain.splitlines()) == len(made("sign-in").plain.splitlines())


def test_a_link_for_the_mail_program_holds_nothing_but_its_own_fields() -> None:
    link = notices.mail_to(made("help"), Mailbox("a&b=c?@example.co.ke", "u", "u"))
    head, _mark, query = link.partition("?")
    assert head == "mailto:a%26b%3Dc%3F@example.co.ke"
    assert [part.partition("=")[0] for part in query.split("&")] == ["subject", "body"]
