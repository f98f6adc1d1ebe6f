"""When the old server may be closed: never sooner than what was seen allows, and never for certain while something is unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.cutover.closing import (
    NAMES,
    QUIET,
    REMEDIES,
    WAIT,
    Closing,
    ClosingState,
    Lent,
    Login,
    closing,
    first_switched,
    in_words,
    old_forgotten,
    sentences,
    to_revoke,
)
from mailsafi_wizard.model import Mailbox, MailSafiValues, RunRecord, Side
from mailsafi_wizard.net.dns import Answer, Snapshot, View

DOMAIN = "example.co.ke"
VALUES = MailSafiValues(("mx1.new.example", "mx2.new.example"))
OLD, NEW = ("10 mail.old.example",), ("10 mx1.new.example", "20 mx2.new.example")
T0 = dt.datetime(2026, 12, 4, 15, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def seen(mx: tuple[str, ...], ttl: int | None = 3600, resolver: tuple[tuple[str, ...], int] | None = None) -> Snapshot:
    views = [View("ns1", True, (Answer(DOMAIN, "MX", mx, ttl),))]
    if resolver:
        views.append(View("9.9.9.9", False, (Answer(DOMAIN, "MX", *resolver),)))
    return Snapshot(DOMAIN, "", tuple(views))


def run(started: dt.datetime, outcome: str = "done") -> RunRecord:
    return RunRecord(1, started, started + HOUR, 3, 100, outcome)


LOOKS = [(T0 - 5 * DAY, seen(OLD, 86_400)), (T0 - DAY, seen(OLD)), (T0, seen(NEW))]


def of(
    looks: list[tuple[dt.datetime, Snapshot]] = LOOKS,
    runs: tuple[RunRecord, ...] = (),
    arrived: dt.datetime | None = T0 - HOUR,
    complete: bool = True,
    now: dt.datetime = T0 + 10 * DAY,
    values: MailSafiValues = VALUES,
) -> Closing:
    return closing(looks, values, runs, arrived, complete, now)


def test_the_wait_of_three_days_and_then_one_more_pass() -> None:
    assert of(now=T0 + HOUR).state is ClosingState.WAIT
    assert of(now=T0 + HOUR).earliest == T0 + WAIT
    early = run(T0 + WAIT - HOUR)
    assert of(runs=(early,)).state is ClosingState.PASS
    assert of(runs=(early, run(T0 + WAIT, "incomplete"), run(T0 + WAIT, "stopped"))).state is ClosingState.PASS
    done = of(runs=(early, run(T0 + WAIT)))
    assert done.state is ClosingState.READY
    assert done.missing == ()


def test_a_pass_that_has_not_ended_shows_nothing() -> None:
    assert of(runs=(replace(run(T0 + WAIT), ended=None),)).state is ClosingState.PASS


def test_a_long_ttl_outlasts_the_three_days() -> None:
    looks = [(T0 - HOUR, seen(OLD, 7 * 86_400)), (T0, seen(NEW))]
    assert of(looks, now=T0 + 4 * DAY).earliest == T0 + 7 * DAY
    assert of(looks, now=T0 + 4 * DAY).state is ClosingState.WAIT


def test_a_ttl_that_was_lowered_too_late_still_counts() -> None:
    looks = [(T0 - 2 * HOUR, seen(OLD, 5 * 86_400)), (T0 - HOUR, seen(OLD, 300)), (T0, seen(NEW))]
    assert old_forgotten(looks, T0) == T0 - HOUR + 5 * DAY


def test_a_resolver_counts_down_so_the_domain_s_own_server_is_believed() -> None:
    looks = [(T0 - HOUR, seen(OLD, 600, (OLD, 86_000))), (T0, seen(NEW))]
    assert old_forgotten(looks, T0) == T0 + dt.timedelta(seconds=600)
    only = Snapshot(DOMAIN, "", (View("9.9.9.9", False, (Answer(DOMAIN, "MX", OLD, 500),)),))
    assert old_forgotten([(T0 - HOUR, only), (T0, seen(NEW))], T0) == T0 + dt.timedelta(seconds=500)


def test_mail_that_still_arrives_moves_the_day() -> None:
    late = of(arrived=T0 + 5 * DAY)
    assert late.earliest == T0 + 5 * DAY + QUIET
    assert of(arrived=T0 + 5 * DAY, runs=(run(T0 + 5 * DAY + HOUR),)).state is ClosingState.PASS
    assert of(arrived=T0 + 5 * DAY, runs=(run(T0 + 6 * DAY),)).state is ClosingState.READY
    assert of(arrived=None).earliest == T0 + WAIT


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (of([]), "have not been looked at"),
        (of(values=MailSafiValues()), "have not been entered"),
        (of(LOOKS[:2]), "not every name server"),
        (of([*LOOKS, (T0 + DAY, seen(OLD))]), "not every name server"),
        (of([*LOOKS[:2], (T0, seen(NEW, resolver=(OLD, 100)))]), "not every name server"),
        (of(complete=False, runs=(run(T0 + 9 * DAY),)), "ledger is not complete"),
    ],
)
def test_what_is_unknown_is_named_and_there_is_no_day(found: Closing, words: str) -> None:
    assert found.state is ClosingState.UNKNOWN
    assert any(words in reason.text for reason in found.missing)
    assert "can't be said yet" in sentences(found, str)[0]


def test_a_ttl_that_nobody_saw_is_told_but_does_not_hold_up_for_ever() -> None:
    found = of([(T0, seen(NEW))], runs=(run(T0 + WAIT),))
    assert found.state is ClosingState.READY
    assert "was not seen before the change" in found.missing[0].text


def test_a_change_that_was_taken_back_is_counted_from_the_second_time() -> None:
    looks = [*LOOKS, (T0 + DAY, seen(OLD)), (T0 + 2 * DAY, seen(NEW))]
    assert first_switched(looks, VALUES) == T0 + 2 * DAY
    assert of(looks).earliest == T0 + 2 * DAY + WAIT


def test_sentences_hold_moments_in_the_reader_s_words() -> None:
    told = sentences(of(now=T0), lambda when: f"<{when:%d %H}>")
    assert told[0] == "Keep the old server until <07 15>, then copy once more."
    assert any("<04 15>" in line for line in told[1:])
    assert not any("{" in line for line in told)


MOMENTS = st.integers(-200, 400).map(lambda hours: T0 + hours * HOUR)
LOOK = st.tuples(MOMENTS, st.sampled_from([OLD, NEW, (*NEW, *OLD), ()]), st.integers(0, 9 * 86_400) | st.none())
RUN = st.tuples(MOMENTS, st.sampled_from(["done", "incomplete", "stopped", "broken off"]))


@given(st.lists(LOOK, max_size=6), st.lists(RUN, max_size=4), st.none() | MOMENTS, st.booleans(), MOMENTS)
def test_ready_means_that_everything_was_seen(
    looks: list[tuple[dt.datetime, tuple[str, ...], int | None]],
    runs: list[tuple[dt.datetime, str]],
    arrived: dt.datetime | None,
    complete: bool,
    now: dt.datetime,
) -> None:
    made = [(when, seen(mx, ttl)) for when, mx, ttl in sorted(looks, key=lambda look: look[0])]
    found = closing(made, VALUES, [run(*one) for one in sorted(runs)], arrived, complete, now)
    assert sentences(found, str)
    if found.state is not ClosingState.READY:
        return
    assert complete
    assert found.earliest is not None
    assert found.earliest <= now
    changed = first_switched(made, VALUES)
    assert changed is not None
    assert found.earliest >= changed + WAIT
    assert arrived is None or found.earliest >= arrived + QUIET
    assert all(set(mx) == set(NEW) for when, mx, _ttl in looks if when > changed)
    assert any(started >= found.earliest and outcome == "done" for started, outcome in runs)


# --- credentials


def test_every_kind_has_a_name_and_something_to_do() -> None:
    assert set(NAMES) == set(REMEDIES) == set(Lent)


def test_what_was_lent_is_listed_once_logins_for_many_first() -> None:
    boxes = [
        Mailbox("a@x.ke", "a", "a@x.ke", 1),
        Mailbox("b@x.ke", "b", "b@x.ke", 2, "imap.gmail.com"),
        Mailbox("c@x.ke", "a", "c@x.ke", 3),
    ]
    logins = [Login(Side.SOURCE, Lent.ADMIN, "root"), Login(Side.DESTINATION, Lent.MICROSOFT_APP, "7c9e")]
    found = to_revoke(boxes, logins, {Side.SOURCE: "mail.old.example", Side.DESTINATION: "imap.new.example"})
    assert [(c.kind, c.who, c.host) for c in found] == [
        (Lent.ADMIN, "root", "mail.old.example"),
        (Lent.MICROSOFT_APP, "7c9e", "imap.new.example"),
        (Lent.PASSWORD, "a", "mail.old.example"),
        (Lent.APP_PASSWORD, "b", "imap.gmail.com"),
    ]
    assert len({c.key for c in found}) == 4
    assert in_words(found[3]) == ("App password", "b", "imap.gmail.com", "Delete it in the security settings of the account.")


@pytest.mark.parametrize(
    ("host", "kind"),
    [("imap.gmail.com", Lent.APP_PASSWORD), ("gmail.com.evil.example", Lent.PASSWORD), ("notgmail.com", Lent.PASSWORD)],
)
def test_an_app_password_is_known_by_the_server(host: str, kind: Lent) -> None:
    assert to_revoke([Mailbox("a", "a", "a", 1)], [], {Side.SOURCE: host})[0].kind is kind
