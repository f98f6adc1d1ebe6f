"""The list of a project: mended, never lost, given out open and locked."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, Side, SignInStyle
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.lists import PasswordsLocked
from mailsafi_wizard.store.credential_list import Draft, read

GOOD = b"EmailAddress,UserName,Password\na@x.ke,a,p1\nb@x.ke,b,p2\n"
BAD = b"EmailAddress,UserName,Password\na@x.ke,secret\nb@x.ke,b,p2\n"


@pytest.fixture
def project(tmp_path: Path) -> MigrationProject:
    return MigrationProject.create(tmp_path / "acme.mailsafi")


def test_a_list_with_errors_changes_nothing_and_a_mended_one_is_taken(project: MigrationProject) -> None:
    found = read(BAD)
    assert project.take_drafts(found.drafts) == list(found.problems)
    assert project.mailboxes() == ()
    mended = [Draft(replace(found.drafts[0].row, user="a")), found.drafts[1]]
    assert project.take_drafts(mended) == []
    assert [box.source_user for box in project.mailboxes()] == ["a", "b"]
    assert project.sign_in(2, Side.SOURCE).password == Secret("p2")  # type: ignore[union-attr]
    project.close()


def test_what_was_typed_outlives_the_window_where_it_can_be_sealed(project: MigrationProject) -> None:
    drafts = read(BAD).drafts
    project.unlock(Secret("open sesame"))
    project.keep_draft(drafts)
    path = project.path
    project.close()
    again = MigrationProject.open(path)
    assert again.kept_draft() == ()
    again.unlock(Secret("open sesame"))
    assert again.kept_draft() == drafts
    again.take_drafts(read(GOOD).drafts)
    assert again.kept_draft() == ()
    again.close()


def test_without_a_vault_it_lives_as_long_as_the_program(project: MigrationProject) -> None:
    project.keep_draft(read(BAD).drafts)
    assert project.kept_draft() == read(BAD).drafts
    project.close()


def test_mailboxes_come_back_as_rows_with_all_they_have(project: MigrationProject) -> None:
    text = b"Email,UserName,DestinationEmail,DestinationPassword,SourceHost,UserRoot,Password\na@x.ke,a,c@x.ke,n,imap.x.ke,/r,p1\nb@x.ke,b,,,,,p2\n"
    project.import_list(text)
    rows = [draft.row for draft in project.drafts_of_mailboxes()]
    assert rows == [replace(row, line=number) for number, row in enumerate(read(text).rows, 1)]
    assert project.take_drafts(project.drafts_of_mailboxes()) == []
    project.close()


def test_lists_are_written_for_their_owner_only(project: MigrationProject, tmp_path: Path) -> None:
    project.import_list(GOOD)
    for name in ("open.txt", "locked.zip", "resets.csv"):
        path = tmp_path / name
        if name == "open.txt":
            assert project.write_list(path) == 2
            assert [row.password for row in read(path.read_bytes()).rows] == [Secret("p1"), Secret("p2")]
        elif name == "locked.zip":
            assert project.write_sealed_list(path, Secret("tembo-nne-kabati-mvua")) == 2
        else:
            project.choose_reset(1, True)
            assert project.write_resets(path) == 1
            assert b"p1" not in path.read_bytes()
        if sys.platform != "win32":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(errors.WrongUsage):
        project.write_sealed_list(tmp_path / "weak.zip", Secret("weak"))
    assert not (tmp_path / "weak.zip").exists()
    project.close()


def test_the_companys_domains_are_looked_at(project: MigrationProject) -> None:
    project.set_company(replace(project.company, domains=("acme.ke",)))
    assert "acme.ke" in project.import_list(GOOD).warnings[0].text
    project.close()


def test_what_is_locked_is_neither_given_out_nor_erased_by_an_empty_cell(project: MigrationProject, tmp_path: Path) -> None:
    project.unlock(Secret("open sesame"))
    project.import_list(GOOD)
    project.close()
    again = MigrationProject.open(project.path)
    for call in (again.drafts_of_mailboxes, lambda: again.write_list(tmp_path / "x.txt")):
        with pytest.raises(PasswordsLocked):
            call()
    assert again.import_list(b"EmailAddress,UserName,Password\na@x.ke,a,\nb@x.ke,b,\n").ok
    again.unlock(Secret("open sesame"))
    assert [row.password for row in again.list_rows()] == [Secret("p1"), Secret("p2")]
    again.close()


def test_a_login_for_all_makes_passwords_of_single_mailboxes_a_choice(project: MigrationProject) -> None:
    some = b"EmailAddress,UserName,Password\na@x.ke,a,\nb@x.ke,b,p2\n"
    assert not project.import_list(some).ok
    project.set_admin(Side.SOURCE, "boss", Secret("pw"), SignInStyle.PLAIN_AUTHZID)
    assert project.import_list(some).ok
    a, b = project.mailboxes()
    every = {(box.id, Side.SOURCE) for box in (a, b)} | {(b.id, Side.DESTINATION)}
    assert project.places_with_way_in() == every
    project.close()
