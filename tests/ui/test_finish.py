"""The last page as an admin uses it: sheets in every form, what was lent marked as taken back, the passwords erased, the report saved."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import plistlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from defusedxml.ElementTree import fromstring

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import Program, Side
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages.finish import FinishPage
from mailsafi_wizard.ui.signin_files import NAMES, NOTES, Form
from tests.ui.conftest import Hand


def finish(opened: Hand) -> FinishPage:
    page = opened.go("finish")
    assert isinstance(page, FinishPage)
    return page


def project_of(opened: Hand) -> MigrationProject:
    assert opened.window.project is not None
    return opened.window.project


def save(opened: Hand, page: FinishPage, form: Form, target: Path) -> None:
    page.signin.form.setCurrentIndex(page.signin.form.findData(form))
    opened.do(lambda: page.signin.save(target))
    assert page.problem is None


def text_of(pdf: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout


def secrets(project: MigrationProject) -> list[str]:
    signs = [project.sign_in(box.id, side) for box in project.mailboxes() for side in Side]
    return [who.password.reveal() for who in signs if who is not None]


def test_sheets_are_saved_in_every_form_and_hold_no_secret(opened: Hand, tmp_path: Path) -> None:
    project, page = project_of(opened), finish(opened)
    tmp_path = tmp_path / "handed out"
    tmp_path.mkdir()
    addresses = [box.address for box in project.mailboxes()]
    for form in Form:
        save(opened, page, form, tmp_path / ("all.pdf" if form is Form.PDF else form.value))
    text = text_of(tmp_path / "all.pdf")
    assert text.count("\f") == len(addresses)
    assert all(address in sheet for address, sheet in zip(addresses, text.split("\f"), strict=False))
    endings = {Form.PDFS: "pdf", Form.HTML: "html", Form.MAIL: "eml", Form.APPLE: "mobileconfig"}
    for form, ending in endings.items():
        assert {file.name for file in (tmp_path / form.value).iterdir()} == {f"{address}.{ending}" for address in addresses}
    mail = email.message_from_bytes((tmp_path / "mail" / f"{addresses[0]}.eml").read_bytes(), policy=email.policy.default)
    profile = next(part for part in mail.walk() if part.get_content_type() == "application/x-apple-aspen-config")
    assert profile.get_payload(decode=True) == (tmp_path / "apple" / f"{addresses[0]}.mobileconfig").read_bytes()
    assert fromstring((tmp_path / "thunderbird" / "config-v1.1.xml").read_bytes()).tag == "clientConfig"
    assert "autoconfig.example.co.ke" in (tmp_path / "thunderbird" / "where to put it.txt").read_text("utf-8-sig")
    assert not list(tmp_path.rglob("*.part"))
    assert "6 users" in page.signin.written.text()
    everything = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    everything += [text_of(file).encode() for file in tmp_path.rglob("*.pdf")]
    known = secrets(project)
    assert len(known) == 12
    assert not any(secret.encode() in data for secret in known for data in everything)


def test_every_form_has_a_name_and_says_what_it_is_for() -> None:
    assert set(NAMES) == set(NOTES) == set(Form)


def test_the_program_that_a_user_writes_with_comes_first(opened: Hand) -> None:
    project, page = project_of(opened), finish(opened)
    assert "where the sent mail tells" in page.signin.programs.text()
    opened.click(page.signin.look)
    opened.settle()
    assert page.problem is None
    assert page.signin.programs.text() == "The program is known of 6 of 6 users and comes first on their sheets."
    assert page.signin.halt.isHidden()
    first = project.programs()[project.mailboxes()[0].id][0][0]
    assert first in Program
    assert project.sheet(project.mailboxes()[0], "en").sections[0].program is first


def test_mailboxes_whose_program_can_not_be_read_are_named(opened: Hand, rehearsal: Rehearsal) -> None:
    page = finish(opened)
    rehearsal.project.erase_secrets()
    opened.click(page.signin.look)
    opened.settle()
    assert page.problem is not None
    assert page.problem.what.startswith("6 mailboxes could not be looked at: amina@example.co.ke")
    assert "No password is known" in page.problem.why


def test_what_was_not_entered_is_said_and_holds_back_only_what_needs_it(opened: Hand, tmp_path: Path) -> None:
    project = project_of(opened)
    company = project.company
    project.set_company(replace(company, mailsafi=replace(company.mailsafi, smtp_port=0)))
    page = finish(opened)
    assert page.signin.lacking.isVisibleTo(opened.window)
    assert page.signin.lacks.text() == "Not entered yet: the port for outgoing mail, the encryption of outgoing mail."
    page.signin.form.setCurrentIndex(page.signin.form.findData(Form.APPLE))
    opened.do(lambda: page.signin.save(tmp_path / "apple"))
    assert page.problem is not None
    assert page.problem.what == "The file for Apple devices can't be made yet."
    assert not (tmp_path / "apple").exists()
    save(opened, page, Form.MAIL, tmp_path / "mail")
    mail = email.message_from_bytes(next((tmp_path / "mail").iterdir()).read_bytes(), policy=email.policy.default)
    assert not any(part.get_content_type() == "application/x-apple-aspen-config" for part in mail.walk())


def key_file(path: Path, word: str) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.co.ke")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=9))
    sealing = serialization.BestAvailableEncryption(word.encode())
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
    path.write_bytes(text + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def test_apple_s_files_are_signed_after_the_passphrase_was_asked_for_in_place(opened: Hand, tmp_path: Path) -> None:
    page = finish(opened)
    signin = page.signin
    signin.form.setCurrentIndex(page.signin.form.findData(Form.APPLE))
    assert signin.word_field.isHidden()
    signin.take_key(key_file(tmp_path / "key.pem", "right word"))
    assert not signin.word_field.isHidden()
    assert page.problem is None
    signin.word.setText("wrong word")
    signin.word.returnPressed.emit()
    assert page.problem is not None
    assert "passphrase is wrong" in page.problem.what
    assert signin.word.text() == ""
    signin.word.setText("right word")
    signin.word.returnPressed.emit()
    assert page.problem is None
    assert "signed as mail.example.co.ke" in signin.signed.text()
    save(opened, page, Form.APPLE, tmp_path / "apple")
    data = next((tmp_path / "apple").iterdir()).read_bytes()
    assert data[:1] == b"\x30"  # DER, no longer a property list
    with pytest.raises(plistlib.InvalidFileException):
        plistlib.loads(data)
    page.signin.take_key(tmp_path / "not there.pem")
    assert page.problem is not None


def test_credentials_are_marked_listed_and_the_secrets_erased_with_what_was_proven(opened: Hand, tmp_path: Path) -> None:
    project, page = project_of(opened), finish(opened)
    part = page.closing
    page.tabs.setCurrentWidget(part)
    assert part.summary.text() == "6 of 6 are still open."
    part.table.choose(1)
    assert part.todo.text().startswith("Change it at the old server.")
    opened.click(part.mark)
    assert part.summary.text() == "5 of 6 are still open."
    assert part.mark.text().replace("&", "") == "Mark as open again"
    opened.click(part.every)
    opened.click(part.mark)
    assert part.summary.text() == "All 6 have been taken back."
    assert len(project.revoked()) == 6
    known = secrets(project)
    part.save(tmp_path / "list.csv")
    listed = (tmp_path / "list.csv").read_text("utf-8-sig")
    assert listed.count("\n") == 7
    assert not any(secret in listed for secret in known)
    assert part.erased.text() == "12 passwords are known to the wizard."
    opened.do(page.erase)
    assert page.problem is not None
    assert "sealed password" in page.problem.what
    assert part.erased.text().startswith("Erased on")
    assert part.summary.text() == "All 6 have been taken back."


def test_the_old_server_s_day_is_told_with_what_is_unknown(opened: Hand) -> None:
    page = finish(opened)
    page.tabs.setCurrentWidget(page.closing)
    assert page.closing.state.text == "Not known yet"
    assert page.closing.why.count() == 2  # not looked at, and not copied
    assert page.action() is None


def test_the_page_opens_where_work_waits(opened: Hand, tmp_path: Path) -> None:
    page = finish(opened)
    assert page.tabs.currentWidget() is page.signin
    save(opened, page, Form.PDF, tmp_path / "all.pdf")
    again = FinishPage(project_of(opened), opened.window.bridge)
    opened.do(again.refresh)
    opened.until(lambda: not again.busy)
    assert again.tabs.currentWidget() is again.closing
    again.deleteLater()


def test_a_folder_that_can_not_be_written_is_told_in_place(opened: Hand, tmp_path: Path) -> None:
    page = finish(opened)
    (tmp_path / "file").write_bytes(b"")
    page.signin.form.setCurrentIndex(page.signin.form.findData(Form.HTML))
    opened.do(lambda: page.signin.save(tmp_path / "file"))
    assert page.problem is not None
    assert (tmp_path / "file").read_bytes() == b""
