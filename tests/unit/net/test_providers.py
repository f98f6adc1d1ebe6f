"""Every provider file can be used, and one that can't says where it is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailsafi_wizard import resources
from mailsafi_wizard.net import names, providers
from mailsafi_wizard.net.providers import BadProvider, Kind

WANTED = [
    "google",
    "microsoft-365",
    "outlook-com",
    "exchange",
    "yahoo",
    "aol",
    "icloud",
    "zoho",
    "yandex",
    "cpanel",
    "plesk",
    "dovecot",
    "cyrus",
    "courier",
    "zimbra",
    "kerio",
    "godaddy",
    "rackspace",
    "ovh",
    "ionos",
    "fastmail",
    "generic",
]
GOOD = """format = 1
id = "one"
name = "One"
kind = "service"
[match]
mx = ["one.example"]
source = "s"
confidence = "H"
[[endpoint]]
host = "imap.one.example"
source = "s"
confidence = "M"
[[sign_in]]
style = "password"
reach = "one"
source = "s"
confidence = "M"
[[step]]
key = "k"
text = "Do it."
style = "password"
source = "s"
confidence = "L"
[[limit]]
kind = "connections-user"
value = 3
source = "s"
confidence = "L"
[sources.s]
title = "S"
read = 2026-01-02
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "one.toml"
    path.write_text(text, "utf-8")
    return path


def test_all_files_can_be_used_and_the_wanted_ones_are_there() -> None:
    found = providers.all_providers()
    assert set(WANTED) <= set(found)
    assert len(found) == len(list(resources.path("providers").glob("*.toml")))
    assert list(found)[-1] == "generic"


@pytest.mark.parametrize("provider", providers.all_providers().values(), ids=lambda p: p.id)
def test_what_a_file_says_can_be_used(provider: providers.Provider) -> None:
    for endpoint in provider.endpoints:
        assert names.sane_host(endpoint.host.replace("{domain}", "example.com"))
    for suffix in (*provider.match.mx, *provider.match.hosts, *provider.match.mail_domains):
        assert names.sane_host(suffix) == suffix
    assert provider.kind is Kind.FILTER or provider.sign_in
    assert all(text == text.strip() for text in provider.texts())


def test_the_example_of_the_handbook_is_right(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "PROVIDERS.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.S)
    assert example is not None
    path = tmp_path / "example.toml"
    path.write_text(example[1], "utf-8")
    assert providers.load(path).limits[0].value == 15
    assert all(f"`{style}`" in text for style in providers.STYLES)


def test_a_file_is_read(tmp_path: Path) -> None:
    made = providers.load(written(tmp_path, GOOD))
    assert (made.id, made.endpoints[0].port, made.checklist[0].source.title) == ("one", 993, "S")
    assert providers.ticks(made) == ["provider.one.k"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "One"\n', "", "name: is missing"),
        ('name = "One"', 'name = "One"\nnaem = "x"', "naem: is not a key"),
        ('name = "One"', "name = 1", "name: must be a text"),
        ('id = "one"', 'id = "two"', "id: is 'two'"),
        ("format = 1", "format = 2", "format: must be one of 1"),
        ("format = 1", "format = true", "format: must be a whole number"),
        ('kind = "service"', 'kind = "shop"', "kind: must be one of"),
        ('mx = ["one.example"]', 'mx = "one.example"', "match.mx: must be a list"),
        ('mx = ["one.example"]', "mx = [1]", "match.mx: must be a list of texts"),
        ('host = "imap.one.example"', 'host = ""', "endpoint[1].host: must be one line"),
        ('host = "imap.one.example"', 'host = "h"\nport = 0', "endpoint[1].port: must be above 0"),
        ('style = "password"\nreach', 'style = "magic"\nreach', "sign_in[1].style: must be one of"),
        ('text = "Do it."', 'text = "Do it."\nlink = "http://x.example"', "step[1].link: must begin with https"),
        ('text = "Do it."', 'text = "Do it."\nlink = "https://x.example"', "step[1]: needs both link"),
        ('style = "password"\nsource', 'style = "proxyauth"\nsource', "is for a way to sign in that is not listed"),
        ('source = "s"\nconfidence = "L"\n[sources', 'source = "t"\nconfidence = "L"\n[sources', "limit[1].source: 't' is not among"),
        ('confidence = "L"\n[sources', '[sources', "limit[1].confidence: is missing"),
        ("read = 2026-01-02", 'read = "today"', "sources.s.read: must be a date"),
        ("read = 2026-01-02", "read = 2026-01-02T03:04:05", "sources.s.read: must be a date without"),
        ("value = 3", "value = 3\nper = 1", "limit[1].per: is not a key"),
        ("[[limit]]", "[limit]", "limit: must be a list"),
        ("[[limit]]", "[[limit", "line"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in GOOD
    with pytest.raises(BadProvider) as caught:
        providers.load(written(tmp_path, GOOD.replace(old, new, 1)))
    assert "one.toml" in str(caught.value)
    assert key in str(caught.value)


@pytest.mark.parametrize(
    ("greeting", "identity", "provider"),
    [
        ("[CAPABILITY IMAP4rev1] Dovecot (Debian) ready.", "", "dovecot"),
        ("mail Cyrus IMAP 3.6.1 server ready", "", "cyrus"),
        ("[CAPABILITY IMAP4rev1] Courier-IMAP ready. See COPYING", "", "courier"),
        ("The Microsoft Exchange IMAP4 service is ready.", "", "exchange"),
        ("m Zimbra IMAP4rev1 server ready", "", "zimbra"),
        ("Kerio Connect 9.2 IMAP4rev1 server ready", "", "kerio"),
        ("Gimap ready for requests", "", "google"),
        ("Dovecot ready.", '("NAME" "Zimbra")', "zimbra"),
        ("ready", "", None),
    ],
)
def test_a_server_is_known_by_what_it_says(greeting: str, identity: str, provider: str | None) -> None:
    found = providers.of_server(greeting, identity)
    assert (found.id if found else None) == provider


def test_names_that_only_look_alike_are_not_known() -> None:
    assert providers.of_mx(["notl.google.com.evil.example", "xl.google.com.example"]) is None
    assert providers.of_host("imap.gmail.com.evil.example") is None
    assert providers.of_mail_domain("notgmail.com") is None
    assert providers.get("gone").id == "generic"
