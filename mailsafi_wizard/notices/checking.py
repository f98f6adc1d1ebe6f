"""What is wrong with a notice as an admin has written it: unknown fields, elements that every user needs, a short message that is too long."""

from __future__ import annotations

from collections.abc import Mapping

from mailsafi_wizard.notices.notice import LONGEST_SHORT
from mailsafi_wizard.notices.templates import Draft, NoticeError, make, names, parts
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_


@dataclass(frozen=True)
class Finding:
    """One thing to mend. ``text`` is a template for ``named``; ``wrong``: it can't be sent like this; else it is advice."""

    text: str
    named: str = ""
    wrong: bool = False
    place: str = "body"  # "subject", "short" or "body"


@dataclass(frozen=True)
class _Element:
    """Something each notice tells. It is there when one of ``parts`` is named or written out, or when all ``fields`` are named."""

    words: str
    parts: tuple[str, ...]
    fields: tuple[str, ...] = ()


_ELEMENTS = {
    "why": _Element(N_("why the email moves"), ("why",), ("company", "address")),
    "when": _Element(N_("date, time and time zone of the cutover"), ("when",), ("cutover_when",)),
    "moves": _Element(N_("what moves"), ("moves", "moved")),
    "stays": _Element(N_("what does not move"), ("stays", "not_moved")),
    "before": _Element(N_("what to do before the day"), ("before",)),
    "on_the_day": _Element(N_("what to do on the day"), ("on_the_day",)),
    "sign_in": _Element(
        N_("where to sign in, the user name, how the password arrives"), ("sign_in",), ("webmail", "user_name", "help_contact")
    ),
    "devices": _Element(N_("the steps for phone and Outlook"), ("devices", "devices_now")),
    "check": _Element(N_("how to check and report"), ("check",)),
    "never_ask": _Element(N_("that nobody will ask for the password"), ("never_ask",)),
    "help": _Element(N_("whom to ask"), ("help",), ("help_contact",)),
}
_ALWAYS = ("why", "when", "moves", "stays", "sign_in", "devices", "check", "never_ask", "help")
_AHEAD = (*_ALWAYS, "before", "on_the_day")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "announcement": _AHEAD,
    "what-moves": _AHEAD,
    "please-check": _AHEAD,
    "prepare": _AHEAD,
    "last-reminder": _AHEAD,
    "sign-in": _ALWAYS,
    "help": _ALWAYS,
    "closing": _ALWAYS,
    "reset-password": ("why", "when", "never_ask", "help"),
}


def check(kind: str, language: str, draft: Draft, values: Mapping[str, str]) -> tuple[Finding, ...]:
    """All findings, what hinders sending first. ``values``: for the user with the longest ones, so that a short message fits for all."""
    wrong = _unknown(draft, language, values)
    found = list(wrong)
    if not wrong:
        found += _made(kind, language, draft, values)
        found += [Finding(N_("It does not tell {what}."), _ELEMENTS[one].words) for one in lacking(kind, language, draft)]
    return tuple(sorted(found, key=lambda one: not one.wrong))


def _unknown(draft: Draft, language: str, values: Mapping[str, str]) -> list[Finding]:
    found = []
    for place, text in (("subject", draft.subject), ("short", draft.short), ("body", draft.body)):
        if not text.strip():
            found.append(Finding(N_("There is no text yet."), "", True, place))
        try:
            known = values.keys() | (parts(language).keys() if place == "body" else set())
            found += [Finding(N_("There is no field “{what}”."), name, True, place) for name in sorted(names(text) - known)]
        except NoticeError as error:
            found.append(Finding(N_("Only names of fields may stand in double braces: {what}"), error.fields["what"], True, place))  # type: ignore[arg-type]
    return found


def _made(kind: str, language: str, draft: Draft, values: Mapping[str, str]) -> list[Finding]:
    notice = make(kind, language, values, draft.template())
    if notice.fits:
        return []
    return [Finding(N_("The short message has {what} characters."), f"{len(notice.short)} / {LONGEST_SHORT}", place="short")]


def lacking(kind: str, language: str, draft: Draft) -> tuple[str, ...]:
    """Elements that this kind of notice needs and this one does not have; a part written out is known by its first line."""
    named, lines = names(draft.body), {line.strip() for line in draft.body.splitlines()}
    ready = parts(language)

    def there(element: _Element) -> bool:
        if named & set(element.parts):
            return True
        if element.fields and set(element.fields) <= named:
            return True
        return any(ready[part].splitlines()[0].strip() in lines for part in element.parts)

    return tuple(one for one in NEEDED[kind] if not there(_ELEMENTS[one]))
