"""How far the mails that go out from here are, and the button that stops them: after the one in flight."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.theme import M
from mailsafi_wizard.ui.widgets import Button, label, progress_bar, row
from mailsafi_wizard.words import _


class SendingLine(QWidget):
    """``stop`` is called once for each sending that is to end early."""

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__()
        self._stop = stop
        self.bar = progress_bar(_("Progress of the sending"))
        self.count = label("", "small", "muted", wrap=False)
        self.halt = Button(_("S&top"), self._halt, icon="stop")
        self.setLayout(row(self.bar, self.count, self.halt, spacing=M))

    def _halt(self) -> None:
        self._stop()
        self.halt.setEnabled(False)
        self.halt.setText(_("Stopping…"))

    def tell(self, done: int, wanted: int) -> None:
        self.bar.setMaximum(max(1, wanted))
        self.bar.setValue(done)
        self.count.setText(_("{n} of {all}").format(n=formats.count(done), all=formats.count(wanted)))

    def be_ready(self) -> None:
        """For the next sending."""
        self.halt.setEnabled(True)
        self.halt.setText(_("S&top"))
