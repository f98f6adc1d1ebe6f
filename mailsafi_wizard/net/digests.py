"""Identity of messages by content: read whole, kept as a digest each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from mailsafi_wizard.net.fetch import (
    BIG,
    LARGEST_MESSAGE,
    Body,
    Streamed,
    ask_bodies,
    ask_body,
    messages,
    stream,
)
from mailsafi_wizard.net.identity import ContentDigest, content_digest
from mailsafi_wizard.net.session import Session

AT_ONCE = 100  # messages asked for by one command
AHEAD = 4  # such commands in flight


def digests(session: Session, uids: Iterable[int], sizes: dict[int, int]) -> dict[int, bytes]:
    """`content_digest` of many messages of the selected folder, pipelined in blocks; ``sizes`` in bytes bound what may come."""
    wanted = sorted(set(uids))
    largest = max((sizes.get(u, LARGEST_MESSAGE) for u in wanted), default=0) * 2 + BIG
    blocks = [wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE)]
    result: dict[int, bytes] = {}
    asked: deque[bytes] = deque()
    apart: list[int] = []
    for block in blocks:
        asked.append(ask_bodies(session, block))
        if len(asked) > AHEAD:
            apart += _digested(session, asked.popleft(), largest, result)
    while asked:
        apart += _digested(session, asked.popleft(), largest, result)
    for uid in apart:
        chunks = stream(session, ask_body(session, uid), largest).chunks
        result[uid] = _digest_of(chunks)
    return result


def _digested(session: Session, tag: bytes, largest: int, result: dict[int, bytes]) -> list[int]:
    """Takes what comes before the end of ``tag``; returns the UIDs of messages that must be asked for alone."""
    apart = []
    for item in messages(session, tag, largest):
        if isinstance(item, Body):
            result[item.uid] = content_digest(item.data)
        elif isinstance(item, Streamed):
            result[item.uid] = _digest_of(item.chunks)
        elif item.uid:
            apart.append(item.uid)
    return apart


def _digest_of(chunks: Iterable[bytes]) -> bytes:
    digest = ContentDigest()
    for piece in chunks:
        digest.update(piece)
    return digest.digest()
