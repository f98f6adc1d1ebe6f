"""Odd mail and odd folders from a Maildir Dovecot (separator ".") to an sdbox one (separator "/")."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

from mailsafi_wizard.demo.letters import Letter
from tests.servers.cases import WHEN
from tests.servers.company import big_letter, drop, fill, namespace, sign_in, subscribe_some, wire_name
from tests.servers.oracle import Name
from tests.servers.scenes import Play, Scene, letter, quoted, scene


def with_body(body: bytes, number: int = 0) -> Letter:
    return dataclasses.replace(letter(number), body=body)


def usual_oddities(s: Scene) -> None:
    """8-bit headers, a line of a megabyte, no headers, deep MIME, odd flags, NUL, bare CR and LF: see `company.odd_letters`."""
    fill(s.source, s.user, 40, 7)
    s.run()


def texts(s: Scene) -> None:
    bodies = {
        "nothing but a line end": b"\r\n",
        "one byte": b"x",
        "only a header": b"Subject: only\r\n",
        "tricky id": b'Message-ID: <a"\\b>\r\n W1 LOGOUT\r\nSubject: fold\r\n\r\nx\r\n',
        "id with a literal": b"Message-ID: {4}\r\nSubject: {4+}\r\n\r\n{4}\r\n",
        "id without end": b"Message-ID: <no end\r\n\r\nx\r\n",
        "empty id": b"Message-ID:\r\nSubject: empty id\r\n\r\nx\r\n",
        "two ids": b"Message-ID: <1@x>\r\nMessage-ID: <2@x>\r\n\r\nx\r\n",
        "folded id": b"Message-ID:\r\n <folded@example.org>\r\n\r\nx\r\n",
        "id in 8 bit": b"Message-ID: <\xff\xfe@\xe9>\r\n\r\nx\r\n",
        "parentheses": b"Subject: (((((\r\n\r\n)))))\r\n* 1 FETCH (UID 1)\r\n",
        "looks like a literal": b"Subject: x\r\n\r\nBODY[] {10}\r\n",
        "utf-16": "Subject: x\r\n\r\nüöä".encode("utf-16"),
        "no line end": b"Subject: x\r\n\r\nno end",
        "many line ends": b"Subject: x\r\n\r\nx" + b"\r\n" * 500,
        "deep": _deep(400),
        "boundary lies": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--y\r\n\r\n--x--",
        "20,000 headers": b"X: y\r\n" * 20_000 + b"\r\nx\r\n",
    }
    s.fill([with_body(body) for body in bodies.values()], subscribe=False)
    s.run()


def _deep(levels: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(levels))
    return b"Subject: deep\r\n" + opening + b"Content-Type: text/plain\r\n\r\ninnermost\r\n"


def raw_files(s: Scene) -> None:
    """What only a delivery program could lay down."""
    raw = {
        "nul": b"Subject: NUL\n\nbefore \0 after \0\0\n",
        "bare cr": b"Subject: mac\r\rall\rof\rit",
        "mixed line ends": b"Subject: mixed\r\nX: y\n\na\r\nb\nc\rd\r \r\ne\n\r\n",
        "nul in the header": b"Subject: a\0b\nFrom: x\n\nx\n",
        "no header": b"\n\njust text\n",
    }
    for number, body in enumerate(raw.values()):
        drop(s.source, s.user, with_body(body, number))
    s.run()


def twins(s: Scene) -> None:
    """Equal texts with other flags or dates; texts that differ in the last byte alone."""
    one = letter(1)
    later = dataclasses.replace(one, date=WHEN + dt.timedelta(days=1))
    flagged = dataclasses.replace(one, flags=("\\Flagged",))
    nearly = [dataclasses.replace(one, body=one.body[:-3] + bytes([65 + i]) + b"\r\n") for i in range(5)]
    s.fill([one, one, later, flagged, *nearly, one], subscribe=False)
    s.run()
    s.trial.project.unlink()
    s.run()


def dates(s: Scene) -> None:
    days = ((1970, 1, 1), (1969, 12, 31), (1985, 6, 1), (2037, 12, 31), (2038, 1, 20), (2040, 5, 5), (2100, 1, 1))
    s.fill(
        [dataclasses.replace(letter(n), date=dt.datetime(*d, 12, 0, 1, tzinfo=dt.UTC)) for n, d in enumerate(days)], subscribe=False
    )
    s.run()


def flags(s: Scene) -> None:
    names = [f"label{i}" for i in range(40)]
    mail = [dataclasses.replace(letter(i), flags=("\\Seen", name)) for i, name in enumerate(names)]
    mail.append(dataclasses.replace(letter(99), flags=("\\Deleted", "$Forwarded", "$MDNSent", "Non.Junk/x", "a&b", "[x")))
    s.fill(mail, subscribe=False)
    s.run()


def big(megabytes: int) -> Callable[[Scene], None]:
    def act(s: Scene) -> None:
        s.fill([letter(1), big_letter(("INBOX",), megabytes << 20), letter(2)], subscribe=False)
        ended = s.run()
        s.check(ended.peak < 200 * 1024, f"{ended.peak // 1024} MB of memory")

    return act


FOLDERS: tuple[Name, ...] = (
    ("Ankara & Malipo",),
    ("a&b&-c",),
    ('say "hello"',),
    ("back\\slash",),
    ("*star%percent*",),
    ("[brackets](parens){4}",),
    ("til~de",),
    ("#hash",),
    ("=cmd|' C calc'!A0",),
    ("Zusammenfassung – “Größe”",),
    ("供应商", "广州 茶叶"),
    ("😀", "🎉 sherehe"),
    ("e\u0301 and \u00e9",),
    ("case",),
    ("Case",),
    ("CASE",),
    ("007",),
    ("NIL",),
    ("inbox child", "INBOX"),
    (" leading",),
    ("trailing ",),
    ("x" * 150,),
    tuple(f"level {i}" for i in range(1, 19)),
)


def folders(s: Scene) -> None:
    """Names that are hard to quote, to encode or to tell apart; every one must arrive under its own name."""
    s.fill([letter(i, name) for i, name in enumerate(FOLDERS)])
    s.run()
    s.run()


def folders_without_mail(s: Scene) -> None:
    """Empty folders arrive; parents that hold no mail are no failure."""
    client = sign_in(s.source, s.user)
    prefix, separator = namespace(client)
    for name in (("Empty",), ("No parent", "Child"), ("Empty", "Too")):
        client.create(quoted(wire_name(name, prefix, separator)))
    client.logout()
    subscribe_some(s.source, s.user, [("Empty",)])
    s.run()


def nothing_at_all(s: Scene) -> None:
    """An account without a single message."""
    s.run()


ALL: dict[str, Callable[[Scene], None]] = {
    "odd-usual": usual_oddities,
    "odd-texts": texts,
    "odd-raw-files": raw_files,
    "odd-twins": twins,
    "odd-dates": dates,
    "odd-flags": flags,
    "odd-25-mb": big(25),
    "odd-150-mb": big(150),
    "odd-folders": folders,
    "odd-folders-without-mail": folders_without_mail,
    "odd-nothing-at-all": nothing_at_all,
}


def all_odd() -> dict[str, Play]:
    return {name: scene(name, act) for name, act in ALL.items()}
