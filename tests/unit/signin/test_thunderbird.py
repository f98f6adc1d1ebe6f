"""Thunderbird's file: of the published form, for all of a company's domains, and none where it would set people up wrongly."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.signin import NotReady, SignInValues, autoconfig
from tests.unit.signin.some_values import COMPANY, HOSTILE, SERVER, entered, values

# Element -> (attributes, children in any order with least and most), after Thunderbird's "config file format", version 1.1
FORM: dict[str, tuple[set[str], dict[str, tuple[int, int]]]] = {
    "clientConfig": ({"version"}, {"emailProvider": (1, 1)}),
    "emailProvider": (
        {"id"},
        {"domain": (1, 99), "displayName": (0, 1), "displayShortName": (0, 1), "incomingServer": (1, 9), "outgoingServer": (1, 9)},
    ),
    "incomingServer": ({"type"}, dict.fromkeys(("hostname", "port", "socketType", "username", "authentication"), (1, 1))),
    "outgoingServer": ({"type"}, dict.fromkeys(("hostname", "port", "socketType", "username", "authentication"), (1, 1))),
}
VALUES = {
    "socketType": {"SSL", "STARTTLS"},  # "plain" is allowed by the form and never by us
    "authentication": {"password-cleartext", "password-encrypted", "OAuth2"},
}


def faults(element: Element) -> list[str]:
    attributes, children = FORM.get(element.tag, (set(), {}))
    found = [f"{element.tag}: attributes {sorted(element.attrib)}"] if set(element.attrib) != attributes else []
    tags = [child.tag for child in element]
    found += [f"{element.tag}: {tag} is not known" for tag in tags if tag not in children]
    found += [
        f"{element.tag}: {n} × {tag}" for tag, (least, most) in children.items() if not least <= (n := tags.count(tag)) <= most
    ]
    if element.tag in VALUES and element.text not in VALUES[element.tag]:
        found.append(f"{element.tag}: {element.text}")
    if not children and not (element.text or "").strip():
        found.append(f"{element.tag}: empty")
    return found + [fault for child in element for fault in faults(child)]


def read(users: list[SignInValues], domains: list[str], company: str = "Acme") -> Element:
    root = fromstring(autoconfig(users, domains, company))
    assert isinstance(root, Element)
    return root


def test_the_file_has_the_published_form() -> None:
    root = read([values(), values("omar@example.com")], ["example.co.ke", "Example.com"])
    assert faults(root) == []
    assert root.get("version") == "1.1"
    assert [d.text for d in root.iter("domain")] == ["example.co.ke", "example.com"]
    servers = {
        server.get("type"): {c.tag: c.text for c in server}
        for tag in ("incomingServer", "outgoingServer")
        for server in root.iter(tag)
    }
    assert servers["imap"] | {} == {
        "hostname": "imap.mailsafi.example", "port": "993", "socketType": "SSL", "authentication": "password-cleartext", "username": "%EMAILADDRESS%",
    }  # fmt: skip
    assert servers["smtp"]["port"] == "587"
    assert servers["smtp"]["socketType"] == "STARTTLS"


def test_user_names_follow_a_rule_or_there_is_no_file() -> None:
    root = read([values("Jane@example.co.ke", "jane"), values("omar@example.co.ke", "omar")], ["example.co.ke"])
    assert {e.text for e in root.iter("username")} == {"%EMAILLOCALPART%"}
    with pytest.raises(NotReady, match="follow no rule"):
        autoconfig([values("jane@example.co.ke", "jane"), values("omar@example.co.ke", "o.said")], ["example.co.ke"], "Acme")


@pytest.mark.parametrize(
    ("users", "domains"),
    [
        ([], ["example.co.ke"]),
        ([values()], []),
        ([values()], [" "]),
        ([values(server=None)], ["example.co.ke"]),
        ([values(server=replace(SERVER, security=Security.CLEARTEXT))], ["example.co.ke"]),
        ([values(company=entered(smtp_host=""))], ["example.co.ke"]),
    ],
)
def test_there_is_none_while_something_is_missing(users: list[SignInValues], domains: list[str]) -> None:
    with pytest.raises(NotReady):
        autoconfig(users, domains, "Acme")


@given(
    host=HOSTILE.filter(lambda t: t.strip() and t.isprintable()),
    name=HOSTILE,
    domain=st.sampled_from(["x<y>.ke", "a&b.ke", "ok.ke"]),
)
def test_nothing_from_outside_becomes_markup(host: str, name: str, domain: str) -> None:
    root = read([values(company=replace(entered(smtp_host=host), name=name), server=Endpoint(host, 993))], [domain], name)
    assert faults(root) == []
    assert COMPANY.name  # the sample itself is not changed
