"""The icon in the tray: how far the copy is, and a small menu while the window is away. Also says things when the window can't be seen."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtDBus import QDBusConnection
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from mailsafi_wizard.ui import icons
from mailsafi_wizard.ui.plain_words import for_desktop
from mailsafi_wizard.ui.theme import theme
from mailsafi_wizard.words import _

EDGE = 64  # pixels of the picture; the system makes it smaller
TRACK, DONE, WAITS = "#80808080", "#19937c", "#b8791a"  # trays are light or dark, and nobody says which: these can be seen on both
LONGEST = 10_000  # milliseconds that a message stays
log = logging.getLogger(__name__)


def picture(share: float | None, waits: bool) -> QIcon:
    """The program's sign; while copying with a ring around it, as full as the work is done, and dashed while it waits."""
    image = QPixmap(EDGE, EDGE)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = QRectF(0, 0, EDGE, EDGE) if share is None else QRectF(13, 13, EDGE - 26, EDGE - 26)
    icons.app_icon().paint(painter, inner.toRect())
    if share is not None:
        ring = QRectF(5, 5, EDGE - 10, EDGE - 10)
        painter.setPen(QPen(QColor(TRACK), 8))
        painter.drawEllipse(ring)
        pen = QPen(QColor(WAITS if waits else DONE), 8)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if waits:
            pen.setDashPattern([1.2, 0.8])
        painter.setPen(pen)
        painter.drawArc(ring, 90 * 16, -round(share * 360 * 16))
    painter.end()
    return QIcon(image)


class Tray(QObject):
    """``available`` is asked whenever it matters: a panel may start after the program, or end before it.

    Without a tray nothing is shown, and `say` looks for another way.
    """

    opened = Signal()
    pause_asked = Signal()
    quit_asked = Signal()
    _unheard = Signal(str, str)

    def __init__(self, parent: QObject, available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable) -> None:
        super().__init__(parent)
        self._available = available
        self._unheard.connect(self._balloon, Qt.ConnectionType.QueuedConnection)
        self.icon: QSystemTrayIcon | None = None
        self.told: tuple[str, str] = ("", "")
        self._shown: tuple[int | None, bool] = (None, False)

    @property
    def there(self) -> bool:
        """Whether an icon would be seen now."""
        return self._available()

    def _make(self) -> QSystemTrayIcon:
        icon = QSystemTrayIcon(picture(None, False), self)
        self.menu = QMenu()
        theme().dress(self.menu)
        self.open = self.menu.addAction("", self.opened.emit)
        self.pause = self.menu.addAction("", self.pause_asked.emit)
        self.leave = self.menu.addAction("", self.quit_asked.emit)
        icon.setContextMenu(self.menu)
        icon.activated.connect(self._activated)
        icon.messageClicked.connect(self.opened.emit)
        return icon

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit()

    def show(self, share: float | None, waits: bool, tip: str, running: bool) -> None:
        """There while something runs or the window is away; drawn anew only when a per cent has passed."""
        if self.icon is None:
            if not self.there:
                return
            self.icon = self._make()
        drawn = (None if share is None else round(share * 100), waits)
        if drawn != self._shown:
            self._shown = drawn
            self.icon.setIcon(picture(share, waits))
        self.icon.setToolTip(tip)
        self.open.setText(_("Open MailSafi Wizard"))
        self.pause.setVisible(running)
        self.pause.setText(_("Go on") if waits else _("Pause"))
        self.leave.setText(_("Stop, go on later, and quit") if running else _("Quit"))
        self.icon.setVisible(True)

    def stopping(self, tip: str) -> None:
        """Nothing can be chosen any more: what is on its way is being settled."""
        if self.icon is not None and self.icon.isVisible():
            self.icon.setToolTip(tip)
            for action in (self.pause, self.leave):
                action.setVisible(False)

    def say(self, title: str, text: str) -> None:
        """A notification; by the tray, else by the desktop's own service. An old tray of X knows only a balloon of Qt's: that is the last resort."""
        title, text = for_desktop(title), for_desktop(text)
        self.told = (title, text)
        if not sys.platform.startswith("linux") or tray_notifies():
            self._balloon(title, text)
        else:
            threading.Thread(target=self._say_over_bus, args=(title, text), name="notify", daemon=True).start()

    def _say_over_bus(self, title: str, text: str) -> None:
        if not notify_over_bus(title, text):
            with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
                self._unheard.emit(title, text)

    def _balloon(self, title: str, text: str) -> None:
        if self.icon is not None and self.icon.isVisible() and self.there:
            self.icon.showMessage(title, text, icons.app_icon(), LONGEST)

    def hide(self) -> None:
        if self.icon is not None:
            self.icon.hide()


def tray_notifies() -> bool:
    """Whether the tray is of the kind that hands messages to the desktop, and a click on them back."""
    bus = QDBusConnection.sessionBus()
    return bus.isConnected() and bus.interface().isServiceRegistered("org.kde.StatusNotifierWatcher").value() is True


def notify_over_bus(title: str, text: str) -> bool:
    """org.freedesktop.Notifications, for desktops without a tray; True when it was taken. Blocks for a moment."""
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    place = DBusAddress(
        "/org/freedesktop/Notifications", bus_name="org.freedesktop.Notifications", interface="org.freedesktop.Notifications"
    )
    values: tuple[object, ...] = ("MailSafi Wizard", 0, "mailsafi-wizard", title, text, [], {}, LONGEST)
    try:
        with open_dbus_connection() as bus:
            reply = bus.send_and_get_reply(new_method_call(place, "Notify", "susssasa{sv}i", values), timeout=5)
    except Exception as error:  # noqa: BLE001 no bus, no service, no permission: each in a way of its own; a notification is not worth more
        log.info("no notification: %s", type(error).__name__)
        return False
    return bool(reply.header.message_type is MessageType.method_return)
