"""The panels above every page: what happened since last time, what was recovered, a bug. They stay until they are closed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from mailsafi_wizard.project.since import Since
from mailsafi_wizard.ui import news
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.theme import XL, S, theme
from mailsafi_wizard.ui.widgets import Button, Icon, column, label, row
from mailsafi_wizard.words import _

MOST = 3
SHARE = 0.35  # of the window's height at most


class _Panels(QWidget):
    def minimumSizeHint(self) -> QSize:
        """Only the width: words that wrap would be counted as if it were narrow."""
        return QSize(super().minimumSizeHint().width(), 0)


class Headlines(QScrollArea):
    """At most three panels, the newest on top; the same problem is shown once.

    They scroll when they would take more than their share: a small window must not grow because something is told.
    """

    support_asked = Signal()
    step_asked = Signal(str)  # its key

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._place = column(spacing=S)
        self._inner = _Panels()
        self._inner.setObjectName("page")
        self._inner.setLayout(self._place)
        self._inner.installEventFilter(self)
        self.setWidget(self._inner)
        self.panels: list[ProblemPanel] = []
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()  # the height that was asked for may be that of the width before

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        asked = self._place.totalHeightForWidth(width)
        wanted = asked if asked >= 0 else self._place.totalSizeHint().height()
        return min(wanted, max(theme().px(150), round(self.window().height() * SHARE)))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def _fit(self) -> None:
        self.updateGeometry()

    @property
    def problems(self) -> list[Problem]:
        return [panel.problem for panel in self.panels]

    def tell(self, problem: Problem, *buttons: Button) -> None:
        if problem in self.problems:
            return
        panel = ProblemPanel(problem, *buttons, dismiss=lambda: self._drop(panel))
        self.panels.insert(0, panel)
        self._place.insertWidget(0, panel)
        panel.read_aloud()
        for old in self.panels[MOST:]:
            self._drop(old)
        self.show()
        self._fit()

    def tell_news(self, since: Since, timezone: str) -> None:
        for told in reversed(news.of(since, timezone)):
            self.tell(told, *([self._migrate_button()] if told.remedy else []))

    def tell_bug(self, error: BaseException) -> None:
        self.tell(Problem.of(error), self._support_button())

    def tell_crash(self, trace: str) -> None:
        """An earlier life of the program ended in a crash."""
        self.tell(news.of_crash(trace), self._support_button())

    def _migrate_button(self) -> Button:
        return Button(_("Go to Migrate"), lambda: self.step_asked.emit("migrate"), icon="arrow-right")

    def _support_button(self) -> Button:
        return Button(_("Support bundle…"), self.support_asked.emit, icon="file")

    def clear(self, bugs_too: bool = True) -> None:
        for panel in list(self.panels):
            if bugs_too or not panel.problem.is_bug:
                self._drop(panel)

    def _drop(self, panel: ProblemPanel) -> None:
        if panel in self.panels:
            self.panels.remove(panel)
            self._place.removeWidget(panel)
            panel.hide()
            panel.deleteLater()
        self.appear()

    def appear(self) -> None:
        """Where there is something to tell."""
        self.setVisible(bool(self.panels))
        self._fit()


class RehearsalBanner(QFrame):
    """Says on every page that nothing is real."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        text = label(
            _("This is a rehearsal: sample servers and a sample company on this computer. No real mailbox is touched."), "small"
        )
        layout = row(Icon("flask", "info", 18), text, spacing=S, margins=(XL, S, XL, S))
        layout.setStretch(1, 1)
        self.setLayout(layout)
