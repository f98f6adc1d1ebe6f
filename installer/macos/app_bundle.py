"""What macOS is told of the app: Info.plist. Pure. Not verified on a Mac by hand: the workflow builds and self-tests it there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution
from typing import Any

from installer.facts import IDENTIFIER

PROJECT = f"{IDENTIFIER}.project"
_MADE_FOR = re.compile(r"^Tag: \S*-macosx_(\d+)_(\d+)_\w+$", re.MULTILINE)


def oldest(works: Iterable[Distribution]) -> str:
    """The oldest macOS on which all ``works`` run, "14.0", by what their wheels were made for; raises ValueError when none was made for macOS."""
    found = [(int(m[1]), int(m[2])) for work in works for m in _MADE_FOR.finditer(work.read_text("WHEEL") or "")]
    return ".".join(map(str, max(found)))


def info(version: str, oldest_system: str) -> dict[str, Any]:
    """``version``: three numbers; ``oldest_system`` as `oldest` gives it."""
    return {
        "CFBundleName": "MailSafi Wizard",
        "CFBundleDisplayName": "MailSafi Wizard",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "LSMinimumSystemVersion": oldest_system,
        "LSApplicationCategoryType": "public.app-category.business",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "MIT licence; see Contents/Resources/licences",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "MailSafi migration project",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [PROJECT],
            }
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": PROJECT,
                "UTTypeDescription": "MailSafi migration project",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": ["mailsafi"]},
            }
        ],
    }
