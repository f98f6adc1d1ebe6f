"""The gate that every text passes."""

from __future__ import annotations

import gettext
import threading
from collections.abc import Iterator
from typing import ClassVar

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


def test_a_strangers_words_stay_on_their_line_and_steer_nothing() -> None:
    assert words.harmless("a\x1b[2Jb\r\nc\u202ed  e\ud800") == "a [2Jb  c d  e "
    assert words.one_line(" a\x1b[2Jb\r\nc\u2028d  e\x9b ") == "a [2Jb c d e"
    assert words.one_line("Éléments envoyés, 李伟") == "Éléments envoyés, 李伟"


@pytest.mark.parametrize("language", ["xx", "", "../../etc", "en_US"])
def test_an_unknown_language_is_english(language: str) -> None:
    words.use("sw")
    words.use(language)
    assert words.language() == "en"
    assert _("Next") == "Next"


class _Swahili(gettext.NullTranslations):
    """A catalogue of three texts."""

    _catalog: ClassVar[dict[str, str]] = {
        "Next": "Endelea",
        "is named {name} at the destination": "linaitwa {name} huko",
        "left out: {why}": "limeachwa: {why}",
        "it holds no mail": "halina barua",
    }

    def gettext(self, message: str) -> str:
        return self._catalog.get(message, message)


@pytest.fixture
def _swahili(monkeypatch: pytest.MonkeyPatch) -> None:
    speeches = {"sw": words._Speech("sw", _Swahili()), "en": words._Speech("en", gettext.NullTranslations())}
    monkeypatch.setattr(words, "_opened", lambda language, _folder: speeches[language])
    monkeypatch.setattr(words, "LEAST_WORDS", 5)


@pytest.mark.usefixtures("_swahili")
def test_a_block_speaks_another_language_and_nobody_else_does() -> None:
    heard: list[str] = []
    with words.speaking("sw"):
        assert (_("Next"), words.language()) == ("Endelea", "sw")
        beside = threading.Thread(target=lambda: heard.append(_("Next")))
        beside.start()
        beside.join()
        with words.speaking("en"):
            assert _("Next") == "Next"
        assert _("Next") == "Endelea"
    assert (_("Next"), heard) == ("Next", ["Next"])


@pytest.mark.usefixtures("_swahili")
def test_what_was_kept_in_english_is_told_in_the_language_of_the_block() -> None:
    assert words.translated("is named Rasimu at the destination") == "is named Rasimu at the destination"
    with words.speaking("sw"):
        assert words.translated("is named Rasimu at the destination") == "linaitwa Rasimu huko"
        assert words.translated("left out: it holds no mail") == "limeachwa: halina barua"
        assert words.filled("left out: {why}", {"why": "it holds no mail"}) == "limeachwa: halina barua"
        assert words.translated("550 no such user") == "550 no such user"
        assert words.translated("") == ""


@pytest.mark.usefixtures("_swahili")
def test_a_block_that_fails_gives_the_language_back() -> None:
    with pytest.raises(KeyError), words.speaking("sw"):
        raise KeyError
    assert words.language() == "en"
