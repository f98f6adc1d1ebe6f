"""A check sheet as mail, with plain text beside the HTML. Everything from outside is escaped; nothing is loaded from elsewhere."""

from __future__ import annotations

import datetime as dt
import functools
from email.message import EmailMessage

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from mailsafi_wizard import resources
from mailsafi_wizard.mails import draft
from mailsafi_wizard.signoff.page import CheckPage, labels


@functools.cache
def _template(name: str) -> Template:
    environment = SandboxedEnvironment(
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(resources.path(f"templates/check/{name}").read_text("utf-8"))


def as_text(page: CheckPage) -> str:
    return _template("mail.txt").render(page=page, words=labels(page.language)).strip() + "\n"


def as_html(page: CheckPage) -> str:
    return _template("mail.html").render(page=page, words=labels(page.language))


def as_mail(page: CheckPage, domain: str, now: dt.datetime) -> EmailMessage:
    """The mail to its user. Raises NoAddress. The sender is left to whoever sends it. ``domain``: the company's, for the Message-ID."""
    subject = f"{page.company}: {page.title}" if page.company else page.title
    return draft(page.address, subject, page.language, domain, now, as_text(page), as_html(page))
