"""The report's sections on what did not go as usual: failed message by message, sent in a changed form, renamed, worth knowing. Pure."""

from __future__ import annotations

from collections import Counter

from mailsafi_wizard.model import FailedMessage
from mailsafi_wizard.report.facts import Column, Kind, Section, Table, Value
from mailsafi_wizard.report.material import Material
from mailsafi_wizard.words import _, translated


def failed(m: Material) -> Section:
    """Each message by name, the reasons summed above. Subjects stand there only where the admin chose so."""
    rows = tuple(_failed_row(m, one) for one in m.failures)
    tables = [_reasons(m)] if rows else []
    empty = _("Every message could be copied.") if m.ledger.folders else _("Nothing has been copied yet.")
    tables.append(Table("failed", _("Messages that could not be copied"), _failed_columns(m), rows, empty=empty, grouped=True))
    if m.repairs:
        tables.append(_repaired(m))
    glance = f"{m.ledger.failed:,}" if m.ledger.failed else _("none")
    return Section("failed", _("Failed"), _failed_words(m), tuple(tables), glance=((_("Could not be copied"), glance),))


def _failed_words(m: Material) -> tuple[str, ...]:
    found = []
    if m.ledger.failed != len(m.failures):
        text = _("The ledger counts {counted} failed messages, but {listed} are listed here.")
        found.append(text.format(counted=m.ledger.failed, listed=len(m.failures)))
    elif m.failures:
        found.append(_("These messages are unchanged at the source. None of them was removed there."))
    if m.failures and m.subjects and any(m.kept.get((f.mailbox_id, f.folder, f.uid)) is None for f in m.failures):
        found.append(_("Subjects are known only of messages that are kept as files on this computer."))
    return tuple(found)


def _failed_columns(m: Material) -> tuple[Column, ...]:
    subject = (Column(_("Subject"), weight=3),) if m.subjects else ()
    return (
        Column(_("Mailbox"), weight=2.5),
        Column(_("Folder"), weight=2),
        Column(_("Number in the folder (UID)"), weight=1),
        Column(_("Date"), weight=2),
        Column(_("Size"), Kind.BYTES),
        *subject,
        Column(_("Why, as the server said it"), weight=4),
        Column(_("What was done"), weight=2.5),
    )


def _failed_row(m: Material, one: FailedMessage) -> tuple[Value, ...]:
    kept = m.kept.get((one.mailbox_id, one.folder, one.uid))
    done = _("kept as a file: {file}").format(file=kept.file) if kept else _("left at the source, not kept as a file")
    subject = (kept.subject if kept else "",) if m.subjects else ()
    return m.address(one.mailbox_id), one.folder, str(one.uid), one.date or "–", one.size, *subject, translated(one.reason), done


def _reasons(m: Material) -> Table:
    found = Counter(translated(one.reason) for one in m.failures)
    columns = (Column(_("Why, as the server said it"), weight=6), Column(_("Messages"), Kind.COUNT))
    return Table("failed-reasons", _("The reasons"), columns, tuple(found.most_common(50)))


def _repaired(m: Material) -> Table:
    columns = (
        Column(_("Mailbox"), weight=2.5),
        Column(_("Folder"), weight=2),
        Column(_("Number in the folder (UID)")),
        Column(_("Date"), weight=2),
        Column(_("Size"), Kind.BYTES),
        Column(_("What was changed"), weight=4),
    )
    rows = tuple((m.address(r.mailbox_id), r.folder, str(r.uid), r.date or "–", r.size, translated(r.reason)) for r in m.repairs)
    return Table("repaired", _("Sent in a repaired form, as the administrator chose"), columns, rows, grouped=True)


def renamed(m: Material) -> Section:
    names = (Column(_("Mailbox"), weight=2), Column(_("Folder"), weight=2), Column(_("Its name at MailSafi"), weight=2))
    folders = tuple((m.address(f.mailbox_id), f.source_name, f.destination_name) for f in m.ledger.folders if f.renamed)
    notes = (Column(_("Mailbox"), weight=2), Column(_("Folder"), weight=2), Column(_("What to know"), weight=4))
    remarks = tuple((m.address(mailbox_id), folder, translated(text)) for mailbox_id, folder, text in m.remarks)
    return Section(
        "renamed",
        _("Renamed folders and remarks"),
        (),
        (
            Table("renamed", _("Renamed folders"), names, folders, empty=_("No folder had to be renamed."), grouped=True),
            Table("remarks", _("Remarks"), notes, remarks, empty=_("There is nothing to remark."), grouped=True),
        ),
    )
