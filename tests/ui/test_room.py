"""Nothing is cut and no page is pushed wide where a small window or large letters leave the room; measured, in both directions of reading."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QScrollArea, QTabWidget
from shiboken6 import isValid

from mailsafi_wizard.errors import WrongUsage
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import screenshots, theme
from mailsafi_wizard.ui.pages.communicate import CommunicatePage
from mailsafi_wizard.ui.pages.finish import FinishPage
from mailsafi_wizard.ui.pages.verify import VerifyPage
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.timeline import Timeline, TimelineEntry
from mailsafi_wizard.ui.widgets import box, column, label
from tests.bench import big_project
from tests.bench.big_project import Size
from tests.ui.conftest import Hand

MINE = ("start", "communicate", "verify", "cutover", "finish")
ROOMS = [((1024, 700), 1.0), ((1280, 860), 1.5)]


@pytest.fixture
def copied(hand: Hand, tmp_path: Path) -> Iterator[Hand]:
    """The window with a project whose mail has been copied."""
    big_project.make(tmp_path / "copied.mailsafi", Size(6, 8, 200))

    async def show() -> None:
        hand.window.open_project(MigrationProject.open(tmp_path / "copied.mailsafi"))

    hand.run(show())
    hand.settle()
    yield hand
    hand.window.close_project()


@pytest.fixture
def worn(look: None) -> Iterator[theme.Theme]:
    yield theme.theme()
    theme.theme().wear("light", 1.0)


def fitted(hand: Hand, size: tuple[int, int]) -> None:
    hand.window.resize(*size)
    screenshots.settle(hand.window)


@pytest.mark.parametrize(("size", "zoom"), ROOMS)
def test_no_page_scrolls_sideways(copied: Hand, worn: theme.Theme, size: tuple[int, int], zoom: float) -> None:
    worn.wear("light", zoom)
    window, wide = copied.window, []
    for key in MINE:
        page = copied.go(key)
        tabs = getattr(page, "tabs", None)
        for place in range(tabs.count() if isinstance(tabs, QTabWidget) else 1):
            if isinstance(tabs, QTabWidget):
                tabs.setCurrentIndex(place)
                copied.settle()
            fitted(copied, size)
            over = window.areas[window.shown].horizontalScrollBar().maximum()
            wide += [(key, place, over)] if over else []
    assert (window.width(), window.height()) == size
    assert wide == []


@pytest.mark.parametrize(("size", "zoom"), ROOMS)
def test_the_welcome_and_an_empty_project_do_not_scroll_sideways(
    hand: Hand, worn: theme.Theme, tmp_path: Path, size: tuple[int, int], zoom: float
) -> None:
    worn.wear("light", zoom)
    fitted(hand, size)
    welcome = hand.window.stack.currentWidget()
    assert isinstance(welcome, QScrollArea)
    assert welcome.horizontalScrollBar().maximum() == 0

    async def show() -> None:
        hand.window.open_project(MigrationProject.create(tmp_path / "new.mailsafi"))

    hand.run(show())
    for key in MINE:
        page = hand.go(key)
        fitted(hand, size)
        bars = [hand.window.areas[hand.window.shown], *(table for table in page.findChildren(Table) if table.isVisible())]
        assert [bar.horizontalScrollBar().maximum() for bar in bars] == [0] * len(bars), key
    hand.window.close_project()


def cut(table: Table[Any]) -> list[str]:
    """The words of a table's columns that are narrower than they ask to be."""
    columns = [place for place in range(len(table.rows_model.columns)) if not table.isColumnHidden(place)]
    return [table.rows_model.columns[place].title for place in columns if table.sizeHintForColumn(place) > table.columnWidth(place)]


@pytest.mark.parametrize(("size", "zoom"), [((1280, 860), 1.0), *ROOMS])
def test_verify_shows_every_column_and_several_rows(copied: Hand, worn: theme.Theme, size: tuple[int, int], zoom: float) -> None:
    worn.wear("light", zoom)
    page = copied.go("verify")
    assert isinstance(page, VerifyPage)
    fitted(copied, size)
    for table in (page.accounts.table, page.accounts.folder_table):
        assert table.rows_model.rows
        rows = table.viewport().height() // table.verticalHeader().defaultSectionSize()
        assert table.horizontalScrollBar().maximum() == 0, table.accessibleName()
        assert rows >= 4, table.accessibleName()
    if size[0] * zoom == 1280:
        assert cut(page.accounts.table) == []


def test_the_notices_are_read_in_full_where_there_is_room(opened: Hand) -> None:
    page = opened.go("communicate")
    assert isinstance(page, CommunicatePage)
    fitted(opened, (1280, 860))
    assert cut(page.table) == []
    assert page.table.horizontalScrollBar().maximum() == 0


def test_the_user_is_read_in_full_in_a_small_window(opened: Hand) -> None:
    page = opened.go("communicate")
    assert isinstance(page, CommunicatePage)
    fitted(opened, (1024, 700))
    assert page.table.horizontalScrollBar().maximum() == 0
    assert page.user.width() >= page.user.sizeHint().width()
    assert page.user.y() < page.language.mapTo(page.look, page.language.rect().topLeft()).y()


def test_no_empty_band_between_the_lead_and_the_page(opened: Hand) -> None:
    window = opened.window
    for key in MINE:
        page = opened.go(key)
        fitted(opened, (1280, 860))
        lead = window.lead.mapTo(window, window.lead.rect().bottomLeft()).y()
        body = page.mapTo(window, page.body.contentsRect().topLeft()).y()
        assert body - lead <= theme.XL + 1, key


def test_letters_that_grow_widen_the_columns(copied: Hand, worn: theme.Theme) -> None:
    page = copied.go("verify")
    assert isinstance(page, VerifyPage)
    before = page.accounts.table.wanted_width
    worn.wear("light", 1.5)
    assert page.accounts.table.wanted_width > 1.2 * before
    assert page.accounts.table.verticalHeader().defaultSectionSize() == worn.px(34)


def test_nobody_on_the_list_is_said_where_the_sheet_would_be(hand: Hand, tmp_path: Path) -> None:
    async def show() -> None:
        hand.window.open_project(MigrationProject.create(tmp_path / "new.mailsafi"))

    hand.run(show())
    page = hand.go("finish")
    assert isinstance(page, FinishPage)
    assert page.signin.preview.nothing.isVisible()
    assert not page.signin.preview.view.isVisible()
    assert not page.signin.user.isEnabled()
    hand.window.close_project()


# --- directions -------------------------------------------------------------------------------------------------------------------


def drawn(image: QImage) -> bytes:
    plain = image.convertToFormat(QImage.Format.Format_ARGB32)  # named, or its bytes would be gone while they are read
    return bytes(plain.constBits())


def test_back_and_next_turn_with_the_direction(opened: Hand, qapp: QApplication) -> None:
    opened.go("verify")
    window = opened.window
    back, onward = (button.icon().pixmap(18).toImage() for button in (window.back, window.next))
    assert window.next.layoutDirection() == Qt.LayoutDirection.RightToLeft
    try:
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        assert drawn(window.back.icon().pixmap(18).toImage()) != drawn(back)
        assert drawn(window.next.icon().pixmap(18).toImage()) != drawn(onward)
        assert window.next.layoutDirection() == Qt.LayoutDirection.LeftToRight
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert drawn(window.back.icon().pixmap(18).toImage()) == drawn(back)
    assert drawn(window.next.icon().pixmap(18).toImage()) == drawn(onward)


def ink(line: Timeline, direction: Qt.LayoutDirection) -> int:
    """How much is drawn in the row of flags."""
    line.setLayoutDirection(direction)
    line.resize(420, line.sizeHint().height())
    image = QImage(line.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    line.render(image)
    high = round(line._rows()["text"])
    return sum(255 - image.pixelColor(x, y).lightness() for x in range(image.width()) for y in range(high))


def test_the_flags_of_the_plan_are_whole_in_both_directions(look: None) -> None:
    today = dt.date(2026, 11, 25)
    entries = [TimelineEntry(today + dt.timedelta(days), "Task", "admin") for days in (0, 20, 44)]
    line = Timeline()
    line.show_plan(entries, today + dt.timedelta(40), today)
    left, right = (ink(line, way) for way in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft))
    assert abs(left - right) < 0.02 * left


# --- a page that goes while it works -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails", [False, True])
def test_a_project_closed_while_a_page_works_tells_nobody(opened: Hand, fails: bool) -> None:
    page = opened.go("verify")
    free = threading.Event()
    told: list[str] = []
    wrong: list[object] = []

    def slow() -> str:
        free.wait(60)
        if fails:
            raise WrongUsage(what="Too late")
        return "done"

    async def close_meanwhile() -> None:
        page.work("Something long", slow, told.append)
        (task,) = page._tasks
        task.get_loop().set_exception_handler(lambda _loop, context: wrong.append(context))
        opened.window.close_project()
        while isValid(page):
            await asyncio.sleep(0.01)
        free.set()
        await task

    opened.run(close_meanwhile())
    assert told == []
    assert wrong == []


def test_pictures_hold_what_was_just_put_into_a_layout(hand: Hand) -> None:
    place = column()
    whole = box(place)
    hand.window.setCentralWidget(whole)
    whole.show()
    news = label("A check")
    place.addWidget(news)
    assert news.isHidden()
    screenshots.settle(hand.window)
    assert not news.isHidden()
