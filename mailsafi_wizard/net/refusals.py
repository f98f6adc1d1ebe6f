"""What a server means by a NO or BAD: pure classification by response code (RFC 9051 section 7.1, RFC 5530) and text."""

from __future__ import annotations

import re

from mailsafi_wizard import errors

_BUSY_CODES = {"UNAVAILABLE", "THROTTLED", "LIMIT", "INUSE", "SERVERBUG", "CONTACTADMIN", "TRYAGAIN"}
_BUSY_TEXT = re.compile(
    r"try again|temporar|throttl|rate.?limit|too many (?:requests|commands|messages)|slow down|server (?:is )?busy|back.?off"
    r"|later|overload|bandwidth|exceeded .*(?:rate|limit)|unavailable|deadlock|lock timeout",
    re.I,
)
_THROTTLE_TEXT = re.compile(r"throttl|back.?off time", re.I)  # Exchange says this with BAD
_QUOTA_TEXT = re.compile(
    r"over.?quota|quota (?:is )?(?:exceeded|full)|exceed\w* (?:\w+ ){0,3}quota|mailbox (?:is )?full|not enough (?:disk )?(?:space|quota)",
    re.I,
)
_TOO_BIG_TEXT = re.compile(r"too (?:big|large|long)|exceeds? (?:the )?(?:maximum|max|allowed|message) .*size|message size", re.I)
_CONNECTIONS_TEXT = re.compile(
    r"too many (?:\w+ )*(?:connections|sessions|logins)|maximum (?:number of )?(?:\w+ )*(?:connections|sessions)|connection limit"
    r"|connection queue full",
    re.I,
)
_BACKOFF = re.compile(r"back.?off time:?\s*(\d+)\s*(ms|milliseconds|s|sec|seconds)?", re.I)
_RETRY_AFTER = re.compile(r"(?:retry|try again|wait)\D{0,20}?(\d+)\s*(ms|milliseconds|s|sec|seconds|m|min|minutes)\b", re.I)
_UNITS = {"ms": 0.001, "milliseconds": 0.001, "m": 60.0, "min": 60.0, "minutes": 60.0}
LONGEST_WAIT = 15 * 60.0


def asked_wait(text: str) -> float:
    """Seconds a server asks to wait, 0.0 when it names no figure; capped at LONGEST_WAIT."""
    found = _BACKOFF.search(text) or _RETRY_AFTER.search(text)
    if not found:
        return 0.0
    return min(LONGEST_WAIT, int(found[1][:9]) * _UNITS.get((found[2] or ("ms" if found.re is _BACKOFF else "s")).lower(), 1.0))


_QUEUE_FULL = re.compile(r"connection queue full", re.I)  # Dovecot, to those that have not signed in yet, whoever they are


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


_APP_PASSWORD = re.compile(r"app(?:lication)?.?(?:specific)?.?password|two.?factor|2.?step", re.I)
_OAUTH = re.compile(r"basic auth\w* .*(?:disabled|blocked)|less secure app|oauth|modern auth|web browser|web login required", re.I)
_IMAP_OFF = re.compile(
    r"imap (?:access |service )?(?:is )?(?:not enabled|disabled|off|not allowed)|not enabled for imap|enable imap|imap.{0,30}administrator",
    re.I,
)
_BLOCKED = re.compile(r"block|locked|suspend|too many (?:failed|bad|invalid|login)|brute|banned", re.I)
_NO_RIGHTS = re.compile(r"not connected|permission|not authori[sz]ed to|privilege|access denied for .* mailbox", re.I)


def sign_in_refusal(host: str, user: str, code: str, text: str) -> errors.ServerError:
    """The error for a refused LOGIN or AUTHENTICATE."""
    if _CONNECTIONS_TEXT.search(text) or code == "LIMIT":
        return errors.TooManyConnections(text, host=host)
    if _APP_PASSWORD.search(text):
        return errors.AppPasswordNeeded(text, host=host, user=user)
    if code == "PRIVACYREQUIRED":
        return errors.LoginDisabled(text, host=host, user=user)
    if _OAUTH.search(text):
        return errors.OAuthNeeded(text, host=host, user=user)
    if _IMAP_OFF.search(text):
        return errors.ImapOff(text, host=host, user=user)
    if code == "AUTHORIZATIONFAILED" or _NO_RIGHTS.search(text):
        return errors.NoRights(text, host=host, user=user)
    if (
        code in ("UNAVAILABLE", "INUSE", "SERVERBUG", "THROTTLED")
        or _THROTTLE_TEXT.search(text)
        or (code == "" and not _BLOCKED.search(text) and re.search(r"temporar|try again|unavailable|internal error", text, re.I))
    ):
        return errors.ServerBusy(text, wait=asked_wait(text), host=host)
    if _BLOCKED.search(text):
        return errors.Blocked(text, host=host, user=user)
    return errors.SignInRefused(text, host=host, user=user)
