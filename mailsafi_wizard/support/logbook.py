"""The log: files in this user's own folder for logs, with numbers, sizes and sentences of this program; never mail, names or secrets.

A message's template comes from the source code and is trusted; whatever is filled in is a number or passes `safe_words`. What libraries log
passes it whole. A process that dies without a word leaves Python's own note of where it was (faulthandler), which the next start finds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import faulthandler
import logging
import logging.handlers
import os
import sys
from pathlib import Path
from typing import IO

from mailsafi_wizard import __version__
from mailsafi_wizard.support.safe_words import Ours, safe_words
from mailsafi_wizard.support.traces import crash_lines, trace_lines

BIGGEST = 1_000_000  # bytes of one file; one more is kept when it is full
MOST_FILES = 20
OURS = "mailsafi_wizard"
log = logging.getLogger(__name__)


def folder() -> Path:
    """Where logs lie on this system, by the habits of Windows and macOS and the XDG Base Directory Specification."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "MailSafi" / "mailsafi-wizard" / "Logs"
    if sys.platform == "darwin":
        return home / "Library" / "Logs" / "mailsafi-wizard"
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if os.path.isabs(state) else home / ".local" / "state") / "mailsafi-wizard" / "log"


class SafeFormatter(logging.Formatter):
    """``2026-11-25 19:30:02Z WARNING engine.worker: …``"""

    def format(self, record: logging.LogRecord) -> str:
        when = dt.datetime.fromtimestamp(record.created, dt.UTC)
        name = record.name.removeprefix(f"{OURS}.")
        told = [f"{when:%Y-%m-%d %H:%M:%S}Z {record.levelname} {name}: {_message(record)}"]
        if record.exc_info and record.exc_info[1]:
            told += [f"    {line}" for line in trace_lines(record.exc_info[1])]
        return "\n".join(told)


def _message(record: logging.LogRecord) -> str:
    if not (record.name == OURS or record.name.startswith(f"{OURS}.")):
        try:
            return safe_words(record.getMessage())
        except Exception:  # noqa: BLE001 a library's own mistake in its template must not reach the program
            return "a message that cannot be told"
    arguments = record.args if isinstance(record.args, tuple) else ()
    template = str(record.msg)
    return (
        template % tuple(a if isinstance(a, (int, float, Ours)) else safe_words(str(a)) for a in arguments)
        if arguments
        else template
    )


class _Quiet(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk ends no copy, and says so elsewhere."""


class Logbook:
    """The log of one life of the program; `close` at its end. A folder that can't be written costs the log and nothing else."""

    def __init__(self, place: Path | None = None) -> None:
        self.place = place or folder()
        self._handler: logging.Handler | None = None
        self._crash_file: IO[str] | None = None
        self._crash_name = ""
        self._watching = False
        self._level = logging.getLogger(OURS).level
        with contextlib.suppress(OSError):
            self._open()
        if self._handler is None:  # then Python would print what is logged, as it is
            self._handler = logging.NullHandler()
            logging.getLogger().addHandler(self._handler)

    def _open(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
        path = self.place / f"{name}.log"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        handler = _Quiet(path, maxBytes=BIGGEST, backupCount=1, encoding="utf-8")
        handler.setFormatter(SafeFormatter())
        handler.addFilter(lambda r: r.levelno >= logging.WARNING or r.name.startswith(OURS))
        logging.getLogger().addHandler(handler)
        logging.getLogger(OURS).setLevel(logging.INFO)
        self._handler = handler
        crash = os.open(self.place / f"{name}.crash", os.O_WRONLY | os.O_CREAT, 0o600)
        self._crash_file, self._crash_name = os.fdopen(crash, "w", encoding="utf-8"), f"{name}.crash"
        if not faulthandler.is_enabled():
            self._watching = True
            faulthandler.enable(self._crash_file, all_threads=True)
        _prune(self.place)
        log.info("program %s, Python %s, %s", *map(Ours, (__version__, sys.version.split()[0], sys.platform)))

    def crashes(self) -> tuple[str, ...]:
        """What lives of the program before this one left when they crashed; each is told once, then kept for the bundle."""
        told = []
        for file in sorted(self.place.glob("*.crash")):
            with contextlib.suppress(OSError):
                if file.name == self._crash_name:
                    continue
                if lines := crash_lines(file.read_text("utf-8", "replace")):
                    told.append("\n".join(lines))
                    file.rename(file.with_suffix(".crashed"))
        return tuple(told)

    def close(self) -> None:
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()
            logging.getLogger(OURS).setLevel(self._level)
            self._handler = None
        if self._crash_file is not None:
            name = self.place / self._crash_name
            if self._watching:
                faulthandler.disable()
                self._watching = False
            self._crash_file.close()
            self._crash_file = None
            with contextlib.suppress(OSError):
                if not name.stat().st_size:
                    name.unlink()


def kept(place: Path | None = None) -> list[tuple[str, str]]:
    """(name, text) of what the newest logs and crashes hold, oldest first, 2 MB at most."""
    where = place or folder()
    files = [f for f in where.glob("*") if f.suffix in (".log", ".1", ".crashed", ".crash")] if where.is_dir() else []
    found: list[tuple[str, str]] = []
    left = 2 * BIGGEST
    for file in sorted(files, key=lambda f: f.name, reverse=True):
        with contextlib.suppress(OSError):
            text = file.read_text("utf-8", "replace")[-left:] if left > 0 else ""
            if file.suffix in (".crash", ".crashed"):
                text = "\n".join(crash_lines(text))
            if text:
                found.append((file.name, text))
                left -= len(text)
    return found[::-1]


def _prune(place: Path) -> None:
    files = sorted((f for f in place.iterdir() if f.suffix in (".log", ".1", ".crashed")), key=lambda f: f.name)
    for file in files[:-MOST_FILES]:
        with contextlib.suppress(OSError):
            file.unlink()
