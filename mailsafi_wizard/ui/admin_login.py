"""How the mailboxes of each side are signed in: by their own passwords, by one administrator's login, or by Microsoft's or Google's tokens.

`Logins` is the one widget a page needs. It asks the page's project and lets the page do the waiting.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from mailsafi_wizard.model import AdminLogin, Mailbox, Secret, Side, SignInStyle, StyleTrial
from mailsafi_wizard.ui.oauth_forms import GoogleForm, MailboxChoice, MicrosoftForm
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.theme import S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Field, Fields, Tone, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, translated

SIDE_NAMES = {Side.SOURCE: N_("Old server"), Side.DESTINATION: N_("MailSafi")}
SIGN_IN_NAMES = {Side.SOURCE: N_("Sign-in at the old server"), Side.DESTINATION: N_("Sign-in at MailSafi")}

STYLE_NAMES = {
    SignInStyle.PLAIN_AUTHZID: N_("Administrator acts for the mailbox (Dovecot, Cyrus, Zimbra)"),
    SignInStyle.MASTER_USER: N_("mailbox*administrator (Dovecot, UW)"),
    SignInStyle.EXCHANGE: N_("DOMAIN/administrator/mailbox (Exchange)"),
    SignInStyle.EXCHANGE_ALIAS: N_("DOMAIN\\administrator\\alias (Exchange)"),
    SignInStyle.KERIO: N_("Master password (Kerio)"),
    SignInStyle.PROXYAUTH: N_("PROXYAUTH (Sun, iPlanet)"),
    SignInStyle.MIRAPOINT: N_("#mailbox#administrator# (Mirapoint)"),
}


class Way(enum.Enum):
    """What the admin chooses from."""

    OWN = N_("Each mailbox has its own password")
    ADMIN = N_("One administrator login")
    MICROSOFT = N_("Microsoft 365")
    GOOGLE = N_("Google Workspace")


class AdminForm(QWidget):
    """Name, password and way of an administrator, and trying it out on one mailbox."""

    kept = Signal()

    def __init__(self, page: Page, side: Side) -> None:
        super().__init__()
        self._page, self._side = page, side
        self.user, self.password, self.separator = QLineEdit(), QLineEdit(), QLineEdit("*")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.separator.setMaxLength(3)
        self.style_choice = QComboBox()
        self.style_choice.addItem(_("Find out by trying (3 failed sign-ins at most)"), None)
        for style, name in STYLE_NAMES.items():
            self.style_choice.addItem(_(name), style)
        self.style_choice.setMinimumWidth(theme().px(150))  # it may be cut where the window is narrow
        self.mailbox = MailboxChoice(_("Mailbox to try it on"))
        fields = Fields()
        fields.add(_("Administrator's user name"), self.user, _("Exchange: with its domain, as DOMAIN/administrator."))
        fields.add(_("Administrator's password"), self.password)
        fields.add(_("Way of signing in"), self.style_choice)
        fields.add(_("Mailbox to try it on"), self.mailbox)
        self._separator_field = Field(
            _("Separator"), self.separator, _("Stands between the mailbox and the administrator in mailbox*administrator.")
        )
        self.tell = column(spacing=S)
        self.try_it = Button(_("Try it out"), self.try_out, kind="primary", icon="key")
        self.keep_it = Button(_("Use it without trying"), self._keep_chosen)
        self._separator_field.setMaximumWidth(theme().px(440))
        self.setLayout(column(fields, row(self._separator_field, 1), self.tell, WrapRow(self.try_it, self.keep_it)))
        self.style_choice.currentIndexChanged.connect(lambda _index: self._show_fields())
        self._show_fields()

    @property
    def style_chosen(self) -> SignInStyle | None:
        found = self.style_choice.currentData()
        return found if isinstance(found, SignInStyle) else None

    def _show_fields(self) -> None:
        self._separator_field.setVisible(self.style_chosen in (None, SignInStyle.MASTER_USER))
        self.keep_it.setEnabled(self.style_chosen is not None)

    def show_login(self, login: AdminLogin | None, mailboxes: tuple[Mailbox, ...]) -> None:
        self.mailbox.show_mailboxes(mailboxes)
        if login is None or self.user.text():
            return
        self.user.setText(login.user)
        self.separator.setText(login.separator)
        self.password.setPlaceholderText(_("unchanged"))
        self.style_choice.setCurrentIndex(max(0, self.style_choice.findData(login.style)))

    def _login(self, style: SignInStyle) -> AdminLogin:
        return AdminLogin(self.user.text().strip(), style, self.separator.text() or "*", everyone=True)

    def _secret(self) -> Secret:
        return Secret(self.password.text()) if self.password.text() else self._page.project.admin_password(self._side)

    def _complete(self) -> bool:
        kerio = self.style_chosen is SignInStyle.KERIO
        if (self.user.text().strip() or kerio) and self._secret():
            return True
        self._tell(Problem(_("Enter the administrator's name and password."), tone=Tone.WARN))
        return False

    def try_out(self) -> None:
        mailbox = self.mailbox.chosen
        if not self._complete():
            return
        if mailbox is None:
            self._tell(
                Problem(_("There is no mailbox to try it on yet."), remedy=_("Give the list of mailboxes first."), tone=Tone.WARN)
            )
            return
        project, side, secret = self._page.project, self._side, self._secret()
        style = self.style_chosen
        login, hints = self._login(style or SignInStyle.PLAIN_AUTHZID), (style,) if style else self._hints()
        self._clear()
        self._page.work(
            _("Trying out how the administrator signs in…"),
            lambda: project.try_admin_styles(side, login, secret, mailbox, hints, only=style is not None),
            self._tried,
        )

    def _hints(self) -> tuple[SignInStyle, ...]:
        """What is known of the old server's provider is tried first."""
        return self._page.project.known_admin_styles() if self._side is Side.SOURCE else ()

    def _tried(self, trial: StyleTrial) -> None:
        if trial.style is None:
            self._tell(*(_failed(one.style, one.cause, one.remedy, one.detail) for one in trial.tries))
            if trial.stopped:
                self._tell_more(Problem(_(trial.stopped) + ".", remedy=_("Wait a while before you try again."), tone=Tone.WARN))
            return
        self._keep(trial.style)

    def _keep_chosen(self) -> None:
        style = self.style_chosen
        if style is not None and self._complete():
            self._keep(style)

    def _keep(self, style: SignInStyle) -> None:
        login, secret = self._login(style), self._secret()
        self._clear()
        self._page.project.set_admin(self._side, login.user, secret, style, login.separator, everyone=True)
        self.password.clear()
        self.password.setPlaceholderText(_("unchanged"))
        self.kept.emit()

    def _clear(self) -> None:
        while item := self.tell.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()

    def _tell(self, *problems: Problem) -> None:
        self._clear()
        for problem in problems:
            self._tell_more(problem)

    def _tell_more(self, problem: Problem) -> None:
        self.tell.addWidget(ProblemPanel(problem))


def _failed(style: SignInStyle, cause: str, remedy: str, detail: str) -> Problem:
    what = _("{way}: {cause}.").format(way=_(STYLE_NAMES.get(style, style.value)), cause=translated(cause))
    return Problem(what, remedy=translated(remedy), detail=detail)


class SideLogin(QWidget):
    """One side: the choice, in a word what is in force, and the form of the chosen way."""

    changed = Signal()
    opened = Signal()  # a form was opened or closed

    def __init__(self, page: Page, side: Side) -> None:
        super().__init__()
        self._page, self._side = page, side
        self._opened: Way | None = None
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("{server}: how mailboxes sign in").format(server=_(SIDE_NAMES[side])))
        self.choice.setMinimumWidth(theme().px(150))  # it may be cut where the window is narrow
        for way in Way:
            self.choice.addItem(_(way.value), way)
        self.state = Chip()
        self.change = Button(_("Change…"), self._toggle, kind="quiet", icon="settings")
        self.change.setAccessibleName(_("{server}: change the login").format(server=_(SIDE_NAMES[side])))
        self.admin, self.microsoft, self.google = AdminForm(page, side), MicrosoftForm(page, side), GoogleForm(page, side)
        self._forms: dict[Way, QWidget] = {Way.ADMIN: self.admin, Way.MICROSOFT: self.microsoft, Way.GOOGLE: self.google}
        for form in (self.admin, self.microsoft, self.google):
            form.hide()
            form.kept.connect(self._kept)
        self.name = name = label(_(SIGN_IN_NAMES[side]), "strong", wrap=False)
        name.setBuddy(self.choice)
        self.setLayout(column(WrapRow(name, self.choice, self.state, 1, self.change), *self._forms.values()))
        self.choice.activated.connect(lambda _index: self._chosen())

    @property
    def way(self) -> Way:
        """What is in force."""
        settings = self._page.project.oauth(self._side)
        if settings is not None:
            return Way.MICROSOFT if settings.way.microsoft else Way.GOOGLE
        return Way.ADMIN if self._page.project.admin(self._side) is not None else Way.OWN

    def _chosen(self) -> None:
        way = self.choice.currentData()
        if way is Way.OWN:
            self._open(None)
            if self.way is not Way.OWN:
                self._page.tried(lambda: self._page.project.forget_admin(self._side))
            self.refresh()
            self.changed.emit()
            return
        self._open(way)

    def _open(self, way: Way | None) -> None:
        """Show the form of one way; None closes all."""
        self._opened = way
        self._fill()
        for one, form in self._forms.items():
            form.setVisible(one is way)
        self._show_state()
        self.opened.emit()

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    def _toggle(self) -> None:
        if self._opened is None and self.way is not Way.OWN:
            self._open(self.way)
        else:
            self._open(None)
            self.refresh()

    def _kept(self) -> None:
        if self._opened is Way.ADMIN:  # the others tell what to do next
            self._open(None)
        self.refresh()
        self.changed.emit()

    def _fill(self) -> None:
        project, mailboxes = self._page.project, self._page.project.mailboxes()
        settings = project.oauth(self._side)
        self.admin.show_login(project.admin(self._side), mailboxes)
        self.microsoft.show_settings(settings if settings is not None and settings.way.microsoft else None, mailboxes)
        self.google.show_settings(settings if settings is not None and not settings.way.microsoft else None, mailboxes)

    def refresh(self) -> None:
        if self._opened is None:
            self.choice.setCurrentIndex(self.choice.findData(self.way))
        else:
            self._fill()
        self._show_state()

    def _show_state(self) -> None:
        project, side, way = self._page.project, self._side, self.way
        chosen = self.choice.currentData()
        self.change.setVisible(way is not Way.OWN or self._opened is not None)
        closed = self._opened is None
        self.change.be(_("Change…") if closed else _("Close"), "settings" if closed else "close")
        self.state.setVisible(chosen is not Way.OWN)
        if chosen is not way:
            self.state.say(_("Not in use yet"), Tone.WARN)
        elif project.covers_all(side):
            self.state.say(_("In use for all mailboxes"), Tone.GOOD)
        elif (settings := project.oauth(side)) is not None and not settings.way.for_all:
            boxes = project.mailboxes()
            agreed = sum(project.has_consent(side, one) for one in boxes)
            tone = Tone.GOOD if boxes and agreed == len(boxes) else Tone.WARN
            self.state.say(_("{n} of {all} users have agreed").format(n=agreed, all=len(boxes)), tone)
        else:
            self.state.say(_("Its password must be entered again"), Tone.WARN)


class Logins(Card):
    """How each side is signed in. ``changed`` is told when something else is in force now, ``opened`` when a form was opened or closed."""

    changed = Signal()
    opened = Signal()

    def __init__(self, page: Page, changed: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.sides = {side: SideLogin(page, side) for side in Side}
        self.add(*self.sides.values())
        self._line_up()
        theme().changed.connect(self._line_up)
        for one in self.sides.values():
            one.changed.connect(self.changed)
            one.opened.connect(self._one_at_a_time)
        if changed is not None:
            self.changed.connect(lambda: changed())

    def _line_up(self) -> None:
        """The choices stand in one line, in letters of any size."""
        letters = QFontMetrics(theme().font("body", QFont.Weight.DemiBold))  # the labels' own may still be those of before
        widest = max(letters.horizontalAdvance(one.name.text()) for one in self.sides.values()) + S
        for one in self.sides.values():
            one.name.setFixedWidth(widest)

    @property
    def is_open(self) -> bool:
        """Whether a form is being filled in."""
        return any(one.is_open for one in self.sides.values())

    def _one_at_a_time(self) -> None:
        for one in self.sides.values():
            one.setVisible(one.is_open or not self.is_open)
        self.opened.emit()

    def refresh(self) -> None:
        for one in self.sides.values():
            one.refresh()
