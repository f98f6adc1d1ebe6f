"""Whose password must be set anew at the old server before their mail can be moved. Pure: decides from what is known.

Proposed are mailboxes for which no password is known, and those whose name and password the server refused; the admin's word counts more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from mailsafi_wizard import errors, spreadsheet
from mailsafi_wizard.model import Mailbox, Side, SignInResult
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_, _

UNKNOWN = N_("No password is known")
REFUSED = N_("The old server refused the password")
CHOSEN = N_("Chosen by you")


@dataclass(frozen=True)
class Reset:
    """One mailbox and why its password must be set anew."""

    mailbox: Mailbox
    reason: str


def proposed(
    mailboxes: Iterable[Mailbox],
    known: Collection[tuple[int, Side]],
    results: Mapping[tuple[int, Side], SignInResult],
    choices: Mapping[int, bool],
    admin_login: bool = False,
) -> tuple[Reset, ...]:
    """In the order of ``mailboxes``. ``choices``: what the admin has said by mailbox. ``admin_login``: passwords are not needed at all."""
    found = []
    for box in mailboxes:
        reason = "" if admin_login else _reason(box, (box.id, Side.SOURCE) in known, results.get((box.id, Side.SOURCE)))
        if choices.get(box.id, bool(reason)):
            found.append(Reset(box, reason or CHOSEN))
    return tuple(found)


def _reason(box: Mailbox, known: bool, result: SignInResult | None) -> str:
    if not known:
        return UNKNOWN
    return REFUSED if result is not None and not result.ok and _refused(result, box.source_user) else ""


def _refused(result: SignInResult, user: str) -> bool:
    """Whether it was name and password that were refused, and not a rule of the server (app password, IMAP off, a lock)."""
    if result.remedy == errors.AppPasswordLikely.hint:
        return False
    return any(_says(kind.title, result.cause, user) for kind in (errors.SignInRefused, errors.PasswordExpired))


def _says(title: str, cause: str, user: str) -> bool:
    before, _host, after = title.format(host="\0", user=user).partition("\0")
    return cause.startswith(before) and cause.endswith(after)


def as_csv(found: Sequence[Reset], names: tuple[str, str, str] | None = None) -> bytes:
    """For a spreadsheet: UTF-8 with a byte order mark, no password in it, and nothing that a spreadsheet would calculate."""
    head = names or (_("Email address"), _("User name at the old server"), _("Why"))
    return spreadsheet.as_csv([head, *((one.mailbox.address, one.mailbox.source_user, _(one.reason)) for one in found)])
