"""The look at one mailbox where servers misbehave: days, the folder that shows all mail, folders that do not open, a broken link."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.engine.census import Census, Look
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.engine.task_round import Crowded
from mailsafi_wizard.model import Endpoint, Mailbox, MailboxCensus, Role, Secret, Security, SignIn
from tests.servers.hostile import PASSWORD, USER, HostileServer, Tricks
from tests.unit.engine.two_ends import WHEN, fill, text
from tests.unit.net.other_end import SOON

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


class Ends:
    """A source and a destination that play tricks."""

    def __init__(self, certificate: Certificate, source: Tricks | None = None, destination: Tricks | None = None) -> None:
        self.source = HostileServer(certificate, source or Tricks(), Security.CLEARTEXT)
        self.destination = HostileServer(certificate, destination or Tricks(), Security.CLEARTEXT)

    def looked(self) -> MailboxCensus:
        who = SignIn(USER, Secret(PASSWORD))
        here, there = (Endpoint("localhost", s.port, Security.CLEARTEXT) for s in (self.source, self.destination))
        job = Job(Mailbox(USER, USER, USER, 1), here, who, there, who, patience=SOON)
        return Census(Look(job, domains=("example.net",)), lambda event: None, Control(), NOW).take()

    def __enter__(self) -> Ends:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.source.stop()
        self.destination.stop()


def test_days_are_the_server_s_own_and_the_largest_is_found(certificate: Certificate) -> None:
    with Ends(certificate) as ends:
        inbox = ends.source.account.folders[b"INBOX"]
        inbox.messages.clear()
        for number, day in enumerate((5, 1, 9)):
            inbox.add((), dt.datetime(2025, 2, day, 23, 59, tzinfo=dt.UTC), text(number, "x" * day))
        found = ends.looked().folders[0]
        assert (found.oldest, found.newest) == (dt.date(2025, 2, 1), dt.date(2025, 2, 9))
        assert found.largest == len(text(2, "x" * 9))


@pytest.mark.parametrize("date", [b"31-Feb-2020 00:00:00 +0000", b"yesterday", b"", b"01-Xyz-2020 00:00:00 +0000"])
def test_a_date_that_is_none_leaves_the_days_open(certificate: Certificate, date: bytes) -> None:
    with Ends(certificate, Tricks(internaldate=b'"' + date + b'"')) as ends:
        fill(ends.source.account.folders[b"INBOX"], 1, 2)
        census = ends.looked()
        assert (census.error, census.folders[0].oldest, census.folders[0].newest) == ("", None, None)
        assert census.folders[0].messages >= 2


def test_what_a_folder_of_all_mail_shares_with_the_others_is_counted_once(certificate: Certificate) -> None:
    with Ends(certificate) as ends:
        account = ends.source.account
        account.folders[b"INBOX"].messages.clear()
        everything = account.create(account.name(("All",)), "\\All")
        fill(account.folders[b"INBOX"], *range(3))
        fill(everything, *range(10))
        census = ends.looked()
        every = next(f for f in census.folders if f.role is Role.ALL)
        others = sum(f.messages for f in census.folders if f.role not in (Role.ALL, Role.TRASH, Role.JUNK))
        assert (every.messages, every.elsewhere) == (10, others)
        assert census.messages == 10 + sum(f.messages for f in census.folders if f.role in (Role.TRASH, Role.JUNK))


def test_a_folder_that_does_not_open_is_said_and_the_others_are_looked_at(certificate: Certificate) -> None:
    with Ends(certificate) as probe:
        names = [n for n in probe.source.account.folders if n != b"INBOX"]
    with Ends(certificate, Tricks(refuse_open=(names[0],))) as ends:
        for name in ends.source.account.folders:
            fill(ends.source.account.folders[name], 1, 2, 3)
        census = ends.looked()
        shut = [f for f in census.folders if f.problem]
        assert [f.raw_name.encode("latin-1") for f in shut] == [names[0]]
        assert all(f.bytes > 0 for f in census.folders if not f.problem)
        assert census.error == ""


@pytest.mark.parametrize(
    "tricks",
    [
        Tricks(vanish_at="UID FETCH"),
        Tricks(wrong_tag_at="UID FETCH"),
        Tricks(bye_at="EXAMINE"),
        Tricks(huge_literal_at="UID FETCH"),
        Tricks(flood_at="UID FETCH"),
    ],
)
def test_a_server_that_breaks_off_is_an_error_with_what_was_seen(certificate: Certificate, tricks: Tricks) -> None:
    with Ends(certificate, tricks) as ends:
        fill(ends.source.account.folders[b"INBOX"], 1, 2)
        census = ends.looked()
        assert census.error
        assert any(f.name == "INBOX" and f.messages >= 2 for f in census.folders)


def test_an_answer_too_many_to_the_addresses_does_no_harm(certificate: Certificate) -> None:
    with Ends(certificate, Tricks(extra_fetch=b"* 1 FETCH (FLAGS ())")) as ends:
        inbox = ends.source.account.folders[b"INBOX"]
        inbox.add((), WHEN, b"To: who@example.net\r\n\r\nx\r\n")
        census = ends.looked()
        assert census.error == ""
        assert dict(census.addresses)["who@example.net"] >= 1


def test_no_free_connection_is_no_outcome(certificate: Certificate) -> None:
    with Ends(certificate, destination=Tricks(greeting=b"* BYE Too many connections from your address\r\n")) as ends:
        with pytest.raises(Crowded) as told:
            ends.looked()
        assert told.value.anyone


def test_a_refused_sign_in_is_told(certificate: Certificate, tmp_path: Path) -> None:
    with Ends(certificate, Tricks(answers=(("LOGIN", "NO [AUTHENTICATIONFAILED] no"), ("AUTHENTICATE", "NO no")))) as ends:
        census = ends.looked()
        assert "refused the sign-in" in census.error
        assert census.folders == ()
