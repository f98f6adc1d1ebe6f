"""Certificates for servers on the loopback: a throw-away authority, and leaves good and bad. Knows nothing of IMAP."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mailsafi_wizard.records import dataclass

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """PEM files: ``chain`` and ``key`` for the server, ``ca_file`` for who shall trust it."""

    chain: Path
    key: Path
    ca_file: Path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _subject_names(hosts: tuple[str, ...]) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


class Authority:
    """A certificate authority that lives in ``folder``."""

    def __init__(self, folder: Path, name: str = "Loopback CA") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self.ca_file = folder / "ca.pem"
        now = dt.datetime.now(dt.UTC)
        own = self._builder(self._name, self._key, now - dt.timedelta(days=1), now + dt.timedelta(days=3650))
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        own = own.add_extension(_usage(sign_certificates=True), critical=True)
        self.ca_file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, start: dt.datetime, end: dt.datetime
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return builder.add_extension(authority, critical=False)

    def issue(self, name: str = "server", hosts: tuple[str, ...] = LOOPBACK, days: int = 30, since_days: int = -1) -> Certificate:
        """A leaf for ``hosts``, valid from ``since_days`` before or after now for ``days`` (negative: expired)."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = dt.datetime.now(dt.UTC)
        start, end = now + dt.timedelta(days=since_days), now + dt.timedelta(days=days)
        leaf = self._builder(_name(hosts[0]), key, min(start, end - dt.timedelta(days=1)), end)
        leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        leaf = leaf.add_extension(_usage(sign_certificates=False), critical=True)
        leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        leaf = leaf.add_extension(_subject_names(hosts), critical=False)
        chain, key_file = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        signed = leaf.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        chain.write_bytes(signed + self.ca_file.read_bytes())
        key_file.touch(mode=0o600)
        key_file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return Certificate(chain, key_file, self.ca_file)


def _usage(sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )
