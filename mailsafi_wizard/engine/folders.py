"""Which folder goes where: pure. Namespaces, separators, roles and names in; an injective FolderMap out.

Two source folders never end in one destination folder. A name that the destination can't hold gets a safe one, and that is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mailsafi_wizard.engine import not_mail
from mailsafi_wizard.model import Role
from mailsafi_wizard.net.grammar import decode_name, encode_name
from mailsafi_wizard.net.listing import ListedFolder, Overview
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

_ROLE_ATTRIBUTES = {role.value.lower(): role for role in Role if role is not Role.INBOX}
_ROLE_NAMES: Mapping[Role, tuple[str, ...]] = {
    Role.SENT: (
        "sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete objekte", "gesendete elemente", "envoyés",
        "éléments envoyés", "messages envoyés", "enviados", "elementos enviados", "itens enviados", "posta inviata", "inviati",
        "verzonden items", "verzonden", "barua zilizotumwa", "zilizotumwa", "المرسلة", "العناصر المرسلة", "已发送", "已发送邮件", "送信済み",
    ),
    Role.DRAFTS: (
        "drafts", "draft", "entwürfe", "brouillons", "borradores", "rascunhos", "bozze", "concepten", "rasimu", "المسودات", "草稿", "草稿箱", "下書き",
    ),
    Role.TRASH: (
        "trash", "deleted items", "deleted messages", "deleted", "bin", "papierkorb", "gelöschte objekte", "gelöschte elemente", "corbeille",
        "éléments supprimés", "papelera", "elementos eliminados", "lixeira", "lixo", "cestino", "verwijderde items", "prullenbak", "takataka",
        "المحذوفات", "العناصر المحذوفة", "已删除", "已删除邮件", "ゴミ箱",
    ),
    Role.JUNK: (
        "junk", "junk e-mail", "junk email", "junk mail", "spam", "bulk mail", "bulk", "courrier indésirable", "correo no deseado", "lixo eletrônico",
        "posta indesiderata", "ongewenste e-mail", "barua taka", "البريد غير المرغوب", "垃圾邮件", "迷惑メール",
    ),
    Role.ARCHIVE: ("archive", "archives", "archiv", "archivo", "arquivo", "archivio", "archief", "kumbukumbu", "الأرشيف", "归档", "アーカイブ"),
}  # fmt: skip
_ROLE_OF_NAME = {name: role for role, names in _ROLE_NAMES.items() for name in names}
VIEW = N_("a view of mail that is copied from its own folder")
NOT_MAIL = N_("not a mail folder")
CHOSEN = N_("left out by your choice")
ARCHIVE_NAME = "Archive"
LONGEST_SAFE = 100  # of a level in a safe name, which is tried where the natural one was refused
LONGEST_PART = 200  # characters of one level of a name; Dovecot and Cyrus take more, file systems do not


@dataclass(frozen=True)
class FolderPlan:
    """Where one source folder goes. ``destination`` is raw (modified UTF-7); "" texts mean none."""

    source: bytes
    source_name: str
    destination: bytes
    destination_name: str
    role: Role | None = None
    subscribed: bool = False
    selectable: bool = True
    excluded_reason: str = ""
    renamed: bool = False
    separator: bytes = b""


def levels(name: bytes, overview: Overview) -> tuple[bytes, ...]:
    """A raw name as its levels, without the personal namespace's prefix."""
    separator = overview.separator
    prefix = overview.prefix
    if prefix and name.upper().startswith(prefix.upper()) and len(name) > len(prefix):
        name = name[len(prefix) :]
    return tuple(name.split(separator)) if separator else (name,)


def role_of(folder: ListedFolder, path: tuple[bytes, ...], gmail: bool = False) -> Role | None:
    """INBOX by name, then SPECIAL-USE (RFC 6154), then the tables of localised names: at the top level, and below "[Gmail]" at Gmail."""
    if folder.name == b"INBOX":
        return Role.INBOX
    for attribute in sorted(folder.attributes):
        if role := _ROLE_ATTRIBUTES.get(attribute):
            return role
    if gmail and (named := not_mail.gmail_role(_names(path))):
        return named
    return _ROLE_OF_NAME.get(decode_name(path[-1])[0].strip().lower()) if len(path) == 1 else None


def _names(path: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(decode_name(part)[0] for part in path)


def role_is_stated(folder: ListedFolder) -> bool:
    """True when the server itself gives the role."""
    return any(a in _ROLE_ATTRIBUTES for a in folder.attributes)


def exclusion(folder: ListedFolder, overview: Overview, role: Role | None, path: tuple[bytes, ...], no_mail: frozenset[str]) -> str:
    """Why a folder is left out by rule, or "". ``no_mail`` is what `not_mail.names_without_mail` gave for this mailbox."""
    if any(folder.name.startswith(p) or folder.name + (overview.separator or b"/") == p for p in overview.foreign):
        return N_("shared or another user's folder")
    if role in (Role.FLAGGED, Role.IMPORTANT):
        return VIEW
    if overview.gmail and not_mail.is_gmail_chat(_names(path)):
        return NOT_MAIL
    if role is None and decode_name(path[0])[0].strip().casefold() in no_mail:
        return NOT_MAIL
    return ""


class FolderMap:
    """Builds the plan of all folders of one mailbox. ``known`` maps raw source names to destinations chosen in earlier passes: they stay.

    ``chosen`` is the admin's word on single folders (see `folder_choices`); it goes before the rules.
    """

    def __init__(
        self,
        source: Overview,
        destination: Overview,
        known: Mapping[bytes, bytes] | None = None,
        chosen: Mapping[bytes, bool] | None = None,
    ) -> None:
        self._source = source
        self._chosen = dict(chosen or {})
        self._no_mail = not_mail.names_without_mail(decode_name(levels(f.name, source)[0])[0] for f in source.folders.values())
        self._destination = destination
        self._known = dict(known or {})
        self._taken: dict[bytes, bytes] = {b"INBOX": b"INBOX"} | {self._fold(raw): name for name, raw in self._known.items()}
        self._moved: dict[tuple[bytes, ...], tuple[str, ...]] = {}
        self._roles = {
            role: f.name
            for f in reversed(destination.folders.values())
            if (role := role_of(f, levels(f.name, destination))) and f.selectable
        }
        self._role_owner = self._owners()
        self._keep_exact_names()

    def _keep_exact_names(self) -> None:
        """A name that the destination can hold as it is goes before one that has to be mended into it."""
        for folder in self._source.folders.values():
            path = levels(folder.name, self._source)
            if folder.name not in self._known and all(self._part(part) == decode_name(part)[0] for part in path):
                self._taken.setdefault(self._fold(self._join(tuple(self._part(part) for part in path))), folder.name)

    def _owners(self) -> dict[Role, bytes]:
        """The one source folder that holds each role: a stated one before a named one, the first of several."""
        owners: dict[Role, bytes] = {}
        ranked = sorted(self._source.folders.values(), key=lambda f: (not role_is_stated(f), len(f.name)))
        for folder in ranked:
            role = self._role(folder, levels(folder.name, self._source))
            if role and folder.selectable:
                owners.setdefault(role, folder.name)
        return owners

    def _role(self, folder: ListedFolder, path: tuple[bytes, ...]) -> Role | None:
        role = role_of(folder, path, self._source.gmail)
        view = role in (Role.FLAGGED, Role.IMPORTANT) and self._chosen.get(folder.name)
        return None if view else role  # a view that the admin takes along is a folder like any other

    def _excluded(self, folder: ListedFolder, path: tuple[bytes, ...]) -> str:
        chosen = self._chosen.get(folder.name)
        if chosen is not None:
            return "" if chosen else CHOSEN
        return exclusion(folder, self._source, self._role(folder, path), path, self._no_mail)

    def plans(self) -> list[FolderPlan]:
        """All source folders, INBOX first, parents before children, excluded ones with their reason."""
        ordered = sorted(self._source.folders.values(), key=lambda f: (f.name != b"INBOX", levels(f.name, self._source)))
        return [self._plan(folder) for folder in ordered]

    def _plan(self, folder: ListedFolder) -> FolderPlan:
        path = levels(folder.name, self._source)
        role = self._role(folder, path)
        if role and self._role_owner.get(role) != folder.name:
            role = None
        separator = (self._source.separator or b"/").decode("ascii", "replace")
        plan = FolderPlan(
            folder.name, decode_name(folder.name)[0], b"", "", role, folder.subscribed, folder.selectable,
            self._excluded(folder, path), separator=self._source.separator,
        )  # fmt: skip
        if plan.excluded_reason:
            return replace(plan, source_name=plan.source_name)
        raw, wanted = self._destination_of(folder.name, path, role)
        del separator
        return replace(plan, destination=raw, destination_name=decode_name(raw)[0], renamed=not self._same(wanted, path, role))

    def _destination_of(self, source: bytes, path: tuple[bytes, ...], role: Role | None) -> tuple[bytes, tuple[str, ...]]:
        if source in self._known:
            raw = self._known[source]
            parts = tuple(decode_name(p)[0] for p in levels(raw, self._destination))
            self._moved[path] = parts
            return raw, parts
        parts = self._wanted(path, role)
        raw = self._free(parts, source)
        parts = tuple(decode_name(p)[0] for p in levels(raw, self._destination))
        self._moved[path] = parts
        return raw, parts

    def _wanted(self, path: tuple[bytes, ...], role: Role | None) -> tuple[str, ...]:
        if role is Role.INBOX:
            return ("INBOX",)
        if role is Role.ALL:  # what is in no other folder: archived mail (see `rest`)
            role = Role.ARCHIVE
            if role not in self._roles:
                return (ARCHIVE_NAME,)
        if role and (target := self._roles.get(role)):
            same = self._join(tuple(self._part(p) for p in path))
            existing = self._destination.folders.get(same)
            if not (existing and role_of(existing, levels(same, self._destination)) is role):
                return tuple(decode_name(p)[0] for p in levels(target, self._destination))
        parent = self._moved.get(path[:-1])
        head = parent if parent is not None else tuple(self._part(p) for p in path[:-1])
        return (*head, self._part(path[-1]))

    def _part(self, raw: bytes) -> str:
        """One level in a form the destination can hold: without its separator, control characters or invalid code."""
        text = decode_name(raw)[0]
        separator = self._destination.separator.decode("ascii", "replace")
        if separator:
            text = text.replace(separator, "_")
        text = "".join("_" if (not c.isprintable() and not c.isspace()) or c in "\r\n\t\0\x7f" else c for c in text)
        return text[:LONGEST_PART] if text.strip() else "_"

    def _join(self, parts: tuple[str, ...]) -> bytes:
        if parts == ("INBOX",):
            return b"INBOX"
        separator = self._destination.separator or b"/"
        prefix = self._destination.prefix
        if prefix.upper().rstrip(separator) == b"INBOX" and parts[0].upper() == "INBOX" and len(parts) > 1:
            return b"INBOX" + separator + separator.join(encode_name(p) for p in parts[1:])
        return prefix + separator.join(encode_name(p) for p in parts)

    @staticmethod
    def _fold(raw: bytes) -> bytes:
        """INBOX in any spelling is one folder; other names differ by case until the destination says otherwise (see `safe_variant`)."""
        return raw.upper() if raw.upper() == b"INBOX" else raw

    def _free(self, parts: tuple[str, ...], source: bytes) -> bytes:
        """The raw name of ``parts``, or of the first numbered variant that no other source folder has taken."""
        for number in range(1, 10_000):
            tail = parts[-1] if number == 1 else f"{parts[-1]} ({number})"
            raw = self._join((*parts[:-1], tail))
            if self._taken.setdefault(self._fold(raw), source) == source and (raw != b"INBOX" or source == b"INBOX"):
                return raw
        raise ValueError("no free folder name")

    def _same(self, parts: tuple[str, ...], path: tuple[bytes, ...], role: Role | None) -> bool:
        """Whether people would call it the same name."""
        return role is Role.INBOX or parts == tuple(decode_name(p)[0] for p in path)

    def safe_variant(self, plan: FolderPlan) -> FolderPlan:
        """Another name for a folder whose creation the destination refused: plain letters, digits and an escape for all else."""
        parts = tuple(decode_name(p)[0] for p in levels(plan.destination, self._destination))
        safe = tuple(
            "".join(c if (c.isalnum() and c.isascii()) or c in " -_" else f"={ord(c):02X}" for c in p)[:LONGEST_SAFE].strip() or "_"
            for p in parts
        )
        raw = self._free(safe, plan.source)
        return replace(plan, destination=raw, destination_name=decode_name(raw)[0], renamed=True)


def parents(raw: bytes, separator: bytes) -> Iterable[bytes]:
    """The raw names above ``raw``, outermost first."""
    parts = raw.split(separator) if separator else [raw]
    for count in range(1, len(parts)):
        yield separator.join(parts[:count])
