"""What is done by what is known: one fact at a time, and nothing by the passing of days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import schedule
from mailsafi_wizard.model import Company, FolderLedger, Ledger, MailSafiValues, RunRecord
from mailsafi_wizard.schedule import standing
from mailsafi_wizard.schedule.standing import Facts, RecordsSeen

CUTOVER = dt.date(2026, 9, 11)
COMPANY = Company("Acme", ("example.co.ke",), CUTOVER)
DAYS = schedule.days(dt.date(2026, 8, 12), CUTOVER)
AT = dt.datetime(2026, 9, 11, 15, tzinfo=dt.UTC)  # 18:00 in Nairobi
assert COMPANY.cutover_at == AT
HOUR = dt.timedelta(hours=1)
NOTHING = Facts(company=COMPANY, mailboxes=frozenset((1, 2)))
GOOD = Ledger((FolderLedger(1, "INBOX", "INBOX", source=3, copied=3, confirmed=3, checked=True),))
FAILED = Ledger((FolderLedger(1, "INBOX", "INBOX", source=3, copied=2, failed=1, confirmed=2, checked=True),))
HALF = Ledger((FolderLedger(1, "INBOX", "INBOX", source=3, copied=1),))


def found(**facts: Any) -> dict[str, Any]:
    return standing.done(replace(NOTHING, **facts), DAYS)


def run(started: dt.datetime, outcome: str = "done", ended: bool = True) -> RunRecord:
    return RunRecord(1, started, started + HOUR if ended else None, 3, 100, outcome)


def seen(taken: dt.datetime, *right: str, switched: bool = False) -> RecordsSeen:
    return RecordsSeen(taken, frozenset(right), switched)


def test_nothing_known_is_nothing_done() -> None:
    assert standing.done(Facts(), {}) == {}
    assert set(found()) == {"inventory"}


def test_all_values_count_together() -> None:
    values = MailSafiValues(("mx.example",), "include:x", "sel", "v=DKIM1", "https://w/", "smtp.example")
    assert "values" in found(company=replace(COMPANY, mailsafi=values), destination_host="imap.example")
    assert "values" not in found(company=replace(COMPANY, mailsafi=values))
    for name in ("mx", "spf", "dkim_selector", "dkim_value", "webmail", "smtp_host"):
        without: dict[str, Any] = {name: () if name == "mx" else ""}
        lacking = replace(values, **without)
        assert "values" not in found(company=replace(COMPANY, mailsafi=lacking), destination_host="imap.example")


@pytest.mark.parametrize(("field", "task"), [("weighed", "census"), ("signed_in", "credentials"), ("signed_in_there", "users")])
def test_every_mailbox_is_needed(field: str, task: str) -> None:
    assert task not in found(**{field: frozenset((1,))})
    assert task in found(**{field: frozenset((1, 2))})
    assert task not in standing.done(Facts(), {})


def test_a_mailbox_that_was_copied_was_signed_in() -> None:
    assert "credentials" in found(signed_in=frozenset((1,)), ledgers={2: HALF})


def test_a_pilot_is_one_whole_mailbox_and_the_copy_is_all() -> None:
    assert "pilot" not in found(ledgers={1: HALF, 2: FAILED})
    assert "pilot" in found(ledgers={1: GOOD})
    assert "copy" not in found(ledgers={1: GOOD})
    assert "copy" in found(ledgers={1: HALF, 2: HALF})
    assert "verify" not in found(ledgers={1: GOOD, 2: FAILED})
    assert "verify" in found(ledgers={1: GOOD, 2: GOOD})
    assert "verify" not in found(ledgers={1: GOOD, 2: GOOD}, running=True)


def test_a_record_counts_since_it_was_seen_without_a_break() -> None:
    one, two, three = (AT - n * 24 * HOUR for n in (5, 4, 3))
    assert found(records=[seen(one, "TTL"), seen(two, "TTL", "SPF")])["dns-ttl"].when == one
    assert "dns-ttl" not in found(records=[seen(one, "TTL"), seen(two)])
    assert found(records=[seen(one, "TTL"), seen(two), seen(three, "TTL")])["dns-ttl"].when == three
    assert "dkim" not in found(records=[seen(one, "TTL", "SPF")])


def test_what_was_in_time_is_not_undone_after_the_cutover() -> None:
    assert "dns-ttl" in found(records=[seen(AT - HOUR, "TTL"), seen(AT + HOUR)])
    assert "dns-ttl" not in found(records=[seen(AT - HOUR), seen(AT + HOUR)])


def test_the_cutover_is_seen_and_undone_when_it_is_taken_back() -> None:
    assert found(records=[seen(AT, switched=True)])["cutover"].when == AT
    assert "cutover" not in found(records=[seen(AT, switched=True), seen(AT + HOUR)])


def test_the_last_delta_has_to_be_fresh_and_whole() -> None:
    eve = dt.datetime.combine(DAYS["delta"], dt.time(), COMPANY.zone)
    assert "delta" not in found(runs=[run(eve - HOUR)])
    assert "delta" not in found(runs=[run(eve, "incomplete")])
    assert "delta" not in found(runs=[run(eve, ended=False)])
    assert "delta" in found(runs=[run(eve - HOUR), run(eve)])


def test_stragglers_need_72_hours_and_the_new_record() -> None:
    late, records = AT + standing.STRAGGLERS, [seen(AT, switched=True)]
    assert "stragglers" in found(runs=[run(late)], records=records)
    assert "stragglers" not in found(runs=[run(late - HOUR)], records=records)
    assert "stragglers" not in found(runs=[run(late)], records=[seen(AT)])
    assert "stragglers" not in found(runs=[run(late)])


def test_a_report_is_saved_after_the_last_run() -> None:
    last = run(AT)
    assert last.ended is not None
    assert "report" in found(runs=[last], report_saved=last.ended + HOUR)
    assert "report" not in found(runs=[last], report_saved=last.ended - HOUR)
    assert "report" not in found(runs=[run(AT, ended=False)], report_saved=AT + 9 * HOUR)


def test_a_saved_notice_is_not_called_sent() -> None:
    assert "Saved" in found(notices_saved={"announcement": AT})["announcement"].how
    both = found(notices_saved={"announcement": AT}, notices_sent={"announcement": AT + HOUR})["announcement"]
    assert (both.how, both.when) == ("Sent to the users", AT + HOUR)


def test_a_tick_is_the_admins_word_with_its_moment() -> None:
    made = found(ticks={"destination.aliases": AT})["aliases"]
    assert made.word
    assert made.when == AT


@given(st.sets(st.sampled_from(sorted(schedule.BY_KEY))))
def test_a_tick_never_does_what_the_program_can_see(keys: set[str]) -> None:
    """Whatever is ticked: only tasks that the admin alone can tell are done by it."""
    words = {task.key for task in schedule.TASKS if task.word}
    ticks = {schedule.BY_KEY[key].word or key: AT for key in keys}
    assert set(found(ticks=ticks)) - {"inventory"} == keys & words
    assert all(made.word == (key in words) for key, made in found(ticks=ticks).items())


def test_every_task_can_be_done() -> None:
    """By facts that hold at the end of a whole migration."""
    end = AT + 100 * HOUR
    values = MailSafiValues(("mx.example",), "include:x", "sel", "v=DKIM1", "https://w/", "smtp.example")
    whole = replace(
        NOTHING,
        company=replace(COMPANY, mailsafi=values),
        destination_host="imap.example",
        weighed=NOTHING.mailboxes,
        signed_in=NOTHING.mailboxes,
        signed_in_there=NOTHING.mailboxes,
        servers_passed=True,
        ledgers={1: GOOD, 2: GOOD},
        runs=[run(end)],
        records=[seen(AT - HOUR, "TTL", "SPF", "DKIM"), seen(end, switched=True)],
        notices_sent={task.notice: end for task in schedule.TASKS if task.notice},
        ticks={task.word: end for task in schedule.TASKS if task.word},
        report_saved=end + 2 * HOUR,
    )
    assert set(standing.done(whole, DAYS)) == set(schedule.BY_KEY)


def test_the_longest_ttl_that_was_seen_is_the_old_one() -> None:
    assert standing.old_ttl([]) == 0
    assert standing.old_ttl([RecordsSeen(AT, ttl=86_400), RecordsSeen(AT, ttl=300), RecordsSeen(AT)]) == 86_400
