"""Passphrases: one made up by the program, and what is wrong with one that a person chose. Pure."""

from __future__ import annotations

import re
import secrets

from mailsafi_wizard.words import N_

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when it is read out
GROUPS, GROUP = 5, 4  # 20 letters out of 31: 99 bits
LEAST, LEAST_FOR_FILES = 10, 16  # characters; a file can be tried without end wherever it lies
_COMMON = re.compile(r"passw|kennwort|nenosiri|qwert|asdf|1234|abcd|letme|admin|welcome|karibu|mailsafi", re.IGNORECASE)


def made_up() -> str:
    """A new one, 99 bits strong, to be read out and typed: lower-case letters and digits in groups."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def fault(text: str, least: int = LEAST) -> str:
    """Why this one is too weak, "" when it will do. ``least``: characters; only plain English ones are the same on every computer."""
    if not (text.isascii() and text.isprintable()):
        return N_("Use plain English letters, digits and signs only: others are not the same on every computer.")
    if text != text.strip():
        return N_("It begins or ends with a space, which gets lost when it is told.")
    bare = _COMMON.sub("", text)
    if len(text) < least or len(bare) < least - 4:
        return N_("It is too short, or made of what is tried first. Take several words that have nothing to do with each other.")
    if len(set(text.lower())) < least // 2 or _repeats(text):
        return N_("It repeats itself. Take several words that have nothing to do with each other.")
    return ""


def _repeats(text: str) -> bool:
    return re.fullmatch(r"(.{1,8}?)\1+.{0,7}", text, re.DOTALL) is not None and len(set(text)) < 9
