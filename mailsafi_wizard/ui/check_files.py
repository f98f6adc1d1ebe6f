"""Writes check sheets and reminders to disk, as PDF and as mail. Works on any thread; a file appears whole or not at all."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from mailsafi_wizard import errors, signoff
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.report import Column, Table
from mailsafi_wizard.report.checks import HOW_WORDS
from mailsafi_wizard.report.facts import time_text
from mailsafi_wizard.report.forms import write_table
from mailsafi_wizard.saving import write_each, write_whole
from mailsafi_wizard.signoff import CheckPage
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.check_paper import lay_out_check_sheets
from mailsafi_wizard.ui.pdf import write_document
from mailsafi_wizard.ui.problems import in_a_line
from mailsafi_wizard.words import N_, _


class Form(enum.Enum):
    """What is written: one file, or one for each user."""

    MAIL = "mail"
    PDF = "pdf"  # one for all
    PDFS = "pdfs"


NAMES = {
    Form.MAIL: N_("A mail file for each user"),
    Form.PDF: N_("One PDF for all users"),
    Form.PDFS: N_("A PDF for each user"),
}


class NobodyToWrite(errors.MigrationError):
    title = "There is nobody to write to"
    hint = "Sheets can be made of mailboxes that were copied; reminders go to those who have not signed off."
    exit_status = 2


@dataclass(frozen=True)
class Written:
    """Number of files, and the addresses whose messages to look for could not be read, with the reason."""

    files: int
    problems: tuple[tuple[str, str], ...] = ()


def write(
    project: MigrationProject,
    boxes: Sequence[Mailbox],
    form: Form,
    language: str,
    target: Path,
    now: dt.datetime,
    reminder: bool = False,
) -> Written:
    """Writes the sheets of ``boxes`` to ``target``, a file for one PDF and a folder for all else, and marks that in the project.

    Talks to the old server. Raises NobodyToWrite before anything is written, OSError while it is.
    """
    users, pages, problems = _pages(project, boxes, language, now, reminder)
    domain = _domain(project)
    if form is Form.PDF:
        write_document(lay_out_check_sheets(pages), target)
    elif form is Form.PDFS:
        write_each(
            target, pages, lambda page: page.address, ".pdf", lambda page, path: write_document(lay_out_check_sheets([page]), path)
        )
    else:
        write_each(
            target,
            pages,
            lambda page: page.address,
            ".eml",
            lambda page, path: write_whole(path, signoff.as_mail(page, domain, now).as_bytes()),
        )
    project.mark_sheets([box.id for box in users], now, reminder)
    return Written(1 if form is Form.PDF else len(pages), problems)


def drafts(
    project: MigrationProject, boxes: Sequence[Mailbox], language: str, now: dt.datetime, reminder: bool = False
) -> list[tuple[Mailbox, EmailMessage]]:
    """The sheets as mails to their users, without a sender. Talks to the old server. Raises NobodyToWrite, NoAddress."""
    users, pages, _problems = _pages(project, boxes, language, now, reminder)
    domain = _domain(project)
    return [(box, signoff.as_mail(page, domain, now)) for box, page in zip(users, pages, strict=True)]


def _pages(
    project: MigrationProject, boxes: Sequence[Mailbox], language: str, now: dt.datetime, reminder: bool
) -> tuple[list[Mailbox], list[CheckPage], tuple[tuple[str, str], ...]]:
    """Users, their pages, and addresses whose messages to look for could not be read, with the reason."""
    made, problems = project.make_sheets([box.id for box in boxes], now)
    if not made:
        raise NobodyToWrite()
    users = [box for box in boxes if box.id in made]
    pages = [signoff.page(made[box.id], project.company, box, language, formats.size, reminder) for box in users]
    names = {box.id: box.address for box in users}
    return users, pages, tuple((names[number], in_a_line(error)) for number, error in problems.items() if number in names)


def _domain(project: MigrationProject) -> str:
    return next(iter(project.company.domains), "")


def write_list(project: MigrationProject, target: Path) -> None:
    """Who has said that the mail is there and who has not, for a spreadsheet; nothing in it is calculated. Raises OSError."""
    zone, signed, written = project.company.timezone, project.sign_offs(), project.sheets_written()

    def moment(when: dt.datetime | None) -> str:
        return time_text(when, zone) if when else ""

    titles = (_("Mailbox"), _("Sheet written"), _("Reminded"), _("Signed off"), _("How"), _("Said by"))
    rows = []
    for box in project.mailboxes():
        sent, reminded = written.get(box.id, (None, None))
        said = signed.get(box.id)
        told = (moment(said.at), _(HOW_WORDS.get(said.how, said.how)), said.who) if said else (_("not yet"), "", "")
        rows.append((box.address, moment(sent), moment(reminded), *told))
    write_table(Table("sign-offs", _("Sign-offs"), tuple(Column(title) for title in titles), tuple(rows)), target)
