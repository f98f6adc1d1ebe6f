"""What the command line says of support: a bundle shown and saved, a mistake of the program told without the values in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.support import bundle
from mailsafi_wizard.support.bundle import BundleFile
from mailsafi_wizard.support.traces import trace_lines


def show_and_save(files: Sequence[BundleFile], target: Path | None) -> None:
    """Prints each file, then saves them where ``target`` is given; raises WrongUsage, before anything is printed when ``target`` exists."""
    if target and target.exists():
        raise errors.WrongUsage(what=f"{target} exists already; choose another name")
    for file in files:
        print(f"=== {file.name}: {file.about}", file.text, sep="\n")
    try:
        if target:
            bundle.write(files, target)
    except OSError as e:
        raise errors.WrongUsage(e.strerror or str(e), what="The support bundle could not be written") from e


def tell_bug(error: Exception) -> int:
    """Values may be passwords or mail: only files, lines and functions are told. Returns the exit status."""
    told = "The program made a mistake. Nothing that was copied is lost; run the same command again. Save the support bundle if it stays."
    print(f"mailsafi-wizard: {told}", *trace_lines(error), sep="\n  ", file=sys.stderr)
    return 1
