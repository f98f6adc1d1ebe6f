"""No secret, subject, body or name is in the log or the bundle, whatever a server echoes and however it encodes it."""

from __future__ import annotations

import base64
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from mailsafi_wizard import cli
from mailsafi_wizard.events import MailboxFinished, MessageFailed, StateChanged
from mailsafi_wizard.model import FailedMessage, Ledger, MailboxState, Side
from mailsafi_wizard.store.rows import FolderRecord
from mailsafi_wizard.support import bundle, logbook
from mailsafi_wizard.support.pseudonyms import modified_utf7
from tests.unit.small_company import PASSWORDS, PEOPLE, SmallCompany

SUBJECT, BODY, FOLDER = "Mishahara ya Otieno 2026", "Tafadhali usimwambie mtu yeyote", "Wateja/Otieno & Wanjiku §"
ODD: list[Callable[[str], str]] = [
    lambda s: s,
    lambda s: quote(s, safe=""),
    lambda s: quote(quote(s, safe=""), safe=""),
    lambda s: base64.b64encode(s.encode()).decode(),
    lambda s: base64.b64encode(b"\0amina@example.co.ke\0" + s.encode()).decode(),
    lambda s: base64.b64encode(base64.b64encode(s.encode())).decode(),
    modified_utf7,
    lambda s: s.encode().hex(),
    lambda s: s[::-1],
    lambda s: s.upper(),
    lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
    lambda s: "=".join(s),
]


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    book = logbook.Logbook(tmp_path / "logs")
    yield tmp_path / "logs"
    book.close()


def planted() -> list[str]:
    return [*PASSWORDS, SUBJECT, BODY]


def leaks(text: str) -> list[str]:
    """What of the planted words, in any form, stands in ``text``."""
    found = [form(secret) for secret in planted() for form in ODD if form(secret) in text]
    names = [person.person.address for person in PEOPLE] + ["example.co.ke", "Wateja", modified_utf7(FOLDER), "Amina", "Otieno"]
    return found + [name for name in names if name.lower() in text.lower()]


@pytest.mark.parametrize("odd", ODD)
def test_what_a_server_echoes_reaches_neither_log_nor_bundle(
    odd: Callable[[str], str], logged: Path, company: SmallCompany
) -> None:
    project = company.project()
    boxes = project.mailboxes()
    journal = project._journal
    record = journal.put_folder(FolderRecord(0, boxes[0].id, FOLDER.encode(), FOLDER, b"x", FOLDER))
    told = project._noting(lambda _event: None)
    for secret in planted():
        words = f"5.7.1 message refused for {boxes[0].address} in {FOLDER}: {odd(secret)} [OVERQUOTA]"
        journal.set_state(boxes[0].id, MailboxState.REFUSED, words, words, words)
        journal.add_remark(boxes[0].id, FOLDER, words)
        told(StateChanged(boxes[0].id, boxes[0].address, MailboxState.BACKING_OFF, words, 3.0))
        told(MessageFailed(boxes[0].address, FailedMessage(boxes[0].id, FOLDER, 7, 99, odd(secret), words)))
        told(MailboxFinished(boxes[0].id, boxes[0].address, MailboxState.REFUSED, Ledger(), words, words, words))
        logging.getLogger("msal").error(words)
        logging.getLogger("msal").error("%s", words)
        try:
            raise ValueError(words)
        except ValueError:
            logging.getLogger("mailsafi_wizard.test").exception("a bug")
    project.set_note("capabilities.source", f'["IMAP4REV1", "X{odd("hunter")}"]')
    project.set_note("discovery", odd(PASSWORDS[0]))
    files = project.support_bundle(logged)
    log = "".join(file.read_text("utf-8") for file in logged.glob("*.log"))
    assert f"mailbox-{boxes[0].id} folder-{record.id} UID 7, 99 bytes: 5.7.1 message refused for" in log
    assert leaks(log) == []
    whole = "".join(file.name + file.text for file in files)
    assert leaks(whole) == []
    assert "X" + odd("hunter") not in whole
    assert f"mailbox-{boxes[0].id}" in whole
    assert f"folder-{record.id}" in whole
    assert "[OVERQUOTA]" in whole
    project.close()


def test_a_real_run_with_an_echoing_log_leaves_nothing(logged: Path, company: SmallCompany) -> None:
    project = company.project()
    project.start(lambda _event: None)
    assert project.wait(60)
    files = {file.name: file.text for file in project.support_bundle(logged)}
    whole = "".join(files.values())
    assert leaks(whole) == []
    assert '"UIDPLUS"' in files["servers.json"]
    assert re.search(r"^mailbox-1,folder-\d+,inbox,", files["ledger.csv"], re.M)
    assert files["runs.csv"].count("done") == 1
    for account in (company.old(0), company.old(1)):
        for folder in account.folders.values():
            for message in folder.messages.values():
                for line in message.body.decode("utf-8", "replace").splitlines():
                    assert len(line) < 16 or line not in whole
    project.close()


def test_the_bundle_is_the_same_that_was_shown(logged: Path, company: SmallCompany, tmp_path: Path) -> None:
    project = company.project()
    files = project.support_bundle(logged)
    project.close()
    bundle.write(files, tmp_path / "support.zip")
    with zipfile.ZipFile(tmp_path / "support.zip") as saved:
        assert saved.testzip() is None
        assert {name: saved.read(name).decode() for name in saved.namelist()} == {file.name: file.text for file in files}
    assert all(file.name in files[0].text for file in files[1:])


def test_the_command_shows_before_it_saves_and_overwrites_nothing(
    company: SmallCompany, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = company.project()
    path = project.path
    project.close()
    target = tmp_path / "support.zip"
    assert cli.main(["support", str(path)]) == 0
    assert not target.exists()
    shown = capsys.readouterr().out
    assert "=== servers.json" in shown
    assert leaks(shown) == []
    assert cli.main(["support", str(path), "--zip", str(target)]) == 0
    assert zipfile.is_zipfile(target)
    assert cli.main(["support", str(path), "--zip", str(target)]) == 2


def test_capabilities_that_nobody_knows_are_only_counted() -> None:
    assert bundle.known_capabilities(["imap4rev1", "APPENDLIMIT=1000", "X-SECRET", "MVUA,"]) == (
        ["APPENDLIMIT=1000", "IMAP4REV1"],
        2,
    )


def test_sides_have_numbers_too(company: SmallCompany, logged: Path) -> None:
    project = company.project()
    endpoint = project.endpoint(Side.SOURCE)
    assert endpoint is not None
    names = project._pseudonyms()
    assert names.words(f"{endpoint.host} refused the sign-in of {PEOPLE[0].person.address}") == (
        f"{names.names[endpoint.host]} refused the sign-in of mailbox-1"
    )
    project.close()


def test_a_bug_in_a_command_is_told_without_its_values(
    company: SmallCompany, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_options: object) -> int:
        raise RuntimeError(f"cannot decode {PASSWORDS[0]}")

    monkeypatch.setattr(cli, "_check_list", broken)
    assert cli.main(["check-list", str(company.list_file)]) == 1
    told = capsys.readouterr().err
    assert "RuntimeError: cannot decode" in told
    assert leaks(told) == []
