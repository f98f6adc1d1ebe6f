"""The change of the domain's records in the report, and the card for going back as a document of its own. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mailsafi_wizard import __version__, words
from mailsafi_wizard.report.facts import Column, ReportFacts, Section, Table, Value, time_text
from mailsafi_wizard.words import N_, _

Old = tuple[str, str, int | None, str]  # name, type, TTL, value
Line = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # kind, name, now, wanted
CheckLine = tuple[str, str, str, tuple[tuple[str, object], ...]]  # title, standing, text, fields
OverrideLine = tuple[str, str, dt.datetime, tuple[str, ...]]
_STANDINGS = {"green": N_("green"), "red": N_("not green"), "unknown": N_("not known")}


def section(
    zone: str,
    before: dt.datetime | None,
    old: Sequence[Old],
    seen: dt.datetime,
    lines: Sequence[Line],
    switched: bool,
    checks: Sequence[CheckLine],
    override: OverrideLine | None,
) -> Section:
    """Records before, wanted and now; the gate; who overrode it. Moments are aware, ``zone`` is the company's."""
    paragraphs = []
    if switched:
        text = _("On {time} every name server that was asked showed MailSafi's mail servers and no others.")
    else:
        text = _("On {time} not every name server that was asked showed MailSafi's mail servers alone.")
    paragraphs.append(text.format(time=time_text(seen, zone)))
    if override is not None:
        text = _("{name} decided on {time} to switch although not everything was green. The reason given: {reason}")
        paragraphs.append(text.format(name=override[0], time=time_text(override[2], zone), reason=override[1]))
    tables = (_now(lines, old), _gate(checks, zone), old_table(before, old, zone))
    glance = ((_("Mail servers (MX)"), paragraphs[0]),)
    return Section("switch", _("The domain's records"), tuple(paragraphs), tables, glance=glance)


def old_table(before: dt.datetime | None, old: Sequence[Old], zone: str) -> Table:
    """The records as they were."""
    columns = (Column(_("Name"), weight=3), Column(_("Type")), Column(_("TTL (seconds)")), Column(_("Value"), weight=4))
    rows: tuple[tuple[Value, ...], ...] = tuple((n, k, "" if ttl is None else str(ttl), v) for n, k, ttl, v in old)
    title = _("Before, as seen on {time}").format(time=time_text(before, zone)) if before else _("Before")
    return Table("records-before", title, columns, rows, empty=_("The old records were not seen."))


def _now(lines: Sequence[Line], old: Sequence[Old]) -> Table:
    """Each record before anything was changed, as it is wanted, and as it was seen last."""
    columns = (
        Column(_("Record")),
        Column(_("Name"), weight=2),
        Column(_("Before"), weight=3),
        Column(_("Wanted"), weight=3),
        Column(_("Seen last"), weight=3),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (k, n, " | ".join(_before(k, n, old)), " | ".join(w), " | ".join(now)) for k, n, now, w in lines
    )
    return Table("records-wanted", _("Before, wanted, seen last"), columns, rows, empty=_("Nothing was looked up."))


def _before(kind: str, name: str, old: Sequence[Old]) -> list[str]:
    """What stood there; a TTL is that of the MX record, and of all the texts at a name only the one in question."""
    record, _space, _later = kind.partition(" ")
    if record == "TTL":
        return list(dict.fromkeys(str(ttl) for n, k, ttl, _value in old if (n, k) == (name, "MX") and ttl is not None))
    if record == "MX":
        return [value for n, k, _ttl, value in old if (n, k) == (name, "MX")]
    texts = [value for n, k, _ttl, value in old if (n, k) == (name, "TXT")]
    return [text for text in texts if record != "SPF" or text.lower().startswith("v=spf1")]


def _gate(checks: Sequence[CheckLine], zone: str) -> Table:
    columns = (Column(_("Can we switch?"), weight=2), Column(_("State")), Column(_("Why"), weight=3))
    rows: tuple[tuple[Value, ...], ...] = tuple((_(t), _(_STANDINGS[s]), filled(x, f, zone)) for t, s, x, f in checks)
    return Table("gate", _("The gate"), columns, rows)


def filled(text: str, fields: Sequence[tuple[str, object]], zone: str) -> str:
    """A template in the language of now, moments in the company's zone."""
    return words.filled(text, {key: time_text(value, zone) if isinstance(value, dt.datetime) else value for key, value in fields})


def card(
    company: str, zone: str, domain: str, before: dt.datetime, old: Sequence[Old], zone_lines: str, rehearsal: bool
) -> ReportFacts:
    """The card for going back, to be printed and kept off the computer."""
    steps = (
        _("This is how the records of {domain} stood before anything was changed.").format(domain=domain),
        _("To go back, enter the MX records of this card at your DNS provider and take MailSafi's out."),
        _("Leave SPF and DKIM as they are: both allow the old servers too."),
        _("Mail that has reached MailSafi meanwhile stays there and is not lost. Tell the users where it is."),
    )
    lines = Section("zone", _("The same for your DNS provider's support"), tuple(zone_lines.splitlines()))
    return ReportFacts(
        title=_("Card for going back"),
        company=company or domain,
        period=time_text(before, zone),
        outcome=_("The old records of {domain}, exactly.").format(domain=domain),
        done=True,
        banner=_("Rehearsal with a sample company") if rehearsal else "",
        made=_("Made by MailSafi Wizard {version}").format(version=__version__),
        language=words.language(),
        sections=(Section("before", _("The old records"), steps, (old_table(before, old, zone),)), lines),
    )
