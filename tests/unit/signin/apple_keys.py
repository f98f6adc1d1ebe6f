"""Apple's published keys of a profile and of a managed mail account, as data: (type, must be there, allowed values or None).

After Apple's "Device Management" schema (TopLevel, CommonPayloadKeys, com.apple.mail.managed), read 2026-11.
"""

from __future__ import annotations

from typing import Any

Key = tuple[type, bool, tuple[Any, ...] | None]
_AUTH = ("EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM", "EmailAuthHTTPMD5")
COMMON: dict[str, Key] = {
    "PayloadIdentifier": (str, True, None),
    "PayloadUUID": (str, True, None),
    "PayloadType": (str, True, None),
    "PayloadVersion": (int, True, (1,)),
    "PayloadDescription": (str, False, None),
    "PayloadDisplayName": (str, False, None),
    "PayloadOrganization": (str, False, None),
}
PROFILE: dict[str, Key] = COMMON | {
    "PayloadType": (str, True, ("Configuration",)),
    "PayloadContent": (list, True, None),
    "IsEncrypted": (bool, False, None),
    "PayloadScope": (str, False, ("System", "User")),
}
MAIL: dict[str, Key] = COMMON | {
    "PayloadType": (str, True, ("com.apple.mail.managed",)),
    "EmailAccountDescription": (str, False, None),
    "EmailAccountName": (str, False, None),
    "EmailAccountType": (str, True, ("EmailTypeIMAP", "EmailTypePOP")),
    "EmailAddress": (str, False, None),
    "IncomingMailServerAuthentication": (str, True, _AUTH),
    "IncomingMailServerHostName": (str, True, None),
    "IncomingMailServerPortNumber": (int, False, None),
    "IncomingMailServerUseSSL": (bool, False, None),
    "IncomingMailServerUsername": (str, False, None),
    "IncomingMailServerIMAPPathPrefix": (str, False, None),
    "OutgoingMailServerAuthentication": (str, True, _AUTH),
    "OutgoingMailServerHostName": (str, True, None),
    "OutgoingMailServerPortNumber": (int, False, None),
    "OutgoingMailServerUseSSL": (bool, False, None),
    "OutgoingMailServerUsername": (str, False, None),
    "OutgoingPasswordSameAsIncomingPassword": (bool, False, None),
    "PreventMove": (bool, False, None),
    "PreventAppSheet": (bool, False, None),
    "allowMailDrop": (bool, False, None),
}  # IncomingPassword and OutgoingPassword are left out: they must never be there


def faults(found: dict[str, Any], keys: dict[str, Key]) -> list[str]:
    """What ``found`` has that the schema does not allow, and what it lacks."""
    wrong = [f"{name}: not known" for name in found if name not in keys]
    for name, (kind, needed, allowed) in keys.items():
        if name not in found:
            wrong += [f"{name}: missing"] if needed else []
        elif type(found[name]) is not kind:
            wrong.append(f"{name}: {type(found[name]).__name__} instead of {kind.__name__}")
        elif allowed is not None and found[name] not in allowed:
            wrong.append(f"{name}: {found[name]!r} is not allowed")
    return wrong
