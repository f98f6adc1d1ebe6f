"""How far a comparison is, with pause, go on and stop. Knows no project: it hears events and tells by signals what the admin wants."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mailsafi_wizard.events import CheckFinished, CheckProgress, DifferenceFound
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.theme import M
from mailsafi_wizard.ui.widgets import Button, label, progress_bar, row
from mailsafi_wizard.words import _, ngettext

Heard = CheckProgress | CheckFinished | DifferenceFound


class CheckBar(QWidget):
    """Shows itself between `begin` and `end`."""

    pause, resume, stop = Signal(), Signal(), Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mailboxes = self._finished = self._different = 0
        self._newest: dict[int, CheckProgress] = {}
        self.paused = False
        self.bar = progress_bar(_("Progress of the comparison"))
        self.words = label("", "small", "muted", wrap=False)
        self.hold = Button(_("Pause"), self._hold, icon="pause")
        self.halt = Button(
            _("Stop"), self._halt, icon="stop", hint=_("What was compared is kept: the next check goes on from there.")
        )
        line = row(self.bar, self.words, self.hold, self.halt, spacing=M)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.hide()

    def begin(self, mailboxes: int) -> None:
        self._mailboxes, self._finished, self._different = mailboxes, 0, 0
        self._newest.clear()
        self._set_paused(False)
        self.hold.setEnabled(True)
        self.halt.setEnabled(True)
        self._say()
        self.show()

    def end(self) -> None:
        self.hide()

    def heard(self, events: Sequence[Heard]) -> None:
        for event in events:
            if isinstance(event, CheckProgress):
                self._newest[event.mailbox_id] = event
            elif isinstance(event, CheckFinished):
                self._finished += 1
            else:
                self._different += not event.difference.by_user
        self._say()

    def _say(self) -> None:
        done, total = (sum(getattr(e, name) for e in self._newest.values()) for name in ("done", "total"))
        size, whole = (sum(getattr(e, name) for e in self._newest.values()) for name in ("bytes_done", "bytes_total"))
        self.bar.setRange(0, 1000)
        share = size / whole if whole else 0.0
        boxes = self._finished / self._mailboxes if self._mailboxes else 0.0
        self.bar.setValue(round(1000 * min(1.0, max(boxes, min(share, 0.99) * len(self._newest) / max(1, self._mailboxes)))))
        parts = [
            _("{n} of {total} mailboxes").format(
                n=formats.count(min(self._finished, self._mailboxes)), total=formats.count(self._mailboxes)
            )
        ]
        if total:
            words = _("{n} of {total} messages by content, {size}")
            parts.append(words.format(n=formats.count(done), total=formats.count(total), size=formats.size(size)))
        if self._different:
            parts.append(ngettext("{n} difference", "{n} differences", self._different).format(n=formats.count(self._different)))
        if self.paused:
            parts.insert(0, _("Paused"))
        self.words.setText(" · ".join(parts))

    def _hold(self) -> None:
        self._set_paused(not self.paused)
        (self.pause if self.paused else self.resume).emit()
        self._say()

    def _set_paused(self, on: bool) -> None:
        self.paused = on
        self.hold.be(_("Go on") if on else _("Pause"), "play" if on else "pause")

    def _halt(self) -> None:
        self.hold.setEnabled(False)
        self.halt.setEnabled(False)
        self.stop.emit()
