"""The icon in the tray: how far the copy is, and a small menu while the window is away. Also says things when the window can't be seen."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from mailsafi_wizard.ui import icons
from mailsafi_wizard.ui.plain_words import for_desktop
from mailsafi_wizard.ui.theme import theme
from mailsafi_wizard.words import _

EDGE = 64  # pixels of the picture; the system makes it smaller
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
        painter.setPen(QPen(QColor(128, 128, 128, 120), 8))
        painter.drawEllipse(ring)
        pen = QPen(theme().colour("warn" if waits else "accent"), 8)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if waits:
            pen.setDashPattern([1.2, 0.8])
        painter.setPen(pen)
        painter.drawArc(ring, 90 * 16, -round(share * 360 * 16))
    painter.end()
    return QIcon(image)


class Tray(QObject):
    """``available`` is asked once; without a tray nothing is shown and `say` looks for another way."""

    opened = Signal()
    pause_asked = Signal()
    quit_asked = Signal()

    def __init__(self, parent: QObject, available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable) -> None:
        super().__init__(parent)
        self.there = available()
        self.icon: QSystemTrayIcon | None = None
        self.told: tuple[str, str] = ("", "")
        self._shown: tuple[int | None, bool] = (None, False)
        if self.there:
            self._make()

    def _make(self) -> None:
        self.icon = QSystemTrayIcon(picture(None, False), self)
        self.menu = QMenu()
        self.menu.addAction(_("Open MailSafi Wizard"), self.opened.emit)
        self.pause = self.menu.addAction(_("Pause"), self.pause_asked.emit)
        self.menu.addAction(_("Stop, go on later, and quit"), self.quit_asked.emit)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.opened.emit)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit()

    def show(self, share: float | None, waits: bool, tip: str, running: bool) -> None:
        """There while something runs or the window is away; drawn anew only when a per cent has passed."""
        if self.icon is None:
            return
        drawn = (None if share is None else round(share * 100), waits)
        if drawn != self._shown:
            self._shown = drawn
            self.icon.setIcon(picture(share, waits))
        self.icon.setToolTip(tip)
        self.pause.setVisible(running)
        self.pause.setText(_("Go on") if waits else _("Pause"))
        self.icon.setVisible(True)

    def say(self, title: str, text: str) -> None:
        """A notification; by the tray, else by the desktop's own service."""
        title, text = for_desktop(title), for_desktop(text)
        self.told = (title, text)
        if self.icon is not None and self.icon.isVisible():
            self.icon.showMessage(title, text, icons.app_icon(), LONGEST)
        elif sys.platform.startswith("linux"):
            threading.Thread(target=notify_over_bus, args=(title, text), name="notify", daemon=True).start()

    def hide(self) -> None:
        if self.icon is not None:
            self.icon.hide()


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
