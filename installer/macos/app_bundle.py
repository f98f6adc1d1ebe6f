"""What macOS is told of the app: Info.plist. Pure. Not verified on a Mac by hand: the workflow builds and self-tests it there."""

from __future__ import annotations

from typing import Any

from installer.facts import IDENTIFIER

PROJECT = f"{IDENTIFIER}.project"
OLDEST = "13.0"  # the oldest that Qt 6.11 supports


def info(version: str) -> dict[str, Any]:
    """``version``: three numbers."""
    return {
        "CFBundleName": "MailSafi Wizard",
        "CFBundleDisplayName": "MailSafi Wizard",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "LSMinimumSystemVersion": OLDEST,
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
