"""The help behind "Why?": one leaf for each step, in four short parts, and the card that shows it. Knows no project."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui.theme import XS, L, S
from mailsafi_wizard.ui.widgets import Card, column, label
from mailsafi_wizard.words import N_, _


@dataclass(frozen=True)
class Leaf:
    """What happens on a page, why it is done this way, what can go wrong, and how long it takes; each is marked for the catalogue."""

    what: str
    why: str
    wrong: str
    long: str


HEADINGS = (N_("What happens here"), N_("Why"), N_("What can go wrong"), N_("How long it takes"))

START = Leaf(
    N_(
        "You say who moves and when, and enter what your MailSafi welcome mail tells. The day of the cutover is when mail begins to arrive at"
        " MailSafi. Everything else is counted from it, about 30 days back and a week on. No server is asked, and nobody is told anything yet."
    ),
    N_(
        "The last working evening of a week is best: few people write, and the weekend is there for questions; holidays are seen and passed"
        " over. You can move the day later; the plan moves with it. A task is ticked when the wizard has seen it done, or by you where it can't see."
    ),
    N_(
        "A day that is too near leaves no time to tell your users and to lower the TTL. A value copied with a letter missing looks right here: its"
        " form is checked as you type, but only a later step can see whether it is true. What you don't have yet can wait."
    ),
    N_("Ten minutes, with the welcome mail at hand."),
)

PREPARE = Leaf(
    N_(
        "The old server is found from your domain; MailSafi's comes from the welcome mail. The test climbs five steps: the name is looked up, a"
        " connection is made, it is secured, the server greets, and a mailbox signs in. Nothing is changed on either server."
    ),
    N_(
        "The first step that fails names one cause and one remedy. Found today it costs minutes; found on the night of the copy it costs the night."
        " No password leaves this computer before the connection is secure."
    ),
    N_(
        "The old provider may have IMAP switched off, may lock out who signs in too often, or may want an app in the place of passwords: the card"
        " of your provider says what to switch on. A certificate that nobody vouches for can be trusted once, after you have compared its fingerprint."
    ),
    N_(
        "The search takes up to five seconds, the test less than a minute. What you switch on at Google or Microsoft may need up to a day to work."
    ),
)

COMMUNICATE = Leaf(
    N_(
        "There is a notice for each date of the plan, in English and Swahili, filled in for each user. You look at it, change its words if you like,"
        " send a test to yourself, then send it. Or save it: one file for each user, ready to be sent from your mail program."
    ),
    N_(
        "People who know what comes, and when, ask less and lose nothing. Each notice says why, when, what moves and what does not, what to do, and"
        " whom to ask; none asks for a password. Nobody gets a notice twice unless you say so."
    ),
    N_(
        "A server may refuse an address or ask to wait: the table says which, and what to do. If the line breaks while a notice is handed over, it may"
        " have arrived all the same: ask the user before you send it again."
    ),
    N_(
        "A few minutes for each notice. Sending is slow on purpose, so that no server takes it for spam; you can do other things meanwhile."
    ),
)

CREDENTIALS = Leaf(
    N_(
        "You give the list of mailboxes with their passwords, or one login or app that opens them all. Then every mailbox is opened once on both"
        " servers, at the old one to read and at MailSafi to write."
    ),
    N_(
        "Trying all sign-ins now means that nothing stops later in the night. Passwords are never shown, never written to a log or a report, and"
        " never altered: not even a space at the end is taken away."
    ),
    N_(
        "A slip of the pen, a password changed last week, IMAP switched off for one user: each refused sign-in says what to do. When the first ones fail"
        " for the same reason the others are left alone, so that no account gets locked."
    ),
    N_("The test takes a few minutes for 300 mailboxes. Collecting the passwords takes days: begin early."),
)

MIGRATE = Leaf(
    N_(
        "The look counts folders, messages and sizes, and writes nothing. The copy then reads at the old server without changing anything there, and"
        " writes to MailSafi, several mailboxes side by side. Your users go on working as always."
    ),
    N_(
        "It can be repeated as often as you like: what has arrived is known and never copied twice. Do that every day until the cutover, and the last"
        " copy is a short one."
    ),
    N_(
        "A broken line or a power cut stops the copy, not the work: it goes on where it was. A message that MailSafi refuses is named with its folder,"
        " date, size and the reason. A full mailbox or a provider's daily limit lets one mailbox wait; the others go on."
    ),
    N_(
        "The look takes minutes; after it you see how long the copy will take, as a range. On a slow line the first copy can take days. It may run at"
        " night only, or under a cap, so that the office can work."
    ),
)

VERIFY = Leaf(
    N_(
        "Every message of the old server stands in one count: copied, there already, left out, or failed. Both servers are then read again and"
        " compared, folder by folder, and your users look for themselves. Nothing is marked as read."
    ),
    N_(
        "These figures don't come from what the program believes it has done. As long as a line doesn't balance, the migration is not called done. Your"
        " users know their mail best: ask them before you switch."
    ),
    N_(
        "Not every difference is a loss: what users deleted, moved or marked at MailSafi themselves is told apart. What failed can be tried again, for one"
        " mailbox or for all, and saved as mail files if MailSafi will not have it."
    ),
    N_(
        "Counts and a sample take minutes; a sample finds what is wrong with many. Every message by content takes about as long as the copy did."
        " Give your users five days to answer."
    ),
)

CUTOVER = Leaf(
    N_(
        "You see what the domain's records say now, and what to enter and take out at your DNS provider, exactly. On the evening of the cutover you change"
        " the MX records; the wizard then copies what still reached the old server, until it is quiet. It changes no record itself."
    ),
    N_(
        "The MX record tells the world where to deliver your mail. Others remember it for as long as its TTL says; so the TTL is lowered first, and for a"
        " while mail may still reach the old server: the copies after the change bring it along."
    ),
    N_(
        "An old record left beside the new ones, a dot too few, two SPF records: each is named, with what to do. If you must go back, the card holds the old"
        " values; mail that has reached MailSafi meanwhile stays there."
    ),
    N_(
        "Lower the TTL three days before. The change itself takes ten minutes, and the world follows within the TTL. Then the wizard watches for 72 hours,"
        " and needs nothing from you."
    ),
)

FINISH = Leaf(
    N_(
        "You hand out sheets that tell each user how to set up webmail, computer and phone; you take back what was lent, erase the passwords, and save the"
        " report."
    ),
    N_(
        "Passwords and rights that were lent for the migration must not stay lent. The report is your proof, for the management and for an auditor: every"
        " folder's accounts, everything that was left out or failed and why, and when what was done. It holds no mail and no passwords."
    ),
    N_(
        "To close the old server too early is the one thing that can't be undone: wait until this page says that it may be closed. After the passwords are"
        " erased, you would have to give the list again to copy once more."
    ),
    N_("Half an hour, about a week after the cutover."),
)


class LeafCard(Card):
    """Shows one leaf: two parts beside two others, so that it stays low."""

    def __init__(self) -> None:
        super().__init__(kind="sunken")
        self.parts = tuple(label("", "small", select=True) for _heading in HEADINGS)
        grid = QGridLayout()
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(S)
        for place, (heading, part) in enumerate(zip(HEADINGS, self.parts, strict=True)):
            grid.addLayout(column(label(_(heading), "strong"), part, 1, spacing=XS), place % 2, place // 2)
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
        self.body.setContentsMargins(L, S, L, S)
        self.add(grid)

    def minimumSizeHint(self) -> QSize:
        """Only the width, as for a page: words that wrap would be counted as if the card were narrow."""
        return QSize(super().minimumSizeHint().width(), 0)

    def show_leaf(self, leaf: Leaf | None) -> None:
        texts = (leaf.what, leaf.why, leaf.wrong, leaf.long) if leaf else ("",) * len(self.parts)
        for part, text in zip(self.parts, texts, strict=True):
            part.setText(_(text))
