"""The one window: step rail, page stack, bottom bar. Draws what a page says (busy, missing, problem, action) and moves between pages."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QMainWindow, QScrollArea, QVBoxLayout, QWidget

from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.supporting import without_project
from mailsafi_wizard.store.vault import Keeping
from mailsafi_wizard.ui import ask, closing, icons, menu, support_view
from mailsafi_wizard.ui.action_button import ActionButton
from mailsafi_wizard.ui.announce import StatusLine
from mailsafi_wizard.ui.away import Away
from mailsafi_wizard.ui.bridge import OVER, Bridge, LiveMailbox
from mailsafi_wizard.ui.day import DayWatch
from mailsafi_wizard.ui.headlines import Headlines, RehearsalBanner
from mailsafi_wizard.ui.keeping import KeepingPanel
from mailsafi_wizard.ui.leaves import LeafCard
from mailsafi_wizard.ui.opening import Door, Elsewhere
from mailsafi_wizard.ui.page import Action, Page, scrolling
from mailsafi_wizard.ui.presence import Presence
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.rail import Rail
from mailsafi_wizard.ui.stack import Stack
from mailsafi_wizard.ui.steps import Step, StepState, current, states
from mailsafi_wizard.ui.tab_order import ReadInOrder
from mailsafi_wizard.ui.theme import XL, XS, L, M, theme
from mailsafi_wizard.ui.welcome import Welcome
from mailsafi_wizard.ui.widgets import Button, OnwardButton, box, column, label, row, working_bar
from mailsafi_wizard.words import _

SETTLE = 400  # milliseconds after a change before the rail looks at the project again


class Window(QMainWindow):
    """The shell. ``rehearse`` starts a rehearsal and hands its project to `open_project`; None hides the offer."""

    closed = Signal()
    language_chosen = Signal(str)

    def __init__(self, steps: Sequence[Step], rehearse: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.steps, self._rehearse = tuple(steps), rehearse
        self.project: MigrationProject | None = None
        self.bridge = Bridge(self)
        self.pages: dict[int, Page] = {}
        self.areas: dict[int, QScrollArea] = {}
        self.shown = 0
        self._closing = False
        self.setWindowIcon(icons.app_icon())
        theme().dress(self)
        self.resize(1180, 760)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(self.look_again)
        self.bridge.mailboxes_changed.connect(self._mailboxes_changed)
        self.bridge.run_ended.connect(lambda _summary: self._run_ended())
        self.aside: support_view.SupportView | None = None
        self.headlines = Headlines()
        self.headlines.support_asked.connect(self.show_support)
        self.headlines.step_asked.connect(self.show_key)
        self.presence = Presence(self, self.bridge, lambda: self.project)
        self.presence.warned.connect(self.say)
        self.away, self.door = Away(self, self), Door(self, self)
        self.presence.connect_tray(self.come_back, self.stop_and_close)
        self.days = DayWatch(self, lambda: self.project)
        self.days.turned.connect(lambda: self.show_step(self.shown))
        self.bridge.run_ended.connect(lambda _summary: self.days.keep())
        self.build()

    # --- putting it together ----------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make every part anew, in the language and look of now; the project and the page shown stay."""
        for page in self.pages.values():
            page.leave()
        self.pages, self.areas, self.aside = {}, {}, None
        self.headlines.setParent(None)
        self.rail = Rail([_(step.page.title) for step in self.steps])
        self.rail.chosen.connect(self.show_step)
        self.menu_button = menu.menu_button(self)
        self.rail.body.addWidget(self.menu_button)
        self.stack = Stack()
        self.welcome = Welcome(self.new_project, self.open_file, self._rehearse, self._recent())
        self.stack.addWidget(scrolling(self.welcome))
        self.banner = RehearsalBanner()
        right = column(self.banner, self._make_header(), self.stack, self._make_bottom(), spacing=0)
        right.setStretch(2, 1)
        self.shell = shell = ReadInOrder()
        shell.setObjectName("shell")
        whole = row(self.rail, box(right), spacing=0)
        whole.setStretch(1, 1)
        shell.setLayout(whole)
        self.setCentralWidget(shell)
        keys = (("Alt+Left", self.go_back), ("Alt+Right", self.go_next), ("F1", self.why.click), ("Ctrl+O", self.open_file))
        for key, do in keys:
            QShortcut(QKeySequence(key), shell).activated.connect(do)
        self.show_step(self.shown) if self.project else self._show_welcome()

    def _make_header(self) -> QWidget:
        self.title, self.lead = StatusLine("title", "text"), label("", tone="muted")
        self.why = Button(_("&Why?"), kind="quiet", icon="help", hint=_("What this step is for"))
        self.why.setCheckable(True)
        self.why_card = LeafCard()
        self.why.toggled.connect(self.why_card.setVisible)  # a screen reader toggles without clicking
        self.problem_place = QVBoxLayout()
        self._panel: ProblemPanel | None = None
        top = row(self.title, spacing=L)
        top.setStretch(0, 1)
        top.addWidget(self.why, 0, Qt.AlignmentFlag.AlignTop)
        head = column(column(top, self.lead, spacing=XS), self.why_card, margins=(XL, XL, XL, M))
        self.keeping = KeepingPanel(Keeping.LOCKED, Keeping.LOST)
        self.keeping.opened.connect(self._unlocked)
        head.addWidget(self.keeping)
        head.addWidget(self.headlines)
        head.addLayout(self.problem_place)
        self.header = box(head)
        return self.header

    def _make_bottom(self) -> QWidget:
        self.back = Button("", self.go_back, icon="arrow-left")
        self.next = OnwardButton("", self.go_next)
        self.act = ActionButton("", self._do_action)
        self.status = StatusLine("small", "muted")
        self.working = working_bar()
        bar = row(self.back, self.working, self.status, self.act, self.next, spacing=M, margins=(XL, M, XL, M))
        bar.setStretch(2, 1)
        self.bottom = QFrame()
        self.bottom.setObjectName("bottom")
        self.bottom.setLayout(bar)
        return self.bottom

    # --- projects ----------------------------------------------------------------------------------------------------------

    def open_project(self, project: MigrationProject) -> None:
        """Show ``project`` at the first step that needs the admin; the one shown before is closed."""
        self.close_project()
        self.project = project
        if not project.rehearsal:
            menu.remember(project.path)
        self.days.keep()
        self.headlines.clear(bugs_too=False)
        since = project.arrive(dt.datetime.now(dt.UTC))
        project.go_on_with_passes(self.bridge.report)
        self.show_step(current(states(self.steps, project)))
        self.rail.buttons[self.shown].setFocus(Qt.FocusReason.OtherFocusReason)
        self.headlines.tell_news(since, project.company.timezone)

    # --- when it goes wrong --------------------------------------------------------------------------------------------------

    def bug(self, error: BaseException) -> None:
        """A mistake of the program: what was typed and done is saved, the details are shown, the support bundle is offered."""
        self.keep_all()
        self.headlines.tell_bug(error)

    def keep_all(self) -> None:
        """What was typed and done is on the disk, whatever comes next: a bug, or the end of the session."""
        with contextlib.suppress(Exception):  # what is broken may be this very page
            if self.page is not None:
                self.page.leave()
        with contextlib.suppress(Exception):
            if self.project is not None:
                self.project.save()

    def show_support(self) -> None:
        """The support bundle in the place of the page, which stays as it is."""
        self.close_aside()
        project = self.project
        view = support_view.SupportView(project.support_bundle if project else without_project, menu.folder())
        view.closed.connect(self.close_aside)
        view.failed.connect(lambda error: self.show_problem(support_view.could_not(error)))
        self.aside = view
        self.stack.addWidget(view)
        self.stack.setCurrentWidget(view)
        for part in (self.why, self.why_card, self.bottom, self.keeping, self.headlines):
            part.hide()
        self.title.setText(support_view.title())
        self.lead.setText(support_view.lead())
        self.show_problem(None)
        view.begin()

    def close_aside(self) -> None:
        """Back to the page."""
        if self.aside is None:
            return
        self._drop_aside()
        self.show_step(self.shown) if self.project else self._show_welcome()

    def _drop_aside(self) -> None:
        if self.aside is not None:
            self.stack.removeWidget(self.aside)
            self.aside.deleteLater()
            self.aside = None
            self.headlines.appear()

    def _run_ended(self) -> None:
        self.look_again()
        broken = self.project.broken if self.project else None
        if broken is not None:
            self.headlines.tell(Problem.of(broken)) if isinstance(broken, MigrationError) else self.bug(broken)

    def close_project(self) -> None:
        self._drop_aside()
        for index, page in self.pages.items():
            if self.project is not None:  # else the file was closed with the window
                page.leave()
            page.end()
            self.stack.removeWidget(self.areas[index])
            self.areas[index].deleteLater()
        self.pages, self.areas = {}, {}
        self.bridge.forget()
        if self.project is not None:
            self.project.close()
        self.project = None
        self.shown = 0
        self._show_welcome()

    def leave_project(self) -> None:
        """Back to the welcome; a running copy is asked about first."""
        if self.project is not None and self.project.running:
            closing.ask_what_to_do(self, self, self.presence.tray.there, self.close_project)
        else:
            self.close_project()

    def _recent(self) -> list[tuple[Path, Callable[[], object]]]:
        return [(path, partial(self.open_at, path)) for path in menu.recent_paths()]

    def new_project(self) -> None:
        proposal = menu.folder() / _("Our migration.mailsafi")
        ask.ask_save(self, _("New migration: where to keep the project file"), proposal, menu.kinds(), self.create_at)

    def open_file(self) -> None:
        ask.ask_open(self, _("Open a project"), menu.folder(), menu.kinds(), self.open_at)

    def create_at(self, path: Path) -> None:
        self.door.create(path)

    def open_at(self, path: Path, elsewhere: Elsewhere = None) -> None:
        """``elsewhere`` is called when another window has it and came to the front; without it that is told."""
        self.door.open(path, elsewhere)

    # --- pages -------------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        return self.pages.get(self.shown) if self.project else None

    def show_step(self, index: int) -> None:
        """Bring step ``index`` forward, made on first sight."""
        if self.project is None or not 0 <= index < len(self.steps):
            return
        if self.page is not None and index != self.shown:
            self.page.leave()
        self._drop_aside()
        self.shown = index
        page = self.pages.get(index) or self._make_page(index)
        self.stack.setCurrentWidget(self.areas[index])
        self.why.setChecked(False)
        page.refresh()
        self._draw()
        self.look_again()

    def show_key(self, key: str) -> None:
        self.show_step(next(i for i, step in enumerate(self.steps) if step.key == key))

    def _make_page(self, index: int) -> Page:
        assert self.project is not None
        page = self.steps[index].page(self.project, self.bridge)
        page.changed.connect(lambda: self._page_changed(page))
        page.go_to.connect(self.show_key)
        page.told.connect(self.status.setText)
        self.areas[index] = scrolling(page)
        self.stack.addWidget(self.areas[index])
        self.pages[index] = page
        return page

    def _page_changed(self, page: Page) -> None:
        if page is self.page:
            self._draw()
        self._settle.start()

    def go_back(self) -> None:
        self.show_step(self.shown - 1)

    def go_next(self) -> None:
        self.show_step(self.shown + 1)

    def _do_action(self) -> None:
        action = self.page.action() if self.page else None
        if action is not None and action.enabled:
            action.do()

    def _mailboxes_changed(self, changed: tuple[LiveMailbox, ...]) -> None:
        """A mailbox that has come to an end may change how the steps stand; one that is under way does not."""
        if any(live.state in OVER for live in changed) and not self._settle.isActive():
            self._settle.start()

    # --- drawing what the page says ------------------------------------------------------------------------------------------

    def look_again(self) -> None:
        """Ask the project how the steps stand and show it in the rail."""
        if self.project is None:
            everything = [StepState.NOT_YET] * len(self.steps)
            self.rail.show_states(everything, -1, [False] * len(self.steps))
            return
        self.rail.show_states(states(self.steps, self.project), self.shown, [True] * len(self.steps))
        company = self.project.company
        self.rail.heading.setText(company.name or self.project.path.stem)
        self.rail.note.setText(", ".join(company.domains))
        self.rail.note.setVisible(bool(company.domains))
        self.setWindowTitle(f"{company.name or self.project.path.stem} - MailSafi Wizard")

    def _draw(self) -> None:
        page = self.page
        if page is None or self.project is None or self.aside is not None:
            return
        self.banner.setVisible(self.project.rehearsal)
        self.title.setText(_(page.title))
        self.lead.setText(_(page.lead))
        self.why.setVisible(page.why is not None)
        self.why_card.show_leaf(page.why)
        self.why_card.setVisible(self.why.isChecked())
        self.keeping.look(self.project)
        self.show_problem(page.problem, page.problem_buttons())
        self.bottom.show()
        self._draw_bottom(page)

    def _draw_bottom(self, page: Page) -> None:
        last = self.shown == len(self.steps) - 1
        self.back.setVisible(self.shown > 0)
        self.next.setVisible(not last)
        if self.shown > 0:
            self.back.be(_("&Back"), "arrow-left")
        action = page.action()
        self.act.setVisible(action is not None)
        calls = page.calls or not self.keeping.isHidden()
        urgent = action is not None and action.urgent and action.enabled and not calls
        if action is not None:
            self._draw_action(action, urgent)
        if not last:
            following = _(self.steps[self.shown + 1].page.title)
            self.next.be(
                _("&Next: {step}").format(step=following), "arrow-right", "" if urgent or calls or page.missing else "primary"
            )
        self.working.setVisible(bool(page.busy))
        self.status.setText(page.busy or page.missing)

    def _draw_action(self, action: Action, urgent: bool) -> None:
        self.act.be(action.text, action.icon, "primary" if urgent else "")
        self.act.allow(action.enabled)

    def show_problem(self, problem: Problem | None, buttons: Sequence[Button] = ()) -> None:
        if self._panel is not None:
            if self._panel.problem == problem:
                return
            self.problem_place.removeWidget(self._panel)
            self._panel.hide()
            self._panel.deleteLater()
            self._panel = None
        if problem is not None:
            if problem.of_a_place and ask.can_ask_again():
                buttons = [*buttons, Button(_("Choose another place…"), self._another_place, icon="folder")]
            self._panel = ProblemPanel(problem, *buttons, dismiss=self._dismiss)
            self.problem_place.addWidget(self._panel)
            self._panel.read_aloud()

    def _another_place(self) -> None:
        self._dismiss()
        ask.again()

    def _dismiss(self) -> None:
        if self.page is not None:
            self.page.show_problem(None)
        else:
            self.show_problem(None)

    def _unlocked(self) -> None:
        if self.page is not None:
            self.page.refresh()
            self._draw()

    def _show_welcome(self) -> None:
        self.keeping.look(None)
        self.stack.setCurrentIndex(0)
        self.banner.hide()
        self.title.setText(_("Welcome"))
        self.lead.setText(
            _("Move your company's mailboxes to MailSafi, step by step. Nothing at your old provider is changed or deleted.")
        )
        for part in (self.why, self.why_card, self.bottom, self.rail.note):
            part.hide()
        self.rail.heading.setText("MailSafi Wizard")
        self.setWindowTitle("MailSafi Wizard")
        self.show_problem(None)
        self.look_again()
        self.welcome.new.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- closing --------------------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.page is not None:
            self.page.leave()
        if self.project is None or not self.project.running or self._closing:
            self._settle.stop()
            self.presence.close()
            if self.project is not None:
                self.project.close()
                self.project = None
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        closing.ask_what_to_do(self, self, self.presence.tray.there, self._close_now)

    def go_to_background(self) -> None:
        self.away.go()

    def come_back(self) -> None:
        self.away.come_back()

    def say(self, text: str) -> None:
        self.status.setText(text)

    def stop_and_close(self) -> None:
        """Close without a question; a running copy is stopped cleanly first."""
        if self.project is not None and self.project.running:
            self.presence.stopping()
            closing.stop_then(self, self, self._close_now)
        else:
            self._close_now()

    def _close_now(self) -> None:
        self._closing = True
        self.close()
        if self.isHidden():  # from the tray: a hidden window gets no event for its closing
            self.closed.emit()
