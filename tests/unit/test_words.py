"""The gate that every text passes."""

from __future__ import annotations

import threading
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


def test_another_language_is_spoken_within_a_block_and_on_its_thread_alone() -> None:
    words.use("en")
    heard: list[str] = []
    with words.speaking("sw"):
        assert (words.language(), _("Folder")) == ("sw", "Folda")
        other = threading.Thread(target=lambda: heard.append(_("Folder")))
        other.start()
        other.join()
        with words.speaking("en"):
            assert _("Folder") == "Folder"
        assert ngettext("{n} mailbox", "{n} mailboxes", 2) == "masanduku {n} ya barua"
    assert (words.language(), _("Folder"), heard) == ("en", "Folder", ["Folder"])


def test_after_a_block_that_failed_the_language_is_the_one_before() -> None:
    with pytest.raises(KeyError), words.speaking("sw"):
        raise KeyError
    assert words.language() == "en"
