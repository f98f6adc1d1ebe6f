"""What docks, the desktop's notifications and the session manager hear, on a real D-Bus of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

RUN = shutil.which("dbus-run-session")
pytestmark = pytest.mark.skipif(not (RUN and sys.platform == "linux"), reason="needs dbus-run-session")

LISTENER = """
import sys, threading
from jeepney import DBusAddress, MatchRule, new_method_return, message_bus, MessageType
from jeepney.io.blocking import open_dbus_connection, Proxy

class Ear:
    '''Owns names on the bus, answers calls, and keeps what it hears.'''
    def __init__(self, names, answers):
        self.bus = open_dbus_connection()
        self.heard, self.changed, self.answers = [], threading.Condition(), answers
        bus = Proxy(message_bus, self.bus)
        for name in names:
            bus.RequestName(name)
        bus.AddMatch(MatchRule(type='signal', interface='com.canonical.Unity.LauncherEntry'))
        threading.Thread(target=self.listen, daemon=True).start()
    def listen(self):
        while True:
            message = self.bus.receive()
            member = message.header.fields.get(3)
            if message.header.message_type is MessageType.method_call and member in self.answers:
                form, values = self.answers[member]
                self.bus.send(new_method_return(message, form, values))
            if member:
                with self.changed:
                    self.heard.append((member, message.body))
                    self.changed.notify_all()
    def wait(self, member):
        with self.changed:
            assert self.changed.wait_for(lambda: any(m == member for m, _ in self.heard), 30), (member, self.heard)
            return [body for m, body in self.heard if m == member]
"""


def on_a_bus(script: str) -> str:
    """Runs ``script`` in a session with a bus of its own; its output."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    command = [str(RUN), "--", sys.executable, "-c", LISTENER + textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_docks_hear_the_progress() -> None:
    told = on_a_bus("""
        ear = Ear([], {})
        from PySide6.QtWidgets import QApplication
        app = QApplication([])
        from mailsafi_wizard.ui.taskbar import of_this_system
        bar = of_this_system(lambda: 0)
        bar.show(0.25, False)
        for uri, facts in ear.wait('Update'):
            print(uri, sorted(facts.items()))
    """)
    assert told.strip() == (
        "application://mailsafi-wizard.desktop [('progress', ('d', 0.25)), ('progress-visible', ('b', True)), ('urgent', ('b', False))]"
    )


def test_the_desktop_is_told_where_there_is_no_tray() -> None:
    told = on_a_bus("""
        from mailsafi_wizard.ui.tray import notify_over_bus
        print(notify_over_bus('nobody', 'listens'))
        ear = Ear(['org.freedesktop.Notifications'], {'Notify': ('u', (1,))})
        print(notify_over_bus('The copy is complete', '12 messages'))
        print(ear.wait('Notify')[0][3:5])
    """)
    assert told.split("\n")[:3] == ["False", "True", "('The copy is complete', '12 messages')"]


def test_the_session_manager_is_asked_and_let_go() -> None:
    told = on_a_bus("""
        ear = Ear(['org.gnome.SessionManager'], {'Inhibit': ('u', (42,)), 'Uninhibit': ('', ())})
        from mailsafi_wizard.ui.awake import Awake
        awake = Awake()
        awake.be(True)
        ear.wait('Inhibit')
        assert not any(m == 'Uninhibit' for m, _ in ear.heard)
        awake.close()
        print(awake.works, ear.wait('Uninhibit')[0])
    """)
    assert told.strip() == "True (42,)"
