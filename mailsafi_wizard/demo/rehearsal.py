"""The rehearsal: a project with everything filled in and two embedded servers behind it, and the whole migration without a screen.

Knows nothing of the screen: whoever shows the pictures asks the project, as for any other migration.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import tempfile
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.demo import company
from mailsafi_wizard.demo.dns import ELSEWHERE, ZONE, NameServer, Zone
from mailsafi_wizard.demo.letters import DOMAIN
from mailsafi_wizard.demo.mail_sink import MailSink
from mailsafi_wizard.demo.receiver import Receiver
from mailsafi_wizard.demo.resolver import Resolver
from mailsafi_wizard.demo.servers import RehearsalServers
from mailsafi_wizard.events import Report
from mailsafi_wizard.model import Ledger, Secret, Side
from mailsafi_wizard.model.telling import MailServer, Sender
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.gatekeeping import PROBE_AT

PROJECT_NAME = "Tamarind Traders rehearsal.mailsafi"
LIST_NAME = "mailboxes.txt"
SENDER = f"njeri@{DOMAIN}"  # who sends the notices
SPEED = 240.0  # of the resolver's clock: four hours pass in a minute


class Rehearsal:
    """A prepared project and its servers; `close` ends both and removes what was made for them. Use as a context manager.

    ``folder``: where project and list are put, None for a temporary folder. ``bytes_per_second``: how fast each connection
    to the old server is, so that one can watch; 0 for as fast as it can.
    """

    def __init__(self, folder: Path | None = None, bytes_per_second: float = 0) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="mailsafi-rehearsal-"))
        folder = folder or self._scratch
        people = company.employees()
        self.servers = RehearsalServers(self._scratch / "tls", people, bytes_per_second)
        server = self.servers.source
        zone = ZONE.replace("SRV 0 1 993 mail", f"SRV 0 1 {server.port} {server.host}.")
        self.name_server = NameServer(DOMAIN, zone).start()
        masters = [(DOMAIN, self.name_server.answer), *((origin, Zone(origin, text).answer) for origin, text in ELSEWHERE)]
        self.resolver = Resolver(masters, SPEED).start()
        hosts = company.facts(dt.datetime.now(dt.UTC).date()).mailsafi.mx
        self.receiver = Receiver([e.person.address for e in people], self.servers.server_context("receiver", hosts))
        self._mail_password = Secret(secrets.token_urlsafe(12))
        self.mail_sink = MailSink(
            SENDER, self._mail_password, self.servers.server_context("submission", ("localhost", "127.0.0.1"))
        )
        try:
            self.list_file = folder / LIST_NAME
            self.list_file.touch(mode=0o600)
            self.list_file.write_bytes(company.credential_list(people))
            self.project = self._prepared(folder / PROJECT_NAME)
        except BaseException:
            self._end_servers()
            raise

    def _prepared(self, path: Path) -> MigrationProject:
        project = MigrationProject.create(path)
        project.set_note("rehearsal", "1")
        project.set_company(company.facts(dt.datetime.now(dt.UTC).date()))
        project.ca_file = self.servers.ca_file
        project.set_endpoint(Side.SOURCE, self.servers.source)
        project.set_endpoint(Side.DESTINATION, self.servers.destination)
        project.set_resolvers([self.name_server.address, self.resolver.address])
        project.set_note(PROBE_AT, self.receiver.address)
        project.set_mail_server(MailServer(self.mail_sink.endpoint, SENDER, rate=120), self._mail_password)
        project.set_sender(Sender(SENDER, "Njeri Mwangi, Tamarind Traders"))
        project.import_list(self.list_file.read_bytes())
        return project

    def run(self, report: Report) -> Ledger:
        """The whole migration, step by step as the wizard goes; the ledger says how it ended.

        Raises MigrationError when a server can't be reached, refuses a sign-in or can't be read back.
        """
        for side in Side:
            failed = self.project.climb(side).failed
            if failed:
                raise errors.WrongUsage(
                    failed.detail, what=f"The {side.value} server of the rehearsal is not in order: {failed.cause}"
                )
        refused = [r for r in self.project.test_sign_ins(lambda _result: None) if not r.ok]
        if refused:
            raise errors.WrongUsage(refused[0].detail, what=f"A sign-in of the rehearsal failed: {refused[0].cause}")
        self.project.take_census(report)
        self.project.start(report)
        self.project.wait()
        ledger, problems = self.project.verify(report)
        if problems:
            raise problems[0]
        return ledger

    def close(self) -> None:
        self.project.close()
        self._end_servers()

    def _end_servers(self) -> None:
        self.servers.stop()
        self.name_server.stop()
        self.resolver.stop()
        self.receiver.stop()
        self.mail_sink.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Rehearsal:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
