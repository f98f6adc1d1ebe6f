"""The part of Cut over that answers "Can we switch?": every check with the way to mend it, and the override with a name and a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from mailsafi_wizard.cutover import Check, Gate, Probe, Standing
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.record_changes import emptied
from mailsafi_wizard.ui.theme import XS, L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Fields, Tone, box, column, label, line, row
from mailsafi_wizard.words import N_, _, filled, translated

_STANDINGS = {
    Standing.GREEN: (N_("Green"), Tone.GOOD),
    Standing.RED: (N_("Not yet"), Tone.BAD),
    Standing.UNKNOWN: (N_("Not known"), Tone.WARN),
}
STEPS = {"start": N_("Start"), "migrate": N_("Migrate"), "verify": N_("Verify")}


class GateView(QWidget):
    """``go`` is told the step to show, ``probe`` asks MailSafi's servers, ``override`` gets name and reason, ``take_back`` ends it."""

    def __init__(
        self,
        go: Callable[[str], object],
        probe: Callable[[], object],
        override: Callable[[str, str], object],
        take_back: Callable[[], object],
    ) -> None:
        super().__init__()
        self._go, self._override, self._take_back = go, override, take_back
        self.answer, self.lines, self.probes = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self.lines.setSpacing(S)
        self.probes.setSpacing(XS)
        self.ask = Button(
            _("As&k MailSafi's mail servers"),
            probe,
            icon="server",
            hint=_("Asks whether they accept your addresses. No mail is sent."),
        )
        checks = Card(
            _("Can we switch?"), _("Each line is read from the project and the servers; a line that is not known is not green.")
        )
        checks.add(self.lines)
        servers = Card(
            _("Does MailSafi take the mail?"), _("The wizard asks as a sender would, and stops before any mail is sent.")
        )
        servers.add(self.probes, row(self.ask, 1))
        self.form = self._form()
        self.setLayout(column(self.answer, checks, servers, self.form, 1, spacing=L, margins=(0, M, 0, 0)))

    def _form(self) -> Card:
        card = Card(_("Switch all the same"), _("Somebody may decide so. Name, reason and time are kept, and stand in the report."))
        fields = Fields(2)
        self.name, self.reason = QLineEdit(), QLineEdit()
        self.name.setMaxLength(120)
        self.reason.setMaxLength(500)
        self.name_note = fields.add(_("&Your name"), self.name)
        self.reason_note = fields.add(_("The &reason"), self.reason)
        self.decide = Button(_("Take the &decision"), self._decided, kind="danger", icon="flag")
        card.add(fields, row(self.decide, 1))
        return card

    def _decided(self) -> None:
        self.name_note.complain("" if self.name.text().strip() else _("Enter the name of the one who decides."))
        self.reason_note.complain("" if self.reason.text().strip() else _("Enter the reason."))
        if self.name.text().strip() and self.reason.text().strip():
            self._override(self.name.text(), self.reason.text())

    def show_gate(self, gate: Gate, probes: Sequence[Probe], zone: str) -> None:
        """Moments are shown in the time zone ``zone``."""
        self._show_answer(gate, zone)
        emptied(self.lines)
        for number, check in enumerate(gate.checks):
            if number:
                self.lines.addWidget(line())
            self.lines.addWidget(self._line(check, zone))
        emptied(self.probes)
        for probe in probes:
            self.probes.addWidget(_probe_line(probe))
        self.form.setVisible(not gate.may_switch)

    def _show_answer(self, gate: Gate, zone: str) -> None:
        emptied(self.answer)
        if gate.green:
            self.answer.addWidget(ProblemPanel(Problem(_("Yes: everything is green."), tone=Tone.GOOD)))
        elif gate.overridden and gate.override is not None:
            what = _("{name} decided on {when} to switch although not everything is green.")
            what = what.format(name=gate.override.name, when=formats.moment(gate.override.when, zone))
            back = Button(_("Take it back"), self._take_back)
            self.answer.addWidget(ProblemPanel(Problem(what, gate.override.reason, tone=Tone.WARN), back))
        else:
            count = len(gate.open_checks)
            what = _("Not yet: {n} of {all} checks are not green.").format(n=count, all=len(gate.checks))
            why = _("The decision that was taken does not cover all of them.") if gate.override else ""
            self.answer.addWidget(ProblemPanel(Problem(what, why, tone=Tone.WARN)))

    def _line(self, check: Check, zone: str) -> QWidget:
        words, tone = _STANDINGS[check.standing]
        chip = Chip(_(words), tone)
        text = column(label(_(check.title), "strong"), label(check_words(check, zone), tone="muted"), spacing=XS)
        mark = box(row(chip, 1))
        mark.setMinimumWidth(theme().px(112))
        parts = row(mark, text, spacing=M)
        parts.setStretch(1, 1)
        if check.step in STEPS and check.standing is not Standing.GREEN:
            button = Button(_("Go to {step}").format(step=_(STEPS[check.step])), partial(self._go, check.step), kind="quiet")
            button.setAccessibleName(_("Go to {step}: {what}").format(step=_(STEPS[check.step]), what=_(check.title)))
            parts.addWidget(button)
        return box(parts)


def check_words(check: Check, zone: str) -> str:
    """The sentence of a check, moments in the time zone ``zone``."""
    shown = {key: formats.moment(value, zone) if isinstance(value, dt.datetime) else value for key, value in check.fields}
    return filled(check.text, shown)


def _probe_line(probe: Probe) -> QWidget:
    if probe.problem:
        words, tone = _("{host}: {why}").format(host=probe.host, why=translated(probe.problem)), Tone.BAD
    else:
        words = _("{host} accepts {n} of {all} addresses.").format(host=probe.host, n=probe.accepted, all=probe.asked)
        if probe.later:
            words += " " + _("For {n} it wants to be asked again later, as many servers do with strangers.").format(n=probe.later)
        tone = Tone.GOOD if probe.good else Tone.BAD
    tls = {"": _("It offers no secure connection."), "yes": _("The connection is secure.")}.get(probe.tls, translated(probe.tls))
    shown = column(row(Chip(words, tone), 1), spacing=XS)
    shown.addWidget(label(tls, "small", "muted"))
    for address, said in probe.refused[:10]:
        shown.addWidget(label(f"{address}: {said}", "small", select=True))
    return box(shown)
