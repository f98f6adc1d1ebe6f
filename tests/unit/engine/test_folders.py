"""The folder plan: whatever the names, no two source folders become one, and none is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.folders import FolderMap, FolderPlan
from mailsafi_wizard.model import Role
from mailsafi_wizard.net.listing import ListedFolder, Overview
from mailsafi_wizard.net.session import encode_name


def overview(names: list[str] | list[bytes], separator: bytes = b"/", prefix: bytes = b"", **attributes: str) -> Overview:
    made = Overview(prefix, separator)
    for name in names:
        raw = name if isinstance(name, bytes) else encode_name(name)
        flags = frozenset({attributes[str(name)].lower()}) if str(name) in attributes else frozenset()
        made.folders[raw] = ListedFolder(raw, separator, flags)
    return made


def plans(source: Overview, destination: Overview) -> dict[str, FolderPlan]:
    return {plan.source_name: plan for plan in FolderMap(source, destination).plans()}


LEVEL = st.one_of(
    st.sampled_from(
        [
            "INBOX",
            "Inbox",
            "inbox",
            "Sent",
            "Sent Items",
            "Trash",
            "a.b",
            "a_b",
            "a/b",
            "a_b (2)",
            " x ",
            "&",
            "",
            "é",
            "供应商",
            "a\\b",
            'q"q',
        ]
    ),
    st.text(max_size=6),
)
RAW = st.one_of(LEVEL.map(encode_name), st.binary(max_size=8))
SEPARATOR = st.sampled_from([b"/", b".", b"\\", b""])


@given(
    st.lists(st.lists(RAW, min_size=1, max_size=3), max_size=12), SEPARATOR, SEPARATOR, st.sampled_from([b"", b"INBOX."]), st.data()
)
def test_it_is_injective_and_loses_nothing(
    paths: list[list[bytes]], here: bytes, there: bytes, prefix: bytes, data: st.DataObject
) -> None:
    joined = [b"INBOX", *((here or b"~").join(path) for path in paths)]
    source = overview([name for name in dict.fromkeys(joined) if name], here)
    destination = overview(["INBOX", "Sent", "Junk"], there, prefix if there == b"." else b"")
    made = FolderMap(source, destination).plans()
    assert len(made) == len(source.folders)
    targets = [plan.destination for plan in made if not plan.excluded_reason]
    folded = [b"INBOX" if target.upper() == b"INBOX" else target for target in targets]
    assert len(set(folded)) == len(folded)
    assert all(targets)
    assert not any(byte in target for target in targets for byte in (0, 10, 13))


def test_nesting_follows_the_other_sides_separator() -> None:
    found = plans(overview(["INBOX", "A", "A.B", "A.B.C"], b"."), overview(["INBOX"], b"/"))
    assert [found[name].destination for name in ("A", "A.B", "A.B.C")] == [b"A", b"A/B", b"A/B/C"]
    assert not any(plan.renamed for plan in found.values())


def test_a_prefix_is_taken_off_and_put_on() -> None:
    below = overview(["INBOX", "INBOX.Sent", "INBOX.Work.2024"], b".", b"INBOX.")
    flat = overview(["INBOX"], b"/")
    assert plans(below, flat)["INBOX.Work.2024"].destination == b"Work/2024"
    assert (
        plans(overview(["INBOX", "Work/2024"]), overview(["INBOX"], b".", b"INBOX."))["Work/2024"].destination == b"INBOX.Work.2024"
    )


def test_roles_meet_whatever_they_are_called() -> None:
    source = overview(["INBOX", "Gesendet", "Papierkorb", "Spam"], b".")
    destination = overview(["INBOX", "Sent", "Trash", "Junk"], Sent="\\Sent", Trash="\\Trash", Junk="\\Junk")
    found = plans(source, destination)
    assert found["Gesendet"].destination == b"Sent"
    assert found["Papierkorb"].destination == b"Trash"
    assert found["Spam"].destination == b"Junk"
    assert found["Gesendet"].role is Role.SENT


def test_two_folders_with_one_role_stay_two() -> None:
    found = plans(overview(["INBOX", "Sent", "Sent Items"]), overview(["INBOX", "Sent"], Sent="\\Sent"))
    assert {found["Sent"].destination, found["Sent Items"].destination} == {b"Sent", b"Sent Items"}


def test_an_exact_name_goes_before_one_that_is_mended_into_it() -> None:
    found = plans(overview(["INBOX", "a.b", "a_b"], b"/"), overview(["INBOX"], b"."))
    assert found["a_b"].destination == b"a_b"
    assert not found["a_b"].renamed
    assert found["a.b"].destination == b"a_b (2)"
    assert found["a.b"].renamed


def test_what_was_chosen_in_an_earlier_pass_stays() -> None:
    source, destination = overview(["INBOX", "X"]), overview(["INBOX"])
    made = {p.source: p for p in FolderMap(source, destination, {b"X": b"Elsewhere"}).plans()}
    assert made[b"X"].destination == b"Elsewhere"


@pytest.mark.parametrize("prefix", ["Other Users", "Shared Folders"])
def test_other_peoples_folders_are_left_out_and_said(prefix: str) -> None:
    source = overview(["INBOX", f"{prefix}/amina", prefix])
    source.foreign = (f"{prefix}/".encode(),)
    assert plans(source, overview(["INBOX"]))[f"{prefix}/amina"].excluded_reason
    assert not plans(source, overview(["INBOX"]))["INBOX"].excluded_reason
