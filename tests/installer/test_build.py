"""What a build is told, what it says when it cannot, and the papers beside the packages."""

from __future__ import annotations

import hashlib
import json
import plistlib
import subprocess
from pathlib import Path

import pytest

from installer import build, facts
from installer.facts import Facts
from installer.macos import app_bundle, image
from tests.installer.test_components import made
from tests.installer.test_linux import WHEN

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("feed", ["http://example.com/feed", "example.com", "https://", "file:///etc/passwd"])
def test_newer_versions_are_never_asked_for_without_encryption(feed: str) -> None:
    with pytest.raises(ValueError, match="https"):
        facts.gather(ROOT, feed)


def test_the_frozen_program_is_told_its_version_and_where_newer_ones_are() -> None:
    told = json.loads(Facts("1.2.3", "https://example.com/feed.json", WHEN, "").release_file())
    assert told == {"version": "1.2.3", "feed": "https://example.com/feed.json"}
    assert json.loads(facts.gather(ROOT, "").release_file())["feed"] == ""


def test_a_build_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796040000")
    assert facts.moment(ROOT).isoformat() == "2026-11-30T12:00:00+00:00"


def test_sums_are_what_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "b.deb").write_bytes(b"two")
    (tmp_path / "a.tar.gz").write_bytes(b"one")
    text = build.sums([tmp_path / "b.deb", tmp_path / "a.tar.gz"])
    assert text == f"{hashlib.sha256(b'one').hexdigest()}  a.tar.gz\n{hashlib.sha256(b'two').hexdigest()}  b.deb\n"


def test_a_step_that_fails_ends_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object) -> Path:
        raise subprocess.CalledProcessError(7, ["/usr/bin/tool"])

    monkeypatch.setattr(build, "freeze", broken)
    assert build.main(["--out", str(tmp_path / "out")]) == 1
    assert "tool ended with exit status 7" in capsys.readouterr().err
    assert not (tmp_path / "out" / "SHA256SUMS").exists()


def test_a_program_that_does_not_work_is_not_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sick(_app: Path) -> None:
        raise subprocess.CalledProcessError(1, ["mailsafi-wizard"])

    def pack(*_arguments: object) -> list[Path]:
        packed.append(tmp_path)
        return []

    packed: list[Path] = []
    monkeypatch.setattr(build, "freeze", lambda *_a: tmp_path)
    monkeypatch.setattr(build, "self_test", sick)
    monkeypatch.setattr(build, "package", pack)
    assert build.main(["--out", str(tmp_path / "out")]) == 1
    assert packed == []


def test_the_mac_is_told_of_projects() -> None:
    told = plistlib.loads(plistlib.dumps(app_bundle.info("1.2.3", "14.0")))
    kind = told["UTExportedTypeDeclarations"][0]
    assert kind["UTTypeTagSpecification"]["public.filename-extension"] == ["mailsafi"]
    assert told["CFBundleDocumentTypes"][0]["LSItemContentTypes"] == [kind["UTTypeIdentifier"]]
    entitlements = plistlib.loads((ROOT / "installer/macos/entitlements.plist").read_bytes())
    assert all(value is True for value in entitlements.values())


def test_the_mac_is_told_which_system_is_too_old(tmp_path: Path) -> None:
    works = []
    tags = {"qt": "cp310-abi3-macosx_14_0_universal2", "old": "cp312-cp312-macosx_10_13_x86_64", "pure": "py3-none-any"}
    for name, tag in tags.items():
        works.append(made(tmp_path, name, "", {"WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n\n"}))
    assert app_bundle.oldest(works) == "14.0"
    assert app_bundle.info("1.2.3", app_bundle.oldest(works))["LSMinimumSystemVersion"] == "14.0"
    with pytest.raises(ValueError, match="max"):
        app_bundle.oldest(works[2:])


def test_the_mac_app_is_signed_for_notarisation() -> None:
    command = image.sign_app(Path("A.app"), "Developer ID Application: X")
    assert command[command.index("--options") + 1] == "runtime"
    assert command[-3:] == ["--sign", "Developer ID Application: X", "A.app"]
