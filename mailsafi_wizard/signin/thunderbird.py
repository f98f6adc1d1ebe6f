"""Thunderbird's set-up file (``config-v1.1.xml``), with which it finds the servers from the address alone. One file serves a whole company.

Its form is described by Thunderbird's "Autoconfiguration: config file format". It names no user: Thunderbird fills in the address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from mailsafi_wizard.model import Security
from mailsafi_wizard.signin.values import NotReady, SignInValues, Smtp
from mailsafi_wizard.words import N_, one_line

SOCKETS = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS"}
WHOLE, LOCAL = "%EMAILADDRESS%", "%EMAILLOCALPART%"


class NoUserNameRule(NotReady):
    title = "Thunderbird's set-up file can't be made: the user names follow no rule"
    hint = "It works only where every user name is the address, or what stands before its @. Give these users their sheets."


def autoconfig(users: Sequence[SignInValues], domains: Iterable[str], company: str) -> bytes:
    """The file for all ``domains``; raises NotReady without domains or encrypted servers, NoUserNameRule where user names follow no rule."""
    names = [domain for domain in (one_line(d).lower() for d in domains) if domain]
    rule = user_name_rule(users)
    if users and not rule:
        raise NoUserNameRule()
    if not users or not names or (imap := users[0].imap) is None or (smtp := users[0].smtp) is None:
        raise NotReady(what=N_("Thunderbird's set-up file"))
    if imap.security not in SOCKETS:
        raise NotReady(what=N_("Thunderbird's set-up file"))
    root = ET.Element("clientConfig", version="1.1")
    provider = ET.SubElement(root, "emailProvider", id=names[0])
    for domain in names:
        ET.SubElement(provider, "domain").text = domain
    ET.SubElement(provider, "displayName").text = f"{one_line(company)} (MailSafi)".strip()
    ET.SubElement(provider, "displayShortName").text = "MailSafi"
    _server(provider, "incomingServer", "imap", Smtp(imap.host, imap.port, imap.security), rule)
    _server(provider, "outgoingServer", "smtp", smtp, rule)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _server(provider: ET.Element, tag: str, kind: str, server: Smtp, rule: str) -> None:
    made = ET.SubElement(provider, tag, type=kind)
    texts = {
        "hostname": server.host,
        "port": str(server.port),
        "socketType": SOCKETS[server.security],
        "authentication": "password-cleartext",  # within the encrypted connection
        "username": rule,
    }
    for name, text in texts.items():
        ET.SubElement(made, name).text = text


def user_name_rule(users: Sequence[SignInValues]) -> str:
    """How a user name follows from the address, as Thunderbird's placeholder; "" where it does not for all ``users``."""
    if all(user.user_name.lower() == user.address.lower() for user in users):
        return WHOLE
    if all(user.user_name.lower() == user.address.rpartition("@")[0].lower() for user in users):
        return LOCAL
    return ""
