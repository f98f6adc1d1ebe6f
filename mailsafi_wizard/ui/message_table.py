"""A folder's messages as a table that asks for a thousand at a time, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHeaderView, QTableView, QWidget

from mailsafi_wizard.model import MessageLine, MessageState
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.plain_words import as_tip
from mailsafi_wizard.ui.state_cells import ICON_ROLE, TONE_ROLE, CellDelegate
from mailsafi_wizard.ui.tables import MEASURED
from mailsafi_wizard.ui.theme import S, theme
from mailsafi_wizard.ui.widgets import Tone, column
from mailsafi_wizard.words import N_, _, translated

Ask = Callable[[int, int, bool], list[MessageLine]]
Index = QModelIndex | QPersistentModelIndex

HEADS = (N_("Number (UID)"), N_("Date"), N_("Size"), N_("What became of it"), N_("Why"))
STATES = {
    MessageState.COPYING: (N_("Being copied"), Tone.ACCENT),
    MessageState.COPIED: (N_("Copied"), Tone.GOOD),
    MessageState.PRESENT: (N_("Was there"), Tone.GOOD),
    MessageState.EXCLUDED: (N_("Left out"), Tone.MUTED),
    MessageState.FAILED: (N_("Failed"), Tone.BAD),
}
REMOVED = N_("Copied; deleted later by its user")


class MessagesModel(QAbstractTableModel):
    """Grows as it is scrolled. ``ask(folder, after UID, failed only)`` gives the next page, shorter than the last or empty at the end."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask
        self._folder = 0
        self._failed_only = False
        self._more = False
        self.lines: list[MessageLine] = []

    def show_folder(self, folder: int, failed_only: bool) -> None:
        self.beginResetModel()
        self._folder, self._failed_only = folder, failed_only
        self.lines = self._ask(folder, 0, failed_only) if folder else []
        self._more = bool(self.lines)
        self.endResetModel()

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more

    def fetchMore(self, parent: Index) -> None:
        fresh = self._ask(self._folder, self.lines[-1].uid, self._failed_only) if self.lines else []
        self._more = bool(fresh)
        if fresh:
            first = len(self.lines)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self.lines += fresh
            self.endInsertRows()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(HEADS[section])
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, place = self.lines[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(line, place)
        if role == Qt.ItemDataRole.ToolTipRole and place == len(HEADS) - 1:
            return as_tip(translated(line.reason)) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(place)
        if place == 3 and role == TONE_ROLE:
            return Tone.MUTED if line.removed else STATES[line.state][1]
        return "" if place == 3 and role == ICON_ROLE else None

    @staticmethod
    def _text(line: MessageLine, place: int) -> str:
        state = _(REMOVED) if line.removed else _(STATES[line.state][0])
        return (str(line.uid), line.date, formats.size(line.size) if line.size else "–", state, translated(line.reason))[place]


def _alignment(place: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if place in (0, 2) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class MessagesView(QWidget):
    """The table with its one choice: all messages, or only those that failed."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self.model = MessagesModel(ask)
        self.only_failed = QCheckBox(_("Only the &failed ones"))
        self.only_failed.toggled.connect(lambda _on: self.refresh())
        self._folder = 0
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setItemDelegate(CellDelegate(self.table))
        self.table.setAccessibleName(_("Messages of the folder"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme().px(34))
        head = self.table.horizontalHeader()
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        head.setResizeContentsPrecision(MEASURED)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        layout = column(self.table, spacing=S)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def show_folder(self, folder: int, failed_only: bool) -> None:
        self._folder = folder
        self.only_failed.blockSignals(True)
        self.only_failed.setChecked(failed_only)
        self.only_failed.blockSignals(False)
        self.refresh()

    def refresh(self) -> None:
        self.model.show_folder(self._folder, self.only_failed.isChecked())
        for place in range(len(HEADS) - 1):
            wanted = max(self.table.sizeHintForColumn(place), self.table.horizontalHeader().sectionSizeHint(place))
            self.table.setColumnWidth(place, wanted + 2 * S)

    def chosen_uids(self) -> list[int]:
        """Of the selected messages; where none is selected and only failed ones are shown, of all that are shown."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        if not rows and self.only_failed.isChecked():
            return [line.uid for line in self.model.lines]
        return [self.model.lines[place].uid for place in rows]
