"""Users' word on their mail: the sheet they check by, on paper and as mail, and the replies they send. Pure but for reading templates."""

from __future__ import annotations

from mailsafi_wizard.signoff.letters import as_html, as_mail, as_text
from mailsafi_wizard.signoff.page import LANGUAGES, CheckPage, FolderRow, SpotRow, labels, page
from mailsafi_wizard.signoff.replies import Reply, Verdict, read_replies

__all__ = [
    "LANGUAGES",
    "CheckPage",
    "FolderRow",
    "Reply",
    "SpotRow",
    "Verdict",
    "as_html",
    "as_mail",
    "as_text",
    "labels",
    "page",
    "read_replies",
]
