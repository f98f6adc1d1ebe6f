"""The end of a project: programs, sheets, what was lent and given back, and that no secret is in anything that is handed out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import report, signin
from mailsafi_wizard.cutover.closing import ClosingState, Lent
from mailsafi_wizard.demo import company as sample
from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.model import Mailbox, OAuth, OAuthWay, Program, Secret, Side, SignInStyle
from mailsafi_wizard.net.dns import Answer, Snapshot, View
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.finishing import ProgramsSeen
from tests.unit.small_company import PASSWORDS, PEOPLE, SmallCompany

NOW = dt.datetime.now(dt.UTC)
OLD, NEW = ("10 mail.example.co.ke",), ("10 mx1.mailsafi.example", "20 mx2.mailsafi.example")


@pytest.fixture
def project(company: SmallCompany) -> Iterator[MigrationProject]:
    made = company.project()
    made.set_company(sample.facts(NOW.date()))
    yield made
    made.close()


def sent(mailer: str, number: int, folder: str = "Sent") -> Letter:
    head = f"Message-ID: <{number}@example.net>\r\nSubject: hidden\r\nX-Mailer: {mailer}\r\n\r\n"
    return Letter((folder,), (), dt.datetime(2026, 11, 1, 9, number % 60, tzinfo=dt.UTC), head.encode() + b"text\r\n")


def copied(project: MigrationProject) -> None:
    project.start(lambda _event: None)
    assert project.wait(60)


def test_programs_are_read_from_the_newest_sent_mail_and_kept(company: SmallCompany, project: MigrationProject) -> None:
    company.deliver(*(sent("Microsoft Outlook 16.0", n) for n in range(80)), *(sent("iPhone Mail (1)", 100 + n) for n in range(60)))
    company.deliver(sent("Apple Mail (2.1)", 1, "Kazi"), person=1)
    told: list[ProgramsSeen] = []
    found = project.look_at_programs(told.append)
    assert [one.mailbox_id for one in found] == [box.id for box in project.mailboxes()]
    assert found[0].seen[0] == (Program.IPHONE, 60)
    assert not any(program is Program.APPLE_MAIL for program, _count in found[1].seen)
    assert sorted(told, key=lambda one: one.mailbox_id) == list(found)
    assert project.programs()[found[0].mailbox_id] == found[0].seen
    sheet = project.sheet(project.mailboxes()[0], "en")
    assert sheet.sections[0].program is Program.IPHONE


def test_a_mailbox_that_can_not_be_looked_at_is_named_and_keeps_what_was_known(
    company: SmallCompany, project: MigrationProject
) -> None:
    company.deliver(sent("iPhone Mail (1)", 1))
    project.look_at_programs(lambda _one: None)
    box = project.mailboxes()[0]
    before = project.programs()
    project.set_secret(box.id, Side.SOURCE, Secret("wrong"))
    found = project.look_at_programs(lambda _one: None, [box.id])
    assert [one.mailbox_id for one in found] == [box.id]
    assert found[0].error
    assert project.programs() == before


def test_odd_notes_are_no_programs(project: MigrationProject) -> None:
    for text in ("", "nonsense", "[]", '{"1": [["telnet", 3]]}'):
        project.set_note("programs", text)
        assert not any(project.programs().values())


def test_sheets_that_were_made_are_known(project: MigrationProject) -> None:
    assert project.sheets_made() == {}
    project.note_sheets("sw", "mail")
    made = project.sheets_made()
    assert set(made) == {box.id for box in project.mailboxes()}
    assert {(one.language, one.form) for one in made.values()} == {("sw", "mail")}
    assert all(NOW - dt.timedelta(minutes=1) < one.when for one in made.values())


def test_the_project_keeps_its_number(company: SmallCompany, project: MigrationProject) -> None:
    number = project.project_id
    assert project.project_id == number
    other = company.project("other.mailsafi", with_list=False)
    assert other.project_id != number
    other.close()


# --- what was lent


def test_what_was_lent_stays_known_when_the_secrets_are_gone(project: MigrationProject) -> None:
    before = project.credentials()
    assert [(c.kind, c.who) for c in before] == [(Lent.PASSWORD, one.person.address) for one in PEOPLE]
    assert project.erased() is None
    project.erase_secrets()
    assert project.credentials() == before
    erased = project.erased()
    assert erased is not None
    assert erased[0] >= NOW - dt.timedelta(minutes=1)
    project.set_secret(project.mailboxes()[0].id, Side.SOURCE, Secret("again"))
    assert project.erased() is None


def test_passwords_of_an_earlier_session_are_known_by_what_was_done_with_them(
    company: SmallCompany, project: MigrationProject
) -> None:
    copied(project)
    path = project.path
    project.close()
    again = MigrationProject.open(path)
    assert not again.places_with_secret()
    assert len(again.credentials()) == 2
    again.close()


def test_an_administrator_s_login_takes_the_place_of_passwords_that_nobody_gave(company: SmallCompany) -> None:
    project = company.project("admin.mailsafi", with_list=False)
    project.add_mailboxes(Mailbox(one.person.address, one.person.address, one.person.address) for one in PEOPLE)
    app = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    project.set_admin(Side.SOURCE, "root", Secret("Ndizi, 12"), SignInStyle.MASTER_USER, everyone=True)
    project.set_oauth(Side.DESTINATION, OAuth(OAuthWay.MICROSOFT_APP, "acme.co.ke", app, secret=Secret("Embe, 13")))
    wanted = [(Lent.ADMIN, "root", Side.SOURCE), (Lent.MICROSOFT_APP, app, Side.DESTINATION)]
    assert [(c.kind, c.who, c.side) for c in project.credentials()] == wanted
    project.erase_secrets()
    assert project.erased() is not None
    project.forget_admin(Side.SOURCE)  # given up for passwords: it was lent all the same
    project.set_oauth(
        Side.DESTINATION, OAuth(OAuthWay.GOOGLE_USER, client_id="1234.apps.googleusercontent.com", secret=Secret("Chai, 14"))
    )
    assert [c.kind for c in project.credentials()] == [Lent.ADMIN, Lent.MICROSOFT_APP, Lent.CONSENT]
    project.set_admin(Side.SOURCE, "", Secret("Embe, 15"), SignInStyle.KERIO)  # it has no administrator's name
    project.forget_admin(Side.SOURCE)
    assert "x-masterauth" in [c.who for c in project.credentials()]
    project.set_admin(Side.SOURCE, "root", Secret("Embe, 15"), SignInStyle.MASTER_USER)
    assert project.erased() is None
    noted = "".join(project.note(name) for name in ("lent", "revoked", "erased"))
    assert not any(word in noted for word in ("Ndizi", "Embe", "Chai"))
    project.close()


def test_marks_are_kept_with_their_day_and_taken_off_again(project: MigrationProject) -> None:
    first, second = project.credentials()
    project.set_revoked(first.key, True)
    project.set_revoked(second.key, True)
    project.set_revoked(first.key, False)
    assert set(project.revoked()) == {second.key}
    assert project.revoked()[second.key] >= NOW - dt.timedelta(minutes=1)


# --- closing


def snapshot(mx: tuple[str, ...]) -> str:
    return json.dumps(Snapshot("example.co.ke", "", (View("ns1", True, (Answer("example.co.ke", "MX", mx, 300),)),)).facts())


def look(project: MigrationProject, when: dt.datetime, mx: tuple[str, ...]) -> None:
    project._journal.add_dns_snapshot(when, snapshot(mx))


def test_the_old_server_may_close_after_the_wait_and_a_last_pass(company: SmallCompany, project: MigrationProject) -> None:
    assert project.closing(NOW).state is ClosingState.UNKNOWN
    copied(project)
    project.add_dns_snapshot("nonsense")
    look(project, NOW - dt.timedelta(days=9), OLD)
    look(project, NOW - dt.timedelta(days=8), NEW)
    assert project.closing(NOW - dt.timedelta(days=7)).state is ClosingState.WAIT
    found = project.closing(dt.datetime.now(dt.UTC))
    assert found.state is ClosingState.READY
    assert found.missing == ()


def test_mail_that_came_lately_holds_the_old_server_open(company: SmallCompany, project: MigrationProject) -> None:
    late = NOW.replace(microsecond=0) - dt.timedelta(hours=2)
    company.deliver(Letter(("INBOX",), (), late, b"Message-ID: <late@example.net>\r\n\r\nx\r\n"))
    company.deliver(Letter(("Sent",), (), late + dt.timedelta(hours=1), b"Message-ID: <own@example.net>\r\n\r\nx\r\n"))
    company.deliver(
        Letter(("INBOX",), (), dt.datetime(2099, 1, 1, tzinfo=dt.UTC), b"Message-ID: <odd@example.net>\r\n\r\nx\r\n"), person=1
    )
    copied(project)
    look(project, NOW - dt.timedelta(days=9), OLD)
    look(project, NOW - dt.timedelta(days=8), NEW)
    assert project.last_arrival() == late
    found = project.closing(dt.datetime.now(dt.UTC))
    assert (found.state, found.earliest) == (ClosingState.WAIT, late + dt.timedelta(hours=24))


def test_the_report_tells_of_sheets_credentials_and_the_old_server(project: MigrationProject) -> None:
    project.note_sheets("sw", "pdf")
    project.set_revoked(project.credentials()[0].key, True)
    facts = project.report_facts(dt.datetime.now(dt.UTC))
    sections = {section.key: section for section in facts.sections}
    assert [row[2] for row in sections["sheets"].tables[0].rows] == ["Kiswahili", "Kiswahili"]
    assert [row[4] == "not yet" for row in sections["credentials"].tables[0].rows] == [False, True]
    assert "can't be said yet" in sections["closing"].paragraphs[0]
    assert "have not been erased" in sections["credentials"].paragraphs[0]
    project.erase_secrets()
    facts = project.report_facts(dt.datetime.now(dt.UTC))
    assert "were erased on" in next(s for s in facts.sections if s.key == "credentials").paragraphs[0]


# --- no secret in anything


def test_no_secret_is_in_anything_that_is_handed_out(company: SmallCompany, project: MigrationProject, tmp_path: Path) -> None:
    company.deliver(sent(f"iPhone Mail {PASSWORDS[0]}", 1))
    copied(project)
    project.look_at_programs(lambda _one: None)
    project.note_sheets("en", "html")
    handed: list[bytes] = []
    for language in signin.LANGUAGES:
        for box, sheet in zip(project.mailboxes(), project.sheets(language), strict=True):
            profile = signin.mobileconfig(project.sign_in_values(box), project.project_id)
            mail = signin.as_mail(sheet, "example.co.ke", NOW, profile)
            handed += [signin.as_html(sheet).encode(), signin.as_text(sheet).encode(), profile, mail.as_bytes()]
            handed += [part.get_payload(decode=True) or b"" for part in mail.walk() if not part.is_multipart()]  # type: ignore[misc]
    users = [project.sign_in_values(box) for box in project.mailboxes()]
    handed += [
        signin.autoconfig(users, project.company.domains, "x"),
        signin.publishing(users[0], project.company.domains).encode(),
    ]
    facts = project.report_facts(dt.datetime.now(dt.UTC))
    handed += [
        report.html(facts).encode(),
        report.as_json(facts).encode(),
        *(p.read_bytes() for p in report.write_csv(facts, tmp_path / "csv")),
    ]
    notes = "".join(project.note(name) for name in ("programs", "sheets", "lent", "revoked", "erased"))
    handed.append(notes.encode())
    assert len(handed) > 40
    for secret in PASSWORDS:
        forms = {
            secret.encode(),
            secret.encode("utf-16-le"),
            json.dumps(secret).strip('"').encode(),
            secret.replace('"', "&#34;").encode(),
        }
        assert not any(form in text for form in forms for text in handed)
