"""A check sheet as words, text, HTML and mail: nothing from outside gets in unescaped, nothing private that was not asked for."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import signoff
from mailsafi_wizard.mails import NoAddress
from mailsafi_wizard.model import CheckSheet, Company, FolderLine, Mailbox, MailSafiValues, SpotCheck
from mailsafi_wizard.signoff import LANGUAGES, CheckPage, as_html, as_mail, as_text, labels

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
JANE = Mailbox("jane@acme.co.ke", "jane", "jane@acme.co.ke", 4)
COMPANY = replace(
    Company("Acme & Sons", ("acme.co.ke",)),
    help_contact="IT, 0700 123456",
    mailsafi=MailSafiValues(webmail="https://mail.example/"),
)
SHEET = CheckSheet(
    4,
    NOW,
    (FolderLine("INBOX", 1204, "2019-02-03", "2026-11-24"), FolderLine("Old", 0, "", "")),
    (SpotCheck("INBOX", "Otieno <otieno@x.example>", "2024-02-29T08:15:00+03:00", 14_200),),
)


def made(sheet: CheckSheet = SHEET, language: str = "en", company: Company = COMPANY, reminder: bool = False) -> CheckPage:
    return signoff.page(sheet, company, JANE, language, lambda size: f"{size} B", reminder)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reminder", [False, True])
def test_the_mail_says_all_in_both_forms(language: str, reminder: bool) -> None:
    page = made(language=language, reminder=reminder)
    mail = as_mail(page, "acme.co.ke", NOW)
    read = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert read["To"] == JANE.address
    assert read["Subject"] == f"Acme & Sons: {page.title}"
    assert "From" not in read
    text, html = (read.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for words in (
        "INBOX",
        "1,204",
        "2019",
        "29 " + labels(language)["months"][1],
        "08:15",
        "14200 B",
        "0700 123456",
        "https://mail.example/",
    ):
        assert words in text, words
        assert words in html, words
    assert "otieno@x.example" in text
    assert "Otieno &lt;otieno@x.example&gt;" in html
    assert "Acme &amp; Sons" in html
    assert (labels(language)["reminder"] in text) == reminder


def test_both_languages_have_the_same_words() -> None:
    assert len({frozenset(labels(language)) for language in LANGUAGES}) == 1
    assert [len(labels(language)["months"]) for language in LANGUAGES] == [12, 12]


def test_what_is_not_entered_leaves_no_hole() -> None:
    page = made(company=Company())
    assert page.by == page.help == ""
    assert "None" not in as_text(page) + as_html(page)


def test_an_address_that_is_none() -> None:
    with pytest.raises(NoAddress):
        as_mail(replace(made(), address="not an address\r\nBcc: x@y.z"), "acme.co.ke", NOW)


HOSTILE = st.text(max_size=60) | st.sampled_from(
    ["{{ 7*7 }}", "{% raw %}", "<script>x</script>", "\r\nBcc: a@b.c\r\n\r\n", "\u202e"]
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_outside_words_stay_words(folder: str, sender: str, subject: str) -> None:
    sheet = replace(SHEET, folders=(FolderLine(folder, 1, "", ""),), spots=(SpotCheck(folder, sender, "", 1, subject),))
    page = made(sheet)
    assert "<script" not in as_html(page)
    assert "49" not in as_text(page).replace(folder, "").replace(sender, "").replace(subject, "")
    mail = email.message_from_bytes(as_mail(page, "acme.co.ke", NOW).as_bytes(), policy=email.policy.default)
    assert "Bcc" not in mail
