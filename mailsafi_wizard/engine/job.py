"""What a mailbox's work needs to know of its two ends, and how an end is reached."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.engine.pacer import Persistence
from mailsafi_wizard.model import Endpoint, Mailbox, SignIn
from mailsafi_wizard.net.auth import ready, sign_in
from mailsafi_wizard.net.refusals import door_is_full
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.net.wire import Patience, Trust
from mailsafi_wizard.records import dataclass


@dataclass(frozen=True)
class Job:
    """Everything a worker needs to know about its two ends."""

    mailbox: Mailbox
    source: Endpoint
    source_sign_in: SignIn
    destination: Endpoint
    destination_sign_in: SignIn
    trust: Trust = field(default_factory=Trust)
    patience: Patience = field(default_factory=Patience)
    persistence: Persistence = field(default_factory=Persistence)
    refused_folder: Path | None = None  # where messages that the destination refuses are kept as files
    repair: bool = False  # the admin's choice: send repaired copies of those


def connect(endpoint: Endpoint, who: SignIn, trust: Trust, patience: Patience) -> Session:
    """A signed-in session; raises the error of the rung that fails. A token is got anew each time, or is one that is still good."""
    who = ready(who)
    try:
        session = Session.open(endpoint, trust, patience, secrets=[who.password.reveal()])
    except errors.ServerError as e:
        e.before_sign_in = True
        if isinstance(e, errors.TooManyConnections):
            e.anyone = True
        raise
    try:
        sign_in(session, who)
    except BaseException as e:
        session.drop()
        if isinstance(e, errors.TooManyConnections):
            e.anyone = door_is_full(e.detail)
        raise
    return session
