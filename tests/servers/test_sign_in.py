"""Signing in to real servers: every password, every style they have, and tokens, which they refuse and take as they do elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.engine.job import connect
from mailsafi_wizard.model import Endpoint, OAuth, OAuthWay, Secret, Security, SignIn, SignInStyle
from mailsafi_wizard.net import oauth_errors
from mailsafi_wizard.net.admin_styles import Admin, try_out
from mailsafi_wizard.net.ladder import climb
from mailsafi_wizard.net.oauth import TokenSources
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.net.wire import Patience, Trust
from tests.servers.company import fill
from tests.servers.cyrus import PASSWORD as CYRUS_PASSWORD
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot
from tests.servers.issuer import CLIENT, SECRET, TENANT, Issuer

JANE = "jane@example.co.ke"
ODD = ["; , \" ' \\ § £ % *", " Mvua ", "\u00a0Mvua\u00a0", "Mvua🌦️77", "نيروبي", "{5}", '\\\\"', "*", "=?utf-8?q?x?="]
pytestmark = pytest.mark.dovecot


def at(server: Dovecot | Cyrus, security: Security = Security.TLS) -> Endpoint:
    return Endpoint(server.host, server.tls_port if security is Security.TLS else server.port, security)


def mailbox_of(server: Dovecot | Cyrus, who: SignIn, security: Security = Security.TLS) -> int:
    """Messages in the INBOX that ``who`` opens."""
    session = connect(at(server, security), who, Trust(server.ca_file), Patience())
    try:
        return messages(session)
    finally:
        session.logout()


def messages(session: Session) -> int:
    found = session.run(b"STATUS", b"INBOX", b"(MESSAGES)")
    return int(found[0][0].rstrip(b")").rpartition(b" ")[2])


# --- passwords


def test_any_password_arrives_as_it_is(make_dovecot: Callable[..., Dovecot]) -> None:
    users = {f"user{number}@example.co.ke": password for number, password in enumerate(ODD)}
    server = make_dovecot(users=users)
    for security in (Security.TLS, Security.STARTTLS):
        for user, password in users.items():
            assert mailbox_of(server, SignIn(user, Secret(password)), security) == 0
    for changed in (ODD[1].strip(), ODD[2].strip(), ODD[1] + " "):
        with pytest.raises(errors.SignInRefused) as caught:
            mailbox_of(server, SignIn("user1@example.co.ke", Secret(changed)))
        assert type(caught.value) is errors.SignInRefused


# --- administrators


@pytest.mark.parametrize("separator", ["*", "%", "+"])
def test_dovecot_s_master_user(make_dovecot: Callable[..., Dovecot], separator: str) -> None:
    server = make_dovecot(users={JANE: "her-own"}, master_users={"boss": ODD[0]}, master_separator=separator)
    count = fill(server, JANE, 12, 3, odd=False)
    assert count
    by_name = SignIn(JANE, Secret(ODD[0]), SignInStyle.MASTER_USER, "boss", separator)
    by_authzid = SignIn(JANE, Secret(ODD[0]), SignInStyle.PLAIN_AUTHZID, "boss")
    own = mailbox_of(server, SignIn(JANE, Secret("her-own")))
    assert mailbox_of(server, by_name) == mailbox_of(server, by_authzid) == own > 0
    for style in (SignInStyle.MASTER_USER, SignInStyle.PLAIN_AUTHZID):
        with pytest.raises(errors.AdminRefused):
            mailbox_of(server, SignIn(JANE, Secret("wrong"), style, "boss", separator))


def test_dovecot_knows_none_of_the_others(make_dovecot: Callable[..., Dovecot]) -> None:
    server = make_dovecot(users={JANE: "her-own", "boss": "pw"})
    for style in (SignInStyle.KERIO, SignInStyle.PROXYAUTH):
        with pytest.raises(errors.StyleUnknown):
            mailbox_of(server, SignIn(JANE, Secret("pw"), style, "boss"))
    for style in (SignInStyle.EXCHANGE, SignInStyle.EXCHANGE_ALIAS, SignInStyle.MIRAPOINT):
        with pytest.raises(errors.AdminRefused):
            mailbox_of(server, SignIn(JANE, Secret("pw"), style, "boss"))
    with pytest.raises(errors.SignInRefused):
        mailbox_of(server, SignIn(JANE, Secret("pw"), SignInStyle.XOAUTH2))


def test_cyrus_lets_its_administrators_act_for_others(make_cyrus: Callable[..., Cyrus]) -> None:
    server = make_cyrus(extra="admins: cyrus\nproxyservers: boss\n")
    count = fill(server, JANE, 12, 3, odd=False)
    own = mailbox_of(server, SignIn(JANE, Secret(CYRUS_PASSWORD)))
    assert count >= own > 0
    assert mailbox_of(server, SignIn(JANE, Secret(CYRUS_PASSWORD), SignInStyle.PLAIN_AUTHZID, "boss")) == own
    for admin, password in (("john@example.co.ke", CYRUS_PASSWORD), ("boss", "wrong")):  # it says the same of both
        with pytest.raises(errors.AdminRefused) as caught:
            mailbox_of(server, SignIn(JANE, Secret(password), SignInStyle.PLAIN_AUTHZID, admin))
        assert type(caught.value) is errors.AdminRefused
    with pytest.raises(errors.StyleUnknown):
        mailbox_of(server, SignIn(JANE, Secret(CYRUS_PASSWORD), SignInStyle.PROXYAUTH, "boss"))


# --- tokens


@pytest.fixture
def issuer(certificate: Certificate) -> Iterator[Issuer]:
    with Issuer(certificate) as made:
        yield made


def sources(settings: OAuth, ca_file: Path, kept: dict[str, Secret] | None = None) -> TokenSources:
    kept = {} if kept is None else kept
    return TokenSources(settings, kept.get, kept.__setitem__, ca_file)


def microsoft(issuer: Issuer, secret: str = SECRET) -> OAuth:
    return OAuth(OAuthWay.MICROSOFT_APP, TENANT, CLIENT, "", issuer.microsoft, Secret(secret))


def with_token(tokens: TokenSources, user: str = JANE, style: SignInStyle = SignInStyle.XOAUTH2) -> SignIn:
    return SignIn(user, Secret(""), style, tokens=tokens.of(user))


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer", "xoauth2 oauthbearer"])
def test_tokens_are_taken(make_dovecot: Callable[..., Dovecot], issuer: Issuer, ca_file: Path, mechanism: str) -> None:
    server = make_dovecot(introspection=issuer.introspection, token_mechanisms=mechanism)
    app = sources(microsoft(issuer), ca_file)
    service = sources(OAuth(OAuthWay.GOOGLE_SERVICE, authority=issuer.google, secret=Secret(issuer.key_file())), ca_file)
    for tokens in (app, service):
        for user in (JANE, "john@example.co.ke"):
            assert mailbox_of(server, with_token(tokens, user)) == 0
    if "oauthbearer" in mechanism:
        assert mailbox_of(server, with_token(app, style=SignInStyle.OAUTHBEARER)) == 0


@pytest.mark.parametrize("style", [SignInStyle.XOAUTH2, SignInStyle.OAUTHBEARER])
def test_a_refused_token_is_told_with_the_server_s_own_reason(
    make_dovecot: Callable[..., Dovecot], issuer: Issuer, style: SignInStyle
) -> None:
    server = make_dovecot(introspection=issuer.introspection)
    with pytest.raises(oauth_errors.TokenRefused) as caught:
        mailbox_of(server, SignIn(JANE, Secret("made-up-token"), style))
    assert ("invalid_token" if style is SignInStyle.OAUTHBEARER else '"status":"401"') in caught.value.detail
    assert "made-up-token" not in str(caught.value)


def test_a_token_taken_back_is_renewed_at_the_next_sign_in(
    make_dovecot: Callable[..., Dovecot], issuer: Issuer, ca_file: Path
) -> None:
    server = make_dovecot(introspection=issuer.introspection)
    who = with_token(sources(microsoft(issuer), ca_file))
    assert mailbox_of(server, who) == 0
    assert mailbox_of(server, who) == 0
    assert issuer.questions("client_credentials") == 1
    issuer.revoke_all()
    assert mailbox_of(server, who) == 0  # in the same connection: refused, renewed, taken
    assert issuer.questions("client_credentials") == 2


def test_without_a_token_the_ladder_climbs_to_its_last_rung(
    make_dovecot: Callable[..., Dovecot], issuer: Issuer, ca_file: Path
) -> None:
    server = make_dovecot(introspection=issuer.introspection)
    ladder = climb(at(server), Trust(ca_file), Patience(), with_token(sources(microsoft(issuer, "wrong-secret"), ca_file)))
    assert [rung.ok for rung in ladder.rungs] == [True, True, True, True, False]
    assert ladder.failed is not None
    assert ladder.failed.cause == "The secret of the app is wrong"
    assert "AADSTS7000215" in ladder.failed.detail
    assert "wrong-secret" not in repr(ladder)


# --- finding out


@pytest.mark.parametrize("password", ["pw-of-boss", "wrong"])
def test_the_style_is_found_out(make_dovecot: Callable[..., Dovecot], make_cyrus: Callable[..., Cyrus], password: str) -> None:
    dovecot = make_dovecot(users={JANE: "her-own"}, master_users={"boss": "pw-of-boss"})
    cyrus = make_cyrus(extra="proxyservers: boss\n")
    pauses: list[float] = []
    found = try_out(at(dovecot), Trust(dovecot.ca_file), Patience(), Admin("boss", Secret(password), JANE), pauses.append)
    assert found.style is (SignInStyle.MASTER_USER if password != "wrong" else None)
    assert len(found.tries) == (1 if found.style else 2)
    fill(cyrus, JANE, 12, 3, odd=False)
    word = CYRUS_PASSWORD if password != "wrong" else password
    found = try_out(at(cyrus), Trust(cyrus.ca_file), Patience(), Admin("boss", Secret(word), JANE), pauses.append)
    assert found.style is (SignInStyle.PLAIN_AUTHZID if password != "wrong" else None)
    assert pauses == ([] if password != "wrong" else [5.0])
