"""Notices from a project to real recipients of a real server: each outcome kept at once, nobody told twice unasked, stop and go on."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import subprocess
import sys
import threading
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors, notices
from mailsafi_wizard.mails import NoAddress
from mailsafi_wizard.model import Mailbox, Secret, Side
from mailsafi_wizard.model.telling import MailServer, Sender, Told, ToldState
from mailsafi_wizard.net import smtp_errors
from mailsafi_wizard.notices.mail import outgoing
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.store import told as told_rows
from mailsafi_wizard.words import one_line
from tests.servers.submission import PASSWORD, Mail, Submission
from tests.unit.project.conftest import ME, PEOPLE


def read(mail: Mail) -> EmailMessage:
    return email.message_from_bytes(mail.content, policy=email.policy.default)


def states(project: MigrationProject, kind: str = "announcement") -> dict[str, ToldState]:
    return {address.partition("@")[0]: one.state for address, one in project.notice_standing(kind).outcomes.items()}


def test_all_are_told_once_after_a_test_and_the_mail_is_a_good_one(project: MigrationProject, server: Submission) -> None:
    with pytest.raises(errors.WrongUsage, match="test"):
        project.send_notice("announcement", "en", lambda told: None)
    assert project.send_test("announcement", "en", ME).state is ToldState.SENT
    assert project.sending_tested
    heard: list[Told] = []
    assert project.send_notice("announcement", "en", heard.append)
    assert project.send_notice("announcement", "en", heard.append)  # everybody has it: nothing is sent
    assert [mail.recipients[0] for mail in server.mails] == [ME, *PEOPLE]
    assert [one.address for one in heard] == list(PEOPLE)
    assert project.notice_standing("announcement").all_sent
    mail = read(server.mails[1])
    assert mail["From"] == '"Njeri Mwangi, Tamarind" <njeri@example.co.ke>'
    assert (mail["To"], mail["Reply-To"]) == (PEOPLE[0], "help@example.co.ke")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not {"X-Unsent", "List-Id", "List-Unsubscribe", "Precedence", "Bcc"} & set(mail.keys())
    assert mail.get_content_type() == "multipart/alternative"
    assert PEOPLE[0] in (mail.get_body(("plain",)) or mail).get_content()
    assert max(map(len, server.mails[1].content.splitlines())) <= 998
    assert server.mails[1].content.isascii()
    assert abs(dt.datetime.now(dt.UTC) - mail["Date"].datetime) < dt.timedelta(minutes=5)


def test_a_repeat_needs_a_yes_and_keeps_its_name(project: MigrationProject, server: Submission) -> None:
    project.send_test("help", "en", ME)
    for again in (False, True):
        project.send_notice("help", "en", lambda told: None, addresses=[PEOPLE[2].upper()], again=again)
    names = [read(mail)["Message-ID"] for mail in server.mails]
    assert len(names) == 3
    assert names[1] == names[2] != names[0]
    project.send_notice("closing", "en", lambda told: None, addresses=[PEOPLE[2]])
    assert read(server.mails[-1])["Message-ID"] != names[1]


def test_what_concerns_one_does_not_hold_up_the_others_and_the_failed_are_tried_again(
    project: MigrationProject, server: Submission
) -> None:
    project.send_test("announcement", "sw", ME)
    server.behaviour.replies = {PEOPLE[0]: ["450 4.2.0 greylisted"], PEOPLE[1]: ["550 5.1.1 no such user"]}
    server.behaviour.cut_at = {PEOPLE[2]: "dot"}
    assert project.send_notice("announcement", "sw", lambda told: None)
    assert states(project) == {
        "amina": ToldState.LATER,
        "otieno": ToldState.REFUSED,
        "wanjiku": ToldState.PERHAPS,
        "omar": ToldState.SENT,
    }
    why = project.notice_standing("announcement").outcomes[PEOPLE[1]]
    assert why.detail == "550 5.1.1 no such user"
    assert [box.address for box in project.to_tell("announcement")] == [PEOPLE[0], PEOPLE[1]]
    assert project.send_notice("announcement", "sw", lambda told: None)
    assert set(states(project).values()) == {ToldState.SENT, ToldState.PERHAPS}
    assert [m.recipients[0] for m in server.mails].count(PEOPLE[2]) == 1  # it had arrived, and was not sent again unasked


def test_a_line_that_breaks_before_the_text_is_made_anew(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)
    server.behaviour.cut_at = {PEOPLE[1]: "rcpt"}
    assert project.send_notice("announcement", "en", lambda told: None)
    assert project.notice_standing("announcement").all_sent
    assert sorted(m.recipients[0] for m in server.mails[1:]) == sorted(PEOPLE)


def test_what_concerns_all_ends_the_round_and_the_rest_is_still_to_be_told(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)
    server.behaviour.replies = {PEOPLE[1]: ["421 4.7.0 too many messages from you"]}
    with pytest.raises(smtp_errors.TooFast):
        project.send_notice("announcement", "en", lambda told: None)
    assert states(project) == {"amina": ToldState.SENT, "otieno": ToldState.LATER}
    assert [box.address for box in project.notice_standing("announcement").untold] == list(PEOPLE[2:])
    assert project.send_notice("announcement", "en", lambda told: None)
    assert project.notice_standing("announcement").all_sent
    assert len(server.mails) == 5


def test_stop_in_the_middle_and_go_on(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)

    def stop_after_two(told: Told) -> None:
        if told.address == PEOPLE[1]:
            project.stop_sending()

    assert not project.send_notice("announcement", "en", stop_after_two)
    assert len(server.mails) == 3
    assert not project.sending
    assert project.send_notice("announcement", "en", lambda told: None)
    assert [m.recipients[0] for m in server.mails[1:]] == list(PEOPLE)


def test_a_pace_is_kept_and_a_stop_does_not_wait_for_it(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)
    now = project.mail_server()
    project.set_mail_server(MailServer(now.endpoint, now.user, rate=1))
    first = threading.Event()
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(project.send_notice("announcement", "en", lambda told: first.set())))
    thread.start()
    assert first.wait(30)
    assert project.sending
    project.stop_sending()
    thread.join(30)
    assert done == [False]
    assert len(server.mails) == 2


def test_what_was_being_sent_when_the_power_went_is_perhaps_sent(project: MigrationProject, tmp_path: Path) -> None:
    box = project.mailboxes()[0]
    row = Told(box.id, "announcement", "en", box.address, ToldState.SENDING, dt.datetime.now(dt.UTC), "<x@y>")
    told_rows.begin(project._journal, row)
    project.close()
    again = MigrationProject.open(tmp_path / "acme.mailsafi")
    try:
        assert states(again) == {"amina": ToldState.PERHAPS}
        assert box.address not in {one.address for one in again.to_tell("announcement")}
        assert box.address in {one.address for one in again.to_tell("announcement", again=True)}
        assert "handed over" in again.told()[0].cause
    finally:
        again.close()


def test_another_server_or_sender_needs_another_test(project: MigrationProject) -> None:
    project.send_test("announcement", "en", ME)
    project.set_sender(Sender("boss@example.co.ke", "Boss"))
    assert not project.sending_tested
    project.set_sender(Sender(ME, "Another name"))
    assert project.sending_tested


def test_the_wrong_password_is_tried_once_and_nothing_is_called_sent(project: MigrationProject, server: Submission) -> None:
    project.set_mail_server(project.mail_server(), Secret("wrong one"))
    with pytest.raises(smtp_errors.SmtpSignInRefused):
        project.send_test("announcement", "en", ME)
    assert server.connections == 1
    assert not project.sending_tested
    assert "wrong one" not in str(project.told())


def test_two_mailboxes_of_one_address_get_one_mail(project: MigrationProject, server: Submission) -> None:
    project.add_mailboxes([Mailbox(PEOPLE[0].upper(), "amina2", "amina2")])
    project.send_test("announcement", "en", ME)
    project.send_notice("announcement", "en", lambda told: None)
    assert len(server.mails) == 5
    assert project.notice_standing("announcement").all_sent


def test_a_changed_password_is_told_to_those_it_concerns(project: MigrationProject, server: Submission, tmp_path: Path) -> None:
    boxes = project.mailboxes()
    for box in boxes:
        project.set_secret(box.id, Side.SOURCE, Secret("known"))
    project.send_test("reset-password", "en", ME)
    assert project.notice_standing("reset-password").people == 0
    with pytest.raises(errors.WrongUsage):
        project.save_notices("reset-password", "en", tmp_path)
    project.choose_reset(boxes[1].id, True)
    assert project.send_notice("reset-password", "en", lambda told: None)
    assert project.send_notice("reset-password", "en", lambda told: None, addresses=[PEOPLE[3]])
    project.choose_reset(boxes[1].id, False)
    assert project.notice_standing("reset-password").all_sent
    assert [mail.recipients[0] for mail in server.mails] == [ME, PEOPLE[1], PEOPLE[3]]


def test_a_notice_that_lacks_something_or_is_broken_is_not_sent(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)
    project.set_notice_draft("announcement", "en", notices.Draft("Hi", "call {{ company }}", "Dear {{ nobody }}"))
    with pytest.raises(errors.WrongUsage, match="nobody"):
        project.send_notice("announcement", "en", lambda told: None)
    project.set_notice_draft("announcement", "en", None)
    project.set_endpoint(Side.DESTINATION, None)
    with pytest.raises(errors.WrongUsage, match="imap_host"):
        project.send_notice("sign-in", "en", lambda told: None)
    assert len(server.mails) == 1


def test_own_words_are_kept_by_language_and_the_original_comes_back(project: MigrationProject) -> None:
    original = project.notice_draft("help", "en")
    own = notices.Draft("Any trouble, {{ company }}?", original.short, original.body)
    project.set_notice_draft("help", "en", own)
    assert project.notice_draft("help", "en") == own
    assert not project.has_own_words("help", "sw")
    assert project.notice("help", "en", project.mailboxes()[0]).subject.startswith("Any trouble, Tamarind")
    project.set_notice_draft("help", "en", original)
    assert not project.has_own_words("help", "en")


def test_no_password_is_in_the_file_and_the_report_tells_what_was_told(project: MigrationProject, server: Submission) -> None:
    server.behaviour.replies = {PEOPLE[3]: ["550 5.1.1 no such user"]}
    project.send_test("announcement", "en", ME)
    project.send_notice("announcement", "en", lambda told: None)
    section = next(s for s in project.report_facts(dt.datetime.now(dt.UTC)).sections if s.key == "notices")
    rows = next(t for t in section.tables if t.name == "notices").rows
    assert len(rows) == 5
    assert "(a test)" in rows[0][2]
    assert "550 5.1.1" in rows[4][4]
    assert PASSWORD.encode() not in project.path.read_bytes() + project.path.with_name(project.path.name + "-wal").read_bytes()


@given(st.text(max_size=40), st.text(max_size=60), st.text(max_size=30))
def test_no_name_makes_a_header_of_its_own(name: str, subject: str, local: str) -> None:
    notice = notices.Notice("help", "en", " ".join(subject.split()), "text", "short", ())
    try:
        message = outgoing(notice, f"{local}@example.co.ke", Sender(ME, one_line(name)), dt.datetime.now(dt.UTC), "<a@b>")
    except NoAddress:
        return
    raw = message.as_bytes()
    head = raw.partition(b"\r\n\r\n")[0].decode("utf-8").split("\r\n")
    wanted = {"To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "Content-Type", "MIME-Version", "From"}
    assert {line.partition(":")[0] for line in head if not line.startswith((" ", "\t"))} == wanted
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


_SENDS = """
import sys
from pathlib import Path
from mailsafi_wizard.model import Secret
from mailsafi_wizard.project import MigrationProject
project = MigrationProject.open(Path(sys.argv[1]))
project.set_mail_server(project.mail_server(), Secret(sys.stdin.readline().rstrip("\\n")))
project.send_notice("announcement", "en", lambda told: None)
"""


def test_a_program_that_is_killed_while_a_mail_is_taken_leaves_it_in_doubt_and_the_rest_to_be_sent(
    project: MigrationProject, server: Submission, tmp_path: Path
) -> None:
    project.send_test("announcement", "en", ME)
    project.close()
    server.behaviour.hold_at = PEOPLE[1]
    command = [sys.executable, "-c", _SENDS, str(project.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, encoding="utf-8") as sender:
        assert sender.stdin is not None
        sender.stdin.write(PASSWORD + "\n")
        sender.stdin.flush()
        held = server.holding.wait(60)
        sender.kill()
    server.go_on()
    assert held
    again = MigrationProject.open(tmp_path / "acme.mailsafi")
    try:
        assert states(again) == {"amina": ToldState.SENT, "otieno": ToldState.PERHAPS}
        again.set_mail_server(again.mail_server(), Secret(PASSWORD))
        assert again.send_notice("announcement", "en", lambda told: None)
    finally:
        again.close()
    assert sorted(m.recipients[0] for m in server.mails[1:]) == sorted(PEOPLE)  # each of them once
