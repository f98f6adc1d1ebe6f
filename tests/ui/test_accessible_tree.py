"""What a screen reader is told: the tree of every page in every state a person meets first, where nothing to work with may be nameless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QTabWidget, QWidget

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages import PAGES
from tests.ui.conftest import Hand

ROLE = QAccessible.Role
WORKED = {
    ROLE.Button, ROLE.ButtonMenu, ROLE.ButtonDropDown, ROLE.CheckBox, ROLE.RadioButton, ROLE.EditableText, ROLE.ComboBox, ROLE.SpinBox,
    ROLE.Slider, ROLE.ProgressBar, ROLE.Table, ROLE.List, ROLE.Tree, ROLE.PageTab, ROLE.ColumnHeader, ROLE.Link, ROLE.Graphic,
}  # fmt: skip
DEEPEST = 40
INSIDE = {ROLE.ComboBox, ROLE.SpinBox, ROLE.EditableText}  # they name what is in them


def nodes(
    node: QAccessibleInterface, path: str = "", inside: bool = False, depth: int = 0
) -> Iterator[tuple[str, QAccessibleInterface]]:
    """(where it is, node) for all that is to be seen; cells of tables are left to their models' tests."""
    if not node.isValid() or node.state().invisible or depth > DEEPEST:
        return
    role = node.role()
    here = f"{path} > {role.name} {node.text(QAccessible.Text.Name)[:40]!r}"
    if not inside:
        yield here, node
    for place in range(min(node.childCount(), 200)):
        child = node.child(place)
        if child.role() != ROLE.Cell:
            yield from nodes(child, here, inside or role in INSIDE, depth + 1)


def nameless(window: QWidget) -> list[str]:
    tree = QAccessible.queryAccessibleInterface(window)
    found = list(nodes(tree))
    assert len(found) > 10  # a tree that can't be walked would please any check
    return [where for where, node in found if node.role() in WORKED and not node.text(QAccessible.Text.Name)]


def nameless_on_every_leaf(hand: Hand) -> list[str]:
    tabs = getattr(hand.page, "tabs", None)
    if not isinstance(tabs, QTabWidget):
        return nameless(hand.window)
    faults = []
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        hand.settle()
        faults += nameless(hand.window)
    return faults


@pytest.mark.parametrize("key", [step.key for step in PAGES])
def test_nothing_is_nameless_in_the_rehearsal(opened: Hand, key: str) -> None:
    opened.go(key)
    assert nameless_on_every_leaf(opened) == []


@pytest.mark.parametrize("key", [step.key for step in PAGES])
def test_nothing_is_nameless_in_an_empty_project(hand: Hand, tmp_path: Path, key: str) -> None:
    async def show() -> None:
        hand.window.open_project(MigrationProject.create(tmp_path / "Empty.mailsafi"))

    hand.run(show())
    hand.go(key)
    assert nameless_on_every_leaf(hand) == []


def test_the_welcome_and_its_problem_have_names(hand: Hand, tmp_path: Path) -> None:
    assert nameless(hand.window) == []
    hand.window.open_at(tmp_path / "not there.mailsafi")
    assert nameless(hand.window) == []


def test_a_nameless_control_is_found(hand: Hand) -> None:
    hand.window.menu_button.setText("")
    hand.window.menu_button.setAccessibleName("")
    hand.window.menu_button.setToolTip("")
    assert len(nameless(hand.window)) == 1
