"""The rehearsal's server for outgoing mail: tried by Python's own SMTP client, which shares no code with it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator

import pytest

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.mail_sink import MailSink
from mailsafi_wizard.model import Secret

MAIL = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"


@pytest.fixture
def sink(authority: Authority) -> Iterator[MailSink]:
    leaf = authority.issue()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.chain, leaf.key)
    made = MailSink("njeri@example.co.ke", Secret("Chai, 77"), context)
    yield made
    made.stop()


def client(sink: MailSink, authority: Authority) -> smtplib.SMTP:
    smtp = smtplib.SMTP("localhost", sink.endpoint.port, timeout=10, local_hostname="test.localhost")
    smtp.starttls(context=ssl.create_default_context(cafile=str(authority.ca_file)))
    return smtp


def test_who_signs_in_may_hand_mail_over_and_it_is_kept_as_it_was(sink: MailSink, authority: Authority) -> None:
    with client(sink, authority) as smtp:
        smtp.login("njeri@example.co.ke", "Chai, 77")
        assert smtp.sendmail("njeri@example.co.ke", ["a@example.co.ke", "b@example.co.ke"], MAIL) == {}
    assert [(m.sender, m.recipients, m.content) for m in sink.mails] == [
        ("njeri@example.co.ke", ("a@example.co.ke", "b@example.co.ke"), MAIL)
    ]


def test_who_is_unknown_is_refused_and_the_others_get_it(sink: MailSink, authority: Authority) -> None:
    sink.unknown.add("b@example.co.ke")
    with client(sink, authority) as smtp:
        smtp.login("njeri@example.co.ke", "Chai, 77")
        refused = smtp.sendmail("njeri@example.co.ke", ["a@example.co.ke", "b@example.co.ke"], MAIL)
    assert {address: code for address, (code, _words) in refused.items()} == {"b@example.co.ke": 550}
    assert [m.recipients for m in sink.mails] == [("a@example.co.ke",)]


def test_nobody_else_may(sink: MailSink, authority: Authority) -> None:
    with client(sink, authority) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login("njeri@example.co.ke", "wrong")
        with pytest.raises(smtplib.SMTPSenderRefused):
            smtp.sendmail("njeri@example.co.ke", ["a@example.co.ke"], MAIL)
    with smtplib.SMTP("localhost", sink.endpoint.port, timeout=10, local_hostname="test.localhost") as open_:
        open_.ehlo()
        assert not open_.has_extn("auth")
    assert sink.mails == ()


def test_whom_it_does_not_know_it_refuses(sink: MailSink, authority: Authority) -> None:
    sink.unknown.add("b@example.co.ke")
    with client(sink, authority) as smtp:
        smtp.login("njeri@example.co.ke", "Chai, 77")
        refused = smtp.sendmail("njeri@example.co.ke", ["a@example.co.ke", "b@example.co.ke"], MAIL)
    assert refused["b@example.co.ke"][0] == 550
    assert [mail.recipients for mail in sink.mails] == [("a@example.co.ke",)]
