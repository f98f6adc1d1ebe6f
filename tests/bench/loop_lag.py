"""How late the window's event loop is while eight mailboxes are copied: ``python -m tests.bench.loop_lag [--mailboxes N] [--messages N]``.

The real window on its Migrate page, without a screen, between two Dovecots on this computer; every late call of a timer that is due every 5 ms
is a lag that a person could feel. Prints one line of milliseconds and, with ``--json FILE``, writes the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from mailsafi_wizard import app
from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.model import Endpoint, Mailbox, Secret, Side
from mailsafi_wizard.project import MigrationProject
from tests.servers.company import fill
from tests.servers.dovecot import Dovecot, Options

EVERY = 0.005  # seconds


async def measure(wizard: app.Wizard, project: MigrationProject, only: list[int] | None) -> list[float]:
    """Lags in milliseconds, from the start of the copy to its end; of all mailboxes or of some."""
    window = wizard.window
    window.resize(1280, 860)
    window.show()
    window.open_project(project)
    window.show_key("migrate")
    await asyncio.sleep(1.0)
    lags: list[float] = []
    page = window.page
    assert page is not None
    if only is None:
        page.start()  # type: ignore[attr-defined]
    else:
        project.start(window.bridge.report, only)
        page.refresh()
    while project.running or window.bridge.summary is None:
        due = time.perf_counter() + EVERY
        await asyncio.sleep(EVERY)
        lags.append(max(0.0, (time.perf_counter() - due) * 1000))
    return lags


def prepared(
    folder: Path, source: Dovecot, destination: Dovecot, mailboxes: int, messages: int, large: Path | None
) -> tuple[MigrationProject, list[int]]:
    """The project, and which of its mailboxes are to be copied: all but those that ``large`` has."""
    path = folder / "lag.mailsafi"
    if large:
        shutil.copy(large, path)
    project = MigrationProject.open(path) if large else MigrationProject.create(path)
    there = {box.id for box in project.mailboxes()}
    project.ca_file = source.ca_file
    for side, server in ((Side.SOURCE, source), (Side.DESTINATION, destination)):
        project.set_endpoint(side, Endpoint("localhost", server.tls_port))
    users = [f"user{number}@example.co.ke" for number in range(mailboxes)]
    for number, user in enumerate(users):
        fill(source, user, messages, number, odd=False)
    project.add_mailboxes([Mailbox(user, user, user) for user in users])
    fresh = [mailbox for mailbox in project.mailboxes() if mailbox.id not in there]
    for mailbox in fresh:
        project.set_secret(mailbox.id, Side.SOURCE, Secret(source.password_of(mailbox.address)))
        project.set_secret(mailbox.id, Side.DESTINATION, Secret(destination.password_of(mailbox.address)))
    return project, [mailbox.id for mailbox in fresh]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mailboxes", type=int, default=8)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--large", type=Path, metavar="FILE", help="a project that tests.bench.big_project made, in which to copy")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lag-") as name:
        folder = Path(name)
        certificate = Authority(folder).issue()
        with (
            Dovecot(Options(), certificate) as source,
            Dovecot(Options(separator="/", storage="sdbox"), certificate) as destination,
        ):
            project, boxes = prepared(folder, source, destination, options.mailboxes, options.messages, options.large)
            for server in (source, destination):
                os.setpriority(os.PRIO_PGRP, server.pid, 19)  # in life they run elsewhere; what they start later inherits it
            lags: list[float] = []

            async def run(wizard: app.Wizard) -> int:
                lags.extend(await measure(wizard, project, boxes if options.large else None))
                return 0 if all(project.ledger(box).complete for box in boxes) else 1

            status = app.application(run, looks="light")
    cuts = statistics.quantiles(lags, n=1000)
    found = {"samples": len(lags), "p50": cuts[499], "p95": cuts[949], "p99": cuts[989], "max": max(lags)}
    print(", ".join(f"{key} {value:.1f} ms" if key != "samples" else f"{value} samples" for key, value in found.items()))
    if options.json:
        options.json.write_text(json.dumps(found), "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
