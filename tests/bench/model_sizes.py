"""What a larger or a smaller model costs and brings: size, speed, int8 drift and quality of trained folders, side by side.

python tests/bench/model_sizes.py FOLDER... --examples DIR      # FOLDER: made by `pricetag train`, DIR: by `pricetag examples`
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from rich import box
from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer

from pricetag.rlm.architecture import Architecture, EncoderDecoder
from pricetag.rlm.checkpoint import Checkpoint, Rlm
from pricetag.rlm.numbers import SIZES
from pricetag.rlm.onnx_export import write_checkpoint
from pricetag.rlm.prompt import Normalisation, Prompt, encode
from pricetag.train.bundle import Bundle
from pricetag.train.dataset import METRICS, Example, validating
from pricetag.train.loop import BEST
from pricetag.train.predict import Predictions, Reference, predict, truths
from pricetag.train.prepare import CONTEXT
from pricetag.train.scores import score

LENGTHS = (128, 512)  # tokens
N = 10_000


@click.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--examples", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--functions", default=600, show_default=True, help="Validation functions scored.")
def main(folders: tuple[Path, ...], examples: Path, functions: int) -> None:
    """Print one column a model."""
    torch.set_num_threads(1)
    bundle = Bundle.load(examples)
    held_out = validating(bundle.examples)
    held_out = [held_out[row] for row in np.random.default_rng(0).permutation(len(held_out))[:functions]]
    found = {folder.name: _measured(folder, held_out, bundle) for folder in folders}
    table = Table("", *found, box=box.SIMPLE)
    for name in next(iter(found.values())):
        table.add_row(name, *(column[name] for column in found.values()))
    Console(width=170).print(table)


def _measured(folder: Path, held_out: list[Example], bundle: Bundle) -> dict[str, str]:
    recipe = json.loads((folder / "recipe.json").read_text())
    model = EncoderDecoder(Architecture(**recipe["architecture"])).eval()
    model.load_state_dict(torch.load(folder / BEST, weights_only=True, map_location="cpu"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    normalisation = Normalisation.of(recipe)
    config: dict[str, Any] = {
        "context": CONTEXT, "sizes": list(SIZES), "languages": ["cpp", "python"], "metrics": list(METRICS),
        "limits": dict(bundle.one_limit()), "pair_correlation": 0.0, "maximum_interval": 1e12,
        **asdict(normalisation),
    }  # fmt: skip
    sizes = recipe["architecture"]
    weights = sum(p.numel() for name, p in model.named_parameters() if "embed" not in name)
    rows = {
        "width, layers": f"{sizes['width']}, {sizes['encoder_layers']} + {sizes['decoder_layers']}",
        "passes": f"{recipe['labels']['passes']:,}",
        "parameters without embeddings": f"{weights / 1e6:.1f} M",
    }
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        write_checkpoint(out, folder.name, [model], tokenizer, config, {})
        rows["bytes on disk"] = f"{sum(file.stat().st_size for file in out.iterdir()) / 1e6:.1f} MB"
        rlm = Checkpoint.load(out)
        for length in LENGTHS:
            prompt = _prompt_of(length, held_out, tokenizer, normalisation)
            rows[f"CPU ms, {length} tokens"] = f"{_milliseconds(rlm, prompt):.0f}"
        fp32 = predict(Reference([model], tokenizer, CONTEXT, normalisation), held_out)
        int8 = predict(rlm, held_out)
    return rows | _quality(fp32, int8, held_out, bundle)


def _prompt_of(
    length: int, examples: list[Example], tokenizer: Tokenizer, normalisation: Normalisation
) -> Prompt:
    """The example whose prompt is closest to ``length`` tokens."""

    def off(example: Example) -> float:
        tokens = encode(example.prompt, tokenizer, 1 << 20, normalisation)
        return abs(len(tokens) - length)

    return min(examples, key=off).prompt


def _milliseconds(rlm: Rlm, prompt: Prompt, repeats: int = 25) -> float:
    """The least CPU time of a forecast of both metrics at every size, on one thread."""
    taken = []
    for _ in range(repeats):
        begun = time.process_time()
        rlm.read(prompt, SIZES)
        taken.append(time.process_time() - begun)
    return 1e3 * min(taken)


def _quality(
    fp32: dict[str, Predictions], int8: dict[str, Predictions], held_out: list[Example], bundle: Bundle
) -> dict[str, str]:
    drift = np.concatenate([np.abs(fp32[metric].mean - int8[metric].mean).ravel() for metric in METRICS])
    rows = {"int8: median drift, decades": f"{np.nanmedian(drift):.4f}"}
    column = SIZES.index(N)
    for language in sorted({example.language for example in held_out}):
        chosen = np.array([example.language == language for example in held_out])
        for metric in METRICS:
            limit = float(np.log10(bundle.one_limit()[metric]))
            truth = truths(held_out, metric)[chosen, column]
            cells = []
            for found in (fp32, int8):
                forecast = np.minimum(found[metric].mean[chosen, column], limit)
                one = score("", (language, "all", metric, N), truth, forecast, limit)
                cells.append(f"{one.spearman:.3f} / {one.error:.2f}" if one else "")
            rows[f"{language} {metric}: fp32; int8"] = "; ".join(cells)
    return rows


if __name__ == "__main__":
    main()
