"""A sheet as a mail without a sender: a draft for the admin's own mail program, or what is sent from here under the sender of the notices."""

from __future__ import annotations

import datetime as dt
import email.errors
import email.policy
import email.utils
from email.headerregistry import Address
from email.message import EmailMessage

from mailsafi_wizard import errors

_POLICY = email.policy.SMTP.clone(cte_type="7bit")  # lines that every server takes


class NoAddress(errors.MigrationError):
    title = "No mail can be made for {what}"
    hint = "Mend the address in the list of mailboxes."
    exit_status = 2


def draft(to: str, subject: str, language: str, domain: str, now: dt.datetime, text: str, html: str) -> EmailMessage:
    """Plain text beside HTML (RFC 5322, RFC 3834). ``domain``: the company's, for the Message-ID. Raises NoAddress."""
    message = EmailMessage(policy=_POLICY)
    try:
        message["To"] = Address(addr_spec=to)
    except (ValueError, IndexError, email.errors.MessageError) as e:
        raise NoAddress(what=repr(to)) from e
    message["Subject"] = subject
    message["Date"] = email.utils.format_datetime(now)
    message["Message-ID"] = email.utils.make_msgid(domain=domain if domain.isascii() and domain else "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message["X-Unsent"] = "1"  # mail programs open it as a draft, ready to be sent
    message["Content-Language"] = language
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message
