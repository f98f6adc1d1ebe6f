"""How the program looks: colour roles for light and dark, the type scale, the spacing grid; put on Qt's Fusion style.

Knows nothing of pages or projects. Colours are used by role only, so that a pair checked for contrast once holds everywhere.
"""

from __future__ import annotations

import string
from dataclasses import fields

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from mailsafi_wizard import resources
from mailsafi_wizard.records import dataclass

GRID = 4  # every margin and gap is a multiple of it, in device-independent pixels
XS, S, M, L, XL, XXL = GRID, 2 * GRID, 3 * GRID, 4 * GRID, 6 * GRID, 8 * GRID
RADIUS = 8

SCALE = {"title": 1.62, "heading": 1.19, "body": 1.0, "small": 0.9}  # times the base size in points
BASE_POINTS = 10.5
FAMILIES = ("Segoe UI Variable Text", "Segoe UI", "Inter", "Cantarell", "Noto Sans", "Ubuntu", "DejaVu Sans")


@dataclass(frozen=True)
class Colours:
    """One scheme. A ``*_soft`` role is the ground for its namesake; ``line`` only separates, ``outline`` bounds a control."""

    scheme: str
    window: str
    surface: str
    sunken: str
    rail: str
    text: str
    muted: str
    line: str
    outline: str
    accent: str
    accent_hover: str
    accent_press: str
    on_accent: str
    accent_soft: str
    hover: str
    press: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    info: str
    info_soft: str
    danger: str
    on_danger: str


LIGHT = Colours(
    scheme="light",
    window="#f6f8f7",
    surface="#ffffff",
    sunken="#eef2f0",
    rail="#eaf0ed",
    text="#17211e",
    muted="#51605a",
    line="#d9e0dd",
    outline="#7d8c86",
    accent="#0b6b5e",
    accent_hover="#095a50",
    accent_press="#074a42",
    on_accent="#ffffff",
    accent_soft="#d9eee8",
    hover="#e3eae7",
    press="#d6dfdb",
    good="#17663a",
    good_soft="#e1f2e7",
    warn="#7d4a00",
    warn_soft="#fcefd8",
    bad="#a8201a",
    bad_soft="#fce8e6",
    info="#1b5799",
    info_soft="#e4eefa",
    danger="#a8201a",
    on_danger="#ffffff",
)

DARK = Colours(
    scheme="dark",
    window="#151a18",
    surface="#1d2421",
    sunken="#121715",
    rail="#101412",
    text="#e5ebe8",
    muted="#a3b3ad",
    line="#303a36",
    outline="#74857e",
    accent="#5fcab7",
    accent_hover="#78d7c6",
    accent_press="#47b5a2",
    on_accent="#06231e",
    accent_soft="#1c3a34",
    hover="#28312d",
    press="#323d38",
    good="#7dd39b",
    good_soft="#1b3525",
    warn="#f0bd6b",
    warn_soft="#3a2d15",
    bad="#ff9d94",
    bad_soft="#43201d",
    info="#93c0f3",
    info_soft="#1c2f47",
    danger="#ff9d94",
    on_danger="#3a0906",
)

READABLE = (  # (text role, ground role): each pair must reach 4.5:1
    *(("text", ground) for ground in ("window", "surface", "sunken", "rail", "accent_soft", "hover", "press")),
    *(("muted", ground) for ground in ("window", "surface", "sunken", "rail")),
    *(("accent", ground) for ground in ("window", "surface", "sunken", "rail", "accent_soft")),
    *((tone, ground) for tone in ("good", "warn", "bad", "info") for ground in ("window", "surface", f"{tone}_soft")),
    *(("text", f"{tone}_soft") for tone in ("good", "warn", "bad", "info")),
    *(("on_accent", ground) for ground in ("accent", "accent_hover", "accent_press")),
    ("on_danger", "danger"),
)
VISIBLE = (("outline", "surface"), ("outline", "window"), ("accent", "surface"))  # bounds of controls: 3:1 (WCAG 1.4.11)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Theme(QObject):
    """The look in force. ``changed`` is emitted after a new scheme or size has been put on the application and its windows."""

    changed = Signal()
    _sheet_changed = Signal(str)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice = "system"
        self._zoom = 1.0
        self._sheet = ""
        self.colours = LIGHT
        self._points = max(app.font().pointSizeF(), BASE_POINTS)
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def wear(self, choice: str = "", zoom: float = 0.0) -> None:
        """Put the look on: ``choice`` is "system", "light" or "dark" ("" keeps it), ``zoom`` multiplies every font (0 keeps it)."""
        self._choice = choice or self._choice
        self._zoom = zoom or self._zoom
        self.colours = DARK if self._wants_dark() else LIGHT
        self._app.setStyle(QStyleFactory.create("Fusion"))
        self._app.setFont(self._base_font())
        self._app.setPalette(_qpalette(self.colours))
        self._sheet = self._style_sheet()
        self._sheet_changed.emit(self._sheet)
        self.changed.emit()

    def dress(self, window: QWidget) -> None:
        """Give a window without a parent the style sheet, now and at every change; its children and dialogues take it from there.

        Not the application, because then Qt works out the style of a part and all in it anew each time it is put into another; without,
        a page is put together plain and dressed once.
        """
        self._sheet_changed.connect(window.setStyleSheet)
        window.setStyleSheet(self._sheet)

    @property
    def choice(self) -> str:
        return self._choice

    @property
    def zoom(self) -> float:
        return self._zoom

    def points(self, role: str) -> float:
        return self._points * self._zoom * SCALE[role]

    def px(self, length: float) -> int:
        """A length that grows with the font, such as an icon's edge."""
        return round(length * self._points * self._zoom / BASE_POINTS)

    def colour(self, role: str) -> QColor:
        return QColor(getattr(self.colours, role))

    def font(self, role: str = "body", weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._app.font())
        font.setPointSizeF(self.points(role))
        font.setWeight(weight)
        return font

    def _wants_dark(self) -> bool:
        if self._choice == "system":
            return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._choice == "dark"

    def _system_changed(self) -> None:
        if self._choice == "system":
            self.wear()

    def _base_font(self) -> QFont:
        font = QFont(self._app.font())
        known = set(QFontDatabase.families())
        if font.family() not in known:  # an alias such as "Sans Serif"; a real family is the user's own choice
            font.setFamilies([family for family in FAMILIES if family in known] or [font.family()])
        font.setPointSizeF(self._points * self._zoom)
        return font

    def _style_sheet(self) -> str:
        sheet = string.Template(resources.path("style/wizard.qss").read_text(encoding="utf-8"))
        values = {f.name: getattr(self.colours, f.name) for f in fields(self.colours)}
        sizes = {f"pt_{role}": f"{self.points(role):.2f}pt" for role in SCALE}
        lengths = {f"px{n}": f"{self.px(n)}px" for n in (8, 10, 12, 16, 18, 20, 24, 28)}
        return sheet.substitute(values, **sizes, **lengths, style=resources.path("style").as_posix(), radius=f"{RADIUS}px")


_theme: Theme | None = None


def install(app: QApplication, choice: str = "system", zoom: float = 1.0) -> Theme:
    """Dress the application; called once, by whoever made it."""
    global _theme
    if _theme is None or _theme.parent() is not app:
        _theme = Theme(app)
    _theme.wear(choice, zoom)
    return _theme


def theme() -> Theme:
    """The look in force; raises RuntimeError before `install`."""
    if _theme is None:
        raise RuntimeError("theme.install has not been called")
    return _theme


def _qpalette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    plain = {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.surface,
        role.AlternateBase: c.sunken,
        role.ToolTipBase: c.surface,
        role.ToolTipText: c.text,
        role.PlaceholderText: c.muted,
        role.Text: c.text,
        role.Button: c.surface,
        role.ButtonText: c.text,
        role.BrightText: c.bad,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Accent: c.accent,
        role.Light: c.surface,
        role.Midlight: c.line,
        role.Mid: c.outline,
        role.Dark: c.outline,
        role.Shadow: c.line,
    }
    for which, value in plain.items():
        palette.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.outline))
    return palette
