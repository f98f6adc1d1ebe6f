"""One conversation with a client of an embedded IMAP server: lines, literals, signing in (RFC 3501, 4959, 7888).

Written to be extended: `session` adds the commands; a test makes a misbehaving server by overriding `send`, `greeting` or a
``do_`` method. Knows nothing of listening sockets or certificates.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from typing import BinaryIO

from mailsafi_wizard.demo.imapd.accounts import Account, Accounts, Folder
from mailsafi_wizard.demo.imapd.commands import BadCommand, Command, read_command

CAPABILITIES = "IMAP4rev1 LITERAL+ SASL-IR ID NAMESPACE CHILDREN UNSELECT UIDPLUS MULTIAPPEND SPECIAL-USE QUOTA AUTH=PLAIN"
MAX_LINE = 1 << 20
MAX_LITERAL = 256 << 20


class Refused(Exception):
    """Ends a command with NO; ``code`` without brackets."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(f"[{code}] {text}" if code else text)


class HungUp(Exception):
    """The connection is to be closed."""


class Conversation:
    """Speaks to one client until it leaves. ``reader`` and ``writer`` are the connection's files."""

    capabilities = CAPABILITIES
    before_sign_in = frozenset({"CAPABILITY", "NOOP", "LOGOUT", "ID", "LOGIN", "AUTHENTICATE"})

    def __init__(self, accounts: Accounts, reader: BinaryIO, writer: BinaryIO) -> None:
        self.accounts = accounts
        self.reader, self.writer = reader, writer
        self.account: Account | None = None
        self.selected: tuple[bytes, Folder] | None = None
        self.read_only = False
        self.view: list[int] = []  # UIDs by sequence number, as this client was told

    # --- the conversation

    def run(self) -> None:
        """Until LOGOUT, the client's end or `HungUp`; raises OSError when the connection breaks."""
        with contextlib.suppress(HungUp):
            self.greeting()
            while self.serve_one():
                self.writer.flush()
        self.writer.flush()

    def greeting(self) -> None:
        self.send(f"* OK [CAPABILITY {self.capabilities}] Ready")
        self.writer.flush()

    def serve_one(self) -> bool:
        """One command and its answer; False at the end of the stream."""
        try:
            command = read_command(self.read_line, self.read_exactly, self.go_ahead)
        except BadCommand as error:
            self.send(error.tag + f" BAD {error}".encode())
            return True
        if command is None:
            return False
        try:
            answer = self.obey(command)
        except BadCommand as error:
            self.finish(command, f"BAD {error}")
        except Refused as error:
            self.finish(command, f"NO {error}")
        else:
            self.finish(command, f"OK {answer}")
        if command.name == "LOGOUT":
            raise HungUp
        return True

    def finish(self, command: Command, answer: str) -> None:
        """The tagged answer, after what has changed meanwhile."""
        if self.selected and command.name not in ("FETCH", "STORE", "SEARCH", "CLOSE", "UNSELECT", "LOGOUT"):
            self.tell_changes()
        self.send(command.tag + b" " + answer.encode())

    def obey(self, command: Command) -> str:
        """Carry ``command`` out and give the text after OK."""
        method = getattr(self, "do_" + command.name.lower().replace(" ", "_"), None)
        if method is None:
            raise BadCommand(f"unknown command {command.name}")
        if self.account is None and command.name not in self.before_sign_in:
            raise BadCommand("sign in first")
        # FETCH may wait for its client for long; all else is short and must not be interrupted by another connection.
        alone = self.account.lock if self.account and "FETCH" not in command.name else contextlib.nullcontext()
        with alone:
            text = method(command)
        return text or f"{command.name.capitalize()} done"

    def send(self, line: str | bytes) -> None:
        """One line of the answer."""
        self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def read_line(self) -> bytes:
        line = self.reader.readline(MAX_LINE)
        if line and not line.endswith(b"\n"):
            raise HungUp
        return line

    def read_exactly(self, size: int) -> bytes:
        if size > MAX_LITERAL:
            raise HungUp
        data = self.reader.read(size)
        if len(data) < size:
            raise HungUp
        return data

    def go_ahead(self) -> None:
        self.send("+ go ahead")
        self.writer.flush()

    def tell_changes(self) -> None:
        """EXPUNGE and EXISTS for what other connections did to the selected folder."""
        if self.selected is None:
            return
        folder = self.selected[1]
        for place in range(len(self.view), 0, -1):
            if self.view[place - 1] not in folder.messages:
                del self.view[place - 1]
                self.send(f"* {place} EXPUNGE")
        if len(folder.messages) != len(self.view):
            self.view = list(folder.messages)
            self.send(f"* {len(self.view)} EXISTS")

    # --- in any state

    def do_capability(self, _command: Command) -> str:
        self.send(f"* CAPABILITY {self.capabilities}")
        return ""

    def do_noop(self, _command: Command) -> str:
        return ""

    do_check = do_noop

    def do_id(self, _command: Command) -> str:
        self.send('* ID ("name" "Rehearsal")')
        return ""

    def do_logout(self, _command: Command) -> str:
        self.send("* BYE until next time")
        return ""

    # --- signing in

    def do_login(self, command: Command) -> str:
        return self.sign_in(command.text(0), command.text(1))

    def do_authenticate(self, command: Command) -> str:
        if command.text(0).upper() != b"PLAIN":
            raise Refused("only PLAIN is offered", "CANNOT")
        if len(command.args) > 1:
            answer = command.text(1)
        else:
            self.send("+ ")
            self.writer.flush()
            answer = self.read_line().strip()
        try:
            _authzid, user, password = base64.b64decode(answer, validate=True).split(b"\0")
        except (binascii.Error, ValueError):
            raise BadCommand("that is no PLAIN answer") from None
        return self.sign_in(user, password)

    def sign_in(self, user: bytes, password: bytes) -> str:
        if self.account is not None:
            raise BadCommand("signed in already")
        self.account = self.accounts.sign_in(user.decode("utf-8", "replace"), password.decode("utf-8", "replace"))
        if self.account is None:
            raise Refused("wrong user name or password", "AUTHENTICATIONFAILED")
        return f"[CAPABILITY {self.capabilities}] Signed in"

    @property
    def own(self) -> Account:
        """The account signed in; raises BadCommand before that."""
        if self.account is None:
            raise BadCommand("sign in first")
        return self.account
