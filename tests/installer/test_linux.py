"""The Debian package's texts, and what makes the program at home on a desktop."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from defusedxml import ElementTree

from installer.linux import archive, deb, desktop, libraries, tidy
from mailsafi_wizard import options
from mailsafi_wizard.__main__ import COMMANDS
from mailsafi_wizard.store.schema import APPLICATION_ID

ROOT = Path(__file__).resolve().parents[2]
WHEN = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


def test_dependencies_are_what_the_files_ask_for() -> None:
    needed = ["libc.so.6", "ld-linux-x86-64.so.2", "libm.so.6", "libGL.so.1", "libQt6Core.so.6", "libstdc++.so.6"]
    found = deb.depends(needed, ["libQt6Core.so.6"], 35)
    assert found[0] == "libc6 (>= 2.35)"
    assert {"libgl1", "libstdc++6", "ca-certificates", "fontconfig-config", "xkb-data"} == set(found[1:])


def test_a_library_from_nowhere_ends_the_build() -> None:
    with pytest.raises(deb.UnknownLibrary, match=r"libstrange\.so\.3"):
        deb.depends(["libc.so.6", "libstrange.so.3"], [], 35)


def test_how_new_a_c_library_is_asked_for() -> None:
    assert libraries.newest_glibc([b"\0GLIBC_2.2.5\0GLIBC_2.17\0", b"GLIBC_2.34\0GLIBCXX_3.4.30\0"]) == 34
    assert libraries.newest_glibc([b"nothing"]) == 0


def test_needed_libraries_are_read_from_objdump() -> None:
    text = "Dynamic Section:\n  NEEDED               libm.so.6\n  NEEDED               libc.so.6\n  RUNPATH              $ORIGIN\n"
    assert libraries.needed_in(text) == {"libm.so.6", "libc.so.6"}


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("objdump"), reason="reads this system's own programs")
def test_a_real_program_is_read(tmp_path: Path) -> None:
    shutil.copy("/bin/sh", tmp_path / "sh")
    (tmp_path / "text").write_text("no program")
    needed, there, glibc = libraries.wants(tmp_path)
    assert "libc.so.6" in needed
    assert there == {"sh"}
    assert glibc > 2


def test_control_file() -> None:
    text = deb.control(
        "1.2.0-1", "amd64", 1234, ["libc6 (>= 2.35)", "libgl1"], "Somebody <some@example.com>", "https://example.com"
    )
    fields = dict(re.findall(r"^([A-Z][A-Za-z-]+): (.*)$", text, re.MULTILINE))
    assert fields["Depends"] == "libc6 (>= 2.35), libgl1"
    assert fields["Installed-Size"] == "1234"
    assert len(fields["Description"]) < 80
    description = text.partition("Description: ")[2].splitlines()[1:]
    assert all(line.startswith(" ") and line.strip() and len(line) < 80 for line in description)
    with pytest.raises(ValueError, match="Maintainer"):
        deb.control("1", "amd64", 1, [], "Somebody\nDepends: evil", "")


def test_debians_changelog() -> None:
    text = deb.changelog("1.2.0-1", "### Added\n\n- " + "long words " * 20 + "\n  and more\n- Short\n", "S <s@example.com>", WHEN)
    lines = text.splitlines()
    assert lines[0] == "mailsafi-wizard (1.2.0-1) unstable; urgency=medium"
    assert max(map(len, lines)) < 80
    assert sum(line.startswith("  * ") for line in lines) == 2
    assert "and more" in text
    assert "Added" not in text
    assert lines[-1] == " -- S <s@example.com>  Mon, 30 Nov 2026 12:00:00 +0000"


def test_copyright_names_the_holder_and_the_works_of_others() -> None:
    text = deb.copyright_file([("Qt 6", "LGPL-3.0-only")], (ROOT / "LICENSE").read_text("utf-8"))
    assert "Copyright: 20" in text
    assert "Qt 6: LGPL-3.0-only" in text
    assert "Permission is hereby granted" in text
    for line in text.splitlines():
        assert not line or line[0] == " " or re.match(r"[A-Z][A-Za-z-]*:", line), line
    with pytest.raises(ValueError, match="holder"):
        deb.copyright_file([], "no licence")


def test_manual_names_every_command() -> None:
    text = desktop.manual("1.2.0", WHEN).replace("\\-", "-")
    assert "@" not in re.sub(r"@example", "", text)
    for command in COMMANDS:
        assert re.search(rf"^\.BI? \"?{re.escape(command)}", text, re.MULTILINE), command
    assert "2026-11-30" in text
    told = options.parser().format_help()
    assert all(command in told for command in COMMANDS)


@pytest.mark.skipif(not shutil.which("man"), reason="there is no man here")
def test_manual_is_drawn_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "mailsafi-wizard.1"
    file.write_text(desktop.manual("1.2.0", WHEN), "utf-8")
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", str(file)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "EXIT STATUS" in re.sub(r".\x08", "", done.stdout)


def test_a_project_is_known_by_its_ending_and_its_mark() -> None:
    top = ElementTree.fromstring(desktop.kinds_of_files())
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}

    def told(place: str, name: str) -> str:
        found = top.find(f"m:mime-type{place}", space)
        return "" if found is None else str(found.get(name))

    assert told("/m:glob", "pattern") == "*.mailsafi"
    assert int(told("//m:match/m:match", "value"), 16) == APPLICATION_ID
    assert f"MimeType={told('', 'type')};" in (ROOT / "installer/linux/mailsafi-wizard.desktop").read_text("utf-8")
    assert told("/m:icon", "name") == desktop.FILE_ICON


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="desktop-file-utils are not installed")
def test_desktop_entry_is_valid() -> None:
    done = subprocess.run(
        ["desktop-file-validate", str(ROOT / "installer/linux/mailsafi-wizard.desktop")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_all_of_the_desktop_is_written(tmp_path: Path, qapp: object) -> None:
    assert qapp is not None
    desktop.write(tmp_path, "1.2.0", WHEN)
    assert gzip.decompress((tmp_path / "man/man1/mailsafi-wizard.1.gz").read_bytes()).startswith(b'.\\"')
    for place in (
        "48x48/apps/mailsafi-wizard.png",
        "256x256/mimetypes/application-vnd.mailsafi.project.png",
        "scalable/apps/mailsafi-wizard.svg",
    ):
        assert (tmp_path / "icons/hicolor" / place).stat().st_size > 100


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
@pytest.mark.parametrize("folder", ["plain", "with space & $x 100% \"q\" 'a' \\b`c|d"])
def test_the_menu_entry_of_the_archive_names_its_own_folder(tmp_path: Path, folder: str, qapp: object) -> None:
    assert qapp is not None
    home, data = tmp_path / folder, tmp_path / "data"
    desktop.write(home / "share", "1.2.0", WHEN)
    shutil.copy(ROOT / "installer/linux/add-to-menu.sh", home)
    env = {"PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(data), "HOME": str(tmp_path)}
    subprocess.run(["sh", str(home / "add-to-menu.sh")], check=True, env=env, capture_output=True)
    lines = (data / "applications/mailsafi-wizard.desktop").read_text("utf-8").splitlines()
    command = next(line.removeprefix("Exec=") for line in lines if line.startswith("Exec="))
    assert unquoted(command) == (str(home / "mailsafi-wizard"), " %f")
    shutil.copy(ROOT / "installer/linux/remove-from-menu.sh", home)
    subprocess.run(["sh", str(home / "remove-from-menu.sh")], check=True, env=env, capture_output=True)
    left = [path for path in data.rglob("*mailsafi*") if path.is_file()]
    assert left == []


def unquoted(command: str) -> tuple[str, str]:
    """(program, the rest) as the Desktop Entry Specification reads Exec: its escapes in quotation marks, after those of any string."""
    string = re.sub(r"\\\\", "\0", command).replace("\0", "\\")
    found = re.match(r'"((?:[^"\\]|\\.)*)"(.*)$', string)
    assert found is not None
    return re.sub(r"\\(.)", r"\1", found[1]).replace("%%", "%"), found[2]


def test_archive_is_the_same_each_time_and_belongs_to_root(tmp_path: Path) -> None:
    root = tmp_path / "program-1"
    (root / "inner").mkdir(parents=True)
    (root / "run").write_bytes(b"x")
    (root / "run").chmod(0o700)
    (root / "inner/text").write_text("text")
    (root / "inner/text").chmod(0o600)
    (root / "link").symlink_to("inner/text")
    archive.write(root, tmp_path / "a.tar.gz", WHEN)
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        entries = {entry.name: entry for entry in tar}
    assert {name: (entry.uid, entry.uname, entry.mtime) for name, entry in entries.items()} == dict.fromkeys(
        ["program-1", "program-1/inner", "program-1/inner/text", "program-1/link", "program-1/run"],
        (0, "root", int(WHEN.timestamp())),
    )
    assert entries["program-1/run"].mode == 0o755
    assert entries["program-1/inner/text"].mode == 0o644


@pytest.mark.parametrize(("part", "own"), [("$ORIGIN", True), ("$ORIGIN/../lib", True), ("/opt/python/lib", False), ("lib", False)])
def test_which_search_paths_are_fit_for_other_computers(part: str, own: bool) -> None:
    assert tidy.is_own_place(part) is own
