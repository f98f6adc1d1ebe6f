"""SPF records: merged into one, counted with all they include, and freed of the old provider's part again (RFC 7208). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import field

from mailsafi_wizard.net.dns_records import Answer, Snapshot
from mailsafi_wizard.net.spf_tree import asks, is_spf
from mailsafi_wizard.records import dataclass

MOST_LOOKUPS = 10  # of one record with all it includes (RFC 7208 section 4.6.4)
MOST_VOID = 2  # of them that find nothing
MOST_MX = 10  # servers behind one "mx"
_COUNTED = re.compile(r"[-+~?]?(?:include:|a(?=[:/]|$)|mx(?=[:/]|$)|ptr(?=:|$)|exists:)|redirect=", re.I)
_KNOWN = re.compile(
    r"[-+~?]?(?:all|include:\S+|a(?::[^\s/]+)?(?:/\d+)?(?://\d+)?|mx(?::[^\s/]+)?(?:/\d+)?(?://\d+)?|ptr(?::\S+)?|exists:\S+|ip4:[\d./]+|ip6:[\da-f:./]+)"
    r"|[a-z][\w.-]*=\S*",
    re.I,
)


def spf_records(texts: Sequence[str]) -> list[str]:
    """Those of ``texts`` that are SPF records (RFC 7208 section 4.5)."""
    return [text for text in texts if is_spf(text)]


def bad_terms(record: str) -> list[str]:
    """Terms that no receiver understands; with one of them, the whole record is an error (RFC 7208 section 4.6)."""
    return [term for term in record.split()[1:] if not _KNOWN.fullmatch(term)]


def _bare(term: str) -> str:
    return term.lower().lstrip("+")


def merged_spf(records: Sequence[str], mechanism: str) -> str:
    """One record that holds every term of ``records`` and ``mechanism`` (which may be several, or a whole record); the "all" of the first one.

    No stricter "all" is made up. A "redirect" next to any "all" says nothing (RFC 7208 section 6.1); the redirects of several records
    can't all be kept as such, and become includes.
    """
    wanted = [t for t in mechanism.split() if t.lower() != "v=spf1" and _bare(t).lstrip("-~?") != "all"]
    terms: list[str] = []
    ends: list[str] = []
    redirects: list[str] = []
    for record in records:
        for term in record.split()[1:]:
            if term.lower().lstrip("-+~?") == "all":
                ends.append(term)
            elif term.lower().startswith("redirect="):
                if not any(t.lower().lstrip("-+~?") == "all" for t in record.split()[1:]):
                    redirects.append(term)
            else:
                terms.append(term)
    if redirects and (ends or len({r.lower() for r in redirects}) > 1):
        terms += [f"include:{redirect.partition('=')[2]}" for redirect in redirects]
        redirects = []
    unique: dict[str, str] = {}
    for term in [*terms, *wanted]:
        key = "exp=" if term.lower().startswith("exp=") else _bare(term)  # which may stand there once only (RFC 7208 section 6)
        unique.setdefault(key, term)
    last = redirects[:1] or ends[:1] or ([] if records else ["~all"])
    return " ".join(["v=spf1", *unique.values(), *last])


def without_old(record: str, mechanism: str, old_terms: Collection[str]) -> str:
    """``record`` without ``old_terms``, for a week after the change; what is MailSafi's own, or not named, stays."""
    kept = {_bare(t) for t in mechanism.split()}
    gone = {_bare(t) for t in old_terms} - kept
    return " ".join(["v=spf1", *(term for term in record.split()[1:] if _bare(term) not in gone)])


def old_parts(record: str, mechanism: str, old_hosts: Collection[str], domain: str) -> tuple[str, ...]:
    """Terms that stand for the old mail servers, as far as that can be known from their names alone.

    "mx" and "mx:domain" follow the MX records by themselves and stay; a term that is under the same registered name as an old mail server
    outside the domain is the old provider's. Anything else is unknown and is never proposed.
    """
    kept = {_bare(t) for t in mechanism.split()}
    stems = {_stem(host) for host in old_hosts if host and _stem(host) != _stem(domain)}
    found = []
    for term in record.split()[1:]:
        question = asks(term, domain)
        named = question is not None and question[1] == "A" and question[0] in old_hosts
        if question and _bare(term) not in kept and question[0] != domain and (named or _stem(question[0]) in stems):
            found.append(term)
    return tuple(found)


_SECOND_LEVELS = frozenset(("co", "com", "org", "net", "ac", "go", "gov", "edu", "or", "ne", "sc", "me", "info", "mobi", "mil"))


def _stem(host: str) -> str:
    """The part of a name that its owner registered, as far as its form tells: two labels, or three below "co.ke" and the like."""
    labels = host.lower().rstrip(".").split(".")
    take = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVELS and len(labels[-1]) == 2 else 2
    return ".".join(labels[-take:])


@dataclass
class Lookups:
    """What a receiver does with one record. ``unknown``: names nobody could be asked about, so that the count may be higher."""

    count: int = 0
    void: int = 0
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # includes that lead to no SPF record: an error for every receiver
    circle: str = ""
    many_mx: str = ""


def count_lookups(record: str, domain: str, known: Callable[[str, str], Answer | None]) -> Lookups:
    """Look-ups of ``record`` with everything it includes (RFC 7208 section 4.6.4). ``known`` gives what is known of a (name, type)."""
    result = Lookups()
    _count(record, domain, known, result, (domain,))
    return result


def _count(record: str, domain: str, known: Callable[[str, str], Answer | None], result: Lookups, path: tuple[str, ...]) -> None:
    has_all = any(t.lower().lstrip("-+~?") == "all" for t in record.split()[1:])
    for term in record.split()[1:]:
        if not _COUNTED.match(term) or (has_all and term.lower().startswith("redirect=")):
            continue
        result.count += 1
        question = asks(term, domain)
        if question is None:
            continue
        answer = known(*question)
        if answer is None or answer.problem:
            result.unknown.append(question[0])
        elif not answer.values:
            result.void += 1
            if question[1] == "TXT":
                result.missing.append(question[0])
        elif question[1] == "TXT":
            _follow(question[0], answer, known, result, path)
        elif question[1] == "MX" and len(answer.values) > MOST_MX:
            result.many_mx = question[0]


def _follow(name: str, answer: Answer, known: Callable[[str, str], Answer | None], result: Lookups, path: tuple[str, ...]) -> None:
    if name in path:
        result.circle = name
        return
    records = spf_records(answer.values)
    if len(records) != 1:
        result.missing.append(name)
    elif result.count <= 10 * MOST_LOOKUPS and len(path) < 3 * MOST_LOOKUPS:
        _count(records[0], name, known, result, (*path, name))


def lookups_of(snapshot: Snapshot, record: str) -> Lookups:
    """`count_lookups` with what a snapshot holds."""

    def known(name: str, kind: str) -> Answer | None:
        own = [answer for _view, answer in snapshot.answers(name, kind) if not answer.problem]
        return own[0] if own else snapshot.other(name, kind)

    return count_lookups(record, snapshot.domain, known)
