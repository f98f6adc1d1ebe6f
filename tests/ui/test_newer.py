"""News of newer versions: only with consent, once a day, and never where a project is open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.net.releases import NoAnswer, Release
from mailsafi_wizard.ui import menu, newer
from mailsafi_wizard.ui.newer import NewerVersion
from tests.ui.conftest import Hand

PAGE = "https://example.com/get"


class Asked:
    """Stands in for the network and counts."""

    def __init__(self, answer: Release | NoAnswer) -> None:
        self.answer, self.times = answer, 0

    def __call__(self, address: str) -> Release:
        assert address == "https://example.com/feed.json"
        self.times += 1
        if isinstance(self.answer, NoAnswer):
            raise self.answer
        return self.answer


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(newer, "WAIT", 0)
    for key in (newer.ALLOWED, newer.ASKED_ON, newer.KNOWN, newer.PAGE):
        menu.settings().remove(key)
    yield
    menu.settings().remove("newer")


def put(hand: Hand, answer: Release | NoAnswer) -> tuple[NewerVersion, Asked]:
    """A fresh one in the welcome of the open window."""
    asked = Asked(answer)
    welcome = hand.window.welcome
    made = NewerVersion("https://example.com/feed.json", asked)
    layout = welcome.layout()
    assert layout is not None
    layout.addWidget(made)
    hand.until(lambda: made.isVisible() and not made._timer.isActive())
    return made, asked


def tick(hand: Hand, made: NewerVersion) -> None:
    async def press() -> None:  # within the event loop, as everything a person does
        QTest.keyClick(made.allow, Qt.Key.Key_Space)

    hand.run(press())


def test_nothing_is_shown_where_there_is_nobody_to_ask(hand: Hand) -> None:
    assert not hand.window.welcome.newer.isVisibleTo(hand.window)


def test_without_consent_nobody_is_asked(hand: Hand) -> None:
    made, asked = put(hand, Release("99.0.0", PAGE))
    assert not made.allow.isChecked()
    assert asked.times == 0
    assert not made.news_row.isVisible()


def test_with_consent_the_news_is_told_once_a_day(hand: Hand) -> None:
    made, asked = put(hand, Release("99.0.0", PAGE))
    tick(hand, made)
    hand.until(lambda: made.news_row.isVisible())
    assert "99.0.0" in made.news.text()
    again, asked_again = put(hand, Release("99.0.1", PAGE))
    assert again.allow.isChecked()
    assert (asked.times, asked_again.times) == (1, 0)
    assert "99.0.0" in again.news.text()
    menu.settings().setValue(newer.ASKED_ON, "2020-01-01")
    tomorrow, asked_tomorrow = put(hand, Release("99.0.1", PAGE))
    hand.until(lambda: "99.0.1" in tomorrow.news.text())
    assert asked_tomorrow.times == 1


def test_consent_can_be_taken_back(hand: Hand) -> None:
    made, asked = put(hand, Release("99.0.0", PAGE))
    tick(hand, made)
    hand.until(lambda: made.news_row.isVisible())
    tick(hand, made)
    assert not made.news_row.isVisible()
    menu.settings().remove(newer.ASKED_ON)
    again, asked = put(hand, Release("99.0.0", PAGE))
    assert not again.allow.isChecked()
    assert asked.times == 0


def test_the_same_version_is_no_news(hand: Hand) -> None:
    made, asked = put(hand, Release("0.0.1", PAGE))
    tick(hand, made)
    hand.until(lambda: menu.settings().value(newer.KNOWN) == "0.0.1")
    assert asked.times == 1
    assert not made.news_row.isVisible()


def test_no_answer_is_said_in_place_and_asked_for_again_another_day(hand: Hand) -> None:
    made, _asked = put(hand, NoAnswer(host="example.com"))
    tick(hand, made)
    hand.until(lambda: "did not say" in made.note.text())
    _same_day, asked_again = put(hand, Release("99.0.0", PAGE))
    assert asked_again.times == 0
    menu.settings().setValue(newer.ASKED_ON, "2020-01-01")
    tomorrow, asked_tomorrow = put(hand, Release("99.0.0", PAGE))
    hand.until(lambda: "99.0.0" in tomorrow.news.text())
    assert asked_tomorrow.times == 1


def test_while_a_project_is_open_nobody_is_asked(hand: Hand, rehearsal: Rehearsal) -> None:
    menu.settings().setValue(newer.ALLOWED, True)
    asked = Asked(Release("99.0.0", PAGE))

    hidden: list[NewerVersion] = []

    async def show() -> None:
        hand.window.open_project(rehearsal.project)
        made = NewerVersion("https://example.com/feed.json", asked)
        layout = hand.window.welcome.layout()
        assert layout is not None
        layout.addWidget(made)
        made.look()
        hidden.append(made)

    hand.run(show())
    hand.settle()
    assert asked.times == 0
    assert not hidden[0].isVisible()
    hidden[0].allow.setChecked(False)  # the welcome comes back when the test ends
    hand.window.close_project()
