"""Every text a person reads passes through here, so that the screen can speak English or Swahili, and a report the other one.

``_("...")`` translates now; ``N_("...")`` only marks a text for the catalogue. What was put together in English and kept (a reason in the project
file, an error's title with its host) is translated by `translated`. Catalogues are gettext's: ``resources/locale/<language>/LC_MESSAGES/wizard.mo``.
"""

from __future__ import annotations

import contextlib
import functools
import gettext
import re
import string
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path

from mailsafi_wizard import resources
from mailsafi_wizard.records import dataclass

LANGUAGES = {"en": "English", "sw": "Kiswahili"}
LEAST_WORDS = 7  # letters that a template must have of its own before a sentence is recognised as made from it
LONGEST = 1000  # characters; what is longer is a server's words
DEEPEST = 4  # sentences within sentences


@dataclass(frozen=True, eq=False)
class _Speech:
    """A language with its catalogue."""

    language: str
    catalogue: gettext.NullTranslations


_screen = _Speech("en", gettext.NullTranslations())
_here: ContextVar[_Speech | None] = ContextVar("speech", default=None)


def use(language: str) -> None:
    """Speak ``language`` ("en", "sw") from now on; an unknown one or a missing catalogue falls back to English."""
    global _screen
    _screen = _speech(language)


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` within this block and on this thread (or task) only, whatever the screen speaks: for a report in another language."""
    before = _here.set(_speech(language))
    try:
        yield
    finally:
        _here.reset(before)


def _speech(language: str) -> _Speech:
    return _opened(language if language in LANGUAGES else "en", resources.path("locale"))


@functools.lru_cache(maxsize=8)
def _opened(language: str, folder: Path) -> _Speech:
    return _Speech(language, gettext.translation("wizard", folder, [language], fallback=True))


def _now() -> _Speech:
    return _here.get() or _screen


def language() -> str:
    return _now().language


def _(text: str) -> str:
    return _now().catalogue.gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    return _now().catalogue.ngettext(one, many, count)


def N_(text: str) -> str:
    return text


def filled(template: str, fields: Mapping[str, object]) -> str:
    """The translated ``template`` with ``fields``; those that are sentences of ours are translated, too."""
    return _(template).format(**{name: translated(value) if isinstance(value, str) else value for name, value in fields.items()})


def translated(text: str) -> str:
    """A finished English sentence of this program in the language of now; what is not ours (a server's words) stays as it is."""
    speech = _now()
    return text if speech.language == "en" or not text or len(text) > LONGEST else _recognised(speech, text, DEEPEST)


@functools.lru_cache(maxsize=4096)
def _recognised(speech: _Speech, text: str, depth: int) -> str:
    exact = speech.catalogue.gettext(text)
    if exact != text or depth == 0:
        return exact
    for template, own in _templates(speech):
        if all(words in text for words in own) and (found := pattern(template).fullmatch(text)):
            inner = {name: _recognised(speech, value, depth - 1) for name, value in found.groupdict().items()}
            return speech.catalogue.gettext(template).format(**inner)
    return text


@functools.lru_cache(maxsize=4)
def _templates(speech: _Speech) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The texts of the catalogue that have fields, and their own words between these; those with the most come first."""
    catalogue: Mapping[object, str] = getattr(speech.catalogue, "_catalog", {})
    able = [(own_letters(one), one) for one in catalogue if isinstance(one, str) and "{" in one]
    best = sorted((one for one in able if one[0] >= LEAST_WORDS), key=lambda one: -one[0])
    return tuple((one, tuple(part[0] for part in string.Formatter().parse(one) if part[0])) for _letters, one in best)


def harmless(text: str) -> str:
    """A stranger's words without what a terminal would obey, what ends a line or turns its direction: a space stands in the place of each."""
    return "".join(c if c.isprintable() else " " for c in text)


def one_line(text: str) -> str:
    """`harmless`, with single spaces between the words and none around them."""
    return " ".join(harmless(text).split())


def own_letters(template: str) -> int:
    """How many letters are the template's own; 0 where it has no named fields, or other braces."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return 0
    names = [name for _words, name, _form, _conversion in parts if name is not None]
    if not names or not all(name.isidentifier() for name in names):
        return 0
    return sum(letter.isalpha() for part in parts for letter in part[0])


@functools.cache
def pattern(template: str) -> re.Pattern[str]:
    """What a sentence made from ``template`` looks like; its fields must be plain names."""
    parts: list[str] = []
    names: set[str] = set()
    for literal, name, _form, _conversion in string.Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P={name})" if name in names else f"(?P<{name}>.+?)")
            names.add(name)
    return re.compile("".join(parts), re.DOTALL)
