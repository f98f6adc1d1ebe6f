"""Writes sign-in sheets and set-up files to disk, in each of their forms. Works on any thread; a file appears whole or not at all."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path

from mailsafi_wizard import errors, signin
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.saving import write_each, write_whole
from mailsafi_wizard.signin import NotReady, ProfileSigner
from mailsafi_wizard.ui.pdf import write_document
from mailsafi_wizard.ui.signin_paper import lay_out_sheets
from mailsafi_wizard.words import N_, _


class Form(enum.Enum):
    """What is written; the value names it in the project."""

    PDF = "pdf"  # one for all
    PDFS = "pdfs"
    HTML = "html"
    MAIL = "mail"
    APPLE = "apple"
    THUNDERBIRD = "thunderbird"

    @property
    def sheets(self) -> bool:
        """Whether it holds the sheets themselves."""
        return self not in (Form.APPLE, Form.THUNDERBIRD)


NAMES = {
    Form.PDF: N_("One PDF for all users"),
    Form.PDFS: N_("A PDF for each user"),
    Form.HTML: N_("A web page for each user"),
    Form.MAIL: N_("A mail file for each user"),
    Form.APPLE: N_("Set-up files for Apple devices"),
    Form.THUNDERBIRD: N_("Set-up file for Thunderbird"),
}
NOTES = {
    Form.PDF: N_("To be printed; a page for each user."),
    Form.PDFS: N_("To be handed over one by one."),
    Form.HTML: N_("To be opened in a browser; nothing is loaded from elsewhere."),
    Form.MAIL: N_("Opened in your mail program, each is ready to be sent; Apple's set-up file is attached."),
    Form.APPLE: N_("A profile for each user that sets up iPhone, iPad and Mac. It asks for the password and holds none."),
    Form.THUNDERBIRD: N_("config-v1.1.xml for your web server, with a text that says where to put it and which records help."),
}


class NoUsers(errors.MigrationError):
    title = "There are no mailboxes yet"
    hint = "Load the list of mailboxes on the page Credentials."
    exit_status = 2


def write(project: MigrationProject, form: Form, language: str, target: Path, signer: ProfileSigner | None = None) -> int:
    """Write ``form`` to ``target``, a file for one PDF and a folder for all else; the answer is the number of files.

    Raises NotReady and its kinds before anything is written, OSError while it is.
    """
    boxes = project.mailboxes()
    if not boxes:
        raise NoUsers()
    sheets = project.sheets(language) if form.sheets else ()
    if form is Form.PDF:
        write_document(lay_out_sheets(sheets), target)
        count = 1
    elif form is Form.PDFS:
        paired = list(zip(boxes, sheets, strict=True))
        count = write_each(
            target, paired, lambda pair: pair[0].address, ".pdf", lambda pair, path: write_document(lay_out_sheets([pair[1]]), path)
        )
    elif form is Form.HTML:
        count = _bytes(target, boxes, ".html", [signin.as_html(sheet).encode() for sheet in sheets])
    elif form is Form.MAIL:
        count = _bytes(target, boxes, ".eml", [draft.as_bytes() for _box, draft in drafts(project, boxes, language, signer)])
    elif form is Form.APPLE:
        count = _bytes(target, boxes, ".mobileconfig", [_profile(project, box, signer) for box in boxes])
    else:
        count = _thunderbird(project, boxes, target)
    if form.sheets:
        project.note_sheets(language, "pdf" if form is Form.PDFS else form.value)
    return count


def _profile(project: MigrationProject, box: Mailbox, signer: ProfileSigner | None) -> bytes:
    values = project.sign_in_values(box)
    texts = (
        _("MailSafi: {address}").format(address=values.address),
        _("Sets up your email at MailSafi. You will be asked for your password."),
    )
    made = signin.mobileconfig(values, project.project_id, texts)
    return signer.signed(made) if signer else made


def drafts(
    project: MigrationProject, boxes: Iterable[Mailbox], language: str, signer: ProfileSigner | None = None
) -> list[tuple[Mailbox, EmailMessage]]:
    """The sheet of each mailbox as a mail to its user, without a sender. Raises NoAddress."""
    now, domains, seen = dt.datetime.now(dt.UTC), project.company.domains, project.programs()
    made = []
    for box in boxes:
        sheet = project.sheet(box, language, seen)
        try:
            profile = _profile(project, box, signer)
        except NotReady:
            profile = b""  # the sheet itself says what is missing
        made.append((box, signin.as_mail(sheet, domains[0] if domains else "", now, profile)))
    return made


def _thunderbird(project: MigrationProject, boxes: Iterable[Mailbox], folder: Path) -> int:
    users = [project.sign_in_values(box) for box in boxes]
    company = project.company
    config = signin.autoconfig(users, company.domains, company.name)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "config-v1.1.xml", config)
    write_whole(folder / _("where to put it.txt"), signin.publishing(users[0], company.domains).encode("utf-8-sig"))
    return 2


def _bytes(folder: Path, boxes: Iterable[Mailbox], ending: str, contents: list[bytes]) -> int:
    paired = list(zip(boxes, contents, strict=True))
    return write_each(folder, paired, lambda pair: pair[0].address, ending, lambda pair, path: write_whole(path, pair[1]))
