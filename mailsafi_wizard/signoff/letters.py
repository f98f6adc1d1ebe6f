"""A check sheet as mail, with plain text beside the HTML. Everything from outside is escaped; nothing is loaded from elsewhere."""

from __future__ import annotations

import datetime as dt
import email.errors
import email.policy
import email.utils
import functools
from email.headerregistry import Address
from email.message import EmailMessage

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from mailsafi_wizard import errors, resources
from mailsafi_wizard.signoff.page import CheckPage, labels


class NoAddress(errors.MigrationError):
    title = "No mail can be made for {what}"
    hint = "Mend the address in the list of mailboxes."
    exit_status = 2


@functools.cache
def _template(language: str, name: str) -> Template:
    environment = SandboxedEnvironment(
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(resources.path(f"templates/{language}/check/{name}").read_text("utf-8"))


def as_text(page: CheckPage) -> str:
    return _template(page.language, "mail.txt").render(page=page, words=labels(page.language)).strip() + "\n"


def as_html(page: CheckPage) -> str:
    return _template(page.language, "mail.html").render(page=page, words=labels(page.language))


def as_mail(page: CheckPage, domain: str, now: dt.datetime) -> EmailMessage:
    """The mail to its user. Raises NoAddress. The sender is left to whoever sends it. ``domain``: the company's, for the Message-ID."""
    message = EmailMessage(policy=email.policy.SMTP.clone(cte_type="7bit"))  # lines that every server takes
    try:
        message["To"] = Address(addr_spec=page.address)
    except (ValueError, IndexError, email.errors.MessageError) as e:
        raise NoAddress(what=repr(page.address)) from e
    message["Subject"] = f"{page.company}: {page.title}" if page.company else page.title
    message["Date"] = email.utils.format_datetime(now)
    message["Message-ID"] = email.utils.make_msgid(domain=domain if domain.isascii() and domain else "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message["X-Unsent"] = "1"  # mail programs open it as a draft, ready to be sent
    message["Content-Language"] = page.language
    message.set_content(as_text(page))
    message.add_alternative(as_html(page), subtype="html")
    return message
