"""Companies whose reports are read back: one, six or three hundred mailboxes, with a perfect or a bad outcome, and names in many scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mailsafi_wizard import schedule
from mailsafi_wizard.model import (
    CheckRecord,
    Company,
    Depth,
    Difference,
    Differs,
    Endpoint,
    FailedMessage,
    Finding,
    FolderLedger,
    Ledger,
    Mailbox,
    Role,
    RunRecord,
    Security,
    Side,
    SignOff,
    Weight,
)
from mailsafi_wizard.model.plan import CopyOutlook, Done
from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.notices import KINDS
from mailsafi_wizard.project import mailing_sheets
from mailsafi_wizard.report import (
    KeptMessage,
    ReportFacts,
    Section,
    Surroundings,
    build_facts,
    checks,
    environment,
    findings,
    finish_sections,
    plan_section,
    switch,
)
from mailsafi_wizard.report.told import told_section

ZONE = "Africa/Nairobi"
BEGIN, CUTOVER = dt.date(2026, 10, 12), dt.date(2026, 11, 13)
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
EARLIER = NOW - dt.timedelta(days=20)
NAMES = ("amina.hassan", "otieno", "wanjiku.kamau-njoroge", "li.wei", "omar", "info", "accounts.payable", "sales")
FOLDERS = (
    "INBOX", "Sent", "Drafts", "Trash", "فواتير/مومباسا ٢٠٢٤", "供应商/广州 茶叶 二〇二四", "Réunions", "חשבוניות", "एजेंसी/भुगतान", "ใบแจ้งหนี้",
    "📦 Deliveries 🚚", "Wateja/Mkoa wa Pwani/Wateja wapya – Ng'ombe", "Projects/Tea & Coffee/Phase 2/Invoices and delivery notes", "=SUM(A1)",
)  # fmt: skip
REASONS = (
    "[TOOBIG] Message too large: 61440000 bytes, the limit is 52428800",
    "it has 78000000 bytes, MailSafi takes 52428800 at most",
    "BAD message contains NUL characters (mail.example.net, session 7f3a9c01e5d24c21bb0afe90, 2026-11-02 14:11:09)",
    "the source lists the message but does not deliver it",
)
KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAz6Kq2" * 5

TITLES = {**KINDS, **mailing_sheets.TITLES}


def mailboxes(count: int) -> tuple[Mailbox, ...]:
    made = []
    for n in range(count):
        name = NAMES[n % len(NAMES)] + (str(n // len(NAMES) + 1) if n >= len(NAMES) else "")
        made.append(Mailbox(f"{name}@tamarind-traders.co.ke", name, name, id=n + 1))
    return tuple(made)


def ledger(boxes: Sequence[Mailbox], folders: int, bad: bool) -> Ledger:
    found = []
    for box in boxes:
        for n in range(folders):
            name = FOLDERS[n % len(FOLDERS)] + (f" {n // len(FOLDERS) + 1}" if n >= len(FOLDERS) else "")
            found.append(_folder(box.id, name, n, bad))
        found.append(FolderLedger(box.id, "Calendar", "", source=12, excluded=12, excluded_reason="it holds no mail"))
    return Ledger(tuple(found))


def _folder(box: int, name: str, place: int, bad: bool) -> FolderLedger:
    source = 1000 + 37 * place + box
    failed = 2 if bad and place < 4 else 0
    missing = 40 if bad and box % 5 == 0 and place == 1 else 0
    present, copied = 10, source - failed - missing - 10
    renamed = place == 2
    return FolderLedger(
        box, f"INBOX.{name}" if place else name, "Rasimu" if renamed else name, Role.INBOX if place == 0 else None, source, copied, present, 0, failed,
        copied + present, 0, source * 71_234, "", renamed, missing == 0,
    )  # fmt: skip


def failures(accounts: Ledger) -> tuple[FailedMessage, ...]:
    return tuple(
        FailedMessage(
            f.mailbox_id, f.source_name, 100 + n, 3_000_000 + n, "17-Jul-2020 02:44:25 +0300", REASONS[(f.mailbox_id + n) % 4]
        )
        for f in accounts.folders
        for n in range(f.failed)
    )


def report_of(
    count: int, bad: bool, *, folders: int = 12, rehearsal: bool = False, company: str = "Tamarind Traders Ltd"
) -> ReportFacts:
    """In the language that `words` speaks now."""
    boxes = mailboxes(count)
    accounts = ledger(boxes, folders, bad)
    failed = failures(accounts)
    kept = {
        (f.mailbox_id, f.folder, f.uid): KeptMessage(f"tamarind - not copied/{f.uid}.eml", "Ankara: عرض السعر 报价")
        for f in failed[::2]
    }
    runs = [
        RunRecord(n, EARLIER + dt.timedelta(days=n), EARLIER + dt.timedelta(days=n, hours=5), 9000, 10**9, "done") for n in range(3)
    ]
    return build_facts(
        Company(company, ("tamarind-traders.co.ke", "tamarind.africa"), CUTOVER, ZONE, "Njeri Mwangi, +254 700 000000"), boxes, accounts, failed,
        [(box.id, "INBOX.Drafts", "is named Rasimu at MailSafi") for box in boxes], runs,
        {Side.SOURCE: Endpoint("mail.oldhost.example", 143, Security.STARTTLS), Side.DESTINATION: Endpoint("imap.mailsafi.example", 993, pin="ab" * 32)},
        NOW, rehearsal=rehearsal, surroundings=Surroundings(environment(), (("Source server's greeting", "Dovecot ready. " * 6),)),
        extra=sections(boxes, bad), kept=kept, repairs=failed[:3], subjects=bad,
    )  # fmt: skip


def sections(boxes: Sequence[Mailbox], bad: bool) -> tuple[Section, ...]:
    """What the other rooms tell."""
    plan = schedule.plan(BEGIN, CUTOVER, NOW.date(), _done(bad))
    outlooks = [
        CopyOutlook(BEGIN + dt.timedelta(days=n), CUTOVER, CUTOVER + dt.timedelta(days=3), 10**6 // (n + 1), 10**9)
        for n in range(4)
    ]
    planned = plan_section(plan, outlooks, ZONE, CUTOVER)
    assert planned is not None
    found = [
        Finding("quota", Weight.BAD, box.address, "The mailbox at MailSafi is too small.", "Give it 4 GB more.")
        for box in boxes
        if bad
    ]
    old = [
        ("tamarind-traders.co.ke", "MX", 14400, "10 mail.oldhost.example"),
        ("tamarind-traders.co.ke", "TXT", 14400, "v=spf1 mx -all"),
    ]
    lines = [
        ("MX", "tamarind-traders.co.ke", ("10 mx1.mailsafi.example",), ("10 mx1.mailsafi.example",)),
        (
            "SPF",
            "tamarind-traders.co.ke",
            ("v=spf1 include:spf.mailsafi.example -all",),
            ("v=spf1 include:spf.mailsafi.example mx -all",),
        ),
        ("DKIM", "mailsafi._domainkey.tamarind-traders.co.ke", (), (f"v=DKIM1; k=rsa; p={KEY}",)),
    ]
    gate = [
        (
            "All mail is accounted for",
            "red" if bad else "green",
            "Every message of {n} mailboxes is accounted for.",
            (("n", len(boxes)),),
        )
    ]
    over = ("Njeri Mwangi", "The old host closes tonight, the rest follows by file.", NOW, ("ledger",)) if bad else None
    return (
        planned, *_checked(boxes, bad), findings.section(found), switch.section(ZONE, EARLIER, old, NOW, lines, not bad, gate, over),
        told_section(_told(boxes), ZONE, TITLES),
        *finish_sections(
            [(box.address, None if bad else NOW, "sw", "pdf") for box in boxes],
            [("Password", box.source_user, "mail.oldhost.example", "Change it at the old server.", None if bad else NOW) for box in boxes],
            lambda show: (f"Keep the old server until {show(NOW)}, then copy once more.", "Still open: the last mail came today."),
            None if bad else (NOW, len(boxes)), ZONE,
        ),
    )  # fmt: skip


def _done(bad: bool) -> dict[str, Done]:
    keys = [task.key for task in schedule.TASKS]
    begin = dt.datetime(2026, 10, 12, 15, tzinfo=dt.UTC)
    days = {key: min(begin + dt.timedelta(days=n * 3 / 2), NOW) for n, key in enumerate(keys[: 11 if bad else len(keys)])}
    return {key: Done("It was seen.", when, word=n % 4 == 0) for n, (key, when) in enumerate(days.items())}


def _checked(boxes: Sequence[Mailbox], bad: bool) -> tuple[Section, Section]:
    newest = {
        box.id: CheckRecord(box.id, box.id, NOW, NOW, Depth.EVERYTHING, 1, 20, 7, 900, 900, 10**8, "done", "", 3 if bad else 0, 2)
        for box in boxes
    }
    differ = {box.id: [Difference(box.id, "INBOX", n, Differs.FLAGS, "\\Seen | ") for n in range(3)] for box in boxes if bad}
    signed = {box.id: SignOff(box.id, box.address, NOW, "wrote back") for box in boxes[:: 3 if bad else 1]}
    return checks.section(ZONE, boxes, newest, {}, differ), checks.sign_off_section(ZONE, boxes, signed)


def _told(boxes: Sequence[Mailbox]) -> list[Told]:
    states = list(ToldState)
    return [
        Told(
            box.id,
            kind,
            "sw",
            box.address,
            states[(box.id + n) % 5] if box.id % 7 == 0 else ToldState.SENT,
            NOW,
            detail="550 5.1.1 no such user",
        )
        for n, kind in enumerate(TITLES)
        for box in boxes
    ]
