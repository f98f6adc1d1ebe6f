"""The base of every step's page. A page says only: busy, what is missing, what is wrong, its one action. The shell draws all that.

A page asks the project and shows the answer; it computes nothing and calls nothing slow itself: slow calls go through `Page.work`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget
from shiboken6 import isValid

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.leaves import Leaf
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.theme import XL, L, M
from mailsafi_wizard.ui.widgets import Button, column

T = TypeVar("T")


@dataclass(frozen=True)
class Action:
    """The one thing a page wants done now. ``urgent`` makes it the coloured button instead of Next."""

    text: str
    do: Callable[[], object]
    icon: str = ""
    enabled: bool = True
    urgent: bool = True


class Page(QWidget):
    """One step. Subclasses set the words, build their widgets in ``__init__`` and show the project in `refresh`."""

    changed = Signal()  # busy, missing, problem or action: the shell looks again
    go_to = Signal(str)  # the key of the step to show
    told = Signal(str)  # a short sentence on something that was done, for the bottom bar

    title = ""
    lead = ""  # one sentence that says what to do
    why: Leaf | None = None  # the help that is one click away

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__()
        self.setObjectName("page")
        self.project, self.bridge = project, bridge
        self.busy = ""
        self.missing = ""  # what the admin still has to give on this page, as a sentence
        self.problem: Problem | None = None
        self.problem_buttons: Callable[[], list[Button]] = list
        self.calls = False  # whether a coloured button within the page says what to do now
        self.body = column(spacing=L, margins=(XL, M, XL, XL))  # with the header's own below it, the same all around
        self.setLayout(self.body)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def minimumSizeHint(self) -> QSize:
        """Only the width: how high the page must be at that width is asked elsewhere. Words that wrap would be counted as if the page were narrow."""
        hint = super().minimumSizeHint()
        return QSize(hint.width(), 0) if self.hasHeightForWidth() else hint

    # what a page may override
    def refresh(self) -> None:
        """Show the project as it is now. Called when the page is shown and whenever something may have changed."""

    def action(self) -> Action | None:
        return None

    def leave(self) -> None:
        """Another page comes forward: keep what was typed."""

    def end(self) -> None:
        """The project is closed: what is still being worked on has nobody left to tell."""
        self._closed = True

    # what a page may call
    def work(self, text: str, call: Callable[[], T], then: Callable[[T], object]) -> None:
        """Run ``call`` on a thread, saying ``text`` meanwhile; then ``then`` with its answer, here. A failure becomes the problem."""
        self.busy, self.problem = text, None
        self.changed.emit()
        task = asyncio.get_running_loop().create_task(self._carry_out(call, then))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, call: Callable[[], T], then: Callable[[T], object]) -> None:
        try:
            answer = await asyncio.to_thread(call)
        except Exception as error:  # noqa: BLE001 the top of this thread's work: a bug is shown like a known problem, with its details
            if not self._gone:
                self.busy = ""
                self.fail(error)
            return
        if self._gone:
            return
        self.busy = ""
        self.tried(lambda: then(answer))
        self.changed.emit()

    @property
    def _gone(self) -> bool:
        """Whether the project was closed meanwhile, or the page made anew in another language."""
        return self._closed or not isValid(self)

    def tried(self, call: Callable[[], T]) -> T | None:
        """Do something quick that may fail with a known problem; None when it did."""
        try:
            return call()
        except Exception as error:  # noqa: BLE001 as in _carry_out: shown in place instead of ending the window
            self.fail(error)
            return None

    def fail(self, error: BaseException) -> None:
        self.show_problem(Problem.of(error))

    def show_problem(self, problem: Problem | None) -> None:
        if problem != self.problem:
            self.problem = problem
            self.changed.emit()


class Scrolling(QScrollArea):
    """A page that scrolls where the window is too small for it; the bar's room is part of the page's margin, so nothing moves when it comes."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda least, most: bar.setEnabled(most > least))  # disabled, it is not drawn
        bar.setEnabled(False)
        layout = page.layout()
        assert layout is not None
        self._inner, self._around = layout, layout.contentsMargins()
        self.setWidget(page)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        bar = self.verticalScrollBar().sizeHint().width()
        left, right = (bar, 0) if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else (0, bar)
        around = self._around
        self._inner.setContentsMargins(around.left() - left, around.top(), around.right() - right, around.bottom())


def scrolling(page: QWidget) -> QScrollArea:
    return Scrolling(page)
