"""Names and ports of strangers, and settings files of strangers: whatever they hold, nothing bad comes through."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.net import autoconfig, names
from mailsafi_wizard.net.autoconfig import Unusable

SERVER = "<incomingServer type='imap'><hostname>{}</hostname><port>{}</port><socketType>{}</socketType></incomingServer>"
FILE = "<clientConfig><emailProvider>{}</emailProvider></clientConfig>"


@given(st.text() | st.from_regex(r"[a-zA-Z0-9.\-\x00_@/:%]{0,80}"))
def test_a_name_that_passes_is_plain(text: str) -> None:
    name = names.sane_host(text)
    assert name == "" or (name.isascii() and "." in name and not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-."))
    assert names.sane_host(name) == name


@pytest.mark.parametrize(
    "text", ["", "localhost", "a", "1.2.3.4", "[::1]", "::1", "a..b", "-a.b", "a b.c", "a.b\r\nX", "x.localhost", "a.1", "é" * 300]
)
def test_what_is_no_host_is_nothing(text: str) -> None:
    assert names.sane_host(text) == ""


@pytest.mark.parametrize(
    ("text", "port"),
    [("993", 993), ("143", 143), ("1143", 1143), ("65536", 0), ("22", 0), ("-1", 0), ("٩٩٣", 0), ("", 0), ("9" * 99, 0)],
)
def test_ports(text: str, port: int) -> None:
    assert names.sane_port(text) == port


@pytest.mark.parametrize(
    ("host", "domain"), [("mx.a.co.ke", "a.co.ke"), ("mx1.mail.ovh.net", "ovh.net"), ("a.b", "a.b"), ("mx.zoho.eu", "zoho.eu")]
)
def test_the_domain_of_a_host(host: str, domain: str) -> None:
    assert names.owner_domain(host) == domain


def test_a_good_file() -> None:
    data = FILE.format(SERVER.format("imap.%EMAILDOMAIN%", 993, "SSL") + SERVER.format("b.example.com", 143, "plain")).encode()
    found = autoconfig.parse(data, "example.com")
    assert [offer.endpoint.url for offer in found] == ["imaps://imap.example.com:993", "imap+starttls://b.example.com:143"]


@pytest.mark.parametrize(
    ("host", "port", "security"),
    [("127.0.0.1", "993", "SSL"), ("a.b", "22", "SSL"), ("a.b", "993", "magic"), ("localhost", "993", "SSL"), ("", "", "")],
)
def test_a_server_that_makes_no_sense_is_passed_over(host: str, port: str, security: str) -> None:
    assert autoconfig.parse(FILE.format(SERVER.format(host, port, security)).encode(), "example.com") == ()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{"&" + a + ";" * 10}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<", b"<html><body>404</body></html>", b"<!DOCTYPE html><html>", (LAUGHS + "<clientConfig>&g;</clientConfig>").encode(),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><clientConfig/>', b"<a>" * 5000, b"<clientConfig>" + b"<a>" * 20 + b"</a>" * 20 + b"</clientConfig>",
        b'<?xml version="1.0" encoding="utf-7"?><clientConfig/>', b'<?xml version="1.0" encoding="nonsense"?><clientConfig/>', b"\xff\xfe\x00",
        "<clientConfig>\u00fc".encode("latin-1"), b"\x00" * 100, b"<clientConfig/><x/>",
    ],
)  # fmt: skip
def test_a_hostile_or_foreign_file_is_unusable(data: bytes) -> None:
    with pytest.raises(Unusable):
        autoconfig.parse(data, "example.com")


@given(st.binary(max_size=200) | st.text(alphabet="<>/clientConfigmalProvdr!&;[]'\"= \n", max_size=200).map(str.encode))
def test_any_bytes_end_in_servers_or_in_a_reason(data: bytes) -> None:
    with contextlib.suppress(Unusable):
        assert isinstance(autoconfig.parse(data, "example.com"), tuple)
