"""Names of the files in which refused messages are kept."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard.engine.refused_mail import file_name


@given(st.text(max_size=120))
@example("..")
@example("../../etc/passwd")
@example("C:\\x")
@example("CON")
@example("nul.txt")
@example("a\x00b")
@example(" . . ")
@example("x" * 79 + " y")
@example("x" * 79 + ".y")
def test_any_text_becomes_one_part_of_a_path_on_any_system(text: str) -> None:
    name = file_name(text)
    assert 1 <= len(name) <= 80
    for kind in (PurePosixPath, PureWindowsPath):
        assert kind(name).parts == (name,)
        assert (kind("base") / name).parent == kind("base")
    assert name not in (".", "..")
    assert name == name.strip(" .")
    assert not PureWindowsPath(name).is_reserved()
    assert name.isprintable() or not text.isprintable()


def test_ordinary_names_stay() -> None:
    assert file_name("Éléments envoyés") == "Éléments envoyés"
    assert file_name("amina@example.co.ke") == "amina@example.co.ke"
    assert file_name("Kazi/2019") == "Kazi_2019"
