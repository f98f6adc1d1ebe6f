"""The PowerShell to paste: what it says, and that nothing from outside can say anything in it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard.model import OAuth, OAuthWay, Secret
from mailsafi_wizard.net.exchange_online import is_id, quoted, script, undo
from mailsafi_wizard.net.oauth_errors import SettingsUnreadable

APP, ENTERPRISE = "7c9e6679-7425-40de-944b-e07fc1f90ae7", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
SETTINGS = OAuth(OAuthWay.MICROSOFT_APP, "acme.co.ke", APP, ENTERPRISE, "", Secret("Q~8"))
SINGLE = "'\u2018\u2019\u201a\u201b"


def read(text: str) -> tuple[str, str]:
    """One single-quoted string at the start of ``text``, as PowerShell's tokenizer reads it, and the rest."""
    assert text[0] in SINGLE
    at, found = 1, ""
    while True:
        if text[at] in SINGLE:
            if at + 1 < len(text) and text[at + 1] in SINGLE:
                found += text[at]
                at += 2
                continue
            return found, text[at + 1 :]
        found += text[at]
        at += 1


def test_what_is_pasted() -> None:
    assert script(SETTINGS, ["jane@acme.co.ke", "o'brien@acme.co.ke"]).splitlines()[1:] == [
        "Connect-ExchangeOnline -Organization 'acme.co.ke'",
        f"New-ServicePrincipal -AppId '{APP}' -ObjectId '{ENTERPRISE}' -DisplayName 'MailSafi migration'",
        f"Add-MailboxPermission -Identity 'jane@acme.co.ke' -User '{ENTERPRISE}' -AccessRights FullAccess",
        f"Add-MailboxPermission -Identity 'o''brien@acme.co.ke' -User '{ENTERPRISE}' -AccessRights FullAccess",
    ]
    assert undo(SETTINGS) == f"Remove-ServicePrincipal -Identity '{ENTERPRISE}'\n"
    assert "Q~8" not in script(SETTINGS, [])


@given(st.text())
@example("a'; Remove-Mailbox -Identity 'b")
@example("a\u2019; Remove-Mailbox \u2018b")
@example("$(Get-Process) `n \u201b\u201a")
@example("a\nRemove-Mailbox b")
@example("\u0085\u2028\u2029")
def test_no_address_is_more_than_an_address(address: str) -> None:
    try:
        text = script(SETTINGS, [address])
    except SettingsUnreadable:
        assert any(not c.isprintable() for c in address)
        return
    assert len(text.splitlines()) == 4
    said = text.splitlines()[3].removeprefix("Add-MailboxPermission -Identity ")
    assert read(said) == (address, f" -User '{ENTERPRISE}' -AccessRights FullAccess")
    assert read(quoted(address)) == (address, "")


@pytest.mark.parametrize("wrong", ["", "x", APP + "'; x", APP + "\n", APP[:-1]])
def test_an_id_is_an_id(wrong: str) -> None:
    assert not is_id(wrong)
    for settings in (OAuth(OAuthWay.MICROSOFT_APP, "t", wrong, ENTERPRISE), OAuth(OAuthWay.MICROSOFT_APP, "t", APP, wrong)):
        with pytest.raises(SettingsUnreadable):
            script(settings, [])
