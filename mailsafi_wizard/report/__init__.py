"""The report: what happened, as facts that any painter can lay out, and as HTML, CSV and JSON."""

from mailsafi_wizard.report.build import build_facts, environment
from mailsafi_wizard.report.facts import Column, Kind, ReportFacts, Section, Table, size_text, time_text
from mailsafi_wizard.report.finish import credentials_table, finish_sections
from mailsafi_wizard.report.forms import as_json, html, write_csv, write_table
from mailsafi_wizard.report.plan import plan_section

__all__ = [
    "Column",
    "Kind",
    "ReportFacts",
    "Section",
    "Table",
    "as_json",
    "build_facts",
    "credentials_table",
    "environment",
    "finish_sections",
    "html",
    "plan_section",
    "size_text",
    "time_text",
    "write_csv",
    "write_table",
]
