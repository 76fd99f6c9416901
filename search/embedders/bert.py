"""A lean forward pass for BERT sentence models (mean pooling, unit length), all-MiniLM-L6-v2 among them.

sentence-transformers gives the same vectors, but takes seconds to import, twice the time for one query, and casts its pooling to half
precision. This module reads the same folder (config.json, tokenizer.json, model.safetensors) and needs torch and tokenizers only;
tests/search/test_embedders.py compares its vectors with those of sentence-transformers.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

TOKENS_PER_BATCH = 8192
"""Enough to fill the matrix units, little enough to stay in the processor's cache: flat from 4,096 to 16,384 where measured."""
TEXTS_PER_ROUND = 2048
"""Texts tokenized at a time, which bounds memory."""


@dataclass(frozen=True, slots=True)
class BertConfig:
    """What the forward pass must know of a model."""

    hidden: int
    layers: int
    heads: int
    epsilon: float
    max_tokens: int


def read_config(folder: Path) -> BertConfig | None:
    """The configuration of a model this module can run, None for any other (another architecture, pooling or activation)."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
        modules = [module["type"].rsplit(".", 1)[-1] for module in json.loads((folder / "modules.json").read_bytes())]
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_bytes())
        limit = json.loads((folder / "sentence_bert_config.json").read_bytes())["max_seq_length"]
        extras = folder / "config_sentence_transformers.json"
        prompts = json.loads(extras.read_bytes()).get("prompts", {}) if extras.exists() else {}
        modes = {name for name, chosen in pooling.items() if name.startswith("pooling_mode_") and chosen}
        supported = (
            config["model_type"] == "bert"
            and config["hidden_act"] == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
            and not config.get("is_decoder", False)
            and modules == ["Transformer", "Pooling", "Normalize"]
            and modes == {"pooling_mode_mean_tokens"}
            and not any(prompts.values())
            and (folder / "tokenizer.json").exists()
            and (folder / "model.safetensors").exists()
        )
        return (
            BertConfig(
                hidden=config["hidden_size"],
                layers=config["num_hidden_layers"],
                heads=config["num_attention_heads"],
                epsilon=config["layer_norm_eps"],
                max_tokens=min(int(limit), config["max_position_embeddings"]),
            )
            if supported
            else None
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


class BertEmbedder:
    """An Embedder over a folder that `read_config` accepts. `precision` is 'float32' or 'bfloat16'."""

    def __init__(self, folder: Path, config: BertConfig, precision: str, name: str) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self._name = name
        self._config = config
        self._type = torch.bfloat16 if precision == "bfloat16" else torch.float32
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(config.max_tokens)
        self._tokenizer.no_padding()
        stored = {key.removeprefix("bert."): value for key, value in load_file(folder / "model.safetensors").items()}
        weights = {key: value.to(self._type) for key, value in stored.items() if value.is_floating_point()}
        self._words = weights["embeddings.word_embeddings.weight"]
        # The token type is always 0 for single texts, so its embedding joins the positions'.
        self._positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        self._norm = weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]
        self._layers = [_layer(weights, f"encoder.layer.{number}.") for number in range(config.layers)]

    @property
    def name(self) -> str:
        """Identifies model, revision and precision."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._config.hidden

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """(len(texts), dimension), each row of length 1; texts of like length share a batch."""
        import torch

        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        with torch.inference_mode():
            for start in range(0, len(by_length), TEXTS_PER_ROUND):
                for batch, tokens in self._batches(texts, by_length[start : start + TEXTS_PER_ROUND]):
                    vectors[batch] = self._forward(tokens)
                    if progress is not None:
                        progress(len(batch))
        return vectors

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """(dimension,), of length 1."""
        vector: NDArray[np.float32] = self.encode([text])[0]
        return vector

    def _batches(self, texts: Sequence[str], chosen: Sequence[int]) -> Iterator[tuple[list[int], list[list[int]]]]:
        # Lone surrogates cannot reach the tokenizer, which takes UTF-8.
        readable = [texts[i].encode("utf-8", "replace").decode() for i in chosen]
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(readable)]
        order = sorted(range(len(tokens)), key=lambda i: -len(tokens[i]))
        start = 0
        while start < len(order):
            count = max(1, TOKENS_PER_BATCH // len(tokens[order[start]]))
            part = order[start : start + count]
            yield [chosen[i] for i in part], [tokens[i] for i in part]
            start += count

    def _forward(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        """Vectors of a batch whose first text is the longest."""
        import torch
        from torch.nn.functional import gelu, layer_norm, linear, normalize, scaled_dot_product_attention

        size, longest, hidden, heads = len(tokens), len(tokens[0]), self._config.hidden, self._config.heads
        shape, epsilon = (hidden,), self._config.epsilon
        padded = np.zeros((size, longest), dtype=np.int64)
        for row, ids in enumerate(tokens):
            padded[row, : len(ids)] = ids
        lengths = torch.tensor([len(ids) for ids in tokens])
        present = torch.arange(longest) < lengths[:, None]
        mask = None
        if len(tokens[-1]) < longest:
            mask = torch.zeros(size, 1, 1, longest, dtype=self._type).masked_fill_(~present[:, None, None], float("-inf"))
        x = layer_norm(self._words[torch.from_numpy(padded)] + self._positions[:longest], shape, *self._norm, epsilon)
        for layer in self._layers:
            queries, keys, values = linear(x, *layer.attention).view(size, longest, 3, heads, hidden // heads).permute(2, 0, 3, 1, 4)
            attended = scaled_dot_product_attention(queries, keys, values, attn_mask=mask).transpose(1, 2).reshape(size, longest, hidden)
            x = layer_norm(x + linear(attended, *layer.mixed), shape, *layer.mixed_norm, epsilon)
            x = layer_norm(x + linear(gelu(linear(x, *layer.wide)), *layer.narrow), shape, *layer.narrow_norm, epsilon)
        # Pooled in float32: a mean of 256 half-precision numbers would lose digits.
        mean = (x.float() * present[:, :, None]).sum(1) / lengths[:, None]
        vectors: NDArray[np.float32] = normalize(mean, dim=1).numpy()
        return vectors


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weight and bias pairs of one transformer layer."""

    attention: tuple["Tensor", "Tensor"]
    mixed: tuple["Tensor", "Tensor"]
    mixed_norm: tuple["Tensor", "Tensor"]
    wide: tuple["Tensor", "Tensor"]
    narrow: tuple["Tensor", "Tensor"]
    narrow_norm: tuple["Tensor", "Tensor"]


def _layer(weights: dict[str, "Tensor"], prefix: str) -> _Layer:
    import torch

    def pair(name: str) -> tuple["Tensor", "Tensor"]:
        return weights[f"{prefix}{name}.weight"], weights[f"{prefix}{name}.bias"]

    parts = [pair(f"attention.self.{name}") for name in ("query", "key", "value")]
    return _Layer(
        attention=(torch.cat([weight for weight, _ in parts]), torch.cat([bias for _, bias in parts])),
        mixed=pair("attention.output.dense"),
        mixed_norm=pair("attention.output.LayerNorm"),
        wide=pair("intermediate.dense"),
        narrow=pair("output.dense"),
        narrow_norm=pair("output.LayerNorm"),
    )
