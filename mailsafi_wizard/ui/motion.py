"""Whether things may move on the screen: not where the system was told that they shall not."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressBar, QStyle


def calm() -> bool:
    """The person does not want movement. True only where the system says so to Qt."""
    hints = QApplication.styleHints()
    accessibility = hints.accessibility()  # both are held: from PySide6 6.12 on, the second goes away with the first
    wish = getattr(accessibility, "motionPreference", None)  # Qt later than 6.11
    if wish is not None and wish() == getattr(getattr(Qt, "MotionPreference", None), "ReducedMotion", object()):
        return True
    if sys.platform == "win32" and not QApplication.isEffectEnabled(Qt.UIEffect.UI_General):
        return True  # elsewhere Qt does not know, and says no
    return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


def show_going_on(bar: QProgressBar) -> None:
    """Something goes on, nobody knows for how long: a bar that runs to and fro, or one that stands half full where nothing may move."""
    still = calm()
    bar.setRange(0, 2 if still else 0)
    bar.setValue(1 if still else 0)
