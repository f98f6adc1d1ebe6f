"""Sheets sent by mail from here: how to sign in, what to check, and the reminder to do so. What was sent is in the project, as with notices.

The sheets themselves are made by whoever asks: they hold numbers in the words of the screen.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.project.telling_users import Post, TellingUsers
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mailsafi_wizard.report import Section


class SheetKind(enum.Enum):
    """The value names it in the project file, beside the kinds of notices."""

    SIGN_IN = "sheet.sign-in"
    CHECK = "sheet.check"
    REMINDER = "sheet.reminder"


TITLES = {
    SheetKind.SIGN_IN.value: N_("Sign-in sheet"),
    SheetKind.CHECK.value: N_("Sheet to check by"),
    SheetKind.REMINDER.value: N_("Reminder to check"),
}


class NotTested(errors.MigrationError):
    title = "Sending has not been tried yet"
    hint = "Enter the sending server on the page Communicate and send a test to yourself. Then come back here."
    exit_status = 2


class MailingSheets(TellingUsers):
    """Sheets of a project as mail."""

    def mail_sheets(
        self,
        kind: SheetKind,
        language: str,
        drafts: Sequence[tuple[Mailbox, EmailMessage]],
        report: Callable[[Told], None],
    ) -> bool:
        """Sends each draft to its user; blocks, and is ended by `stop_sending`. True when it came to the end.

        ``report`` is called on this thread with each outcome. Raises NotTested, WrongUsage, and what ends the sending for all.
        """
        from mailsafi_wizard.mails import sent_from

        if not self.sending_tested:
            raise NotTested()
        posts = [
            Post(
                box,
                kind.value,
                language,
                lambda sender, now, name, draft=draft: sent_from(draft, sender, now, name),  # type: ignore[misc]
                each_anew=kind is SheetKind.REMINDER,
            )
            for box, draft in drafts
        ]
        return self._send(posts, report, None)

    def have_sheet(self, kind: SheetKind) -> frozenset[str]:
        """Addresses, in small letters, to which such a sheet was sent, or perhaps was."""
        outcomes = self._outcomes([kind.value])[kind.value]
        return frozenset(address for address, told in outcomes.items() if told.state in (ToldState.SENT, ToldState.PERHAPS))

    def _report_sections(self) -> tuple[Section, ...]:
        from mailsafi_wizard.notices import KINDS
        from mailsafi_wizard.report.told import told_section

        return (*super()._report_sections(), told_section(self.told(), self.company.timezone, {**KINDS, **TITLES}))
