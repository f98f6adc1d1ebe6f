"""Tokens of Microsoft 365, by msal: one app for all mailboxes (client credentials), or each user once by a code typed in a browser.

The answers are an issuer's JSON, as `oauth.Token` reads it. Nothing is cached here and no mail server is known.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mailsafi_wizard import errors
from mailsafi_wizard.model import OAuth, Secret
from mailsafi_wizard.net.oauth_errors import (
    CodeExpired,
    ConsentMissing,
    Declined,
    IssuerUnreachable,
    SettingsUnreadable,
    TenantUnknown,
    from_answer,
)
from mailsafi_wizard.net.web import host_of, is_secure, reaching, web
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    import msal

AUTHORITY = "https://login.microsoftonline.com"
APP_SCOPE = "https://outlook.office365.com/.default"
USER_SCOPE = "https://outlook.office365.com/IMAP.AccessAsUser.All"
ROLE = "IMAP.AccessAsApp"
Answer = dict[str, object]
A = TypeVar("A")


def for_app(settings: OAuth, user: str, ca_file: Path | None = None) -> Answer:
    """A token for the app itself (RFC 6749 section 4.4), good for every mailbox it was given; ``user`` is only for errors."""
    import msal  # slow to load

    def make(**options: Any) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(settings.client_id, client_credential=_credential(settings), **options)

    with _app(settings, user, ca_file, make) as app:
        answer = _good(settings, user, app.acquire_token_for_client([APP_SCOPE]))
    if _lacks_role(str(answer["access_token"])):
        raise ConsentMissing(f"the token does not hold {ROLE}", host=_host(settings), user=user)
    return answer


def refreshed(settings: OAuth, user: str, refresh: Secret, ca_file: Path | None = None) -> Answer:
    """The next token of a user who agreed before."""
    with _public(settings, user, ca_file) as app:
        found = app.acquire_token_by_refresh_token(refresh.reveal(), [USER_SCOPE])
        return _good(settings, user, found, refresh.reveal())


@dataclass(frozen=True)
class DeviceCode:
    """What a user types, where, and for how many seconds it is good."""

    code: str
    address: str
    lifetime: float


def by_device(
    settings: OAuth,
    user: str,
    show: Callable[[DeviceCode], object],
    cancelled: threading.Event,
    ca_file: Path | None = None,
    wait: Callable[[float], object] | None = None,
) -> Answer:
    """The user's consent by a code (RFC 8628). Blocks until it is given, refused, too late, or ``cancelled``: that is Declined.

    ``show`` is called once, on this thread. ``wait`` (seconds) stands between two questions.
    """
    with _public(settings, user, ca_file) as app:
        flow = app.initiate_device_flow([USER_SCOPE])
        if "user_code" not in flow:
            _good(settings, user, flow)
        where = str(flow.get("verification_uri", ""))
        if not is_secure(where):  # a browser is sent there
            raise IssuerUnreachable(N_("the answer makes no sense"), host=_host(settings))
        show(DeviceCode(str(flow["user_code"]), where, float(flow["expires_in"])))
        waited = 0.0
        while waited < float(flow["expires_in"]):
            (wait or cancelled.wait)(flow["interval"])
            waited += flow["interval"]
            if cancelled.is_set():
                raise Declined("cancelled", host=_host(settings), user=user)
            answer = app.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True)
            if answer.get("error") not in ("authorization_pending", "slow_down"):
                return _good(settings, user, answer, str(flow["device_code"]))
        raise CodeExpired(host=_host(settings), user=user)


def _public(settings: OAuth, user: str, ca_file: Path | None) -> contextlib.AbstractContextManager[msal.PublicClientApplication]:
    import msal

    return _app(settings, user, ca_file, lambda **options: msal.PublicClientApplication(settings.client_id, **options))


@contextlib.contextmanager
def _app(settings: OAuth, user: str, ca_file: Path | None, make: Callable[..., A]) -> Iterator[A]:
    """An application of msal, made anew for each question: its own caches would give a refused token again."""
    from msal.exceptions import MsalError

    host = _host(settings)
    authority = f"{settings.authority or AUTHORITY}/{settings.tenant or 'organizations'}"
    with web(ca_file) as session, reaching(host):
        try:
            yield make(authority=authority, http_client=session, instance_discovery=False)
        except MsalError as e:  # of HTTP's 429 and 5xx
            raise errors.ServerBusy(str(e)[:100], host=host) from e
        except ValueError as e:  # msal's word for a tenant that the authority does not know, and for a key it can't read
            raise _unusable(str(e), host, user) from e


def _unusable(words: str, host: str, user: str) -> errors.ServerError:
    if "authority configuration" in words or "tenant" in words.lower():
        return TenantUnknown(host=host, user=user)
    if "key" in words.lower() or "pem" in words.lower():
        return SettingsUnreadable(host=host, user=user, what=N_("certificate of the app"))
    return IssuerUnreachable(N_("the answer makes no sense"), host=host)


def _credential(settings: OAuth) -> str | dict[str, str]:
    """The client secret, or private key and certificate where the secret holds a PEM of both."""
    text = settings.secret.reveal()
    if "-----BEGIN" not in text:
        return text
    return {"private_key": text, "public_certificate": text}


def _good(settings: OAuth, user: str, answer: Any, *secrets: str) -> Answer:
    if isinstance(answer, dict) and isinstance(answer.get("access_token"), str):
        return answer
    found = answer if isinstance(answer, dict) else {}
    raise from_answer(_host(settings), user, found, (settings.secret.reveal(), *secrets))


def _host(settings: OAuth) -> str:
    return host_of(settings.authority or AUTHORITY)


def _lacks_role(token: str) -> bool:
    """True when the token can be read and holds other roles, or none: the permission was not granted. An unreadable one lacks nothing."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return "aud" in claims and ROLE not in claims.get("roles", ())
    except (IndexError, ValueError, TypeError, AttributeError):
        return False
