"""A notice as a mail to one user: multipart with plain text beside HTML, lines that every server takes, nothing from outside in a header of its own.

Two forms of the same: a draft for the admin's own mail program (.eml), and the mail as it goes out from here (RFC 5322, RFC 3834). Other drafts
(sheets) go out the same way.
"""

from __future__ import annotations

import datetime as dt
import email.errors
import email.policy
import email.utils
import re
import uuid
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import quote

from mailsafi_wizard.model import Company, Mailbox
from mailsafi_wizard.model.telling import Sender
from mailsafi_wizard.notices.notice import Notice
from mailsafi_wizard.notices.templates import NoticeError
from mailsafi_wizard.words import N_

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_POLICY = email.policy.SMTP.clone(cte_type="7bit")  # quoted-printable or base64: lines of 76, whatever the server bears


def message_id(project: str, kind: str, address: str, domain: str) -> str:
    """The same for the same notice to the same user, so that one sent twice is known as one. ``project``: the UUID of its own."""
    return f"<{uuid.uuid5(uuid.UUID(project), f'{kind} {address.lower()}')}@{domain}>"


def test_id(domain: str) -> str:
    """New each time: the admin may send many tests, and wants to see each."""
    return f"<{uuid.uuid4()}@{domain}>"


def as_mail(notice: Notice, mailbox: Mailbox, company: Company, now: dt.datetime) -> EmailMessage:
    """The notice as a draft to one user. Raises NoticeError for an address that can't be one.

    The sender is left to whoever sends it: a file opened in a mail program goes out under that program's account.
    """
    domain = company.domains[0] if company.domains and company.domains[0].isascii() else "localhost"
    message = _mail(notice, mailbox.address, now, email.utils.make_msgid(domain=domain))
    message["X-Unsent"] = "1"  # mail programs open it as a draft, ready to be sent
    return message


def outgoing(notice: Notice, to: str, sender: Sender, now: dt.datetime, name: str) -> EmailMessage:
    """The notice as it goes out; ``name``: its Message-ID. Raises NoticeError for an address that can't be one, also the sender's.

    An address with a non-ASCII local part makes a message that only servers with SMTPUTF8 (RFC 6531) take.
    """
    message = _mail(notice, to, now, name)
    _set_sender(message, sender)
    return message


def sent_from(draft: EmailMessage, sender: Sender, now: dt.datetime, name: str) -> EmailMessage:
    """A draft as it goes out; ``name``: its Message-ID. Changes and returns ``draft``. Raises NoticeError for a sender that can't be one."""
    for field, value in (("X-Unsent", None), ("Date", email.utils.format_datetime(now)), ("Message-ID", name)):
        del draft[field]
        if value:
            draft[field] = value
    _set_sender(draft, sender)
    return draft


def _set_sender(message: EmailMessage, sender: Sender) -> None:
    _set_address(message, "From", sender.address, sender.name)
    if sender.reply_to and sender.reply_to != sender.address:
        _set_address(message, "Reply-To", sender.reply_to)


def _mail(notice: Notice, to: str, now: dt.datetime, name: str) -> EmailMessage:
    message = EmailMessage(policy=_POLICY.clone(utf8=True) if not to.partition("@")[0].isascii() else _POLICY)
    _set_address(message, "To", to)
    message["Subject"] = notice.subject
    message["Date"] = email.utils.format_datetime(now)
    message["Message-ID"] = name
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.plain)
    message.add_alternative(notice.as_html, subtype="html")
    message["Content-Language"] = notice.language
    return message


def _set_address(message: EmailMessage, field: str, address: str, name: str = "") -> None:
    try:
        local, _at, domain = wire_address(address).rpartition("@")
        message[field] = Address(name, local, domain) if name else Address(addr_spec=f"{local}@{domain}")
    except (ValueError, IndexError, AttributeError, email.errors.MessageError) as e:
        raise NoticeError(what=N_("“{text}” is not a mail address").format(text=address)) from e


def wire_address(address: str) -> str:
    """``address`` with its domain as it goes on the wire (RFC 5890); raises NoticeError when it can't be one."""
    local, at, domain = address.strip().rpartition("@")
    odd = not at or not local or not domain or len(local.encode("utf-8", "replace")) > 64
    if odd or not address.isprintable() or set(address) & set(' \t<>()[]\\,;:"'):
        raise NoticeError(what=N_("“{text}” is not a mail address").format(text=address))
    try:
        written = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as e:
        raise NoticeError(what=N_("“{text}” is not a mail address").format(text=address)) from e
    if not _DOMAIN.fullmatch(written):
        raise NoticeError(what=N_("“{text}” is not a mail address").format(text=address))
    return f"{local}@{written}"


def mail_to(notice: Notice, mailbox: Mailbox) -> str:
    """A mailto: address (RFC 6068) that opens the admin's mail program with the plain text in it; cut where programs cut too."""
    body = notice.plain.replace("\n", "\r\n")[:1500]
    return f"mailto:{quote(mailbox.address, safe='@')}?subject={quote(notice.subject, safe='')}&body={quote(body, safe='')}"


def file_name(address: str) -> str:
    """The name of a user's .eml file on any system."""
    return (re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", address).strip(" .")[:120] or "_") + ".eml"
