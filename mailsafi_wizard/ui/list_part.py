"""The list's part of the Credentials page: taking it in, mending it, giving it out. The page itself shows the sign-ins."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store.credential_list import CredentialList
from mailsafi_wizard.store.list_rows import Draft, Row
from mailsafi_wizard.store.private_file import PlainFile
from mailsafi_wizard.store.vault import Keeping
from mailsafi_wizard.ui import ask
from mailsafi_wizard.ui.empty_state import EmptyState
from mailsafi_wizard.ui.keeping import KeepingPanel
from mailsafi_wizard.ui.list_handover import Handover, list_menu, save_template
from mailsafi_wizard.ui.list_intake import KINDS, DropArea, ListProblems, read_file
from mailsafi_wizard.ui.list_table import ListEditor
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.theme import M
from mailsafi_wizard.ui.widgets import Button, column
from mailsafi_wizard.words import _


class ListPart(QObject):
    """``notes`` goes above the page's views, `empty` and ``editor`` are two of them. ``taken``: the project has other mailboxes now."""

    taken = Signal()
    changed = Signal()  # another view should be shown, or what can be done is another

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self._offered: tuple[Path, bytes] | None = None  # the file a list that is being mended came from
        self.editing = False
        self.problems = ListProblems()
        self.problems.hide()
        self.handover = Handover(page)
        self.keeping = KeepingPanel(Keeping.SESSION)
        self.keeping.opened.connect(self.changed)
        self.editor = ListEditor(page.project.check_drafts, page.project.keep_draft)
        self.editor.changed.connect(self.changed)
        self.editor.given_up.connect(self._ask_to_discard)
        self.notes = column(self.keeping, self.handover.cards, self.problems, spacing=M)

    def empty(self) -> DropArea:
        """What the page shows before there is a list."""
        text = _(
            "Save the template, fill in one line for each mailbox, and drop the file here. Excel workbooks and lists of other tools are"
            " understood too, and rows copied in a spreadsheet can be pasted."
        )
        buttons = (
            Button(_("&Choose a file…"), self.choose, kind="primary", icon="file"),
            Button(_("&Paste"), self.paste, icon="copy"),
            Button(_("&Type them in"), self.type_in, icon="plus"),
            Button(_("&Save the template…"), lambda: save_template(self._page), icon="download"),
        )
        return self.catching(DropArea(EmptyState("people", _("No mailboxes yet"), text, *buttons)))

    def catching(self, area: DropArea) -> DropArea:
        """What is dropped on ``area`` is taken as a list."""
        area.dropped.connect(self.take_file)
        area.dropped_text.connect(lambda text: self.take(text.encode("utf-8", "surrogatepass")))
        return area

    def buttons(self) -> tuple[Button, Button]:
        return Button(_("&Edit the list"), self.edit, kind="quiet", icon="settings"), list_menu(
            self._page, self.handover, self.choose
        )

    # --- taking in

    def choose(self) -> None:
        kinds = _("Lists ({kinds});;All files (*)").format(kinds=KINDS)
        ask.ask_open(self._page, _("The list of mailboxes"), self._page.project.path.parent, kinds, self.take_file)

    def take_file(self, path: Path) -> None:
        data = self._page.tried(lambda: read_file(path))
        if data is not None:
            self.take(data, path)

    def paste(self) -> None:
        self.take(QGuiApplication.clipboard().text().encode("utf-8", "surrogatepass"))

    def type_in(self) -> None:
        self.open_editor((Draft(Row(1, "", "", Secret(""))),))
        self.editor.table.go_to(0)

    def take(self, data: bytes, path: Path | None = None) -> None:
        """Read a list. It is taken over when no line has an error, and mended in the table when that is possible."""
        parsed = self._page.tried(lambda: self._page.project.import_list(data))
        if parsed is None:
            return
        self._offered = (path, data) if path is not None else None
        if parsed.ok:
            self._has_taken(parsed)
        elif parsed.mendable:
            self._page.tried(lambda: self._page.project.keep_draft(parsed.drafts))
            self.open_editor(parsed.drafts)
        else:
            self.problems.show_list(parsed)
        self.changed.emit()

    def _has_taken(self, parsed: CredentialList) -> None:
        self._page.tried(lambda: self._page.project.keep_draft(()))
        self._close()
        self.problems.show_list(parsed)
        if self._offered is not None:
            self.handover.plain.offer(PlainFile.of(*self._offered))
            self._offered = None
        self.taken.emit()

    # --- mending

    def edit(self) -> None:
        """Mend what the project has."""
        drafts = self._page.tried(self._page.project.drafts_of_mailboxes)
        if drafts is not None:
            self.open_editor(drafts)

    def open_editor(self, drafts: tuple[Draft, ...]) -> None:
        self.problems.hide()
        self.editing = True
        self._offer_keeping()
        self.editor.show_drafts(drafts)
        self.changed.emit()

    def look(self) -> None:
        """The project may be another than before: what was typed on an earlier day is shown again."""
        self._offer_keeping()
        if not self.editing and (drafts := self._page.tried(self._page.project.kept_draft)):
            self.open_editor(drafts)

    @property
    def missing(self) -> str:
        """What the admin still has to do here, "" where there is nothing."""
        if self.editing:
            return _("Mend the rows, then import the list.") if not self.editor.ready else _("Import the list.")
        return "" if self._page.project.mailboxes() else _("Give the list of mailboxes.")

    def _offer_keeping(self) -> None:
        """A passphrase, where there are passwords to keep and nobody is in the middle of mending."""
        offer = bool(self._page.project.mailboxes()) and not self.editing
        self.keeping.look(self._page.project if offer else None)

    def leave(self) -> None:
        """Keep what was typed."""
        self._page.tried(self.editor.keep_now)

    def action(self) -> Action:
        """While the list is mended, taking it over is the page's one action."""
        return Action(_("Import the &list"), self.take_over, "check", self.editor.ready)

    def take_over(self) -> None:
        self.editor.table.commit_open()
        drafts = self.editor.model.drafts
        problems = self._page.tried(lambda: self._page.project.take_drafts(drafts))
        if problems is not None and self.editor.ready:
            rows = tuple(draft.row for draft in drafts)
            self._has_taken(CredentialList(rows, tuple(problems), drafts=drafts))

    def _ask_to_discard(self) -> None:
        ask.ask(
            self._page,
            _("Discard this list?"),
            _("What you have typed here is forgotten. The mailboxes that the project has already stay as they are."),
            ask.Answer(_("Go on mending"), lambda: None),
            ask.Answer(_("Discard it"), self.discard, danger=True),
        )

    def discard(self) -> None:
        self._close()
        self._page.tried(lambda: self._page.project.keep_draft(()))
        self.changed.emit()

    def _close(self) -> None:
        self.editing = False
        self.editor.close_editor()
        self._offer_keeping()
