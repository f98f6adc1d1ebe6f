"""A throw-away Courier IMAP server on the loopback, run from a folder (see `unpacked`): any user name signs in with one password.

Courier's own door (couriertcpd, imaplogin, authdaemond) has its paths built in and wants root; a small one in Python takes its
place: TLS and the sign-in, then Courier's imapd speaks, one process for each connection.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO, cast

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.demo.imapd.accounts import Accounts
from mailsafi_wizard.demo.imapd.commands import Command
from mailsafi_wizard.demo.imapd.conversation import Conversation, HungUp, Refused
from mailsafi_wizard.demo.imapd.server import ImapServer
from mailsafi_wizard.model import Security
from tests.servers import owner, unpacked

PASSWORD = "Kisumu;2026x"


class CourierMissing(RuntimeError):
    """Courier is not unpacked; the text says what to do."""


class Courier:
    """One server, separator "." and prefix "INBOX.". ``start`` and ``remove``, or use it as a context manager."""

    host = "localhost"

    def __init__(self, certificate: Certificate | None = None, drop_capabilities: tuple[str, ...] = ()) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="courier-"))
        self.root.chmod(0o755)
        self.certificate = certificate or Authority(self.root / "tls").issue()
        self.drop_capabilities = drop_capabilities
        self._door: _Door | None = None

    @property
    def ca_file(self) -> Path:
        return self.certificate.ca_file

    @property
    def tls_port(self) -> int:
        return self._door.port if self._door else 0

    def url(self) -> str:
        return f"{Security.TLS.value}://{self.host}:{self.tls_port}"

    def password_of(self, _user: str) -> str:
        return PASSWORD

    def start(self) -> Courier:
        """Raises CourierMissing."""
        try:
            programs = unpacked.reachable("courier", self.root)
        except FileNotFoundError as error:
            raise CourierMissing(str(error)) from error
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.chain, self.certificate.key)
        self._door = _Door(programs, self.root / "mail", context, self.drop_capabilities)
        return self

    def stop(self) -> None:
        """End the server; the mail stays until `remove`."""
        if self._door:
            self._door.stop()
            self._door = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> Courier:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.remove()


class _SignedIn(Exception):
    """Ends the door's part of the conversation."""


class _Door(ImapServer):
    """Takes connections, checks the password, then hands over to imapd."""

    def __init__(self, programs: Path, mail: Path, context: ssl.SSLContext, dropped: tuple[str, ...]) -> None:
        self.programs, self.mail = programs, mail
        mail.mkdir(exist_ok=True)
        owner.give(mail)
        self.environment = self._environment(dropped)
        self._monitor = _NoMonitor(mail.parent.name)
        super().__init__(Accounts(".", "INBOX.", {}), context)

    def stop(self) -> None:
        super().stop()
        self._monitor.stop()

    def _environment(self, dropped: tuple[str, ...]) -> dict[str, str]:
        """What Debian's /etc/courier/imapd sets, no locks by the file alteration monitor."""
        settings = (self.programs / "etc/courier/imapd").read_text(encoding="utf-8", errors="replace")
        values = {m[1]: m[2].strip('"') for m in re.finditer(r"^(IMAP_[A-Z_]+)=(.*)$", settings, re.MULTILINE)}
        kept = [word for word in values["IMAP_CAPABILITY"].split() if word not in dropped]
        values |= {"IMAP_USELOCKS": "0", "IMAP_CAPABILITY": " ".join(kept), "GAM_CLIENT_ID": self.mail.parent.name}
        return {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": unpacked.library_path(self.programs), **values}

    def home(self, user: str) -> Path:
        """The user's home with a Maildir in it."""
        home = self.mail / user.lower()
        if not home.exists():
            home.mkdir()
            owner.give(home)
            self._run(["usr/bin/maildirmake.courier", str(home / "Maildir")])
        return home

    def _run(self, command: list[str]) -> None:
        program = str(self.programs / command[0])
        subprocess.run([program, *command[1:]], check=True, env=self.environment, **owner.as_owner())

    def talk(self, connection: socket.socket) -> None:
        with self.secured(connection) as secure:
            reader, writer = secure.makefile("rb", buffering=0), secure.makefile("wb", buffering=0)
            with contextlib.closing(reader), contextlib.closing(writer):
                door = _DoorConversation(self, reader, writer)
                try:
                    door.run()
                except _SignedIn:
                    self._hand_over(secure, door)

    def _hand_over(self, secure: ssl.SSLSocket, door: _DoorConversation) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            process = subprocess.Popen(
                [str(self.programs / "usr/bin/imapd"), "Maildir"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                cwd=self.home(door.user),
                env={**self.environment, "AUTHENTICATED": door.user},
                **owner.as_owner(),
            )
            theirs.close()
            try:
                _until_preauth(ours)
                secure.sendall(door.tag + b" OK LOGIN Ok.\r\n")
                _relay(secure, ours)
            finally:
                ours.close()
                process.terminate()
                process.wait()


class _NoMonitor:
    """Stands where imapd looks for a file alteration monitor and refuses; with nobody there it would look for a whole second."""

    def __init__(self, client_id: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._name = f"\0/tmp/fam-{owner.user()}-{client_id}".encode().ljust(108, b"\0")
        self._socket.bind(self._name)
        self._socket.listen(64)
        self._ended = False
        self._thread = threading.Thread(target=self._refuse, name="courier-no-monitor", daemon=True)
        self._thread.start()

    def _refuse(self) -> None:
        while not self._ended:
            self._socket.accept()[0].close()

    def stop(self) -> None:
        self._ended = True
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as waker:
            waker.connect(self._name)
        self._thread.join(5)
        self._socket.close()


class _DoorConversation(Conversation):
    """Courier's behaviour before the sign-in."""

    def __init__(self, door: _Door, reader: io.RawIOBase, writer: io.RawIOBase) -> None:
        super().__init__(door.accounts, cast(BinaryIO, reader), cast(BinaryIO, writer))
        self.capabilities = door.environment["IMAP_CAPABILITY"] + " AUTH=PLAIN"
        self.user, self.tag = "", b""

    def sign_in(self, user: bytes, password: bytes) -> str:
        if password.decode("utf-8", "replace") != PASSWORD:
            raise Refused("Login failed.")
        self.user = user.decode()
        raise _SignedIn

    def obey(self, command: Command) -> str:
        self.tag = command.tag
        return super().obey(command)

    def read_line(self) -> bytes:
        line = self.reader.readline()
        if line and not line.endswith(b"\n"):
            raise HungUp
        return line


def _until_preauth(imapd: socket.socket) -> None:
    greeting = b""
    while b"* PREAUTH" not in greeting or not greeting.endswith(b"\r\n"):
        data = imapd.recv(4096)
        if not data:
            raise OSError(f"imapd did not start: {greeting.decode('latin-1')}")
        greeting += data


def _relay(secure: ssl.SSLSocket, imapd: socket.socket) -> None:
    """Both ways in one thread: a TLS socket must not be read and written by two at once."""
    while True:
        ready = [secure] if secure.pending() else select.select([secure, imapd], [], [])[0]
        if secure in ready:
            data = secure.recv(65536)
            if not data:
                return
            imapd.sendall(data)
        if imapd in ready:
            data = imapd.recv(65536)
            if not data:
                return
            secure.sendall(data)
