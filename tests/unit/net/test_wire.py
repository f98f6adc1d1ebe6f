"""The byte stream: deadlines that always come, limits that hold, and whom a connection is trusted to."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net import certificates
from mailsafi_wizard.net import wire as w
from mailsafi_wizard.net.wire import Patience, Trust, Wire
from tests.unit.net.other_end import HERE, SOON, Line, Listener, over_tls, server_context

HASTY = Patience(connect=5, silence=0.05, window=0.1, floor=1000, command=0.1)


# --- reading


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_lines_and_bytes_are_whole_however_they_come(size: int) -> None:
    with Line(b"* OK one\r\n12345\r\nlast\n", sizes=[size] * 100) as line:
        assert line.wire.readline() == b"* OK one\r\n"
        assert line.wire.read_exactly(5) == b"12345"
        assert line.wire.readline() == b"\r\n"
        assert line.wire.readline() == b"last\n"
        with pytest.raises(errors.ConnectionLost, match="broke"):
            line.wire.readline()
        assert line.wire.received == 22


def test_a_stream_that_ends_inside_a_line_or_a_message_is_lost() -> None:
    with Line(b"* OK half a li") as line, pytest.raises(errors.ConnectionLost):
        line.wire.readline()
    with Line(b"12345") as line, pytest.raises(errors.ConnectionLost, match="broke") as caught:
        line.wire.read_exactly(6)
    assert caught.value.detail == "the server closed the connection inside a message"


def test_an_endless_line_is_cut_off_at_its_limit() -> None:
    with Line(b"x" * 5000) as line, pytest.raises(errors.BrokenProtocol) as caught:
        line.wire.readline(1000)
    assert "more than 1000 bytes" in str(caught.value)


def test_a_line_may_have_exactly_the_limit() -> None:
    with Line(b"x" * 999 + b"\nrest\n") as line:
        assert line.wire.readline(1000) == b"x" * 999 + b"\n"
        assert line.wire.readline(1000) == b"rest\n"


def test_chunks_are_bounded_and_add_up() -> None:
    data = bytes(range(256)) * 3000
    with Line(data) as line:
        pieces = list(line.wire.chunks(len(data)))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= w.CHUNK


def test_silence_has_a_deadline() -> None:
    with Line(b"* OK but then nothi", ended=False, patience=HASTY) as line, pytest.raises(errors.NoAnswer):
        line.wire.readline()


def test_a_trickle_is_too_slow_though_never_silent() -> None:
    """The server keeps sending single bytes, each well within the silence deadline, until the client hangs up."""

    def trickle(connection: socket.socket) -> None:
        while not listener.over.wait(0.01):
            connection.sendall(b"x")

    patience = Patience(connect=5, silence=5, window=0.05, floor=10_000, command=5)
    with Listener(trickle) as listener:
        wire = Wire(w.connect(listener.endpoint, patience), listener.endpoint, patience)
        with pytest.raises(errors.NoAnswer, match="stopped answering") as caught:
            wire.readline()
        wire.drop()
    assert "bytes came in" in caught.value.detail


def test_an_end_that_does_not_read_stops_the_writing() -> None:
    with Line(ended=False, patience=HASTY) as line, pytest.raises(errors.NoAnswer):
        line.wire.write_all(bytes(50_000_000))


def test_writing_to_one_who_has_gone_is_a_lost_connection() -> None:
    with Line() as line:
        line.far.close()
        with pytest.raises(errors.ConnectionLost):
            line.wire.write_all(bytes(1_000_000))


def test_drop_ends_a_read_that_waits_in_another_thread() -> None:
    ended: list[BaseException] = []
    with Line(ended=False, patience=Patience(silence=60)) as line:

        def wait() -> None:
            try:
                line.wire.readline()
            except errors.ConnectionLost as e:
                ended.append(e)

        thread = threading.Thread(target=wait)
        thread.start()
        line.wire.drop()
        line.wire.drop()
        thread.join(10)
    assert len(ended) == 1


def test_bytes_sent_are_counted_and_those_under_way_are_known() -> None:
    with Line(ended=False) as line:
        line.wire.write_all(b"12345")
        assert line.wire.sent == 5
        assert line.heard == b"12345"
        assert w.unsent(line.wire.sock) == 0
        line.wire.drop()
        assert w.unsent(line.wire.sock) == 0


def test_what_was_sent_too_early_is_seen_without_waiting() -> None:
    with Line(ended=False) as line:
        assert not line.wire.has_unread
        line.far.sendall(b"surprise\r\n")
        assert line.wire.has_unread
        assert line.wire.sock.gettimeout() == SOON.silence
        assert line.wire.readline() == b"surprise\r\n"


# --- connecting


def test_a_name_that_does_not_exist() -> None:
    nowhere = Endpoint("mail.invalid", 993)
    with pytest.raises(errors.NoSuchHost, match=r"mail\.invalid"):
        w.resolve(nowhere)
    with pytest.raises(errors.NoSuchHost):
        w.connect(nowhere, SOON)


@pytest.mark.parametrize("name", ["a..localhost", "x" * 70 + ".localhost"])
def test_a_name_that_cannot_exist_is_told_like_one_that_does_not(name: str) -> None:
    for attempt in (lambda: w.resolve(Endpoint(name, 993)), lambda: w.connect(Endpoint(name, 993), SOON)):
        with pytest.raises(errors.NoSuchHost):
            attempt()


def test_a_closed_port_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    with pytest.raises(errors.ConnectionRefused, match=str(port)):
        w.connect(Endpoint("127.0.0.1", port), SOON)


def test_an_address_without_an_answer_runs_into_its_deadline() -> None:
    """A listener whose queue is full lets further connections wait."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        endpoint = Endpoint("127.0.0.1", full.getsockname()[1])
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", endpoint.port))
            with pytest.raises(errors.ConnectTimeout):
                w.connect(endpoint, Patience(connect=0.1))
        finally:
            for each in waiting:
                each.close()


def test_small_writes_leave_at_once_and_dead_links_are_noticed() -> None:
    with Listener(lambda connection: None) as listener, w.connect(listener.endpoint, SOON) as sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.gettimeout() == SOON.silence
    assert w.resolve(listener.endpoint)


# --- TLS


def secured(listener: Listener, trust: Trust, pin: str = "") -> Wire:
    """The wire after its handshake; the caller drops it."""
    endpoint = Endpoint(listener.endpoint.host, listener.endpoint.port, Security.TLS, pin)
    wire = Wire(w.connect(endpoint, SOON), endpoint, SOON)
    try:
        wire.secure(trust)
    except BaseException:
        wire.drop()
        raise
    return wire


def greet(connection: socket.socket) -> None:
    connection.sendall(b"* OK ready\r\n")
    connection.recv(1)


def refused(certificate: Certificate, trust: Trust, pin: str = "") -> errors.MigrationError:
    """What a connection to a server with ``certificate`` ends with; the server must not have been told a byte."""
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(connection.recv(100))

    with Listener(over_tls(certificate, listen)) as listener, pytest.raises(errors.NotTrusted) as caught:
        secured(listener, trust, pin)
    assert b"".join(heard) == b""
    return caught.value


def test_a_certificate_of_a_trusted_authority_is_believed(certificate: Certificate) -> None:
    with Listener(over_tls(certificate, greet)) as listener:
        wire = secured(listener, Trust(certificate.ca_file))
        assert wire.readline() == b"* OK ready\r\n"
        assert wire.tls_version in ("TLSv1.2", "TLSv1.3")
        assert wire.certificate_fingerprint == fingerprint_of(certificate)
        assert not wire.has_unread
        wire.drop()


def leaf_of(certificate: Certificate) -> str:
    """The server's own certificate, PEM, without those that signed it."""
    first, end, _others = certificate.chain.read_text().partition("-----END CERTIFICATE-----\n")
    return first + end


def fingerprint_of(certificate: Certificate) -> str:
    return certificates.fingerprint(ssl.PEM_cert_to_DER_cert(leaf_of(certificate)))


def test_an_authority_nobody_knows(certificate: Certificate, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "Another")
    for trust in (Trust(), Trust(stranger.ca_file)):
        error = refused(certificate, trust)
        assert type(error) is errors.CertificateUnknown
        assert "No password was sent" in error.hint_text


def test_a_certificate_without_those_that_signed_it(tmp_path: Path, certificate: Certificate) -> None:
    leaf = Authority(tmp_path / "other", "Alone").issue()
    alone = tmp_path / "alone.pem"
    alone.write_text(leaf_of(leaf))
    assert type(refused(Certificate(alone, leaf.key, leaf.ca_file), Trust(certificate.ca_file))) is errors.CertificateUnknown


def test_a_certificate_that_signed_itself(tmp_path: Path, certificate: Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - dt.timedelta(1), now + dt.timedelta(9)
    )
    own = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    alone = Certificate(tmp_path / "own.pem", tmp_path / "own.key", certificate.ca_file)
    alone.chain.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    alone.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    assert type(refused(alone, Trust(certificate.ca_file))) is errors.CertificateSelfSigned


def test_an_expired_certificate_and_one_of_tomorrow(authority: Authority) -> None:
    expired = authority.issue("expired", days=-1)
    assert type(refused(expired, Trust(expired.ca_file))) is errors.CertificateExpired
    early = authority.issue("early", since_days=2)
    assert type(refused(early, Trust(early.ca_file))) is errors.CertificateExpired


def test_a_certificate_for_another_name(authority: Authority) -> None:
    wrong = authority.issue("wrong", hosts=("mail.example.net",))
    assert type(refused(wrong, Trust(wrong.ca_file))) is errors.CertificateWrongHost


def test_a_pinned_certificate_is_believed_whoever_signed_it(authority: Authority) -> None:
    expired = authority.issue("pinned", hosts=("mail.example.net",), days=-3)
    with Listener(over_tls(expired, greet)) as listener:
        wire = secured(listener, Trust(), fingerprint_of(expired))
        assert wire.readline() == b"* OK ready\r\n"
        wire.drop()


def test_a_pin_that_does_not_fit_refuses_even_a_certificate_that_would_be_trusted(certificate: Certificate) -> None:
    error = refused(certificate, Trust(certificate.ca_file), "0" * 64)
    assert type(error) is errors.CertificateChanged
    assert fingerprint_of(certificate) in error.detail


def test_a_server_without_tls_is_told_as_that() -> None:
    with Listener(greet) as listener, pytest.raises((errors.TlsFailed, errors.ConnectionLost)) as caught:
        secured(listener, Trust())
    assert type(caught.value) is errors.TlsNotSpoken


def test_one_who_hangs_up_in_the_handshake_is_a_lost_connection() -> None:
    with Listener(lambda connection: connection.recv(1000)) as listener, pytest.raises(errors.ConnectionLost):
        secured(listener, Trust())


def test_one_who_is_silent_in_the_handshake_runs_into_the_deadline() -> None:
    with Listener(lambda connection: listener.over.wait(30)) as listener:
        wire = Wire(w.connect(listener.endpoint, HASTY), listener.endpoint, HASTY)
        with pytest.raises(errors.NoAnswer):
            wire.secure(Trust())
        wire.drop()


def test_old_tls_is_refused(certificate: Certificate) -> None:
    context = server_context(certificate)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    def talk(connection: socket.socket) -> None:
        try:
            context.wrap_socket(connection, server_side=True).close()
        except ssl.SSLError:
            return

    with Listener(talk) as listener, pytest.raises((errors.TlsFailed, errors.ConnectionLost)):
        secured(listener, Trust(certificate.ca_file))


def test_a_certificate_is_shown_and_described_without_being_trusted(authority: Authority) -> None:
    expired = authority.issue("shown", days=-1)
    with Listener(over_tls(expired, greet)) as listener:
        der = w.shown_certificate(listener.endpoint, SOON)
    assert certificates.fingerprint(der) == fingerprint_of(expired)
    until = x509.load_der_x509_certificate(der).not_valid_after_utc
    assert certificates.described(der) == f"CN=localhost, issued by CN=Loopback CA, valid until {until:%Y-%m-%d}"
    assert certificates.described(b"no certificate") == ""


def test_a_file_of_authorities_that_is_none_is_a_known_error(tmp_path: Path, certificate: Certificate) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    with Listener(over_tls(certificate, greet)) as listener, pytest.raises(errors.MigrationError):
        secured(listener, Trust(empty))


def test_translated_knows_silence_from_loss() -> None:
    for cause, kind in (
        (TimeoutError("t"), errors.NoAnswer),
        (OSError(5, "io"), errors.ConnectionLost),
        (EOFError(), errors.ConnectionLost),
    ):
        with pytest.raises(errors.ConnectionLost) as caught, w.translated(HERE):
            raise cause
        assert type(caught.value) is kind


# --- a cap


def test_what_moves_under_a_cap_is_told_piece_by_piece_and_nothing_else_changes() -> None:
    read: list[int] = []
    written: list[int] = []
    said = b"x" * 40_000
    with Line(said) as line:
        line.wire.throttle(read.append, None)
        assert line.wire.read_exactly(len(said)) == said
    assert sum(read) == len(said) == line.wire.received
    assert max(read) <= w.SIP
    with Line(listens=True) as line:
        line.wire.throttle(None, written.append)
        line.wire.write_all(b"y" * 40_000)
        assert sum(written) == 40_000 == line.wire.sent
        assert max(written) <= w.SIP
        line.wire.throttle(None, None)
        line.wire.write_all(b"z" * 40_000)
    assert sum(written) == 40_000


def test_our_own_waiting_under_a_cap_is_not_taken_for_the_server_s_trickle() -> None:
    late = threading.Event()
    with Line(b"x" * 40_000, patience=HASTY) as line:
        line.wire.throttle(lambda count: late.wait(2 * HASTY.window), None)
        assert len(line.wire.read_exactly(40_000)) == 40_000
