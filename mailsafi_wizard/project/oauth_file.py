"""The file that says to a command how tokens are got: TOML, one table a side. Secrets stand in files of their own, named in it.

    [source]
    way = "microsoft-app"                 # or "google-service-account"
    tenant = "acme.co.ke"                 # Microsoft: the directory (tenant) ID or a domain
    client-id = "7c9e6679-..."            # Microsoft: the application (client) ID
    secret-file = "secret.txt"            # the client secret, a PEM with private key and certificate, or Google's key file (JSON)
    # authority = "https://login.microsoftonline.us"    # only for a national cloud

A path that is not absolute is looked for beside the file. A user's consent needs a screen, so only the ways for all mailboxes are known here.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.model import OAuth, OAuthWay, Secret, Side
from mailsafi_wizard.net import oauth_settings
from mailsafi_wizard.words import N_

_KNOWN = {"way", "tenant", "client-id", "object-id", "secret-file", "authority"}


_IN_TABLE = N_("{path}, [{name}]: {what}")


def read(path: Path) -> dict[Side, OAuth]:
    """Raises WrongUsage, which repeats no secret, or SettingsUnreadable."""
    try:
        tables = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as e:
        raise errors.WrongUsage(e.strerror or "", what=N_("{path} cannot be read").format(path=path)) from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        raise errors.WrongUsage(what=N_("{path} is not TOML").format(path=path)) from None
    sides = {side.value: side for side in Side}
    if not tables or set(tables) - set(sides) or not all(isinstance(table, dict) for table in tables.values()):
        raise errors.WrongUsage(what=N_("{path} needs a table [source] or [destination], and no other").format(path=path))
    return {sides[name]: _side(path, name, table) for name, table in tables.items()}


def _side(path: Path, name: str, table: dict[str, object]) -> OAuth:
    unknown = sorted(set(table) - _KNOWN)
    if unknown or not all(isinstance(value, str) for value in table.values()):
        what = N_("{key} is not known").format(key=unknown[0]) if unknown else N_("every value must be a text in quotation marks")
        raise errors.WrongUsage(what=_IN_TABLE.format(path=path, name=name, what=what))
    texts = {key: str(value) for key, value in table.items()}
    ways = {way.value: way for way in OAuthWay if way.for_all}
    if texts.get("way") not in ways:
        raise errors.WrongUsage(
            what=_IN_TABLE.format(path=path, name=name, what=N_("way must be one of {ways}").format(ways=", ".join(ways)))
        )
    settings = OAuth(
        ways[texts["way"]],
        texts.get("tenant", ""),
        texts.get("client-id", ""),
        texts.get("object-id", ""),
        texts.get("authority", "").rstrip("/"),
        _secret(path, name, texts.get("secret-file", "")),
    )
    oauth_settings.check(settings)
    return settings


def _secret(path: Path, name: str, file: str) -> Secret:
    if not file:
        raise errors.WrongUsage(what=_IN_TABLE.format(path=path, name=name, what=N_("secret-file is missing")))
    place = path.parent / file
    try:
        return as_secret(place.read_bytes().decode("utf-8-sig"))
    except OSError as e:
        raise errors.WrongUsage(e.strerror or "", what=N_("{path} cannot be read").format(path=place)) from e
    except UnicodeDecodeError:
        raise errors.WrongUsage(what=N_("{path} is not UTF-8").format(path=place)) from None


def as_secret(text: str) -> Secret:
    """What a secret's file holds: a PEM or JSON whole, else its first line, exactly."""
    if "-----BEGIN" in text or text.lstrip().startswith("{"):
        return Secret(text)
    return Secret(text.split("\n", 1)[0].removesuffix("\r"))
