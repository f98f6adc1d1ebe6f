"""Step 2, Prepare: both servers are entered and tested rung by rung; what must be ready on each side is ticked off."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QComboBox, QLineEdit

from mailsafi_wizard.model import Endpoint, Ladder, Security, Side
from mailsafi_wizard.net.found import Discovery, Sureness
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import ask, checks, kept, leaves
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.find_server import FindCard
from mailsafi_wizard.ui.ladder import LadderView
from mailsafi_wizard.ui.needed import NeededCard
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.provider_card import ProviderCard
from mailsafi_wizard.ui.theme import L, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Fields, Tone, label, line, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, translated

SECURITY_WORDS = {
    Security.TLS: N_("Encrypted (TLS)"),
    Security.STARTTLS: N_("Encrypted after greeting (STARTTLS)"),
    Security.CLEARTEXT: N_("Not encrypted"),
}
CHECKLIST = (
    ("destination.users", N_("Every user has been created at MailSafi")),
    ("destination.aliases", N_("Aliases and distribution lists have been created")),
    ("destination.space", N_("Every mailbox has room for the mail that will come")),
)
TITLES = {Side.SOURCE: N_("Where the mail is now"), Side.DESTINATION: N_("MailSafi")}
NOTES = {
    Side.SOURCE: N_("The IMAP server of your present provider. Nothing there is changed."),
    Side.DESTINATION: N_("The IMAP server from your MailSafi welcome mail."),
}


def applies(project: MigrationProject) -> bool:
    """Servers can be entered at any time."""
    return bool(project.company.domains)


def done(project: MigrationProject) -> bool:
    """Both servers, as entered now, were climbed without a failed rung."""
    ladders = [kept.last_ladder(project, side) for side in Side]
    return all(ladder is not None and ladder.ok for ladder in ladders)


def needs(project: MigrationProject) -> str:
    """A server that was tested and failed wants the admin."""
    ladders = [kept.last_ladder(project, side) for side in Side]
    failed = [ladder.failed for ladder in ladders if ladder is not None and ladder.failed is not None]
    return translated(failed[0].cause) if failed else ""


class ServerCard(Card):
    """One server: where it listens, how it is secured, how far a connection comes."""

    edited = Signal()
    test = Signal()
    trust = Signal(str)

    def __init__(self, side: Side) -> None:
        super().__init__(_(TITLES[side]), _(NOTES[side]))
        self.side = side
        self.chip = Chip()
        self.head.addWidget(self.chip)
        self.host, self.port, self.security = QLineEdit(), QLineEdit(), QComboBox()
        self.host.setPlaceholderText("imap.example.com" if side is Side.SOURCE else _("from your welcome mail"))
        for security, words in SECURITY_WORDS.items():
            self.security.addItem(_(words), security)
        self.security.setMinimumWidth(theme().px(120))  # it may be cut where the window is narrow
        self.port.setMaximumWidth(self.port.fontMetrics().horizontalAdvance("0000000000"))
        fields = Fields(columns=1)
        self.host_note = fields.add(_("Server"), self.host)
        self.security_note = fields.add(_("Security"), self.security, beside=self.port)
        self.port.setAccessibleName(_("Port"))
        self.ladder = LadderView(self.trust.emit)
        self.add(fields, line(), self.ladder)
        self.prompt = label(_("Not tested yet. The test goes step by step and says exactly where it stops."), tone="muted")
        self.add(self.prompt, 1)
        for edit in (self.host, self.port):
            edit.editingFinished.connect(self.edited)
        self.security.activated.connect(self._security_chosen)

    def _security_chosen(self) -> None:
        self.port.setText(str(self._security().default_port))
        self.edited.emit()

    def _security(self) -> Security:
        return Security(self.security.currentData())

    def show_endpoint(self, endpoint: Endpoint | None) -> None:
        self.host.setText(endpoint.host if endpoint else "")
        security = endpoint.security if endpoint else Security.TLS
        self.port.setText(str(endpoint.port if endpoint else security.default_port))
        self.security.setCurrentIndex(list(SECURITY_WORDS).index(security))
        self._warn(security)

    def _warn(self, security: Security) -> None:
        open_ = security is Security.CLEARTEXT
        self.security_note.complain(
            _("Passwords and mail could be read on the way. Only for a server on your own premises.") if open_ else ""
        )

    def endpoint(self, now: Endpoint | None) -> Endpoint | None:
        """What stands in the fields; None when it is empty or wrong, which is then said at the field. The pin stays with its server."""
        complaint = checks.host(self.host.text())
        self.host_note.complain(complaint)
        self._warn(self._security())
        if complaint or not self.host.text().strip():
            return None
        port = self.port.text().strip()
        if checks.port(port):
            port = str(self._security().default_port)
            self.port.setText(port)
        made = Endpoint(self.host.text().strip().rstrip(".").lower(), int(port), self._security())
        same = now is not None and (now.host, now.port) == (made.host, made.port)
        return replace(made, pin=now.pin) if now is not None and same else made

    def show_ladder(self, ladder: Ladder | None, busy: bool) -> None:
        if ladder is not self.ladder.ladder:
            self.ladder.show_ladder(ladder)
        self.ladder.setVisible(ladder is not None)
        self.prompt.setVisible(ladder is None)
        if busy:
            self.chip.say(_("Testing…"), Tone.INFO, "refresh")
        elif ladder is None:
            self.chip.say(_("Not tested"), Tone.MUTED, "dash")
        elif ladder.ok:
            self.chip.say(_("Ready"), Tone.GOOD)
        else:
            self.chip.say(_("Needs you"), Tone.WARN)


class PreparePage(Page):
    title = N_("Prepare")
    lead = N_("Find or enter both mail servers and test them. Then tick off what has to be ready on each side.")
    why = leaves.PREPARE

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.cards = {side: ServerCard(side) for side in Side}
        for side, card in self.cards.items():
            card.edited.connect(lambda s=side: self._edited(s))
            card.trust.connect(lambda fingerprint, s=side: self._ask_trust(s, fingerprint))
        servers = row(*self.cards.values(), spacing=L)
        for place in range(2):
            servers.setStretch(place, 1)
        self._cancel: threading.Event | None = None
        self.finder = FindCard()
        self.finder.search.connect(self.search)
        self.finder.stop.connect(self._stop)
        self.finder.chosen.connect(self._take)
        self.provider = ProviderCard()
        self.provider.picked.connect(self._picked)
        self.provider.ticked.connect(self._ticked)
        self.needed = NeededCard(project)
        self.needed.changed.connect(self.changed)
        self.needed.failed.connect(self.fail)
        self.own_ticks: dict[str, QCheckBox] = {}
        self.body.addWidget(self.finder)
        self.body.addLayout(servers)
        for part in (self._certificates(), self.provider, self._checklist(), self.needed):
            self.body.addWidget(part)
        self.body.addStretch(1)

    @property
    def ticks(self) -> dict[str, QCheckBox]:
        """Every point to tick, by the key under which it is remembered."""
        return {**self.provider.ticks, **self.own_ticks}

    def _certificates(self) -> Card:
        card = Card()
        self.ca_text = label("", tone="muted")
        choose = Button(_("Choose a file…"), self._choose_ca, kind="quiet", icon="file")
        self.ca_clear = Button(_("Use none"), lambda: self._set_ca(None), kind="quiet")
        return card.add(WrapRow(self.ca_text, choose, self.ca_clear, grow=self.ca_text))

    def _checklist(self) -> Card:
        card = Card(
            _("Ready at MailSafi?"), _("These can't be seen from here. Tick each when it is so; you can come back at any time.")
        )
        for key, words in CHECKLIST:
            card.add(self._tick_row(key, _(words)))
        return card

    def _tick_row(self, key: str, words: str) -> QBoxLayout:
        tick = self.own_ticks[key] = QCheckBox()
        tick.setAccessibleName(words)
        tick.toggled.connect(lambda on, k=key: self._ticked(k, on))
        text = label(words)
        text.setBuddy(tick)
        made = row(tick, text, spacing=S)
        made.setStretch(1, 1)
        made.setAlignment(tick, Qt.AlignmentFlag.AlignTop)
        return made

    def _ticked(self, key: str, on: bool) -> None:
        if kept.is_ticked(self.project, key) != on:
            self.tried(lambda: kept.tick(self.project, key, on))
            self.changed.emit()

    # --- finding the source

    def search(self, asked: str) -> None:
        """Look for the source's server; the surest is entered where none was yet."""
        self._cancel = cancel = threading.Event()
        self.work(_("Looking for the server…"), lambda: self.project.discover(asked, cancel), self._found)
        self.refresh()

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.set()

    def _found(self, discovery: Discovery) -> None:
        best = discovery.best
        if best is not None and best.sureness <= Sureness.LIKELY and self.project.endpoint(Side.SOURCE) is None:
            self.project.set_endpoint(Side.SOURCE, best.endpoint)
        self.refresh()

    def _take(self, endpoint: Endpoint) -> None:
        now = self.project.endpoint(Side.SOURCE)
        same = now is not None and replace(now, pin="") == endpoint
        if not same:
            self.tried(lambda: self.project.set_endpoint(Side.SOURCE, endpoint))
        self.refresh()

    def _picked(self, provider: str) -> None:
        self.tried(lambda: self.project.set_provider(provider))
        self.refresh()

    def _edited(self, side: Side) -> None:
        now = self.project.endpoint(side)
        made = self.cards[side].endpoint(now)
        if made != now:
            self.tried(lambda: self.project.set_endpoint(side, made))
            self.refresh()

    def _choose_ca(self) -> None:
        kinds = _("Certificates (*.pem *.crt *.cer);;All files (*)")
        ask.ask_open(self, _("Further certificates to trust"), self.project.path.parent, kinds, self._set_ca)

    def _set_ca(self, path: Path | None) -> None:
        def keep() -> None:
            self.project.ca_file = path

        self.tried(keep)
        self.refresh()

    def leave(self) -> None:
        self._stop()
        for side in Side:
            self._edited(side)

    def refresh(self) -> None:
        if not self.busy:
            self._cancel = None
        discovery = self.project.last_discovery()
        self.finder.show_found(discovery, self.project.endpoint(Side.SOURCE), bool(self.busy), self._cancel is not None)
        if not self.finder.asked.text() and not self.finder.asked.hasFocus():
            self.finder.asked.setText(
                discovery.address or discovery.domain if discovery else next(iter(self.project.company.domains), "")
            )
        self.provider.show_provider(self.project.provider, lambda key: kept.is_ticked(self.project, key))
        self.needed.refresh()
        for side, card in self.cards.items():
            if not card.host.hasFocus():
                card.show_endpoint(self.project.endpoint(side))
            card.show_ladder(kept.last_ladder(self.project, side), bool(self.busy))
        for key, tick in self.own_ticks.items():
            tick.setChecked(kept.is_ticked(self.project, key))
        ca = self.project.ca_file
        self.ca_text.setText(
            _("Also trusted: the certificates in {name}").format(name=ca.name)
            if ca
            else _("A server with a certificate of your own company?")
        )
        self.ca_clear.setVisible(ca is not None)
        self.missing = self._what_is_missing()
        self.changed.emit()

    def _what_is_missing(self) -> str:
        if all(self.project.endpoint(side) is None for side in Side):
            return _("Enter both servers.")
        if self.project.endpoint(Side.SOURCE) is None:
            return _("Enter the server where the mail is now.")
        return _("Enter MailSafi's server.") if self.project.endpoint(Side.DESTINATION) is None else ""

    def action(self) -> Action:
        entered = any(self.project.endpoint(side) is not None for side in Side)
        ready = done(self.project)
        return Action(
            _("Test again") if ready else _("&Test both servers"), self.test, "refresh", entered and not self.busy, urgent=not ready
        )

    def test(self) -> None:
        """Climb both ladders side by side."""
        for side in Side:
            self._edited(side)
        sides = [side for side in Side if self.project.endpoint(side) is not None]
        self.work(_("Testing the servers…"), lambda: self._climb(sides), self._climbed)
        self.refresh()

    def _climb(self, sides: list[Side]) -> list[tuple[Side, Ladder]]:
        first = next(iter(self.project.mailboxes()), None)
        sign_ins = {side: self.project.sign_in(first.id, side) if first else None for side in sides}
        with ThreadPoolExecutor(len(sides)) as pool:
            return list(zip(sides, pool.map(lambda side: self.project.climb(side, sign_ins[side]), sides), strict=True))

    def _climbed(self, ladders: list[tuple[Side, Ladder]]) -> None:
        for side, ladder in ladders:
            kept.keep_ladder(self.project, side, ladder)
        self.refresh()

    def _ask_trust(self, side: Side, fingerprint: str) -> None:
        ladder = self.cards[side].ladder.ladder
        text = _(
            "{certificate}\n\nSHA-256 fingerprint:\n{fingerprint}\n\nCompare it with what the server's administrator tells you."
        )
        filled = text.format(certificate=translated(ladder.certificate) if ladder else "", fingerprint=_grouped(fingerprint))
        yes = ask.Answer(_("Trust this certificate"), lambda: self._trust(side, fingerprint), danger=True)
        ask.ask(self, _("Trust this certificate for this project?"), filled, ask.Answer(_("Don't trust it"), lambda: None), yes)

    def _trust(self, side: Side, fingerprint: str) -> None:
        endpoint = self.project.endpoint(side)
        if endpoint is not None:
            self.project.set_endpoint(side, replace(endpoint, pin=fingerprint))
            self.test()


def _grouped(fingerprint: str) -> str:
    pairs = [fingerprint[i : i + 2].upper() for i in range(0, len(fingerprint), 2)]
    return "\n".join(":".join(pairs[i : i + 16]) for i in range(0, len(pairs), 16))
