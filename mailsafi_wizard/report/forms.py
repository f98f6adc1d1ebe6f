"""From the report's facts to HTML, CSV and JSON. All are made from one `ReportFacts`, so they can't disagree."""

from __future__ import annotations

import json
from pathlib import Path

from mailsafi_wizard import resources, words
from mailsafi_wizard.report.facts import ReportFacts, Shares, Table, TimeLine
from mailsafi_wizard.saving import write_whole
from mailsafi_wizard.spreadsheet import as_csv
from mailsafi_wizard.words import _


def html(facts: ReportFacts) -> str:
    """The report as one HTML file in the facts' language: no script, nothing loaded from elsewhere, everything escaped."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(resources.path("report/report.html").read_text("utf-8"))
    with words.speaking(facts.language):
        return template.render(facts=facts, contents=_("Contents"))


def as_json(facts: ReportFacts) -> str:
    """The report as JSON, with counts and sizes (bytes) as numbers."""
    plain = {name: getattr(facts, name) for name in ("title", "company", "period", "outcome", "done", "banner", "made", "language")}
    plain["about"] = [{"name": name, "value": value} for name, value in facts.about]
    plain["tiles"] = [{"name": tile.name, "value": tile.value, "tone": tile.tone.value} for tile in facts.tiles]
    plain["sections"] = [
        {
            "key": s.key,
            "heading": s.heading,
            "paragraphs": s.paragraphs,
            "glance": [{"name": name, "value": value} for name, value in s.glance],
            "drawings": [_drawing_json(drawing) for drawing in s.drawings],
            "tables": [_table_json(table) for table in s.tables],
        }
        for s in facts.sections
    ]
    return json.dumps(plain, ensure_ascii=False, indent=2)


def _drawing_json(drawing: Shares | TimeLine) -> dict[str, object]:
    if isinstance(drawing, Shares):
        parts = [{"name": part.name, "count": part.count, "tone": part.tone.value} for part in drawing.parts]
        return {"kind": "shares", "title": drawing.title, "parts": parts}
    steps = [
        {"name": s.name, "planned": s.planned.isoformat(), "actual": s.actual.isoformat() if s.actual else None, "state": s.state}
        for s in drawing.steps
    ]
    return {"kind": "time line", "title": drawing.title, "steps": steps}


def _table_json(table: Table) -> dict[str, object]:
    columns = [{"title": column.title, "kind": column.kind.value} for column in table.columns]
    return {"name": table.name, "title": table.title, "columns": columns, "rows": table.values, "total": table.total}


def csv_files(facts: ReportFacts, folder: Path) -> tuple[Path, ...]:
    """The files that `write_csv` writes."""
    return tuple(folder / f"{table.name}.csv" for section in facts.sections for table in section.tables)


def write_csv(facts: ReportFacts, folder: Path) -> tuple[Path, ...]:
    """Write every table as ``folder/<name>.csv`` and return the files: UTF-8 with a byte order mark for Excel, numbers plain.

    Text that a spreadsheet would take for a formula gets a ' in front. A file appears whole or not at all, and one that is there is replaced:
    whoever calls asks before. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = [table for section in facts.sections for table in section.tables]
    return tuple(write_table(table, target) for table, target in zip(tables, csv_files(facts, folder), strict=True))


def write_text(text: str, target: Path) -> None:
    """Write ``text`` as UTF-8; the file appears whole or not at all. Raises OSError."""
    write_whole(target, text.encode("utf-8", "replace"))


def write_table(table: Table, target: Path) -> Path:
    """Write one table as `write_csv` does; raises OSError."""
    write_whole(target, as_csv([tuple(column.title for column in table.columns), *table.values]))
    return target
