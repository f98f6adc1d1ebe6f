"""Work side by side that ends in time: at a deadline, or when somebody cancels it, whatever the network does meanwhile.

Each piece runs on a thread of its own that the program's end does not wait for. Connections made here are cut when the effort ends,
so that a server that trickles can't hold a thread. Knows nothing of what the work is.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

LOOK_EVERY = 0.05  # seconds between looks at whether somebody has cancelled
ONE_ADDRESS = 2.0  # seconds for a connection to one of several addresses


class Effort:
    """``seconds`` from its making to its end; ``cancel`` is set by whoever wants it to end at once."""

    def __init__(self, seconds: float, cancel: threading.Event | None = None) -> None:
        self.began = time.monotonic()
        self._end = self.began + seconds
        self._cancel = cancel or threading.Event()
        self._changed = threading.Condition()
        self._running = 0
        self._over = False
        self._bug: Exception | None = None
        self._connections: set[socket.socket] = set()

    @property
    def left(self) -> float:
        """Seconds until the end; 0.0 when it is over."""
        return 0.0 if self._over or self._cancel.is_set() else max(0.0, self._end - time.monotonic())

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    def start(self, work: Callable[[], object]) -> None:
        """Begin a piece of work; does nothing when the effort is over."""
        with self._changed:
            if self._over:
                return
            self._running += 1
        threading.Thread(target=self._carry_out, args=(work,), daemon=True, name="effort").start()

    def _carry_out(self, work: Callable[[], object]) -> None:
        bug: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 the top of this thread: a mistake of ours goes to whoever waits
            bug = error
        with self._changed:
            self._running -= 1
            self._bug = self._bug or bug
            self._changed.notify_all()

    def wait(self, enough: Callable[[float], bool] = lambda spent: False) -> bool:
        """Until all work is done, ``enough`` (asked with the seconds spent so far) is true, or the time is up; then the effort is over.

        True when all work was done. Raises what a piece of work raised.
        """
        try:
            with self._changed:
                while self._running and self._bug is None and self.left and not enough(self.spent):
                    self._changed.wait(min(LOOK_EVERY, self.left))
                if self._bug is not None:
                    raise self._bug
                return not self._running
        finally:
            self.end()

    def end(self) -> None:
        """Cuts every connection; safe to call twice."""
        with self._changed:
            self._over = True
            connections, self._connections = self._connections, set()
        for twin in connections:
            _cut(twin)

    @contextlib.contextmanager
    def connection(self, addresses: Sequence[str], port: int) -> Iterator[socket.socket]:
        """A TCP connection to the first of ``addresses`` that answers, cut when the effort ends; raises OSError, TimeoutError among them.

        Its timeout is what is left. The twin of the handle is what is cut: TLS takes the handle itself into another one.
        """
        sock = self._connected(addresses, port)
        twin = sock.dup()
        try:
            with self._changed:
                if self._over:
                    raise TimeoutError("the time is up")
                self._connections.add(twin)
            yield sock
        finally:
            with self._changed:
                self._connections.discard(twin)
            twin.close()
            sock.close()

    def _connected(self, addresses: Sequence[str], port: int) -> socket.socket:
        problem: OSError = TimeoutError("the time is up")
        for address in addresses:
            if not self.left:
                break
            family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
            try:
                sock = socket.socket(family, socket.SOCK_STREAM)
            except OSError as e:  # no such family on this computer
                problem = e
                continue
            try:
                sock.settimeout(min(self.left, ONE_ADDRESS) or LOOK_EVERY)
                sock.connect((address, port))
                sock.settimeout(self.left or LOOK_EVERY)
            except OSError as e:
                sock.close()
                problem = e
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        raise problem


def _cut(twin: socket.socket) -> None:
    with contextlib.suppress(OSError):
        twin.shutdown(socket.SHUT_RDWR)
