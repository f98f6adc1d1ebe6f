"""Where Thunderbird's file is to be put, and which records let other programs find the servers, as a text for the admin."""

from __future__ import annotations

from collections.abc import Iterable

from mailsafi_wizard.model import Security
from mailsafi_wizard.signin.values import SignInValues
from mailsafi_wizard.words import _, one_line


def publishing(values: SignInValues, domains: Iterable[str]) -> str:
    """The text; it holds what can be said of the servers that were entered."""
    parts = []
    for domain in filter(None, (one_line(d).lower() for d in domains)):
        parts.append(_where(domain))
        records = srv_records(values, domain)
        if records:
            text = _("Records for {domain}, for programs that look there (RFC 6186 and RFC 8314). Add them to the zone:")
            parts.append("\n".join([text.format(domain=domain), "", *(f"    {record}" for record in records)]))
    return "\n\n".join(parts) + "\n"


def _where(domain: str) -> str:
    text = _(
        "Put the file config-v1.1.xml where Thunderbird looks for {domain}; one of these is enough:\n\n"
        "    https://autoconfig.{domain}/mail/config-v1.1.xml\n"
        "    https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml\n\n"
        "Any web server will do. It must answer without a sign-in, with a valid certificate, and call the file text/xml."
        " For the first address, autoconfig.{domain} needs an A, AAAA or CNAME record that names that web server."
    )
    return text.format(domain=domain)


def srv_records(values: SignInValues, domain: str) -> list[str]:
    """SRV records of one domain, as lines of a zone file; none for a server that is not known or not encrypted."""
    found = []
    if values.imap is not None and values.imap.security is not Security.CLEARTEXT:
        service = "_imaps" if values.imap.security is Security.TLS else "_imap"
        found.append(f"{service}._tcp.{domain}. 3600 IN SRV 0 1 {values.imap.port} {values.imap.host.rstrip('.')}.")
    if values.smtp is not None:
        service = "_submissions" if values.smtp.security is Security.TLS else "_submission"
        found.append(f"{service}._tcp.{domain}. 3600 IN SRV 0 1 {values.smtp.port} {values.smtp.host.rstrip('.')}.")
    return found
