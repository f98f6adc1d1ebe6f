"""From Start to the saved report by keyboard and mouse on a real X server, against Dovecot, a name server and a mail server on this computer."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard.demo import company
from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.demo.dns import ELSEWHERE, NameServer, Zone
from mailsafi_wizard.demo.letters import DOMAIN
from mailsafi_wizard.demo.resolver import Resolver
from tests.screen.display import Display, ToolMissing
from tests.servers.company import fill
from tests.servers.dovecot import Dovecot, DovecotMissing, Options
from tests.servers.oracle import compare, snapshot
from tests.servers.submission import PASSWORD, USER, Submission

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a screen of its own is an X server: Linux only; elsewhere tests/ui goes the same way"
)

USERS = tuple(f"{name}@{DOMAIN}" for name in ("amina", "otieno", "wanjiku"))
LONGEST = 420  # seconds for the whole way
ROOT = Path(__file__).resolve().parents[2]
SPEED = 100_000.0  # of the resolver's clock: what it remembers for hours it has forgotten in a moment


@pytest.fixture
def display(tmp_path: Path) -> Iterator[Display]:
    try:
        made = Display(tmp_path)
    except ToolMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    with made:
        yield made


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Authority(tmp_path).issue()


@pytest.fixture
def servers(certificate: Certificate) -> Iterator[tuple[Dovecot, Dovecot]]:
    try:
        with (
            Dovecot(Options(separator=".", prefix="INBOX.", storage="maildir"), certificate) as source,
            Dovecot(Options(separator="/", storage="sdbox"), certificate) as destination,
        ):
            for number, user in enumerate(USERS):
                fill(source, user, 40, number, odd=False)
            yield source, destination
    except DovecotMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def resolvers() -> Iterator[list[str]]:
    own = NameServer(DOMAIN).start()
    masters = [(DOMAIN, own.answer), *((origin, Zone(origin, text).answer) for origin, text in ELSEWHERE)]
    resolver = Resolver(masters, SPEED).start()
    yield [own.address, resolver.address]
    resolver.stop()
    own.stop()


@pytest.fixture
def submission(certificate: Certificate) -> Iterator[Submission]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    with Submission(context) as made:
        yield made


@pytest.mark.slow
@pytest.mark.dovecot
def test_an_admin_goes_from_start_to_the_saved_report(
    tmp_path: Path, display: Display, servers: tuple[Dovecot, Dovecot], resolvers: list[str], submission: Submission
) -> None:
    source, destination = servers
    listed = tmp_path / "mailboxes.txt"
    lines = [f"{user},{user},{source.password_of(user)},{destination.password_of(user)}" for user in USERS]
    listed.write_text(
        "EmailAddress,UserName,DestinationPassword,Password\n" + "\n".join(_order(line) for line in lines) + "\n", "utf-8"
    )
    values = company.facts(dt.datetime.now(dt.UTC).date()).mailsafi
    facts = {
        "out": str(tmp_path), "project": "tamarind.mailsafi", "report": "report.pdf", "card": "going back.pdf", "list": str(listed),
        "domain": DOMAIN, "mailboxes": len(USERS), "resolvers": resolvers, "ca_file": str(source.ca_file), "me": f"njeri@{DOMAIN}",
        "source": {"host": "localhost", "port": source.tls_port},
        "destination": {"host": "localhost", "port": destination.tls_port},
        "smtp": {"host": "localhost", "port": submission.port, "user": USER, "password": PASSWORD},
        "mailsafi": {
            "webmail": values.webmail, "mx": ", ".join(values.mx), "smtp": values.smtp_host, "smtp_port": str(values.smtp_port),
            "spf": values.spf, "selector": values.dkim_selector, "dkim": values.dkim_value,
        },
    }  # fmt: skip
    (tmp_path / "facts.json").write_text(json.dumps(facts), "utf-8")
    _play(tmp_path, display)
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Tamarind Traders" in text
    assert f"all {len(USERS) * 40} messages are at" in text  # and then a name with a ligature
    assert (tmp_path / "going back.pdf").read_bytes().startswith(b"%PDF")
    assert len(submission.mails) == 1 + len(USERS)  # a test, then the announcement
    for user in USERS:
        before, after = (snapshot("localhost", s.tls_port, user, s.password_of(user), s.ca_file) for s in (source, destination))
        assert compare(before, after) == []


def _order(line: str) -> str:
    """The password at the source stands last, as in the template."""
    address, user, here, there = line.split(",")
    return f"{address},{user},{there},{here}"


def _play(folder: Path, display: Display) -> None:
    """The program in a process of its own, with its screen; pictures of a failure go where SCREEN_PICTURES says, too."""
    surroundings = {**os.environ, "DISPLAY": display.name, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    surroundings.pop("WAYLAND_DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.screen.play", str(folder / "facts.json")],
        cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=LONGEST, check=False,
    )  # fmt: skip
    if done.returncode:
        kept = Path(os.environ.get("SCREEN_PICTURES", folder))
        if kept != folder:
            kept.mkdir(parents=True, exist_ok=True)
            for picture in folder.glob("*.png"):
                shutil.copy(picture, kept)
        pytest.fail(f"exit status {done.returncode}, pictures in {kept}\n{done.stdout}\n{done.stderr}", pytrace=False)
