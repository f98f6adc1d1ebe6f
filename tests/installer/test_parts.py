"""Nothing that the program imports or reads can be missing in the frozen one."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

from installer import parts
from tests import house

ROOT = Path(__file__).resolve().parents[2]
FILES = list(house.modules(ROOT).values())
SPEC = (ROOT / "installer" / "mailsafi.spec").read_text("utf-8")


def dependencies() -> set[str]:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return {re.split(r"[<>=;\[ ]", line)[0].lower().replace("_", "-") for line in listed}


def test_somebody_has_looked_at_every_dependency() -> None:
    assert set(parts.NEEDS) == dependencies()


def test_every_module_of_the_program_goes_in_also_those_imported_by_name() -> None:
    ours = {f"{house.PACKAGE}.{name}".rstrip(".") for name in house.modules(ROOT)}
    assert set(parts.own_modules()) == ours
    assert "mailsafi_wizard.engine.looking" in ours
    assert "parts.own_modules()" in SPEC


def test_every_resource_goes_in_where_the_program_looks_for_it() -> None:
    given = {f"{folder}/{Path(file).name}" for file, folder in parts.resource_files()}
    there = {file.relative_to(ROOT).as_posix() for file in (ROOT / "resources").rglob("*") if file.is_file()}
    assert given == there
    assert len(given) > 100
    assert "parts.resource_files()" in SPEC


def test_the_list_for_the_self_test_names_every_resource() -> None:
    there = {file.relative_to(ROOT / "resources").as_posix() for file in (ROOT / "resources").rglob("*") if file.is_file()}
    listed = parts.contents(["PySide6\\a.dll", "b.so", "licences/QT.txt"])
    assert set(listed["resources"]) == there
    assert listed["files"] == ["PySide6/a.dll", "b.so"]
    assert "contents.json" in SPEC


def test_nothing_that_is_imported_is_left_out() -> None:
    foreign = parts.foreign_imports([house.PACKAGE], FILES, sys.stdlib_module_names)
    assert {"PySide6.QtWidgets", "google.oauth2.service_account", "keyring.backends.fail"} <= foreign
    assert [name for name in foreign if parts.is_left_out(name)] == []
    standard = {name for file in FILES for name in parts.imports_of(file) if name.partition(".")[0] in sys.stdlib_module_names}
    assert [name for name in standard if parts.is_left_out(name)] == []


def test_every_part_of_qt_is_either_used_or_left_out() -> None:
    used = {
        m[1]
        for name in parts.foreign_imports([house.PACKAGE], FILES, sys.stdlib_module_names)
        if (m := re.match(r"PySide6\.(Qt\w+)", name))
    }
    assert used <= set(parts.QT)
    assert not set(parts.QT) & set(parts.QT_UNUSED)


@pytest.mark.parametrize("kind", ["modules", "data"])
def test_what_a_library_needs_has_the_name_it_has_today(kind: str) -> None:
    for name in parts.needed(kind):
        assert importlib.import_module(name).__name__ == name


@pytest.mark.parametrize(
    ("place", "out"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", False),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", True),
        ("PySide6/Qt/plugins/platforms/libqminimal.so", True),
        (r"PySide6\plugins\platforms\qwindows.dll", False),
        (r"PySide6\plugins\platforms\qoffscreen.dll", False),
        (r"PySide6\plugins\platforms\qdirect2d.dll", True),
        (r"PySide6\plugins\styles\qmodernwindowsstyle.dll", False),
        (r"PySide6\opengl32sw.dll", True),
        (r"PySide6\Qt6Qml.dll", True),
        (r"PySide6\Qt6Core.dll", False),
        ("PySide6/Qt/plugins/platforms/libqcocoa.dylib", False),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", False),
        ("PySide6/Qt/plugins/imageformats/libqjpeg.so", False),
        ("PySide6/Qt/plugins/imageformats/libqwebp.so", True),
        ("PySide6/Qt/plugins/iconengines/libqsvgicon.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", True),
        ("PySide6/Qt/plugins/platformthemes/libqxdgdesktopportal.so", False),
        ("PySide6/Qt/translations/qtbase_en.qm", False),
        ("PySide6/Qt/translations/qtbase_ko.qm", True),
        ("PySide6/Qt/lib/libQt6Quick.so.6", True),
        ("PySide6/Qt/lib/libQt6Gui.so.6", False),
        ("libstdc++.so.6", True),
        ("libssl.so.3", False),
        ("resources/icons/app.svg", False),
    ],
)
def test_which_files_stay_out(place: str, out: bool) -> None:
    assert parts.unused_file(place) is out


def test_libraries_that_nothing_asks_for_any_more_stay_out() -> None:
    asks = {"a.so": ["libone.so.1"], "libone.so.1": ["libtwo.so.2"], "libtwo.so.2": [], "liborphan.so.1": ["libtwo.so.2"]}
    files = [("deep/a.so", "a.so", "EXTENSION")]
    files += [(name, name, "BINARY") for name in ("libone.so.1", "libtwo.so.2", "liborphan.so.1", "libpython3.11.so.1.0")]
    kept = parts.without_orphans(files, lambda file: asks.get(file, []))
    assert [place for place, _, _ in kept] == ["deep/a.so", "libone.so.1", "libtwo.so.2", "libpython3.11.so.1.0"]
