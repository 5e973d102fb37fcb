"""The skeleton of our HTML pages: one file with tables and inline SVG plots that needs nothing else."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Iterable, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LANGUAGE_NAMES = {"python": "Python", "cpp": "C++"}
LANGUAGE_COLOURS = {"python": "#3776ab", "cpp": "#d9730d"}

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 } th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #ddd }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left } figure { margin: 1.5rem 0 } svg { max-width: 100%; height: auto }
figcaption { color: #555 }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole document of ``parts``, which are HTML already."""
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title><style>{_STYLE}</style>'
    return head + "\n".join(parts) + "</html>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain text, which is escaped."""
    cells = "".join(f"<th>{html.escape(text)}</th>" for text in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{cells}</tr>{body}</table>"


def figure(title: str, draw: Callable[[Sequence[Axes]], None], panels: int) -> str:
    """One figure of ``panels`` side by side, as SVG; the same numbers give the same text."""
    with matplotlib.rc_context({"svg.hashsalt": "pricetag", "svg.fonttype": "none", "font.size": 9}):
        drawn = Figure(figsize=(5.4 * max(panels, 1.4), 3.6), layout="constrained")
        axes = drawn.subplots(1, panels, squeeze=False)[0]
        draw(list(axes))
        out = io.StringIO()
        drawn.savefig(out, format="svg", metadata={"Date": None})
    svg = out.getvalue()
    return f"<figure>{svg[svg.index('<svg') :]}<figcaption>{html.escape(title)}</figcaption></figure>"
