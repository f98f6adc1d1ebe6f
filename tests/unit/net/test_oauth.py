"""Token sources: what is asked of an issuer, when, how often, and what its refusals mean. A real issuer over HTTPS on the loopback."""

from __future__ import annotations

import datetime as dt
import json
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.model import OAuth, OAuthWay, Secret
from mailsafi_wizard.net import oauth_errors, oauth_google, oauth_microsoft
from mailsafi_wizard.net.oauth import EARLY, REFUSED_FOR, Token, TokenSource, TokenSources
from tests.servers.issuer import CLIENT, GOOGLE_CLIENT, SECRET, TENANT, Issuer

JANE = "jane@example.co.ke"
pytestmark = pytest.mark.filterwarnings("ignore:Attempted too soon")  # msal's advice to sleep: here nobody does


@pytest.fixture
def issuer(authority: Authority) -> Iterator[Issuer]:
    with Issuer(authority.issue()) as made:
        yield made


class Side:
    """The tokens of one side, what was kept of users, and a clock that is set by hand."""

    def __init__(self, settings: OAuth, ca_file: Path) -> None:
        self.kept: dict[str, Secret] = {}
        self.now = 1_800_000_000.0
        self.tokens = TokenSources(settings, self.kept.get, self.kept.__setitem__, ca_file, lambda: self.now)

    def of(self, user: str) -> str:
        return self.tokens.of(user)().reveal()


def microsoft(issuer: Issuer, secret: str = SECRET, tenant: str = TENANT, client: str = CLIENT) -> OAuth:
    return OAuth(OAuthWay.MICROSOFT_APP, tenant, client, "", issuer.microsoft, Secret(secret))


def google(issuer: Issuer) -> OAuth:
    return OAuth(OAuthWay.GOOGLE_SERVICE, authority=issuer.google, secret=Secret(issuer.key_file()))


def by_user(issuer: Issuer, way: OAuthWay) -> OAuth:
    if way is OAuthWay.MICROSOFT_USER:
        return OAuth(way, TENANT, CLIENT, "", issuer.microsoft)
    return OAuth(way, client_id=GOOGLE_CLIENT, authority=issuer.google, secret=Secret(SECRET))


# --- one app, one service account


def test_one_token_of_the_app_does_for_all_mailboxes(issuer: Issuer, authority: Authority) -> None:
    side = Side(microsoft(issuer), authority.ca_file)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(side.of, [f"user{n}@example.co.ke" for n in range(16)]))
    assert len(found) == 1
    assert found == set(issuer.given)
    assert issuer.questions("client_credentials") == 1


def test_an_app_may_prove_itself_by_a_certificate(issuer: Issuer, authority: Authority) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mover")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now - dt.timedelta(1), now + dt.timedelta(9))
    issuer.app_certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = private.decode() + issuer.app_certificate
    assert Side(microsoft(issuer, pem), authority.ca_file).of(JANE) in issuer.given
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wrong = other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with pytest.raises(oauth_errors.SecretWrong):
        Side(microsoft(issuer, wrong.decode() + issuer.app_certificate), authority.ca_file).of(JANE)
    with pytest.raises(oauth_errors.SettingsUnreadable):
        Side(microsoft(issuer, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), authority.ca_file).of(JANE)


def test_the_service_account_gets_a_token_for_each_mailbox(issuer: Issuer, authority: Authority) -> None:
    side = Side(google(issuer), authority.ca_file)
    assert side.of(JANE) == side.of(JANE) != side.of("john@example.co.ke")
    assert [given.user for given in issuer.given.values()] == [JANE, "john@example.co.ke"]


def test_a_token_is_renewed_before_it_dies(issuer: Issuer, authority: Authority) -> None:
    side = Side(microsoft(issuer), authority.ca_file)
    first = side.of(JANE)
    side.now += issuer.lifetime - EARLY - 1
    assert side.of(JANE) == first
    side.now += 2
    second = side.of(JANE)
    assert second != first
    issuer.busy = 99  # a token that still lives is used on while the issuer is away
    side.now += issuer.lifetime - EARLY + 1
    assert side.of(JANE) == second
    side.now += EARLY
    with pytest.raises(errors.ServerBusy):
        side.of(JANE)
    issuer.busy = 0
    assert side.of(JANE) != second


def test_a_refused_token_is_renewed_once_for_all_threads() -> None:
    made = iter(range(100))
    source = TokenSource(lambda: Token(Secret(f"t{next(made)}"), 2e9, Secret("")), lambda: 0.0)
    first = source()
    with ThreadPoolExecutor(8) as pool:
        found = {found.reveal() for found in pool.map(source, [first] * 8)}
    assert found == {"t1"}
    assert source() == Secret("t1")


def test_a_wrong_secret_is_not_asked_with_for_every_mailbox(issuer: Issuer, authority: Authority) -> None:
    side = Side(microsoft(issuer, "wrong"), authority.ca_file)
    for number in range(5):
        with pytest.raises(oauth_errors.SecretWrong):
            side.of(f"user{number}@example.co.ke")
    assert issuer.questions("client_credentials") == 1
    issuer.secret = "wrong"  # mended at Microsoft
    side.now += REFUSED_FOR
    assert side.of(JANE) in issuer.given


@pytest.mark.parametrize(
    ("change", "settings", "kind"),
    [
        ({}, {"secret": Secret("wrong")}, oauth_errors.SecretWrong),
        ({"secret_expired": True}, {}, oauth_errors.SecretExpired),
        ({}, {"tenant": "11111111-1111-1111-1111-111111111111"}, oauth_errors.TenantUnknown),
        ({}, {"client_id": "22222222-2222-2222-2222-222222222222"}, oauth_errors.AppUnknown),
        ({"consented": False}, {}, oauth_errors.ConsentMissing),
        ({"busy": 99}, {}, errors.ServerBusy),
    ],
)
def test_what_microsoft_refuses(
    issuer: Issuer, authority: Authority, change: dict[str, object], settings: dict[str, object], kind: type[errors.ServerError]
) -> None:
    for name, value in change.items():
        setattr(issuer, name, value)
    with pytest.raises(kind) as caught:
        Side(replace(microsoft(issuer), **settings), authority.ca_file).of(JANE)  # type: ignore[arg-type]
    assert type(caught.value) is kind
    assert "wrong" not in caught.value.detail
    assert "localhost" in str(caught.value.fields["host"])


def test_what_google_refuses(issuer: Issuer, authority: Authority) -> None:
    issuer.delegated = False
    with pytest.raises(oauth_errors.DelegationMissing) as caught:
        Side(google(issuer), authority.ca_file).of(JANE)
    assert "unauthorized" in caught.value.detail
    issuer.delegated, issuer.accounts = True, {"john@example.co.ke"}
    with pytest.raises(oauth_errors.MailboxUnknown):
        Side(google(issuer), authority.ca_file).of(JANE)
    settings = google(issuer)
    issuer.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(oauth_errors.SecretWrong):
        Side(settings, authority.ca_file).of(JANE)


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"type": "service_account", "client_email": 5}', "[" * 100_000])
def test_a_key_file_that_is_none(issuer: Issuer, text: str) -> None:
    settings = replace(google(issuer), secret=Secret(text))
    with pytest.raises(oauth_errors.SettingsUnreadable):
        Side(settings, Path("none")).of(JANE)


def test_a_forged_key_file_does_not_choose_who_is_asked(issuer: Issuer, authority: Authority) -> None:
    facts = json.loads(issuer.key_file()) | {"token_uri": "https://thief.invalid/token", "universe_domain": "thief.invalid"}
    settings = replace(google(issuer), secret=Secret(json.dumps(facts)))
    assert Side(settings, authority.ca_file).of(JANE) in issuer.given


def test_an_issuer_that_nobody_trusts_or_that_is_not_there_hears_nothing(issuer: Issuer, authority: Authority) -> None:
    with pytest.raises(errors.CertificateUnknown):
        oauth_microsoft.for_app(microsoft(issuer), JANE)
    with pytest.raises(errors.CertificateUnknown):
        oauth_google.for_mailbox(google(issuer), JANE)
    assert issuer.asked == []
    gone = replace(microsoft(issuer), authority="https://localhost:9")
    with pytest.raises(oauth_errors.IssuerUnreachable):
        oauth_microsoft.for_app(gone, JANE, authority.ca_file)
    clear = OAuth(OAuthWay.GOOGLE_SERVICE, authority=issuer.introspection, secret=Secret(issuer.key_file()))
    with pytest.raises(oauth_errors.IssuerUnreachable):
        oauth_google.for_mailbox(clear, JANE, authority.ca_file)


# --- each user


def test_a_user_agrees_by_a_code(issuer: Issuer, authority: Authority) -> None:
    issuer.device_user, issuer.device_errors = JANE, ["authorization_pending", "slow_down", "authorization_pending"]
    settings, side = by_user(issuer, OAuthWay.MICROSOFT_USER), Side(by_user(issuer, OAuthWay.MICROSOFT_USER), authority.ca_file)
    shown: list[oauth_microsoft.DeviceCode] = []
    waits: list[float] = []
    answer = oauth_microsoft.by_device(settings, JANE, shown.append, threading.Event(), authority.ca_file, waits.append)
    assert [(code.code, code.address, code.lifetime) for code in shown] == [
        ("KSM7-2026", "https://microsoft.com/devicelogin", 900.0)
    ]
    assert waits == [5, 5, 10, 10]  # RFC 8628 section 3.5: slower after slow_down
    assert issuer.given[str(answer["access_token"])].user == JANE
    side.kept[JANE] = Secret(str(answer["refresh_token"]))
    first = side.of(JANE)
    side.now += issuer.lifetime
    assert side.of(JANE) != first
    assert side.kept[JANE].reveal() in issuer.refresh  # the newest is kept: the older ones are void
    issuer.refresh.clear()
    side.now += issuer.lifetime
    with pytest.raises(oauth_errors.PermissionExpired):
        side.of(JANE)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (["authorization_declined"], oauth_errors.Declined),
        (["expired_token"], oauth_errors.CodeExpired),
        ([], oauth_errors.CodeExpired),
    ],
)
def test_a_code_that_leads_nowhere(
    issuer: Issuer, authority: Authority, answers: list[str], kind: type[errors.ServerError]
) -> None:
    issuer.device_errors, issuer.code_lifetime = answers, 30
    settings = by_user(issuer, OAuthWay.MICROSOFT_USER)
    with pytest.raises(kind) as caught:
        oauth_microsoft.by_device(settings, JANE, lambda _code: None, threading.Event(), authority.ca_file, lambda _s: None)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "page", ["", "file:///etc/passwd", "http://microsoft.com/devicelogin", "ms-word:x", "//evil.example/x", "https://[x"]
)
def test_a_browser_is_sent_to_a_secure_page_only(issuer: Issuer, authority: Authority, page: str) -> None:
    issuer.device_page = page
    shown: list[oauth_microsoft.DeviceCode] = []
    settings = by_user(issuer, OAuthWay.MICROSOFT_USER)
    with pytest.raises(oauth_errors.IssuerUnreachable):
        oauth_microsoft.by_device(settings, JANE, shown.append, threading.Event(), authority.ca_file, lambda _s: None)
    assert shown == []


def test_waiting_for_a_code_can_be_given_up(issuer: Issuer, authority: Authority) -> None:
    cancelled = threading.Event()
    settings = by_user(issuer, OAuthWay.MICROSOFT_USER)
    with pytest.raises(oauth_errors.Declined):
        oauth_microsoft.by_device(settings, JANE, lambda _code: cancelled.set(), cancelled, authority.ca_file)


def browser(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as page:
            return int(page.status)
    except urllib.error.HTTPError as e:
        e.close()
        return e.code


def test_a_user_agrees_in_the_browser(issuer: Issuer, authority: Authority) -> None:
    settings, side = by_user(issuer, OAuthWay.GOOGLE_USER), Side(by_user(issuer, OAuthWay.GOOGLE_USER), authority.ca_file)
    seen: list[int] = []

    def show(address: str) -> None:
        back = issuer.consent(address, JANE)
        assert address.startswith(issuer.google + "/auth?")
        assert back.startswith("http://127.0.0.1:")
        seen.append(browser(back.replace("state=", "state=x")))  # a forged one is not believed
        seen.append(browser(back.partition("?")[0]))
        seen.append(browser(back))

    answer = oauth_google.by_browser(settings, JANE, show, threading.Event(), authority.ca_file)
    assert seen == [400, 400, 200]
    side.kept[JANE] = Secret(str(answer["refresh_token"]))
    assert issuer.given[side.of(JANE)].user == JANE
    issuer.refresh.clear()
    side.now += issuer.lifetime
    with pytest.raises(oauth_errors.PermissionExpired):
        side.of(JANE)


def test_a_user_says_no_in_the_browser(issuer: Issuer, authority: Authority) -> None:
    settings = by_user(issuer, OAuthWay.GOOGLE_USER)

    def show(address: str) -> None:
        back = issuer.consent(address, JANE)
        browser(back.partition("&code=")[0] + "&error=access_denied")

    with pytest.raises(oauth_errors.Declined):
        oauth_google.by_browser(settings, JANE, show, threading.Event(), authority.ca_file)
    cancelled = threading.Event()
    with pytest.raises(oauth_errors.Declined):
        oauth_google.by_browser(settings, JANE, lambda _address: cancelled.set(), cancelled, authority.ca_file)


def test_without_a_permission_nobody_is_asked(issuer: Issuer, authority: Authority) -> None:
    side = Side(by_user(issuer, OAuthWay.GOOGLE_USER), authority.ca_file)
    assert not side.tokens.knows(JANE)
    with pytest.raises(oauth_errors.PermissionExpired):
        side.of(JANE)
    assert issuer.asked == []
