"""Names become numbers, secrets disappear in every form, also from a large bundle."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import Mailbox, Secret
from mailsafi_wizard.support.pseudonyms import SHORTEST, Pseudonyms, base64_forms, forms

BOXES = [Mailbox("amina@example.co.ke", "amina.h", "amina@example.co.ke", 3), Mailbox("info@example.co.ke", "info", "info", 4)]


def names(*secrets: str, folders: dict[tuple[int, str], int] | None = None) -> Pseudonyms:
    return Pseudonyms(BOXES, folders or {}, {"imap.old.example": "server-source"}, ["example.co.ke"], map(Secret, secrets))


def test_one_number_for_one_person_everywhere() -> None:
    told = names(folders={(3, "Wateja/Kisumu"): 17, (4, "Wateja/Kisumu"): 18})
    assert told.words("AMINA@example.co.ke refused", 3) == "mailbox-3 refused"
    assert told.words("mailbox of amina.h at imap.old.example", 3) == "mailbox of mailbox-3 at server-source"
    assert told.words("folder Wateja/Kisumu is locked", 3) == "folder folder-17 is locked"
    assert told.words("folder Wateja/Kisumu is locked", 4) == "folder folder-18 is locked"
    assert told.folder(3, "Wateja/Kisumu") == "folder-17"
    assert told.folder(3, "") == ""
    assert told.folder(3, "Nobody knows it") == "folder-other"
    assert told.sweep('{"x": "Amina@Example.co.ke"}') == '{"x": "mailbox-3"}'


@given(st.text(min_size=SHORTEST, max_size=30), st.integers(0, 40), st.sampled_from([" {} ", "x{}y", '"{}",', "{}"]))
def test_no_form_of_a_secret_survives_the_sweep(secret: str, which: int, around: str) -> None:
    found = sorted(forms(secret))
    if not found:
        return
    form = found[which % len(found)]
    told = names(secret).sweep("first line\n" + around.format(form) + "\nlast line")
    assert form not in told or all(part in "first line last xy" for part in form.split())


@given(st.binary(max_size=8), st.binary(min_size=5, max_size=40), st.binary(max_size=8))
def test_base64_is_seen_wherever_the_secret_begins(before: bytes, secret: bytes, after: bytes) -> None:
    text = base64.b64encode(before + secret + after).decode()
    assert any(form in text for form in base64_forms(secret))


def test_figures_are_left_alone_unless_they_are_a_secret() -> None:
    assert names("445566").sweep("3,445566,778899\n") == "3,[removed],778899\n"
    assert names("abc").sweep("abc,1,2") == "abc,1,2", "too short to be looked for; such words pass no vocabulary"
