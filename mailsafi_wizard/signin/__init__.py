"""How users sign in at MailSafi: a sheet for each, and files that set up their mail programs. Pure but for reading templates.

Only what was entered is told: a value that is missing is named as missing. There is no password anywhere in here, and no way for one to get in.
"""

from mailsafi_wizard.signin.apple import ProfileSigner, mobileconfig, signer_from
from mailsafi_wizard.signin.publishing import publishing
from mailsafi_wizard.signin.sheet import LANGUAGES, Section, Sheet, SheetError, make
from mailsafi_wizard.signin.sheet_forms import as_html, as_mail, as_text
from mailsafi_wizard.signin.thunderbird import autoconfig
from mailsafi_wizard.signin.values import NotReady, SignInValues, Smtp, values_of, web_address

__all__ = [
    "LANGUAGES",
    "NotReady",
    "ProfileSigner",
    "Section",
    "Sheet",
    "SheetError",
    "SignInValues",
    "Smtp",
    "as_html",
    "as_mail",
    "as_text",
    "autoconfig",
    "make",
    "mobileconfig",
    "publishing",
    "signer_from",
    "values_of",
    "web_address",
]
