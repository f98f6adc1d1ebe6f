"""The report's last sections: what it all ran on, how it was set, and where the mail was and is. Pure."""

from __future__ import annotations

import importlib.metadata
import platform
import ssl

from mailsafi_wizard import __version__
from mailsafi_wizard.model import Endpoint, Security, Side
from mailsafi_wizard.report.facts import Column, Section, Table, Value
from mailsafi_wizard.report.material import Material
from mailsafi_wizard.words import N_, _

_LIBRARIES = (("Qt", "PySide6-Essentials"), ("IMAPClient", "imapclient"), ("dnspython", "dnspython"))
_SECURITY = {
    Security.TLS: N_("encrypted (TLS)"),
    Security.STARTTLS: N_("encrypted (STARTTLS)"),
    Security.CLEARTEXT: N_("NOT encrypted, as the administrator chose"),
}
_SIDES = {Side.SOURCE: N_("Source server"), Side.DESTINATION: N_("MailSafi server")}


def environment() -> tuple[tuple[str, str], ...]:
    """What the program runs on, as pairs of name and version; no host name, no user name."""
    return (
        ("MailSafi Wizard", __version__),
        ("Python", platform.python_version()),
        *((name, version) for name, package in _LIBRARIES if (version := _version(package))),
        ("OpenSSL", ssl.OPENSSL_VERSION.removeprefix("OpenSSL ")),
        (_("Operating system"), f"{platform.system()} {platform.release()}".strip()),
    )


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # a frozen program carries no such lists
        return ""


def surroundings(m: Material) -> Section:
    """Programs, servers and settings."""
    columns = (Column(_("What"), weight=1), Column(_("Value"), weight=2.4))
    servers: list[tuple[Value, ...]] = []
    for side, title in _SIDES.items():
        endpoint = m.endpoints.get(side)
        servers.append((_(title), _endpoint_text(endpoint) if endpoint else _("not set")))
    servers += m.surroundings.servers
    settings = (*m.surroundings.settings, (_("Domains"), ", ".join(m.company.domains) or "–"), (_("Time zone"), m.company.timezone))
    rows = (*m.surroundings.environment, *servers, *settings)
    return Section("environment", _("Environment"), (), (Table("environment", _("Programs, servers and settings"), columns, rows),))


def _endpoint_text(endpoint: Endpoint) -> str:
    text = _("{host}, port {port}, {security}")
    text = text.format(host=endpoint.host, port=endpoint.port, security=_(_SECURITY[endpoint.security]))
    if endpoint.pin:
        text += "; " + _("certificate trusted by its fingerprint {pin}").format(pin=endpoint.pin)
    return text


def data_protection(m: Material) -> Section:
    """Where the mail was and is, and who could see it."""
    if m.rehearsal:
        words = _("This was a rehearsal: the people and their messages are invented, and both servers ran on this computer.")
        return Section("data-protection", _("Data protection"), (words,), (_places(m),))
    if not m.ledger.folders:
        paragraph = _("Nothing has been copied yet: all mail is where it was.")
        return Section("data-protection", _("Data protection"), (paragraph,), (_places(m),))
    paragraphs = [
        _("The messages went from the source server through this computer to the MailSafi server, and through no third party's."),
        _("The project file on this computer holds folder names, counts, dates and check sums of messages, not their content."),
        _("The messages at the source were only read: none was changed, marked as read, moved or deleted there."),
        _("The messages are now in two places. Close the source once its mail is no longer needed and the law allows it."),
    ]
    if any(endpoint is not None and endpoint.security is Security.CLEARTEXT for endpoint in m.endpoints.values()):
        paragraphs.insert(
            1, _("One of the connections was NOT encrypted. Passwords and messages could be read on the way: change the passwords.")
        )
    if m.subjects:
        paragraphs.append(
            _("This report shows subjects of messages, as the administrator chose. Give it only to whom they concern.")
        )
    else:
        paragraphs.append(_("This report shows addresses and folder names, but no subject, no text and no password."))
    return Section("data-protection", _("Data protection"), tuple(paragraphs), (_places(m),))


def _places(m: Material) -> Table:
    source, destination = (endpoint.host if (endpoint := m.endpoints.get(side)) else "–" for side in Side)
    copied = _("The copy of the mail.") if m.ledger.folders else _("No copy yet.")
    rows = [
        (_("The old server"), source, _("All mail as it was. It was only read."), _("Until you close it.")),
        (_("MailSafi"), destination, copied, _("From now on.") if m.ledger.folders else "–"),
        (
            _("This computer"),
            _("project file"),
            _("Addresses, folder names, counts, dates and check sums; passwords sealed until they are erased."),
            _("Keep it with the report, or delete it."),
        ),
    ]
    if m.surroundings.kept_folder:
        what = _("Whole messages that MailSafi refused, as files.")
        rows.insert(2, (_("This computer"), m.surroundings.kept_folder, what, _("Hand them to their users, then delete them.")))
    if m.surroundings.mail_sent_by:
        what = _("Notices to the users.")
        rows.append(
            (_("The server that sent the notices"), m.surroundings.mail_sent_by, what, _("As that server keeps sent mail."))
        )
    columns = (
        Column(_("Where"), weight=1.6),
        Column(_("Name"), weight=2),
        Column(_("What is there"), weight=3),
        Column(_("How long"), weight=2),
    )
    return Table("places", _("Where the mail was and is"), columns, tuple(rows))
