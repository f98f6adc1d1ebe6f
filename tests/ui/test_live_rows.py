"""Rows that change often: they say what they should, announce only what differs, and are drawn by Qt alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate
from pytestqt.qtbot import QtBot

from mailsafi_wizard.ui import theme
from mailsafi_wizard.ui.live_rows import LiveRows
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.state_cells import CellDelegate
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.widgets import Tone


@dataclass(frozen=True)
class Line:
    name: str
    share: float
    fine: bool = True


def columns() -> list[Column[Line]]:
    return [
        Column("Name", lambda r: r.name, stretch=True, tip=lambda r: r.name * 2),
        Column("State", lambda r: "well" if r.fine else "bad", state=lambda r: (Tone.GOOD if r.fine else Tone.BAD, "")),
        Column("Progress", lambda r: f"{r.share:.0%}", sort=lambda r: r.share, share=lambda r: r.share),
    ]


def model_of(*rows: Line) -> LiveRows[Line]:
    model: LiveRows[Line] = LiveRows(columns(), key=lambda r: r.name)
    model.show_rows(rows)
    return model


def texts(model: LiveRows[Line]) -> list[list[str]]:
    return [[model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())]


def test_every_cell_holds_all_that_qt_draws(qtbot: QtBot, look: None) -> None:
    model = model_of(Line("a", 0.5), Line("b", 1.0, fine=False))
    assert texts(model) == [["a", "well", "50%"], ["b", "bad", "100%"]]
    role = Qt.ItemDataRole
    assert model.index(1, 1).data(role.ForegroundRole) == QColor(theme.theme().colour("bad"))
    assert isinstance(model.index(0, 2).data(role.DecorationRole), QPixmap)
    assert model.index(0, 0).data(role.ToolTipRole) == "aa"
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name"


def test_only_what_differs_is_announced(qtbot: QtBot, look: None) -> None:
    model = model_of(Line("a", 0.5), Line("b", 0.1))
    heard: list[tuple[int, int]] = []

    def hear(first: QModelIndex, _last: QModelIndex) -> None:
        heard.append((first.row(), first.column()))

    model.dataChanged.connect(hear)
    model.update_rows([Line("a", 0.5), Line("unknown", 0.0), Line("b", 0.6)])
    assert heard == [(1, 2)]
    assert model.rows == (Line("a", 0.5), Line("b", 0.6))
    model.show_rows([replace(row, fine=False) for row in model.rows])
    assert heard == [(1, 2), (0, 1), (1, 1)]


def test_other_rows_take_the_place_of_the_old(qtbot: QtBot, look: None) -> None:
    model = model_of(Line("a", 0.5))
    with qtbot.waitSignal(model.replaced):
        model.show_rows([Line("c", 0.2), Line("d", 0.3)])
    assert [row[0] for row in texts(model)] == ["c", "d"]


def test_a_new_scheme_colours_every_cell_anew(qtbot: QtBot, look: None) -> None:
    model = model_of(Line("a", 0.5))
    before = model.index(0, 1).data(Qt.ItemDataRole.ForegroundRole)
    theme.theme().wear("dark")
    try:
        assert model.index(0, 1).data(Qt.ItemDataRole.ForegroundRole) != before
    finally:
        theme.theme().wear("light")


def test_its_table_paints_without_python(qtbot: QtBot, look: None) -> None:
    live = Table("live", model_of(Line("a", 1.0)))
    still: RowsModel[Line] = RowsModel(columns(), key=lambda r: r.name)
    qtbot.addWidget(live)
    table = Table("still", still)
    qtbot.addWidget(table)
    assert type(live.itemDelegate()) is QStyledItemDelegate
    assert isinstance(table.itemDelegate(), CellDelegate)
    wide = live.columnWidth(2)
    assert wide >= theme.theme().px(100) + live.fontMetrics().horizontalAdvance("100 %")
