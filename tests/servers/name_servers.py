"""NSD as the domain's own name server and unbound as a resolver that remembers, unpacked by `unpacked`, on this computer only."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from mailsafi_wizard.net.dns_question import ask
from mailsafi_wizard.net.dns_records import Server
from tests.servers import unpacked
from tests.servers.ports import free_ports

DOMAIN = "example.co.ke"
LONGEST = 40.0  # seconds that any wait may take before the test fails


def until(true: Callable[[], object]) -> None:
    """Waits for what is so sooner or later; fails after `LONGEST`."""
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.05)


class _Program:
    """One server as a child; ``address`` is HOST:PORT."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = folder
        self.port = free_ports(1)[0]
        self.address = f"127.0.0.1:{self.port}"
        self.server = Server(name, "127.0.0.1", self.port)
        self._root = unpacked.reachable(name, folder)
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None

    def config(self) -> str:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "config"
        file.write_text(self.config(), encoding="ascii")
        environment = {**os.environ, "LD_LIBRARY_PATH": unpacked.library_path(self._root)}
        with (self.folder / "output").open("wb") as output:
            command = [str(self._root / "usr/sbin" / self._name), "-d", "-c", str(file)]
            self._process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        until(lambda: self._alive() and ask(self.server, DOMAIN, "SOA", 0.5).values)
        return self

    def _alive(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "output").read_text("utf-8", "replace")
        return True

    def __exit__(self, *_exc: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def hang_up(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)


class Nsd(_Program):
    """Serves ``text`` as the zone of DOMAIN; ``serve`` puts another in its place."""

    def __init__(self, folder: Path, text: str) -> None:
        super().__init__("nsd", folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._zone = folder / "zone"
        self._zone.write_text(text, encoding="ascii")

    def config(self) -> str:
        here = self.folder
        return f"""server:
  ip-address: 127.0.0.1
  port: {self.port}
  username: ""
  zonesdir: "{here}"
  database: ""
  pidfile: "{here}/pid"
  zonelistfile: "{here}/zones"
  xfrdfile: "{here}/xfrd"
  xfrdir: "{here}"
  server-count: 1
  zonefiles-check: yes
remote-control:
  control-enable: no
zone:
  name: "{DOMAIN}"
  zonefile: "zone"
"""

    def serve(self, text: str, serial: int) -> None:
        """The zone becomes ``text``, whose serial is ``serial``; returns when it is answered from."""
        self._zone.write_text(text, encoding="ascii")
        os.utime(self._zone, (time.time() + serial, time.time() + serial))  # NSD looks at the file's time only, in seconds
        self.hang_up()
        until(lambda: str(serial) in " ".join(ask(self.server, DOMAIN, "SOA", 0.5).values).split())


class Unbound(_Program):
    """Asks ``masters`` for DOMAIN, knows of nothing else, and writes down every question."""

    def __init__(self, folder: Path, *masters: Nsd) -> None:
        super().__init__("unbound", folder)
        self._masters = masters

    def config(self) -> str:
        here = self.folder
        stubs = "".join(f"  stub-addr: 127.0.0.1@{master.port}\n" for master in self._masters)
        return f"""server:
  interface: 127.0.0.1
  port: {self.port}
  username: ""
  chroot: ""
  directory: "{here}"
  pidfile: "{here}/pid"
  use-syslog: no
  logfile: "{here}/log"
  log-queries: yes
  do-ip6: no
  do-daemonize: no
  num-threads: 1
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: "." static
  local-zone: "{DOMAIN}." transparent
remote-control:
  control-enable: no
stub-zone:
  name: "{DOMAIN}"
  stub-prime: no
{stubs}"""

    def asked(self, words: str) -> bool:
        """Whether a question with ``words`` in it was ever put to it."""
        return words in (self.folder / "log").read_text("utf-8", "replace")
