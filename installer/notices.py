"""The folder of licences that goes into the program: an index, and each work's own texts. Also the bill of materials (CycloneDX)."""

from __future__ import annotations

import platform
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from installer.components import Component

INDEX = "THIRD-PARTY.txt"
_HEAD = """What others have made and this program holds
============================================

MailSafi Wizard is under the MIT licence. It stands on the works below; the folder of each holds its licence as its makers give it.
About Qt, and how to put in a version of your own, see QT.txt.

"""
_OF_SYSTEM = """The works whose version is one of {system}'s packages are libraries that were taken from there unchanged. Each is a file of its own in the
folder _internal, and may be replaced by a build of your own. The source of exactly these versions is in {system}'s archive; whoever gives you
this program also gives you the source of those under the GPL or LGPL, as QT.txt says for Qt. Where their texts speak of
/usr/share/common-licenses/NAME, that text is the file NAME.txt beside this one.

"""


def write(folder: Path, works: Sequence[Component], texts: Iterable[Path] = ()) -> list[Path]:
    """Fills ``folder`` anew; ``texts`` go into it, too. The answer is all files written."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / INDEX).write_text(index(works), "utf-8")
    written = [folder / INDEX]
    for text in texts:
        written.append(Path(shutil.copyfile(text, _free(folder, text))))
    for work in works:
        home = folder / f"{work.name}-{work.version}".replace(":", "_").replace("/", "_")
        home.mkdir(exist_ok=True)
        for text in work.texts:
            written.append(Path(shutil.copyfile(text, _free(home, text))))
    return written


def _free(folder: Path, text: Path) -> Path:
    """Two texts of one name come from two folders; neither may hide the other. Always .txt, so that a double click opens it."""
    stem = text.stem if text.suffix in (".txt", ".md", ".rst") else text.name
    names = [f"{stem}.txt", f"{text.parent.name}-{stem}.txt", *(f"{stem}-{number}.txt" for number in range(2, 100))]
    return next(folder / name for name in names if not (folder / name).exists())


def index(works: Sequence[Component]) -> str:
    of_system = _OF_SYSTEM.format(system=distributor().capitalize()) if any(work.kind == "deb" for work in works) else ""
    return _HEAD + of_system + "\n".join(_told(work) for work in works)


def _told(work: Component) -> str:
    inner = [f"{one.name} {one.version}".strip() + f" ({one.licence})" for one in work.inside]
    held = textwrap.fill(f"holds {', '.join(inner)}", 140, initial_indent="    ", subsequent_indent="      ") if inner else ""
    return "\n".join(
        [
            f"{work.name} {work.version}",
            f"    {work.licence}",
            *([f"    {work.home}"] if work.home else []),
            *([held] if held else []),
            "",
        ]
    )


def distributor() -> str:
    """Whose packages this system has: "debian", "ubuntu"."""
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return "debian"


# --- the bill of materials


def bill(name: str, version: str, works: Sequence[Component]) -> str:
    """CycloneDX 1.6 as JSON; a test holds it against the schema."""
    licences = LicenseFactory()
    whole = Entry(name=name, version=version, type=ComponentType.APPLICATION, licenses=[licences.make_from_string("MIT")])
    made = Bom(components=[_entry(work, licences) for work in works])
    made.metadata.component = whole
    made.register_dependency(whole, made.components)
    return str(make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)) + "\n"


def _entry(work: Component, licences: LicenseFactory, place: str = "") -> Entry:
    """``place``: the reference of the work that this one is inside of; one library may be inside of two."""
    name = work.name.lower() if work.kind in ("deb", "generic", "pypi") else work.name
    address = PackageURL(work.kind, distributor() if work.kind == "deb" else None, name, work.version or None)
    reference = f"{place}{address}"
    pages = [ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(work.home))] if work.home else []
    return Entry(
        name=work.name,
        version=work.version or None,
        type=ComponentType.LIBRARY,
        licenses=[licences.make_from_string(work.licence)],
        purl=address,
        bom_ref=reference,
        external_references=pages,
        components=[_entry(one, licences, f"{reference} holds ") for one in work.inside],
    )
