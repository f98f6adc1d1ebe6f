"""From a template to a notice: fields and ready-made parts are put in by Jinja2's sandbox, and nothing else is (docs/decisions/0005).

A template may name fields and parts in double braces. Statements, filters, attributes and calls are refused, so whatever an admin types
ends at once, and whatever stands in a name from outside is only ever text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from jinja2 import StrictUndefined, TemplateError, UndefinedError, nodes
from jinja2.sandbox import SandboxedEnvironment

from mailsafi_wizard import errors, resources
from mailsafi_wizard.notices.notice import Notice
from mailsafi_wizard.notices.values import LANGUAGES, put_back, set_aside
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

KINDS = {  # in the order of the plan
    "announcement": N_("Announcement"),
    "what-moves": N_("What moves and what does not"),
    "please-check": N_("Please check your mailbox"),
    "prepare": N_("How to get ready"),
    "last-reminder": N_("Last reminder"),
    "sign-in": N_("How to sign in"),
    "help": N_("Help and known effects"),
    "closing": N_("Closing note"),
    "reset-password": N_("Your password must be changed"),
}
_NOT_KNOWN = {"en": "[not entered yet]", "sw": "[bado haijajazwa]"}
_PART = re.compile(r"^\[([a-z_]+)\]\n", re.M)
_environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


class NoticeError(errors.MigrationError):
    title = "The notice cannot be made: {what}"
    hint = "Change its text, or put the original back."
    exit_status = 2


@dataclass(frozen=True)
class Draft:
    """A template in its three pieces, as an admin edits it."""

    subject: str
    short: str
    body: str

    @classmethod
    def of(cls, template: str) -> Draft:
        """Raises NoticeError when the first two lines are not subject and short message."""
        lines = template.split("\n", 2)
        if len(lines) < 3 or not lines[0].startswith("Subject: ") or not lines[1].startswith("SMS: "):
            raise NoticeError(what=N_('its first line must begin with "Subject: " and its second with "SMS: "'))
        return cls(lines[0].removeprefix("Subject: ").strip(), lines[1].removeprefix("SMS: ").strip(), lines[2].strip())

    def template(self) -> str:
        subject, short = (" ".join(text.split()) for text in (self.subject, self.short))
        return f"Subject: {subject}\nSMS: {short}\n\n{self.body.strip()}\n"


def source(kind: str, language: str) -> str:
    """The original template; raises NoticeError when there is none."""
    if kind not in KINDS or language not in LANGUAGES:
        raise NoticeError(what=f"there is no notice {kind!r} in {language!r}")
    return resources.path(f"templates/{language}/{kind}.txt").read_text(encoding="utf-8")


def make(kind: str, language: str, values: Mapping[str, str], template: str = "") -> Notice:
    """A notice with ``values`` from `fields`; ``template`` is the admin's own text, "" the original. Raises NoticeError.

    A field without a value shows as such and is named in ``missing``: such a notice can be looked at but is not ready to be sent.
    """
    draft = Draft.of(template or source(kind, language))
    filled = {name: set_aside(value) or _NOT_KNOWN[language] for name, value in values.items()}
    made = {name: _filled(text, filled).strip() for name, text in parts(language).items()}
    subject, short, body = (_filled(text, filled | made) for text in (draft.subject, draft.short, draft.body))
    used = used_fields(draft, language)
    missing = tuple(name for name, value in values.items() if not value and name in used)
    return Notice(kind, language, put_back(_one_line(subject)), body.strip(), put_back(_one_line(short)), missing)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _filled(text: str, values: Mapping[str, str]) -> str:
    names(text)  # refuses what is more than a name
    try:
        return _compiled(text).render(values)
    except UndefinedError as e:
        raise NoticeError(what=str(e.message)) from e
    except (TemplateError, TypeError, ValueError, RecursionError) as e:
        raise NoticeError(what=str(e)[:200]) from e


_compiled = functools.lru_cache(maxsize=256)(_environment.from_string)


@functools.lru_cache(maxsize=256)
def names(text: str) -> frozenset[str]:
    """The fields and parts a text names; raises NoticeError when it holds anything else in braces."""
    try:
        tree = _environment.parse(text)
    except (TemplateError, RecursionError) as e:
        raise NoticeError(what=str(e)[:200]) from e
    found = set()
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise NoticeError(what=N_("only names of fields may stand in double braces"))
        if isinstance(node, nodes.Name):
            found.add(node.name)
    return frozenset(found)


def used_fields(draft: Draft, language: str) -> frozenset[str]:
    """All names in the draft, and in the parts that it names."""
    used = names(draft.subject) | names(draft.short) | names(draft.body)
    ready = parts(language)
    return used.union(*(names(ready[one]) for one in used & ready.keys()))


# --- ready-made parts


@functools.cache
def parts(language: str) -> Mapping[str, str]:
    """The parts that most notices share, by name: what moves, how to sign in, whom to ask."""
    pieces = _PART.split(resources.path(f"templates/{language}/_blocks.txt").read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def part_names(language: str) -> tuple[str, ...]:
    return tuple(parts(language))


def expanded(body: str, language: str) -> str:
    """``body`` with the parts written out, for an admin who wants to change the words inside one."""
    ready = parts(language)
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: ready.get(found[1], found[0]), body)
