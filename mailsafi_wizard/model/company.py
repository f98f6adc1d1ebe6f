"""What the admin told about the company, and its mailboxes."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, field
from typing import Any

from mailsafi_wizard.records import dataclass

CUTOVER_TIME = dt.time(18)  # local; when offices are empty and a whole weekend is left for questions


@dataclass(frozen=True)
class MailSafiValues:
    """What the MailSafi welcome mail tells; empty where the admin has not entered it. None of it is ever invented."""

    mx: tuple[str, ...] = ()  # host names, best first
    spf: str = ""  # the mechanism to include, e.g. "include:spf.example.net"
    dkim_selector: str = ""
    dkim_value: str = ""
    webmail: str = ""  # URL
    smtp_host: str = ""
    smtp_port: int = 0  # 0: not entered


@dataclass(frozen=True)
class Company:
    """The admin's answers on the first page. ``cutover`` is a local date in ``timezone`` (an IANA name)."""

    name: str = ""
    domains: tuple[str, ...] = ()
    cutover: dt.date | None = None
    timezone: str = "Africa/Nairobi"
    help_contact: str = ""
    language: str = "en"  # of the notices: "en" or "sw"
    mailsafi: MailSafiValues = field(default_factory=MailSafiValues)
    country: str = "KE"  # whose weekends and holidays the plan heeds (ISO 3166, two letters); "" for none

    def facts(self) -> dict[str, object]:
        """As plain data for JSON."""
        return {**asdict(self), "cutover": self.cutover.isoformat() if self.cutover else ""}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Company:
        """The reverse of `facts`; what an older form lacks gets its default. Raises TypeError or ValueError when it is not one."""
        values, cutover = dict(facts.get("mailsafi") or {}), facts.get("cutover")
        rest = {key: value for key, value in facts.items() if key not in ("mailsafi", "cutover", "domains")}
        domains, mx = tuple(facts.get("domains") or ()), tuple(values.get("mx") or ())
        port = values.get("smtp_port", 0)
        texts = (*rest.values(), *domains, *mx, *(value for key, value in values.items() if key not in ("mx", "smtp_port")))
        if not isinstance(port, int) or not all(isinstance(text, str) for text in texts):
            raise TypeError("a text or the port is none")
        return cls(
            **rest,
            domains=domains,
            cutover=dt.date.fromisoformat(cutover) if cutover else None,
            mailsafi=MailSafiValues(**{**values, "mx": mx}),
        )

    @property
    def cutover_at(self) -> dt.datetime | None:
        """The moment of the change, aware: in the evening of ``cutover``; None without a date."""
        if self.cutover is None:
            return None
        return dt.datetime.combine(self.cutover, CUTOVER_TIME, self.zone)

    @property
    def zone(self) -> dt.tzinfo:
        """The company's time zone; an unknown one counts as UTC."""
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # a copy does without

        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return dt.UTC


@dataclass(frozen=True)
class Mailbox:
    """A person's account. ``id`` is its number in the project file, 0 before it is stored."""

    address: str
    source_user: str
    destination_user: str
    id: int = 0
    source_host: str = ""  # an own source server for this row, "" for the project's
    user_root: str = ""
