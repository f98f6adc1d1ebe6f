"""Plays an admin in the real program from the welcome to the saved report: ``python -m tests.screen.play FACTS`` on an X screen.

FACTS is the JSON file that `test_whole_way` writes: what the admin knows (servers, passwords, records) and where the files go. Leaves a picture of every
page, and of the screen as it was when something failed. The exit status is 0 when the report was saved.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailsafi_wizard import app
from mailsafi_wizard.model import Depth, Side
from mailsafi_wizard.net import dns_update
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import kept
from mailsafi_wizard.ui.pages import communicate, credentials, cutover, finish, migrate, prepare, start, verify
from mailsafi_wizard.ui.welcome import Welcome
from tests import conftest as stay_at_home  # no network beyond this computer, none of the person's own settings
from tests.screen.person import Person

__all__ = ["main", "stay_at_home"]


COMMUNICATE = 2  # its place in the rail


@dataclass
class Play:
    """One run. ``facts`` is what the admin has on a sheet of paper."""

    person: Person
    facts: dict[str, Any]
    out: Path

    @property
    def project(self) -> MigrationProject:
        project = self.person.window.project
        assert project is not None
        return project

    def path(self, name: str) -> Path:
        return self.out / str(self.facts[name])

    async def whole(self) -> None:
        await self.begin()
        for part in (
            self.start,
            self.prepare,
            self.communicate,
            self.credentials,
            self.migrate,
            self.verify,
            self.cutover,
            self.finish,
        ):
            await part()
            self.picture(part.__name__)
            if part != self.finish:
                await self.person.go_on()

    def picture(self, name: str) -> None:
        self.person.window.repaint()
        screen = self.person.window.screen()
        if not screen.grabWindow(0).save(str(self.out / f"{name}.png")):
            raise OSError(f"the picture {name} could not be saved")

    async def begin(self) -> None:
        person = self.person
        await person.attend(person.window)
        welcome = person.window.welcome
        assert isinstance(welcome, Welcome)
        await person.click(welcome.new)
        await person.name_file(self.path("project"))
        await person.until(lambda: person.window.project is not None, "the new project")
        self.project.set_resolvers(self.facts["resolvers"])  # this computer's own, as far as the domain goes

    async def start(self) -> None:
        person, page = self.person, self.person.page
        assert isinstance(page, start.StartPage)
        await person.write(page.name, "Tamarind Traders")
        await person.write(page.domains, self.facts["domain"])
        await person.write(page.help, "Njeri, +254 700 000000")
        await person.click(person.button("Propose"))
        for name, text in self.facts["mailsafi"].items():
            await person.write(page.values[name], text)
        await person.until(lambda: not page.missing, "nothing to be missing")
        company = self.project.company
        assert company.cutover is not None
        assert company.mailsafi.mx == tuple(self.facts["mailsafi"]["mx"].split(", "))

    async def prepare(self) -> None:
        person, page = self.person, self.person.page
        assert isinstance(page, prepare.PreparePage)
        await person.click(person.button("Choose a file…"))
        await person.name_file(Path(self.facts["ca_file"]))
        await person.until(lambda: self.project.ca_file is not None, "the certificates to be taken")
        for side in Side:
            card = page.cards[side]
            await person.write(card.host, self.facts[side.value]["host"])
            await person.write(card.port, str(self.facts[side.value]["port"]))
        await person.act()
        await person.until(lambda: prepare.done(self.project), "both servers to be ready")
        await person.settled()
        for key, tick in page.own_ticks.items():
            await person.click(tick)
            await person.until(lambda k=key: kept.is_ticked(self.project, k), f"the tick {key}")  # type: ignore[misc]

    async def communicate(self) -> None:
        """The form by keyboard alone: from field to field by Tab."""
        person, page = self.person, self.person.page
        assert isinstance(page, communicate.CommunicatePage)
        await person.turn_to(page.tabs, page.sending)
        form, mail = page.sending.form, self.facts["smtp"]
        await person.click(form.name)
        await person.until(form.name.hasFocus, "the sender's name to have the keyboard")
        for edit, text in (
            (form.name, "Njeri Mwangi"),
            (form.address, mail["user"]),
            (form.host, mail["host"]),
            (form.port, str(mail["port"])),
        ):
            await person.until(edit.hasFocus, f"Tab to lead to {edit.accessibleName()!r}")
            await person.write_here(edit, text)
        await person.write(form.user, mail["user"])
        await person.click(form.password)
        await person.until(form.password.hasFocus, "the password to have the keyboard")
        await person.write_here(form.password, mail["password"])
        await person.until(lambda: self.project.has_mail_secret(), "the password to be kept")
        await person.write(page.sending.me, self.facts["me"])
        await person.click(page.sending.test)
        await person.until(lambda: self.project.sending_tested, "the test to be sent")
        await person.settled()

    async def credentials(self) -> None:
        person, page = self.person, self.person.page
        assert isinstance(page, credentials.CredentialsPage)
        await person.click(person.button("Choose a file…"))
        await person.name_file(Path(self.facts["list"]))
        await person.until(lambda: len(self.project.mailboxes()) == self.facts["mailboxes"], "the list to be taken over")
        await person.act()
        await person.until(lambda: credentials.done(self.project), "all to have signed in")
        await person.settled()
        await self.announce()

    async def announce(self) -> None:
        """Now that the users are known: back to Communicate by the rail, and the first notice goes to all of them."""
        person, window = self.person, self.person.window
        here = window.shown
        await person.click(window.rail.buttons[COMMUNICATE])
        await person.until(lambda: window.shown == COMMUNICATE, "the page Communicate")
        await person.act()
        await person.until(lambda: self.project.notice_standing("announcement").all_sent, "the announcement to be sent to all")
        await person.settled()
        await person.click(window.rail.buttons[here])
        await person.until(lambda: window.shown == here, "the page Credentials")

    async def migrate(self) -> None:
        person, page = self.person, self.person.page
        assert isinstance(page, migrate.MigratePage)
        await person.act()
        await person.until(lambda: not page.busy and len(self.project.census()) == self.facts["mailboxes"], "the look to end")
        await person.act()
        await person.until(lambda: not self.project.running and self.person.window.bridge.summary is not None, "the copy to end")
        await person.until(lambda: migrate.done(self.project), "every mailbox to be done")

    async def verify(self) -> None:
        person, page = self.person, self.person.page
        assert isinstance(page, verify.VerifyPage)
        await person.turn_to(page.tabs, page.comparison)
        await person.click(page.comparison.choices[Depth.EVERYTHING])
        await person.until(page.comparison.choices[Depth.EVERYTHING].isChecked, "the choice of everything")
        await person.act()
        await person.until(lambda: len(self.project.checks()) == self.facts["mailboxes"], "the comparison to begin")
        await person.settled()
        await person.until(lambda: verify.done(self.project), "the ledger to be complete")
        assert all(check.wrong == 0 and check.compared for check in self.project.checks().values())
        await person.turn_to(page.tabs, page.signoff)
        await person.choose_all(page.signoff.table)
        await person.click(page.signoff.record)
        await person.until(lambda: len(self.project.sign_offs()) == self.facts["mailboxes"], "the sign-offs")

    async def cutover(self) -> None:
        person, page = self.person, self.person.page
        assert isinstance(page, cutover.CutoverPage)
        await person.act()
        await person.until(lambda: self.project.last_snapshot() is not None, "the records")
        await person.settled()
        await person.click(page.card_pdf)
        await person.name_file(self.path("card"))
        await person.until(self.path("card").is_file, "the card for going back")
        await person.settled()
        mx = next(change for change in self.project.record_changes() if change.kind == "MX")
        await asyncio.to_thread(
            dns_update.enter, self.facts["resolvers"][0], self.facts["domain"], mx.name, mx.record, (*mx.beside, *mx.wanted), None
        )  # at the DNS provider's panel, which is not this program
        await person.act()
        await person.until(lambda: not page.busy and self.project.changed_at() is not None, "the change to be seen")

    async def finish(self) -> None:
        person, page = self.person, self.person.page
        assert isinstance(page, finish.FinishPage)
        await person.settled()
        await person.turn_to(page.tabs, page.report)
        await person.act()
        await person.name_file(self.path("report"))
        await person.until(lambda: kept.marked(self.project, "report") is not None, "the report to be saved")
        await person.settled()
        assert self.project.ledger().complete


async def played(wizard: app.Wizard, facts: dict[str, Any]) -> int:
    play = Play(Person(wizard.window), facts, Path(facts["out"]))
    wizard.window.show()
    try:
        await play.whole()
    except Exception as error:  # noqa: BLE001 the top of the run: whatever it was, the screen is kept as it looked
        play.picture("failed")
        traceback.print_exception(error)
        return 1
    return 0


def main() -> int:
    facts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    return app.application(lambda wizard: played(wizard, facts), looks="light")


if __name__ == "__main__":
    sys.exit(main())
