"""Version numbers in each system's form, and release notes out of CHANGELOG.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from installer import versions
from installer.windows import version_info
from mailsafi_wizard import __version__

ROOT = Path(__file__).resolve().parents[2]
CHANGES = """# Changes

## [Unreleased]

### Added

- A thing of tomorrow.

## [1.2.0] - 2026-11-30

### Fixed

- One thing,
  told on two lines.

## [1.1.0]

- Older.

[1.2.0]: https://example.com/1.2.0
"""


def test_the_version_stands_in_one_place() -> None:
    assert versions.version(ROOT) == __version__


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3+x", "1.2.x", "1.2.3-"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(versions.BadVersion):
        versions.parts(text)


@pytest.mark.parametrize(("text", "debian"), [("1.2.3", "1.2.3-1"), ("1.2.3-rc.1", "1.2.3~rc.1-1"), ("1.2.3-a-b", "1.2.3~a.b-1")])
def test_of_debian(text: str, debian: str) -> None:
    assert versions.of_debian(text) == debian


numbers = st.integers(0, 60000)


@given(numbers, numbers, numbers, st.integers(1, 60000))
def test_a_candidate_is_older_than_its_release_on_windows_too(major: int, minor: int, patch: int, candidate: int) -> None:
    release, before = f"{major}.{minor}.{patch}", f"{major}.{minor}.{patch}-rc.{candidate}"
    assert versions.of_windows(before) < versions.of_windows(release)
    assert max(versions.of_windows(release)) <= 65535
    assert Version(before) < Version(release)


def test_a_number_too_big_for_windows_is_refused() -> None:
    with pytest.raises(versions.BadVersion):
        versions.of_windows("65536.0.0")


def test_a_mac_knows_three_numbers() -> None:
    assert versions.of_mac("1.2.3-rc.1") == "1.2.3"


def test_notes_of_a_version() -> None:
    assert versions.notes(CHANGES, "1.2.0") == "### Fixed\n\n- One thing,\n  told on two lines.\n"
    assert versions.notes(CHANGES, "1.1.0") == "- Older.\n"
    assert versions.notes(CHANGES, "1.3.0") == "### Added\n\n- A thing of tomorrow.\n"
    with pytest.raises(versions.BadVersion):
        versions.notes("# Changes\n", "1.0.0")


def test_the_day_of_a_version() -> None:
    assert versions.release_day(CHANGES, "1.2.0") == "2026-11-30"
    assert versions.release_day(CHANGES, "1.1.0") == ""


def test_this_version_has_notes() -> None:
    assert "- " in versions.notes((ROOT / "CHANGELOG.md").read_text("utf-8"), __version__)


def test_windows_version_resource_is_python_that_pyinstaller_reads() -> None:
    made: dict[str, tuple[tuple[object, ...], dict[str, object]]] = {}
    names = ("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct", "VarFileInfo", "VarStruct")
    told = {name: (lambda *a, _n=name, **k: made.setdefault(f"{_n}{len(made)}", (a, k))) for name in names}
    eval(version_info.text("1.2.3"), {"__builtins__": {}}, told)
    values = [value[0] for key, value in made.items() if key.startswith("StringStruct")]
    assert ("ProductVersion", "1.2.3") in values
    assert ("FileVersion", "1.2.3.65535") in values
