"""The code of dots that a phone's camera reads (ISO/IEC 18004), as rows of dots for a painter, as SVG and as PNG."""

from __future__ import annotations

import functools
import io

import segno

QUIET = 4  # light dots around the code, which a camera needs


@functools.lru_cache(8)
def _made(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m")


def dots(text: str) -> tuple[tuple[bool, ...], ...]:
    """Row by row, True is dark; without the light border."""
    return tuple(tuple(bool(dot) for dot in row) for row in _made(text).matrix)


def svg(text: str) -> str:
    """An SVG element for an HTML page; it holds drawing orders only, never ``text`` itself."""
    return _made(text).svg_inline(border=QUIET, scale=1, dark="#000", light="#fff", omitsize=True, svgclass="code", lineclass=None)


def png(text: str) -> bytes:
    """A picture of 6 pixels a dot, for mail programs, which drop SVG."""
    out = io.BytesIO()
    _made(text).save(out, kind="png", border=QUIET, scale=6)
    return out.getvalue()
