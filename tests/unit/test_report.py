"""The report: says done only when it is, loses nothing on the way to a form, and lets nothing in a name do harm."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import report
from mailsafi_wizard.model import Company, Endpoint, FailedMessage, FolderLedger, Ledger, Mailbox, Role, RunRecord, Security, Side
from mailsafi_wizard.report import Kind, ReportFacts, Section, Table

NOW = dt.datetime(2026, 11, 27, 15, 30, tzinfo=dt.UTC)
COMPANY = Company(name="Acme Ltd", domains=("acme.co.ke",))
JANE = Mailbox("jane@acme.co.ke", "jane", "jane@acme.co.ke", id=1)
ALI = Mailbox("ali@acme.co.ke", "ali", "ali@acme.co.ke", id=2)
ENDPOINTS = {
    Side.SOURCE: Endpoint("old.example", 143, Security.STARTTLS),
    Side.DESTINATION: Endpoint("imap.example.net", 993, pin="ab" * 32),
}
INBOX = FolderLedger(
    1, "INBOX", "INBOX", Role.INBOX, source=10, copied=7, present=3, confirmed=10, source_bytes=12_345_678, checked=True
)
SENT = FolderLedger(2, "Sent", "Sent", Role.SENT, source=5, copied=5, confirmed=5, source_bytes=999, checked=True)
CALENDAR = FolderLedger(2, "Calendar", "", source=4, excluded=4, excluded_reason="no mail folder")
RUN = RunRecord(1, NOW - dt.timedelta(hours=2), NOW - dt.timedelta(hours=1), 12, 12_000_000, "done")
FAILURE = FailedMessage(2, "Sent", 17, 26_000_000, "17-Jul-2020 02:44:25 +0300", "[TOOBIG] Message too large")


def facts(*folders: FolderLedger, **changes: object) -> ReportFacts:
    given: dict[str, object] = {
        "company": COMPANY,
        "mailboxes": (JANE, ALI),
        "ledger": Ledger(folders),
        "failures": (),
        "remarks": ((1, "Büro", "The folder was subscribed."),),
        "runs": (RUN,),
        "endpoints": ENDPOINTS,
        "now": NOW,
        **changes,
    }
    return report.build_facts(**given)  # type: ignore[arg-type]


def table(found: ReportFacts, name: str) -> Table:
    return next(t for section in found.sections for t in section.tables if t.name == name)


def settings_of(found: ReportFacts) -> dict[str, str]:
    return {row[0]: row[1] for row in table(found, "environment").rows}


def words_of(found: ReportFacts) -> str:
    return " ".join([found.outcome, found.banner, *(p for section in found.sections for p in section.paragraphs)])


class TestOutcome:
    def test_done_only_when_the_ledger_is_complete(self) -> None:
        found = facts(INBOX, SENT)
        assert (found.done, found.banner) == (True, "")
        assert found.outcome == "Done: all 15 messages are at MailSafi and were counted there."

    def test_what_was_left_out_is_said_in_the_outcome(self) -> None:
        found = facts(INBOX, SENT, CALENDAR)
        assert found.done
        assert "15 messages" in found.outcome
        assert "4 were left out" in found.outcome

    @pytest.mark.parametrize(
        ("folders", "word"),
        [
            ((), "Nothing"),
            ((INBOX,), "1 of 2 mailboxes"),
            ((INBOX, dataclasses.replace(SENT, copied=4, confirmed=4)), "1 messages are not accounted"),
            ((INBOX, dataclasses.replace(SENT, checked=False)), "in 1 folders"),
            ((INBOX, dataclasses.replace(SENT, confirmed=4)), "in 1 folders"),
        ],
    )
    def test_unfinished_says_so_and_never_done(self, folders: tuple[FolderLedger, ...], word: str) -> None:
        found = facts(*folders)
        assert not found.done
        assert word in found.outcome
        assert "Done" not in found.outcome
        assert "2026-11-27 18:30 EAT" in found.banner

    def test_failures_are_finished_but_not_done(self) -> None:
        found = facts(INBOX, dataclasses.replace(SENT, copied=4, confirmed=4, failed=1), failures=(FAILURE,))
        assert not found.done
        assert found.outcome.startswith("Finished, but 1 of 15 messages")
        assert found.banner

    def test_a_rehearsal_says_that_it_is_one(self) -> None:
        found = facts(INBOX, SENT, rehearsal=True)
        assert found.banner == "Rehearsal with a sample company"
        assert "rehearsal" in words_of(found)

    def test_a_failed_count_that_no_list_explains_is_said(self) -> None:
        found = facts(INBOX, dataclasses.replace(SENT, copied=4, confirmed=4, failed=1))
        assert "counts 1 failed messages, but 0 are listed" in words_of(found)


class TestTables:
    def test_the_ledger_by_mailbox_adds_up(self) -> None:
        found = table(facts(INBOX, SENT, CALENDAR), "ledger-by-mailbox")
        assert found.rows == (
            ("jane@acme.co.ke", "10", "7", "3", "0", "0", "0", "10", "12 MB", "complete"),
            ("ali@acme.co.ke", "9", "5", "0", "4", "0", "0", "5", "999 bytes", "complete"),
        )
        assert found.total_row == ("All", "19", "12", "3", "4", "0", "0", "15", "12 MB", "")
        assert [column.align for column in found.columns] == ["left", *["right"] * 8, "left"]

    def test_every_row_has_a_cell_for_every_column(self) -> None:
        found = facts(INBOX, SENT, CALENDAR, failures=(FAILURE,))
        for each in (t for section in found.sections for t in section.tables):
            assert all(len(row) == len(each.columns) for row in each.rows)
            assert len(each.total_row) in (0, len(each.columns))
            assert each.rows or each.empty

    def test_left_out_failed_renamed_and_remarks(self) -> None:
        renamed = dataclasses.replace(INBOX, source_name="a/b", destination_name="a_b", renamed=True)
        found = facts(renamed, CALENDAR, failures=(FAILURE,), remarks=((2, "Sent", "A date was guessed."), (9, "X", "Y")))
        assert table(found, "left-out").rows == (("ali@acme.co.ke", "Calendar", "4", "no mail folder"),)
        row = ("ali@acme.co.ke", "Sent", "17", "17-Jul-2020 02:44:25 +0300", "26 MB", "[TOOBIG] Message too large")
        assert table(found, "failed").rows == ((*row, "left at the source, not kept as a file"),)
        assert table(found, "renamed").rows == (("jane@acme.co.ke", "a/b", "a_b"),)
        assert table(found, "remarks").rows[1] == ("mailbox 9", "X", "Y")

    def test_environment_names_servers_and_how_they_are_trusted(self) -> None:
        rows = settings_of(facts(INBOX, surroundings=report.Surroundings(report.environment())))
        assert rows["Source server"] == "old.example, port 143, encrypted (STARTTLS)"
        assert rows["MailSafi server"].endswith("ab" * 32)
        assert rows["Python"].startswith("3.")

    def test_a_connection_without_encryption_is_said(self) -> None:
        plain = {Side.SOURCE: Endpoint("old.example", 143, Security.CLEARTEXT), Side.DESTINATION: None}
        assert "NOT encrypted" in words_of(facts(INBOX, endpoints=plain))
        assert "NOT encrypted" not in words_of(facts(INBOX))
        assert settings_of(facts(INBOX, endpoints=plain))["MailSafi server"] == "not set"

    def test_runs_are_told_in_the_companys_time(self) -> None:
        found = facts(INBOX, runs=(RUN, dataclasses.replace(RUN, ended=None, outcome="running")))
        assert table(found, "runs").rows[0] == ("2026-11-27 16:30 EAT", "2026-11-27 17:30 EAT", "12", "12 MB", "done")
        assert table(found, "runs").rows[1][1] == "–"
        assert found.period == "2026-11-27 16:30 EAT – 2026-11-27 18:30 EAT"

    def test_an_unknown_time_zone_falls_back_to_utc(self) -> None:
        assert report.time_text(NOW, "Nowhere/At all") == "2026-11-27 15:30 UTC"

    def test_sections_of_other_rooms_come_before_the_environment(self) -> None:
        keys = [section.key for section in facts(INBOX, extra=(Section("dns", "Domain"),)).sections]
        assert keys[keys.index("dns") + 1 :] == ["environment", "data-protection", "by-folder"]

    @pytest.mark.parametrize(
        ("count", "text"),
        [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (9_940, "9.9 kB"),
            (9_960, "10 kB"),
            (999_600, "1.0 MB"),
            (34_000_000_000, "34 GB"),
            (5 * 10**15, "5,000 TB"),
        ],
    )
    def test_sizes(self, count: int, text: str) -> None:
        assert report.size_text(count) == text


class _Reader(HTMLParser):
    """Collects tags and text, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(found: ReportFacts) -> _Reader:
    reader = _Reader()
    reader.feed(report.html(found))
    return reader


class TestHtml:
    EVIL = "<script>alert(1)</script>\"'><img src=x onerror=1>{{ 7*7 }}"

    def test_nothing_in_a_name_becomes_markup(self) -> None:
        evil = dataclasses.replace(INBOX, source_name=self.EVIL, destination_name=self.EVIL, renamed=True)
        found = facts(
            evil,
            company=Company(name=self.EVIL, domains=(self.EVIL,)),
            mailboxes=(dataclasses.replace(JANE, address=self.EVIL),),
            failures=(dataclasses.replace(FAILURE, mailbox_id=1, folder=self.EVIL, reason=self.EVIL, date=self.EVIL),),
            remarks=((1, self.EVIL, self.EVIL),),
        )
        reader = parsed(found)
        assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in reader.tags}
        assert not [a for _, attrs in reader.tags for a in attrs if a.startswith("on") or a == "src"]
        assert reader.text.count(self.EVIL) >= 9

    def test_every_cell_and_sentence_is_in_it(self) -> None:
        found = facts(INBOX, dataclasses.replace(SENT, failed=1, copied=4, confirmed=4), CALENDAR, failures=(FAILURE,))
        text = set(parsed(found).text)
        for section in found.sections:
            assert {section.heading, *section.paragraphs} <= text
            for each in section.tables:
                cells = {cell for row in (*each.rows, each.total_row) for cell in row if cell}
                assert cells <= text
                assert each.rows or each.empty in text

    def test_loads_nothing_and_names_its_language(self) -> None:
        page = report.html(facts(INBOX))
        assert "default-src 'none'" in page
        assert not re.search(r"https?://|url\(|@import", page)
        assert '<html lang="en">' in page


class TestCsv:
    def test_a_byte_order_mark_and_plain_numbers(self, tmp_path: Path) -> None:
        found = facts(INBOX, SENT)
        files = report.write_csv(found, tmp_path / "new" / "folder")
        assert sorted(file.name for file in files) == sorted(file.name for file in (tmp_path / "new" / "folder").iterdir())
        data = (tmp_path / "new" / "folder" / "ledger-by-mailbox.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
        assert rows[0][:2] == ["Mailbox", "At the source"]
        assert rows[1] == ["jane@acme.co.ke", "10", "7", "3", "0", "0", "0", "10", "12345678", "complete"]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
    def test_what_looks_like_a_formula_is_neutralised(self, tmp_path: Path, start: str) -> None:
        found = facts(dataclasses.replace(INBOX, source_name=f"{start}HYPERLINK(1)"), mailboxes=(JANE,))
        report.write_csv(found, tmp_path)
        with (tmp_path / "ledger-by-folder.csv").open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file))[1][1] == f"'{start}HYPERLINK(1)"

    def test_an_older_file_is_replaced_whole(self, tmp_path: Path) -> None:
        (tmp_path / "runs.csv").write_text("old " * 1000)
        report.write_csv(facts(INBOX), tmp_path)
        assert "old" not in (tmp_path / "runs.csv").read_text("utf-8-sig")
        assert not list(tmp_path.glob("*.part"))


def test_json_has_the_same_numbers() -> None:
    found = facts(INBOX, SENT)
    plain = json.loads(report.as_json(found))
    assert (plain["done"], plain["outcome"]) == (True, found.outcome)
    ledger = next(t for s in plain["sections"] for t in s["tables"] if t["name"] == "ledger-by-mailbox")
    assert [c["kind"] for c in ledger["columns"]][:2] == [Kind.TEXT.value, Kind.COUNT.value]
    assert ledger["rows"][0][8] == 12_345_678


@given(st.lists(st.text(st.characters(codec=None), max_size=20), min_size=6, max_size=6))
def test_any_text_from_a_server_goes_into_every_form(texts: list[str]) -> None:
    company, folder, target, reason, remark, excluded = texts
    found = facts(
        dataclasses.replace(INBOX, source_name=folder, destination_name=target, excluded_reason=excluded),
        company=Company(name=company, domains=("x.ke",)),
        failures=(dataclasses.replace(FAILURE, reason=reason, folder=folder),),
        remarks=((1, folder, remark),),
    )
    shown = [cell for s in found.sections for t in s.tables for row in t.rows for cell in row]
    assert not any(ord(c) < 0x20 or 0xD800 <= ord(c) < 0xE000 for cell in shown for c in cell)
    report.html(found).encode()
    json.loads(report.as_json(found))


def test_a_large_company_takes_little_time() -> None:
    boxes = tuple(Mailbox(f"u{n}@acme.co.ke", "u", "u", id=n) for n in range(1, 301))
    folders = tuple(dataclasses.replace(INBOX, mailbox_id=n, source_name=f"Folder {f}") for n in range(1, 301) for f in range(50))
    found = facts(*folders, mailboxes=boxes)
    assert found.done
    assert len(table(found, "ledger-by-folder").rows) == 15_000
    assert len(report.html(found)) > 1_000_000
