"""Every known problem says what happened and what to do, whatever is in its fields."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailsafi_wizard
from mailsafi_wizard import errors
from mailsafi_wizard.engine import worker
from mailsafi_wizard.errors import MigrationError, Retry
from mailsafi_wizard.net import append, fetch

LOADED = (worker, append, fetch)  # so that their kinds of errors are known too


def kinds(base: type[MigrationError] = MigrationError) -> Iterator[type[MigrationError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


ALL = sorted(set(kinds()), key=lambda kind: kind.__name__)


def fields(kind: type[MigrationError]) -> dict[str, object]:
    """A value for each place in its texts."""
    names = [name for text in (kind.title, kind.hint) for _, name, _, _ in string.Formatter().parse(text) if name]
    return {name: f"<{name}>" for name in names}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_has_a_title_and_an_exit_status(kind: type[MigrationError]) -> None:
    error = kind("the server's words", **fields(kind))
    assert error.title_text
    assert not error.title_text.endswith(".")
    assert error.hint_text == "" or error.hint_text.endswith(".")
    assert "{" not in error.title_text + error.hint_text
    assert str(error).startswith(error.title_text + ".")
    assert str(error).endswith("(the server's words)")
    assert isinstance(error.retry, Retry)
    assert error.exit_status in (1, 2, 3, 4)


@pytest.mark.parametrize("kind", [k for k in ALL if issubclass(k, errors.NotTrusted)], ids=lambda kind: kind.__name__)
def test_where_trust_fails_no_password_was_sent_and_nobody_tries_again(kind: type[MigrationError]) -> None:
    assert "No password was sent" in kind.hint
    assert kind.retry is Retry.NEVER


def calls() -> Iterator[tuple[str, type[MigrationError], set[str]]]:
    """Wherever the program makes one of its errors by name: place, kind, and the fields it gives."""
    names = {kind.__name__: kind for kind in ALL}
    for file in sorted(Path(mailsafi_wizard.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            of_errors = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "errors"
            if name in names and (of_errors or names[name].__module__ != errors.__name__):
                yield f"{file.name}:{node.lineno}", names[name], {str(keyword.arg) for keyword in node.keywords}


def test_every_error_gets_the_fields_of_its_texts() -> None:
    found = list(calls())
    assert len(found) > 50
    assert [
        f"{place}: {kind.__name__} lacks {fields(kind).keys() - given}"
        for place, kind, given in found
        if fields(kind).keys() - given
    ] == []


def test_words_with_braces_are_only_words() -> None:
    error = errors.CommandRefused("{0} {x", host="{host}", text="{nonsense} {")
    assert error.title_text == "{host} refused: {nonsense} {"
    assert str(error).endswith("({0} {x)")


def test_without_hint_or_detail_there_is_only_the_title() -> None:
    assert str(errors.WrongUsage(what="No domain was entered yet")) == "No domain was entered yet."


def test_statuses_of_the_command_line() -> None:
    assert errors.WrongUsage.exit_status == errors.ListProblems.exit_status == errors.ProjectInUse.exit_status == 2
    assert errors.NoSuchHost.exit_status == errors.CertificateExpired.exit_status == errors.SignInRefused.exit_status == 3
    assert errors.CommandRefused.exit_status == errors.OverQuota.exit_status == 1
