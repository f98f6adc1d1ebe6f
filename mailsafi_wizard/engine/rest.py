"""The folder that shows all mail (\\All, RFC 6154): of it only what is in no other folder is copied, so that archived mail is not lost.

Gmail keeps a message once and shows it in every folder whose label it has; what was archived has no label and is to be seen here alone. A message is
known again by Message-ID and size; one without a Message-ID is copied, because two can't be told from one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mailsafi_wizard.model import MessageState, Role
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Outcome
from mailsafi_wizard.words import N_

ELSEWHERE = N_("it is also in another folder and is copied from there")
Pair = tuple[int, int]  # `identity.message_key` and size


class Rest:
    """Of one mailbox and one pass. ``record``: the folder that shows all mail, None where there is none; it must be planned last."""

    def __init__(self, journal: Journal, records: Sequence[FolderRecord]) -> None:
        self._journal = journal
        self.record = next((r for r in records if r.role == Role.ALL.value and not r.excluded_reason), None)
        self._planned: Counter[Pair] = Counter()

    def note(self, pairs: Mapping[int, Pair], pending: Mapping[int, int]) -> None:
        """These messages of another folder are going to be copied."""
        self._planned.update(pairs[uid] for uid in pending if uid in pairs)

    def only_here(self, pairs: Mapping[int, Pair], pending: Mapping[int, int]) -> dict[int, int]:
        """What of ``pending`` (UID -> size) is in no other folder; the others are journalled as left out."""
        if self.record is None:
            return dict(pending)
        elsewhere = self._journal.pairs_elsewhere(self.record.mailbox_id, self.record.id) + self._planned
        elsewhere.subtract(self._journal.pairs_left_out(self.record.id))
        remaining: dict[int, int] = {}
        outcomes = []
        for uid in sorted(pending):
            pair = pairs.get(uid, (0, 0))
            if pair[0] and elsewhere[pair] > 0:
                elsewhere[pair] -= 1
                outcomes.append(Outcome(self.record.id, uid, MessageState.EXCLUDED, None, None, ELSEWHERE, pair[1], pair[0]))
            else:
                remaining[uid] = pending[uid]
        self._journal.record(outcomes)
        return remaining
