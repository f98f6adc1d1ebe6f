"""Whose password must be set anew: proposed from what is known, decided by the admin."""

from __future__ import annotations

from mailsafi_wizard import errors
from mailsafi_wizard.engine import resets
from mailsafi_wizard.model import Mailbox, Side, SignInResult

BOXES = [Mailbox(f"{name}@x.ke", name, f"{name}@x.ke", number) for number, name in enumerate("abcd", 1)]
KNOWN = {(box.id, Side.SOURCE) for box in BOXES[1:]}


def refused(number: int, error: type[errors.MigrationError]) -> SignInResult:
    made = error(host="imap.x.ke", user=BOXES[number - 1].source_user)
    return SignInResult(number, Side.SOURCE, False, made.title_text, made.hint_text)


def found(choices: dict[int, bool] | None = None, admin: bool = False) -> list[tuple[int, str]]:
    results = {
        (2, Side.SOURCE): refused(2, errors.SignInRefused),
        (3, Side.SOURCE): refused(3, errors.AppPasswordNeeded),
        (4, Side.SOURCE): SignInResult(4, Side.SOURCE, True),
    }
    return [(one.mailbox.id, one.reason) for one in resets.proposed(BOXES, KNOWN, results, choices or {}, admin)]


def test_unknown_and_refused_passwords_are_proposed_and_rules_of_the_server_are_not() -> None:
    assert found() == [(1, resets.UNKNOWN), (2, resets.REFUSED)]


def test_an_expired_password_is_proposed_and_one_that_no_password_helps_is_not() -> None:
    results = {(2, Side.SOURCE): refused(2, errors.PasswordExpired), (3, Side.SOURCE): refused(3, errors.AppPasswordLikely)}
    assert [one.mailbox.id for one in resets.proposed(BOXES[1:], KNOWN, results, {})] == [2]


def test_the_admin_decides() -> None:
    assert found({1: False, 4: True}) == [(2, resets.REFUSED), (4, resets.CHOSEN)]


def test_one_login_for_all_needs_none() -> None:
    assert found(admin=True) == []
    assert found({3: True}, admin=True) == [(3, resets.CHOSEN)]


def test_the_file_for_spreadsheets_calculates_nothing() -> None:
    box = Mailbox("=cmd@x.ke", "+user", "x", 1)
    text = resets.as_csv([resets.Reset(box, resets.UNKNOWN)]).decode("utf-8-sig")
    assert text.splitlines()[1] == "'=cmd@x.ke,'+user,No password is known"
