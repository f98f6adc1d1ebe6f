"""Handing mail to a submission server: real servers on loopback, with real TLS."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.model import Endpoint, Secret, Security, SignIn, SignInStyle
from mailsafi_wizard.net import certificates, smtp_errors
from mailsafi_wizard.net.smtp import Envelope, Mailer
from mailsafi_wizard.net.wire import Patience, Trust
from tests.servers.submission import PASSWORD, TOKEN, USER, Submission
from tests.unit.net.other_end import Listener

SOON = Patience(connect=5, silence=5, window=5, floor=1, command=20)
WHO = SignIn(USER, Secret(PASSWORD))
MAIL = b"From: a@example.co.ke\r\nTo: jane@example.co.ke\r\nSubject: x\r\n\r\n.a dot\r\n..two\r\nend\r\n"
JANE = Envelope("njeri@example.co.ke", "jane@example.co.ke", MAIL, "id-1")


@pytest.fixture(scope="module")
def context(certificate: Certificate) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate.chain, certificate.key)
    return made


@pytest.fixture
def server(context: ssl.SSLContext) -> Iterator[Submission]:
    with Submission(context) as made:
        yield made


def at(server: Submission, security: Security = Security.STARTTLS, pin: str = "") -> Endpoint:
    return Endpoint("localhost", server.port, security, pin)


def send(endpoint: Endpoint, ca_file: Path | None, *envelopes: Envelope, who: SignIn | None = WHO) -> list[str]:
    async def go() -> list[str]:
        async with Mailer(endpoint, Trust(ca_file), who, SOON) as mailer:
            return [await mailer.send(one) for one in envelopes]

    return asyncio.run(go())


def test_a_mail_arrives_byte_for_byte_over_starttls(server: Submission, certificate: Certificate) -> None:
    assert send(at(server), certificate.ca_file, JANE) == ["2.0.0 taken as 4711"]
    assert server.mails[0].content == MAIL
    assert (server.mails[0].sender, server.mails[0].recipients) == (JANE.sender, [JANE.recipient])
    assert server.signed_in == ["PLAIN"]


def test_tls_from_the_start_and_the_older_login(context: ssl.SSLContext, certificate: Certificate) -> None:
    with Submission(context, implicit=True, without=("PLAIN",)) as server:
        send(at(server, Security.TLS), certificate.ca_file, JANE, JANE)
        assert len(server.mails) == 2
        assert server.signed_in == ["LOGIN"]
        assert server.connections == 1


def test_a_token_signs_in(server: Submission, certificate: Certificate) -> None:
    send(at(server), certificate.ca_file, JANE, who=SignIn(USER, Secret(TOKEN), SignInStyle.XOAUTH2))
    assert server.signed_in == ["XOAUTH2"]
    with pytest.raises(smtp_errors.SmtpSignInRefused) as caught:
        send(at(server), certificate.ca_file, JANE, who=SignIn(USER, Secret("ya29.old"), SignInStyle.XOAUTH2))
    assert "•••" in caught.value.detail
    assert "ya29" not in str(caught.value)


def test_a_refused_password_is_tried_once_and_never_repeated(server: Submission, certificate: Certificate) -> None:
    wrong = SignIn(USER, Secret("Mvua 2026"))
    with pytest.raises(smtp_errors.SmtpSignInRefused) as caught:
        send(at(server), certificate.ca_file, JANE, who=wrong)
    assert "Mvua" not in str(caught.value)
    assert caught.value.fields["user"] == USER
    assert server.connections == 1
    assert server.mails == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
            smtp_errors.SmtpSwitchedOff,
        ),
        ("534 5.7.9 Application-specific password required", errors.AppPasswordNeeded),
        ("454 4.7.0 Temporary authentication failure", errors.ServerBusy),
    ],
)
def test_the_cause_of_a_refused_sign_in_is_told(
    server: Submission, certificate: Certificate, reply: str, kind: type[errors.MigrationError]
) -> None:
    server.behaviour.auth_reply = reply
    with pytest.raises(kind):
        send(at(server), certificate.ca_file, JANE)


def test_an_unknown_certificate_ends_it_before_anything_is_said(server: Submission) -> None:
    with pytest.raises(errors.NotTrusted):
        send(at(server), None, JANE)
    assert server.signed_in == []
    assert server.mails == []


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_certificate_for_another_name_or_of_last_year_is_told_as_such(tmp_path: Path, security: Security) -> None:
    authority = Authority(tmp_path)
    bad = {
        errors.CertificateWrongHost: authority.issue("other", ("other.localhost",)),
        errors.CertificateExpired: authority.issue("old", days=-5),
    }
    for kind, leaf in bad.items():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(leaf.chain, leaf.key)
        with Submission(context, implicit=security is Security.TLS) as server, pytest.raises(kind):
            send(at(server, security), authority.ca_file, JANE)
        assert server.signed_in == []


def test_one_trusted_fingerprint_and_no_other(server: Submission, certificate: Certificate) -> None:
    der = ssl.PEM_cert_to_DER_cert(
        certificate.chain.read_text().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    )
    send(at(server, pin=certificates.fingerprint(der)), None, JANE)
    with pytest.raises(errors.CertificateChanged):
        send(at(server, pin="00" * 32), None, JANE)
    assert server.signed_in == ["PLAIN"]
    assert len(server.mails) == 1


def test_no_tls_means_no_password(certificate: Certificate) -> None:
    with Submission(None) as server:
        with pytest.raises(smtp_errors.SmtpWithoutStartTls):
            send(at(server), certificate.ca_file, JANE)
        with pytest.raises(errors.TlsFailed) as caught:
            send(at(server, Security.TLS), certificate.ca_file, JANE)
        assert "587" in caught.value.hint_text
        assert server.signed_in == []


def test_refusals_of_one_recipient_leave_the_connection_good(server: Submission, certificate: Certificate) -> None:
    server.behaviour.replies = {
        "gone@example.co.ke": ["550 5.1.1 no such user"],
        "grey@example.co.ke": ["450 4.2.0 greylisted, come back"],
        "fast@example.co.ke": ["450 4.7.1 too many messages, slow down"],
    }
    server.behaviour.data = {"spam@example.co.ke": ["554 5.7.1 looks like spam"]}
    wanted = {
        "gone": smtp_errors.RecipientRefused,
        "grey": smtp_errors.TryLater,
        "fast": smtp_errors.TooFast,
        "spam": smtp_errors.MailRefused,
    }

    async def go() -> None:
        async with Mailer(at(server), Trust(certificate.ca_file), WHO, SOON) as mailer:
            for name, kind in wanted.items():
                with pytest.raises(kind):
                    await mailer.send(Envelope(JANE.sender, f"{name}@example.co.ke", MAIL))
            await mailer.send(JANE)

    asyncio.run(go())
    assert server.connections == 1
    assert [mail.recipients for mail in server.mails] == [["jane@example.co.ke"]]


def test_a_sender_that_is_not_allowed_is_named(server: Submission, certificate: Certificate) -> None:
    server.behaviour.sender_reply = "553 5.7.1 Sender address rejected: not owned by user"
    with pytest.raises(smtp_errors.SenderRefused, match="njeri@example"):
        send(at(server), certificate.ca_file, JANE)


def test_who_forgot_to_sign_in_is_told_so(server: Submission, certificate: Certificate) -> None:
    with pytest.raises(smtp_errors.SignInNeeded):
        send(at(server), certificate.ca_file, JANE, who=None)
    server.behaviour.replies = {JANE.recipient: ["554 5.7.1 Authentication required"]}
    with pytest.raises(smtp_errors.SignInNeeded):
        send(at(server), certificate.ca_file, JANE)


@pytest.mark.parametrize("where", ["data", "dot"])
def test_a_line_cut_in_the_text_leaves_the_outcome_open(server: Submission, certificate: Certificate, where: str) -> None:
    server.behaviour.cut_at = {JANE.recipient: where}
    with pytest.raises(smtp_errors.OutcomeUnknown):
        send(at(server), certificate.ca_file, JANE)
    assert len(server.mails) == (where == "dot")


def test_a_line_cut_before_the_text_is_surely_not_sent(server: Submission, certificate: Certificate) -> None:
    server.behaviour.cut_at = {JANE.recipient: "rcpt"}
    with pytest.raises(errors.ConnectionLost) as caught:
        send(at(server), certificate.ca_file, JANE)
    assert not isinstance(caught.value, smtp_errors.OutcomeUnknown)
    assert server.mails == []


def test_letters_of_all_scripts_before_the_at_need_a_server_that_takes_them(
    server: Submission, context: ssl.SSLContext, certificate: Certificate
) -> None:
    omar = Envelope("njeri@example.co.ke", "عمر@example.co.ke", MAIL)
    with pytest.raises(smtp_errors.AddressNeedsUtf8):
        send(at(server), certificate.ca_file, omar)
    with Submission(context, utf8=True) as able:
        send(at(able), certificate.ca_file, omar)
        assert able.mails[0].recipients == ["عمر@example.co.ke"]
        assert "SMTPUTF8" in able.mails[0].sender_options


def test_where_nobody_listens_and_what_is_no_mail_server(certificate: Certificate) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(smtp_errors.SmtpUnreachable, match=str(port)):
        send(Endpoint("localhost", port, Security.STARTTLS), certificate.ca_file, JANE)
    with pytest.raises(errors.NoSuchHost):
        send(Endpoint("smtp.invalid", 587, Security.STARTTLS), certificate.ca_file, JANE)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"* OK IMAP4rev1 ready\r\n", smtp_errors.NotSmtp),
        (b"554 5.7.1 your address is on a list\r\n", smtp_errors.NotSmtp),
        (b"421 4.3.2 too many connections\r\n", errors.ServerBusy),
        (b"", errors.ConnectionLost),
        (b"220 ready\r\n250-submission\r\n250 " + b"x" * 200_000 + b"\r\n", errors.ServerError),
    ],
)
def test_odd_greetings_end_in_a_known_problem(said: bytes, kind: type[errors.MigrationError]) -> None:
    def talk(sock: socket.socket) -> None:
        sock.sendall(said)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            pass

    with Listener(talk) as listener, pytest.raises(kind):
        send(Endpoint("127.0.0.1", listener.endpoint.port, Security.CLEARTEXT), None, JANE, who=None)


def test_a_report_of_failure_is_asked_for_where_it_can_be() -> None:
    heard: list[bytes] = []

    def talk(sock: socket.socket) -> None:
        stream = sock.makefile("rb")
        sock.sendall(b"220 ready\r\n")
        for reply in (b"250-ready\r\n250 DSN\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            heard.append(stream.readline())
            sock.sendall(reply)
        while stream.readline() != b".\r\n":
            pass
        sock.sendall(b"250 taken\r\n")
        stream.readline()
        sock.sendall(b"221 bye\r\n")
        stream.close()

    with Listener(talk) as listener:
        assert send(Endpoint("127.0.0.1", listener.endpoint.port, Security.CLEARTEXT), None, JANE, who=None) == ["taken"]
    assert heard[0] == b"EHLO [127.0.0.1]\r\n"
    assert heard[1] == b"MAIL FROM:<njeri@example.co.ke> RET=HDRS ENVID=id-1\r\n"
    assert heard[2] == b"RCPT TO:<jane@example.co.ke> NOTIFY=FAILURE,DELAY\r\n"


def test_the_mail_reads_as_one(server: Submission, certificate: Certificate) -> None:
    send(at(server), certificate.ca_file, JANE)
    assert email.message_from_bytes(server.mails[0].content, policy=email.policy.default)["Subject"] == "x"
