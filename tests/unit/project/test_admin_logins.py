"""Logins for all mailboxes: kept sealed over a closed project, one a side, and what comes first where there are several."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.model import AdminLogin, Mailbox, OAuth, OAuthWay, Secret, Side, SignInResult, SignInStyle
from mailsafi_wizard.net.oauth_errors import SettingsUnreadable
from mailsafi_wizard.project import MigrationProject
from tests.servers.issuer import CLIENT, SECRET, TENANT, Issuer

PASSPHRASE = Secret("maji ya moto")
ENTERPRISE = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
S, D = Side.SOURCE, Side.DESTINATION


class Project:
    """One project file that can be closed and opened again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = MigrationProject.create(path)
        self.now.unlock(PASSPHRASE)
        self.now.add_mailboxes([Mailbox("jane@x", "jane", "jane@x"), Mailbox("john@x", "john", "john@x")])

    def reopened(self, passphrase: Secret | None = PASSPHRASE) -> MigrationProject:
        self.now.close()
        self.now = MigrationProject.open(self.path)
        if passphrase:
            self.now.unlock(passphrase)
        return self.now

    @property
    def raw(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.path.parent.iterdir() if file.name.startswith(self.path.name))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path / "a.mailsafi")
    yield made
    made.now.close()


def test_an_administrator_is_kept_and_sealed(kept: Project) -> None:
    kept.now.set_admin(S, "bøss", Secret("Mvua;§ 77 "), SignInStyle.MASTER_USER, "+", everyone=True)
    locked = kept.reopened(None)
    assert locked.admin(S) == AdminLogin("bøss", SignInStyle.MASTER_USER, "+", True)
    assert locked.admin_password(S) == Secret("")
    assert not locked.covers_all(S)
    assert not locked.can_sign_in(locked.mailboxes()[0], S)
    project = kept.reopened()
    who = project.sign_in(project.mailboxes()[0].id, S)
    assert who is not None
    assert (who.user, who.password, who.style, who.admin, who.separator) == (
        "jane",
        Secret("Mvua;§ 77 "),
        SignInStyle.MASTER_USER,
        "bøss",
        "+",
    )
    assert project.covers_all(S)
    assert project.admin(D) is None
    assert project.sign_in(project.mailboxes()[0].id, D) is None
    assert "Mvua;§ 77 ".encode() not in kept.raw


@pytest.mark.parametrize("everyone", [True, False])
def test_a_mailbox_s_own_password_and_the_administrator_s(kept: Project, everyone: bool) -> None:
    project = kept.now
    jane, john = project.mailboxes()
    project.set_secret(jane.id, D, Secret("her own"))
    project.set_admin(D, "boss", Secret("pw"), SignInStyle.PLAIN_AUTHZID, everyone=everyone)
    styles = [who.style for box in (jane, john) if (who := project.sign_in(box.id, D))]
    assert styles == [SignInStyle.PLAIN_AUTHZID if everyone else SignInStyle.PASSWORD, SignInStyle.PLAIN_AUTHZID]
    project.forget_admin(D)
    assert project.admin(D) is None
    assert project.sign_in(john.id, D) is None
    assert project.admin_password(D) == Secret("")


def test_there_is_one_login_a_side(kept: Project) -> None:
    project, settings = kept.now, OAuth(OAuthWay.MICROSOFT_APP, TENANT, CLIENT, ENTERPRISE, "", Secret(SECRET))
    project.set_admin(S, "boss", Secret("pw"), SignInStyle.PLAIN_AUTHZID)
    project.set_oauth(S, settings)
    assert project.admin(S) is None
    assert kept.reopened().oauth(S) == settings
    assert SECRET.encode() not in kept.raw
    project = kept.now
    who = project.sign_in(project.mailboxes()[0].id, S)
    assert who is not None
    assert who.style.by_token
    assert project.powershell(S, project.mailboxes()).count("Add-MailboxPermission -Identity 'j") == 2
    project.set_admin(S, "boss", Secret("pw"), SignInStyle.PLAIN_AUTHZID)
    assert project.oauth(S) is None
    with pytest.raises(errors.WrongUsage):
        project.powershell(S, ())


def test_settings_that_cannot_be_right_change_nothing(kept: Project) -> None:
    kept.now.set_admin(S, "boss", Secret("pw"), SignInStyle.PLAIN_AUTHZID)
    with pytest.raises(SettingsUnreadable):
        kept.now.set_oauth(S, OAuth(OAuthWay.GOOGLE_SERVICE, secret=Secret("{}")))
    assert kept.now.admin(S) is not None


def test_a_user_s_consent_is_kept_and_its_newest_token(kept: Project, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    with Issuer(authority.issue()) as issuer:
        project = kept.now
        project.ca_file = authority.ca_file
        project.set_oauth(S, OAuth(OAuthWay.MICROSOFT_USER, TENANT, CLIENT, "", issuer.microsoft))
        jane, john = project.mailboxes()
        assert not project.can_sign_in(jane, S)
        issuer.device_user = "jane"
        given = issuer._token("jane", refresh="0.A-first")
        project._keep_refresh(S, "jane", given)  # as `ask_by_code` does, which waits as long as Microsoft says
        for _ in range(3):  # each of this issuer's refresh tokens is good once
            project = kept.reopened()
            assert project.has_consent(S, jane)
            assert not project.has_consent(S, john)
            who = project.sign_in(jane.id, S)
            assert who is not None
            assert who.tokens is not None
            assert who.tokens(None).reveal() in issuer.given
        assert not any(token.encode() in kept.raw for token in (*issuer.refresh, *issuer.given, "0.A-first"))
        project.erase_secrets()
        assert not project.can_sign_in(jane, S)


def test_asking_a_user_can_be_stopped_before_it_begins(kept: Project) -> None:
    with pytest.raises(errors.WrongUsage):
        kept.now.ask_in_browser(S, kept.now.mailboxes()[0], lambda _address: None, threading.Event())


def test_without_a_server_nothing_is_tried_out(kept: Project) -> None:
    login = AdminLogin("boss", SignInStyle.PLAIN_AUTHZID)
    with pytest.raises(errors.WrongUsage):
        kept.now.try_admin_styles(S, login, Secret("pw"), kept.now.mailboxes()[0])


def test_what_a_test_found_is_void_when_the_login_is_another(kept: Project) -> None:
    project = kept.now
    boxes = project.mailboxes()
    for side in Side:
        for box in boxes:
            project._journal.put_sign_in(SignInResult(box.id, side, True))
    project.set_admin(S, "boss", Secret("pw"), SignInStyle.PLAIN_AUTHZID)
    assert set(project.sign_in_results()) == {(box.id, D) for box in boxes}
    project._journal.put_sign_in(SignInResult(boxes[0].id, S, True))
    project.set_admin(S, "boss", Secret("pw"), SignInStyle.PLAIN_AUTHZID)
    assert (boxes[0].id, S) in project.sign_in_results()
    project.set_admin(S, "boss", Secret("other"), SignInStyle.PLAIN_AUTHZID)
    assert (boxes[0].id, S) not in project.sign_in_results()
