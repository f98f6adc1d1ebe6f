"""What is kept must never be older than the last word that it is no longer true."""

from __future__ import annotations

from pathlib import Path

from mailsafi_wizard.model import Mailbox, Side, SignInResult
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.remembered import Remembered


def test_it_asks_once_until_it_is_told() -> None:
    answers = iter(range(10))
    kept = Remembered(lambda: next(answers))
    assert [kept.get(), kept.get()] == [0, 0]
    kept.forget()
    assert [kept.get(), kept.get()] == [1, 1]


def test_an_answer_during_which_something_changed_is_not_kept() -> None:
    answers = iter(range(10))

    def ask() -> int:
        found = next(answers)
        if found == 0:
            kept.forget()  # somebody writes between the question and the answer
        return found

    kept = Remembered(ask)
    assert [kept.get(), kept.get(), kept.get()] == [0, 1, 1]


def test_the_lists_of_a_project_follow_every_change(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "p.mailsafi")
    assert journal.mailboxes() == ()
    journal.put_mailboxes([Mailbox("a@x", "a", "a"), Mailbox("b@x", "b", "b")])
    assert [box.address for box in journal.mailboxes()] == ["a@x", "b@x"]
    assert not journal.sign_ins()
    for box in (1, 2):
        journal.put_sign_in(SignInResult(box, Side.SOURCE, True))
        assert (box, Side.SOURCE) in journal.sign_ins()
    journal.forget_sign_ins([(1, "source")])
    assert list(journal.sign_ins()) == [(2, Side.SOURCE)]
    journal.remove_mailboxes([2])
    assert [box.address for box in journal.mailboxes()] == ["a@x"]
    assert not journal.sign_ins()
    journal.put_mailboxes([Mailbox("new@x", "a", "a")])
    assert [box.address for box in journal.mailboxes()] == ["new@x"]
    journal.close()
