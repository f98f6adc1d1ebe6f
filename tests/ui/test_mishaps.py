"""A bug anywhere is told with details to copy and no secret, what was done is saved, and the window lives on."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QListWidget

from mailsafi_wizard.support import logbook
from mailsafi_wizard.ui.mishaps import Mishaps, caught
from mailsafi_wizard.ui.pages.start import StartPage
from mailsafi_wizard.ui.problems import Details
from tests.ui.conftest import Hand

SECRET = "Mvua, 77§"


class Clumsy:
    def __del__(self) -> None:
        raise ValueError(SECRET)


def in_slot() -> None:
    QTimer.singleShot(0, fall)


def in_thread() -> None:
    threading.Thread(target=fall).start()


def in_task() -> None:
    async def tumble() -> None:
        fall()

    task = asyncio.get_running_loop().create_task(tumble())
    task.add_done_callback(lambda _task: None)


def in_destructor() -> None:
    Clumsy()
    gc.collect()


def fall() -> None:
    raise ValueError(SECRET)


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("where", [in_slot, in_thread, in_task, in_destructor])
def test_a_bug_is_told_and_the_window_lives_on(opened: Hand, where: object, tmp_path: Path) -> None:
    window, book = opened.window, logbook.Logbook(tmp_path / "logs")
    mishaps = Mishaps()
    mishaps.told.connect(window.bug)
    loop = opened._loop
    page = opened.go("start")
    assert isinstance(page, StartPage)
    page.help.setText("Njeri, typed and not left yet")
    with caught(mishaps, loop, window.close):

        async def do() -> None:
            where()  # type: ignore[operator]

        opened.run(do())

        def told() -> bool:
            gc.collect()
            return bool(window.headlines.problems)

        opened.until(told)
    (problem,) = window.headlines.problems
    assert problem.is_bug
    assert "ValueError" in problem.detail
    assert "test_mishaps.py" in problem.detail
    assert SECRET not in problem.detail
    panel = window.headlines.panels[0]
    assert panel.findChildren(Details)
    assert window.project is not None
    assert window.project.company.help_contact.startswith("Njeri, typed"), "what was typed is saved"
    opened.go("verify")
    assert window.headlines.problems == [problem], "a bug stays until it is closed"
    book.close()
    log = "".join(file.read_text("utf-8") for file in (tmp_path / "logs").glob("*.log"))
    assert "a bug" in log
    assert SECRET not in log


def test_the_bundle_is_read_before_it_is_saved(opened: Hand, tmp_path: Path) -> None:
    window = opened.window

    async def ask() -> None:
        window.show_support()

    opened.run(ask())
    view = window.aside
    assert view is not None
    opened.until(lambda: bool(view.files))
    names = [view.findChildren(QListWidget)[0].item(i).text() for i in range(view.list.count())]
    assert names == [file.name for file in view.files]
    assert {"README.txt", "ledger.csv", "servers.json"} <= set(names)
    assert window.project is not None
    for place, file in enumerate(view.files):
        view.list.setCurrentRow(place)
        assert view.text.toPlainText() == file.text
        assert not any(box.address in file.text for box in window.project.mailboxes())
    view.save(tmp_path / "s.zip")
    assert (tmp_path / "s.zip").is_file()
    view.save(tmp_path / "no such folder" / "s.zip")
    assert window.aside is view
    opened.click(view.back)
    assert window.aside is None
    assert window.title.text() == window.page.title


def test_a_crash_leaves_where_it_was_and_no_path(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, faulthandler\nfrom mailsafi_wizard.support.logbook import Logbook\n"
        "book = Logbook(pathlib.Path(sys.argv[1]))\nfaulthandler._sigabrt()\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, cwd=Path(__file__).parents[2])
    assert done.returncode != 0
    was = faulthandler.is_enabled()
    book = logbook.Logbook(tmp_path)
    (told,) = book.crashes()
    assert "Aborted" in told
    assert "/home" not in told
    assert str(tmp_path) not in told
    assert book.crashes() == (), "told once"
    assert any("Aborted" in text for _name, text in logbook.kept(tmp_path)), "and kept for the bundle"
    book.close()
    assert faulthandler.is_enabled() is was
