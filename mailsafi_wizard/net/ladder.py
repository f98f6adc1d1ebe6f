"""Climbs to a server rung by rung and says where it ends, with one cause and one remedy."""

from __future__ import annotations

from dataclasses import replace

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint, Ladder, Rung, RungResult, Security, SignIn
from mailsafi_wizard.net import certificates, wire
from mailsafi_wizard.net.auth import ready, sign_in
from mailsafi_wizard.net.oauth_errors import IssuerUnreachable
from mailsafi_wizard.net.session import Session

_RUNG_OF: tuple[tuple[type[errors.MigrationError], Rung], ...] = (
    (errors.NoSuchHost, Rung.NAME),
    (errors.ConnectionRefused, Rung.CONNECTION),
    (errors.NoRoute, Rung.CONNECTION),
    (errors.ConnectTimeout, Rung.CONNECTION),
    (errors.NotTrusted, Rung.TLS),
    (errors.NotImap, Rung.GREETING),
    (errors.SignInRefused, Rung.SIGN_IN),
    (IssuerUnreachable, Rung.SIGN_IN),
)


def climb(endpoint: Endpoint, trust: wire.Trust, patience: wire.Patience, who: SignIn | None = None) -> Ladder:
    """The ladder of one server. Problems are in it, never raised; without ``who`` the sign-in is not tried."""
    passed: dict[Rung, str] = {}
    problem: errors.MigrationError | None = None
    session: Session | None = None
    try:
        who, no_token = _with_token(who)
        session = Session.open(
            endpoint, trust, patience, climbed=passed.__setitem__, secrets=[who.password.reveal()] if who else ()
        )
        if no_token:
            raise no_token
        if who:
            sign_in(session, who)
            passed[Rung.SIGN_IN] = who.user
    except errors.MigrationError as e:
        problem = _seen_closer(endpoint, patience, passed, e)
    fingerprint, words = "", ""
    if session:
        fingerprint = session.wire.certificate_fingerprint
        session.logout()
    elif isinstance(problem, errors.NotTrusted):
        fingerprint, words = _shown(endpoint, patience)
    return Ladder(endpoint, _results(passed, problem, who is not None), fingerprint, words)


def _with_token(who: SignIn | None) -> tuple[SignIn | None, errors.MigrationError | None]:
    """A token is asked for first, so that the server can't show one it knows; that there is none is the last rung's problem."""
    try:
        return (ready(who) if who else None), None
    except errors.MigrationError as e:
        return who, e


def _seen_closer(
    endpoint: Endpoint, patience: wire.Patience, passed: dict[Rung, str], error: errors.MigrationError
) -> errors.MigrationError:
    """A server that says nothing or garbage in the clear may wait for TLS: one that shows a certificate does."""
    greeted = Rung.GREETING in passed or Rung.CONNECTION not in passed
    if greeted or endpoint.security is Security.TLS or not isinstance(error, (errors.ConnectionLost, errors.NotImap)):
        return error
    try:
        wire.shown_certificate(endpoint, patience)
    except (errors.MigrationError, OSError):
        return error
    return errors.TlsExpected(error.detail, host=endpoint.host, port=endpoint.port)


def _shown(endpoint: Endpoint, patience: wire.Patience) -> tuple[str, str]:
    """Fingerprint and words of the certificate that an untrusted server shows, so that it can be trusted knowingly; "" for none."""
    der = b""
    try:
        if endpoint.security is Security.TLS:
            der = wire.shown_certificate(endpoint, patience)
        else:
            Session.open(replace(endpoint, pin="none has this"), wire.Trust(), patience)
    except errors.CertificateChanged as e:
        der = bytes(e.fields["certificate"])  # type: ignore[call-overload]
    except (errors.MigrationError, OSError):
        return "", ""
    return (certificates.fingerprint(der), certificates.described(der)) if der else ("", "")


def _results(passed: dict[Rung, str], problem: errors.MigrationError | None, signing_in: bool) -> tuple[RungResult, ...]:
    failed = _failed_rung(passed, problem) if problem else None
    results = []
    for rung in Rung:
        if problem and rung is failed:
            results.append(RungResult(rung, False, "", problem.title_text, problem.hint_text, problem.detail))
        elif rung in passed:
            results.append(RungResult(rung, True, passed[rung]))
        else:
            results.append(RungResult(rung, None))
    return tuple(results)


def _failed_rung(passed: dict[Rung, str], problem: errors.MigrationError) -> Rung:
    """The rung the error belongs to; for a broken connection the first that was not passed."""
    for kind, rung in _RUNG_OF:
        if isinstance(problem, kind):
            return rung
    return next((rung for rung in Rung if rung not in passed), Rung.SIGN_IN)
