"""Pictures of the wizard in order and in trouble, in one language: ``python -m mailsafi_wizard.pictures LANGUAGE DIR``.

The trouble is real: the rehearsal's servers are shut, filled or asked with a wrong password, its name server says what it should not, files
are cut. The window then shows what it would show an admin. Draws nothing itself; what is to be seen is the window's affair.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from mailsafi_wizard import app, errors, words
from mailsafi_wizard.demo.dns import ZONE, Zone
from mailsafi_wizard.demo.letters import DOMAIN
from mailsafi_wizard.demo.rehearsal import SENDER, Rehearsal
from mailsafi_wizard.model import Endpoint, MailboxState, Secret, Security, Side
from mailsafi_wizard.model.telling import MailServer
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import menu, screenshots
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.pages import communicate, credentials, cutover, finish, migrate, prepare, start, verify
from mailsafi_wizard.ui.screenshots import Photographer, settle
from mailsafi_wizard.ui.tour import LONGEST, LOOK_EVERY
from mailsafi_wizard.ui.window import Window

P = TypeVar("P", bound=Page)

WATCHED = 200_000  # bytes a second of each connection, so that there is something to see while it copies
SMALL_QUOTA = 3000  # KiB, less than the first mailbox holds
SMALL_MESSAGE = 8000  # bytes, less than some of the second mailbox's messages
BAD_LIST = """EmailAddress,UserName,Password
amina@example.co.ke,amina,
otieno@example.co.ke,otieno,1.23E+15
otieno@example.co.ke,otieno,Jua la asubuhi
wanjiku kamau,wanjiku,Mvua;77#
info@elsewhere.example,info,Chai 5\u00a0
"""
VERSION_AT, NEWER = 63, 99  # where an SQLite file keeps the low byte of its user_version, and a version of the far future


def photograph(language: str, out: Path) -> int:
    """Every page in every state into ``out``, what is saved on the way into a folder there. Returns 0 when all pictures were made."""
    files = out / f"files-{language}"
    files.mkdir(parents=True, exist_ok=True)
    menu.keep_in(files / "settings.ini")

    async def main(wizard: app.Wizard) -> int:
        words.use(language)
        wizard.window.build()
        camera = Photographer(wizard.window, out, screenshots.LOOKS)
        try:
            await screenshots.shoot_empty(wizard.window, files, camera)
            await screenshots.shoot(wizard.window, (await wizard.rehearsed(WATCHED)).project, files, camera, _say)
            camera = Photographer(wizard.window, out, screenshots.NEEDED)
            await Trouble(wizard.window, await wizard.rehearsed(0), files, camera).all()
        except (errors.MigrationError, OSError, TimeoutError) as error:
            _say(f"The pictures could not be made: {str(error) or type(error).__name__}")
            return 1
        return 0

    return app.application(main, looks="light")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Trouble:
    """One rehearsal in which much goes wrong, from the first page to the last."""

    def __init__(self, window: Window, rehearsal: Rehearsal, out: Path, camera: Photographer) -> None:
        self._window, self._rehearsal, self._out, self._camera = window, rehearsal, out, camera
        self._project = rehearsal.project

    async def all(self) -> None:
        """Raises MigrationError, OSError, and TimeoutError when a state does not come."""
        for step in (
            self._start,
            self._prepare,
            self._communicate,
            self._credentials,
            self._looked,
            self._copied,
            self._verify,
            self._cutover,
            self._finish,
            self._away,
            self._bug,
            self._recovered,
            self._locked,
            self._files,
        ):
            _say(f"Trouble: {step.__name__.strip('_')} …")
            await step()

    # --- what every step needs

    def _page(self, kind: type[P]) -> P:
        self._window.show_step(next(i for i, step in enumerate(self._window.steps) if step.page is kind))
        page = self._window.page
        assert isinstance(page, kind)
        return page

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONGEST):
            while not true():
                await asyncio.sleep(LOOK_EVERY)

    async def _idle(self) -> None:
        """Until the page in front has ended its short work."""
        await self._until(lambda: self._window.page is not None and not self._window.page.busy)

    async def _run_over(self) -> None:
        bridge = self._window.bridge
        await self._until(lambda: not self._project.running and bridge.summary is not None)

    def _picture(self, name: str) -> None:
        self._window.look_again()
        settle(self._window)
        self._camera.take(name)

    # --- step by step

    async def _start(self) -> None:
        page = self._page(start.StartPage)
        typed = {
            page.domains: "example.co.ke, tamarind traders",
            page.values["imap"]: "https://imap.mailsafi.example/",
            page.values["webmail"]: "webmail.mailsafi.example",
            page.values["mx"]: "10 192.0.2.7",
            page.values["smtp_port"]: "58700",
            page.values["spf"]: "spf.mailsafi.example",
            page.values["dkim"]: "MIIBIjANBgkq",
        }
        before = {edit: edit.text() for edit in typed}
        for texts, name in ((typed, "1-start-problem"), (before, "")):
            for edit, text in texts.items():
                edit.setText(text)
            page.domains.editingFinished.emit()
            if name:
                self._picture(name)

    async def _prepare(self) -> None:
        page = self._page(prepare.PreparePage)
        page.search("nowhere.example")
        await self._idle()
        self._picture("2-prepare-problem-nothing-found")
        trusted = self._project.ca_file
        self._project.ca_file = None
        self._project.set_endpoint(Side.SOURCE, Endpoint("localhost", _closed_port(), Security.TLS))
        page.refresh()
        page.test()
        await self._idle()
        self._picture("2-prepare-problem")
        self._project.ca_file = trusted
        self._project.set_endpoint(Side.SOURCE, self._rehearsal.servers.source)
        page.refresh()
        page.test()
        await self._idle()

    async def _communicate(self) -> None:
        page = self._page(communicate.CommunicatePage)
        page.tabs.setCurrentWidget(page.sending)
        page.sending.send_test()
        await self._idle()
        self._rehearsal.mail_sink.unknown.add(f"omar@{DOMAIN}")
        page.sending.send()
        await self._idle()
        self._picture("3-communicate-problem-some")
        sink = self._rehearsal.mail_sink.endpoint
        self._project.set_mail_server(MailServer(sink, SENDER, rate=120), Secret("not the password"))
        page.refresh()
        page.sending.send_test()
        await self._idle()
        self._picture("3-communicate-problem")
        page.show_problem(None)
        page.tabs.setCurrentWidget(page.look)

    async def _credentials(self) -> None:
        page = self._page(credentials.CredentialsPage)
        page.take(BAD_LIST.encode())
        self._picture("4-credentials-problem-list")
        page.list.discard()
        page.take(_with_wrong_passwords(self._rehearsal.list_file.read_bytes()))
        page.test()
        await self._idle()
        self._picture("4-credentials-problem")

    async def _looked(self) -> None:
        page = self._page(migrate.MigratePage)
        account = self._rehearsal.servers.new.account
        account(f"amina@{DOMAIN}").quota = SMALL_QUOTA
        account(f"wanjiku@{DOMAIN}").largest = SMALL_MESSAGE
        page.look()
        await self._idle()
        self._picture("5-migrate-problem-look")

    async def _copied(self) -> None:
        """With the right passwords one mailbox is full all the same, and another takes no large messages."""
        signs = self._page(credentials.CredentialsPage)
        signs.take(self._rehearsal.list_file.read_bytes())
        signs.test()
        await self._idle()
        page = self._page(migrate.MigratePage)
        page.look()
        await self._idle()
        page.show_problem(None)
        page.start()
        await self._run_over()
        page.table.choose(0)
        self._picture("5-migrate-problem")
        for place in range(1, page.tabs.count()):
            page.tabs.setCurrentIndex(place)
            self._picture(f"5-migrate-problem-tab{place + 1}")
        page.tabs.setCurrentIndex(0)

    async def _verify(self) -> None:
        """Some of what has arrived gets other dates at the new server before both are compared."""
        self._picture_of(verify.VerifyPage, "6-verify-problem")
        account = self._rehearsal.servers.new.account(f"li.wei@{DOMAIN}")
        with account.lock:
            messages = account.folders[b"INBOX"].messages
            for uid, message in list(messages.items())[:5]:
                messages[uid] = replace(message, date=message.date + dt.timedelta(days=400))
        page = self._page(verify.VerifyPage)
        page.check()
        await self._idle()
        page.tabs.setCurrentIndex(1)
        page.comparison.table.choose(3)
        self._picture("6-verify-problem-comparison")
        page.tabs.setCurrentIndex(0)

    def _picture_of(self, kind: type[Page], name: str) -> None:
        self._page(kind)
        self._picture(name)

    async def _cutover(self) -> None:
        """The old MX record was left beside the new one, there are two SPF records, and a resolver remembers what was before."""
        page = self._page(cutover.CutoverPage)
        page.look()
        await self._idle()
        wrong = ZONE.replace("@ MX 10 mail\n", '@ MX 10 mx1.mailsafi.example.\n@ MX 20 mail\n@ TXT "v=spf1 mx -all"\n')
        self._rehearsal.name_server.zone = Zone(DOMAIN, wrong.replace("2026010101", "2026010102"))
        page.look()
        await self._idle()
        for place, name in enumerate(("", "-gate", "-spread", "-after")):
            page.tabs.setCurrentIndex(place)
            self._picture(f"7-cutover-problem{name}")
        page.tabs.setCurrentIndex(0)
        self._rehearsal.name_server.stop()
        page.look()
        await self._idle()
        self._picture("7-cutover-problem-away")

    async def _finish(self) -> None:
        page = self._page(finish.FinishPage)
        await self._idle()
        await self._until(lambda: page.outcome_place.count() > 0)
        for place in range(page.tabs.count()):
            page.tabs.setCurrentIndex(place)
            self._picture(f"8-finish-problem-tab{place + 1}" if place else "8-finish-problem")

    async def _away(self) -> None:
        """The new server's line is cut, while there is mail to copy."""
        self._rehearsal.servers.new.account(f"amina@{DOMAIN}").quota = 0
        page = self._page(migrate.MigratePage)
        await asyncio.to_thread(self._rehearsal.servers.go_away, Side.DESTINATION)
        page.start()
        live = self._window.bridge.live
        await self._until(lambda: any(one.state is MailboxState.BACKING_OFF for one in live.values()))
        self._picture("5-migrate-problem-away")
        self._project.pause()
        self._crash_image = self._copy_file("Cut off.mailsafi")
        self._project.stop()
        await self._run_over()

    def _copy_file(self, name: str) -> Path:
        """The project file and its journal as they are now, as a computer without power would leave them."""
        copy = self._out / name
        for ending in ("", "-wal"):
            shutil.copyfile(f"{self._project.path}{ending}", f"{copy}{ending}")
        return copy

    async def _bug(self) -> None:
        try:
            raise RuntimeError("made for a picture")
        except RuntimeError as error:
            self._window.bug(error)
        self._picture("5-migrate-bug")
        self._window.headlines.clear()

    async def _recovered(self) -> None:
        with _made_away(self._crash_image):
            self._window.open_at(self._crash_image)
            await self._idle()
            self._picture("5-migrate-recovered")
            self._window.close_project()
            self._window.headlines.clear()

    async def _locked(self) -> None:
        """Passwords that were kept under a passphrase on an earlier day."""
        path = self._out / "Locked.mailsafi"
        with _made_away(path):
            made = MigrationProject.create(path)
            made.unlock(Secret("kahawa chungu ya asubuhi 17"))
            made.import_list(self._rehearsal.list_file.read_bytes())
            made.close()
            self._window.open_at(path)
            self._picture_of(credentials.CredentialsPage, "4-credentials-problem-locked")
            self._window.close_project()

    async def _files(self) -> None:
        """Project files that can't be used, and a folder that can't be written in."""
        path = self._out / "Our migration.mailsafi"
        with _made_away(path), _unwritable(self._out / "Read only") as folder:
            MigrationProject.create(path).close()
            whole = path.read_bytes()
            newer = whole[:VERSION_AT] + bytes([NEWER]) + whole[VERSION_AT + 1 :]
            damaged = whole[:4096] + b"\x55" * 40_960 + whole[45_056:]
            for data, name in ((newer, "newer"), (damaged, "damaged")):
                path.write_bytes(data)
                self._window.open_at(path)
                self._picture(f"0-welcome-problem-{name}")
            self._window.create_at(folder / path.name)
            self._picture("0-welcome-problem-read-only")
            self._window.show_problem(None)


def _closed_port() -> int:
    """A port of this computer on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return int(made.getsockname()[1])


def _with_wrong_passwords(listed: bytes) -> bytes:
    """The list with two people's passwords at the old server spoilt."""
    lines = listed.splitlines(keepends=True)
    for place, line in enumerate(lines):
        if line.startswith((b"otieno@", b"wanjiku@")):
            before, sign, after = line.rpartition("§".encode())
            lines[place] = before + (b"x" if sign else b"") + after
    return b"".join(lines)


@contextlib.contextmanager
def _made_away(path: Path) -> Iterator[None]:
    """``path`` and what belongs to it are removed, before and after."""
    kin = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm", ".lock")]
    try:
        yield
    finally:
        for one in kin:
            one.unlink(missing_ok=True)


@contextlib.contextmanager
def _unwritable(folder: Path) -> Iterator[Path]:
    """A folder in which nobody may make a file; the system's own where this program may do everything."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o500)
    try:
        yield Path("/proc") if os.access(folder, os.W_OK) and Path("/proc").is_dir() else folder
    finally:
        folder.chmod(0o700)
        folder.rmdir()


if __name__ == "__main__":
    sys.exit(photograph(sys.argv[1], Path(sys.argv[2])))
