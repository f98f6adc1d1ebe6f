"""The icons of `resources/icons`, in any colour role and size. They are drawn with one stroke in ``currentColor``."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mailsafi_wizard import resources
from mailsafi_wizard.ui.theme import theme

SCALES = (1.0, 1.25, 1.5, 2.0, 3.0)  # pixel ratios an icon is prepared for


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = resources.path(f"icons/{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode()))


def paint(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Draw icon ``name`` into ``box``, at whatever scale the painter works."""
    _renderer(name, colour.name()).render(painter, box)


def pixmap(name: str, role: str, edge: int, ratio: float = 1.0) -> QPixmap:
    """A square picture with sides of ``edge`` device-independent pixels."""
    return _drawn(name, theme().colour(role).name(), edge, ratio)


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, edge: int, ratio: float) -> QPixmap:
    image = QPixmap(QSize(round(edge * ratio), round(edge * ratio)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint(painter, name, QRectF(0, 0, image.width(), image.height()), QColor(colour))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def icon(name: str, role: str = "text", edge: int = 0) -> QIcon:
    """An icon for a button or a table, in every usual scale; tinted once, so make it anew when the scheme changes."""
    result = QIcon()
    side = edge or theme().px(18)
    for ratio in SCALES:
        result.addPixmap(pixmap(name, role, side, ratio))
        result.addPixmap(pixmap(name, "outline", side, ratio), QIcon.Mode.Disabled)
    return result


def app_icon() -> QIcon:
    """The program's own sign; looks the same in both schemes."""
    return QIcon(str(resources.path("icons/app.svg")))
