"""Excel workbooks: the cells' text exactly, what a spreadsheet has damaged flagged, hostile files refused."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsafi_wizard.store import list_workbook
from mailsafi_wizard.store.credential_list import CredentialList, read

STRINGS = "xl/sharedStrings.xml"
HEAD = ("EmailAddress", "UserName", "Password")


def workbook(*rows: tuple[Any, ...], forms: dict[str, str] | None = None, sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # also "=x", which openpyxl would write as a formula
    for place, form in (forms or {}).items():
        sheet[place].number_format = form
    for _ in range(sheets - 1):
        book.create_sheet()
    out = io.BytesIO()
    book.save(out)
    return with_shared_texts(out.getvalue())


def with_shared_texts(data: bytes) -> bytes:
    """As Excel writes it: the texts in a table of their own. openpyxl puts each into its cell."""
    found: list[bytes] = []

    def shared(match: re.Match[bytes]) -> bytes:
        found.append(match[2])
        return b'<c r="%s" t="s"><v>%d</v></c>' % (match[1], len(found) - 1)

    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = re.sub(rb'<c r="(\w+)" t="inlineStr"><is>(.*?)</is></c>', shared, text, flags=re.DOTALL)
            elif name == "[Content_Types].xml":
                text = text.replace(b"</Types>", b'<Override PartName="/%s" ContentType="%s" /></Types>' % (STRINGS.encode(), kind))
            after.writestr(name, text)
        items = b"".join(b"<si>%s</si>" % text for text in found)
        after.writestr(STRINGS, b'<sst xmlns="%s" count="%d">%s</sst>' % (space, len(found), items))
    return out.getvalue()


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    assert part in zipfile.ZipFile(io.BytesIO(data)).namelist()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert old in text
                text = text.replace(old, new)
            after.writestr(name, text)
    return out.getvalue()


def texts(found: CredentialList) -> str:
    return " ".join(problem.text for problem in found.problems)


@pytest.mark.parametrize("password", ['a"b', '"ab"', "a\tb", " x ", "=1+1", "#x", "a,b;c", "'x", "密🔑", "x\u00a0"])
def test_passwords_come_exactly(password: str) -> None:
    found = read(workbook(HEAD, ("jane@example.co.ke", "jane", password)))
    assert [row.password.reveal() for row in found.rows] == [password]
    assert found.rows[0].line == 2
    assert found.ok


@given(
    st.text(
        st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"], exclude_characters="\ufffe\uffff_"),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=30)
def test_any_text_comes_exactly(password: str) -> None:
    found = read(workbook(HEAD, ("jane@example.co.ke", "jane", password)))
    assert [row.password.reveal() for row in found.rows] == [password]


@pytest.mark.parametrize(
    "value", [dt.date(2026, 3, 12), dt.time(9, 30), True, 1.5e17, 12345678901234567, 1.2345678901234567], ids=str
)
def test_what_can_not_be_known_any_more_is_an_error_with_nothing_in_its_place(value: object) -> None:
    found = read(workbook(HEAD, ("jane@example.co.ke", "jane", value), ("ali@example.co.ke", "ali", "x")))
    assert [problem.line for problem in found.errors] == [2]
    assert "Type it again" in texts(found)
    assert [row.address for row in found.rows] == ["ali@example.co.ke"]
    assert found.drafts[0].row.address == "jane@example.co.ke"
    assert not found.drafts[0].row.password
    assert found.mendable


def test_a_formula_is_not_a_password() -> None:
    book = openpyxl.Workbook()
    for row in (HEAD, ("jane@example.co.ke", "jane", "=NAME"), ("ali@example.co.ke", "ali", "x")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert [problem.line for problem in read(out.getvalue()).errors] == [2]  # no value stands beside the formula


def test_numbers_are_doubted_and_forms_with_zeros_honoured() -> None:
    data = workbook(
        HEAD,
        ("a@example.co.ke", "a", 77),
        ("b@example.co.ke", "b", 42),
        ("c@example.co.ke", "c", 0.5),
        forms={"C3": "0000", "C4": "0%"},
    )
    found = read(data)
    assert [row.password.reveal() for row in found.rows] == ["77", "0042"]
    assert {problem.line for problem in found.warnings} == {2}
    assert [problem.line for problem in found.errors] == [4]


def test_columns_that_are_not_used_may_hold_anything() -> None:
    found = read(workbook((*HEAD, "Joined"), ("jane@example.co.ke", "jane", "x", dt.date(2020, 1, 1))))
    assert found.ok


def test_the_first_sheet_is_read_and_said() -> None:
    assert "2 sheets" in texts(read(workbook(HEAD, ("jane@example.co.ke", "jane", "x"), sheets=2)))


def test_coded_characters_are_told() -> None:
    data = workbook(HEAD, ("jane@example.co.ke", "jane", "placeholder"))
    coded = changed(data, STRINGS, b"placeholder", b"a_x000D_b")
    assert "coded" in texts(read(coded))


def test_empty_columns_and_rows_cost_nothing() -> None:
    found = read(workbook((), HEAD, (), ("jane@example.co.ke", "jane", "x", None, None)))
    assert [(row.line, row.password.reveal()) for row in found.rows] == [(4, "x")]


def test_entities_are_not_followed() -> None:
    data = workbook(HEAD, ("jane@example.co.ke", "jane", "placeholder"))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst '
    evil = changed(data, STRINGS, b"<sst ", bomb)
    evil = changed(evil, STRINGS, b"placeholder", b"&b;")
    found = read(evil)
    assert not found.rows
    assert "workbook" in texts(found)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(HEAD, ("jane@example.co.ke", "jane", "x"))
    monkeypatch.setattr(list_workbook, "MAX_UNPACKED", 1000)
    assert "far too long" in texts(read(data))
    monkeypatch.undo()
    monkeypatch.setattr(list_workbook, "MAX_PARTS", 3)
    assert "far too long" in texts(read(data))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_workbook, "MAX_ROWS", 2)
    assert "far too long" in texts(read(workbook(HEAD, *[("a@x.ke", "a", "x")] * 2)))


def test_another_archive_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "workbook" in texts(read(out.getvalue()))


@given(st.data())
@settings(max_examples=60)
def test_damaged_workbooks_give_problems_and_never_a_crash(data: st.DataObject) -> None:
    whole = bytearray(_SOUND)
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(whole[: data.draw(st.integers(4, len(whole)))]))
    assert found.rows or found.errors


@given(st.data())
@settings(max_examples=60)
def test_parts_that_hold_anything_give_problems_and_never_a_crash(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", STRINGS, "xl/workbook.xml", "xl/styles.xml"]))
    with zipfile.ZipFile(io.BytesIO(_SOUND)) as parts:
        text = parts.read(part)
    at = data.draw(st.integers(0, len(text) - 1))
    junk = data.draw(st.sampled_from([b"", b"-1", b"999999", b"<", b'"', b"x", b"</row>", b"NaN", b"e9999", b"\xff"]))
    found = read(changed(_SOUND, part, text, text[:at] + junk + text[at + data.draw(st.integers(0, 9)) :]))
    assert found.rows or found.errors


_SOUND = workbook(HEAD, ("jane@example.co.ke", "jane", "x"), ("ali@example.co.ke", 42, 77), forms={"C3": "0000"})
