"""The project file against everything that can be wrong with a file: a clear error each time, and nothing lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.store import schema
from mailsafi_wizard.store.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acme.mailsafi"


def filled(path: Path) -> Path:
    journal = Journal.create(path)
    journal.put_mailboxes([Mailbox("a@x", "a", "a")])
    journal.set_note("company", "{}")
    journal.close()
    return path


def test_it_has_its_marks_and_no_others_may_read_it(path: Path) -> None:
    head = filled(path).read_bytes()[:100]
    assert int.from_bytes(head[68:72], "big") == schema.APPLICATION_ID
    assert int.from_bytes(head[60:64], "big") == schema.VERSION
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_written_is_there_again(path: Path) -> None:
    journal = Journal.open(filled(path))
    assert [m.address for m in journal.mailboxes()] == ["a@x"]
    journal.close()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda data: b"hello, I am a text file" * 10, errors.NotAProject),
        (lambda data: data[:68] + b"\0\0\0\1" + data[72:], errors.NotAProject),
        (lambda data: data[:60] + (schema.VERSION + 1).to_bytes(4, "big") + data[64:], errors.NewerProject),
        (lambda data: data[:50], errors.DamagedProject),
        (lambda data: data[:4096] + b"\xff" * 8192 + data[12288:], errors.DamagedProject),
        (lambda data: data[: len(data) // 2], errors.DamagedProject),
    ],
    ids=["text", "another program's", "newer", "cut in the head", "overwritten", "cut in half"],
)
def test_a_file_that_can_not_be_used_is_told_and_left_as_it_is(path: Path, change, error: type[errors.ProjectError]) -> None:
    data = change(filled(path).read_bytes())
    path.write_bytes(data)
    with pytest.raises(error) as told:
        Journal.open(path)
    assert str(path) in str(told.value)
    assert path.read_bytes() == data


def test_one_program_at_a_time(path: Path) -> None:
    journal = Journal.open(filled(path))
    with pytest.raises(errors.ProjectInUse):
        Journal.open(path)
    code = f"from mailsafi_wizard.store.journal import Journal; from pathlib import Path; Journal.open(Path({str(path)!r}))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ProjectInUse" in other.stderr
    journal.close()
    Journal.open(path).close()


def test_a_missing_file_and_one_that_is_there_already(path: Path) -> None:
    with pytest.raises(errors.ProjectMissing):
        Journal.open(path)
    filled(path)
    with pytest.raises(errors.ProjectError, match="already"):
        Journal.create(path)
    with pytest.raises(errors.ProjectReadOnly):
        Journal.create(path.parent / "nowhere" / "x.mailsafi")


def test_a_folder_where_nobody_may_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    data = path.read_bytes()
    if os.geteuid() == 0:  # root may write anywhere, so the system is asked to say what it would say to others
        monkeypatch.setattr(os, "access", lambda *_args: False)
    else:
        path.parent.chmod(0o500)
    with pytest.raises(errors.ProjectReadOnly):
        Journal.open(path)
    path.parent.chmod(0o700)
    assert path.read_bytes() == data


def test_a_full_disk_is_told_and_what_was_there_stays(path: Path) -> None:
    filled(path)
    code = f"""
import resource, signal
from pathlib import Path
from mailsafi_wizard import errors
from mailsafi_wizard.store.journal import Journal
journal = Journal.open(Path({str(path)!r}))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    for number in range(10_000):
        journal.set_note(f"filler.{{number}}", "x" * 10_000)
except errors.ProjectError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(("DiskFull", "ProjectError")), done
    journal = Journal.open(path)
    assert [m.address for m in journal.mailboxes()] == ["a@x"]
    journal.close()


def test_a_creation_that_was_cut_off_is_done_again(path: Path) -> None:
    path.touch()
    Journal.open(path).close()
    assert int.from_bytes(path.read_bytes()[68:72], "big") == schema.APPLICATION_ID


def test_an_older_form_is_brought_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    monkeypatch.setattr("mailsafi_wizard.store.database.MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE later (x INTEGER)"))
    monkeypatch.setattr("mailsafi_wizard.store.database.VERSION", schema.VERSION + 1)
    journal = Journal.open(path)
    assert [m.address for m in journal.mailboxes()] == ["a@x"]
    assert journal.rows("SELECT count(*) FROM later") == [(0,)]
    journal.close()
    monkeypatch.undo()
    with pytest.raises(errors.NewerProject):
        Journal.open(path)


def test_a_step_that_fails_leaves_the_older_form(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    monkeypatch.setattr(
        "mailsafi_wizard.store.database.MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE later (x); CREATE TABLE note (x)")
    )
    monkeypatch.setattr("mailsafi_wizard.store.database.VERSION", schema.VERSION + 1)
    with pytest.raises(errors.ProjectError):
        Journal.open(path)
    monkeypatch.undo()
    journal = Journal.open(path)
    assert [m.address for m in journal.mailboxes()] == ["a@x"]
    journal.close()


def test_a_program_that_was_killed_leaves_what_it_had_committed(path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from mailsafi_wizard.store.journal import Journal
journal = Journal.create(Path({str(path)!r}))
for number in range(50):
    journal.set_note(f"n{{number}}", str(number))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    journal = Journal.open(path)
    assert [journal.note(f"n{number}") for number in range(50)] == [str(number) for number in range(50)]
    journal.close()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
