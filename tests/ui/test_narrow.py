"""No page is pushed sideways: in a small window and in large letters, in both languages, everything has its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QModelIndex
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QTableView

from mailsafi_wizard import words
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import Endpoint, Ladder, Rung, RungResult, Security, Side
from mailsafi_wizard.ui import kept, theme
from mailsafi_wizard.ui.list_table import ListTable
from mailsafi_wizard.ui.pages.credentials import CredentialsPage
from mailsafi_wizard.ui.pages.migrate import MigratePage
from mailsafi_wizard.ui.pages.prepare import PreparePage
from mailsafi_wizard.ui.problems import ProblemPanel
from mailsafi_wizard.ui.tables import Table
from tests.ui.conftest import Hand

SMALL, LARGE = ((1024, 700), 1.0), ((1280, 860), 1.5)
NESTED = 8  # a layout within a layout settles one round later
LOOKS = [pytest.param(language, *look, id=f"{language}-{look[1]}") for language in words.LANGUAGES for look in (SMALL, LARGE)]


def settle() -> None:
    for _depth in range(NESTED):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def pushed(hand: Hand) -> list[str]:
    """What scrolls sideways now: the page, or a table on it."""
    settle()
    area = hand.window.areas[hand.window.shown]
    layout = hand.page.layout()
    assert layout is not None
    assert layout.minimumSize().width() <= area.viewport().width(), type(hand.page).__name__
    areas = [area, *area.findChildren(QAbstractScrollArea)]
    return [
        one.accessibleName() or type(one).__name__
        for one in areas
        if one.isVisible() and not isinstance(one, ListTable) and one.horizontalScrollBar().maximum() > 0
    ]


def cut(table: QTableView) -> list[str]:
    """Cells that are seen but whose words have too little room."""
    model = table.model()
    cells = [model.index(r, c) for r in range(min(6, model.rowCount())) for c in range(model.columnCount())]
    return [str(cell.data()) for cell in cells if not table.isColumnHidden(cell.column()) and too_narrow(table, cell)]


def too_narrow(table: QTableView, cell: QModelIndex) -> bool:
    return table.sizeHintForIndex(cell).width() > table.columnWidth(cell.column())


Begin = Callable[[str, tuple[int, int], float], Hand]


@pytest.fixture
def begin(hand: Hand, rehearsal: Rehearsal) -> Iterator[Begin]:
    """Opens the rehearsal as the program begins in a language; the letters become larger while the pages are open."""

    def opened(language: str, size: tuple[int, int], zoom: float) -> Hand:
        words.use(language)

        async def show() -> None:
            hand.window.open_project(rehearsal.project)

        hand.window.resize(*size)
        hand.run(show())
        hand.settle()
        theme.theme().wear(zoom=zoom)
        return hand

    yield opened
    hand.window.close_project()
    words.use("en")
    theme.theme().wear(zoom=1.0)


@pytest.mark.parametrize(("language", "size", "zoom"), LOOKS)
def test_prepare_fits(begin: Begin, language: str, size: tuple[int, int], zoom: float) -> None:
    opened = begin(language, size, zoom)
    page = opened.go("prepare")
    assert isinstance(page, PreparePage)
    assert pushed(opened) == []
    page.project.propose_needed()
    for side in Side:
        endpoint = Endpoint("imap.a-rather-long-name.example.com", 993, Security.TLS)
        page.project.set_endpoint(side, endpoint)
        rungs = (RungResult(Rung.NAME, True, "192.0.2.1"), RungResult(Rung.TLS, False, cause="self-signed", detail="x" * 60))
        kept.keep_ladder(page.project, side, Ladder(endpoint, rungs, fingerprint="ab" * 32))
    page.refresh()
    panels = [panel for card in page.cards.values() for panel in card.ladder.findChildren(ProblemPanel)]
    assert len(panels) == 2
    opened.until(lambda: all(panel.isVisibleTo(page) for panel in panels))
    assert pushed(opened) == []
    assert page.needed.table.isVisibleTo(page)


@pytest.mark.parametrize(("language", "size", "zoom"), LOOKS)
def test_credentials_fit(begin: Begin, language: str, size: tuple[int, int], zoom: float) -> None:
    opened = begin(language, size, zoom)
    page = opened.go("credentials")
    assert isinstance(page, CredentialsPage)
    assert pushed(opened) == []
    assert cut(page.table) == []
    opened.act()
    assert pushed(opened) == []
    assert cut(page.table) == []
    page.list.edit()
    assert pushed(opened) == []
    page.list.editor.more.setChecked(False)
    settle()
    assert page.list.editor.table.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(("language", "size", "zoom"), LOOKS)
def test_migrate_fits(begin: Begin, language: str, size: tuple[int, int], zoom: float) -> None:
    opened = begin(language, size, zoom)
    page = opened.go("migrate")
    assert isinstance(page, MigratePage)
    assert pushed(opened) == []
    opened.act()
    page.start()
    opened.until(lambda: any(live.messages_done for live in opened.window.bridge.live.values()))
    assert pushed(opened) == []
    opened.until(lambda: not page.project.running and opened.window.bridge.summary is not None)
    page.table.choose(0)
    for place in range(page.tabs.count()):
        page.tabs.setCurrentIndex(place)
        assert pushed(opened) == [], page.tabs.tabText(place)
    # with large letters a long address may be cut: the row's tip has it whole
    assert [text for text in cut(page.table) if zoom == 1.0 or "@" not in text] == []
    assert not any(page.table.isColumnHidden(place) for place in (0, 1, 2, 7)), "mailbox, state, progress and problems stay"
    assert not page.table.geometry().intersects(page.tabs.geometry())
    assert page.table.viewport().height() >= 6 * page.table.rowHeight(0)


def test_what_had_to_go_is_told_of_its_row(opened: Hand) -> None:
    opened.window.resize(1024, 700)
    page = opened.go("migrate")
    assert isinstance(page, MigratePage)
    opened.act()
    settle()
    table: Table[object] = page.table  # type: ignore[assignment]
    gone = [place for place in range(8) if table.isColumnHidden(place)]
    assert 4 in gone
    size = str(table.filter.index(0, 4).data())
    assert size
    assert size in table.tip(table.filter.index(0, 0))
    opened.window.resize(1600, 860)
    settle()
    assert not any(table.isColumnHidden(place) for place in range(8))
    assert size not in table.tip(table.filter.index(0, 0))
