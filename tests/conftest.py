"""A real checkpoint for tests of everything around the model: random weights, so its forecasts mean nothing."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import pricetag.rlm

# A busy machine is no failure: properties are about answers, not about the time they take.
settings.register_profile("pricetag", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pricetag")


@pytest.fixture(autouse=True)
def no_calibration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see the model's own forecasts, whatever this machine is calibrated to."""
    monkeypatch.setenv("PRICETAG_CONFIG", str(tmp_path_factory.getbasetemp() / "no-config"))


@pytest.fixture(scope="session")
def random_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny checkpoint; kept between runs until the model's code changes, as torch is slow to start."""
    sources = sorted(Path(pricetag.rlm.__path__[0]).glob("*.py"))
    stamp = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    kept = request.config.cache.mkdir(f"random-model-{stamp}") / "random"
    if not kept.is_dir():
        building = tmp_path_factory.mktemp("models") / "random"
        _build(building)
        shutil.copytree(building, kept.with_name("copying"), dirs_exist_ok=True)
        kept.with_name("copying").replace(kept)
    return kept


def _build(folder: Path) -> None:
    from pricetag.rlm.architecture import Architecture
    from pricetag.rlm.onnx_export import random_checkpoint, train_tokenizer

    tokenizer = train_tokenizer(
        ["def f(xs: list[int]) -> int:\n\treturn sorted(xs)[0]\n", "int main() {}"], 400
    )
    tiny = Architecture(
        vocabulary=tokenizer.get_vocab_size(),
        width=32,
        feed_forward=64,
        heads=2,
        encoder_layers=1,
        decoder_layers=1,
    )
    random_checkpoint(folder, tiny, tokenizer)
