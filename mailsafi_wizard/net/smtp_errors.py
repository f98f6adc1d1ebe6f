"""What can go wrong when a mail is handed to a server, from the replies of SMTP (RFC 5321 section 4.2) to what an admin can do about it."""

from __future__ import annotations

import re

from mailsafi_wizard import errors

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_PACE = re.compile(r"rate|too many|limit|quota|throttl|slow down|too much|exceed", re.I)
_APP_PASSWORD = re.compile(r"app(?:lication)?.?(?:specific)?.?password|two.?factor|2.?step|534.?5\.7\.9", re.I)
_NOT_SIGNED_IN = re.compile(r"authenti\w+ (?:is )?required|must (?:authenticate|log ?in)|not authenticated", re.I)
_SWITCHED_OFF = re.compile(r"smtpclientauthentication is disabled|basic auth\w* .*(?:disabled|blocked)|5\.7\.139", re.I)


class SmtpUnreachable(errors.ServerError):
    title = "{host} does not accept mail programs on port {port}"
    hint = "Check server and port: 587 for STARTTLS, 465 for TLS. Some networks block them; try another line."
    retry = errors.Retry.RECONNECT


class NotSmtp(errors.ServerError):
    title = "What answers at {host} port {port} is not a server that sends mail"
    hint = "Check the port: 587 for STARTTLS, 465 for TLS."


class SmtpWantsTls(errors.TlsFailed):
    title = "No secure connection to {host} on port {port} was possible"
    hint = "Check port and security: 465 is for TLS from the start, 587 for STARTTLS. No password was sent."


class SmtpWithoutStartTls(errors.StartTlsMissing):
    hint = "Use port 465 with TLS. No password was sent."


class SmtpSignInRefused(errors.SignInRefused):
    title = "{host} refused the sign-in of {user} for sending"
    hint = "Check user name and password. It was tried once only, so that no account gets locked."


class SmtpNoPasswords(errors.SignInRefused):
    title = "{host} offers no sign-in that this program can use"
    hint = "Ask MailSafi which port takes mail from mail programs; usually it is 587 with STARTTLS or 465 with TLS."


class SmtpSwitchedOff(errors.SignInRefused):
    title = "{host} does not let {user} send by a mail program"
    hint = "Sending by SMTP with a password is switched off there. Use MailSafi's server, or switch it on for this account."


class SignInNeeded(errors.ServerError):
    title = "{host} takes mail only from who signs in"
    hint = "Enter user name and password of the account that sends. Nothing was sent."


class SenderRefused(errors.ServerError):
    title = "{host} does not let you send as {sender}"
    hint = "Use an address of the account that signs in, or ask for the right to send as this one. Nothing was sent."


class RecipientRefused(errors.ServerError):
    title = "{host} does not take mail for {address}"
    hint = "Check the spelling, and whether this mailbox exists. Tell this user by phone, or by a printed page."


class AddressNeedsUtf8(RecipientRefused):
    title = "{host} takes no addresses with letters such as those in {address}"
    hint = "Send to another address of this user, or give the notice as a printed page or by phone."


class MailRefused(errors.ServerError):
    title = "{host} refused the notice to {address}"
    hint = "Read the server's words. If they speak of spam, shorten the text and send it from the company's own address."


class TryLater(errors.ServerBusy):
    title = "{host} asks to try {address} again later"
    hint = "Wait some minutes, then send to the rest."


class TooFast(errors.ServerBusy):
    title = "{host} takes no more mail for now"
    hint = "Wait an hour, send fewer a minute, then go on: those who have it are not sent to again."


class OutcomeUnknown(errors.ConnectionLost):
    title = "The connection to {host} broke while the notice to {address} was handed over"
    hint = "It may have arrived. Ask the user, or send it again: mail programs mostly show a repeated one only once."


def sign_in_refused(host: str, user: str, code: int, text: str) -> errors.ServerError:
    said = f"{code} {text}"
    if code in (421, 432, 454) or 400 <= code < 500:
        return errors.ServerBusy(said, host=host)
    if _APP_PASSWORD.search(said):
        return errors.AppPasswordNeeded(said, host=host, user=user)
    kind = SmtpSwitchedOff if _SWITCHED_OFF.search(said) else SmtpSignInRefused
    return kind(said, host=host, user=user)


def sender_refused(host: str, sender: str, code: int, text: str) -> errors.ServerError:
    said = f"{code} {text}"
    if 400 <= code < 500:
        return TooFast(said, host=host)
    if _wants_sign_in(code, text):
        return SignInNeeded(said, host=host)
    return SenderRefused(said, host=host, sender=sender)


def recipient_refused(host: str, address: str, code: int, text: str) -> errors.ServerError:
    """A refusal of one recipient. A temporary one that speaks of pace is about the sender, not about this user."""
    said = f"{code} {text}"
    if code == 421 or (400 <= code < 500 and _about_pace(text)):
        return TooFast(said, host=host)
    if 400 <= code < 500:
        return TryLater(said, host=host, address=address)
    if _wants_sign_in(code, text):
        return SignInNeeded(said, host=host)
    return RecipientRefused(said, host=host, address=address)


def mail_refused(host: str, address: str, code: int, text: str) -> errors.ServerError:
    said = f"{code} {text}"
    if code == 421 or (400 <= code < 500 and _about_pace(text)):
        return TooFast(said, host=host)
    return TryLater(said, host=host, address=address) if 400 <= code < 500 else MailRefused(said, host=host, address=address)


def _wants_sign_in(code: int, text: str) -> bool:
    return code == 530 or _NOT_SIGNED_IN.search(text) is not None


def _about_pace(text: str) -> bool:
    return "4.2.2" not in _ENHANCED.findall(text) and _PACE.search(text) is not None
