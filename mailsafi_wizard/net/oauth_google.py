"""Tokens of Google: a service account with domain-wide delegation for all mailboxes (google-auth), or each user once in a browser.

The answers are an issuer's JSON, as `oauth.Token` reads it. Nothing is cached here and no mail server is known.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from mailsafi_wizard.model import OAuth, Secret
from mailsafi_wizard.net.loopback import Loopback
from mailsafi_wizard.net.oauth_errors import CodeExpired, Declined, IssuerUnreachable, SettingsUnreadable, from_answer
from mailsafi_wizard.net.oauth_settings import key_facts
from mailsafi_wizard.net.web import host_of, reaching, web
from mailsafi_wizard.words import N_

CONSENT = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN = "https://oauth2.googleapis.com/token"
SCOPE = "https://mail.google.com/"
CONSENT_LASTS = 600.0  # seconds a user has in the browser
Answer = dict[str, object]


def for_mailbox(settings: OAuth, user: str, ca_file: Path | None = None) -> Answer:
    """A token for one mailbox: a signed assertion with the mailbox as its subject (RFC 7523)."""
    from google.auth import exceptions  # slow to load
    from google.auth.transport.requests import Request
    from google.oauth2 import service_account

    host, facts = _host(settings), key_facts(settings)
    info = {name: facts[name] for name in ("type", "client_email", "client_id", "private_key")}
    info["token_uri"] = _token_address(settings)  # not the file's own: a forged file must not choose who gets the assertion
    try:
        credentials = service_account.Credentials.from_service_account_info(info, scopes=[SCOPE], subject=user)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as e:
        raise SettingsUnreadable(host=host, user=user, what=N_("key file of the service account")) from e
    try:
        with web(ca_file) as session, reaching(host):
            credentials.refresh(Request(session))
    except exceptions.TransportError as e:
        with reaching(host):
            if isinstance(e.__cause__, OSError):
                raise e.__cause__ from None  # what `requests` said
        raise IssuerUnreachable(host=host) from e
    except exceptions.RefreshError as e:
        answer = next((a for a in e.args if isinstance(a, dict)), {})
        raise from_answer(host, user, answer, (info["private_key"],)) from None  # its text holds the whole answer
    left = credentials.expiry - dt.datetime.now(dt.UTC).replace(tzinfo=None)  # google-auth's times are naive
    return {"access_token": credentials.token, "expires_in": left.total_seconds()}


def refreshed(settings: OAuth, user: str, refresh: Secret, ca_file: Path | None = None) -> Answer:
    """The next token of a user who agreed before (RFC 6749 section 6)."""
    return _asked(settings, user, ca_file, {"grant_type": "refresh_token", "refresh_token": refresh.reveal()})


def by_browser(
    settings: OAuth, user: str, show: Callable[[str], object], cancelled: threading.Event, ca_file: Path | None = None
) -> Answer:
    """The user's consent in a browser on this computer (RFC 8252, with PKCE: RFC 7636). ``show`` opens the address.

    Blocks until it is given, refused, too late, or ``cancelled``: that is Declined.
    """
    host = _host(settings)
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    with Loopback(state) as waiting:
        show(_consent_address(settings, user, waiting.address, state, verifier))
        found = waiting.answer(CONSENT_LASTS, cancelled)
    if cancelled.is_set():
        raise Declined("cancelled", host=host, user=user)
    if found is None:
        raise CodeExpired(host=host, user=user)
    if "code" not in found:
        raise from_answer(host, user, found)
    given = {"grant_type": "authorization_code", "code": found["code"], "code_verifier": verifier, "redirect_uri": waiting.address}
    return _asked(settings, user, ca_file, given)


def _consent_address(settings: OAuth, user: str, back: str, state: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    question = {
        "client_id": settings.client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": SCOPE,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",  # or there is no refresh token
        "prompt": "consent",
        "login_hint": user,
    }
    return f"{settings.authority + '/auth' if settings.authority else CONSENT}?{urlencode(question)}"


def _asked(settings: OAuth, user: str, ca_file: Path | None, form: dict[str, str]) -> Answer:
    host = _host(settings)
    form = {**form, "client_id": settings.client_id, "client_secret": settings.secret.reveal()}
    with web(ca_file) as session, reaching(host):
        reply = session.post(_token_address(settings), data=form, allow_redirects=False)
        answer = reply.json()  # its own error is one of those that `reaching` knows
    if not isinstance(answer, dict):
        raise IssuerUnreachable(N_("the answer makes no sense"), host=host)
    if not isinstance(answer.get("access_token"), str):
        raise from_answer(host, user, answer, form.values())
    return answer


def _token_address(settings: OAuth) -> str:
    return f"{settings.authority}/token" if settings.authority else TOKEN


def _host(settings: OAuth) -> str:
    return host_of(settings.authority or TOKEN)
