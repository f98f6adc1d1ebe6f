"""Writes events for people at a terminal, for a log, or as JSON lines for scripts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from mailsafi_wizard.events import (
    CheckFinished,
    DifferenceFound,
    Event,
    MailboxFinished,
    MessageFailed,
    Progress,
    Remark,
    StateChanged,
    Summary,
)
from mailsafi_wizard.model import Ledger, Mailbox, MailboxState
from mailsafi_wizard.words import harmless

LINE_EVERY = 1.0  # seconds between progress lines on a terminal


def ledger_facts(ledger: Ledger) -> dict[str, Any]:
    """A ledger as plain data, with its sums."""
    sums = {
        name: getattr(ledger, name) for name in ("source", "copied", "present", "excluded", "failed", "confirmed", "unaccounted")
    }
    folders = [
        {
            "mailbox": f.mailbox_id, "source_folder": f.source_name, "destination_folder": f.destination_name, "source": f.source,
            "copied": f.copied, "present": f.present, "excluded": f.excluded, "failed": f.failed, "confirmed": f.confirmed,
            "removed": f.removed, "excluded_reason": f.excluded_reason, "renamed": f.renamed, "balanced": f.balanced,
        }
        for f in ledger.folders
    ]  # fmt: skip
    return {**sums, "balanced": ledger.balanced, "complete": ledger.complete, "folders": folders}


def _plain(value: Any) -> Any:
    if isinstance(value, Ledger):
        return ledger_facts(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


class Teller:
    """A listener. Callable with an event, from any thread."""

    def __init__(self, as_json: bool, mailboxes: Sequence[Mailbox]) -> None:
        self._json = as_json
        self._addresses = {m.id: m.address for m in mailboxes}
        self._terminal = sys.stdout.isatty()
        self._guard = threading.Lock()
        self._newest: dict[int, Progress] = {}
        self._told = 0.0
        self._gone = False  # nobody reads any more
        self._resting = False  # some mailbox waits for another hour
        self.exit_status = 1

    def __call__(self, event: Event) -> None:
        if isinstance(event, Summary):
            self.exit_status = event.exit_status
        elif isinstance(event, MailboxFinished):
            self._resting |= event.state is MailboxState.RESTING
        with self._guard:
            if self._gone:
                return
            try:
                self._tell(event)
            except (BrokenPipeError, ValueError):
                self._gone = True  # the work goes on all the same

    def _tell(self, event: Event) -> None:
        if self._json:
            facts = {f.name: _plain(getattr(event, f.name)) for f in dataclasses.fields(event)}
            print(json.dumps({"event": event.name, **facts}, ensure_ascii=True), flush=True)
        elif isinstance(event, Progress):
            self._progress(event)
        elif line := self._line(event):
            print(("\r\x1b[K" if self._terminal else "") + harmless(line), flush=True)

    def _progress(self, event: Progress) -> None:
        self._newest[event.mailbox_id] = event
        now = time.monotonic()
        if not self._terminal or now - self._told < LINE_EVERY:
            return
        self._told = now
        done = sum(p.messages_done for p in self._newest.values())
        total = sum(p.messages_total for p in self._newest.values())
        size = sum(p.bytes_done for p in self._newest.values())
        print(f"\r\x1b[K{done} of {total} messages, {size / 1e6:.1f} MB", end="", flush=True)

    def _line(self, event: Event) -> str:
        if isinstance(event, StateChanged):
            wait = f", {event.seconds:.0f} s" if event.seconds else ""
            return (
                f"{event.address}: {event.state.value}{wait}{': ' + event.why if event.why else ''}" if self._is_news(event) else ""
            )
        if isinstance(event, MessageFailed):
            m = event.message
            return f"{event.address}: not copied: {m.folder}, UID {m.uid}, {m.date or 'no date'}, {m.size} bytes: {m.reason}"
        if isinstance(event, Remark):
            return f"{event.address}: {event.folder}: {event.text}"
        if isinstance(event, DifferenceFound):
            d = event.difference
            return f"{event.address}: {d.kind.value}: {d.folder}{f', UID {d.uid}' if d.uid else ''}{f': {d.detail}' if d.detail else ''}"
        if isinstance(event, CheckFinished):
            c = event.check
            return (
                f"{event.address}: compared {c.listed} messages, {c.compared} by content: {c.wrong} differ, {c.by_users} changed by users"
                f"{'' if c.outcome == 'done' else '; not finished'}"
            )
        if isinstance(event, MailboxFinished):
            why = f": {event.problem}. {event.hint} {f'({event.detail})' if event.detail else ''}".rstrip() if event.problem else ""
            return f"{event.address}: {event.state.value}, {_sums(event.ledger)}{why}"
        if isinstance(event, Summary):
            broken_off = "today's data or hours are used up" if self._resting else "interrupted"
            verdict = {0: "everything arrived, the ledger balances", 4: f"{broken_off}; run the same command again to go on"}
            return f"{_sums(event.ledger)}; {verdict.get(event.exit_status, 'not everything arrived')}; {event.seconds:.1f} s"
        return ""

    @staticmethod
    def _is_news(event: StateChanged) -> bool:
        return event.state in (
            MailboxState.COPYING,
            MailboxState.CHECKING,
            MailboxState.BACKING_OFF,
            MailboxState.RESTING,
            MailboxState.PAUSED,
        )

    def summary(self, ledger: Ledger, exit_status: int, seconds: float = 0.0) -> None:
        self(Summary(ledger, exit_status, seconds))


def _sums(ledger: Ledger) -> str:
    text = f"{ledger.source} messages at the source: {ledger.copied} copied, {ledger.present} were there, {ledger.excluded} left out, {ledger.failed} failed"
    return text + (f", {ledger.unaccounted} unaccounted for" if ledger.unaccounted else "")
