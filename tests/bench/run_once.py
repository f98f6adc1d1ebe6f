"""One pass of this program as the laboratory's benchmark wants it: everything it must know stands in the environment (see `lab.ours`).

``--no-read-back`` leaves out the reading of the destination at the end, which the other tools don't do and which is measured apart. ``--packed``
and ``--plain`` compress every connection, or none. ``--no-journal`` remembers nothing of the messages (its run can't be gone on with): the
difference is what the journal costs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from mailsafi_wizard.net import wire

wire.read_certificates_ahead()  # as the program itself begins

from mailsafi_wizard import cli  # noqa: E402
from mailsafi_wizard.engine import job, pairs, verify  # noqa: E402
from mailsafi_wizard.model import Endpoint, SignIn  # noqa: E402
from mailsafi_wizard.net.session import Session  # noqa: E402
from mailsafi_wizard.net.wire import Patience, Trust  # noqa: E402
from mailsafi_wizard.store.journal import Journal  # noqa: E402


def connected(packed: bool) -> Callable[..., Session]:
    """`job.connect`, but every connection is packed, or none is."""

    def connect(endpoint: Endpoint, who: SignIn, trust: Trust, patience: Patience) -> Session:
        session = original(endpoint, who, trust, patience)
        if packed and not session.compress():
            raise RuntimeError("the server does not offer COMPRESS=DEFLATE")
        return session

    original = job.connect
    return connect


def write_list(path: Path, users: list[str], password: str) -> None:
    """The credential list of ``users``, all with one password."""
    rows = [f"{user}@example.co.ke,{user},{user},{password}" for user in users]
    path.write_text("\n".join(["EmailAddress,UserName,DestinationUser,Password", *rows, ""]), "utf-8")


def main(options: list[str]) -> int:
    environment = os.environ
    state = Path(environment["ST"])
    project = Path(environment.get("MAILSAFI_BENCH_PROJECT") or state / "bench.mailsafi")
    users = state / "users.txt"
    write_list(users, environment["U"].split(), environment["PW"])
    arguments = ["migrate", str(project), "--list", str(users), "--ca-file", environment["CA"], "--json"]
    arguments += ["--source", f"imaps://{environment['SH']}:{environment['SP']}"]
    arguments += ["--destination", f"imaps://{environment['DH']}:{environment['DP']}"]
    if "--no-read-back" in options:
        verify.ReadBack.read = lambda self, records, before: verify.Findings()  # type: ignore[method-assign]
    if "--packed" in options or "--plain" in options:
        vars(pairs)["connect"] = connected("--packed" in options)
    if "--no-journal" in options:
        Journal.record = lambda self, outcomes, intents=(): None  # type: ignore[method-assign]
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
