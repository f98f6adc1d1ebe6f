"""The change of the domain's records: what is and what should be, what is wrong, when it is safe, who sees what. Pure."""

from mailsafi_wizard.cutover.clock import Clock, clock
from mailsafi_wizard.cutover.findings import findings, left_behind, spf_findings, still_old
from mailsafi_wizard.cutover.gate import Check, Facts, Gate, Override, Probe, Standing, judge
from mailsafi_wizard.cutover.records import MOST_TTL, Change, Finding, State, changes, now_at, switched
from mailsafi_wizard.cutover.spf import MOST_LOOKUPS, count_lookups, lookups_of, merged_spf, spf_records, without_old

__all__ = [
    "MOST_LOOKUPS",
    "MOST_TTL",
    "Change",
    "Check",
    "Clock",
    "Facts",
    "Finding",
    "Gate",
    "Override",
    "Probe",
    "Standing",
    "State",
    "changes",
    "clock",
    "count_lookups",
    "findings",
    "judge",
    "left_behind",
    "lookups_of",
    "merged_spf",
    "now_at",
    "spf_findings",
    "spf_records",
    "still_old",
    "switched",
    "without_old",
]
