"""The support bundle of a project: its facts handed to `support`, people and folders as numbers."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard import __version__
from mailsafi_wizard.model import Mailbox, Rung, Secret, Side
from mailsafi_wizard.project.results import Results
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.support.bundle import BundleFile
    from mailsafi_wizard.support.pseudonyms import Pseudonyms

LIBRARIES = (
    "PySide6_Essentials",
    "qasync",
    "imapclient",
    "cryptography",
    "keyring",
    "msal",
    "google-auth",
    "dnspython",
    "aiosmtplib",
    "wakepy",
)
NUMBERS = ("connections.borne", "connections.pairs", "connections.lanes", "line.rate")


class Supporting(Results):
    """What a project tells support."""

    def support_bundle(self, logs: Path | None = None) -> tuple[BundleFile, ...]:
        """The files of a bundle, to be shown and then written by `support.bundle.write` as they are. ``logs``: where logs lie, if elsewhere."""
        from mailsafi_wizard.support import bundle, logbook

        names = self._pseudonyms()
        made = [*self._bundled(names), *self._accounts_told(names)]
        about = N_("What the program did, and when; of a crash where it was")
        made += [bundle.BundleFile(f"log/{name.removesuffix('.log')}.txt", about, text) for name, text in logbook.kept(logs)]
        made.insert(0, bundle.readme(made))
        swept = tuple(bundle.BundleFile(file.name, file.about, names.sweep(file.text)) for file in made)
        self._secrets.rest()
        return swept

    def _pseudonyms(self) -> Pseudonyms:
        from mailsafi_wizard.support.pseudonyms import Pseudonyms

        boxes = self.mailboxes()
        folders = {(box.id, record.source_name): record.id for box in boxes for record in self._journal.folders(box.id)}
        hosts = {box.source_host: "server-other" for box in boxes if box.source_host}
        for side in Side:
            if endpoint := self.endpoint(side):
                hosts[endpoint.host] = f"server-{side.value}"
        return Pseudonyms(boxes, folders, hosts, self.company.domains, self._known_secrets())

    def _known_secrets(self) -> list[Secret]:
        found = [self._secrets.get_at(place) for place in self._secrets.places()]
        return [secret for secret in found if secret]

    def _bundled(self, names: Pseudonyms) -> list[BundleFile]:
        from mailsafi_wizard.support.bundle import BundleFile, as_json, as_table

        boxes = self.mailboxes()
        rows = [(names.mailbox(box.id), *self._state_told(box, names)) for box in boxes]
        head = ("mailbox", "state", "problem", "words")
        return [
            BundleFile("program.json", N_("Versions of the program and what it runs on"), as_json(_program())),
            BundleFile("settings.json", N_("Your choices for the copy"), as_json(self._chosen_settings())),
            BundleFile("servers.json", N_("What each server offers, and how its last test went"), as_json(self._servers())),
            BundleFile("mailboxes.csv", N_("How each mailbox stands"), as_table(head, rows)),
        ]

    def _state_told(self, box: Mailbox, names: Pseudonyms) -> tuple[str, str, str]:
        title, _hint, detail = self.problem(box.id)
        return self.state(box.id).value, names.words(title, box.id), names.words(detail, box.id)

    def _chosen_settings(self) -> dict[str, object]:
        company = self.company
        return {
            "begun": self.begun, "cutover": company.cutover, "time zone": company.timezone, "rehearsal": self.rehearsal,
            "mailboxes": len(self.mailboxes()), "repair": self.repair, "passwords kept": self.keeping.value, "passes": self.note("switch.passes"),
            "pace": _pace(self.note("pace")), "bytes of the project file": self.path.stat().st_size,
            **{name: int(self.note(name) or 0) for name in NUMBERS},
        }  # fmt: skip

    def _servers(self) -> dict[str, object]:
        from mailsafi_wizard.engine import server_facts
        from mailsafi_wizard.support.bundle import known_capabilities

        told: dict[str, object] = {}
        for side in Side:
            endpoint = self.endpoint(side)
            known, others = known_capabilities(server_facts.remembered(self._journal, side))
            told[f"server-{side.value}"] = {
                "entered": endpoint is not None,
                "port": endpoint.port if endpoint else None,
                "security": endpoint.security.value if endpoint else None,
                "certificate trusted by hand": bool(endpoint and endpoint.pin),
                "capabilities": known,
                "other capabilities": others,
                "last test": _rungs(self.note(f"ladder.{side.value}")),
            }
        return told

    def _accounts_told(self, names: Pseudonyms) -> list[BundleFile]:
        from mailsafi_wizard.support.bundle import BundleFile, as_table

        counts = (
            "source",
            "copied",
            "present",
            "excluded",
            "failed",
            "confirmed",
            "removed",
            "unaccounted",
            "source_bytes",
            "balanced",
            "checked",
        )
        ledger = [
            (names.mailbox(f.mailbox_id), names.folder(f.mailbox_id, f.source_name), f.role.name.lower() if f.role else "", f.renamed,
             *(getattr(f, name) for name in counts))
            for f in self.ledger().folders
        ]  # fmt: skip
        failed = [
            (names.mailbox(f.mailbox_id), names.folder(f.mailbox_id, f.folder), f.uid, f.size, names.words(f.reason, f.mailbox_id))
            for f in self.failures()
        ]
        remarks = [(names.mailbox(box), names.folder(box, folder), names.words(text, box)) for box, folder, text in self.remarks()]
        runs = [(run.id, run.started, run.ended or "", run.messages, run.bytes, run.outcome) for run in self.runs()]
        return [
            BundleFile(
                "ledger.csv", "The accounts of each folder", as_table(("mailbox", "folder", "role", "renamed", *counts), ledger)
            ),
            BundleFile(
                "failed.csv", "Messages that were not copied", as_table(("mailbox", "folder", "uid", "bytes", "words"), failed)
            ),
            BundleFile("remarks.csv", N_("What the copy noticed"), as_table(("mailbox", "folder", "words"), remarks)),
            BundleFile(
                "runs.csv", N_("When copies ran"), as_table(("run", "started", "ended", "messages", "bytes", "outcome"), runs)
            ),
        ]


def _pace(text: str) -> Mapping[str, object]:
    """Numbers and hours only."""
    try:
        facts = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(k): v for k, v in facts.items() if isinstance(v, (int, float)) or v is None} if isinstance(facts, dict) else {}


def _rungs(text: str) -> dict[str, str]:
    try:
        climbed = {str(rung["rung"]): rung["ok"] for rung in json.loads(text or "{}")["rungs"]}
    except (ValueError, KeyError, TypeError):
        return {}
    words = {True: "good", False: "failed", None: "not tried"}
    return {rung.value: words.get(climbed.get(rung.value), "not tried") for rung in Rung}


def _program() -> dict[str, object]:
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = ""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return {"program": __version__, "python": platform.python_version(), "system": system, "libraries": versions}


def without_project(logs: Path | None = None) -> tuple[BundleFile, ...]:
    """What can be told when no project is open: the program and its log."""
    from mailsafi_wizard.support import bundle, logbook

    made = [bundle.BundleFile("program.json", N_("Versions of the program and what it runs on"), bundle.as_json(_program()))]
    about = N_("What the program did, and when; of a crash where it was")
    made += [bundle.BundleFile(f"log/{name.removesuffix('.log')}.txt", about, text) for name, text in logbook.kept(logs)]
    return (bundle.readme(made), *made)
