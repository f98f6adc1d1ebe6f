"""The step rail at the left: eight steps, each not yet, now, done or needing the admin. Shows states, derives none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy

from mailsafi_wizard.ui import icons
from mailsafi_wizard.ui.announce import announce
from mailsafi_wizard.ui.steps import StepState
from mailsafi_wizard.ui.theme import XS, L, M, S, theme
from mailsafi_wizard.ui.widgets import column, label
from mailsafi_wizard.words import N_, _

STATE_WORDS = {
    StepState.NOT_YET: N_("Not yet"),
    StepState.NOW: N_("Now"),
    StepState.DONE: N_("Done"),
    StepState.NEEDS_YOU: N_("Needs you"),
}

FEW = 2  # steps whose state changes by one thing that was done


def _weight(strong: bool) -> QFont.Weight:
    return QFont.Weight.DemiBold if strong else QFont.Weight.Normal


class StepButton(QAbstractButton):
    """One step: a marker that tells its state by shape, its name, and the state in words."""

    def __init__(self, number: int, title: str) -> None:
        super().__init__()
        self.number, self.title = number, title
        self.state = StepState.NOT_YET
        self.setText(title)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_state(StepState.NOT_YET)

    def show_state(self, state: StepState) -> None:
        self.state = state
        self.setAccessibleName(
            _("Step {number}: {title}, {state}").format(number=self.number, title=self.title, state=_(STATE_WORDS[state]))
        )
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter picks the step, as Space does; arrows are left to the rail: Qt would look for the nearest button of any kind."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        title, small = QFontMetrics(theme().font("body", QFont.Weight.DemiBold)), QFontMetrics(theme().font("small"))
        words = max(title.horizontalAdvance(self.title), *(small.horizontalAdvance(_(w)) for w in STATE_WORDS.values()))
        return QSize(words + self._marker() + 2 * M + M + S, title.height() + small.height() + 2 * S)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _marker(self) -> int:
        return theme().px(26)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        marker = QRectF(M, (self.height() - self._marker()) / 2, self._marker(), self._marker())
        left = marker.right() + M
        words = QRectF(left, 0, self.width() - left - S, self.height())
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            marker.moveRight(self.width() - M)
            words.moveLeft(S)
        self._paint_marker(painter, marker)
        self._paint_words(painter, words)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        ground = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("accent_soft" if self.isChecked() else "hover"))
            painter.drawRoundedRect(ground, 8, 8)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().colour("accent"), 2))
            painter.drawRoundedRect(ground, 8, 8)

    def _paint_marker(self, painter: QPainter, area: QRectF) -> None:
        colour = theme().colour
        inner = area.adjusted(area.width() * 0.2, area.width() * 0.2, -area.width() * 0.2, -area.width() * 0.2)
        if self.state is StepState.DONE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawEllipse(area)
            icons.paint(painter, "check", inner, colour("on_accent"))
            return
        if self.state is StepState.NEEDS_YOU:
            icons.paint(painter, "alert", area.adjusted(-1, -1, 1, 1), colour("warn"))
            return
        now = self.state is StepState.NOW
        painter.setBrush(colour("surface") if now else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("accent" if now else "outline"), 2.0 if now else 1.4))
        painter.drawEllipse(area.adjusted(1, 1, -1, -1))
        painter.setPen(colour("accent" if now else "muted"))
        painter.setFont(theme().font("small", _weight(now)))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self.number))

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        strong = self.isChecked() or self.state in (StepState.NOW, StepState.NEEDS_YOU)
        title = theme().font("body", _weight(strong))
        small = theme().font("small")
        title_height, small_height = QFontMetrics(title).height(), QFontMetrics(small).height()
        top = (area.height() - title_height - small_height) / 2
        painter.setFont(title)
        painter.setPen(theme().colour("muted" if self.state is StepState.NOT_YET and not self.isChecked() else "text"))
        flags = int(Qt.AlignmentFlag.AlignVCenter) | int(self._leading())
        painter.drawText(QRectF(area.left(), top, area.width(), title_height), flags, self.title)
        painter.setFont(small)
        painter.setPen(theme().colour(self._ink()))
        painter.drawText(QRectF(area.left(), top + title_height, area.width(), small_height), flags, _(STATE_WORDS[self.state]))

    def _leading(self) -> Qt.AlignmentFlag:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft

    def _ink(self) -> str:
        return {StepState.NOW: "accent", StepState.NEEDS_YOU: "warn"}.get(self.state, "muted")


class Rail(QFrame):
    """All steps; ``chosen`` is emitted with the index of the step a person picked."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName(_("Steps"))
        self.heading = label("", "strong")
        self.note = label("", "small", "muted")
        self.buttons = [StepButton(number, title) for number, title in enumerate(titles, 1)]
        self.body = column(self.heading, self.note, spacing=XS, margins=(S, L, S, M))
        for part in (self.heading, self.note):
            part.setContentsMargins(M, 0, S, 0)
        self.body.addSpacing(M)
        for index, button in enumerate(self.buttons):
            self.body.addWidget(button)
            self._connect(index, button)
        self.body.addStretch(1)
        self.setLayout(self.body)
        self._again = self._telling = False

    def _connect(self, index: int, button: StepButton) -> None:
        """A screen reader checks a step without clicking it; a click on one that is checked already leads back to its page."""

        def pressed() -> None:
            self._again = button.isChecked()

        def clicked() -> None:
            if self._again:
                self.chosen.emit(index)

        def toggled(on: bool) -> None:
            if on and not self._telling:
                self.chosen.emit(index)

        button.pressed.connect(pressed)
        button.clicked.connect(clicked)
        button.toggled.connect(toggled)

    def show_states(self, states: Sequence[StepState], shown: int, reachable: Sequence[bool]) -> None:
        """``shown``: the place of the step in front, -1 for none."""
        fresh = [button for button, state in zip(self.buttons, states, strict=True) if button.state is not state]
        for button, state, can in zip(self.buttons, states, reachable, strict=True):
            if button in fresh:
                button.show_state(state)
            button.setEnabled(can)
        self._telling = True
        for place, button in enumerate(self.buttons):
            button.setAutoExclusive(False)  # or none could be let go
            button.setChecked(place == shown)
            button.setAutoExclusive(True)
            # Qt minds only what was clicked, and would have Tab come to an earlier step.
            front = place == max(shown, 0)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if front else Qt.FocusPolicy.ClickFocus)
        self._telling = False
        if len(fresh) <= FEW:  # more are another project's
            for button in fresh:
                announce(button, button.accessibleName())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        here = next((i for i, b in enumerate(self.buttons) if b.hasFocus()), -1)
        target = here + step
        if step and here >= 0 and 0 <= target < len(self.buttons) and self.buttons[target].isEnabled():
            self.buttons[target].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
