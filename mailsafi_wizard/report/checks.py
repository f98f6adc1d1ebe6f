"""The report's section on the comparison of both servers, and on what users said. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailsafi_wizard.model import CheckRecord, Depth, Difference, Differs, Mailbox, SignOff
from mailsafi_wizard.report.facts import Column, Kind, Section, Table, time_text
from mailsafi_wizard.words import N_, _, translated

DEPTHS = {
    Depth.COUNTS: N_("counts, identity, marks and dates"),
    Depth.SAMPLE: N_("these, and a sample by content"),
    Depth.EVERYTHING: N_("these, and everything by content"),
}
KINDS = {
    Differs.MISSING: N_("missing at MailSafi"),
    Differs.BYTES: N_("the content differs"),
    Differs.FLAGS: N_("marks not carried over yet"),
    Differs.DATE: N_("the date differs"),
    Differs.UNREAD: N_("could not be compared"),
    Differs.USER_REMOVED: N_("deleted at MailSafi by its user"),
    Differs.USER_MOVED: N_("moved at MailSafi by its user"),
    Differs.USER_FLAGS: N_("marked at MailSafi by its user"),
}
MOST_NAMED = 500
HOW_WORDS = {
    "wrote back": N_("wrote back"),
    "phoned": N_("phoned"),
    "told in person": N_("told in person"),
    "checked by you": N_("checked by the administrator"),
}


def detail_text(difference: Difference) -> str:
    """What differs, for people: marks and dates stand as "old server | MailSafi"."""
    if difference.kind in (Differs.FLAGS, Differs.USER_FLAGS, Differs.DATE):
        here, _bar, there = difference.detail.partition(" | ")
        return _("old server: {here}; MailSafi: {there}").format(here=here.replace("\\", ""), there=there.replace("\\", ""))
    if difference.kind is Differs.USER_MOVED:
        return _("now in {folder}").format(folder=difference.detail)
    return translated(difference.detail)


def section(
    timezone: str,
    mailboxes: Sequence[Mailbox],
    newest: Mapping[int, CheckRecord],
    content: Mapping[int, CheckRecord],
    differences: Mapping[int, Sequence[Difference]],
) -> Section:
    """``newest``: each mailbox's newest comparison; ``content``: the newest finished one that compared content."""
    columns = (
        Column(_("Mailbox"), weight=3), Column(_("Compared on"), weight=2), Column(_("How closely"), weight=3), Column(_("Messages"), Kind.COUNT),
        Column(_("By content"), Kind.COUNT), Column(_("Differ"), Kind.COUNT), Column(_("Changed by users"), Kind.COUNT),
    )  # fmt: skip
    rows = []
    for box in mailboxes:
        for check in _told(newest.get(box.id), content.get(box.id)):
            when = time_text(check.ended or check.started, timezone)
            how = _(DEPTHS[check.depth]) + ("" if check.outcome == "done" else _("; not finished"))
            rows.append((box.address, when, how, check.listed, check.compared, check.wrong, check.by_users))
    told = [check for box in mailboxes for check in _told(newest.get(box.id), content.get(box.id))]
    names = {box.id: box.address for box in mailboxes}
    found = [d for some in differences.values() for d in some][:MOST_NAMED]
    named = tuple((names.get(d.mailbox_id, ""), d.folder, str(d.uid or "–"), _(KINDS[d.kind]), detail_text(d)) for d in found)
    heads = (
        Column(_("Mailbox"), weight=2.5), Column(_("Folder"), weight=2), Column(_("Number in the folder (UID)")), Column(_("What differs"), weight=2),
        Column(_("Details"), weight=3),
    )  # fmt: skip
    return Section(
        "compared",
        _("Compared with the old server"),
        (_("Both servers were read again. What users changed or deleted at MailSafi is counted apart: it is not missing."),),
        (
            _by_depth(told),
            Table("differences", _("What differs"), heads, named, empty=_("Nothing differs."), grouped=True),
            Table("compared", _("Comparisons"), columns, tuple(rows), grouped=True),
        ),
        glance=((_("Compared with the old server"), _in_short(mailboxes, newest)),),
    )


def _by_depth(checks: Sequence[CheckRecord]) -> Table:
    """How much was compared how closely, in all."""
    columns = (
        Column(_("How closely"), weight=3), Column(_("Mailboxes"), Kind.COUNT), Column(_("Messages"), Kind.COUNT), Column(_("By content"), Kind.COUNT),
        Column(_("Differ"), Kind.COUNT), Column(_("Changed by users"), Kind.COUNT),
    )  # fmt: skip
    rows = []
    for depth, words in DEPTHS.items():
        if found := [check for check in checks if check.depth is depth and check.outcome == "done"]:
            sums = [sum(getattr(check, name) for check in found) for name in ("listed", "compared", "wrong", "by_users")]
            rows.append((_(words), len({check.mailbox_id for check in found}), *sums))
    return Table("depths", _("By depth"), columns, tuple(rows), empty=_("No comparison has reached its end yet."))


def _in_short(mailboxes: Sequence[Mailbox], newest: Mapping[int, CheckRecord]) -> str:
    finished = [check for box in mailboxes if (check := newest.get(box.id)) and check.outcome == "done"]
    text = _("{n} of {all} mailboxes; {differ} messages differ, {changed} were changed by their users")
    differ, changed = sum(check.wrong for check in finished), sum(check.by_users for check in finished)
    return text.format(n=len(finished), all=len(mailboxes), differ=f"{differ:,}", changed=f"{changed:,}")


def _told(*checks: CheckRecord | None) -> list[CheckRecord]:
    return list({check.id: check for check in checks if check is not None}.values())


def sign_off_section(timezone: str, mailboxes: Sequence[Mailbox], signed: Mapping[int, SignOff]) -> Section:
    """Who said when that the mail is there."""
    columns = (
        Column(_("Mailbox"), weight=3),
        Column(_("Said by"), weight=3),
        Column(_("When"), weight=2),
        Column(_("How"), weight=2),
    )
    rows = tuple(
        (box.address, s.who, time_text(s.at, timezone), _(HOW_WORDS.get(s.how, s.how)))
        if (s := signed.get(box.id))
        else (box.address, _("not yet"), "–", "–")
        for box in mailboxes
    )
    words = _("{n} of {all} users have said that their mail is there.").format(n=len(signed), all=len(mailboxes))
    table = Table("sign-offs", _("Sign-offs"), columns, rows)
    return Section("sign-offs", _("What users said"), (words,), (table,), glance=((_("Sign-offs"), words),))
