"""``mailsafi-wizard --selftest``: whether this installation is whole and works, without any account or network.

A frozen program is put together from parts, and what was left out is missed only where it is used. So each part is used here once: a line for each, and
exit status 0 only if all hold. Nothing is left behind, and no other computer is asked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gettext
import hashlib
import importlib
import json
import pkgutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import mailsafi_wizard
from mailsafi_wizard import app, errors, resources, words
from mailsafi_wizard.cutover import panels
from mailsafi_wizard.demo.letters import DOMAIN
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import Ledger, Secret, Side
from mailsafi_wizard.net import dns, providers, roots
from mailsafi_wizard.notices import templates
from mailsafi_wizard.schedule import workdays
from mailsafi_wizard.store import vault
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.ui import pdf

# Libraries that are imported only when they are needed; a test compares this with the imports inside functions.
LATE = (
    "certifi",
    "cryptography.exceptions",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.hashes",
    "cryptography.hazmat.primitives.kdf.scrypt",
    "cryptography.hazmat.primitives.serialization.pkcs12",
    "cryptography.hazmat.primitives.serialization.pkcs7",
    "cryptography.x509.oid",
    "google.auth.exceptions",
    "google.auth.transport.requests",
    "google.oauth2.service_account",
    "holidays",
    "imapclient.exceptions",
    "imapclient.response_parser",
    "jinja2.sandbox",
    "keyring.backends.chainer",
    "keyring.backends.fail",
    "keyring.backends.null",
    "keyring.errors",
    "msal.exceptions",
    "openpyxl",
    "pyzipper",
    "requests.adapters",
    "requests.exceptions",
    "wakepy",
    *(("jeepney.io.blocking",) if sys.platform == "linux" else ()),
)
KEYCHAIN_ANSWERS = 20.0  # seconds; a locked one waits for a person
WINDOW_IS_THERE = 120.0  # seconds; a slow disk reads the program for the first time
CONTENTS = "contents.json"  # among the resources of an installed program: what it consists of, written down when it was built
FAILED = "FAIL  {}: "
FOLDERS = ("dns-panels", "icons", "providers", "report", "style", "support", "templates/check", "templates/en", "templates/sw")

Say = Callable[[str], None]


class Missing(Exception):
    """A part of the installation is not there or does not do its work; the text says which."""


class SelfTest:
    """The checks, in the order in which they run; each returns a few words on what it saw and raises when something is wrong.

    ``whole``: all of them run, so that none may end the process before the others had their turn.
    """

    def __init__(self, scratch: Path, whole: bool = False) -> None:
        self._scratch = scratch
        self._whole = whole
        self._no_qt = False
        self._ends = contextlib.ExitStack()
        self._rehearsal: Rehearsal | None = None
        self._ledger: Ledger | None = None
        self._qt: object = None

    def close(self) -> None:
        self._ends.close()

    def checks(self) -> dict[str, Callable[[], str]]:
        return {
            "window": self.window,
            "files": self.files,
            "modules": self.modules,
            "resources": self.resources,
            "calendar": self.calendar,
            "certificates": self.certificates,
            "keychain": self.keychain,
            "servers": self.servers,
            "dns": self.dns,
            "migration": self.migration,
            "pdf": self.pdf,
        }

    # --- the parts

    def window(self) -> str:
        if not app.has_screen():
            app.do_without_screen()
        if self._whole:
            self._window_apart()
        self._qt = app.qt_application()  # held to the end: the next one would need a new one, which Qt does not like
        return f"the wizard's window was drawn ({app.first_window()})"

    def _window_apart(self) -> None:
        """The window in a process of its own: Qt, where it can't start, ends the process that asks for it."""
        start = [sys.executable] if _frozen() else [sys.executable, "-m", "mailsafi_wizard"]
        command = [*start, "--selftest", "window"]
        self._no_qt = True
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=WINDOW_IS_THERE, check=False)
        if done.returncode:
            failed = [line.removeprefix(FAILED.format("window")) for line in done.stdout.splitlines() if line.startswith("FAIL ")]
            told = failed or [line.strip() for line in done.stderr.splitlines() if line.strip()]
            raise Missing(f"no window can be opened (status {done.returncode}): {' / '.join(told[:2])[:300]}")
        self._no_qt = False

    def files(self) -> str:
        if not _frozen():
            return "nothing is installed here, so nothing can have been lost"
        listed = list(_contents().get("files", ()))
        lost = [name for name in listed if not (resources.root().parent / name).exists()]
        if lost or not listed:
            raise Missing(f"{len(lost)} of {len(listed)} are missing: {', '.join(lost[:3])}")
        return f"all {len(listed)} are there"

    def modules(self) -> str:
        names = [found.name for found in pkgutil.walk_packages(mailsafi_wizard.__path__, "mailsafi_wizard.")]
        if len(names) < 100:
            raise Missing(f"only {len(names)} modules of the program are there")
        for name in [*names, *LATE]:
            if not name.endswith("__main__"):
                importlib.import_module(name)
        return f"{len(names)} of the program and {len(LATE)} of libraries can be imported"

    def resources(self) -> str:
        listed = dict(_contents().get("resources", {}))
        if damaged := [name for name, digest in listed.items() if _digest(name) != digest]:
            raise Missing(f"{len(damaged)} of {len(listed)} are missing or not as they were built: {', '.join(damaged[:3])}")
        for folder in FOLDERS:
            if not any(path.is_file() and path.stat().st_size for path in resources.path(folder).rglob("*")):
                raise Missing(f"the folder {folder} is empty")
        for language in words.LANGUAGES:
            templates.source("announcement", language)
            if language != "en" and gettext.find("wizard", resources.path("locale"), [language]) is None:
                raise Missing(f"the words in {words.LANGUAGES[language]} are not there")
        known, shown = len(providers.all_providers()), len(panels.panels())
        if not known or not shown:
            raise Missing("no provider or no DNS panel is known")
        if not resources.path("icons/app.svg").read_bytes().lstrip().startswith(b"<"):
            raise Missing("the program's icon is damaged")
        return f"{known} providers, {shown} DNS panels, texts in {len(words.LANGUAGES)} languages"

    def calendar(self) -> str:
        midday = dt.datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Africa/Nairobi"))
        if midday.utcoffset() != dt.timedelta(hours=3):
            raise Missing("the time zone Africa/Nairobi is wrong")
        day = dt.date(2026, 12, 12)
        if workdays.of("KE").holiday(day) is None:
            raise Missing(f"{day} is not known as a holiday in Kenya")
        return f"time zones, and holidays of {len(workdays.countries())} countries"

    def certificates(self) -> str:
        count = roots.count()
        if not count:
            raise Missing(
                "no authority is trusted, so no mail server would be; install the system's certificates (ca-certificates)"
            )
        return f"{count} authorities are trusted"

    def keychain(self) -> str:
        """Secrets are sealed and opened again under a passphrase, which every system can; a keychain is tried where there is one."""
        self._seal_under_passphrase()
        if not vault.has_keychain():
            return "there is none here; passwords are kept under a passphrase, which works"
        answers: list[bool] = []
        asking = threading.Thread(target=lambda: answers.append(self._seal_by_keychain()), name="keychain", daemon=True)
        asking.start()
        asking.join(KEYCHAIN_ANSWERS)
        if not any(answers):
            return "it is locked or refuses; passwords are kept under a passphrase, which works"
        return "the system's keychain keeps a key, and a passphrase works, too"

    def _seal_under_passphrase(self) -> None:
        path = self._scratch / "passphrase.mailsafi"
        with contextlib.closing(Journal.create(path)) as journal:
            vault.by_passphrase(journal, Secret("right")).put(1, Side.SOURCE, Secret("sealed"))
            kept = vault.by_passphrase(journal, Secret("right")).get(1, Side.SOURCE)
            if kept != Secret("sealed"):
                raise Missing("a sealed password could not be read again")
            with contextlib.suppress(vault.WrongPassphrase):
                vault.by_passphrase(journal, Secret("wrong"))
                raise Missing("a wrong passphrase opened the sealed passwords")

    def _seal_by_keychain(self) -> bool:
        path = self._scratch / "keychain.mailsafi"
        with contextlib.closing(Journal.create(path)) as journal:
            made = vault.by_keychain(journal, make=True)
            if made is None:
                return False
            made.put(1, Side.SOURCE, Secret("sealed"))
            again = vault.by_keychain(journal, make=False)
            good = again is not None and again.get(1, Side.SOURCE) == Secret("sealed")
            vault.erase(journal, ())
            return good

    # --- the work

    @property
    def rehearsal(self) -> Rehearsal:
        if self._rehearsal is None:
            self._rehearsal = self._ends.enter_context(Rehearsal())
        return self._rehearsal

    def servers(self) -> str:
        for side in Side:
            failed = self.rehearsal.project.climb(side).failed
            if failed:
                raise Missing(f"the {side.value} server of the rehearsal is not in order: {failed.cause}")
        return "both mail servers of the rehearsal answer, encrypted"

    def dns(self) -> str:
        seen = dns.look_up(DOMAIN, "", [self.rehearsal.name_server.address])
        records = [value for view in seen.views for answer in view.answers if answer.kind == "MX" for value in answer.values]
        if not records:
            raise Missing("the rehearsal's name server gave no MX record")
        return f"{DOMAIN} has {len(records)} MX record{'s' if len(records) > 1 else ''}"

    def migration(self) -> str:
        self._ledger = self.rehearsal.run(lambda _event: None)
        if not self._ledger.complete or not self._ledger.copied:
            raise Missing(f"of {self._ledger.source} messages {self._ledger.copied} were copied")
        return f"{self._ledger.copied} messages copied and read back, none missing"

    def pdf(self) -> str:
        if self._no_qt:
            raise Missing("pages are drawn by Qt, which cannot start: see the window")
        if self._ledger is None:
            self.migration()
        path = self._scratch / "report.pdf"
        pages = pdf.write_pdf_without_window(self.rehearsal.project.report_facts(dt.datetime.now(dt.UTC)), path)
        data = path.read_bytes()
        if not data.startswith(b"%PDF-") or b"/FontFile" not in data:
            raise Missing("the report is no PDF with letters in it; is a font installed?")
        return f"the report has {pages} pages, {len(data) // 1024} KB"


def _frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def _contents() -> Mapping[str, Any]:
    """ "resources" (name -> sum) and "files" (names); empty in a checkout, where nothing was built. Raises Missing where an installed program lost it."""
    try:
        told: Mapping[str, Any] = json.loads(resources.path(CONTENTS).read_text("utf-8"))
    except FileNotFoundError:
        if _frozen():
            raise Missing(f"the list of what belongs to it, {CONTENTS}, is not there") from None
        return {}
    return told


def _digest(name: str) -> str:
    """ "" for a file that can't be read."""
    try:
        return hashlib.sha256(resources.path(name).read_bytes()).hexdigest()
    except OSError:
        return ""


def main(arguments: Sequence[str], say: Say = lambda line: print(line, flush=True)) -> int:
    """Runs all checks, or those that are named; returns 0 when all hold, 1 when one does not, 2 when there is no such check."""
    try:
        scratch = tempfile.TemporaryDirectory(prefix="mailsafi-selftest-", ignore_cleanup_errors=True)
    except OSError as e:
        say(f"FAIL  temporary files: there is no place for them, so nothing can be checked: {e}")
        return 1
    with scratch as folder:
        test = SelfTest(Path(folder), whole=not arguments)
        try:
            return run(test.checks(), arguments, say)
        finally:
            test.close()


def run(checks: Mapping[str, Callable[[], str]], names: Sequence[str], say: Say) -> int:
    """``checks`` by name; those in ``names``, or all. A line for each: a failed one does not end the others."""
    unknown = [name for name in names if name not in checks]
    if unknown:
        say(f"there is no check called {', '.join(unknown)}; there are: {', '.join(checks)}")
        return 2
    say(f"MailSafi Wizard {mailsafi_wizard.__version__}, {sys.platform}, {'installed' if _frozen() else 'not frozen'}")
    failed = sum(not _holds(name, checks[name], say) for name in names or checks)
    say(f"{failed} of {len(names or checks)} checks failed" if failed else "everything works")
    return 1 if failed else 0


def _holds(name: str, check: Callable[[], str], say: Say) -> bool:
    began = time.monotonic()
    try:
        words_ = check()
    except (errors.MigrationError, Missing) as e:
        say(FAILED.format(name) + str(e))
    except Exception as e:  # noqa: BLE001 whatever is missing shows itself in its own way
        say(FAILED.format(name) + f"{type(e).__name__}: {e}")
    else:
        say(f"ok    {name}: {words_} ({time.monotonic() - began:.1f} s)")
        return True
    return False
