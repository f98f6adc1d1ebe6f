"""`mailsafi-wizard`: a command when one is named, else the wizard."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import NoReturn

from mailsafi_wizard import errors

COMMANDS = {"migrate", "verify", "report", "check-list", "discover", "dns", "demo", "support"}
NETWORKED = {"migrate", "verify"}


def run() -> NoReturn:
    """Entry point of the installed program."""
    end(main())


def end(status: int) -> NoReturn:
    """Ends a command at once: to take the interpreter apart takes longer than many of them need for their last step."""
    if sys.argv[1:2] and sys.argv[1] in NETWORKED:
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError, ValueError):  # a reader that has gone
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def main() -> int:
    """Carries out what the arguments say; returns the exit status."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] == "--selftest":
        return _self_test(arguments[1:])
    _find_authorities()
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        if arguments[0] in NETWORKED:
            from mailsafi_wizard.net import wire

            gc.disable()  # loading leaves nothing to collect; `cli` enables it for the work
            wire.read_certificates_ahead()
        from mailsafi_wizard import cli

        return cli.main(arguments)
    from mailsafi_wizard import app

    try:
        return app.run(Path(arguments[0]) if arguments else None)
    except errors.NoScreen as e:
        print(f"mailsafi-wizard: {e}", file=sys.stderr)
        return e.exit_status


def _self_test(names: list[str]) -> int:
    """A part that is missing may be one without which not even the test can be loaded."""
    try:
        _find_authorities()
        from mailsafi_wizard import selftest
    except (ImportError, OSError) as e:
        print(f"FAIL  modules: the program cannot be loaded: {type(e).__name__}: {e}", flush=True)
        return 1
    return selftest.main(names)


def _find_authorities() -> None:
    if getattr(sys, "frozen", False):
        from mailsafi_wizard.net import roots

        roots.find()


if __name__ == "__main__":
    run()
