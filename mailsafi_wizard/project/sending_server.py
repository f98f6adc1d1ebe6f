"""Who sends the notices to the users, and by which server; whether a test went out like this."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint, Secret
from mailsafi_wizard.model.telling import SUBMISSION, MailServer, Sender, security_of
from mailsafi_wizard.project.copying import Copying
from mailsafi_wizard.words import N_

SERVER, SENDER, TESTED, PLACE = "smtp.server", "smtp.sender", "smtp.tested", "smtp"  # names of notes, and of the secret
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+\.[^\s<>()\[\],;:\".]+")


class SendingServer(Copying):
    """The server for outgoing mail that the admin entered, and the sender."""

    def mail_server(self) -> MailServer:
        """As entered, or MailSafi's from the welcome mail."""
        try:
            facts = json.loads(self.note(SERVER) or "{}")
            url, pin = str(facts.get("url", "")), str(facts.get("pin", ""))
            at = Endpoint.parse(url) if url else None
            if at is not None:
                at = Endpoint(at.host, at.port, at.security, pin)
            return MailServer(at, str(facts.get("user", "")), bool(facts.get("oauth")), int(facts.get("rate", MailServer.rate)))
        except (ValueError, TypeError, AttributeError):
            return MailServer()

    def proposed_mail_server(self) -> MailServer:
        """`mail_server`, with MailSafi's own host where none was entered yet."""
        kept, values = self.mail_server(), self.company.mailsafi
        if kept.endpoint is not None or not values.smtp_host:
            return kept
        port = values.smtp_port or SUBMISSION
        return MailServer(Endpoint(values.smtp_host, port, security_of(port)), kept.user, kept.oauth, kept.rate)

    def set_mail_server(self, server: MailServer, secret: Secret | None = None) -> None:
        """``secret``: its password or token, None to leave the one that is known. Sealed where the project's passwords are."""
        at = server.endpoint
        facts = {"url": at.url if at else "", "pin": at.pin if at else "", "user": server.user, "oauth": server.oauth}
        self.set_note(SERVER, json.dumps({**facts, "rate": server.rate}, ensure_ascii=False))
        if secret is not None:
            self._put(PLACE, secret)

    def has_mail_secret(self) -> bool:
        return bool(self._secrets.get_at((0, PLACE)))

    def mail_certificate(self) -> tuple[str, str]:
        """What the server that sends shows now, trusted or not: fingerprint (SHA-256), and subject, issuer and expiry in words.

        Nothing secret is sent. Raises what the connection raises.
        """
        import asyncio

        from mailsafi_wizard.net import certificates
        from mailsafi_wizard.net.smtp import shown_certificate

        at = self.mail_server().endpoint
        if at is None:
            raise errors.WrongUsage(what=N_("Enter the server that sends first"))
        der = asyncio.run(shown_certificate(at, self.patience))
        return certificates.fingerprint(der), certificates.described(der)

    def trust_mail_certificate(self, fingerprint: str) -> None:
        """The admin has compared it: this one certificate is trusted from now on, and no other ("" for none)."""
        server = self.mail_server()
        if server.endpoint is not None:
            self.set_mail_server(replace(server, endpoint=replace(server.endpoint, pin=fingerprint)))

    def sender(self) -> Sender:
        """As entered; the company's name and the address in the help contact where nothing was."""
        company = self.company
        try:
            facts = json.loads(self.note(SENDER) or "{}")
            kept = Sender(*(str(facts.get(name, "")) for name in ("address", "name", "reply_to")))
        except (ValueError, AttributeError):
            kept = Sender()
        if kept != Sender():
            return kept
        found = _ADDRESS.search(company.help_contact)
        return Sender(found[0] if found else "", company.name, "")

    def set_sender(self, sender: Sender) -> None:
        self.set_note(SENDER, json.dumps(vars(sender), ensure_ascii=False))

    @property
    def sending_tested(self) -> bool:
        """Whether a test went out by the server and the sender that are entered now."""
        return self.note(TESTED) == self._test_name() != ""

    def _test_name(self) -> str:
        server, sender = self.mail_server(), self.sender()
        return f"{server.name} {sender.address}" if server.endpoint and sender.address else ""
