"""The rows of a credential list, and what is wrong or doubtful about them: each for itself, and all of them together.

The same judgement serves a list that is read from a file and one that is mended in a table. Must not know of files, encodings or
columns. No problem quotes a cell of which it is not certain that it is an address of the list's own domain: it may be a password.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from mailsafi_wizard.model import Secret
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.list_checks import address_fault, line_break_fault, name_doubts, password_doubts
from mailsafi_wizard.words import _

ERROR = "error"
WARNING = "warning"
_NO_SECRET = Secret("")


@dataclass(frozen=True)
class Row:
    """One mailbox of the list. ``line`` is the physical line, from 1. Passwords are exactly as they stand in the file."""

    line: int
    address: str
    user: str
    password: Secret
    destination_address: str = ""
    destination_password: Secret = _NO_SECRET
    source_host: str = ""
    user_root: str = ""

    @property
    def destination_user(self) -> str:
        """Whose mailbox it becomes: the address, unless the list names another one."""
        return self.destination_address or self.address

    @property
    def destination_secret(self) -> Secret:
        """The password at the destination: the same, unless the list names another one."""
        return self.destination_password or self.password

    @property
    def names(self) -> tuple[str, ...]:
        """All that is no secret."""
        return self.address, self.user, self.destination_address, self.source_host, self.user_root


@dataclass(frozen=True)
class Problem:
    """Something wrong (``severity`` "error": the list can't be used) or doubtful ("warning"). ``line`` 0 is the list as a whole."""

    line: int
    severity: str
    text: str


@dataclass(frozen=True)
class Draft:
    """A row as it can be mended. ``told``: what reading its line said; it holds until the row is changed."""

    row: Row = field(repr=False)  # a cell in the wrong column may be a password
    told: tuple[Problem, ...] = field(default=())

    @property
    def usable(self) -> bool:
        """Whether it can be taken for a mailbox at all, so that it counts when rows are compared with each other."""
        return not address_fault(self.row.address) and not any(p.severity == ERROR for p in self.told)


def check(drafts: Sequence[Draft], own_domains: Sequence[str] = (), admin_login: bool | None = None) -> list[Problem]:
    """All problems of all rows, in the order of their lines. See `credential_list.read` for the two choices."""
    found = [problem for draft in drafts for problem in draft_problems(draft, own_domains)]
    found += whole_problems([draft.row for draft in drafts if draft.usable], admin_login)
    return sorted(found, key=lambda p: (p.line, p.severity))


def draft_problems(draft: Draft, own_domains: Sequence[str] = ()) -> list[Problem]:
    """What is wrong with one row, whatever the others are. Where its line could not be read, only that is told."""
    if any(problem.severity == ERROR for problem in draft.told):
        return list(draft.told)
    return [*draft.told, *row_problems(draft.row, own_domains)]


def row_problems(row: Row, own_domains: Sequence[str] = ()) -> list[Problem]:
    fault = address_fault(row.address)
    if fault:
        return [Problem(row.line, ERROR, _(fault))]
    found = [Problem(row.line, ERROR, text) for text in _faults(row)]
    return [*found, *(Problem(row.line, WARNING, text) for text in _doubts(row, own_domains))]


def _faults(row: Row) -> Iterable[str]:
    if row.destination_address and "@" in row.destination_address and address_fault(row.destination_address):
        yield _("The email address at MailSafi is not an email address.")
    for text in (*row.names, row.password.reveal(), row.destination_password.reveal()):
        if fault := line_break_fault(text):
            yield _(fault)
            return


def _doubts(row: Row, own_domains: Sequence[str]) -> Iterable[str]:
    for doubt in password_doubts(row.password.reveal()):
        yield _("The password {doubt}. It is used exactly as it stands.").format(doubt=_(doubt))
    for doubt in password_doubts(row.destination_password.reveal()):
        yield _("The password at MailSafi {doubt}. It is used exactly as it stands.").format(doubt=_(doubt))
    for name in dict.fromkeys((row.user, row.source_host, row.user_root)):
        for doubt in name_doubts(name):
            yield _("A user name, server or folder in this line {doubt}.").format(doubt=_(doubt))
    domain = row.destination_user.rpartition("@")[2].casefold().rstrip(".")
    if own_domains and domain not in own_domains and "@" in row.destination_user:
        yield _("The email address is not in the company's domain ({domains}).").format(domains=", ".join(own_domains))


# --- the list as a whole ----------------------------------------------------------------------------------------------------


def whole_problems(rows: Sequence[Row], admin_login: bool | None = None) -> list[Problem]:
    """What shows only when rows are compared: a forgotten password, one password for many, an address that stands twice."""
    return [*_missing_passwords(rows, admin_login), *_shared_passwords(rows), *_double_addresses(rows)]


def _missing_passwords(rows: Sequence[Row], admin_login: bool | None) -> Iterable[Problem]:
    without = [row for row in rows if not row.password]
    if admin_login is None and rows and len(without) == len(rows):
        text = _("No line has a password: this list works only with one administrator login for all mailboxes.")
        return [Problem(0, WARNING, text)]
    return [] if admin_login else [Problem(row.line, ERROR, _("The password is missing.")) for row in without]


def _shared_passwords(rows: Sequence[Row]) -> Iterable[Problem]:
    lines_by_password: dict[Secret, list[int]] = {}
    for row in rows:
        if row.password:
            lines_by_password.setdefault(row.password, []).append(row.line)
    text = _("The same password is used in {count} lines: {lines}. Give every mailbox its own.")
    for lines in lines_by_password.values():
        if len(lines) > 1:
            yield Problem(lines[0], WARNING, text.format(count=len(lines), lines=_numbers(lines)))


def _numbers(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:10]))
    return shown if len(lines) <= 10 else f"{shown} …"


def _double_addresses(rows: Sequence[Row]) -> Iterable[Problem]:
    seen: dict[str, int] = {}
    targets: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.address.casefold(), row.line)
        if first != row.line:
            yield Problem(row.line, ERROR, _("This email address stands in line {line} already.").format(line=first))
            continue
        target = targets.setdefault(row.destination_user.casefold(), row.line)
        if target != row.line:
            text = _("This mailbox goes into the same one at MailSafi as that of line {line}.")
            yield Problem(row.line, WARNING, text.format(line=target))
