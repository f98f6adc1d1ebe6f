"""Words and the bounds of controls can be told from their ground, in light and dark."""

from __future__ import annotations

import pytest

from mailsafi_wizard.ui import theme


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", theme.READABLE, ids="/".join)
def test_text_can_be_read(colours: theme.Colours, pair: tuple[str, str]) -> None:
    assert theme.contrast(getattr(colours, pair[0]), getattr(colours, pair[1])) >= 4.5


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", theme.VISIBLE, ids="/".join)
def test_bounds_of_controls_can_be_seen(colours: theme.Colours, pair: tuple[str, str]) -> None:
    assert theme.contrast(getattr(colours, pair[0]), getattr(colours, pair[1])) >= 3
