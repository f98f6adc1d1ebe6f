"""Changes between runs and under way: what comes, goes or is marked on either side, lost journals, renumbered folders."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Callable

from mailsafi_wizard.demo.letters import Letter
from tests.servers.company import put
from tests.servers.dovecot import Dovecot
from tests.servers.scenes import Play, Scene, letter, scene

INBOX = ("INBOX",)


def new_mail(s: Scene) -> None:
    s.fill()
    before = s.run().copied
    s.fill([*(letter(i) for i in range(5)), letter(9, ("New folder",))], subscribe=False)
    ended = s.run()
    s.check(ended.copied == before + 6, "not just the new mail was copied")


def deleted_at_source(s: Scene) -> None:
    s.fill()
    s.run()
    s.delete(s.source, "1:4")
    ended = s.run(differences=None, may_hold_more=True)
    s.check(not [d for d in s.trial.differences(may_hold_more=True) if "lost" in d], "mail was lost")
    s.check(ended.summary["ledger"]["balanced"] is True, "the ledger does not balance")


def all_deleted_at_source(s: Scene) -> None:
    s.fill([letter(i) for i in range(6)])
    s.run()
    s.delete(s.source, "1:*")
    s.run(differences=None, may_hold_more=True)
    s.check(len(s.there().folders[INBOX]) == 6, "the copies are gone")


def flags_follow(s: Scene) -> None:
    s.fill()
    s.run()
    s.flag(s.source, "1:5", "+FLAGS", "\\Flagged Muhimu")
    s.flag(s.source, "6", "-FLAGS", "\\Seen")
    s.run()


def flags_of_the_user_stay(s: Scene) -> None:
    s.fill([letter(i, flags=("\\Seen",)) for i in range(4)])
    s.run()
    s.flag(s.destination, "1", "+FLAGS", "\\Flagged")
    s.flag(s.destination, "2", "-FLAGS", "\\Seen")
    s.flag(s.source, "1", "+FLAGS", "\\Answered")
    s.run(differences=None)
    flags = [m.flags for m in s.there().folders[INBOX]]
    s.check(flags[0] == {"\\Seen", "\\Flagged", "\\Answered"}, f"the first has {flags[0]}")
    s.check(flags[1] == frozenset(), f"the second has {flags[1]}")


def deleted_at_destination(s: Scene) -> None:
    s.fill()
    s.run()
    held = len(s.there().folders[INBOX])
    s.delete(s.destination, "2:3")
    s.run(differences=None)
    s.check(len(s.there().folders[INBOX]) == held - 2, "what the user deleted came back")
    s.fill([letter(1)], subscribe=False)
    s.run(differences=None)
    s.check(len(s.there().folders[INBOX]) == held - 1, "what the user deleted came back later")


def moved_at_destination(s: Scene) -> None:
    s.fill()
    s.run()
    with s.at(s.destination) as client:
        client.create('"Filed"')
        client.uid("MOVE", "1:5", '"Filed"')
    count = s.there().messages
    s.run(differences=None)
    s.check(s.there().messages == count, "what the user moved came back")


def folder_deleted_at_destination(s: Scene) -> None:
    s.fill([*[letter(i) for i in range(3)], letter(7, ("Old things",))])
    s.run()
    with s.at(s.destination) as client:
        client.delete('"Old things"')
    s.run(differences=None)
    s.check(("Old things",) not in s.there().folders, "a folder that the user deleted came back")


def folder_deleted_at_source(s: Scene) -> None:
    s.fill([*[letter(i) for i in range(3)], letter(7, ("Old things",))])
    s.run()
    with s.at(s.source) as client:
        client.delete('"Old things"')
    s.run(differences=None, may_hold_more=True)
    s.check(len(s.there().folders[("Old things",)]) == 1, "the copy is gone")


def journal_lost(s: Scene) -> None:
    mail = s.fill()
    s.run()
    _forget(s)
    ended = s.run()
    ledger = ended.summary["ledger"]
    s.check((ledger["copied"], ledger["present"]) == (0, len(mail)), f"{ledger['copied']} copied again")


def _forget(s: Scene) -> None:
    for file in s.folder.glob("acme.mailsafi*"):
        file.unlink()


def journal_lost_half_way(s: Scene) -> None:
    mail = s.fill()
    s.run()
    s.delete(s.destination, "3:9")
    _forget(s)
    ended = s.run(order=False)
    s.check(ended.summary["ledger"]["present"] == len(mail) - 7, "what was there was not found")


def journal_rolled_back(s: Scene) -> None:
    s.fill()
    s.run()
    kept = s.folder.parent / f"{s.folder.name}.kept"
    shutil.copy(s.trial.project, kept)
    s.fill([letter(i) for i in range(8)], subscribe=False)
    s.run()
    _forget(s)
    shutil.copy(kept, s.trial.project)
    s.run()
    s.fill([letter(i) for i in range(10, 14)], subscribe=False)
    s.run()


def half_full(s: Scene) -> None:
    mail = s.fill()
    put(s.destination, s.user, mail[::2])
    ended = s.run(order=False)
    s.check(ended.summary["ledger"]["present"] == len(mail[::2]), "what was there was not found")


def own_mail(s: Scene) -> None:
    put(s.destination, s.user, [letter(i, flags=("\\Flagged",)) for i in range(100, 110)])
    own = s.there().folders[INBOX]
    s.fill()
    s.run(differences=None, may_hold_more=True)
    s.check(s.trial.differences(may_hold_more=True) == [], "something is missing")
    s.check(s.there().folders[INBOX][:10] == own, "the user's own mail was touched")
    s.run(differences=None, may_hold_more=True)
    s.check(len(s.there().folders[INBOX]) == len(s.here().folders[INBOX]) + 10, "a second run doubled mail")


def equal_mail_there(s: Scene) -> None:
    """Ten equal messages on the source, three of them at the destination."""
    put(s.destination, s.user, [letter(5)] * 3)
    s.fill([letter(5)] * 10 + [letter(6)])
    s.run(order=False)
    s.run(order=False)
    s.check(len(s.there().folders[INBOX]) == 11, "equal mail was merged or doubled")


def one_message_id(s: Scene) -> None:
    """Two different messages with one Message-ID and one size."""
    same = "Message-ID: <same@example.org>\r\n"
    s.fill([letter(1), *(letter_with(same, text) for text in ("one", "two", "two", "six"))])
    s.run()
    _forget(s)
    s.run()


def letter_with(header: str, text: str) -> Letter:
    return dataclasses.replace(letter(1), body=f"{header}Subject: x\r\n\r\n{text}\r\n".encode())


def renumbered(side: str) -> Callable[[Scene], None]:
    """UIDVALIDITY of INBOX changes between runs."""

    def act(s: Scene) -> None:
        mail = s.fill()
        s.run()
        servers = [s.source, s.destination] if side == "both" else [getattr(s, side)]
        for number, server in enumerate(servers):
            assert isinstance(server, Dovecot)
            validity = str(1_900_000_000 + number)
            server.doveadm("mailbox", "update", "-u", s.user, "--uid-validity", validity, "INBOX")
        ended = s.run()
        s.check(ended.summary["ledger"]["source"] == len(mail), "the count is not right")
        s.fill([letter(i) for i in range(3)], subscribe=False)
        s.run()
        s.delete(s.destination, "1:2")
        s.run(differences=None)
        s.check(s.there().messages == len(mail) + 1, "what the user deleted came back")

    return act


def store_made_anew(s: Scene) -> None:
    """The destination lost everything and is empty again under other numbers."""
    s.fill()
    s.run()
    assert isinstance(s.destination, Dovecot)
    shutil.rmtree(s.destination.home(s.user))
    s.run(subscriptions=False)


def under_way(s: Scene) -> None:
    """Mail comes, goes and is marked while runs go on; the last run, in peace, brings the rest."""
    mail = s.fill(None, subscribe=False)
    ended = threading.Event()
    thread = threading.Thread(target=_disturb, args=(s, ended))
    thread.start()
    try:
        for _run in range(3):
            one = s.trial.run()
            s.verdict.take(one, [])
            s.check(one.status == 0, f"exit status {one.status} while mail came and went")
    finally:
        ended.set()
        thread.join()
    s.run(differences=None, may_hold_more=True, order=False)
    left = s.trial.differences(may_hold_more=True, order=False)
    s.check(left == [], f"{len(mail)} and more: {left[:3]}")


def _disturb(s: Scene, ended: threading.Event) -> None:
    number = 1000
    while not ended.is_set():
        put(s.source, s.user, [letter(number), letter(number + 1, ("Sent",))])
        s.flag(s.source, f"{(number - 1000) // 2 % 20 + 1}", "+FLAGS", "\\Flagged")
        if number % 10 == 0:
            s.delete(s.source, f"{30 + number % 7}")
        number += 2


ALL: dict[str, Callable[[Scene], None]] = {
    "change-new-mail": new_mail,
    "change-deleted-at-source": deleted_at_source,
    "change-all-deleted-at-source": all_deleted_at_source,
    "change-flags-follow": flags_follow,
    "change-flags-of-the-user-stay": flags_of_the_user_stay,
    "change-deleted-at-destination": deleted_at_destination,
    "change-moved-at-destination": moved_at_destination,
    "change-folder-deleted-at-destination": folder_deleted_at_destination,
    "change-folder-deleted-at-source": folder_deleted_at_source,
    "change-journal-lost": journal_lost,
    "change-journal-lost-half-way": journal_lost_half_way,
    "change-journal-rolled-back": journal_rolled_back,
    "change-half-full": half_full,
    "change-own-mail": own_mail,
    "change-equal-mail-there": equal_mail_there,
    "change-one-message-id": one_message_id,
    "change-uidvalidity-source": renumbered("source"),
    "change-uidvalidity-destination": renumbered("destination"),
    "change-uidvalidity-both": renumbered("both"),
    "change-store-made-anew": store_made_anew,
    "change-under-way": under_way,
}


def all_changes() -> dict[str, Play]:
    return {name: scene(name, act) for name, act in ALL.items()}
