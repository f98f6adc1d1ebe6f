"""Walks the real window through a rehearsal, doing on every page what an admin would do, and leaves a picture of each step.

Knows the pages by what they offer to any user of them; nothing is shown that the project does not say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from mailsafi_wizard import errors
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import kept
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.pages import communicate, credentials, cutover, finish, migrate, prepare, verify
from mailsafi_wizard.ui.window import Window

SIZE = (1280, 860)  # of the pictures, in device-independent pixels
LOOK_EVERY = 0.02  # seconds
NESTED = 8  # a layout within a layout settles one round later
LONGEST = 600.0  # seconds for one step; a rehearsal that hangs must end all the same
REPORT, SHEETS = "report.pdf", "sign-in sheets.pdf"
Say = Callable[[str], None]


async def walk(window: Window, project: MigrationProject, out: Path, say: Say) -> bool:
    """True when everything arrived, the ledger is complete and every file was written to ``out``. Raises MigrationError and OSError."""
    out.mkdir(parents=True, exist_ok=True)
    _set_aside(out / REPORT, say)
    window.resize(*SIZE)
    window.show()
    tour = Tour(window, project, out, say)
    for number, step in enumerate(window.steps):
        window.show_step(number)
        await tour.settled()
        await tour.do(step.key)
        tour.picture(f"{number + 1}-{step.key}")
    ledger = project.ledger()
    say(
        f"{ledger.source} messages at the old server, {ledger.copied} copied, {ledger.failed} failed; report and pictures are in {out}"
    )
    return ledger.complete and tour.all_written()


def _set_aside(path: Path, say: Say) -> None:
    """A report is never overwritten: one of an earlier rehearsal gets a number."""
    if not path.exists():
        return
    number = 1
    while (older := path.with_stem(f"{path.stem}-{number}")).exists():
        number += 1
    path.rename(older)
    say(f"The report of an earlier rehearsal is now {older}")


class Tour:
    """One walk. `do` carries out the work of a step; `picture` saves the window as it is."""

    midway = 0.0  # the share of the messages that must have gone over before the copy has its picture taken

    def __init__(self, window: Window, project: MigrationProject, out: Path, say: Say) -> None:
        self._window = window
        self._project = project
        self._out = out
        self._say = say
        self._written: list[Path] = []
        self._works: dict[str, Callable[[], Awaitable[None]]] = {
            "prepare": self._prepare,
            "communicate": self._communicate,
            "credentials": self._credentials,
            "migrate": self._migrate,
            "verify": self._verify,
            "cutover": self._cutover,
            "finish": self._finish,
        }

    async def do(self, key: str) -> None:
        self._say(f"{key.capitalize()} …")
        if key in self._works:
            await self._works[key]()

    def all_written(self) -> bool:
        return all(path.is_file() and path.stat().st_size for path in self._written)

    def picture(self, name: str) -> None:
        """Raises OSError when it can't be saved."""
        self._window.look_again()
        if (focus := self._window.focusWidget()) is not None:  # nobody types here: a ring would only ask why
            focus.clearFocus()
        for _depth in range(NESTED):
            QApplication.processEvents()
        path = self._out / f"{name}.png"
        if not self._window.grab().save(str(path)):
            raise OSError(f"the picture {path} could not be written")
        self._written.append(path)

    async def settled(self) -> None:
        """Waits for the page's short work; raises what it shows as a problem."""
        await self._until(lambda: not self._page.busy)
        problem = self._page.problem
        if problem is not None and problem.tone.value == "bad":
            raise errors.WrongUsage(problem.detail, what=f"{type(self._page).__name__}: {problem.what}")

    @property
    def _page(self) -> Page:
        page = self._window.page
        assert page is not None
        return page

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONGEST):
            while not true():
                await asyncio.sleep(LOOK_EVERY)

    async def _prepare(self) -> None:
        page = self._page
        assert isinstance(page, prepare.PreparePage)
        page.search(self._project.company.domains[0])
        await self.settled()
        page.test()
        await self.settled()
        for key in page.ticks:
            kept.tick(self._project, key, True)
        page.refresh()

    async def _communicate(self) -> None:
        page = self._page
        assert isinstance(page, communicate.CommunicatePage)
        folder = self._out / "notices"
        folder.mkdir(exist_ok=True)
        page.save(folder)
        await self.settled()
        self._written += folder.glob("*/*.eml")
        page.tabs.setCurrentWidget(page.sending)
        page.sending.send_test()
        await self.settled()
        page.sending.send()
        await self.settled()
        if not self._project.notice_standing("announcement").all_sent:
            raise errors.WrongUsage(what="The announcement of the rehearsal was not sent to everybody")
        page.refresh()
        self.picture("3-communicate-sent")
        page.tabs.setCurrentWidget(page.look)

    async def _credentials(self) -> None:
        page = self._page
        assert isinstance(page, credentials.CredentialsPage)
        page.test()
        await self.settled()

    async def _migrate(self) -> None:
        page = self._page
        assert isinstance(page, migrate.MigratePage)
        page.look()
        await self.settled()
        self.picture("5-migrate-looked")
        page.start()
        wanted = self.midway * sum(census.messages for census in self._project.census())
        live = self._window.bridge.live
        await self._until(lambda: sum(one.messages_done for one in live.values()) > wanted or not self._project.running)
        self.picture("5-migrate-copying")
        await self._until(lambda: not self._project.running and self._window.bridge.summary is not None)

    async def _verify(self) -> None:
        page = self._page
        assert isinstance(page, verify.VerifyPage)
        page.check()
        await self.settled()

    async def _cutover(self) -> None:
        page = self._page
        assert isinstance(page, cutover.CutoverPage)
        page.look()
        await self.settled()
        self.picture("7-cutover-records")
        page.probe()
        await self.settled()
        for change in self._project.record_changes():
            page.enter_in_rehearsal(change)
            await self.settled()
        for place, name in ((cutover.GATE, "gate"), (cutover.SPREAD, "spread"), (cutover.AFTER, "after")):
            page.tabs.setCurrentIndex(place)
            self.picture(f"7-cutover-{name}")
        page.tabs.setCurrentIndex(cutover.RECORDS)

    async def _finish(self) -> None:
        page = self._page
        assert isinstance(page, finish.FinishPage)
        await self.settled()
        sheets = self._out / SHEETS
        page.signin.look_at_programs()
        await self.settled()
        page.signin.save(sheets)
        await self.settled()
        for part, name in ((page.signin, "8-finish-sheets"), (page.closing, "8-finish-closing")):
            page.tabs.setCurrentWidget(part)
            self.picture(name)
        page.tabs.setCurrentWidget(page.report)
        report = self._out / REPORT
        page.save(report)
        await self.settled()
        self._written += [sheets, report]
