"""The file of a script that wants tokens: read exactly, and refused with the line's reason and without the secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.model import OAuth, OAuthWay, Secret, Side
from mailsafi_wizard.project import oauth_file

APP = '[source]\nway = "microsoft-app"\ntenant = "t"\nclient-id = "c"\n'
KEY = json.dumps({"type": "service_account", "client_email": "a@b", "client_id": "1", "private_key": "-----BEGIN x"})


def written(folder: Path, text: str, **secrets: str) -> Path:
    for name, secret in secrets.items():
        (folder / name).write_text(secret, encoding="utf-8", newline="")
    path = folder / "oauth.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_both_sides(tmp_path: Path) -> None:
    text = (
        APP + 'secret-file = "one"\nauthority = "https://a/"\n[destination]\nway = "google-service-account"\nsecret-file = "two"\n'
    )
    found = oauth_file.read(written(tmp_path, text, one="\ufeff Q~8;§ \r\nmore\n", two=KEY))
    assert found == {
        Side.SOURCE: OAuth(OAuthWay.MICROSOFT_APP, "t", "c", "", "https://a", Secret(" Q~8;§ ")),
        Side.DESTINATION: OAuth(OAuthWay.GOOGLE_SERVICE, secret=Secret(KEY)),
    }
    pem = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"
    found = oauth_file.read(written(tmp_path, APP + 'secret-file = "one"\n', one=pem))
    assert found[Side.SOURCE].secret == Secret(pem)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "needs a table"),
        ("x", "not TOML"),
        ("[middle]\n", "needs a table"),
        ("source = 1\n", "needs a table"),
        ('[source]\nway = "microsoft-user"\n', "way must be"),
        ("[source]\nway = 5\n", "quotation marks"),
        (APP + 'secret = "Q~8"\n', "secret is not known"),
        (APP, "secret-file is missing"),
        (APP + 'secret-file = "none"\n', "cannot be read"),
        (APP.replace('"c"', '""') + 'secret-file = "one"\n', "client"),
        (APP.replace('"t"', '""') + 'secret-file = "one"\n', "tenant"),
        (APP + 'secret-file = "one"\nauthority = "http://clear"\n', "address"),
        ('[source]\nway = "google-service-account"\nsecret-file = "one"\n', "key file"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(errors.MigrationError) as caught:
        oauth_file.read(written(tmp_path, text, one="Q~8-secret"))
    assert word in caught.value.title_text
    assert "Q~8" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.WrongUsage):
        oauth_file.read(tmp_path / "none")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    with pytest.raises(errors.MigrationError):
        oauth_file.read(path)
