"""The table in which the credential list is mended, in place and by keyboard alone, with what is wrong beside every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHeaderView, QLineEdit, QStyleOptionViewItem, QTableView, QWidget

from mailsafi_wizard.store import credential_list
from mailsafi_wizard.store.list_rows import Draft, Problem
from mailsafi_wizard.ui import icons
from mailsafi_wizard.ui.column_widths import Wish, shared
from mailsafi_wizard.ui.list_model import ADDRESS, CELLS, LINE, PROBLEM, ListModel
from mailsafi_wizard.ui.state_cells import CellDelegate
from mailsafi_wizard.ui.theme import M, theme
from mailsafi_wizard.ui.widgets import Button, Chip, Tone, column, label
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import _, ngettext

Index = QModelIndex | QPersistentModelIndex
KEEP_AFTER = 800  # milliseconds after the last change


class ListDelegate(CellDelegate):
    """Edits a cell in its place. A password is typed behind dots, with an eye to look; what was not changed is not written back."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        edit = QLineEdit(parent)
        edit.setFrame(False)
        edit.setAccessibleName(_(CELLS[index.column()].title))
        if CELLS[index.column()].secret:
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.addAction(_eye(edit), QLineEdit.ActionPosition.TrailingPosition)
        return edit

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
        editor.setModified(False)
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        if editor.isModified():
            model.setData(model.index(index.row(), index.column()), editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)


def _eye(edit: QLineEdit) -> QAction:
    eye = QAction(icons.icon("eye"), _("Show what is typed (Alt+S)"), edit)
    eye.setShortcut(QKeySequence("Alt+S"))
    eye.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    eye.setCheckable(True)
    modes = {True: QLineEdit.EchoMode.Normal, False: QLineEdit.EchoMode.Password}
    eye.toggled.connect(lambda on: edit.setEchoMode(modes[on]))
    edit.addAction(eye)
    return eye


class ListTable(QTableView):
    """The view. F2 or typing edits, Delete empties a cell, Insert adds a row, Ctrl+Delete removes the chosen ones, Ctrl+Z takes back."""

    pasted = Signal(str)

    def __init__(self, model: ListModel) -> None:
        super().__init__()
        self.list_model = model
        self.setModel(model)
        self.setItemDelegate(ListDelegate(self))
        self.setAccessibleName(_("The list, to be mended"))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        theme().changed.connect(self._worn)
        self._worn()

    def _worn(self) -> None:
        """Rows and columns in the letters of now."""
        self.verticalHeader().setDefaultSectionSize(theme().px(34))
        self.setMinimumHeight(theme().px(34) * 6)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.matches(QKeySequence.StandardKey.Undo):
            self.list_model.undo()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste(QGuiApplication.clipboard().text())
        elif event.key() == Qt.Key.Key_Delete and control:
            self.remove_chosen()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.list_model.setData(self.currentIndex(), "")
        elif event.key() == Qt.Key.Key_Insert:
            self.add_row()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state() is not QAbstractItemView.State.EditingState:
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @property
    def chosen_rows(self) -> set[int]:
        return {index.row() for index in self.selectionModel().selectedIndexes()}

    def add_row(self) -> None:
        """An empty row under the one that is chosen, ready to be typed in."""
        here = self.currentIndex()
        place = self.list_model.add(at=here.row() + 1 if here.isValid() else None)
        self.go_to(place)
        self.edit(self.currentIndex())

    def remove_chosen(self) -> None:
        rows = self.chosen_rows
        self.list_model.remove(rows)
        if rows and self.list_model.rowCount():
            self.go_to(min(min(rows), self.list_model.rowCount() - 1))

    def commit_open(self) -> None:
        """Take what stands in the cell that is open, as leaving it would."""
        if (edit := self.open_cell) is not None:
            self.commitData(edit)

    @property
    def open_cell(self) -> QLineEdit | None:
        """Where the admin is typing; closed ones stay hidden until Qt gets round to them."""
        return next((edit for edit in self.findChildren(QLineEdit) if not edit.isHidden()), None)

    def paste(self, text: str) -> None:
        """One word goes into the cell; rows of a list or spreadsheet are added."""
        if any(sign in text.rstrip("\r\n") for sign in "\n\r\t") or not self.currentIndex().isValid():
            self.pasted.emit(text)
        else:
            self.list_model.setData(self.currentIndex(), text.rstrip("\r\n"))

    def go_to(self, place: int, column_: int = ADDRESS) -> None:
        self.setFocus()
        self.setCurrentIndex(self.list_model.index(place, column_))
        self.scrollTo(self.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """The line's number is narrow, what is wrong takes what is left, and comes first where not all have room."""
        shown = [place for place in range(len(CELLS)) if not self.isColumnHidden(place)]
        width = self.viewport().width()
        wishes = [self._wish(place, width // (len(shown) + 1)) for place in shown]
        widths = shared(wishes, width)
        for place, wide in zip(shown, widths, strict=True):
            self.setColumnWidth(place, wide)
        header = self.horizontalHeader()
        header.moveSection(header.visualIndex(PROBLEM), LINE + 1 if sum(widths) > width else PROBLEM)
        self.updateGeometries()

    def _wish(self, place: int, share: int) -> Wish:
        if place == LINE:
            least = max(theme().px(56), self.horizontalHeader().sectionSizeHint(place))
            return Wish(least, least)
        heading = self.horizontalHeader().sectionSizeHint(place)
        if place == PROBLEM:
            return Wish(0, max(theme().px(160), heading), stretch=True)
        least = max(theme().px(110), heading)
        return Wish(max(least, share, min(theme().px(200), self.sizeHintForColumn(place))), least)


class ListEditor(QWidget):
    """Table, buttons and words. ``keep`` is called some time after each change, so that nothing that was typed is lost."""

    changed = Signal()
    given_up = Signal()

    def __init__(self, judge: Callable[[Sequence[Draft]], list[Problem]], keep: Callable[[Sequence[Draft]], object]) -> None:
        super().__init__()
        self.model = ListModel(judge)
        self.table = ListTable(self.model)
        self._keep = keep
        self._unkept = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self.keep_now)
        self.chip, self.summary = Chip(), label("", "strong")
        self.only_bad = QCheckBox(_("&Only what needs mending"))
        self.more = QCheckBox(_("More &columns"))
        self.detail = label("", tone="muted", select=True)
        self.setLayout(column(self._top(), self.table, self.detail, self._buttons(), spacing=M))
        self.model.edited.connect(self._was_edited)
        self.model.modelReset.connect(self._hide_rows)
        self.only_bad.toggled.connect(lambda _on: self._hide_rows())
        self.more.toggled.connect(lambda _on: self._hide_columns())
        self.table.pasted.connect(self.add_text)
        self.table.selectionModel().currentChanged.connect(lambda *_args: self._chosen())

    def _top(self) -> QWidget:
        holder = QWidget()
        holder.setLayout(WrapRow(self.chip, self.summary, self.only_bad, self.more, spacing=M, grow=self.summary))
        return holder

    def _buttons(self) -> QWidget:
        self.add = Button(_("Add a &row"), self.table.add_row, icon="plus", hint=_("Insert"))
        self.remove = Button(_("Remo&ve"), self.table.remove_chosen, icon="trash", hint=_("Removes the chosen rows (Ctrl+Delete)"))
        self.back = Button(_("&Undo"), self.model.undo, icon="refresh", hint=_("Takes the last change back (Ctrl+Z)"))
        self.eye = Button(_("&Show passwords of this row"), self._toggle_eye, icon="eye")
        self.eye.setCheckable(True)
        self.give_up = Button(_("Discard this list"), self.given_up.emit, kind="quiet")
        holder = QWidget()
        holder.setLayout(WrapRow(self.add, self.remove, self.back, self.eye, 1, self.give_up))
        return holder

    # --- what the page asks

    def show_drafts(self, drafts: Sequence[Draft]) -> None:
        """Begin to mend these; the first row that needs it is chosen."""
        self.only_bad.setChecked(False)
        self.model.show(drafts)
        self.more.setChecked(any(self.model.uses(place) for place, cell in enumerate(CELLS) if cell.extra))
        self._hide_columns()
        bad = (place for place, draft in enumerate(drafts) if self.model.problems_of(draft.row.line))
        if drafts:
            self.table.setCurrentIndex(self.model.index(next(bad, 0), ADDRESS))
        self._say()

    @property
    def ready(self) -> bool:
        """Whether the list can be taken over."""
        return bool(self.model.drafts) and not self.model.errors

    def add_text(self, text: str) -> None:
        """Rows that were pasted; what can't be understood as rows at all is said and adds nothing."""
        found = credential_list.read(text.encode("utf-8", "surrogatepass"))
        if found.drafts:
            self.table.go_to(self.model.add(found.drafts))
        elif found.errors:
            self.detail.setText(found.errors[0].text)

    def keep_now(self) -> None:
        """Also what is being typed at this moment."""
        self.table.commit_open()
        self._timer.stop()
        if self._unkept:
            self._unkept = False
            self._keep(self.model.drafts)

    def close_editor(self) -> None:
        """Nothing of it stays in memory here."""
        self._timer.stop()
        self._unkept = False
        self.model.show(())

    # --- showing

    def _was_edited(self) -> None:
        self._unkept = True
        self._timer.start()
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        errors = self.model.errors
        count = self.model.rowCount()
        odd = len({problem.line for problem in self.model.problems if problem.line}) - errors
        if errors:
            self.chip.say(_("Not imported yet"), Tone.BAD)
            words = ngettext("{n} row must be mended.", "{n} rows must be mended.", errors).format(n=errors)
        else:
            self.chip.say(_("Ready to import") if count else _("Empty"), Tone.GOOD if count else Tone.MUTED)
            words = ngettext("{n} mailbox.", "{n} mailboxes.", count).format(n=count)
        if odd > 0:
            words += " " + ngettext("{n} looks odd; please check it.", "{n} look odd; please check them.", odd).format(n=odd)
        self.summary.setText(words)
        self.back.setEnabled(self.model.can_undo)
        self._chosen()

    def _chosen(self) -> None:
        """Everything that is wrong with the chosen row, in full."""
        index = self.table.currentIndex()
        draft = self.model.draft(index.row()) if index.isValid() and index.row() < self.model.rowCount() else None
        found = self.model.problems_of(draft.row.line) if draft else []
        general = [problem.text for problem in self.model.problems_of(0)]
        self.detail.setText(" ".join([problem.text for problem in found] or general) or _("Nothing is wrong with this row."))
        self.remove.setEnabled(draft is not None)
        self.eye.setEnabled(draft is not None)
        if draft is None or draft.row.line != self.model.revealed:
            self.eye.setChecked(False)
            if self.model.revealed is not None:
                self.model.reveal(None)

    def _toggle_eye(self) -> None:
        index = self.table.currentIndex()
        show = self.eye.isChecked() and index.isValid()
        self.model.reveal(self.model.draft(index.row()).row.line if show else None)

    def _hide_rows(self) -> None:
        for place, draft in enumerate(self.model.drafts):
            self.table.setRowHidden(place, self.only_bad.isChecked() and not self.model.problems_of(draft.row.line))

    def _hide_columns(self) -> None:
        for place, cell in enumerate(CELLS):
            self.table.setColumnHidden(place, cell.extra and not self.more.isChecked())
        self.table.fit()
