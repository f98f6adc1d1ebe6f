"""How to sign in: each style of `SignInStyle`, carried out on a session that has greeted. A password is never altered."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, SignIn, SignInStyle
from mailsafi_wizard.net import oauth_errors
from mailsafi_wizard.net.grammar import Literal, quoted
from mailsafi_wizard.net.refusals import admin_refusal, password_refusal, sign_in_refusal
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.words import N_


def ready(who: SignIn) -> SignIn:
    """``who`` with the token that is good now in the place of a password; raises what its source raises."""
    return replace(who, password=who.tokens(None)) if who.tokens and not who.password else who


def sign_in(session: Session, who: SignIn) -> None:
    """Signs in; raises SignInRefused (or a kind of it), TooManyConnections, ServerBusy, or ConnectionLost."""
    who = ready(who)
    session.hide(who.password.reveal())
    with who.gate or contextlib.nullcontext():
        _let_in(session, who)
    session.authenticated = True


def _let_in(session: Session, who: SignIn) -> None:
    try:
        _STYLES[who.style](session, who)
    except oauth_errors.TokenRefused:
        if who.tokens is None or session.dead:
            raise
        _once_more(session, who, who.tokens(who.password))
    _find_inbox(session, who)


def _once_more(session: Session, who: SignIn, fresh: Secret) -> None:
    """A token can be taken back before its time; the next one may be good."""
    session.hide(fresh.reveal())
    _STYLES[who.style](session, replace(who, password=fresh))


# --- the styles


def _by_password(session: Session, who: SignIn, name: str = "") -> None:
    """LOGIN or SASL PLAIN (RFC 4616), whichever the server offers and can carry the name and the password."""
    user, password = name or who.user, who.password.reveal()
    if session.has("AUTH=PLAIN") and not _plain_login_suffices(session, user, password):
        _plain(session, who, "", user)
    elif session.has("LOGINDISABLED") and not session.has("AUTH=PLAIN"):
        raise errors.LoginDisabled(host=session.host, user=who.user)
    else:
        _attempt(session, who, b"LOGIN", _argument(user), _argument(password))


def _by_authzid(session: Session, who: SignIn) -> None:
    _plain(session, who, who.user, who.admin)


def _by_name(form: Callable[[SignIn], str]) -> Callable[[Session, SignIn], None]:
    """A style that only puts the administrator's and the user's names together."""
    return lambda session, who: _by_password(session, who, form(who))


def _by_proxyauth(session: Session, who: SignIn) -> None:
    """Sun's and iPlanet's command; there is no document of it."""
    _by_password(session, who, who.admin)
    _attempt(session, who, b"PROXYAUTH", _argument(who.user))


def _by_kerio(session: Session, who: SignIn) -> None:
    """Kerio's master password: the answer is the hex MD5 of challenge and password, then the mailbox is named."""
    tag = session.send(b"X-MASTERAUTH")
    with _Telling(session, who) as telling:
        challenge = session.await_go_ahead(tag)
        given = challenge + who.password.reveal().encode("utf-8", "surrogatepass")
        answer = hashlib.md5(given, usedforsecurity=False).hexdigest()
        session.hide(answer)
        session.wire.write_all(answer.encode() + b"\r\n")
        _finish(session, tag, telling)
    _attempt(session, who, b"X-SETUSER", _argument(who.user))


def _by_xoauth2(session: Session, who: SignIn) -> None:
    if session.has("AUTH=OAUTHBEARER") and not session.has("AUTH=XOAUTH2"):
        _by_bearer(session, who)
        return
    _check_token(session, who)
    token = f"user={who.user}\x01auth=Bearer {who.password.reveal()}\x01\x01"
    _authenticate(session, who, b"XOAUTH2", token.encode())


def _by_bearer(session: Session, who: SignIn) -> None:
    """RFC 7628 section 3.1; the name is escaped as RFC 5801 section 4 says."""
    _check_token(session, who)
    name = who.user.replace("=", "=3D").replace(",", "=2C")
    token = f"n,a={name},\x01auth=Bearer {who.password.reveal()}\x01\x01"
    _authenticate(session, who, b"OAUTHBEARER", token.encode(), b"AQ==")


def _check_token(session: Session, who: SignIn) -> None:
    """A name or token with the separator in it could say something else than it seems to."""
    if any(ord(c) < 32 for c in who.user + who.password.reveal()):
        raise oauth_errors.SettingsUnreadable(host=session.host, user=who.user, what=N_("user name or token"))


_STYLES: dict[SignInStyle, Callable[[Session, SignIn], None]] = {
    SignInStyle.PASSWORD: _by_password,
    SignInStyle.PLAIN_AUTHZID: _by_authzid,
    SignInStyle.MASTER_USER: _by_name(lambda who: f"{who.user}{who.separator}{who.admin}"),
    SignInStyle.EXCHANGE: _by_name(lambda who: f"{who.admin}/{who.user}"),
    SignInStyle.EXCHANGE_ALIAS: _by_name(lambda who: f"{who.admin}\\{who.user.partition('@')[0]}"),
    SignInStyle.MIRAPOINT: _by_name(lambda who: f"#{who.user}#{who.admin}#"),
    SignInStyle.PROXYAUTH: _by_proxyauth,
    SignInStyle.KERIO: _by_kerio,
    SignInStyle.XOAUTH2: _by_xoauth2,
    SignInStyle.OAUTHBEARER: _by_bearer,
}


# --- what they are made of


def _plain(session: Session, who: SignIn, authzid: str, user: str) -> None:
    message = "\0".join((authzid, user, who.password.reveal()))
    _authenticate(session, who, b"PLAIN", message.encode("utf-8", "surrogatepass"))


def _plain_login_suffices(session: Session, user: str, password: str) -> bool:
    """LOGIN carries printable ASCII; anything else needs SASL PLAIN (RFC 4616)."""
    return not session.has("LOGINDISABLED") and all(s.isascii() and s.isprintable() for s in (user, password))


def _argument(text: str) -> bytes | Literal:
    if "\0" in text:
        raise ValueError("a user name or password cannot hold a NUL character")
    return quoted(text.encode("utf-8", "surrogatepass"))


def _authenticate(session: Session, who: SignIn, mechanism: bytes, response: bytes, end: bytes = b"") -> None:
    """``end`` answers a challenge after the response, which is how a token's refusal is told."""
    encoded = base64.b64encode(response)
    session.hide(encoded.decode())
    with _Telling(session, who) as telling:
        if session.has("SASL-IR"):
            tag = session.send(b"AUTHENTICATE", mechanism, encoded or b"=")
        else:
            tag = session.send(b"AUTHENTICATE", mechanism)
            session.await_go_ahead(tag)
            session.wire.write_all(encoded + b"\r\n")
        _finish(session, tag, telling, end)


def _attempt(session: Session, who: SignIn, *parts: bytes | Literal) -> None:
    with _Telling(session, who) as telling:
        _finish(session, session.send(*parts), telling)


class _Telling:
    """Turns the refusal of one attempt into what it means for this kind of sign-in. ``challenge`` is what the server said on the way."""

    def __init__(self, session: Session, who: SignIn) -> None:
        self._session, self._who, self.user = session, who, who.user
        self.challenge = b""

    def __enter__(self) -> _Telling:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (errors.CommandRefused, errors.ServerBusy)):
            raise self._told(error) from error

    def _told(self, error: errors.CommandRefused | errors.ServerBusy) -> errors.ServerError:
        who, host = self._who, self._session.host
        told = sign_in_refusal(host, who.user, _code(error), error.detail)
        if type(told) is not errors.SignInRefused:
            return told
        if who.style.by_token:
            return self._token_refused(error.detail)
        if who.style is not SignInStyle.PASSWORD:
            return admin_refusal(host, who.user, error.detail, bad=error.bad)
        return password_refusal(host, who.user, error.detail)

    def _token_refused(self, words: str) -> errors.SignInRefused:
        said, facts = "", object()
        try:
            decoded = base64.b64decode(self.challenge, validate=True)
            said, facts = self._session.scrubbed(decoded), json.loads(decoded)
        except (ValueError, RecursionError):
            pass
        detail = f"{words} {said}".strip()
        return oauth_errors.from_challenge(self._session.host, self._who.user, facts if isinstance(facts, dict) else {}, detail)


def _code(error: errors.CommandRefused | errors.ServerBusy) -> str:
    if isinstance(error, errors.CommandRefused):
        return error.code
    return (error.detail.partition("]")[0].lstrip("[").split() or [""])[0].upper() if error.detail.startswith("[") else ""


def _finish(session: Session, tag: bytes, telling: _Telling, end: bytes = b"") -> None:
    """Reads to the tagged reply. A token's error comes in a go-ahead that must be answered before the refusal is said."""
    session.capabilities, before = frozenset(), session.capabilities
    for _ in range(1000):
        line = session.wire.readline()
        if line.startswith(b"+"):
            telling.challenge = line[1:].strip()
            session.wire.write_all(end + b"\r\n")
            continue
        if line.startswith(b"* "):
            _note(session, telling.user, line)
            continue
        try:
            session.settle(tag, line)
        except errors.MigrationError:
            session.capabilities = before
            raise
        session.note_capabilities(session.last_ok)
        break
    else:
        raise session.broken("a flood of replies nobody asked for")
    if not session.capabilities:
        session.ask_capabilities()


def _note(session: Session, user: str, line: bytes) -> None:
    if line[2:13].upper() == b"CAPABILITY ":
        session.capabilities = frozenset(line[13:].decode("ascii", "replace").upper().split())
    elif line[2:6].upper() == b"BYE ":
        code, text = session.code_and_text(line[6:])
        session.drop()
        raise _bye(session, user, code, text)


def _bye(session: Session, user: str, code: str, text: str) -> errors.MigrationError:
    """A server that locks somebody out and hangs up must not be asked again at once, as after a lost connection."""
    error = sign_in_refusal(session.host, user, code, text)
    return (
        error
        if error.retry is not errors.Retry.NEVER or isinstance(error, errors.Blocked)
        else errors.ConnectionLost(text, host=session.host)
    )


def _find_inbox(session: Session, who: SignIn) -> None:
    """Exchange says OK to a sign-in that opens no mailbox, and tells only at the next command."""
    if "exchange" not in session.greeting.lower():
        return
    try:
        session.run(b"LIST", b'""', b'"INBOX"')
    except errors.CommandRefused as e:
        told = sign_in_refusal(session.host, who.user, e.code, e.detail)
        if isinstance(told, errors.NoRights):
            raise told from e
