"""`mailsafi-wizard`: a command when one is named, else the wizard."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from mailsafi_wizard import errors

COMMANDS = {"migrate", "verify", "report", "check-list", "discover", "dns", "demo", "support"}
NETWORKED = {"migrate", "verify"}


def main() -> int:
    """Entry point of the installed program; returns the exit status."""
    arguments = sys.argv[1:]
    if getattr(sys, "frozen", False):
        from mailsafi_wizard.net import roots

        roots.find()
    if arguments and arguments[0] == "--selftest":
        from mailsafi_wizard import selftest

        return selftest.main(arguments[1:])
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


if __name__ == "__main__":
    sys.exit(main())
