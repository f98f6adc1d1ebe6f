"""Servers for the tests of this folder. A missing server is a failure that names the line to install it, never a skip."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Authority, Certificate
from tests.servers.courier import Courier, CourierMissing
from tests.servers.cyrus import Cyrus, CyrusMissing, CyrusOptions
from tests.servers.dovecot import Dovecot, DovecotMissing, Options
from tests.servers.oracle import Snapshot, snapshot
from tests.servers.stand import Stand

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Certificate:
    """For localhost, 127.0.0.1 and ::1, made once per session."""
    return authority.issue()


@pytest.fixture(scope="session")
def ca_file(certificate: Certificate) -> Path:
    return certificate.ca_file


def _started(options: Options, certificate: Certificate) -> Dovecot:
    server = Dovecot(options, certificate)
    try:
        return server.start()
    except DovecotMissing as missing:
        server.remove()
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def source_server(certificate: Certificate) -> Iterator[Dovecot]:
    """Maildir, separator "."; any user name signs in. Shared by all tests: use a user of your own (fixture `user`)."""
    server = _started(Options(separator=".", storage="maildir"), certificate)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def destination_server(certificate: Certificate) -> Iterator[Dovecot]:
    """sdbox, separator "/"; any user name signs in."""
    server = _started(Options(separator="/", storage="sdbox"), certificate)
    yield server
    server.remove()


@pytest.fixture
def user() -> str:
    """A user name that no other test has."""
    return f"user{next(_numbers)}-{uuid.uuid4().hex[:8]}@example.co.ke"


@pytest.fixture
def make_dovecot(certificate: Certificate) -> Iterator[Callable[..., Dovecot]]:
    """``make_dovecot(separator="/", ...)`` with the fields of `Options`: a server of one's own, gone after the test."""
    made: list[Dovecot] = []

    def make(**options: object) -> Dovecot:
        made.append(_started(Options(**options), certificate))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.remove()


@pytest.fixture
def make_cyrus(certificate: Certificate) -> Iterator[Callable[..., Cyrus]]:
    """``make_cyrus(separator="/", ...)`` with the fields of `CyrusOptions`: a Cyrus of one's own, gone after the test."""
    made: list[Cyrus] = []

    def make(**options: object) -> Cyrus:
        made.append(_cyrus(CyrusOptions(**options), certificate))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.remove()


def _cyrus(options: CyrusOptions, certificate: Certificate) -> Cyrus:
    server = Cyrus(options, certificate)
    try:
        return server.start()
    except CyrusMissing as missing:
        server.remove()
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def cyrus(certificate: Certificate) -> Iterator[Cyrus]:
    """Separator ".", prefix "INBOX."; any user name signs in. Shared by all tests."""
    server = _cyrus(CyrusOptions(), certificate)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def courier(certificate: Certificate) -> Iterator[Courier]:
    """Separator ".", prefix "INBOX.", no LITERAL+; any user name signs in. Shared by all tests."""
    server = Courier(certificate)
    try:
        server.start()
    except CourierMissing as missing:
        server.remove()
        pytest.fail(str(missing), pytrace=False)
    yield server
    server.remove()


@dataclass(frozen=True)
class Pair:
    """Source and destination for one user of both."""

    source: Dovecot
    destination: Dovecot
    user: str
    ca_file: Path

    def look(self) -> tuple[Snapshot, Snapshot]:
        """What the oracle sees on both sides now."""
        source, destination = self.source, self.destination
        return (
            snapshot("localhost", source.tls_port, self.user, source.password_of(self.user), source.ca_file),
            snapshot("localhost", destination.tls_port, self.user, destination.password_of(self.user), destination.ca_file),
        )


@pytest.fixture
def pair(source_server: Dovecot, destination_server: Dovecot, user: str, ca_file: Path) -> Pair:
    return Pair(source_server, destination_server, user, ca_file)


@pytest.fixture(scope="session")
def stand(source_server: Dovecot, destination_server: Dovecot, certificate: Certificate) -> Stand:
    """What fault cases are played on."""
    return Stand(source_server, destination_server, certificate)
