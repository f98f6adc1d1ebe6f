"""When to stop trying sign-ins: early where there is one common cause, never because of a few wrong passwords among good ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.engine.caution import FEW, FEW_OF_ONE_LOGIN, FEW_SHUT_OUT, SHUT_OUT, Caution, words

KINDS = ["", "SignInRefused", "ImapOff", "Blocked", "NoRights", "ConnectTimeout", "NotTrusted"]


def tried(caution: Caution, *kinds: str) -> int:
    """Tries one after the other; how many were begun."""
    for count, kind in enumerate(kinds):
        if not caution.may_begin():
            return count
        caution.begun()
        caution.ended(kind)
    return len(kinds)


def test_one_common_cause_from_the_start_ends_it() -> None:
    caution = Caution()
    assert tried(caution, *["ImapOff"] * 50) == FEW
    assert (caution.cause, caution.refusals) == ("ImapOff", FEW)


def test_wrong_passwords_among_good_ones_are_only_that() -> None:
    caution = Caution()
    assert tried(caution, *["SignInRefused"] * (FEW - 1), "", *["SignInRefused"] * 90) == FEW + 90
    assert caution.cause == ""


def test_different_refusals_are_no_common_cause() -> None:
    caution = Caution()
    tried(caution, *["SignInRefused", "ImapOff"] * (FEW - 1))
    assert caution.cause == ""


def test_one_administrators_password_is_tried_less_often() -> None:
    caution = Caution(one_login=True)
    assert tried(caution, *["SignInRefused"] * 9) == FEW_OF_ONE_LOGIN
    assert words(caution.cause, True) != words(caution.cause, False)


def test_being_turned_away_ends_it_even_after_successes() -> None:
    caution = Caution()
    assert tried(caution, *[""] * 40, *["Blocked"] * 40) == 40 + FEW_SHUT_OUT
    assert caution.cause == "Blocked"
    calm = Caution()
    assert tried(calm, *["", "Blocked", "Blocked"] * 10) == 30


def test_the_admin_may_have_the_others_tried_but_not_against_a_closed_door() -> None:
    assert tried(Caution(all_the_same=True), *["ImapOff"] * 50) == 50
    assert tried(Caution(all_the_same=True), *["Blocked"] * 50) == FEW_SHUT_OUT


def test_those_under_way_count_as_if_refused_so_that_never_more_are_tried() -> None:
    caution = Caution()
    for _ in range(FEW):
        assert caution.may_begin() is True
        caution.begun()
    assert caution.may_begin() is False
    caution.withdrawn()
    assert caution.may_begin() is True
    caution.begun()
    caution.ended("")
    assert caution.may_begin() is True


@given(st.lists(st.sampled_from(KINDS), max_size=60), st.integers(1, 16), st.booleans())
def test_side_by_side_no_more_than_the_few_are_refused_before_the_first_success(
    kinds: list[str], at_once: int, one_login: bool
) -> None:
    caution, under_way, judged = Caution(one_login), list[str](), list[str]()
    for kind in kinds:
        while len(under_way) >= at_once or (under_way and caution.may_begin() is False):
            judged.append(under_way.pop(0))
            caution.ended(judged[-1])
        if caution.may_begin() is None:
            break
        assert caution.may_begin() is True
        caution.begun()
        under_way.append(kind)
    for kind in under_way:
        judged.append(kind)
        caution.ended(kind)
    before = judged[: judged.index("")] if "" in judged else judged
    most = FEW_OF_ONE_LOGIN if one_login else FEW
    assert all(before.count(kind) <= most for kind in set(before))


def test_there_are_words_for_every_kind_of_refusal() -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.ServerError):
            why, remedy = words(kind.__name__)
            assert why
            assert remedy
    assert all(hasattr(errors, kind) for kind in SHUT_OUT)
    assert words("NewKind", hint="Do this.") == ("each for the same reason", "Do this.")
    assert words("StyleUnknown", one_login=True) == words("SignInRefused", one_login=True)
