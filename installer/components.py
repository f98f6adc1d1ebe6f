"""Which works of others go into the frozen program, and under which licence: for the folder of licences and the bill of materials.

Reads what is installed where it runs (the distributions of Python, on Debian also its packages); knows nothing of how that is written down.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
OWN = "mailsafi-wizard"
_FILE = re.compile(r"(?:^|/)(?:licen[cs]es?/.+|(?:licen[cs]e|copying|notice|authors|copyright)[^/]*)$", re.IGNORECASE)
COMMON = Path("/usr/share/common-licenses")
_SHARED = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9.+-]*[A-Za-z0-9])")
_CLASSIFIER = "License :: OSI Approved :: "
QT_TEXTS = ("LGPL-3.0.txt", "GPL-3.0.txt", "QT.txt")
# Distributions whose wheel has no text of its licence in it: the texts are kept here.
TEXTS_HERE = {"pyside6-essentials": (*QT_TEXTS, "ICU.txt"), "shiboken6": QT_TEXTS}
# Their makers say it in the text only.
READ_IN_TEXT = {"imapclient": "BSD-3-Clause"}


@dataclass(frozen=True)
class Component:
    """``kind``: "pypi", "deb" or "generic", as in package URLs. ``texts``: the files with its licence. ``inside``: what its makers compiled in."""

    name: str
    version: str
    kind: str
    licence: str
    home: str = ""
    texts: tuple[Path, ...] = field(default=(), compare=False)
    inside: tuple[Component, ...] = field(default=(), compare=False)


class NoLicence(Exception):
    """A work has no licence that could be found; it must not be shipped before somebody has looked."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(name: str = OWN) -> list[Distribution]:
    """The distribution and all it requires on this system, by name; raises PackageNotFoundError when one is not installed."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(name, frozenset())]
    while waiting:
        wanted, extras = waiting.pop()
        if normal(wanted) in found:
            continue
        one = distribution(wanted)
        found[normal(wanted)] = one
        waiting += [(need.name, frozenset(need.extras)) for need in _needs(one, extras)]
    return [found[key] for key in sorted(found)]


def _needs(one: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in one.requires or ():
        need = Requirement(line)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in (extras or {""})):
            yield need


def of_distribution(one: Distribution) -> Component:
    """Raises NoLicence."""
    name = normal(one.name)
    texts = tuple(Path(str(one.locate_file(file))) for file in one.files or () if _is_text(str(file)))
    texts = tuple(path for path in texts if path.is_file())
    here = TEXTS_HERE.get(name, ())
    texts += tuple(ROOT / "installer" / "licences" / text for text in here)
    licence = licence_of(one) or READ_IN_TEXT.get(name, "")
    if not texts or not licence:
        raise NoLicence(f"{one.name} {one.version} has no licence that could be found")
    return Component(one.name, one.version, "pypi", licence, _home(one), texts)


def _is_text(name: str) -> bool:
    place = name.replace("\\", "/")
    return ".dist-info/" in place and bool(_FILE.search(place.partition(".dist-info/")[2]))


def licence_of(one: Distribution) -> str:
    """In a few words: its expression, its classifiers, or what its makers wrote."""
    told = _field(one, "License-Expression")
    classified = [
        str(c).removeprefix(_CLASSIFIER) for c in one.metadata.get_all("Classifier") or () if str(c).startswith(_CLASSIFIER)
    ]
    written = _field(one, "License").partition("\n")[0][:120]
    return told or (written if written and len(written) < 60 else "") or " or ".join(classified) or written


def _field(one: Distribution, name: str) -> str:
    """ "" when its makers left it out."""
    return next((str(text).strip() for text in one.metadata.get_all(name) or ()), "")


def _home(one: Distribution) -> str:
    urls = [str(line).partition(",") for line in one.metadata.get_all("Project-URL") or ()]
    wanted = [
        url.strip()
        for label, _, url in urls
        if label.strip().lower() in ("homepage", "home", "source", "repository", "source code")
    ]
    return next(iter(wanted), _field(one, "Home-page"))


def python() -> Component:
    """The interpreter itself."""
    places = [
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE",
    ]
    places += [Path("/usr/share/doc/python3/copyright"), *sorted(Path("/usr/share/doc").glob("python3.*/copyright"))]
    text = next((place for place in places if place.is_file()), None)
    if text is None:
        raise NoLicence("the licence of Python was not found beside it")
    return Component("Python", ".".join(map(str, sys.version_info[:3])), "generic", "PSF-2.0", "https://www.python.org", (text,))


def pyinstaller() -> Component:
    """What starts the frozen program is PyInstaller's; its licence allows that for programs under any licence."""
    one = of_distribution(distribution("pyinstaller"))
    return Component(one.name, one.version, one.kind, "GPL-2.0-or-later WITH Bootloader-exception", one.home, one.texts)


def of_debian(libraries: Iterable[Path]) -> list[Component]:
    """The Debian packages that these libraries were taken from; raises NoLicence for one that belongs to none."""
    packages: set[str] = set()
    for library in libraries:
        packages.add(_package(library))
    return [_of_package(name) for name in sorted(packages)]


def _package(library: Path) -> str:
    """dpkg may know a file by the path without /usr, from before the two became one."""
    real = library.resolve()
    names = [str(real), str(real).removeprefix("/usr"), str(library), f"*/{real.name}"]
    for name in names:
        done = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.partition(": ")[0].partition(",")[0].partition(":")[0]
    raise NoLicence(f"{library} goes into the program and belongs to no package, so that its licence is not known")


def _of_package(name: str) -> Component:
    query = ["dpkg-query", "--show", "--showformat", "${source:Package}\t${Version}\t${Homepage}\n", name]
    source, version, home = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()[0].split("\t")
    text = Path("/usr/share/doc") / name / "copyright"
    if not text.is_file():
        raise NoLicence(f"{text} is missing")
    return Component(name, version, "deb", licences_in(text.read_text("utf-8", "replace")) or f"see {source}", home, (text,))


def licences_in(copyright_file: str) -> str:
    """The short names in a Debian copyright file (DEP-5), each once; "" when it is written freely."""
    names = [name.strip() for name in re.findall(r"^License:[ \t]*(\S[^\n]*)$", copyright_file, re.MULTILINE)]
    return ", ".join(dict.fromkeys(names))


def installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def shared_texts(works: Iterable[Component]) -> list[Path]:
    """The licences that Debian keeps once for all its packages, as far as the texts of ``works`` point to them; other systems do not have them."""
    named: set[str] = set()
    for work in works:
        if work.kind == "deb":
            named |= {name for text in work.texts for name in _SHARED.findall(text.read_text("utf-8", "replace"))}
    return [path for path in (COMMON / name for name in sorted(named)) if path.is_file()]


def uncalled(modules: Iterable[str], known: Iterable[str], homes: Mapping[str, list[str]]) -> list[str]:
    """Distributions that nobody requires and that came along all the same, because some library imports them if they are there.

    ``homes``: top-level module -> the distributions it is in, as `packages_distributions` tells; ``known``: those that are named already.
    """
    named = {normal(name) for name in (*known, OWN, "pyinstaller")}
    found = (homes.get(top, []) for top in sorted({module.partition(".")[0] for module in modules}))
    return sorted({name for names in found if not named & {normal(name) for name in names} for name in names})


def works(binaries: Iterable[tuple[str, str, str]], modules: Iterable[str]) -> list[Component]:
    """All that others made in a frozen program of ``modules`` and the files ``binaries`` (PyInstaller's list: place, file, kind); raises NoLicence."""
    from installer import inside

    used = [one for one in distributions() if normal(one.name) != OWN]
    used += [distribution(name) for name in uncalled(modules, (one.name for one in used), packages_distributions())]
    found = [replace(of_distribution(one), inside=inside.of_distribution(one)) for one in used]
    found += [replace(python(), inside=inside.of_python()), pyinstaller()]
    if sys.platform == "linux":
        found += of_debian(sorted({Path(file) for _, file, kind in binaries if kind != "SYMLINK" and _of_system(Path(file))}))
    return found


def _of_system(file: Path) -> bool:
    """Neither Python's own nor of a distribution: those have been counted."""
    homes = {Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), ROOT}
    usual = Path("/usr")  # a Python in /usr has everything else there, too
    return not any(file.resolve().is_relative_to(home) for home in homes - {usual}) and "/python3" not in str(file)
