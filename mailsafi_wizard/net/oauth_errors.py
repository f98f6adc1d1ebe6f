"""What goes wrong with tokens, told as causes: from an issuer's answer (RFC 6749 section 5.2) and from a mail server's (RFC 7628)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mailsafi_wizard import errors
from mailsafi_wizard.words import one_line


class OAuthRefused(errors.SignInRefused):
    """``host`` is the issuer's, or the mail server's where that refused the token."""

    title = "{host} gave no token for {user}"
    hint = "Check the settings of the app or service account. What the provider said is in the details."


class SettingsUnreadable(OAuthRefused):
    title = "The {what} cannot be used"
    hint = "Choose the file again as the provider gave it, or copy the value once more."


class SecretWrong(OAuthRefused):
    title = "The secret of the app is wrong"
    hint = "Copy the secret's value again (not its ID); if it cannot be shown any more, create a new one."


class SecretExpired(OAuthRefused):
    title = "The secret of the app has expired"
    hint = "Create a new secret or certificate for the app and enter it here."


class TenantUnknown(OAuthRefused):
    title = "{host} knows no such organisation"
    hint = "Check the directory (tenant) ID on the overview page of the app."


class AppUnknown(OAuthRefused):
    title = "There is no such app in the organisation"
    hint = "Check the application (client) ID and that it belongs to this organisation."


class ConsentMissing(OAuthRefused):
    title = "The app has not been allowed to open mailboxes"
    hint = (
        "In the Entra admin center, under API permissions of the app, add the application permission IMAP.AccessAsApp of"
        " Office 365 Exchange Online and grant admin consent."
    )


class DelegationMissing(OAuthRefused):
    title = "Google has not been told that the service account may open mailboxes"
    hint = (
        "In the Google Admin console, under Security, API controls, Domain-wide delegation, add the service account's client ID"
        " with the scope https://mail.google.com/. It can take a day until it works."
    )


class PublicClientOff(OAuthRefused):
    title = "The app does not allow signing in with a code"
    hint = "In the Entra admin center, under Authentication of the app, allow public client flows."


class MailboxUnknown(OAuthRefused):
    title = "{host} knows no account {user}"
    hint = "Check the user name of this mailbox; it is the main address, not an alias."


class PermissionExpired(OAuthRefused):
    title = "The permission that {user} gave has expired or was taken back"
    hint = "Let the user agree once more."


class Declined(OAuthRefused):
    title = "{user} did not agree"
    hint = "Start again, and choose the right account in the browser."


class CodeExpired(OAuthRefused):
    title = "The code for {user} was not used in time"
    hint = "Start again; a code is good for about 15 minutes."


class PolicyForbids(OAuthRefused):
    title = "A rule of the organisation stops the sign-in of {user}"
    hint = "Ask for an exception from Conditional Access or from the rules for apps, or use one app for all mailboxes."


class ClockWrong(OAuthRefused):
    title = "The clock of this computer is wrong"
    hint = "Set date, time and time zone, then try again."


class TokenRefused(OAuthRefused):
    title = "{host} refused the token for {user}"
    hint = "Check that IMAP is switched on for the mailbox, that the app may open it, and that the user name is its main address."


class IssuerUnreachable(errors.ServerError):
    title = "{host}, which gives out the tokens, could not be reached"
    hint = "Check this computer's internet connection and firewall. The program tries again by itself."
    retry = errors.Retry.RECONNECT


Kind = type[OAuthRefused]

# Microsoft: numbers of error_codes, "AADSTS..." in error_description.
_AADSTS: Mapping[int, Kind] = {
    7000215: SecretWrong,
    7000216: SecretWrong,
    700027: SecretWrong,
    7000222: SecretExpired,
    90002: TenantUnknown,
    900021: TenantUnknown,
    900023: TenantUnknown,
    900144: AppUnknown,
    700016: AppUnknown,
    7000112: AppUnknown,
    900971: AppUnknown,
    65001: ConsentMissing,
    500011: ConsentMissing,
    90094: ConsentMissing,
    7000218: PublicClientOff,
    50034: MailboxUnknown,
    50057: MailboxUnknown,
    70008: PermissionExpired,
    50173: PermissionExpired,
    700082: PermissionExpired,
    700084: PermissionExpired,
    70043: PermissionExpired,
    65004: Declined,
    70019: CodeExpired,
    50076: PolicyForbids,
    50079: PolicyForbids,
    53000: PolicyForbids,
    53001: PolicyForbids,
    53003: PolicyForbids,
    700024: ClockWrong,
}
_BUSY = {"temporarily_unavailable", "server_error", "internal_failure", "slow_down"}

# What issuers say with one and the same code; the first that fits.
_WORDS: tuple[tuple[str, Kind], ...] = (
    (r"short-lived token|iat and exp|issued in the future", ClockWrong),
    (r"invalid email or user id|account not found for subject", MailboxUnknown),
    (r"invalid jwt signature|account not found|no valid verifier", SecretWrong),
    (r"unauthorized to retrieve access tokens|not authorized for any of the scopes", DelegationMissing),
    (r"expired or revoked|token has been expired|bad request.*refresh", PermissionExpired),
)
_CODES: Mapping[str, Kind] = {
    "invalid_client": SecretWrong,
    "unauthorized_client": AppUnknown,
    "invalid_tenant": TenantUnknown,
    "deleted_client": AppUnknown,
    "disabled_client": AppUnknown,
    "consent_required": ConsentMissing,
    "invalid_scope": ConsentMissing,
    "access_denied": Declined,
    "authorization_declined": Declined,
    "expired_token": CodeExpired,
    "code_expired": CodeExpired,
    "admin_policy_enforced": PolicyForbids,
    "org_internal": PolicyForbids,
    "interaction_required": PolicyForbids,
    "invalid_grant": PermissionExpired,
}


def from_answer(host: str, user: str, answer: Mapping[str, object], secrets: Iterable[str] = ()) -> errors.ServerError:
    """The error for an issuer's answer with ``error`` and ``error_description`` in it. ``secrets`` never show in its detail."""
    code, words = str(answer.get("error") or ""), str(answer.get("error_description") or "")
    detail = shown(f"{code}: {words}" if words else code, secrets)
    if code in _BUSY:
        return errors.ServerBusy(detail, host=host)
    return _kind(code, words)(detail, host=host, user=user)


def _kind(code: str, words: str) -> Kind:
    for number in re.findall(r"AADSTS(\d+)", words):
        if int(number[:9]) in _AADSTS:
            return _AADSTS[int(number[:9])]
    for pattern, kind in _WORDS:
        if re.search(pattern, words, re.I):
            return kind
    return _CODES.get(code, OAuthRefused)


def shown(text: str, secrets: Iterable[str] = ()) -> str:
    """An issuer's words for people: one line of at most 300 characters, no secret, nothing that looks like a token."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "•••")
    text = re.sub(r"[\w-]{16,}\.[\w-]{16,}\.[\w-]*", "•••", text)  # a JWT
    return one_line(text)[:300]


def from_challenge(host: str, user: str, challenge: Mapping[str, object], words: str) -> OAuthRefused:
    """The error for the mail server's own error object (RFC 7628 section 3.2.2); ``words`` are free of secrets."""
    status = str(challenge.get("status") or "")
    if status == "insufficient_scope" or status == "403":
        return ConsentMissing(words, host=host, user=user)
    return TokenRefused(words, host=host, user=user)
