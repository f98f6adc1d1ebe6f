"""`mailsafi-wizard`: a command when one is named, else the wizard."""

from __future__ import annotations

import sys
from pathlib import Path

COMMANDS = {"migrate", "verify", "report", "check-list", "discover", "dns", "demo", "support"}
NETWORKED = {"migrate", "verify"}


def main() -> int:
    """Entry point of the installed program; returns the exit status."""
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        if arguments[0] in NETWORKED:
            from mailsafi_wizard.net import wire

            wire.read_certificates_ahead()
        from mailsafi_wizard import cli

        return cli.main(arguments)
    from mailsafi_wizard import app

    return app.run(Path(arguments[0]) if arguments else None)


if __name__ == "__main__":
    sys.exit(main())
