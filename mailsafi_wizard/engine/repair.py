"""The one change to a message that is ever made, and only where the admin chose it: what a strict server refuses is put right. Pure."""

from __future__ import annotations

import re

from mailsafi_wizard.net.identity import header_of
from mailsafi_wizard.words import N_

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")  # a header field's name and colon (RFC 5322 section 3.6.8, obs-optional included)
_EIGHT_BIT = re.compile(rb"[\x80-\xff]+")
LARGEST = 64 << 20  # bytes; a bigger message is not held in memory for this


def repaired(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The message as any server should take it, and what was changed, in words; nothing changed when it was sound."""
    done: list[str] = []
    if b"\0" in data:
        data = data.replace(b"\0", b"")
        done.append(N_("NUL characters were taken out"))
    if _BARE.search(data):
        data = _BARE.sub(b"\r\n", data)
        done.append(N_("line ends were put right"))
    header = header_of(data)
    sound, words = _sound_header(header)
    if words:
        data = sound + data[len(header) :]
        done += words
    return data, tuple(done)


def _sound_header(header: bytes) -> tuple[bytes, list[str]]:
    done: list[str] = []
    lines = header.split(b"\r\n")
    broken = [i for i, line in enumerate(lines) if line and not _FIELD.match(line) and (i == 0 or line[:1] not in b" \t")]
    for i in broken:
        lines[i] = b"X-Unreadable-Line: " + lines[i]
    if broken:
        done.append(N_("header lines without a name were given one"))
    if _EIGHT_BIT.search(header):
        lines = [_EIGHT_BIT.sub(_encoded, line) for line in lines]
        done.append(N_("letters of unknown encoding in the header were written as RFC 2047 asks"))
    if not header.strip():
        return b"X-Unreadable-Line: (no header)\r\n\r\n", [*done, N_("an empty header was given a line")]
    return b"\r\n".join(lines), done


def _encoded(found: re.Match[bytes]) -> bytes:
    return b"=?unknown-8bit?Q?" + b"".join(b"=%02X" % byte for byte in found[0]) + b"?="
