"""The two embedded mail servers of the rehearsal: an old one as many hosts run it, and one that stands for MailSafi.

Both listen on the loopback only, on free ports, with a certificate that is made anew and trusted by nobody else.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.company import Employee
from mailsafi_wizard.demo.imapd.accounts import Accounts
from mailsafi_wizard.demo.imapd.server import ImapServer
from mailsafi_wizard.model import Endpoint, Security, Side

_OLD_FOLDERS = {"Sent": "\\Sent", "Drafts": "\\Drafts", "Trash": "\\Trash", "Junk": "\\Junk"}
_NEW_FOLDERS = {"Sent": "\\Sent", "Drafts": "\\Drafts", "Trash": "\\Trash", "Spam": "\\Junk", "Archive": "\\Archive"}


class RehearsalServers:
    """Running from the start until `stop`; use as a context manager."""

    def __init__(self, folder: Path, people: tuple[Employee, ...], bytes_per_second: float = 0) -> None:
        """Certificate files go into ``folder``. ``bytes_per_second`` slows the old server so that one can watch; 0: it does not."""
        self._authority = Authority(folder, "Rehearsal authority, trusted by this project only")
        certificate = self._authority.issue("rehearsal")
        self.ca_file = certificate.ca_file
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        self.old = Accounts(".", "INBOX.", _OLD_FOLDERS)
        self.new = Accounts("/", "", _NEW_FOLDERS)
        for employee in people:
            account = self.old.add(employee.person.address, employee.source_password.reveal())
            account.deliver(employee.mail())
            for place, name in enumerate(sorted(account.folders)):
                account.folders[name].subscribed |= place % 3 > 0
            self.new.add(employee.person.address, employee.destination_password.reveal())
        self._servers = (ImapServer(self.old, context, bytes_per_second=bytes_per_second), ImapServer(self.new, context))

    def server_context(self, name: str, hosts: tuple[str, ...]) -> ssl.SSLContext:
        """For one more server of the rehearsal, with a certificate made out to ``hosts``."""
        certificate = self._authority.issue(name, hosts)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        return context

    @property
    def source(self) -> Endpoint:
        return Endpoint("localhost", self._servers[0].port, Security.TLS)

    @property
    def destination(self) -> Endpoint:
        return Endpoint("localhost", self._servers[1].port, Security.TLS)

    def go_away(self, side: Side) -> None:
        """One of them ends for good, as a server does whose line is cut."""
        self._servers[side is Side.DESTINATION].stop()

    def stop(self) -> None:
        for server in self._servers:
            server.stop()

    def __enter__(self) -> RehearsalServers:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()
