"""Whether a cap in bytes a second holds: ``python -m tests.bench.rate_cap [--seconds S] [--json FILE]``.

Copies between two Dovecots on this computer under several caps, with one mailbox and with four, of small messages and of big ones, and looks every tenth
of a second at what all connections have received and sent. Prints for each what was asked and what was measured while
both directions were busy, and the busiest five seconds; the status is 1 when one is off by more than 5 %.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.engine.regulator import Regulator
from mailsafi_wizard.model import Endpoint, Mailbox, Pace, Secret, Side
from mailsafi_wizard.net.wire import Wire
from mailsafi_wizard.project import MigrationProject
from tests.servers.company import put
from tests.servers.dovecot import Dovecot, Options

EVERY = 0.1  # seconds
BUSIEST = 5.0  # seconds
ALLOWED = 0.05
WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
SIZES = {"small": 6_000, "big": 3_000_000}  # bytes of a message, about


@dataclass(frozen=True)
class Found:
    """Bytes a second. ``received`` and ``sent`` are means over the copy, ``busiest`` the most in any `BUSIEST` seconds of either."""

    mailboxes: int
    messages: str
    asked: int
    received: float
    sent: float
    busiest: float
    seconds: float
    complete: bool

    @property
    def held(self) -> bool:
        """Each direction is at the cap, and none was ever above it."""
        near = all(abs(rate / self.asked - 1) <= ALLOWED for rate in (self.received, self.sent))
        return near and self.busiest <= self.asked * (1 + ALLOWED) and self.complete

    def __str__(self) -> str:
        names = (("received", self.received), ("sent", self.sent), (f"busiest {BUSIEST:.0f} s", self.busiest))
        off = ", ".join(f"{name} {rate / 1000:,.0f} ({rate / self.asked - 1:+.1%})" for name, rate in names)
        return f"{self.mailboxes} x {self.messages:5}  asked {self.asked / 1000:,.0f} kB/s, {off}, {self.seconds:.1f} s  {'ok' if self.held else 'OFF'}"


class Watch(threading.Thread):
    """Looks at every connection of the project's run."""

    def __init__(self, project: MigrationProject) -> None:
        super().__init__(daemon=True)
        self._project = project
        self._wires: dict[int, Wire] = {}  # held, so that a closed one still counts
        self.looks: list[tuple[float, int, int]] = []
        self._over = threading.Event()

    def run(self) -> None:
        regulator = self._project.regulated()
        assert isinstance(regulator, Regulator)
        while not self._over.wait(EVERY):
            self._wires |= {id(wire): wire for wire in regulator.wires}
            wires = self._wires.values()
            self.looks.append((time.monotonic(), sum(w.received for w in wires), sum(w.sent for w in wires)))

    def end(self) -> None:
        self._over.set()
        self.join()

    def found(self) -> tuple[float, float, float, float]:
        """Received, sent and busiest, bytes a second, and the seconds of the whole copy."""
        (received, one), (sent, other) = (self._way(way) for way in (1, 2))
        return received, sent, max(one, other), self.looks[-1][0] - self.looks[0][0]

    def _way(self, way: int) -> tuple[float, float]:
        """Of one direction: the mean between the looks at 5 % and 70 % of its bytes, before the read-back, and the most in any `BUSIEST` seconds."""
        most = self.looks[-1][way]
        inside = [look for look in self.looks if 0.05 * most <= look[way] <= 0.7 * most]
        first, last = inside[0], inside[-1]
        pairs = list(zip(self.looks, self.looks[round(BUSIEST / EVERY) :], strict=False))
        busiest = max((b[way] - a[way]) / (b[0] - a[0]) for a, b in pairs)
        return (last[way] - first[way]) / (last[0] - first[0]), busiest


def text(user: str, number: int, size: int) -> bytes:
    head = f"From: a@example.co.ke\r\nTo: {user}\r\nMessage-ID: <{number}.{size}.{user}>\r\nSubject: {number}\r\n\r\n".encode()
    line = b"%077d\r\n" % number
    return head + line * (size // len(line))


def filled(server: Dovecot, user: str, size: int, total: int) -> None:
    count = max(2, total // size)
    put(server, user, [Letter(("INBOX",), (), WHEN, text(user, number, size)) for number in range(count)])


def measure(source: Dovecot, destination: Dovecot, folder: Path, mailboxes: int, kind: str, rate: int, seconds: float) -> Found:
    users = [f"{kind}{mailboxes}-{rate}-{number}@example.co.ke" for number in range(mailboxes)]
    for user in users:
        filled(source, user, SIZES[kind], round(rate * seconds / mailboxes))
    project = MigrationProject.create(folder / f"{kind}{mailboxes}-{rate}.mailsafi")
    try:
        project.ca_file = source.ca_file
        for side, server in ((Side.SOURCE, source), (Side.DESTINATION, destination)):
            project.set_endpoint(side, Endpoint("localhost", server.tls_port))
        project.add_mailboxes([Mailbox(user, user, user) for user in users])
        for mailbox in project.mailboxes():
            project.set_secret(mailbox.id, Side.SOURCE, Secret(source.password_of(mailbox.address)))
            project.set_secret(mailbox.id, Side.DESTINATION, Secret(destination.password_of(mailbox.address)))
        project.set_pace(Pace(rate=rate))
        watch = Watch(project)
        watch.start()
        project.start(lambda event: None)
        project.wait()
        watch.end()
        return Found(mailboxes, kind, rate, *watch.found(), project.ledger().complete)
    finally:
        project.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each copy takes, about")
    parser.add_argument("--rate", type=int, action="append", help="bytes a second")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory(prefix="rate-") as name:
        folder = Path(name)
        certificate = Authority(folder).issue()
        with (
            Dovecot(Options(), certificate) as source,
            Dovecot(Options(separator="/", storage="sdbox"), certificate) as destination,
        ):
            for rate in options.rate or (200_000, 2_000_000):
                for mailboxes in (1, 4):
                    for kind in SIZES:
                        found = measure(source, destination, folder, mailboxes, kind, rate, options.seconds)
                        print(found, flush=True)
                        results.append(found)
    if options.json:
        options.json.write_text(json.dumps([{**asdict(found), "held": found.held} for found in results]), "utf-8")
    return 0 if all(found.held for found in results) else 1


if __name__ == "__main__":
    sys.exit(main())
