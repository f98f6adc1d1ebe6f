"""What to type where, in the words of common DNS panels; a panel is a file in resources/dns-panels. Pure but for reading those files."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator

from mailsafi_wizard import resources
from mailsafi_wizard.cutover.card import quoted
from mailsafi_wizard.cutover.records import LOW_TTL, Change, State
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import _

FOLDER = "dns-panels"


@dataclass(frozen=True)
class Panel:
    """One DNS provider's screens. ``together``: all values of a name and type stand in one field. ``fields``: meaning -> the screen's word.
    ``own_words``: there is no screen to quote, so the words are ours and are translated.

    ``apex``, ``below`` and ``host`` are templates for the domain itself, a name below it, and a mail server.
    """

    id: str
    name: str
    order: int
    open: str
    add: str
    edit: str
    remove: str
    apex: str
    below: str
    host: str
    quotes: bool
    together: bool
    least_ttl: int
    note: str
    fields: dict[str, str]
    own_words: bool = False

    @property
    def shown_name(self) -> str:
        return self._said(self.name)

    @property
    def directions(self) -> str:
        """Where to click, and what to mind."""
        return _("Open {place}. {note}").format(place=_(self.open), note=_(self.note))

    def word(self, act: str) -> str:
        """What this panel calls "add", "edit" or "remove"."""
        return self._said({"add": self.add, "edit": self.edit, "remove": self.remove}[act])

    def field(self, meaning: str) -> str:
        return self._said(self.fields[meaning])

    def texts(self) -> Iterator[str]:
        """What of the file is translated, for the catalogue."""
        yield from filter(None, (self.open, self.note))
        if self.own_words:
            yield from (self.name, self.add, self.edit, self.remove, *self.fields.values())

    def _said(self, word: str) -> str:
        return _(word) if self.own_words else word


@dataclass(frozen=True)
class Entry:
    """One thing to do in a panel: ``act`` is "add", "edit" or "remove", ``word`` the panel's own for it; ``fields`` (screen's word, exact value)."""

    act: str
    word: str
    fields: tuple[tuple[str, str], ...]


@functools.cache
def panels() -> tuple[Panel, ...]:
    """All of them, in the order of the list; raises FileNotFoundError when the installation is incomplete."""
    made = [Panel(**tomllib.loads(file.read_text("utf-8"))) for file in resources.path(FOLDER).glob("*.toml")]
    return tuple(sorted(made, key=lambda panel: panel.order))


def panel(panel_id: str) -> Panel:
    """The one with this id, else the first."""
    return next((one for one in panels() if one.id == panel_id), panels()[0])


def entries(change: Change, where: Panel, domain: str, ttl: int = LOW_TTL) -> tuple[Entry, ...]:
    """What to do for one change; () when nothing is to be done. ``ttl``: for new records, seconds.

    Never names a record for removal that ``change`` does not.
    """
    if change.state is not State.CHANGE:
        return ()
    if change.kind.startswith("TTL"):
        return _ttl_entries(change, where, domain)
    ttl = max(ttl, where.least_ttl)
    if where.together:
        act = "edit" if change.now or change.beside else "add"
        kept = [v for v in change.now if v in change.wanted]
        lines = [*change.beside, *kept, *change.add]
        return (_entry(act, change, where, domain, ttl, lines),)
    if len(change.remove) == 1 and len(change.add) == 1 and change.record == "TXT":
        return (_entry("edit", change, where, domain, ttl, change.add),)
    made = [_entry("add", change, where, domain, ttl, [value]) for value in change.add]
    return (*made, *(_entry("remove", change, where, domain, None, [value]) for value in change.remove))


def _ttl_entries(change: Change, where: Panel, domain: str) -> tuple[Entry, ...]:
    ttl = max(int(change.wanted[0]), where.least_ttl)
    if "line" in where.fields:
        return (Entry("edit", where.word("edit"), ((where.field("line"), f"{_name(change, where, domain)} {ttl} IN MX …"),)),)
    fields = ((where.fields["name"], _name(change, where, domain)), (where.fields["type"], "MX"), (where.fields["ttl"], str(ttl)))
    return (Entry("edit", where.word("edit"), fields),)


def _name(change: Change, where: Panel, domain: str) -> str:
    if change.name == domain:
        return where.apex.format(domain=domain)
    return where.below.format(name=change.name.removesuffix(f".{domain}"), domain=domain)


def _entry(act: str, change: Change, where: Panel, domain: str, ttl: int | None, values: list[str] | tuple[str, ...]) -> Entry:
    word = where.word(act)
    name, fields = _name(change, where, domain), where.fields
    if "line" in fields:
        value = _value(change.record, values[0], where)
        return Entry(
            act, word, ((where.field("line"), " ".join(filter(None, (name, str(ttl or ""), "IN", change.record, value)))),)
        )
    shown = [(fields["name"], name), (fields["type"], change.record)]
    if change.record == "MX" and not where.together and fields["priority"]:
        preference, _space, host = values[0].partition(" ")
        shown += [(fields["server"], where.host.format(host=host)), (fields["priority"], preference)]
    else:
        shown.append((fields["value"], "\n".join(_value(change.record, value, where) for value in values)))
    if ttl is not None:
        shown.append((fields["ttl"], str(ttl)))
    return Entry(act, word, tuple(shown))


def _value(record: str, value: str, where: Panel) -> str:
    if record == "MX":
        preference, _space, host = value.partition(" ")
        return f"{preference} {where.host.format(host=host)}"
    return quoted(value) if where.quotes else value
