"""Whole runs by an administrator's login and by tokens, which die in the middle; the project is closed and opened between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import cli
from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.engine.caution import FEW_OF_ONE_LOGIN
from mailsafi_wizard.events import Event, Progress, StateChanged
from mailsafi_wizard.model import Endpoint, Mailbox, MailboxState, OAuth, OAuthWay, Secret, Side, SignInStyle
from mailsafi_wizard.project import MigrationProject
from tests.servers.company import fill
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.issuer import CLIENT, SECRET, TENANT, Issuer

USERS = ("jane@example.co.ke", "john@example.co.ke")
pytestmark = pytest.mark.dovecot


@pytest.fixture
def issuer(certificate: Certificate) -> Iterator[Issuer]:
    with Issuer(certificate) as made:
        yield made


def project_of(path: Path, source: Dovecot, destination: Dovecot) -> MigrationProject:
    project = MigrationProject.create(path)
    for side, server in ((Side.SOURCE, source), (Side.DESTINATION, destination)):
        project.set_endpoint(side, Endpoint.parse(server.url()))
    project.ca_file = source.ca_file
    project.add_mailboxes(Mailbox(user, user, user) for user in USERS)
    return project


def microsoft(issuer: Issuer) -> OAuth:
    return OAuth(OAuthWay.MICROSOFT_APP, TENANT, CLIENT, "", issuer.microsoft, Secret(SECRET))


def run(project: MigrationProject, report: Callable[[Event], None]) -> None:
    project.start(report)
    assert project.wait(120)
    assert project.broken is None


def test_a_token_that_dies_in_the_middle_of_a_run_is_renewed(
    make_dovecot: Callable[..., Dovecot], destination_server: Dovecot, issuer: Issuer, tmp_path: Path
) -> None:
    source = make_dovecot(introspection=issuer.introspection)
    counts = {user: fill(source, user, 150, 5, odd=False) for user in USERS}
    project = project_of(tmp_path / "a.mailsafi", source, destination_server)
    project.set_oauth(Side.SOURCE, microsoft(issuer))
    project.set_admin(Side.DESTINATION, "unused", Secret("unused"), SignInStyle.MASTER_USER)
    for box in project.mailboxes():
        project.set_secret(box.id, Side.DESTINATION, Secret(PASSWORD))
    cut: list[str] = []

    def report(event: Event) -> None:
        """At each mailbox's first progress its connections break, and no token that was given is good any more."""
        user = next((b.source_user for b in project.mailboxes() if b.id == getattr(event, "mailbox_id", None)), "")
        copying = isinstance(event, Progress) or (isinstance(event, StateChanged) and event.state is MailboxState.COPYING)
        if copying and user not in cut:
            cut.append(user)
            issuer.revoke_all()
            source.cut_all(user)

    try:
        assert all(result.ok for result in project.test_sign_ins(lambda _r: None))
        run(project, report)
        ledger = project.ledger()
        assert sorted(cut) == sorted(USERS)
        assert ledger.complete
        assert ledger.copied == sum(counts.values())
        assert issuer.questions("client_credentials") >= 2
        assert issuer.given
    finally:
        project.close()
    raw = (tmp_path / "a.mailsafi").read_bytes()
    assert not any(text.encode() in raw for text in (SECRET, *issuer.given))


def test_administrators_on_both_sides(make_dovecot: Callable[..., Dovecot], tmp_path: Path) -> None:
    source = make_dovecot(users=dict.fromkeys(USERS, "old"), master_users={"boss": "pw-old"}, master_separator="+")
    destination = make_dovecot(users=dict.fromkeys(USERS, "new"), master_users={"root": "pw-new"}, separator="/")
    count = sum(fill(source, user, 20, 5, odd=False) for user in USERS)
    project = project_of(tmp_path / "b.mailsafi", source, destination)
    passphrase = Secret("maji ya moto")
    project.unlock(passphrase)
    project.set_admin(Side.SOURCE, "boss", Secret("pw-old"), SignInStyle.MASTER_USER, "+", everyone=True)
    project.set_admin(Side.DESTINATION, "root", Secret("pw-new"), SignInStyle.PLAIN_AUTHZID)
    project.set_secret(project.mailboxes()[0].id, Side.SOURCE, Secret("a password that is wrong"))  # the login is for everyone
    project.close()
    project = MigrationProject.open(tmp_path / "b.mailsafi")
    try:
        box = project.mailboxes()[0]
        assert not project.can_sign_in(box, Side.SOURCE)
        project.unlock(passphrase)
        assert project.can_sign_in(box, Side.SOURCE)
        found = project.try_admin_styles(Side.SOURCE, project.admin(Side.SOURCE), project.admin_password(Side.SOURCE), box)  # type: ignore[arg-type]
        assert found.style is SignInStyle.MASTER_USER
        run(project, lambda _event: None)
        assert project.ledger().complete
        assert project.ledger().copied == count
        project.erase_secrets()
        assert not project.can_sign_in(box, Side.SOURCE)
    finally:
        project.close()
    assert b"pw-old" not in (tmp_path / "b.mailsafi").read_bytes()


def test_a_wrong_administrator_s_password_is_tried_twice_for_all_mailboxes_together(
    make_dovecot: Callable[..., Dovecot], destination_server: Dovecot, tmp_path: Path
) -> None:
    users = [f"user{number}@example.co.ke" for number in range(20)]
    source = make_dovecot(users=dict.fromkeys(users, "old"), master_users={"boss": "pw"}, extra="auth_verbose = yes")
    project = project_of(tmp_path / "d.mailsafi", source, destination_server)
    try:
        project.add_mailboxes(Mailbox(user, user, user) for user in users)
        project.set_admin(Side.SOURCE, "boss", Secret("wrong"), SignInStyle.MASTER_USER, everyone=True)
        for box in project.mailboxes():
            project.set_secret(box.id, Side.DESTINATION, Secret(PASSWORD))
        found = project.test_sign_ins(lambda _r: None)
        assert not any(result.ok for result in found if result.side is Side.SOURCE)
        assert source.log.count("Password mismatch") == FEW_OF_ONE_LOGIN
        project.set_admin(Side.SOURCE, "boss", Secret("pw"), SignInStyle.MASTER_USER, everyone=True)
        found = project.test_sign_ins(lambda _r: None)
        assert sum(result.ok for result in found if result.side is Side.SOURCE) == len(project.mailboxes())
    finally:
        project.close()


def test_a_script_moves_mail_by_tokens(
    make_dovecot: Callable[..., Dovecot],
    destination_server: Dovecot,
    issuer: Issuer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = make_dovecot(introspection=issuer.introspection)
    fill(source, USERS[0], 20, 5, odd=False)
    (tmp_path / "key.json").write_text(issuer.key_file())
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    file = tmp_path / "oauth.toml"
    file.write_text(f'[source]\nway = "google-service-account"\nauthority = "{issuer.google}"\nsecret-file = "key.json"\n')
    sides = ["--source", source.url(), "--destination", destination_server.url(), "--ca-file", str(source.ca_file)]
    who = ["--source-user", USERS[0], "--destination-user", f"scripted-{USERS[0]}"]
    command = ["migrate", str(tmp_path / "c.mailsafi"), *sides, *who, "--destination-password-file", str(tmp_path / "password")]
    assert cli.main([*command, "--oauth-file", str(file), "--json"]) == 0
    issuer.delegated = False
    issuer.revoke_all()
    assert cli.main([*command, "--oauth-file", str(file), "--json"]) == 3
    told = capsys.readouterr()
    assert "Google has not been told that the service account may open mailboxes" in told.out + told.err
    assert not any(token in told.out + told.err for token in issuer.given)
