"""Step 1, Start: the company, the day of the cutover, and what the MailSafi welcome mail says; the plan of the days appears from it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from mailsafi_wizard.model import Company, Endpoint, MailSafiValues, Security, Side
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import checks, formats, leaves
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.cutover_day import CountryBox, DayEdit, DayWords
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.plan_card import PlanCard
from mailsafi_wizard.ui.theme import theme
from mailsafi_wizard.ui.widgets import Button, Card, FieldNote, Fields
from mailsafi_wizard.words import LANGUAGES, N_, _


def applies(project: MigrationProject) -> bool:
    """The first step always can be done."""
    return True


def done(project: MigrationProject) -> bool:
    """The company, at least one domain and the day of the cutover are known."""
    company = project.company
    return bool(company.name and company.domains and company.cutover)


class StartPage(Page):
    title = N_("Start")
    lead = N_("Say who moves and when. What your MailSafi welcome mail tells goes in below; leave empty what you don't have yet.")
    why = leaves.START

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.notes: dict[str, FieldNote] = {}
        self._filling = False
        self.plan = PlanCard(project)
        self.plan.failed.connect(self.fail)
        self.plan.go_to.connect(self.go_to)
        self.plan.told.connect(self.told)
        self.plan.ticked.connect(self.refresh)
        self.body.addWidget(self._company_card())
        self.body.addWidget(self.plan)
        self.body.addWidget(self._mailsafi_card())
        self.body.addStretch(1)

    # --- putting it together -----------------------------------------------------------------------------------------------

    def _company_card(self) -> Card:
        self.name, self.domains, self.help = QLineEdit(), QLineEdit(), QLineEdit()
        self.cutover, self.timezone, self.language = DayEdit(), QComboBox(), QComboBox()
        self.country = CountryBox()
        self.day_words = DayWords()
        self.cutover.setCalendarPopup(True)
        self.cutover.setDisplayFormat("ddd d MMM yyyy")
        self.cutover.setLocale(formats.locale())
        self.timezone.setEditable(True)
        self.timezone.addItems(sorted(zoneinfo.available_timezones()))
        if (completer := self.timezone.completer()) is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        for key, name in LANGUAGES.items():
            self.language.addItem(name, key)
        propose = Button(_("Propose"), self._propose, hint=_("A quiet evening about 30 days from now"))
        fields = Fields()
        fields.add(_("&Company"), self.name)
        self.notes["domains"] = fields.add(_("&Domains"), self.domains, _("The part after the @; several with commas between."))
        fields.add(_("Day of the c&utover"), self.cutover, beside=propose)
        fields.add(_("C&ountry"), self.country, _("Its weekends and public holidays are seen by the plan."))
        self.notes["timezone"] = fields.add(_("&Time zone"), self.timezone)
        fields.add(_("W&hom users may ask"), self.help, _("A name and a phone number or address; it stands in every notice."))
        fields.add(_("&Language of the notices"), self.language)
        for edit in (self.name, self.domains, self.help):
            edit.editingFinished.connect(self._keep)
        self.cutover.dateChanged.connect(lambda _date: self._keep())
        self.timezone.activated.connect(lambda _index: self._keep())
        if (edit_zone := self.timezone.lineEdit()) is not None:
            edit_zone.editingFinished.connect(self._keep)
        self.language.activated.connect(lambda _index: self._keep())
        self.country.activated.connect(lambda _index: self._keep())
        return Card(_("Your company")).add(fields, self.day_words)

    def _mailsafi_card(self) -> Card:
        names = ("imap", "webmail", "mx", "smtp", "smtp_port", "spf", "selector", "dkim")
        self.values = {name: QLineEdit() for name in names}
        fields = Fields()
        add = fields.add
        self.notes["imap"] = add(_("&IMAP server"), self.values["imap"], _("Where mail programs fetch mail."))
        self.notes["webmail"] = add(_("W&ebmail"), self.values["webmail"], _("The address that begins with https://"))
        self.notes["mx"] = add(
            _("M&X records"), self.values["mx"], _("Where mail for your domain is delivered; the first is the best.")
        )
        self.values["smtp_port"].setAccessibleName(_("Port of the SMTP server"))
        self.values["smtp_port"].setPlaceholderText(_("port"))
        self.values["smtp_port"].setFixedWidth(theme().px(76))
        help_text = _("Where mail programs send mail, and its port: usually 587 or 465.")
        self.notes["smtp"] = add(_("SMT&P server"), self.values["smtp"], help_text, beside=self.values["smtp_port"])
        self.notes["spf"] = add(_("SP&F part"), self.values["spf"], _("Such as include:…; lets MailSafi send for your domain."))
        self.notes["selector"] = add(_("DKIM &selector"), self.values["selector"])
        self.notes["dkim"] = add(_("DKIM &key"), self.values["dkim"], _("Copy it whole; it is long."), wide=True)
        for edit in self.values.values():
            edit.editingFinished.connect(self._keep)
        return Card(
            _("From your MailSafi welcome mail"), _("None of these is guessed. Each is checked for its form as you enter it.")
        ).add(fields)

    # --- showing -------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        self._filling = True
        company = self.project.company
        destination = self.project.endpoint(Side.DESTINATION)
        texts = {
            self.name: company.name,
            self.domains: ", ".join(company.domains),
            self.help: company.help_contact,
            self.values["imap"]: destination.host if destination else "",
            self.values["webmail"]: company.mailsafi.webmail,
            self.values["mx"]: ", ".join(company.mailsafi.mx),
            self.values["smtp"]: company.mailsafi.smtp_host,
            self.values["smtp_port"]: str(company.mailsafi.smtp_port or ""),
            self.values["spf"]: company.mailsafi.spf,
            self.values["selector"]: company.mailsafi.dkim_selector,
            self.values["dkim"]: company.mailsafi.dkim_value,
        }
        for edit, text in texts.items():
            if not edit.hasFocus() and edit.text() != text:
                edit.setText(text)
                edit.setCursorPosition(0)
        self.timezone.setCurrentText(company.timezone)
        self.language.setCurrentIndex(max(0, self.language.findData(company.language)))
        self.country.show_country(company.country)
        self._show_cutover(company.cutover)
        self._filling = False
        self._show_plan()
        self.missing = self._what_is_missing()
        self.changed.emit()

    def _show_plan(self) -> None:
        self.plan.refresh(self.tried(self.project.note_day))
        self.day_words.show_day(self.project)

    def _show_cutover(self, cutover: dt.date | None) -> None:
        self.cutover.setSpecialValueText(_("not chosen"))
        self.cutover.setMinimumDate(QDate(2000, 1, 1))
        self.cutover.setDate(QDate(cutover.year, cutover.month, cutover.day) if cutover else self.cutover.minimumDate())

    def _what_is_missing(self) -> str:
        company = self.project.company
        if not company.name:
            return _("Enter the name of the company.")
        if not company.domains:
            return _("Enter the company's mail domain.")
        if not company.cutover:
            return _("Choose the day of the cutover.")
        return _("Mend the fields that have a remark.") if any(note.wrong for note in self.notes.values()) else ""

    # --- keeping ---------------------------------------------------------------------------------------------------------------

    def _propose(self) -> None:
        day = self.plan.proposal()
        self.cutover.setDate(QDate(day.year, day.month, day.day))

    def _complaints(self) -> dict[str, str]:
        text = {name: edit.text() for name, edit in self.values.items()}
        return {
            "domains": checks.each(checks.domain, self.domains.text()),
            "timezone": checks.timezone(self.timezone.currentText()),
            "imap": checks.host(text["imap"]),
            "webmail": checks.address(text["webmail"]),
            "mx": checks.each(checks.domain, text["mx"]),
            "smtp": checks.host(text["smtp"]) or (text["smtp_port"].strip() and checks.port(text["smtp_port"])),
            "spf": checks.spf(text["spf"]),
            "selector": checks.selector(text["selector"]),
            "dkim": checks.dkim(text["dkim"]),
        }

    def _keep(self) -> None:
        """Keep every field that is in order; say at the others what is wrong with them."""
        if self._filling:
            return
        wrong = self._complaints()
        for name, note in self.notes.items():
            note.complain(wrong.get(name, ""))
        company = self._entered(self.project.company, wrong)
        if company != self.project.company:
            self.tried(lambda: self.project.set_company(company))
        if not wrong["imap"]:
            self._keep_destination(self.values["imap"].text().strip().rstrip(".").lower())
        self._show_plan()
        self.missing = self._what_is_missing()
        self.changed.emit()

    def _entered(self, now: Company, wrong: dict[str, str]) -> Company:
        date = self.cutover.date()
        chosen = date > self.cutover.minimumDate()
        return Company(
            name=self.name.text().strip(),
            domains=now.domains if wrong["domains"] else checks.split_names(self.domains.text()),
            cutover=dt.date(date.year(), date.month(), date.day()) if chosen else None,
            timezone=now.timezone if wrong["timezone"] else self.timezone.currentText().strip(),
            help_contact=self.help.text().strip(),
            language=str(self.language.currentData()),
            mailsafi=self._entered_values(now.mailsafi, wrong),
            country=self.country.chosen,
        )

    def _entered_values(self, now: MailSafiValues, wrong: dict[str, str]) -> MailSafiValues:
        text = {name: edit.text().strip() for name, edit in self.values.items()}
        return MailSafiValues(
            mx=now.mx if wrong["mx"] else checks.split_names(text["mx"]),
            spf=now.spf if wrong["spf"] else text["spf"],
            dkim_selector=now.dkim_selector if wrong["selector"] else text["selector"],
            dkim_value=now.dkim_value if wrong["dkim"] else text["dkim"],
            webmail=now.webmail if wrong["webmail"] else text["webmail"],
            smtp_host=now.smtp_host if wrong["smtp"] else text["smtp"],
            smtp_port=now.smtp_port if wrong["smtp"] else int(text["smtp_port"] or 0),
        )

    def _keep_destination(self, host: str) -> None:
        now = self.project.endpoint(Side.DESTINATION)
        if host == (now.host if now else ""):
            return
        fresh = (replace(now, host=host, pin="") if now else Endpoint(host, Security.TLS.default_port)) if host else None
        self.tried(lambda: self.project.set_endpoint(Side.DESTINATION, fresh))

    def leave(self) -> None:
        self._keep()
