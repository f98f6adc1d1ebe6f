"""What is told of a certificate: its fingerprint and its words. Pure functions of its bytes (DER)."""

from __future__ import annotations

import hashlib

from mailsafi_wizard.words import N_


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a DER certificate, lower-case hex."""
    return hashlib.sha256(certificate).hexdigest()


def described(der: bytes) -> str:
    """Subject, issuer and expiry of a DER certificate, for people; "" when it can't be read."""
    from cryptography import x509  # slow to load, and only a person who looks needs it

    try:
        certificate = x509.load_der_x509_certificate(der)
    except ValueError:
        return ""
    subject, issuer = (name.rfc4514_string() for name in (certificate.subject, certificate.issuer))
    return N_("{subject}, issued by {issuer}, valid until {day}").format(
        subject=subject, issuer=issuer, day=f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    )
