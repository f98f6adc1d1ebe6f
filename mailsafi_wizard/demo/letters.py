"""Makes the mail of a sample company: believable, in four languages, the same for the same seed.

Knows nothing of servers or projects. Nothing here is a real person's; domains are those set aside for examples.
"""

from __future__ import annotations

import base64
import datetime as dt
import random
import zlib
from collections.abc import Iterator

from mailsafi_wizard.demo import phrases
from mailsafi_wizard.records import dataclass

DOMAIN = "example.co.ke"
UNTIL = dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)
YEARS = 10
_ZONES = [dt.timezone(dt.timedelta(hours=h)) for h in (3, 3, 3, 3, 0, 8, 4, -5)]


@dataclass(frozen=True)
class Letter:
    """One message and how a server holds it. ``folder`` is a tuple of Unicode names, ``date`` the INTERNALDATE."""

    folder: tuple[str, ...]
    flags: tuple[str, ...]
    date: dt.datetime
    body: bytes


@dataclass(frozen=True)
class Person:
    name: str
    address: str

    @property
    def mention(self) -> str:
        """For a From or To line."""
        return f"{header_text(self.name)} <{self.address}>"


def letters(owner: Person, count: int, seed: int, until: dt.datetime = UNTIL) -> Iterator[Letter]:
    """``count`` letters of ``owner``, oldest first in each folder, over ten years up to ``until``.

    Among them, as soon as there is room: ten identical ones, two different ones with one Message-ID, some without any.
    """
    rng = random.Random(seed)
    folders = _folders(rng, count)
    dates = sorted(_date(rng, until) for _ in folders)
    twins = _twins(owner, rng)
    for index, (folder, date) in enumerate(zip(folders, dates, strict=True)):
        special = twins.get(index) if count >= 30 else None
        yield special if special else _letter(owner, folder, date, rng, index)


def _folders(rng: random.Random, count: int) -> list[tuple[str, ...]]:
    names = [name for name, _weight in phrases.FOLDERS]
    weights = [weight for _name, weight in phrases.FOLDERS]
    some = rng.choices(names, weights, k=max(0, count - len(names)))
    every = [*names, *some] if count >= len(names) else names[:count]
    rng.shuffle(every)
    return every


def _date(rng: random.Random, until: dt.datetime) -> dt.datetime:
    """More of late than of old, in working hours mostly."""
    age = dt.timedelta(days=365.25 * YEARS * rng.random() ** 2, seconds=rng.randrange(86400))
    moment = (until - age).replace(microsecond=0)
    if rng.random() < 0.8:
        moment = moment.replace(hour=rng.randrange(5, 15))
    return min(moment, until).astimezone(rng.choice(_ZONES))


def _letter(owner: Person, folder: tuple[str, ...], date: dt.datetime, rng: random.Random, index: int) -> Letter:
    other = Person(*rng.choice(phrases.CONTACTS))
    sender, recipient = (owner, other) if folder[0] in ("Sent", "Drafts") else (other, owner)
    language = rng.choices(["en", "sw", "ar", "zh"], [60, 25, 8, 7])[0]
    subject = _subject(language, rng)
    head = [
        f"From: {sender.mention}",
        f"To: {recipient.mention}",
        f"Subject: {header_text(subject)}",
        f"Date: {rfc2822(date)}",
    ]
    if rng.random() > 0.02:
        head.append(f"Message-ID: <{index}.{rng.getrandbits(64):016x}@{sender.address.split('@')[1]}>")
    if folder[0] not in ("Sent", "Drafts"):
        head.insert(0, _received(sender, owner, date, rng))
    if subject.startswith("Re: "):
        head.append(f"In-Reply-To: <{rng.getrandbits(64):016x}@{DOMAIN}>")
    if rng.random() < 0.4:
        head.append(f"X-Mailer: {rng.choice(phrases.MAILERS)}")
    body = _assemble(head, _text(language, sender, rng), rng)
    return Letter(folder, _flags(folder, date, rng), date, body)


def _subject(language: str, rng: random.Random) -> str:
    subject = rng.choice(phrases.SUBJECTS[language]).format(n=rng.randrange(100, 9999), year=rng.randrange(2017, 2027))
    return ("Re: " if rng.random() < 0.35 else "") + subject


def _text(language: str, sender: Person, rng: random.Random) -> str:
    greeting, closing = phrases.GREETINGS[language]
    sentences = [rng.choice(phrases.SENTENCES[language]) for _ in range(rng.randrange(2, 25))]
    paragraphs = [" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4)]
    signature = f"-- \n{sender.name}\n{sender.address}"
    return "\n\n".join([greeting, *paragraphs, closing, signature]) + "\n"


def _received(sender: Person, owner: Person, date: dt.datetime, rng: random.Random) -> str:
    host, name = f"mx{rng.randrange(1, 4)}.{sender.address.split('@')[1]}", f"{rng.getrandbits(48):012X}"
    return f"Received: from {host} by mail.{DOMAIN} with ESMTPS id {name}\n\tfor <{owner.address}>; {rfc2822(date)}"


def _flags(folder: tuple[str, ...], date: dt.datetime, rng: random.Random) -> tuple[str, ...]:
    flags = ["\\Seen"] if rng.random() < (0.97 if date.year < 2026 else 0.7) else []
    flags += ["\\Draft"] if folder[0] == "Drafts" else []
    flags += ["\\Answered"] if rng.random() < 0.25 else []
    flags += ["\\Flagged"] if rng.random() < 0.06 else []
    flags += [keyword for keyword, share in phrases.KEYWORDS if rng.random() < share]
    return tuple(flags)


def _assemble(head: list[str], text: str, rng: random.Random) -> bytes:
    kind = rng.random()
    head.append("MIME-Version: 1.0")
    if kind < 0.45:
        body = _part("text/plain; charset=utf-8", text)
    elif kind < 0.8:
        body = _multipart(
            "alternative", [_part("text/plain; charset=utf-8", text), _part("text/html; charset=utf-8", _html(text))], rng
        )
    else:
        parts = [_part("text/plain; charset=utf-8", text), *(_attachment(rng) for _ in range(rng.choice((1, 1, 1, 2))))]
        body = _multipart("mixed", parts, rng)
    return ("\n".join(head) + "\n" + body).replace("\n", "\r\n").encode()


def _part(kind: str, text: str) -> str:
    if text.isascii():
        return f"Content-Type: {kind}\nContent-Transfer-Encoding: 7bit\n\n{text}"
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{_base64(text.encode())}"


def _multipart(subtype: str, parts: list[str], rng: random.Random) -> str:
    boundary = f"=_{rng.getrandbits(80):020x}"
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


def _html(text: str) -> str:
    direction = ' dir="rtl"' if any("\u0600" <= c <= "\u06ff" for c in text) else ""
    paragraphs = "".join(f"<p>{p}</p>\n" for p in text.replace("&", "&amp;").replace("<", "&lt;").split("\n\n"))
    return f"<!DOCTYPE html>\n<html><body{direction}>\n{paragraphs}</body></html>\n"


def _attachment(rng: random.Random) -> str:
    name, kind, content = rng.choice((_pdf, _csv, _png))(rng)
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n"
    return f"{head}Content-Disposition: attachment; {_filename(name)}\n\n{_base64(content)}"


def _filename(name: str) -> str:
    if name.isascii():
        return f'filename="{name}"'
    return "filename*=utf-8''" + "".join(f"%{byte:02X}" for byte in name.encode())


def _pdf(rng: random.Random) -> tuple[str, str, bytes]:
    stream = zlib.compress(rng.randbytes(int(rng.lognormvariate(9.5, 0.9)) % 200_000))
    body = b"%PDF-1.4\n1 0 obj\n<</Length " + str(len(stream)).encode() + b">>\nstream\n" + stream + b"\nendstream\nendobj\n%%EOF\n"
    name = rng.choice(("Invoice {}.pdf", "Ankara {}.pdf", "فاتورة {}.pdf", "发票 {}.pdf", "LPO-{}.pdf"))
    return name.format(rng.randrange(1000, 9999)), "application/pdf", body


def _csv(rng: random.Random) -> tuple[str, str, bytes]:
    rows = [
        f"{i},{rng.choice(phrases.GOODS)},{rng.randrange(1, 500)},{rng.randrange(100, 90000)}" for i in range(rng.randrange(5, 200))
    ]
    return f"stock-{rng.randrange(1, 53):02d}.csv", "text/csv", "\r\n".join(["No,Item,Qty,KES", *rows]).encode()


def _png(rng: random.Random) -> tuple[str, str, bytes]:
    side = rng.randrange(16, 64)
    rows = b"".join(b"\0" + rng.randbytes(side * 3) for _ in range(side))
    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    packed = b"".join(len(d).to_bytes(4, "big") + k + d + zlib.crc32(k + d).to_bytes(4, "big") for k, d in chunks)
    return f"IMG_{rng.randrange(1000, 9999)}.png", "image/png", b"\x89PNG\r\n\x1a\n" + packed


def _twins(owner: Person, rng: random.Random) -> dict[int, Letter]:
    """Ten identical reminders in INBOX, and two different letters there that share one Message-ID, by their place."""
    date = dt.datetime(2025, 3, 3, 6, 0, tzinfo=_ZONES[0])
    head = [f"From: {Person('Tamarind Stock', f'stock@{DOMAIN}').mention}", f"To: {owner.mention}", "Subject: Stock count at four"]
    head += [f"Date: {rfc2822(date)}", f"Message-ID: <stock-count@{DOMAIN}>"]
    equal = Letter(("INBOX",), ("\\Seen",), date, _plain(head, "Please count your shelves before four.\n"))
    found = dict.fromkeys(range(10, 20), equal)
    shared = f"Message-ID: <{rng.getrandbits(40):010x}@scanner.{DOMAIN}>"
    for index, page in ((22, "first"), (23, "second")):
        head = [f"From: <scanner@{DOMAIN}>", f"To: {owner.mention}", "Subject: Scan", f"Date: {rfc2822(date)}", shared]
        found[index] = Letter(("INBOX",), (), date, _plain(head, f"This is the {page} page.\n"))
    return found


def _plain(head: list[str], text: str) -> bytes:
    return ("\n".join(head) + "\n\n" + text).replace("\n", "\r\n").encode()


def _base64(data: bytes) -> str:
    return base64.encodebytes(data).decode()


def header_text(text: str) -> str:
    """``text`` for a header line; RFC 2047 words, folded, where it is not ASCII."""
    if text.isascii():
        return text
    pieces = [text[i : i + 12] for i in range(0, len(text), 12)]
    return "\n ".join(f"=?utf-8?B?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)


def rfc2822(date: dt.datetime) -> str:
    """``date`` as a Date header has it, whatever the locale."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[date.weekday()]
    return f"{day}, {date.day} {MONTHS[date.month - 1]} {date:%Y %H:%M:%S %z}"


def internaldate(date: dt.datetime) -> str:
    """``date`` as RFC 9051's date-time, without quotes."""
    return f"{date.day:02d}-{MONTHS[date.month - 1]}-{date:%Y %H:%M:%S %z}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
