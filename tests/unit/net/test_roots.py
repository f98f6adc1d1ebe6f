"""Where a frozen program finds the public authorities."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.net import roots

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there Python asks the system")


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A frozen program whose OpenSSL was built for a folder that is not there."""
    nowhere = str(tmp_path / "nowhere")
    paths = SimpleNamespace(cafile=None, capath=nowhere)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    return tmp_path


def test_the_first_bundle_of_the_system_is_named(frozen: Path) -> None:
    bundle = frozen / "bundle.pem"
    bundle.touch()
    environment: dict[str, str] = {}
    roots.find(environment, (str(frozen / "none.pem"), str(bundle)))
    assert environment == {"SSL_CERT_FILE": str(bundle)}


def test_the_list_that_comes_along_is_the_last_resort(frozen: Path) -> None:
    environment: dict[str, str] = {}
    roots.find(environment, (str(frozen / "none.pem"),))
    assert environment["SSL_CERT_FILE"].endswith("cacert.pem")


def test_what_a_person_has_set_stands(frozen: Path) -> None:
    environment = {"SSL_CERT_FILE": "/mine.pem"}
    roots.find(environment, ())
    assert environment == {"SSL_CERT_FILE": "/mine.pem"}


def test_nothing_is_changed_where_openssl_finds_them(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = frozen / "certs"
    folder.mkdir()
    (folder / "0a1b2c3d.0").touch()
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: SimpleNamespace(cafile=None, capath=str(folder)))
    environment: dict[str, str] = {}
    roots.find(environment)
    assert environment == {}


def test_a_program_that_is_not_frozen_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "has_default", lambda: False)
    environment: dict[str, str] = {}
    roots.find(environment)
    assert environment == {}


def test_this_computer_trusts_somebody() -> None:
    assert roots.count() > 0


@pytest.fixture
def known(tmp_path: Path) -> list[Authority]:
    return [Authority(tmp_path / name, name) for name in ("one", "two")]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, known: list[Authority]) -> Path:
    """A system with a bundle and a folder of its two authorities."""
    certs = tmp_path / "certs"
    certs.mkdir()
    for number, one in enumerate(known):
        shutil.copy(one.ca_file, certs / f"{number}.pem")
    subprocess.run(["openssl", "rehash", str(certs)], check=True)
    (certs / "ca-certificates.crt").write_bytes(b"".join(one.ca_file.read_bytes() for one in known))
    paths = SimpleNamespace(cafile=str(certs / "ca-certificates.crt"), capath=str(certs))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    return tmp_path


def test_authorities_are_found_one_by_one(system: Path, known: list[Authority]) -> None:
    assert roots.folder() == str(system / "certs")
    context = roots.context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509"] == 0, "none is read yet"
    assert all(_trusted(context, one) for one in known)
    assert not _trusted(roots.context(), Authority(system / "stranger", "stranger"))


def test_a_folder_that_lacks_one_is_not_taken(system: Path) -> None:
    hashed = sorted((system / "certs").glob("*.0"))
    hashed[0].unlink()
    assert roots.folder() == ""


def test_a_bundle_from_elsewhere_is_read(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certs = system / "certs"
    mine = shutil.copy(certs / "ca-certificates.crt", certs / "mine.crt")
    elsewhere = shutil.copy(mine, system / "ca-certificates.crt")
    for bundle in (mine, elsewhere, system / "gone.crt", None):
        places = SimpleNamespace(cafile=bundle and str(bundle), capath=str(certs))
        monkeypatch.setattr(ssl, "get_default_verify_paths", lambda places=places: places)
        assert roots.folder() == ""


def _trusted(context: ssl.SSLContext, authority: Authority) -> bool:
    """Whether a server with a certificate of ``authority`` is believed; both ends are in memory."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made = authority.issue()
    server.load_cert_chain(made.chain, made.key)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        context.wrap_bio(to_client, to_server, server_hostname="localhost"),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    for _turn in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return True
