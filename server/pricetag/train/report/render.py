"""The report as Markdown, which a model card can take as it is, and as one HTML page with plots."""

from __future__ import annotations

import html
from pathlib import Path

from pricetag.measure.html_page import page, table
from pricetag.train.report.cells import TOO_FEW, Table
from pricetag.train.report.contents import Report
from pricetag.train.report.document import introduction, sections
from pricetag.train.report.plots import draw

_NOTHING = f"{TOO_FEW.capitalize()}."


def write_report(report: Report, path: Path) -> None:
    """As the suffix of ``path`` says: ``.html`` or ``.md``. Raises OSError."""
    text = as_html(report) if path.suffix == ".html" else as_markdown(report)
    path.write_text(text, encoding="utf-8")


def as_markdown(report: Report) -> str:
    """Headings from the second level on."""
    parts = [f"## Evaluation on the {report.setting.split} split", introduction(report)]
    for section in sections(report):
        parts += [f"### {section.title}", section.text]
        parts += [_markdown(one) for one in section.tables if one.rows] or [_NOTHING]
    return "\n\n".join(parts) + "\n"


def as_html(report: Report) -> str:
    """One page that needs nothing else; plots inline, as SVG."""
    title = f"{report.setting.model} on the {report.setting.split} split"
    parts = [f"<h1>{html.escape(title)}</h1>", _paragraph(introduction(report))]
    for section in sections(report):
        parts += [f"<h2>{html.escape(section.title)}</h2>", _paragraph(section.text)]
        parts += [table(one.head, one.rows) for one in section.tables if one.rows] or [_paragraph(_NOTHING)]
        parts += [draw(name, report) for name in section.plots]
    return page(f"Pricetag: {title}", [part for part in parts if part])


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _markdown(one: Table) -> str:
    ruler = "|".join("---" if column in one.words else "--:" for column in range(len(one.head)))
    return "\n".join([_line(one.head), f"|{ruler}|", *(_line(row) for row in one.rows)])


def _line(cells: tuple[str, ...]) -> str:
    # A bar inside a cell would end it, as would a line break.
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"
