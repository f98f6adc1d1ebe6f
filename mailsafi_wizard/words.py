"""Every text a person reads passes through here, so that the screen can speak English or Swahili, and a report the other one.

``_("...")`` translates now; ``N_("...")`` only marks a text for the catalogue. What was put together in English and kept (a reason in the project
file, an error's title with its host) is translated by `told`. Catalogues are gettext's: ``resources/locale/<language>/LC_MESSAGES/wizard.mo``.
"""

from __future__ import annotations

import contextlib
import functools
import gettext
import re
import string
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from mailsafi_wizard import resources

LANGUAGES = {"en": "English", "sw": "Kiswahili"}
LEAST_WORDS = 10  # letters that a template must have of its own before a sentence is recognised as made from it
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
    return _(template).format(**{name: told(value) if isinstance(value, str) else value for name, value in fields.items()})


def told(text: str) -> str:
    """A finished English sentence of this program in the language of now; what is not ours (a server's words) stays as it is."""
    speech = _now()
    return text if speech.language == "en" or not text else _told(speech, text, DEEPEST)


@functools.lru_cache(maxsize=4096)
def _told(speech: _Speech, text: str, depth: int) -> str:
    if not text:
        return ""
    exact = speech.catalogue.gettext(text)
    if exact != text or depth == 0:
        return exact
    for pattern, template in _templates(speech):
        if found := pattern.fullmatch(text):
            inner = {name: _told(speech, value, depth - 1) for name, value in found.groupdict().items()}
            return speech.catalogue.gettext(template).format(**inner)
    return text


@functools.lru_cache(maxsize=4)
def _templates(speech: _Speech) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The texts of the catalogue that have fields, those with the most words of their own first."""
    catalogue: Mapping[object, str] = getattr(speech.catalogue, "_catalog", {})
    made = [(template, *_pattern(template)) for template in catalogue if isinstance(template, str) and "{" in template]
    able = [(own, pattern, template) for template, own, pattern in made if own >= LEAST_WORDS and pattern is not None]
    return tuple((pattern, template) for own, pattern, template in sorted(able, key=lambda one: -one[0]))


def _pattern(template: str) -> tuple[int, re.Pattern[str] | None]:
    """How many letters are the template's own, and what a sentence made from it looks like; None where that can't be said."""
    parts, own, names = [], 0, set()
    for literal, name, _form, _conversion in string.Formatter().parse(template):
        parts.append(re.escape(literal))
        own += sum(letter.isalpha() for letter in literal)
        if name is not None:
            if not name.isidentifier():
                return 0, None
            parts.append(f"(?P={name})" if name in names else f"(?P<{name}>.+?)")
            names.add(name)
    return own, re.compile("".join(parts), re.DOTALL)
