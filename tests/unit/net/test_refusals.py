"""What servers mean: the words that real ones say, and what is made of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.net.refusals import LONGEST_WAIT, asked_wait, locked_out, password_refusal, refusal, sign_in_refusal

# (who says it, response code, words, BAD?, what it means)
REFUSALS = [
    ("Gmail", "OVERQUOTA", "[OVERQUOTA] Over quota", False, errors.OverQuota),
    ("Gmail", "TRYCREATE", "[TRYCREATE] Folder doesn't exist. (Failure)", False, errors.FolderMissing),
    ("Gmail", "THROTTLED", "[THROTTLED]", False, errors.ServerBusy),
    ("Gmail", "", "Account exceeded command or bandwidth limits. g12", False, errors.ServerBusy),
    ("Gmail", "ALERT", "[ALERT] Too many simultaneous connections. (Failure)", False, errors.TooManyConnections),
    ("Gmail", "TOOBIG", "[TOOBIG] Message too large. http://support.google.com/mail/?p=TooLarge (Failure)", False, errors.MessageRefused),
    ("Gmail", "", "Message too large. (Failure)", False, errors.MessageRefused),
    ("Microsoft 365", "", "Request is throttled. Suggested Backoff Time: 112345 milliseconds", True, errors.ServerBusy),
    ("Microsoft 365", "", "Request is throttled. Suggested Backoff Time: 299 milliseconds", False, errors.ServerBusy),
    ("Microsoft 365", "", "Server Unavailable. 15", False, errors.ServerBusy),
    ("Microsoft 365", "", "[TOOBIG] The message exceeds the maximum supported size", False, errors.MessageRefused),
    ("Microsoft 365", "OVERQUOTA", "[OVERQUOTA] Mailbox has exceeded its quota", False, errors.OverQuota),
    ("Yahoo", "LIMIT", "[LIMIT] APPEND Rate limit hit.", False, errors.ServerBusy),
    ("Yahoo", "LIMIT", "[LIMIT] UID FETCH Rate limit hit.", False, errors.ServerBusy),
    ("Yahoo", "MESSAGELIMIT", "[MESSAGELIMIT 1000] Too many messages in one command", False, errors.MessageRefused),
    ("Yahoo", "OVERQUOTA", "[OVERQUOTA] APPEND Not enough space", False, errors.OverQuota),
    ("Dovecot", "OVERQUOTA", "[OVERQUOTA] Quota exceeded (mailbox for user is full)", False, errors.OverQuota),
    ("Dovecot", "TRYCREATE", "[TRYCREATE] Mailbox doesn't exist: Archive", False, errors.FolderMissing),
    ("Dovecot", "NONEXISTENT", "[NONEXISTENT] Mailbox doesn't exist: x", False, errors.FolderMissing),
    ("Dovecot", "SERVERBUG", "[SERVERBUG] Internal error occurred. Refer to server log for more information.", False, errors.ServerBusy),
    ("Dovecot", "INUSE", "[INUSE] Timeout while waiting for lock", False, errors.ServerBusy),
    ("Dovecot", "CANNOT", "[CANNOT] Invalid mailbox name: Name must not have '/' characters", False, errors.CommandRefused),
    ("Dovecot", "", "Error in IMAP command APPEND: Invalid date-time.", True, errors.CommandRefused),
    ("Dovecot", "NOPERM", "[NOPERM] Permission denied", False, errors.CommandRefused),
    ("Cyrus", "", "Message contains NUL characters", False, errors.CommandRefused),
    ("Cyrus", "", "Message contains bare newlines", False, errors.CommandRefused),
    ("Cyrus", "", "Over quota", False, errors.OverQuota),
    ("Cyrus", "", "Message size exceeds fixed limit", False, errors.MessageRefused),
    ("Cyrus", "PERMANENTFLAGS", "Invalid flag", True, errors.CommandRefused),
    ("Courier", "ALERT", "[ALERT] You exceeded your mail quota.", False, errors.OverQuota),
    ("Courier", "", "Over quota.", False, errors.OverQuota),
    ("Zimbra", "", "APPEND failed: maximum message size exceeded", False, errors.MessageRefused),
    ("Zimbra", "", "quota exceeded", False, errors.OverQuota),
    ("any", "UNAVAILABLE", "[UNAVAILABLE] try again in 3 minutes", False, errors.ServerBusy),
    ("any", "", "Try again later", False, errors.ServerBusy),
    ("any", "", "no", False, errors.CommandRefused),
    ("any", "", "", False, errors.CommandRefused),
]  # fmt: skip


@pytest.mark.parametrize(("who", "code", "text", "bad", "kind"), REFUSALS)
def test_a_refused_command(who: str, code: str, text: str, bad: bool, kind: type[errors.ServerError]) -> None:
    error = refusal("mail.example.net", code, text, bad)
    assert type(error) is kind, f"{who} says {text}"
    assert error.detail == text


# (who says it, response code, words, what it means)
SIGN_INS = [
    ("Gmail", "AUTHENTICATIONFAILED", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", errors.SignInRefused),
    ("Gmail", "ALERT", "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", errors.AppPasswordNeeded),
    ("Gmail", "ALERT", "[ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", errors.OAuthNeeded),
    ("Gmail", "ALERT", "[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page. (Failure)", errors.ImapOff),
    ("Gmail", "ALERT", "[ALERT] Too many simultaneous connections. (Failure)", errors.TooManyConnections),
    ("Microsoft 365", "", "LOGIN failed.", errors.SignInRefused),
    ("Microsoft 365", "", "AUTHENTICATE failed.", errors.SignInRefused),
    ("Microsoft 365", "", "User is authenticated but not connected.", errors.NoRights),
    ("Microsoft 365", "", "Logon failure: basic authentication is disabled", errors.OAuthNeeded),
    ("Microsoft 365", "", "Request is throttled. Suggested Backoff Time: 5000 milliseconds", errors.ServerBusy),
    ("Yahoo", "AUTHENTICATIONFAILED", "[AUTHENTICATIONFAILED] LOGIN Invalid credentials", errors.SignInRefused),
    ("Yahoo", "LIMIT", "[LIMIT] LOGIN Rate limit hit.", errors.TooManyConnections),
    ("Dovecot", "AUTHENTICATIONFAILED", "[AUTHENTICATIONFAILED] Authentication failed.", errors.SignInRefused),
    ("Dovecot", "PRIVACYREQUIRED", "[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", errors.LoginDisabled),
    ("Dovecot", "UNAVAILABLE", "[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", errors.TooManyConnections),
    ("Dovecot", "", "Connection queue full", errors.TooManyConnections),
    ("Dovecot", "UNAVAILABLE", "[UNAVAILABLE] Temporary authentication failure. [host:2026-11-24 10:00:00]", errors.ServerBusy),
    ("Dovecot", "AUTHORIZATIONFAILED", "[AUTHORIZATIONFAILED] Authorization failed", errors.NoRights),
    ("Cyrus", "", "Login failed: authentication failure", errors.SignInRefused),
    ("Courier", "", "Login failed.", errors.SignInRefused),
    ("cPanel", "AUTHENTICATIONFAILED", "[AUTHENTICATIONFAILED] This host is temporarily blocked by brute force protection", errors.Blocked),
    ("any", "", "Your address is temporarily blocked, try again later", errors.Blocked),
    ("any", "", "Temporary failure", errors.ServerBusy),
    ("iCloud", "AUTHENTICATIONFAILED", "[AUTHENTICATIONFAILED] Authentication Failed: use an app-specific password", errors.AppPasswordNeeded),
    ("Zoho", "ALERT", "[ALERT] You are yet to enable IMAP for your account. Please contact your administrator", errors.ImapOff),
    ("Zoho", "ALERT", "[ALERT] Your account is locked because of unusual activity", errors.Blocked),
    ("Exchange", "", "Too many invalid login attempts, account locked", errors.Blocked),
]  # fmt: skip


@pytest.mark.parametrize(("who", "code", "text", "kind"), SIGN_INS)
def test_a_refused_sign_in(who: str, code: str, text: str, kind: type[errors.ServerError]) -> None:
    error = sign_in_refusal("mail.example.net", "jane@example.net", code, text)
    assert type(error) is kind, f"{who} says {text}"
    assert error.detail == text


TEXTS = tomllib.loads((Path(__file__).parent / "sign_in_texts.toml").read_text("utf-8"))["text"]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text['who']}: {text['said'][:30]}")
def test_what_real_servers_say(text: dict[str, str]) -> None:
    said = text["said"]
    code = said.partition("]")[0].strip("[").split()[0].upper() if said.startswith("[") else ""
    error = sign_in_refusal("mail.example.net", "jane@example.net", code, said)
    assert type(error).__name__ == text["means"]
    assert error.detail == said
    assert error.hint_text


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("outlook.office365.com", errors.OAuthNeeded),
        ("IMAP.mail.yahoo.com.", errors.AppPasswordLikely),
        ("imap.gmail.com", errors.AppPasswordLikely),
        ("imap.gmail.com.example.net", errors.SignInRefused),
    ],
)
def test_a_password_refused_by_a_provider_that_takes_none(host: str, kind: type[errors.SignInRefused]) -> None:
    assert type(password_refusal(host, "jane", "LOGIN failed.")) is kind


def test_a_lock_is_heard() -> None:
    assert {text["said"] for text in TEXTS if locked_out(text["said"])} >= {t["said"] for t in TEXTS if t["means"] == "Blocked"}
    assert not locked_out("[AUTHENTICATIONFAILED] Authentication failed.")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Request is throttled. Suggested Backoff Time: 700 milliseconds", 0.7),
        ("Suggested Backoff Time: 112345 milliseconds", 112.345),
        ("back-off time 3 s", 3),
        ("Backoff time: 5000", 5),
        ("try again in 3 minutes", 180),
        ("Please retry after 30 seconds", 30),
        ("wait 5 s, please", 5),
        ("retry in 500 ms", 0.5),
        ("try again in 99999 minutes", LONGEST_WAIT),
        ("try again later", 0),
        ("", 0),
        ("wait for 2026 mails", 0),
        ("retry after 9999999999999999999999999 seconds", LONGEST_WAIT),
    ],
)
def test_how_long_a_server_asks_to_wait(text: str, seconds: float) -> None:
    assert asked_wait(text) == pytest.approx(seconds)


@given(st.sampled_from(["", "THROTTLED", "OVERQUOTA", "X"]), st.text(max_size=60), st.booleans())
def test_any_words_get_an_error_that_can_be_shown(code: str, text: str, bad: bool) -> None:
    for error in (refusal("h", code, text, bad), sign_in_refusal("h", "u", code, text)):
        assert text in str(error)
        assert 0 <= getattr(error, "wait", 0) <= LONGEST_WAIT


def test_braces_in_a_server_s_words_are_only_words() -> None:
    assert refusal("h", "", "{host} {0} {", bad=False).title_text == "h refused: {host} {0} {"
