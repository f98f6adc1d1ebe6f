"""What a user needs to sign in, as far as the admin has entered it. Nothing is guessed; each text is one line without control characters."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from mailsafi_wizard import errors
from mailsafi_wizard.model import Company, Endpoint, Mailbox, Security
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.saving import safe_name
from mailsafi_wizard.words import one_line

SMTP_SECURITY = {465: Security.TLS, 587: Security.STARTTLS}  # RFC 8314 sections 3.3 and 7.3; other ports say nothing
_NUMBER = re.compile(r"\+?\d[\d ()/-]*\d")
SECURITY_WORDS = {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS"}


class NotReady(errors.MigrationError):
    title = "{what} can't be made yet"
    hint = "Enter what is missing on the page Start, from your MailSafi welcome mail."
    exit_status = 2


@dataclass(frozen=True)
class Smtp:
    """Where mail programs send mail."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True)
class SignInValues:
    """One user's values. ``webmail`` is "" unless it is an http or https address; a server is None while a part of it is missing."""

    company: str
    address: str
    user_name: str
    help_contact: str
    webmail: str
    imap: Endpoint | None
    smtp: Smtp | None
    smtp_host: str = ""  # as entered, also while the port is missing
    smtp_port: int = 0

    def fields(self) -> dict[str, str]:
        """For the templates: "" where a value is missing."""
        imap, smtp = self.imap, self.smtp
        return {
            "company": isolated(self.company),
            "address": self.address,
            "user_name": self.user_name,
            "help_contact": isolated(self.help_contact),
            "webmail": self.webmail,
            "imap_host": imap.host if imap else "",
            "imap_port": str(imap.port) if imap else "",
            "imap_security": SECURITY_WORDS.get(imap.security, "") if imap else "",
            "smtp_host": self.smtp_host,
            "smtp_port": str(self.smtp_port or ""),
            "smtp_security": SECURITY_WORDS[smtp.security] if smtp else "",
            "profile": profile_name(self.address),
        }


def values_of(company: Company, mailbox: Mailbox, destination: Endpoint | None) -> SignInValues:
    """The values of one user."""
    given = company.mailsafi
    host, security = one_line(given.smtp_host), SMTP_SECURITY.get(given.smtp_port)
    return SignInValues(
        one_line(company.name),
        one_line(mailbox.address),
        one_line(mailbox.destination_user or mailbox.address),
        one_line(company.help_contact),
        web_address(given.webmail),
        destination,
        Smtp(host, given.smtp_port, security) if host and security else None,
        host,
        given.smtp_port,
    )


def isolated(text: str) -> str:
    """A name that is written from right to left, fenced off so that it does not turn the sentence around it, nor a phone number within it (UAX #9)."""
    if not any(unicodedata.bidirectional(c) in ("R", "AL") for c in text):
        return text
    return "\u2068" + _NUMBER.sub("\u2066\\g<0>\u2069", text) + "\u2069"


def web_address(text: str) -> str:
    """An http or https address, or "": nothing else may become a link or a code to scan."""
    address = text.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        return ""
    return "" if any(c.isspace() or not c.isprintable() or c in '<>"`\\' for c in address) else address


def profile_name(address: str) -> str:
    """The name of a user's set-up file for Apple's devices."""
    return f"{safe_name(address)}.mobileconfig"
