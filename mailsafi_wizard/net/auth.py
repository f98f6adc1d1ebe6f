"""How to sign in: each style of `SignInStyle`, carried out on a session that has greeted. A password is never altered."""

from __future__ import annotations

import base64

from mailsafi_wizard import errors
from mailsafi_wizard.model import SignIn, SignInStyle
from mailsafi_wizard.net.grammar import Literal, quoted
from mailsafi_wizard.net.refusals import sign_in_refusal
from mailsafi_wizard.net.session import Session


def sign_in(session: Session, who: SignIn) -> None:
    """Signs in; raises SignInRefused (or a kind of it), TooManyConnections, ServerBusy, or ConnectionLost."""
    password = who.password.reveal()
    session.hide(password)
    user, authzid = _names(who)
    if who.style is SignInStyle.XOAUTH2:
        token = f"user={user}\x01auth=Bearer {password}\x01\x01"
        _authenticate(session, who, b"XOAUTH2", token.encode())
    elif authzid or (session.has("AUTH=PLAIN") and not _plain_login_suffices(session, user, password)):
        _authenticate(session, who, b"PLAIN", "\0".join((authzid, user, password)).encode("utf-8", "surrogatepass"))
    elif session.has("LOGINDISABLED") and not session.has("AUTH=PLAIN"):
        raise errors.LoginDisabled(host=session.host, user=who.user)
    else:
        _attempt(session, who, b"LOGIN", _argument(user), _argument(password))
    session.authenticated = True


def _names(who: SignIn) -> tuple[str, str]:
    """Authentication and authorization identity."""
    if who.style is SignInStyle.PLAIN_AUTHZID:
        return who.admin, who.user
    if who.style is SignInStyle.MASTER_USER:
        return f"{who.user}*{who.admin}", ""
    if who.style is SignInStyle.EXCHANGE:
        return f"{who.admin}/{who.user}", ""
    return who.user, ""


def _plain_login_suffices(session: Session, user: str, password: str) -> bool:
    """LOGIN carries printable ASCII; anything else needs SASL PLAIN (RFC 4616)."""
    return not session.has("LOGINDISABLED") and all(s.isascii() and s.isprintable() for s in (user, password))


def _argument(text: str) -> bytes | Literal:
    if "\0" in text:
        raise ValueError("a user name or password cannot hold a NUL character")
    return quoted(text.encode("utf-8", "surrogatepass"))


def _authenticate(session: Session, who: SignIn, mechanism: bytes, response: bytes) -> None:
    encoded = base64.b64encode(response)
    session.hide(encoded.decode())
    if session.has("SASL-IR"):
        _attempt(session, who, b"AUTHENTICATE", mechanism, encoded or b"=")
        return
    tag = session.send(b"AUTHENTICATE", mechanism)
    try:
        session.await_go_ahead(tag)
        session.wire.write_all(encoded + b"\r\n")
        _finish(session, tag)
    except (errors.CommandRefused, errors.ServerBusy) as e:
        raise _told(session, who, e) from e


def _attempt(session: Session, who: SignIn, *parts: bytes | Literal) -> None:
    try:
        _finish(session, session.send(*parts))
    except (errors.CommandRefused, errors.ServerBusy) as e:
        raise _told(session, who, e) from e


def _finish(session: Session, tag: bytes) -> None:
    """Reads to the tagged reply. XOAUTH2 reports its error in a go-ahead that must be answered with an empty line."""
    session.capabilities, before = frozenset(), session.capabilities
    for _ in range(1000):
        line = session.wire.readline()
        if line.startswith(b"+"):
            session.wire.write_all(b"\r\n")
            continue
        if line.startswith(b"* "):
            if line[2:13].upper() == b"CAPABILITY ":
                session.capabilities = frozenset(line[13:].decode("ascii", "replace").upper().split())
            elif line[2:6].upper() == b"BYE ":
                code, text = session.code_and_text(line[6:])
                session.drop()
                raise _bye(session, code, text)
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


def _bye(session: Session, code: str, text: str) -> errors.MigrationError:
    error = sign_in_refusal(session.host, "", code, text)
    return error if error.retry is not errors.Retry.NEVER else errors.ConnectionLost(text, host=session.host)


def _told(session: Session, who: SignIn, error: errors.ServerError) -> errors.ServerError:
    code = getattr(error, "code", "")
    if isinstance(error, errors.ServerBusy) and not code:
        code = (error.detail.partition("]")[0].lstrip("[").split() or [""])[0].upper() if error.detail.startswith("[") else ""
    return sign_in_refusal(session.host, who.user, code, error.detail)
