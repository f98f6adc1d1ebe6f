"""Names of files on any system, and files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard.saving import safe_name, whole, write_each, write_whole


@given(st.text(max_size=300))
@example("..")
@example("../../etc/passwd")
@example("C:\\x")
@example("CON")
@example("nul.txt")
@example("a\x00b")
@example("a\ud800b")
@example("x\u202egnp.exe")
@example(" . . ")
@example("x" * 79 + " y")
@example("x" * 79 + ".y")
@example("😀" * 80)
def test_any_text_becomes_one_part_of_a_path_on_any_system(text: str) -> None:
    name = safe_name(text)
    assert 1 <= len(name) <= 80
    assert len(name.encode()) <= 200
    for kind in (PurePosixPath, PureWindowsPath):
        assert kind(name).parts == (name,)
        assert (kind("base") / name).parent == kind("base")
    assert name not in (".", "..")
    assert name == name.strip(" .")
    assert name.isprintable()
    assert not PureWindowsPath(name).is_reserved()


def test_ordinary_names_stay() -> None:
    assert safe_name("Éléments envoyés") == "Éléments envoyés"
    assert safe_name("amina@example.co.ke") == "amina@example.co.ke"
    assert safe_name("Kazi/2019") == "Kazi_2019"


def test_no_half_file_is_left_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / f"{'x' * 240}.pdf"
    write_whole(path, b"old")

    def broken() -> None:
        with whole(path) as half:
            half.write_bytes(b"ne")
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        broken()
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]
    write_whole(path, b"new")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"new"]


def test_no_two_users_share_a_file(tmp_path: Path) -> None:
    addresses = ["a/b@x.example", "a_b@x.example", "A_B@X.example", "c@x.example"]
    count = write_each(tmp_path / "new", addresses, str, ".eml", lambda one, path: write_whole(path, one.encode()))
    assert count == 4
    assert {file.read_text() for file in (tmp_path / "new").iterdir()} == set(addresses)
    assert len({file.name.casefold() for file in (tmp_path / "new").iterdir()}) == 4
