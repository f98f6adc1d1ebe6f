"""Collects every text of the program that a person reads and keeps the catalogues of translations in step with them.

    python -m tests.catalogue update    put new texts into resources/locale/*/LC_MESSAGES/wizard.po, take out old ones, make the .mo files
    python -m tests.catalogue missing   name the texts that have no translation yet
    python -m tests.catalogue fill FILE take from another .po file what has no translation yet
    python -m tests.catalogue check     say everything that is wrong with the catalogues; exit status 1 when there is something

Texts are what `_()`, `N_()` and `ngettext()` are given, titles and hints of errors, the sentences of resources/providers and dns-panels, and the
names of countries.
"""

from __future__ import annotations

import ast
import io
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from mailsafi_wizard.cutover import panels
from mailsafi_wizard.model import NOT_TRIED
from mailsafi_wizard.net import providers
from mailsafi_wizard.schedule import workdays
from mailsafi_wizard.ui import cutover_day

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
LANGUAGES = ("sw",)
WIDTH = 120
Text = str | tuple[str, str]
MARKS = {"_", "N_"}
ERROR_WORDS = {"title", "hint"}
ALIKE = re.compile(r"<[^>]+>|%\([^)]+\)s|%[sd1]|https?://\S+|\{\{.*?\}\}")


def folder(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES"


# --- what there is to translate


def texts_of(source: str) -> Iterator[Text]:
    """The texts in one file of code; a call whose text is put together while running can't be translated and is not among them."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text))]) if name in MARKS:
                yield text
            case ast.Call(func=ast.Name(id="ngettext"), args=[ast.Constant(value=str(one)), ast.Constant(value=str(many)), _count]):
                yield one, many
            case ast.ClassDef(body=body):
                yield from (text for statement in body if (text := _error_words(statement)))


def _error_words(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))) if name in ERROR_WORDS:
            return text
    return ""


def texts() -> dict[Text, list[str]]:
    """Every text and the files it stands in, in the order of the files."""
    found: dict[Text, list[str]] = {}
    for file in sorted((ROOT / "mailsafi_wizard").rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        for text in texts_of(file.read_text("utf-8")):
            if text and name not in (places := found.setdefault(text, [])):
                places.append(name)
    others = [("mailsafi_wizard/model/servers.py", NOT_TRIED)]
    others += [("resources/providers", text) for text in providers.texts()]
    others += [("resources/dns-panels", text) for panel in panels.panels() for text in panel.texts()]
    others += [("countries", cutover_day.english_name(code)) for code in workdays.countries()]
    for name, text in others:
        if name not in (places := found.setdefault(text, [])):
            places.append(name)
    return found


def unmarked(source: str) -> list[int]:
    """Lines on which `_()`, `N_()` or `ngettext()` is given a text that is put together first, so that no catalogue can have it."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {*MARKS, "ngettext"}:
            lines += [arg.lineno for arg in node.args if isinstance(arg, (ast.JoinedStr, ast.BinOp))]
    return lines


# --- the catalogues


def read(language: str) -> Catalog:
    path = folder(language) / "wizard.po"
    if not path.exists():
        return Catalog(locale=language, domain="wizard", project="MailSafi Wizard", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="wizard")


def brought_up_to_date(language: str) -> Catalog:
    """The catalogue of ``language`` with exactly the texts that there are now; those without a translation are empty."""
    before = read(language)
    made = Catalog(
        locale=language,
        domain="wizard",
        project="MailSafi Wizard",
        version="",
        charset="utf-8",
        fuzzy=False,
        revision_date=before.revision_date,
    )
    made.header_comment = (
        "# Translations of the texts of MailSafi Wizard. Put in step with them by: python -m tests.catalogue update"
    )
    made.mime_headers = [(name, value) for name, value in before.mime_headers if name in KEPT_HEADERS]
    for text, places in texts().items():
        key = text if isinstance(text, str) else text[0]
        old = before.get(key)
        translated = (
            old.string if old is not None and old.id == text else ("" if isinstance(text, str) else ("",) * made.num_plurals)
        )
        made.add(text, translated, [(place, 0) for place in places], auto_comments=list(old.auto_comments) if old else [])
    return made


KEPT_HEADERS = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms"}


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def po(catalogue: Catalog) -> bytes:
    """As it stands in the file: without dates and line numbers, which would make every two branches collide."""
    out = io.BytesIO()
    write_po(out, catalogue, width=WIDTH, include_lineno=False, omit_header=True)
    head = (
        f"{catalogue.header_comment}\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def mo(language: str) -> bytes:
    """What the program reads, made from the .po file as it is; the same bytes each time."""
    catalogue = read(language)
    made = Catalog(locale=language, domain="wizard", charset="utf-8", fuzzy=False)
    for message in messages(catalogue):
        made.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, made)
    return _without_dates(out.getvalue())


def _without_dates(data: bytes) -> bytes:
    """The head of a .mo file holds the moment it was made; letters of the same number take its place, so that the file stays as it is."""
    return re.sub(
        rb"(POT-Creation-Date|PO-Revision-Date): [^\n]*",
        lambda found: found[0].split(b":")[0] + b":" + b" " * (len(found[0]) - len(found[1]) - 1),
        data,
    )


def missing(catalogue: Catalog) -> list[Message]:
    return [m for m in messages(catalogue) if not all([m.string] if isinstance(m.string, str) else m.string or [""])]


# --- what may be wrong with a translation


def fields(text: str) -> list[str]:
    """Names in single braces as ``str.format`` reads them; raises ValueError for a brace too many."""
    return sorted(
        f"{name}!{conversion or ''}:{form or ''}"
        for _words, name, form, conversion in string.Formatter().parse(text)
        if name is not None
    )


def mnemonic(text: str) -> bool:
    """Whether a letter is underlined, to be reached with Alt."""
    return re.search(r"&[^&\s]", text.replace("&&", "")) is not None


def faults_of(message: Message) -> Iterator[str]:
    """What a translation has lost or broken: fields, tags, links, the mnemonic, line breaks, dots at the end."""
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    translated = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        yield "is marked fuzzy"
    if len(originals) != len(translated):  # Swahili, as English, has one form for one and one for all other numbers
        yield f"has {len(translated)} forms instead of {len(originals)}"
    for original, text in zip(originals, translated, strict=False):
        if text:
            yield from (f"{fault}: {text}" for fault in _lost(original, text))


def _lost(original: str, text: str) -> Iterator[str]:
    try:
        if fields(text) != fields(original):
            yield "has other fields"
    except ValueError:
        if _is_template(original):
            yield "has a brace too many"
    if sorted(ALIKE.findall(text)) != sorted(ALIKE.findall(original)):
        yield "has other tags, links or signs"
    if mnemonic(text) != mnemonic(original):
        yield "has lost or gained an underlined letter"
    if text.count("\n") != original.count("\n"):
        yield "has other line breaks"
    if any(original.endswith(end) != text.endswith(end) for end in ("…", ":", "?", " ")):
        yield "ends differently"
    if original.endswith(".") and not text.endswith("."):
        yield "has lost its full stop"
    if original[:1].isspace() != text[:1].isspace():
        yield "begins differently"


def _is_template(text: str) -> bool:
    try:
        fields(text)
    except ValueError:
        return False
    return True


def faults(language: str) -> list[str]:
    """Everything that is wrong with one catalogue, one line each."""
    catalogue, wanted = read(language), brought_up_to_date(language)
    have, need = {m.id for m in messages(catalogue)}, {m.id for m in messages(wanted)}
    found = [f"not in the catalogue: {text}" for text in sorted(map(str, need - have))]
    found += [f"in the catalogue, but nowhere in the program: {text}" for text in sorted(map(str, have - need))]
    found += [f"not translated: {m.id}" for m in missing(wanted) if m.id in have]
    found += [f"{m.id}: {fault}" for m in messages(catalogue) for fault in faults_of(m)]
    file = folder(language) / "wizard.mo"
    if not file.exists() or file.read_bytes() != mo(language):
        found.append("wizard.mo was not made from wizard.po as it is now; run: python -m tests.catalogue update")
    return found


def update(language: str) -> None:
    made = po(brought_up_to_date(language))
    folder(language).mkdir(parents=True, exist_ok=True)
    (folder(language) / "wizard.po").write_bytes(made)
    (folder(language) / "wizard.mo").write_bytes(mo(language))


def fill(language: str, path: Path) -> int:
    """Takes translations of texts that have none from another .po file; returns how many."""
    with path.open("rb") as file:
        other = read_po(file, locale=language, domain="wizard")
    made, taken = brought_up_to_date(language), 0
    for message in missing(made):
        found = other.get(message.id if isinstance(message.id, str) else message.id[0])
        if found is not None and found.id == message.id and found.string:
            message.string, taken = found.string, taken + 1
    folder(language).mkdir(parents=True, exist_ok=True)
    (folder(language) / "wizard.po").write_bytes(po(made))
    (folder(language) / "wizard.mo").write_bytes(mo(language))
    return taken


def main(arguments: list[str]) -> int:
    for language in LANGUAGES:
        match arguments:
            case ["update"]:
                update(language)
                print(f"{language}: {len(messages(read(language)))} texts, {len(missing(read(language)))} of them not translated")
            case ["fill", path]:
                print(f"{language}: {fill(language, Path(path))} texts translated from {path}")
            case ["missing"]:
                for message in missing(brought_up_to_date(language)):
                    print(f"{message.locations[0][0]}: {message.id}")
            case ["check"]:
                found = faults(language)
                print("\n".join(found) or f"{language}: nothing is wrong")
                if found:
                    return 1
            case _:
                print(__doc__)
                return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
