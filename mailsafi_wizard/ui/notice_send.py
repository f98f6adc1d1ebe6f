"""Sending a notice: a test to oneself first, then to all who have not got it, with each user's outcome; stopped, gone on with, tried again.

What was sent is asked of the project each time; nothing here counts by itself. Twice only after a yes, which is asked for in place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QSizePolicy, QWidget

from mailsafi_wizard import errors
from mailsafi_wizard.model import Mailbox, Secret
from mailsafi_wizard.model.telling import MailServer, Sender, Told, ToldState
from mailsafi_wizard.project.telling_users import Standing
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.sender_form import SenderForm, mail_address
from mailsafi_wizard.ui.sending_line import SendingLine
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Field, Tone, box, column, label, row
from mailsafi_wizard.words import N_, _, ngettext, translated

_CAN_BE_TRUSTED = (errors.CertificateUnknown, errors.CertificateSelfSigned, errors.CertificateWrongHost, errors.CertificateChanged)
LOOK_EVERY = 200  # milliseconds, while notices are sent
STATES = {
    ToldState.SENDING: (N_("Being sent"), Tone.INFO, "refresh"),
    ToldState.SENT: (N_("Sent"), Tone.GOOD, "check"),
    ToldState.LATER: (N_("Not sent: asked to wait"), Tone.WARN, "wait"),
    ToldState.REFUSED: (N_("Refused"), Tone.BAD, "cross"),
    ToldState.PERHAPS: (N_("Perhaps sent"), Tone.WARN, "help"),
    ToldState.SAVED: (N_("Saved as a mail file"), Tone.INFO, "file"),
}


@dataclass(frozen=True)
class RecipientRow:
    """One user and what became of the notice."""

    address: str
    told: Told | None


def _columns(timezone: str) -> list[Column[RecipientRow]]:
    def state(one: RecipientRow) -> str:
        return _(STATES[one.told.state][0]) if one.told else _("Not yet")

    def when(one: RecipientRow) -> str:
        return formats.moment(one.told.at, timezone) if one.told else ""

    def said(one: RecipientRow) -> str:
        return (one.told.detail or translated(one.told.cause)) if one.told else ""

    def tip(one: RecipientRow) -> str:
        return (
            " ".join(filter(None, (f"{translated(one.told.cause)}.", translated(one.told.remedy))))
            if one.told and one.told.cause
            else ""
        )

    return [
        Column(_("User"), lambda one: one.address, stretch=True),
        Column(_("State"), state, state=lambda one: STATES[one.told.state][1:] if one.told else (Tone.MUTED, "dash"), tip=tip),
        Column(_("When"), when, sort=lambda one: one.told.at.timestamp() if one.told else 0.0),
        Column(_("What the server said"), said, stretch=True, tip=tip),
    ]


class SendPart(QWidget):
    """Belongs to its page, through which all slow work goes."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._project = page, page.project
        self._kind, self._language = "", "en"
        self._standing = Standing()
        self._heard: list[Told] = []
        self._round_of = ""  # the kind of notice that is being sent, whichever is shown
        self._wanted = 0
        self._asks: tuple[str, ...] | None = None  # while the admin is asked whether these shall get it twice; () for all
        self._later: tuple[str, ...] = ()  # who perhaps has it, and the admin decides later
        self._strange: tuple[str, str] | None = None  # a certificate that nobody vouches for: fingerprint, words
        self._question: tuple[object, ...] = ()
        self.form = SenderForm(self._keep)
        self.me = QLineEdit()
        self.me.setPlaceholderText(_("your own address"))
        self.tested = Chip()
        # the window's button for the same has the letter
        self.test = Button(_("Send a &test to me").replace("&", ""), self.send_test, icon="mail")
        self.trust, self.question = column(), column()
        self.model: RowsModel[RecipientRow] = RowsModel(_columns(self._project.company.timezone), key=lambda one: one.address)
        self.table: Table[RecipientRow] = Table(
            _("Users and what became of this notice"), self.model, _("The users of the list will stand here.")
        )
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._tell)
        page.changed.connect(self._look_whether_over)
        layout = column(self.trust, self.form, self._test_card(), self._users_card(), spacing=M, margins=(0, M, 0, 0))
        layout.setStretch(3, 1)
        self.setLayout(layout)

    def _test_card(self) -> Card:
        self.me_field = Field(_("A test to &yourself"), self.me, beside=box(row(self.test, self.tested, spacing=M)))
        card = Card(spacing=S).add(self.me_field)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return card

    def _users_card(self) -> Card:
        self.title, self.heading = label("", "heading", wrap=False), label("", tone="muted")
        self.working = SendingLine(self._project.stop_sending)
        self.again = Button(_("Send &once more…"), lambda: self._ask_again(), icon="refresh")
        self.some = Button(_("Send to those mar&ked"), self._send_chosen, icon="people")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda *_args: self._choice_changed())
        head = row(self.title, self.heading, spacing=M)
        head.setStretch(1, 1)
        card = Card(spacing=S).add(head, self.working, self.question, self.table, row(self.some, self.again, 1, spacing=S))
        card.body.setStretch(3, 1)
        self.table.setMinimumHeight(theme().px(34) * 3)
        return card

    # --- showing -----------------------------------------------------------------------------------------------------------------

    def show_notice(self, kind: str, language: str, title: str, standing: Standing, boxes: Sequence[Mailbox]) -> None:
        if kind != self._kind:
            self._asks, self._later = None, ()
        self._kind, self._language, self._standing = kind, language, standing
        project = self._project
        server, sender = project.proposed_mail_server(), project.sender()
        self.form.show_settings(server, sender, project.has_mail_secret(), project.sending_tested)
        if not self.me.text() and not self.me.hasFocus():
            self.me.setText(sender.address)
        addresses = dict.fromkeys(one.address.lower() for one in boxes)
        shown = {one.address.lower(): one.address for one in reversed(boxes)}
        self.model.show_rows([RecipientRow(shown[address], standing.outcomes.get(address)) for address in addresses])
        self.table.fit()
        self.title.setText(title)
        self._show_state()

    def _show_state(self) -> None:
        standing, busy = self._standing, self._timer.isActive()
        self._show_tested()
        self.form.setEnabled(not busy)
        self.heading.setText(_summary(standing))
        self.working.setVisible(busy)
        have = standing.count(ToldState.SENT, ToldState.PERHAPS)
        self.again.setVisible(have > 0 and not busy)
        self.some.setVisible(not busy)
        self._choice_changed()
        self._show_question(busy)
        self._page.changed.emit()

    def _show_tested(self) -> None:
        if self._project.sending_tested:
            self.tested.say(_("Tested"), Tone.GOOD)
        else:
            self.tested.say(_("Needed first"), Tone.WARN, "flag")
        self.test.setEnabled(not self._page.busy)

    def _show_question(self, busy: bool) -> None:
        """What is asked, made anew only when it is another question: a button that has the focus keeps it."""
        perhaps = tuple(one.address for one in self._standing.outcomes.values() if one.state is ToldState.PERHAPS)
        perhaps = () if perhaps == self._later else perhaps
        question = () if busy else (self._kind, self._asks, perhaps, self._strange)
        if question == self._question:
            return
        self._question = question
        for place in (self.trust, self.question):
            while item := place.takeAt(0):
                if widget := item.widget():
                    widget.hide()
                    widget.deleteLater()
        if not busy and self._strange is not None:
            self.trust.addWidget(self._strange_panel(*self._strange).read_aloud())
        elif not busy and self._asks is not None:
            self.question.addWidget(self._again_panel(self._asks).read_aloud())
        elif not busy and perhaps:
            self.question.addWidget(self._perhaps_panel(perhaps).read_aloud())

    def _again_panel(self, addresses: tuple[str, ...]) -> ProblemPanel:
        have = len(self._have(addresses))
        what = ngettext(
            "{n} user has this notice already, or may have it. Send it again?",
            "{n} users have this notice already, or may have it. Send it again?",
            have,
        )
        words = _("Yes, send it to them again") if addresses else _("Yes, send it to all again")
        yes = Button(words, lambda: self.send(addresses or None, again=True), icon="mail")
        self.no = Button(_("No"), self._no)
        problem = Problem(what.format(n=have), remedy=_("Mail programs mostly show a repeated notice only once."), tone=Tone.WARN)
        return ProblemPanel(problem, self.no, yes, escape=self.no)

    def _have(self, addresses: Collection[str]) -> list[str]:
        """Of these (none: of all) who has it, or may have it."""
        wanted = {address.lower() for address in addresses}
        found = [a for a, one in self._standing.outcomes.items() if not one.state.open]
        return [address for address in found if not wanted or address in wanted]

    def _strange_panel(self, fingerprint: str, words: str) -> ProblemPanel:
        pairs = ":".join(fingerprint[i : i + 2].upper() for i in range(0, len(fingerprint), 2))
        problem = Problem(
            _("Do you trust this certificate for sending?"),
            _("{certificate}. SHA-256 fingerprint: {fingerprint}").format(certificate=translated(words), fingerprint=pairs),
            _("Compare it with what the server's administrator tells you."),
            tone=Tone.WARN,
        )
        yes = Button(_("Trust this certificate"), lambda: self._trust(fingerprint), kind="danger", icon="shield")
        no = Button(_("Don't trust it"), self._leave_it)
        return ProblemPanel(problem, no, yes, escape=no)

    def _perhaps_panel(self, addresses: Sequence[str]) -> ProblemPanel:
        what = ngettext(
            "The line broke while the notice to {names} was handed over. It may have arrived.",
            "The line broke while {n} notices were handed over, to {names}. They may have arrived.",
            len(addresses),
        )
        names = ", ".join(addresses[:3]) + ("…" if len(addresses) > 3 else "")
        arrived = Button(_("They have it"), lambda: self._arrived(addresses), icon="check")
        resend = Button(_("Send it to them again"), lambda: self.send(addresses, again=True), kind="quiet", icon="mail")
        later = Button(_("Decide later"), lambda: self._decide_later(addresses), kind="quiet")
        problem = Problem(what.format(n=len(addresses), names=names), remedy=_("Ask the users, then choose."), tone=Tone.WARN)
        return ProblemPanel(problem, arrived, resend, later, escape=later)

    def _decide_later(self, addresses: Sequence[str]) -> None:
        """Asked again when the notice is chosen again; until then its users stay as perhaps sent."""
        self._later = tuple(addresses)
        self._show_question(busy=False)

    # --- doing -------------------------------------------------------------------------------------------------------------------

    def _keep(self, server: MailServer, sender: Sender, secret: Secret | None) -> None:
        project = self._project
        if secret is None and (server, sender) == (project.mail_server(), project.sender()):
            return

        def keep() -> None:
            project.set_mail_server(server, secret)
            project.set_sender(sender)

        self._page.tried(keep)
        self._page.refresh()

    def action(self) -> Action:
        project = self._project
        if not project.sending_tested:
            return Action(_("Send a &test to me"), self.send_test, "mail", not self._page.busy)
        count = len(project.to_tell(self._kind))
        text = ngettext("&Send to {n} user", "&Send to {n} users", count).format(n=formats.count(count))
        if count and self._standing.outcomes:
            text = ngettext("&Send to the other user", "&Send to the other {n} users", count).format(n=formats.count(count))
        nobody = _("Everybody has it") if self._standing.people else _("Mark users in the table")
        return Action(text if count else nobody, self.send, "mail", bool(count) and not self._page.busy, urgent=bool(count))

    def send_test(self) -> None:
        """To the admin, by the server and the sender in the fields; asks for what is missing there."""
        settings = self.form.settings()
        complaint = mail_address(self.me.text()) or ("" if self.me.text().strip() else _("Enter your own address."))
        self.me_field.note.complain(complaint)
        if settings is None or complaint:
            return
        secret = Secret(self.form.password.text()) if self.form.password.text() else None
        self.form.password.clear()
        self._keep(*settings, secret)
        if not settings[0].endpoint or not settings[1].address:
            self._page.show_problem(Problem(_("Enter the sender's address and the server first."), tone=Tone.WARN))
            self.form.open(True)
            return
        kind, language, to = self._kind, self._language, self.me.text().strip()
        self._strange = None
        self._page.work(_("Sending a test…"), lambda: self._test(kind, language, to), self._has_tested)
        self._show_state()

    def _test(self, kind: str, language: str, to: str) -> Told | tuple[errors.NotTrusted, tuple[str, str] | None]:
        """On a thread. A certificate that nobody vouches for is fetched, so that the admin can look at it."""
        try:
            return self._project.send_test(kind, language, to)
        except _CAN_BE_TRUSTED as error:
            try:
                return error, self._project.mail_certificate()
            except errors.MigrationError:
                return error, None

    def _has_tested(self, told: Told | tuple[errors.NotTrusted, tuple[str, str] | None]) -> None:
        if isinstance(told, tuple):
            error, self._strange = told
            self._page.fail(error)
            self._page.refresh()
            return
        self._page.refresh()
        if told.state is ToldState.SENT:
            self.form.open(False)
            self._page.told.emit(
                _("The test was sent to {address}. Look at it before you send to all.").format(address=told.address)
            )
        else:
            self._page.show_problem(Problem(f"{translated(told.cause)}.", remedy=translated(told.remedy), detail=told.detail))

    def send(self, addresses: Collection[str] | None = None, again: bool = False) -> None:
        """To all who have not got it, or, after a yes, ``again``."""
        self._asks = None
        project, kind, language = self._project, self._kind, self._language
        self._wanted = len(project.to_tell(kind, again, addresses))
        heard: list[Told] = []
        self._heard, self._round_of = heard, kind
        self._timer.start()
        self._page.work(
            _("Sending the notice…"),
            lambda: project.send_notice(kind, language, heard.append, addresses=addresses, again=again),
            self._has_sent,
        )
        self._tell()

    def _look_whether_over(self) -> None:
        """The page says when its work is over, well or not."""
        self._show_tested()
        if self._timer.isActive() and not self._page.busy:
            self._timer.stop()
            self.working.be_ready()
            self._page.tried(self._page.refresh)

    def _tell(self) -> None:
        done = {one.address.lower(): one for one in list(self._heard)}
        self.working.tell(len(done), self._wanted)
        if self._round_of == self._kind:
            self.model.update_rows(_known(self.model.rows, done))
        if not self.working.isVisibleTo(self):
            self._show_state()

    def _has_sent(self, to_the_end: bool) -> None:
        done = {one.address.lower(): one.state for one in self._heard}
        sent = sum(state is ToldState.SENT for state in done.values())
        text = ngettext("The notice was sent to {n} user.", "The notice was sent to {n} users.", sent).format(n=formats.count(sent))
        if not to_the_end:
            text = _("Stopped. {text} You can send to the others when you like.").format(text=text)
        failed = len(done) - sent
        if failed:
            what = ngettext("{n} user has not surely got the notice.", "{n} users have not surely got the notice.", failed)
            remedy = _("The table says why, and what to do. Sending to the others tries again those that surely have not got it.")
            self._page.show_problem(Problem(what.format(n=formats.count(failed)), remedy=remedy, tone=Tone.WARN))
        self._page.told.emit(text)

    def _trust(self, fingerprint: str) -> None:
        self._strange = None
        self._page.show_problem(None)
        self._page.tried(lambda: self._project.trust_mail_certificate(fingerprint))
        self._page.refresh()
        self.send_test()

    def _leave_it(self) -> None:
        self._strange = None
        self._page.refresh()

    def _ask_again(self, addresses: tuple[str, ...] = ()) -> None:
        self._asks = addresses
        self._show_state()
        self.no.setFocus()

    def _chosen(self) -> tuple[str, ...]:
        rows = self.table.selectionModel().selectedRows()
        return tuple(self.model.row(self.table.filter.mapToSource(index).row()).address for index in rows)

    def _send_chosen(self) -> None:
        """To those marked in the table; where some have it already, only after a yes."""
        addresses = self._chosen()
        if self._have(addresses):
            self._ask_again(addresses)
        elif addresses:
            self.send(addresses)

    def _choice_changed(self) -> None:
        ready = self._project.sending_tested and not self._page.busy
        self.some.setEnabled(ready and bool(self._chosen()))

    def _no(self) -> None:
        self._asks = None
        self._show_state()

    def _arrived(self, addresses: Sequence[str]) -> None:
        self._page.tried(lambda: self._project.say_arrived(self._kind, addresses))
        self._page.refresh()


def _known(rows: Sequence[RecipientRow], done: dict[str, Told]) -> list[RecipientRow]:
    """The rows that a round has changed, under the addresses as the table writes them."""
    return [RecipientRow(line.address, done[line.address.lower()]) for line in rows if line.address.lower() in done]


def _summary(standing: Standing) -> str:
    """How a notice stands, as a sentence."""
    parts = []
    for state, words in (
        (ToldState.SENT, N_("{n} sent")),
        (ToldState.PERHAPS, N_("{n} perhaps sent")),
        (ToldState.LATER, N_("{n} asked to wait")),
        (ToldState.REFUSED, N_("{n} refused")),
        (ToldState.SAVED, N_("{n} saved as mail files")),
    ):
        if count := standing.count(state):
            parts.append(_(words).format(n=formats.count(count)))
    if standing.untold:
        parts.append(_("{n} not told yet").format(n=formats.count(len(standing.untold))))
    return ", ".join(parts) if parts else _("It concerns nobody yet.")
