"""Which version is the newest: what is asked, what is not said, and what a stranger's answer may do."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import __version__, resources
from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.net import releases
from mailsafi_wizard.net.releases import NoAnswer, Release

GOOD = {"version": "1.2.3", "page": "https://example.com/get", "more": [1]}


class Feed:
    """A web server on the loopback that answers all with ``body`` and remembers what was said to it."""

    def __init__(self, folder: Path) -> None:
        self.body, self.status, self.heard = json.dumps(GOOD).encode(), 200, list[tuple[str, str, dict[str, str], bytes]]()
        feed = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                feed.heard.append((self.command, self.path, dict(self.headers.items()), self.rfile.read(length)))
                self.send_response(feed.status)
                self.send_header("Content-Length", str(len(feed.body)))
                self.send_header("Set-Cookie", "who=you")
                self.end_headers()
                self.wfile.write(feed.body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        made = Authority(folder).issue()
        self.ca_file = made.ca_file
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.chain, made.key)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"https://localhost:{self._server.server_address[1]}/newest.json"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    made = Feed(tmp_path / "tls")
    yield made
    made.close()


def test_the_newest_is_told_and_nothing_is_said(feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine localhost login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert releases.newest(feed.address, feed.ca_file) == Release("1.2.3", "https://example.com/get")
    assert releases.newest(feed.address, feed.ca_file) == Release("1.2.3", "https://example.com/get")
    for command, path, headers, body in feed.heard:
        assert (command, path, body) == ("GET", "/newest.json", b"")
        assert set(headers) <= {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
        assert headers["User-Agent"] == "MailSafi-Wizard"
        assert __version__ not in str(headers)


def test_an_unknown_certificate_is_not_believed(feed: Feed) -> None:
    with pytest.raises(NoAnswer):
        releases.newest(feed.address)
    assert feed.heard == []


def test_nobody_there(feed: Feed) -> None:
    with pytest.raises(NoAnswer):
        releases.newest("https://localhost:1/newest.json", feed.ca_file)


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_is_no_answer(feed: Feed, status: int) -> None:
    feed.status = status
    with pytest.raises(NoAnswer):
        releases.newest(feed.address, feed.ca_file)


BAD: list[object] = [
    None,
    [],
    {},
    {"version": "1.2.3"},
    {**GOOD, "version": 1},
    {**GOOD, "version": "1.2"},
    {**GOOD, "version": "1.2.3-rc.1"},
    {**GOOD, "version": "1.2.3<b>"},
    {**GOOD, "page": "http://example.com"},
    {**GOOD, "page": "javascript:alert(1)"},
    {**GOOD, "page": "https://user@example.com"},
    {**GOOD, "page": "https://"},
    {**GOOD, "page": "https://exa mple.com/\n"},
]


@pytest.mark.parametrize("told", BAD, ids=repr)
def test_what_names_no_version_is_no_answer(told: object) -> None:
    with pytest.raises(NoAnswer):
        releases.read(json.dumps(told).encode(), "host")


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_release_or_no_answer(data: bytes) -> None:
    with pytest.raises(NoAnswer):
        releases.read(data, "host")


def test_too_much_and_too_deep() -> None:
    with pytest.raises(NoAnswer):
        releases.read(b" " * releases.MOST_BYTES + json.dumps(GOOD).encode(), "host")
    with pytest.raises(NoAnswer):
        releases.read(b"[" * 60_000, "host")


@pytest.mark.parametrize(
    ("new", "old", "newer"),
    [
        ("1.2.3", "1.2.2", True),
        ("1.10.0", "1.9.9", True),
        ("1.2.3", "1.2.3", False),
        ("1.2.3", "1.2.3-rc.1", True),
        ("1.2.3", "1.2.4-rc.1", False),
        ("", "0.1.0", False),
        ("nonsense", "0.1.0", False),
    ],
)
def test_which_of_two_is_newer(new: str, old: str, newer: bool) -> None:
    assert releases.is_newer(new, old) is newer


def test_a_checkout_asks_nobody() -> None:
    assert releases.feed() == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ('{"feed": "https://example.com/f.json"}', "https://example.com/f.json"),
        ('{"feed": ""}', ""),
        ('{"feed": "http://example.com"}', ""),
        ('{"feed": 1}', ""),
        ("[]", ""),
        ("no json", ""),
    ],
)
def test_the_address_of_an_installed_program(text: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "release.json").write_text(text)
    monkeypatch.setattr(resources, "path", lambda name: tmp_path / name)
    assert releases.feed() == address
