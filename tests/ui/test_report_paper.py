"""The report as PDF, read back by other programs: for one, six and three hundred mailboxes, with a perfect and with a bad outcome."""

from __future__ import annotations

import itertools
import re
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import Destination
from PySide6.QtGui import QImage, QPageSize, QPainter
from pytestqt.qtbot import QtBot

from mailsafi_wizard import words
from mailsafi_wizard.model import Company, FailedMessage, FolderLedger, Ledger, Mailbox
from mailsafi_wizard.report import Column, Kind, ReportFacts, Section, Table, build_facts, one_page
from mailsafi_wizard.ui import pdf
from mailsafi_wizard.ui.composer import lay_out
from mailsafi_wizard.ui.paper_tables import filled
from mailsafi_wizard.ui.sheets import Cells, Document, paint_sheet
from mailsafi_wizard.ui.wrapping import Face, Metrics, right_to_left
from tests.ui.reported import FOLDERS, NOW, report_of

CASES = [(1, False), (1, True), (6, False), (6, True), (300, False), (300, True)]
FOLDERS_OF = {1: 14, 6: 14, 300: 3}
pytestmark = pytest.mark.usefixtures("qtbot")


def text_of(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def written(tmp_path: Path, facts: ReportFacts, paper: str = "a4") -> Path:
    path = tmp_path / "report.pdf"
    pdf.write_pdf(facts, path, pdf.paper(paper))
    return path


def flat(text: str) -> str:
    return " ".join(text.split())


def titles(items: Sequence[object]) -> Iterator[str]:
    """All bookmarks, in order."""
    for item in items:
        if isinstance(item, list):
            yield from titles(item)
        else:
            assert isinstance(item, Destination)
            yield str(item.title)


@pytest.mark.parametrize(("count", "bad"), CASES)
def test_the_whole_report(tmp_path: Path, count: int, bad: bool) -> None:
    facts = report_of(count, bad, folders=FOLDERS_OF[count])
    shares: list[float] = []
    path = tmp_path / "report.pdf"
    pages = pdf.write_pdf(facts, path, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    sheets = text_of(path).split("\f")[:-1]
    assert len(sheets) == pages == len(PdfReader(path).pages)
    for number, sheet in enumerate(sheets, 1):
        assert f"Page {number} of {pages}" in sheet
        assert ("The migration is not finished" in sheet) is bad
    cover = flat(sheets[0])
    assert all(piece in cover for piece in (facts.company, facts.outcome, facts.period, *(tile.value for tile in facts.tiles)))
    everything = flat(" ".join(sheets[1:]))
    assert all(section.heading in everything for section in facts.sections)
    for table in (table for section in facts.sections for table in section.tables):
        numbers = [cell for row in table.rows for cell, column in zip(row, table.columns, strict=True) if column.kind is Kind.COUNT]
        assert all(cell in everything for cell in numbers)


@pytest.mark.parametrize(("count", "bad"), CASES)
def test_one_page_holds_it_in_short(tmp_path: Path, count: int, bad: bool) -> None:
    facts = report_of(
        count, bad, folders=FOLDERS_OF[count], company="Kampuni ya Biashara ya Nje na Ndani ya Pwani, Bara na Visiwa Limited " * 2
    )
    short = one_page(facts)
    for paper in pdf.PAPERS:
        assert pdf.write_pdf(short, tmp_path / "r.pdf", pdf.paper(paper)) == 1
        text = flat(text_of(tmp_path / "r.pdf"))
        assert short.outcome in text
        assert all(name in text for section in facts.sections for name, _value in section.glance)
        assert ("The migration is not finished" in text) is bad


def test_the_paper_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    for paper, size in (("a4", (595, 842)), ("letter", (612, 792))):
        box = PdfReader(written(tmp_path, report_of(1, False), paper)).pages[0].mediabox
        assert (round(box.width), round(box.height)) == size


def test_bookmarks_and_contents_lead_to_the_headings(tmp_path: Path) -> None:
    facts = report_of(6, True)
    reader = PdfReader(path := written(tmp_path, facts))
    found = list(titles(reader.outline))
    assert [s.heading for s in facts.sections] == [title for title in found if title in {s.heading for s in facts.sections}]
    assert "wanjiku.kamau-njoroge@tamarind-traders.co.ke" in found
    sheets = text_of(path).split("\f")
    for mark in (item for item in reader.outline if isinstance(item, Destination)):
        page = reader.get_destination_page_number(mark)
        assert page is not None
        assert str(mark.title) in flat(sheets[page])
    lines = [re.fullmatch(r"\s*(\S.*?)\s{2,}(\d+)\s*", line) for line in sheets[1].splitlines()]
    entries = {found[1].strip(): int(found[2]) for found in lines if found}
    for section in facts.sections:
        assert section.heading in flat(sheets[entries[section.heading] - 1])
    first: Any = reader.pages[1]
    links = [note.get_object() for note in first["/Annots"]]
    assert len(links) >= len(facts.sections)
    assert all(note["/Subtype"] == "/Link" and note["/F"] == 4 for note in links)


def test_what_an_archive_asks_for_is_there(tmp_path: Path) -> None:
    """Of PDF/A-1b (ISO 19005-1) what can be seen without a validator."""
    path = written(tmp_path, facts := report_of(6, True))
    reader = PdfReader(path)
    root: Any = reader.trailer["/Root"]
    data = path.read_bytes()
    assert data.startswith(b"%PDF-1.4")
    assert reader.trailer.get("/ID")
    assert not {"/AcroForm", "/OpenAction", "/AA"} & set(root)
    assert not [name for name in (rb"/SMask \d", rb"/XRef", rb"/JavaScript", rb"/Encrypt") if re.search(name, data)]
    about = root["/Metadata"].get_object().get_data()
    assert b'pdfaid:part="1"' in about
    assert b'pdfaid:conformance="B"' in about
    assert facts.title.encode() in about
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    info = reader.metadata
    assert info is not None
    assert (info.title, info.author, root["/Lang"]) == (facts.title, facts.company, "en")
    assert str(info.creator).startswith("MailSafi Wizard")


def test_every_font_is_embedded(tmp_path: Path) -> None:
    path = written(tmp_path, report_of(6, True))
    lines = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert lines
    assert all(re.search(r"\s(yes|no)\s+(yes|no)\s+(yes|no)\s", line)[1] == "yes" for line in lines)  # type: ignore[index]


def test_names_in_any_script_can_be_read_and_searched(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFKC", text_of(written(tmp_path, report_of(1, False, folders=len(FOLDERS)))))
    assert "Réunions" in text
    assert "MailSafi" in text  # no ligature
    assert "供应商/广州" in text
    assert "=SUM(A1)" in text
    assert re.search("[\u0600-\u06ff\ufb50-\ufeff]{4}", text)
    assert re.search("[\u0590-\u05ff]{4}", text)


def whole_words(facts: ReportFacts) -> set[str]:
    texts = [
        text
        for s in facts.sections
        for t in s.tables
        for text in (*(c.title for c in t.columns), *(x for row in t.rows for x in row))
    ]
    short = {word for text in texts for word in text.split() if len(word) <= 30 or "@" in word or "/" in word}
    return {letters for word in short for letters in re.findall(r"[A-Za-z]{3,}", word)}


@pytest.mark.parametrize("paper", list(pdf.PAPERS))
@pytest.mark.parametrize("bad", [False, True])
def test_no_word_is_cut_no_row_is_torn_and_heads_are_repeated(bad: bool, paper: str) -> None:
    facts = report_of(6, bad)
    document = lay_out(facts, pdf.paper(paper))
    known, bottom, rows = whole_words(facts), 0.0, 0
    for sheet in document.sheets[2:]:
        cells = [order for order in sheet.orders if isinstance(order, Cells)]
        rows += sum(not row.ground for row in cells)
        for row in cells:
            bottom = max(bottom, row.area.bottom())
            for lines in row.texts:
                joins = [(a, b) for a, b in itertools.pairwise(lines) if a[-1:].isalpha() and b[:1].isalpha()]
                for before, after in joins:
                    left, right = re.findall(r"[A-Za-z]+$", before), re.findall(r"^[A-Za-z]+", after)
                    assert not (left and right and left[0] + right[0] in known), (before, after)
        assert not cells or cells[0].ground  # a table that goes on begins with its head
    assert rows >= sum(len(table.rows) for section in facts.sections for table in section.tables)
    assert bottom < document.height - 480


def test_a_row_higher_than_a_page_runs_on_and_loses_nothing() -> None:
    reason = " ".join(f"word{n}" for n in range(4000))
    table = Table("t", "T", (Column("A"), Column("B")), (("a", reason), ("b", "end")))
    document = lay_out(ReportFacts("R", "C", "P", "O", True, "", "M", "en", (Section("s", "S", (), (table,)),)))
    assert len(document.sheets) > 2
    words_found = [
        w for sheet in document.sheets for o in sheet.orders if isinstance(o, Cells) for line in o.texts[1] for w in line.split()
    ]
    assert [w for w in words_found if w.startswith("word")] == reason.split()
    assert words_found[-1] == "end"


def test_a_head_never_stands_alone() -> None:
    for filler in range(60, 90):
        first = Table("a", "A", (Column("x"),), tuple((f"{n}",) for n in range(filler)))
        second = Table("b", "B", (Column("Kopf"),), (("long text " * 90,), ("y",)))
        document = lay_out(ReportFacts("R", "C", "P", "O", True, "", "M", "en", (Section("s", "S", (), (first, second)),)))
        for sheet in document.sheets:
            cells = [order for order in sheet.orders if isinstance(order, Cells)]
            assert not cells or not cells[-1].ground


@pytest.mark.parametrize(
    ("least", "wished", "room"),
    [([10, 10, 10], [10, 50, 500], 300), ([10, 10], [400, 400], 300), ([1, 2, 3], [1, 2, 3], 50), ([10, 200], [150, 200], 300)],
)
def test_columns_grow_alike_until_they_have_enough(least: list[float], wished: list[float], room: float) -> None:
    widths = filled(least, wished, room)
    assert sum(widths) <= room + 1
    assert all(a <= w <= b + 1 for a, w, b in zip(least, widths, wished, strict=True))
    assert sum(widths) >= min(room, sum(wished)) - 3


def test_lines_break_behind_signs_and_never_within_days_and_numbers() -> None:
    metrics, face = Metrics(), Face(82)
    room = metrics.width(face, "amina@example.") + 10
    assert metrics.lines(face, "amina@example.co.ke", room) == ["amina@example.", "co.ke"]
    room = metrics.width(face, "2026-11-27") + 5
    assert metrics.lines(face, "2026-11-27 18:30 EAT", room)[0] == "2026-11-27"
    for text in ("INBOX.فواتير/مومباسا ٢٠٢٤", "供应商/广州 茶叶 二〇二四", "📦📦📦📦 Deliveries", "x" * 200, "", "a\nb"):
        lines = metrics.lines(face, text, 600)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
        assert all(metrics.width(face, line) <= 601 for line in lines)


@pytest.mark.parametrize(
    ("text", "rtl"), [("abc", False), ("فواتير abc", True), ("12 - חשבון", True), ("INBOX.فواتير", False), ("123 …", False)]
)
def test_the_first_letter_says_in_which_direction_a_text_runs(text: str, rtl: bool) -> None:
    assert right_to_left(text) is rtl


def test_preview_and_paper_are_drawn_by_one_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def counted(painter: QPainter, sheet: object) -> None:
        drawn.append(1)
        paint_sheet(painter, sheet)  # type: ignore[arg-type]

    monkeypatch.setattr(pdf, "paint_sheet", counted)
    assert pdf.write_pdf(report_of(1, True), tmp_path / "r.pdf") == len(drawn)


def painted(document: Document, number: int) -> QImage:
    image = QImage(round(document.width / 10), round(document.height / 10), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    painter.scale(0.1, 0.1)
    paint_sheet(painter, document.sheets[number])
    painter.end()
    return image


def test_nothing_is_drawn_beyond_the_margins() -> None:
    """Read from the dots: left and right of the text there is only paper, on every page but the cover, whose colour goes to the edge."""
    document = lay_out(report_of(1, True, folders=len(FOLDERS)))
    for number in range(1, len(document.sheets)):
        image = painted(document, number)
        for x in (10, 30, image.width() - 30, image.width() - 10):
            column = {image.pixel(x, y) & 0xFFFFFF for y in range(image.height())}
            assert column == {0xFFFFFF}, (number, x)


def test_the_report_speaks_the_language_of_its_facts(tmp_path: Path) -> None:
    with words.speaking("sw"):
        facts = report_of(1, False)
    assert facts.language == "sw"
    root: Any = PdfReader(written(tmp_path, facts)).trailer["/Root"]
    assert root["/Lang"] == "sw"
    assert words.language() == "en"


def test_a_file_that_is_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"older")

    def full(*_args: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(pdf, "_finish", full)
    with pytest.raises(OSError, match="no room"):
        pdf.write_pdf(report_of(1, False), path)
    assert path.read_bytes() == b"older"
    assert [file.name for file in tmp_path.iterdir()] == ["report.pdf"]


def test_sizes_are_known_by_name() -> None:
    assert {name: pdf.paper(name).id() for name in pdf.PAPERS} == {
        "a4": QPageSize.PageSizeId.A4,
        "letter": QPageSize.PageSizeId.Letter,
    }


def test_a_sign_in_colour_is_in_the_file_once_however_often_it_is_drawn(tmp_path: Path) -> None:
    names = tuple((f"📦 Deliveries 🚚 {n}", "x") for n in range(200))
    table = Table("t", "T", (Column("Folder"), Column("B")), names)
    facts = ReportFacts("R", "C", "P", "O", True, "", "M", "en", (Section("s", "S", (), (table,)),))
    path = written(tmp_path, facts)
    listed = subprocess.run(["pdfimages", "-list", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    numbers = {line.split()[10] for line in listed}
    assert len(listed) == 400
    assert len(numbers) <= 2
    assert "Deliveries" in text_of(path)


def test_a_table_is_set_a_little_smaller_where_every_text_then_stands_on_one_line() -> None:
    row = (
        "wanjiku.kamau-njoroge@tamarind-traders.co.ke",
        "2026-11-20 12:30 EAT",
        "What moves and what does not",
        "taken by the server",
    )
    table = Table("t", "T", tuple(Column(name) for name in "abcd"), (row,) * 3)
    document = lay_out(ReportFacts("R", "C", "P", "O", True, "", "M", "en", (Section("s", "S", (), (table,)),)))
    cells = [order for order in document.sheets[0].orders if isinstance(order, Cells)]
    assert all(len(lines) == 1 for cell in cells for lines in cell.texts)


@given(st.lists(st.text(st.characters(codec=None), max_size=30), min_size=4, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_goes_on_paper(tmp_path: Path, texts: list[str]) -> None:
    company, address, folder, reason = texts
    boxes = (Mailbox(address, "u", "u", id=1),)
    ledger = Ledger((FolderLedger(1, folder, folder, source=2, copied=1, failed=1, confirmed=1, renamed=True, checked=True),) * 50)
    failed = (FailedMessage(1, folder, 7, 9, reason, reason),)
    facts = build_facts(
        Company(company, (company,), help_contact=reason), boxes, ledger, failed, [(1, folder, reason)], (), {}, NOW
    )
    for one in (facts, one_page(facts)):
        pages = pdf.write_pdf(one, tmp_path / "r.pdf")
        reader = PdfReader(tmp_path / "r.pdf")
        assert len(reader.pages) == pages
        assert not any(ord(letter) < 0x20 for title in titles(reader.outline) for letter in title)
