"""What goes into the frozen program and what stays out: plain lists, read by ``mailsafi.spec`` and checked by the tests.

PyInstaller follows the import statements, also those inside functions. What a library finds at run time by name (a table of countries, the
backends of the keychain) and every file that is not code has to be named here. Needs the standard library only.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "mailsafi_wizard"

# Distribution -> what of it PyInstaller can't see. A dependency without a line here fails a test: somebody has to look at it first.
# "modules": whole packages whose modules are imported by name; "data": packages whose files are read; "metadata": its own version is asked for.
NEEDS: dict[str, dict[str, tuple[str, ...]]] = {
    "aiosmtplib": {},
    "cryptography": {},
    "defusedxml": {"modules": ("defusedxml",)},
    "dnspython": {"modules": ("dns.rdtypes",)},
    "google-auth": {"modules": ("google.auth", "google.oauth2")},
    "holidays": {"modules": ("holidays.countries",), "data": ("holidays",)},
    "imapclient": {},
    "jinja2": {},
    "keyring": {"modules": ("keyring.backends",), "metadata": ("keyring",)},
    "msal": {},
    "openpyxl": {},
    "pypdf": {},
    "pyside6-essentials": {},
    "pyzipper": {"modules": ("Cryptodome.Cipher",)},
    "qasync": {},
    "requests": {"data": ("certifi",)},
    "segno": {},
    "tzdata": {"modules": ("tzdata",), "data": ("tzdata",)},
    "wakepy": {"modules": ("wakepy",)},
}

# Modules that some library would like to have, and that this program never comes to use.
LEFT_OUT = (
    "PIL",
    "_pytest",
    "grpc",
    "hypothesis",
    "IPython",
    "lxml",
    "mypy",
    "numpy",
    "pandas",
    "pip",
    "pytest",
    "readline",  # its library is under the GPL, and nothing here reads lines that somebody types
    "rlcompleter",
    "setuptools",
    "test",
    "tkinter",
    "holidays.financial",
    "holidays.generate_ics",
    "google.auth.aio",
    "google.auth.transport.grpc",
    "google.auth.transport._aiohttp_requests",
    "google.oauth2._client_async",
)

# The parts of Qt that are used; everything else of PySide6 is left out.
QT = ("QtCore", "QtDBus", "QtGui", "QtSvg", "QtWidgets")
QT_UNUSED = (
    "QtConcurrent",
    "QtDesigner",
    "QtHelp",
    "QtNetwork",
    "QtOpenGL",
    "QtOpenGLWidgets",
    "QtPrintSupport",
    "QtQml",
    "QtQuick",
    "QtQuickControls2",
    "QtQuickTest",
    "QtQuickWidgets",
    "QtSql",
    "QtSvgWidgets",
    "QtTest",
    "QtUiTools",
    "QtXml",
)
# Files, by their place in the bundle with "/" between the parts: plugins and libraries for devices and formats this program never meets.
_UNUSED_FILES = re.compile(
    r"""/plugins/(?:
          egldeviceintegrations | generic | networkinformation | printsupport | qmltooling | sqldrivers | tls | vectorimageformats
        | wayland-graphics-integration-server
        | platforms/\w*(?:eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc|direct2d)\.
        | platforminputcontexts/\w*qtvirtualkeyboard
        | platformthemes/\w*qgtk3
        | imageformats/\w*(?:qgif|qicns|qpdf|qtga|qtiff|qwbmp|qwebp)
        )
      | /(?:lib)?Qt6(?:Eglfs|EglFS|EglFs|Qml|Quick|VirtualKeyboard|Pdf|Sql|Test|Concurrent|Designer|Help|PrintSupport|WaylandCompositor|WaylandEglCompositor)
      | /opengl32sw\.dll$
    """,
    re.VERBOSE,
)
# Every desktop has these, and its drivers for graphics need them to be as new as they are there.
_OF_THE_SYSTEM = re.compile(r"^(?:libstdc\+\+\.so|libgcc_s\.so)")
_TRANSLATIONS = re.compile(r"/translations/(?!qtbase_(?:en|sw)\.qm$)")


def unused_file(destination: str) -> bool:
    """Whether a file that PyInstaller collected at ``destination`` can stay out."""
    place = "/" + destination.replace("\\", "/")
    if _OF_THE_SYSTEM.match(place.lstrip("/")):
        return True
    return "PySide6" in place and bool(_UNUSED_FILES.search(place) or _TRANSLATIONS.search(place))


def reachable(needs: Mapping[str, Iterable[str]], roots: Iterable[str]) -> set[str]:
    """All that ``roots`` need, directly or through others; ``needs`` tells for each file what it asks for, by name."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs.get(name, ())
    return found


def without_orphans(files: Sequence[tuple[str, str, str]], asks_for: Callable[[str], Iterable[str]]) -> list[tuple[str, str, str]]:
    """PyInstaller's list (place, file, kind) less the shared libraries beside the program that nothing asks for any more.

    They came with a plugin that stays out. (Python's own is loaded by the program's start, by name.) ``asks_for`` names the libraries that a file needs.
    """
    needs = {Path(place).name: [Path(name).name for name in asks_for(file)] for place, file, _ in files}
    loose = {place for place, _, _ in files if re.match(r"lib(?!python)[^/]*\.so", place)}
    kept = reachable(needs, [Path(place).name for place, _, _ in files if place not in loose])
    return [entry for entry in files if entry[0] not in loose or entry[0] in kept]


def own_modules(root: Path = ROOT) -> list[str]:
    """Every module of the program by its dotted name; all of them go in, whoever imports them and however."""
    names = []
    for file in sorted((root / PACKAGE).rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def resource_files(root: Path = ROOT) -> list[tuple[str, str]]:
    """(file, folder in the bundle) of everything under ``resources``."""
    files = sorted(file for file in (root / "resources").rglob("*") if file.is_file())
    return [(str(file), file.parent.relative_to(root).as_posix()) for file in files]


def contents(places: Iterable[str] = (), root: Path = ROOT) -> dict[str, Any]:
    """What the self-test of an installed program holds against what it finds: the SHA-256 of each resource, and the ``places`` of all files.

    The places come without licences, which are documents that a system may leave out; and without sums, for Qt may be replaced by another build.
    """
    files = (Path(file) for file, _ in resource_files(root))
    sums = {file.relative_to(root / "resources").as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    names = {place.replace("\\", "/") for place in places}
    return {"resources": sums, "files": sorted(name for name in names if not name.startswith("licences/"))}


def needed(kind: str) -> list[str]:
    """The packages of all dependencies that need this ``kind`` of help: "modules", "data" or "metadata"."""
    return sorted({name for need in NEEDS.values() for name in need.get(kind, ())})


def is_left_out(module: str) -> bool:
    """Whether ``module`` or a package around it is on the list of what stays out."""
    gone = {*LEFT_OUT, *(f"PySide6.{part}" for part in QT_UNUSED)}
    parts = module.split(".")
    return any(".".join(parts[:count]) in gone for count in range(1, len(parts) + 1))


def imports_of(file: Path) -> Iterator[str]:
    """Every module that ``file`` imports by a statement, also inside functions; ``from x import y`` gives x and x.y."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def foreign_imports(own: Iterable[str], files: Sequence[Path], standard: Iterable[str]) -> set[str]:
    """What ``files`` import and neither the program nor Python itself brings."""
    known = {*own, *standard}
    return {name for file in files for name in imports_of(file) if name.partition(".")[0] not in known}
