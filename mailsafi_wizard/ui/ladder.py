"""Draws how far a connection came: name, connection, TLS, greeting, sign-in; the first failed rung says why and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from mailsafi_wizard.model import Ladder, Rung, RungResult
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.theme import S
from mailsafi_wizard.ui.widgets import Button, Icon, column, label, row
from mailsafi_wizard.words import N_, _, translated

RUNG_NAMES = {
    Rung.NAME: N_("Name found"),
    Rung.CONNECTION: N_("Connected"),
    Rung.TLS: N_("Secured"),
    Rung.GREETING: N_("Mail server answers"),
    Rung.SIGN_IN: N_("Signed in"),
}
LOOKS = {True: ("check", "good"), False: ("cross", "bad"), None: ("dash", "outline")}


class LadderView(QWidget):
    """The rungs of one `Ladder`. ``trust`` is asked for when an untrusted certificate may be trusted by its fingerprint."""

    def __init__(self, trust: Callable[[str], object]) -> None:
        super().__init__()
        self._trust = trust
        self._body = column(spacing=S)
        self.setLayout(self._body)
        self.ladder: Ladder | None = None

    def show_ladder(self, ladder: Ladder | None) -> None:
        self.ladder = ladder
        while item := self._body.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if ladder is None:
            return
        for rung in ladder.rungs:
            self._body.addWidget(_rung_row(rung, ladder.endpoint.port))
            if rung.ok is False:
                self._body.addWidget(self._problem(ladder, rung))

    def _problem(self, ladder: Ladder, rung: RungResult) -> ProblemPanel:
        problem = Problem(translated(rung.cause), remedy=translated(rung.remedy), detail=rung.detail)
        if rung.rung is not Rung.TLS or not ladder.fingerprint or ladder.fingerprint == ladder.endpoint.pin:
            return ProblemPanel(problem)
        button = Button(_("Trust this certificate…"), lambda: self._trust(ladder.fingerprint), icon="shield")
        return ProblemPanel(problem, button)


def _rung_row(rung: RungResult, port: int) -> QWidget:
    seen = _("port {port}").format(port=port) if rung.found and rung.rung is Rung.CONNECTION else rung.found
    icon, role = LOOKS[rung.ok]
    name = label(_(RUNG_NAMES[rung.rung]), tone="" if rung.ok is not None else "muted", wrap=False)
    found = label(seen, "small", "muted", select=bool(seen))
    line = row(Icon(icon, role, 18), name, spacing=S)
    widget = QWidget()
    words = column(line, spacing=0)
    if rung.found:
        words.addLayout(row(found, margins=(26, 0, 0, 0)))
    widget.setLayout(words)
    state = {True: _("passed"), False: _("failed"), None: _("not tried")}[rung.ok]
    widget.setAccessibleName(f"{_(RUNG_NAMES[rung.rung])}: {state}. {seen}")
    widget.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    return widget
