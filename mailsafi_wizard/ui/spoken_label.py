"""A label for screen readers alone. On Linux they take the name of a box to choose from out of a label beside it; what is chosen stands in its place."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLabel


def spoken_label(box: QComboBox) -> None:
    """Gives ``box``, which stands in its place already and has an accessible name, a label that is heard and not seen."""
    made = QLabel(box.accessibleName().replace("&", "&&"), box.parentWidget())
    made.setBuddy(box)
    made.hide()
