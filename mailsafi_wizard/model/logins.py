"""Logins that reach many mailboxes: an administrator's, an app's at Microsoft or Google; and the trial of an administrator's."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import field

from mailsafi_wizard.model.servers import Secret, SignInStyle
from mailsafi_wizard.records import dataclass


@dataclass(frozen=True)
class AdminLogin:
    """One login for all mailboxes of a side; its password is kept apart.

    ``everyone``: it is used for every mailbox, else for those that have no password of their own.
    """

    user: str
    style: SignInStyle
    separator: str = "*"
    everyone: bool = False

    def facts(self) -> dict[str, object]:
        """For the project file."""
        return {"user": self.user, "style": self.style.value, "separator": self.separator, "everyone": self.everyone}

    @classmethod
    def from_facts(cls, facts: Mapping[str, object]) -> AdminLogin:
        """The reverse of `facts`; raises ValueError and KeyError when they are not such facts."""
        return cls(str(facts["user"]), SignInStyle(facts["style"]), str(facts["separator"]), bool(facts["everyone"]))


class OAuthWay(enum.Enum):
    """Who asks for tokens, and for whom."""

    MICROSOFT_APP = "microsoft-app"  # one app for all mailboxes: IMAP.AccessAsApp, client credentials
    MICROSOFT_USER = "microsoft-user"  # each user agrees once, by a code typed in a browser
    GOOGLE_SERVICE = "google-service-account"  # one service account for all, with domain-wide delegation
    GOOGLE_USER = "google-user"  # each user agrees once, in a browser on this computer

    @property
    def for_all(self) -> bool:
        return self in (OAuthWay.MICROSOFT_APP, OAuthWay.GOOGLE_SERVICE)

    @property
    def microsoft(self) -> bool:
        return self in (OAuthWay.MICROSOFT_APP, OAuthWay.MICROSOFT_USER)


@dataclass(frozen=True)
class OAuth:
    """How tokens are got for one side.

    ``secret``: the app's client secret, its private key and certificate (PEM), or the service account's key (JSON). ``object_id`` is that
    of the enterprise application; only the PowerShell needs it. ``authority`` "" means Microsoft's or Google's usual address.
    """

    way: OAuthWay
    tenant: str = ""
    client_id: str = ""
    object_id: str = ""
    authority: str = ""
    secret: Secret = field(default_factory=lambda: Secret(""))

    def facts(self) -> dict[str, str]:
        """For the project file: all but the secret."""
        found = {"tenant": self.tenant, "client_id": self.client_id, "object_id": self.object_id, "authority": self.authority}
        return {"way": self.way.value, **found}

    @classmethod
    def from_facts(cls, facts: Mapping[str, str], secret: Secret) -> OAuth:
        """The reverse of `facts`; raises ValueError and KeyError when they are not such facts."""
        return cls(OAuthWay(facts["way"]), facts["tenant"], facts["client_id"], facts["object_id"], facts["authority"], secret)


@dataclass(frozen=True)
class StyleTry:
    """One way of signing in as an administrator that was tried. Empty texts mean that it worked."""

    style: SignInStyle
    cause: str = ""
    remedy: str = ""
    detail: str = ""


@dataclass(frozen=True)
class StyleTrial:
    """What trying out the ways of an administrator on one mailbox has shown. ``style`` None: none worked, ``stopped`` says why it ended."""

    style: SignInStyle | None
    tries: tuple[StyleTry, ...]
    stopped: str = ""
