"""The small menu at the foot of the rail: projects, colours, size of text, language; and what of it is remembered (QSettings).

Only the window's looks and the files opened last are kept there; everything about a migration is in its project file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QSettings, QStandardPaths, SignalInstance
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from mailsafi_wizard import words
from mailsafi_wizard.ui.theme import theme
from mailsafi_wizard.ui.widgets import Button
from mailsafi_wizard.words import _


class Shell(Protocol):
    """What the menu asks of the window."""

    @property
    def project(self) -> object | None: ...
    @property
    def language_chosen(self) -> SignalInstance: ...
    def new_project(self) -> None: ...
    def open_file(self) -> None: ...
    def leave_project(self) -> None: ...
    def show_support(self) -> None: ...
    def build(self) -> None: ...


RECENT = 5
ZOOMS = (1.0, 1.25, 1.5)


_file: Path | None = None


def keep_in(file: Path) -> None:
    """From now on what is remembered stands in ``file``, and not among the person's own settings."""
    global _file
    _file = file


def settings() -> QSettings:
    return QSettings("MailSafi", "MailSafi Wizard") if _file is None else QSettings(str(_file), QSettings.Format.IniFormat)


def kinds() -> str:
    return _("MailSafi projects (*.mailsafi)")


def folder() -> Path:
    """Where projects are proposed to live: beside the last one, else the documents folder."""
    last = recent_paths()
    if last and last[0].parent.is_dir():
        return last[0].parent
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())


def recent_paths() -> list[Path]:
    kept = settings().value("recent", [], type=list)
    return [Path(str(name)) for name in kept if Path(str(name)).is_file()] if isinstance(kept, list) else []


def remember(path: Path) -> None:
    names = [str(path.resolve()), *(str(p) for p in recent_paths() if p != path.resolve())]
    settings().setValue("recent", names[:RECENT])


def menu_button(window: Shell) -> Button:
    """The button with its menu. Choices take effect at once."""
    button = Button(_("&Menu"), kind="quiet", icon="settings", hint=_("Projects, colours, size of text, language"))
    menu = QMenu(button)
    menu.addAction(_("New migration…"), window.new_project)
    menu.addAction(_("Open a project…"), window.open_file)
    close = menu.addAction(_("Close the project"), window.leave_project)
    menu.addAction(_("Support bundle…"), window.show_support)
    menu.aboutToShow.connect(lambda: close.setEnabled(window.project is not None))
    menu.addSeparator()
    looks = {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}
    _choices(menu, _("Colours"), looks, theme().choice, lambda choice: _wear(choice=choice))
    sizes = {str(zoom): f"{zoom:.0%}" for zoom in ZOOMS}
    _choices(menu, _("Size of text"), sizes, str(theme().zoom), lambda zoom: _resize(window, float(zoom)))
    _choices(menu, _("Language"), words.LANGUAGES, words.language(), window.language_chosen.emit)
    button.setMenu(menu)
    return button


def _choices(menu: QMenu, title: str, names: dict[str, str], now: str, choose: Callable[[str], object]) -> None:
    sub = menu.addMenu(title)
    group = QActionGroup(sub)
    for key, name in names.items():
        action = QAction(name, group)
        action.setCheckable(True)
        action.setChecked(key == now)
        action.triggered.connect(lambda _checked=False, k=key: choose(k))
        sub.addAction(action)


def _resize(window: Shell, zoom: float) -> None:
    """Letters of another size; everything is made anew, for much was measured by the letters of before."""
    _wear(zoom=zoom)
    window.build()


def _wear(choice: str = "", zoom: float = 0.0) -> None:
    theme().wear(choice, zoom)
    settings().setValue("colours", theme().choice)
    settings().setValue("zoom", theme().zoom)
