"""The real command with shorter deadlines, so that a server that falls silent costs a test seconds and not minutes.

``python -m tests.servers.impatient migrate ...`` is ``mailsafi-wizard migrate ...`` in all else.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from unittest import mock

from mailsafi_wizard import __main__, cli
from mailsafi_wizard.engine.pacer import Persistence
from mailsafi_wizard.net.wire import Patience
from mailsafi_wizard.project import answers

KNOWN = "MAILSAFI_TEST_KNOWN"  # environment: seconds for which a server that worked before is waited for
PATIENCE = Patience(connect=3.0, silence=2.0, window=2.0, command=8.0)
PERSISTENCE = Persistence(unknown=4.0, known=20.0, first_wait=0.05, longest_wait=1.0)


@contextlib.contextmanager
def impatience(known: float = PERSISTENCE.known) -> Iterator[None]:
    """Within this block every project has `PATIENCE` and `PERSISTENCE`; ``known`` in seconds."""
    with (
        mock.patch.object(answers, "Patience", functools.partial(lambda: PATIENCE)),
        mock.patch.object(answers, "LONG", PERSISTENCE),
        mock.patch.object(cli, "GIVE_UP_AFTER", known),
    ):
        yield


if __name__ == "__main__":
    with impatience(float(os.environ.get(KNOWN, PERSISTENCE.known))):
        sys.exit(__main__.main())
