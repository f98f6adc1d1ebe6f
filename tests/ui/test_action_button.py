"""The keyboard while the page's action can't be pressed: it goes nowhere else, and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from mailsafi_wizard.ui.action_button import ActionButton
from mailsafi_wizard.ui.widgets import Button, box, row


@pytest.fixture
def bar(qapp: QApplication, look: None) -> Iterator[tuple[QWidget, ActionButton, Button]]:
    act, onward = ActionButton("Test"), Button("Next")
    holder = box(row(act, onward))
    holder.show()
    act.setFocus()
    yield holder, act, onward
    holder.close()


def test_the_next_button_does_not_get_the_keyboard(bar: tuple[QWidget, ActionButton, Button]) -> None:
    holder, act, _onward = bar
    act.allow(False)
    assert holder.focusWidget() is None
    act.allow(True)
    assert holder.focusWidget() is act


def test_who_has_gone_elsewhere_meanwhile_stays_there(bar: tuple[QWidget, ActionButton, Button]) -> None:
    holder, act, onward = bar
    act.allow(False)
    onward.setFocus()
    act.allow(True)
    assert holder.focusWidget() is onward
