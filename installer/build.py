"""``python3 dev.py package``: builds what people install on the system it runs on, into ``dist``.

Linux: a .deb and a tar.gz. Windows: a set-up program (NSIS). macOS: a disk image. With each come its SHA-256 sums, a bill of materials and the release
notes. No other system's package can be built: PyInstaller takes what is installed where it runs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from installer import facts as about
from installer import pictures, versions
from installer.facts import Facts

ROOT = Path(__file__).resolve().parents[1]
MADE = ROOT / "build" / "installer"
APP = "mailsafi-wizard"
Say = Callable[[str], None]


def say(text: str) -> None:
    print(f"package: {text}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status; 1 when something could not be built, with the reason on standard error."""
    options = _options(arguments)
    try:
        facts = about.gather(ROOT, options.feed)
        out = options.out.absolute()
        out.mkdir(parents=True, exist_ok=True)
        app = freeze(facts, options.keep)
        if not options.untested:
            self_test(app)
        files = [] if options.app_only else package(app, out, facts)
        files += papers(out, facts)
        (out / "SHA256SUMS").write_text(sums(files), "utf-8")
        for file in files:
            say(f"{file.relative_to(out)}  {file.stat().st_size / 1e6:.1f} MB")
    except subprocess.CalledProcessError as e:
        say(f"{Path(str(e.cmd[0])).name} ended with exit status {e.returncode}")
        return 1
    except (OSError, ValueError, RuntimeError) as e:
        say(str(e))
        return 1
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py package", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="DIR")
    feed = os.environ.get("MAILSAFI_RELEASE_FEED", "")
    parser.add_argument(
        "--feed", default=feed, metavar="URL", help="where newer versions are announced; without it the program never asks"
    )
    parser.add_argument("--app-only", action="store_true", help="the frozen folder, no package")
    parser.add_argument("--keep", action="store_true", help="take the frozen folder of the last build")
    parser.add_argument("--untested", action="store_true", help="do not run the self-test of what was built")
    return parser.parse_args(arguments)


# --- the frozen program


def freeze(facts: Facts, keep: bool = False) -> Path:
    """The folder (on macOS the .app) that PyInstaller makes; raises CalledProcessError."""
    app = MADE / ("MailSafi Wizard.app" if sys.platform == "darwin" else APP)
    if keep and app.exists():
        return app
    prepare(facts)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", str(MADE)]
    command += ["--workpath", str(MADE / "work"), str(ROOT / "installer" / "mailsafi.spec")]
    say("freezing the program")
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(int(facts.when.timestamp()))})
    if sys.platform == "linux":
        from installer.linux import tidy

        tidy.tidy(app)
    return app


def prepare(facts: Facts) -> None:
    """What the spec reads: facts, icons, the version as Windows wants it."""
    MADE.mkdir(parents=True, exist_ok=True)
    (MADE / "release.json").write_text(facts.release_file(), "utf-8")
    told = {"version": versions.of_mac(facts.version), "identifier": about.IDENTIFIER, "mac_identity": facts.mac_identity}
    (MADE / "facts.json").write_text(json.dumps(told), "utf-8")
    sign = ROOT / "resources" / "icons" / "app.svg"
    drawn = pictures.drawn(sign, tuple({*pictures.ICO_SIZES, *pictures.ICNS_KINDS.values()}))
    (MADE / f"{APP}.ico").write_bytes(pictures.ico({size: drawn[size] for size in pictures.ICO_SIZES}))
    (MADE / f"{APP}.icns").write_bytes(pictures.icns(drawn))
    from installer.windows import version_info

    (MADE / "version.txt").write_text(version_info.text(facts.version), "utf-8")


def command_of(app: Path) -> Path:
    """The program in the frozen folder that writes to where it was called from."""
    names = {"win32": f"{APP}-cli.exe", "darwin": f"Contents/MacOS/{APP}"}
    return app / names.get(sys.platform, APP)


def self_test(app: Path) -> None:
    """Raises CalledProcessError when what was built does not work."""
    say("testing what was built")
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    subprocess.run([str(command_of(app)), "--selftest"], check=True, env={**clean, "QT_QPA_PLATFORM": "offscreen"})


# --- packages and papers


def package(app: Path, out: Path, facts: Facts) -> list[Path]:
    """The packages of this system."""
    say("packing")
    if sys.platform == "win32":
        from installer.windows import setup

        return [setup.build(app, out, MADE, facts)]
    if sys.platform == "darwin":
        from installer.macos import image

        return [image.build(app, out, MADE, facts)]
    from installer.linux import archive, deb

    files = [archive.build(app, out, MADE, facts)]
    if shutil.which("dpkg-deb"):
        files.append(deb.build(app, out, MADE, facts))
    else:
        say("there is no dpkg-deb here, so no .deb is made")
    return files


def papers(out: Path, facts: Facts) -> list[Path]:
    """Bill of materials and release notes."""
    bill = out / f"{APP}-{facts.version}-{about.system()}-{facts.architecture}.cdx.json"
    shutil.copyfile(MADE / "bill.cdx.json", bill)
    notes = out / "RELEASE-NOTES.md"
    notes.write_text(f"# MailSafi Wizard {facts.version}\n\n{facts.notes}", "utf-8")
    return [bill, notes]


def sums(files: Sequence[Path]) -> str:
    """As sha256sum writes and checks them."""
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files))


if __name__ == "__main__":
    sys.exit(main())
