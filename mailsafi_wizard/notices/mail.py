"""A notice as a mail to one user: as a draft, as it goes out, and as a link that opens the admin's own mail program."""

from __future__ import annotations

import datetime as dt
import uuid
from email.message import EmailMessage
from urllib.parse import quote

from mailsafi_wizard import mails
from mailsafi_wizard.model import Company, Mailbox
from mailsafi_wizard.model.telling import Sender
from mailsafi_wizard.notices.notice import Notice


def message_id(project: str, kind: str, address: str, domain: str) -> str:
    """The same for the same notice to the same user, so that one sent twice is known as one. ``project``: the UUID of its own."""
    return f"<{uuid.uuid5(uuid.UUID(project), f'{kind} {address.lower()}')}@{domain}>"


def test_id(domain: str) -> str:
    """New each time: the admin may send many tests, and wants to see each."""
    return f"<{uuid.uuid4()}@{domain}>"


def as_mail(notice: Notice, mailbox: Mailbox, company: Company, now: dt.datetime) -> EmailMessage:
    """The notice as a draft to one user. Raises NoAddress."""
    domain = next(iter(company.domains), "")
    return mails.draft(mailbox.address, notice.subject, notice.language, domain, now, notice.plain, notice.as_html)


def outgoing(notice: Notice, to: str, sender: Sender, now: dt.datetime, name: str) -> EmailMessage:
    """The notice as it goes out; ``name``: its Message-ID. Raises NoAddress, also for the sender's."""
    message = mails.mail(to, notice.subject, notice.language, now, name, notice.plain, notice.as_html)
    return mails.sent_from(message, sender, now, name)


def mail_to(notice: Notice, mailbox: Mailbox) -> str:
    """A mailto: address (RFC 6068) that opens the admin's mail program with the plain text in it; cut where programs cut too."""
    body = notice.plain.replace("\n", "\r\n")[:1500]
    return f"mailto:{quote(mailbox.address, safe='@')}?subject={quote(notice.subject, safe='')}&body={quote(body, safe='')}"
