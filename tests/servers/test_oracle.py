"""The oracle against a real server: it sees each kind of difference, and none where there is none."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from mailsafi_wizard.demo.letters import Letter
from tests.servers.company import drop, fill, put, sign_in
from tests.servers.conftest import Pair
from tests.servers.names import decode, encode
from tests.servers.oracle import compare, digest

WHEN = dt.datetime(2024, 5, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=3)))
LETTER = Letter(("INBOX",), ("\\Seen", "Muhimu"), WHEN, b"Message-ID: <a@example.org>\r\nSubject: x\r\n\r\nbody\r\n")
OTHER = dataclasses.replace(LETTER, body=b"Message-ID: <b@example.org>\r\nSubject: y\r\n\r\nother\r\n")


def test_a_full_account_equals_itself_across_storages(pair: Pair) -> None:
    count = fill(pair.source, pair.user, 120, 5, odd=False)
    assert fill(pair.destination, pair.user, 120, 5, odd=False) == count
    source, destination = pair.look()
    assert source.messages == count
    assert ("Wateja", "Mkoa wa Pwani", "Wateja wapya – Ng'ombe") in source.folders
    assert compare(source, destination) == []


def test_odd_mail_is_held_and_seen(pair: Pair) -> None:
    count = fill(pair.source, pair.user, 0, 1)
    source, _ = pair.look()
    assert source.messages == count == 15
    dates = [m.date for m in source.folders[("INBOX",)] if m.date]
    assert dt.datetime(1969, 7, 20, 20, 17, tzinfo=dt.UTC) in dates
    assert max(m.size for m in source.folders[("INBOX",)]) > 1_000_000
    assert frozenset({"\\Deleted", "\\Seen"}) in {m.flags for m in source.folders[("INBOX",)]}


@pytest.mark.parametrize(
    ("arrived", "told"),
    [
        ([], "lost"),
        ([LETTER], "lost"),
        ([LETTER, OTHER, OTHER], "doubled"),
        ([OTHER, LETTER], "order"),
        ([LETTER, dataclasses.replace(OTHER, flags=())], "flags"),
        ([LETTER, dataclasses.replace(OTHER, date=WHEN + dt.timedelta(seconds=1))], "dates"),
        ([LETTER, dataclasses.replace(OTHER, body=OTHER.body + b"x")], "altered"),
        ([LETTER, OTHER, dataclasses.replace(OTHER, body=b"Subject: z\r\n\r\n")], "surplus"),
        ([LETTER, OTHER, dataclasses.replace(OTHER, folder=("Elsewhere",))], "folders"),
    ],
)
def test_each_difference_is_told(pair: Pair, arrived: list[Letter], told: str) -> None:
    put(pair.source, pair.user, [LETTER, OTHER])
    put(pair.destination, pair.user, arrived)
    lines = compare(*pair.look())
    assert lines
    assert all(told in line for line in lines)


def test_missing_folder_and_subscription_are_told(pair: Pair) -> None:
    connection = sign_in(pair.source, pair.user)
    connection.create('"Only here"')
    connection.subscribe('"Only here"')
    connection.subscribe("Sent")
    connection.logout()
    lines = compare(*pair.look())
    assert any("folders: Only here is missing" in line for line in lines)
    assert any("subscriptions: Sent" in line for line in lines)


def test_a_map_of_folders_is_followed(pair: Pair) -> None:
    put(pair.source, pair.user, [dataclasses.replace(LETTER, folder=("Taka",))])
    put(pair.destination, pair.user, [dataclasses.replace(LETTER, folder=("Bin", "Taka"))])
    assert compare(*pair.look(), {("Taka",): ("Bin", "Taka")}) == []


def test_a_dropped_file_is_served_with_its_flags_and_date(pair: Pair) -> None:
    drop(pair.source, pair.user, dataclasses.replace(LETTER, body=b"Subject: raw\n\nold\rmac\n", flags=("\\Seen", "\\Flagged")))
    (message,) = pair.look()[0].folders[("INBOX",)]
    assert message.flags == {"\\Seen", "\\Flagged"}
    assert message.date == WHEN
    assert message.digest == digest(b"Subject: raw\r\n\r\nold\rmac\r\n")


@pytest.mark.parametrize("name", ["Ankara & Malipo", "供应商", "a&b", "Réunions", "😀 mix 广州", "plain"])
def test_names_are_encoded_and_decoded(name: str) -> None:
    assert decode(encode(name)) == name
