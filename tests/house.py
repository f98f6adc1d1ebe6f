"""Reads the source of the program and says what breaks the rules of the house (docs/ARCHITECTURE.md).

Works on any folder that holds a package named ``mailsafi_wizard``, so that its own tests can build a bad house. Every function
returns one line per fault, empty when there is none. Imports nothing of the program: it only reads.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

PACKAGE = "mailsafi_wizard"
LINES = 450

# A room is a package or a single file directly under the program's package.
FLOORS: Mapping[str, int] = {
    "": 0,
    "records": 0,
    "model": 1,
    "errors": 1,
    "resources": 1,
    "saving": 1,
    "spreadsheet": 1,
    "words": 1,
    "events": 2,
    "net": 2,
    "store": 2,
    "engine": 3,
    "cutover": 3,
    "schedule": 3,
    "notices": 3,
    "signin": 3,
    "signoff": 3,
    "report": 3,
    "support": 3,
    "mails": 2,
    "telling": 3,
    "options": 3,
    "discovered": 3,
    "project": 4,
    "demo": 5,
    "ui": 5,
    "app": 6,
    "cli": 6,
    "selftest": 6,
    "pictures": 6,
    "__main__": 7,
}

# Who alone may import it; a room's name stands for all of its modules.
KEEPERS: Mapping[str, tuple[str, ...]] = {
    "PySide6": ("ui", "app"),
    "shiboken6": ("ui", "app"),
    "qasync": ("ui", "app"),
    "imapclient": ("net.grammar",),
    "sqlite3": ("store.database",),
}

# Put together from parts, so that this file does not hold what it looks for.
HOSTS = [("pypi", "org"), ("pythonhosted", "org"), ("deb", "debian", "org"), ("npmjs", "org"), ("npmjs", "com"), ("crates", "io")]
HOSTS += [("docker", "io"), ("ghcr", "io"), ("quay", "io"), ("proxy", "golang", "org"), ("conda", "anaconda", "org")]
FORBIDDEN: Mapping[str, re.Pattern[str]] = {
    "a path of one computer": re.compile(r"(?<![\w.~-])/" + r"(?:work|tmp/spec)\b/?"),
    "the host of a package registry": re.compile("|".join(re.escape(".".join(parts)) for parts in HOSTS), re.IGNORECASE),
    "unfinished work": re.compile(r"\b(?:" + "TO" + "DO|FIX" + "ME)" + r"\b"),
}
NOT_OURS = {"__pycache__", "build", "dist", "out", "node_modules"}


# --- modules and their imports ----------------------------------------------------------------------------------------------


def modules(root: Path) -> dict[str, Path]:
    """Dotted name (without the program's package, "" for its ``__init__``) -> file, for every module of the program."""
    package = root / PACKAGE
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(name: str, file: Path) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """(line, module, names taken from it) of every import in ``file``: also in functions, under TYPE_CHECKING, by importlib."""
    package = [PACKAGE, *name.split(".")] if name else [PACKAGE]
    if file.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield node.lineno, alias.name, ()
            case ast.ImportFrom(module=module, names=aliases, level=level):
                base = package[: len(package) - level + 1] if level else []
                yield node.lineno, ".".join([*base, *([module] if module else [])]), tuple(a.name for a in aliases)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield node.lineno, module, ()


def inner_imports(name: str, file: Path, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(line, module of the program) for every import that stays inside; ``from x import y`` means x.y where that is a module."""
    names = set(known)
    for line, module, taken in imports(name, file):
        if module != PACKAGE and not module.startswith(PACKAGE + "."):
            continue
        inner = module.removeprefix(PACKAGE).removeprefix(".")
        inside = [f"{inner}.{one}".lstrip(".") for one in taken]
        submodules = [one for one in inside if one in names]
        for one in submodules:
            yield line, one
        if len(submodules) < len(taken) or not taken:
            yield line, inner


def room(name: str) -> str:
    return name.partition(".")[0]


# --- the rules --------------------------------------------------------------------------------------------------------------


def rooms_without_floor(root: Path) -> list[str]:
    return [f"{PACKAGE}/{one}: has no floor; give it one" for one in sorted({room(name) for name in modules(root)} - set(FLOORS))]


def arrows_up(root: Path) -> list[str]:
    """Imports of a higher floor, and of another package on the same floor (single files of one floor may use each other)."""
    found = modules(root)
    packages = {room(name) for name, file in found.items() if "." in name or file.name == "__init__.py"} - {""}
    faults = []
    for name, file in found.items():
        for line, target in inner_imports(name, file, found):
            here, there = room(name), room(target)
            if here == there or here not in FLOORS or there not in FLOORS:
                continue
            place = f"{file.relative_to(root)}:{line}"
            if FLOORS[there] > FLOORS[here]:
                faults.append(f"{place}: floor {FLOORS[here]} imports {target} from floor {FLOORS[there]}")
            elif FLOORS[there] == FLOORS[here] and packages & {here, there}:
                faults.append(f"{place}: {here} and {there} stand on the same floor and must not meet, imports {target}")
    return faults


def loops(root: Path) -> list[str]:
    """Import loops between modules; each is told once."""
    found = modules(root)
    graph = {name: {target for _, target in inner_imports(name, file, found)} - {name} for name, file in found.items()}
    told: dict[frozenset[str], str] = {}

    def walk(name: str, path: list[str], done: set[str]) -> None:
        if name in path:
            loop = path[path.index(name) :]
            told.setdefault(frozenset(loop), f"import loop: {' -> '.join(one or PACKAGE for one in [*loop, name])}")
        elif name not in done:
            for target in sorted(graph.get(name, ())):
                walk(target, [*path, name], done)
            done.add(name)

    done: set[str] = set()
    for name in graph:
        walk(name, [], done)
    return list(told.values())


def strangers(root: Path) -> list[str]:
    """Imports of a library that belongs to another room."""
    faults = []
    for name, file in modules(root).items():
        for line, module, _ in imports(name, file):
            keepers = KEEPERS.get(module.partition(".")[0])
            if keepers is not None and not any(name == keeper or name.startswith(keeper + ".") for keeper in keepers):
                faults.append(f"{file.relative_to(root)}:{line}: only {' and '.join(keepers)} may import {module}")
    return faults


def unknown_imports(root: Path) -> list[str]:
    """Imports of modules of the program that do not exist: a typing slip inside a function shows only when it runs."""
    found = modules(root)
    faults = []
    for name, file in found.items():
        for line, target in inner_imports(name, file, found):
            if target not in found:
                faults.append(f"{file.relative_to(root)}:{line}: there is no {PACKAGE}.{target}")
    return faults


def long_files(root: Path) -> list[str]:
    files = [file for file in text_files(root) if file.suffix == ".py"]
    lengths = {file: len(file.read_text("utf-8").splitlines()) for file in files}
    return [f"{file.relative_to(root)}: {count} lines, more than {LINES}" for file, count in lengths.items() if count > LINES]


def forbidden_words(root: Path) -> list[str]:
    faults = []
    for file in text_files(root):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            faults += [
                f"{file.relative_to(root)}:{number}: {what}: {m[0]}"
                for what, word in FORBIDDEN.items()
                for m in word.finditer(line)
            ]
    return faults


def unit_tests_astray(root: Path) -> list[str]:
    """Files in tests/unit that mirror no module: ``tests/unit/net/test_dns_answers.py`` stands for ``net/dns.py``."""
    known = set(modules(root))
    faults = []
    for file in sorted((root / "tests" / "unit").rglob("test_*.py")):
        folder = list(file.relative_to(root / "tests" / "unit").parent.parts)
        words = file.stem.removeprefix("test_").split("_")
        names = {".".join([*folder, "_".join(words[:count])]) for count in range(1, len(words) + 1)}
        names |= {".".join([*folder, f"__{words[0]}__"])}
        if not names & known:
            faults.append(f"{file.relative_to(root)}: there is no such module in {PACKAGE}")
    return faults


# --- files ------------------------------------------------------------------------------------------------------------------


def text_files(root: Path) -> list[Path]:
    """The tracked text files; all that are not hidden or built where there is no git."""
    files = (root / name for name in tracked(root) or walked(root))
    return [file for file in files if file.is_file() and not file.is_symlink() and is_text(file)]


def tracked(root: Path) -> list[str]:
    if not (root / ".git").exists():
        return []
    command = ["git", "-C", str(root), "ls-files", "-z"]
    try:
        output = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):  # no git, or it does not trust the owner of the folder
        return []
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def walked(root: Path) -> list[str]:
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [
            f for f in folders if f not in NOT_OURS and not f.endswith(".egg-info") and (f == ".ci" or not f.startswith("."))
        ]
        names += [str((Path(folder) / file).relative_to(root)) for file in files]
    return sorted(names)


def is_text(file: Path) -> bool:
    data = file.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
