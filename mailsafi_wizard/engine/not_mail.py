"""Which folders hold no mail, and which only show mail of other folders: by the names that servers give them. Pure.

Names are the servers' own, by language. Where a server does not show itself to be of the kind that makes such folders, they are somebody's mail.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailsafi_wizard.model import Role

# Exchange and Microsoft 365, one language a line: calendar, contacts, then the others. The first two tell the server by its language.
_EXCHANGE = (
    ("calendar", "contacts", "suggested contacts", "recipient cache", "tasks", "notes", "journal", "sync issues", "conversation history", "outbox",
     "files", "rss feeds", "rss subscriptions", "quick step settings", "conversation action settings", "yammer root", "externalcontacts"),
    ("kalender", "kontakte", "vorgeschlagene kontakte", "aufgaben", "notizen", "journal", "synchronisierungsprobleme", "postausgang", "rss-feeds",
     "aufgezeichnete unterhaltungen", "verlauf der unterhaltung", "dateien"),
    ("calendrier", "contacts", "contacts suggérés", "tâches", "notes", "journal", "problèmes de synchronisation", "boîte d'envoi", "flux rss",
     "historique des conversations", "fichiers"),
    ("calendario", "contactos", "contactos sugeridos", "tareas", "notas", "diario", "problemas de sincronización", "bandeja de salida", "fuentes rss",
     "historial de conversaciones", "archivos"),
    ("calendário", "contatos", "contactos", "tarefas", "notas", "anotações", "diário", "problemas de sincronização", "caixa de saída", "rss feeds",
     "histórico de conversas", "arquivos"),
    ("calendario", "contatti", "contatti suggeriti", "attività", "note", "diario", "problemi di sincronizzazione", "posta in uscita", "feed rss",
     "cronologia conversazioni", "file"),
    ("agenda", "contactpersonen", "voorgestelde contactpersonen", "taken", "notities", "logboek", "synchronisatieproblemen", "postvak uit",
     "rss-feeds", "gespreksgeschiedenis", "bestanden"),
)  # fmt: skip
_ZIMBRA = frozenset({"contacts", "emailed contacts", "chats", "calendar", "tasks", "briefcase"})

GMAIL = frozenset({"[gmail]", "[google mail]"})
GMAIL_CHATS = frozenset({"chats", "chat"})
_GMAIL_ROLES = {
    Role.ALL: ("all mail", "alle nachrichten", "tous les messages", "todos", "todos os e-mails", "todo o correio", "tutti i messaggi", "alle berichten"),
    Role.FLAGGED: ("starred", "markiert", "suivis", "messages suivis", "destacados", "com estrela", "speciali", "met ster"),
    Role.IMPORTANT: ("important", "wichtig", "importants", "importantes", "importante", "importanti", "belangrijk"),
    Role.SENT: ("sent mail", "gesendet", "messages envoyés", "enviados", "e-mails enviados", "posta inviata", "verzonden berichten"),
    Role.DRAFTS: ("drafts", "entwürfe", "brouillons", "borradores", "rascunhos", "bozze", "concepten"),
    Role.TRASH: ("trash", "bin", "papierkorb", "corbeille", "papelera", "lixeira", "cestino", "prullenbak"),
    Role.JUNK: ("spam",),
}  # fmt: skip
_GMAIL_ROLE_OF = {name: role for role, names in _GMAIL_ROLES.items() for name in names}


def names_without_mail(top: Iterable[str]) -> frozenset[str]:
    """The folded names of top-level folders that hold no mail, where the names at the ``top`` show what kind of server it is.

    Below the top, "Notes" or "Files" are somebody's mail.
    """
    there = {name.strip().casefold() for name in top}
    found: set[str] = set()
    for calendar, contacts, *others in _EXCHANGE:
        if {calendar, contacts} <= there:
            found |= {calendar, contacts, *others}
    if {"contacts", "emailed contacts"} <= there:
        found |= _ZIMBRA
    return frozenset(found)


def gmail_role(path: tuple[str, ...]) -> Role | None:
    """The role of a folder of Gmail by its name under "[Gmail]", where the server does not state it."""
    return _GMAIL_ROLE_OF.get(path[1].strip().casefold()) if _is_gmails(path) else None


def is_gmail_chat(path: tuple[str, ...]) -> bool:
    return _is_gmails(path) and path[1].strip().casefold() in GMAIL_CHATS


def _is_gmails(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[0].casefold() in GMAIL
