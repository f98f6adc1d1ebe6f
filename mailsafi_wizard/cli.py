"""The same without a screen: see ``mailsafi-wizard --help``. The command line is a contract; others script against it.

Standard output carries the events (JSON lines with --json), standard error the diagnostics, the exit status the verdict.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import gc
import io
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint, Secret, Side, SignInStyle
from mailsafi_wizard.options import ADMIN_OPTIONS, STYLES, parser
from mailsafi_wizard.words import harmless

if TYPE_CHECKING:
    from mailsafi_wizard.model import CheckPlan, Pace
    from mailsafi_wizard.project.copy_project import CopyProject

GIVE_UP_AFTER = 240.0  # seconds without headway; running the same command again goes on


PACE_SIZES = {
    "max_rate": "rate",
    "daily_budget": "project_daily",
    "source_daily_budget": "source_daily",
    "destination_daily_budget": "destination_daily",
}
PACE_HOURS = {"max_rate_hours": "rate_hours", "only_hours": "copy_hours"}


def _pace(known: Pace, options: argparse.Namespace) -> Pace:
    """``known`` with what the options change; raises WrongUsage."""
    from mailsafi_wizard.model.pace import Hours, parse_size

    given = {name: text for name, text in vars(options).items() if text is not None}
    try:
        sizes = {field: parse_size(given[name]) for name, field in PACE_SIZES.items() if name in given}
        hours = {
            field: None if given[name] == "always" else Hours.parse(given[name])
            for name, field in PACE_HOURS.items()
            if name in given
        }
        return dataclasses.replace(known, **sizes, **hours)  # type: ignore[arg-type]
    except ValueError as e:
        raise errors.WrongUsage(what=str(e)) from e


def main(argv: Sequence[str]) -> int:
    """Runs one command; returns the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that an old console can't show must not end the command
    try:
        options = parser().parse_args(argv)
        run: Callable[[argparse.Namespace], int] = globals()["_" + options.command.replace("-", "_")]
        with _connecting(options), _logged(options):
            return run(options)
    except errors.MigrationError as e:
        print(f"mailsafi-wizard: {harmless(str(e))}", file=sys.stderr)
        return e.exit_status
    except KeyboardInterrupt:
        return 4
    except Exception as e:  # noqa: BLE001 the top of the program
        from mailsafi_wizard.support.command import tell_bug

        return tell_bug(e)


@contextlib.contextmanager
def _logged(options: argparse.Namespace) -> Iterator[None]:
    """Keeps the log of a command, a mistake of the program included; the rehearsal's window keeps its own."""
    if options.command == "demo":
        yield
        return
    from mailsafi_wizard.support import logbook

    with contextlib.closing(logbook.Logbook()):
        try:
            yield
        except errors.MigrationError:
            raise
        except Exception as e:
            logbook.log.error("a bug", exc_info=e)
            raise


@contextlib.contextmanager
def _connecting(options: argparse.Namespace) -> Iterator[None]:
    """Both servers that a copy names are connected to while the rest of the program is loaded."""
    ends = [_endpoint(url) for url in (getattr(options, "source", None), getattr(options, "destination", None)) if url]
    if not ends:
        yield
        return
    from mailsafi_wizard.net import ahead, wire

    trust = wire.Trust(options.ca_file.resolve() if options.ca_file else None)
    with ahead.connecting(ends, trust, wire.Patience()):
        yield


# --- migrate and verify


def _migrate(options: argparse.Namespace) -> int:
    from mailsafi_wizard.project.copy_project import CopyProject
    from mailsafi_wizard.telling import Teller

    project = CopyProject.open(options.project) if options.project.exists() else _created(options)
    try:
        _prepare(project, options)
        project.give_up_after(GIVE_UP_AFTER)
        if options.repair:
            project.repair = True
        if (pace := _pace(project.pace, options)) != project.pace:
            project.set_pace(pace)
        project.stays = options.wait
        teller = Teller(options.json, project.mailboxes())
        _stop_on_signal(project.stop)
        _collect_from_here()
        project.start(teller)
        while not project.wait(0.5):
            pass
        if project.broken is not None:
            raise project.broken
        if project.company.cutover is not None:
            from mailsafi_wizard.project import MigrationProject

            with contextlib.suppress(errors.MigrationError):  # of no weight beside how the run ended
                MigrationProject.of(project).note_day()
        return teller.exit_status
    finally:
        project.close()


def _created(options: argparse.Namespace) -> CopyProject:
    from mailsafi_wizard.project.copy_project import CopyProject

    if not (options.source and options.destination):
        raise errors.ProjectMissing(path=options.project)
    return CopyProject.create(options.project)


def _collect_from_here() -> None:
    """What is loaded by now stays to the end, and is not gone through for garbage again and again."""
    gc.freeze()
    gc.enable()


def _stop_on_signal(stop: Callable[[], object]) -> None:
    """SIGINT and SIGTERM stop cleanly; a second one ends at once (the journal is sound at any moment)."""

    def handle(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=stop, daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def _prepare(project: CopyProject, options: argparse.Namespace) -> None:
    for side, url in ((Side.SOURCE, getattr(options, "source", None)), (Side.DESTINATION, getattr(options, "destination", None))):
        if url:
            project.set_endpoint(side, _endpoint(url))
    if options.ca_file:
        _read(options.ca_file)
        project.ca_file = options.ca_file
    if options.passphrase_file:
        project.unlock(_password(options.passphrase_file, "--passphrase-file"))
    _prepare_logins(project, options)
    if options.list:
        _import(project, options.list)
    elif options.source_user:
        _single(project, options)


def _prepare_logins(project: CopyProject, options: argparse.Namespace) -> None:
    """What reaches all mailboxes of a side."""
    for side, option in ADMIN_OPTIONS.items():
        user, file, style, separator = (
            getattr(options, f"{option[2:]}-{name}".replace("-", "_")) for name in ("user", "password_file", "style", "separator")
        )
        if user or (file and STYLES[style] is SignInStyle.KERIO):  # whose master password has no name
            project.set_admin(side, user or "", _password(file, f"{option}-password-file"), STYLES[style], separator)
    if options.oauth_file:
        from mailsafi_wizard.project import oauth_file

        for side, settings in oauth_file.read(options.oauth_file).items():
            project.set_oauth(side, settings)


def _endpoint(url: str) -> Endpoint:
    try:
        return Endpoint.parse(url)
    except ValueError as e:
        raise errors.WrongUsage(what=str(e)) from e


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise errors.WrongUsage(e.strerror or str(e), what=f"{path} cannot be read") from e


def _password(path: Path | None, option: str) -> Secret:
    """The first line of a password file, exactly; UTF-8, a BOM is not part of it."""
    if path is None:
        raise errors.WrongUsage(what=f"{option} is missing")
    try:
        text = _read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise errors.WrongUsage(what=f"{path} is not UTF-8") from None
    line = text.split("\n", 1)[0].removesuffix("\r")
    if not line:
        raise errors.WrongUsage(what=f"{path} holds no password in its first line")
    return Secret(line)


def _import(project: CopyProject, path: Path) -> None:
    parsed = project.import_list(_read(path))
    for problem in parsed.problems:
        place = f"{path}:{problem.line}" if problem.line else f"{path}"
        print(f"{place}: {problem.severity}: {problem.text}", file=sys.stderr)
    if not parsed.ok:
        raise errors.ListProblems(path=path, count=len({p.line for p in parsed.errors}) or 1)


def _single(project: CopyProject, options: argparse.Namespace) -> None:
    from mailsafi_wizard.model import Mailbox

    destination_user = options.destination_user or options.source_user
    project.add_mailboxes([Mailbox(destination_user, options.source_user, destination_user)])
    box = next(m for m in project.mailboxes() if (m.source_user, m.destination_user) == (options.source_user, destination_user))
    for side in Side:
        file = getattr(options, f"{side.value}_password_file")
        if file or not project.can_sign_in(box, side):
            project.set_secret(box.id, side, _password(file, f"--{side.value}-password-file"))


def _check_plan(options: argparse.Namespace) -> CheckPlan:
    from mailsafi_wizard.model import CheckPlan, Depth

    if options.sample is None:
        return CheckPlan(Depth.EVERYTHING if options.deep else Depth.COUNTS)
    if options.deep or not 0 < options.sample <= 100:
        raise errors.WrongUsage(what="--sample takes a share above 0 and up to 100 per cent, and not together with --deep")
    return CheckPlan(Depth.SAMPLE, options.sample / 100)


def _verify(options: argparse.Namespace) -> int:
    from mailsafi_wizard.project import MigrationProject
    from mailsafi_wizard.telling import Teller

    project = MigrationProject.open(options.project)
    try:
        _prepare(project, options)
        teller = Teller(options.json, project.mailboxes())
        _stop_on_signal(project.stop_check)
        _collect_from_here()
        ledger, problems = project.verify(teller, plan=_check_plan(options))
        status = max((p.exit_status for p in problems), default=0 if ledger.complete else 1)
        status = 4 if project.check_stopped else status
        teller.summary(ledger, status)
        return status
    finally:
        project.close()


# --- the others


def _report(options: argparse.Namespace) -> int:
    if not (options.pdf or options.html or options.csv or options.json):
        raise errors.WrongUsage(what="Say where the report goes: --pdf FILE, --html FILE, --csv DIR or --json FILE")
    _refuse_existing([options.pdf, options.html, options.json])
    from mailsafi_wizard import report  # slow to load, and a copy does without
    from mailsafi_wizard.project import MigrationProject

    project = MigrationProject.open(options.project)
    try:
        facts = project.report_facts(dt.datetime.now(dt.UTC), options.language)
    finally:
        project.close()
    _refuse_existing(report.csv_files(facts, options.csv) if options.csv else ())
    try:
        if options.html:
            report.write_text(report.html(facts), options.html)
        if options.csv:
            report.write_csv(facts, options.csv)
        if options.json:
            report.write_text(report.as_json(facts), options.json)
        if options.pdf:
            from mailsafi_wizard.ui import pdf  # Qt is loaded only when it is needed

            pdf.write_pdf_without_window(facts, options.pdf, options.paper, options.one_page)
    except OSError as e:
        raise errors.WrongUsage(str(e), what="The report could not be written") from e
    return 0


def _refuse_existing(paths: Iterable[Path | None]) -> None:
    for path in paths:
        if path and path.exists():
            raise errors.WrongUsage(what=f"{path} exists already; choose another name")


def _support(options: argparse.Namespace) -> int:
    from mailsafi_wizard.project import MigrationProject
    from mailsafi_wizard.support.command import show_and_save

    with contextlib.closing(MigrationProject.open(options.project)) as project:
        show_and_save(project.support_bundle(), options.zip)
    return 0


def _check_list(options: argparse.Namespace) -> int:
    from mailsafi_wizard.store import credential_list

    parsed = credential_list.read(_read(options.list))
    if options.json:
        for problem in parsed.problems:
            print(json.dumps({"event": "problem", "line": problem.line, "severity": problem.severity, "text": problem.text}))
        print(json.dumps({"event": "summary", **parsed.as_facts()}))
    else:
        for problem in parsed.problems:
            place = f"line {problem.line}" if problem.line else "the whole list"
            print(f"{place}: {problem.severity}: {problem.text}")
        print(f"{len(parsed.rows)} mailboxes, {len(parsed.errors)} errors, {len(parsed.warnings)} warnings")
    return 0 if parsed.ok else 2


def _dns(options: argparse.Namespace) -> int:
    from mailsafi_wizard import cutover  # slow to load, and a copy does without
    from mailsafi_wizard.net import dns

    snapshot = dns.look_up(options.domain, options.selector, options.resolver)
    for view in snapshot.views:
        answers = [dataclasses.asdict(answer) for answer in view.answers]
        if options.json:
            print(json.dumps({"event": "records", "server": view.server, "authoritative": view.authoritative, "answers": answers}))
            continue
        print(harmless(f"{view.server}{' (name server of the domain)' if view.authoritative else ''}"))
        for answer in view.answers:
            words = answer.problem or "; ".join(answer.values) or "nothing"
            print(harmless(f"  {answer.name} {answer.kind}: {words}{f' (TTL {answer.ttl} s)' if answer.ttl is not None else ''}"))
    found = cutover.findings(snapshot)
    texts = [finding.english for finding in found]
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    clock = cutover.clock([(now, snapshot)], None, now)
    facts = {
        "delegated": snapshot.delegated,
        "dnssec": snapshot.dnssec,
        "mx_ttl": clock.ttl,
        "if_changed_now_old_until": clock.old_until.isoformat() if clock.old_until else None,
        "serials": sorted({view.serial for view in snapshot.views if view.authoritative and view.serial is not None}),
        "spf_lookups": [
            cutover.lookups_of(snapshot, t).count
            for t in cutover.spf_records(cutover.now_at(snapshot, snapshot.domain, "TXT") or ())
        ],
        "others": [dataclasses.asdict(answer) for answer in snapshot.others],
    }
    if options.json:
        print(
            json.dumps({"event": "summary", "domain": snapshot.domain, "servers": len(snapshot.views), "findings": texts, **facts})
        )
    else:
        print(*(f"! {harmless(text)}" for text in texts), sep="\n", end="\n" if texts else "")
        if clock.old_until:
            print(
                f"The MX record's TTL is {clock.ttl} s: changed now, no honest cache would hold the old one after {clock.old_until.isoformat()}"
            )
    return 0


def _discover(options: argparse.Namespace) -> int:
    from mailsafi_wizard import discovered  # slow to load, and a copy does without
    from mailsafi_wizard.net.discovery import discover

    found = discover(options.asked)
    print(*map(harmless, discovered.lines(found, options.json)), sep="\n")
    return 0 if found.candidates else 3


def _demo(options: argparse.Namespace) -> int:
    from mailsafi_wizard import app  # Qt is loaded only when it is needed

    return app.rehearse_headless(options.out) if options.headless else app.rehearse()
