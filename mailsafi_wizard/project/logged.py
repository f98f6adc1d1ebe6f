"""What a run tells, as lines of the log: mailboxes and folders by their numbers in the project file, messages by UID and size."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from mailsafi_wizard.events import Event, MailboxFinished, MessageFailed, RunStarted, StateChanged, Summary
from mailsafi_wizard.model import FailedMessage, MailboxState
from mailsafi_wizard.support.safe_words import Ours

log = logging.getLogger(__name__)
QUIET = frozenset({MailboxState.LOOKING, MailboxState.WAITING})  # a look tells a line for each folder


class EventLog:
    """A listener, from any thread. ``folder_ids``: readable source name -> number, of one mailbox."""

    def __init__(self, folder_ids: Callable[[int], Mapping[str, int]]) -> None:
        self._folder_ids = folder_ids
        self._known: dict[int, Mapping[str, int]] = {}
        self._guard = threading.Lock()

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            log.info("run of %d mailboxes", event.mailboxes)
        elif isinstance(event, StateChanged) and event.state not in QUIET:
            log.info("mailbox-%d: %s, %.0f s: %s", event.mailbox_id, Ours(event.state.value), event.seconds, event.why)
        elif isinstance(event, MessageFailed):
            m = event.message
            log.warning("mailbox-%d folder-%d UID %d, %d bytes: %s", m.mailbox_id, self._folder(m), m.uid, m.size, m.reason)
        elif isinstance(event, MailboxFinished):
            self._finished(event)
        elif isinstance(event, Summary):
            words = "run ended: status %d, %d of %d copied or there, %d failed, %.0f s"
            ledger = event.ledger
            log.info(words, event.exit_status, ledger.copied + ledger.present, ledger.source, ledger.failed, event.seconds)

    def _finished(self, event: MailboxFinished) -> None:
        words = "mailbox-%d: %s, %d at the source, %d copied, %d were there, %d left out, %d failed: %s %s"
        sums = event.ledger
        counts = (sums.source, sums.copied, sums.present, sums.excluded, sums.failed)
        log.log(
            logging.WARNING if event.problem else logging.INFO,
            words, event.mailbox_id, Ours(event.state.value), *counts, event.problem, event.detail,
        )  # fmt: skip

    def _folder(self, message: FailedMessage) -> int:
        number, name = message.mailbox_id, message.folder
        with self._guard:
            if name not in self._known.get(number, {}):
                self._known[number] = self._folder_ids(number)
            return self._known[number].get(name, 0)
