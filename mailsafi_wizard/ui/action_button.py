"""The window's button for the one thing a page wants done. Knows no page."""

from __future__ import annotations

from PySide6.QtCore import Qt

from mailsafi_wizard.ui.widgets import Button


class ActionButton(Button):
    """While it can't be pressed nobody has the keyboard: Qt would hand it to the next button, and a second Enter would go there."""

    _waits = False  # it had the keyboard, and is to have it again

    def allow(self, on: bool) -> None:
        """Let it be pressed or not."""
        if self.hasFocus() and not on:
            self.clearFocus()
            self._waits = True
        self.setEnabled(on)
        if on and self._waits:
            self._waits = False
            if self.window().focusWidget() is None:
                self.setFocus(Qt.FocusReason.OtherFocusReason)
