"""What makes the program at home on a Linux desktop: menu entry, kind of file, icons, manual page. The same for every form of package."""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
from pathlib import Path

from installer import pictures
from mailsafi_wizard.store.schema import APPLICATION_ID

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAME = "mailsafi-wizard"
FILE_ICON = "application-vnd.mailsafi.project"


def manual(version: str, when: dt.datetime) -> str:
    text = (HERE / f"{NAME}.1").read_text("utf-8")
    return text.replace("@VERSION@", version).replace("@DATE@", f"{when:%Y-%m-%d}")


def kinds_of_files() -> str:
    """The XML for shared-mime-info: a project is known by its ending and by the mark that SQLite keeps for programs."""
    return (HERE / f"{NAME}.xml").read_text("utf-8").replace("@APPLICATION_ID@", f"0x{APPLICATION_ID:08x}")


def write(share: Path, version: str, when: dt.datetime) -> None:
    """All of it below ``share`` (/usr/share, or a folder that has the same form)."""
    for folder in ("applications", "mime/packages", "man/man1", "icons/hicolor/scalable/apps", "icons/hicolor/scalable/mimetypes"):
        (share / folder).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / f"{NAME}.desktop", share / "applications" / f"{NAME}.desktop")
    (share / "mime/packages" / f"{NAME}.xml").write_text(kinds_of_files(), "utf-8")
    (share / "man/man1" / f"{NAME}.1.gz").write_bytes(gzip.compress(manual(version, when).encode(), 9, mtime=0))
    sign = ROOT / "resources/icons/app.svg"
    for place in (f"scalable/apps/{NAME}.svg", f"scalable/mimetypes/{FILE_ICON}.svg"):
        shutil.copyfile(sign, share / "icons/hicolor" / place)
    for size, data in pictures.drawn(sign, pictures.SIZES).items():
        for place in (f"apps/{NAME}.png", f"mimetypes/{FILE_ICON}.png"):
            file = share / "icons/hicolor" / f"{size}x{size}" / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
