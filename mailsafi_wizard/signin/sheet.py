"""A sign-in sheet: texts of one language with one user's values in them, the user's own mail program first.

The texts are data (``templates/<language>/signin/sheet.toml``), each of them a template for Jinja2's sandbox with undefined fields refused.
What is a step and what is a heading is settled before any value comes in, so that no value can add one.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from mailsafi_wizard import errors, resources
from mailsafi_wizard.model import Program
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.signin.values import SignInValues
from mailsafi_wizard.words import N_

LANGUAGES = ("en", "sw")


class SheetError(errors.MigrationError):
    title = "The sign-in sheet cannot be made: {what}"
    hint = "Install the program again: one of its files is damaged."
    exit_status = 2


@dataclass(frozen=True)
class Section:
    """How to set up one program. ``lacks`` says what is missing, and there are no ``steps`` then. ``note`` stands above the steps."""

    program: Program
    heading: str
    steps: tuple[str, ...]
    lacks: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """One user's sheet in plain texts, for any painter. ``facts`` are (name, value); ``webmail`` is the address to link and to scan, or ""."""

    language: str
    company: str
    address: str
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    password: str
    warning: str
    help: str
    scan: str  # what stands at the code
    webmail: str
    sections: tuple[Section, ...]
    lacking: tuple[str, ...]  # names of what was not entered yet, in the sheet's language


def make(values: SignInValues, language: str, programs: Sequence[Program] = ()) -> Sheet:
    """One user's sheet. ``programs``: those the user seems to use, most used first. Raises SheetError."""
    texts = _texts(language)
    fields = values.fields()
    names = texts["names"]
    missing = {name for name in names if not fields[name]}
    first = list(dict.fromkeys(programs))
    order = [*first, *(program for program in Program if program not in first)]
    say = functools.partial(_render, fields=fields)
    return Sheet(
        language,
        values.company,
        values.address,
        say(texts["title"]),
        say(texts["lead"]),
        _facts(texts, fields, missing),
        say(texts["password"]),
        say(texts["warning"]),
        say(texts["help"]),
        say(texts["scan"]),
        values.webmail,
        tuple(_section(p, texts, fields, missing, bool(first) and p is first[0]) for p in order),
        tuple(dict.fromkeys(names[name] for name in names if name in missing)),
    )


def _facts(texts: Mapping[str, Any], fields: Mapping[str, str], missing: set[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for fact in texts["facts"]:
        lacks = [texts["names"][name] for name in fact["needs"] if name in missing]
        found.append((_render(fact["name"], fields), texts["not_entered"] if lacks else _render(fact["value"], fields)))
    return tuple(found)


def _section(program: Program, texts: Mapping[str, Any], fields: Mapping[str, str], missing: set[str], own: bool) -> Section:
    text = texts["sections"][program.value]
    heading = _render(text["heading"], fields)
    lacks = list(dict.fromkeys(texts["names"][name] for name in text["needs"] if name in missing))
    if lacks:
        return Section(program, heading, (), _render(texts["lacks"], {**fields, "what": ", ".join(lacks)}))
    return Section(program, heading, tuple(_render(step, fields) for step in text["steps"]), "", texts["own"] if own else "")


def _render(template: str, fields: Mapping[str, str]) -> str:
    try:
        return _environment().from_string(template).render(fields).strip()
    except (TemplateError, TypeError, ValueError) as e:
        raise SheetError(str(e)[:200], what=N_("its text can't be read")) from e


@functools.cache
def _environment() -> SandboxedEnvironment:
    """Without escaping: these texts go on paper and into plain text. Whoever makes HTML of them escapes them (see `sheet_forms`)."""
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@functools.cache
def _texts(language: str) -> Mapping[str, Any]:
    if language not in LANGUAGES:
        raise SheetError(what=N_("there is none in {language}").format(language=language))
    try:
        return tomllib.loads(resources.path(f"templates/{language}/signin/sheet.toml").read_text("utf-8"))
    except (OSError, ValueError) as e:
        raise SheetError(str(e), what=N_("its text can't be read")) from e
