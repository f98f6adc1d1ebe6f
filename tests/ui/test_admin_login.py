"""How each side is signed in, on the screen: chosen, tried out on a real server, kept, changed, and never shown."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.model import OAuth, OAuthWay, Secret, Side, SignInStyle
from mailsafi_wizard.ui.admin_login import SideLogin, Way
from mailsafi_wizard.ui.pages.credentials import CredentialsPage
from mailsafi_wizard.ui.problems import ProblemPanel
from tests.servers.issuer import CLIENT, GOOGLE_CLIENT, SECRET, SERVICE, Issuer
from tests.ui.conftest import Hand

TENANT, APP, ENTERPRISE = "acme.co.ke", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def choose(hand: Hand, way: Way, side: Side = Side.SOURCE) -> SideLogin:
    page = hand.go("credentials")
    assert isinstance(page, CredentialsPage)
    login = page.logins.sides[side]

    async def pick() -> None:
        login.choice.setCurrentIndex(login.choice.findData(way))
        login.choice.activated.emit(login.choice.currentIndex())

    hand.run(pick())
    return login


def problems(login: SideLogin) -> list[str]:
    return [panel.problem.what for panel in login.findChildren(ProblemPanel) if not panel.isHidden()]


def texts(widget: QWidget) -> str:
    labels = [one.text() for one in widget.findChildren(QLabel)]
    edits = [one.displayText() for one in widget.findChildren(QLineEdit)]
    return "\n".join([*labels, *edits, *(one.toPlainText() for one in widget.findChildren(QPlainTextEdit))])


def test_an_administrator_is_tried_out_before_it_is_used(opened: Hand) -> None:
    login = choose(opened, Way.ADMIN)
    project, form = opened.page.project, login.admin
    assert login.state.text == "Not in use yet"
    opened.click(form.try_it)
    assert problems(login) == ["Enter the administrator's name and password."]
    amina, otieno = project.mailboxes()[:2]
    who = project.sign_in(otieno.id, Side.SOURCE)
    assert who is not None
    opened.write(form.user, who.user)
    opened.write(form.password, "wrong-password")
    form.style_choice.setCurrentIndex(form.style_choice.findData(SignInStyle.MASTER_USER))
    form.mailbox.setCurrentText(amina.address)
    opened.click(form.try_it)
    opened.settle()
    assert len(problems(login)) == 1
    assert "refused the administrator's sign-in" in problems(login)[0]
    assert project.admin(Side.SOURCE) is None
    opened.write(form.password, who.password.reveal())  # this server opens the administrator's own mailbox instead
    form.style_choice.setCurrentIndex(form.style_choice.findData(SignInStyle.PLAIN_AUTHZID))
    opened.click(form.try_it)
    opened.settle()
    assert "opens the administrator's own mailbox" in problems(login)[0]
    assert project.admin(Side.SOURCE) is None
    assert who.password.reveal() not in texts(opened.window)


def test_an_administrator_can_be_used_untried_and_given_up_again(opened: Hand) -> None:
    login = choose(opened, Way.ADMIN, Side.DESTINATION)
    project, form = opened.page.project, login.admin
    assert not form.keep_it.isEnabled()
    form.style_choice.setCurrentIndex(form.style_choice.findData(SignInStyle.MASTER_USER))
    opened.write(form.user, "boss")
    opened.write(form.password, "Mvua;77 ")
    opened.write(form.separator, "+")
    opened.click(form.keep_it)
    kept = project.admin(Side.DESTINATION)
    assert kept is not None
    assert (kept.user, kept.style, kept.separator, kept.everyone) == ("boss", SignInStyle.MASTER_USER, "+", True)
    assert project.admin_password(Side.DESTINATION) == Secret("Mvua;77 ")
    assert form.password.text() == ""
    assert login.state.text == "In use for all mailboxes"
    assert form.isHidden()
    opened.click(login.change)
    assert not form.isHidden()
    opened.click(login.change)
    assert form.isHidden()
    choose(opened, Way.OWN, Side.DESTINATION)
    assert project.admin(Side.DESTINATION) is None
    assert login.state.isHidden()


def test_one_thing_is_seen_at_a_time(opened: Hand) -> None:
    login = choose(opened, Way.GOOGLE)
    page = opened.page
    assert isinstance(page, CredentialsPage)
    assert page.mailboxes.isHidden()
    assert page.logins.sides[Side.DESTINATION].isHidden()
    assert page.action() is None
    opened.click(login.change)
    assert not page.mailboxes.isHidden()
    assert not page.logins.sides[Side.DESTINATION].isHidden()
    page.list.edit()
    assert page.logins.isHidden()
    assert not page.mailboxes.isHidden()
    page.list.discard()
    assert not page.logins.isHidden()


def test_microsoft_s_app_gets_its_powershell(opened: Hand) -> None:
    login = choose(opened, Way.MICROSOFT)
    project, form = opened.page.project, login.microsoft
    form.mailbox.setCurrentIndex(-1)  # nobody to try it on: no question to Microsoft in a test
    opened.click(form.keep_it)
    opened.settle()
    assert opened.page.problem is not None  # something is missing
    assert project.oauth(Side.SOURCE) is None
    for edit, text in ((form.tenant, TENANT), (form.client, APP), (form.object, ENTERPRISE), (form.secret, "Q~8-geheim")):
        opened.write(edit, text)
    opened.click(form.keep_it)
    settings = project.oauth(Side.SOURCE)
    assert settings is not None
    assert (settings.way, settings.secret) == (OAuthWay.MICROSOFT_APP, Secret("Q~8-geheim"))
    script = form.powershell.words.toPlainText()
    assert script.count("Add-MailboxPermission") == len(project.mailboxes())
    assert login.state.text == "In use for all mailboxes"
    assert "Q~8" not in texts(opened.window)
    opened.click(form.keep_it)  # the secret was not typed again: the kept one stays
    again = project.oauth(Side.SOURCE)
    assert again is not None
    assert again.secret == Secret("Q~8-geheim")


def test_google_s_key_file_is_read_and_sealed(opened: Hand, tmp_path: Path) -> None:
    with Issuer(Authority(tmp_path / "ca").issue()) as issuer:
        (tmp_path / "key.json").write_text(issuer.key_file())
    login = choose(opened, Way.GOOGLE)
    form = login.google
    form.mailbox.setCurrentIndex(-1)
    form._load(tmp_path / "key.json")
    assert SERVICE in texts(form)
    assert form.delegation.words.toPlainText() == "104512345678901234567\nhttps://mail.google.com/"
    assert "PRIVATE KEY" not in texts(opened.window)
    opened.click(form.keep_it)
    assert opened.page.project.covers_all(Side.SOURCE)
    form.way_choice.setCurrentIndex(form.way_choice.findData(OAuthWay.GOOGLE_USER))
    assert form.only_service.isHidden()
    assert not form.only_user.isHidden()


class Browser(QObject):
    """Stands for the user's browser: what it does with an address is up to the test. Only for the length of a with-block."""

    def __init__(self, does: Callable[[str], object]) -> None:
        super().__init__()
        self._does = does
        self._threads: list[threading.Thread] = []

    @Slot(QUrl)
    def visit(self, url: QUrl) -> None:
        self._threads.append(threading.Thread(target=self._does, args=(url.toString(QUrl.ComponentFormattingOption.FullyEncoded),)))
        self._threads[-1].start()

    def __enter__(self) -> Browser:
        QDesktopServices.setUrlHandler("https", self, "visit")  # type: ignore[arg-type]
        return self

    def __exit__(self, *_exc: object) -> None:
        QDesktopServices.unsetUrlHandler("https")
        for thread in self._threads:
            thread.join(10)


def test_a_user_agrees_in_the_browser(opened: Hand, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    project = opened.window.project
    assert project is not None
    amina = project.mailboxes()[0]
    with Issuer(authority.issue()) as issuer:
        project.ca_file = authority.ca_file
        project.set_oauth(Side.SOURCE, OAuth(OAuthWay.GOOGLE_USER, "", GOOGLE_CLIENT, "", issuer.google, Secret(SECRET)))
        login = choose(opened, Way.GOOGLE)
        form = login.google
        assert not project.has_consent(Side.SOURCE, amina)
        form.mailbox.setCurrentText(amina.address)

        def agree(address: str) -> None:
            urllib.request.urlopen(issuer.consent(address, amina.source_user), timeout=10).close()

        with Browser(agree):
            opened.click(form.ask_it)
            opened.settle()
        assert opened.page.problem is None
        assert project.has_consent(Side.SOURCE, amina)
        assert form.prompt.isHidden()
        assert login.state.text == f"1 of {len(project.mailboxes())} users have agreed"
        who = project.sign_in(amina.id, Side.SOURCE)
        assert who is not None
        assert who.tokens is not None
        assert who.tokens(None).reveal() in issuer.given


def test_waiting_for_a_code_can_be_stopped(opened: Hand, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    project = opened.window.project
    assert project is not None
    with Issuer(authority.issue()) as issuer, Browser(lambda _address: None):
        project.ca_file = authority.ca_file
        project.set_oauth(Side.SOURCE, OAuth(OAuthWay.MICROSOFT_USER, "", CLIENT, "", issuer.microsoft))
        form = choose(opened, Way.MICROSOFT).microsoft
        opened.click(form.ask_it)
        opened.until(lambda: not form.prompt.isHidden())
        assert "KSM7-2026" in form.prompt.text()
        opened.click(form.cancel)
        opened.settle()
        assert form.prompt.isHidden()
        assert opened.page.problem is None
        assert not form.cancel.isVisibleTo(opened.window)


def test_a_user_who_does_not_agree(opened: Hand, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    project = opened.window.project
    assert project is not None
    with Issuer(authority.issue()) as issuer:
        project.ca_file = authority.ca_file
        project.set_oauth(Side.SOURCE, OAuth(OAuthWay.GOOGLE_USER, "", GOOGLE_CLIENT, "", issuer.google, Secret(SECRET)))
        form = choose(opened, Way.GOOGLE).google

        def refuse(address: str) -> None:
            back = issuer.consent(address, "anybody").partition("&code=")[0]
            urllib.request.urlopen(f"{back}&error=access_denied", timeout=10).close()

        with Browser(refuse):
            opened.click(form.ask_it)
            opened.settle()
        assert opened.page.problem is not None
        assert "did not agree" in opened.page.problem.what
        assert form.prompt.isHidden()
        assert form.ask_it.isVisibleTo(opened.window)
