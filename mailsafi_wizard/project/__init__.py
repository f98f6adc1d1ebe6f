"""One migration: the only door of the screen and the command line to everything below. Delegates, computes nothing.

`MigrationProject` has everything; `copy_project.CopyProject` is the part of it that a copy needs, for a command that is to start at once. What
can be asked stands in the files of this package, one subject each. They import what a copy does without where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailsafi_wizard.project.migration import MigrationProject as MigrationProject
    from mailsafi_wizard.project.signing import signed_off as signed_off

_HOMES = {"MigrationProject": "migration", "signed_off": "signing"}


def __getattr__(name: str) -> Any:
    """Loads what is asked for when it is asked for (PEP 562): importing a part of this package must not load all of it."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
