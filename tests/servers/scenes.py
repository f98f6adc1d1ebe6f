"""A scene: two accounts side by side, several runs of the command, and changes between them. Judged like a fault case."""

from __future__ import annotations

import contextlib
import imaplib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mailsafi_wizard.demo.letters import Letter
from tests.servers.cases import WHEN, Ground, Verdict, looked_at, usual_mail, why
from tests.servers.company import Server, namespace, put, sign_in, subscribe_some, wire_name
from tests.servers.oracle import Name, Snapshot
from tests.servers.trial import Ended, Trial

Play = Callable[[Ground, str, Path, bool], Verdict]


def letter(number: int, folder: Name = ("INBOX",), flags: tuple[str, ...] = (), text: str = "") -> Letter:
    """A small message of its own, without a Message-ID."""
    return Letter(folder, flags, WHEN, f"Subject: letter {number}\r\n\r\nnumber {number} {text}\r\n".encode())


class Scene:
    """Two accounts of one user name. `run` and `check` note in ``verdict`` what goes wrong; nothing is raised."""

    def __init__(self, name: str, ground: Ground, user: str, folder: Path, child: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.verdict = Verdict(name)
        self.source, self.destination, self.user, self.folder = ground.source, ground.destination, user, folder
        self.trial = self._trial(ground, user, folder, child)

    @staticmethod
    def _trial(ground: Ground, user: str, folder: Path, child: bool) -> Trial:
        sides = [looked_at(server, user, f"imaps://localhost:{server.tls_port}") for server in (ground.source, ground.destination)]
        return Trial(folder, sides[0], sides[1], ground.certificate.ca_file, child=child)

    def fill(self, mail: Sequence[Letter] | None = None, subscribe: bool = True) -> list[Letter]:
        """Mail on the source; the usual when none is named."""
        chosen = usual_mail() if mail is None else list(mail)
        put(self.source, self.user, chosen)
        if subscribe:
            subscribe_some(self.source, self.user, sorted({m.folder for m in chosen}))
        return chosen

    def run(self, status: int = 0, differences: int | None = 0, **how: bool) -> Ended:
        """One run that must end with ``status`` and leave so many differences (None: any)."""
        ended = self.trial.run()
        found = self.trial.differences(**how)
        self.verdict.take(ended, found)
        wanted = found if differences is not None else [line for line in found if "doubled" in line or "altered" in line]
        wrong = self.trial.faults_of(ended, wanted)
        if ended.status != status:
            wrong.append(f"run {self.verdict.runs}: exit status {ended.status}, not {status}")
        if differences is not None and len(found) != differences:
            wrong.append(f"run {self.verdict.runs}: {len(found)} differences, not {differences}")
        if wrong:
            self.verdict.faults += [*wrong, *found[:5], ended.err[-300:], *why(ended)]
        self.verdict.ending = f"exit {ended.status}"
        return ended

    def check(self, right: bool, words: str) -> None:
        if not right:
            self.verdict.faults.append(words)

    def here(self) -> Snapshot:
        return self.trial.source.look()

    def there(self) -> Snapshot:
        return self.trial.destination.look()

    @contextlib.contextmanager
    def at(self, server: Server, folder: Name = ("INBOX",)) -> Iterator[imaplib.IMAP4_SSL]:
        """A client that has opened ``folder`` for writing."""
        client = sign_in(server, self.user)
        try:
            client.select(quoted(wire_name(folder, *namespace(client))))
            yield client
        finally:
            client.logout()

    def flag(self, server: Server, uids: str, change: str, flags: str, folder: Name = ("INBOX",)) -> None:
        """STORE, such as ``flag(source, "1:3", "+FLAGS", "\\\\Seen")``."""
        with self.at(server, folder) as client:
            client.uid("STORE", uids, change, f"({flags})")

    def delete(self, server: Server, uids: str, folder: Name = ("INBOX",)) -> None:
        with self.at(server, folder) as client:
            client.uid("STORE", uids, "+FLAGS", "(\\Deleted)")
            client.expunge()


def quoted(raw: bytes) -> str:
    return '"' + raw.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"') + '"'


def scene(name: str, act: Callable[[Scene], None]) -> Play:
    """``act`` as something that can be played."""

    def play(ground: Ground, user: str, folder: Path, child: bool = True) -> Verdict:
        stage = Scene(name, ground, user, folder, child)
        act(stage)
        return stage.verdict

    return play
