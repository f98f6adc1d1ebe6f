"""Folders that hold no mail, known by the company they keep; and Gmail's labels by their names."""

from __future__ import annotations

import pytest

from mailsafi_wizard.engine.folders import CHOSEN, NOT_MAIL, VIEW, FolderMap
from mailsafi_wizard.engine.not_mail import gmail_role, names_without_mail
from mailsafi_wizard.model import Role
from mailsafi_wizard.net.grammar import encode_name
from tests.unit.engine.test_folders import overview


def left_out(source: object, chosen: dict[bytes, bool] | None = None) -> dict[str, str]:
    plans = FolderMap(source, overview([b"INBOX"]), chosen=chosen).plans()  # type: ignore[arg-type]
    return {p.source_name: p.excluded_reason for p in plans if p.excluded_reason}


@pytest.mark.parametrize(
    "names",
    [
        ("Calendar", "Contacts", "Tasks", "Journal", "Sync Issues", "Conversation History", "Outbox"),
        ("Kalender", "Kontakte", "Aufgaben", "Notizen", "Postausgang"),
        ("Calendrier", "Contacts", "Tâches", "Boîte d'envoi"),
        ("Calendario", "Contactos", "Tareas", "Bandeja de salida"),
        ("Calendario", "Contatti", "Attività", "Posta in uscita"),
        ("Agenda", "Contactpersonen", "Taken", "Postvak UIT"),
        ("Contacts", "Emailed Contacts", "Chats"),
    ],
)
def test_what_a_groupware_lists_besides_mail_is_left_out_in_its_language(names: tuple[str, ...]) -> None:
    source = overview([b"INBOX", b"Kazi", b"Kazi/Notes", b"Kazi/Files", *(encode_name(name) for name in names)])
    assert left_out(source) == dict.fromkeys(names, NOT_MAIL)


def test_elsewhere_and_below_the_top_such_names_are_somebody_s_mail() -> None:
    assert left_out(overview([b"INBOX", b"Notes", b"Tasks", b"Calendar", b"Files", b"Chats", b"Journal"])) == {}
    assert names_without_mail(["Kalender", "Contacts"]) == frozenset()


def test_gmail_s_labels_are_known_by_name_where_the_server_states_no_use() -> None:
    source = overview(
        [
            b"INBOX",
            b"[Gmail]",
            b"[Gmail]/All Mail",
            b"[Gmail]/Starred",
            b"[Gmail]/Important",
            b"[Gmail]/Chats",
            b"[Gmail]/Sent Mail",
        ]
    )
    assert left_out(source) == {}, "another server's folders of that name hold mail of their own"
    source.gmail = True
    assert left_out(source) == {"[Gmail]/Starred": VIEW, "[Gmail]/Important": VIEW, "[Gmail]/Chats": NOT_MAIL}
    roles = {p.source_name: p.role for p in FolderMap(source, overview([b"INBOX"])).plans()}
    assert (roles["[Gmail]/All Mail"], roles["[Gmail]/Sent Mail"]) == (Role.ALL, Role.SENT)
    assert gmail_role(("[Google Mail]", "Alle Nachrichten")) is Role.ALL
    assert gmail_role(("Kazi", "All Mail")) is None


def test_the_admin_s_word_goes_before_the_rules() -> None:
    source = overview({b"INBOX": "", b"[Gmail]/Starred": "\\Flagged", b"Kazi": "", b"Sent": "\\Sent"})
    chosen = {b"[Gmail]/Starred": True, b"Kazi": False}
    assert left_out(source, chosen) == {"Kazi": CHOSEN}
    plan = next(
        p for p in FolderMap(source, overview({b"Stars": "\\Flagged"}), chosen=chosen).plans() if p.source_name == "[Gmail]/Starred"
    )
    assert (plan.destination_name, plan.role) == ("[Gmail]/Starred", None)
