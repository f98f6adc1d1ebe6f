"""A sign-in sheet as HTML, as plain text and as a mail. Everything from outside is escaped; nothing is loaded from elsewhere."""

from __future__ import annotations

import datetime as dt
import functools
from email.message import EmailMessage

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from mailsafi_wizard import resources
from mailsafi_wizard.mails import draft
from mailsafi_wizard.signin import code
from mailsafi_wizard.signin.sheet import Sheet
from mailsafi_wizard.signin.values import profile_name

_PICTURE = "webmail-code@mailsafi-wizard"


def as_html(sheet: Sheet, picture: str = "") -> str:
    """The sheet as one HTML page. ``picture``: the Content-ID of the code's picture in a mail; without it the code is drawn in the page."""
    drawn = code.svg(sheet.webmail) if sheet.webmail and not picture else ""
    return _template().render(sheet=sheet, code=drawn, picture=picture if sheet.webmail else "")


@functools.cache
def _template() -> Template:
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(resources.path("templates/signin/sheet.html").read_text("utf-8"))


def as_text(sheet: Sheet) -> str:
    """The sheet as plain text, as it stands in a mail beside the HTML."""
    lines = [sheet.title, "=" * len(sheet.title), "", sheet.lead, ""]
    lines += [f"{name}: {value}" for name, value in sheet.facts]
    lines += ["", sheet.password, "", sheet.warning]
    for section in sheet.sections:
        lines += ["", section.heading, "-" * len(section.heading)]
        lines += [text for text in (section.note, section.lacks) if text]
        lines += [f"{number}. {step}" for number, step in enumerate(section.steps, 1)]
    return "\n".join([*lines, "", sheet.help, "", sheet.company]).rstrip() + "\n"


def as_mail(sheet: Sheet, domain: str, now: dt.datetime, profile: bytes = b"") -> EmailMessage:
    """The sheet as a mail to its user, with Apple's ``profile`` attached where there is one. Raises NoAddress.

    The sender is left to whoever sends it. ``domain``: the company's, for the Message-ID.
    """
    subject = f"{sheet.company}: {sheet.title}" if sheet.company else sheet.title
    message = draft(sheet.address, subject, sheet.language, domain, now, as_text(sheet), as_html(sheet, _PICTURE))
    if sheet.webmail:
        part = message.get_payload(1)
        assert isinstance(part, EmailMessage)
        part.add_related(code.png(sheet.webmail), "image", "png", cid=f"<{_PICTURE}>", filename="webmail.png", disposition="inline")
    if profile:
        message.add_attachment(profile, "application", "x-apple-aspen-config", filename=profile_name(sheet.address))
    return message
