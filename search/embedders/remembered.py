"""Questions that were asked before are not encoded again, whoever asked them.

What is kept of a question is its digest and its vector: nobody can read there what was asked. Vectors depend on the model alone, so they
outlast generations; each embedder has a memory of its own, and so has each model.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from search.protocols import Embedder

MOST_REMEMBERED = 10_000
"""Questions; with vectors of 384 numbers about 17 MB."""


class RememberingEmbedder:
    """An Embedder before another one that remembers the questions asked last. Safe for any number of threads."""

    def __init__(self, embedder: Embedder, most: int = MOST_REMEMBERED) -> None:
        """Before `embedder`, with at most `most` questions."""
        self._embedder, self._most = embedder, most
        self._lock = threading.Lock()
        self._vectors: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()

    @property
    def name(self) -> str:
        """Identifies model, revision and precision."""
        return self._embedder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """See Embedder; passages are kept by search.embedding_cache."""
        return self._embedder.encode(texts, progress)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """See Embedder; the vector cannot be written to, because it is everybody's."""
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            if key in self._vectors:
                self._vectors.move_to_end(key)
                return self._vectors[key]
        vector = self._embedder.encode_query(text)
        vector.flags.writeable = False
        with self._lock:
            self._vectors[key] = vector
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
        return vector
