"""What the look before the copy brought up, in words, with what to do now; and as a section of the report. Pure: knows the model only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from mailsafi_wizard.model import Finding, FolderCensus, Mailbox, MailboxCensus, Role, Weight
from mailsafi_wizard.report.facts import Column, Section, Table, size_text
from mailsafi_wizard.words import N_, _, ngettext, translated

TIGHT = 0.95  # of a quota: what is fuller after the copy is close to its limit
YOUNG = dt.timedelta(days=45)  # an INBOX whose oldest message is younger looks as if a computer took its mail away
FEW = 300  # messages in such an INBOX
HARDLY_ANY = 10  # messages in all other folders of such a mailbox
MANY = 500  # messages in an INBOX next to which an empty folder for sent mail is odd
MOST_ADDRESSES = 100  # findings about addresses
_ORDER = list(Weight)


def findings(
    mailboxes: Sequence[Mailbox],
    census: Sequence[MailboxCensus],
    arrived: Mapping[int, int],
    known_addresses: Collection[str] = (),
) -> tuple[Finding, ...]:
    """All findings, the weightiest first. ``arrived``: mailbox -> bytes that are at the destination already.

    ``known_addresses`` (lower case) need no mailbox, as the admin said.
    """
    addresses = {m.id: m.address for m in mailboxes}
    found: list[Finding] = []
    for one in census:
        if one.mailbox_id in addresses:
            name = addresses[one.mailbox_id]
            found += _looked(name, one)
            found += _room(name, one, arrived.get(one.mailbox_id, 0))
            found += _too_big(name, one)
            found += _pop(name, one)
    found += _strangers(mailboxes, census, known_addresses)
    return tuple(sorted(found, key=lambda f: (_ORDER.index(f.weight), f.kind == "address")))


def _looked(name: str, census: MailboxCensus) -> Iterator[Finding]:
    if census.error:
        yield Finding(
            "look",
            Weight.BAD,
            name,
            _("It could not be looked at: {why}").format(why=translated(census.error)),
            _("Test its sign-in in the step Credentials, then look again."),
        )
    for folder in census.folders:
        if folder.problem and not folder.excluded_reason:
            what = _("The old server lists the folder {folder} but does not open it: {why}")
            todo = _("Ask the old server's administrator, or leave the folder out knowingly.")
            yield Finding("folder", Weight.BAD, name, what.format(folder=folder.name, why=translated(folder.problem)), todo)


def _room(name: str, census: MailboxCensus, arrived: int) -> Iterator[Finding]:
    missing = max(0, census.bytes - arrived)
    if census.quota_limit is not None:
        after = census.quota_used + missing
        figures = {
            "size": size_text(missing), "limit": size_text(census.quota_limit), "used": size_text(census.quota_used),
            "more": size_text(max(0, after - census.quota_limit)),
        }  # fmt: skip
        if after > census.quota_limit:
            what = _("{size} are to be copied, but the mailbox at MailSafi holds {limit} and {used} of it are in use.")
            todo = _("Give it at least {more} more at MailSafi before you start.")
            yield Finding("quota", Weight.BAD, name, what.format(**figures), todo.format(**figures))
        elif missing and after > census.quota_limit * TIGHT:
            what = _("After the copy the mailbox at MailSafi will be almost full: {size} come to {used} of {limit}.")
            yield Finding(
                "quota", Weight.CHECK, name, what.format(**figures), _("Give it more space, so that new mail still fits in.")
            )
    if census.messages_limit is not None and not arrived and census.messages_used + census.messages > census.messages_limit:
        what = _("{count} messages are to be copied, but the mailbox at MailSafi takes {limit} at most.")
        what = what.format(count=f"{census.messages:,}", limit=f"{census.messages_limit:,}")
        yield Finding("quota", Weight.BAD, name, what, _("Ask MailSafi for a higher limit before you start."))


def _too_big(name: str, census: MailboxCensus) -> Iterator[Finding]:
    limit = size_text(census.largest_taken or 0)
    todo = _(
        "Save it to a file before the cutover, or ask MailSafi for a higher limit. It is named in the report, and stays at the old server."
    )
    for message in census.too_big:
        what = _("{folder}, number {uid}, {date}: {size}, and MailSafi takes {limit} at most.")
        figures = {
            "folder": message.folder,
            "uid": message.uid,
            "date": message.date,
            "size": size_text(message.size),
            "limit": limit,
        }
        yield Finding("too-big", Weight.BAD, name, what.format(**figures), todo)
    more = census.too_big_count - len(census.too_big)
    if more > 0:
        what = ngettext("{n} more message is larger than {limit}.", "{n} more messages are larger than {limit}.", more)
        yield Finding("too-big", Weight.BAD, name, what.format(n=f"{more:,}", limit=limit), todo)


def _pop(name: str, census: MailboxCensus) -> Iterator[Finding]:
    """Whoever collects mail by POP keeps it on a computer, where no move between servers finds it."""
    mail = [f for f in census.folders if not f.excluded_reason]
    inbox = next((f for f in mail if f.role is Role.INBOX), None)
    if census.error or inbox is None:
        return
    sent = sum(f.messages for f in mail if f.role is Role.SENT)
    others = sum(f.messages for f in mail if f not in (inbox,) and f.role not in (Role.TRASH, Role.JUNK, Role.ALL))
    what = _pop_words(inbox, sent, others, census.taken)
    if what:
        todo = _(
            "Ask the user. If a program on a computer collects the mail, copy that mail back to the server, or keep that computer's file."
        )
        yield Finding("pop", Weight.CHECK, name, what, todo)


def _pop_words(inbox: FolderCensus, sent: int, others: int, taken: dt.datetime | None) -> str:
    """What looks like POP, or ""."""
    if sent or others > HARDLY_ANY:
        if not sent and inbox.messages >= MANY:
            text = _("INBOX holds {n} messages, but no sent mail is on the server: sent mail may be kept on a computer only.")
            return text.format(n=f"{inbox.messages:,}")
        return ""
    if not inbox.messages:
        return _("The mailbox is empty. Either nobody uses it, or a computer takes its mail away by POP.")
    if inbox.messages >= MANY:
        text = _("INBOX holds {n} messages, but no sent mail is on the server: sent mail may be kept on a computer only.")
        return text.format(n=f"{inbox.messages:,}")
    young = inbox.oldest is not None and taken is not None and taken.date() - inbox.oldest <= YOUNG
    if young and inbox.messages <= FEW:
        text = ngettext(
            "Only {n} message, not older than {day}, and no sent mail: a computer seems to take the mail away by POP.",
            "Only {n} messages, none older than {day}, and no sent mail: a computer seems to take the mail away by POP.",
            inbox.messages,
        )
        return text.format(n=inbox.messages, day=inbox.oldest.isoformat() if inbox.oldest else "")
    return ""


def strangers(
    mailboxes: Sequence[Mailbox], census: Sequence[MailboxCensus], known: Collection[str] = ()
) -> list[tuple[str, int, tuple[int, ...]]]:
    """Addresses that receive mail and are in no plan: (address, messages, mailboxes in which they lie), the most frequent first."""
    planned = {m.address.lower() for m in mailboxes} | set(known)
    counts: dict[str, int] = defaultdict(int)
    places: dict[str, list[int]] = defaultdict(list)
    for one in census:
        for address, count in one.addresses:
            if address not in planned:
                counts[address] += count
                places[address].append(one.mailbox_id)
    ranked = sorted(counts, key=lambda a: (-counts[a], a))
    return [(address, counts[address], tuple(places[address])) for address in ranked]


def _strangers(mailboxes: Sequence[Mailbox], census: Sequence[MailboxCensus], known: Collection[str]) -> Iterator[Finding]:
    names = {m.id: m.address for m in mailboxes}
    for address, count, places in strangers(mailboxes, census, known)[:MOST_ADDRESSES]:
        what = ngettext(
            "In the last 90 days {n} message was sent to {address}, which has no mailbox in the list.",
            "In the last 90 days {n} messages were sent to {address}, which has no mailbox in the list.",
            count,
        )
        what = what.format(n=f"{count:,}", address=address)
        what += " " + _("It arrives at {mailboxes}.").format(mailboxes=_few([names.get(i, "") for i in places]))
        todo = _("Make it an alias or a list at MailSafi before the cutover, or add its mailbox to the list.")
        yield Finding("address", Weight.CHECK, "", what, todo, address)


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(filter(None, names[:3]))
    return _("{names} and {n} more").format(names=shown, n=len(names) - 3) if len(names) > 3 else shown


WEIGHTS: Mapping[Weight, str] = {
    Weight.BAD: N_("Mend before the copy"),
    Weight.CHECK: N_("Please check"),
    Weight.NOTE: N_("To know"),
}


def section(found: Sequence[Finding]) -> Section:
    """The findings as they stand in the report."""
    columns = (
        Column(_("Weight"), weight=1.4),
        Column(_("Mailbox"), weight=2.2),
        Column(_("What was found"), weight=4),
        Column(_("What to do"), weight=3.4),
    )
    rows = tuple((_(WEIGHTS[f.weight]), f.mailbox or _("the company"), f.what, f.todo) for f in found)
    table = Table(
        "look", _("What the look at the mailboxes found"), columns, rows, empty=_("Nothing stands in the way of the copy.")
    )
    return Section("look", _("The look before the copy"), (), (table,))
