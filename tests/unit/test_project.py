"""The one door: a project from its creation to the last check, against the two embedded servers."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.events import Event, MailboxFinished, Progress, RunStarted, StateChanged, Summary
from mailsafi_wizard.model import (
    Company,
    Endpoint,
    Ledger,
    Mailbox,
    MailboxState,
    Role,
    Secret,
    Security,
    Side,
    SignInResult,
    SignInStyle,
)
from mailsafi_wizard.project import MigrationProject
from tests.unit.small_company import PASSWORDS, PEOPLE, SmallCompany, bodies

LONG_ENOUGH = 30.0
WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def letter(number: int, folder: tuple[str, ...] = ("INBOX",), flags: tuple[str, ...] = ()) -> Letter:
    body = f"Message-ID: <{number}@example.net>\r\nSubject: {number}\r\n\r\nText {number}\r\n".encode()
    return Letter(folder, flags, WHEN, body)


def run(project: MigrationProject, report: Callable[[Event], None] = lambda event: None) -> tuple[Ledger, list[Event]]:
    """One run to its end."""
    told: list[Event] = []

    def both(event: Event) -> None:
        told.append(event)
        report(event)

    project.start(both)
    assert project.wait(LONG_ENOUGH)
    assert project.broken is None
    assert not project.running
    return project.ledger(), told


# --- facts


def test_what_the_admin_said_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "a.mailsafi"
    project = MigrationProject.create(path)
    company = Company("Tamarind", ("example.co.ke",), dt.date(2026, 3, 6), help_contact="Njeri")
    pinned = Endpoint("mail.example.net", 143, Security.STARTTLS, "ab" * 32)
    assert (project.company, project.endpoint(Side.SOURCE), project.ca_file, project.repair, project.rehearsal) == (
        Company(),
        None,
        None,
        False,
        False,
    )
    project.set_company(company)
    project.set_endpoint(Side.SOURCE, pinned)
    project.set_endpoint(Side.DESTINATION, Endpoint("::1", 993))
    project.ca_file = tmp_path / "ca.pem"
    project.repair = True
    project.set_resolvers(["192.0.2.1", "[2001:db8::1]:53"])
    begun = project.begun
    project.close()
    with_again = MigrationProject.open(path)
    assert with_again.company == company
    assert with_again.endpoint(Side.SOURCE) == pinned
    assert with_again.endpoint(Side.DESTINATION) == Endpoint("::1", 993)
    assert (with_again.ca_file, with_again.repair, with_again.begun) == (tmp_path / "ca.pem", True, begun)
    assert with_again.resolvers == ("192.0.2.1", "[2001:db8::1]:53")
    with_again.set_endpoint(Side.SOURCE, None)
    assert with_again.endpoint(Side.SOURCE) is None
    with_again.close()


def test_an_existing_file_is_not_made_anew_and_a_missing_one_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.mailsafi").write_text("mine")
    with pytest.raises(errors.ProjectError):
        MigrationProject.create(tmp_path / "a.mailsafi")
    assert (tmp_path / "a.mailsafi").read_text() == "mine"
    with pytest.raises(errors.ProjectMissing):
        MigrationProject.open(tmp_path / "b.mailsafi")
    assert not (tmp_path / "b.mailsafi").exists()


# --- the list


def test_a_list_with_an_error_changes_nothing(project: MigrationProject) -> None:
    before = project.mailboxes()
    parsed = project.import_list(b"EmailAddress,UserName,Password\nnobody,,\n")
    assert not parsed.ok
    assert project.mailboxes() == before


def test_mailboxes_that_a_newer_list_no_longer_names_go_and_numbers_stay(project: MigrationProject) -> None:
    first = project.mailboxes()
    row = "EmailAddress,UserName,Password\n{0},{0},new-secret\n".format(PEOPLE[1].person.address)
    assert project.import_list(row.encode()).ok
    assert project.mailboxes() == (first[1],)
    who = project.sign_in(first[1].id, Side.SOURCE)
    assert who is not None
    assert who.password == Secret("new-secret")


def test_passwords_are_not_in_the_project_file(company: SmallCompany, project: MigrationProject) -> None:
    run(project)
    project.close()
    for file in company.folder.glob("small.mailsafi*"):
        data = file.read_bytes()
        assert not any(p.encode() in data or p.encode("utf-16-le") in data for p in PASSWORDS)
    opened = MigrationProject.open(company.folder / "small.mailsafi")
    assert not opened.has_secret(opened.mailboxes()[0].id, Side.SOURCE)
    with pytest.raises(errors.WrongUsage, match=r"No password is known for amina@example\.co\.ke at the old server"):
        opened.start(lambda event: None)
    opened.close()


def test_one_login_for_all_is_used_where_a_mailbox_has_no_password(project: MigrationProject) -> None:
    project.add_mailboxes([Mailbox("new@example.co.ke", "new", "new@example.co.ke")])
    box = project.mailboxes()[-1].id
    assert project.sign_in(box, Side.SOURCE) is None
    project.set_admin(Side.SOURCE, "boss", Secret("pw"), SignInStyle.MASTER_USER)
    who = project.sign_in(box, Side.SOURCE)
    assert who is not None
    assert (who.user, who.admin, who.style) == ("new", "boss", SignInStyle.MASTER_USER)
    own = project.sign_in(project.mailboxes()[0].id, Side.SOURCE)
    assert own is not None
    assert own.style is SignInStyle.PASSWORD
    assert project.sign_in(999, Side.SOURCE) is None
    project.erase_secrets()
    assert project.sign_in(box, Side.SOURCE) is None


# --- what is missing is told


def test_without_servers_mailboxes_or_passwords_nothing_starts(tmp_path: Path) -> None:
    project = MigrationProject.create(tmp_path / "a.mailsafi")
    for ask in (
        lambda: project.climb(Side.SOURCE),
        lambda: project.start(print),
        lambda: project.take_census(print),
        project.look_up,
    ):
        with pytest.raises(errors.WrongUsage):
            ask()
    project.set_endpoint(Side.SOURCE, Endpoint("localhost", 993))
    project.set_endpoint(Side.DESTINATION, Endpoint("localhost", 993))
    with pytest.raises(errors.WrongUsage, match="no mailboxes"):
        project.start(print)
    assert project.wait()
    assert project.forecast() is None
    for act in (project.pause, project.resume, project.stop):
        act()
    project.close()


# --- servers


def test_servers_are_climbed_and_sign_ins_tested(project: MigrationProject) -> None:
    assert project.climb(Side.SOURCE).ok
    told: list[SignInResult] = []
    project.set_secret(project.mailboxes()[1].id, Side.DESTINATION, Secret("wrong"))
    results = project.test_sign_ins(told.append)
    assert sorted((r.mailbox_id, r.side.value, r.ok) for r in results) == sorted((r.mailbox_id, r.side.value, r.ok) for r in told)
    bad = [r for r in results if not r.ok]
    assert [(r.mailbox_id, r.side) for r in bad] == [(project.mailboxes()[1].id, Side.DESTINATION)]
    assert bad[0].cause == "localhost refused the sign-in of otieno@example.co.ke"
    assert project.sign_in_results()[bad[0].mailbox_id, Side.DESTINATION] == bad[0]


def test_a_look_weighs_and_writes_nothing(company: SmallCompany, project: MigrationProject) -> None:
    census = project.take_census(lambda event: None)
    assert [c.messages for c in census] == [len(bodies(company.old(i))) for i in range(2)]
    assert [c.bytes for c in census] == [company.old(i).size for i in range(2)]
    assert project.census() == census
    assert bodies(company.new()) == []
    found = project.forecast()
    assert found is not None
    assert found.messages == sum(c.messages for c in census)
    sent = next(f for f in census[0].folders if f.role is Role.SENT)
    assert (sent.name, sent.destination_name) == ("INBOX.Sent", "Sent")


# --- the copy


def test_everything_arrives_and_a_second_run_copies_only_what_is_new(company: SmallCompany, project: MigrationProject) -> None:
    ledger, told = run(project)
    assert ledger.complete
    for person in range(2):
        assert bodies(company.new(person)) == bodies(company.old(person))
    assert isinstance(told[0], RunStarted)
    assert isinstance(told[-1], Summary)
    assert told[-1].exit_status == 0
    assert {e.mailbox_id for e in told if isinstance(e, MailboxFinished)} == {m.id for m in project.mailboxes()}
    assert all(project.state(m.id) is MailboxState.DONE and project.problem(m.id) == ("", "", "") for m in project.mailboxes())

    company.deliver(letter(1), letter(2, ("Kazi", "2026"), ("\\Seen",)))
    again, _ = run(project)
    assert again.complete
    assert again.copied == ledger.copied + 2
    assert bodies(company.new()) == bodies(company.old())
    new = company.new().folders[b"Kazi/2026"].messages
    assert [(m.flags, m.date) for m in new.values()] == [(frozenset({"\\Seen"}), WHEN)]

    third, _ = run(project)
    assert [r.messages for r in project.runs()] == [ledger.copied, 2, 0]
    assert [r.outcome for r in project.runs()] == ["done"] * 3
    assert third == again


def test_mail_that_is_there_already_is_recognised(company: SmallCompany, project: MigrationProject) -> None:
    same = next(iter(company.old().folders[b"INBOX"].messages.values()))
    company.new().folders[b"INBOX"].add(("\\Seen",), WHEN, same.body)
    ledger, _ = run(project)
    assert ledger.complete
    assert ledger.present == 1
    assert bodies(company.new()) == bodies(company.old())


def test_what_its_user_deleted_at_the_destination_does_not_come_back(company: SmallCompany, project: MigrationProject) -> None:
    run(project)
    inbox = company.new().folders[b"INBOX"].messages
    del inbox[min(inbox)]
    ledger, _ = run(project)
    assert ledger.complete
    assert sum(f.removed for f in ledger.folders) == 1
    assert len(bodies(company.new())) == len(bodies(company.old())) - 1


def test_flags_set_at_the_source_follow(company: SmallCompany, project: MigrationProject) -> None:
    company.deliver(letter(1))
    run(project)
    inbox = company.old().folders[b"INBOX"]
    inbox.mark(max(inbox.messages), ("\\Flagged",))
    run(project)
    theirs = {m.body: m.flags for m in company.new().folders[b"INBOX"].messages.values()}
    assert theirs[letter(1).body] == {"\\Flagged"}


def test_a_pause_holds_until_resumed(project: MigrationProject) -> None:
    paused = threading.Event()

    def watch(event: Event) -> None:
        if isinstance(event, StateChanged) and event.state is MailboxState.LOOKING:
            project.pause(event.mailbox_id)
        if isinstance(event, StateChanged) and event.state is MailboxState.PAUSED:
            paused.set()

    told: list[Event] = []

    def both(event: Event) -> None:
        told.append(event)
        watch(event) if not paused.is_set() else None

    project.start(both)
    assert paused.wait(LONG_ENOUGH)
    assert project.running
    project.start(both)  # a run that is on is not started twice
    project.resume()
    while not project.wait(0.05):
        project.resume()
    assert project.ledger().complete
    assert sum(isinstance(e, RunStarted) for e in told) == 1


def test_a_stop_ends_the_run_and_the_next_one_goes_on(company: SmallCompany, project: MigrationProject) -> None:
    company.deliver(*(letter(n) for n in range(300)))

    def stop(event: Event) -> None:
        if isinstance(event, Progress) or (isinstance(event, StateChanged) and event.state is MailboxState.COPYING):
            project.stop()

    _, told = run(project, stop)
    assert isinstance(told[-1], Summary)
    assert told[-1].exit_status == 4
    assert MailboxState.STOPPED in {project.state(m.id) for m in project.mailboxes()}
    ledger, _ = run(project)
    assert ledger.complete
    assert bodies(company.new()) == bodies(company.old())
    assert project.runs()[0].outcome == "stopped"


def test_a_wrong_password_is_named_and_the_others_arrive(company: SmallCompany, project: MigrationProject) -> None:
    bad = project.mailboxes()[1].id
    project.set_secret(bad, Side.SOURCE, Secret("wrong-77"))
    ledger, told = run(project)
    assert isinstance(told[-1], Summary)
    assert told[-1].exit_status == 3
    assert project.state(bad) is MailboxState.REFUSED
    assert project.problem(bad)[0] == "localhost refused the sign-in of otieno@example.co.ke"
    assert ledger.of(project.mailboxes()[0].id).complete
    assert bodies(company.new()) == bodies(company.old())
    assert "wrong-77" not in repr(told)


def test_closing_stops_a_run(company: SmallCompany, project: MigrationProject) -> None:
    company.deliver(*(letter(n) for n in range(200)))
    copying = threading.Event()

    def watch(event: Event) -> None:
        if isinstance(event, StateChanged) and event.state is MailboxState.COPYING:
            copying.set()

    project.start(watch)
    assert copying.wait(LONG_ENOUGH)
    project.close()
    assert not project.running


# --- the check


def test_a_check_finds_what_is_wrong_and_copies_nothing(company: SmallCompany, project: MigrationProject) -> None:
    run(project)
    ledger, problems = project.verify(lambda event: None, deep=True)
    assert (ledger.complete, problems) == (True, ())
    company.deliver(letter(1))
    before = bodies(company.new())
    ledger, problems = project.verify(lambda event: None)
    assert problems == ()
    assert not ledger.complete
    assert ledger.unaccounted == 1
    assert bodies(company.new()) == before


def test_a_deep_check_reads_every_letter(company: SmallCompany, project: MigrationProject) -> None:
    run(project)
    inbox = company.new().folders[b"INBOX"]
    uid, old = min(inbox.messages.items())
    inbox.messages[uid] = type(old)(uid, old.flags, old.date, old.body[:-3] + bytes([old.body[-3] ^ 1]) + old.body[-2:])
    assert project.verify(lambda event: None)[0].complete
    ledger, _ = project.verify(lambda event: None, deep=True)
    assert not ledger.complete
    (failure,) = project.failures()
    assert "differs" in failure.reason


def test_a_server_that_is_gone_is_a_problem_not_a_result(company: SmallCompany, project: MigrationProject) -> None:
    run(project)
    company.servers.stop()
    _, problems = project.verify(lambda event: None)
    assert len(problems) == 2
    assert {p.exit_status for p in problems} == {3}


def test_the_report_comes_from_the_file_alone(company: SmallCompany, project: MigrationProject) -> None:
    run(project)
    facts = project.report_facts(WHEN)
    project.close()
    opened = MigrationProject.open(company.folder / "small.mailsafi")
    assert opened.report_facts(WHEN) == facts
    assert opened.ledger().complete
    opened.close()


def test_what_is_known_of_the_provider_is_tried_first_for_an_administrator(tmp_path: Path) -> None:
    project = MigrationProject.create(tmp_path / "acme.mailsafi")
    project.set_provider("exchange")
    assert project.known_admin_styles() == (SignInStyle.EXCHANGE, SignInStyle.PLAIN_AUTHZID)
    project.set_provider("kerio")
    assert project.known_admin_styles()[0] is SignInStyle.KERIO
    project.set_provider("gandi")
    assert project.known_admin_styles() == ()
    project.close()
