"""What a work has inside it: the libraries that its makers compiled in. They ship with the program, so they are named with it.

A wheel tells by the bills of materials in its ``sboms`` folder (PEP 770); Qt and Python have none, so theirs are read off what is installed. Knows
nothing of how that is written down.
"""

from __future__ import annotations

import decimal
import json
import re
import sqlite3
import ssl
import sys
import zlib
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any
from xml.parsers import expat

from installer.components import Component, normal

# What a bill leaves out.
LICENCES: Mapping[str, str] = {"openssl": "Apache-2.0"}
_ICU = re.compile(r"libicuuc\.so\.(\d+)$")


def of_distribution(one: Distribution) -> tuple[Component, ...]:
    """The libraries in its files, as far as its makers tell; raises ValueError for a bill that cannot be read."""
    found = {work: None for file in one.files or () if _is_bill(str(file)) for work in _in_bill(Path(str(one.locate_file(file))))}
    if normal(one.name) == "pyside6-essentials":
        found |= dict.fromkeys(_in_qt(one))
    return tuple(found)


def _is_bill(name: str) -> bool:
    return ".dist-info/sboms/" in name.replace("\\", "/") and name.endswith(".json")


def _in_bill(file: Path) -> Iterator[Component]:
    told = json.loads(file.read_text("utf-8"))
    if told.get("bomFormat") != "CycloneDX":
        raise ValueError(f"{file} is not in the form of CycloneDX; its works must be read in another way")
    for entry in told.get("components", ()):
        kind = str(entry.get("purl", "")).removeprefix("pkg:").partition("/")[0] or "generic"
        name, licence = str(entry["name"]), _licence(entry)
        yield Component(name, str(entry.get("version", "")), kind, licence or LICENCES.get(name.lower(), "not told by its makers"))


def _licence(entry: Mapping[str, Any]) -> str:
    told = [one.get("expression") or one.get("license", {}) for one in entry.get("licenses", ())]
    names = [one if isinstance(one, str) else str(one.get("id") or one.get("name") or "") for one in told]
    return " AND ".join(name for name in names if name)


def _in_qt(one: Distribution) -> Iterator[Component]:
    yield Component("Qt", one.version, "generic", "LGPL-3.0-only", "https://www.qt.io")  # the numbers of the two go together
    for file in one.files or ():
        if found := _ICU.search(str(file)):
            yield Component("ICU", found[1], "generic", "Unicode-DFS-2016", "https://icu.unicode.org")


def of_python() -> tuple[Component, ...]:
    """What is part of this Python. Debian's own takes these from other packages, which are found as libraries."""
    if sys.base_prefix == "/usr":
        return ()
    own = [_work("Expat", expat.EXPAT_VERSION.removeprefix("expat_"), "MIT")]
    own.append(_work("mpdecimal", str(getattr(decimal, "__libmpdec_version__", "")), "BSD-2-Clause"))
    if sys.platform == "linux":
        return tuple(own)
    own.append(_work("OpenSSL", ssl.OPENSSL_VERSION.split()[1], "Apache-2.0"))
    own.append(_work("SQLite", sqlite3.sqlite_version, "blessing"))
    own.append(_work("zlib", zlib.ZLIB_RUNTIME_VERSION, "Zlib"))
    own += [_work("bzip2", "", "bzip2-1.0.6"), _work("XZ Utils (liblzma)", "", "0BSD"), _work("libffi", "", "MIT")]
    if sys.platform == "win32":
        own.append(_work("Microsoft Visual C++ runtime", "", "Microsoft Distributable Code"))
    return tuple(own)


def _work(name: str, version: str, licence: str) -> Component:
    return Component(name, version, "generic", licence)
