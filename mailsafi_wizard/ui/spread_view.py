"""The part of Cut over that shows who sees what: the clock of the TTL in words, the drawing, and a table of the name servers asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from mailsafi_wizard.cutover import Clock
from mailsafi_wizard.cutover.spread import Line
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.spread_drawing import SpreadDrawing
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import L, M, theme
from mailsafi_wizard.ui.widgets import Button, Card, Field, column, label
from mailsafi_wizard.words import _, translated


@dataclass(frozen=True)
class Seen:
    """What one server says of the MX record."""

    view: View
    answer: Answer

    @property
    def words(self) -> str:
        return translated(self.answer.problem) or ", ".join(self.answer.values) or _("no MX record")


def _columns() -> list[Column[Seen]]:
    def kind(seen: Seen) -> str:
        return _("The domain's own") if seen.view.authoritative else _("Resolver")

    def ttl(seen: Seen) -> str:
        return formats.count(seen.answer.ttl) if seen.answer.ttl is not None else ""

    def serial(seen: Seen) -> str:
        return str(seen.view.serial) if seen.view.serial is not None else ""

    return [
        Column(_("Name server"), lambda s: s.view.server),
        Column(_("Kind"), kind, yields=1),
        Column(_("Mail is delivered to"), lambda s: s.words, stretch=True),
        Column(_("TTL (seconds)"), ttl, sort=lambda s: s.answer.ttl or 0, numeric=True),
        Column(_("Version of the zone"), serial, sort=lambda s: s.view.serial or 0, numeric=True, yields=2),
    ]


def clock_words(clock: Clock, now: dt.datetime, zone: str) -> tuple[str, ...]:
    """What the TTL means, in sentences; moments in the time zone ``zone``."""

    def at(moment: dt.datetime) -> str:
        return formats.moment(moment, zone)

    if clock.ttl is None:
        return (_("The domain's own name servers have not told the TTL of the MX record yet."),)
    said = [_("The MX record's TTL is {ttl} seconds.").format(ttl=formats.count(clock.ttl))]
    if clock.changed is not None and clock.old_until is not None:
        said.append(_("The MX record was changed; this was first seen on {when}.").format(when=at(clock.changed)))
        past, ahead = _("Since {when} no honest cache holds the old one."), _("After {when} no honest cache holds the old one.")
        said.append((past if now >= clock.old_until else ahead).format(when=at(clock.old_until)))
        return tuple(said)
    if clock.lower_by is not None:
        late = now > clock.lower_by
        text = _("It should have been lowered by {when}: the sooner the better.") if late else _("Lower it by {when}.")
        said.append(text.format(when=at(clock.lower_by)))
    if clock.low and clock.low_from is not None and now < clock.low_from:
        said.append(_("Some still remember the longer TTL, until {when}.").format(when=at(clock.low_from)))
    if clock.old_until is not None:
        said.append(
            _("If the MX record were changed now, no honest cache would hold the old one after {when}.").format(
                when=at(clock.old_until)
            )
        )
    return tuple(said)


class SpreadView(QWidget):
    """``ask`` is told the resolvers to ask from now on, as typed."""

    def __init__(self, ask: Callable[[str], object]) -> None:
        super().__init__()
        self._ask = ask
        self.clock = label("", select=True)
        self.drawing = SpreadDrawing()
        self.model: RowsModel[Seen] = RowsModel(_columns(), key=lambda seen: seen.view.server)
        self.table: Table[Seen] = Table(_("Who sees which mail server"), self.model)
        self.table.setMinimumHeight(theme().px(170))
        self.resolvers = QLineEdit()
        self.resolvers.setPlaceholderText(_("this computer's own, 1.1.1.1, 8.8.8.8, 9.9.9.9"))
        take = Button(_("&Use these"), lambda: ask(self.resolvers.text()))
        help_text = _(
            "Addresses with spaces between them; empty for the usual ones. The domain's own name servers are asked in any case."
        )
        self.resolvers_note = (field := Field(_("&Resolvers to ask"), self.resolvers, help_text, take)).note
        self.resolvers.returnPressed.connect(lambda: ask(self.resolvers.text()))
        spread = Card(
            _("Who sees what"),
            _(
                "After the change, all lines turn to MailSafi's servers, one after the other. Looked at every minute while this is in front."
            ),
        )
        spread.add(self.drawing, self.table, field)
        spread.body.setStretch(2, 1)
        time = Card(_("How long others remember")).add(self.clock)
        layout = column(time, spread, spacing=L, margins=(0, M, 0, 0))
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_spread(self, lines: Sequence[Line], snapshot: Snapshot, clock: Clock, now: dt.datetime, zone: str) -> None:
        self.clock.setText("\n".join(clock_words(clock, now, zone)))
        self.drawing.show_lines(lines, now, zone)
        self.model.show_rows([Seen(view, answer) for view, answer in snapshot.answers(snapshot.domain, "MX")])
