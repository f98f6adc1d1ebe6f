"""The look before the copy, at real servers: right figures, quotas and limits, nothing touched, an end that comes when it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.engine.census import Census, Look
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.events import Event, LookFinished, LookProgress
from mailsafi_wizard.model import Endpoint, Mailbox, MailboxCensus, Role, Secret, Side, SignIn
from mailsafi_wizard.net.wire import Trust
from mailsafi_wizard.project import MigrationProject
from tests.servers.company import fill, put, sign_in
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot
from tests.servers.oracle import snapshot

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2019, 2, 3, 4, 5, tzinfo=dt.UTC)


def letter(number: int, folder: tuple[str, ...] = ("INBOX",), date: dt.datetime = NOW, size: int = 0, to: str = "") -> Letter:
    header = f"Message-ID: <{number}@example.net>\r\n" + (f"To: {to}\r\n" if to else "")
    return Letter(folder, (), date, f"{header}\r\n{'x' * size}\r\n".encode())


def job(source: Dovecot | Cyrus, destination: Dovecot | Cyrus, user: str) -> Job:
    def end(server: Dovecot | Cyrus) -> tuple[Endpoint, SignIn]:
        return Endpoint("localhost", server.tls_port), SignIn(user, Secret(server.password_of(user)))

    (here, who), (there, other) = end(source), end(destination)
    return Job(Mailbox(user, user, user, 1), here, who, there, other, Trust(source.ca_file))


def looked(source: Dovecot | Cyrus, destination: Dovecot | Cyrus, user: str, domain: str = "") -> tuple[MailboxCensus, list[Event]]:
    told: list[Event] = []
    look = Look(job(source, destination, user), domains=(domain,) if domain else ())
    return Census(look, told.append, Control(), NOW).take(), told


def day(text: str) -> dt.date:
    return dt.datetime.strptime(text.strip() + " +0000", "%d-%b-%Y %z").date()


def test_the_figures_are_those_that_an_independent_reader_finds(
    source_server: Dovecot, destination_server: Dovecot, user: str
) -> None:
    fill(source_server, user, 150, 7, odd=False)
    before = snapshot("localhost", source_server.tls_port, user, source_server.password_of(user), source_server.ca_file)
    census, told = looked(source_server, destination_server, user)
    assert census.error == ""
    assert census.messages == before.messages
    with sign_in(source_server, user) as other:
        for folder in census.folders:
            other.select(f'"{folder.raw_name}"', readonly=True)
            _, lines = other.uid("FETCH", "1:*", "(RFC822.SIZE INTERNALDATE)")
            texts = [line.decode() for line in lines if isinstance(line, bytes)]
            sizes = [int(t.split("RFC822.SIZE ")[1].split()[0].rstrip(")")) for t in texts]
            dates = [day(t.split('INTERNALDATE "')[1][:11]) for t in texts]
            assert (folder.messages, folder.bytes, folder.largest) == (len(sizes), sum(sizes), max(sizes, default=0))
            assert (folder.oldest, folder.newest) == ((min(dates), max(dates)) if dates else (None, None))
    assert {f.role for f in census.folders} >= {Role.INBOX, Role.SENT, Role.DRAFTS, Role.TRASH}
    last = [e for e in told if isinstance(e, LookProgress)][-1]
    assert (last.listed, last.total) == (census.messages, census.messages)
    after = snapshot("localhost", source_server.tls_port, user, source_server.password_of(user), source_server.ca_file)
    assert after == before


def test_quota_and_what_is_in_use_are_read(source_server: Dovecot, make_dovecot: Callable[..., Dovecot], user: str) -> None:
    small = make_dovecot(separator="/", quota_rules=("*:storage=2M:messages=40",))
    put(source_server, user, [letter(n, size=50_000) for n in range(60)])
    put(small, user, [letter(900 + n, size=100_000) for n in range(3)])
    census, _ = looked(source_server, small, user)
    assert census.quota_limit == 2 << 20
    assert 300_000 <= census.quota_used <= 310_000
    assert (census.messages_used, census.messages_limit) == (3, 40)
    assert looked(source_server, source_server, user)[0].quota_limit is None


def test_messages_larger_than_the_destination_takes_are_named(
    source_server: Dovecot, make_dovecot: Callable[..., Dovecot], user: str
) -> None:
    narrow = make_dovecot(extra="imap_capability = +APPENDLIMIT=100000\n")
    put(source_server, user, [letter(1), letter(2, ("Kazi",), LONG_AGO, 150_000), letter(3, size=99_000), letter(4, size=120_000)])
    census, _ = looked(source_server, narrow, user)
    assert census.largest_taken == 100_000
    assert [(m.folder, m.uid, m.date[:11]) for m in census.too_big] == [("INBOX", 3, "20-Nov-2026"), ("Kazi", 1, "03-Feb-2019")]
    assert all(100_000 < m.size < 160_000 for m in census.too_big)
    assert census.too_big_count == 2


def test_recent_addresses_of_the_company_are_seen_and_nothing_is_marked_as_read(
    source_server: Dovecot, destination_server: Dovecot, user: str
) -> None:
    old = NOW - dt.timedelta(days=120)
    put(
        source_server,
        user,
        [
            *(letter(n, to='"Mauzo, Tamarind" <sales@example.co.ke>, other@elsewhere.example') for n in range(5)),
            letter(10, ("Kazi",), to="Accounts+invoices@EXAMPLE.co.ke"),
            letter(11, date=old, to="longago@example.co.ke"),
            letter(12, ("Sent",), to="written.to@example.co.ke"),
            letter(13, ("Junk",), to="guessed@example.co.ke"),
        ],
    )
    census, _ = looked(source_server, destination_server, user, "example.co.ke")
    assert census.addresses == (("sales@example.co.ke", 5), ("accounts@example.co.ke", 1))
    with sign_in(source_server, user) as other:
        for folder in ("INBOX", "Kazi"):
            other.select(folder, readonly=True)
            assert other.uid("SEARCH", "SEEN")[1] == [b""]


def test_many_folders_with_odd_names_at_a_server_with_fewer_means(cyrus: Cyrus, destination_server: Dovecot, user: str) -> None:
    put(cyrus, user, [letter(n, ("INBOX",) if n % 3 == 0 else (f"Kazi {n}", "Ä & Ö", "مشروع")) for n in range(60)])
    census, _ = looked(cyrus, destination_server, user, "example.co.ke")
    assert (census.error, census.messages) == ("", 60)
    assert sum(f.messages == 1 for f in census.folders) == 40


def test_a_stop_ends_the_look_at_once(source_server: Dovecot, destination_server: Dovecot, user: str) -> None:
    fill(source_server, user, 60, 3, odd=False)
    control = Control()
    look = Look(job(source_server, destination_server, user))
    with pytest.raises(Interrupted):
        Census(look, lambda event: control.stop(), control, NOW).take()


def project_of(server: Dovecot, destination: Dovecot, folder: Path, users: list[str]) -> MigrationProject:
    project = MigrationProject.create(folder / "a.mailsafi")
    project.ca_file = server.ca_file
    project.set_endpoint(Side.SOURCE, Endpoint("localhost", server.tls_port))
    project.set_endpoint(Side.DESTINATION, Endpoint("localhost", destination.tls_port))
    project.add_mailboxes(Mailbox(user, user, user) for user in users)
    for box in project.mailboxes():
        for side, end in ((Side.SOURCE, server), (Side.DESTINATION, destination)):
            project.set_secret(box.id, side, Secret(end.password_of(box.source_user)))
    return project


def test_many_mailboxes_side_by_side_and_what_was_found_before_a_stop_is_kept(
    source_server: Dovecot, destination_server: Dovecot, user: str, tmp_path: Path
) -> None:
    users = [f"m{n}-{user}" for n in range(40)]
    for one in users[:3]:
        put(source_server, one, [letter(n, size=100) for n in range(10)])
    project = project_of(source_server, destination_server, tmp_path, users)
    told: list[Event] = []

    def report(event: Event) -> None:
        told.append(event)
        if sum(isinstance(e, LookFinished) for e in told) >= 5:
            project.stop_look()

    first = project.take_census(report)
    assert 5 <= len(first) < 40
    assert project.census() == first
    whole = project.take_census(lambda event: None)
    assert [c.mailbox_id for c in whole] == [m.id for m in project.mailboxes()]
    assert [c.messages for c in whole[:4]] == [10, 10, 10, 0]
    project.close()


def test_a_folder_left_out_or_taken_along_by_the_admin_is_so_in_look_and_copy(
    source_server: Dovecot, destination_server: Dovecot, user: str, tmp_path: Path
) -> None:
    put(source_server, user, [letter(1), letter(2, ("Kazi",)), letter(3, ("Calendar",)), letter(4, ("Contacts",))])
    project = project_of(source_server, destination_server, tmp_path, [user])
    (box,) = project.mailboxes()
    (census,) = project.take_census(lambda event: None)
    folders = {f.name: f for f in census.folders}
    assert {f.name for f in census.folders if f.excluded_reason} == {"Calendar", "Contacts"}
    project.choose_folder(box.id, folders["Kazi"].raw_name, False)
    project.choose_folder(box.id, folders["Calendar"].raw_name, True)
    (census,) = project.take_census(lambda event: None)
    assert {f.name: f.chosen for f in census.folders if f.chosen is not None} == {"Kazi": False, "Calendar": True}
    assert {f.name for f in census.folders if f.excluded_reason} == {"Kazi", "Contacts"}

    project.start(lambda event: None)
    project.wait()
    assert project.ledger().complete
    there = snapshot(
        "localhost", destination_server.tls_port, user, destination_server.password_of(user), destination_server.ca_file
    )
    assert sorted(name for name, messages in there.folders.items() if messages) == [("Calendar",), ("INBOX",)]

    project.choose_folder(box.id, folders["Kazi"].raw_name, None)
    project.choose_folder(box.id, folders["Calendar"].raw_name, False)
    project.start(lambda event: None)
    project.wait()
    ledger = {f.source_name: f for f in project.ledger().folders}
    assert project.ledger().complete
    assert (ledger["Kazi"].copied, ledger["Calendar"].copied, ledger["Calendar"].excluded) == (1, 1, 0)
    project.close()
