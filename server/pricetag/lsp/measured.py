"""What is said of measurements: before one (what will run), after one, and in a hover."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pricetag.forecast import METRICS, Metric, format_factor, format_limit, format_size
from pricetag.forecast.measurement import MARK, Measurement
from pricetag.measure.label import MEMORY_LIMIT, TIME_LIMIT

MEASURE, CANCEL = "Measure", "Cancel"
UNTRUSTED = "Measuring runs code of this workspace, which is not trusted. Trust the workspace first; forecasts work without."
UNSTATED = (
    "Measuring runs code of this workspace, and this editor has not said that it is trusted. To say so, put "
    '"trusted": true under "client" in the initialization options; forecasts work without.'
)
NO_FUNCTION = "There is no function here that can be measured: place the cursor on the line of its name."
NOTEBOOK = "Functions of notebooks are not measured: their other cells would have to run as well."
EDITED = "The function was edited meanwhile. Measure it again."

_ESCAPES = str.maketrans({"`": "'", "\n": " ", "\r": " "})
_IMPORTS = ("ModuleNotFoundError", "ImportError")
_ENDINGS = {
    "compile": "the file does not compile on its own",
    "coroutine": "coroutines are not measured",
    "idle": "it waits for something",
    "killed": "it was killed, most likely for want of memory",
    "no entry": "it cannot be called on its own",
    "output": "it wrote too much",
    "processes": "it started too many processes",
    "timeout": f"its file did not load in {TIME_LIMIT:g} s",
    "timeout wall": "it did not end in time",
    "unreadable": "its file cannot be read",
}


def title(name: str) -> str:
    """Of the code action."""
    return f"Measure `{_plain(name)}` now"


def confirmation(name: str, file: str, assumes: str, n: int) -> str:
    """What will run, for a person to agree to."""
    return (
        f"Pricetag will run `{_plain(name)}`, and what {_plain(file)} does when it is loaded, with made-up inputs at "
        f"n = {format_size(n)} ({_plain(assumes) or 'no inputs'}). It runs in a sandbox: no network, all files "
        f"read-only, at most {TIME_LIMIT:g} s and {format_limit('memory', MEMORY_LIMIT)} a call. "
        "You are asked once in each workspace until the server ends."
    )


def outcome(name: str, measured: Measurement) -> str:
    """One line on a measurement."""
    values = [f"{metric} {text}" for metric in METRICS if (text := measured.text(metric))]
    return f"`{_plain(name)}` at n = {format_size(measured.n)}: {', '.join(values)}"


def failure(name: str, n: int, failed: str, version: str = "") -> str:
    """Why nothing was measured, from the reason class of a label."""
    return f"`{_plain(name)}`{version} could not be measured at n = {format_size(n)}: {_reason(failed)}."


def both_title(name: str) -> str:
    """Of the quick fix of a regression."""
    return f"Measure both versions of `{_plain(name)}`"


def both_confirmation(name: str, file: str, version: str, assumes: str, n: int) -> str:
    """What will run, for a person to agree to. ``version`` says which the other one is."""
    return confirmation(name, file, assumes, n).replace(
        f"run `{_plain(name)}`", f"run `{_plain(name)}` as it is now and{version}", 1
    )


def comparison(name: str, before: Measurement, after: Measurement, forecasts: Mapping[Metric, float]) -> str:
    """One line on two versions; ``forecasts`` are the factors that a warning named."""
    values = [_compared(metric, before, after, forecasts.get(metric)) for metric in METRICS]
    inputs = ""
    if before.assumes != after.assumes:
        inputs = f" (inputs before: {_plain(before.assumes)}; now: {_plain(after.assumes)})"
    told = "; ".join(value for value in values if value)
    return f"`{_plain(name)}`, measured at n = {format_size(after.n)}{inputs}: {told}"


def with_line(text: str, measured: Measurement, assumes: str, before: Measurement | None = None) -> str:
    """A hover or tooltip with a line on the measurement below its first, and one on that of the baseline ``before``.

    ``assumes`` is what the forecast does.
    """
    first, _, rest = text.partition("\n")
    lines = [_line(measured, assumes)]
    if before is not None:
        lines.append(_baseline_line(before, measured, assumes))
    return "\n".join([first, "", *lines]) + (f"\n{rest}" if rest else "")


def _compared(metric: Metric, before: Measurement, after: Measurement, forecast: float | None) -> str:
    was, now = before.text(metric), after.text(metric)
    if not was or not now:
        return ""
    told = [factor] if (factor := _factor(metric, before, after)) else []
    told += [f"the forecast was {format_factor(forecast)}"] if forecast is not None else []
    return f"{metric} {was} before, {now} now" + (f" ({', '.join(told)})" if told else "")


def _factor(metric: Metric, before: Measurement, after: Measurement) -> str:
    """How many times a metric grew, as far as the limits of a call let us know."""
    was, now = before.value(metric), after.value(metric)
    if metric in before.over or was is None:
        return ""
    if metric in after.over:
        now = after.memory_limit if metric == "memory" else after.time_limit
    if now is None:
        return ""
    at_least = "at least " if metric in after.over else ""
    return at_least + format_factor(now / max(was, 1.0 if metric == "memory" else 1e-9))


def _line(measured: Measurement, assumes: str) -> str:
    values = [f"{metric} **{MARK} {text}**" for metric in METRICS if (text := measured.text(metric))]
    when = datetime.fromtimestamp(measured.when).strftime("%Y-%m-%d %H:%M")
    inputs = f", with `{_plain(measured.assumes)}`" if measured.assumes != assumes else ""
    return f"**Measured** at n = {format_size(measured.n)}: {', '.join(values)} ({when}{inputs})  "


def _baseline_line(before: Measurement, after: Measurement, assumes: str) -> str:
    values = []
    for metric in METRICS:
        if text := before.text(metric):
            factor = _factor(metric, before, after)
            values.append(f"{metric} **{MARK} {text}**" + (f", now {factor}" if factor else ""))
    inputs = f", with `{_plain(before.assumes)}`" if before.assumes != assumes else ""
    return f"**Measured** before the change{inputs}: {'; '.join(values)}  "


def _reason(failed: str) -> str:
    kind, _, rest = failed.partition(" ")
    if kind == "exception" and rest in _IMPORTS:
        return f"it raised {rest} (the sandbox has what is installed beside Pricetag, and nothing of the workspace)"
    if kind == "exception":
        return f"it raised {rest}"
    if kind == "constructor":
        return f"no object to call it on could be made ({rest})"
    if kind == "crash":
        return f"it crashed ({rest})"
    if kind == "exit":
        return "it ended its own process"
    if kind == "unsupported":
        return f"inputs of its types cannot be made up ({rest})"
    return _ENDINGS.get(failed, f"the measurement ended early ({failed or 'no reason given'})")


def _plain(text: str) -> str:
    return text.translate(_ESCAPES)
