"""The provider's card: what its file says is shown letter by letter."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mailsafi_wizard.net import providers
from mailsafi_wizard.ui.provider_card import ProviderCard


def test_an_ampersand_is_no_mnemonic(qtbot: QtBot, look: None) -> None:
    card = ProviderCard()
    qtbot.addWidget(card)
    card.show_provider(providers.get("microsoft-365"), lambda key: False)
    beside = [one.text() for one in card.findChildren(QLabel) if one.buddy() is not None]
    assert any("Certificates && secrets" in text for text in beside)
    assert not any("&" in text.replace("&&", "") for text in beside)
    assert any("Certificates & secrets" in tick.accessibleName() for tick in card.ticks.values())
