"""The probe table of a model: for each minimal pair, whether it forecasts the change that was measured.

python tests/bench/probe_table.py [--model DIR] [--measure [--update]]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from pricetag.forecast import find_model
from pricetag.rlm import Checkpoint
from pricetag.train.probes import (
    Probe,
    ProbeScore,
    forecasts_of,
    holds,
    load_probes,
    measure,
    measured,
    score,
    summary,
    write_probes,
)

TABLE = Path(__file__).parents[2] / "server/pricetag/train/data/probes.jsonl"


@click.command()
@click.option("--model", help="The checkpoint's folder; by default the shipped one.")
@click.option(
    "--measure", "again", is_flag=True, help="Run every pair again and check its direction instead."
)
@click.option("--update", is_flag=True, help="With --measure: put the new values into the shipped table.")
def main(model: str | None, again: bool, update: bool) -> None:
    """Print a row per probe and the shares."""
    console = Console(width=150)
    probes = load_probes()
    if again:
        raise SystemExit(_measure(probes, update, console))
    scores = score(probes, forecasts_of(Checkpoint.load(find_model(model))))
    console.print(_rows(scores))
    console.print(_shares(scores))


def _measure(probes: Sequence[Probe], update: bool, console: Console) -> int:
    """The exit code: 1 where a probe no longer holds, and then nothing is written."""
    found: dict[str, Probe] = {}
    for probe, before, after in measure(probes):
        now = measured(probe, before, after)
        if now is not None and holds(now):
            found[probe.name] = now
        ratios = f"{_ratio(probe.ratio):>9} -> {_ratio(now.ratio) if now else 'none':>9}"
        console.print(f"{'holds' if probe.name in found else 'FAILS'} {probe.metric:8}{ratios}  {probe.name}")
    console.print(f"{len(found)} of {len(probes)} hold")
    if len(found) < len(probes):
        return 1
    if update:
        write_probes([found[probe.name] for probe in probes], TABLE)
    return 0


def _rows(scores: Sequence[ProbeScore]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("probe", "metric", "n", "measured", "forecast", ""):
        table.add_column(heading, justify="right" if heading in ("n", "measured", "forecast") else "left")
    for one in scores:
        probe = one.probe
        verdict = "clear" if one.clear else "right" if one.right else "[red]wrong[/red]"
        table.add_row(
            probe.name, probe.metric, f"{probe.n:,}", _ratio(probe.ratio), _ratio(one.ratio), verdict
        )
    return table


def _shares(scores: Sequence[ProbeScore]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("language", "metric", "probes", "right", "by 1.5 at least"):
        table.add_column(heading, justify="left" if heading in ("language", "metric") else "right")
    for row in summary(scores):
        cells = (f"{count} ({count / row.probes:.0%})" for count in (row.right, row.clear))
        table.add_row(row.language, row.metric, str(row.probes), *cells)
    return table


def _ratio(value: float) -> str:
    return f"x {value:,.2f}" if value >= 1 else f"/ {1 / value:,.2f}" if value > 0 else "none"


if __name__ == "__main__":
    main()
