"""One pass of this program as the laboratory's benchmark wants it: everything it must know stands in the environment (see `lab.ours`).

``--no-read-back`` leaves out the reading of the destination at the end, which the other tools don't do and which is measured apart. ``--packed``
and ``--plain`` compress every connection, or none. ``--no-journal`` remembers nothing of the messages (its run can't be gone on with): the
difference is what the journal costs.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard import __main__ as program

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsafi_wizard.model import Endpoint, SignIn
    from mailsafi_wizard.net.session import Session
    from mailsafi_wizard.net.wire import Patience, Trust


def change(options: list[str]) -> None:
    """What the options say, done to the loaded program."""
    from mailsafi_wizard.engine import job, pairs, verify
    from mailsafi_wizard.store.journal import Journal

    if "--no-read-back" in options:
        verify.ReadBack.read = lambda self, records, before: verify.Findings()  # type: ignore[method-assign]
    if "--packed" in options or "--plain" in options:
        vars(pairs)["connect"] = connected(job.connect, "--packed" in options)
    if "--no-journal" in options:
        Journal.record = lambda self, outcomes, intents=(): None  # type: ignore[method-assign]


def connected(original: Callable[..., Session], packed: bool) -> Callable[..., Session]:
    """`job.connect`, but every connection is packed, or none is."""

    def connect(endpoint: Endpoint, who: SignIn, trust: Trust, patience: Patience) -> Session:
        session = original(endpoint, who, trust, patience)
        if packed and not session.compress():
            raise RuntimeError("the server does not offer COMPRESS=DEFLATE")
        return session

    return connect


def write_list(path: Path, users: list[str], password: str) -> None:
    """The credential list of ``users``, all with one password."""
    rows = [f"{user}@example.co.ke,{user},{user},{password}" for user in users]
    path.write_text("\n".join(["EmailAddress,UserName,DestinationUser,Password", *rows, ""]), "utf-8")


def changed_first(options: list[str]) -> None:
    """The program starts as it always does, and is changed when it has begun to connect."""
    from mailsafi_wizard import cli

    original = cli._migrate

    def copy(chosen: argparse.Namespace) -> int:
        change(options)
        return original(chosen)

    vars(cli)["_migrate"] = copy


def main(options: list[str]) -> int:
    environment = os.environ
    state = Path(environment["ST"])
    project = Path(environment.get("MAILSAFI_BENCH_PROJECT") or state / "bench.mailsafi")
    users = state / "users.txt"
    write_list(users, environment["U"].split(), environment["PW"])
    arguments = ["migrate", str(project), "--list", str(users), "--ca-file", environment["CA"], "--json"]
    arguments += ["--source", f"imaps://{environment['SH']}:{environment['SP']}"]
    arguments += ["--destination", f"imaps://{environment['DH']}:{environment['DP']}"]
    if options:
        changed_first(options)
    sys.argv[1:] = arguments
    return program.main()


if __name__ == "__main__":
    program.end(main(sys.argv[1:]))
