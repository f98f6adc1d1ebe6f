"""Every text a person reads passes through here, so that the screen can speak English or Swahili.

``_("...")`` translates now; ``N_("...")`` only marks a text for the catalogue. What was put together in English and kept (a reason in the project
file, an error's title with its host) is translated by `translated`. Catalogues are gettext's: ``resources/locale/<language>/LC_MESSAGES/wizard.mo``.
"""

from __future__ import annotations

import functools
import gettext
import re
import string
from collections.abc import Mapping

from mailsafi_wizard import resources

LANGUAGES = {"en": "English", "sw": "Kiswahili"}
LEAST_WORDS = 7  # letters that a template must have of its own before a sentence is recognised as made from it
DEEPEST = 4  # sentences within sentences
_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use(language: str) -> None:
    """Speak ``language`` ("en", "sw") from now on; an unknown one or a missing catalogue falls back to English."""
    global _current, _language
    folder = resources.path("locale")
    _current = gettext.translation("wizard", folder, [language], fallback=True)
    _language = language if language in LANGUAGES else "en"
    _templates.cache_clear()
    translated.cache_clear()


def language() -> str:
    return _language


def _(text: str) -> str:
    return _current.gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    return _current.ngettext(one, many, count)


def N_(text: str) -> str:
    return text


def filled(template: str, fields: Mapping[str, object]) -> str:
    """The translated ``template`` with ``fields``; those that are sentences of ours are translated, too."""
    return _(template).format(**{name: translated(value) if isinstance(value, str) else value for name, value in fields.items()})


@functools.lru_cache(maxsize=4096)
def translated(text: str, depth: int = DEEPEST) -> str:
    """A finished English sentence of this program in the language of the screen; what is not ours (a server's words) stays as it is."""
    if _language == "en" or not text:
        return text
    exact = _(text)
    if exact != text or depth == 0:
        return exact
    for pattern, template in _templates():
        if found := pattern.fullmatch(text):
            return _(template).format(**{name: translated(value, depth - 1) for name, value in found.groupdict().items()})
    return text


@functools.cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The texts of the catalogue that have fields, those with the most words of their own first."""
    catalogue: Mapping[object, str] = getattr(_current, "_catalog", {})
    made = [(template, *pattern(template)) for template in catalogue if isinstance(template, str) and "{" in template]
    able = [(own, pattern, template) for template, own, pattern in made if own >= LEAST_WORDS and pattern is not None]
    return tuple((pattern, template) for own, pattern, template in sorted(able, key=lambda one: -one[0]))


def pattern(template: str) -> tuple[int, re.Pattern[str] | None]:
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
