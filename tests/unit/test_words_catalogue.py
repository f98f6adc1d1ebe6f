"""Every text of the program is in the catalogues, translated, and has lost nothing on the way; the checker that says so can say no."""

from __future__ import annotations

import gettext
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from mailsafi_wizard import errors, resources, words
from mailsafi_wizard.cutover import panels
from mailsafi_wizard.net import providers
from mailsafi_wizard.words import _, filled, ngettext, translated
from tests import catalogue


@pytest.fixture(autouse=True)
def swahili() -> Iterator[None]:
    words.use("sw")
    yield
    words.use("en")


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_the_catalogue_is_whole_and_sound(language: str) -> None:
    found = catalogue.faults(language)
    assert not found, "\n" + "\n".join(found)


def test_no_text_is_put_together_before_it_is_looked_up() -> None:
    lines = [
        f"{file.name}:{line}"
        for file in sorted((catalogue.ROOT / "mailsafi_wizard").rglob("*.py"))
        for line in catalogue.unmarked(file.read_text("utf-8"))
    ]
    assert lines == []


def test_each_language_that_can_be_chosen_has_a_catalogue() -> None:
    assert set(words.LANGUAGES) == {"en", *catalogue.LANGUAGES}


def test_titles_and_hints_of_all_errors_are_translated() -> None:
    kinds, seen = [errors.MigrationError], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        seen |= {text for text in (kind.title, kind.hint) if text and kind.__module__.startswith("mailsafi_wizard")}
    assert {text for text in seen if text != "{what}" and _(text) == text} == set()
    assert len(seen) > 100


def test_providers_and_panels_are_translated() -> None:
    same = {text for text in providers.texts() if _(text) == text}
    assert all(len(text.split()) <= 4 for text in same), same  # names of companies stay
    for panel in panels.panels():
        assert _(panel.note) != panel.note
    zone_file, cpanel = panels.panel("zone-file"), panels.panel("cpanel")
    assert zone_file.word("add") == "Ongeza mstari"
    assert cpanel.word("add") == "Add Record"  # what stands on a foreign screen is quoted as it stands there


def test_one_and_many() -> None:
    shown = [ngettext("{n} mailbox", "{n} mailboxes", n).format(n=n) for n in (0, 1, 2, 17)]
    assert shown == ["masanduku 0 ya barua", "sanduku 1 la barua", "masanduku 2 ya barua", "masanduku 17 ya barua"]


def test_a_sentence_that_was_kept_in_english_is_told_in_swahili() -> None:
    reason = "it has 52000000 bytes, MailSafi takes 26214400 at most"
    assert translated(reason) == "ina baiti 52000000, MailSafi inapokea 26214400 tu"
    assert translated("left out: not a mail folder") == "imeachwa: si folda ya barua"
    error = errors.SignInRefused(host="mail.example.co.ke", user="amina")
    assert translated(error.title_text) == "mail.example.co.ke ilikataa kuingia kwa amina"
    assert translated(error.hint_text) == "Kagua jina la mtumiaji na nenosiri la sanduku hili la barua."


def test_a_servers_own_words_stay() -> None:
    for text in (
        "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
        "452 4.2.2 The email account is over quota",
        "{host} {",
        "amina",
    ):
        assert translated(text) == text


def test_fields_that_are_sentences_are_translated_too() -> None:
    shown = filled("{host} could not be asked: {why}", {"host": "mx.example", "why": "it does not answer"})
    assert shown == "mx.example haikuweza kuulizwa: haijibu"


def test_long_and_hostile_texts_end_at_once() -> None:
    for text in ("x" * 100_000, ", ".join("a" * 400), "{" * 500, ": " * 499, "; goes on " * 99):
        assert isinstance(translated(text), str)


def test_english_is_left_alone() -> None:
    words.use("en")
    assert translated("left out: not a mail folder") == "left out: not a mail folder"


def test_every_sentence_with_fields_can_be_recognised_again() -> None:
    """Filled with made-up values, each comes back as its own translation and not as that of a likeness."""
    chance = random.Random(7)
    for text in catalogue.texts():
        if not isinstance(text, str) or not _recognisable(text):
            continue
        names = dict.fromkeys(one.split("!")[0] for one in catalogue.fields(text))
        values = {name: "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=9)) for name in names}
        assert translated(text.format(**values)) == _(text).format(**values), text


def _recognisable(text: str) -> bool:
    """With fields, by name, and words enough of its own."""
    return words.own_letters(text) >= words.LEAST_WORDS and all(one.endswith("!:") for one in catalogue.fields(text))


def test_the_installed_program_finds_its_catalogue() -> None:
    file = gettext.find("wizard", resources.path("locale"), ["sw"])
    assert file is not None
    project = (catalogue.ROOT / "pyproject.toml").read_text("utf-8")
    assert '"resources" = "mailsafi_wizard/_resources"' in project  # and with it locale/
    ignored = (catalogue.ROOT / ".gitignore").read_text("utf-8")
    assert ".mo" not in ignored
    assert "locale" not in ignored


# --- the checker can say no


@pytest.mark.parametrize(
    ("english", "swahili", "fault"),
    [
        ("{n} of {all}", "{n} kati ya {yote}", "other fields"),
        ("{n} of {all}", "{n} kati ya {all", "brace too many"),
        ("&Send", "Tuma", "underlined letter"),
        ("Send && go", "Tuma && &nenda", "underlined letter"),
        ("<b>Now</b>", "<b>Sasa<b>", "other tags"),
        ("one\ntwo", "moja mbili", "line breaks"),
        ("Choose…", "Chagua", "ends differently"),
        ("Why?", "Kwa nini", "ends differently"),
        ("It is so.", "Ni hivyo", "full stop"),
        (" and ", "na ", "begins differently"),
    ],
)
def test_what_a_translation_lost_is_told(english: str, swahili: str, fault: str) -> None:
    assert any(fault in one for one in catalogue.faults_of(Message(english, swahili)))


def test_forms_and_fuzzy_marks_are_told() -> None:
    assert any("forms" in one for one in catalogue.faults_of(Message(("{n} day", "{n} days"), ("siku {n}",))))
    assert list(catalogue.faults_of(Message(("one day", "{n} days"), ("siku moja", "siku {n}")))) == []
    assert any("fuzzy" in one for one in catalogue.faults_of(Message("Now", "Sasa", flags=["fuzzy"])))


def test_texts_are_found_wherever_they_stand() -> None:
    source = """
class Odd(MigrationError):
    title = "It broke"
    hint = "Mend it."
X = N_("marked")
def f(n):
    return _("said") + ngettext("{n} one", "{n} many", n) + _(X) + g("not this")
"""
    assert set(catalogue.texts_of(source)) == {"It broke", "Mend it.", "marked", "said", ("{n} one", "{n} many")}
    assert catalogue.unmarked('_(f"no {x}")\nN_("a" + b)\n_("fine")') == [1, 2]


def test_missing_texts_and_an_old_mo_file_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path)
    monkeypatch.setattr(catalogue, "texts", lambda: {"Now": ["a.py"], ("{n} day", "{n} days"): ["a.py"]})
    assert "not in the catalogue: Now" in catalogue.faults("sw")
    catalogue.update("sw")
    assert "not translated: Now" in catalogue.faults("sw")
    file = catalogue.folder("sw") / "wizard.po"
    file.write_text(file.read_text("utf-8").replace('msgid "Now"\nmsgstr ""', 'msgid "Now"\nmsgstr "Sasa"'), "utf-8")
    assert any("wizard.mo" in one for one in catalogue.faults("sw"))
    catalogue.update("sw")
    assert [one for one in catalogue.faults("sw") if "Now" in one or "wizard.mo" in one] == []
    other = tmp_path / "other.po"
    other.write_text('msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "siku {n}"\nmsgstr[1] "siku {n}"\n', "utf-8")
    assert catalogue.main(["fill", str(other)]) == 0
    assert catalogue.faults("sw") == []
    assert catalogue.main(["missing"]) == 0
    assert catalogue.main(["check"]) == 0
    file.write_text(file.read_text("utf-8").replace("Sasa", ""), "utf-8")
    assert catalogue.main(["check"]) == 1
    assert catalogue.main([]) == 2
