"""The report's sections on the accounts: the summary with its drawings, the ledger by mailbox and by folder, what was left out. Pure."""

from __future__ import annotations

from collections import Counter

from mailsafi_wizard.model import FolderLedger, Ledger
from mailsafi_wizard.report.facts import Column, Kind, Part, Section, Shares, Table, Tile, Tone, Value, size_text
from mailsafi_wizard.report.material import Material
from mailsafi_wizard.words import N_, _, translated


def _counts() -> tuple[Column, ...]:
    """The columns of every ledger, as `_count_values` fills them."""
    titles = (N_("At the source"), N_("Copied"), N_("Already there"), N_("Left out"), N_("Failed"), N_("Not accounted for"))
    return tuple(Column(_(title), Kind.COUNT) for title in (*titles, N_("Confirmed by MailSafi")))


def _count_values(ledger: Ledger | FolderLedger) -> tuple[int, ...]:
    x = ledger
    return x.source, x.copied, x.present, x.excluded, x.failed, x.unaccounted, x.confirmed


def summary(m: Material, outcome: str) -> Section:
    """The accounts of all mailboxes together, drawn and counted."""
    rows: list[tuple[Value, ...]] = [(_("Mailboxes"), f"{len(m.mailboxes):,}"), (_("Folders"), f"{len(m.ledger.folders):,}")]
    rows += [(column.title, f"{count:,}") for column, count in zip(_counts(), _count_values(m.ledger), strict=True)]
    removed = sum(folder.removed for folder in m.ledger.folders)
    if removed:
        rows.append((_("Later removed by their users at MailSafi"), f"{removed:,}"))
    rows.append((_("Size at the source"), size_text(m.ledger.source_bytes)))
    paragraph = _(
        "Each message at the source is counted once: copied, already there, left out, or failed. The four add up, or it is said."
    )
    table = Table("summary", _("Messages"), (Column(_("What"), weight=2), Column(_("Number"))), tuple(rows))
    return Section("summary", _("Summary"), (outcome, paragraph), (table,), drawings(m), _glance(m))


def drawings(m: Material) -> tuple[Shares, ...]:
    """Where all messages are, and how all mailboxes stand; nothing where nothing was looked at."""
    ledger = m.ledger
    messages = Shares(
        _("Where the messages are"),
        (
            Part(_("Copied"), ledger.copied, Tone.GOOD),
            Part(_("Already there"), ledger.present, Tone.KNOWN),
            Part(_("Left out"), ledger.excluded, Tone.QUIET),
            Part(_("Failed"), ledger.failed, Tone.BAD),
            Part(_("Not accounted for"), max(0, ledger.unaccounted), Tone.OPEN),
        ),
    )
    found = Counter(_STANDINGS[_standing(m.by_mailbox[box.id])] for box in m.mailboxes)
    mailboxes = Shares(
        _("How the mailboxes stand"), tuple(Part(_(name), found[name, tone], tone) for name, tone in _STANDINGS.values())
    )
    return tuple(drawing for drawing in (messages, mailboxes) if drawing.whole)


def tiles(m: Material) -> tuple[Tile, ...]:
    """The figures on the cover."""
    ledger, all_there = m.ledger, m.complete == len(m.mailboxes) and m.complete > 0
    failed = ledger.failed + max(0, ledger.unaccounted)
    calm = Tone.GOOD if ledger.folders else Tone.QUIET
    mailboxes = _("{n} of {all}").format(n=f"{m.complete:,}", all=f"{len(m.mailboxes):,}")
    return (
        Tile(_("messages at MailSafi"), f"{ledger.copied + ledger.present:,}", Tone.GOOD if m.done else Tone.OPEN),
        Tile(_("mailboxes complete"), mailboxes, Tone.GOOD if all_there else Tone.OPEN),
        Tile(_("left out"), f"{ledger.excluded:,}", Tone.QUIET),
        Tile(_("failed or open"), f"{failed:,}", Tone.BAD if failed else calm),
    )


def _glance(m: Material) -> tuple[tuple[str, str], ...]:
    ledger = m.ledger
    account = _("{source} at the source = {copied} copied + {present} already there + {excluded} left out + {failed} failed")
    names = ("source", "copied", "present", "excluded", "failed")
    text = account.format(**{name: f"{getattr(ledger, name):,}" for name in names})
    if ledger.unaccounted:
        text += " + " + _("{n} not accounted for").format(n=f"{ledger.unaccounted:,}")
    complete = _("{n} of {all} complete").format(n=f"{m.complete:,}", all=f"{len(m.mailboxes):,}")
    return ((_("Mailboxes"), complete), (_("Messages"), text), (_("Size at the source"), size_text(ledger.source_bytes)))


def by_mailbox(m: Material) -> Section:
    columns = (Column(_("Mailbox"), weight=3), *_counts(), Column(_("Size"), Kind.BYTES), Column(_("Outcome"), weight=1.8))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (mailbox.address, *_count_values(found), found.source_bytes, _(_STANDINGS[_standing(found)][0]))
        for mailbox in m.mailboxes
        for found in (m.by_mailbox[mailbox.id],)
    )
    total: tuple[Value, ...] = (_("All"), *_count_values(m.ledger), m.ledger.source_bytes, "")
    table = Table("ledger-by-mailbox", _("Ledger by mailbox"), columns, rows, total, _("There are no mailboxes in the project."))
    return Section("by-mailbox", _("By mailbox"), (), (table,))


_STANDINGS = {
    "complete": (N_("complete"), Tone.GOOD),
    "failed": (N_("some failed"), Tone.BAD),
    "unconfirmed": (N_("not confirmed yet"), Tone.KNOWN),
    "open": (N_("not finished"), Tone.OPEN),
    "new": (N_("not copied yet"), Tone.QUIET),
}


def _standing(ledger: Ledger) -> str:
    if not ledger.folders:
        return "new"
    if ledger.complete:
        return "complete"
    if ledger.unaccounted:
        return "open"
    return "failed" if ledger.balanced else "unconfirmed"


def by_folder(m: Material) -> Section:
    columns = (Column(_("Mailbox"), weight=3.4), Column(_("Folder"), weight=3.2), Column(_("At MailSafi"), weight=3.2), *_counts())
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (m.address(folder.mailbox_id), folder.source_name, folder.destination_name, *_count_values(folder))
        for folder in m.ledger.folders
    )
    total: tuple[Value, ...] = (_("All"), "", "", *_count_values(m.ledger))
    empty = _("No folder has been looked at yet.")
    table = Table("ledger-by-folder", _("Ledger by folder"), columns, rows, total, empty, grouped=True)
    return Section("by-folder", _("By folder"), (), (table,))


def left_out(m: Material) -> Section:
    """Why, and where."""
    found = [f for f in m.ledger.folders if f.excluded or f.excluded_reason]
    reasons = [translated(f.excluded_reason) or _("no reason was recorded") for f in found]
    folders, messages = Counter(reasons), Counter[str]()
    for folder, reason in zip(found, reasons, strict=True):
        messages[reason] += folder.excluded
    summed: tuple[tuple[Value, ...], ...] = tuple((reason, folders[reason], n) for reason, n in messages.most_common())
    why = (Column(_("Why"), weight=5), Column(_("Folders"), Kind.COUNT), Column(_("Messages"), Kind.COUNT))
    where = (
        Column(_("Mailbox"), weight=2.5),
        Column(_("Folder"), weight=3),
        Column(_("Messages"), Kind.COUNT),
        Column(_("Why"), weight=5),
    )
    rows = tuple((m.address(f.mailbox_id), f.source_name, f.excluded, why_it) for f, why_it in zip(found, reasons, strict=True))
    tables = [Table("left-out-reasons", _("The reasons"), why, summed)] if summed else []
    tables.append(Table("left-out", _("Left out, and why"), where, rows, empty=_("Nothing was left out."), grouped=True))
    return Section("left-out", _("Left out"), (), tuple(tables))
