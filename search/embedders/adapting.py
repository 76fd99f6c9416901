"""Fine-tunes a sentence-embedding model on pairs of sentence and context, with the other contexts of a batch as negatives."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from search.embedders.sentence_models import folder_of
from search.errors import ModelUnavailable
from search.evaluation.cloze import Pair

_BATCH: Final = 32
_TOKENS: Final = 128
"""Tokens of a text that are learned from: longer ones cost more than they teach."""
_RATE: Final = 2e-5
_WARM: Final = 0.1
"""Share of the steps in which the rate rises."""
_SCALE: Final = 20.0
"""What cosines are multiplied by before the softmax, as sentence-transformers' own loss with in-batch negatives has it."""


def adapt(source: str, pairs: Sequence[Pair], into: Path, seed: int, progress: Callable[[int], None], *, epochs: int = 1) -> None:
    """Fine-tune the model of a folder or name, `source`, and save it in the folder `into`. `progress` is told how many pairs more are done.

    Raises ModelUnavailable.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    torch.manual_seed(seed)
    folder = folder_of(source)
    try:
        model = SentenceTransformer(
            str(folder) if folder.is_dir() else source, device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"}
        )
    except Exception as error:
        raise ModelUnavailable(f"{source} holds no sentence-transformers model that can be loaded ({error}).") from error
    longest, model.max_seq_length = model.max_seq_length, min(_TOKENS, model.max_seq_length or _TOKENS)
    batches = [batch for epoch in range(epochs) for batch in _batches(pairs, Random(seed + epoch))]  # noqa: S311 - no secret
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate_at(step, len(batches)))
    model.train()
    for batch in batches:
        sentences, contexts = ([_readable(text) for text in texts] for texts in zip(*((p.sentence, p.context) for p in batch), strict=True))
        scores = _SCALE * _encoded(model, sentences) @ _encoded(model, contexts).T
        loss = torch.nn.functional.cross_entropy(scores, torch.arange(len(batch)))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        progress(len(batch))
    model.eval()
    model.max_seq_length = longest
    model.save_pretrained(str(into))


def _batches(pairs: Sequence[Pair], random: Random) -> list[list[Pair]]:
    """The pairs in another order, in batches; a last one of a single pair has no negatives and is left out."""
    order = list(pairs)
    random.shuffle(order)
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    return [batch for batch in batches if len(batch) > 1]


def _rate_at(step: int, steps: int) -> float:
    """The share of the rate at a step: rising first, then falling to nothing."""
    warm = max(1, int(_WARM * steps))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))


def _encoded(model: Any, texts: list[str]) -> Any:
    """(len(texts), d), rows of length 1, through which gradients flow."""
    import torch

    return torch.nn.functional.normalize(model(model.preprocess(texts))["sentence_embedding"], dim=1)


def _readable(text: str) -> str:
    # A lone surrogate cannot reach the tokenizer, which takes UTF-8.
    return text.encode("utf-8", "replace").decode()
