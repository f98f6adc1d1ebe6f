"""The gate that every text passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailsafi_wizard import words
from mailsafi_wizard.words import N_, _, ngettext


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    words.use("en")


def test_english_is_what_the_code_says() -> None:
    words.use("en")
    assert _("Next") == N_("Next") == "Next"
    assert [ngettext("one mailbox", "many mailboxes", n) for n in (0, 1, 2)] == ["many mailboxes", "one mailbox", "many mailboxes"]


def test_nothing_stays_nothing_in_every_language() -> None:
    for language in words.LANGUAGES:
        words.use(language)
        assert words.language() == language
        assert _("") == ""


@pytest.mark.parametrize("language", ["xx", "", "../../etc", "en_US"])
def test_an_unknown_language_is_english(language: str) -> None:
    words.use("sw")
    words.use(language)
    assert words.language() == "en"
    assert _("Next") == "Next"
