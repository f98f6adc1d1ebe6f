"""The usual tasks of a migration with their usual days, a month before the cutover to a week after it. Only the table; knows no dates.

The look at the mailboxes (the census) signs in everywhere, so it stands after the passwords, not on the first day.
"""

from __future__ import annotations

from mailsafi_wizard.model.plan import Audience, Task
from mailsafi_wizard.words import N_

_A, _U = Audience.ADMIN, Audience.USERS
# In order of their offsets; tasks of one day in the order in which they are done.
TASKS = (
    Task("values", -30, _A, N_("Enter the values of the MailSafi welcome mail"), "start"),
    Task("inventory", -30, _A, N_("List the mailboxes"), "credentials"),
    Task("records", -30, _A, N_("Look up the domain's records as they are now"), "cutover"),
    Task("announcement", -30, _U, N_("Announcement"), "communicate", "announcement"),
    Task("prepare", -28, _A, N_("Prepare both servers until they pass the test"), "prepare"),
    Task("aliases", -27, _A, N_("Create aliases and lists at MailSafi"), "prepare", word="destination.aliases"),
    Task("users", -26, _A, N_("Create the users at MailSafi"), "credentials"),
    Task("credentials", -24, _A, N_("Collect the passwords and test every sign-in"), "credentials"),
    Task("census", -23, _A, N_("Look at all mailboxes: their sizes, the forecast"), "migrate"),
    Task("pilot", -22, _A, N_("Try it out: a first mailbox is copied whole"), "migrate"),
    Task("copy", -21, _A, N_("Begin to copy all; then every day what is new"), "migrate"),
    Task("what-moves", -14, _U, N_("What moves and what does not"), "communicate", "what-moves"),
    Task("verify", -7, _A, N_("Mend what failed until every mailbox balances"), "verify"),
    Task("please-check", -7, _U, N_("Please check your mailbox"), "communicate", "please-check"),
    Task("dns-ttl", -3, _A, N_("Lower the TTL of the MX record"), "cutover", deadline=True),
    Task("spf", -3, _A, N_("SPF allows the old servers and the new ones"), "cutover"),
    Task("dkim", -3, _A, N_("The DKIM key is published"), "cutover"),
    Task("sign-offs", -2, _A, N_("Sign-offs, and the decision to go"), "verify", word="plan.sign-offs"),
    Task("get-ready", -2, _U, N_("How to get ready"), "communicate", "prepare"),
    Task("delta", -1, _A, N_("Copy what is new; folders now keep their names"), "migrate"),
    Task("last-reminder", -1, _U, N_("Last reminder"), "communicate", "last-reminder"),
    Task("cutover", 0, _A, N_("Copy what is new, then change the MX record"), "cutover"),
    Task("test-mail", 0, _A, N_("Test mail in both directions"), "cutover", word="plan.test-mail"),
    Task("sign-in", 0, _U, N_("How to sign in"), "communicate", "sign-in"),
    Task("help", 1, _U, N_("Help and known effects"), "communicate", "help"),
    Task("stragglers", 3, _A, N_("After 72 hours: copy mail that came late"), "migrate"),
    Task("tidy-dns", 7, _A, N_("Raise the TTL, take the old part out of SPF"), "cutover", word="finish.spf"),
    Task("revoke", 7, _A, N_("Change the passwords that were lent"), "finish", word="finish.passwords"),
    Task("report", 7, _A, N_("Save the report"), "finish"),
    Task("close", 7, _A, N_("Agree on when the old server may be closed"), "finish", word="finish.close"),
    Task("closing", 7, _U, N_("Closing note"), "communicate", "closing"),
)
BY_KEY = {task.key: task for task in TASKS}
