"""A table without rows says why; a narrow one cuts headings of figures first, then addresses, and figures never."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import theme
from mailsafi_wizard.ui.widgets import Tone


@dataclass(frozen=True)
class Row:
    address: str
    state: str
    count: int


def made(nothing: str = "", *rows: Row) -> Table[Row]:
    model: RowsModel[Row] = RowsModel(
        [
            Column("Mailbox", lambda row: row.address, stretch=True),
            Column("State", lambda row: row.state, state=lambda row: (Tone.GOOD, "")),
            Column("A heading that is longer than its figures", lambda row: f"{row.count:,}", numeric=True),
        ],
        key=lambda row: row.address,
    )
    table = Table("Mailboxes", model, nothing)
    theme().dress(table)
    model.show_rows(rows)
    table.resize(640, 240)
    table.show()
    return table


SOME = Row("wanjiku.kamau@tamarind-traders.example.co.ke", "Not complete", 1_234_567)


def seen(table: Table[Row]) -> QImage:
    return table.viewport().grab().toImage()


def test_an_empty_table_says_why(qapp: QApplication, look: None) -> None:
    bare, told = made(), made("Nothing was noticed.")
    assert seen(bare) != seen(told)
    assert seen(made("", SOME)) == seen(made("Nothing was noticed.", SOME))
    bare.filter.setFilterFixedString("nobody")
    told.filter.setFilterFixedString("nobody")
    assert seen(bare) != seen(told)  # no rows at all: nothing was looked for in vain


def test_looking_in_vain_is_said(qapp: QApplication, look: None) -> None:
    table, empty = made("", SOME), made()
    table.filter.setFilterFixedString("nobody")
    assert seen(table) != seen(empty)


@pytest.mark.parametrize("width", [560, 480, 420])
def test_figures_and_states_are_whole_before_headings_and_addresses(qapp: QApplication, look: None, width: int) -> None:
    table = made("", SOME)
    table.resize(width, 240)
    state, figures = (table.sizeHintForColumn(place) for place in (1, 2))
    assert table.columnWidth(1) >= state
    assert table.columnWidth(2) >= figures
    assert table.horizontalScrollBar().maximum() == 0


def test_a_heading_that_may_be_cut_can_be_read(qapp: QApplication, look: None) -> None:
    table = made("", SOME)
    tip = table.model().headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert tip == "A heading that is longer than its figures"


MANY = tuple(
    Row(f"{name}@tamarind.example", state, count)
    for name, state, count in (("b", "Copying", 2), ("C", "Done", 1), ("a", "Done", 2))
)


def order(table: Table[Row]) -> str:
    """The first letters of the rows as they are seen."""
    return "".join(str(table.model().index(place, 0).data())[0] for place in range(table.model().rowCount()))


def test_sorting_keeps_what_is_chosen_and_equal_rows_as_they_came(qapp: QApplication, look: None) -> None:
    table = made("", *MANY)
    table.choose(0)
    for column, direction, wanted in (
        (0, "Ascending", "abC"),
        (0, "Descending", "Cba"),
        (2, "Descending", "baC"),
        (1, "Ascending", "bCa"),
    ):
        table.sortByColumn(column, Qt.SortOrder[f"{direction}Order"])
        assert (order(table), table.chosen) == (wanted, MANY[0])
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert (order(table), table.chosen) == ("bCa", MANY[0])


def test_a_row_that_changes_goes_to_its_place(qapp: QApplication, look: None) -> None:
    table = made("", *MANY)
    table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    table.filter.setFilterFixedString("tamarind")
    assert order(table) == "Cba"
    table.choose(0)
    table.rows_model.update_rows([Row("C@tamarind.example", "Done", 9)])
    assert order(table) == "baC"
    assert table.chosen == Row("C@tamarind.example", "Done", 9)
    table.rows_model.show_rows((*MANY[:2], Row("d@tamarind.example", "Done", 1)))
    assert order(table) == "Cdb"
    table.rows_model.show_rows(MANY[:1])
    assert order(table) == "b"


def test_what_is_looked_for_is_sorted_too(qapp: QApplication, look: None) -> None:
    table = made("", *MANY)
    table.filter.setFilterFixedString("done")
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert order(table) == "aC"
    table.filter.setFilterFixedString("")
    assert order(table) == "baC"


def test_words_are_found_in_one_column_in_any_case_and_as_they_are_now(qapp: QApplication, look: None) -> None:
    table = made("", *MANY)
    for words, wanted in (
        ("DONE", "Ca"),
        ("c@tam", "C"),
        ("example\ncopying", "b"),
        ("examplecopying", ""),
        ("(", ""),
        ("2", "ba"),
    ):
        table.filter.setFilterFixedString(words)
        assert order(table) == wanted, words
    table.filter.setFilterFixedString("done")
    table.rows_model.update_rows([Row("b@tamarind.example", "Done", 2)])
    assert order(table) == "bCa"
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    table.filter.setFilterFixedString("a@")
    assert order(table) == "a"
    table.rows_model.show_rows(MANY[:1])
    assert order(table) == ""
