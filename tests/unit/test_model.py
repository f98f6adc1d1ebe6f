"""The words of the product: addresses of servers, secrets, companies, and accounts that balance."""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import (
    Company,
    Endpoint,
    FolderCensus,
    FolderLedger,
    Ladder,
    Ledger,
    MailboxCensus,
    MailSafiValues,
    Rung,
    RungResult,
    Secret,
    Security,
    SignIn,
)

# --- endpoints


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("imaps://mail.example.net", Endpoint("mail.example.net", 993)),
        (" imaps://Mail.Example.net:1993/ ", Endpoint("mail.example.net", 1993)),
        ("imap+starttls://192.0.2.1", Endpoint("192.0.2.1", 143, Security.STARTTLS)),
        ("imap+cleartext://[::1]:10143", Endpoint("::1", 10143, Security.CLEARTEXT)),
    ],
)
def test_an_address_is_read_and_written(url: str, endpoint: Endpoint) -> None:
    assert Endpoint.parse(url) == endpoint
    assert Endpoint.parse(endpoint.url) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example.net", "imap://mail.example.net", "https://mail.example.net", "imaps://", "imaps://:993", "imaps://mail:0x1", "imaps://mail:99999",
        "imaps://mail:-1", "imaps://jane@mail", "imaps://jane:secret@mail", "imaps://mail/INBOX", "imaps://mail?x", "imaps://mail#x", "imaps://ma il",
        "imaps://jane:secret@",
        "imaps://jane:secret@mail:x", "imap://jane:secret@mail", "jane:secret@mail", "imaps://jane:secret@[::1", "imaps://mail\x7f", "imaps://[::1", "imaps://mail:",
    ],
)  # fmt: skip
def test_what_is_no_address_is_told_without_the_password(url: str) -> None:
    if url == "imaps://mail:":
        assert Endpoint.parse(url).port == 993
        return
    with pytest.raises(ValueError, match=r".") as caught:
        Endpoint.parse(url)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_a_reason(text: str) -> None:
    for url in (text, f"imaps://{text}"):
        try:
            found = Endpoint.parse(url)
        except ValueError:
            continue
        assert found.host
        assert 0 < found.port < 65536
        assert Endpoint.parse(found.url) == found


# --- secrets


@given(st.text(min_size=1).filter(lambda t: len(set(t)) > 3))
def test_a_secret_does_not_show_itself(text: str) -> None:
    secret = Secret(text)
    who = SignIn("jane", secret)
    for told in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>20}",
        f"{who}",
        str([secret]),
        str(vars(who)),
    ):
        assert text not in told
    assert secret.reveal() == text
    assert Secret(text) == secret != Secret(text + "x")
    assert hash(Secret(text)) == hash(secret)


def test_a_secret_is_never_written_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("Mvua-77")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with caplog.at_level(logging.INFO):
        logging.getLogger("x").info("signing in with %s", secret)
    assert "Mvua" not in caplog.text
    assert not Secret("")
    assert not hasattr(secret, "__dict__")


# --- the company

COMPANIES = st.builds(
    Company,
    st.text(max_size=9),
    st.lists(st.text(max_size=9), max_size=3).map(tuple),
    st.one_of(st.none(), st.dates()),
    st.text(max_size=9),
    st.text(max_size=9),
    st.sampled_from(["en", "sw"]),
    st.builds(MailSafiValues, st.lists(st.text(max_size=9), max_size=3).map(tuple), *[st.text(max_size=9)] * 5),
)


@given(COMPANIES)
def test_a_company_comes_back_from_json(company: Company) -> None:
    assert Company.from_facts(json.loads(json.dumps(company.facts()))) == company


def test_a_company_of_an_older_form_gets_defaults() -> None:
    assert Company.from_facts({"name": "A"}) == Company("A")
    assert Company.from_facts({"name": "A", "mailsafi": None, "domains": None, "cutover": ""}) == Company("A")


def test_the_moment_of_the_change_is_in_the_evening_there() -> None:
    company = Company(cutover=dt.date(2026, 3, 6))
    assert company.cutover_at is not None
    assert company.cutover_at.astimezone(dt.UTC) == dt.datetime(2026, 3, 6, 15, tzinfo=dt.UTC)
    assert Company().cutover_at is None


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Africa", "\0", "x" * 5000])
def test_a_zone_nobody_knows_counts_as_utc(zone: str) -> None:
    at = Company(cutover=dt.date(2026, 3, 6), timezone=zone).cutover_at
    assert at == dt.datetime(2026, 3, 6, 18, tzinfo=dt.UTC)


# --- accounts


def folder(**counts: object) -> FolderLedger:
    return replace(FolderLedger(1, "a", "b"), **counts)  # type: ignore[arg-type]


def test_a_folder_balances_only_when_everything_is_accounted_for_and_was_seen() -> None:
    good = folder(source=10, copied=4, present=3, excluded=2, failed=1, confirmed=7, checked=True)
    assert good.balanced
    assert good.unaccounted == 0
    for name, value in (("source", 11), ("confirmed", 6), ("confirmed", 8), ("checked", False), ("copied", 5), ("failed", 0)):
        assert not replace(good, **{name: value}).balanced  # type: ignore[arg-type]
    assert folder(source=5, excluded=5, excluded_reason="not a mail folder").balanced
    assert not folder(source=5, excluded=4, excluded_reason="not a mail folder").balanced


def test_a_ledger_is_complete_only_when_all_balances_and_nothing_failed() -> None:
    good, failing = folder(source=1, copied=1, confirmed=1, checked=True), folder(source=1, failed=1, checked=True)
    assert Ledger((good,)).complete
    assert Ledger((good, failing)).balanced
    assert not Ledger((good, failing)).complete
    assert not Ledger((good, folder(source=1))).balanced
    assert not Ledger().balanced
    assert not Ledger().complete


@given(
    st.lists(
        st.builds(FolderLedger, st.integers(1, 3), st.just("a"), st.just("b"), st.none(), *[st.integers(0, 9)] * 8), max_size=6
    )
)
def test_sums_are_sums_and_ledgers_join_and_part(folders: list[FolderLedger]) -> None:
    whole = Ledger(tuple(folders))
    for name in ("source", "copied", "present", "excluded", "failed", "confirmed", "unaccounted", "source_bytes"):
        assert getattr(whole, name) == sum(getattr(f, name) for f in folders)
        assert getattr(whole, name) == sum(getattr(whole.of(i), name) for i in (1, 2, 3))
    parts = [whole.of(i) for i in (1, 2, 3)]
    assert sorted(map(repr, Ledger.joined(parts).folders)) == sorted(map(repr, folders))


def test_what_is_left_out_does_not_count_in_a_census() -> None:
    census = MailboxCensus(1, (FolderCensus("a", None, 3, 30, "a"), FolderCensus("b", None, 5, 50, "", "not a mail folder")))
    assert (census.messages, census.bytes) == (3, 30)


# --- the ladder


def test_a_ladder_is_all_right_without_a_sign_in_but_not_without_another_rung() -> None:
    passed = tuple(RungResult(rung, True) for rung in Rung)
    endpoint = Endpoint("h", 993)
    assert Ladder(endpoint, passed).ok
    assert Ladder(endpoint, (*passed[:-1], RungResult(Rung.SIGN_IN, None))).ok
    assert not Ladder(endpoint, (*passed[:-2], RungResult(Rung.GREETING, None), passed[-1])).ok
    broken = Ladder(endpoint, (*passed[:-1], RungResult(Rung.SIGN_IN, False, cause="refused")))
    assert not broken.ok
    assert broken.failed is not None
    assert broken.failed.cause == "refused"
