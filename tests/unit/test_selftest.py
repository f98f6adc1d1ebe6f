"""The self-test says yes to a whole installation and no to one of which any part is missing."""

from __future__ import annotations

import ast
import importlib
import json
import os
import pkgutil
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from installer import parts
from mailsafi_wizard import app, resources, selftest, words
from mailsafi_wizard.cutover import panels
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import Ledger
from mailsafi_wizard.net import dns, providers, roots
from mailsafi_wizard.notices import templates
from mailsafi_wizard.schedule import workdays
from mailsafi_wizard.store import vault
from mailsafi_wizard.ui import pdf
from tests import house

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["window", "files", "modules", "resources", "calendar", "certificates", "keychain", "servers", "dns", "migration", "pdf"]


def command(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if key not in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")}
    env |= more
    line = [sys.executable, "-m", "mailsafi_wizard", "--selftest", *arguments]
    return subprocess.run(line, capture_output=True, text=True, env=env, check=False, timeout=300)


def test_this_checkout_is_whole_without_a_screen() -> None:
    done = command()
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines[1:-1]] == NAMES
    assert all(line.startswith("ok ") for line in lines[1:-1])
    assert lines[-1] == "everything works"


def test_a_check_that_there_is_not_is_wrong_usage() -> None:
    done = command("windows")
    assert done.returncode == 2
    assert "there is no check called windows" in done.stdout


def test_where_qt_ends_the_process_the_other_checks_are_made_all_the_same() -> None:
    done = command(QT_QPA_PLATFORM="no-such-platform")
    assert done.returncode == 1, done.stdout + done.stderr
    told = {line.split()[1].rstrip(":"): line for line in done.stdout.splitlines()[1:-1]}
    assert list(told) == NAMES
    assert "no-such-platform" in told["window"]
    assert [name for name, line in told.items() if line.startswith("FAIL ")] == ["window", "pdf"]
    assert done.stdout.splitlines()[-1] == "2 of 11 checks failed"


def test_a_program_that_cannot_even_be_loaded_says_so_in_one_line() -> None:
    broken = "import sys, runpy; sys.modules['sqlite3'] = None; sys.argv[1:] = ['--selftest']; runpy.run_module('mailsafi_wizard', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", broken], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert done.stdout.startswith("FAIL  modules: the program cannot be loaded: ModuleNotFoundError: ")
    assert "sqlite3" in done.stdout
    assert "Traceback" not in done.stderr


def test_without_a_place_for_temporary_files_it_is_said_that_nothing_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(tempfile, "TemporaryDirectory", broken)
    assert selftest.main([], lines.append) == 1
    assert lines == ["FAIL  temporary files: there is no place for them, so nothing can be checked: the disk is full"]


@pytest.fixture
def test(tmp_path: Path) -> Iterator[selftest.SelfTest]:
    made = selftest.SelfTest(tmp_path)
    yield made
    made.close()


def outcome(test: selftest.SelfTest, name: str) -> tuple[int, str]:
    lines: list[str] = []
    status = selftest.run(test.checks(), [name], lines.append)
    return status, lines[1]


def nothing(*_arguments: object, **_named: object) -> dict[str, str]:
    return {}


def unbalanced(*_arguments: object) -> Ledger:
    return Ledger()


def broken(*_arguments: object, **_named: object) -> object:
    raise OSError("the disk is full")


BREAKS: list[tuple[str, object, str, Callable[..., object]]] = [
    ("window", app, "first_window", broken),
    ("files", selftest, "_frozen", lambda: True),
    ("modules", pkgutil, "walk_packages", nothing),
    ("resources", providers, "all_providers", nothing),
    ("resources", panels, "panels", nothing),
    ("resources", resources, "path", lambda name: Path(os.devnull).parent / "there-is-no-such-folder"),
    ("calendar", workdays.Workdays, "holiday", lambda *_a: None),
    ("certificates", roots, "count", lambda: 0),
    ("keychain", vault.Vault, "get", lambda *_a: None),
    ("servers", Rehearsal, "__init__", broken),
    ("dns", dns, "look_up", broken),
    ("migration", Rehearsal, "run", unbalanced),
    ("pdf", pdf, "write_pdf_without_window", broken),
]


@pytest.mark.parametrize(("name", "where", "what", "instead"), BREAKS, ids=[f"{b[0]}-{b[2]}" for b in BREAKS])
def test_what_is_broken_is_told_and_ends_with_status_one(
    name: str, where: object, what: str, instead: Callable[..., object], test: selftest.SelfTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, what, instead)
    status, line = outcome(test, name)
    assert (status, line[:5]) == (1, "FAIL "), line
    assert line.startswith(f"FAIL  {name}: ")


def test_every_check_can_fail() -> None:
    assert {b[0] for b in BREAKS} == set(NAMES)


def test_one_that_fails_does_not_hide_the_others() -> None:
    def bad() -> str:
        raise selftest.Missing("it is gone")

    lines: list[str] = []
    assert selftest.run({"one": bad, "two": lambda: "there"}, [], lines.append) == 1
    assert lines[1] == "FAIL  one: it is gone"
    assert lines[2].startswith("ok    two: there")
    assert lines[3] == "1 of 2 checks failed"


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_text("changed")], ids=["missing", "changed"])
def test_a_resource_that_is_not_as_it_was_built_is_named(
    harm: Callable[[Path], object], test: selftest.SelfTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(resources.root(), tmp_path / "resources"))
    listed = parts.contents()
    (folder / selftest.CONTENTS).write_text(json.dumps(listed), "utf-8")
    monkeypatch.setattr(resources, "root", lambda: folder)
    assert outcome(test, "resources")[0] == 0
    harm(folder / "icons" / "app.svg")
    status, line = outcome(test, "resources")
    assert status == 1
    assert line == f"FAIL  resources: 1 of {len(listed['resources'])} are missing or not as they were built: icons/app.svg"


def test_a_file_that_an_installation_has_lost_is_named(
    test: selftest.SelfTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "resources").mkdir()
    for name in ("libfirst.so", "libsecond.so"):
        (tmp_path / name).touch()
    listed = parts.contents(["libfirst.so", "libsecond.so", "licences/QT.txt"])
    (tmp_path / "resources" / selftest.CONTENTS).write_text(json.dumps(listed), "utf-8")
    monkeypatch.setattr(resources, "root", lambda: tmp_path / "resources")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    status, line = outcome(test, "files")
    assert (status, line[:34]) == (0, "ok    files: all 2 are there (0.0 ")
    (tmp_path / "libsecond.so").unlink()
    assert outcome(test, "files") == (1, "FAIL  files: 1 of 2 are missing: libsecond.so")


def test_an_installed_program_without_the_list_of_its_resources_is_not_whole(
    test: selftest.SelfTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(test, "resources")[0] == 0
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert outcome(test, "resources")[0] == 1
    assert outcome(test, "files")[0] == 1


def test_a_language_without_its_words_is_noticed(test: selftest.SelfTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(words.LANGUAGES, "fr", "French")
    monkeypatch.setattr(templates, "source", lambda *_a: "")
    assert "French" in outcome(test, "resources")[1]


def test_a_missing_late_library_is_noticed(test: selftest.SelfTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "LATE", (*selftest.LATE, "msal.there_is_no_such_module"))
    assert outcome(test, "modules")[0] == 1


def test_a_keychain_that_does_not_answer_is_no_fault(test: selftest.SelfTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "has_keychain", lambda: True)
    monkeypatch.setattr(selftest.SelfTest, "_seal_by_keychain", lambda _self: False)
    status, line = outcome(test, "keychain")
    assert status == 0
    assert "locked or refuses" in line


def late_imports() -> set[str]:
    """What is imported inside functions and is neither Python's nor the program's, as modules."""
    found = set()
    for file in house.modules(ROOT).values():
        tree = ast.parse(file.read_text("utf-8"))
        inside = [node for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.AsyncFunctionDef)) for node in ast.walk(f)]
        for node in inside:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
                found |= {f"{node.module}.{alias.name}" for alias in node.names if alias.name[0].islower()}
    ours = {*sys.stdlib_module_names, "mailsafi_wizard", "PySide6"}
    return {module for module in found if module.partition(".")[0] not in ours and is_module(module)}


def is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def test_all_that_is_imported_late_is_tried() -> None:
    tried = {".".join(name.split(".")[:count]) for name in selftest.LATE for count in range(1, 9)}
    assert late_imports() <= tried
    assert len(late_imports()) > 10


def test_every_language_and_resource_folder_is_looked_at() -> None:
    covered = {name.split("/")[0] for name in selftest.FOLDERS}
    there = {folder.name for folder in (ROOT / "resources").iterdir() if folder.is_dir()}
    assert there - {"locale"} <= covered
    assert {f"templates/{language}" for language in words.LANGUAGES} <= set(selftest.FOLDERS)
