"""The pictures put together: every one is in the index, older ones are not, and nothing in a name is taken for markup."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from mailsafi_wizard.ui import screenshots
from mailsafi_wizard.ui.contact_sheets import ACROSS, GAP, TALLEST, THUMB, TITLE, contact_sheets


def picture(path: Path, width: int = 1280, height: int = 860) -> None:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    assert image.save(str(path))


@pytest.fixture
def out(tmp_path: Path, qapp: QApplication) -> Path:
    for name in ("1-start-empty.en.light", "1-start-empty.sw.light", "1-start-empty.en.dark", "5-migrate-problem-look.en.small"):
        picture(tmp_path / f"{name}.png")
    picture(tmp_path / "1-start-empty.en.whole.png", height=6000)
    return tmp_path


def test_every_picture_is_shown_under_its_page(out: Path) -> None:
    sheets = contact_sheets(out, 0)
    text = (out / "index.html").read_text("utf-8")
    assert [sheet.name for sheet in sheets] == ["sheet-1-start-empty.png", "sheet-5-migrate-problem-look.png"]
    for path in out.glob("[15]*.png"):
        assert text.count(f'<img loading="lazy" src="{path.name}"') == 1
    assert text.index('<h2 id="1-start">') < text.index('<h2 id="5-migrate">')
    assert "Problem look" in text


def test_a_sheet_holds_all_looks_and_cuts_what_is_too_tall(out: Path) -> None:
    sheet = QImage(str(contact_sheets(out, 0)[0]))
    assert sheet.width() == ACROSS * (THUMB + GAP) + GAP
    first = max(TALLEST, 0) + TITLE + GAP  # dark, light and whole; the Swahili one has a line of its own
    second = THUMB * 860 // 1280 + TITLE + GAP
    assert abs(sheet.height() - (first + second + GAP)) <= 2


def test_pictures_of_an_earlier_day_are_left_out_and_left_alone(out: Path) -> None:
    old = out / "9-old.en.light.png"
    picture(old)
    os.utime(old, (1_000_000_000, 1_000_000_000))
    contact_sheets(out, 1_100_000_000)
    assert "9-old" not in (out / "index.html").read_text("utf-8")
    assert old.is_file()


def test_no_markup_from_a_name(out: Path) -> None:
    picture(out / "1-a<b>&.en.light.png")
    contact_sheets(out, 0)
    text = (out / "index.html").read_text("utf-8")
    assert "a<b>" not in text
    assert "1-a&lt;b&gt;&amp;.en.light.png" in text


def test_the_verb_says_which_language_is_not_complete(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(language: str, folder: Path) -> int:
        picture(folder / f"1-start-done.{language}.light.png")
        return 0 if language == "en" else 1

    monkeypatch.setattr(screenshots, "_in_language", made)
    assert screenshots.main(["--out", str(tmp_path / "new")]) == 1
    said = capsys.readouterr().err
    assert "1 contact sheets" in said
    assert "The pictures in Kiswahili are not complete" in said
    assert "English are not" not in said
    assert (tmp_path / "new" / "index.html").is_file()
