"""The report: what happened, as facts that any painter can lay out, and as HTML, CSV and JSON."""

from mailsafi_wizard.report.build import build_facts
from mailsafi_wizard.report.facts import (
    Column,
    Kind,
    Part,
    ReportFacts,
    Section,
    Shares,
    Step,
    Table,
    Tile,
    TimeLine,
    Tone,
    size_text,
    time_text,
)
from mailsafi_wizard.report.finish import credentials_table, finish_sections
from mailsafi_wizard.report.forms import as_json, csv_files, html, write_csv, write_table, write_text
from mailsafi_wizard.report.glance import one_page
from mailsafi_wizard.report.material import KeptMessage, Surroundings
from mailsafi_wizard.report.plan import plan_section
from mailsafi_wizard.report.surroundings import environment

__all__ = [
    "Column",
    "KeptMessage",
    "Kind",
    "Part",
    "ReportFacts",
    "Section",
    "Shares",
    "Step",
    "Surroundings",
    "Table",
    "Tile",
    "TimeLine",
    "Tone",
    "as_json",
    "build_facts",
    "credentials_table",
    "csv_files",
    "environment",
    "finish_sections",
    "html",
    "one_page",
    "plan_section",
    "size_text",
    "time_text",
    "write_csv",
    "write_table",
    "write_text",
]
