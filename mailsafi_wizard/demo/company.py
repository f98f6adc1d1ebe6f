"""The sample company of the rehearsal: its people, their mail and their passwords, which are new each time.

Knows nothing of servers. The mail is the same every time. Names and domain are made up; the domain is one set aside for examples.
"""

from __future__ import annotations

import datetime as dt
import functools
import secrets

from mailsafi_wizard.demo.letters import DOMAIN, Letter, Person, letters
from mailsafi_wizard.model import Company, MailSafiValues, Secret
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.schedule import proposal, workdays
from mailsafi_wizard.store.credential_list import Row, write

SEED = 2026
# (name, local part, messages)
_PEOPLE = (
    ("Amina Hassan", "amina", 1500),
    ("Otieno Odhiambo", "otieno", 180),
    ("Wanjiku Kamau", "wanjiku", 140),
    ("李伟", "li.wei", 110),
    ("عمر سعيد", "omar", 90),
    ("Tamarind Traders", "info", 60),
)


@dataclass(frozen=True)
class Employee:
    """One mailbox of the company and its passwords on both servers."""

    person: Person
    messages: int
    source_password: Secret
    destination_password: Secret

    def mail(self) -> tuple[Letter, ...]:
        return _mail(self.person, self.messages)


@functools.cache
def _mail(person: Person, messages: int) -> tuple[Letter, ...]:
    """Written once in a life of the program; a second rehearsal starts at once."""
    return tuple(letters(person, messages, SEED + messages))


def employees() -> tuple[Employee, ...]:
    """The six, with fresh passwords."""
    return tuple(Employee(Person(name, f"{local}@{DOMAIN}"), count, _password(), _password()) for name, local, count in _PEOPLE)


def _password() -> Secret:
    return Secret(f"{secrets.choice(('Mvua', 'Jua', 'Upepo', 'Chai', 'Ndizi'))}, {secrets.token_urlsafe(12)}§")


def credential_list(people: tuple[Employee, ...]) -> bytes:
    """The list an administrator would have written."""
    return write(
        Row(0, e.person.address, e.person.address, e.source_password, destination_password=e.destination_password) for e in people
    )


def facts(today: dt.date) -> Company:
    """What the administrator of the company would enter on the first page: cutover on the evening that is proposed on ``today``."""
    values = MailSafiValues(
        mx=("mx1.mailsafi.example", "mx2.mailsafi.example"),
        spf="include:spf.mailsafi.example",
        dkim_selector="mailsafi",
        dkim_value="v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArehearsal",
        webmail="https://webmail.mailsafi.example/",
        smtp_host="smtp.mailsafi.example",
        smtp_port=587,
    )
    return Company(
        name="Tamarind Traders Ltd",
        domains=(DOMAIN,),
        cutover=proposal.proposed(today, workdays.of("KE")),
        timezone="Africa/Nairobi",
        help_contact="Njeri Mwangi, +254 700 000000",
        language="en",
        mailsafi=values,
    )
