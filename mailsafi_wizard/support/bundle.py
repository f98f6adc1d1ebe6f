"""The support bundle: what helps to find a fault, as text files that the admin reads before anything is saved. Pure but for `write`.

Takes facts that are numbers already (see `pseudonyms`); no mailbox's name, folder's name, subject, body or secret is given to it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mailsafi_wizard import resources
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.private_file import write_private
from mailsafi_wizard.words import N_

_APPENDLIMIT = re.compile(r"APPENDLIMIT(?:=\d{1,12})?|MESSAGELIMIT=\d{1,9}")


@dataclass(frozen=True)
class BundleFile:
    """One file of a bundle. ``about`` says in a sentence what it holds, for the admin who reads it first."""

    name: str
    about: str
    text: str


README = (
    N_("Support bundle of MailSafi Wizard."),
    N_("People, folders and servers are numbers here (mailbox-3, folder-17, server-source), the same ones in all files."),
    N_("Server answers are kept only as far as their words are known to be harmless; the rest is a gap (…)."),
    N_("No password, no subject, no text of a mail is in it. Only the one who has the project file can tell who is meant."),
)


def readme(files: Sequence[BundleFile]) -> BundleFile:
    lines = [f"{file.name}\n    {file.about}" for file in files]
    told = [line for sentence in README for line in textwrap.wrap(sentence, 68)]
    return BundleFile("README.txt", N_("What is in the bundle, and what is not"), "\n".join([*told, "", *lines, ""]))


def known_capabilities(said: Iterable[str]) -> tuple[list[str], int]:
    """Those that are listed (by IANA, or said by large servers), sorted, and the number of all others: they might be anything."""
    listed = frozenset(resources.path("support/capabilities.txt").read_text("utf-8").split())
    words = [word.upper() for word in said]
    known = sorted({word for word in words if word in listed or _APPENDLIMIT.fullmatch(word)})
    return known, len(set(words) - set(known))


def as_json(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False, indent=2, default=str) + "\n"


def as_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV. Everything in it is a number or a word of ours, so nothing can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def write(files: Sequence[BundleFile], path: Path) -> None:
    """Saves exactly these files as a ZIP that appears whole or not at all, readable by this user only; raises OSError."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in files:
            bundle.writestr(file.name, file.text.encode("utf-8", "replace"))
    write_private(path, out.getvalue())
