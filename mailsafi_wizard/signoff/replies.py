"""What users wrote back, from text that was pasted in: who says that all is there, and what a person has to read. Nothing is guessed.

A reply counts as a yes only where one known address stands before it, a word of consent stands in the user's own words, and nothing in
them doubts it. Quoted text is not the user's own.
"""

from __future__ import annotations

import enum
import functools
import re
import tomllib
from collections.abc import Iterable, Iterator

from mailsafi_wizard import resources
from mailsafi_wizard.records import dataclass

LONGEST = 2_000_000  # characters that are looked at
MOST_WORDS = 40  # of a plain yes: whoever writes more has more to say
EXCERPT = 300  # characters

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
_SENDER = re.compile(r"(?i)^(?:from|kutoka|von|de|da|van)\s*:|^[^\s@]{1,64}@[^\s@]{1,255}\s*(?:[:;,\t|–-]|$)")
_FROM = re.compile(r"(?i)^(?:from|kutoka|von|de|da|van)\s*:")
_TO = re.compile(r"(?i)^(?:to|kwa|an|a|para)\s*:")
_HEADER = re.compile(r"(?i)^(?:to|cc|bcc|subject|date|sent|reply-to|kwa|mada|tarehe|iliyotumwa)\s*:")
_SUBJECT = re.compile(r"(?i)^(?:subject|mada)\s*:")
_QUOTE_BEGINS = re.compile(
    r"(?i)^-{2,}\s*(?:original message|forwarded message|ujumbe asilia|ujumbe uliosambazwa)|^_{8,}\s*$|^(?:on|mnamo)\b.{3,200}(?:wrote|aliandika)\s*:\s*$"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[?？☐✗✘👎]|👍|✅|✔", re.UNICODE)


@functools.cache
def _signs() -> tuple[frozenset[str], frozenset[str]]:
    """Words of consent and words of doubt, in all languages together."""
    data = tomllib.loads(resources.path("templates/replies.toml").read_text("utf-8"))
    consent, doubt = (frozenset(word for words in data[kind].values() for word in words.split()) for kind in ("consent", "doubt"))
    return consent, doubt


class Verdict(enum.Enum):
    """What a reply says."""

    YES = "yes"
    ASK = "ask"  # a person has to read it


@dataclass(frozen=True)
class Reply:
    """One user's reply. ``address`` is one of the project's, "" where none or several could be meant; ``words`` are the user's own, shortened."""

    address: str
    verdict: Verdict
    words: str
    why: str = ""  # of an ASK: "no address", "nothing said", "doubt", "long", "twice"


def read_replies(text: str, addresses: Iterable[str]) -> tuple[Reply, ...]:
    """One reply for each address found, in the order of the text, and those to which none belongs. Never raises."""
    known = {address.lower(): address for address in addresses}
    found: dict[str, Reply] = {}
    nobodys: list[Reply] = []
    for named, lines in _pieces(text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n"), known):
        reply = _judged(known[named] if named else "", lines)
        if not named:
            if reply.words:
                nobodys.append(reply)
        elif named in found:
            both = f"{found[named].words} / {reply.words}"[:EXCERPT]
            same = found[named].verdict is reply.verdict is Verdict.YES
            found[named] = Reply(reply.address, Verdict.YES if same else Verdict.ASK, both, "" if same else "twice")
        else:
            found[named] = reply
    return (*found.values(), *nobodys)


def _pieces(text: str, known: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """(known address in lower case or "", the user's own lines): a piece begins at a line that names who wrote it."""
    named, own, quoting = "", list[str](), False
    lines = [line.strip() for line in text.split("\n")]
    for place, line in enumerate(lines):
        if line.startswith((">", "|")):
            continue
        if _SENDER.match(line) and not (quoting and _is_quoted(lines, place, named)):
            yield named, own
            named, own, quoting = _named(line, known), [_after_address(line)], False
        elif _QUOTE_BEGINS.match(line):
            quoting = True
        elif not quoting and not (_HEADER.match(line) and not _is_answer_in_subject(line)):
            own.append(_SUBJECT.sub("", line) if _is_answer_in_subject(line) else line)
    yield named, own


def _named(line: str, known: dict[str, str]) -> str:
    """The one known address of a line; "" where there is none, or more than one address."""
    found = {address.lower() for address in _ADDRESS.findall(line)}
    return found.pop() if len(found) == 1 and found <= known.keys() else ""


def _is_quoted(lines: list[str], place: int, named: str) -> bool:
    """Whether "From:" below a quotation's beginning belongs to the quoted mail: it follows at once, or that mail went to who replies."""
    if not _FROM.match(lines[place]):
        return False
    before = next((line for line in reversed(lines[max(0, place - 4) : place]) if line), "")
    if _QUOTE_BEGINS.match(before):
        return True
    return any(_TO.match(line) and named and named in line.lower() for line in lines[place + 1 : place + 7])


def _is_answer_in_subject(line: str) -> bool:
    """Some answer in the subject alone; that of a plain reply ("Re: ...") is ours."""
    return bool(_SUBJECT.match(line)) and not re.match(r"(?i)^\s*(?:re|aw|sv|jb|fwd?)\s*:", _SUBJECT.sub("", line))


def _after_address(line: str) -> str:
    """What stands behind the address where a line begins with it, as in a list; the name in "From:" says nothing."""
    if _FROM.match(line):
        return ""
    return _ADDRESS.sub("", line, count=1).lstrip(" \t:;,|–->")


def _judged(address: str, lines: list[str]) -> Reply:
    own = " ".join(" ".join(lines).split())
    words = [word.lower().replace("’", "'") for word in _WORD.findall(own)]
    excerpt = own[:EXCERPT]
    if not address:
        return Reply("", Verdict.ASK, excerpt, "no address")
    consent, doubt = _signs()
    if any(word in doubt for word in words):
        return Reply(address, Verdict.ASK, excerpt, "doubt")
    if not any(word in consent for word in words):
        return Reply(address, Verdict.ASK, excerpt, "nothing said")
    if len(words) > MOST_WORDS:
        return Reply(address, Verdict.ASK, excerpt, "long")
    return Reply(address, Verdict.YES, excerpt)
