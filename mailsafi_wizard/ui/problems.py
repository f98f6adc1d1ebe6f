"""Shows what went wrong, in place: what happened, why, what to do now; the server's own words one click away.

A known problem is a `MigrationError`; anything else is a bug of this program, whose details can be copied. No secret is in either.
"""

from __future__ import annotations

import platform
from collections.abc import Callable

from PySide6 import __version__ as qt_version
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from mailsafi_wizard import __version__
from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.support.traces import trace_lines
from mailsafi_wizard.ui.announce import announce
from mailsafi_wizard.ui.theme import XS, L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Icon, Tone, column, label, restyle, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import _, filled, translated


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong. ``what`` happened, ``why``, what to do (``remedy``); ``detail`` is a server's or the system's words."""

    what: str
    why: str = ""
    remedy: str = ""
    detail: str = ""
    tone: Tone = Tone.BAD
    is_bug: bool = False

    @classmethod
    def of(cls, error: BaseException) -> Problem:
        """A known problem in its own words, translated; a bug with its trace."""
        if isinstance(error, MigrationError):
            what = filled(error.title, error.fields)
            return cls(
                what + ("" if what.endswith((".", "!", "?")) else "."),
                remedy=filled(error.hint, error.fields),
                detail=translated(error.detail),
            )
        return cls(
            _("The program made a mistake here."),
            _("This is not your doing, and nothing that was copied is lost."),
            _("Try it again. If it happens again, copy the technical details and send them to MailSafi's support."),
            bug_details(error),
            is_bug=True,
        )


def in_a_line(error: BaseException) -> str:
    """What happened and what to do, where there is no room for a panel."""
    problem = Problem.of(error)
    return " ".join(filter(None, (problem.what, problem.why, problem.remedy)))


def bug_details(error: BaseException) -> str:
    """The trace by file, line and function, and the kind of error; its text only as far as its words are known to be harmless."""
    head = f"MailSafi Wizard {__version__}, Python {platform.python_version()}, Qt {qt_version}, {platform.system()} {platform.release()}"
    return "\n".join([head, *trace_lines(error)])


class Words(QPlainTextEdit):
    """Technical words, read-only and selectable, as high as they need to be up to a limit."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.setProperty("kind", "words")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fit()

    def fit(self) -> None:
        lines = min(8, max(2, self.toPlainText().count("\n") + 2))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + theme().px(22))


class Details(QWidget):
    """A quiet button that opens technical words under it, with a button to copy them."""

    def __init__(self, text: str, opener: str = "") -> None:
        super().__init__()
        self._button = Button(opener or _("Technical details"), self.toggle, kind="quiet", icon="chevron-right")
        self._copy = Button(_("Copy"), self._to_clipboard, kind="quiet", icon="copy")
        self._words = Words(text, _("Technical details"))
        self.setLayout(column(row(self._button, self._copy, 1, spacing=XS), self._words, spacing=XS))
        self._show(False)

    def say(self, text: str) -> None:
        if text != self._words.toPlainText():
            self._words.setPlainText(text)
            self._words.fit()

    def toggle(self) -> None:
        self._show(self._words.isHidden())

    def _show(self, open_: bool) -> None:
        self._words.setVisible(open_)
        self._copy.setVisible(open_)
        self._button.be(self._button.text(), "chevron-down" if open_ else "chevron-right")

    def _to_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self._words.toPlainText())
        self._copy.be(_("Copied"), "check")


class ProblemPanel(QFrame):
    """One `Problem`, with the buttons that help against it. ``dismiss`` (where given) takes it away.

    Escape means ``escape``, the button with the harmless answer, where something is asked; else to take the panel away.
    """

    def __init__(
        self, problem: Problem, *buttons: Button, dismiss: Callable[[], object] | None = None, escape: Button | None = None
    ) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self.problem = problem
        tone = problem.tone.value
        restyle(self, tone=tone)
        words = column(label(problem.what, "strong", select=True), spacing=XS)
        for text in filter(None, (problem.why, problem.remedy)):
            words.addWidget(label(text, select=True))
        details = (
            Details(problem.detail, _("Technical details") if problem.is_bug else _("What the server said"))
            if problem.detail
            else None
        )
        if buttons:
            held = WrapRow(*buttons)
            held.setContentsMargins(0, S, 0, 0)
            words.addLayout(held)
        if details:
            words.addWidget(details)
        top = row(spacing=M, margins=(L, M, S, M))
        top.addWidget(Icon(problem.tone.icon, tone, 22), 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        if dismiss is not None:
            close = Button("", dismiss, kind="quiet", icon="close", hint=_("Close this message"))
            close.setAccessibleName(_("Close this message"))
            top.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(top)
        self.setAccessibleName(" ".join(filter(None, (problem.what, problem.why, problem.remedy))))
        self._way_out = escape.click if escape is not None else dismiss

    def read_aloud(self) -> ProblemPanel:
        """For whoever puts up a panel because something has just happened."""
        announce(self, self.accessibleName(), at_once=self.problem.tone is Tone.BAD)
        return self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._way_out is not None:
            self._way_out()
        else:
            super().keyPressEvent(event)
