"""The report's sections on the end of a migration: sign-in sheets, credentials to take back, when the old server may be closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from mailsafi_wizard.report.facts import Column, Section, Table, time_text
from mailsafi_wizard.words import LANGUAGES, N_, _, ngettext

SheetLine = tuple[str, dt.datetime | None, str, str]  # address, when its sheet was written, language, form
CredentialLine = tuple[str, str, str, str, dt.datetime | None]  # what, whose, at which server, what to do, when it was taken back
_FORMS = {"pdf": N_("PDF"), "html": N_("HTML"), "mail": N_("mail file"), "sent": N_("sent by mail")}


def finish_sections(
    sheets: Sequence[SheetLine],
    credentials: Sequence[CredentialLine],
    closing: Callable[[Callable[[dt.datetime], str]], Sequence[str]],
    erased: tuple[dt.datetime, int] | None,
    timezone: str,
) -> tuple[Section, ...]:
    """The three sections. ``closing`` gets a way to put a moment into words and gives the sentences on the old server."""

    def show(when: dt.datetime) -> str:
        return time_text(when, timezone)

    words, gone = tuple(closing(show)), _erased(erased, show)
    back = _("{n} of {all} were taken back.").format(n=sum(one[4] is not None for one in credentials), all=len(credentials))
    made = _("{n} of {all} were written.").format(n=sum(one[1] is not None for one in sheets), all=len(sheets))
    return (
        Section("sheets", _("Sign-in sheets"), (), (_sheets(sheets, timezone),), glance=((_("Sign-in sheets"), made),)),
        Section(
            "credentials",
            _("Credentials"),
            (gone, back),
            (credentials_table(credentials, timezone),),
            glance=((_("Credentials"), f"{back} {gone}"),),
        ),
        Section("closing", _("The old server"), words, glance=((_("The old server"), words[0]),) if words else ()),
    )


def _sheets(lines: Sequence[SheetLine], timezone: str) -> Table:
    columns = (Column(_("Mailbox"), weight=3), Column(_("Written"), weight=2), Column(_("Language")), Column(_("Form")))
    rows = tuple(
        (address, time_text(when, timezone), LANGUAGES.get(language, language), _(_FORMS.get(form, form)))
        if when
        else (address, _("not yet"), "", "")
        for address, when, language, form in lines
    )
    return Table("sign-in-sheets", _("Sign-in sheets"), columns, rows, empty=_("There are no mailboxes in the project."))


def credentials_table(lines: Sequence[CredentialLine], timezone: str) -> Table:
    """What was lent and when it was taken back; for the report and as a file of its own."""
    columns = (
        Column(_("What"), weight=1.5),
        Column(_("Whose"), weight=2.5),
        Column(_("At"), weight=2),
        Column(_("To do"), weight=3),
        Column(_("Taken back"), weight=1.6),
    )
    rows = tuple(
        (what, who, host, todo, time_text(when, timezone) if when else _("not yet")) for what, who, host, todo, when in lines
    )
    return Table("credentials", _("Credentials to take back"), columns, rows, empty=_("No credential was lent."))


def _erased(erased: tuple[dt.datetime, int] | None, show: Callable[[dt.datetime], str]) -> str:
    if erased is None:
        return _("The passwords that the wizard knows have not been erased.")
    when, sealed = erased
    if not sealed:
        return _("The wizard's passwords were erased on {when}; none had been written to the project file.").format(when=show(when))
    text = ngettext(
        "The wizard's passwords were erased on {when}: {n} sealed password went out of the project file, whose bytes were then read: nothing is left.",
        "The wizard's passwords were erased on {when}: {n} sealed passwords went out of the project file, whose bytes were then read: nothing is left.",
        sealed,
    )
    return text.format(when=show(when), n=sealed)
