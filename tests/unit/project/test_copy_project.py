"""What a command loads before it does anything: packages hand out their words only when asked for them."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from mailsafi_wizard import model, project

LATE = (
    "mailsafi_wizard.model.checking",
    "mailsafi_wizard.model.outlook",
    "mailsafi_wizard.project.migration",
    "mailsafi_wizard.store.credential_list",
)


def names_for_the_type_checker(module: object) -> set[str]:
    tree = ast.parse(Path(str(vars(module)["__file__"])).read_text("utf-8"))
    under = [node for node in tree.body if isinstance(node, ast.If)]
    return {alias.name for block in under for node in ast.walk(block) if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_every_word_of_the_model_has_a_home() -> None:
    assert names_for_the_type_checker(model) == set(model.__all__) == set(vars(model)["_HOME"])
    for name in model.__all__:
        assert getattr(model, name) is getattr(importlib.import_module(f"mailsafi_wizard.model.{vars(model)['_HOME'][name]}"), name)


def test_what_a_project_hands_out_has_a_home() -> None:
    homes = vars(project)["_HOMES"]
    assert names_for_the_type_checker(project) == set(homes)
    for name, home in homes.items():
        assert getattr(project, name) is getattr(importlib.import_module(f"mailsafi_wizard.project.{home}"), name)


@pytest.mark.parametrize("package", [model, project], ids=["model", "project"])
def test_an_unknown_word_is_refused(package: object) -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        vars(package)["__getattr__"]("Nothing")


def test_a_copy_does_not_load_what_it_does_without() -> None:
    text = f"import sys, mailsafi_wizard.cli; print([n for n in {LATE!r} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
