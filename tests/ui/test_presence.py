"""Beside the window: tray, task bar, notifications, the computer kept awake; and closing while mailboxes are copied."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow, QMessageBox
from pytestqt.qtbot import QtBot

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.events import Progress, RunStarted, StateChanged, Summary
from mailsafi_wizard.model import FolderLedger, Ledger, MailboxState
from mailsafi_wizard.ui import taskbar, theme
from mailsafi_wizard.ui import tray as tray_icon
from mailsafi_wizard.ui.awake import Awake
from mailsafi_wizard.ui.bridge import Bridge, LiveMailbox
from mailsafi_wizard.ui.pages.migrate import MigratePage
from mailsafi_wizard.ui.presence import Presence, share_of, told
from mailsafi_wizard.ui.tray import Tray, picture
from tests.ui.conftest import Hand


class Bar:
    def __init__(self) -> None:
        self.seen: list[tuple[float | None, bool]] = []

    def show(self, share: float | None, waits: bool) -> None:
        self.seen.append((share, waits))


class Running:
    running = True

    def __init__(self, **sizes: int) -> None:
        self._sizes = {int(name.removeprefix("box")): size for name, size in sizes.items()}

    def expected_sizes(self) -> dict[int, int]:
        return self._sizes


class Bed:
    """A system that is asked to stay awake."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.changed = threading.Condition()

    @contextlib.contextmanager
    def hold(self) -> Iterator[object]:
        self._note("awake")
        yield object()
        self._note("may sleep")

    def _note(self, what: str) -> None:
        with self.changed:
            self.events.append(what)
            self.changed.notify_all()

    def wait(self, count: int) -> list[str]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.events) >= count, 30)
            return list(self.events)


@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface", extend=True)  # the screenless platform has no tray
@pytest.mark.usefixtures("look")
def test_a_run_is_seen_from_outside_from_its_start_to_its_end(qtbot: QtBot) -> None:
    window, bridge, bed, bar = QMainWindow(), Bridge(), Bed(), Bar()
    qtbot.addWidget(window)
    tray = Tray(window, lambda: True)
    shown = Presence(window, bridge, lambda: Running(), tray, bar, Awake(bed.hold))  # type: ignore[arg-type,return-value]
    bridge.report(RunStarted(2))
    bridge.report(StateChanged(1, "a@x", MailboxState.COPYING))
    bridge.report(Progress(1, "INBOX", 5, 10, 500, 1000, 5, 0))
    bridge.drain()
    assert bed.wait(1) == ["awake"]
    assert bar.seen[-1] == (0.5, False)
    assert "50 %" in tray.icon.toolTip()  # type: ignore[union-attr]
    bridge.report(StateChanged(1, "a@x", MailboxState.PAUSED))
    bridge.drain()
    assert bar.seen[-1] == (0.5, True)
    assert bed.wait(2)[-1] == "may sleep", "a paused copy keeps nobody awake"
    bridge.report(StateChanged(1, "a@x", MailboxState.COPYING))
    bridge.drain()
    bed.wait(3)
    bridge.report(Summary(Ledger((FolderLedger(1, "INBOX", "INBOX", source=3, copied=1, failed=2),)), 1, 3.0))
    bridge.drain()
    assert bed.wait(4)[-1] == "may sleep"
    assert bar.seen[-1:] == [(None, True)]
    assert tray.told == ("The copy has ended and needs you", "2 messages were not copied.")
    shown.close()


@pytest.mark.usefixtures("look")
def test_a_refused_mailbox_is_told_once_while_the_others_go_on(qtbot: QtBot) -> None:
    window, bridge, bed = QMainWindow(), Bridge(), Bed()
    qtbot.addWidget(window)
    tray = Tray(window, lambda: False)
    said: list[str] = []
    tray.say = lambda title, text: said.append(title)  # type: ignore[method-assign]
    shown = Presence(window, bridge, lambda: Running(), tray, Bar(), Awake(bed.hold))  # type: ignore[arg-type,return-value]
    bridge.report(RunStarted(3))
    for number in (1, 2):
        bridge.report(StateChanged(number, "a@x", MailboxState.REFUSED))
        bridge.drain()
    assert said == ["A mailbox needs you"]
    shown.close()


def test_a_system_that_can_not_be_kept_awake_is_no_harm() -> None:
    def broken() -> contextlib.AbstractContextManager[object]:
        raise OSError("no bus")

    awake = Awake(broken)
    awake.be(True)
    awake.close()
    assert awake.works is False


def test_the_share_counts_what_is_not_known_yet_as_middling() -> None:
    boxes = [LiveMailbox(1, MailboxState.COPYING, bytes_done=50, bytes_total=100), LiveMailbox(2, MailboxState.WAITING)]
    assert share_of(boxes) == 0.25
    assert share_of([]) == 0.0
    assert share_of([LiveMailbox(1, MailboxState.DONE), LiveMailbox(2, MailboxState.WAITING)]) == 0.5


def test_a_mailbox_the_run_has_not_measured_weighs_what_the_look_found() -> None:
    """Five small ones are done and a large one has only begun: not five sixths of the work."""
    boxes = [LiveMailbox(number, MailboxState.DONE, bytes_done=10, bytes_total=10) for number in range(1, 6)]
    boxes.append(LiveMailbox(6, MailboxState.COPYING))
    assert share_of(boxes, {6: 150}) == 0.25
    assert share_of([*boxes[:5], LiveMailbox(6, MailboxState.DONE)], {6: 150}) == 1.0
    nothing_new = [LiveMailbox(number, MailboxState.DONE) for number in range(1, 6)]
    assert share_of([*nothing_new, boxes[5]], dict.fromkeys(range(1, 6), 0) | {6: 150}) == 0.0, "they were complete before"
    assert share_of([*nothing_new[:1], LiveMailbox(2, MailboxState.LOOKING)], {1: 0, 2: 0}) == 0.5
    bridge = Bridge()
    bridge.sizes = {1: 1_000_000, 2: 500_000}
    for number in (1, 2):
        bridge.report(StateChanged(number, "a@x", MailboxState.COPYING))
    bridge.report(StateChanged(2, "a@x", MailboxState.DONE))
    bridge.drain()
    assert bridge.missing == 1_000_000


@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface", extend=True)
@pytest.mark.usefixtures("look")
def test_a_tray_may_come_late_and_go_while_the_window_is_in_it(qtbot: QtBot) -> None:
    window, bridge, trays = QMainWindow(), Bridge(), [False]
    qtbot.addWidget(window)
    tray = Tray(window, lambda: trays[0])
    shown = Presence(window, bridge, lambda: Running(), tray, Bar(), Awake(Bed().hold))  # type: ignore[arg-type,return-value]
    window.show()
    bridge.report(RunStarted(1))
    bridge.report(StateChanged(1, "a@x", MailboxState.COPYING))
    bridge.drain()
    assert tray.icon is None
    trays[0] = True
    window.hide()
    shown.look()
    assert tray.icon is not None
    assert tray.icon.isVisible()
    shown.look_after_the_tray()
    assert window.isHidden(), "it is in the tray, where it belongs"
    trays[0] = False
    shown.look_after_the_tray()
    assert window.isMinimized(), "not lost"
    shown.close()


@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface", extend=True)
@pytest.mark.usefixtures("look")
def test_while_it_stops_the_tray_offers_nothing_that_would_not_work(qtbot: QtBot) -> None:
    window, bridge = QMainWindow(), Bridge()
    qtbot.addWidget(window)
    tray = Tray(window, lambda: True)
    shown = Presence(window, bridge, lambda: Running(), tray, Bar(), Awake(Bed().hold))  # type: ignore[arg-type,return-value]
    bridge.report(RunStarted(1))
    bridge.report(StateChanged(1, "a@x", MailboxState.COPYING))
    bridge.drain()
    offered = [action.text() for action in tray.menu.actions() if action.isVisible()]
    assert offered == ["Open MailSafi Wizard", "Pause", "Stop, go on later, and quit"]
    shown.stopping()
    assert [action.text() for action in tray.menu.actions() if action.isVisible()] == ["Open MailSafi Wizard"]
    assert "Finishing" in tray.icon.toolTip()  # type: ignore[union-attr]
    shown.close()


def test_what_a_notification_says_follows_the_verdict() -> None:
    whole = Ledger((FolderLedger(1, "INBOX", "INBOX", source=3, copied=3, confirmed=3, checked=True),))
    assert told(Summary(whole, 0, 1.0)) == ("The copy is complete", "3 messages have arrived, and the accounts balance.")
    assert told(Summary(Ledger(), 4, 1.0))[0] == "The copy was stopped"
    assert told(Summary(Ledger(), 3, 1.0))[1] == "Open the wizard to see why."


@pytest.mark.usefixtures("look")
def test_the_trays_picture_changes_with_the_share() -> None:
    pictures = [picture(None, False), picture(0.1, False), picture(0.9, False), picture(0.9, True)]
    assert len({bytes(p.pixmap(64, 64).toImage().constBits()) for p in pictures}) == 4


@pytest.mark.parametrize("ink", [tray_icon.DONE, tray_icon.WAITS])
@pytest.mark.parametrize("panel", ["#ffffff", "#f0f0f0", "#303030", "#000000"])
def test_the_ring_is_seen_on_light_and_dark_panels(ink: str, panel: str) -> None:
    assert theme.contrast(ink, panel) >= 3


def test_windows_is_told_in_the_order_that_its_description_wants() -> None:
    calls: list[tuple[int, tuple[int, ...]]] = []

    def method(place: int) -> taskbar.Call:
        def call(*values: int) -> int:
            calls.append((place, values))
            return 0

        return call

    bar = taskbar.WindowsTaskBar(77, method)
    bar.show(0.25, False)
    bar.show(0.25, True)
    bar.show(None, False)
    assert calls == [(3, ()), (10, (77, 2)), (9, (77, 250, 1000)), (10, (77, 8)), (9, (77, 250, 1000)), (10, (77, 0))]


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_closing_while_copying_asks_and_the_copy_goes_on_in_the_background(tmp_path: Path, hand: Hand) -> None:
    with Rehearsal(tmp_path, bytes_per_second=400_000) as slow:
        window = hand.window

        async def show() -> None:
            window.open_project(slow.project)

        async def close() -> None:
            window.close()

        hand.run(show())
        page = hand.go("migrate")
        assert isinstance(page, MigratePage)
        hand.act()
        hand.act()
        hand.until(lambda: any(box.messages_done > 5 for box in window.bridge.live.values()))
        for place in (0, 1):  # back, and on in the background
            hand.run(close())
            (asked,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
            assert window.isVisible(), "nothing is decided before the answer"
            texts = [button.text() for button in asked.buttons()]
            assert len(texts) == 3
            hand.click(asked.buttons()[place])
            hand.until(lambda: not [box for box in window.findChildren(QMessageBox) if box.isVisible()])
            assert slow.project.running
        assert window.isMinimized(), "there is no tray on a screen that does not exist"

        async def back() -> None:
            window.come_back()

        hand.run(back())
        assert not window.isMinimized()

        async def aside_and_by_the_task_bar() -> None:
            window.go_to_background()
            window.headlines.clear()
            slow.project.stop()

        hand.run(aside_and_by_the_task_bar())
        hand.until(lambda: not slow.project.running)

        async def by_the_task_bar() -> None:
            window.showNormal()

        hand.run(by_the_task_bar())
        hand.until(lambda: bool(window.headlines.problems))
        assert "stopped" in window.headlines.problems[0].why
        page.project.stop()
        hand.until(lambda: not slow.project.running)
        window.close_project()


def test_what_is_still_to_come_is_known_before_a_run(rehearsal: Rehearsal) -> None:
    project = rehearsal.project
    assert project.expected_sizes() == {}
    found = {one.mailbox_id: one.bytes for one in project.take_census(lambda _event: None)}
    assert project.expected_sizes() == found
    project.start(lambda _event: None)
    project.wait()
    assert set(project.expected_sizes().values()) == {0}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the tray alone tells")
@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface", extend=True)
@pytest.mark.usefixtures("look")
@pytest.mark.parametrize(
    ("tray_can", "bus_can", "way"), [(True, False, "tray"), (False, True, "bus"), (False, False, "bus, tray")], ids=str
)
def test_a_message_finds_its_way(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tray_can: bool, bus_can: bool, way: str) -> None:
    window, ways = QMainWindow(), list[str]()
    qtbot.addWidget(window)
    tray = Tray(window, lambda: True)
    tray.show(None, False, "tip", False)

    def over_bus(_title: str, _text: str) -> bool:
        ways.append("bus")
        return bus_can

    monkeypatch.setattr(tray_icon, "tray_notifies", lambda: tray_can)
    monkeypatch.setattr(tray_icon, "notify_over_bus", over_bus)
    monkeypatch.setattr(tray.icon, "showMessage", lambda *_words: ways.append("tray"))
    tray.say("The copy is complete", "12 messages")
    qtbot.waitUntil(lambda: ", ".join(ways) == way)
