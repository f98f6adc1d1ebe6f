"""Events as lines of text and of JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailsafi_wizard import events
from mailsafi_wizard.events import (
    CheckFinished,
    CheckProgress,
    DifferenceFound,
    Event,
    LookFinished,
    LookProgress,
    MailboxFinished,
    MessageFailed,
    Progress,
    Remark,
    RunStarted,
    StateChanged,
    Summary,
)
from mailsafi_wizard.model import (
    CheckRecord,
    Depth,
    Difference,
    Differs,
    FailedMessage,
    FolderLedger,
    Ledger,
    Mailbox,
    MailboxState,
    Role,
)
from mailsafi_wizard.telling import Teller, ledger_facts

JANE = "jane@example.net"
BOXES = [Mailbox(JANE, "jane", "jane", 1)]
GOOD = Ledger((FolderLedger(1, "INBOX", "INBOX", Role.INBOX, 3, 2, 1, 0, 0, 3, checked=True),))
BEGUN = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
EVENTS: list[Event] = [
    RunStarted(1),
    StateChanged(1, JANE, MailboxState.BACKING_OFF, "h asks to wait.", 12.4),
    Progress(1, "INBOX", 1, 3, 100, 300, 1, 0),
    MessageFailed(JANE, FailedMessage(1, "Kazi/2019", 7, 1234, "01-Jan-2020 00:00:00 +0000", "too big")),
    Remark(1, JANE, "a.b", "is named a_b at MailSafi"),
    MailboxFinished(1, JANE, MailboxState.REFUSED, Ledger(), "h refused the sign-in of jane", "Check the password.", "[X] no"),
    Summary(GOOD, 0, 2.34),
    LookProgress(1, JANE, "INBOX", 41_200, 146_380),
    LookFinished(1, JANE, 4, 146_380, 9_000_000),
    CheckProgress(1, JANE, "INBOX", 20, 40, 2_000, 4_000),
    DifferenceFound(JANE, Difference(1, "Kazi/2019", 7, Differs.DATE, "2019 | 2020")),
    CheckFinished(JANE, CheckRecord(1, 1, BEGUN, BEGUN, Depth.SAMPLE, 0.01, 20, 5, 40, 20, 2_000, "done", "", 1, 2)),
]


def told(as_json: bool, *happened: Event, capture: pytest.CaptureFixture[str]) -> list[str]:
    teller = Teller(as_json, BOXES)
    for event in happened:
        teller(event)
    return capture.readouterr().out.splitlines()


def test_every_event_is_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    found: list[dict[str, Any]] = [json.loads(line) for line in told(True, *EVENTS, capture=capsys)]
    assert [f["event"] for f in found] == [
        "run-started", "state-changed", "progress", "message-failed", "remark", "mailbox-finished", "summary",
        "look-progress", "look-finished", "check-progress", "difference-found", "check-finished",
    ]  # fmt: skip
    assert found[1] == {
        "event": "state-changed",
        "mailbox_id": 1,
        "address": JANE,
        "state": "backing off",
        "why": "h asks to wait.",
        "seconds": 12.4,
    }
    assert found[3]["message"]["uid"] == 7
    assert found[6]["exit_status"] == 0
    assert found[6]["ledger"]["complete"]
    assert found[6]["ledger"]["folders"][0]["source_folder"] == "INBOX"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text())
def test_any_text_stays_on_its_line_and_comes_back(capsys: pytest.CaptureFixture[str], folder: str, text: str) -> None:
    (line,) = told(True, Remark(1, JANE, folder, text), capture=capsys)
    assert line.isascii()
    assert (json.loads(line)["folder"], json.loads(line)["text"]) == (folder, text)


def test_lines_for_people_name_what_matters(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(False, *EVENTS, capture=capsys) == [
        f"{JANE}: backing off, 12 s: h asks to wait.",
        f"{JANE}: not copied: Kazi/2019, UID 7, 01-Jan-2020 00:00:00 +0000, 1234 bytes: too big",
        f"{JANE}: a.b: is named a_b at MailSafi",
        f"{JANE}: refused, 0 messages at the source: 0 copied, 0 were there, 0 left out, 0 failed: h refused the sign-in of jane. Check the password. ([X] no)",
        "3 messages at the source: 2 copied, 1 were there, 0 left out, 0 failed; everything arrived, the ledger balances; 2.3 s",
        f"{JANE}: date: Kazi/2019, UID 7: 2019 | 2020",
        f"{JANE}: compared 40 messages, 20 by content: 1 differ, 2 changed by users",
    ]


def test_states_that_come_and_go_at_once_are_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    states = [StateChanged(1, JANE, state) for state in MailboxState]
    news = {line.partition(": ")[2] for line in told(False, *states, capture=capsys)}
    assert news == {"copying", "checking", "backing off", "resting", "paused"}


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "everything arrived"), (1, "not everything arrived"), (3, "not everything arrived"), (4, "run the same command again")],
)
def test_the_verdict_is_told_and_kept(capsys: pytest.CaptureFixture[str], status: int, words: str) -> None:
    teller = Teller(False, BOXES)
    teller.summary(Ledger(), status, 1)
    assert teller.exit_status == status
    assert words in capsys.readouterr().out


def test_without_a_summary_the_verdict_is_not_good() -> None:
    assert Teller(False, BOXES).exit_status != 0


def test_a_folder_s_name_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    failed = MessageFailed(JANE, FailedMessage(1, "a\x1b[2Jb", 1, 1, "", "x\x9by"))
    lines = told(False, Remark(1, JANE, "a\x1b]0;evil\x07\nnext\u2028", "b\r"), failed, capture=capsys)
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


class Gone(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def test_when_nobody_reads_any_more_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Gone())
    teller = Teller(True, BOXES)
    for event in EVENTS:
        teller(event)
    assert teller.exit_status == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_one_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    teller = Teller(False, BOXES)
    teller(Progress(1, "INBOX", 1, 3, 2_500_000, 300, 1, 0))
    teller(Progress(2, "INBOX", 1, 3, 100, 300, 1, 0))  # within the same second
    teller(Remark(1, JANE, "a", "b"))
    assert screen.getvalue() == f"\r\x1b[K1 of 3 messages, 2.5 MB\r\x1b[K{JANE}: a: b\n"


def test_a_ledger_as_data_has_all_its_sums() -> None:
    facts = ledger_facts(GOOD)
    assert {k: facts[k] for k in ("source", "copied", "present", "excluded", "failed", "confirmed", "unaccounted")} == {
        "source": 3, "copied": 2, "present": 1, "excluded": 0, "failed": 0, "confirmed": 3, "unaccounted": 0,
    }  # fmt: skip
    assert facts["balanced"]
    json.dumps(facts)


def test_events_are_frozen_and_each_has_its_own_name() -> None:
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event]
    assert len({type(e) for e in EVENTS}) == len(kinds), "an event without a test"
    for event in EVENTS:
        assert dataclasses.is_dataclass(event)
        with pytest.raises(dataclasses.FrozenInstanceError):
            event.name_of_nothing = 1  # type: ignore[attr-defined]
