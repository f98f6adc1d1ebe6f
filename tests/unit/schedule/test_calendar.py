"""The calendar file, read back by a parser that shares no code with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import schedule
from mailsafi_wizard.model import Company
from mailsafi_wizard.model.plan import Done
from mailsafi_wizard.schedule import calendar
from mailsafi_wizard.schedule.calendar import Event, Exported
from tests.unit import calendars

CUTOVER = dt.date(2026, 9, 11)
BEGIN = dt.date(2026, 8, 12)
COMPANY = Company("Acme, Ltd; & Sons", ("example.co.ke",), CUTOVER)
NOW = dt.datetime(2026, 8, 12, 9, tzinfo=dt.UTC)


def written(shown: Sequence[Event], numbers: Exported | None = None, name: str = "Plan") -> bytes:
    return calendar.calendar(shown, "project1", numbers or Exported({}).following(shown), NOW, name)


def events(cutover: dt.date = CUTOVER, done: dict[str, Done] | None = None, **words: str) -> tuple[Event, ...]:
    return calendar.events(schedule.plan(BEGIN, cutover, BEGIN, done), replace(COMPANY, cutover=cutover), words)


def test_every_task_is_an_event_on_its_day_with_its_words() -> None:
    shown = events()
    found = {str(e["SUMMARY"]): e for e in calendars.events(written(shown))}
    assert len(found) == len(schedule.TASKS)
    for event in shown:
        got = found[event.summary]
        assert str(got["DESCRIPTION"]) == event.description
        if event.at is None:
            assert got["DTSTART"].dt == event.day
            assert got["DTEND"].dt == event.day + dt.timedelta(days=1)


def test_the_cutover_has_its_hour_in_utc_and_two_alarms() -> None:
    found = next(e for e in calendars.events(written(events())) if str(e["UID"]).startswith("cutover."))
    assert found["DTSTART"].dt == dt.datetime(2026, 9, 11, 15, tzinfo=dt.UTC)  # 18:00 in Nairobi
    assert [a["TRIGGER"].dt for a in found.walk("VALARM")] == [-dt.timedelta(days=1), -dt.timedelta(hours=2)]


def test_whole_days_alarm_in_the_morning_and_what_is_done_does_not() -> None:
    found = {str(e["UID"]).split(".")[0]: e for e in calendars.events(written(events(done={"inventory": Done("so")})))}
    assert [a["TRIGGER"].dt for a in found["announcement"].walk("VALARM")] == [dt.timedelta(hours=8)]
    assert found["inventory"].walk("VALARM") == []


def test_uids_stay_and_only_what_changed_gets_a_higher_number() -> None:
    first = events()
    numbers = Exported({}).following(first)
    again = numbers.following(first)
    assert again == numbers
    moved = events(CUTOVER + dt.timedelta(days=1))
    later = Exported.from_text(numbers.to_text()).following(moved)
    before = {str(e["UID"]): int(e["SEQUENCE"]) for e in calendars.events(written(first, numbers))}
    after = {str(e["UID"]): int(e["SEQUENCE"]) for e in calendars.events(written(moved, later))}
    assert before.keys() == after.keys()
    assert set(before.values()) == {0}
    same = {event.key for event, other in zip(sorted(first, key=_key), sorted(moved, key=_key), strict=True) if event == other}
    assert {uid.split(".")[0] for uid, number in after.items() if number == 0} == same
    assert after["cutover.project1@mailsafi-wizard"] == 1


def _key(event: Event) -> str:
    return event.key


@given(st.text(), st.text())
def test_no_text_gets_out_of_its_place(name: str, title: str) -> None:
    company = replace(COMPANY, name=name)
    shown = calendar.events(schedule.plan(BEGIN, CUTOVER, BEGIN), company, {"copy": title})
    data = written(shown, name=name)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    found = {str(e["UID"]).split(".")[0]: e for e in calendars.events(data)}
    assert len(found) == len(schedule.TASKS)
    kept = "".join(c if c.isprintable() or c == "\n" else " " for c in title)
    assert str(found["copy"]["SUMMARY"]) == kept
    assert {str(key) for key in found["copy"]} == {
        "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "TRANSP", "SUMMARY", "DESCRIPTION", "CATEGORIES",
    }  # fmt: skip


def test_long_lines_are_folded_between_characters() -> None:
    data = written(events(copy="Nakili visanduku vyote 邮件 ✉ " * 12))
    for line in data.split(b"\r\n"):
        line.decode()


@pytest.mark.parametrize("text", ["", "x", "[]", '{"a": 1}', '{"a": ["x", "y"]}'])
def test_what_is_no_list_of_numbers_is_an_empty_one(text: str) -> None:
    assert Exported.from_text(text) == Exported({})


def test_the_whole_file_has_what_calendars_ask_for() -> None:
    found = calendars.whole(written(events(), name="Move to MailSafi"))
    assert str(found["VERSION"]) == "2.0"
    assert str(found["METHOD"]) == "PUBLISH"
    assert str(found["X-WR-CALNAME"]) == "Move to MailSafi"
    assert all(event["DTSTAMP"].dt == NOW for event in found.walk("VEVENT"))
