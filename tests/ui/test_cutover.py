"""The page Cut over on the rehearsal: records entered, the gate overridden, the change seen, the card saved."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from mailsafi_wizard.cutover.spread import Sees
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages import cutover
from mailsafi_wizard.ui.pages.cutover import CutoverPage
from tests.ui.conftest import Hand


@pytest.fixture
def page(opened: Hand) -> CutoverPage:
    made = opened.go("cutover")
    assert isinstance(made, CutoverPage)
    opened.act()
    return made


def project_of(hand: Hand) -> MigrationProject:
    assert hand.window.project is not None
    return hand.window.project


def texts(widget: QWidget) -> str:
    found = [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return "\n".join(found).replace("\u200b", "")


def button(widget: QWidget, words: str) -> QPushButton:
    return next(b for b in widget.findChildren(QPushButton) if b.accessibleName() == words or b.text().replace("&", "") == words)


def enter(hand: Hand, page: CutoverPage, title: str) -> None:
    hand.click(button(page.records, f"Enter it in the rehearsal: {title}"))
    hand.settle()


def tab(hand: Hand, page: CutoverPage, place: int) -> None:
    async def show() -> None:
        page.tabs.setCurrentIndex(place)

    hand.run(show())


def test_records_are_told_in_the_words_of_the_panel_and_copied(opened: Hand, page: CutoverPage) -> None:
    assert "Zone Editor" in texts(page.records)
    page.records.choice.setCurrentIndex(1)
    page.records.choice.activated.emit(1)
    assert project_of(opened).panel == "cloudflare"
    opened.until(lambda: "Content" in texts(page.records))
    opened.click(button(page.records, "Copy mx1.mailsafi.example"))
    assert QGuiApplication.clipboard().text() == "mx1.mailsafi.example"


def test_a_record_that_is_entered_turns_to_as_wanted(opened: Hand, page: CutoverPage) -> None:
    assert texts(page.records).count("To be changed") == 4
    assert texts(page.records).count("Not yet: see “Can we switch?”") == 1
    enter(opened, page, "The signature's key (DKIM)")
    opened.until(lambda: texts(page.records).count("To be changed") == 3)
    assert texts(page.records).count("As wanted") == 1


def test_the_gate_says_what_is_missing_and_an_override_needs_name_and_reason(opened: Hand, page: CutoverPage) -> None:
    tab(opened, page, cutover.GATE)
    assert "Not yet" in texts(page.gate)
    opened.click(page.gate.ask)
    opened.settle()
    assert "mx2.mailsafi.example accepts 6 of 6 addresses." in texts(page.gate)
    opened.click(page.gate.decide)
    assert page.gate.name_note.wrong
    assert page.gate.reason_note.wrong
    assert project_of(opened).override() is None
    opened.write(page.gate.name, "Njeri")
    opened.write(page.gate.reason, "It is agreed")
    opened.click(page.gate.decide)
    assert "Njeri decided on" in texts(page.gate)
    assert not page.gate.form.isVisibleTo(page)
    opened.click(button(page.gate, "Take it back"))
    assert project_of(opened).override() is None


def test_the_change_is_drawn_as_it_spreads_and_the_final_copy_begins(opened: Hand, page: CutoverPage) -> None:
    tab(opened, page, cutover.AFTER)
    assert page.passes.empty.isVisibleTo(page)
    tab(opened, page, cutover.RECORDS)
    enter(opened, page, "Where mail is delivered (MX)")
    tab(opened, page, cutover.SPREAD)
    assert [line.now for line in page.spread.drawing._lines] == [Sees.NEW, Sees.OLD]
    assert "MailSafi" in page.spread.drawing.accessibleDescription()
    assert "no honest cache" in page.spread.clock.text()
    tab(opened, page, cutover.AFTER)
    opened.click(page.passes.begin)
    project = project_of(opened)
    opened.until(lambda: project.runs() and not project.running)
    assert project.ledger().complete
    opened.click(page.passes.pause)
    assert project.passes == "paused"
    opened.click(page.passes.ask)
    opened.settle()
    assert page.problem is None


def test_it_looks_again_only_in_front(opened: Hand, page: CutoverPage, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(page, "look", lambda: looked.append(1))
    monkeypatch.setattr(page.window(), "isActiveWindow", lambda: True)
    page.tick()
    assert not looked  # the records' part needs no minute's look
    tab(opened, page, cutover.SPREAD)
    page.tick()
    assert looked == [1]
    monkeypatch.setattr(page.window(), "isActiveWindow", lambda: False)
    page.tick()
    assert looked == [1]
    monkeypatch.setattr(page.window(), "isActiveWindow", lambda: True)
    opened.go("finish")
    page.tick()
    assert looked == [1]


def test_resolvers_are_edited_and_nonsense_is_refused_in_place(opened: Hand, page: CutoverPage) -> None:
    tab(opened, page, cutover.SPREAD)
    before = project_of(opened).resolvers
    opened.write(page.spread.resolvers, "127.0.0.1:x")
    opened.click(button(page.spread, "Use these"))
    assert page.spread.resolvers_note.wrong
    assert project_of(opened).resolvers == before
    opened.write(page.spread.resolvers, before[0])
    opened.click(button(page.spread, "Use these"))
    opened.settle()
    assert project_of(opened).resolvers == before[:1]
    assert len(page.model.rows) == 1


def test_the_card_is_saved_as_pdf_and_text(opened: Hand, page: CutoverPage, tmp_path: Path) -> None:
    pdf, text = tmp_path / "card.pdf", tmp_path / "card.txt"

    async def save() -> None:
        page.save_card(pdf)
        page.save_card_text(text)

    opened.run(save())
    opened.settle()
    said = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert "10 mail.example.co.ke" in said
    assert "14400" in said
    assert "example.co.ke. 14400 IN MX 10 mail.example.co.ke.\n" in text.read_text("utf-8")


def test_a_card_that_could_not_be_saved_is_not_called_saved(page: CutoverPage, tmp_path: Path) -> None:
    told: list[str] = []
    page.told.connect(told.append)
    page.save_card_text(tmp_path / "no such folder" / "card.txt")
    assert told == []
    assert page.problem is not None
