"""What an embedded server holds: accounts, folders, messages, in memory. Knows nothing of connections or commands.

Folder names are kept as they travel: modified UTF-7 (RFC 3501 section 5.1.3), with the server's separator and prefix.
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import field, replace

from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.records import dataclass


@dataclass(frozen=True)
class Stored:
    """One message of a folder. ``date`` is INTERNALDATE, an aware datetime."""

    uid: int
    flags: frozenset[str]
    date: dt.datetime
    body: bytes


def encoded(name: str) -> bytes:
    """Modified UTF-7 of one component of a folder name."""

    def shift(match: re.Match[str]) -> str:
        return "&" + base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    return re.sub(r"[^\x20-\x7e]+", shift, name.replace("&", "&-")).encode("ascii")


class Folder:
    """Messages in UID order. Guarded by its account's lock."""

    def __init__(self, uidvalidity: int, use: str = "") -> None:
        self.uidvalidity = uidvalidity
        self.use = use  # RFC 6154, such as "\\Sent"
        self.uidnext = 1
        self.subscribed = False
        self.messages: dict[int, Stored] = {}

    def add(self, flags: Iterable[str], date: dt.datetime, body: bytes) -> int:
        """Append one message and give its UID."""
        uid = self.uidnext
        self.uidnext += 1
        self.messages[uid] = Stored(uid, frozenset(flags), date, body)
        return uid

    def mark(self, uid: int, flags: Iterable[str]) -> Stored:
        """Replace the flags of one message; raises KeyError when it has gone."""
        self.messages[uid] = replace(self.messages[uid], flags=frozenset(flags))
        return self.messages[uid]

    @property
    def keywords(self) -> list[str]:
        """All keywords in use."""
        return sorted({f for m in self.messages.values() for f in m.flags if not f.startswith("\\")})


@dataclass
class Account:
    """One user's folders by wire name, INBOX always among them."""

    separator: str
    prefix: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    folders: dict[bytes, Folder] = field(default_factory=dict)
    _validities: Iterator[int] = field(default_factory=lambda: itertools.count(1_760_000_001))

    def __post_init__(self) -> None:
        self.create(b"INBOX")

    def name(self, components: tuple[str, ...]) -> bytes:
        """The wire name of a folder given by its components, e.g. ("Archive", "2019")."""
        if components == ("INBOX",):
            return b"INBOX"
        return self.prefix.encode() + self.separator.encode().join(map(encoded, components))

    def create(self, name: bytes, use: str = "") -> Folder:
        """Make a folder; raises KeyError when it is there."""
        if name in self.folders:
            raise KeyError(name)
        self.folders[name] = Folder(next(self._validities), use)
        return self.folders[name]

    def deliver(self, letters: Iterable[Letter]) -> int:
        """Store ``letters``, making their folders; returns how many."""
        count = 0
        with self.lock:
            for letter in letters:
                name = self.name(letter.folder)
                folder = self.folders.get(name) or self.create(name)
                folder.add(letter.flags, letter.date, letter.body)
                count += 1
        return count

    @property
    def size(self) -> int:
        """Bytes of all messages."""
        return sum(len(m.body) for f in self.folders.values() for m in f.messages.values())


class Accounts:
    """All accounts of a server and their passwords."""

    def __init__(self, separator: str, prefix: str, special: dict[str, str]) -> None:
        self._separator, self._prefix, self._special = separator, prefix, special
        self._passwords: dict[str, str] = {}
        self._accounts: dict[str, Account] = {}

    def add(self, user: str, password: str) -> Account:
        """A new account with INBOX and the server's usual folders, all subscribed."""
        account = Account(self._separator, self._prefix)
        for name, use in self._special.items():
            account.create(account.name((name,)), use)
        for folder in account.folders.values():
            folder.subscribed = True
        self._passwords[user], self._accounts[user] = password, account
        return account

    def account(self, user: str) -> Account:
        """Raises KeyError when there is no such user."""
        return self._accounts[user]

    def sign_in(self, user: str, password: str) -> Account | None:
        """The account, or None when name or password are wrong."""
        return self._accounts[user] if user in self._passwords and self._passwords[user] == password else None
