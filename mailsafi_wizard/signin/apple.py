"""Apple's set-up file for iPhone, iPad and Mac: a configuration profile with one managed mail account (Apple's "Device Management").

It holds no password: the device asks for it. The identifiers are made from project and address, so a file made again replaces the account that the
earlier one set up, instead of adding a second.
"""

from __future__ import annotations

import datetime as dt
import plistlib
import re
import uuid
from typing import TYPE_CHECKING, Any

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, Security
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.signin.values import NotReady, SignInValues
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.S)
_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----.*?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----", re.S)
LARGEST = 1 << 20  # bytes of a file with certificate and key


class NoSigner(errors.MigrationError):
    title = "The files for Apple devices can't be signed with this: {what}"
    hint = "Choose a .p12 or .pfx file, or a PEM file that holds the certificate and its private key."
    exit_status = 2


def mobileconfig(values: SignInValues, project: uuid.UUID, texts: tuple[str, str] = ("", "")) -> bytes:
    """The profile of one user, unsigned, as an XML property list. ``texts``: its name and description on the device.

    Raises NotReady while a server is missing or is not encrypted.
    """
    imap, smtp = values.imap, values.smtp
    if imap is None or smtp is None or imap.security is Security.CLEARTEXT:
        raise NotReady(what=N_("The file for Apple devices"))
    name, description = texts[0] or f"MailSafi: {values.address}", texts[1]
    domain = _reverse(values.address)
    account: dict[str, Any] = {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{domain}.mailsafi.{_id(project, values, 'place')}.mail",
        "PayloadUUID": str(_id(project, values, "mail")).upper(),
        "PayloadDisplayName": name,
        "EmailAccountDescription": name,
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAddress": values.address,
        "IncomingMailServerAuthentication": "EmailAuthPassword",
        "IncomingMailServerHostName": imap.host,
        "IncomingMailServerPortNumber": imap.port,
        "IncomingMailServerUseSSL": True,
        "IncomingMailServerUsername": values.user_name,
        "OutgoingMailServerAuthentication": "EmailAuthPassword",
        "OutgoingMailServerHostName": smtp.host,
        "OutgoingMailServerPortNumber": smtp.port,
        "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerUsername": values.user_name,
        "OutgoingPasswordSameAsIncomingPassword": True,
    }
    profile: dict[str, Any] = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{domain}.mailsafi.{_id(project, values, 'place')}",
        "PayloadUUID": str(_id(project, values, "profile")).upper(),
        "PayloadDisplayName": name,
        "PayloadContent": [account],
    }
    profile |= {key: text for key, text in (("PayloadDescription", description), ("PayloadOrganization", values.company)) if text}
    return plistlib.dumps(profile, fmt=plistlib.FMT_XML, sort_keys=False)


def _id(project: uuid.UUID, values: SignInValues, part: str) -> uuid.UUID:
    return uuid.uuid5(project, f"{part} {values.address}")


def _reverse(address: str) -> str:
    """The address's domain from its end, as an identifier: "ke.co.example"."""
    domain = address.rpartition("@")[2].lower()
    try:
        plain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        plain = ""
    labels = [re.sub(r"[^a-z0-9-]", "", label) for label in reversed(plain.split("."))]
    return ".".join(filter(None, labels)) or "local"


# --- signing


@dataclass(frozen=True)
class ProfileSigner:
    """A certificate with its private key and the certificates between it and a known root. Devices then show the profile as verified."""

    certificate: Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey
    chain: tuple[Certificate, ...] = ()

    def __repr__(self) -> str:
        return f"ProfileSigner({self.name!r})"

    def __reduce__(self) -> str:
        raise TypeError("a private key is never pickled")

    @property
    def name(self) -> str:
        """Whose certificate it is."""
        from cryptography.x509.oid import NameOID

        found = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(found[0].value) if found else self.certificate.subject.rfc4514_string()

    @property
    def expires(self) -> dt.datetime:
        return self.certificate.not_valid_after_utc

    def signed(self, profile: bytes) -> bytes:
        """The profile inside a CMS signature (RFC 5652, DER), as devices expect it."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

        builder = pkcs7.PKCS7SignatureBuilder().set_data(profile).add_signer(self.certificate, self.key, hashes.SHA256())
        for certificate in self.chain:
            builder = builder.add_certificate(certificate)
        return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def signer_from(data: bytes, passphrase: Secret, now: dt.datetime) -> ProfileSigner:
    """Reads a PKCS#12 or PEM file; raises NoSigner, which repeats nothing of the key or the passphrase."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if len(data) > LARGEST:
        raise NoSigner(what=N_("the file is too large"))
    word = passphrase.reveal().encode() or None
    certificates, key = _of_pem(data, word) if b"-----BEGIN" in data else _of_pkcs12(data, word)
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise NoSigner(what=N_("its private key is neither RSA nor EC"))
    own = [c for c in certificates if c.public_key() == key.public_key()]
    if not own:
        raise NoSigner(what=N_("the certificate and the private key don't belong together"))
    if not own[0].not_valid_before_utc <= now <= own[0].not_valid_after_utc:
        raise NoSigner(
            what=N_("the certificate is valid from {first} to {last}").format(
                first=f"{own[0].not_valid_before_utc:%Y-%m-%d}", last=f"{own[0].not_valid_after_utc:%Y-%m-%d}"
            )
        )
    return ProfileSigner(own[0], key, tuple(c for c in certificates if c != own[0]))


def _of_pem(data: bytes, word: bytes | None) -> tuple[list[Certificate], object]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    found = _KEY.search(data)
    if not found:
        raise NoSigner(what=N_("there is no private key in it"))
    sealed = b"ENCRYPTED" in found[0]
    if sealed and word is None:
        raise NoSigner(what=N_("its passphrase is needed"))
    try:
        certificates = [load_pem_x509_certificate(piece) for piece in _CERTIFICATE.findall(data)]
        return certificates, load_pem_private_key(found[0], word if sealed else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoSigner(
            what=N_("the passphrase is wrong, or the file is damaged") if sealed else N_("the file is damaged")
        ) from None


def _of_pkcs12(data: bytes, word: bytes | None) -> tuple[list[Certificate], object]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    try:
        key, certificate, others = load_key_and_certificates(data, word)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoSigner(
            what=N_("its passphrase is needed, or the file is damaged")
            if word is None
            else N_("the passphrase is wrong, or the file is damaged")
        ) from None
    return [*([certificate] if certificate else []), *others], key
