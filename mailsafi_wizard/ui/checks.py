"""What the admin types, looked at before it is kept: each check answers with a complaint in words, or "". Pure.

Only the form is checked here (RFC 1123 names, RFC 7208 mechanisms); whether a server answers is for the ladder and the DNS look-up.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from urllib.parse import urlsplit

from mailsafi_wizard.words import _

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_MECHANISM = re.compile(r"(include|a|mx|exists|redirect)[:=]\S+|(ip4|ip6):[0-9a-f.:/]+|a|mx", re.IGNORECASE)


def split_names(text: str) -> tuple[str, ...]:
    """Names between commas, semicolons or spaces, lower case, without a final dot."""
    return tuple(name.rstrip(".").lower() for name in re.split(r"[,;\s]+", text) if name.strip("."))


def host(text: str) -> str:
    """One server's name."""
    name = text.strip().rstrip(".")
    if not name:
        return ""
    if "://" in name or "/" in name:
        return _("Only the name of the server, without https:// and without a slash.")
    if "@" in name:
        return _("This is a mail address. Enter the name of a server.")
    try:
        plain = name.encode("idna").decode("ascii")
    except UnicodeError:
        return _("“{name}” can't be the name of a server.").format(name=name)
    labels = plain.split(".")
    if len(plain) > 253 or not all(_LABEL.fullmatch(part) for part in labels):
        return _("“{name}” can't be the name of a server.").format(name=name)
    return ""


def domain(text: str) -> str:
    """One mail domain: a name with a dot."""
    complaint = host(text)
    if not complaint and text.strip() and "." not in text.strip().strip("."):
        return _("“{name}” has no ending such as .co.ke or .com.").format(name=text.strip())
    return complaint


def each(check: Callable[[str], str], text: str) -> str:
    """The first complaint about several names in one field."""
    return next(filter(None, map(check, split_names(text))), "")


def spf(text: str) -> str:
    """The part of an SPF record that lets MailSafi send, such as ``include:spf.example.net``."""
    words = text.split()
    if any(word.lower() == "v=spf1" or word.lower().endswith("all") for word in words):
        return _("Only the part for MailSafi, such as include:…, without v=spf1 and without the final “all”.")
    if any(not _MECHANISM.fullmatch(word.lstrip("+")) for word in words):
        return _("An SPF part looks like include:name.of.server or ip4:192.0.2.1.")
    return ""


def selector(text: str) -> str:
    name = text.strip()
    if name.endswith("._domainkey") or "._domainkey." in name:
        return _("Only the selector, the part before ._domainkey.")
    return host(name)


def dkim(text: str) -> str:
    value = text.replace('"', "").strip()
    if value and not re.search(r"\bp=[A-Za-z0-9+/=\s]+", value):
        return _("A DKIM key holds “p=” and a long run of letters. Copy it whole.")
    return ""


def address(text: str) -> str:
    """A web address."""
    name = text.strip()
    if not name:
        return ""
    parts = urlsplit(name)
    if parts.scheme not in ("https", "http") or not parts.hostname or "." not in parts.hostname:
        return _("A web address begins with https:// and a name.")
    return ""


def port(text: str) -> str:
    number = text.strip()
    if number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= 65535:
        return ""
    return _("A port is a number from 1 to 65535.")


def timezone(text: str) -> str:
    try:
        zoneinfo.ZoneInfo(text.strip())
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return _("Choose a time zone from the list, such as Africa/Nairobi.")
    return ""
