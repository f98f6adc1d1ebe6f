"""What works have inside them is named with them, in the index and in the bill of materials."""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from installer import components, inside, notices
from installer.components import Component
from tests.installer.test_components import made

BILL = {
    "bomFormat": "CycloneDX",
    "components": [
        {"name": "asn1", "version": "0.24.1", "purl": "pkg:cargo/asn1@0.24.1", "licenses": [{"expression": "BSD-3-Clause"}]},
        {"name": "openssl", "version": "4.0.3", "purl": "pkg:generic/openssl@4.0.3"},
        {"name": "odd", "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "My own"}}]},
    ],
}


def test_the_bill_in_a_wheel_is_read(tmp_path: Path) -> None:
    one = made(tmp_path, "thing", "License: MIT\n", {"LICENSE": "x", "sboms/a.json": json.dumps(BILL), "sboms/read.me": "no bill"})
    told = [(work.name, work.version, work.kind, work.licence) for work in inside.of_distribution(one)]
    assert told == [
        ("asn1", "0.24.1", "cargo", "BSD-3-Clause"),
        ("openssl", "4.0.3", "generic", "Apache-2.0"),
        ("odd", "", "generic", "MIT AND My own"),
    ]


@pytest.mark.parametrize("text", ['{"spdxVersion": "SPDX-2.3"}', "no json"])
def test_a_bill_that_cannot_be_read_ends_the_build(text: str, tmp_path: Path) -> None:
    one = made(tmp_path, "thing", "License: MIT\n", {"LICENSE": "x", "sboms/a.json": text})
    with pytest.raises(ValueError, match=r"CycloneDX|Expecting"):
        inside.of_distribution(one)


def test_cryptography_has_an_openssl_inside() -> None:
    assert "openssl" in {work.name for work in inside.of_distribution(distribution("cryptography"))}


def test_qt_is_named_and_on_linux_the_icu_that_it_brings() -> None:
    told = {work.name: work.version for work in inside.of_distribution(distribution("PySide6-Essentials"))}
    assert told["Qt"] == distribution("PySide6-Essentials").version
    assert ("ICU" in told) == (sys.platform == "linux")


def test_pythons_own_libraries_are_named_unless_they_are_debians(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert inside.of_python() == ()
    monkeypatch.setattr(sys, "base_prefix", "/opt/python")
    monkeypatch.setattr(sys, "platform", "win32")
    told = {work.name: work.version for work in inside.of_python()}
    assert {"Expat", "mpdecimal", "OpenSSL", "SQLite", "zlib", "bzip2", "libffi", "Microsoft Visual C++ runtime"} <= set(told)
    assert told["OpenSSL"][0].isdigit()
    monkeypatch.setattr(sys, "platform", "linux")
    assert {work.name for work in inside.of_python()} == {"Expat", "mpdecimal"}


def test_one_library_inside_of_two_works_stands_in_the_bill_twice() -> None:
    inner = Component("openssl", "4.0.3", "generic", "Apache-2.0")
    works = [
        Component("One", "1", "pypi", "MIT", inside=(inner,)),
        Component("Two", "2", "pypi", "MIT", inside=(inner, Component("nameless", "", "generic", "0BSD"))),
    ]
    text = notices.bill("mailsafi-wizard", "1.2.3", works)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    held = {one["name"]: [inner["name"] for inner in one["components"]] for one in json.loads(text)["components"]}
    assert held == {"One": ["openssl"], "Two": ["nameless", "openssl"]}
    assert "holds openssl 4.0.3 (Apache-2.0), nameless (0BSD)" in notices.index(works)


def test_licences_that_debian_keeps_once_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "common").mkdir()
    for name in ("LGPL-2.1", "GPL-2"):
        (tmp_path / "common" / name).write_text(f"text of {name}")
    monkeypatch.setattr(components, "COMMON", tmp_path / "common")
    (tmp_path / "copyright").write_text("see `/usr/share/common-licenses/LGPL-2.1'.\nand /usr/share/common-licenses/GPL-9.")
    work = Component("libx", "1-1", "deb", "LGPL-2.1+", texts=(tmp_path / "copyright",))
    shared = components.shared_texts([work])
    assert [path.name for path in shared] == ["LGPL-2.1"]
    notices.write(tmp_path / "licences", [work], shared)
    assert (tmp_path / "licences" / "LGPL-2.1.txt").read_text() == "text of LGPL-2.1"


@pytest.mark.parametrize("system", ["debian", "ubuntu"])
def test_a_library_of_ubuntu_is_not_called_debians(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": system})
    works = [Component("zlib1g", "1:1.2.13-1", "deb", "Zlib")]
    told = json.loads(notices.bill("mailsafi-wizard", "1.2.3", works))
    assert told["components"][0]["purl"].startswith(f"pkg:deb/{system}/zlib1g@")
    assert f"in {system.capitalize()}'s archive" in notices.index(works)
