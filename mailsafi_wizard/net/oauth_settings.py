"""Whether the settings for tokens can be used, before anybody is asked. Knows no network."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from mailsafi_wizard.model import OAuth, OAuthWay
from mailsafi_wizard.net.oauth_errors import SettingsUnreadable
from mailsafi_wizard.words import N_


def issuer(settings: OAuth) -> str:
    """The host that gives out the tokens."""
    usual = "https://login.microsoftonline.com" if settings.way.microsoft else "https://oauth2.googleapis.com"
    return urlsplit(settings.authority or usual).hostname or settings.authority


def check(settings: OAuth) -> None:
    """Raises SettingsUnreadable when something is missing or cannot be what it should be; asks nobody."""

    def bad(what: str) -> SettingsUnreadable:
        return SettingsUnreadable(host=issuer(settings), user="", what=what)

    if settings.authority and not settings.authority.startswith("https://"):
        raise bad(N_("address of the provider"))
    if settings.way is OAuthWay.MICROSOFT_APP and not settings.tenant:
        raise bad(N_("directory (tenant) ID"))
    if settings.way is not OAuthWay.GOOGLE_SERVICE and not settings.client_id:
        raise bad(N_("application (client) ID"))
    if settings.way is OAuthWay.GOOGLE_SERVICE:
        key_facts(settings)
    elif settings.way is OAuthWay.MICROSOFT_APP and not settings.secret:
        raise bad(N_("secret of the app"))


def key_facts(settings: OAuth) -> dict[str, str]:
    """What stands in a service account's key file; raises SettingsUnreadable."""
    needed = ("client_email", "client_id", "private_key")
    try:
        facts = json.loads(settings.secret.reveal())
        if not all(isinstance(facts[name], str) and facts[name] for name in needed) or facts["type"] != "service_account":
            raise ValueError("something is missing in it")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SettingsUnreadable(host=issuer(settings), user="", what=N_("key file of the service account")) from None
    return {name: str(value) for name, value in facts.items()}
