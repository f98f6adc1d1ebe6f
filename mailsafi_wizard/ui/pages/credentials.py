"""Step 4, Credentials: the list of mailboxes and passwords is read, mended and tried out on both servers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QStackedWidget, QWidget

from mailsafi_wizard.model import Mailbox, Secret, Side, SignInResult
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.store import credential_list
from mailsafi_wizard.store.credential_list import CredentialList
from mailsafi_wizard.ui import ask, formats
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.tables import Column, RowsModel, Table
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, EmptyState, Fields, Tone, box, column, label, row
from mailsafi_wizard.words import N_, _, ngettext

SERVER_NAMES = {Side.SOURCE: N_("Old server"), Side.DESTINATION: N_("MailSafi")}


def applies(project: MigrationProject) -> bool:
    return all(project.endpoint(side) is not None for side in Side)


def done(project: MigrationProject) -> bool:
    """Every mailbox has signed in on both sides."""
    results = project.sign_in_results()
    boxes = project.mailboxes()
    return bool(boxes) and all((result := results.get((m.id, side))) is not None and result.ok for m in boxes for side in Side)


def needs(project: MigrationProject) -> str:
    refused = sum(not result.ok for result in project.sign_in_results().values())
    return ngettext("{n} sign-in was refused", "{n} sign-ins were refused", refused).format(n=refused) if refused else ""


@dataclass(frozen=True)
class AccountRow:
    """One line of the table: a mailbox and how its two sign-ins went. ``testing`` while that is being found out."""

    mailbox: Mailbox
    has_secret: bool
    source: SignInResult | None = None
    destination: SignInResult | None = None
    testing: bool = False

    def result(self, side: Side) -> SignInResult | None:
        return self.source if side is Side.SOURCE else self.destination


def sign_in_words(account: AccountRow, side: Side) -> str:
    result = account.result(side)
    if result is None:
        return _("Testing…") if account.testing else (_("Not tested") if account.has_secret else _("No password"))
    return _("Signed in") if result.ok else _(result.cause)


def _sign_in_tone(account: AccountRow, side: Side) -> tuple[Tone, str]:
    result = account.result(side)
    if result is None:
        return (Tone.INFO, "refresh") if account.testing else (Tone.MUTED, "dash" if account.has_secret else "key")
    return (Tone.GOOD, "") if result.ok else (Tone.BAD, "")


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
            )
        )
    return made


class DropArea(QFrame):
    """Where a list can be dropped."""

    dropped = Signal(bytes)

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAcceptDrops(True)
        self.setLayout(column(inner))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        if files:
            self.dropped.emit(Path(files[0]).read_bytes())
        elif data.hasText():
            self.dropped.emit(data.text().encode())
        event.acceptProposedAction()


class ListProblems(Card):
    """Every problem of a list, by line, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.chip = Chip()
        self.summary = label("", "strong")
        top = row(self.chip, self.summary)
        top.setStretch(1, 1)
        columns: list[Column[tuple[int, credential_list.Problem]]] = [
            Column(_("Line"), lambda p: str(p[1].line) if p[1].line else _("all"), sort=lambda p: p[1].line, numeric=True),
            Column(_("Weight"), lambda p: _severity(p[1])[2], state=lambda p: _severity(p[1])[:2]),
            Column(_("What is wrong"), lambda p: p[1].text, stretch=True, tip=lambda p: p[1].text),
        ]
        model: RowsModel[tuple[int, credential_list.Problem]] = RowsModel(columns, key=lambda p: p[0])
        self.table = Table(_("Problems of the list"), model)
        self.add(top, self.table)

    def show_list(self, parsed: CredentialList) -> None:
        errors, warnings = len(parsed.errors), len(parsed.warnings)
        if errors:
            self.chip.say(_("Not taken over"), Tone.BAD)
            words = ngettext(
                "{n} line must be mended before the list can be used.",
                "{n} lines must be mended before the list can be used.",
                errors,
            )
        else:
            self.chip.say(_("Taken over"), Tone.GOOD)
            words = ngettext("{n} line looks odd; please check it.", "{n} lines look odd; please check them.", warnings)
        self.summary.setText(words.format(n=errors or warnings))
        self.table.rows_model.show_rows(enumerate(parsed.problems))
        self.setVisible(bool(parsed.problems))


def _severity(problem: credential_list.Problem) -> tuple[Tone, str, str]:
    if problem.severity == credential_list.ERROR:
        return Tone.BAD, "", _("Must be mended")
    return Tone.WARN, "", _("Please check")


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
            fields.add(_("Password at {server}").format(server=_(SERVER_NAMES[side])), edit)
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
                what = _("{server}: {cause}").format(server=_(SERVER_NAMES[side]), cause=_(result.cause))
                self.problems.addWidget(ProblemPanel(Problem(what, remedy=_(result.remedy), detail=result.detail)))

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
    why = N_(
        "Each mailbox is opened with its own user name and password, at the old server to read and at MailSafi to write."
        " Trying all sign-ins now means that nothing stops later in the night. Passwords are never shown, never written to a log or a report,"
        " and never altered: not even a space at the end is taken away."
    )

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._testing: frozenset[int] = frozenset()
        self.views = QStackedWidget()
        self.views.addWidget(self._empty())
        self.views.addWidget(self._full())
        self.parse = ListProblems()
        self.parse.hide()
        self.body.addWidget(self.parse)
        self.body.addWidget(self.views, 1)
        bridge.sign_ins_known.connect(self._known)

    def _empty(self) -> QWidget:
        text = _(
            "Save the template, fill in one line for each mailbox, and drop the file here. Lists of other tools are understood too."
        )
        buttons = (
            Button(_("&Choose a file…"), self._choose, kind="primary", icon="file"),
            Button(_("&Paste"), self._paste, icon="copy"),
            Button(_("Save the &template…"), self._save_template, icon="download"),
        )
        area = DropArea(EmptyState("people", _("No mailboxes yet"), text, *buttons))
        area.dropped.connect(self.take)
        return area

    def _full(self) -> QWidget:
        self.facts = label("", tone="muted")
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find a mailbox"))
        self.search.setAccessibleName(_("Find a mailbox"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(theme().px(220))
        again = Button(_("Another list…"), self._choose, kind="quiet", icon="upload")
        top = row(self.facts, self.search, again)
        top.setStretch(0, 1)
        self.model: RowsModel[AccountRow] = RowsModel(_columns(), key=lambda a: a.mailbox.id)
        self.table: Table[AccountRow] = Table(_("Mailboxes and their sign-ins"), self.model)
        self.table.setMinimumHeight(theme().px(34) * 6)
        self.search.textChanged.connect(self.table.filter.setFilterFixedString)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_detail())
        self.detail = MailboxDetail(self)
        self.detail.entered.connect(lambda mailbox_id: self.test([mailbox_id]))
        self.detail.hide()
        layout = column(top, self.table, self.detail, spacing=M)
        layout.setStretch(1, 1)
        return box(layout)

    # --- the list ------------------------------------------------------------------------------------------------------------

    def take(self, data: bytes) -> None:
        """Read a list; it is taken over only when no line has an error."""
        parsed = self.tried(lambda: self.project.import_list(data))
        if parsed is None:
            return
        self.parse.show_list(parsed)
        self.refresh()
        self.changed.emit()

    def _choose(self) -> None:
        kinds = _("Lists (*.txt *.csv *.tsv);;All files (*)")
        ask.ask_open(self, _("The list of mailboxes"), self.project.path.parent, kinds, self._take_file)

    def _take_file(self, path: Path) -> None:
        data = self.tried(path.read_bytes)
        if data is not None:
            self.take(data)

    def _paste(self) -> None:
        self.take(QGuiApplication.clipboard().text().encode())

    def _save_template(self) -> None:
        proposal = self.project.path.parent / _("MailSafi mailboxes.txt")
        ask.ask_save(
            self,
            _("Save the template"),
            proposal,
            _("Text (*.txt)"),
            lambda path: self.tried(lambda: path.write_bytes(credential_list.template())),
        )

    # --- the sign-ins ----------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        boxes = self.project.mailboxes()
        self.views.setCurrentIndex(1 if boxes else 0)
        results = self.project.sign_in_results()
        self.model.show_rows([self._account(mailbox, results) for mailbox in boxes])
        self._say_totals()
        self._show_detail()

    def _account(self, mailbox: Mailbox, results: dict[tuple[int, Side], SignInResult]) -> AccountRow:
        testing = mailbox.id in self._testing
        known = {side: None if testing else results.get((mailbox.id, side)) for side in Side}
        has = all(self.project.has_secret(mailbox.id, side) for side in Side)
        return AccountRow(mailbox, has, known[Side.SOURCE], known[Side.DESTINATION], testing)

    def _say_totals(self) -> None:
        accounts = self.model.rows
        good = sum(all((r := a.result(side)) is not None and r.ok for side in Side) for a in accounts)
        bad = sum(any((r := a.result(side)) is not None and not r.ok for side in Side) for a in accounts)
        words = [formats.mailboxes(len(accounts)), _("{n} can sign in on both sides").format(n=good)]
        if bad:
            words.append(_("{n} can't").format(n=bad))
        self.facts.setText(" · ".join(words))
        self.missing = "" if accounts else _("Give the list of mailboxes.")

    def _show_detail(self) -> None:
        self.detail.show_account(self.table.chosen)

    def _known(self, results: tuple[SignInResult, ...]) -> None:
        by_id = {account.mailbox.id: account for account in self.model.rows}
        for result in results:
            account = by_id.get(result.mailbox_id)
            if account is not None:
                sides = {Side.SOURCE: account.source, Side.DESTINATION: account.destination, result.side: result}
                by_id[result.mailbox_id] = AccountRow(
                    account.mailbox, account.has_secret, sides[Side.SOURCE], sides[Side.DESTINATION], account.testing
                )
        self.model.update_rows(by_id.values())
        self._say_totals()

    def action(self) -> Action | None:
        if not self.project.mailboxes():
            return None
        ready = done(self.project)
        words = _("Test all again") if ready else _("&Test all sign-ins")
        return Action(words, self.test, "key", not self.busy, urgent=not ready)

    def test(self, only: list[int] | None = None) -> None:
        """Sign in everywhere, side by side; each outcome is shown as it comes."""
        self._testing = frozenset(only if only is not None else [m.id for m in self.project.mailboxes()])
        self.refresh()
        self.work(
            _("Signing in…"), lambda: self.project.test_sign_ins(self.bridge.signed_in, only), lambda _results: self._tested()
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
