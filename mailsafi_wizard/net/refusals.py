"""What a server means by a NO or BAD: pure classification by response code (RFC 9051 section 7.1, RFC 5530) and text."""

from __future__ import annotations

import re

from mailsafi_wizard import errors


class _Words:
    """A pattern, whatever the case. It is compiled at the first refusal (by `re`, which keeps it): most runs hear none."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def search(self, text: str) -> re.Match[str] | None:
        return re.search(self._pattern, text, re.I)


_BUSY_CODES = {"UNAVAILABLE", "THROTTLED", "LIMIT", "INUSE", "SERVERBUG", "CONTACTADMIN", "TRYAGAIN"}
_BUSY_TEXT = _Words(
    r"try again|temporar|throttl|rate.?limit|too many (?:requests|commands|messages)|slow down|server (?:is )?busy|back.?off"
    r"|later|overload|bandwidth|exceeded .*(?:rate|limit)|unavailable|deadlock|lock timeout"
)
_THROTTLE_TEXT = _Words(r"throttl|back.?off time")  # Exchange says this with BAD
_QUOTA_TEXT = _Words(
    r"over.?quota|quota (?:is )?(?:exceeded|full)|exceed\w* (?:\w+ ){0,3}quota|mailbox (?:is )?full|not enough (?:disk )?(?:space|quota)"
)
_TOO_BIG_TEXT = _Words(r"too (?:big|large|long)|exceeds? (?:the )?(?:maximum|max|allowed|message) .*size|message size")
_CONNECTIONS_TEXT = _Words(
    r"too many (?!(?:\w+ )*(?:failed|bad|invalid|incorrect|wrong|unsuccessful))(?:\w+ )*(?:connections|sessions|logins)"
    r"|maximum (?:number of )?(?:\w+ )*(?:connections|sessions)|connection limit|connection queue full"
)
_BACKOFF = _Words(r"back.?off time:?\s*(\d+)\s*(ms|milliseconds|s|sec|seconds)?")
_RETRY_AFTER = _Words(r"(?:retry|try again|wait)\D{0,20}?(\d+)\s*(ms|milliseconds|s|sec|seconds|m|min|minutes)\b")
_UNITS = {"ms": 0.001, "milliseconds": 0.001, "m": 60.0, "min": 60.0, "minutes": 60.0}
LONGEST_WAIT = 15 * 60.0


def asked_wait(text: str) -> float:
    """Seconds a server asks to wait, 0.0 when it names no figure; capped at LONGEST_WAIT."""
    backoff = _BACKOFF.search(text)
    found = backoff or _RETRY_AFTER.search(text)
    if not found:
        return 0.0
    return min(LONGEST_WAIT, int(found[1][:9]) * _UNITS.get((found[2] or ("ms" if backoff else "s")).lower(), 1.0))


_QUEUE_FULL = _Words(r"connection queue full")  # Dovecot, to those that have not signed in yet, whoever they are


def door_is_full(text: str) -> bool:
    """Whether words about too many connections mean this computer's, or anybody's, and not those of one account."""
    return bool(_QUEUE_FULL.search(text))


def refusal(host: str, code: str, text: str, bad: bool) -> errors.ServerError:
    """The error for a tagged NO (or BAD) to a command after sign-in. ``text`` must already be free of secrets."""
    if _CONNECTIONS_TEXT.search(text):
        return errors.TooManyConnections(text, host=host)
    if code == "OVERQUOTA" or (not bad and _QUOTA_TEXT.search(text)):
        return errors.OverQuota(text, code=code, host=host, text=text)
    if code in ("TOOBIG", "MESSAGELIMIT") or (not bad and _TOO_BIG_TEXT.search(text)):
        return errors.MessageRefused(text, code=code, host=host, text=text)
    if code in ("TRYCREATE", "NONEXISTENT"):
        return errors.FolderMissing(text, code=code, host=host, text=text)
    if code in _BUSY_CODES or _THROTTLE_TEXT.search(text) or (not bad and _BUSY_TEXT.search(text)):
        return errors.ServerBusy(text, wait=asked_wait(text), bad=bad, host=host)
    return errors.CommandRefused(text, code=code, bad=bad, host=host, text=text)


# Of a refused sign-in: the first that fits. The texts of real servers are in tests/unit/net/sign_in_texts.toml.
_BUSY_SIGN_IN = _Words(r"temporar|try again|unavailable|internal error|rate.?limit|over(?:loaded|load)\b")
_BUSY_SIGN_IN_CODES = {"UNAVAILABLE", "INUSE", "SERVERBUG", "THROTTLED"}
_CAUSES: tuple[tuple[type[errors.SignInRefused], _Words], ...] = (
    (errors.AppPasswordNeeded, _Words(r"app(?:lication)?.?(?:specific)?.?password|two.?factor|2.?step|2fa\b")),
    (
        errors.LoginDisabled,
        _Words(
            r"plaintext auth\w* (?:disallowed|disabled|not allowed)|clear.?text (?:logins?|auth\w*) (?:is |are )?(?:disabled|not)"
            r"|login only available under a layer|login disabled|(?:use|requires?|needs?) (?:starttls|tls|ssl)\b|must issue a starttls"
        ),
    ),
    (
        errors.OAuthNeeded,
        _Words(
            r"basic auth\w* .*(?:disabled|blocked)|less secure app|oauth|modern auth|web browser|web login required"
            r"|logondenied-basicauthblocked|basicauthblocked|password authentication (?:is )?(?:not|disabled)"
        ),
    ),
    (
        errors.ImapOff,
        _Words(
            r"imap4? (?:access |service |protocol )?(?:is )?(?:not enabled|disabled|off\b|not allowed|not permitted)|not enabled for imap"
            r"|enable imap|imap.{0,30}administrator|imap4? access denied|not allowed to use imap|protocol (?:is )?disabled"
        ),
    ),
    (
        errors.PasswordExpired,
        _Words(r"password (?:has |is )?expired|must change (?:the |your )?password|password.{0,12}change required"),
    ),
    (
        errors.AccountOff,
        _Words(
            r"account (?:is |has been )?(?:not active|inactive|closed|disabled|deactivated|deleted|in maintenance)"
            r"|user (?:is )?disabled|account.{0,20}maintenance mode"
        ),
    ),
    (
        errors.NoRights,
        _Words(
            r"not connected|permission|not authori[sz]ed to|privilege|access denied for .* mailbox|not authori[sz]ed for"
            r"|authorization (?:failure|failed|denied)|proxy .*(?:denied|not allowed)|not allowed to (?:proxy|act)"
        ),
    ),
)
_BLOCKED = _Words(
    r"block|locked|suspend|too many (?:failed|bad|invalid|login|auth)|brute|banned|blacklist|denylist|unusual (?:sign|activity|login)"
    r"|suspicious|repeated (?:login )?failures"
)
_BY_CODE: dict[str, type[errors.SignInRefused]] = {
    "PRIVACYREQUIRED": errors.LoginDisabled,
    "EXPIRED": errors.PasswordExpired,
    "AUTHORIZATIONFAILED": errors.NoRights,
    "NOPERM": errors.NoRights,
}


def sign_in_refusal(host: str, user: str, code: str, text: str) -> errors.ServerError:
    """The error for a refused LOGIN or AUTHENTICATE."""
    if _CONNECTIONS_TEXT.search(text) or code == "LIMIT":
        return errors.TooManyConnections(text, host=host)
    kind = _BY_CODE.get(code) or next((kind for kind, words in _CAUSES if words.search(text)), None)
    if kind is not None:
        return kind(text, host=host, user=user)
    if (
        code in _BUSY_SIGN_IN_CODES
        or _THROTTLE_TEXT.search(text)
        or (code in ("", "ALERT") and not _BLOCKED.search(text) and _BUSY_SIGN_IN.search(text))
    ):
        return errors.ServerBusy(text, wait=asked_wait(text), host=host)
    if _BLOCKED.search(text):
        return errors.Blocked(text, host=host, user=user)
    return errors.SignInRefused(text, host=host, user=user)


# These say no more than that a password is wrong; that they take no normal one stands in their documents.
_NO_PASSWORDS = {"outlook.office365.com", "outlook.office.com", "imap-mail.outlook.com"}
_APP_PASSWORDS = {
    "imap.gmail.com",
    "imap.mail.yahoo.com",
    "export.imap.mail.yahoo.com",
    "imap.aol.com",
    "export.imap.aol.com",
    "imap.mail.me.com",
}


def password_refusal(host: str, user: str, text: str) -> errors.SignInRefused:
    """The error for a user's own password that was refused without a reason, by what the provider is known for."""
    name = host.lower().rstrip(".")
    if name in _NO_PASSWORDS:
        return errors.OAuthNeeded(text, host=host, user=user)
    kind = errors.AppPasswordLikely if name in _APP_PASSWORDS else errors.SignInRefused
    return kind(text, host=host, user=user)


_UNKNOWN_COMMAND = re.compile(
    r"unknown|unrecogni[sz]ed|unsupported|not supported|invalid command|bad command|no such command|mechanism", re.I
)


def admin_refusal(host: str, user: str, text: str, bad: bool) -> errors.AdminRefused:
    """The error for an administrator's sign-in that was refused without any reason that `sign_in_refusal` knows."""
    kind = errors.StyleUnknown if bad or _UNKNOWN_COMMAND.search(text) else errors.AdminRefused
    return kind(text, host=host, user=user)


def locked_out(text: str) -> bool:
    """Whether a refusal's words speak of a lock: then nobody shall try once more."""
    return bool(_BLOCKED.search(text))
