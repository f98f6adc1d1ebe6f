"""Step 4, Credentials: the list of mailboxes and passwords is read, mended and tried out on both servers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mailsafi_wizard.model import Mailbox, Secret, Side, SignInResult
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import formats, leaves, sign_in_grid
from mailsafi_wizard.ui.admin_login import Logins
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.list_intake import DropArea
from mailsafi_wizard.ui.list_part import ListPart
from mailsafi_wizard.ui.one_shown import OneShown
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.sign_in_grid import SERVER_NAMES, SignInPanel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Fields, Tone, box, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, ngettext, translated

SHOWN_ROWS = 6  # of the mailboxes at least, where there are as many
PASSWORD_NAMES = {Side.SOURCE: N_("Password at the old server"), Side.DESTINATION: N_("Password at MailSafi")}


def applies(project: MigrationProject) -> bool:
    return all(project.endpoint(side) is not None for side in Side)


def done(project: MigrationProject) -> bool:
    """Every mailbox has signed in on both sides."""
    results = project.sign_in_results()
    boxes = project.mailboxes()
    return bool(boxes) and all((result := results.get((m.id, side))) is not None and result.ok for m in boxes for side in Side)


def needs(project: MigrationProject) -> str:
    refused = len(sign_in_grid.refused(project.sign_in_results()))
    return ngettext("{n} sign-in was refused", "{n} sign-ins were refused", refused).format(n=refused) if refused else ""


@dataclass(frozen=True)
class AccountRow:
    """One line of the table: a mailbox and how its two sign-ins went. ``testing`` while that is being found out."""

    mailbox: Mailbox
    usable: frozenset[Side]  # where something is known to sign in with
    source: SignInResult | None = None
    destination: SignInResult | None = None
    testing: bool = False

    def result(self, side: Side) -> SignInResult | None:
        return self.source if side is Side.SOURCE else self.destination


def sign_in_words(account: AccountRow, side: Side) -> str:
    return sign_in_grid.words(account.result(side), account.testing, side in account.usable)


def _sign_in_tone(account: AccountRow, side: Side) -> tuple[Tone, str]:
    return sign_in_grid.look(account.result(side), account.testing, side in account.usable)


def _columns() -> list[Column[AccountRow]]:
    made: list[Column[AccountRow]] = [
        Column(_("Mailbox"), lambda a: a.mailbox.address, stretch=True),
        Column(_("User name at the old server"), lambda a: a.mailbox.source_user),
    ]
    for side in Side:
        made.append(
            Column(
                _(SERVER_NAMES[side]),
                lambda a, s=side: sign_in_words(a, s),  # type: ignore[misc]
                state=lambda a, s=side: _sign_in_tone(a, s),  # type: ignore[misc]
                tip=lambda a, s=side: sign_in_grid.tip(a.result(s)),  # type: ignore[misc]
            )
        )
    return made


class MailboxDetail(Card):
    """The chosen mailbox: why it could not sign in, and its passwords to enter anew."""

    entered = Signal(int)

    def __init__(self, page: CredentialsPage) -> None:
        super().__init__()
        self._page = page
        self._mailbox: Mailbox | None = None
        self.name = label("", "heading")
        self.problems = column(spacing=S)
        self.edits = {side: QLineEdit() for side in Side}
        fields = Fields()
        for side, edit in self.edits.items():
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.setPlaceholderText(_("unchanged"))
            fields.add(_(PASSWORD_NAMES[side]), edit)
            edit.returnPressed.connect(self._keep)
        self.keep = Button(_("Keep and test this mailbox"), self._keep, icon="key")
        self.add(self.name, self.problems, fields, row(self.keep, 1))

    def show_account(self, account: AccountRow | None) -> None:
        self.setVisible(account is not None)
        while item := self.problems.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        if account is None:
            return
        if self._mailbox != account.mailbox:
            for edit in self.edits.values():
                edit.clear()
        self._mailbox = account.mailbox
        self.name.setText(account.mailbox.address)
        for side in Side:
            result = account.result(side)
            if result is not None and not result.ok:
                what = _("{server}: {cause}").format(server=_(SERVER_NAMES[side]), cause=translated(result.cause))
                self.problems.addWidget(ProblemPanel(Problem(what, remedy=translated(result.remedy), detail=result.detail)))

    def _keep(self) -> None:
        if self._mailbox is None:
            return
        for side, edit in self.edits.items():
            if edit.text():
                self._page.project.set_secret(self._mailbox.id, side, Secret(edit.text()))
                edit.clear()
        self.entered.emit(self._mailbox.id)


class CredentialsPage(Page):
    title = N_("Credentials")
    lead = N_("Give the list of mailboxes with their passwords, then let every one of them sign in on both servers.")
    why = leaves.CREDENTIALS

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._testing: frozenset[sign_in_grid.Pair] = frozenset()
        self.views = OneShown()
        self.list = ListPart(self)
        self.list.changed.connect(self._show_view)
        self.list.taken.connect(self.refresh)
        for view in (self.list.empty(), self._full(), self.list.editor):
            self.views.addWidget(view)
        self.logins = Logins(self, self._login_changed)
        self.logins.opened.connect(self._show_view)
        self.mailboxes = box(column(self.list.notes, self.list.catching(DropArea(self.views, "")), spacing=L))
        self.body.addWidget(self.logins)
        self.body.addWidget(self.mailboxes, 1)
        self.body.addStretch(0)
        bridge.sign_ins_known.connect(self._known)

    def _full(self) -> QWidget:
        self.facts = label("", tone="muted")
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find a mailbox"))
        self.search.setAccessibleName(_("Find a mailbox"))
        self.search.setAccessibleDescription(_("A part of the address is enough"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(theme().px(220))
        top = WrapRow(self.facts, self.search, *self.list.buttons(), grow=self.facts)
        self.model: RowsModel[AccountRow] = RowsModel(_columns(), key=lambda a: a.mailbox.id)
        self.table: Table[AccountRow] = Table(_("Mailboxes and their sign-ins"), self.model)
        self.table.ask_for_rows(SHOWN_ROWS)
        self.search.textChanged.connect(self.table.filter.setFilterFixedString)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_detail())
        self.detail = MailboxDetail(self)
        self.detail.entered.connect(lambda mailbox_id: self.test([mailbox_id]))
        self.detail.hide()
        self.signs = SignInPanel()
        self.signs.wanted.connect(lambda pairs, all_the_same: self.test(pairs=pairs, all_the_same=all_the_same))
        self.signs.stop.connect(lambda: self.project.stop_sign_ins())
        layout = column(top, self.signs, self.table, self.detail, spacing=M)
        layout.setStretch(2, 1)
        return box(layout)

    def take(self, data: bytes) -> None:
        """Read a list; it is taken over only when no line has an error."""
        self.list.take(data)

    def _show_view(self) -> None:
        """One thing at a time: the form of a login, the list that is mended, or the mailboxes."""
        self.logins.setVisible(not self.list.editing)
        self.mailboxes.setVisible(not self.logins.is_open or self.list.editing)
        self.missing = self.list.missing
        self.views.setCurrentIndex(2 if self.list.editing else 1 if self.project.mailboxes() else 0)
        self.changed.emit()

    def leave(self) -> None:
        self.list.leave()

    # --- the sign-ins ----------------------------------------------------------------------------------------------------------

    def _login_changed(self) -> None:
        self.refresh()
        self.table.fit()
        self.changed.emit()

    def refresh(self) -> None:
        self.logins.refresh()
        boxes = self.project.mailboxes()
        self.list.look()
        self._show_view()
        usable = self.project.places_with_way_in()
        results = self.project.sign_in_results()
        self.model.show_rows([self._account(mailbox, results, usable) for mailbox in boxes])
        same_names = all(mailbox.source_user == mailbox.address for mailbox in boxes)
        if self.table.isColumnHidden(1) is not same_names:
            self.table.setColumnHidden(1, same_names)  # it would say nothing new
            self.table.fit()
        self.signs.show_results(results, bool(self._testing))
        self._say_totals()
        self._show_detail()

    def _account(
        self, mailbox: Mailbox, results: dict[tuple[int, Side], SignInResult], usable: set[tuple[int, Side]]
    ) -> AccountRow:
        pairs = {side: (mailbox.id, side) for side in Side}
        known = {side: None if pair in self._testing else results.get(pair) for side, pair in pairs.items()}
        testing = not self._testing.isdisjoint(pairs.values())
        return AccountRow(
            mailbox,
            frozenset(side for side, pair in pairs.items() if pair in usable),
            known[Side.SOURCE],
            known[Side.DESTINATION],
            testing,
        )

    def _say_totals(self) -> None:
        accounts = self.model.rows
        good = sum(all((r := a.result(side)) is not None and r.ok for side in Side) for a in accounts)
        bad = sum(any((r := a.result(side)) is not None and r.tried and not r.ok for side in Side) for a in accounts)
        words = [formats.mailboxes(len(accounts)), _("{n} can sign in on both sides").format(n=good)]
        if bad:
            words.append(_("{n} can't").format(n=bad))
        self.facts.setText(" · ".join(words))

    def _show_detail(self) -> None:
        self.detail.show_account(self.table.chosen)

    def _known(self, results: tuple[SignInResult, ...]) -> None:
        by_id = {account.mailbox.id: account for account in self.model.rows}
        for result in results:
            account = by_id.get(result.mailbox_id)
            if account is not None:
                sides = {Side.SOURCE: account.source, Side.DESTINATION: account.destination, result.side: result}
                by_id[result.mailbox_id] = AccountRow(
                    account.mailbox, account.usable, sides[Side.SOURCE], sides[Side.DESTINATION], account.testing
                )
        self._testing -= {(r.mailbox_id, r.side) for r in results}
        self.model.update_rows(by_id.values())
        self.table.grown(by_id[result.mailbox_id] for result in results if result.mailbox_id in by_id)
        self.signs.came(results)
        self._say_totals()

    def action(self) -> Action | None:
        if self.list.editing:
            return self.list.action()
        if self.logins.is_open or not self.project.mailboxes():
            return None
        ready = done(self.project)
        words = _("Test all again") if ready else _("&Test all sign-ins")
        return Action(words, self.test, "key", not self.busy, urgent=not ready)

    def test(self, only: list[int] | None = None, pairs: list[sign_in_grid.Pair] | None = None, all_the_same: bool = False) -> None:
        """Sign in everywhere, side by side; each outcome is shown as it comes."""
        if self.busy:
            return
        ids = only if only is not None else [m.id for m in self.project.mailboxes()]
        self._testing = frozenset(pairs if pairs is not None else ((i, side) for i in ids for side in Side))
        self.signs.begin(len(self._testing))
        self.refresh()
        wanted = self._testing
        self.work(
            _("Signing in…"),
            lambda: self.project.test_sign_ins(self.bridge.signed_in, pairs=wanted, all_the_same=all_the_same),
            lambda _results: self._tested(),
        )

    def _tested(self) -> None:
        self._testing = frozenset()
        self.refresh()
        self.table.fit()
        failed = next(
            (i for i, a in enumerate(self.model.rows) if any((r := a.result(s)) is not None and not r.ok for s in Side)), None
        )
        if failed is not None:
            self.table.choose(failed)

    def fail(self, error: BaseException) -> None:
        self._testing = frozenset()
        super().fail(error)
        self.refresh()
