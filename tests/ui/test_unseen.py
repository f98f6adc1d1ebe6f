"""Without a screen there are still letters on the page."""

from __future__ import annotations

from mailsafi_wizard.ui.unseen import be_unseen


def test_on_windows_the_systems_fonts_are_named() -> None:
    environment = {"WINDIR": r"D:\Win"}
    be_unseen(environment, "win32")
    assert environment["QT_QPA_FONTDIR"] == r"D:\Win\Fonts"
    assert environment["QT_QPA_PLATFORM"] == "offscreen"


def test_what_a_person_has_chosen_stays() -> None:
    environment = {"QT_QPA_PLATFORM": "minimal", "QT_QPA_FONTDIR": "X"}
    be_unseen(environment, "win32")
    assert environment == {"QT_QPA_PLATFORM": "minimal", "QT_QPA_FONTDIR": "X"}


def test_elsewhere_qt_finds_them_by_itself() -> None:
    environment = {"QT_QPA_PLATFORM": ""}
    be_unseen(environment, "linux")
    assert environment == {"QT_QPA_PLATFORM": "offscreen"}
