"""Every text a person reads passes through here, so that the screen can speak English or Swahili.

``_("...")`` translates now; ``N_("...")`` only marks a text for the catalogue. Catalogues are gettext's: ``resources/locale/<language>/LC_MESSAGES/wizard.mo``.
"""

from __future__ import annotations

import gettext

from mailsafi_wizard import resources

LANGUAGES = {"en": "English", "sw": "Kiswahili"}
_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use(language: str) -> None:
    """Speak ``language`` ("en", "sw") from now on; an unknown one or a missing catalogue falls back to English."""
    global _current, _language
    folder = resources.path("locale")
    _current = gettext.translation("wizard", folder, [language], fallback=True)
    _language = language if language in LANGUAGES else "en"


def language() -> str:
    return _language


def _(text: str) -> str:
    return _current.gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    return _current.ngettext(one, many, count)


def N_(text: str) -> str:
    return text
