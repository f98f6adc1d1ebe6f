"""A whole session of an embedded IMAP server: the commands on the selected folder, SELECT, FETCH, STORE, SEARCH and their kin.

RFC 3501 with UIDPLUS (4315). ENVELOPE and BODYSTRUCTURE are left out: no client of a rehearsal asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailsafi_wizard.demo.imapd.accounts import Folder, Stored
from mailsafi_wizard.demo.imapd.commands import BadCommand, Command, Token, numbers
from mailsafi_wizard.demo.imapd.conversation import Refused
from mailsafi_wizard.demo.imapd.folders import SYSTEM_FLAGS, FolderCommands, flag_names
from mailsafi_wizard.demo.letters import internaldate

_ITEM = re.compile(r"BODY(?P<peek>\.PEEK)?\[(?P<section>[^\]]*)\](?:<(?P<start>\d+)\.(?P<size>\d+)>)?", re.IGNORECASE)
_OLD_ITEMS = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}
_MACROS = {"FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]}


class Session(FolderCommands):
    """Everything a client may ask for."""

    # --- selecting

    def do_select(self, command: Command) -> str:
        return self.open_folder(command, read_only=False)

    def do_examine(self, command: Command) -> str:
        return self.open_folder(command, read_only=True)

    def open_folder(self, command: Command, read_only: bool) -> str:
        self.selected = None
        name, folder = self.folder(command.text(0))
        self.selected, self.read_only, self.view = (name, folder), read_only, list(folder.messages)
        flags = " ".join([*SYSTEM_FLAGS, *folder.keywords])
        self.send(f"* {len(self.view)} EXISTS")
        self.send("* 0 RECENT")
        self.send(f"* FLAGS ({flags})")
        self.send(f"* OK [PERMANENTFLAGS ({'' if read_only else flags + ' ' + chr(92) + '*'})] Kept for ever")
        self.send(f"* OK [UIDVALIDITY {folder.uidvalidity}] Numbers hold")
        self.send(f"* OK [UIDNEXT {folder.uidnext}] Next number")
        return "[READ-ONLY] Open" if read_only else "[READ-WRITE] Open"

    @property
    def here(self) -> Folder:
        """The selected folder; raises BadCommand when there is none."""
        if self.selected is None:
            raise BadCommand("no folder is selected")
        return self.selected[1]

    def do_unselect(self, _command: Command) -> str:
        self.leave(self.here)
        return ""

    def do_close(self, _command: Command) -> str:
        folder = self.here
        if not self.read_only:
            self.remove(folder, lambda _uid: True)
        self.leave(folder)
        return ""

    def leave(self, _folder: Folder) -> None:
        self.selected = None

    def writable(self) -> Folder:
        if self.read_only:
            raise Refused("the folder is open for reading only", "CANNOT")
        return self.here

    def chosen(self, spec: bytes, by_uid: bool) -> list[tuple[int, int]]:
        """(sequence number, UID) of the messages a set names."""
        if by_uid:
            places = {uid: place for place, uid in enumerate(self.view, 1)}
            return [(places[uid], uid) for uid in numbers(spec, self.view)]
        return [(place, self.view[place - 1]) for place in numbers(spec, list(range(1, len(self.view) + 1)))]

    # --- fetching

    def do_fetch(self, command: Command) -> str:
        return self.fetch(command, by_uid=False)

    def do_uid_fetch(self, command: Command) -> str:
        return self.fetch(command, by_uid=True)

    def fetch(self, command: Command, by_uid: bool) -> str:
        items = _items(command.args[1] if len(command.args) > 1 else [])
        if by_uid and "UID" not in items:
            items.insert(0, "UID")
        folder = self.here
        for place, uid in self.chosen(command.text(0), by_uid):
            message = folder.messages.get(uid)
            if message is not None:  # another connection may have removed it while this one was being read
                self.tell_message(place, message, items)
        return ""

    def tell_message(self, place: int, message: Stored, items: list[str]) -> None:
        """One FETCH reply; sets \\Seen where an item asks for it."""
        parts = [self.item(message, item) for item in items]
        marks = not self.read_only and any(_ITEM.match(i) and ".PEEK" not in i.upper() for i in items)
        if marks and "\\Seen" not in message.flags:
            message = self.here.mark(message.uid, message.flags | {"\\Seen"})
            parts.append(self.item(message, "FLAGS"))
        self.send(b"* %d FETCH (" % place + b" ".join(parts) + b")")

    def item(self, message: Stored, item: str) -> bytes:
        """One attribute and its value; raises BadCommand for one that is not known."""
        match item.upper():
            case "UID":
                return b"UID %d" % message.uid
            case "FLAGS":
                return f"FLAGS ({' '.join(sorted(message.flags))})".encode()
            case "INTERNALDATE":
                return f'INTERNALDATE "{internaldate(message.date)}"'.encode()
            case "RFC822.SIZE":
                return b"RFC822.SIZE %d" % len(message.body)
        found = _ITEM.fullmatch(_OLD_ITEMS.get(item.upper(), item))
        if not found:
            raise BadCommand(f"cannot fetch {item}")
        data, origin = _section(message.body, found["section"]), ""
        if found["start"]:
            data, origin = data[int(found["start"]) :][: int(found["size"])], f"<{found['start']}>"
        label = item if item.upper() in _OLD_ITEMS else f"BODY[{found['section']}]{origin}"
        return f"{label} {{{len(data)}}}\r\n".encode() + data

    # --- changing

    def do_store(self, command: Command) -> str:
        return self.store(command, by_uid=False)

    def do_uid_store(self, command: Command) -> str:
        return self.store(command, by_uid=True)

    def store(self, command: Command, by_uid: bool) -> str:
        folder, word = self.writable(), command.text(1).decode("ascii", "replace").upper()
        found = re.fullmatch(r"([+-]?)FLAGS(\.SILENT)?", word)
        if not found:
            raise BadCommand("only flags can be stored")
        flags = frozenset(flag_names(command.args[2] if len(command.args) == 3 else command.args[2:]))
        change: Callable[[frozenset[str]], frozenset[str]] = {
            "": lambda _old: flags,
            "+": lambda old: old | flags,
            "-": lambda old: old - flags,
        }[found[1]]
        for place, uid in self.chosen(command.text(0), by_uid):
            if uid in folder.messages:
                message = folder.mark(uid, change(folder.messages[uid].flags))
                if not found[2]:
                    self.tell_message(place, message, ["UID", "FLAGS"] if by_uid else ["FLAGS"])
        return ""

    def do_expunge(self, _command: Command) -> str:
        self.remove(self.writable(), lambda _uid: True)
        return ""

    def do_uid_expunge(self, command: Command) -> str:
        wanted = {uid for _place, uid in self.chosen(command.text(0), by_uid=True)}
        self.remove(self.writable(), lambda uid: uid in wanted)
        return ""

    def remove(self, folder: Folder, wanted: Callable[[int], bool]) -> None:
        """Delete the messages marked \\Deleted that are ``wanted``."""
        for uid in [u for u, m in folder.messages.items() if "\\Deleted" in m.flags and wanted(u)]:
            del folder.messages[uid]

    def do_copy(self, command: Command) -> str:
        return self.copy(command, by_uid=False)

    def do_uid_copy(self, command: Command) -> str:
        return self.copy(command, by_uid=True)

    def copy(self, command: Command, by_uid: bool) -> str:
        folder, (_name, target) = self.here, self.folder(command.text(1), "TRYCREATE")
        old = [uid for _place, uid in self.chosen(command.text(0), by_uid) if uid in folder.messages]
        new = [target.add(m.flags, m.date, m.body) for m in (folder.messages[uid] for uid in old)]
        if not old:
            return ""
        return f"[COPYUID {target.uidvalidity} {','.join(map(str, old))} {','.join(map(str, new))}] Copied"

    # --- searching

    def do_search(self, command: Command) -> str:
        return self.search(command, by_uid=False)

    def do_uid_search(self, command: Command) -> str:
        return self.search(command, by_uid=True)

    def search(self, command: Command, by_uid: bool) -> str:
        folder = self.here
        keys = list(command.args)
        if keys and isinstance(keys[0], bytes) and keys[0].upper() == b"CHARSET":
            del keys[:2]
        hits = [(place, uid) for place, uid in enumerate(self.view, 1) if uid in folder.messages]
        while keys:
            hits = self.filtered(hits, keys)
        self.send(" ".join(["* SEARCH", *(str(uid if by_uid else place) for place, uid in hits)]))
        return ""

    def filtered(self, hits: list[tuple[int, int]], keys: list[Token]) -> list[tuple[int, int]]:
        """``hits`` that fit the first of ``keys``, which is taken off; raises BadCommand for an unknown one."""
        messages, key = self.here.messages, _text(keys).decode("latin-1").upper()
        if key == "ALL":
            return hits
        if key == "UID" or re.fullmatch(r"[\d:,*]+", key):
            allowed = set(self.chosen(_text(keys) if key == "UID" else key.encode(), by_uid=key == "UID"))
            return [hit for hit in hits if hit in allowed]
        if key == "HEADER":
            name, value = _text(keys), _text(keys)
            return [hit for hit in hits if value.lower() in _header(messages[hit[1]].body, name).lower()]
        if key in ("LARGER", "SMALLER"):
            limit, sign = int(_text(keys)), 1 if key == "LARGER" else -1
            return [hit for hit in hits if sign * len(messages[hit[1]].body) > sign * limit]
        flag, wanted = key.removeprefix("UN").capitalize(), not key.startswith("UN")
        if "\\" + flag not in SYSTEM_FLAGS:
            raise BadCommand(f"cannot search for {key}")
        return [hit for hit in hits if ("\\" + flag in messages[hit[1]].flags) is wanted]


def _items(token: Token) -> list[str]:
    words = [
        bytes(w).decode("ascii", "replace") for w in (token if isinstance(token, list) else [token]) if not isinstance(w, list)
    ]
    if not words:
        raise BadCommand("nothing to fetch")
    return _MACROS.get(words[0].upper(), words)


def _section(body: bytes, section: str) -> bytes:
    head, end, text = body.partition(b"\r\n\r\n")
    if section == "":
        return body
    if section.upper() == "HEADER":
        return head + end
    if section.upper() == "TEXT":
        return text
    found = re.fullmatch(r"HEADER\.FIELDS \(([^)]*)\)", section, re.IGNORECASE)
    if not found:
        raise BadCommand(f"cannot fetch the section {section}")
    names = {name.lower().encode() for name in found[1].split()}
    fields = re.findall(rb"^([^:\s]+)(:[^\n]*(?:\n[ \t][^\n]*)*)", head, re.MULTILINE)
    return b"".join(name + rest.rstrip(b"\r") + b"\r\n" for name, rest in fields if name.lower() in names) + b"\r\n"


def _header(body: bytes, name: bytes) -> bytes:
    return _section(body, f"HEADER.FIELDS ({name.decode('latin-1')})").partition(b":")[2]


def _text(keys: list[Token]) -> bytes:
    key = keys.pop(0) if keys else []
    if isinstance(key, list):
        raise BadCommand("cannot search for that")
    return bytes(key)
