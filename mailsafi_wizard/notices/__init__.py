"""Messages to users: templates with fields from the project, made into mail, short messages, printed pages and .eml files.

Pure but for reading templates; must not know the project file, the network or the screen.
"""

from mailsafi_wizard.notices.checking import Finding, check
from mailsafi_wizard.notices.mail import as_mail, mail_to, message_id
from mailsafi_wizard.notices.notice import LONGEST_SHORT, Notice, as_page, as_pages
from mailsafi_wizard.notices.templates import KINDS, Draft, NoticeError, expanded, make, part_names, source
from mailsafi_wizard.notices.values import CHECK_BEFORE, LANGUAGES, fields

__all__ = [
    "CHECK_BEFORE",
    "KINDS",
    "LANGUAGES",
    "LONGEST_SHORT",
    "Draft",
    "Finding",
    "Notice",
    "NoticeError",
    "as_mail",
    "as_page",
    "as_pages",
    "check",
    "expanded",
    "fields",
    "mail_to",
    "make",
    "message_id",
    "part_names",
    "source",
]
