"""The program beside its window: tray, task bar, notifications, and the computer kept awake, all fed by what the bridge tells."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QMainWindow

from mailsafi_wizard.events import Summary
from mailsafi_wizard.model import MailboxState
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import formats, taskbar
from mailsafi_wizard.ui.awake import Awake
from mailsafi_wizard.ui.bridge import OVER, Bridge, LiveMailbox
from mailsafi_wizard.ui.tray import Tray
from mailsafi_wizard.words import _, ngettext

log = logging.getLogger(__name__)
LOOK_EVERY = 2_000  # milliseconds between looks whether the tray is still there, while the window is in it


def share_of(live: Iterable[LiveMailbox], sizes: Mapping[int, int] | None = None) -> float:
    """How much of the work is done, 0 to 1.

    A mailbox of which the run does not know yet how much it has weighs what the look before has found (``sizes``), else as one of middle size.
    """
    boxes = list(live)
    found = [box.bytes_total or (sizes or {}).get(box.mailbox_id) for box in boxes]
    known = [size for size in found if size]
    middle = sum(known) / len(known) if known else 1.0
    weights = [middle if size is None else size for size in found]
    total = sum(weights)
    if not total:
        return sum(box.state in OVER for box in boxes) / len(boxes) if boxes else 0.0
    done = sum(
        weight if box.state in OVER else min(box.bytes_done, box.bytes_total) for box, weight in zip(boxes, weights, strict=True)
    )
    return done / total


class Presence(QObject):
    """Lives as long as the window. ``warned``: a sentence for the bottom bar."""

    warned = Signal(str)

    def __init__(
        self,
        window: QMainWindow,
        bridge: Bridge,
        project: Callable[[], MigrationProject | None],
        tray: Tray | None = None,
        bar: taskbar.TaskBar | None = None,
        awake: Awake | None = None,
    ) -> None:
        super().__init__(window)
        self._window, self._bridge, self._project = window, bridge, project
        self.tray = tray or Tray(self)
        self._bar = bar or taskbar.of_this_system(lambda: int(window.winId()))
        self.awake = awake or Awake()
        self._share = 0.0
        self._watch = QTimer(self)
        self._watch.setInterval(LOOK_EVERY)
        self._watch.timeout.connect(self.look_after_the_tray)
        self._shown: tuple[int, bool] | None = None
        self._told_needs = self._told_sleep = self._stopping = False
        bridge.run_started.connect(self._started)
        bridge.mailboxes_changed.connect(self._changed)
        bridge.run_ended.connect(self._ended)

    def connect_tray(self, come_back: Callable[[], object], leave: Callable[[], object]) -> None:
        self.tray.opened.connect(lambda: come_back())
        self.tray.pause_asked.connect(self._pause_or_go_on)
        self.tray.quit_asked.connect(lambda: leave())

    def _pause_or_go_on(self) -> None:
        project = self._project()
        if project is not None:
            project.resume() if self.paused else project.pause()

    @property
    def running(self) -> bool:
        project = self._project()
        return project is not None and project.running

    @property
    def paused(self) -> bool:
        active = [box for box in self._bridge.live.values() if box.state not in OVER]
        return bool(active) and all(box.state is MailboxState.PAUSED for box in active)

    def _started(self, _mailboxes: int) -> None:
        self._share, self._shown, self._told_needs, self._stopping = 0.0, None, False, False
        project = self._project()
        self._bridge.sizes = project.expected_sizes() if project is not None else {}
        self.awake.be(True)
        self._draw()

    def _changed(self, changed: tuple[LiveMailbox, ...]) -> None:
        if not self.running:
            return
        self.awake.be(not self.paused)
        self._draw()
        if self.awake.held and self.awake.works is False and not self._told_sleep:
            self._told_sleep = True
            self.warned.emit(_("This computer may fall asleep: switch that off while mailboxes are copied."))
        refused = [box for box in changed if box.state is MailboxState.REFUSED]
        if refused and not self._told_needs:
            self._told_needs = True
            self.say(_("A mailbox needs you"), refused[0].problem)

    def _draw(self) -> None:
        self._share = max(self._share, share_of(self._bridge.live.values(), self._bridge.sizes))
        waits = self.paused
        now = (round(self._share * 100), waits)
        if now == self._shown:
            return
        self._shown = now
        self._bar.show(self._share, waits)
        if not self._stopping:
            self.tray.show(self._share, waits, self.tip(), True)

    def look(self) -> None:
        """The window was hidden or shown: the tray must be there while it is away."""
        if self.running:
            self._shown = None
            self._draw()
        elif self._window.isVisible():
            self.tray.hide()
        self._watch.stop() if self._window.isVisible() else self._watch.start()

    def look_after_the_tray(self) -> None:
        """A window in a tray that is gone would be lost: it is put aside instead, where programs are shown."""
        if self._window.isVisible():
            self._watch.stop()
        elif not self.tray.there:
            log.info("the tray is gone: the window is put aside")
            self._watch.stop()
            self._window.showMinimized()

    def tip(self) -> str:
        """One sentence on how the copy stands."""
        sentence = _("Paused at {share} %") if self.paused else _("Copying: {share} %")
        words = sentence.format(share=min(99, int(self._share * 100)))
        span = self._bridge.eta.range(time.monotonic())
        left = _(", {time} left").format(time=formats.span(*span)) if span and not self.paused else ""
        return f"MailSafi Wizard\n{words}{left}"

    def _ended(self, summary: Summary) -> None:
        self.awake.be(False)
        self._bar.show(None, summary.exit_status not in (0, 4))
        title, text = told(summary)
        self.tray.show(None, False, f"MailSafi Wizard\n{title}", False)
        if summary.exit_status != 4:
            self.say(title, text)
        if self._window.isVisible():
            self.tray.hide()

    def stopping(self) -> None:
        """The copy was asked to stop; that takes a few seconds, in which the window may be away."""
        self._stopping = True
        self.tray.stopping(f"MailSafi Wizard\n{_('Finishing what is on its way…')}")

    def say(self, title: str, text: str) -> None:
        """Tell it where the admin is: not by a notification while the window is looked at."""
        if self._window.isVisible() and self._window.isActiveWindow():
            return
        self.tray.say(title, text)
        QApplication.alert(self._window)

    def close(self) -> None:
        """The window closes for good."""
        self._watch.stop()
        self.awake.close()
        self._bar.show(None, False)
        self.tray.hide()


def told(summary: Summary) -> tuple[str, str]:
    """How a run ended, as title and sentence."""
    ledger = summary.ledger
    here = formats.messages(ledger.copied + ledger.present)
    if summary.exit_status == 0:
        return _("The copy is complete"), _("{messages} have arrived, and the accounts balance.").format(messages=here)
    if summary.exit_status == 4:
        return _("The copy was stopped"), _("It goes on from there when you start it again.")
    failed = ledger.failed
    wrong = ngettext("{n} message was not copied.", "{n} messages were not copied.", failed).format(n=formats.count(failed))
    return _("The copy has ended and needs you"), wrong if failed else _("Open the wizard to see why.")
