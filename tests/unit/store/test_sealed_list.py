"""The locked list: opens with ordinary tools and the passphrase, with nothing else, and gives the same rows back."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store.credential_list import Row, read
from mailsafi_wizard.store.sealed_list import LIST_NAME, sealed

KEY = Secret("tembo-nne-kabati-mvua")
ROWS = [Row(0, f"user{n}@example.co.ke", f"user{n}", Secret(f'Plain;"{n}", §密 =1')) for n in range(20)]


def test_it_gives_the_same_rows_back_and_tells_nothing_without_the_key() -> None:
    import pyzipper

    data = sealed(ROWS, KEY)
    assert b"user1@" not in data
    assert b"Plain" not in data
    with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
        with pytest.raises(RuntimeError):
            archive.read(LIST_NAME, pwd=b"another passphrase")
        found = read(archive.read(LIST_NAME, pwd=KEY.reveal().encode()))
    assert [(row.address, row.password) for row in found.rows] == [(row.address, row.password) for row in ROWS]
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == [LIST_NAME]


@pytest.mark.skipif(shutil.which("7z") is None, reason="needs 7-Zip, which MailSafi's team would open it with")
def test_seven_zip_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "list.zip"
    path.write_bytes(sealed(ROWS, KEY))
    listed = subprocess.run(["7z", "l", "-slt", str(path)], capture_output=True, text=True, check=True).stdout
    assert "AES-256" in listed
    command = ["7z", "e", f"-p{KEY.reveal()}", f"-o{tmp_path}", str(path)]
    subprocess.run(command, capture_output=True, check=True)
    found = read((tmp_path / LIST_NAME).read_bytes())
    assert [row.password for row in found.rows] == [row.password for row in ROWS]
    wrong = subprocess.run(["7z", "t", "-pwrong", str(path)], capture_output=True)
    assert wrong.returncode != 0


def test_a_weak_passphrase_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        sealed(ROWS, Secret("short"))
