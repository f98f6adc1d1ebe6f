"""The credential list, whatever comes: what is written is read back, any bytes give rows or problems, and quickly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store.credential_list import Row, read, write
from mailsafi_wizard.store.list_checks import trimmed


class TestWriting:
    def test_formulas_are_neutralised_but_never_passwords(self) -> None:
        row = Row(0, "=cmd@example.co.ke", "@sum", Secret("=1+1"), source_host="-x", user_root="+y")
        text = write([row]).decode("utf-8-sig")
        assert "'=cmd@example.co.ke,'@sum,'-x,'+y,=1+1" in text
        back = read(write([row])).rows[0]
        assert (back.address, back.user, back.source_host, back.user_root) == (
            row.address,
            row.user,
            row.source_host,
            row.user_root,
        )
        assert back.password.reveal() == "=1+1"

    @pytest.mark.parametrize("password", ["a\nb", "a\rb", "a\ud800b", "x" * 20_000])
    def test_what_no_line_can_hold_is_refused_without_being_quoted(self, password: str) -> None:
        with pytest.raises(ValueError, match=r"^row 2 cannot be written") as caught:
            write([Row(0, "a@example.co.ke", "a", Secret("x")), Row(0, "b@example.co.ke", "b", Secret(password))])
        assert password not in str(caught.value)

    def test_optional_columns_stand_before_the_password(self) -> None:
        rows = [
            Row(0, "a@example.co.ke", "a", Secret("x"), destination_password=Secret("y")),
            Row(0, "b@example.co.ke", "b", Secret("z")),
        ]
        assert "EmailAddress,UserName,DestinationPassword,Password\r\n" in write(rows).decode("utf-8-sig")


_text = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)
_name = _text.map(lambda text: trimmed(trimmed(text))).filter(lambda text: text == trimmed(text))
_rows = st.lists(
    st.builds(
        Row,
        line=st.just(0),
        address=st.from_regex(r"[A-Za-z0-9.!$&'*+/=?^`{|}~#-]{1,12}@[a-z0-9-]{1,8}\.(co\.ke|org)", fullmatch=True).filter(
            lambda text: text == trimmed(text)
        ),
        user=_name.filter(bool),
        password=_text.map(Secret),
        destination_address=_name,
        destination_password=_text.map(Secret),
        source_host=_name,
        user_root=_name,
    ),
    min_size=1,
    max_size=12,
)


@given(_rows)
def test_what_is_written_is_read_back(rows: list[Row]) -> None:
    def bare(row: Row) -> tuple[object, ...]:
        return (
            row.address,
            row.user,
            row.password,
            row.destination_address,
            row.destination_password,
            row.source_host,
            row.user_root,
        )

    assert list(map(bare, read(write(rows)).rows)) == list(map(bare, rows))


_fragments = st.lists(
    st.sampled_from(
        b'jane@example.co.ke|EmailAddress|Password|UserName|host1|,|;|\t|"|\n|\r|#|sep=|\x00|\xff\xfe|\xef\xbb\xbf|\x81|'
        b"\xc3\xa9|\xe9| |'=|a.example|@".split(b"|")
    ),
    max_size=40,
).map(b"".join)


@settings(max_examples=400)
@given(
    st.one_of(st.binary(max_size=400), _fragments), st.sampled_from([(), ("example.co.ke",)]), st.sampled_from([None, True, False])
)
def test_any_bytes_give_rows_or_clear_problems(data: bytes, domains: tuple[str, ...], admin_login: bool | None) -> None:
    found = read(data, domains, admin_login)
    assert found.rows or found.errors
    assert {row.line for row in found.rows} <= {draft.row.line for draft in found.drafts}
    assert all(p.text and p.severity in ("error", "warning") for p in found.problems)
    json.dumps(found.as_facts())


_marked = st.text(st.sampled_from("ab,;\t\"'# =\r\n@."), max_size=12)


@settings(max_examples=300)
@given(st.lists(st.tuples(_marked, _marked), max_size=6), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_no_password_stands_in_a_problem(rows: list[tuple[str, str]], separator: str, header: bool) -> None:
    secret = "Zq8Secret8qZ"
    lines = [separator.join([f"u{n}@example.co.ke", before + secret + after]) for n, (before, after) in enumerate(rows)]
    found = read("\n".join([separator.join(["Email", "Password"])] * header + lines).encode(), ("example.co.ke",))
    assert not any(secret in problem.text for problem in found.problems)
    assert secret not in repr(found.problems)
    assert secret not in json.dumps(found.as_facts()["problems"])
