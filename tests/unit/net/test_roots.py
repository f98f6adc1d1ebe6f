"""Where a frozen program finds the public authorities."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

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
