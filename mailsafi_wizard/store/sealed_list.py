"""The credential list in a locked file that another team can open with what it has: a ZIP, encrypted by AES-256 (WinZip's AE-2).

Why this container: docs/decisions/0026-list-for-mailsafis-team.md. Its key derivation is weak (1000 rounds), so the strength must be in
the passphrase: `store.passphrase` makes or checks it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store import passphrase as passphrases
from mailsafi_wizard.store.list_rows import Row
from mailsafi_wizard.store.list_writing import write
from mailsafi_wizard.words import _

LIST_NAME = "MailSafi mailboxes.txt"


def sealed(rows: Iterable[Row], passphrase: Secret) -> bytes:
    """The bytes of the .zip. Raises ValueError for a weak passphrase and for rows that no list can hold."""
    weak = passphrases.fault(passphrase.reveal(), passphrases.LEAST_FOR_FILES)
    if weak:
        raise ValueError(_(weak))
    import pyzipper  # slow to load, and seldom needed

    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(passphrase.reveal().encode("ascii"))
        archive.writestr(LIST_NAME, write(rows))
    return out.getvalue()
