"""In every place of the window: keyboard alone does, each control has a name, no letter is given twice, cells say their state in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QTableView,
    QTextEdit,
    QWidget,
)

from mailsafi_wizard import words
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.ui import tour
from mailsafi_wizard.ui.rail import StepButton
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.state_cells import TONE_ROLE
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.widgets import Tone
from mailsafi_wizard.ui.window import Window
from tests.ui.conftest import Hand
from tests.ui.everywhere import STATES, is_inner, open_project

ROLE = QAccessible.Role
NAMED = {
    ROLE.Button, ROLE.ButtonMenu, ROLE.ButtonDropDown, ROLE.CheckBox, ROLE.RadioButton, ROLE.EditableText, ROLE.ComboBox, ROLE.SpinBox,
    ROLE.Slider, ROLE.ProgressBar, ROLE.Table, ROLE.List, ROLE.Tree, ROLE.PageTab, ROLE.PageTabList, ROLE.ColumnHeader, ROLE.Link,
}  # fmt: skip
WHOLE = {ROLE.ComboBox, ROLE.SpinBox, ROLE.EditableText}  # they name what is in them
DEEPEST, BROADEST = 40, 300
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView, QPlainTextEdit, QTextEdit, QTabBar)


def nodes(node: QAccessibleInterface, path: str = "", depth: int = 0) -> Iterator[tuple[str, QAccessibleInterface]]:
    """(where it is, node) for all a screen reader finds and a person sees."""
    if not node.isValid() or node.state().invisible or depth > DEEPEST:
        return
    here = f"{path} > {node.role().name} {node.text(QAccessible.Text.Name)[:30]!r}"
    yield here, node
    if node.role() in WHOLE:
        return
    for place in range(min(node.childCount(), BROADEST)):
        child = node.child(place)
        if child.role() != ROLE.Cell:
            yield from nodes(child, here, depth + 1)


def nameless(window: QWidget) -> set[str]:
    found = list(nodes(QAccessible.queryAccessibleInterface(window)))
    assert len(found) > 10  # a tree that can't be walked would please any check
    return {
        f"no name: {type(node.object()).__name__} at {where}"
        for where, node in found
        if (node.role() in NAMED or node.state().focusable) and node.role() is not ROLE.Window
        if not node.text(QAccessible.Text.Name).strip()
    }


def said_twice(window: QWidget) -> set[str]:
    """A description that only repeats the name: a screen reader says both."""
    return {
        f"said twice: {where}"
        for where, node in nodes(QAccessible.queryAccessibleInterface(window))
        if (name := node.text(QAccessible.Text.Name).strip().casefold())
        if (said := node.text(QAccessible.Text.Description).strip(" .…").casefold()) and (said == name or said in name.split(", "))
    }


def unlabelled_boxes(window: QWidget) -> set[str]:
    """Boxes to choose from: on Linux what is chosen takes the place of their name, so a label must say what they are for."""
    return {
        f"no label: {box.accessibleName()!r}"
        for box in window.findChildren(QComboBox)
        if box.isVisible() and not is_inner(box)
        if not any(flag & QAccessible.RelationFlag.Label for _other, flag in QAccessible.queryAccessibleInterface(box).relations())
    }


def controls(window: QWidget) -> list[QWidget]:
    found = [w for w in window.findChildren(QWidget) if isinstance(w, CONTROLS) and w.isVisible() and not is_inner(w)]
    return [w for w in found if not isinstance(w.parent(), QAbstractItemView) and type(w.parent()).__name__ not in INNER]


INNER = ("QTabBar", "QLineEdit", "QHeaderView", "QCalendarWidget")


def told(widget: QWidget) -> str:
    node = QAccessible.queryAccessibleInterface(widget)
    return f"{type(widget).__name__} {node.text(QAccessible.Text.Name)[:50]!r}"


def unspoken_hints(window: QWidget) -> set[str]:
    """What only a mouse that rests on a control would show."""
    return {
        f"hint not described: {told(widget)}"
        for widget in controls(window)
        if widget.toolTip() and not isinstance(widget, StepButton)
        if widget.toolTip() not in QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)
    }


def texts(widget: QWidget) -> list[str]:
    """What may have a letter for Alt."""
    if isinstance(widget, QTabBar):
        return [widget.tabText(place) for place in range(widget.count())]
    if isinstance(widget, QLabel):
        return [widget.text()] if widget.buddy() is not None else []
    return [widget.text()] if isinstance(widget, QAbstractButton) and not isinstance(widget, StepButton) else []


def letters(window: QWidget) -> dict[str, list[str]]:
    """Letter -> what answers to Alt with it."""
    found: dict[str, list[str]] = defaultdict(list)
    for widget in window.findChildren(QWidget):
        for text in texts(widget) if widget.isVisible() else ():
            if key := QKeySequence.mnemonic(text).toString():
                found[key].append(text)
    return found


def double_letters(window: QWidget) -> set[str]:
    return {f"{key} twice: {sorted(texts)}" for key, texts in letters(window).items() if len(texts) > 1}


PARTS = 6  # of a control that Tab goes through one by one at most: weekday, day, month, year


def walk_by_tab(window: Window) -> list[QWidget]:
    """What the Tab key comes to, from the first stop until it comes round."""
    window.activateWindow()
    QApplication.processEvents()
    first = next((b for b in window.rail.buttons if b.isEnabled() and b.isChecked()), window.menu_button)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    way: list[QWidget] = [first]
    stayed = 0
    for _step in range(400):
        QTest.keyClick(way[-1], Qt.Key.Key_Tab)
        here = window.focusWidget()
        stayed = stayed + 1 if here is way[-1] else 0
        assert stayed < PARTS, f"Tab does not leave {told(here)}"
        if here in way[:-1] or here is None:
            assert here is way[0], f"Tab goes round past the beginning, from {told(way[-1])}"
            return way
        if here is not way[-1]:
            way.append(here)
    raise AssertionError("Tab does not come round")


def place_of(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def areas(widget: QWidget) -> list[QScrollArea]:
    """The areas that scroll around it, the outermost first."""
    found: list[QScrollArea] = []
    while (parent := widget.parentWidget()) is not None:
        if isinstance(parent, QScrollArea):
            found.insert(0, parent)
        widget = parent
    return found


def side_by_side(one: QWidget, other: QWidget, window: QWidget) -> tuple[QRect, QRect]:
    """Their places; of what stands in an area that scrolls and the other does not, the area's."""
    mine, theirs = areas(one), areas(other)
    shared = next(
        (i for i, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] is not pair[1]), min(len(mine), len(theirs))
    )
    parts = (mine[shared] if len(mine) > shared else one, theirs[shared] if len(theirs) > shared else other)
    return place_of(parts[0], window), place_of(parts[1], window)


def against_reading(way: list[QWidget], window: QWidget) -> set[str]:
    """Neighbours on Tab's way of which the later one stands above, or in the same line before, the earlier one."""
    faults = set()
    for one, other in pairwise(way):
        if one.isAncestorOf(other) or other.isAncestorOf(one):
            continue
        a, b = side_by_side(one, other, window)
        above = b.bottom() <= a.top() and b.left() < a.right() and a.left() < b.right()
        line = min(a.bottom(), b.bottom()) - max(a.top(), b.top())
        before = line > min(a.height(), b.height()) / 2 and b.right() <= a.left()
        if above or before:
            faults.add(f"against reading: {told(one)} before {told(other)}")
    return faults


def unreachable(way: list[QWidget], usable: list[QWidget]) -> set[str]:
    def comes_by_another(widget: QWidget) -> bool:
        """One of a group that arrows go through, or a part of what has the keyboard."""
        exclusive = isinstance(widget, QAbstractButton) and (widget.autoExclusive() or widget.group() is not None)
        return exclusive or (isinstance(widget, QTabBar) and widget.count() < 2) or isinstance(widget, QScrollBar)

    return {
        f"Tab does not come to: {told(widget)}"
        for widget in usable
        if widget not in way and widget.focusProxy() not in way and not comes_by_another(widget)
    }


def wordless_states(window: QWidget) -> set[str]:
    """Cells that have a colour and no words, headers without a name."""
    faults = set()
    for table in window.findChildren(QTableView):
        model = table.model()
        if not table.isVisible() or model is None:
            continue
        for across in range(model.columnCount()):
            if table.isColumnHidden(across):
                continue
            if not str(model.headerData(across, Qt.Orientation.Horizontal) or "").strip():
                faults.add(f"no header: column {across} of {told(table)}")
            for down in range(min(model.rowCount(), 20)):
                index = model.index(down, across)
                coloured = (
                    index.data(TONE_ROLE)
                    or index.data(Qt.ItemDataRole.DecorationRole)
                    or index.data(Qt.ItemDataRole.ForegroundRole)
                )
                said = index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data()
                if coloured and not str(said or "").strip():
                    faults.add(f"colour without words: column {across} of {told(table)}")
    return faults


def faults_seen(window: Window) -> set[str]:
    """Those that can be seen without touching anything."""
    return (
        nameless(window)
        | said_twice(window)
        | unlabelled_boxes(window)
        | unspoken_hints(window)
        | double_letters(window)
        | wordless_states(window)
    )


def faults_here(window: Window) -> set[str]:
    usable = [widget for widget in controls(window) if widget.isEnabled()]  # a table that gets the keyboard chooses a row
    try:
        way = walk_by_tab(window)
    except AssertionError as e:
        return {str(e)}
    return faults_seen(window) | against_reading(way, window) | unreachable(way, usable)


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_everyone_can_use_every_place(hand: Hand, tmp_path: Path, state: str, language: str) -> None:
    words.use(language)
    hand.window.build()
    faults: dict[str, str] = {}
    seen = 0
    for where in STATES[state](hand, tmp_path):
        seen += 1
        for fault in faults_here(hand.window):
            faults.setdefault(fault, where)
    assert seen > 1
    assert "\n".join(f"{where}: {fault}" for fault, where in faults.items()) == ""


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_step_of_a_whole_migration_has_a_fault(
    hand: Hand, rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """What is seen only on the way: work going on, and what stands there when it has ended."""
    words.use(language)
    faults: dict[str, str] = {}
    steps: list[str] = []

    def look(_tour: tour.Tour, name: str) -> None:
        steps.append(name)
        for fault in faults_seen(hand.window):
            faults.setdefault(fault, name)

    monkeypatch.setattr(tour.Tour, "picture", look)
    hand.window.build()
    open_project(hand, rehearsal.project)

    async def walk() -> None:
        assert await tour.walk(hand.window, rehearsal.project, tmp_path / "out", lambda _text: None)

    try:
        hand.run(walk())
    finally:
        words.use("en")
    assert len(steps) >= len(hand.window.steps)
    assert "\n".join(f"{where}: {fault}" for fault, where in faults.items()) == ""


class Trap(QPlainTextEdit):
    """Keeps Tab for itself."""


def test_each_kind_of_fault_is_found(hand: Hand, tmp_path: Path) -> None:
    place = hand.window.welcome.layout()
    assert place is not None
    assert faults_here(hand.window) == set()
    bare, first, second = QLineEdit(), QPushButton("&Save"), QPushButton("&Send")
    second.setToolTip("A hint")
    second.setAccessibleDescription("Another")
    for widget in (bare, first, second):
        place.addWidget(widget)
    second.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    QApplication.processEvents()
    found = "\n".join(faults_here(hand.window))
    for words_ in (
        "no name: ",
        "Alt+S twice",
        "hint not described: QPushButton 'Send'",
        "Tab does not come to: QPushButton 'Send'",
    ):
        assert words_ in found
    place.addWidget(Trap())
    QApplication.processEvents()
    assert "Tab does not leave Trap" in "".join(faults_here(hand.window))


def test_a_way_against_reading_is_found(hand: Hand) -> None:
    holder = QWidget(hand.window)
    upper, lower = QPushButton("upper", holder), QPushButton("lower", holder)
    lower.move(0, 100)
    assert against_reading([upper, lower], hand.window) == set()
    assert against_reading([lower, upper], hand.window) == {"against reading: QPushButton 'lower' before QPushButton 'upper'"}


def test_a_colour_without_words_is_found(hand: Hand) -> None:
    columns: list[Column[str]] = [Column("", lambda _row: "", state=lambda _row: (Tone.BAD, ""))]
    model: RowsModel[str] = RowsModel(columns, key=lambda row: row)
    table: Table[str] = Table("Table", model)
    hand.window.stack.addWidget(table)
    hand.window.stack.setCurrentWidget(table)
    model.show_rows(["one"])
    faults = wordless_states(hand.window)
    assert faults == {"no header: column 0 of Table 'Table'", "colour without words: column 0 of Table 'Table'"}
