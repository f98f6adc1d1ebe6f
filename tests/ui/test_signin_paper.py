"""Sheets on paper: one page for each user, nothing beyond its edges, and no text lost, whatever the names are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from mailsafi_wizard.model import Program
from mailsafi_wizard.signin import LANGUAGES, code, make
from mailsafi_wizard.ui.sheets import Document, Dots, Words, paint_sheet
from mailsafi_wizard.ui.signin_paper import lay_out_sheets
from tests.unit.signin.some_values import COMPANY, entered, values

NAMES = {
    "plain": COMPANY,
    "arabic": replace(COMPANY, name="شركة التمر الهندي المحدودة", help_contact="عمر سعيد، +254 700 000000"),
    "chinese": replace(COMPANY, name="罗望子贸易有限公司", help_contact="李伟 +254 700 000000"),
    "long": replace(entered(smtp_host="x" * 60 + ".example"), name="Company " * 20, help_contact="Somebody " * 20),
    "nothing": replace(entered(webmail="", smtp_host="", smtp_port=0), name="", help_contact=""),
}


def words(document: Document) -> list[Words]:
    return [order for sheet in document.sheets for order in sheet.orders if isinstance(order, Words)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_is_whole_and_within_its_page(qapp: QApplication, name: str, language: str) -> None:
    told = make(values(company=NAMES[name]), language, [Program.IPHONE])
    document = lay_out_sheets([told])
    assert len(document.sheets) == (1 if name != "long" else len(document.sheets))
    paper = QRectF(0, 0, document.width, document.height)
    for order in words(document):
        assert paper.contains(order.area), order.text
        assert QFontMetricsF(order.face.font()).horizontalAdvance(order.text) <= order.area.width() + 2, order.text
    shown = "".join(order.text for order in words(document)).replace(" ", "")
    for section in told.sections:
        assert section.heading.replace(" ", "") in shown
        assert all(step.replace(" ", "") in shown for step in section.steps)


def test_each_user_begins_on_a_page_of_their_own(qapp: QApplication) -> None:
    people = [make(values(f"user{n}@example.co.ke"), "en") for n in range(30)]
    document = lay_out_sheets(people)
    assert len(document.sheets) == 30
    for told, sheet in zip(people, document.sheets, strict=True):
        assert any(told.address in order.text for order in sheet.orders if isinstance(order, Words))


def test_lines_of_one_sheet_do_not_overlap(qapp: QApplication) -> None:
    for company in NAMES.values():
        document = lay_out_sheets([make(values(company=company), "sw", [Program.OUTLOOK])])
        for sheet in document.sheets:
            areas = [
                QRectF(o.area.left(), o.area.top(), QFontMetricsF(o.face.font()).horizontalAdvance(o.text), o.area.height() - 8)
                for o in sheet.orders
                if isinstance(o, Words) and not o.right
            ]
            assert not any(one.intersects(other) for place, one in enumerate(areas) for other in areas[:place])


def test_the_code_is_painted_dot_for_dot(qapp: QApplication) -> None:
    told = make(values(), "en")
    document = lay_out_sheets([told])
    (dots,) = [order for order in document.sheets[0].orders if isinstance(order, Dots)]
    image = QImage(int(document.width), int(document.height), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_sheet(painter, document.sheets[0])
    painter.end()
    rows = code.dots(told.webmail)
    edge = dots.area.width() / len(rows)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            at = image.pixelColor(int(dots.area.left() + (x + 0.5) * edge), int(dots.area.top() + (y + 0.5) * edge))
            assert (at.lightness() < 128) is dark
    assert edge / 720 * 25.4 > 0.7  # millimetres: what a plain camera reads from an arm's length


def test_without_a_webmail_address_there_is_no_code(qapp: QApplication) -> None:
    document = lay_out_sheets([make(values(company=NAMES["nothing"]), "en")])
    assert not [order for order in document.sheets[0].orders if isinstance(order, Dots)]
