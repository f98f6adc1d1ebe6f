"""What looks wrong in one cell of a credential list. Pure; no answer ever quotes the cell, because it might be a password.

Where a password is concerned these are only doubts: it is used exactly as it stands.
"""

from __future__ import annotations

import re
import unicodedata

from mailsafi_wizard.spreadsheet import restored
from mailsafi_wizard.words import N_

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_EDGE = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}]+$")
_HIDDEN = re.compile(rf"[{_INVISIBLE}]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SMART = re.compile("[‘’‚‛“”„‟«»‹›]")
_LINE_BREAK = re.compile(r"[\r\n\ud800-\udfff]")
_UNREMARKABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_ADDRESS = re.compile(r"""[^\s@,;"<>]+@([^\s@,;"<>]+)""")
_MONTH = r"(?:jan|feb|mar|apr|may|mei|jun|jul|aug|ago|sept?|oct|okt|nov|dec|des|dez)"
_DATE = N_("looks like a date that a spreadsheet has made")
_SPREADSHEET = (
    (re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d+"), N_("looks like a number that a spreadsheet has rounded")),
    (re.compile(r"#(?:NAME|REF|VALUE|DIV/0|NUM|NULL|N/A)[?!]?|#N/A|#{3,}"), N_("looks like an error that a spreadsheet shows")),
    (re.compile(rf"\d{{1,2}}[-. ]{_MONTH}(?:[-. ]\d{{2,4}})?|{_MONTH}-\d{{2,4}}", re.IGNORECASE), _DATE),
    (re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{2,4}"), _DATE),
    (re.compile(r"[1-9]\d*"), N_("is a plain number: a spreadsheet may have dropped zeros at its start")),
)


def trimmed(text: str) -> str:
    """An address, user or host name without white space at its ends, and without the ' that keeps spreadsheets from calculating."""
    return restored(_EDGE.sub("", text))


def address_fault(address: str) -> str:
    """Why this can't be a mail address; "" when it can."""
    if not address:
        return N_("There is no email address in this line.")
    if _HIDDEN.search(address) or _CONTROL.search(address):
        return N_("The email address holds invisible characters. Type it again.")
    match = _ADDRESS.fullmatch(address)
    if match is None or match[1].startswith(".") or ".." in match[1]:
        return N_("Where the email address should be there is something else. Are the columns in the right order?")
    return ""


def line_break_fault(text: str) -> str:
    """Why no line of a list and no sign-in can hold this text; "" when both can."""
    return N_("A cell holds a line break or half a character. Type it again.") if _LINE_BREAK.search(text) else ""


def name_doubts(name: str) -> list[str]:
    """What is odd about a user name, a host name or a folder's root."""
    if _HIDDEN.search(name) or _CONTROL.search(name):
        return [N_("holds invisible characters")]
    return [text for pattern, text in _SPREADSHEET[:2] if pattern.fullmatch(name)]


def password_doubts(password: str) -> list[str]:
    """What is odd about a password, as endings of a sentence."""
    doubts = [] if _UNREMARKABLE.fullmatch(password) else _odd_characters(password)
    damage = next((text for pattern, text in _SPREADSHEET if pattern.fullmatch(password)), "")
    return [*doubts, damage] if damage else doubts


def _odd_characters(password: str) -> list[str]:
    found: list[str] = []
    if password[:1].isspace() or password[-1:].isspace():
        found.append(N_("begins or ends with a space"))
    if "\xa0" in password:
        found.append(N_("holds a non-breaking space"))
    if _HIDDEN.search(password):
        found.append(N_("holds invisible characters"))
    if _SMART.search(password):
        found.append(N_("holds curly quotation marks, which a word processor may have put there"))
    if _CONTROL.search(password):
        found.append(N_("holds a control character"))
    if not password.isascii():
        found.append(N_("holds letters or signs beyond plain English ones"))
    if unicodedata.normalize("NFC", password) != password:
        found.append(N_("holds letters made of several characters"))
    return found
