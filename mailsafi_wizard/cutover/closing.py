"""The end of a migration: from when on the old server may be closed, and which credentials that were lent must be taken back. Pure.

Never says that something is so which was not seen: what is not known is named, and then there is no final day.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Sequence

from mailsafi_wizard.cutover.records import now_at, switched
from mailsafi_wizard.model import Mailbox, MailSafiValues, RunRecord, Side
from mailsafi_wizard.net.dns import Snapshot
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_, _

WAIT = dt.timedelta(hours=72)  # after the change of the MX record; senders keep trying, and some heed no TTL
QUIET = dt.timedelta(hours=24)  # without new mail at the old server before its last pass

Looks = Sequence[tuple[dt.datetime, Snapshot]]


class ClosingState(enum.Enum):
    """How it stands with the old server."""

    UNKNOWN = "unknown"  # something must be known first: see ``missing``
    WAIT = "wait"  # the day is known and has not come
    PASS = "pass"  # the day has come; one more pass over all mailboxes must show that nothing is left
    READY = "ready"  # it may be closed


@dataclass(frozen=True)
class Reason:
    """One sentence: a template with its fields, of which moments are shown in the company's time zone."""

    text: str
    moments: tuple[tuple[str, dt.datetime], ...] = ()


@dataclass(frozen=True)
class Closing:
    """The answer. ``earliest``: not before this moment, by what is known; None when even that can't be said."""

    state: ClosingState
    earliest: dt.datetime | None
    reasons: tuple[Reason, ...]
    missing: tuple[Reason, ...] = ()


def closing(
    looks: Looks,
    values: MailSafiValues,
    runs: Sequence[RunRecord],
    last_arrival: dt.datetime | None,
    complete: bool,
    now: dt.datetime,
) -> Closing:
    """When the old server may be closed.

    ``looks``: what the records said, oldest first. ``last_arrival``: when the newest mail reached the old server, as of the last run; None when
    there is none. ``complete``: every message is accounted for and none failed. All times are aware.
    """
    missing = _missing(looks, values, complete)
    changed = first_switched(looks, values)
    if changed is None:
        return Closing(ClosingState.UNKNOWN, None, (), missing)
    steps = [(changed + WAIT, Reason(N_("72 hours after the MX record was first seen changed, on {when}."), (("when", changed),)))]
    forgotten = old_forgotten(looks, changed)
    if forgotten is None:
        missing = (
            *missing,
            Reason(N_("How long the old MX record may be remembered was not seen before the change; 72 hours are reckoned with.")),
        )
    else:
        steps.append(
            (forgotten, Reason(N_("Until {when} some servers may remember the old MX record (its TTL)."), (("when", forgotten),)))
        )
    if last_arrival is not None:
        quiet = last_arrival + QUIET
        text = N_("The last mail reached the old server on {when}; a day without any must follow.")
        steps.append((quiet, Reason(text, (("when", last_arrival),))))
    earliest = max(moment for moment, __ in steps)
    reasons = tuple(reason for __, reason in sorted(steps, key=lambda step: step[0], reverse=True))
    if not complete:
        return Closing(ClosingState.UNKNOWN, earliest, reasons, missing)
    if now < earliest:
        return Closing(ClosingState.WAIT, earliest, reasons, missing)
    last = _pass_after(runs, earliest)
    if last is None:
        text = N_("Copy once more: the last complete pass began before {when}, so it can't show that nothing came after it.")
        return Closing(ClosingState.PASS, earliest, reasons, (*missing, Reason(text, (("when", earliest),))))
    done = Reason(N_("The pass of {when} looked at every mailbox after that, and left nothing behind."), (("when", last.started),))
    return Closing(ClosingState.READY, earliest, (*reasons, done), missing)


def _missing(looks: Looks, values: MailSafiValues, complete: bool) -> tuple[Reason, ...]:
    found = []
    if not values.mx:
        found.append(Reason(N_("MailSafi's MX records have not been entered.")))
    elif not looks:
        found.append(Reason(N_("The domain's records have not been looked at.")))
    elif not switched(looks[-1][1], values):
        text = N_("On {when} not every name server showed MailSafi's MX records alone. Look again after the change.")
        found.append(Reason(text, (("when", looks[-1][0]),)))
    if not complete:
        found.append(Reason(N_("The ledger is not complete: some messages may be at the old server only.")))
    return tuple(found)


def first_switched(looks: Looks, values: MailSafiValues) -> dt.datetime | None:
    """When MailSafi's MX records were first seen everywhere, and at every look since; None when they are not."""
    since = None
    for when, snapshot in looks:
        since = (since or when) if switched(snapshot, values) else None
    return since


def old_forgotten(looks: Looks, changed: dt.datetime) -> dt.datetime | None:
    """Until when a resolver may remember an MX record from before ``changed``; None when no look before that saw its TTL.

    A record seen at one look may have been fetched until the next one, and is then kept for its TTL (RFC 1035 section 3.2.1).
    """
    before = [(when, snapshot) for when, snapshot in looks if when < changed]
    ends = [*(when for when, _snapshot in before[1:]), changed][: len(before)]
    known = [(end, ttl) for (_when, snapshot), end in zip(before, ends, strict=True) if (ttl := _mx_ttl(snapshot)) is not None]
    return max((end + dt.timedelta(seconds=ttl) for end, ttl in known), default=None)


def _mx_ttl(snapshot: Snapshot) -> int | None:
    """The TTL at the domain's own servers; at resolvers, which count down, the longest."""
    found = [(view.authoritative, answer.ttl) for view, answer in snapshot.answers(snapshot.domain, "MX") if answer.ttl is not None]
    own = [ttl for authoritative, ttl in found if authoritative]
    return max(own or [ttl for _authoritative, ttl in found], default=None) if now_at(snapshot, snapshot.domain, "MX") else None


def _pass_after(runs: Sequence[RunRecord], earliest: dt.datetime) -> RunRecord | None:
    return next((run for run in reversed(runs) if run.outcome == "done" and run.ended and run.started >= earliest), None)


VERDICTS = {
    ClosingState.UNKNOWN: N_("Keep the old server: it can't be said yet when it may be closed."),
    ClosingState.WAIT: N_("Keep the old server until {when}, then copy once more."),
    ClosingState.PASS: N_("The waiting time is over. Copy once more; then the old server may be closed."),
    ClosingState.READY: N_("The old server may be closed."),
}


def verdict(found: Closing, show: Callable[[dt.datetime], str]) -> str:
    """The answer in one sentence; ``show`` puts a moment into words."""
    return _(VERDICTS[found.state]).format(when=show(found.earliest) if found.earliest else "")


def spoken(reason: Reason, show: Callable[[dt.datetime], str]) -> str:
    return _(reason.text).format(**{name: show(moment) for name, moment in reason.moments})


def sentences(found: Closing, show: Callable[[dt.datetime], str]) -> tuple[str, ...]:
    """The answer, why, and what is still unknown or to be done."""
    missing = [_("Still open: {what}").format(what=spoken(reason, show)) for reason in found.missing]
    return (verdict(found, show), *(spoken(reason, show) for reason in found.reasons), *missing)


# --- credentials that were lent


class Lent(enum.Enum):
    """What was lent."""

    PASSWORD = "password"
    APP_PASSWORD = "app password"
    ADMIN = "administrator"
    MICROSOFT_APP = "microsoft app"
    GOOGLE_APP = "google app"
    CONSENT = "consent"


@dataclass(frozen=True)
class Credential:
    """One credential to take back. ``key`` tells it from others over time; ``who`` is a user or app name, never a secret."""

    key: str
    kind: Lent
    side: Side
    who: str
    host: str


NAMES = {
    Lent.PASSWORD: N_("Password"),
    Lent.APP_PASSWORD: N_("App password"),
    Lent.ADMIN: N_("Administrator's login"),
    Lent.MICROSOFT_APP: N_("App at Microsoft 365"),
    Lent.GOOGLE_APP: N_("Service account at Google"),
    Lent.CONSENT: N_("Consent of a user"),
}
REMEDIES = {
    Lent.PASSWORD: N_("Change it at the old server."),
    Lent.APP_PASSWORD: N_("Delete it in the security settings of the account."),
    Lent.ADMIN: N_("Change its password, and take back the rights that it got for the migration."),
    Lent.MICROSOFT_APP: N_("Delete the app in Entra ID, which ends its consent too; take its mailbox permissions back."),
    Lent.GOOGLE_APP: N_("Take out the domain-wide delegation, and delete the service account or its key."),
    Lent.CONSENT: N_("Remove the app from the account's connected apps."),
}
_APP_PASSWORD_HOSTS = ("gmail.com", "googlemail.com", "yahoo.com", "aol.com", "me.com", "icloud.com", "yandex.com", "yandex.ru")


@dataclass(frozen=True)
class Login:
    """One login that reached many mailboxes of a side: an administrator's or an app's. ``kind`` is not PASSWORD."""

    side: Side
    kind: Lent
    who: str


def to_revoke(boxes: Sequence[Mailbox], logins: Sequence[Login], hosts: dict[Side, str]) -> tuple[Credential, ...]:
    """All credentials to take back: logins for many first, then each of ``boxes``, whose own passwords were lent for the source."""
    found = [_credential(login.kind, login.side, login.who, hosts.get(login.side, "")) for login in logins]
    for box in boxes:
        host = box.source_host or hosts.get(Side.SOURCE, "")
        app = any(host == name or host.endswith("." + name) for name in _APP_PASSWORD_HOSTS)
        found.append(_credential(Lent.APP_PASSWORD if app else Lent.PASSWORD, Side.SOURCE, box.source_user, host))
    return tuple({credential.key: credential for credential in found}.values())


def _credential(kind: Lent, side: Side, who: str, host: str) -> Credential:
    return Credential(f"{side.value} {kind.value} {who} {host}", kind, side, who, host)


def in_words(credential: Credential) -> tuple[str, str, str, str]:
    """What it is, whose, at which server, and what to do."""
    return _(NAMES[credential.kind]), credential.who, credential.host, _(REMEDIES[credential.kind])
