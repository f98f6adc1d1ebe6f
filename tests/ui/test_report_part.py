"""The report on the page Finish: seen as it will be printed, in every form, language and paper, and never written over unasked."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from mailsafi_wizard.report import html
from mailsafi_wizard.ui import report_files
from mailsafi_wizard.ui.pages.finish import FinishPage
from mailsafi_wizard.ui.report_files import NAMES, NOTES, ReportForm, unused
from mailsafi_wizard.ui.report_part import ReportPart
from tests.ui.conftest import Hand
from tests.ui.reported import report_of


@pytest.fixture
def page(opened: Hand) -> FinishPage:
    found = opened.go("finish")
    assert isinstance(found, FinishPage)
    opened.settle()
    found.tabs.setCurrentWidget(found.report)
    return found


def choose(opened: Hand, part: ReportPart, form: ReportForm, language: str = "en", paper: str = "a4") -> None:
    def pick() -> None:
        part.form.setCurrentIndex(list(ReportForm).index(form))
        part.language.setCurrentIndex(part.language.findData(language))
        part.paper.setCurrentIndex(part.paper.findData(paper))

    opened.do(pick)


def test_the_preview_is_what_will_be_printed(opened: Hand, page: FinishPage, tmp_path: Path) -> None:
    part = page.report
    pages = part.preview.view.pages
    assert pages > 5
    assert "1 of" in part.preview.where.text()
    opened.do(lambda: page.save(tmp_path / "report.pdf"))
    assert len(PdfReader(tmp_path / "report.pdf").pages) == pages
    choose(opened, part, ReportForm.ONE_PAGE)
    assert part.preview.view.pages == 1
    assert not part.bar.isVisible()
    assert page.problem is None


def test_every_form_is_saved_from_the_same_facts(opened: Hand, page: FinishPage, tmp_path: Path) -> None:
    part = page.report
    for form in ReportForm:
        choose(opened, part, form, "sw", "letter")
        target = tmp_path / f"{form.name}{form.ending}"
        opened.do(lambda target=target: page.save(target))  # type: ignore[misc]
        assert page.problem is None
        assert target.exists()
    box = PdfReader(tmp_path / "PDF.pdf").pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)
    assert len(PdfReader(tmp_path / "ONE_PAGE.pdf").pages) == 1
    plain = json.loads((tmp_path / "JSON.json").read_text("utf-8"))
    names = {t["name"]: t for s in plain["sections"] for t in s["tables"]}
    assert plain["language"] == "sw"
    assert {f"{name}.csv" for name in names} == {file.name for file in (tmp_path / "CSV").iterdir()}
    rows = list(csv.reader((tmp_path / "CSV" / "ledger-by-mailbox.csv").read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == [row[0] for row in names["ledger-by-mailbox"]["rows"]]
    page_text = (tmp_path / "HTML.html").read_text("utf-8")
    assert '<html lang="sw">' in page_text
    assert all(str(row[0]) in page_text for row in names["ledger-by-mailbox"]["rows"])
    assert "Last saved on" in part.saved_words.text()


def test_subjects_are_a_choice_that_is_kept(opened: Hand, page: FinishPage) -> None:
    assert not page.project.report_subjects
    opened.do(lambda: page.report.subjects.setChecked(True))
    assert page.project.report_subjects
    assert page.problem is None


def test_a_place_that_can_not_be_written_is_told_in_place(opened: Hand, page: FinishPage, tmp_path: Path) -> None:
    opened.do(lambda: page.save(tmp_path / "nowhere" / "report.pdf"))
    assert page.problem is not None
    assert page.report.saved_words.text() == "Not saved yet."


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    assert unused(tmp_path / "r.pdf") == tmp_path / "r.pdf"
    (tmp_path / "r.pdf").touch()
    (tmp_path / "r (2).pdf").touch()
    assert unused(tmp_path / "r.pdf") == tmp_path / "r (3).pdf"


def test_tables_get_a_folder_of_their_own(opened: Hand, page: FinishPage, tmp_path: Path) -> None:
    choose(opened, page.report, ReportForm.CSV)
    for _time in range(2):
        opened.do(lambda: page.report._save_in(tmp_path))
    first, second = sorted(file.name for file in tmp_path.iterdir() if file.is_dir() and file.name.startswith("Report"))
    assert second.startswith(first)


def test_every_form_has_a_name_and_says_what_it_is_for() -> None:
    assert set(NAMES) == set(NOTES) == set(ReportForm)
    assert {form.ending for form in ReportForm} == {".pdf", ".html", "", ".json"}


@pytest.mark.parametrize("bad", [False, True])
def test_the_web_page_draws_what_the_paper_draws(bad: bool) -> None:
    facts = report_of(6, bad)
    text = html(facts)
    assert text.count('<ul class="legend">') == 2
    assert text.count('class="planned"') == len(next(s for s in facts.sections if s.key == "plan").drawings[0].steps)  # type: ignore[union-attr]
    assert text.count('<tr class="group">') > 5
    assert text.count('<thead><tr><td class="banner">') == (1 if bad else 0)  # on every page where it is printed
    assert "<script" not in text
    assert report_files.shown(facts, ReportForm.HTML) is facts
