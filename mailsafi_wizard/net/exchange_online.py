"""The PowerShell that lets an app open mailboxes in Microsoft 365, for an admin to read and to paste. It is never run here.

Every value in it is a single-quoted string, so that no address can be anything but an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailsafi_wizard.model import OAuth
from mailsafi_wizard.net.oauth_errors import SettingsUnreadable
from mailsafi_wizard.net.oauth_settings import issuer
from mailsafi_wizard.words import N_

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")  # PowerShell takes each of them for the other


def is_id(text: str) -> bool:
    """Whether ``text`` is an ID as Microsoft writes them: a GUID."""
    return bool(_ID.fullmatch(text))


def quoted(text: str) -> str:
    """A PowerShell string that means ``text`` and nothing else; raises ValueError for control characters, which a console would act on."""
    if any(not c.isprintable() for c in text):
        raise ValueError("there is a character in it that cannot be shown")
    return "'" + _QUOTES.sub(lambda found: found[0] * 2, text) + "'"


def script(settings: OAuth, addresses: Iterable[str]) -> str:
    """Registers the app in Exchange Online and gives it each mailbox; raises SettingsUnreadable when an ID or an address can't be right.

    ``object_id`` must be that of the enterprise application: the one of the app registration is taken without complaint and does not work.
    """
    for what, value in (
        ("application (client) ID", settings.client_id),
        ("object ID of the enterprise application", settings.object_id),
    ):
        if not is_id(value):
            raise SettingsUnreadable(host=issuer(settings), user="", what=what)
    lines = [
        "# Once on this computer: Install-Module ExchangeOnlineManagement",
        f"Connect-ExchangeOnline -Organization {_safe(settings, settings.tenant)}",
        f"New-ServicePrincipal -AppId {quoted(settings.client_id)} -ObjectId {quoted(settings.object_id)}"
        " -DisplayName 'MailSafi migration'",
    ]
    for address in addresses:
        given = f"-User {quoted(settings.object_id)} -AccessRights FullAccess"
        lines.append(f"Add-MailboxPermission -Identity {_safe(settings, address)} {given}")
    return "\n".join(lines) + "\n"


def undo(settings: OAuth) -> str:
    """What takes the app out of Exchange Online again, after the migration."""
    if not is_id(settings.object_id):
        raise SettingsUnreadable(host=issuer(settings), user="", what=N_("object ID of the enterprise application"))
    return f"Remove-ServicePrincipal -Identity {quoted(settings.object_id)}\n"


def _safe(settings: OAuth, text: str) -> str:
    try:
        return quoted(text)
    except ValueError as e:
        raise SettingsUnreadable(
            str(e), host=issuer(settings), user="", what=N_("name of a mailbox or of the organisation")
        ) from None
