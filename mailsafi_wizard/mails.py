"""A mail to one user: plain text beside HTML, lines that every server takes, nothing from outside in a header of its own (RFC 5322, RFC 3834).

Two forms of the same: a draft without a sender for the admin's own mail program (.eml), and the mail as it goes out from here.
"""

from __future__ import annotations

import datetime as dt
import email.errors
import email.policy
import email.utils
import re
from email.headerregistry import Address
from email.message import EmailMessage

from mailsafi_wizard import errors
from mailsafi_wizard.model.telling import Sender

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_POLICY = email.policy.SMTP.clone(cte_type="7bit")  # quoted-printable or base64: lines of 76, whatever the server bears


class NoAddress(errors.MigrationError):
    title = "“{text}” is not a mail address"
    hint = "Mend it where it was entered: in the list of mailboxes, or as the sender of the notices."
    exit_status = 2


def mail(to: str, subject: str, language: str, now: dt.datetime, name: str, text: str, html: str) -> EmailMessage:
    """A mail without a sender; ``name``: its Message-ID. Raises NoAddress.

    An address with a non-ASCII local part makes a message that only servers with SMTPUTF8 (RFC 6531) take.
    """
    message = EmailMessage(policy=_POLICY.clone(utf8=True) if not to.partition("@")[0].isascii() else _POLICY)
    _set_address(message, "To", to)
    message["Subject"] = subject
    message["Date"] = email.utils.format_datetime(now)
    message["Message-ID"] = name
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = language  # at the end: content that is set takes such headers away
    return message


def draft(to: str, subject: str, language: str, domain: str, now: dt.datetime, text: str, html: str) -> EmailMessage:
    """A mail that is left to whoever sends it: a file opened in a mail program goes out under that program's account. Raises NoAddress.

    ``domain``: the company's, for the Message-ID.
    """
    name = email.utils.make_msgid(domain=domain if domain.isascii() and domain else "localhost")
    message = mail(to, subject, language, now, name, text, html)
    message["X-Unsent"] = "1"  # mail programs open it as a draft, ready to be sent
    return message


def sent_from(message: EmailMessage, sender: Sender, now: dt.datetime, name: str) -> EmailMessage:
    """A draft as it goes out; ``name``: its Message-ID. Changes and returns ``message``. Raises NoAddress for a sender that can't be one."""
    for field, value in (("X-Unsent", None), ("Date", email.utils.format_datetime(now)), ("Message-ID", name)):
        del message[field]
        if value:
            message[field] = value
    _set_address(message, "From", sender.address, sender.name)
    if sender.reply_to and sender.reply_to != sender.address:
        _set_address(message, "Reply-To", sender.reply_to)
    return message


def _set_address(message: EmailMessage, field: str, address: str, name: str = "") -> None:
    try:
        local, _at, domain = wire_address(address).rpartition("@")
        message[field] = Address(name, local, domain) if name else Address(addr_spec=f"{local}@{domain}")
    except (ValueError, IndexError, AttributeError, email.errors.MessageError) as e:
        raise NoAddress(text=address) from e


def wire_address(address: str) -> str:
    """``address`` with its domain as it goes on the wire (RFC 5890); raises NoAddress when it can't be one."""
    local, at, domain = address.strip().rpartition("@")
    odd = not at or not local or not domain or len(local.encode("utf-8", "replace")) > 64
    if odd or not address.isprintable() or set(address) & set(' \t<>()[]\\,;:"'):
        raise NoAddress(text=address)
    try:
        written = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as e:
        raise NoAddress(text=address) from e
    if not _DOMAIN.fullmatch(written):
        raise NoAddress(text=address)
    return f"{local}@{written}"
