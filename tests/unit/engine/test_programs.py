"""Programs are known by two header fields of the newest sent messages; nothing else is asked for, and nothing is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.programs import counted, program_of, sent_folders
from mailsafi_wizard.model import Program
from mailsafi_wizard.net.listing import ListedFolder, Overview, Status


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("X-Mailer: iPhone Mail (21F90)", Program.IPHONE),
        ("X-Mailer: iPad Mail (20H19)", Program.IPHONE),
        ("X-Mailer: Apple Mail (2.3774.600.62)", Program.APPLE_MAIL),
        ("X-Mailer: Microsoft Outlook 16.0", Program.OUTLOOK),
        ("X-Mailer: Microsoft Office Outlook 12.0", Program.OUTLOOK),
        ("X-Mailer: Microsoft Outlook Express 6.00.2900.5931", Program.OUTLOOK),
        ("User-Agent: Microsoft-MacOutlook/16.78.23100802", Program.OUTLOOK_NEW),
        ("User-Agent: Mozilla Thunderbird", Program.THUNDERBIRD),
        (
            "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:102.0) Gecko/20100101\r\n Thunderbird/102.15",
            Program.THUNDERBIRD,
        ),
        ("User-Agent: Mozilla/5.0 (X11; Linux x86_64) Thunderbird/115.1", Program.THUNDERBIRD),
        ("User-Agent: K-9 Mail for Android", Program.ANDROID),
        ("user-agent: Roundcube Webmail/1.6.5", Program.WEBMAIL),
        ("X-Mailer: Zimbra 8.8.15_GA_4562 (ZimbraWebClient - GC119 (Win)/8.8.15)", Program.WEBMAIL),
        ("X-Mailer: SOGoMail 5.8.4", Program.WEBMAIL),
        ("X-Mailer: PHPMailer 6.8", None),
        ("Subject: iPhone Mail", None),
        ("", None),
    ],
)
def test_usual_programs_are_known(line: str, program: Program | None) -> None:
    assert program_of(line.encode() + b"\r\n\r\n") is program


def test_the_most_used_comes_first() -> None:
    phone, desk = b"X-Mailer: iPhone Mail (1)\r\n", b"User-Agent: Mozilla Thunderbird\r\n"
    assert counted([phone, desk, desk, b"", b"X-Mailer: ???\r\n"]) == {Program.THUNDERBIRD: 2, Program.IPHONE: 1}


@given(st.binary(max_size=400) | st.text(max_size=100).map(lambda t: b"X-Mailer: " + t.encode("utf-8", "surrogatepass")))
def test_any_header_is_read(header: bytes) -> None:
    assert program_of(header) in (None, *Program)


def test_a_field_without_end_is_not_read_to_its_end() -> None:
    assert program_of(b"X-Mailer: " + b"x" * 5000 + b" iPhone Mail") is None


def test_folders_of_sent_mail_are_found_and_are_few() -> None:
    def folder(name: bytes, *attributes: str) -> ListedFolder:
        return ListedFolder(name, b"/", frozenset(attributes))

    overview = Overview(separator=b"/")
    for one in (
        folder(b"INBOX"),
        folder(b"Sent"),
        folder(b"Sent Items"),
        folder(b"Gesendet"),
        folder(b"Post/Sent"),
        folder(b"X", "\\sent"),
    ):
        overview.folders[one.name] = one
    overview.status = {b"Sent": Status(messages=3), b"Sent Items": Status(messages=900)}
    assert sent_folders(overview) == [b"X", b"Sent Items"]
    overview.folders[b"X"] = folder(b"X", "\\sent", "\\noselect")
    assert sent_folders(overview) == [b"Sent Items", b"Sent"]
