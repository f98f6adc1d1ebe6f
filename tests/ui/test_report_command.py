"""``mailsafi-wizard report`` as a process of its own, where there is neither window nor screen."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailsafi_wizard.demo.rehearsal import Rehearsal


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with Rehearsal(tmp_path) as rehearsal:
        assert rehearsal.run(lambda _event: None).complete
        return rehearsal.project.path


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if key not in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")}
    line = [sys.executable, "-m", "mailsafi_wizard", "report", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, env=env, check=False)


def test_every_form_is_written_and_none_is_overwritten(project: Path, tmp_path: Path) -> None:
    pdf, page, tables = tmp_path / "r.pdf", tmp_path / "r.html", tmp_path / "tables"
    done = command(project, "--pdf", pdf, "--html", page, "--csv", tables)
    assert (done.returncode, done.stderr) == (0, "")
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert "all 2,080 messages" in text
    assert "2,080" in page.read_text("utf-8")
    assert len(list(tables.glob("*.csv"))) > 5
    before = pdf.read_bytes()
    again = command(project, "--pdf", pdf)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert pdf.read_bytes() == before


def test_a_place_that_can_not_be_written_is_told(project: Path, tmp_path: Path) -> None:
    done = command(project, "--pdf", tmp_path / "nowhere" / "r.pdf")
    assert done.returncode == 2
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_report_in_short_in_another_language_and_on_other_paper(project: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "one.pdf", tmp_path / "r.json"
    done = command(project, "--pdf", page, "--one-page", "--paper", "letter", "--language", "sw", "--json", data)
    assert (done.returncode, done.stderr) == (0, "")
    about = subprocess.run(["pdfinfo", str(page)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages: +1\n", about)
    assert "612 x 792" in about
    plain = json.loads(data.read_text("utf-8"))
    assert plain["language"] == "sw"
    assert plain["tiles"][0]["value"] == "2,080"


def test_tables_of_an_earlier_report_are_not_written_over(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "something else.csv").write_text("mine")
    assert command(project, "--csv", folder).returncode == 0
    before = (folder / "summary.csv").read_bytes()
    again = command(project, "--csv", folder)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert (folder / "summary.csv").read_bytes() == before
    assert (folder / "something else.csv").read_text() == "mine"
