"""Free ports of the loopback, and waiting until something listens there. Knows nothing of IMAP."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable


def free_ports(count: int) -> list[int]:
    """``count`` different TCP ports of 127.0.0.1 that nobody used a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def wait_for_greeting(port: int, alive: Callable[[], bool], seconds: float = 10.0) -> bool:
    """True as soon as a server at ``port`` greets in cleartext; False when ``alive`` says it died or time is up."""
    deadline = time.monotonic() + seconds
    while alive() and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                if connection.recv(64).startswith(b"* "):
                    return True
        except OSError:
            pass
        time.sleep(0.01)
    return False
