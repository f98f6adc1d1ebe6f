"""Which folder goes where: never two into one, every name one that the destination can hold, roles kept."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard.engine.folders import FolderMap, FolderPlan, levels, parents
from mailsafi_wizard.net.grammar import decode_name, encode_name
from mailsafi_wizard.net.listing import ListedFolder, Overview, inbox_folded

Names = dict[bytes, str]


def overview(
    names: Iterable[bytes] | Names, separator: bytes = b"/", prefix: bytes = b"", foreign: tuple[bytes, ...] = ()
) -> Overview:
    """A mailbox as listed; a name's attributes stand in a dict, such as "\\\\Sent \\\\Subscribed"."""
    given_names = names if isinstance(names, dict) else dict.fromkeys(names, "")
    result = Overview(prefix, separator, foreign)
    for name, attributes in given_names.items():
        flags = frozenset(attributes.lower().split())
        raw = inbox_folded(name)
        result.folders[raw] = ListedFolder(raw, separator, flags, "\\subscribed" in flags)
    return result


def planned(source: Overview, destination: Overview) -> dict[str, str]:
    """Names for people: source -> destination, "" for what is left out."""
    return {plan.source_name: plan.destination_name for plan in FolderMap(source, destination).plans()}


# --- properties

PARTS = st.one_of(
    st.sampled_from([
        b"INBOX", b"inbox", b"Inbox", b"Sent", b"sent items", b"Archive", b"a", b"A", b"a (2)", b"a.b", b"a/b", b"a\\b", b"a_b", b"_", b"", b" ",
        b"&AOk-", b"&AOk", b"&-", b"&", b"&2D0-", b"\xff", "Entwürfe".encode(), encode_name("مسودات"), encode_name("a\x01b"), b"x" * 300,
        encode_name("é" * 210), b"a\tb", b"~", b"*", b"%", b'"', encode_name("a\u2028b"),
    ]),
    st.binary(min_size=1, max_size=4),
    st.text(max_size=4).filter(lambda t: not any(0xD800 <= ord(c) <= 0xDFFF for c in t)).map(encode_name),
)  # fmt: skip
SEPARATORS = st.sampled_from([b"/", b".", b"\\", b""])
ATTRIBUTES = st.sampled_from(["", "", "\\Sent", "\\Noselect", "\\Trash \\Subscribed", "\\Junk", "\\All", "\\Flagged", "\\Archive"])


@st.composite
def mailboxes(draw: st.DrawFn, parts: st.SearchStrategy[bytes] = PARTS) -> Overview:
    separator = draw(SEPARATORS)
    prefix = draw(st.sampled_from([b"", b"INBOX" + separator])) if separator else b""
    paths = draw(st.lists(st.lists(parts, min_size=1, max_size=3), max_size=8))
    names: Names = {}
    if draw(st.booleans()):
        names[b"INBOX"] = ""
    for path in paths:
        name = separator.join(path) if separator else path[0]
        names[draw(st.sampled_from([b"", prefix])) + name] = draw(ATTRIBUTES)
    return overview({name: flags for name, flags in names.items() if name}, separator, prefix)


ORDERLY = mailboxes(st.sampled_from([b"INBOX", b"Sent", b"Posted", b"Archive", b"Kazi", b"a", b"a_b", b"a (2)", b"&AOk-"]))


def folded(raw: bytes) -> bytes:
    return raw.upper() if raw.upper() == b"INBOX" else raw


def sound(plans: list[FolderPlan], source: Overview, destination: Overview) -> None:
    """What must hold of every plan."""
    assert sorted(p.source for p in plans) == sorted(source.folders)
    targets = [folded(p.destination) for p in plans if not p.excluded_reason]
    assert len(set(targets)) == len(targets), "two source folders in one destination folder"
    for plan in plans:
        assert bool(plan.destination) != bool(plan.excluded_reason)
        assert (folded(plan.destination) == b"INBOX") == (plan.source == b"INBOX" and not plan.excluded_reason)
        if plan.destination and plan.destination not in destination.folders:
            assert decode_name(plan.destination)[1], "a name that is no modified UTF-7"
            assert all(0x20 <= byte < 0x7F for byte in plan.destination)
            assert all(level.strip() for level in levels(plan.destination, destination))


@given(mailboxes(), ORDERLY)
@example(overview([b"INBOX.INBOX", b"INBOX"], b".", b"INBOX."), overview([b"INBOX"]))
@example(overview([b"inbox/a", b"INBOX/a", b"INBOX", b"a"]), overview([b"INBOX"], b".", b"INBOX."))
@example(overview([b"a_b", b"a.b", b"a_b (2)"]), overview([], b"."))
def test_never_two_folders_in_one_and_always_a_name_that_can_be(source: Overview, destination: Overview) -> None:
    sound(FolderMap(source, destination).plans(), source, destination)


@given(mailboxes(), ORDERLY)
def test_what_was_decided_stays(source: Overview, destination: Overview) -> None:
    first = {p.source: p.destination for p in FolderMap(source, destination).plans() if p.destination}
    again = FolderMap(source, destination, first)
    plans = again.plans()
    assert {p.source: p.destination for p in plans if p.destination} == first


@given(mailboxes(), ORDERLY, st.data())
def test_folders_that_come_later_never_take_a_place_that_is_taken(
    source: Overview, destination: Overview, data: st.DataObject
) -> None:
    early = data.draw(st.sets(st.sampled_from(sorted(source.folders) or [b"INBOX"])))
    before = overview({n: " ".join(f.attributes) for n, f in source.folders.items() if n in early}, source.separator, source.prefix)
    known = {p.source: p.destination for p in FolderMap(before, destination).plans() if p.destination}
    plans = FolderMap(source, destination, known).plans()
    sound(plans, source, destination)
    assert {p.source: p.destination for p in plans if p.source in known and p.destination} == {
        n: d for n, d in known.items() if any(p.source == n and p.destination for p in plans)
    }


@given(mailboxes(), ORDERLY)
def test_a_safe_name_is_free_and_plain(source: Overview, destination: Overview) -> None:
    folders = FolderMap(source, destination)
    plans = [p for p in folders.plans() if p.destination and p.source != b"INBOX"]
    safe = [folders.safe_variant(p) for p in plans]
    targets = [folded(p.destination) for p in safe]
    assert len(set(targets)) == len(targets)
    assert b"INBOX" not in targets
    assert all(p.renamed for p in safe)
    assert all(len(level) <= 120 for p in safe for level in levels(p.destination, destination))


@given(st.lists(st.sampled_from([b"a", b"b", b"a/b", b"a/b/c", b"INBOX", b"a/c"]), unique=True))
def test_parents_come_before_their_children_and_inbox_first(names: list[bytes]) -> None:
    order = [p.source for p in FolderMap(overview(names), overview([])).plans()]
    assert b"INBOX" not in order[1:]
    for name in order:
        assert all(order.index(parent) < order.index(name) for parent in parents(name, b"/") if parent in order)


# --- examples


def test_prefix_and_separator_become_those_of_the_destination() -> None:
    source = overview([b"INBOX", b"INBOX.Kazi", b"INBOX.Kazi.2019"], b".", b"INBOX.")
    assert planned(source, overview([b"INBOX"])) == {"INBOX": "INBOX", "INBOX.Kazi": "Kazi", "INBOX.Kazi.2019": "Kazi/2019"}
    back = overview([b"INBOX", b"Kazi", b"Kazi/2019", b"INBOX/x"])
    assert planned(back, overview([b"INBOX"], b".", b"INBOX.")) == {
        "INBOX": "INBOX",
        "INBOX/x": "INBOX.x",
        "Kazi": "INBOX.Kazi",
        "Kazi/2019": "INBOX.Kazi.2019",
    }


@pytest.mark.parametrize(
    "name", ["Sent Items", "Gesendete Objekte", "Éléments envoyés", "Barua Zilizotumwa", "المرسلة", "SENT", "sent "]
)
def test_sent_is_found_by_its_name_in_many_languages(name: str) -> None:
    source = overview([encode_name(name)])
    assert planned(source, overview({b"INBOX": "", b"Sent": "\\Sent"})) == {name: "Sent"}


def test_special_use_goes_before_names_and_a_second_one_keeps_its_own() -> None:
    source = overview({b"Sent": "", b"Posted": "\\Sent", b"Sent Items": ""})
    destination = overview({b"INBOX": "", b"Outgoing": "\\Sent"})
    assert planned(source, destination) == {"Sent": "Sent", "Posted": "Outgoing", "Sent Items": "Sent Items"}


def test_a_name_that_is_the_destination_s_own_for_that_role_stays() -> None:
    destination = overview({b"Sent": "\\Sent", b"Sent Items": "\\Sent"})
    assert planned(overview([b"Sent Items"]), destination) == {"Sent Items": "Sent Items"}


def test_children_follow_a_folder_that_has_moved() -> None:
    source = overview({b"Deleted Items": "", b"Deleted Items/old": ""})
    assert planned(source, overview({b"Trash": "\\Trash"})) == {"Deleted Items": "Trash", "Deleted Items/old": "Trash/old"}


def test_a_role_counts_only_at_the_top_unless_the_server_states_it() -> None:
    source = overview({b"Kazi/Sent": "", b"Old/Out": "\\Sent"})
    assert planned(source, overview({b"Posted": "\\Sent"})) == {"Kazi/Sent": "Kazi/Sent", "Old/Out": "Posted"}


def test_gmail_views_are_left_out_with_their_reason() -> None:
    source = overview(
        {b"INBOX": "", b"[Gmail]": "\\Noselect", b"[Gmail]/Starred": "\\Flagged", b"[Gmail]/Important": "\\Important"}
    )
    plans = {p.source_name: p for p in FolderMap(source, overview([b"INBOX"])).plans()}
    assert plans["[Gmail]/Starred"].excluded_reason == plans["[Gmail]/Important"].excluded_reason != ""
    assert not plans["[Gmail]"].selectable


def test_other_people_s_folders_are_left_out() -> None:
    source = overview([b"INBOX", b"user/otieno", b"Shared", b"Shared/x", b"Sharedmine"], foreign=(b"user/", b"Shared/"))
    out = {p.source_name for p in FolderMap(source, overview([])).plans() if p.excluded_reason}
    assert out == {"user/otieno", "Shared", "Shared/x"}


def test_calendars_are_left_out_where_the_server_lists_such_things_and_notes_elsewhere_are_mail() -> None:
    exchange = overview([b"INBOX", b"Calendar", b"Contacts", b"Notes", b"Notes/old", b"Kazi"])
    out = {p.source_name for p in FolderMap(exchange, overview([])).plans() if p.excluded_reason}
    assert out == {"Calendar", "Contacts", "Notes", "Notes/old"}
    assert planned(overview([b"INBOX", b"Notes"]), overview([])) == {"INBOX": "INBOX", "Notes": "Notes"}


def test_what_the_destination_cannot_hold_is_renamed_and_said() -> None:
    plans = FolderMap(overview([b"INBOX", b"a.b", b"a_b", b"&AOk", b"plain"]), overview([], b".")).plans()
    assert {(p.source, p.destination_name, p.renamed) for p in plans} == {
        (b"INBOX", "INBOX", False),
        (b"a_b", "a_b", False),
        (b"a.b", "a_b (2)", True),
        (b"&AOk", "&AOk", False),
        (b"plain", "plain", False),
    }


def test_a_refused_name_becomes_letters_digits_and_escapes() -> None:
    folders = FolderMap(overview([encode_name("Q&A/é ")]), overview([]))
    (plan,) = folders.plans()
    assert folders.safe_variant(plan).destination_name == "Q=26A/=E9"
