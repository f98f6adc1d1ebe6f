"""Knocks at one server: is it there, is its certificate good, does it greet as an IMAP server, what does it say of itself. Signs nobody in."""

from __future__ import annotations

import enum
from contextlib import suppress
from dataclasses import replace

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint
from mailsafi_wizard.net import certificates, wire
from mailsafi_wizard.net.effort import Effort
from mailsafi_wizard.net.names import Names, sane_host
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass

MOST_NAMES = 4  # taken from one certificate


class Outcome(enum.Enum):
    """How far it came."""

    VERIFIED = "verified"  # a trusted certificate for this name, and an IMAP greeting
    UNTRUSTED = "untrusted"  # an IMAP greeting behind a certificate that can't be trusted as it is
    NOT_IMAP = "not-imap"  # something else answers, or not securely
    REFUSED = "refused"
    SILENT = "silent"  # no answer in time
    NO_NAME = "no-name"  # nobody knows where it lies
    NOT_TRIED = "not-tried"  # the time was up


@dataclass(frozen=True)
class Probe:
    """What was seen of one server. ``problem``: the title of an error, in English, "" for VERIFIED; ``fields`` fill it.

    ``names``: the host names in a certificate that is made out to others.
    """

    outcome: Outcome
    greeting: str = ""
    identity: str = ""  # its answer to ID (RFC 2971), as printable text
    capabilities: tuple[str, ...] = ()
    problem: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    certificate: str = ""
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def probe(effort: Effort, names: Names, trust: wire.Trust, endpoint: Endpoint) -> Probe:
    """One connection, and two more to one whose certificate can't be trusted, to see it and what stands behind it."""
    addresses = names.addresses(endpoint.host)
    if not addresses:
        outcome = Outcome.NO_NAME if effort.left else Outcome.NOT_TRIED
        return _failed(outcome, errors.NoSuchHost(host=endpoint.host))
    found = _knock(effort, addresses, trust, endpoint)
    if isinstance(found, errors.NotTrusted):
        found = _behind(effort, addresses, endpoint, found)
    return replace(found, addresses=addresses)


def _knock(effort: Effort, addresses: tuple[str, ...], trust: wire.Trust, endpoint: Endpoint) -> Probe | errors.NotTrusted:
    """What was seen; a certificate's error is handed back, because more can be learnt there."""
    left = max(0.05, effort.left)
    patience = wire.Patience(connect=left, silence=left, window=left, command=left)
    try:
        with effort.connection(addresses, endpoint.port) as sock:
            session = Session.over(sock, endpoint, trust, patience)
            try:
                return Probe(Outcome.VERIFIED, session.greeting, _identity(session), tuple(sorted(session.capabilities))[:100])
            finally:
                session.logout()
    except (errors.TlsFailed, errors.StartTlsMissing, errors.StartTlsInjected) as e:
        return _failed(_outcome(e, effort), e)
    except errors.NotTrusted as e:
        return e
    except errors.MigrationError as e:
        return _failed(_outcome(e, effort), e)
    except OSError as e:  # there was no connection
        kind = errors.ConnectTimeout if isinstance(e, TimeoutError) else errors.ConnectionRefused
        error = kind(str(e), host=endpoint.host, port=endpoint.port)
        return _failed(Outcome.SILENT if isinstance(e, TimeoutError) else Outcome.REFUSED, error)


def _failed(outcome: Outcome, error: errors.MigrationError) -> Probe:
    fields = tuple((name, str(value)) for name, value in error.fields.items() if isinstance(value, (str, int)))
    return Probe(outcome, problem=error.title, fields=fields)


def _outcome(error: errors.MigrationError, effort: Effort) -> Outcome:
    if not effort.left:
        return Outcome.NOT_TRIED
    return Outcome.SILENT if isinstance(error, errors.NoAnswer) else Outcome.NOT_IMAP


def _identity(session: Session) -> str:
    """What the server calls itself when it is asked without a word about us (RFC 2971 section 3.1)."""
    if not session.has("ID"):
        return ""
    with suppress(errors.MigrationError):
        for parts in session.run(b"ID", b"NIL"):
            if parts[0][:5].upper() == b"* ID ":
                return session.scrubbed(b" ".join(parts)[5:])
    return ""


# --- a certificate that can't be trusted


def _behind(effort: Effort, addresses: tuple[str, ...], endpoint: Endpoint, error: errors.NotTrusted) -> Probe:
    """Looks at the certificate, then at who greets behind it; nothing secret is sent, and the server stays untrusted."""
    shown = _knock(effort, addresses, wire.Trust(), replace(endpoint, pin="none has this"))
    der = shown.fields.get("certificate") if isinstance(shown, errors.CertificateChanged) else None
    if not isinstance(der, bytes) or not der:
        return _failed(_outcome(error, effort), error)
    seen = _knock(effort, addresses, wire.Trust(), replace(endpoint, pin=certificates.fingerprint(der)))
    if isinstance(seen, errors.NotTrusted) or seen.outcome is not Outcome.VERIFIED:
        return _failed(_outcome(error, effort), error)
    told = _failed(Outcome.UNTRUSTED, error)
    others = _names(der) if isinstance(error, errors.CertificateWrongHost) else ()
    return replace(
        seen,
        outcome=Outcome.UNTRUSTED,
        problem=told.problem,
        fields=told.fields,
        certificate=certificates.described(der),
        names=others,
    )


def _names(der: bytes) -> tuple[str, ...]:
    """The host names to which a certificate is made out."""
    from cryptography import x509  # slow to load, and rarely needed

    try:
        extension = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
        found = extension.value.get_values_for_type(x509.DNSName)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()
    return tuple(dict.fromkeys(name for text in found[:50] if (name := sane_host(text))))[:MOST_NAMES]
