"""The admin's guide quotes the screen: every name in bold stands there in just these words, and every picture and link is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailsafi_wizard import words
from tests import catalogue

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "docs" / "guide").glob("*.md"))
QUOTED = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
# In bold for the eye, not for the screen.
TIMES = re.compile(r"(?:Thirty|Three|Two) days before|On the evening:|The power or the line fails\.|A message can't be copied\.|A user sees less.*"
    r"|Everything goes wrong.*|what is printed like this", re.IGNORECASE)  # fmt: skip


def on_the_screen() -> tuple[frozenset[str], list[re.Pattern[str]]]:
    """All texts as they are seen, and those with a field as patterns."""
    plain: set[str] = set()
    patterns = []
    for text in catalogue.texts():
        for form in (text,) if isinstance(text, str) else text:
            seen = form.replace("&&", "\0").replace("&", "").replace("\0", "&")
            plain.add(seen)
            if words.own_letters(seen) >= 4:
                patterns.append(words.pattern(seen))
    return frozenset(plain), patterns


def strangers(text: str) -> list[str]:
    plain, patterns = on_the_screen()
    names = [" ".join(name.split(" ")).replace("\n", " ") for name in QUOTED.findall(text)]
    names = [name if name in plain else re.sub(r" +", " ", name) for name in names]
    return [n for n in names if n not in plain and not TIMES.fullmatch(n) and not any(p.fullmatch(n) for p in patterns)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_what_is_in_bold_stands_on_the_screen(chapter: Path) -> None:
    assert strangers(chapter.read_text("utf-8")) == []


def test_a_name_that_is_nowhere_is_told() -> None:
    assert strangers("Press **Start copying**, then **Make it so** and **Send to 25 users**.") == ["Make it so"]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_pictures_and_links_are_there(chapter: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", chapter.read_text("utf-8")):
        assert target.startswith("https://") or (chapter.parent / target).is_file(), target


@pytest.mark.parametrize("name", ["cpanel", "google-workspace", "microsoft-365"])
def test_each_journey_has_all_eight_steps(name: str) -> None:
    text = (ROOT / "docs" / "guide" / f"{name}.md").read_text("utf-8")
    found = re.findall(r"^## (\d)\. (\w+(?: over)?)", text, re.MULTILINE)
    assert [step for _number, step in found] == [
        "Start",
        "Prepare",
        "Communicate",
        "Credentials",
        "Migrate",
        "Verify",
        "Cut over",
        "Finish",
    ]
    assert [int(number) for number, _step in found] == list(range(1, 9))
