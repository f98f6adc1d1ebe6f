"""A throw-away Cyrus IMAP server on the loopback, run from a folder (see `unpacked`): any user name signs in with one password.

Runs as the system user "mail" under root, else as oneself; Cyrus refuses to run as root.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.model import Security
from tests.servers import owner, unpacked
from tests.servers.ports import free_ports, wait_for_greeting

PASSWORD = "Kisumu;2026x"
USUAL_FOLDERS = {"Sent": "sent", "Drafts": "drafts", "Trash": "trash", "Junk": "junk"}


class CyrusMissing(RuntimeError):
    """Cyrus is not unpacked, or did not start; the text says what to do."""


@dataclass(frozen=True)
class CyrusOptions:
    """How a server differs from the usual one. ``quota_kib`` 0: none. ``extra``: lines for imapd.conf."""

    separator: str = "."  # or "/"
    prefix: bool = True  # personal folders below INBOX
    drop_capabilities: tuple[str, ...] = ()
    quota_kib: int = 0
    special_use: bool = True
    extra: str = ""


class Cyrus:
    """One server. ``start`` and ``remove``, or use it as a context manager."""

    host = "localhost"

    def __init__(self, options: CyrusOptions | None = None, certificate: Certificate | None = None) -> None:
        self.options = options or CyrusOptions()
        self.root = Path(tempfile.mkdtemp(prefix="cyrus-"))
        self.root.chmod(0o755)
        self.certificate = certificate or Authority(self.root / "tls").issue()
        self.port = self.tls_port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._doorman: _Doorman | None = None

    @property
    def ca_file(self) -> Path:
        return self.certificate.ca_file

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, security: Security = Security.TLS) -> str:
        port = self.tls_port if security is Security.TLS else self.port
        return f"{security.value}://{self.host}:{port}"

    def password_of(self, _user: str) -> str:
        return PASSWORD

    def start(self) -> Cyrus:
        """Start on free ports; raises CyrusMissing."""
        try:
            programs = unpacked.reachable("cyrus", self.root)
        except FileNotFoundError as error:
            raise CyrusMissing(str(error)) from error
        self._make_folders()
        self._doorman = _Doorman(self.root / "socket" / "mux")
        for _attempt in range(5):
            self.port, self.tls_port = free_ports(2)
            self._configure(programs)
            self._process = subprocess.Popen(
                self._command(programs),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "LD_LIBRARY_PATH": unpacked.library_path(programs)},
                start_new_session=True,
                **owner.as_owner(),
            )
            if wait_for_greeting(self.port, lambda: self.running, 15):
                return self
            self._end_process()
        raise CyrusMissing(f"Cyrus did not start from {programs}")

    def stop(self) -> None:
        """End the server; the mail stays until `remove`."""
        self._end_process()
        if self._doorman:
            self._doorman.stop()
            self._doorman = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> Cyrus:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.remove()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _command(self, programs: Path) -> list[str]:
        files = {"-C": "imapd.conf", "-M": "cyrus.conf", "-p": "master.pid"}
        return [str(programs / "usr/lib/cyrus/bin/master"), "-D", *(w for o, f in files.items() for w in (o, str(self.root / f)))]

    def _make_folders(self) -> None:
        names = ["conf", "spool", "proc", "lock", "socket", "keys"]
        names += [f"conf/{name}" for name in ("db", "socket", "proc", "lock", "log", "msg", "ptclient", "sync", "user", "quota")]
        for name in names:
            (self.root / name).mkdir(exist_ok=True)
        for file in (self.certificate.chain, self.certificate.key):
            shutil.copy(file, self.root / "keys" / file.name)
        for path in [self.root, *self.root.rglob("*")]:
            if "cyrus" not in path.relative_to(self.root).parts[:1]:  # the programs, where they had to be copied
                owner.give(path)

    def _configure(self, programs: Path) -> None:
        command = f"{programs}/usr/lib/cyrus/bin/%s -C {self.root}/imapd.conf"
        imapd, recover = command % "imapd", command % "ctl_cyrusdb"
        (self.root / "cyrus.conf").write_text(
            f'START {{\n  recover cmd="{recover} -r"\n}}\nSERVICES {{\n'
            f'  imap cmd="{imapd} -U 50" listen="127.0.0.1:{self.port}" prefork=1 maxchild=100\n'
            f'  imaps cmd="{imapd} -s -U 50" listen="127.0.0.1:{self.tls_port}" prefork=1 maxchild=100\n}}\n'
        )
        (self.root / "imapd.conf").write_text(self._imapd_conf())

    def _imapd_conf(self) -> str:
        options, root = self.options, self.root
        folders = "|".join(USUAL_FOLDERS)
        special = "".join(f"xlist-{use}: {name}\n" for name, use in USUAL_FOLDERS.items()) if options.special_use else ""
        dropped = f"suppress_capabilities: {' '.join(options.drop_capabilities)}\n" if options.drop_capabilities else ""
        return f"""configdirectory: {root}/conf
proc_path: {root}/proc
mboxname_lockpath: {root}/lock
defaultpartition: default
partition-default: {root}/spool
cyrus_user: {owner.user()}
cyrus_group: {owner.group()}
servername: localhost
altnamespace: {"no" if options.prefix else "yes"}
unixhierarchysep: {"yes" if options.separator == "/" else "no"}
virtdomains: userid
autocreate_quota: {options.quota_kib}
autocreate_inbox_folders: {folders}
autocreate_post: yes
allowplaintext: yes
failedloginpause: 0
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {root}/socket/mux
sasl_mech_list: PLAIN LOGIN
tls_server_cert: {root}/keys/{self.certificate.chain.name}
tls_server_key: {root}/keys/{self.certificate.key.name}
tls_session_timeout: 0
syslog_prefix: cyrus
{special}{dropped}{options.extra}
"""


class _Doorman:
    """Stands in for saslauthd: lets in whoever knows the password. Its protocol: four counted strings in, one out."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        path.chmod(0o777)
        self._socket.listen(64)
        self._path = path
        self._ended = False
        self._thread = threading.Thread(target=self._serve, name="cyrus-doorman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended = True
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as waker:
            waker.connect(str(self._path))
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while not self._ended:
            connection, _address = self._socket.accept()
            with connection, contextlib.suppress(OSError, EOFError, struct.error):
                connection.settimeout(5)
                _user, password, _service, _realm = (self._counted(connection) for _ in range(4))
                verdict = b"OK" if password.decode("utf-8", "replace") == PASSWORD else b"NO"
                connection.sendall(struct.pack(">H", len(verdict)) + verdict)

    @staticmethod
    def _counted(connection: socket.socket) -> bytes:
        (size,) = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))
        return connection.recv(size, socket.MSG_WAITALL) if size else b""
