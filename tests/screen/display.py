"""A screen of its own for a test: Xvfb, an X server that shows to nobody."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from pathlib import Path

TOOLS = ("Xvfb", "setxkbmap", "xdotool")
KEYBOARD = [
    "-layout",
    "us",
    "-variant",
    "altgr-intl",
]  # xdotool lends a key to a letter that is on none ("§"), and such a letter gets lost
SIZE = "1400x960x24"
STARTS_WITHIN = 60.0  # seconds


class ToolMissing(RuntimeError):
    """Xvfb or xdotool is not installed; the text is the line that installs them."""


class Display:
    """Runs while used as a context manager; ``name`` is what DISPLAY must hold. It finds a free number by itself and listens to no network."""

    def __init__(self, folder: Path) -> None:
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing:
            raise ToolMissing(
                f"{' and '.join(missing)} missing; as root: apt-get install --no-install-recommends xvfb x11-xkb-utils xdotool"
            )
        self._log = folder / "xvfb.log"
        self.name = ""

    def __enter__(self) -> Display:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, "-dpi", "96", "-nolisten", "tcp", "-noreset"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, pass_fds=[writing], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            ready, _w, _x = select.select([told], [], [], STARTS_WITHIN)
            number = told.readline().strip().decode() if ready else ""
        if not number:
            self.__exit__()
            raise RuntimeError(f"Xvfb did not start: {self._log.read_text('utf-8', 'replace')}")
        self.name = f":{number}"
        subprocess.run(["setxkbmap", "-display", self.name, *KEYBOARD], check=True, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
