from __future__ import annotations

import pytest
import torch
from transformers import T5GemmaForConditionalGeneration

from pricetag.rlm.architecture import Architecture, Dropout, EncoderDecoder
from pricetag.rlm.numbers import VOCABULARY

SIZES = [
    Architecture(vocabulary=100, width=32, feed_forward=64, heads=2, encoder_layers=2, decoder_layers=2),
    Architecture(vocabulary=50, width=48, feed_forward=40, heads=3, encoder_layers=3, decoder_layers=1),
]


@pytest.mark.parametrize("sizes", SIZES)
def test_equals_the_t5gemma_of_transformers(sizes: Architecture) -> None:
    torch.manual_seed(0)
    ours = EncoderDecoder(sizes).eval()
    for parameter in ours.parameters():  # norms start at zero, where a mistake in them would not show
        parameter.data += 0.05 * torch.randn_like(parameter)
    theirs = T5GemmaForConditionalGeneration(sizes.t5gemma()).eval()
    theirs.load_state_dict(ours.state_dict(), strict=True)
    tokens = torch.randint(1, sizes.vocabulary, (2, 40))
    mask = torch.ones(2, 40, dtype=torch.bool)
    mask[1, 25:] = False
    rows = torch.randint(1, VOCABULARY, (2, 5, 4))
    with torch.inference_mode():
        found = ours(tokens, mask, rows)
        for row in range(rows.shape[1]):
            expected = theirs(
                input_ids=tokens, attention_mask=mask.long(), decoder_input_ids=rows[:, row], use_cache=False
            ).logits
            torch.testing.assert_close(found[:, row], expected, atol=2e-5, rtol=1e-4)


def test_rows_do_not_see_each_other_nor_padding() -> None:
    torch.manual_seed(1)
    model = EncoderDecoder(SIZES[0]).eval()
    tokens = torch.randint(1, 100, (1, 12))
    rows = torch.randint(1, VOCABULARY, (1, 3, 4))
    padded = torch.cat((tokens, torch.zeros(1, 5, dtype=torch.long)), dim=1)
    mask = torch.arange(17)[None] < 12
    with torch.inference_mode():
        together = model(tokens, None, rows)
        alone = model(tokens, None, rows[:, 1:2])
        with_padding = model(padded, mask, rows)
    torch.testing.assert_close(together[:, 1:2], alone, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(together, with_padding, atol=1e-5, rtol=1e-4)


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    layer = Dropout(0.2)
    x = torch.ones(300, 400)
    dropped = layer(x)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.2, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.01)
    assert not torch.equal(dropped, layer(x))
    assert torch.equal(layer.eval()(x), x)
    assert torch.equal(Dropout(0.0)(x), x)
