"""The commands of an embedded IMAP server on folders as a whole: LIST, CREATE, STATUS, APPEND and their kin.

RFC 3501 with NAMESPACE (2342), UIDPLUS (4315), MULTIAPPEND (3502), SPECIAL-USE (6154) and QUOTA (9208).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

from mailsafi_wizard.demo.imapd.accounts import Folder
from mailsafi_wizard.demo.imapd.commands import BadCommand, Command, Literal, Token, date_time, pattern
from mailsafi_wizard.demo.imapd.conversation import Conversation, Refused

QUOTA_KIB = 10 << 20
SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")


class FolderCommands(Conversation):
    """What can be asked without a selected folder."""

    def folder(self, name: bytes, code: str = "NONEXISTENT") -> tuple[bytes, Folder]:
        """The folder called ``name``; raises Refused with ``code``."""
        name = b"INBOX" if name.upper() == b"INBOX" else name
        found = self.own.folders.get(name)
        if found is None:
            raise Refused("there is no such folder", code)
        return name, found

    def do_namespace(self, _command: Command) -> str:
        own = self.own
        self.send(f'* NAMESPACE (("{own.prefix}" "{own.separator}")) NIL NIL')
        return ""

    def do_list(self, command: Command) -> str:
        return self.tell_folders("LIST", command, lambda folder: True)

    def do_lsub(self, command: Command) -> str:
        return self.tell_folders("LSUB", command, lambda folder: folder.subscribed)

    def tell_folders(self, word: str, command: Command, wanted: Callable[[Folder], bool]) -> str:
        own = self.own
        args = [a for a in command.args if not isinstance(a, list)]  # RFC 5258's selection and return options change nothing here
        if len(args) < 2:
            raise BadCommand("a pattern is missing")
        if not args[1]:
            self.send(f'* {word} (\\Noselect) "{own.separator}" ""')
            return ""
        matches = pattern(bytes(args[0]), bytes(args[1]), own.separator.encode())
        with own.lock:
            names = {name: folder for name, folder in own.folders.items() if wanted(folder)}
        for name in sorted({*names, *self.parents(names)}):
            if matches.fullmatch(name):
                self.send(f'* {word} ({self.attributes(name, names)}) "{own.separator}" '.encode() + self.quoted(name))
        return ""

    def parents(self, names: dict[bytes, Folder]) -> set[bytes]:
        """Names above ``names`` that are no folders themselves."""
        separator = self.own.separator.encode()
        above = {separator.join(parts[:depth]) for parts in (n.split(separator) for n in names) for depth in range(1, len(parts))}
        return above - set(names)

    def attributes(self, name: bytes, names: dict[bytes, Folder]) -> str:
        inside = name + self.own.separator.encode()
        words = ["\\HasChildren" if any(other.startswith(inside) for other in names) else "\\HasNoChildren"]
        words += ["\\Noselect"] if name not in names else [names[name].use] if names[name].use else []
        return " ".join(words)

    @staticmethod
    def quoted(name: bytes) -> bytes:
        return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    def do_create(self, command: Command) -> str:
        name = command.text(0).removesuffix(self.own.separator.encode())
        if not name or re.search(rb"[\x00-\x1f\x7f-\xff]", name):
            raise Refused("a folder cannot have that name", "CANNOT")
        try:
            self.own.create(b"INBOX" if name.upper() == b"INBOX" else name)
        except KeyError:
            raise Refused("it is there already", "ALREADYEXISTS") from None
        return ""

    def do_delete(self, command: Command) -> str:
        name, _folder = self.folder(command.text(0))
        if name == b"INBOX":
            raise Refused("INBOX stays", "CANNOT")
        del self.own.folders[name]
        return ""

    def do_subscribe(self, command: Command) -> str:
        self.folder(command.text(0))[1].subscribed = True
        return ""

    def do_unsubscribe(self, command: Command) -> str:
        self.folder(command.text(0))[1].subscribed = False
        return ""

    def do_status(self, command: Command) -> str:
        name, folder = self.folder(command.text(0))
        wanted = command.args[1] if len(command.args) > 1 else []
        figures = {
            b"MESSAGES": len(folder.messages),
            b"UIDNEXT": folder.uidnext,
            b"UIDVALIDITY": folder.uidvalidity,
            b"UNSEEN": sum("\\Seen" not in m.flags for m in folder.messages.values()),
            b"RECENT": 0,
        }
        words = [bytes(w).upper() for w in wanted if not isinstance(w, list)] if isinstance(wanted, list) else []
        if not words or not set(words) <= set(figures):
            raise BadCommand("that cannot be told")
        self.send(b"* STATUS " + self.quoted(name) + b" (" + b" ".join(b"%s %d" % (w, figures[w]) for w in words) + b")")
        return ""

    def do_getquotaroot(self, command: Command) -> str:
        name, _folder = self.folder(command.text(0))
        self.send(b"* QUOTAROOT " + self.quoted(name) + b' "mailbox"')
        self.send(f'* QUOTA "mailbox" (STORAGE {self.own.size // 1024} {self.own.quota or QUOTA_KIB})')
        return ""

    # --- storing

    def do_append(self, command: Command) -> str:
        _name, folder = self.folder(command.text(0), "TRYCREATE")
        messages = list(self.appended(command.args[1:]))
        if not messages:
            raise BadCommand("a message is missing")
        self.make_sure_of_room([len(body) for _flags, _date, body in messages])
        uids = [folder.add(flags, date, body) for flags, date, body in messages]
        return self.appended_code(folder, uids) + " Stored"

    def make_sure_of_room(self, sizes: list[int]) -> None:
        """Raises Refused when messages of these sizes in bytes are more than the account may hold (RFC 9208 section 4.3, RFC 7889)."""
        if self.own.largest and max(sizes) > self.own.largest:
            raise Refused(f"messages of more than {self.own.largest} bytes are not taken", "TOOBIG")
        if self.own.quota and self.own.size + sum(sizes) > self.own.quota * 1024:
            raise Refused("the mailbox is full", "OVERQUOTA")

    def appended_code(self, folder: Folder, uids: list[int]) -> str:
        span = str(uids[0]) if len(uids) == 1 else f"{uids[0]}:{uids[-1]}"
        return f"[APPENDUID {folder.uidvalidity} {span}]"

    @staticmethod
    def appended(args: list[Token]) -> Iterator[tuple[list[str], dt.datetime, bytes]]:
        """(flags, date, text) of each message of an APPEND; raises BadCommand."""
        rest = list(args)
        while rest:
            flags = rest.pop(0) if isinstance(rest[0], list) else []
            dated = bool(rest) and not isinstance(rest[0], (list, Literal))
            date = date_time(rest.pop(0)) if dated else dt.datetime.now(dt.UTC)  # type: ignore[arg-type]
            if not rest or not isinstance(rest[0], Literal):
                raise BadCommand("a message must be a literal")
            yield flag_names(flags), date, bytes(rest.pop(0))  # type: ignore[arg-type]


def flag_names(tokens: Token) -> list[str]:
    """Flags of a list, system flags in their usual spelling; raises BadCommand for what is no flag, \\Recent among them."""
    names = []
    for token in tokens if isinstance(tokens, list) else [tokens]:
        name = token.decode("ascii", "replace") if isinstance(token, bytes) else ""
        if name.startswith("\\"):
            name = "\\" + name[1:].capitalize()
            if name not in SYSTEM_FLAGS:
                raise BadCommand("there is no such flag")
        elif not re.fullmatch(r"[^\x00-\x20\x7f-\uffff(){%*\"\\\]]+", name):
            raise BadCommand("that is no flag")
        names.append(name)
    return names
