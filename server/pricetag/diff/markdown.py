"""The report as Markdown that fits a comment on a pull request."""

from __future__ import annotations

import re

from pricetag.baseline import Regression, Steeper, joined
from pricetag.diff.report import Compared, Report, change_text
from pricetag.forecast import format_estimate, format_size

MARKER = "<!-- pricetag diff -->"  # by which a bot finds the comment it made before
MAXIMUM_ROWS = 50  # a comment may have 65,536 characters
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&!@\r\n]")
# Within a code span nothing but these is special; a pipe would end the cell all the same.
_CODE = str.maketrans({"`": "'", "\n": " ", "\r": " ", "|": "\\|"})


def markdown(report: Report) -> str:
    """A heading, a table of the regressions, what grows faster or is over budget, and the counts."""
    rows = [(one, *both) for one in report.functions for both in joined(one.regressions, one.steeper)[0]]
    lines = [MARKER, f"### Pricetag: {_heading(report)}", ""]
    if rows:
        lines += [
            "| function | where | metric | n | before | now | change | sure |",
            "|---|---|---|--:|--:|--:|--:|--:|",
            *(_row(*row) for row in rows[:MAXIMUM_ROWS]),
        ]
        if len(rows) > MAXIMUM_ROWS:
            lines.append(f"| and {len(rows) - MAXIMUM_ROWS} more | | | | | | | |")
        lines.append("")
    over = [finding for finding in report.findings if not finding.rule.endswith("-regression")]
    lines += [
        f"- {_code(f'{one.at.path}:{one.at.name.start.line + 1}')} {_plain(one.message)}"
        for one in over[:MAXIMUM_ROWS]
    ]
    lines += [""] if over else []
    lines.append(f"{report.summary()}. Forecasts of the model {_code(report.model)}, not measurements.")
    return "\n".join(lines)


def _heading(report: Report) -> str:
    count = report.statuses["regression"]
    return f"{count or 'no'} {'regression' if count == 1 else 'regressions'}"


def _row(one: Compared, regression: Regression, steeper: Steeper | None) -> str:
    at = one.pair.after
    estimates = (regression.before, regression.after)
    before, after = (format_estimate(regression.metric, e, regression.limit) for e in estimates)
    cells = (
        _code(at.function.qualified_name),
        _code(f"{at.path}:{at.name.start.line + 1}"),
        regression.metric,
        format_size(regression.n),
        before,
        after,
        change_text(regression, steeper),
        regression.sure,
    )
    return f"| {' | '.join(cells)} |"


def _plain(message: str) -> str:
    """A sentence of ours: its code span stays one, what it quotes of the project means nothing to Markdown."""
    name, separator, rest = message.partition("` ")
    return f"{_code(name.removeprefix('`'))} {_SPECIAL.sub(_escape, rest)}" if separator else _code(message)


def _escape(found: re.Match[str]) -> str:
    return " " if found[0].isspace() else f"\\{found[0]}"


def _code(text: str) -> str:
    return f"`{text.translate(_CODE)}`"
