"""How the window bears a large company: ``python -m tests.bench.big_screen [FILE]``.

Opens a project of 300 mailboxes, 60 folders each and a million messages (made by `tests.bench.big_project` where FILE is not there) in the real window,
without a screen, and measures what a person would wait for: the project until its first page stands, each page the first and the second time, Verify's
way down to single messages, every table sorted and searched, the report's preview, and how late the event loop is meanwhile. A page counts as open when it
is painted. Prints a table of milliseconds and megabytes; ``--json FILE`` writes the figures; the exit status is 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from mailsafi_wizard import app
from mailsafi_wizard.ui.pages import verify
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.window import Window
from tests.bench import big_project

PAGE, TABLE, LAG, MEMORY = 300.0, 100.0, 25.0, 400.0  # goals: milliseconds, and MB resident
EVERY = 0.005  # seconds between two looks at the event loop
LONGEST = 120.0  # seconds until anything counts as hung


@dataclass
class Figures:
    """(what, figure, goal or None, of it on the processor) in the order in which they were measured."""

    rows: list[tuple[str, float, float | None, float | None]] = field(default_factory=list)

    def add(self, what: str, figure: float, goal: float | None, own: float | None = None) -> None:
        """``own``: milliseconds of it in which this thread had the processor; what is above it was waiting, mostly for a busy computer."""
        self.rows.append((what, figure, goal, own))
        verdict = "" if goal is None else "met" if figure <= goal else "MISSED"
        print(f"{what:<72}{figure:>7.0f}{'' if own is None else f'{own:.0f}':>7}  {verdict}", flush=True)

    @property
    def met(self) -> bool:
        return all(goal is None or figure <= goal for _what, figure, goal, _own in self.rows)


class Measure:
    """One walk through the window."""

    def __init__(self, window: Window, figures: Figures) -> None:
        self.window, self.figures = window, figures
        self.lags: list[float] = []

    async def now(self, what: str, do: Callable[[], object], goal: float | None) -> None:
        """What ``do`` takes until it is painted, on the screen's own thread."""
        begun, own = time.perf_counter(), time.thread_time()
        do()
        self.window.grab()
        self.figures.add(what, (time.perf_counter() - begun) * 1000, goal, (time.thread_time() - own) * 1000)
        await asyncio.sleep(0)

    async def settled(self) -> float:
        """Until the page's work beside the screen is done; the event loop's lag is noted meanwhile. Returns milliseconds."""
        begun = time.perf_counter()
        async with asyncio.timeout(LONGEST):
            while self.window.page is None or self.window.page.busy:
                due = time.perf_counter() + EVERY
                await asyncio.sleep(EVERY)
                self.lags.append(max(0.0, (time.perf_counter() - due) * 1000))
        return (time.perf_counter() - begun) * 1000

    async def walk(self, path: Path) -> None:
        window, figures = self.window, self.figures
        window.resize(1280, 860)
        window.show()
        await asyncio.sleep(0.1)
        begun = time.perf_counter()
        window.open_at(path)
        await self.settled()
        figures.add("project opened, to its first page, in all", (time.perf_counter() - begun) * 1000, None)
        for turn in ("first", "again"):
            for number, step in enumerate(window.steps):
                await self.now(f"{step.key}, {turn}", lambda n=number: window.show_step(n), PAGE)  # type: ignore[misc]
                waited = await self.settled()
                if waited > 20:
                    figures.add(f"{step.key}, {turn}: work beside the screen", waited, None)
                if turn == "again":
                    await self.tables(step.key)
        await self.verify()
        await self.migrate()
        figures.add(
            "event loop's lag during that work, p99", statistics.quantiles(self.lags, n=100)[98] if len(self.lags) > 1 else 0, LAG
        )
        figures.add("event loop's lag during that work, longest", max(self.lags, default=0), None)
        figures.add("memory, resident, MB", resident(), MEMORY)
        figures.add("memory, highest, MB", resident("VmHWM"), MEMORY)

    async def tables(self, key: str) -> None:
        page = self.window.page
        assert page is not None
        for table in page.findChildren(QTableView):
            if table.model() is None or table.model().rowCount() < 50:
                continue
            name = f"{key}, {table.accessibleName()} ({table.model().rowCount()} rows)"
            if isinstance(table, Table):
                worst = 0.0
                for place in range(table.model().columnCount()):
                    begun = time.perf_counter()
                    table.sortByColumn(place, Qt.SortOrder.DescendingOrder)
                    self.window.grab()
                    worst = max(worst, (time.perf_counter() - begun) * 1000)
                self.figures.add(f"{name}: sorted, slowest column", worst, TABLE)
                await self.now(f"{name}: searched", lambda t=table: t.filter.setFilterFixedString("user29"), TABLE)  # type: ignore[misc]
                table.filter.setFilterFixedString("")
                table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)

    async def verify(self) -> None:
        self.window.show_key("verify")
        page = self.window.page
        assert isinstance(page, verify.VerifyPage)
        for part, name in ((page.comparison, "comparison"), (page.signoff, "users' word"), (page.accounts, "accounts")):
            await self.now(f"verify, {name}", lambda p=part: page.tabs.setCurrentWidget(p), PAGE)  # type: ignore[misc]
        accounts = page.accounts
        await self.now("verify, another mailbox's folders", lambda: accounts.table.choose(150), PAGE)
        await self.now("verify, the largest mailbox's folders", lambda: accounts.table.choose(0), PAGE)
        accounts.folder_table.choose(0)
        await self.now("verify, messages that failed in the largest folder", accounts.show_messages, PAGE)
        await self.now("verify, all messages of the largest folder", lambda: accounts.messages.only_failed.setChecked(False), PAGE)

        def down() -> None:
            accounts.messages.table.scrollToBottom()

        await self.now("verify, its next thousand messages", down, TABLE)

    async def migrate(self) -> None:
        self.window.show_key("migrate")
        tabs = self.window.page.tabs  # type: ignore[union-attr]
        for place in range(tabs.count()):
            await self.now(f"migrate, {tabs.tabText(place)}", lambda p=place: tabs.setCurrentIndex(p), PAGE)  # type: ignore[misc]


def resident(name: str = "VmRSS") -> float:
    """This process's memory in MB, from the kernel."""
    text = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in text.splitlines() if line.startswith(name + ":")).split()[1]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="a project made by tests.bench.big_project; made anew without one")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="big-") as folder:
        path = options.file or Path(folder) / "big.mailsafi"
        if not path.exists():
            big_project.make(path)

        async def run(wizard: app.Wizard) -> int:
            await Measure(wizard.window, figures).walk(path)
            return 0

        app.application(run, looks="light")
    if options.json:
        options.json.write_text(json.dumps(figures.rows, indent=1), "utf-8")
    return 0 if figures.met else 1


if __name__ == "__main__":
    sys.exit(main())
