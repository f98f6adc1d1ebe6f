"""What happened since the admin was last here, and what an end without a goodbye left behind."""

from __future__ import annotations

import contextlib
import datetime as dt

from mailsafi_wizard import errors
from mailsafi_wizard.model import MailboxState, RunRecord
from mailsafi_wizard.project.results import Results
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.journal import Journal

OPENED, LEFT = (
    "life.opened",
    "life.left",
)  # notes: since when the wizard has it open, "" when it was closed properly; when it was left last
NIGHT = (20, 6)  # from this hour of the company's day to that


@dataclass(frozen=True)
class Since:
    """``runs`` that ended since ``left``; ``problems``: messages not copied and mailboxes refused, as things stand now.

    ``broken_off``: a run that the program did not live to end. ``in_doubt``: messages that were on their way then. ``died``: since when the
    wizard had the project open that was never closed.
    """

    left: dt.datetime | None
    runs: tuple[RunRecord, ...] = ()
    messages: int = 0
    problems: int = 0
    first: bool = False
    by_night: bool = False
    broken_off: RunRecord | None = None
    in_doubt: int = 0
    died: dt.datetime | None = None


class SinceLast(Results):
    """The lives of a project in the wizard. The commands do not count: what they did is told when the wizard opens next."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._here = False

    def arrive(self, now: dt.datetime) -> Since:
        """The admin looks at the project (again). Call it before a run is started."""
        told = self._since()
        self._here = True
        if told.broken_off is not None:
            self._journal.break_off_runs()
        self._journal.set_notes({OPENED: now.isoformat(timespec="seconds"), LEFT: now.isoformat(timespec="seconds")})
        return told

    def look_away(self, now: dt.datetime) -> None:
        """The window is hidden; the project stays open."""
        self.set_note(LEFT, now.isoformat(timespec="seconds"))

    def look_again(self, now: dt.datetime) -> Since:
        """The window is shown again; tells what `look_away` missed."""
        told = self._happened(self._moment(LEFT))
        self.set_note(LEFT, now.isoformat(timespec="seconds"))
        return told

    def save(self) -> None:
        """Everything that was written is on the disk, whatever happens to the computer next."""
        self._journal.rows("PRAGMA wal_checkpoint(FULL)")

    def _leave(self) -> None:
        """The file is about to be closed."""
        if self._here:
            self._here = False
            with contextlib.suppress(errors.MigrationError):
                self._journal.set_notes({OPENED: "", LEFT: dt.datetime.now(dt.UTC).isoformat(timespec="seconds")})

    def _since(self) -> Since:
        told = self._happened(self._moment(LEFT))
        broken = next((run for run in reversed(self.runs()) if run.outcome == "running"), None)
        doubt = self._journal.rows("SELECT count(*) FROM message WHERE state = 1") if broken else [(0,)]
        return Since(
            told.left,
            told.runs,
            told.messages,
            told.problems,
            told.first,
            told.by_night,
            broken,
            int(doubt[0][0]),
            self._moment(OPENED),
        )

    def _happened(self, left: dt.datetime | None) -> Since:
        every = self.runs()
        runs = tuple(run for run in every if left and run.ended is not None and run.ended > left)
        refused = sum(self.state(box.id) is MailboxState.REFUSED for box in self.mailboxes()) if runs else 0
        problems = self.ledger().failed + refused if runs else 0
        hours = [run.started.astimezone(self._zone_of_company).hour for run in runs]
        by_night = bool(hours) and all(hour >= NIGHT[0] or hour < NIGHT[1] for hour in hours)
        first = bool(runs) and runs[0].id == every[0].id
        return Since(left, runs, sum(run.messages for run in runs), problems, first, by_night)

    @property
    def _zone_of_company(self) -> dt.tzinfo | None:
        from zoneinfo import ZoneInfo

        with contextlib.suppress(KeyError, ValueError, OSError):  # an unknown name is a KeyError
            return ZoneInfo(self.company.timezone)
        return None

    def _moment(self, note: str) -> dt.datetime | None:
        try:
            return dt.datetime.fromisoformat(self.note(note))
        except ValueError:
            return None
