"""Messages to users: templates with fields from the project, made into mail, short messages and .eml files. Pure but for reading templates.

A template is plain text with a few marks: "## " heads a part, "- " an item, two stars around strong words. The fields come in through
Jinja2's sandbox with undefined fields refused (docs/decisions/0005). HTML is made from the finished text, every character of it escaped.
"""

from __future__ import annotations

import datetime as dt
import email.policy
import email.utils
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from jinja2 import StrictUndefined, TemplateError, UndefinedError, meta
from jinja2.sandbox import SandboxedEnvironment

from mailsafi_wizard import errors, resources
from mailsafi_wizard.model import Company, Endpoint, Mailbox, Security
from mailsafi_wizard.words import N_

KINDS = {  # in the order of the plan
    "announcement": N_("Announcement"),
    "what-moves": N_("What moves and what does not"),
    "please-check": N_("Please check your mailbox"),
    "prepare": N_("How to get ready"),
    "last-reminder": N_("Last reminder"),
    "sign-in": N_("How to sign in"),
    "help": N_("Help and known effects"),
    "closing": N_("Closing note"),
    "reset-password": N_("Your password must be changed"),
}
CHECK_BEFORE = dt.timedelta(days=2)  # users have looked at their mail this long before the cutover
LANGUAGES = ("en", "sw")
LONGEST_SHORT = 300  # characters of a short message
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "sw": ("Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili"),
}
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "sw": ["Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai", "Agosti", "Septemba", "Oktoba", "Novemba", "Desemba"],
}
_SECURITY = {
    "en": {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.CLEARTEXT: "no encryption"},
    "sw": {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.CLEARTEXT: "bila usimbaji"},
}
_NOT_KNOWN = {"en": "[not entered yet]", "sw": "[bado haijajazwa]"}
_BLOCK = re.compile(r"^\[([a-z_]+)\]\n", re.M)


class NoticeError(errors.MigrationError):
    title = "The notice cannot be made: {what}"
    hint = "Change its text, or put the original back."
    exit_status = 2


@dataclass(frozen=True)
class Notice:
    """A finished notice for one user. ``text`` still holds the marks; `plain` and `as_html` are what people read.

    ``missing``: names of the fields that have no value yet.
    """

    kind: str
    language: str
    subject: str
    text: str
    short: str
    missing: tuple[str, ...]

    @property
    def plain(self) -> str:
        """As plain text mail."""
        lines = []
        for line in self.text.splitlines():
            if line.startswith("## "):
                lines += [line[3:], "-" * len(line[3:])]
            else:
                lines.append(line.replace("**", ""))
        return "\n".join(lines).strip() + "\n"

    @property
    def as_html(self) -> str:
        """As an HTML mail without scripts, pictures or anything fetched from elsewhere."""
        body = "\n".join(_html_part(part) for part in re.split(r"\n\s*\n", self.text.strip()))
        return (
            f'<!DOCTYPE html>\n<html lang="{html.escape(self.language)}"><head><meta charset="utf-8"><title>{html.escape(self.subject)}</title></head>\n'
            '<body style="font-family: sans-serif; font-size: 15px; line-height: 1.45; color: #17211e; max-width: 42em; margin: 1.2em">\n'
            f"{body}\n</body></html>\n"
        )


def _html_part(part: str) -> str:
    made: list[str] = []
    items: list[str] = []
    words: list[str] = []
    for line in [*part.splitlines(), ""]:
        if not line.startswith("- ") and items:
            made.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
            items = []
        if words and (not line or line.startswith(("- ", "## "))):
            made.append("<p>" + "<br>".join(words) + "</p>")
            words = []
        if line.startswith("- "):
            items.append(_strong(line[2:]))
        elif line.startswith("## "):
            made.append(f'<h2 style="font-size: 17px; margin: 1.2em 0 0.3em">{_strong(line[3:])}</h2>')
        elif line:
            words.append(_strong(line))
    return "".join(made)


def _strong(line: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(line))


# --- fields


def fields(company: Company, mailbox: Mailbox, destination: Endpoint | None, language: str) -> dict[str, str]:
    """All values a template may use; "" where the project does not know one yet. Each is one line without control characters."""
    values = company.mailsafi
    at = company.cutover_at
    found = {
        "company": company.name,
        "address": mailbox.address,
        "user_name": mailbox.destination_user,
        "help_contact": company.help_contact,
        "webmail": values.webmail,
        "smtp_host": values.smtp_host,
        "imap_host": destination.host if destination else "",
        "imap_port": str(destination.port) if destination else "",
        "imap_security": _SECURITY[language][destination.security] if destination else "",
        "check_by": _date(at - CHECK_BEFORE, language) if at else "",
        "cutover_date": _date(at, language) if at else "",
        "cutover_short": f"{at.day} {_MONTHS[language][at.month - 1]}" if at else "",
        "cutover_time": f"{at:%H:%M} {_zone(at)}" if at else "",
        "cutover_when": f"{_date(at, language)}, {at:%H:%M} {_zone(at)}" if at else "",
    }
    return {name: " ".join("".join(c if c.isprintable() else " " for c in value).split()) for name, value in found.items()}


def _date(at: dt.datetime, language: str) -> str:
    return f"{_DAYS[language][at.weekday()]} {at.day} {_MONTHS[language][at.month - 1]} {at.year}"


def _zone(at: dt.datetime) -> str:
    name = at.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{at:%z}"


# --- making


def source(kind: str, language: str) -> str:
    """The original template; raises NoticeError when there is none."""
    if kind not in KINDS or language not in LANGUAGES:
        raise NoticeError(what=f"there is no notice {kind!r} in {language!r}")
    return resources.path(f"templates/{language}/{kind}.txt").read_text(encoding="utf-8")


def make(kind: str, language: str, values: Mapping[str, str], template: str = "") -> Notice:
    """A notice with ``values`` from `fields`; ``template`` is the admin's own text, "" the original. Raises NoticeError.

    A field without a value shows as such and is named in ``missing``: such a notice can be looked at but is not ready to be sent.
    """
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    filled = {name: value or _NOT_KNOWN[language] for name, value in values.items()}
    original = template or source(kind, language)
    blocks = _blocks(language)
    try:
        made = {name: environment.from_string(text).render(filled).strip() for name, text in blocks.items()}
        text = environment.from_string(original).render({**filled, **made})
        used = _used(environment, original)
        used |= {name for block in used & blocks.keys() for name in _used(environment, blocks[block])}
    except UndefinedError as e:
        raise NoticeError(what=str(e.message)) from e
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as e:
        raise NoticeError(what=str(e)[:200]) from e
    subject, short, body = _parts(text)
    return Notice(kind, language, subject, body, short, tuple(name for name, value in values.items() if not value and name in used))


def _used(environment: SandboxedEnvironment, template: str) -> set[str]:
    return set(meta.find_undeclared_variables(environment.parse(template)))


def _blocks(language: str) -> dict[str, str]:
    text = resources.path(f"templates/{language}/_blocks.txt").read_text(encoding="utf-8")
    pieces = _BLOCK.split(text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def _parts(text: str) -> tuple[str, str, str]:
    """Subject, short message and body; raises NoticeError when the first two lines are not those."""
    lines = text.splitlines()
    if len(lines) < 3 or not lines[0].startswith("Subject: ") or not lines[1].startswith("SMS: "):
        raise NoticeError(what='its first line must begin with "Subject: " and its second with "SMS: "')
    short = lines[1].removeprefix("SMS: ").strip()
    if len(short) > LONGEST_SHORT:
        short = short[: LONGEST_SHORT - 1].rstrip() + "…"
    return lines[0].removeprefix("Subject: ").strip(), short, "\n".join(lines[2:]).strip()


# --- mail


def as_mail(notice: Notice, mailbox: Mailbox, company: Company, now: dt.datetime) -> EmailMessage:
    """The notice as a mail to one user, HTML with plain text beside it. Raises NoticeError for an address that can't be one.

    The sender is left to whoever sends it: a file opened in a mail program goes out under that program's account.
    """
    message = EmailMessage(policy=email.policy.SMTP)
    try:
        message["To"] = Address(addr_spec=mailbox.address)
    except (ValueError, IndexError, email.errors.MessageError) as e:
        raise NoticeError(what=f"{mailbox.address!r} is not a mail address") from e
    message["Subject"] = notice.subject
    message["Date"] = email.utils.format_datetime(now)
    message["Message-ID"] = email.utils.make_msgid(
        domain=company.domains[0] if company.domains and company.domains[0].isascii() else "localhost"
    )
    message["Auto-Submitted"] = "auto-generated"
    message["X-Unsent"] = "1"  # mail programs open it as a draft, ready to be sent
    message["Content-Language"] = notice.language
    message.set_content(notice.plain)
    message.add_alternative(notice.as_html, subtype="html")
    return message


def file_name(address: str) -> str:
    """The name of a user's .eml file on any system."""
    return (re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", address).strip(" .")[:120] or "_") + ".eml"
