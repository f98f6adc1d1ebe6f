"""The list is taken in, mended by keyboard, kept, and given out; the passphrase is asked for in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mailsafi_wizard.errors import PasswordsLocked
from mailsafi_wizard.model import Endpoint, Secret, Security, Side
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.store.credential_list import read
from mailsafi_wizard.store.vault import Keeping
from mailsafi_wizard.ui.list_model import ADDRESS, DOTS, PROBLEM
from mailsafi_wizard.ui.pages.credentials import CredentialsPage
from mailsafi_wizard.ui.pages.finish import FinishPage
from tests.ui.conftest import Hand

PASSWORD = 3
BAD = b"EmailAddress,UserName,Password\njane@example.co.ke,Hidden1\nali@example.co.ke,ali, x \nHidden2,who,ali3@example.co.ke\n"
GOOD = b"EmailAddress,UserName,Password\njane@example.co.ke,jane,p1\nali@example.co.ke,ali,p2\n"


@pytest.fixture
def page(hand: Hand, tmp_path: Path) -> CredentialsPage:
    async def create() -> None:
        hand.window.create_at(tmp_path / "acme.mailsafi")

    hand.run(create())
    project = hand.window.project
    assert project is not None
    for side in Side:
        project.set_endpoint(side, Endpoint("imap.example.co.ke", 993))
    made = hand.go("credentials")
    assert isinstance(made, CredentialsPage)
    return made


def shown(page: CredentialsPage) -> list[list[str]]:
    model = page.list.editor.model
    return [[str(model.index(r, c).data()) for c in range(model.columnCount())] for r in range(model.rowCount())]


def type_into(page: CredentialsPage, place: int, column: int, text: str) -> None:
    """As by keyboard: F2, all replaced, Enter."""
    table = page.list.editor.table
    table.setFocus()
    table.setCurrentIndex(table.list_model.index(place, column))
    QTest.keyClick(table, Qt.Key.Key_F2)
    edit = table.open_cell
    assert edit is not None
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QApplication.processEvents()  # Qt takes the cell over after the key


def test_a_list_with_errors_is_mended_in_the_table(page: CredentialsPage, hand: Hand) -> None:
    page.take(BAD)
    editor = page.list.editor
    assert editor.isVisibleTo(hand.window)
    assert page.project.mailboxes() == ()
    assert editor.model.errors == 2
    assert not hand.window.act.isEnabled()
    assert "Hidden" not in str(shown(page))
    assert shown(page)[1][PASSWORD] == DOTS
    type_into(page, 0, 2, "jane")
    assert shown(page)[0][PROBLEM] == "Nothing"
    type_into(page, 2, ADDRESS, "  third@example.co.ke ")
    assert [row[ADDRESS] for row in shown(page)] == ["jane@example.co.ke", "ali@example.co.ke", "third@example.co.ke"]
    assert editor.ready
    hand.act()
    assert not page.list.editing
    rows = page.project.list_rows()
    assert [(row.address, row.user, row.password.reveal()) for row in rows] == [
        ("jane@example.co.ke", "jane", "Hidden1"),
        ("ali@example.co.ke", "ali", " x "),
        ("third@example.co.ke", "who", "ali3@example.co.ke"),
    ]
    assert editor.model.drafts == ()


def test_a_cell_that_is_only_looked_at_stays_as_it_was(page: CredentialsPage) -> None:
    odd = "EmailAddress,UserName,Password\njane@example.co.ke,jane,\u00a0x\u200b\u0007y \nbad,b,c\n".encode()
    page.take(odd)
    before = page.list.editor.model.drafts
    type_into(page, 0, PASSWORD, "")
    assert page.list.editor.model.drafts == before
    assert not page.list.editor.model.can_undo


def test_rows_are_added_removed_pasted_and_taken_back_by_keyboard(page: CredentialsPage) -> None:
    page.take(BAD)
    editor, table = page.list.editor, page.list.editor.table
    before = editor.model.drafts
    table.go_to(1)
    QTest.keyClick(table, Qt.Key.Key_Insert)
    assert [row[0] for row in shown(page)] == ["2", "3", "5", "4"]
    assert "no email address" in shown(page)[2][PROBLEM]
    table.go_to(2)
    QTest.keyClick(table, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert editor.model.drafts == before
    QTest.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.model.drafts == before
    QGuiApplication.clipboard().setText('new@example.co.ke\tnew\t"a""b"\nnew2@example.co.ke\tnew2\tx\n')
    QTest.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [row[ADDRESS] for row in shown(page)[3:]] == ["new@example.co.ke", "new2@example.co.ke"]
    assert editor.model.draft(3).row.password == Secret('a"b')
    QGuiApplication.clipboard().setText("word")
    table.go_to(4, PASSWORD)
    QTest.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert editor.model.draft(4).row.password == Secret("word")
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert shown(page)[4][PROBLEM] == "The password is missing."


def test_passwords_are_shown_for_one_row_and_only_while_it_is_chosen(page: CredentialsPage) -> None:
    page.take(BAD)
    editor = page.list.editor
    editor.table.go_to(1)
    editor.eye.click()
    assert [row[PASSWORD] for row in shown(page)] == [DOTS, " x ", DOTS]
    editor.table.go_to(0)
    assert [row[PASSWORD] for row in shown(page)] == [DOTS] * 3
    assert not editor.eye.isChecked()


def test_only_what_needs_mending(page: CredentialsPage) -> None:
    page.take(BAD.replace(b", x ", b",x"))
    editor = page.list.editor
    editor.only_bad.setChecked(True)
    assert [editor.table.isRowHidden(place) for place in range(3)] == [False, True, False]


def test_what_was_typed_is_there_again_after_another_step_and_another_language(page: CredentialsPage, hand: Hand) -> None:
    page.take(BAD)
    type_into(page, 0, 2, "jane")
    kept = page.list.editor.model.drafts
    hand.go("migrate")
    hand.window.build()
    hand.window.show_key("credentials")
    again = hand.page
    assert isinstance(again, CredentialsPage)
    assert again.list.editing
    assert again.list.editor.model.drafts == kept
    again.list.discard()
    assert again.project.kept_draft() == ()


def test_the_cell_that_is_open_is_kept_too(page: CredentialsPage, hand: Hand) -> None:
    page.take(BAD)
    table = page.list.editor.table
    table.setCurrentIndex(table.list_model.index(0, 2))
    QTest.keyClick(table, Qt.Key.Key_F2)
    edit = table.open_cell
    assert edit is not None
    QTest.keyClicks(edit, "half")
    page.leave()
    assert page.project.kept_draft()[0].row.user == "half"


def test_a_list_that_was_not_touched_is_kept_too(page: CredentialsPage, hand: Hand) -> None:
    page.take(BAD)
    hand.go("migrate")
    assert page.project.kept_draft() == read(BAD).drafts


def test_a_list_that_can_not_be_mended_by_row_is_told(page: CredentialsPage, hand: Hand) -> None:
    page.take(b"info;geheim;Info Desk\n")
    assert page.list.problems.isVisibleTo(hand.window)
    assert not page.list.editing


def test_the_plain_file_is_removed_only_when_asked(page: CredentialsPage, hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(GOOD)
    page.list.take_file(path)
    plain = page.list.handover.plain
    assert plain.isVisibleTo(hand.window)
    assert path.exists()
    plain.remove()
    assert not path.exists()
    assert page.problem is None


def test_a_file_that_was_changed_is_not_removed(page: CredentialsPage, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(GOOD)
    page.list.take_file(path)
    path.write_bytes(b"new")
    page.list.handover.plain.remove()
    assert path.read_bytes() == b"new"
    assert page.problem is not None


def test_a_folder_that_is_dropped_is_a_problem_and_no_crash(page: CredentialsPage, tmp_path: Path) -> None:
    page.list.take_file(tmp_path)
    assert page.problem is not None


def test_the_locked_list_needs_a_good_passphrase(page: CredentialsPage, tmp_path: Path) -> None:
    page.take(GOOD)
    locked = page.list.handover.locked
    locked.begin()
    first = locked.edit.text()
    assert locked.save.isEnabled()
    locked.edit.setText("short")
    assert not locked.save.isEnabled()
    assert locked.field.note.wrong
    locked.edit.setText(first)
    locked.save_to(tmp_path / "list.zip")
    assert (tmp_path / "list.zip").exists()
    assert "2 mailboxes" in locked.told.text()
    locked.end()
    assert locked.edit.text() == ""


def test_passwords_to_be_set_anew_are_ticked_and_saved(page: CredentialsPage, tmp_path: Path) -> None:
    page.take(GOOD)
    card = page.list.handover.resets
    card.begin()
    assert card.count.text() == "0 passwords"
    card.list.item(1).setCheckState(Qt.CheckState.Checked)
    assert [reset.mailbox.address for reset in page.project.resets()] == ["ali@example.co.ke"]
    card.save_to(tmp_path / "resets.csv")
    assert "ali@example.co.ke" in (tmp_path / "resets.csv").read_text("utf-8-sig")


def test_a_passphrase_is_offered_where_secrets_would_be_forgotten_and_asked_for_on_the_next_day(
    page: CredentialsPage, hand: Hand
) -> None:
    panel = page.list.keeping
    page.take(GOOD)
    assert panel.isVisibleTo(hand.window)
    panel.edit.setText("short")
    panel.unlock()
    assert panel.note.wrong
    panel.edit.setText("tembo nne kabati")
    panel.again.setText("another one entirely")
    panel.unlock()
    assert panel.note.wrong == "The two are not the same."
    panel.again.setText("tembo nne kabati")
    panel.unlock()
    assert not panel.isVisibleTo(hand.window)
    assert page.project.keeping is Keeping.PASSPHRASE
    path = page.project.path
    hand.window.close_project()

    async def open_again() -> None:
        hand.window.open_project(MigrationProject.open(path))

    hand.run(open_again())
    asked = hand.window.keeping
    assert asked.isVisibleTo(hand.window)
    project = hand.window.project
    assert project is not None
    for side in Side:
        project.set_endpoint(side, Endpoint("imap.invalid", 993, Security.TLS))
    with pytest.raises(PasswordsLocked):
        project.start(lambda _event: None)
    asked.edit.setText("wrong")
    asked.unlock()
    assert "does not fit" in asked.note.wrong
    assert asked.edit.text() == "wrong"
    asked.edit.setText("tembo nne kabati")
    asked.unlock()
    assert not asked.isVisibleTo(hand.window)
    assert len(project.places_with_secret()) == 4


def test_a_forgotten_passphrase_is_no_dead_end(page: CredentialsPage, hand: Hand) -> None:
    page.project.unlock(Secret("tembo nne kabati"))
    page.take(GOOD)
    path = page.project.path
    hand.window.close_project()

    async def open_again() -> None:
        hand.window.open_project(MigrationProject.open(path))

    hand.run(open_again())
    hand.window.keeping.forget()
    project = hand.window.project
    assert project is not None
    assert project.keeping is Keeping.SESSION
    assert len(project.mailboxes()) == 2
    assert not hand.window.keeping.isVisibleTo(hand.window)


def test_cells_that_are_shown_only_can_not_be_edited(page: CredentialsPage) -> None:
    page.take(BAD)
    model = page.list.editor.model
    assert not model.flags(model.index(0, PROBLEM)) & Qt.ItemFlag.ItemIsEditable
    assert not model.setData(model.index(0, 0), "9")
    assert not model.setData(QModelIndex(), "9")


def test_erasing_shows_its_proof_at_the_end(page: CredentialsPage, hand: Hand) -> None:
    page.project.unlock(Secret("tembo nne kabati"))
    page.take(GOOD)
    finish = hand.go("finish")
    assert isinstance(finish, FinishPage)

    async def erase() -> None:
        finish.erase()

    hand.run(erase())
    hand.settle()
    assert finish.problem is not None
    assert finish.problem.what.startswith("4 sealed passwords were erased")
    assert page.project.places_with_secret() == set()


def test_user_names_have_a_column_where_they_say_something_new(hand: Hand, tmp_path: Path) -> None:
    project = MigrationProject.create(tmp_path / "acme.mailsafi")

    async def show() -> None:
        hand.window.open_project(project)

    hand.run(show())
    page = hand.go("credentials")
    assert isinstance(page, CredentialsPage)
    page.take(b"EmailAddress,UserName,Password\na@x.ke,a@x.ke,p1\n")
    hand.settle()
    assert page.table.isColumnHidden(1)
    page.take(b"EmailAddress,UserName,Password\na@x.ke,a,p1\n")
    hand.settle()
    assert not page.table.isColumnHidden(1)
    assert page.table.columnWidth(1) >= page.table.horizontalHeader().sectionSizeHint(1)
    hand.window.close_project()
