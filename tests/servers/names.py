"""Modified UTF-7 (RFC 3501 section 5.1.3), written apart from the product's own so that the two check each other."""

from __future__ import annotations

import base64
import re


def encode(name: str) -> bytes:
    def shift(match: re.Match[str]) -> str:
        text = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return "&" + text.replace("/", ",") + "-"

    return re.sub(r"[^\x20-\x7e]+", shift, name.replace("&", "&-")).encode("ascii")


def decode(raw: bytes) -> str:
    """The Unicode name; a name that is not valid comes back byte for byte as Latin-1, so that it stays distinct."""

    def unshift(match: re.Match[str]) -> str:
        body = match[1].replace(",", "/")
        if not body:
            return "&"
        return base64.b64decode(body + "=" * (-len(body) % 4)).decode("utf-16-be")

    text = raw.decode("latin-1")
    try:
        return re.sub(r"&([^-]*)-", unshift, text)
    except ValueError:
        return text
