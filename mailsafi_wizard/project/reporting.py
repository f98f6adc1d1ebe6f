"""The report: everything the project file knows, gathered for the rooms that put it into words."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard import words
from mailsafi_wizard.model import Side
from mailsafi_wizard.project.finishing import Finishing
from mailsafi_wizard.project.preparation import Preparation
from mailsafi_wizard.project.signing import Signing
from mailsafi_wizard.project.telling_users import TellingUsers
from mailsafi_wizard.store import repairs
from mailsafi_wizard.words import N_, _

if TYPE_CHECKING:
    from mailsafi_wizard.report import KeptMessage, ReportFacts, Surroundings

SUBJECTS = "report.subjects"  # the note: whether the report shows subjects, which are private
LONGEST_HEADER = 256_000  # bytes of a kept message that are looked at for its subject
_SOFTWARE = {Side.SOURCE: N_("Source server's greeting"), Side.DESTINATION: N_("MailSafi server's greeting")}
_SIGN_IN = {Side.SOURCE: N_("Sign-in at the source"), Side.DESTINATION: N_("Sign-in at MailSafi")}


class Reporting(Signing, Finishing, TellingUsers, Preparation):
    """The report of a project."""

    @property
    def report_subjects(self) -> bool:
        """Whether the report names the subjects of messages that could not be copied: the admin's choice, off by default."""
        return self.note(SUBJECTS) == "1"

    @report_subjects.setter
    def report_subjects(self, on: bool) -> None:
        self.set_note(SUBJECTS, "1" if on else "")

    def report_facts(self, now: dt.datetime, language: str = "") -> ReportFacts:
        """Everything the report says, from the project file and the files beside it. ``language``: "en", "sw", or "" for that of the screen."""
        from mailsafi_wizard.report import build_facts

        with words.speaking(language or words.language()):
            return build_facts(
                self.company, self.mailboxes(), self.ledger(), self.failures(), self.remarks(), self.runs(),
                {side: self.endpoint(side) for side in Side}, now,
                rehearsal=self.rehearsal, surroundings=self._surroundings(), extra=self._report_sections(), kept=self._kept_messages(),
                repairs=repairs.repaired(self._journal), subjects=self.report_subjects,
            )  # fmt: skip

    # --- messages that are kept as files

    def _kept_messages(self) -> dict[tuple[int, str, int], KeptMessage]:
        """Of the failed messages those whose files lie beside the project."""
        from mailsafi_wizard.engine.message_files import folder_place, mailbox_place
        from mailsafi_wizard.report import KeptMessage

        failed = self.failures()
        if not failed or not self.refused_folder.is_dir():
            return {}
        boxes = {box.id: box for box in self.mailboxes()}
        records = {
            number: {r.source_name: r for r in self._journal.folders(number)} for number in {one.mailbox_id for one in failed}
        }
        subjects, found = self.report_subjects, {}
        for one in failed:
            box, record = boxes.get(one.mailbox_id), records[one.mailbox_id].get(one.folder)
            if box is None or record is None:
                continue
            file = folder_place(mailbox_place(self.refused_folder, box), record) / f"{one.uid}.eml"
            if file.is_file():
                place = file.relative_to(self.path.parent).as_posix()
                found[one.mailbox_id, one.folder, one.uid] = KeptMessage(place, _subject(file) if subjects else "")
        return found

    # --- what it ran on

    def _surroundings(self) -> Surroundings:
        from mailsafi_wizard.report import Surroundings, environment

        server = self.mail_server()
        sent = any(one.mailbox_id for one in self.told())
        return Surroundings(
            environment=environment(),
            servers=self._servers_words(),
            settings=(*self._sign_in_words(), *self._pace_words(), self._repair_words()),
            kept_folder=self.refused_folder.name if self.refused_folder.is_dir() else "",
            mail_sent_by=server.endpoint.host if sent and server.endpoint else "",
        )

    def _servers_words(self) -> tuple[tuple[str, str], ...]:
        """What each server said when it was tested last, and whose the source is."""
        found = [(_("Provider of the source"), self.provider.shown_name)] if self.note("provider") else []
        for side, title in _SOFTWARE.items():
            with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                rungs = {
                    rung["rung"]: str(rung["found"]) for rung in json.loads(self.note(f"ladder.{side.value}") or "{}")["rungs"]
                }
                found += [(_(title), rungs["greeting"])] if rungs.get("greeting") else []
        return tuple(found)

    def _sign_in_words(self) -> tuple[tuple[str, str], ...]:
        def way(side: Side) -> str:
            if self.note(f"oauth.{side.value}"):
                return _("by tokens (OAuth2)")
            return (
                _("one administrator's login for all mailboxes")
                if self.note(f"admin.{side.value}")
                else _("each mailbox's own password")
            )

        return tuple((_(title), way(side)) for side, title in _SIGN_IN.items())

    def _pace_words(self) -> tuple[tuple[str, str], ...]:
        from mailsafi_wizard.report import size_text

        pace = self.pace
        always = _("at any time")
        cap = (
            _("{size} a second, {when}").format(size=size_text(pace.rate), when=pace.rate_hours or always)
            if pace.rate
            else _("none")
        )
        sizes = (pace.source_daily, pace.destination_daily, pace.project_daily)
        texts = (
            _("{size} from the source for each account"), _("{size} to MailSafi for each account"), _("{size} in all"),
        )  # fmt: skip
        budgets = [text.format(size=size_text(size)) for text, size in zip(texts, sizes, strict=True) if size]
        return (
            (_("Cap on the speed"), cap),
            (_("Hours of copying"), str(pace.copy_hours or always)),
            (_("Data a day"), ", ".join(budgets) or _("not limited")),
        )

    def _repair_words(self) -> tuple[str, str]:
        way = _("are sent in a repaired form") if self.repair else _("are not sent in another form")
        return _("Messages that MailSafi refuses"), way


def _subject(file: Path) -> str:
    """The subject of a kept message; "" where it has none or can't be read."""
    try:
        with file.open("rb") as opened:
            head = BytesHeaderParser(policy=default).parsebytes(opened.read(LONGEST_HEADER))
        return str(head["subject"] or "").strip()
    except (OSError, ValueError, LookupError, AttributeError, IndexError, TypeError):  # what the parser makes of hostile headers
        return ""
