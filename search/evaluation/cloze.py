"""How well a model joins a sentence with what stood around it, on a corpus' own texts: nobody has to judge anything.

Of each passage one sentence is taken out; the passage without it is its context (an inverse cloze task). A model is asked to find a
sentence's context in a pool. Passages of one patient are all learned from or all asked for, so that what is asked was never seen.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.protocols import Embedder

_ENDS: Final = re.compile(r"(?<=[.!?;])\s+|\n+")
_SHORTEST: Final = 25
_LONGEST: Final = 300
"""Characters of a sentence that asks."""
_LEAST_CONTEXT: Final = 60
"""Characters of what is left of a passage without it."""
_HELD_OUT: Final = 10
"""One patient in so many is asked for."""
_AT_ONCE: Final = 256
POOL: Final = 10_000
"""Contexts among which a sentence's own is to be found, where there are so many."""
QUESTIONS: Final = 1_000
"""Sentences asked for at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, and the passage that it was taken out of."""

    sentence: str
    context: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pairs to learn from, and pairs that are asked for; `others` are contexts that fill the pool."""

    learned: tuple[Pair, ...]
    asked: tuple[Pair, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """How often a sentence's own context was among the first 1, 10 and 20 of the pool, and its mean rank (1 is the first)."""

    questions: int
    pool: int
    hits_at_1: float
    hits_at_10: float
    hits_at_20: float
    mean_rank: float


def corpus_of(texts: Iterable[tuple[str, str]], most: int, seed: int) -> Corpus:
    """Pairs of texts, each with whose it is: at most so many to learn from. The same texts and seed give the same pairs."""
    random = Random(seed)  # noqa: S311 - no secret
    learned: list[Pair] = []
    asked: list[Pair] = []
    sentences: set[str] = set()
    contexts: set[str] = set()
    for owner, text in texts:
        pair = _pair(text, random)
        # What is said word for word elsewhere too has several contexts, of which one would be called wrong.
        if pair is None or pair.sentence in sentences or pair.context in contexts:
            continue
        sentences.add(pair.sentence)
        contexts.add(pair.context)
        (asked if _is_asked(owner) else learned).append(pair)
    random.shuffle(learned)
    random.shuffle(asked)
    pool = [pair.context for pair in (*asked[QUESTIONS:], *learned[most:], *learned[:most])]
    asked = asked[:QUESTIONS]
    return Corpus(tuple(learned[:most]), tuple(asked), tuple(pool[: max(0, POOL - len(asked))]))


def _pair(text: str, random: Random) -> Pair | None:
    sentences = [part for part in _ENDS.split(text) if part.strip()]
    able = [place for place, part in enumerate(sentences) if _SHORTEST <= len(part.strip()) <= _LONGEST]
    if not able:
        return None
    place = random.choice(able)
    context = " ".join(part.strip() for part in (*sentences[:place], *sentences[place + 1 :]))
    return Pair(sentences[place].strip(), context) if len(context) >= _LEAST_CONTEXT else None


def _is_asked(owner: str) -> bool:
    return int.from_bytes(blake2b(owner.encode(), digest_size=4).digest()) % _HELD_OUT == 0


def ask(corpus: Corpus, embedder: Embedder, progress: Callable[[int], None]) -> NDArray[np.int64]:
    """(len(corpus.asked),), the rank of each sentence's context in the pool. `progress` is told how many texts more were read."""
    pool = [*(pair.context for pair in corpus.asked), *corpus.others]
    contexts = embedder.encode(pool, progress)
    questions = []
    for pair in corpus.asked:
        questions.append(embedder.encode_query(pair.sentence))
        progress(1)
    return ranks_of(np.stack(questions), contexts) if questions else np.empty(0, dtype=np.int64)


def ranks_of(questions: NDArray[np.float32], contexts: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n,), the rank of context i for question i; `questions` (n, d) and `contexts` (m ≥ n, d) have rows of length 1."""
    ranks = np.empty(len(questions), dtype=np.int64)
    for start in range(0, len(questions), _AT_ONCE):
        block = questions[start : start + _AT_ONCE] @ contexts.T
        own = block[np.arange(len(block)), start + np.arange(len(block))]
        ranks[start : start + len(block)] = (block >= own[:, None]).sum(axis=1)  # the last of equals
    return ranks


def figures_of(ranks: NDArray[np.int64], pool: int) -> Figures:
    """Figures of ranks among so many contexts; zeros where nothing was asked."""
    if not len(ranks):
        return Figures(0, pool, 0.0, 0.0, 0.0, 0.0)
    first, ten, twenty = (float((ranks <= at).mean()) for at in (1, 10, 20))
    return Figures(len(ranks), pool, first, ten, twenty, float(ranks.mean()))


def is_better(before: Sequence[int] | NDArray[np.int64], after: Sequence[int] | NDArray[np.int64], surely: float = 0.01) -> bool:
    """Whether ranks of the same questions became better: more first ones, more among ten, and smaller by Wilcoxon's signed-rank test."""
    from scipy.stats import wilcoxon

    old, new = np.asarray(before), np.asarray(after)
    if not len(old) or not (old != new).any():
        return False
    fewer = any((new <= at).mean() < (old <= at).mean() for at in (1, 10))
    # Of reciprocal ranks, because from 2 to 1 is more than from 900 to 899.
    return not fewer and bool(wilcoxon(1 / new, 1 / old, alternative="greater").pvalue < surely)
