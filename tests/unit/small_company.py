"""A small company on two embedded servers, for tests of what stands above the engine."""

from __future__ import annotations

from pathlib import Path

from mailsafi_wizard.demo.company import Employee, credential_list
from mailsafi_wizard.demo.imapd.accounts import Account
from mailsafi_wizard.demo.letters import Letter, Person
from mailsafi_wizard.demo.servers import RehearsalServers
from mailsafi_wizard.model import Secret, Side
from mailsafi_wizard.project import MigrationProject

PASSWORDS = ("Mvua, 77§", "Jua;88", "Upepo\\99", 'Chai"11')
PEOPLE = (
    Employee(Person("Amina Hassan", "amina@example.co.ke"), 12, Secret(PASSWORDS[0]), Secret(PASSWORDS[1])),
    Employee(Person("Otieno", "otieno@example.co.ke"), 5, Secret(PASSWORDS[2]), Secret(PASSWORDS[3])),
)


class SmallCompany:
    """Servers and a list; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = RehearsalServers(folder / "tls", PEOPLE)
        self.list_file = folder / "list.txt"
        self.list_file.write_bytes(credential_list(PEOPLE))

    @property
    def options(self) -> list[str]:
        """What the command line needs to know of the servers."""
        return [
            "--source",
            self.servers.source.url,
            "--destination",
            self.servers.destination.url,
            "--ca-file",
            str(self.servers.ca_file),
        ]

    def project(self, name: str = "small.mailsafi", with_list: bool = True) -> MigrationProject:
        """A new project that knows the servers."""
        made = MigrationProject.create(self.folder / name)
        made.ca_file = self.servers.ca_file
        made.set_endpoint(Side.SOURCE, self.servers.source)
        made.set_endpoint(Side.DESTINATION, self.servers.destination)
        if with_list:
            assert made.import_list(self.list_file.read_bytes()).ok
        return made

    def old(self, person: int = 0) -> Account:
        return self.servers.old.account(PEOPLE[person].person.address)

    def new(self, person: int = 0) -> Account:
        return self.servers.new.account(PEOPLE[person].person.address)

    def deliver(self, *letters: Letter, person: int = 0) -> None:
        self.old(person).deliver(letters)

    def __enter__(self) -> SmallCompany:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.servers.stop()


def bodies(account: Account) -> list[bytes]:
    """Every message of an account, sorted."""
    return sorted(m.body for f in account.folders.values() for m in f.messages.values())
