"""From the project's facts to the report's: which sections there are, in which order, and what stands on the cover.

Pure: knows the model only, must not know the project file, the screen or the network. Bodies and passwords never get in, subjects only
where the admin chose so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailsafi_wizard import __version__, words
from mailsafi_wizard.model import Company, Endpoint, FailedMessage, Ledger, Mailbox, RunRecord, Side
from mailsafi_wizard.report import ledgers, surroundings, troubles
from mailsafi_wizard.report.facts import Column, Kind, ReportFacts, Section, Table, printable, time_text
from mailsafi_wizard.report.material import KeptMessage, Material, Place, Surroundings
from mailsafi_wizard.words import N_, _, ngettext

ORDER = (
    "summary", "by-mailbox", "left-out", "failed", "renamed", "compared", "sign-offs", "plan", "runs", "look", "switch", "notices", "sheets",
    "credentials", "closing",
)  # fmt: skip
LAST = (
    "environment",
    "data-protection",
    "by-folder",
)  # by folder it may be hundreds of pages, which nobody turns to reach the rest


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
    surroundings: Surroundings | None = None,
    extra: Sequence[Section] = (),
    kept: Mapping[Place, KeptMessage] | None = None,
    repairs: Sequence[FailedMessage] = (),
    subjects: bool = False,
) -> ReportFacts:
    """Make the report's facts, in the language that `words` speaks now.

    ``remarks`` are (mailbox id, folder, text); ``now`` is aware; ``extra`` are sections that other rooms made. ``kept``: messages that are kept
    as files; ``repairs``: messages that arrived changed. "Done" is said only when every mailbox's ledger is complete.
    """
    m = Material(
        company, tuple(mailboxes), ledger, tuple(failures), tuple(remarks), tuple(runs), dict(endpoints), now,
        surroundings or Surroundings(), dict(kept or {}), tuple(repairs), subjects, rehearsal,
    )  # fmt: skip
    return ReportFacts(
        title=_("Report of the move to MailSafi"),
        company=" ".join(printable(company.name or ", ".join(company.domains) or _("(company not named)")).split("\n")),
        period=_period(m),
        outcome=_outcome(m),
        done=m.done,
        banner=_banner(m),
        made=_("Made on {time} by MailSafi Wizard {version}").format(time=time_text(now, company.timezone), version=__version__),
        language=words.language(),
        sections=_sections(m, extra),
        tiles=ledgers.tiles(m),
        about=_about(m),
        cover=True,
    )


def _sections(m: Material, extra: Sequence[Section]) -> tuple[Section, ...]:
    made = (
        ledgers.summary(m, _outcome(m)), ledgers.by_mailbox(m), ledgers.left_out(m), troubles.failed(m), troubles.renamed(m), _runs(m), *extra,
        surroundings.surroundings(m), surroundings.data_protection(m), ledgers.by_folder(m),
    )  # fmt: skip
    places = {key: place for place, key in enumerate(ORDER)} | {key: 1000 + place for place, key in enumerate(LAST)}
    return tuple(_printable(section) for section in sorted(made, key=lambda section: places.get(section.key, 500)))


def _printable(section: Section) -> Section:
    """What somebody typed may hold anything. (Cells of tables are seen to where they are shown.)"""
    paragraphs = tuple(printable(text) for text in section.paragraphs)
    return replace(section, paragraphs=paragraphs, glance=tuple((name, printable(value)) for name, value in section.glance))


def _about(m: Material) -> tuple[tuple[str, str], ...]:
    servers = [endpoint.host if (endpoint := m.endpoints.get(side)) else _("not set") for side in Side]
    cutover = m.company.cutover.isoformat() if m.company.cutover else _("not set")
    lines = (
        (_("Domains"), ", ".join(m.company.domains) or "–"),
        (_("From"), servers[0]),
        (_("To"), _("MailSafi, {host}").format(host=servers[1])),
        (_("Period of the copy"), _period(m)),
        (_("Cutover"), cutover),
        (_("Contact"), m.company.help_contact or "–"),
    )
    return tuple((name, printable(value)) for name, value in lines)


def _period(m: Material) -> str:
    if not m.runs:
        return _("No copying yet")
    first = min(run.started for run in m.runs)
    last = max(run.ended or m.now for run in m.runs)
    return f"{time_text(first, m.company.timezone)} – {time_text(last, m.company.timezone)}"


def _banner(m: Material) -> str:
    parts = [_("Rehearsal with a sample company")] if m.rehearsal else []
    if not m.done:
        text = _("The migration is not finished. This is how it stood on {time}.")
        parts.append(text.format(time=time_text(m.now, m.company.timezone)))
    return " · ".join(parts)


def _outcome(m: Material) -> str:
    ledger = m.ledger
    if not ledger.folders:
        return _("Nothing has been copied yet.")
    unfinished = _unfinished(m)
    if unfinished:
        return unfinished
    if ledger.failed:
        text = ngettext(
            "Finished, but {failed} of {source} messages could not be copied. The report names it.",
            "Finished, but {failed} of {source} messages could not be copied. The report names each of them.",
            ledger.failed,
        )
        return text.format(failed=f"{ledger.failed:,}", source=f"{ledger.source:,}")
    arrived = f"{ledger.copied + ledger.present:,}"
    if ledger.excluded:
        text = _(
            "Done: {arrived} messages are at MailSafi and were counted there; {excluded} were left out, and the report says why."
        )
        return text.format(arrived=arrived, excluded=f"{ledger.excluded:,}")
    return _("Done: all {arrived} messages are at MailSafi and were counted there.").format(arrived=arrived)


def _unfinished(m: Material) -> str:
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


_OUTCOMES = {
    "running": N_("running"),
    "done": N_("done"),
    "incomplete": N_("incomplete"),
    "stopped": N_("stopped"),
    "broken off": N_("broken off"),
}


def _runs(m: Material) -> Section:
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
