"""The report's section on what the users were told: which notice, to whom, when, and with what outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.report.facts import Column, Kind, Section, Table, Value, time_text
from mailsafi_wizard.words import LANGUAGES, N_, _, translated

STATES = {
    ToldState.SENDING: N_("being sent"),
    ToldState.SENT: N_("taken by the server"),
    ToldState.LATER: N_("not sent: the server asked to wait"),
    ToldState.REFUSED: N_("refused"),
    ToldState.PERHAPS: N_("perhaps sent"),
    ToldState.SAVED: N_("saved as a mail file"),
}


def told_section(told: Sequence[Told], timezone: str, titles: Mapping[str, str]) -> Section:
    """Every attempt, oldest first. ``titles``: of each kind of mail."""
    columns = (
        Column(_("When"), weight=1.8),
        Column(_("Notice"), weight=2.2),
        Column(_("To"), weight=2.6),
        Column(_("Language")),
        Column(_("Outcome"), weight=2.6),
    )
    rows = tuple(
        (
            time_text(one.at, timezone),
            _(titles.get(one.notice, one.notice)),
            one.address if one.mailbox_id else _("{address} (a test)").format(address=one.address),
            LANGUAGES.get(one.language, one.language),
            _outcome(one),
        )
        for one in told
    )
    table = Table("notices", _("Notices"), columns, rows, empty=_("No notice was sent or saved with this program."))
    paragraph = _("“Taken by the server” means that MailSafi's or another server accepted the notice for this user.")
    tables = (_by_notice(told, titles), table) if rows else (table,)
    return Section("notices", _("What the users were told"), (paragraph,) if rows else (), tables, glance=_glance(told))


def _by_notice(told: Sequence[Told], titles: Mapping[str, str]) -> Table:
    """How often each notice had which outcome, without tests; a user to whom it went twice counts once, with the last outcome."""
    last = {(one.notice, one.mailbox_id): one.state for one in told if one.mailbox_id}
    counts = Counter((notice, state) for (notice, _box), state in last.items())
    states = [state for state in STATES if any(found is state for _notice, found in counts)]
    columns = (Column(_("Notice"), weight=3), *(Column(_(STATES[state]), Kind.COUNT) for state in states))
    kinds = list(dict.fromkeys(notice for notice, _box in last))
    rows: tuple[tuple[Value, ...], ...] = tuple((_(titles.get(k, k)), *(counts[k, state] for state in states)) for k in kinds)
    return Table("notices-by-kind", _("By notice, in users"), columns, rows, empty=_("No notice went to a user yet."))


def _glance(told: Sequence[Told]) -> tuple[tuple[str, str], ...]:
    last = {(one.notice, one.mailbox_id): one.state for one in told if one.mailbox_id}
    counts = Counter(last.values())
    parts = [f"{counts[state]:,} {_(words)}" for state, words in STATES.items() if counts[state]]
    return ((_("Notices"), ", ".join(parts) or _("none")),)


def _outcome(one: Told) -> str:
    words = _(STATES[one.state])
    if one.state is ToldState.SENT and one.cause:
        return _("arrived, as the administrator said")
    return f"{words}: {translated(one.detail)}" if one.detail and one.state is not ToldState.SENT else words
