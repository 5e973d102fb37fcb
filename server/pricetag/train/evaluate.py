"""A checkpoint scored on one split beside the baselines, and its reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from joblib import Memory
from rich.console import Console
from tokenizers import Tokenizer

from pricetag.forecast.forecaster import model_info
from pricetag.rlm import checkpoint
from pricetag.rlm.checkpoint import Checkpoint
from pricetag.rlm.prompt import Normalisation, prompt_tokens
from pricetag.train.baselines import BOOSTING, CONSTANT, COUNTS, NEAREST, baseline_forecasts
from pricetag.train.bundle import Bundle, MixedLimits
from pricetag.train.dataset import teaching
from pricetag.train.predict import QUANTILES, predict
from pricetag.train.report import Setting, make_report, write_report
from pricetag.train.report.held_out import LEVELS, hold_out
from pricetag.train.report.worst import familiar
from pricetag.train.scores import Score, evaluate, markdown, write_scores


def run_evaluation(
    folder: Path,
    bundle: Bundle,
    split: str,
    console: Console,
    out: Path | None = None,
    reports: Sequence[Path] = (),
    kept: Path | None = None,
) -> list[Score]:
    """Score the checkpoint in ``folder`` on one split, print the tables, write ``out`` (JSON) and ``reports`` (.html, .md).

    The forecasts of the baselines, which take most of the time, are kept in the folder ``kept``, for another model.
    Raises ``CheckpointError`` and OSError.
    """
    config = checkpoint.read_config(folder)
    rlm = Checkpoint.load(folder)
    training, held_out = bundle.split("train"), bundle.split(split)
    found = predict(rlm, held_out, console, LEVELS)
    names = (CONSTANT, BOOSTING, COUNTS, *((NEAREST,) if reports else ()))
    with console.status("training the baselines"):
        forecasts = Memory(kept, verbose=0).cache(baseline_forecasts)
        baselines = forecasts(teaching(training), held_out, config["limits"], names)
    printed = {metric: predictions.at(QUANTILES) for metric, predictions in found.items()}
    rivals = {name: made for name, made in baselines.items() if name != NEAREST}
    scores = evaluate(held_out, printed, rivals, rlm.calibration, config["limits"])
    console.print(markdown(scores), markup=False)
    if out:
        write_scores(scores, out)
    if reports:
        tokenizer = Tokenizer.from_file(str(folder / checkpoint.TOKENIZER))
        normalisation = Normalisation.of(config)
        tokens = [prompt_tokens(example.prompt, tokenizer, normalisation) for example in held_out]
        columns = hold_out(held_out, tokens, found, baselines, rlm.calibration, config["limits"])
        limits = (config["limits"]["memory"], config["limits"]["runtime"])
        notes = _notes(config["limits"], bundle)
        setting = Setting(rlm.id, split, rlm.context, limits, len(training), len(teaching(training)), notes)
        info = model_info(config)
        errors = {language: info.errors(language, "memory") for language in info.languages}
        report = make_report(setting, columns, bundle.pairs_within(split), familiar(training), errors)
        for file in reports:
            write_report(report, file)
    return scores


def _notes(limits: Mapping[str, float], bundle: Bundle) -> tuple[str, ...]:
    try:
        measured = bundle.one_limit()
    except MixedLimits:
        return ("The labels were measured under several limits.",)
    if dict(limits) != dict(measured):
        memory, seconds = measured["memory"], measured["runtime"]
        return (f"The labels were measured under other limits: {memory:,.0f} bytes and {seconds:g} s.",)
    return ()
