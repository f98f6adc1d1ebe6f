"""How boldly a mailbox is copied; worker, reader and writer share it."""

from __future__ import annotations

from dataclasses import field

from mailsafi_wizard.records import dataclass


@dataclass
class Style:
    """How boldly to go. ``gentle`` means one message at a time, so that a break can be blamed on one; ``careful`` pushes no literal."""

    gentle: bool = False
    careful: bool = False
    single: bool = False  # no batches: after a batch was refused
    trust_sizes: bool = True
    bare: bool = False  # without keywords, after a refusal that may be due to them
    apart: bool = False  # big messages are asked for one by one: this server says too late which one it sends
    agreed: dict[tuple[int, int], bytes] = field(default_factory=dict)  # (folder, UID) -> digest of an earlier read of another size
