"""Two servers on which cases are played."""

from __future__ import annotations

from dataclasses import dataclass

from mailsafi_wizard.demo.certificates import Certificate
from tests.servers.company import Server


@dataclass(frozen=True)
class Stand:
    """Source and destination, kept for many cases, and the certificate for what is put before them."""

    source: Server
    destination: Server
    certificate: Certificate
