"""From the project's facts to the report's: which sections there are, and what stands in each.

Pure: knows the model only, must not know the project file, the screen or the network. Subjects, bodies and passwords never get in.
"""

from __future__ import annotations

import datetime as dt
import functools
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailsafi_wizard import __version__, words
from mailsafi_wizard.model import Company, Endpoint, FailedMessage, FolderLedger, Ledger, Mailbox, RunRecord, Security, Side
from mailsafi_wizard.report.facts import Column, Kind, ReportFacts, Section, Table, Value, size_text, time_text
from mailsafi_wizard.words import N_, _, ngettext, translated


def environment() -> tuple[tuple[str, str], ...]:
    """What the program runs on, as pairs of name and version; no host name, no user name."""
    return (
        ("MailSafi Wizard", __version__),
        ("Python", platform.python_version()),
        (_("Operating system"), f"{platform.system()} {platform.release()}".strip()),
    )


@dataclass(frozen=True)
class _Material:
    """What the sections are made of."""

    company: Company
    mailboxes: tuple[Mailbox, ...]
    ledger: Ledger
    failures: tuple[FailedMessage, ...]
    remarks: tuple[tuple[int, str, str], ...]
    runs: tuple[RunRecord, ...]
    endpoints: Mapping[Side, Endpoint | None]
    now: dt.datetime
    environment: tuple[tuple[str, str], ...]

    @functools.cached_property
    def by_mailbox(self) -> dict[int, Ledger]:
        folders: dict[int, list[FolderLedger]] = {mailbox.id: [] for mailbox in self.mailboxes}
        for folder in self.ledger.folders:
            folders.setdefault(folder.mailbox_id, []).append(folder)
        return {mailbox_id: Ledger(tuple(found)) for mailbox_id, found in folders.items()}

    @functools.cached_property
    def addresses(self) -> dict[int, str]:
        return {mailbox.id: mailbox.address for mailbox in self.mailboxes}

    def address(self, mailbox_id: int) -> str:
        return self.addresses.get(mailbox_id) or _("mailbox {number}").format(number=mailbox_id)

    @property
    def untouched(self) -> int:
        """How many mailboxes nothing is known of."""
        return sum(not self.by_mailbox[mailbox.id].folders for mailbox in self.mailboxes)

    @property
    def done(self) -> bool:
        return self.ledger.complete and not self.untouched


def build_facts(
    company: Company,
    mailboxes: Sequence[Mailbox],
    ledger: Ledger,
    failures: Sequence[FailedMessage],
    remarks: Sequence[tuple[int, str, str]],
    runs: Sequence[RunRecord],
    endpoints: Mapping[Side, Endpoint | None],
    now: dt.datetime,
    *,
    rehearsal: bool = False,
    environment: Sequence[tuple[str, str]] = (),
    extra: Sequence[Section] = (),
) -> ReportFacts:
    """Make the report's facts, in the language that `words` speaks now.

    ``remarks`` are (mailbox id, folder, text); ``now`` is aware; ``environment`` is what `environment()` gave; ``extra`` are
    sections that other rooms made, put before the environment. "Done" is said only when every mailbox's ledger is complete.
    """
    m = _Material(
        company, tuple(mailboxes), ledger, tuple(failures), tuple(remarks), tuple(runs), dict(endpoints), now, tuple(environment)
    )
    sections = (_summary(m), _by_mailbox(m), _by_folder(m), _left_out(m), _failed(m), _renamed(m), _runs(m), *extra)
    return ReportFacts(
        title=_("Report of the move to MailSafi"),
        company=company.name or ", ".join(company.domains) or _("(company not named)"),
        period=_period(m),
        outcome=_outcome(m),
        done=m.done,
        banner=_banner(m, rehearsal),
        made=_("Made on {time} by MailSafi Wizard {version}").format(time=time_text(now, company.timezone), version=__version__),
        language=words.language(),
        sections=(*sections, _environment(m), _data_protection(m, rehearsal)),
    )


def _period(m: _Material) -> str:
    if not m.runs:
        return _("No copying yet")
    first = min(run.started for run in m.runs)
    last = max(run.ended or m.now for run in m.runs)
    return f"{time_text(first, m.company.timezone)} – {time_text(last, m.company.timezone)}"


def _banner(m: _Material, rehearsal: bool) -> str:
    parts = [_("Rehearsal with a sample company")] if rehearsal else []
    if not m.done:
        text = _("The migration is not finished. This is how it stood on {time}.")
        parts.append(text.format(time=time_text(m.now, m.company.timezone)))
    return " · ".join(parts)


def _outcome(m: _Material) -> str:
    ledger = m.ledger
    if not ledger.folders:
        return _("Nothing has been copied yet.")
    unfinished = _unfinished(m)
    if unfinished:
        return unfinished
    if ledger.failed:
        text = ngettext(
            "Finished, but {failed} of {source} messages could not be copied. It is named below.",
            "Finished, but {failed} of {source} messages could not be copied. Each of them is named below.",
            ledger.failed,
        )
        return text.format(failed=f"{ledger.failed:,}", source=f"{ledger.source:,}")
    arrived = f"{ledger.copied + ledger.present:,}"
    if ledger.excluded:
        text = _(
            "Done: {arrived} messages are at MailSafi and were counted there; {excluded} were left out for the reasons given below."
        )
        return text.format(arrived=arrived, excluded=f"{ledger.excluded:,}")
    return _("Done: all {arrived} messages are at MailSafi and were counted there.").format(arrived=arrived)


def _unfinished(m: _Material) -> str:
    """The first reason why the migration is not finished, or ""."""
    ledger = m.ledger
    if ledger.unaccounted:
        return _("Not finished: {count} messages are not accounted for yet.").format(count=f"{ledger.unaccounted:,}")
    if m.untouched:
        text = _("Not finished: {count} of {all} mailboxes have not been copied yet.")
        return text.format(count=m.untouched, all=len(m.mailboxes))
    unequal = [folder for folder in ledger.folders if not folder.balanced]
    if unequal:
        text = _("Not finished: in {count} folders MailSafi has not confirmed yet that everything is there.")
        return text.format(count=f"{len(unequal):,}")
    return ""


def _counts() -> tuple[Column, ...]:
    """The columns of every ledger, as `_count_values` fills them."""
    titles = (N_("At the source"), N_("Copied"), N_("Already there"), N_("Left out"), N_("Failed"), N_("Not accounted for"))
    return tuple(Column(_(title), Kind.COUNT) for title in (*titles, N_("Confirmed by MailSafi")))


def _count_values(ledger: Ledger | FolderLedger) -> tuple[int, ...]:
    x = ledger
    return x.source, x.copied, x.present, x.excluded, x.failed, x.unaccounted, x.confirmed


def _summary(m: _Material) -> Section:
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
    return Section("summary", _("Summary"), (_outcome(m), paragraph), (table,))


def _by_mailbox(m: _Material) -> Section:
    columns = (Column(_("Mailbox"), weight=3), *_counts(), Column(_("Size"), Kind.BYTES), Column(_("Outcome"), weight=1.8))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (mailbox.address, *_count_values(found), found.source_bytes, _mailbox_outcome(found))
        for mailbox in m.mailboxes
        for found in (m.by_mailbox[mailbox.id],)
    )
    total: tuple[Value, ...] = (_("All"), *_count_values(m.ledger), m.ledger.source_bytes, "")
    table = Table("ledger-by-mailbox", _("Ledger by mailbox"), columns, rows, total, _("There are no mailboxes in the project."))
    return Section("by-mailbox", _("By mailbox"), (), (table,))


def _mailbox_outcome(ledger: Ledger) -> str:
    if not ledger.folders:
        return _("not copied yet")
    if ledger.complete:
        return _("complete")
    if ledger.unaccounted:
        return _("not finished")
    return _("some failed") if ledger.balanced else _("not confirmed yet")


def _by_folder(m: _Material) -> Section:
    columns = (Column(_("Mailbox"), weight=3.4), Column(_("Folder"), weight=3.2), Column(_("At MailSafi"), weight=3.2), *_counts())
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (m.address(folder.mailbox_id), folder.source_name, folder.destination_name, *_count_values(folder))
        for folder in m.ledger.folders
    )
    total: tuple[Value, ...] = (_("All"), "", "", *_count_values(m.ledger))
    table = Table("ledger-by-folder", _("Ledger by folder"), columns, rows, total, _("No folder has been looked at yet."))
    return Section("by-folder", _("By folder"), (), (table,))


def _left_out(m: _Material) -> Section:
    columns = (
        Column(_("Mailbox"), weight=2.5),
        Column(_("Folder"), weight=2),
        Column(_("Messages"), Kind.COUNT),
        Column(_("Why"), weight=4),
    )
    rows = tuple(
        (m.address(f.mailbox_id), f.source_name, f.excluded, translated(f.excluded_reason) or _("no reason was recorded"))
        for f in m.ledger.folders
        if f.excluded or f.excluded_reason
    )
    table = Table("left-out", _("Left out, and why"), columns, rows, empty=_("Nothing was left out."))
    return Section("left-out", _("Left out"), (), (table,))


def _failed(m: _Material) -> Section:
    columns = (
        Column(_("Mailbox"), weight=2.5),
        Column(_("Folder"), weight=2),
        Column(_("Number in the folder (UID)"), weight=1),
        Column(_("Date"), weight=2),
        Column(_("Size"), Kind.BYTES),
        Column(_("Why, as the server said it"), weight=4),
    )
    rows = tuple((m.address(f.mailbox_id), f.folder, str(f.uid), f.date, f.size, translated(f.reason)) for f in m.failures)
    paragraphs = []
    if m.ledger.failed != len(rows):
        text = _("The ledger counts {counted} failed messages, but {listed} are listed here.")
        paragraphs.append(text.format(counted=m.ledger.failed, listed=len(rows)))
    elif rows:
        paragraphs.append(_("These messages are unchanged at the source. None of them was removed there."))
    table = Table("failed", _("Messages that could not be copied"), columns, rows, empty=_("Every message could be copied."))
    return Section("failed", _("Failed"), tuple(paragraphs), (table,))


def _renamed(m: _Material) -> Section:
    names = (Column(_("Mailbox"), weight=2), Column(_("Folder"), weight=2), Column(_("Its name at MailSafi"), weight=2))
    renamed = tuple((m.address(f.mailbox_id), f.source_name, f.destination_name) for f in m.ledger.folders if f.renamed)
    notes = (Column(_("Mailbox"), weight=2), Column(_("Folder"), weight=2), Column(_("What to know"), weight=4))
    remarks = tuple((m.address(mailbox_id), folder, translated(text)) for mailbox_id, folder, text in m.remarks)
    return Section(
        "renamed",
        _("Renamed folders and remarks"),
        (),
        (
            Table("renamed", _("Renamed folders"), names, renamed, empty=_("No folder had to be renamed.")),
            Table("remarks", _("Remarks"), notes, remarks, empty=_("There is nothing to remark.")),
        ),
    )


_OUTCOMES = {
    "running": N_("running"),
    "done": N_("done"),
    "incomplete": N_("incomplete"),
    "stopped": N_("stopped"),
    "broken off": N_("broken off"),
}


def _runs(m: _Material) -> Section:
    columns = (
        Column(_("Started"), weight=2),
        Column(_("Ended"), weight=2),
        Column(_("Messages copied"), Kind.COUNT),
        Column(_("Size"), Kind.BYTES),
        Column(_("Outcome"), weight=1.5),
    )
    zone = m.company.timezone
    rows = tuple(
        (
            time_text(run.started, zone),
            time_text(run.ended, zone) if run.ended else "–",
            run.messages,
            run.bytes,
            _(_OUTCOMES.get(run.outcome, run.outcome)),
        )
        for run in m.runs
    )
    table = Table("runs", _("Runs"), columns, rows, empty=_("There has been no run yet."))
    return Section("runs", _("What was done, and when"), (), (table,))


_SECURITY = {
    Security.TLS: N_("encrypted (TLS)"),
    Security.STARTTLS: N_("encrypted (STARTTLS)"),
    Security.CLEARTEXT: N_("NOT encrypted, as the administrator chose"),
}
_SIDES = {Side.SOURCE: N_("Source server"), Side.DESTINATION: N_("MailSafi server")}


def _environment(m: _Material) -> Section:
    rows: list[tuple[Value, ...]] = list(m.environment)
    for side, title in _SIDES.items():
        endpoint = m.endpoints.get(side)
        rows.append((_(title), _endpoint_text(endpoint) if endpoint else _("not set")))
    rows += [(_("Domains"), ", ".join(m.company.domains) or "–"), (_("Time zone"), m.company.timezone)]
    table = Table(
        "environment", _("Programs, servers and settings"), (Column(_("What")), Column(_("Value"), weight=2)), tuple(rows)
    )
    return Section("environment", _("Environment"), (), (table,))


def _endpoint_text(endpoint: Endpoint) -> str:
    text = _("{host}, port {port}, {security}")
    text = text.format(host=endpoint.host, port=endpoint.port, security=_(_SECURITY[endpoint.security]))
    if endpoint.pin:
        text += "; " + _("certificate trusted by its fingerprint {pin}").format(pin=endpoint.pin)
    return text


def _data_protection(m: _Material, rehearsal: bool) -> Section:
    paragraphs = [
        _("The messages went from the source server through this computer to the MailSafi server, and through no third party's."),
        _("The project file on this computer holds folder names, counts, dates and check sums of messages, not their content."),
        _("The messages at the source were only read: none was changed, marked as read, moved or deleted there."),
        _("The messages are now in two places. Close the source once its mail is no longer needed and the law allows it."),
    ]
    plain = [side for side in Side if (e := m.endpoints.get(side)) is not None and e.security is Security.CLEARTEXT]
    if plain:
        paragraphs.insert(
            1, _("One of the connections was NOT encrypted. Passwords and messages could be read on the way: change the passwords.")
        )
    if rehearsal:
        paragraphs = [_("This was a rehearsal: the people and their messages are invented, and both servers ran on this computer.")]
    return Section("data-protection", _("Data protection"), tuple(paragraphs))
