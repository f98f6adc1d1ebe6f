"""Finds the files that are not code: templates, icons, fonts, provider data.

They lie in ``resources/`` beside the package in a checkout, inside the package in a wheel, and beside the program in a frozen bundle.
"""

from __future__ import annotations

import sys
from pathlib import Path


def root() -> Path:
    """The folder that holds all resources; raises FileNotFoundError when the installation is incomplete."""
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [Path(frozen) / "resources"] if frozen else []
    candidates += [package / "_resources", package.parent / "resources"]
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the resources folder is missing; looked in {', '.join(map(str, candidates))}")


def path(name: str) -> Path:
    """The file or folder ``name`` (with "/" between parts) under the resources folder."""
    return root().joinpath(*name.split("/"))
