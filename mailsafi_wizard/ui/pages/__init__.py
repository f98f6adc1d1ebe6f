"""The steps, in order. A step is one file of this package and one line of PAGES."""

from __future__ import annotations

from mailsafi_wizard.ui.pages import communicate, credentials, cutover, finish, migrate, prepare, start, verify
from mailsafi_wizard.ui.steps import Step

PAGES = (
    Step("start", start.StartPage, start.applies, start.done),
    Step("prepare", prepare.PreparePage, prepare.applies, prepare.done, prepare.needs),
    Step("communicate", communicate.CommunicatePage, communicate.applies, communicate.done, communicate.needs),
    Step("credentials", credentials.CredentialsPage, credentials.applies, credentials.done, credentials.needs),
    Step("migrate", migrate.MigratePage, migrate.applies, migrate.done, migrate.needs),
    Step("verify", verify.VerifyPage, verify.applies, verify.done, verify.needs),
    Step("cutover", cutover.CutoverPage, cutover.applies, cutover.done),
    Step("finish", finish.FinishPage, finish.applies, finish.done),
)
