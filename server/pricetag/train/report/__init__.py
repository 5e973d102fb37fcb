"""The report of a model on held-out functions.

``held_out.py`` holds the predictions; ``accuracy.py``, ``intervals.py``, ``growth.py``, ``edits.py``, ``length.py`` and
``worst.py`` make numbers of them, ``contents.py`` all of them; ``document.py`` writes the numbers as tables, ``render.py``
and ``plots.py`` as Markdown and HTML.
"""

from pricetag.train.report.contents import Report, Setting, make_report
from pricetag.train.report.render import as_html, as_markdown, write_report

__all__ = ["Report", "Setting", "as_html", "as_markdown", "make_report", "write_report"]
