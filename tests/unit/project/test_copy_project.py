"""A project file that was cut, or made by somebody else, is told of when it is opened, and stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.copy_project import CopyProject
from mailsafi_wizard.store.journal import Journal

DEEP = "[" * 100_000
BROKEN = {
    "company": ["{", "[]", '{"nonsense": 1}', '{"name": 5}', '{"domains": [1]}', '{"mailsafi": {"smtp_port": "x"}}', DEEP],
    "endpoint.source": ["imaps://", "file:///etc/passwd", "\x00", "imaps://h:99999"],
    "admin.destination": ["{}", "null", '{"user": "a", "style": "telepathy", "separator": "*", "everyone": false}'],
    "oauth.source": ["{}", "[]", '{"way": "nobody"}'],
    "begun": ["2026-99-99"],
    "connections.borne": ["many", "9" * 5000],
    "line.rate": ["fast"],
    "needed": [DEEP],
}
BROKEN_FOR_THE_WIZARD = {
    "plan.begin": ["tomorrow"],
    "resets": ['["amina"]', "null", "{"],
    "addresses.known": ["{", "null", "1"],
    "sheets": ['{"1": [1]}', '{"x": ["2026-01-01", "en", "pdf"]}'],
    "revoked": ['{"a": 1}'],
    "project.id": ["x"],
    "erased": ['{"a": 1}'],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = MigrationProject.create(tmp_path / "a.mailsafi")
    made.add_mailboxes([Mailbox("amina@example.co.ke", "amina", "amina")])
    made.close()
    return made.path


def written(file: Path, key: str, value: str) -> bytes:
    made = MigrationProject.open(file)
    made.set_note(key, value)
    made.close()
    return file.read_bytes()


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BROKEN.items() for value in values])
def test_what_a_copy_needs(file: Path, key: str, value: str) -> None:
    before = written(file, key, value)
    for kind in (CopyProject, MigrationProject):
        with pytest.raises(errors.DamagedProject):
            kind.open(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BROKEN_FOR_THE_WIZARD.items() for value in values])
def test_what_only_the_wizard_needs(file: Path, key: str, value: str) -> None:
    before = written(file, key, value)
    with pytest.raises(errors.DamagedProject):
        MigrationProject.open(file)
    assert file.read_bytes() == before
    CopyProject.open(file).close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE mailbox SET state = 'asleep'",
        "INSERT INTO run (started) VALUES ('tomorrow')",
        "INSERT INTO sign_in VALUES (1, 'middle', 1, '', '', '')",
        "INSERT INTO comparison (mailbox_id, started, depth, share, least, seed) VALUES (1, '2026-11-20T10:00:00+00:00', 'deep', 1, 1, 1)",
        "INSERT INTO sign_off VALUES (1, 'Amina', 'soon', 'wrote back', '')",
    ],
)
def test_rows_that_make_no_sense(file: Path, sql: str) -> None:
    journal = Journal.open(file)
    journal.write(sql)
    journal.close()
    with pytest.raises(errors.DamagedProject):
        MigrationProject.open(file)


@pytest.mark.parametrize(
    "key", ["discovery", "ladder.source", "plan.seen", "smtp.server", "switch.late", "programs", "capabilities.source"]
)
@pytest.mark.parametrize("value", ["{", "[[]]", "null", "1e999", json.dumps({"a": []})])
def test_what_can_be_found_out_again_is_no_reason_to_stay_shut(file: Path, key: str, value: str) -> None:
    written(file, key, value)
    project = MigrationProject.open(file)
    assert project.mailboxes()
    assert project.support_bundle()
    project.close()
