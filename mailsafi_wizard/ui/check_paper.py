"""A user's check sheet on paper: the facts of `signoff.page` laid out by the painter of reports, a page or more for each user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.report import Column, Kind, ReportFacts, Section, Table
from mailsafi_wizard.signoff import CheckPage, labels
from mailsafi_wizard.ui.composer import lay_out
from mailsafi_wizard.ui.sheets import Document, Sheet
from mailsafi_wizard.words import _


@dataclass
class _Pages:
    sheets: list[Sheet] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def facts(page: CheckPage) -> ReportFacts:
    """One user's sheet as the painter wants it."""
    words = labels(page.language)
    folder_columns = (
        Column(words["folder"], weight=4),
        Column(words["messages"], Kind.COUNT),
        Column(words["oldest"], weight=2),
        Column(words["newest"], weight=2),
    )
    rows = tuple((f.name, f.messages, f.oldest, f.newest) for f in page.folders)
    folders = Table("folders", words["folders"], folder_columns, rows, (words["all"], page.messages, "", ""))
    sections = [Section("spots", words["spots"], (words["spots_lead"],), (_spots(page),))] if page.spots else []
    sections.append(Section("folders", words["folders"], (words["later"],), (folders,)))
    sections.append(Section("sign", words["sign"], (words["sign_paper"], words["signature"], words["never_ask"], page.help)))
    return ReportFacts(
        title=page.title,
        company=page.address,
        period=" · ".join([page.company, *(f"{name}: {value}" for name, value in page.facts)]).strip(" ·"),
        outcome=" ".join(part for part in (page.reminder, page.lead, page.by) if part),
        done=True,
        banner="",
        made=page.company,
        language=page.language,
        sections=tuple(sections),
    )


def _spots(page: CheckPage) -> Table:
    words = labels(page.language)
    subjects = any(spot.subject for spot in page.spots)
    columns = [
        Column(words["folder"], weight=2),
        Column(words["sender"], weight=4),
        Column(words["date"], weight=2.4),
        Column(words["size"], weight=1.2),
    ]
    rows = [(s.folder, s.sender, s.date, s.size, *((s.subject,) if subjects else ())) for s in page.spots]
    columns += [Column(words["subject"], weight=3)] if subjects else []
    return Table("spots", words["spots"], tuple(columns), tuple(rows))


def lay_out_check_sheets(pages: Sequence[CheckPage]) -> Document:
    """All users' sheets as one document; each begins on a page of its own."""
    made = _Pages()
    for page in pages:
        document = lay_out(facts(page))
        made.sheets += document.sheets
        made.width, made.height = document.width, document.height
    return Document(tuple(made.sheets), made.width, made.height, _("Check sheets"))
