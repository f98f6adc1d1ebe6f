"""The small parts every page is put together from: labels, buttons, chips, cards, panels, empty states.

Each takes words and callables and knows no project. Widgets read the theme when they paint, so a new scheme needs no telling.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import ClassVar

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from mailsafi_wizard.ui import icons, motion
from mailsafi_wizard.ui.announce import announce, belongs_to
from mailsafi_wizard.ui.theme import XS, L, M, S, theme
from mailsafi_wizard.words import _


class Tone(enum.Enum):
    """What a chip or panel means; always shown by an icon and words too, never by colour alone."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    ACCENT = "accent"
    MUTED = "muted"

    @property
    def icon(self) -> str:
        return _TONE_ICONS[self]


_TONE_ICONS = {
    Tone.GOOD: "check",
    Tone.WARN: "alert",
    Tone.BAD: "cross",
    Tone.INFO: "info",
    Tone.ACCENT: "arrow-right",
    Tone.MUTED: "clock",
}


_CHIP_GROUNDS = {tone.value: f"{tone.value}_soft" for tone in Tone if tone is not Tone.MUTED}
CHIP_ROUND = 26  # points; chips of one line are round at their ends

_MIRRORED = {"arrow-left": "arrow-right", "arrow-right": "arrow-left"}
_RETINT = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.LayoutDirectionChange)


def restyle(widget: QWidget, **properties: str) -> None:
    """Set style properties and let the style sheet see them; does nothing when they are the same already."""
    changed = [name for name, value in properties.items() if widget.property(name) != value]
    for name in changed:
        widget.setProperty(name, properties[name])
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str = "", role: str = "body", tone: str = "", wrap: bool = True, select: bool = False) -> QLabel:
    """Plain text: never markup, whoever wrote it."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    if tone:
        made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if select:
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        made.setTextInteractionFlags(flags)
        made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return made


def column(
    *parts: QWidget | QLayout | int | None, spacing: int = M, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """A column of widgets and layouts; a number is a stretch."""
    layout = QVBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def row(*parts: QWidget | QLayout | int | None, spacing: int = S, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """A row of widgets and layouts; a number is a stretch."""
    layout = QHBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def _fill(
    layout: QBoxLayout, parts: Iterable[QWidget | QLayout | int | None], spacing: int, margins: tuple[int, int, int, int]
) -> None:
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        elif part is not None:
            layout.addStretch(part)


def box(layout: QLayout) -> QWidget:
    """A bare widget around a layout, so that it can be hidden as one."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def beside_tick(tick: QCheckBox, words: str, below: QLayout | None = None) -> QHBoxLayout:
    """A tick with words that may wrap, which its own may not; ``below`` stands under them."""
    tick.setAccessibleName(words)
    text = label(words.replace("&", "&&"))  # with a buddy, a single one would underline what follows
    text.setBuddy(tick)
    made = row(tick, column(text, below, 1, spacing=0, margins=(0, XS, 0, 0)), spacing=0)
    made.setStretch(1, 1)
    made.setAlignment(tick, Qt.AlignmentFlag.AlignTop)
    return made


class Icon(QWidget):
    """A picture beside words that say the same; hidden from screen readers for that reason."""

    def __init__(self, name: str, role: str = "text", edge: int = 18) -> None:
        super().__init__()
        self._name, self._role, self._edge = name, role, edge
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_as(self, name: str, role: str) -> None:
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def sizeHint(self) -> QSize:
        edge = theme().px(self._edge)
        return QSize(edge, edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.paint(painter, self._name, QRectF(self.rect()), theme().colour(self._role))
        painter.end()


class Button(QPushButton):
    """A push button of one of the kinds of the style sheet: "", "primary", "quiet", "danger"."""

    INKS: ClassVar[dict[str, str]] = {
        "primary": "on_accent",
        "quiet": "accent",
        "opener": "accent",
        "close": "accent",
        "danger": "danger",
    }

    def __init__(
        self, text: str, clicked: Callable[[], object] | None = None, kind: str = "", icon: str = "", hint: str = ""
    ) -> None:
        super().__init__(text)
        self._icon_name = icon
        self._tinted: tuple[str, int, str, str] | None = None
        self.setProperty("kind", kind)
        self.setAutoDefault(True)  # Enter presses it as Space does
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(hint)
        if hint:
            self.setAccessibleDescription(hint)
        if clicked is not None:
            self.clicked.connect(lambda: clicked())
        self._tint()

    def be(self, text: str, icon: str = "", kind: str | None = None) -> None:
        """Change words, icon and kind in place; what is so already costs nothing."""
        if text != self.text():
            self.setText(text)
        if icon == self._icon_name and kind in (None, self.property("kind")):
            return
        self._icon_name = icon
        if kind is not None:
            restyle(self, kind=kind)
        self._tint()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.property("kind") == "primary" and self.hasFocus():  # no border stands out from both the accent and the page
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().colour("on_accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), 4, 4)
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in _RETINT and hasattr(self, "_icon_name"):
            self._tint()

    def _backwards(self) -> bool:
        """Whether the words around run from right to left; then arrows point the other way."""
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _tint(self) -> None:
        """The icon in the colours of now. Qt tells of a change of style ten times while a page is made; only a real one draws."""
        edge, role = theme().px(18), self.INKS.get(str(self.property("kind")), "text")
        name = _MIRRORED.get(self._icon_name, self._icon_name) if self._backwards() else self._icon_name
        wanted = (name, edge, theme().colour(role).name(), theme().colour("outline").name()) if name else None
        if wanted == self._tinted:
            return
        self._tinted = wanted
        self.setIcon(icons.icon(name, role, edge) if wanted else QIcon())
        if wanted:
            self.setIconSize(QSize(edge, edge))


class IconButton(Button):
    """Without words; its name is shown where the mouse rests. As Qt's tool tip it would be read aloud a second time."""

    def __init__(self, name: str, clicked: Callable[[], object], icon: str, kind: str = "quiet") -> None:
        super().__init__("", clicked, kind=kind, icon=icon)
        self.setAccessibleName(name)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.accessibleName(), self)
            return True
        return super().event(event)


class OnwardButton(Button):
    """The way onward: its icon stands behind its words. That takes the direction opposite to that of everything around it."""

    def __init__(self, text: str, clicked: Callable[[], object]) -> None:
        super().__init__(text, clicked)
        self._turn()
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.layoutDirectionChanged.connect(self._turn)

    def _turn(self) -> None:
        rtl = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight if rtl else Qt.LayoutDirection.RightToLeft)

    def _backwards(self) -> bool:
        return not super()._backwards()


class Card(QFrame):
    """A surface that holds one matter. ``body`` is the layout to put things in."""

    def __init__(self, title: str = "", note: str = "", kind: str = "card", spacing: int = M) -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.body = column(spacing=spacing, margins=(L, L, L, L))
        self.setLayout(self.body)
        self.head = row(spacing=S)
        self.title = label(title, "heading")
        if title:
            self.setAccessibleName(title)
            self.head.addWidget(self.title, 1)
            self.body.addLayout(self.head)
        if note:
            self.body.addWidget(label(note, tone="muted"))

    def add(self, *parts: QWidget | QLayout | int) -> Card:
        for part in parts:
            if isinstance(part, QWidget):
                self.body.addWidget(part)
            elif isinstance(part, QLayout):
                self.body.addLayout(part)
            else:
                self.body.addStretch(part)
        return self


class Chip(QFrame):
    """A short state: icon and words on a soft ground. Its words are a label of their own, so it has no name besides."""

    def __init__(self, text: str = "", tone: Tone = Tone.MUTED, icon: str = "") -> None:
        super().__init__()
        self._said: tuple[str, Tone, str] | None = None
        self.setProperty("kind", "chip")
        self._icon = Icon("clock", "muted", 14)
        self._label = label("", "small", wrap=False)
        self.setLayout(row(self._icon, self._label, spacing=XS + 1, margins=(S, 3, M - 2, 3)))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.say(text, tone, icon)

    def say(self, text: str, tone: Tone = Tone.MUTED, icon: str = "") -> None:
        if (text, tone, icon) == self._said:
            return
        self._said = (text, tone, icon)
        self._label.setText(text)
        self._icon.show_as(icon or tone.icon, tone.value)
        restyle(self._label, tone=tone.value)
        restyle(self, tone=tone.value)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As round as it is high: a style sheet's radius is dropped where letters of another size make the chip lower than twice as much."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(_CHIP_GROUNDS.get(str(self.property("tone")), "sunken")))
        round_ = min(self.height(), theme().px(CHIP_ROUND)) / 2
        painter.drawRoundedRect(QRectF(self.rect()), round_, round_)
        painter.end()

    @property
    def text(self) -> str:
        return self._label.text()


class Fact(QWidget):
    """A figure with its name under it, for rows of totals."""

    def __init__(self, name: str, value: str = "") -> None:
        super().__init__()
        self._name = name
        self._value = label(value, "figure", wrap=False)
        self._label = label(name, "small", "muted", wrap=False)
        self.setLayout(column(self._value, self._label, spacing=0))
        self.say(value)

    def say(self, value: str, tone: str = "") -> None:
        if value != self._value.text():
            self._value.setText(value)
            self.setAccessibleName(f"{self._name}: {value}")
        restyle(self._value, tone=tone)

    @property
    def text(self) -> str:
        return self._value.text()


class Field(QWidget):
    """One control with its name above it and, below, a line of help or of complaint. ``beside`` stands at the control's right."""

    def __init__(self, name: str, control: QWidget, help_text: str = "", beside: QWidget | None = None) -> None:
        super().__init__()
        self.control = control
        caption = label(name, wrap=False)
        caption.setBuddy(control)
        if not control.accessibleName():
            control.setAccessibleName(name.replace("&", ""))
        self.note = FieldNote(control, help_text)
        line = row(control, beside, spacing=S)
        line.setStretch(0, 1)
        self.setLayout(column(caption, line, self.note, 1, spacing=XS))


class Fields(QGridLayout):
    """Fields side by side, ``columns`` in a row, all of one width."""

    def __init__(self, columns: int = 2) -> None:
        super().__init__()
        self._columns, self._next = columns, 0
        self.setHorizontalSpacing(L)
        self.setVerticalSpacing(M)
        for index in range(columns):
            self.setColumnStretch(index, 1)

    def add(self, name: str, control: QWidget, help_text: str = "", beside: QWidget | None = None, wide: bool = False) -> FieldNote:
        """Put the next field; ``wide`` gives it a row of its own. The answer is its line of help, which can complain."""
        field = Field(name, control, help_text, beside)
        if wide and self._next % self._columns:
            self._next += self._columns - self._next % self._columns
        at, across = divmod(self._next, self._columns)
        self.addWidget(field, at, across, 1, self._columns if wide else 1)
        self._next += self._columns if wide else 1
        return field.note


class FieldNote(QLabel):
    """The small line under a field: its help, or what is wrong with what stands there."""

    def __init__(self, control: QWidget, help_text: str = "") -> None:
        super().__init__(help_text)
        self._control, self._help = control, help_text
        self.setProperty("role", "small")
        self.setProperty("tone", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        belongs_to(self, control)
        control.setAccessibleDescription(help_text or control.accessibleDescription())
        if not help_text:
            self.hide()  # never shown here: without a parent it would be a window for a moment, and take the keyboard
        self._wrong = ""

    @property
    def wrong(self) -> str:
        return self._wrong

    def complain(self, text: str) -> None:
        """Show ``text`` as a complaint; "" takes it back."""
        if text and text != self._wrong:
            announce(self._control, text, at_once=True)
        self._wrong = text
        self.setText(f"⚠ {text}" if text else self._help)
        self.setVisible(bool(text or self._help))
        restyle(self, tone="bad" if text else "muted")
        restyle(self._control, wrong="true" if text else "false")
        self._control.setAccessibleDescription(text or self._help)


def progress_bar(name: str) -> QProgressBar:
    """How far something is, with the words beside it; ``name`` is what a screen reader says."""
    made = QProgressBar()
    made.setTextVisible(False)
    made.setFixedHeight(6)
    made.setAccessibleName(name)
    return made


def working_bar() -> QProgressBar:
    """Something is going on, nobody knows for how long."""
    made = QProgressBar()
    motion.show_going_on(made)
    made.setTextVisible(False)
    made.setFixedWidth(72)
    made.setAccessibleName(_("Working"))
    return made


def line() -> QFrame:
    """A hairline between two matters."""
    made = QFrame()
    made.setProperty("kind", "line")
    made.setFixedHeight(1)
    return made
