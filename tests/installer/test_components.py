"""Licences and the bill of materials of what others made."""

from __future__ import annotations

import json
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from installer import components, notices
from installer.components import Component, NoLicence
from installer.parts import NEEDS

WORKS = [
    Component("Qt-thing", "6.11", "pypi", "LGPL-3.0-only OR GPL-2.0-only", "https://example.com"),
    Component("zlib1g", "1:1.2.13-1", "deb", "see zlib"),
    Component("Python", "3.12.1", "generic", "PSF-2.0"),
]


def made(folder: Path, name: str, metadata: str, files: dict[str, str]) -> Distribution:
    home = folder / f"{name}-1.0.dist-info"
    home.mkdir(parents=True)
    (home / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{metadata}", "utf-8")
    for place, text in files.items():
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).write_text(text, "utf-8")
    (home / "RECORD").write_text("".join(f"{home.name}/{place},,\n" for place in [*files, "METADATA"]), "utf-8")
    return Distribution.at(home)


def test_all_that_the_program_requires_has_a_licence_and_its_text() -> None:
    found = components.distributions()
    names = {components.normal(one.name) for one in found}
    assert set(NEEDS) <= names
    assert "shiboken6" in names
    assert "pytest" not in names
    for one in found:
        if components.normal(one.name) != components.OWN:
            work = components.of_distribution(one)
            assert work.licence
            assert sum(text.stat().st_size for text in work.texts) > 300, work


def test_what_came_along_unasked_is_found() -> None:
    homes = {"packaging": ["packaging"], "google": ["google-auth", "google-more"], "mailsafi_wizard": ["mailsafi-wizard"]}
    modules = ["packaging.version", "packaging.tags", "google.auth", "json", "mailsafi_wizard.cli"]
    assert components.uncalled(modules, ["Google_Auth"], homes) == ["packaging"]
    assert components.uncalled(modules, ["Google_Auth", "packaging"], homes) == []


def test_qt_comes_with_the_lgpl_and_how_to_replace_it() -> None:
    found = {components.normal(one.name): one for one in components.distributions()}
    for name in ("pyside6-essentials", "shiboken6"):
        texts = {text.name for text in components.of_distribution(found[name]).texts}
        assert {"LGPL-3.0.txt", "GPL-3.0.txt", "QT.txt"} <= texts


def test_pythons_own_licence_is_found() -> None:
    assert "PYTHON" in components.python().texts[0].read_text("utf-8", "replace").upper()


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT\nLicense: something\n", "MIT"),
        ("License: Apache 2.0\n", "Apache 2.0"),
        ("Classifier: License :: OSI Approved :: ISC License\nClassifier: Topic :: Mail\n", "ISC License"),
        (f"License: {'a whole text ' * 9}\nClassifier: License :: OSI Approved :: MIT License\n", "MIT License"),
    ],
)
def test_the_licence_is_read_from_where_it_stands(tmp_path: Path, metadata: str, licence: str) -> None:
    one = made(tmp_path, "thing", metadata, {"licenses/LICENSE": "x" * 200, "entry_points.txt": ""})
    work = components.of_distribution(one)
    assert work.licence == licence
    assert [text.name for text in work.texts] == ["LICENSE"]


@pytest.mark.parametrize(("metadata", "files"), [("License: MIT\n", {}), ("", {"LICENSE": "text"})])
def test_a_work_without_a_licence_is_not_shipped(tmp_path: Path, metadata: str, files: dict[str, str]) -> None:
    with pytest.raises(NoLicence, match="thing"):
        components.of_distribution(made(tmp_path, "thing", metadata, files))


def test_licences_in_a_debian_copyright_file() -> None:
    text = "Format: x\nLicense: MIT\n text\n\nFiles: a\nLicense: GPL-2+\n\nLicense: MIT\n more\n"
    assert components.licences_in(text) == "MIT, GPL-2+"
    assert components.licences_in("This was debianised by hand.") == ""


def test_the_folder_holds_every_text_and_none_hides_another(tmp_path: Path) -> None:
    for place, words in (("a/LICENSE", "one"), ("b/LICENSE", "two"), ("b/NOTICE.md", "three")):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(words)
    texts = tuple(tmp_path / place for place in ("a/LICENSE", "b/LICENSE", "b/NOTICE.md"))
    work = Component("Thing", "1:2/3", "pypi", "MIT", texts=texts)
    folder = tmp_path / "licences"
    notices.write(folder, [work], [tmp_path / "b/NOTICE.md"])
    held = sorted(path.read_text() for path in (folder / "Thing-1_2_3").iterdir())
    assert held == ["one", "three", "two"]
    assert (folder / "NOTICE.txt").is_file()
    index = (folder / notices.INDEX).read_text("utf-8")
    assert "Thing 1:2/3\n    MIT" in index
    assert "QT.txt" in index
    (folder / "of-an-older-build").touch()
    notices.write(folder, [work])
    assert not (folder / "of-an-older-build").exists()


def test_the_bill_of_materials_fits_its_schema_and_names_all() -> None:
    text = notices.bill("mailsafi-wizard", "1.2.3", WORKS)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = json.loads(text)
    assert told["metadata"]["component"]["version"] == "1.2.3"
    assert {one["name"]: one["version"] for one in told["components"]} == {work.name: work.version for work in WORKS}
    assert {one["purl"].partition("@")[0] for one in told["components"]} == {
        "pkg:pypi/qt-thing",
        "pkg:deb/debian/zlib1g",
        "pkg:generic/python",
    }
    assert len(told["dependencies"]) >= 1


def test_a_bill_that_does_not_fit_is_noticed() -> None:
    told = json.loads(notices.bill("mailsafi-wizard", "1.2.3", WORKS))
    told["components"][0]["type"] = "no such type"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(told)) is not None
