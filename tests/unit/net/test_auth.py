"""Signing in: what each style says, that passwords are never altered, and what a refusal means. Bytes over real sockets."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, SignIn, SignInStyle
from mailsafi_wizard.net import oauth_errors
from mailsafi_wizard.net.auth import sign_in
from tests.unit.net.other_end import Line

JANE = SignIn("jane", Secret("Mvua-77"))
BEARER = base64.b64encode(b"user=jane@x\x01auth=Bearer tok\x01\x01")
OAUTHBEARER = base64.b64encode(b"n,a=jane@x,\x01auth=Bearer tok\x01\x01")
ESCAPED = base64.b64encode(b"n,a=ja=3Dne=2C@x,\x01auth=Bearer tok\x01\x01")
OK = b"W1 OK [CAPABILITY IMAP4rev1 LITERAL+] in\r\n"


def plain(*parts: str) -> bytes:
    return base64.b64encode("\0".join(parts).encode())


@pytest.mark.parametrize(
    ("capabilities", "who", "said"),
    [
        ((), JANE, b'LOGIN "jane" "Mvua-77"'),
        (("AUTH=PLAIN", "SASL-IR"), JANE, b'LOGIN "jane" "Mvua-77"'),
        (("AUTH=PLAIN", "SASL-IR", "LOGINDISABLED"), JANE, b"AUTHENTICATE PLAIN " + plain("", "jane", "Mvua-77")),
        (("AUTH=PLAIN", "SASL-IR"), SignIn("jane", Secret("Mvüa")), b"AUTHENTICATE PLAIN " + plain("", "jane", "Mvüa")),
        (("SASL-IR",), SignIn("jane", Secret("pw"), SignInStyle.PLAIN_AUTHZID, "boss"), b"AUTHENTICATE PLAIN " + plain("jane", "boss", "pw")),
        ((), SignIn("jane", Secret("pw"), SignInStyle.MASTER_USER, "boss"), b'LOGIN "jane*boss" "pw"'),
        ((), SignIn("jane", Secret("pw"), SignInStyle.EXCHANGE, "FIRM/boss"), b'LOGIN "FIRM/boss/jane" "pw"'),
        ((), SignIn("jane", Secret("pw"), SignInStyle.MASTER_USER, "boss", "%"), b'LOGIN "jane%boss" "pw"'),
        ((), SignIn("jane@x", Secret("pw"), SignInStyle.EXCHANGE_ALIAS, "FIRM\\boss"), b'LOGIN "FIRM\\\\boss\\\\jane" "pw"'),
        ((), SignIn("jane@x", Secret("pw"), SignInStyle.MIRAPOINT, "boss"), b'LOGIN "#jane@x#boss#" "pw"'),
        (("SASL-IR",), SignIn("jane@x", Secret("tok"), SignInStyle.XOAUTH2), b"AUTHENTICATE XOAUTH2 " + BEARER),
        (("SASL-IR", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"), SignIn("jane@x", Secret("tok"), SignInStyle.XOAUTH2), b"AUTHENTICATE XOAUTH2 " + BEARER),
        (("SASL-IR", "AUTH=OAUTHBEARER"), SignIn("jane@x", Secret("tok"), SignInStyle.XOAUTH2), b"AUTHENTICATE OAUTHBEARER " + OAUTHBEARER),
        (("SASL-IR",), SignIn("ja=ne,@x", Secret("tok"), SignInStyle.OAUTHBEARER), b"AUTHENTICATE OAUTHBEARER " + ESCAPED),
        ((), SignIn('ja"ne', Secret('a\\b" c')), b'LOGIN "ja\\"ne" "a\\\\b\\" c"'),
        (("LITERAL+",), SignIn("jane", Secret("é\n")), "LOGIN \"jane\" {3+}\r\né\n".encode()),
    ],
)  # fmt: skip
def test_what_is_said(capabilities: tuple[str, ...], who: SignIn, said: bytes) -> None:
    with Line(OK, capabilities=capabilities) as line:
        sign_in(line.session, who)
        assert line.heard == b"W1 " + said + b"\r\n"
        assert line.session.authenticated
        assert line.session.capabilities == {"IMAP4REV1", "LITERAL+"}


def test_without_initial_response_the_server_asks_first() -> None:
    with Line(b"* OK wait\r\n+ \r\n" + OK, capabilities=("AUTH=PLAIN", "LOGINDISABLED")) as line:
        sign_in(line.session, JANE)
        assert line.heard == b"W1 AUTHENTICATE PLAIN\r\n" + plain("", "jane", "Mvua-77") + b"\r\n"


def test_a_login_with_a_literal_waits_where_it_must() -> None:
    with Line(b"+ go\r\n" + OK, capabilities=()) as line:
        sign_in(line.session, SignIn("jane", Secret("é")))
        assert line.heard == 'W1 LOGIN "jane" {2}\r\né\r\n'.encode()


@given(st.text(min_size=1, max_size=20))
@example("; , \" ' \\ § £ % * space ")
@example("\ufeff\u200b\u00a0\u201c")
@example("\0")
def test_a_password_is_never_altered(password: str) -> None:
    who = SignIn("jane", Secret(password))
    with Line(OK, capabilities=("AUTH=PLAIN", "SASL-IR", "LITERAL+")) as line:
        sign_in(line.session, who)
        heard = line.heard
    raw = password.encode("utf-8", "surrogatepass")
    if heard.startswith(b"W1 AUTHENTICATE PLAIN "):
        assert base64.b64decode(heard.split()[3]) == b"\0jane\0" + raw
    else:
        assert heard == b'W1 LOGIN "jane" "' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"\r\n'


def test_a_nul_cannot_be_sent_by_login() -> None:
    with Line(OK, capabilities=()) as line, pytest.raises(ValueError, match="NUL"):
        sign_in(line.session, SignIn("jane", Secret("a\0b")))


# --- refusals

TELLTALES = ("Mvua-77", base64.b64encode(b"Mvua-77").decode(), plain("", "jane", "Mvua-77").decode())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"W1 NO [AUTHENTICATIONFAILED] no\r\n", errors.SignInRefused),
        (b"W1 BAD what?\r\n", errors.SignInRefused),
        (b"W1 NO [PRIVACYREQUIRED] not in the clear\r\n", errors.LoginDisabled),
        (b"W1 NO [UNAVAILABLE] Temporary authentication failure\r\n", errors.ServerBusy),
        (b"W1 NO [LIMIT] LOGIN Rate limit hit.\r\n", errors.TooManyConnections),
        (b"W1 NO [AUTHORIZATIONFAILED] may not\r\n", errors.NoRights),
        (b"* BYE Too many connections from your address\r\n", errors.TooManyConnections),
        (b"* BYE [UNAVAILABLE] later\r\n", errors.ServerBusy),
        (b"* BYE bad password, goodbye\r\n", errors.ConnectionLost),
        (b"", errors.ConnectionLost),
        (b"garbage\r\n", errors.BrokenProtocol),
        (b"* x\r\n" * 1001, errors.BrokenProtocol),
    ],
)
@pytest.mark.parametrize("capabilities", [(), ("AUTH=PLAIN", "LOGINDISABLED", "SASL-IR")])
def test_what_a_refusal_means(answer: bytes, kind: type[errors.MigrationError], capabilities: tuple[str, ...]) -> None:
    with Line(answer, capabilities=capabilities) as line:
        with pytest.raises(kind) as caught:
            sign_in(line.session, JANE)
        assert type(caught.value) is kind
        assert not line.session.authenticated
        assert line.session.capabilities == set(capabilities) or line.session.dead or kind is errors.ConnectionLost


@pytest.mark.parametrize("echo", TELLTALES)
@pytest.mark.parametrize(
    "form",
    [b"W1 NO [AUTHENTICATIONFAILED] wrong: %s\r\n", b"W1 BAD %s?\r\n", b"* BYE %s\r\n", b"%s\r\n", b"* OK %s\r\nW1 NO [%s] x\r\n"],
)
@pytest.mark.parametrize("capabilities", [(), ("AUTH=PLAIN", "LOGINDISABLED", "SASL-IR")])
def test_a_refusal_that_repeats_the_password_does_not_show_it(echo: str, form: bytes, capabilities: tuple[str, ...]) -> None:
    with (
        Line(form.replace(b"%s", echo.encode()), capabilities=capabilities) as line,
        pytest.raises(errors.MigrationError) as caught,
    ):
        sign_in(line.session, JANE)
    error = caught.value
    told = f"{error} {error.detail} {error.fields} {getattr(error, 'code', '')} {error!r} {error.__cause__!r}"
    assert not any(telltale.upper() in told.upper() for telltale in TELLTALES if telltale in form.decode() + echo)


def test_a_refused_token_is_answered_and_told() -> None:
    with Line(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\nW1 NO AUTHENTICATE failed.\r\n", capabilities=("SASL-IR",)) as line:
        with pytest.raises(errors.SignInRefused):
            sign_in(line.session, SignIn("jane", Secret("tok"), SignInStyle.XOAUTH2))
        assert line.heard.endswith(b"\r\n\r\n")


def test_a_refused_token_tells_the_server_s_reason_and_is_renewed_once() -> None:
    refusal = b"+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}') + b"\r\n"
    refused: list[Secret | None] = []

    def tokens(one: Secret | None) -> Secret:
        refused.append(one)
        return Secret(f"token-{len(refused)}")

    who = SignIn("jane@x", Secret(""), SignInStyle.XOAUTH2, tokens=tokens)
    with Line(refusal + b"W1 NO no\r\n" + b"W2 OK [CAPABILITY IMAP4rev1] in\r\n", capabilities=("SASL-IR",)) as line:
        sign_in(line.session, who)
        said = line.heard.split(b"\r\n")
    assert refused == [None, Secret("token-1")]
    assert [base64.b64decode(part.split()[3]) for part in (said[0], said[2])] == [
        b"user=jane@x\x01auth=Bearer token-%d\x01\x01" % n for n in (1, 2)
    ]
    refused.clear()
    both = refusal + b"W1 NO no\r\n" + refusal + b"W2 NO [AUTHENTICATIONFAILED] token-2\r\n"
    with Line(both, capabilities=("SASL-IR",)) as line, pytest.raises(oauth_errors.TokenRefused) as caught:
        sign_in(line.session, who)
    assert '"status":"400"' in caught.value.detail
    assert "token-2" not in caught.value.detail
    assert len(refused) == 2


@pytest.mark.parametrize(
    "said",
    [
        b"+ \r\nW1 NO x\r\n",
        b"+ ====\r\nW1 NO x\r\n",
        b"+ W10=\r\nW1 NO x\r\n",
        b"+ " + base64.b64encode(b"[" * 9000) + b"\r\nW1 NO x\r\n",
    ],
)
@pytest.mark.parametrize("style", [SignInStyle.XOAUTH2, SignInStyle.OAUTHBEARER])
def test_any_challenge_ends_in_a_refusal(said: bytes, style: SignInStyle) -> None:
    with Line(said, capabilities=("SASL-IR",)) as line:
        with pytest.raises(oauth_errors.TokenRefused):
            sign_in(line.session, SignIn("jane@x", Secret("tok"), style))
        assert line.heard.endswith(b"\r\n\r\n" if style is SignInStyle.XOAUTH2 else b"\r\nAQ==\r\n")


def test_a_name_with_a_separator_in_it_is_not_sent() -> None:
    with Line(OK, capabilities=("SASL-IR",)) as line:
        with pytest.raises(oauth_errors.SettingsUnreadable):
            sign_in(line.session, SignIn("jane@x\x01auth=Bearer other", Secret("tok"), SignInStyle.XOAUTH2))
        assert line.heard == b""


# --- administrators' commands, against servers that follow a script

BOSS = Secret("Mvua;§77")
KERIO = SignIn("jane@x", BOSS, SignInStyle.KERIO)
PROXY = SignIn('ja"ne@x', Secret("Mvua-77"), SignInStyle.PROXYAUTH, "boss")


def test_kerio_s_master_password_answers_a_challenge() -> None:
    challenge = "<4711.1795@mail.example.co.ke>"
    said = f"+ {challenge}\r\nW1 OK\r\n* CAPABILITY IMAP4rev1\r\nW2 OK\r\nW3 OK [CAPABILITY IMAP4rev1 MOVE] in\r\n"
    with Line(said.encode(), capabilities=()) as line:
        sign_in(line.session, KERIO)
        heard = line.heard.split(b"\r\n")
        assert line.session.capabilities == {"IMAP4REV1", "MOVE"}
    answer = hashlib.md5((challenge + BOSS.reveal()).encode()).hexdigest().encode()
    assert heard == [b"W1 X-MASTERAUTH", answer, b"W2 CAPABILITY", b'W3 X-SETUSER "jane@x"', b""]


def test_proxyauth_signs_in_and_names_the_mailbox() -> None:
    said = b"W1 OK [CAPABILITY IMAP4rev1] in\r\nW2 OK [CAPABILITY IMAP4rev1 ACL] in\r\n"
    with Line(said, capabilities=()) as line:
        sign_in(line.session, PROXY)
        assert line.heard == b'W1 LOGIN "boss" "Mvua-77"\r\nW2 PROXYAUTH "ja\\"ne@x"\r\n'


@pytest.mark.parametrize(
    ("who", "said", "kind"),
    [
        (KERIO, b"W1 BAD Unknown command\r\n", errors.StyleUnknown),
        (KERIO, b"+ x\r\nW1 NO Authentication failed\r\n", errors.AdminRefused),
        (KERIO, b"+ x\r\nW1 OK [CAPABILITY A]\r\nW2 NO User doesn't exist\r\n", errors.AdminRefused),
        (KERIO, b"+ x\r\n* BYE Too many failed logins, address blocked\r\n", errors.Blocked),
        (PROXY, b"W1 NO [AUTHENTICATIONFAILED] no\r\n", errors.AdminRefused),
        (PROXY, b"W1 OK [CAPABILITY A]\r\nW2 BAD Unrecognized command\r\n", errors.StyleUnknown),
        (PROXY, b"W1 OK [CAPABILITY A]\r\nW2 NO Permission denied\r\n", errors.NoRights),
        (PROXY, b"W1 NO account locked\r\n", errors.Blocked),
    ],
)
def test_an_administrator_refused(who: SignIn, said: bytes, kind: type[errors.MigrationError]) -> None:
    with Line(said, capabilities=()) as line, pytest.raises(kind) as caught:
        sign_in(line.session, who)
    assert type(caught.value) is kind
    assert "Mvua" not in f"{caught.value!r} {caught.value.detail}"


def test_exchange_says_yes_and_opens_nothing() -> None:
    said = b"W1 OK [CAPABILITY IMAP4rev1] AUTHENTICATE completed.\r\nW2 BAD User is authenticated but not connected.\r\n"
    with Line(said, capabilities=("SASL-IR",)) as line:
        line.session.greeting = "The Microsoft Exchange IMAP4 service is ready. [TABPADIAUAAxADIAMwBDAEEAMAA=]"
        with pytest.raises(errors.NoRights):
            sign_in(line.session, SignIn("jane@x", Secret("tok"), SignInStyle.XOAUTH2))
        assert not line.session.authenticated
        assert line.heard.endswith(b'W2 LIST "" "INBOX"\r\n')


def test_a_server_without_any_way_to_sign_in_hears_no_password() -> None:
    with Line(b"W1 OK\r\n", capabilities=("LOGINDISABLED",)) as line:
        with pytest.raises(errors.LoginDisabled):
            sign_in(line.session, JANE)
        assert line.heard == b""


def test_capabilities_are_asked_for_when_nobody_told_them() -> None:
    with Line(b"W1 OK in\r\n* CAPABILITY IMAP4rev1 UIDPLUS\r\nW2 OK\r\n", capabilities=("AUTH=PLAIN",)) as line:
        sign_in(line.session, JANE)
        assert line.session.capabilities == {"IMAP4REV1", "UIDPLUS"}
    with Line(b"* CAPABILITY IMAP4rev1 MOVE\r\nW1 OK in\r\n", capabilities=("AUTH=PLAIN",)) as line:
        sign_in(line.session, JANE)
        assert line.session.capabilities == {"IMAP4REV1", "MOVE"}
