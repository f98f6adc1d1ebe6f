"""The same copy between servers of different make and means, with a second run that finds nothing to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.engine import line_speed
from mailsafi_wizard.net.session import Session
from tests.servers.cases import big_mail, usual_mail
from tests.servers.company import Server
from tests.servers.courier import Courier
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot
from tests.servers.oracle import Name
from tests.servers.scenes import Scene, letter
from tests.servers.stand import Stand

MakeScene = Callable[[Server, Server], Scene]
POOR = ("MULTIAPPEND", "LITERAL+", "UIDPLUS", "SPECIAL-USE", "LIST-EXTENDED", "LIST-STATUS", "CONDSTORE", "QRESYNC", "NAMESPACE")


@pytest.fixture
def between(certificate: Certificate, user: str, tmp_path: Path) -> MakeScene:
    def make(source: Server, destination: Server) -> Scene:
        return Scene("copy", Stand(source, destination, certificate), user, tmp_path / "run", child=False)

    return make


def assert_all_well(s: Scene) -> None:
    assert s.verdict.faults == [], "\n".join(s.verdict.faults)


def renamed(s: Scene) -> dict[Name, Name]:
    """Where the run just made says that folders went, as the oracle names them; both sides have one prefix or none."""
    folders = s.trial.run().summary["ledger"]["folders"]
    return {_name(f["source_folder"]): _name(f["destination_folder"]) for f in folders if f["renamed"]}


def _name(text: str) -> Name:
    return (text.removeprefix("INBOX."),)


@pytest.mark.parametrize("dropped", [("LITERAL+", "MULTIAPPEND"), ("UIDPLUS", "SPECIAL-USE"), POOR])
def test_to_a_dovecot_with_fewer_means(
    dropped: tuple[str, ...], between: MakeScene, source_server: Dovecot, make_dovecot: Callable[..., Dovecot]
) -> None:
    s = between(source_server, make_dovecot(separator="/", drop_capabilities=dropped))
    s.fill(big_mail())
    s.run()
    s.run()
    assert_all_well(s)


def test_on_a_line_that_was_slow_connections_are_compressed(
    between: MakeScene, make_dovecot: Callable[..., Dovecot], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SLOW", 1 << 60), ("LEAST_SECONDS", 0.0), ("LEAST_BYTES", 1)):
        monkeypatch.setattr(line_speed, name, value)
    packed: list[bool] = []

    def compress(session: Session) -> bool:
        packed.append(original(session))
        return packed[-1]

    original = Session.compress
    monkeypatch.setattr(Session, "compress", compress)
    s = between(make_dovecot(compress=True), make_dovecot(separator="/", compress=True))
    s.fill(big_mail())
    s.run()
    assert packed == []
    s.fill([letter(900 + i, text="x" * 9000) for i in range(30)], subscribe=False)
    s.run()
    assert packed
    assert all(packed)
    assert_all_well(s)


def test_from_a_dovecot_with_fewer_means(
    between: MakeScene, destination_server: Dovecot, make_dovecot: Callable[..., Dovecot]
) -> None:
    s = between(make_dovecot(drop_capabilities=POOR), destination_server)
    s.fill(big_mail())
    s.run()
    s.flag(s.source, "1:3", "+FLAGS", "\\Flagged")
    s.run()
    assert_all_well(s)


@pytest.mark.parametrize("side", ["source", "destination"])
def test_below_inbox(
    side: str,
    between: MakeScene,
    source_server: Dovecot,
    destination_server: Dovecot,
    make_dovecot: Callable[..., Dovecot],
) -> None:
    other = make_dovecot(separator=".", prefix="INBOX.")
    s = between(other, destination_server) if side == "source" else between(source_server, other)
    s.fill([*usual_mail(), letter(1, ("Sent", "below it"))])
    s.run()
    s.run()
    assert_all_well(s)


def test_a_quota_is_told_and_the_rest_comes_later(
    between: MakeScene, source_server: Dovecot, make_dovecot: Callable[..., Dovecot]
) -> None:
    full = make_dovecot(separator="/", quota_rules=("*:messages=20",))
    s = between(source_server, full)
    s.fill([letter(i) for i in range(50)], subscribe=False)
    assert len(s.run(status=1, differences=30).named) == 30
    full.make_room()
    s.run()
    assert_all_well(s)


@pytest.mark.parametrize("options", [{}, {"separator": "/", "prefix": False}, {"drop_capabilities": ("LITERAL+", "MULTIAPPEND")}])
def test_to_cyrus(options: dict[str, object], between: MakeScene, source_server: Dovecot, make_cyrus: Callable[..., Cyrus]) -> None:
    s = between(source_server, make_cyrus(**options))
    s.fill(big_mail())
    s.run()
    s.run()
    assert_all_well(s)


def test_from_cyrus(between: MakeScene, cyrus: Cyrus, destination_server: Dovecot) -> None:
    s = between(cyrus, destination_server)
    s.fill(big_mail())
    s.run()
    s.flag(s.source, "1:3", "+FLAGS", "\\Flagged")
    s.run()
    assert_all_well(s)


def test_to_courier(between: MakeScene, source_server: Dovecot, courier: Courier) -> None:
    s = between(source_server, courier)
    s.fill(big_mail())
    s.run()
    s.run()
    assert_all_well(s)


def test_from_courier(between: MakeScene, courier: Courier, destination_server: Dovecot) -> None:
    s = between(courier, destination_server)
    s.fill(big_mail())
    s.run()
    s.run()
    assert_all_well(s)


def test_the_other_sides_separator_in_names(between: MakeScene, destination_server: Dovecot, courier: Courier) -> None:
    """ "a.b" and "a_b" cannot both be "a_b" where "." separates levels."""
    s = between(destination_server, courier)
    s.fill([letter(i, (name,)) for i, name in enumerate(("a.b", "a_b", "c.d.e", "x. y"))], subscribe=False)
    s.trial.folder_map = renamed(s)
    assert set(s.trial.folder_map) >= {("a.b",), ("c.d.e",), ("x. y",)}
    assert len(set(s.trial.folder_map.values())) == len(s.trial.folder_map)
    s.run()
    assert_all_well(s)


def test_a_server_that_crashes_and_comes_back(
    between: MakeScene, source_server: Dovecot, make_dovecot: Callable[..., Dovecot]
) -> None:
    other = make_dovecot(separator="/", storage="mdbox")
    s = between(source_server, other)
    s.trial.child = True
    s.fill([letter(i, text="x" * 3000) for i in range(1500)], subscribe=False)
    running = s.trial.start()
    while '"copying"' not in running.out() and running.process.poll() is None:
        time.sleep(0.002)
    other.crash()
    other.start()
    ended = running.wait()
    s.verdict.take(ended, [])
    assert ended.status == 0, ended.out[-1000:]
    s.run(order=False)
    assert_all_well(s)
