"""Telling the users: the notices in the project's own words, who sends them by which server, the sending itself, and who was told what and when."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from mailsafi_wizard import errors
from mailsafi_wizard.model import Mailbox, Secret, Security, Side, SignIn, SignInStyle
from mailsafi_wizard.model.telling import MailServer, Sender, Told, ToldState
from mailsafi_wizard.project.sending_server import PLACE, TESTED, SendingServer
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.saving import write_each, write_whole
from mailsafi_wizard.store import told as told_rows
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mailsafi_wizard.engine.notice_round import Letter
    from mailsafi_wizard.net.smtp import Mailer
    from mailsafi_wizard.notices import Draft, Finding, Notice

BROKEN_OFF = (
    N_("The program ended while this notice was handed over"),
    N_("It may have arrived. Ask the user, or send it again: mail programs mostly show a repeated one only once."),
)
PERSONAL = "reset-password"  # the notice that is for those only whose password is to be set anew
BY_WORD = N_("You said that it had arrived")
CLOSING = 20.0  # seconds that closing waits for the mail in flight


@dataclass(frozen=True)
class Standing:
    """How one notice stands: the outcome for each address of a mailbox, and those that nothing was done for."""

    outcomes: Mapping[str, Told] = field(default_factory=dict)  # by address, lower case
    untold: tuple[Mailbox, ...] = ()
    people: int = 0

    def count(self, *states: ToldState) -> int:
        return sum(one.state in states for one in self.outcomes.values())

    @property
    def sent(self) -> int:
        return self.count(ToldState.SENT)

    @property
    def all_sent(self) -> bool:
        return 0 < self.people == self.sent

    @property
    def last(self) -> dt.datetime | None:
        """When the newest outcome came."""
        return max((one.at for one in self.outcomes.values()), default=None)


@dataclass(frozen=True)
class Post:
    """One mail of a round. ``mail(sender, now, Message-ID)`` makes it and may raise NoAddress; ``each_anew``: no two of a kind are the same mail."""

    box: Mailbox
    kind: str
    language: str
    mail: Callable[[Sender, dt.datetime, str], EmailMessage]
    each_anew: bool = False

    @classmethod
    def of(cls, box: Mailbox, notice: Notice) -> Self:
        """A notice as the mail to ``box``'s address."""
        from mailsafi_wizard.notices.mail import outgoing

        return cls(box, notice.kind, notice.language, lambda sender, now, name: outgoing(notice, box.address, sender, now, name))


class TellingUsers(SendingServer):
    """Notices of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._stop_sending = threading.Event()
        self._sending_lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._told: tuple[tuple[int, int], tuple[Told, ...]] | None = None  # the rows last read, and of which stamp they are

    # --- words

    def notice_draft(self, kind: str, language: str) -> Draft:
        """The project's own words for a notice, or the original ones."""
        from mailsafi_wizard import notices

        return notices.Draft.of(self.note(f"notice.{language}.{kind}") or notices.source(kind, language))

    def has_own_words(self, kind: str, language: str) -> bool:
        return self.note(f"notice.{language}.{kind}") != ""

    def set_notice_draft(self, kind: str, language: str, draft: Draft | None) -> None:
        """Keeps the admin's words; None, or the original's own words, puts the original back."""
        from mailsafi_wizard import notices

        original = notices.Draft.of(notices.source(kind, language))
        self.set_note(f"notice.{language}.{kind}", "" if draft is None or draft == original else draft.template())

    def notice(self, kind: str, language: str, box: Mailbox, draft: Draft | None = None) -> Notice:
        """A notice as ``box``'s user gets it; ``draft``: other words than those kept. Raises NoticeError."""
        from mailsafi_wizard import notices

        words = (draft or self.notice_draft(kind, language)).template()
        return notices.make(kind, language, self._notice_fields(box, language), words)

    def notice_findings(self, kind: str, language: str, draft: Draft) -> tuple[Finding, ...]:
        """What is to be mended in a draft, for all users."""
        from mailsafi_wizard import notices
        from mailsafi_wizard.notices.values import longest

        boxes = self.mailboxes() or (Mailbox("name@example.com", "name", "name@example.com"),)
        values = longest([self._notice_fields(box, language) for box in boxes])
        return notices.check(kind, language, draft, values)

    def _notice_fields(self, box: Mailbox, language: str) -> dict[str, str]:
        from mailsafi_wizard import notices

        return notices.fields(self.company, box, self.endpoint(Side.DESTINATION), language)

    # --- sending

    def send_test(self, kind: str, language: str, to: str, token: Secret | None = None) -> Told:
        """One notice to the admin, as the first user would get it; raises what hinders it. Recorded, and needed before the first real one."""
        box = next(iter(self.mailboxes()), None) or Mailbox(to, to, to)
        self.set_note(TESTED, "")  # an earlier one says nothing any more when this one fails
        heard: list[Told] = []
        notice = self._ready(kind, language, [box])[0][1]
        self._send([Post.of(Mailbox(to, to, to), notice)], heard.append, token, test=True)
        done = heard[-1]
        if done.state is ToldState.SENT:
            self.set_note(TESTED, self._test_name())
        return done

    def send_notice(
        self,
        kind: str,
        language: str,
        report: Callable[[Told], None],
        *,
        addresses: Collection[str] | None = None,
        again: bool = False,
        token: Secret | None = None,
    ) -> bool:
        """Sends a notice to all who have not got it (of ``addresses``, None for all); blocks, and can be stopped. True when it came to the end.

        ``again``: also to those who have it, or may have it; the admin has said yes to that. ``report`` is called on this thread.
        ``token``: an access token in the place of the kept secret. Raises WrongUsage before a test went well or where the notice is not ready,
        and what ends the sending for all: those who were not reached yet stay to be sent to.
        """
        if not self.sending_tested:
            raise errors.WrongUsage(what=N_("Send a test to yourself first"))
        made = self._ready(kind, language, self.to_tell(kind, again, addresses))
        return self._send([Post.of(box, notice) for box, notice in made], report, token)

    def to_tell(self, kind: str, again: bool = False, addresses: Collection[str] | None = None) -> list[Mailbox]:
        """Whom `send_notice` would send to: each address once; of all whom the notice concerns, or of ``addresses`` whoever they are."""
        have = self.notice_standing(kind).outcomes
        concerned = self._concerned(kind)
        if addresses is not None:
            wanted: Collection[str] | None = {address.lower() for address in addresses}
        else:
            wanted = None if concerned is None else concerned | have.keys()
        found: dict[str, Mailbox] = {}
        for box in self.mailboxes():
            address = box.address.lower()
            done = have.get(address)
            if (again or done is None or done.state.open) and (wanted is None or address in wanted):
                found.setdefault(address, box)
        return list(found.values())

    def concerned_by(self, kind: str) -> list[Mailbox]:
        """Whom a notice is for, whether they have it or not; raises WrongUsage when that is nobody."""
        concerned = self._concerned(kind)
        boxes = [box for box in self.mailboxes() if concerned is None or box.address.lower() in concerned]
        if not boxes:
            raise errors.WrongUsage(what=N_("This notice concerns nobody now"))
        return boxes

    def _concerned(self, kind: str) -> set[str] | None:
        """Addresses of those a notice is for; None for everybody."""
        return {reset.mailbox.address.lower() for reset in self.resets()} if kind == PERSONAL else None

    def _ready(self, kind: str, language: str, boxes: Iterable[Mailbox]) -> list[tuple[Mailbox, Notice]]:
        """The notice for each; raises WrongUsage when it can't be sent like this, NoticeError."""
        draft = self.notice_draft(kind, language)
        wrong = next((one for one in self.notice_findings(kind, language, draft) if one.wrong), None)
        if wrong is not None:
            raise errors.WrongUsage(what=wrong.text.format(what=wrong.named))
        made = [(box, self.notice(kind, language, box, draft)) for box in boxes]
        missing = dict.fromkeys(name for _box, notice in made for name in notice.missing)
        if missing:
            raise errors.WrongUsage(
                what=N_("The notice is not ready: {fields} is not entered yet").format(fields=", ".join(missing))
            )
        return made

    def stop_sending(self) -> None:
        """After the mail in flight. Returns at once."""
        self._stop_sending.set()

    @property
    def sending(self) -> bool:
        return not self._idle.is_set()

    def _end_sending(self) -> None:
        self.stop_sending()
        self._idle.wait(CLOSING)

    def _send(self, made: list[Post], report: Callable[[Told], None], token: Secret | None, test: bool = False) -> bool:
        from mailsafi_wizard.engine.notice_round import NoticeRound

        server = self.mail_server()
        if server.endpoint is None:
            raise errors.WrongUsage(what=N_("Enter the server that sends first"))
        letters, rows = self._letters(made, test, report)
        mailer = self._mailer(server, token)
        keeper = _Keeper(self._journal, rows, report)
        with self._sending_lock:
            if self.sending:
                raise errors.WrongUsage(what=N_("Notices are being sent already"))
            self._idle.clear()
        self._stop_sending.clear()
        try:
            return NoticeRound(mailer, keeper.begin, keeper.ended, self._stop_sending, server.rate).run(letters)
        finally:
            self._idle.set()
            self._secrets.rest()

    def _mailer(self, server: MailServer, token: Secret | None) -> Callable[[], Mailer]:
        from mailsafi_wizard.net.smtp import Mailer

        assert server.endpoint is not None
        endpoint, trust, patience = server.endpoint, self._trust, self.patience
        secret = token or self._secrets.get_at((0, PLACE))
        if server.user and not secret:
            raise errors.WrongUsage(
                what=N_("No password is known for {user} at {host}").format(user=server.user, host=endpoint.host)
            )
        if server.user and endpoint.security is Security.CLEARTEXT:
            raise errors.WrongUsage(what=N_("A password is sent over a secure connection only"))
        style = SignInStyle.XOAUTH2 if server.oauth or token else SignInStyle.PASSWORD
        who = SignIn(server.user, secret, style) if server.user and secret else None
        return lambda: Mailer(endpoint, trust, who, patience)

    def _letters(self, made: list[Post], test: bool, report: Callable[[Told], None]) -> tuple[list[Letter], dict[int, Told]]:
        """The mails, and by their keys what is written down of each. One whose address can't be written is refused here."""
        from mailsafi_wizard.engine.notice_round import Letter
        from mailsafi_wizard.mails import NoAddress, wire_address
        from mailsafi_wizard.net.smtp import Envelope
        from mailsafi_wizard.notices.mail import message_id, test_id

        sender, now = self.sender(), dt.datetime.now(self.company.zone)
        domain = wire_address(sender.address).rpartition("@")[2]
        letters, rows = [], {}
        for key, post in enumerate(made):
            box = post.box
            anew = test or post.each_anew
            name = test_id(domain) if anew else message_id(self._notice_root(), post.kind, box.address, domain)
            row = Told(
                0 if test else box.id, post.kind, post.language, box.address, ToldState.SENDING, now.astimezone(dt.UTC), name
            )
            try:
                mail = post.mail(sender, now, name)
                envelope = Envelope(
                    wire_address(sender.address), wire_address(box.address), mail.as_bytes(), name.strip("<>").partition("@")[0]
                )
            except NoAddress as error:
                if test:
                    raise
                refused = _outcome(row, ToldState.REFUSED, error)
                told_rows.put(self._journal, refused)
                report(refused)
                continue
            letters.append(Letter(key, envelope))
            rows[key] = row
        return letters, rows

    def _notice_root(self) -> str:
        """A name for this project that stays, from which the mails' names are made."""
        if not self.note("smtp.root"):
            import uuid

            self.set_note("smtp.root", str(uuid.uuid4()))
        return self.note("smtp.root")

    # --- mail files

    def save_notices(self, kind: str, language: str, folder: Path) -> int:
        """One .eml file for each user in a folder of its own; returns how many. Raises OSError, WrongUsage, NoticeError, NoAddress."""
        from mailsafi_wizard.notices import as_mail

        boxes = self.concerned_by(kind)
        now = dt.datetime.now(dt.UTC)
        local = now.astimezone(self.company.zone)
        made = [(box, as_mail(notice, box, self.company, local).as_bytes()) for box, notice in self._ready(kind, language, boxes)]
        write_each(folder / kind, made, lambda one: one[0].address, ".eml", lambda one, path: write_whole(path, one[1]))
        for box, _data in made:
            told_rows.put(self._journal, Told(box.id, kind, language, box.address, ToldState.SAVED, now))
        self.set_note(f"done.notice.{kind}", now.isoformat(timespec="seconds"))
        return len(made)

    # --- who was told what

    def told(self) -> tuple[Told, ...]:
        """Everything that was sent, tried or saved, in order; tests to the admin have no mailbox."""
        with self._sending_lock:
            if not self.sending:
                told_rows.settle(self._journal, *BROKEN_OFF)
        stamp, known = told_rows.stamp(self._journal), self._told
        if known is None or known[0] != stamp:
            known = self._told = (stamp, told_rows.all_told(self._journal))
        return known[1]

    def notice_standings(self) -> dict[str, Standing]:
        """By kind of notice; kinds that nothing was done for are in it too."""
        from mailsafi_wizard.notices import KINDS

        return {kind: self._standing(kind, outcomes) for kind, outcomes in self._outcomes(KINDS).items()}

    def _outcomes(self, kinds: Iterable[str]) -> dict[str, dict[str, Told]]:
        """What counts for each address of a mailbox, by kind."""
        addresses = {box.address.lower() for box in self.mailboxes()}
        found: dict[str, dict[str, Told]] = {kind: {} for kind in kinds}
        for one in self.told():
            address = one.address.lower()
            if one.mailbox_id and address in addresses and one.notice in found:
                known = found[one.notice].get(address)
                found[one.notice][address] = one if known is None else _weightier(known, one)
        return found

    def _standing(self, kind: str, outcomes: dict[str, Told]) -> Standing:
        boxes = {box.address.lower(): box for box in reversed(self.mailboxes())}
        concerned = self._concerned(kind)
        people = boxes.keys() if concerned is None else concerned | outcomes.keys()
        untold = [box for address, box in reversed(boxes.items()) if address in people and address not in outcomes]
        return Standing(outcomes, tuple(untold), len(people))

    def say_arrived(self, kind: str, addresses: Collection[str]) -> None:
        """The admin's own word: users whose notice was perhaps sent have it."""
        wanted = {address.lower() for address in addresses}
        for address, one in self.notice_standing(kind).outcomes.items():
            if address in wanted and one.state is ToldState.PERHAPS:
                now = dt.datetime.now(dt.UTC)
                word = Told(one.mailbox_id, kind, one.language, one.address, ToldState.SENT, now, one.message_id, BY_WORD)
                told_rows.put(self._journal, word)

    def notice_standing(self, kind: str) -> Standing:
        return self._standing(kind, self._outcomes([kind])[kind])

    def notices_sent(self) -> dict[str, dt.datetime]:
        """When a notice of the plan had gone to every user, by kind."""
        from mailsafi_wizard.notices import KINDS

        found = self._outcomes(kind for kind in KINDS if kind != PERSONAL)
        standings = {kind: self._standing(kind, outcomes) for kind, outcomes in found.items() if outcomes}
        return {kind: one.last for kind, one in standings.items() if one.all_sent and one.last}


class _Keeper:
    """Writes down what happens to each letter of a round, at once."""

    def __init__(self, journal: Journal, rows: Mapping[int, Told], report: Callable[[Told], None]) -> None:
        self._journal, self._rows, self._report = journal, rows, report
        self._number = 0

    def begin(self, letter: Letter) -> None:
        self._number = told_rows.begin(self._journal, self._rows[letter.key])

    def ended(self, letter: Letter, state: ToldState, error: errors.MigrationError | None) -> None:
        done = _outcome(self._rows[letter.key], state, error)
        told_rows.end(self._journal, self._number, state, done.at, (done.cause, done.remedy, done.detail))
        self._report(done)


def _outcome(row: Told, state: ToldState, error: errors.MigrationError | None) -> Told:
    why = (error.title_text, error.hint_text, error.detail) if error else ("", "", "")
    now = dt.datetime.now(dt.UTC)
    return Told(row.mailbox_id, row.notice, row.language, row.address, state, now, row.message_id, *why)


def _weightier(known: Told, newer: Told) -> Told:
    """What counts of two outcomes: that it was sent, then that it may have been, then the newer one."""
    for state in (ToldState.SENT, ToldState.SENDING, ToldState.PERHAPS):
        if newer.state is state:
            return newer
        if known.state is state:
            return known
    return newer
