"""The report on one page, for whoever wants no more: made from the whole report, so that the two can't disagree. Pure."""

from __future__ import annotations

from dataclasses import replace

from mailsafi_wizard.report.facts import Column, ReportFacts, Section, Shares, Table
from mailsafi_wizard.words import _, ngettext

MOST = 4  # rows of a table of reasons
REASONS = ("failed-reasons", "left-out-reasons")


def one_page(facts: ReportFacts) -> ReportFacts:
    """Outcome, figures, drawings and a line for each subject; reasons in short. In the language that `words` speaks now."""
    lines = tuple(line for section in facts.sections for line in section.glance)
    table = Table("glance", _("At a glance"), (Column(_("What"), weight=1), Column(_("How it stands"), weight=3)), lines)
    drawings = tuple(d for section in facts.sections for d in section.drawings if isinstance(d, Shares))
    tables = {table.name: (section.heading, table) for section in facts.sections for table in section.tables}
    reasons = tuple(_short(*tables[name]) for name in REASONS if name in tables)
    section = Section("glance", _("At a glance"), (), (table, *reasons), drawings)
    return replace(facts, title=_("The move to MailSafi in short"), sections=(section,), cover=False, one_page=True)


def _short(heading: str, table: Table) -> Table:
    """The first rows, and how many more there are."""
    more = len(table.values) - MOST
    if more <= 0:
        return replace(table, title=heading)
    rest = ngettext("and {n} more reason", "and {n} more reasons", more).format(n=more)
    sums = [sum(v for row in table.values[MOST:] if isinstance(v := row[place], int)) for place in range(1, len(table.columns))]
    return replace(table, title=heading, values=(*table.values[:MOST], (rest, *sums)))
