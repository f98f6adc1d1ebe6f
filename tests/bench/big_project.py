"""Fills a project file as thirty days with a large company would leave it: ``python -m tests.bench.big_project FILE``.

300 mailboxes with 60 folders each and a million messages, one folder with a tenth of them; some failed, were left out, were there before, are gone or
removed; with looks, comparisons, notices, check sheets, sign-offs, runs and looks at the records. Written through the program's own journal, so the rows
are those that the engine writes; the same seed makes the same file. No server is asked and none is named that exists.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mailsafi_wizard.demo import company as sample
from mailsafi_wizard.engine import preflight
from mailsafi_wizard.model import (
    CheckPlan,
    Company,
    Depth,
    Difference,
    Differs,
    Endpoint,
    FolderCensus,
    Mailbox,
    MailboxCensus,
    MailboxState,
    MessageState,
    Role,
    Side,
    SignInResult,
    SignOff,
)
from mailsafi_wizard.model.telling import MailServer, Sender, Told, ToldState
from mailsafi_wizard.notices import KINDS
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.store import told as told_rows
from mailsafi_wizard.store.checks import Checks
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Foreign, Intent, Outcome
from mailsafi_wizard.store.sign_offs import SignOffs

DOMAIN = "savanna-freight.example"
LARGEST = 0.1  # of all messages, in the INBOX of the first mailbox
STANDARD = (
    ("INBOX", Role.INBOX),
    ("Sent Items", Role.SENT),
    ("Drafts", Role.DRAFTS),
    ("Deleted Items", Role.TRASH),
    ("Junk E-mail", Role.JUNK),
    ("Archive", Role.ARCHIVE),
)
NOT_MAIL = ("Calendar", "Contacts")
TOPICS = ("Clients", "Projects", "Suppliers", "Invoices", "Customs", "Drivers", "Insurance", "Tenders")
PLACES = ("Nairobi", "Mombasa", "Kisumu", "Nakuru", "Eldoret", "Thika", "Malindi", "Garissa")
REASONS = (
    "NO [LIMIT] the message is larger than 50 MB",
    "NO [CANNOT] invalid header field: Content-Type",
    "NO Server refused the message: NUL in header",
)
LEFT_OUT = "the same message stands in another folder of this mailbox"


@dataclass(frozen=True)
class Size:
    """How much is made. ``days``: how long ago the project was begun."""

    mailboxes: int = 300
    folders: int = 60
    messages: int = 1_000_000
    days: int = 30
    seed: int = 1


@dataclass(frozen=True)
class Share:
    """One folder and how many messages it gets."""

    mailbox_id: int
    name: str
    role: Role | None
    messages: int
    left_out: str


def make(path: Path, size: Size = Size()) -> None:
    """A new project file at ``path``; raises ProjectError where there is one. Takes a minute for a million messages."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    project = MigrationProject.create(path)
    try:
        _answers(project, size, now)
        boxes = project.mailboxes()
    finally:
        project.close()
    journal = Journal.open(path)
    try:
        made = _Maker(journal, boxes, size, now)
        made.mail()
        made.around()
    finally:
        journal.close()


def _answers(project: MigrationProject, size: Size, now: dt.datetime) -> None:
    """What the admin gave."""
    values = sample.facts(now.date()).mailsafi
    cutover = (now + dt.timedelta(days=1)).date()
    project.set_company(Company("Savanna Freight", (DOMAIN,), cutover, help_contact="Wanjiku, 0700 000 000", mailsafi=values))
    project.set_endpoint(Side.SOURCE, Endpoint(f"mail.{DOMAIN}", 993))
    project.set_endpoint(Side.DESTINATION, Endpoint("imap.mailsafi.example", 993))
    project.set_mail_server(MailServer(Endpoint("smtp.mailsafi.example", 465), "", rate=120))
    project.set_sender(Sender(f"it@{DOMAIN}", "IT of Savanna Freight"))
    project.set_note("begun", (now - dt.timedelta(days=size.days)).date().isoformat())
    project.set_note("plan.begin", (now - dt.timedelta(days=size.days)).date().isoformat())
    lines = [f"user{number:03}@{DOMAIN},user{number:03}@{DOMAIN},secret {number}" for number in range(1, size.mailboxes + 1)]
    project.import_list(("EmailAddress,UserName,Password\n" + "\n".join(lines) + "\n").encode())
    project.propose_needed()


class _Maker:
    """Writes what thirty days leave behind."""

    def __init__(self, journal: Journal, boxes: tuple[Mailbox, ...], size: Size, now: dt.datetime) -> None:
        self.journal, self.boxes, self.size, self.now = journal, boxes, size, now
        self.chance = random.Random(size.seed)
        self.records: list[FolderRecord] = []

    def ago(self, days: float) -> dt.datetime:
        return self.now - dt.timedelta(days=days)

    # --- mail

    def mail(self) -> None:
        for share in _shares(self.boxes, self.size, self.chance):
            self._folder(share)
        self.journal.save_folders(self.records)

    def _folder(self, share: Share) -> None:
        raw = share.name.encode()
        there = "" if share.left_out else share.name.replace("/", ".")
        record = FolderRecord(
            0, share.mailbox_id, raw, share.name, there.encode(), there, share.role.value if share.role else "", share.left_out
        )
        record = self.journal.put_folder(replace(record, renamed=int("." in share.name)))
        record.s_validity, record.d_validity, record.s_count = 1_600_000_000 + record.id, 1_700_000_000 + record.id, share.messages
        record.checked = int(not share.left_out)
        if not share.left_out and share.messages:
            self._messages(record)
        record.s_bytes = record.s_bytes or share.messages * 60_000
        self.records.append(record)

    def _messages(self, record: FolderRecord) -> None:
        """As the engine does it: an intent for each, then its outcome, then what the destination showed."""
        intents, outcomes, gone = [], [], []
        uid, d_uid = 0, 0
        for _number in range(record.s_count):
            uid += 1 + (self.chance.random() < 0.2)
            d_uid += 1
            outcome = self._outcome(record.id, uid, d_uid)
            outcomes.append(outcome)
            if outcome.state is MessageState.COPIED:
                intents.append(
                    Intent(outcome.folder_id, uid, outcome.size, outcome.digest, outcome.key, outcome.flags, outcome.date)
                )
            if self.chance.random() < 0.002:
                gone.append(uid)
        self.journal.record((), intents)
        self.journal.record(outcomes)
        stored = [o for o in outcomes if o.state in (MessageState.COPIED, MessageState.PRESENT)]
        self.journal.confirm(record.id, [(o.uid, o.d_uid) for o in stored])
        self.journal.set_removed(record.id, [o.uid for o in stored if self.chance.random() < 0.003])
        self.journal.set_gone(record.id, gone)
        strangers = [Foreign(d_uid + n, 4_000, self.chance.getrandbits(62), None) for n in range(1, self.chance.randrange(4))]
        self.journal.put_foreign(record.id, strangers)
        record.s_next = record.s_claimed_next = uid + 1
        record.d_next, record.d_count = d_uid + len(strangers) + 1, len(stored) + len(strangers)
        record.s_count -= len(gone)
        record.s_bytes = sum(o.size for o in outcomes)

    def _outcome(self, folder_id: int, uid: int, d_uid: int) -> Outcome:
        size = min(30_000_000, int(self.chance.lognormvariate(9.6, 1.5)) + 300)
        digest = hashlib.blake2b(f"{folder_id} {uid}".encode(), digest_size=16).digest()
        key = int.from_bytes(digest[:7], "big")
        date = _internaldate(self.ago(self.chance.random() * 2000)).encode()
        kind = self.chance.random()
        if kind < 0.002:
            return Outcome(folder_id, uid, MessageState.FAILED, None, digest, self.chance.choice(REASONS), size, key, b"", date)
        if kind < 0.02:
            return Outcome(folder_id, uid, MessageState.EXCLUDED, None, digest, LEFT_OUT, size, key, b"", date)
        state = MessageState.PRESENT if kind < 0.08 else MessageState.COPIED
        return Outcome(folder_id, uid, state, d_uid, digest, "", size, key, b"\\Seen" if kind < 0.9 else b"", date)

    # --- what stands around it

    def around(self) -> None:
        by_box: dict[int, list[FolderRecord]] = {box.id: [] for box in self.boxes}
        for record in self.records:
            by_box[record.mailbox_id].append(record)
        for box in self.boxes:
            self._look(box, by_box[box.id])
            self._sign_ins(box)
            self._comparisons(box, by_box[box.id])
            self._remarks(box, by_box[box.id])
        self._runs()
        self._notices()
        self._words(by_box)
        self._records_of_the_domain()

    def _look(self, box: Mailbox, records: list[FolderRecord]) -> None:
        folders = tuple(
            FolderCensus(
                r.source_name, Role(r.role) if r.role else None, r.s_count, r.s_bytes, r.destination_name, r.excluded_reason, bool(r.renamed),
                self.ago(2000).date(), self.ago(1).date(), 20_000_000, r.source.decode("latin-1"),
            )
            for r in records
        )  # fmt: skip
        written = ((f"info{box.id % 40}@{DOMAIN}", 40), (f"sales{box.id % 15}@{DOMAIN}", 25), (box.address, 900))
        census = MailboxCensus(
            box.id,
            folders,
            "",
            self.ago(self.size.days - 2),
            2_000_000_000,
            10_000_000_000,
            largest_taken=50_000_000,
            addresses=written,
        )
        self.journal.put_census(box.id, preflight.census_to_text(census))

    def _sign_ins(self, box: Mailbox) -> None:
        for side in Side:
            self.journal.put_sign_in(SignInResult(box.id, side, True))
        complete = not self.journal.failures(box.id)
        self.journal.set_state(box.id, MailboxState.DONE if complete else MailboxState.INCOMPLETE)

    def _comparisons(self, box: Mailbox, records: list[FolderRecord]) -> None:
        checks = Checks(self.journal)
        for days in range(8, 0, -1):
            plan = CheckPlan(Depth.SAMPLE if days == 3 else Depth.COUNTS)
            begun = self.ago(days)
            made = checks.begin(box.id, plan, box.id, begun)
            checks.note(made.id, self._differences(box, records), sum(r.s_count for r in records))
            checks.end(made.id, "done", "", begun + dt.timedelta(minutes=5))

    def _differences(self, box: Mailbox, records: list[FolderRecord]) -> list[Difference]:
        kinds = (Differs.FLAGS, Differs.USER_FLAGS, Differs.USER_REMOVED, Differs.DATE)
        number = 3_000 if box.id % 100 == 7 else self.chance.randrange(12)
        inbox = records[0]
        return [
            Difference(box.id, inbox.source_name, uid, self.chance.choice(kinds))
            for uid in range(1, min(number, inbox.s_count) + 1)
        ]

    def _remarks(self, box: Mailbox, records: list[FolderRecord]) -> None:
        for record in self.chance.sample(records, min(4, len(records))):
            self.journal.add_remark(box.id, record.source_name, "A message was sent again, because it was not found after a break.")

    def _runs(self) -> None:
        each = self.size.messages // max(1, self.size.days - 5)
        for days in range(self.size.days - 5, 0, -1):
            run = self.journal.begin_run(self.ago(days))
            self.journal.end_run(run, self.ago(days - 0.3), each, each * 40_000, "done" if days > 1 else "incomplete")

    def _notices(self) -> None:
        for place, kind in enumerate(list(KINDS)[:6]):
            at = self.ago(self.size.days - 4 * place - 1)
            for box in self.boxes:
                state = ToldState.PERHAPS if self.chance.random() < 0.003 else ToldState.SENT
                told_rows.put(self.journal, Told(box.id, kind, "en", box.address, state, at, f"<{kind}.{box.id}@{DOMAIN}>"))

    def _words(self, by_box: dict[int, list[FolderRecord]]) -> None:
        words = SignOffs(self.journal)
        for box in self.boxes:
            words.put_spots(box.id, [(by_box[box.id][0].source_name, uid) for uid in (1, 2, 3)], self.ago(6))
        words.mark_written([box.id for box in self.boxes], self.ago(6), reminder=False)
        said = [box for box in self.boxes if box.id % 3]
        words.put([SignOff(box.id, box.address, self.ago(4), "wrote back", "It is all there, thank you.") for box in said])

    def _records_of_the_domain(self) -> None:
        """A look a day, each with something new."""
        for days in range(self.size.days, 0, -1):
            self.journal.add_dns_snapshot(self.ago(days), json.dumps(_snapshot(300 + days)))
        first = {"taken": self.ago(self.size.days).isoformat(), "snapshot": _snapshot(300 + self.size.days)}
        self.journal.set_note("dns.before", json.dumps(first))
        self.journal.set_note("dns.seen", self.ago(0.1).isoformat())


def _snapshot(ttl: int) -> dict[str, object]:
    """What two own servers and three resolvers say, as `net.dns_records.Snapshot.facts` writes it."""

    def answer(name: str, kind: str, *values: str) -> dict[str, object]:
        return {
            "name": name,
            "kind": kind,
            "values": list(values),
            "ttl": ttl,
            "problem": "",
            "rcode": "NOERROR",
            "own": True,
            "aliases": [],
        }

    answers = [
        answer(DOMAIN, "MX", f"10 mail.{DOMAIN}."),
        answer(DOMAIN, "TXT", f"v=spf1 a:mail.{DOMAIN} -all"),
        answer(DOMAIN, "SOA", f"ns1.{DOMAIN}. hostmaster.{DOMAIN}. 2026010101 7200 3600 1209600 3600"),
    ]
    servers = [(f"ns1.{DOMAIN}", True), (f"ns2.{DOMAIN}", True), ("192.0.2.1", False), ("192.0.2.2", False), ("192.0.2.3", False)]
    views = [{"server": name, "authoritative": own, "answers": answers} for name, own in servers]
    return {
        "domain": DOMAIN,
        "selector": "",
        "views": views,
        "delegated": [f"ns1.{DOMAIN}", f"ns2.{DOMAIN}"],
        "others": [],
        "dnssec": "",
    }


def _internaldate(when: dt.datetime) -> str:
    """As IMAP writes it (RFC 9051 section 9, date-time)."""
    return when.strftime("%d-%b-%Y %H:%M:%S +0000")


def _shares(boxes: tuple[Mailbox, ...], size: Size, chance: random.Random) -> Iterator[Share]:
    """Every folder with its number of messages; together exactly ``size.messages``."""
    plan = [(box.id, name, role, left) for box in boxes for name, role, left in _folder_names(size.folders)]
    weights = [0.0 if left else chance.paretovariate(1.2) * (20 if role is Role.INBOX else 1) for _box, _name, role, left in plan]
    largest = int(size.messages * LARGEST)
    rest, whole = size.messages - largest, sum(weights)
    counts = [int(rest * weight / whole) for weight in weights]
    counts[0] += size.messages - sum(counts)
    for (box, name, role, left), count in zip(plan, counts, strict=True):
        yield Share(box, name, role, 12 if left else count, left)


def _folder_names(number: int) -> Iterator[tuple[str, Role | None, str]]:
    """(name, role, why it is left out) of a mailbox's folders."""
    names: list[tuple[str, Role | None, str]] = [(name, role, "") for name, role in STANDARD]
    names += [(name, None, "not mail") for name in NOT_MAIL]
    names += [(f"{topic}/{place}", None, "") for topic in TOPICS for place in PLACES]
    yield from names[:number]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--mailboxes", type=int, default=300)
    parser.add_argument("--folders", type=int, default=60)
    parser.add_argument("--messages", type=int, default=1_000_000)
    options = parser.parse_args()
    begun = time.monotonic()
    make(options.file, Size(options.mailboxes, options.folders, options.messages))
    print(f"{options.file}: {options.file.stat().st_size / 1e6:.0f} MB in {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
