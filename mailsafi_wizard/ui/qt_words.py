"""Qt's own words (the menu of a field, the dialogs for files) in languages that Qt has no catalogue for: they come from ours."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from mailsafi_wizard import words
from mailsafi_wizard.words import N_, _

TEXTS = frozenset(
    (
        # the menu of a field
        N_("&Undo"), N_("&Redo"), N_("Cu&t"), N_("&Copy"), N_("&Paste"), N_("Delete"), N_("Select All"), N_("Clear"),
        N_("&Step up"), N_("Step &down"),
        # dialogs
        N_("OK"), N_("Cancel"), N_("&Yes"), N_("&No"), N_("&Open"), N_("&Save"), N_("Open"), N_("Save"), N_("&Choose"), N_("Close"), N_("Apply"),
        # the dialogs for files, where the system has none of its own
        N_("&Look in:"), N_("Look in:"), N_("Files of &type:"), N_("Show "), N_("File &name:"), N_("Files of type:"),
        N_("Directory:"), N_("&Directory:"), N_("Back"), N_("Forward"), N_("Go back"),
        N_("Go forward"), N_("Parent Directory"), N_("Go to the parent directory"), N_("Create New Folder"), N_("Create a New Folder"),
        N_("List View"), N_("Detail View"), N_("Change to list view mode"), N_("Change to detail view mode"), N_("Name"), N_("Size"), N_("Type"),
        N_("Kind"), N_("Date Modified"), N_("My Computer"), N_("Computer"), N_("&New Folder"), N_("&Rename"), N_("&Delete"), N_("Show &hidden files"),
        N_("Sidebar"), N_("Files"), N_("All Files (*)"), N_("Find Directory"), N_("Save As"),
        N_("%1 already exists.\nDo you want to replace it?"),
        N_("%1\nFile not found.\nPlease verify the correct file name was given."),
        N_("%1\nDirectory not found.\nPlease verify the correct directory name was given."),
    )
)  # fmt: skip


class QtWords(QTranslator):
    """Asked by Qt for each of its words; follows the language of the program while it runs."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """None for what is not known here: Qt then asks the next translator."""
        found = _(sourceText) if sourceText in TEXTS else sourceText
        return found if found != sourceText else None


def install(app: QApplication) -> None:
    """Qt's own catalogue where it has one, ours above it."""
    known = QTranslator(app)
    if known.load(QLocale(words.language()), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(known)
    app.installTranslator(QtWords(app))
