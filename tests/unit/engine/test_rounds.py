"""The size limit that a destination announces (RFC 7889)."""

from __future__ import annotations

import pytest

from mailsafi_wizard.engine.rounds import append_limit
from tests.unit.net.other_end import Line


@pytest.mark.parametrize(
    ("capability", "limit"),
    [
        ("APPENDLIMIT=35651584", 35651584),
        ("APPENDLIMIT", None),
        ("APPENDLIMIT=", None),
        ("APPENDLIMIT=-1", None),
        ("UIDPLUS", None),
    ],
)
def test_the_limit_is_read_where_it_is_told(capability: str, limit: int | None) -> None:
    with Line(capabilities=("IMAP4REV1", capability)) as line:
        assert append_limit(line.session) == limit
