"""A finished notice and its forms: plain text, HTML without anything fetched from elsewhere, short message, printed page.

Its text holds a few marks: "## " heads a part, "- " an item, two stars around strong words. HTML is made from the finished text, every
character of it escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from mailsafi_wizard.notices.values import put_back
from mailsafi_wizard.records import dataclass

LONGEST_SHORT = 300  # characters of a short message
_INK, _SOFT, _ACCENT = "#17211e", "#4c5a55", "#0b6b57"
_STYLE = f"font-family: 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; font-size: 15px; line-height: 1.5; color: {_INK};"
_HEADING = f"line-height: 1.3; color: {_ACCENT}; margin: 22px 0 6px 0"
_PAGES = (
    "@page { size: A4; margin: 18mm } section { break-after: page } section:last-child { break-after: auto } h2 { break-after: avoid }"
    f" h1 {{ line-height: 1.25; margin: 0 0 4px 0 }} .for {{ color: {_SOFT}; margin: 0 0 16px 0 }}"
)


@dataclass(frozen=True)
class Notice:
    """A finished notice for one user. ``text`` still holds the marks; `plain` and `as_html` are what people read.

    ``missing``: names of the fields that have no value yet.
    """

    kind: str
    language: str
    subject: str
    text: str
    short: str
    missing: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether the short message has room in SMS and WhatsApp."""
        return len(self.short) <= LONGEST_SHORT

    @property
    def plain(self) -> str:
        """As plain text mail."""
        lines = []
        for line in self.text.splitlines():
            if line.startswith("## "):
                lines += [line[3:], "-" * len(line[3:])]
            else:
                lines.append(line.replace("**", ""))
        return put_back("\n".join(lines)).strip() + "\n"

    @property
    def as_html(self) -> str:
        """As an HTML mail without scripts, pictures or anything fetched from elsewhere."""
        return (
            f'{_head(self.language, self.subject)}</head>\n<body style="{_STYLE} max-width: 42em; margin: 1.2em">\n'
            f"{self.body_html}\n</body></html>\n"
        )

    @property
    def body_html(self) -> str:
        return put_back("\n".join(_part(part) for part in re.split(r"\n\s*\n", self.text.strip())))


def as_page(notice: Notice, address: str) -> str:
    """The notice as a page to be printed, with its title and for whom it is."""
    return as_pages([(notice, address)])


def as_pages(made: Iterable[tuple[Notice, str]]) -> str:
    """One printed page (or as many as it takes) for each notice and address."""
    pairs = list(made)
    title, language = (pairs[0][0].subject, pairs[0][0].language) if pairs else ("", "en")
    sections = [
        f'<section><h1><span style="font-size: 22px">{html.escape(one.subject)}</span></h1><p class="for">{html.escape(address)}</p>\n{one.body_html}</section>'
        for one, address in pairs
    ]
    body = "\n".join(sections)
    return f'{_head(language, title)}<style>{_PAGES}</style></head>\n<body style="{_STYLE}">\n{body}\n</body></html>\n'


def _head(language: str, title: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(language)}"><head><meta charset="utf-8"><title>{html.escape(title)}</title>\n'
    )


def _part(part: str) -> str:
    made: list[str] = []
    items: list[str] = []
    words: list[str] = []
    for line in [*part.splitlines(), ""]:
        if not line.startswith("- ") and items:
            made.append('<ul style="margin: 6px 0">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
            items = []
        if words and (not line or line.startswith(("- ", "## "))):
            made.append("<p>" + "<br>".join(words) + "</p>")
            words = []
        if line.startswith("- "):
            items.append(_strong(line[2:]))
        elif line.startswith("## "):
            made.append(f'<h2 style="{_HEADING}"><span style="font-size: 17px">{_strong(line[3:])}</span></h2>')
        elif line:
            words.append(_strong(line))
    return "".join(made)


def _strong(line: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(line))
