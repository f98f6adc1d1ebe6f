"""After the change: copies that run by themselves until nothing more reaches the old server, and who still sends there."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.engine.runner import AT_ONCE
from mailsafi_wizard.events import Report
from mailsafi_wizard.project.gatekeeping import Gatekeeping
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.cutover.stragglers import Watch

PASSES = "switch.passes"  # the note: "" not asked for, "on", "paused", "over"
LATE = "switch.late"
LOOK_EVERY = 20.0  # seconds between two looks at the clock


class Stragglers(Gatekeeping):
    """Passes of a project. What is to be done is derived from the kept runs, so that a restart changes nothing."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._passes_thread: threading.Thread | None = None
        self._passes_end = threading.Event()
        self.passes_problem: errors.MigrationError | None = None

    @property
    def passes(self) -> str:
        return self.note(PASSES)

    def watch(self, now: dt.datetime) -> Watch | None:
        """How the passes stand; None before the change was seen. ``now`` is aware."""
        from mailsafi_wizard.cutover import stragglers

        begun = self.changed_at()
        return stragglers.watch(begun, self.runs(), now, self.late_mail()[1]) if begun else None

    def begin_passes(self, report: Report) -> None:
        """The final copy at once, then passes at growing intervals. Raises WrongUsage before the change was seen."""
        if self.changed_at() is None:
            raise errors.WrongUsage(what=N_("The new MX records have not been seen yet: look up the records first"))
        self.set_note(PASSES, "on")
        self.go_on_with_passes(report)

    def pause_passes(self) -> None:
        """No new pass begins; one that runs goes to its end."""
        self.set_note(PASSES, "paused")
        self._end_passes()

    def go_on_with_passes(self, report: Report) -> None:
        """Takes up what was begun, in this or an earlier life of the program; does nothing when nothing was, or it is paused."""
        if self.passes != "on" or (self._passes_thread and self._passes_thread.is_alive()):
            return
        self._passes_end = threading.Event()
        self._passes_thread = threading.Thread(
            target=self._keep_passing, args=(report, self._passes_end), name="passes", daemon=True
        )
        self._passes_thread.start()

    def _keep_passing(self, report: Report, end: threading.Event) -> None:
        try:
            while not end.is_set() and self.pass_if_due(report, dt.datetime.now(dt.UTC)):
                end.wait(LOOK_EVERY)
        except errors.MigrationError as e:  # the project file itself cannot be used any more
            self.passes_problem = e
        finally:
            self._journal.release_thread()

    def pass_if_due(self, report: Report, now: dt.datetime) -> bool:
        """Starts a pass when one is due; False when there will be none any more. A problem is kept in `passes_problem` and it is tried again."""
        watch = self.watch(now)
        if watch is None or self.passes != "on":
            return False
        if watch.over:
            self.set_note(PASSES, "over")
            return False
        if watch.next_pass is not None and now >= watch.next_pass and not self.running:
            self.passes_problem = None
            try:
                self.start(report)
            except errors.WrongUsage as e:
                self.passes_problem = e
        return True

    def _end_passes(self) -> None:
        self._passes_end.set()
        thread = self._passes_thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(10)

    # --- who still sends to the old server

    def find_late_mail(self) -> tuple[tuple[str, int], ...]:
        """Reads at the old server who has sent there since the change; kept. Raises WrongUsage before the change was seen."""
        from mailsafi_wizard.engine import late_mail

        begun = self.changed_at()
        if begun is None:
            raise errors.WrongUsage(what=N_("The new MX records have not been seen yet: look up the records first"))
        jobs, _missing = self._jobs()
        senders: Counter[str] = Counter()
        last: list[dt.datetime] = []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="late") as pool:
            for found in pool.map(lambda job: late_mail.look(job, begun), jobs):
                senders.update(dict(found.senders))
                last += [found.last] if found.last else []
        self._secrets.rest()
        newest = max(last, default=None)
        facts = {"senders": senders.most_common(500), "last": newest.isoformat() if newest else ""}
        self.set_note(LATE, json.dumps(facts, ensure_ascii=False))
        return self.late_mail()[0]

    def late_mail(self) -> tuple[tuple[tuple[str, int], ...], dt.datetime | None]:
        """Senders with their messages, and the last arrival, as `find_late_mail` found them."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            facts = json.loads(self.note(LATE) or "{}")
            last = dt.datetime.fromisoformat(facts["last"]) if facts["last"] else None
            return tuple((str(a), int(n)) for a, n in facts["senders"]), last
        return (), None
