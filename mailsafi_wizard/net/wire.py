"""A byte stream to a server: TCP, TLS, deadlines and limits. Knows nothing of IMAP.

Whatever a server does, a read here ends: silence has a deadline, a trickle has a floor, a line has a length. Every library error
becomes one of `errors` at this edge.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import io
import socket
import ssl
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint
from mailsafi_wizard.net import roots
from mailsafi_wizard.net.certificates import fingerprint
from mailsafi_wizard.net.tls_errors import tls_errors
from mailsafi_wizard.records import dataclass

if sys.platform == "linux":
    import fcntl
    import termios

BUFFER = 1 << 18
CHUNK = 1 << 18  # bytes read at once of a message that is relayed
LEVEL = 3  # of compression: more costs much time and saves little
PIECE = 1 << 16  # bytes written at once: each must leave within the silence deadline
SIP = 1 << 14  # bytes moved at once under a cap, as much as a TLS record holds: small, so that no connection is silent for long
Throttle = Callable[[int], object]  # hears of bytes that move and sleeps as long as a cap wants


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and how slow is too slow.

    ``silence`` is the longest time without a single byte while an answer is due. Within any ``window`` at least ``floor`` bytes a
    second must arrive on average, counted only while one line or one literal is being read. ``command`` is the longest time from the
    moment somebody waits for a command's end to that end, however many other replies the server sends meanwhile; where an answer has
    many parts, each part that was asked for adds 1/300 of it.
    """

    connect: float = 20.0
    silence: float = 40.0
    window: float = 40.0
    floor: int = 256
    command: float = 300.0


class Deadline:
    """The end of one answer, in time; see `Patience.command`."""

    def __init__(self, patience: Patience) -> None:
        self._whole = patience.command
        self._at = time.monotonic() + patience.command
        self._each = patience.command / 300

    def restart(self) -> None:
        """As if the answer began now."""
        self._at = time.monotonic() + self._whole

    def part(self, count: int = 1) -> None:
        """Something that was asked for has come."""
        self._at += self._each * count

    @property
    def passed(self) -> bool:
        return time.monotonic() > self._at


@dataclass(frozen=True)
class Trust:
    """Which certificates to believe beyond the system's: those in ``ca_file``."""

    ca_file: Path | None = None

    def context(self, endpoint: Endpoint) -> ssl.SSLContext:
        """TLS 1.2 or newer with full verification, or, for a pinned endpoint, none but the fingerprint (checked by `Wire.secure`)."""
        with _one_at_a_time:  # sixteen threads that begin together shall not read the same certificates sixteen times
            return _context(bool(endpoint.pin), self.ca_file, _changed(self.ca_file))


_one_at_a_time = threading.Lock()
_read_ahead: list[ssl.SSLContext] = []


def read_certificates_ahead() -> None:
    """Reads the system's certificates beside whatever the caller does next, for a command that is about to connect.

    The thread is no daemon: OpenSSL does not survive a program that ends meanwhile.
    """

    def read() -> None:
        with _one_at_a_time:
            _read_ahead.append(roots.context())

    threading.Thread(target=read, name="certificates").start()


def _changed(path: Path | None) -> float:
    try:
        return path.stat().st_mtime if path else 0.0
    except OSError:
        return 0.0


@functools.lru_cache(maxsize=8)
def _context(pinned: bool, ca_file: Path | None, _changed_at: float) -> ssl.SSLContext:
    """Kept, because reading the system's certificates takes longer than a connection on the spot."""
    context = _read_ahead.pop() if _read_ahead else roots.context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if pinned:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_file:
        context.load_verify_locations(cafile=str(ca_file))
    return context


@contextlib.contextmanager
def translated(endpoint: Endpoint) -> Iterator[None]:
    """Turns what sockets raise on a living connection into ConnectionLost or NoAnswer."""
    try:
        yield
    except TimeoutError as e:
        raise errors.NoAnswer(str(e), host=endpoint.host) from e
    except (OSError, EOFError) as e:
        raise errors.ConnectionLost(str(e), host=endpoint.host) from e


def resolve(endpoint: Endpoint) -> list[str]:
    """Addresses of the host; raises NoSuchHost."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as e:
        raise errors.NoSuchHost(str(e), host=endpoint.host) from e
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def connect(endpoint: Endpoint, patience: Patience) -> socket.socket:
    """A TCP connection to the first address that answers; raises one of the connection errors."""
    try:
        sock = socket.create_connection((_name(endpoint.host), endpoint.port), timeout=patience.connect)  # type: ignore[arg-type]
    except (socket.gaierror, UnicodeError) as e:
        raise errors.NoSuchHost(str(e), host=endpoint.host) from e
    except TimeoutError as e:
        raise errors.ConnectTimeout(str(e), host=endpoint.host, port=endpoint.port) from e
    except OSError as e:
        unreachable = e.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
        kind = errors.NoRoute if unreachable else errors.ConnectionRefused
        raise kind(str(e), host=endpoint.host, port=endpoint.port) from e
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.settimeout(patience.silence)
    return sock


def _name(host: str) -> str | bytes:
    """As it goes to the system: a name that is ASCII needs no IDNA, whose tables take a while to load."""
    return host.encode("ascii") if host.isascii() else host


def unsent(sock: socket.socket) -> int:
    """Bytes that the system has taken from us and the other end has not acknowledged yet; 0 where the system doesn't tell."""
    if sys.platform != "linux":
        return 0
    try:
        return int.from_bytes(fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    except (OSError, ValueError):
        return 0


def _receiver(sock: socket.socket) -> Callable[[int, memoryview], int]:
    """The shortest way from the socket into a buffer: (most bytes, buffer) -> bytes received, 0 at the end of the stream."""
    if isinstance(sock, ssl.SSLSocket):
        return cast(Callable[[int, memoryview], int], sock.read)
    return lambda _most, target: sock.recv_into(target)


class _Incoming(io.RawIOBase):
    """What a socket receives, with a watch on its speed, as the raw stream under a buffer."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        super().__init__()
        self._sock = sock
        self._receive = _receiver(sock)
        self._patience = patience
        self.received = 0
        self._window_time = 0.0
        self._window_bytes = 0
        self.throttle: Throttle | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        throttle = self.throttle
        started = time.monotonic()
        if throttle is not None:
            target = target[:SIP]
        try:
            count = self._receive(len(target), target)
        except TimeoutError:
            count = self._while_we_send(target)
        except ValueError as e:  # another thread has closed it
            raise OSError(str(e)) from e
        self.received += count
        self._window_bytes += count
        self._window_time += time.monotonic() - started
        if self._window_time > self._patience.window:
            if self._window_bytes < self._patience.floor * self._window_time:
                raise TimeoutError(f"only {self._window_bytes} bytes came in {self._window_time:.0f} s")
            self.expect_answer()
        if throttle is not None:
            throttle(count)  # after the clock was read: our own waiting is not the server's silence
        return count

    def _while_we_send(self, target: memoryview) -> int:
        """Silence counts from the moment the server has our last byte: on a slow link the system still sends for minutes."""
        backlog = unsent(self._sock)
        while backlog:
            try:
                return self._receive(len(target), target)
            except TimeoutError:
                left = unsent(self._sock)
                if left >= backlog:
                    raise
                backlog = left
        raise TimeoutError("The read operation timed out")

    def expect_answer(self) -> None:
        """Starts a fresh window."""
        if self._window_time:
            self._window_time = 0.0
            self._window_bytes = 0


class _Inflated(io.RawIOBase):
    """What comes through DEFLATE, out of the buffer above the socket. However much a little grows to, no more than is asked for is held."""

    def __init__(self, packed: io.BufferedIOBase) -> None:
        super().__init__()
        self._packed = packed
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        while True:
            packed = self._inflate.unconsumed_tail or self._packed.read1(BUFFER)
            if not packed:
                return 0
            try:
                data = self._inflate.decompress(packed, len(target))
            except zlib.error as e:
                raise OSError(f"what came can't be unpacked: {e}") from e
            if data:
                target[: len(data)] = data
                return len(data)
            if self._inflate.eof:
                return 0


class Wire:
    """One connection: buffered bounded reads, chunked writes. Used by one thread at a time."""

    def __init__(self, sock: socket.socket, endpoint: Endpoint, patience: Patience) -> None:
        self.endpoint = endpoint
        self.patience = patience
        self.sent = 0
        self._writing: Throttle | None = None
        self._deflate: zlib._Compress | None = None
        self._take(sock)

    def _take(self, sock: socket.socket) -> None:
        self.sock = sock
        self._incoming = _Incoming(sock, self.patience)
        self._buffer: io.BufferedReader[io.RawIOBase] = io.BufferedReader(self._incoming, BUFFER)

    def throttle(self, reading: Throttle | None, writing: Throttle | None) -> None:
        """From now on these slow the connection down, or nothing does; any thread may say so."""
        self._incoming.throttle, self._writing = reading, writing

    @property
    def received(self) -> int:
        """Bytes read from the socket, after TLS."""
        return self._incoming.received

    # --- reading

    def readline(self, limit: int = 65536) -> bytes:
        """One line with its end; raises ConnectionLost at the end of the stream, BrokenProtocol when it is longer than ``limit``."""
        try:
            line = self._buffer.readline(limit)
        except (OSError, EOFError) as e:
            raise self._lost(e) from e
        self._incoming.expect_answer()
        if not line.endswith(b"\n"):
            if len(line) >= limit:
                raise errors.BrokenProtocol(f"a line of more than {limit} bytes", host=self.endpoint.host)
            raise errors.ConnectionLost("the server closed the connection", host=self.endpoint.host)
        return line

    def read_exactly(self, count: int) -> bytes:
        """``count`` bytes; raises ConnectionLost when the stream ends before."""
        try:
            data = self._buffer.read(count)
        except (OSError, EOFError) as e:
            raise self._lost(e) from e
        if len(data) < count:
            raise errors.ConnectionLost("the server closed the connection inside a message", host=self.endpoint.host)
        return data

    def come(self) -> bytes:
        """What has come and was not read yet, which is left to be read; waits only where that is nothing. b"" at the end of the stream."""
        try:
            return self._buffer.peek(1)
        except (OSError, EOFError) as e:
            raise self._lost(e) from e

    def chunks(self, count: int) -> Iterator[bytes]:
        """``count`` bytes in pieces of at most CHUNK."""
        while count:
            piece = self.read_exactly(min(count, CHUNK))
            count -= len(piece)
            yield piece

    def _lost(self, cause: Exception) -> errors.ConnectionLost:
        kind = errors.NoAnswer if isinstance(cause, TimeoutError) else errors.ConnectionLost
        return kind(str(cause), host=self.endpoint.host)

    # --- writing

    def compress(self) -> None:
        """From now on both directions are packed (RFC 4978): right after the server's OK, before anything else is sent."""
        self._buffer = io.BufferedReader(_Inflated(self._buffer), BUFFER)
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)

    def write_all(self, data: bytes) -> None:
        """Sends everything; a piece that makes no headway within the silence deadline raises NoAnswer."""
        self._incoming.expect_answer()
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        with translated(self.endpoint):
            view, throttle = memoryview(data), self._writing
            piece = PIECE if throttle is None else SIP
            for start in range(0, len(view), piece):
                if throttle is not None:
                    throttle(min(piece, len(view) - start))
                self.sock.sendall(view[start : start + piece])
                self.sent += min(piece, len(view) - start)

    # --- TLS

    def secure(self, trust: Trust) -> None:
        """Wraps the connection in TLS and checks who is there, before anything secret is sent; raises NotTrusted and its kinds.

        The connection is closed when that fails.
        """
        endpoint = self.endpoint
        with contextlib.ExitStack() as failed, tls_errors(endpoint):
            failed.callback(self.drop)
            secured = trust.context(endpoint).wrap_socket(
                self.sock, server_hostname=_name(endpoint.host), do_handshake_on_connect=False
            )
            self._take(secured)  # before the handshake, so that `drop` ends a server's silence there too
            secured.do_handshake()
            failed.pop_all()
        shown = self.certificate_fingerprint
        if endpoint.pin and shown != endpoint.pin:
            der = self.sock.getpeercert(binary_form=True) if isinstance(self.sock, ssl.SSLSocket) else None
            self.drop()
            raise errors.CertificateChanged(f"it is now {shown}", host=endpoint.host, certificate=der or b"")

    @property
    def has_unread(self) -> bool:
        """True when the server has already sent more than was read; before STARTTLS that is an attack."""
        self.sock.setblocking(False)
        try:
            return bool(self._buffer.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            self.sock.settimeout(self.patience.silence)

    @property
    def answer_waits(self) -> bool:
        """True when a read would not wait: something has come, or the connection is broken, which the read then tells."""
        try:
            return self.has_unread
        except OSError:
            return True

    @property
    def certificate_fingerprint(self) -> str:
        shown = self.sock.getpeercert(binary_form=True) if isinstance(self.sock, ssl.SSLSocket) else None
        return fingerprint(shown) if shown else ""

    @property
    def tls_version(self) -> str:
        return (self.sock.version() or "") if isinstance(self.sock, ssl.SSLSocket) else ""

    def drop(self) -> None:
        """Closes without ceremony; safe to call twice and from another thread (a waiting read then ends)."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.sock.close()


def shown_certificate(endpoint: Endpoint, patience: Patience) -> bytes:
    """The DER certificate a TLS server shows, trusted or not, for an admin to look at; sends nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        connect(endpoint, patience) as sock,
        tls_errors(endpoint),
        context.wrap_socket(sock, server_hostname=endpoint.host) as tls,
    ):
        return tls.getpeercert(binary_form=True) or b""
