"""What the admin gave: the company, both servers, choices; and the test of a server."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.engine.pacer import LONG
from mailsafi_wizard.model import Company, Endpoint, Ladder, Side, SignIn
from mailsafi_wizard.net.wire import Patience, Trust
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

NO_SERVER = {
    Side.SOURCE: N_("The old server was not entered yet"),
    Side.DESTINATION: N_("MailSafi's server was not entered yet"),
}
NO_PASSWORD = {
    Side.SOURCE: N_("No password is known for {address} at the old server"),
    Side.DESTINATION: N_("No password is known for {address} at MailSafi"),
}


class Answers:
    """The open project file and the facts in it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.path = journal.path
        self.patience = Patience()
        self.persistence = LONG

    @property
    def rehearsal(self) -> bool:
        return self.note("rehearsal") == "1"

    @property
    def begun(self) -> dt.date:
        """The day the project was started (UTC)."""
        text = self.note("begun")
        return dt.date.fromisoformat(text) if text else dt.datetime.now(dt.UTC).date()

    @property
    def company(self) -> Company:
        text = self.note("company")
        return Company.from_facts(json.loads(text)) if text else Company()

    def set_company(self, company: Company) -> None:
        self.set_note("company", json.dumps(company.facts(), ensure_ascii=False))

    def endpoint(self, side: Side) -> Endpoint | None:
        text = self.note(f"endpoint.{side.value}")
        if not text:
            return None
        url, _, pin = text.partition(" ")
        parsed = Endpoint.parse(url)
        return Endpoint(parsed.host, parsed.port, parsed.security, pin)

    def set_endpoint(self, side: Side, endpoint: Endpoint | None) -> None:
        self.set_note(f"endpoint.{side.value}", f"{endpoint.url} {endpoint.pin}".strip() if endpoint else "")

    @property
    def ca_file(self) -> Path | None:
        text = self.note("ca_file")
        return Path(text) if text else None

    @ca_file.setter
    def ca_file(self, path: Path | None) -> None:
        self.set_note("ca_file", str(path.resolve()) if path else "")

    @property
    def refused_folder(self) -> Path:
        """Where messages that the destination refused are kept as files, by mailbox and folder."""
        return self.path.with_name(f"{self.path.stem} - not copied")

    @property
    def repair(self) -> bool:
        """Whether messages that the destination refuses are sent repaired (see `engine.repair`): the admin's choice, off by default."""
        return self.note("repair") == "1"

    @repair.setter
    def repair(self, on: bool) -> None:
        self.set_note("repair", "1" if on else "")

    def note(self, key: str) -> str:
        return self._journal.note(key)

    def set_note(self, key: str, value: str) -> None:
        self._journal.set_note(key, value)

    @property
    def _trust(self) -> Trust:
        return Trust(self.ca_file)

    def climb(self, side: Side, sign_in: SignIn | None = None) -> Ladder:
        """Tests one server rung by rung; raises WrongUsage when none was entered."""
        from mailsafi_wizard.net import ladder

        endpoint = self.endpoint(side)
        if endpoint is None:
            raise errors.WrongUsage(what=NO_SERVER[side])
        return ladder.climb(endpoint, self._trust, self.patience, sign_in)
