"""The commands and their options, as `mailsafi-wizard --help` tells them. What each does is `cli`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mailsafi_wizard import __version__, errors, words
from mailsafi_wizard.model import Side, SignInStyle

JSON = "one JSON object a line on standard output"
STYLES = {
    style.value: style for style in SignInStyle if style is not SignInStyle.PASSWORD and not style.by_token
}  # an administrator's
ADMIN_OPTIONS = {Side.SOURCE: "--admin", Side.DESTINATION: "--destination-admin"}


class _Parser(argparse.ArgumentParser):
    """``fill`` adds the arguments of a command when it is the one that was named."""

    def __init__(self, fill: Callable[[argparse.ArgumentParser], None] = lambda _parser: None, **settings: Any) -> None:
        super().__init__(**settings)
        self._fill: Callable[[argparse.ArgumentParser], None] | None = fill

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        fill, self._fill = self._fill, None
        if fill:
            fill(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> None:  # type: ignore[override]
        raise errors.WrongUsage(what=message)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    main = _Parser(
        prog="mailsafi-wizard",
        description="Moves a company's mailboxes to MailSafi over IMAP.",
        epilog="Without a command the wizard opens, with the project where one is named: mailsafi-wizard [PROJECT]",
    )
    main.add_argument("--version", action="version", version=f"MailSafi Wizard {__version__}")
    main.add_argument(
        "--selftest", action="store_true", help="check that this installation is whole and works; alone or with names of checks"
    )
    # The name is given, for to find it out much is loaded that only help needs.
    commands = main.add_subparsers(dest="command", required=True, parser_class=_Parser, prog=main.prog)
    for name, (fill, about) in COMMANDS.items():
        commands.add_parser(name, help=about, fill=fill)
    return main


def _add_verify(command: argparse.ArgumentParser) -> None:
    _add_project(command)
    _add_secrets(command)
    command.add_argument("--deep", action="store_true", help="compare every message by content")
    command.add_argument(
        "--sample",
        type=float,
        nargs="?",
        const=1.0,
        metavar="PERCENT",
        help="compare a random sample by content: 1 %% and at least 20 a mailbox",
    )


def _add_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("project", type=Path, metavar="PROJECT")
    command.add_argument("--pdf", type=Path, metavar="FILE", help="at least one of these four; none replaces a file that is there")
    command.add_argument("--html", type=Path, metavar="FILE")
    command.add_argument("--csv", type=Path, metavar="DIR", help="a file for each table")
    command.add_argument("--json", type=Path, metavar="FILE")
    command.add_argument("--one-page", action="store_true", help="the PDF holds a summary on one page")
    command.add_argument("--paper", choices=("a4", "letter"), default="a4", help="of the PDF")
    command.add_argument("--language", choices=sorted(words.LANGUAGES), default="en", help="of the report")


def _add_check_list(command: argparse.ArgumentParser) -> None:
    command.add_argument("list", type=Path, metavar="FILE")
    command.add_argument("--json", action="store_true", help=JSON)


def _add_dns(command: argparse.ArgumentParser) -> None:
    command.add_argument("domain", metavar="DOMAIN")
    command.add_argument(
        "--resolver", action="append", default=[], metavar="HOST[:PORT]", help="ask this one, too; may be given several times"
    )
    command.add_argument("--selector", default="", metavar="NAME", help="the DKIM selector to ask for")
    command.add_argument("--json", action="store_true", help=JSON)


def _add_discover(command: argparse.ArgumentParser) -> None:
    command.add_argument("asked", metavar="DOMAIN_OR_ADDRESS")
    command.add_argument("--json", action="store_true", help=JSON)


def _add_support(command: argparse.ArgumentParser) -> None:
    command.add_argument("project", type=Path, metavar="PROJECT")
    command.add_argument("--zip", type=Path, metavar="FILE", help="save what is shown")


def _add_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--headless", action="store_true", help="without a screen: leaves report.pdf and a picture of every step")
    command.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR")


def _add_project(command: argparse.ArgumentParser) -> None:
    command.add_argument("project", type=Path, metavar="PROJECT")
    command.add_argument("--ca-file", type=Path, metavar="FILE", help="further certificates to trust")
    command.add_argument("--json", action="store_true", help=JSON)


def _add_secrets(command: argparse.ArgumentParser) -> None:
    command.add_argument("--list", type=Path, metavar="FILE", help="the credential list")
    command.add_argument("--source-user", metavar="U", help="a single mailbox, in the place of a list")
    command.add_argument(
        "--source-password-file", type=Path, metavar="F", help="its first line is the password, in UTF-8; so it is in all of these"
    )
    command.add_argument("--destination-user", metavar="U", help="the same as at the source unless said")
    command.add_argument("--destination-password-file", type=Path, metavar="F")
    command.add_argument(
        "--passphrase-file", type=Path, metavar="F", help="keep the passwords in the project, sealed under this passphrase"
    )
    for side, option in ADMIN_OPTIONS.items():
        command.add_argument(f"{option}-user", metavar="U", help=f"one login at the {side.value} for all mailboxes")
        command.add_argument(f"{option}-password-file", type=Path, metavar="F")
        command.add_argument(
            f"{option}-style",
            choices=sorted(STYLES),
            default=SignInStyle.PLAIN_AUTHZID.value,
            help="how the server wants to hear it; plain-authzid unless said",
        )
        command.add_argument(
            f"{option}-separator", metavar="C", default="*", help="between mailbox and administrator, for user*master"
        )
    command.add_argument("--oauth-file", type=Path, metavar="FILE", help="how tokens are got at Microsoft or Google (TOML)")


def _add_migrate(command: argparse.ArgumentParser) -> None:
    _add_project(command)
    command.add_argument("--source", metavar="URL", help="imaps://HOST, imap+starttls://HOST or imap+cleartext://HOST")
    command.add_argument("--destination", metavar="URL", help="both are needed for a new project")
    _add_secrets(command)
    command.add_argument(
        "--repair",
        action="store_true",
        help="send repaired copies of messages that the destination refuses (NUL, line ends, headers)",
    )
    _add_pace(command)


def _add_pace(command: argparse.ArgumentParser) -> None:
    pace = command.add_argument_group(
        "pace",
        "Kept in the project; 0 takes a limit away, 'always' takes hours away. Sizes like 500k, 2.5M, 2G (thousands); hours like 08:00-18:00 or"
        " 08:00-18:00,weekdays, in the project's time zone.",
    )
    pace.add_argument("--max-rate", metavar="SIZE", help="bytes a second in each direction, all mailboxes together")
    pace.add_argument("--max-rate-hours", metavar="HOURS", help="when --max-rate holds; always unless said")
    pace.add_argument("--only-hours", metavar="HOURS", help="copy at these hours only, e.g. 20:00-06:00")
    pace.add_argument("--daily-budget", metavar="SIZE", help="bytes a day, all mailboxes and both directions together")
    pace.add_argument("--source-daily-budget", metavar="SIZE", help="bytes a day received for each account of the old server")
    pace.add_argument("--destination-daily-budget", metavar="SIZE", help="bytes a day sent for each account of the new server")
    pace.add_argument("--wait", action="store_true", help="wait for the next day or hour instead of ending with exit status 4")


COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "migrate": (_add_migrate, "create a project or go on with it: copy all mailboxes"),
    "verify": (_add_verify, "read both servers again and compare"),
    "report": (_add_report, "write the report"),
    "check-list": (_add_check_list, "name every problem of a credential list, by line"),
    "dns": (_add_dns, "what a domain's mail records say now"),
    "discover": (_add_discover, "find the mail server of a domain or an address"),
    "support": (_add_support, "show what support may see of a project, and save it as a ZIP"),
    "demo": (_add_demo, "the rehearsal with a made-up company"),
}
