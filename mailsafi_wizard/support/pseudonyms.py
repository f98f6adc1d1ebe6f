"""People and folders as numbers, the same number everywhere: in the log, the ledger and every sentence of a bundle.

The numbers are those of the project file, so the admin, and nobody else, can tell who is meant.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, quote_plus

from mailsafi_wizard.model import Mailbox, Secret
from mailsafi_wizard.support.safe_words import is_safe, safe_words

SHORTEST = 4  # characters of a secret that is looked for: a shorter one is met by chance, and `safe_words` keeps it out
REMOVED = "[removed]"
_BETWEEN = re.compile(r"[\s,;\"(){}\[\]=]+")  # what separates chunks in our files; few distinct ones are left to be looked through


class Pseudonyms:
    """``folders``: (mailbox number, readable name) -> number. ``hosts``: server name -> its part, such as "server-source"."""

    def __init__(
        self,
        mailboxes: Sequence[Mailbox],
        folders: Mapping[tuple[int, str], int] = {},
        hosts: Mapping[str, str] = {},
        domains: Sequence[str] = (),
        secrets: Iterable[Secret] = (),
    ) -> None:
        self._folders = folders
        names: dict[str, str] = {}
        for box in mailboxes:
            for name in (box.address, box.source_user, box.destination_user):
                names.setdefault(name.casefold(), f"mailbox-{box.id}")
        names |= {host.casefold(): part for host, part in hosts.items() if host}
        names |= {domain.casefold(): f"domain-{place}" for place, domain in enumerate(domains, 1) if domain}
        self.names = {name: part for name, part in names.items() if name}
        longest = sorted((name for name in self.names if len(name) >= SHORTEST), key=len, reverse=True)
        self._finder = re.compile("|".join(map(re.escape, longest)), re.I) if longest else None
        self._forms = sorted({form for secret in secrets for form in forms(secret.reveal())}, key=len, reverse=True)
        self._split = [form for form in self._forms if _BETWEEN.search(form)]  # stand in no single chunk
        self._numbers = {form for form in self._forms if form.isdecimal()}
        self._by_mailbox: dict[int, list[tuple[str, int]]] = {}
        for (owner, name), number in folders.items():
            if len(name) >= SHORTEST:
                self._by_mailbox.setdefault(owner, []).append((name, number))
        for named in self._by_mailbox.values():
            named.sort(key=lambda one: len(one[0]), reverse=True)

    def mailbox(self, number: int) -> str:
        return f"mailbox-{number}"

    def folder(self, mailbox_id: int, name: str) -> str:
        """The number of a folder; "" for none, "folder-other" for one that the project does not know."""
        number = self._folders.get((mailbox_id, name))
        return f"folder-{number}" if number is not None else ("folder-other" if name else "")

    def words(self, text: str, mailbox_id: int = 0) -> str:
        """An outside sentence: names as numbers, everything unknown as a gap."""
        for secret in self._split:
            text = text.replace(secret, " ")
        for name, number in self._by_mailbox.get(mailbox_id, ()):
            if name in text:
                text = text.replace(name, f" folder-{number} ")
        if self._finder is not None:
            text = self._finder.sub(lambda found: f" {self.names[found[0].casefold()]} ", text)
        return safe_words(text)

    def sweep(self, text: str) -> str:
        """The last look at a file before it is shown: no form of a secret and no name may be left, whatever went before."""
        for form in self._split:
            text = text.replace(form, REMOVED)
        dirty = [chunk for chunk in set(_BETWEEN.split(text)) if self._found(chunk)]
        for chunk in sorted(dirty, key=len, reverse=True):
            text = text.replace(chunk, self._cleaned(chunk))
        return text

    def _found(self, chunk: str) -> bool:
        if not chunk or is_safe(chunk.strip(".:'")):
            return False
        if chunk.isdecimal():
            return chunk in self._numbers
        return any(form in chunk for form in self._forms) or bool(self._finder and self._finder.search(chunk))

    def _cleaned(self, chunk: str) -> str:
        for form in self._forms:
            chunk = chunk.replace(form, REMOVED)
        return self._finder.sub(lambda found: self.names[found[0].casefold()], chunk) if self._finder else chunk


def forms(secret: str) -> set[str]:
    """How a secret may look in a text: plain and in every encoding that mail, the web or a log may give it."""
    if len(secret) < SHORTEST:
        return set()
    raw = secret.encode("utf-8", "surrogatepass")
    found = {
        secret,
        raw.decode("latin-1"),
        quote(secret, safe="", errors="replace"),
        quote_plus(secret, errors="replace"),
        quote(secret, safe="", errors="replace").lower(),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        secret.replace("\\", "\\\\").replace('"', '\\"'),
        quopri.encodestring(raw).decode("ascii"),
        raw.hex(),
        raw.hex().upper(),
        raw.hex(" "),
        modified_utf7(secret),
        secret[::-1],
        repr(secret)[1:-1],
        *base64_forms(raw),
        *base64_forms(secret.encode("utf-16-le", "surrogatepass")),
    }
    return {form for form in found if len(form) >= SHORTEST}


def base64_forms(raw: bytes) -> set[str]:
    """What a base64 text shows of ``raw`` wherever it begins in what was encoded: the letters that do not depend on the neighbours."""
    found = set()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).decode("ascii")
        first = -(-before * 8 // 6)
        last = (before + len(raw)) * 8 // 6
        found |= {text[first:last], text[first:last].translate(str.maketrans("+/", "-_"))}
    return found | {base64.b64encode(raw).decode("ascii")}


def modified_utf7(text: str) -> str:
    """RFC 3501 section 5.1.3, as a server may write a name."""
    out, run = [], ""
    for char in [*text, ""]:
        if char and not " " <= char <= "~":
            run += char
            continue
        if run:
            packed = base64.b64encode(run.encode("utf-16-be", "surrogatepass")).decode("ascii").rstrip("=").replace("/", ",")
            out.append(f"&{packed}-")
            run = ""
        out.append("&-" if char == "&" else char)
    return "".join(out)
