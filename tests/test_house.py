"""The rules of docs/ARCHITECTURE.md hold, and the checker that says so can say no."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import house

ROOT = Path(__file__).resolve().parent.parent
Rule = Callable[[Path], list[str]]
RULES: list[Rule] = [
    house.rooms_without_floor,
    house.arrows_up,
    house.loops,
    house.strangers,
    house.unknown_imports,
    house.long_files,
    house.forbidden_words,
    house.unit_tests_astray,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_stands(rule: Rule) -> None:
    faults = rule(ROOT)
    assert not faults, "\n" + "\n".join(faults)


def test_the_whole_program_is_read() -> None:
    found = house.modules(ROOT)
    assert {"", "model", "errors", "events", "resources", "words"} <= set(found)
    assert [target for _, target in house.inner_imports("events", found["events"], found)] == ["records", "model"]


# Made here, so that this file does not hold what the checker looks for.
LATER = "to do".replace(" ", "").upper()
MEND = "fix me".replace(" ", "").upper()
PLACE = "/".join(["", "work", ""])
HOST = ".".join(["pypi", "org"])


# --- made-up houses ---------------------------------------------------------------------------------------------------------

GOOD = {
    "__init__.py": "__version__ = '1'\n",
    "model.py": "import enum\n",
    "net/__init__.py": "",
    "net/grammar.py": "import imapclient\n",
    "net/session.py": "from mailsafi_wizard import errors, model\n",
    "errors.py": "",
    "store/__init__.py": "",
    "store/database.py": "import sqlite3\n",
    "store/journal.py": "from . import database\nfrom ..model import Thing\n",
    "engine/__init__.py": "",
    "engine/plan.py": "from mailsafi_wizard.engine.folders import f\nfrom . import folders\n",
    "engine/folders.py": "from mailsafi_wizard.store.journal import Journal\nfrom mailsafi_wizard.net import session\n",
    "ui/__init__.py": "",
    "ui/window.py": "from PySide6.QtWidgets import QWidget\nfrom mailsafi_wizard import __version__\n",
    "report.py": "",
    "notices.py": "from mailsafi_wizard import report\n",
}


def build(root: Path, changes: dict[str, str]) -> Path:
    for name, text in {**GOOD, **changes}.items():
        file = root / house.PACKAGE / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


def faults(root: Path) -> list[str]:
    return [fault for rule in RULES for fault in rule(root)]


def test_a_good_house_has_no_fault(tmp_path: Path) -> None:
    assert faults(build(tmp_path, {})) == []


UP = "mailsafi_wizard/words.py:{line}: floor 1 imports {target} from floor {floor}"
BAD: dict[str, tuple[dict[str, str], str]] = {
    "up": ({"words.py": "\nimport mailsafi_wizard.store.journal\n"}, UP.format(line=2, target="store.journal", floor=2)),
    "up, from the package": ({"words.py": "from mailsafi_wizard import report\n"}, UP.format(line=1, target="report", floor=3)),
    "up, relative": ({"words.py": "from .engine import folders\n"}, UP.format(line=1, target="engine.folders", floor=3)),
    "up, in a function": (
        {"words.py": "def f():\n    from mailsafi_wizard.ui import window\n"},
        UP.format(line=2, target="ui.window", floor=5),
    ),
    "up, for types": (
        {"words.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mailsafi_wizard.report import R\n"},
        UP.format(line=3, target="report", floor=3),
    ),
    "up, by importlib": (
        {"words.py": "import importlib\nimportlib.import_module('mailsafi_wizard.report')\n"},
        UP.format(line=2, target="report", floor=3),
    ),
    "store meets net": (
        {"store/journal.py": "from mailsafi_wizard.net.session import S\n"},
        "mailsafi_wizard/store/journal.py:1: store and net stand on the same floor and must not meet, imports net.session",
    ),
    "net meets store": (
        {"net/session.py": "from ..store import journal\n"},
        "mailsafi_wizard/net/session.py:1: net and store stand on the same floor and must not meet, imports store.journal",
    ),
    "package meets file of its floor": (
        {"engine/plan.py": "from mailsafi_wizard import report\n"},
        "mailsafi_wizard/engine/plan.py:1: engine and report stand on the same floor and must not meet, imports report",
    ),
    "loop": (
        {"engine/folders.py": "from mailsafi_wizard.engine import plan\n"},
        "import loop: engine.folders -> engine.plan -> engine.folders",
    ),
    "longer loop": (
        {"engine/folders.py": "from . import one\n", "engine/one.py": "def f():\n    from .plan import p\n"},
        "import loop: engine.folders -> engine.one -> engine.plan -> engine.folders",
    ),
    "loop on one floor of files": (
        {"report.py": "from mailsafi_wizard import notices\n"},
        "import loop: notices -> report -> notices",
    ),
    "Qt in the engine": (
        {"engine/plan.py": "def f():\n    from PySide6.QtCore import QObject\n"},
        "mailsafi_wizard/engine/plan.py:2: only ui and app may import PySide6.QtCore",
    ),
    "qasync in the project": ({"project.py": "import qasync\n"}, "mailsafi_wizard/project.py:1: only ui and app may import qasync"),
    "imapclient beside the grammar": (
        {"net/auth.py": "import imapclient.exceptions\n"},
        "mailsafi_wizard/net/auth.py:1: only net.grammar may import imapclient.exceptions",
    ),
    "sqlite beside the database": (
        {"cli.py": "import sqlite3 as s\n"},
        "mailsafi_wizard/cli.py:1: only store.database may import sqlite3",
    ),
    "a room nobody knows": ({"cellar.py": ""}, "mailsafi_wizard/cellar: has no floor; give it one"),
    "a module that is not there": (
        {"report.py": "from mailsafi_wizard.models import M\n"},
        "mailsafi_wizard/report.py:1: there is no mailsafi_wizard.models",
    ),
    "long": ({"report.py": "x = 1\n" * 451}, "mailsafi_wizard/report.py: 451 lines, more than 450"),
    "unfinished": ({"report.py": f"# {LATER}: soon\n"}, f"mailsafi_wizard/report.py:1: unfinished work: {LATER}"),
    "one computer's path": (
        {"report.py": f"x = '{PLACE}main'\n"},
        f"mailsafi_wizard/report.py:1: a path of one computer: {PLACE}",
    ),
    "a registry": (
        {"report.py": f"x = 'https://{HOST}/simple'\n"},
        f"mailsafi_wizard/report.py:1: the host of a package registry: {HOST}",
    ),
    "a test astray": (
        {"../tests/unit/net/test_nothing.py": ""},
        "tests/unit/net/test_nothing.py: there is no such module in mailsafi_wizard",
    ),
}


@pytest.mark.parametrize(("changes", "fault"), BAD.values(), ids=BAD.keys())
def test_a_bad_house_is_told(tmp_path: Path, changes: dict[str, str], fault: str) -> None:
    assert faults(build(tmp_path, changes)) == [fault]


def test_a_unit_test_may_add_words_to_the_name_of_its_module(tmp_path: Path) -> None:
    root = build(tmp_path, {"__main__.py": ""})
    for name in ("net/test_session_login.py", "test_report.py", "test_main.py", "engine/test_plan.py"):
        file = root / "tests" / "unit" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert house.unit_tests_astray(root) == []


def test_without_git_hidden_and_built_folders_are_passed_over(tmp_path: Path) -> None:
    build(tmp_path, {})
    for name in (".venv/x.txt", "build/x.txt", "a.egg-info/x.txt", ".ci/run", "docs/x.md"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(LATER, "utf-8")
    assert [fault.partition(":")[0] for fault in house.forbidden_words(tmp_path)] == [".ci/run", "docs/x.md"]


def test_with_git_only_tracked_files_count(tmp_path: Path) -> None:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    build(tmp_path, {})
    (tmp_path / "tracked.md").write_text(MEND, "utf-8")
    (tmp_path / "own.md").write_text(MEND, "utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "tracked.md"], cwd=tmp_path, check=True)
    assert house.forbidden_words(tmp_path) == [f"tracked.md:1: unfinished work: {MEND}"]


def test_bytes_that_are_no_text_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG \xff\xfe" + LATER.encode())
    (tmp_path / "zero.bin").write_bytes(LATER.encode() + b"\0")
    assert house.forbidden_words(tmp_path) == []
