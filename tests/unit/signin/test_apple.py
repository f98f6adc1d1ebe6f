"""Apple's profile: what Apple's schema asks for and nothing else, no password, the same UUIDs each time, a signature that others can check."""

from __future__ import annotations

import datetime as dt
import pickle
import plistlib
import subprocess
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from hypothesis import given

from mailsafi_wizard.model import Endpoint, Secret, Security
from mailsafi_wizard.signin import NotReady, mobileconfig, signer_from
from mailsafi_wizard.signin.apple import NoSigner
from tests.unit.signin.apple_keys import MAIL, PROFILE, faults
from tests.unit.signin.some_values import COMPANY, HOSTILE, NOW, entered, values

PROJECT = uuid.UUID("6f1f0b52-0d3f-4b5e-9a55-7d8f4a9b2c11")
WORD = Secret("Chai, 88§")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def test_the_profile_is_as_apple_describes_it() -> None:
    profile = plistlib.loads(mobileconfig(values(user="jane"), PROJECT, ("Mail of Jane", "Sets up your email.")))
    assert faults(profile, PROFILE) == []
    (account,) = profile["PayloadContent"]
    assert faults(account, MAIL) == []
    assert account["IncomingMailServerHostName"] == "imap.mailsafi.example"
    assert account["IncomingMailServerPortNumber"] == 993
    assert account["OutgoingMailServerPortNumber"] == 587
    assert account["IncomingMailServerUsername"] == account["OutgoingMailServerUsername"] == "jane"
    assert account["IncomingMailServerUseSSL"] is account["OutgoingMailServerUseSSL"] is True
    assert account["PayloadIdentifier"].startswith(profile["PayloadIdentifier"] + ".")
    assert not any("Password" in key and isinstance(text, str) for key, text in account.items())


def test_the_checker_finds_faults() -> None:
    profile = plistlib.loads(mobileconfig(values(), PROJECT))
    account = profile["PayloadContent"][0]
    assert faults(account | {"IncomingPassword": "x"}, MAIL) == ["IncomingPassword: not known"]
    assert faults(account | {"IncomingMailServerPortNumber": "993"}, MAIL) == ["IncomingMailServerPortNumber: str instead of int"]
    assert faults({k: v for k, v in account.items() if k != "PayloadUUID"}, MAIL) == ["PayloadUUID: missing"]


def test_the_same_user_gets_the_same_numbers_and_no_two_share_one() -> None:
    def numbers(address: str, project: uuid.UUID = PROJECT) -> list[str]:
        profile = plistlib.loads(mobileconfig(values(address), project))
        account = profile["PayloadContent"][0]
        return [profile["PayloadUUID"], account["PayloadUUID"], profile["PayloadIdentifier"], account["PayloadIdentifier"]]

    assert numbers("jane@example.co.ke") == numbers("jane@example.co.ke")
    every = numbers("jane@example.co.ke") + numbers("omar@example.co.ke") + numbers("jane@example.co.ke", uuid.uuid4())
    assert len(set(every)) == 12
    assert all(str(uuid.UUID(number)).upper() == number for number in numbers("jane@example.co.ke")[:2])


@pytest.mark.parametrize("port", [0, 25])
def test_there_is_none_while_a_value_is_missing(port: int) -> None:
    with pytest.raises(NotReady):
        mobileconfig(values(company=entered(smtp_port=port)), PROJECT)
    with pytest.raises(NotReady):
        mobileconfig(values(server=None), PROJECT)
    with pytest.raises(NotReady):
        mobileconfig(values(server=Endpoint("imap.example", 143, Security.CLEARTEXT)), PROJECT)


@given(address=HOSTILE, user=HOSTILE, name=HOSTILE)
def test_any_value_makes_a_sound_profile(address: str, user: str, name: str) -> None:
    made = values(address, user, replace(COMPANY, name=name))
    profile = plistlib.loads(mobileconfig(made, PROJECT))
    assert faults(profile, PROFILE) == []
    assert faults(profile["PayloadContent"][0], MAIL) == []
    assert profile["PayloadContent"][0]["EmailAddress"] == made.address
    assert all(c.isascii() and (c.isalnum() or c in ".-") for c in profile["PayloadIdentifier"])


# --- signing


def certificate(
    key: Key, issuer: tuple[str, Key] | None = None, name: str = "mail.example.co.ke", days: int = 30
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by, signing = issuer or (name, key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=60))
        .not_valid_after(NOW + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(issuer is None, None), True)
        .sign(signing, hashes.SHA256())
    )


def pem(key: Key | ed25519.Ed25519PrivateKey, word: str = "") -> bytes:
    sealing = serialization.BestAvailableEncryption(word.encode()) if word else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)


def text_of(made: x509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("form", ["pem", "sealed pem", "p12"])
def test_a_signed_profile_is_found_good_by_openssl(tmp_path: Path, kind: str, form: str) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    key: Key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    root = certificate(root_key, name="Root")
    own = certificate(key, ("Root", root_key))
    if form == "p12":
        data = pkcs12.serialize_key_and_certificates(
            b"mail", key, own, [root], serialization.BestAvailableEncryption(WORD.reveal().encode())
        )
    else:
        data = text_of(root) + pem(key, WORD.reveal() if form == "sealed pem" else "") + text_of(own)
    signer = signer_from(data, WORD if form != "pem" else Secret(""), now())
    assert signer.name == "mail.example.co.ke"
    profile = mobileconfig(values(), PROJECT)
    (tmp_path / "signed").write_bytes(signer.signed(profile))
    (tmp_path / "root.pem").write_bytes(text_of(root))
    command = [
        "openssl",
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-binary",
        "-in",
        "signed",
        "-CAfile",
        "root.pem",
        "-purpose",
        "any",
        "-out",
        "plain",
    ]
    done = subprocess.run(
        [*command, "-attime", str(int(now().timestamp()))], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "plain").read_bytes() == profile


def now() -> dt.datetime:
    return NOW


def test_what_can_not_sign_is_refused_by_its_reason() -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    own = text_of(certificate(key))
    sealed = own + pem(key, "right")
    cases = {
        "there is no private key in it": own,
        "don't belong together": text_of(certificate(other)) + pem(key),
        "neither RSA nor EC": own + pem(ed25519.Ed25519PrivateKey.generate()),
        "the certificate is valid from": text_of(certificate(key, days=-1)) + pem(key),
        "its passphrase is needed": sealed,
        "the file is too large": own + pem(key) + b" " * (1 << 20),
        "the file is damaged": own.replace(b"MII", b"???", 1) + pem(key),
    }
    for reason, data in cases.items():
        with pytest.raises(NoSigner, match=reason):
            signer_from(data, Secret(""), NOW)
    with pytest.raises(NoSigner, match="passphrase is wrong") as refused:
        signer_from(sealed, Secret("wrong word"), NOW)
    assert "wrong word" not in str(refused.value) + repr(refused.value.__cause__)
    with pytest.raises(NoSigner):
        signer_from(b"\x30\x82nonsense", Secret("x"), NOW)


def test_a_signer_shows_no_key_and_is_not_pickled() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = signer_from(text_of(certificate(key)) + pem(key), Secret(""), NOW)
    assert repr(signer) == "ProfileSigner('mail.example.co.ke')"
    with pytest.raises(TypeError):
        pickle.dumps(signer)
