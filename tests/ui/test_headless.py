"""The rehearsal without a screen, as a process of its own: its exit status is part of what is promised."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

from mailsafi_wizard.ui.pages import PAGES


def rehearse(out: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "mailsafi_wizard", "demo", "--headless", "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=300)


def test_it_ends_by_itself_with_a_report_and_a_picture_of_every_step(tmp_path: Path) -> None:
    done = rehearse(tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "2080 copied, 0 failed" in done.stderr
    assert "Traceback" not in done.stderr
    for number, step in enumerate(PAGES, 1):
        data = (tmp_path / "out" / f"{number}-{step.key}.png").read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", data[16:24]) == (1280, 860)
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert len(list((tmp_path / "out" / "notices" / "announcement").glob("*.eml"))) == 6


def test_a_report_of_an_earlier_rehearsal_is_kept(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"of last week")
    assert rehearse(tmp_path).returncode == 0
    assert (tmp_path / "report-1.pdf").read_bytes() == b"of last week"
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_folder_that_can_not_be_written_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file where the folder should be")
    done = rehearse(tmp_path / "out")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
