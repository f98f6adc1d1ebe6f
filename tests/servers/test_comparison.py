"""The comparison of both servers on two Dovecots: what was altered, deleted, moved, marked, dated otherwise; breaks, pauses and stops."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.engine import comparison, inspection
from mailsafi_wizard.events import CheckFinished, CheckProgress, DifferenceFound, Event, StateChanged
from mailsafi_wizard.model import CheckPlan, Depth, Differs, Endpoint, Mailbox, MailboxState, Secret, Side
from mailsafi_wizard.project import MigrationProject
from tests.servers.company import put, sign_in
from tests.servers.dovecot import Dovecot

COUNT = 60
BEGIN = dt.datetime(2025, 3, 1, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
SAMPLE, EVERYTHING = CheckPlan(Depth.SAMPLE), CheckPlan(Depth.EVERYTHING)


def mail(count: int = COUNT, folder: tuple[str, ...] = ("INBOX",)) -> list[Letter]:
    def one(number: int) -> Letter:
        head = f"Subject: letter {number}\r\nFrom: Otieno <otieno@example.com>\r\nMessage-ID: <{number}-{folder[0]}@compare.example>\r\n"
        flags = ("\\Seen",) if number % 2 else ()
        return Letter(folder, flags, BEGIN + dt.timedelta(days=number), f"{head}\r\nnumber {number} {'x' * 400}\r\n".encode())

    return [one(number) for number in range(1, count + 1)]


def alter(path: Path, old: bytes, new: bytes) -> None:
    """The same size and date, another text."""
    when = path.stat().st_mtime
    path.write_bytes(path.read_bytes().replace(old, new))
    os.utime(path, (when, when))


@dataclass
class Company:
    """One mailbox on two servers, copied."""

    source: Dovecot
    destination: Dovecot
    user: str
    project: MigrationProject
    events: list[Event]

    def check(
        self, plan: CheckPlan | None = None, report: Callable[[Event], object] = lambda event: None
    ) -> dict[Differs, list[int]]:
        """One comparison; the source UIDs that differ, by kind."""

        def told(event: Event) -> None:
            self.events.append(event)
            report(event)

        self.events.clear()
        self.ledger, self.problems = self.project.verify(told, plan=plan)
        found: dict[Differs, list[int]] = {}
        for by_users in (False, True):
            for difference in self.project.differences(self.box, by_users):
                assert difference.by_user == by_users
                found.setdefault(difference.kind, []).append(difference.uid)
        return found

    @property
    def box(self) -> int:
        return self.project.mailboxes()[0].id

    def copy(self) -> None:
        self.project.start(lambda event: None)
        assert self.project.wait(60)

    def store(self, server: Dovecot, uids: str, how: str, flags: str) -> None:
        client = sign_in(server, self.user)
        client.select("INBOX")
        client.uid("STORE", uids, how, f"({flags})")
        client.expunge()
        client.logout()

    def files(self, folder: str = "") -> list[Path]:
        """The destination's messages of a folder in the order of their UIDs."""
        place = self.destination.home(self.user) / "maildir" / folder
        found = [p for sub in ("cur", "new") for p in (place / sub).iterdir()]
        names = (place / "dovecot-uidlist").read_text("utf-8").splitlines()[1:]
        order = {line.rpartition(" :")[2]: int(line.split()[0]) for line in names}
        return sorted(found, key=lambda path: order[path.name.partition(":")[0]])

    def forget_cache(self) -> None:
        """What the server remembers of its files: it has to look at them anew."""
        for path in (self.destination.home(self.user) / "maildir").rglob("dovecot.index*"):
            path.unlink()


@pytest.fixture
def company(make_dovecot: Callable[..., Dovecot], user: str, tmp_path: Path) -> Iterator[Company]:
    source, destination = make_dovecot(), make_dovecot(separator="/")
    put(source, user, [*mail(), *mail(5, ("Projects",))])
    project = MigrationProject.create(tmp_path / "acme.mailsafi")
    for side, server in ((Side.SOURCE, source), (Side.DESTINATION, destination)):
        project.set_endpoint(side, Endpoint.parse(f"imaps://localhost:{server.tls_port}"))
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(source.ca_file.read_bytes())
    project.ca_file = ca_file
    project.add_mailboxes([Mailbox(user, user, user)])
    for side in Side:
        project.set_secret(project.mailboxes()[0].id, side, Secret(source.password_of(user)))
    made = Company(source, destination, user, project, [])
    made.copy()
    assert project.ledger().complete
    yield made
    project.close()


def test_what_is_the_same_is_the_same_in_every_depth(company: Company) -> None:
    for plan, content in ((CheckPlan(), 0), (SAMPLE, 20), (EVERYTHING, COUNT + 5)):
        assert company.check(plan) == {}
        assert (company.ledger.complete, company.problems) == (True, ())
        check = company.project.checks()[company.box]
        assert (check.outcome, check.listed, check.compared, check.wrong) == ("done", COUNT + 5, content, 0)
    assert [e.check.outcome for e in company.events if isinstance(e, CheckFinished)] == ["done"]
    last = [e for e in company.events if isinstance(e, CheckProgress)][-1]
    assert (last.done, last.total) == (COUNT + 5, COUNT + 5)
    assert last.bytes_done == last.bytes_total > 0


def test_an_altered_letter_is_seen_by_its_content_only(company: Company) -> None:
    path = company.files()[6]
    alter(path, b"number 7 ", b"number 9 ")
    company.forget_cache()
    assert company.check() == {}
    assert company.check(EVERYTHING) == {Differs.BYTES: [7]}
    assert company.ledger.failed == 1
    (failure,) = company.project.failures()
    assert (failure.folder, failure.uid, failure.reason) == ("INBOX", 7, comparison.CONTENT)
    told = [e.difference for e in company.events if isinstance(e, DifferenceFound)]
    assert [(d.folder, d.uid, d.kind) for d in told] == [("INBOX", 7, Differs.BYTES)]
    company.project.retry_failed(lambda event: None, [company.box])
    assert company.project.wait(60)
    assert company.check(EVERYTHING) == {}
    assert company.ledger.complete


def test_a_sample_finds_what_is_wrong_with_many(company: Company) -> None:
    for path in company.files():
        alter(path, b"xxxxx", b"yyyyy")
    company.forget_cache()
    found = company.check(SAMPLE)
    assert 15 <= len(found[Differs.BYTES]) <= 20


def test_what_its_user_did_is_not_missing(company: Company) -> None:
    client = sign_in(company.destination, company.user)
    client.select("INBOX")
    client.uid("STORE", "3", "+FLAGS", "(\\Deleted)")
    client.expunge()
    client.uid("STORE", "4", "+FLAGS", "(\\Flagged)")
    client.uid("STORE", "5", "-FLAGS", "(\\Seen)")
    client.create("Mine")
    client.uid("MOVE", "6", "Mine")
    client.uid("MOVE", "8", "Projects")
    client.logout()
    found = company.check(EVERYTHING)
    assert found == {Differs.USER_REMOVED: [3], Differs.USER_FLAGS: [4, 5], Differs.USER_MOVED: [6, 8]}
    assert company.ledger.complete
    details = {d.uid: d.detail for d in company.project.differences(company.box, True)}
    assert (details[4], details[5], details[6], details[8]) == ("- | \\flagged", "\\seen | -", "Mine", "Projects")
    assert company.project.checks()[company.box].by_users == 5
    company.copy()
    assert company.check() == found  # nothing that a user did was undone


def test_one_deleted_and_another_come_in_keep_the_count_but_not_the_peace(company: Company) -> None:
    company.store(company.destination, "3", "+FLAGS", "\\Deleted")
    put(company.destination, company.user, [Letter(("INBOX",), (), BEGIN, b"Subject: mine\r\n\r\nown\r\n")])
    assert company.check() == {Differs.USER_REMOVED: [3]}


def test_marks_that_the_old_server_has_changed_since_are_ours(company: Company) -> None:
    company.store(company.source, "2", "+FLAGS", "\\Flagged")
    assert company.check() == {Differs.FLAGS: [2]}
    assert company.ledger.complete
    company.copy()
    assert company.check() == {}


def test_another_date_is_named_with_both(company: Company) -> None:
    os.utime(company.files()[9], (1_600_000_000, 1_600_000_000))
    company.forget_cache()
    assert company.check() == {Differs.DATE: [10]}
    (difference,) = company.project.differences(company.box)
    assert difference.detail == "2025-03-11 05:00:00+00:00 | 2020-09-13 12:26:40+00:00"


def test_a_copy_that_never_showed_itself_is_missing(company: Company) -> None:
    put(company.source, company.user, [Letter(("INBOX",), (), BEGIN, b"Subject: late\r\n\r\nlate\r\n")])
    company.copy()
    journal = company.project._journal
    journal.write("UPDATE message SET seen = 0 WHERE uid = ? AND folder_id = 1", COUNT + 1)
    company.store(company.destination, str(COUNT + 1), "+FLAGS", "\\Deleted")
    assert company.check() == {Differs.MISSING: [COUNT + 1]}
    assert company.ledger.failed == 1


def test_a_folder_that_is_gone_is_no_success(company: Company) -> None:
    client = sign_in(company.destination, company.user)
    client.delete("Projects")
    client.logout()
    company.check()
    (difference,) = company.project.differences(company.box)
    assert (difference.kind, difference.folder, difference.uid) == (Differs.MISSING, "Projects", 0)
    assert not company.ledger.complete


def test_a_source_that_falls_silent_midway_is_a_problem_and_the_rest_is_compared_later(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "BATCH", 10)
    monkeypatch.setattr(comparison, "TOLD_EVERY", 0.0)
    monkeypatch.setattr(inspection, "WAITS", (0.0, 0.0))

    def cut(event: Event) -> None:
        if isinstance(event, CheckProgress) and event.done == 30:
            company.source.stop()

    company.check(EVERYTHING, cut)
    assert len(company.problems) == 1
    broken = company.project.checks()[company.box]
    assert (broken.outcome, broken.compared) == ("broken", 30)
    assert [e.state for e in company.events if isinstance(e, StateChanged)].count(MailboxState.BACKING_OFF) == 2
    company.source.start()
    assert company.check(EVERYTHING) == {}
    whole = company.project.checks()[company.box]
    assert (whole.id, whole.outcome, whole.compared) == (broken.id, "done", COUNT + 5)


def test_a_break_in_between_is_waited_out(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "BATCH", 10)
    monkeypatch.setattr(comparison, "TOLD_EVERY", 0.0)
    monkeypatch.setattr(inspection, "WAITS", (0.0, 0.0))
    cuts = [20, 40]

    def cut(event: Event) -> None:
        if isinstance(event, CheckProgress) and cuts and company.project.checks()[company.box].compared >= cuts[0]:
            cuts.pop(0)
            company.destination.cut_all(company.user)

    assert company.check(EVERYTHING, cut) == {}
    assert company.problems == ()
    assert company.project.checks()[company.box].compared == COUNT + 5
    assert not cuts


def test_pause_and_resume(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "BATCH", 10)
    monkeypatch.setattr(comparison, "TOLD_EVERY", 0.0)
    paused = threading.Event()
    at: list[int] = []

    def press(event: Event) -> None:
        if isinstance(event, CheckProgress) and not paused.is_set() and not at:
            at.append(event.done)
            company.project.pause_check()
        if isinstance(event, StateChanged) and event.state is MailboxState.PAUSED:
            paused.set()

    found: list[dict[Differs, list[int]]] = []
    working = threading.Thread(target=lambda: found.append(company.check(EVERYTHING, press)))
    working.start()
    assert paused.wait(60)
    assert company.project.check_paused
    held = company.project.checks()[company.box]
    assert (held.outcome, held.compared) == ("running", 10)
    company.project.resume_check()
    working.join(60)
    assert found == [{}]
    whole = company.project.checks()[company.box]
    assert (whole.id, whole.outcome, whole.compared) == (held.id, "done", COUNT + 5)


def test_a_stop_keeps_what_was_compared(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "BATCH", 10)
    monkeypatch.setattr(comparison, "TOLD_EVERY", 0.0)
    company.check(SAMPLE, lambda event: company.project.stop_check() if isinstance(event, CheckProgress) else None)
    assert company.project.check_stopped
    stopped = company.project.checks()[company.box]
    assert (stopped.outcome, stopped.compared) == ("stopped", 10)
    assert company.ledger.complete
    company.check(SAMPLE)
    whole = company.project.checks()[company.box]
    assert (whole.id, whole.outcome, whole.compared) == (stopped.id, "done", 20)


def test_failed_and_other_messages_are_saved_as_the_source_has_them(company: Company, tmp_path: Path) -> None:
    before = company.source.doveadm("fetch", "-u", company.user, "flags", "mailbox", "INBOX")
    kept = company.project.refused_folder / company.user / "INBOX"
    kept.mkdir(parents=True)
    (kept / "1.eml").write_bytes(b"kept at its refusal")
    saved = company.project.save_messages(company.box, "INBOX", [1, 2, 999], tmp_path / "out")
    assert [path.relative_to(tmp_path / "out").as_posix() for path in saved.files] == ["INBOX/1.eml", "INBOX/2.eml"]
    assert saved.files[0].read_bytes() == b"kept at its refusal"
    assert saved.files[1].read_bytes() == mail()[1].body
    assert saved.problems == ((999, "it is no longer at the old server"),)
    assert company.source.doveadm("fetch", "-u", company.user, "flags", "mailbox", "INBOX") == before


def test_messages_come_by_the_page(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailsafi_wizard.project.checking.PAGE", 25)
    folder = company.project.folder_ids(company.box)["INBOX"]
    pages = [company.project.messages(folder, after) for after in (0, 25, 50, 60)]
    assert [len(page) for page in pages] == [25, 25, 10, 0]
    assert [line.uid for page in pages for line in page] == list(range(1, COUNT + 1))
    assert pages[0][0].date == "2-Mar-2025 05:00:00 +0000"
