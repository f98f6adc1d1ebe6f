"""The words of the product: frozen dataclasses and enums, shared by every floor of the house.

Knows nothing of networks, disks or screens. A *Mailbox* is a person's account; a *Folder* is what RFC 9051 calls a mailbox.
Sizes are bytes, times are aware datetimes unless a name says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailsafi_wizard.model.accounts import FailedMessage, FolderLedger, Ledger, MailboxState, MessageState, Role
    from mailsafi_wizard.model.checking import (
        HOW,
        LEAST_SAMPLE,
        USUAL_SHARE,
        CheckPlan,
        CheckRecord,
        CheckSheet,
        Depth,
        Difference,
        Differs,
        FolderLine,
        MessageLine,
        SignOff,
        SpotCheck,
    )
    from mailsafi_wizard.model.company import CUTOVER_TIME, Company, Mailbox, MailSafiValues
    from mailsafi_wizard.model.logins import AdminLogin, OAuth, OAuthWay, StyleTrial, StyleTry
    from mailsafi_wizard.model.outlook import BigMessage, Finding, FolderCensus, Forecast, MailboxCensus, RunRecord, Weight
    from mailsafi_wizard.model.pace import Hours, Pace
    from mailsafi_wizard.model.programs import Program
    from mailsafi_wizard.model.servers import (
        NOT_TRIED,
        Endpoint,
        Ladder,
        Rung,
        RungResult,
        Secret,
        Security,
        Side,
        SignIn,
        SignInResult,
        SignInStyle,
        Tokens,
    )

_HOMES = {
    "accounts": "FailedMessage FolderLedger Ledger MailboxState MessageState Role",
    "checking": "HOW LEAST_SAMPLE USUAL_SHARE CheckPlan CheckRecord CheckSheet Depth Difference Differs FolderLine MessageLine SignOff SpotCheck",
    "company": "CUTOVER_TIME Company Mailbox MailSafiValues",
    "logins": "AdminLogin OAuth OAuthWay StyleTrial StyleTry",
    "outlook": "BigMessage Finding FolderCensus Forecast MailboxCensus RunRecord Weight",
    "pace": "Hours Pace",
    "programs": "Program",
    "servers": "NOT_TRIED Endpoint Ladder Rung RungResult Secret Security Side SignIn SignInResult SignInStyle Tokens",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Loads a word when it is first asked for (PEP 562): a command uses half of them, and each costs time at its start."""
    import importlib

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    word = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    return word


__all__ = [
    "CUTOVER_TIME",
    "HOW",
    "LEAST_SAMPLE",
    "NOT_TRIED",
    "USUAL_SHARE",
    "AdminLogin",
    "BigMessage",
    "CheckPlan",
    "CheckRecord",
    "CheckSheet",
    "Company",
    "Depth",
    "Difference",
    "Differs",
    "Endpoint",
    "FailedMessage",
    "Finding",
    "FolderCensus",
    "FolderLedger",
    "FolderLine",
    "Forecast",
    "Hours",
    "Ladder",
    "Ledger",
    "MailSafiValues",
    "Mailbox",
    "MailboxCensus",
    "MailboxState",
    "MessageLine",
    "MessageState",
    "OAuth",
    "OAuthWay",
    "Pace",
    "Program",
    "Role",
    "RunRecord",
    "Rung",
    "RungResult",
    "Secret",
    "Security",
    "Side",
    "SignIn",
    "SignInResult",
    "SignInStyle",
    "SignOff",
    "SpotCheck",
    "StyleTrial",
    "StyleTry",
    "Tokens",
    "Weight",
]
