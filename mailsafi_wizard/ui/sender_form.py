"""Who sends the notices, and by which server: one line when it is set up, a form when it is not. Asks its owner to keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QSpinBox

from mailsafi_wizard.mails import NoAddress, wire_address
from mailsafi_wizard.model import Endpoint, Secret, Security
from mailsafi_wizard.model.telling import SUBMISSION, MailServer, Sender
from mailsafi_wizard.ui import checks
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Fields, box, label, row
from mailsafi_wizard.words import N_, _

_SECURITY = {Security.STARTTLS: N_("Encrypted after greeting (STARTTLS)"), Security.TLS: N_("Encrypted (TLS)")}
_PORTS = {Security.STARTTLS: SUBMISSION, Security.TLS: 465}
Keep = Callable[[MailServer, Sender, Secret | None], object]


def mail_address(text: str) -> str:
    """A complaint about one mail address, or ""."""
    if not text.strip():
        return ""
    try:
        wire_address(text.strip())
    except NoAddress:
        return _("“{text}” is not a mail address.").format(text=text.strip())
    return ""


class SenderForm(Card):
    """``keep`` gets the settings whenever a field was left and all are in order."""

    def __init__(self, keep: Keep) -> None:
        super().__init__(_("From whom, by which server"))
        self._keep = keep
        self._now = MailServer()
        self._opened = False
        self.name, self.address, self.reply_to, self.host, self.port = (QLineEdit() for _each in range(5))
        self.user, self.password, self.security, self.rate = QLineEdit(), QLineEdit(), QComboBox(), QSpinBox()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.port.setFixedWidth(theme().px(76))
        self.port.setAccessibleName(_("Port"))
        self.rate.lineEdit().setTextMargins(S, 0, S, 0)  # a style sheet's padding does not reach it
        self.rate.setRange(1, 600)
        self.rate.setSuffix(" " + _("a minute"))
        for security, words in _SECURITY.items():
            self.security.addItem(_(words), security)
        self.way = QComboBox()
        self.way.addItem(_("Password"), False)
        self.way.addItem(_("Access token (XOAUTH2)"), True)
        self.way.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.way.activated.connect(lambda _index: self._left())
        self.security.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.summary = label("", tone="muted", select=True)
        self.change = Button(_("Change…"), lambda: self.open(True), kind="quiet", icon="settings")
        self.line = box(row(self.summary, self.change, spacing=M))
        self.line.layout().setStretch(0, 1)  # type: ignore[union-attr]
        self.form = box(self._fields())
        self.form.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)  # its notes must never be squeezed
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.add(self.line, self.form)
        for edit in (self.name, self.address, self.reply_to, self.host, self.port, self.user, self.password):
            edit.editingFinished.connect(self._left)
        self.rate.editingFinished.connect(self._left)
        self.security.activated.connect(self._security_chosen)

    def _fields(self) -> Fields:
        fields = Fields()
        fields.add(_("Sen&der's name"), self.name, _("A person or team whom the users know."))
        self.address_note = fields.add(_("Sender's &address"), self.address, _("Reports of failed delivery go there, too."))
        self.host_note = fields.add(_("Ser&ver"), self.host, _("MailSafi's server for outgoing mail."), beside=self.port)
        fields.add(_("S&ecurity"), self.security)
        fields.add(_("&User name"), self.user)
        fields.add(_("Passw&ord"), self.password)
        fields.add(
            _("Signs in by"),
            self.way,
            _("A token of Google or Microsoft holds for about an hour: enter a fresh one before you send."),
        )
        self.reply_note = fields.add(_("&Replies go to"), self.reply_to, _("Empty: to the sender."))
        fields.add(_("At most"), self.rate, _("Slower is safer: many servers count."))
        return fields

    def open(self, on: bool) -> None:
        """``on``: the form, else one line."""
        self._show(on)
        if on:
            self.name.setFocus()

    def _show(self, form: bool) -> None:
        self.form.setVisible(form)
        self.line.setVisible(not form)

    def show_settings(self, server: MailServer, sender: Sender, has_secret: bool, ready: bool) -> None:
        """``ready``: a test went out like this, so one line is enough until the admin wants more."""
        self._now = server
        at = server.endpoint
        texts = {
            self.name: sender.name, self.address: sender.address, self.reply_to: sender.reply_to, self.user: server.user,
            self.host: at.host if at else "", self.port: str(at.port if at else SUBMISSION),
        }  # fmt: skip
        for edit, text in texts.items():
            if not edit.hasFocus() and edit.property("wrong") != "true":
                edit.setText(text)
        self.security.setCurrentIndex(max(0, self.security.findData(at.security if at else Security.STARTTLS)))
        self.way.setCurrentIndex(self.way.findData(server.oauth))
        if not self.rate.hasFocus():
            self.rate.setValue(server.rate)
        self.password.setPlaceholderText(_("known; type to change it") if has_secret else "")
        words = _("{name} <{address}>, by {host} port {port}, {rate} a minute")
        self.summary.setText(
            words.format(
                name=sender.name, address=sender.address, host=at.host if at else "", port=at.port if at else "", rate=server.rate
            )
        )
        if not self._opened:
            self._opened = True
            self._show(not ready)

    def _security_chosen(self) -> None:
        self.port.setText(str(_PORTS[Security(self.security.currentData())]))
        self._left()

    def _left(self) -> None:
        """A field was left: complain beside it, or keep."""
        made = self.settings()
        if made is not None:
            server, sender = made
            secret = Secret(self.password.text()) if self.password.text() else None
            self.password.clear()
            self._keep(server, sender, secret)

    def settings(self) -> tuple[MailServer, Sender] | None:
        """What stands in the fields; None when something is wrong, which is then said."""
        texts = [edit.text().strip() for edit in (self.address, self.reply_to, self.host, self.port)]
        address, reply_to, host, port = texts
        complaints = [mail_address(address), mail_address(reply_to), checks.host(host) or checks.port(port)]
        for note, words in zip((self.address_note, self.reply_note, self.host_note), complaints, strict=True):
            note.complain(words)
        if any(complaints):
            return None
        security = Security(self.security.currentData())
        at = Endpoint(host.rstrip(".").lower(), int(port), security) if host else None
        was = self._now.endpoint
        if at is not None and was is not None and (at.host, at.port) == (was.host, was.port):
            at = replace(at, pin=was.pin)
        server = replace(
            self._now, endpoint=at, user=self.user.text().strip(), oauth=bool(self.way.currentData()), rate=self.rate.value()
        )
        return server, Sender(address, " ".join(self.name.text().split()), reply_to)
