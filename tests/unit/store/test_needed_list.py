"""What must exist at MailSafi first: any file is read or told wrong, and what is written can be read back and harms no spreadsheet."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.store import needed_list
from mailsafi_wizard.store.needed_list import Kind, Needed, State


def test_addresses_one_a_line_are_users() -> None:
    read = needed_list.read(b"\xef\xbb\xbf# ours\r\njane@example.com\r\n\r\nJANE@example.com\r\njoe@example.com")
    assert read.rows == (Needed(Kind.USER, "jane@example.com"), Needed(Kind.USER, "joe@example.com"))
    assert read.problems == ()


def test_kinds_targets_and_states() -> None:
    read = needed_list.read(
        b'Kind;Address;Goes to;State\nalias;i@example.com;jane@example.com;done\nlist;all@example.com;"a@b.c, d@e.f";\n'
    )
    assert read.rows == (
        Needed(Kind.ALIAS, "i@example.com", "jane@example.com", State.DONE),
        Needed(Kind.LIST, "all@example.com", "a@b.c d@e.f"),
    )


def test_all_problems_are_told_by_line() -> None:
    read = needed_list.read(b"jane@example.com\nnobody\nalias,x@example.com,y@example.com,perhaps\n")
    assert [problem.line for problem in read.problems] == [2, 3]
    assert needed_list.read(b"").problems
    assert needed_list.read(b"PK\x03\x04" + b"\0" * 50).problems


def test_what_is_there_keeps_its_state() -> None:
    before = (Needed(Kind.USER, "Jane@example.com", state=State.DONE),)
    assert needed_list.merged(before, (Needed(Kind.USER, "jane@example.com", "x@example.com"),)) == (
        Needed(Kind.USER, "Jane@example.com", "x@example.com", State.DONE),
    )


def test_no_cell_is_a_formula() -> None:
    data = needed_list.write([Needed(Kind.USER, "=cmd@example.com", "+x@example.com"), Needed(Kind.LIST, "@SUM(1)@example.com")])
    assert data.startswith(b"\xef\xbb\xbf")
    cells = [cell for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in line]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


PART = st.text(alphabet="abcxyz0189.=+-'_", min_size=1, max_size=10).filter(
    lambda t: not t.startswith((".", "'")) and ".." not in t
)


@given(
    st.lists(
        st.builds(Needed, st.sampled_from(Kind), PART.map(lambda p: f"{p}@example.com"), st.just("a@b.c") | st.just("")),
        unique_by=lambda n: n.key,
        min_size=1,
    )
)
def test_what_is_written_is_read_back(rows: list[Needed]) -> None:
    assert needed_list.read(needed_list.write(rows)).rows == tuple(rows)
    assert needed_list.from_facts(needed_list.facts(rows)) == tuple(rows)


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_problems(data: bytes) -> None:
    read = needed_list.read(data)
    assert read.rows or read.problems
