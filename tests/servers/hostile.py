"""An IMAP server that serves a small account correctly, but for the `Tricks` it was told to play.

Built on the embedded server, whose correct behaviour is tested elsewhere; TLS, STARTTLS or cleartext.
"""

from __future__ import annotations

import datetime as dt
import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.demo.imapd.accounts import Account, Accounts, Folder, Stored
from mailsafi_wizard.demo.imapd.commands import BadCommand, Command, Literal, Token
from mailsafi_wizard.demo.imapd.conversation import HungUp, Refused
from mailsafi_wizard.demo.imapd.server import ImapServer, opened
from mailsafi_wizard.demo.imapd.session import Session
from mailsafi_wizard.model import Security

USER, PASSWORD = "amina@example.co.ke", "Mvua-na-jua-77"
GREETING = "GREETING"  # stands for a command's name in the tricks "at" a command


@dataclass(frozen=True)
class Tricks:
    """What the server does wrong. Those "at" a command name it as in "UID FETCH" or `GREETING`; "" is never."""

    # in place of the answer, or before it
    silent_at: str = ""  # never answers
    bye_at: str = ""  # "* BYE" and an orderly end
    vanish_at: str = ""  # ends without a word
    endless_line_at: str = ""
    flood_at: str = ""  # untagged replies without end
    flood_line: bytes = b"* 1 EXPUNGE\r\n"
    huge_literal_at: str = ""  # announces 4 GB and sends without end
    huge_announcement: int = 4 << 30
    deep_parentheses_at: str = ""
    garbage_at: str = ""  # bytes that are no IMAP
    before: tuple[tuple[str, bytes], ...] = ()  # (command, bytes to send before its answer)
    wrong_tag_at: str = ""
    no_tag_at: str = ""  # the tagged line is never sent
    answers: tuple[tuple[str, str], ...] = ()  # (command, text after the tag instead of doing it), such as "NO [LIMIT] later"

    # at the door
    greeting: bytes = b""  # instead of the usual one
    capabilities: str = ""  # instead of the usual ones
    strip_starttls: bool = False  # neither offered nor known
    refuse_starttls: bool = False  # offered, then NO
    inject_after_starttls: bytes = b""  # in clear, in the same packet as the OK
    echo_password: bool = False  # in the text of the refusal

    # lists
    list_lines: tuple[bytes, ...] = ()  # more LIST replies, as they stand
    uidvalidity_changes: bool = False  # another one at each opening
    uidnext_by: int = 0  # tells UIDNEXT so much higher
    no_uidnext: bool = False
    exists_by: int = 0  # tells so many messages more

    # reading
    skip_uids: frozenset[int] = frozenset()  # listed by no FETCH
    double_fetch: bool = False  # every FETCH reply twice
    foreign_uid_by: int = 0  # FETCH replies carry another UID
    extra_fetch: bytes = b""  # before the first FETCH reply
    cut_body: int = -1  # only so many bytes of each text, and so announced
    alter_body: bool = False  # one byte is another, each time a different one
    nil_body: bool = False
    size_by: int = 0  # RFC822.SIZE is told so much larger
    internaldate: bytes = b""  # instead of the right one
    flags: bytes = b""  # instead of the right ones

    # storing
    store_nothing: bool = False  # says OK
    store_cut: int = -1  # stores so many bytes of each message
    store_twice: bool = False
    store_altered: bytes = b""  # puts this header before each message
    store_changed: bool = False  # the last letter of each message is another, its length stays
    appenduid_by: int = 0
    no_appenduid: bool = False
    forget_flags: bool = False

    # refusing
    refuse_mail: tuple[
        tuple[bytes, str, int], ...
    ] = ()  # (part of a message, answer, how often; 0 for ever): such mail is not stored
    refuse_create: str = ""  # a pattern: such names are refused
    refuse_open: tuple[bytes, ...] = ()  # these folders are listed and not opened
    room_for: int = -1  # so many messages, then [OVERQUOTA]


class HostileSession(Session):
    """A session that plays tricks."""

    before_sign_in = Session.before_sign_in | {"STARTTLS"}

    def __init__(self, server: HostileServer, reader: BinaryIO, writer: BinaryIO, upgrade: Callable[[], None] | None) -> None:
        super().__init__(server.accounts, reader, writer)
        self.server, self.tricks, self._upgrade = server, server.tricks, upgrade
        self._reads = 0
        self.capabilities = self._capabilities()

    def _capabilities(self) -> str:
        words = self.tricks.capabilities or Session.capabilities
        if self.tricks.no_appenduid:
            words = words.replace(" UIDPLUS", "")
        offered = self._upgrade is not None and not self.tricks.strip_starttls
        return words + (" STARTTLS LOGINDISABLED" if offered else "")

    # --- in place of an answer

    def greeting(self) -> None:
        self.interfere(GREETING)
        if self.tricks.greeting:
            self.writer.write(self.tricks.greeting)
            self.writer.flush()
        else:
            super().greeting()

    def obey(self, command: Command) -> str:
        self.server.commands.append(command.name)
        self.interfere(command.name)
        return super().obey(command)

    def finish(self, command: Command, answer: str) -> None:
        told = dict(self.tricks.answers).get(command.name, answer)
        if command.name == self.tricks.no_tag_at:
            return
        tag = b"X" + command.tag if command.name == self.tricks.wrong_tag_at else command.tag
        super().finish(replace(command, tag=tag), told)

    def interfere(self, name: str) -> None:
        """Play what was asked for at ``name``."""
        tricks = self.tricks
        if data := dict(tricks.before).get(name):
            self.writer.write(data)
        if name == tricks.silent_at:
            self.wait_for_the_end()
        if name == tricks.bye_at:
            self.send("* BYE [UNAVAILABLE] gone for lunch")
            raise HungUp
        if name == tricks.vanish_at:
            raise HungUp
        if name == tricks.garbage_at:
            self.send(b"* \x00\xff\xfe )(}{ \x80" * 20)
        if name == tricks.deep_parentheses_at:
            self.send(b"* LIST " + b"(" * 100_000)
        if name == tricks.endless_line_at:
            self.pour(b"* OK " + b"x" * 65_000, b"x" * 65_536)
        if name == tricks.flood_at:
            self.pour(b"", tricks.flood_line * (65_536 // len(tricks.flood_line) + 1))
        if name == tricks.huge_literal_at:
            self.pour(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % tricks.huge_announcement, b"x" * 65_536)

    def pour(self, first: bytes, more: bytes) -> None:
        """``first``, then ``more`` until the client has had enough or the server is stopped."""
        self.writer.write(first)
        while not self.server.ended.is_set():
            self.writer.write(more)
            self.server.poured += len(more)
        raise HungUp

    def wait_for_the_end(self) -> None:
        self.writer.flush()
        while self.reader.read(1) and not self.server.ended.is_set():
            pass
        raise HungUp

    # --- at the door

    def do_starttls(self, _command: Command) -> str:
        if self._upgrade is None or self.tricks.strip_starttls or self.tricks.refuse_starttls:
            raise BadCommand("STARTTLS is not known here")
        return "Go on"

    def serve_one(self) -> bool:
        before = len(self.server.commands)
        going_on = super().serve_one()
        if self.server.commands[before:] == ["STARTTLS"] and self._upgrade and not self.tricks.refuse_starttls:
            self.writer.write(self.tricks.inject_after_starttls)
            self.writer.flush()
            self._upgrade()
            self._upgrade = None
            self.capabilities = self._capabilities()
        return going_on

    def sign_in(self, user: bytes, password: bytes) -> str:
        self.server.passwords.append(password.decode("utf-8", "replace"))
        if self.tricks.echo_password:
            raise BadCommand(f"cannot let {user.decode()} in with {password.decode()}")
        return super().sign_in(user, password)

    # --- lists

    def do_list(self, command: Command) -> str:
        for line in self.tricks.list_lines:
            self.send(line)
        return super().do_list(command)

    def open_folder(self, command: Command, read_only: bool) -> str:
        if command.text(0) in self.tricks.refuse_open:
            raise Refused("the index is broken", "SERVERBUG")
        if self.tricks.uidvalidity_changes:
            self.folder(command.text(0))[1].uidvalidity += 1
        return super().open_folder(command, read_only)

    def send(self, line: str | bytes) -> None:
        data = line.encode() if isinstance(line, str) else line
        if self.tricks.exists_by and (found := re.fullmatch(rb"\* (\d+) EXISTS", data)):
            data = b"* %d EXISTS" % (int(found[1]) + self.tricks.exists_by)
        if found := re.match(rb"\* OK \[UIDNEXT (\d+)\]", data):
            if self.tricks.no_uidnext:
                return
            data = b"* OK [UIDNEXT %d] guessed" % (int(found[1]) + self.tricks.uidnext_by)
        if self.tricks.exists_by and (found := re.search(rb"MESSAGES (\d+)", data)) and data.startswith(b"* STATUS"):
            data = data.replace(found[0], b"MESSAGES %d" % (int(found[1]) + self.tricks.exists_by))
        super().send(data)

    # --- reading

    def fetch(self, command: Command, by_uid: bool) -> str:
        if self.tricks.extra_fetch:
            self.send(self.tricks.extra_fetch)
        return super().fetch(command, by_uid)

    def tell_message(self, place: int, message: Stored, items: list[str]) -> None:
        if message.uid in self.tricks.skip_uids:
            return
        for _ in range(2 if self.tricks.double_fetch else 1):
            super().tell_message(place, message, items)

    def item(self, message: Stored, item: str) -> bytes:
        tricks, word = self.tricks, item.upper()
        if word == "UID" and tricks.foreign_uid_by:
            return b"UID %d" % (message.uid + tricks.foreign_uid_by)
        if word == "RFC822.SIZE":
            return b"RFC822.SIZE %d" % (len(message.body) + tricks.size_by)
        if word == "INTERNALDATE" and tricks.internaldate:
            return b"INTERNALDATE " + tricks.internaldate
        if word == "FLAGS" and tricks.flags:
            return b"FLAGS " + tricks.flags
        if word in ("BODY[]", "BODY.PEEK[]", "RFC822"):
            if tricks.nil_body:
                return b"BODY[] NIL"
            message = replace(message, body=self.spoilt(message.body))
        return super().item(message, item)

    def spoilt(self, body: bytes) -> bytes:
        self._reads += 1
        if self.tricks.cut_body >= 0:
            body = body[: self.tricks.cut_body]
        if self.tricks.alter_body and body:
            place = self._reads % len(body)
            body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        return body

    # --- storing

    def appended(self, args: list[Token]) -> list[tuple[list[str], dt.datetime, bytes]]:  # type: ignore[override]
        tricks = self.tricks
        messages = list(super().appended(args))
        if tricks.store_cut >= 0:
            messages = [(flags, date, body[: tricks.store_cut]) for flags, date, body in messages]
        if tricks.store_altered:
            messages = [(flags, date, tricks.store_altered + body) for flags, date, body in messages]
        if tricks.store_changed:
            messages = [(flags, date, body[:-3] + b"#" + body[-2:]) for flags, date, body in messages]
        if tricks.forget_flags:
            messages = [([], date, body) for _flags, date, body in messages]
        return [m for m in messages for _ in range(2 if tricks.store_twice else 1)]

    def do_create(self, command: Command) -> str:
        if self.tricks.refuse_create and re.search(self.tricks.refuse_create.encode(), command.text(0)):
            raise Refused("that name is not allowed", "CANNOT")
        return super().do_create(command)

    def check_welcome(self, command: Command) -> None:
        """Raises Refused or BadCommand when a message is one of those not wanted, or there is no room."""
        texts = [bytes(a) for a in command.args if isinstance(a, Literal)]
        for part, answer, times in self.tricks.refuse_mail:
            if any(part in text for text in texts) and (not times or self.server.refusals[part] < times):
                self.server.refusals[part] += 1
                raise Refused(answer)
        held = sum(len(f.messages) for f in self.own.folders.values())
        if 0 <= self.tricks.room_for < held + len(texts):
            raise Refused("no room", "OVERQUOTA")

    def do_append(self, command: Command) -> str:
        name, folder = self.folder(command.text(0), "TRYCREATE")
        self.check_welcome(command)
        before, uidnext = dict(folder.messages), folder.uidnext
        text = super().do_append(command)
        if self.tricks.store_nothing:
            folder.messages, folder.uidnext = before, uidnext
        self.server.appended.append(name)
        return text

    def appended_code(self, folder: Folder, uids: list[int]) -> str:
        if self.tricks.no_appenduid:
            return ""
        return super().appended_code(folder, [uid + self.tricks.appenduid_by for uid in uids])


class HostileServer(ImapServer):
    """Running on a free port until `stop`. ``accounts`` holds one user, `USER` with `PASSWORD`; put mail into ``account``."""

    host = "localhost"

    def __init__(self, certificate: Certificate, tricks: Tricks | None = None, security: Security = Security.TLS) -> None:
        self.tricks, self.security, self.certificate = tricks or Tricks(), security, certificate
        self.commands: list[str] = []
        self.passwords: list[str] = []  # that clients let it see
        self.appended: list[bytes] = []  # folders, one for each APPEND that was told to be done
        self.refusals: Counter[bytes] = Counter()
        self.poured = 0  # bytes sent without end
        self.ended = threading.Event()
        accounts = Accounts("/", "", {"Sent": "\\Sent"})
        self.account: Account = accounts.add(USER, PASSWORD)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        super().__init__(accounts, context)

    @property
    def ca_file(self) -> Path:
        return self.certificate.ca_file

    @property
    def tls_port(self) -> int:
        return self.port

    def password_of(self, _user: str) -> str:
        return PASSWORD

    def url(self) -> str:
        return f"{self.security.value}://{self.host}:{self.port}"

    def talk(self, connection: socket.socket) -> None:
        if self.security is Security.TLS:
            with self.secured(connection) as secure, opened(secure) as (reader, writer):
                HostileSession(self, reader, writer, None).run()
        elif self.security is Security.CLEARTEXT:
            with opened(connection) as (reader, writer):
                HostileSession(self, reader, writer, None).run()
        else:
            self._talk_until_tls(connection)

    def _talk_until_tls(self, connection: socket.socket) -> None:
        with opened(connection) as (reader, writer):

            def upgrade() -> None:
                secure = self.secured(connection.dup())
                session.reader, session.writer = secure.makefile("rb"), secure.makefile("wb")
                kept.append(secure)

            kept: list[ssl.SSLSocket] = []
            session = HostileSession(self, reader, writer, upgrade)
            try:
                session.run()
            finally:
                for secure in kept:
                    session.reader.close()
                    session.writer.close()
                    secure.close()

    def stop(self) -> None:
        self.ended.set()
        super().stop()
