"""The model on one page: a T5Gemma encoder-decoder (transformers' ``T5GemmaConfig``) in plain PyTorch.

Parameter names and mathematics are those of ``transformers.T5GemmaForConditionalGeneration`` without soft-capping, so
weights move between the two; a test holds the outputs equal. Ours exists because many short decoder rows (one per input size)
share one encoding here: cross-attention keys and values are made once per function, not once per row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pricetag.rlm.numbers import VOCABULARY

ROPE_BASE = 10_000.0
_MASK_LENGTH = 1 << 23  # elements


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of a model; everything else is T5Gemma's."""

    vocabulary: int = 8192
    width: int = 192
    feed_forward: int = 512
    heads: int = 4
    encoder_layers: int = 4
    decoder_layers: int = 2
    dropout: float = 0.15
    decoder_vocabulary: int = VOCABULARY

    @property
    def head_width(self) -> int:
        """Width of one attention head."""
        return self.width // self.heads

    def to_json(self) -> dict[str, Any]:
        """As stored in a checkpoint's config.json."""
        return asdict(self)

    def t5gemma(self) -> Any:
        """The same model as a ``transformers.T5GemmaConfig``."""
        from transformers import T5GemmaConfig

        def stack(layers: int, vocabulary: int) -> dict[str, Any]:
            return {
                "vocab_size": vocabulary,
                "hidden_size": self.width,
                "intermediate_size": self.feed_forward,
                "num_hidden_layers": layers,
                "num_attention_heads": self.heads,
                "num_key_value_heads": self.heads,
                "head_dim": self.head_width,
                "query_pre_attn_scalar": self.head_width,
                "attn_logit_softcapping": None,
                "final_logit_softcapping": None,
                "layer_types": ["full_attention"] * layers,
                "tie_word_embeddings": False,
            }

        return T5GemmaConfig(
            encoder=stack(self.encoder_layers, self.vocabulary),
            decoder=stack(self.decoder_layers, self.decoder_vocabulary),
            vocab_size=self.vocabulary,
            tie_word_embeddings=False,
            dropout_rate=self.dropout,
        )


class RMSNorm(nn.Module):
    """x / rms(x) * (1 + weight), in float32."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] -> [..., D]."""
        wide = x.float()
        normed = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)
        return (normed * (1.0 + self.weight.float())).type_as(x)


class Dropout(nn.Module):
    """Dropout whose masks are cut out of one long random one, from a random place: drawing each took a seventh of a step."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """[...] -> [...]."""
        if not self.training or self.share == 0 or x.numel() > _MASK_LENGTH:
            return F.dropout(x, self.share, self.training)
        start = int(torch.randint(_MASK_LENGTH - x.numel() + 1, ()))
        mask = _long_mask(self.share, x.dtype, x.device)
        return x * mask[start : start + x.numel()].view(x.shape)


@lru_cache(maxsize=8)
def _long_mask(share: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    kept = torch.rand(_MASK_LENGTH, device=device) >= share
    return kept.to(dtype) / (1 - share)


class Attention(nn.Module):
    """Projections of one attention; the caller brings queries, keys and values together."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.q_proj = nn.Linear(sizes.width, sizes.width, bias=False)
        self.k_proj = nn.Linear(sizes.width, sizes.width, bias=False)
        self.v_proj = nn.Linear(sizes.width, sizes.width, bias=False)
        self.o_proj = nn.Linear(sizes.width, sizes.width, bias=False)

    def split(self, x: Tensor) -> Tensor:
        """[B, T, D] -> [B, H, T, D/H]."""
        return x.reshape(*x.shape[:-1], self.heads, x.shape[-1] // self.heads).transpose(1, 2)

    def join(self, x: Tensor) -> Tensor:
        """[B, H, T, D/H] -> [B, T, D], projected."""
        projected: Tensor = self.o_proj(x.transpose(1, 2).flatten(2))
        return projected


class FeedForward(nn.Module):
    """GeGLU: down(gelu(gate x) * up x)."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(sizes.width, sizes.feed_forward, bias=False)
        self.up_proj = nn.Linear(sizes.width, sizes.feed_forward, bias=False)
        self.down_proj = nn.Linear(sizes.feed_forward, sizes.width, bias=False)
        self.dropout = Dropout(sizes.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] -> [..., D]."""
        inner = F.gelu(self.gate_proj(x), approximate="tanh") * self.up_proj(x)
        out: Tensor = self.down_proj(self.dropout(inner))
        return out


class Layer(nn.Module):
    """One encoder layer, or one decoder layer when ``crossed``: each part is x + norm(f(norm(x)))."""

    def __init__(self, sizes: Architecture, crossed: bool) -> None:
        super().__init__()
        self.self_attn = Attention(sizes)
        self.pre_self_attn_layernorm = RMSNorm(sizes.width)
        self.post_self_attn_layernorm = RMSNorm(sizes.width)
        self.mlp = FeedForward(sizes)
        self.pre_feedforward_layernorm = RMSNorm(sizes.width)
        self.post_feedforward_layernorm = RMSNorm(sizes.width)
        self.dropout = Dropout(sizes.dropout)
        if crossed:
            self.cross_attn = Attention(sizes)
            self.pre_cross_attn_layernorm = RMSNorm(sizes.width)
            self.post_cross_attn_layernorm = RMSNorm(sizes.width)

    def attend_self(
        self, x: Tensor, rotation: tuple[Tensor, Tensor], mask: Tensor | None, causal: bool
    ) -> Tensor:
        """x [B, T, D] attends to itself; ``mask`` as for ``attend``."""
        normed = self.pre_self_attn_layernorm(x)
        queries, keys, values = (
            self.self_attn.split(project(normed))
            for project in (self.self_attn.q_proj, self.self_attn.k_proj, self.self_attn.v_proj)
        )
        attended = attend(rotate(queries, *rotation), rotate(keys, *rotation), values, mask, causal)
        out: Tensor = x + self.dropout(self.post_self_attn_layernorm(self.self_attn.join(attended)))
        return out

    def attend_encoding(self, x: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        """x [B, R*S, D] attends to the encoding: keys and values [B, H, T, D/H]."""
        queries = self.cross_attn.split(self.cross_attn.q_proj(self.pre_cross_attn_layernorm(x)))
        attended = attend(queries, keys, values, mask)
        out: Tensor = x + self.dropout(self.post_cross_attn_layernorm(self.cross_attn.join(attended)))
        return out

    def feed(self, x: Tensor) -> Tensor:
        """The feed-forward part."""
        out: Tensor = x + self.dropout(
            self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x)))
        )
        return out


class Stack(nn.Module):
    """Embedding, layers and final norm of the encoder or the decoder."""

    def __init__(self, sizes: Architecture, vocabulary: int, layers: int, crossed: bool) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, sizes.width, padding_idx=0)
        self.layers = nn.ModuleList(Layer(sizes, crossed) for _ in range(layers))
        self.norm = RMSNorm(sizes.width)
        self.dropout = Dropout(sizes.dropout)
        self.head_width = sizes.head_width

    def embed(self, tokens: Tensor) -> Tensor:
        """Token ids [...] -> [..., D], scaled by sqrt(D)."""
        embedded: Tensor = self.embed_tokens(tokens)
        out: Tensor = self.dropout(embedded * embedded.shape[-1] ** 0.5)
        return out


class EncoderDecoder(nn.Module):
    """Code in, number-token logits out."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        self.sizes = sizes
        self.model = nn.Module()
        self.model.encoder = Stack(sizes, sizes.vocabulary, sizes.encoder_layers, crossed=False)
        self.model.decoder = Stack(sizes, sizes.decoder_vocabulary, sizes.decoder_layers, crossed=True)
        self.lm_head = nn.Module()
        self.lm_head.out_proj = nn.Linear(sizes.width, sizes.decoder_vocabulary, bias=False)
        self.apply(self._initialise)

    @staticmethod
    def _initialise(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=module.in_features**-0.5)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)

    def encode(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Tokens int64 [B, T] (mask bool [B, T], true where there is text) -> encoding [B, T, D]."""
        encoder: Any = self.model.encoder
        x = encoder.embed(tokens)
        rotation = rotations(tokens.shape[1], encoder.head_width, x)
        wide = None if mask is None else mask[:, None, None, :]
        for layer in encoder.layers:
            x = layer.feed(layer.attend_self(x, rotation, wide, causal=False))
        out: Tensor = encoder.dropout(encoder.norm(x))
        return out

    def cross(self, encoding: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Each decoder layer's cross-attention keys and values [B, H, T, D/H], made once per function."""
        decoder: Any = self.model.decoder
        return [
            (
                layer.cross_attn.split(layer.cross_attn.k_proj(encoding)),
                layer.cross_attn.split(layer.cross_attn.v_proj(encoding)),
            )
            for layer in decoder.layers
        ]

    def decode(self, rows: Tensor, cross: list[tuple[Tensor, Tensor]], mask: Tensor | None = None) -> Tensor:
        """Decoder rows int64 [B, R, S], R rows per function -> logits [B, R, S, V]. Rows do not see each other."""
        decoder: Any = self.model.decoder
        batch, count, steps = rows.shape
        x = decoder.embed(rows.reshape(batch * count, steps))
        rotation = rotations(steps, decoder.head_width, x)
        wide = None if mask is None else mask[:, None, None, :]
        for layer, (keys, values) in zip(decoder.layers, cross, strict=True):
            x = layer.attend_self(x, rotation, None, causal=True)
            flat = x.reshape(batch, count * steps, -1)
            x = layer.attend_encoding(flat, keys, values, wide).reshape(batch * count, steps, -1)
            x = layer.feed(x)
        logits: Tensor = self.lm_head.out_proj(decoder.dropout(decoder.norm(x)))  # type: ignore[operator]
        return logits.reshape(batch, count, steps, -1)

    def forward(self, tokens: Tensor, mask: Tensor | None, rows: Tensor) -> Tensor:
        """Tokens [B, T], mask [B, T], rows [B, R, S] -> logits [B, R, S, V]."""
        return self.decode(rows, self.cross(self.encode(tokens, mask)), mask)


def attend(
    queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, causal: bool = False
) -> Tensor:
    """Softmax attention of queries [B, H, T, D/H] over keys and values [B, H, S, D/H]; ``mask`` [B, 1, 1, S] is true for text.

    Written out because torch's fused one is slower on a CPU at these lengths.
    """
    scores = (queries * queries.shape[-1] ** -0.5) @ keys.transpose(-1, -2)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    if causal:
        steps = scores.shape[-1]
        future = torch.ones(steps, steps, dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(future, torch.finfo(scores.dtype).min)
    attended: Tensor = scores.softmax(-1) @ values
    return attended


def rotations(length: int, head_width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines of rotary positions 0..length-1: two [length, D/H] tensors."""
    frequencies = ROPE_BASE ** (
        -torch.arange(0, head_width, 2, dtype=torch.float32, device=like.device) / head_width
    )
    angles = torch.outer(torch.arange(length, dtype=torch.float32, device=like.device), frequencies)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotary position embedding, half-split as in Gemma: [B, H, T, D/H] -> same."""
    half = x.shape[-1] // 2
    return x * cosines + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sines
