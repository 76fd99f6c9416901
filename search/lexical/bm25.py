"""BM25 over units, and over the documents that hold them.

The index keeps, for each term, the units that have it and how often. Documents are scored from their units' counts, as if each document had
been indexed whole: BM25 of whole documents ranks better than that of their best passages, while shared units are stored and read once.
Arrays are memory-mapped; processes that serve one generation share them.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.errors import GenerationUnreadable
from search.lexical.analysis import tokenize
from search.protocols import Mask, Rows, Scores
from search.units import CSR

K1 = 1.2
B = 0.75
"""The values of Lucene; nDCG@10 is flat from 1.2 to 2 on the collections measured."""


def build_lexical(texts: Iterable[str], path: Path) -> None:
    """Write the index of the texts, the i-th being row i, into the folder `path`. Memory grows with the index, not with the text."""
    numbers: dict[str, int] = {}
    term_of, row_of, count_of, lengths = array("i"), array("i"), array("i"), array("i")
    for row, text in enumerate(texts):
        counts = Counter(tokenize(text))
        lengths.append(counts.total())
        for term, count in counts.items():
            term_of.append(numbers.setdefault(term, len(numbers)))
            row_of.append(row)
            count_of.append(count)
    vocabulary = sorted(numbers)
    rank = np.empty(len(numbers), dtype=np.int32)
    rank[[numbers[term] for term in vocabulary]] = np.arange(len(vocabulary), dtype=np.int32)
    terms = rank[np.frombuffer(term_of, dtype=np.int32)] if len(term_of) else np.empty(0, dtype=np.int32)
    # Rows were appended in order, so a stable sort by term leaves each term's rows ascending.
    order = np.argsort(terms, kind="stable")
    offsets = np.zeros(len(vocabulary) + 1, dtype=np.int64)
    np.cumsum(np.bincount(terms, minlength=len(vocabulary)), out=offsets[1:])
    path.mkdir(parents=True, exist_ok=True)
    (path / "terms.txt").write_text("".join(f"{term}\n" for term in vocabulary), encoding="utf-8")
    np.save(path / "offsets.npy", offsets)
    np.save(path / "rows.npy", np.frombuffer(row_of, dtype=np.int32)[order] if len(row_of) else np.empty(0, dtype=np.int32))
    np.save(path / "counts.npy", np.frombuffer(count_of, dtype=np.int32)[order] if len(count_of) else np.empty(0, dtype=np.int32))
    np.save(path / "lengths.npy", np.frombuffer(lengths, dtype=np.int32) if len(lengths) else np.empty(0, dtype=np.int32))


def open_lexical(path: Path) -> "Bm25Index":
    """Open the index in the folder `path`, read-only."""
    try:
        vocabulary = (path / "terms.txt").read_text(encoding="utf-8").split("\n")[:-1]
        arrays = [np.load(path / f"{name}.npy", mmap_mode="r") for name in ("offsets", "rows", "counts", "lengths")]
        whole = len(arrays[0]) == len(vocabulary) + 1 and arrays[0][-1] == len(arrays[1]) == len(arrays[2])
    except (OSError, ValueError, EOFError) as error:
        raise GenerationUnreadable(f"The text index in {path} cannot be read ({type(error).__name__}): publish the data again.") from error
    if not whole:
        raise GenerationUnreadable(f"The files of the text index in {path} do not belong together: publish the data again.")
    return Bm25Index(vocabulary, *arrays)


class Bm25Index:
    """A LexicalIndex that also scores whole documents."""

    def __init__(
        self,
        vocabulary: list[str],
        offsets: NDArray[np.int64],
        rows: NDArray[np.int32],
        counts: NDArray[np.int32],
        lengths: NDArray[np.int32],
    ) -> None:
        self._numbers = {term: number for number, term in enumerate(vocabulary)}
        self._offsets = np.asarray(offsets)
        self._rows = rows
        self._counts = counts
        self._lengths = lengths
        self._mean = float(lengths.mean()) if len(lengths) else 0.0
        self._norms: tuple[CSR, NDArray[np.float32]] | None = None

    @property
    def size(self) -> int:
        """How many units are indexed."""
        return len(self._lengths)

    def search(self, query: str, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """The k best allowed rows that share a term with the query, best first, ties by row."""
        scores = self._scores(query)
        if allowed is not None:
            scores[~allowed] = 0
        return best_first(scores, k)

    def scores(self, query: str, rows: Rows) -> Scores:
        """BM25 of each of the rows, 0 where it shares no term with the query."""
        found: Scores = self._scores(query)[rows]
        return found

    def search_documents(self, query: str, links: CSR, allowed: Mask | None = None) -> tuple[Scores, float]:
        """BM25 of each document as if it were indexed whole, and the bound that none reaches; see LexicalIndex."""
        norms = self._norms_of_documents(links)
        scores = np.zeros(links.count, dtype=np.float32)
        bound = 0.0
        for times, rows, counts in self._postings(query):
            positions, documents = links.entries(rows)
            within = np.bincount(documents, weights=counts[positions], minlength=links.count)
            having = np.flatnonzero(within)
            frequency = within[having].astype(np.float32)
            weight = times * _idf(len(having), links.count) * (K1 + 1)
            scores[having] += weight * frequency / (frequency + norms[having])
            bound += weight
        if allowed is not None:
            scores[~allowed] = 0
        return scores, bound

    def _scores(self, query: str) -> Scores:
        scores = np.zeros(self.size, dtype=np.float32)
        for times, rows, counts in self._postings(query):
            norms = K1 * (1 - B + B / self._mean * self._lengths[rows])
            scores[rows] += times * _idf(len(rows), self.size) * (K1 + 1) * counts / (counts + norms)
        return scores

    def _postings(self, query: str) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int32]]]:
        """(how often the query says it, rows that have it, how often they do) of each term that is in the index."""
        for term, times in Counter(tokenize(query)).items():
            number = self._numbers.get(term)
            if number is not None:
                part = slice(self._offsets[number], self._offsets[number + 1])
                yield times, np.asarray(self._rows[part], dtype=np.int64), np.asarray(self._counts[part])

    def _norms_of_documents(self, links: CSR) -> NDArray[np.float32]:
        """What dampens the counts of each document: K1, grown with its length."""
        # One generation has one CSR: the last one seen is the one that is asked for again.
        known = self._norms
        if known is not None and known[0] is links:
            return known[1]
        positions, documents = links.entries(np.arange(self.size, dtype=np.int64))
        lengths = np.bincount(documents, weights=self._lengths[positions], minlength=links.count)
        mean = float(lengths.mean()) if links.count else 0.0
        norms = (K1 * (1 - B + B * lengths / max(mean, 1e-9))).astype(np.float32)
        self._norms = links, norms
        return norms


def best_first(scores: Scores, k: int) -> tuple[Rows, Scores]:
    """The rows of the k highest positive scores, best first, ties by row."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        # The k-th score decides who may be in; all rows that tie with it stay until ties are broken by row.
        limit = np.partition(scores[rows], len(rows) - k)[len(rows) - k] if k else math.inf
        rows = rows[scores[rows] >= limit]
    order = rows[np.lexsort((rows, -scores[rows]))[:k]]
    return order, scores[order]


def _idf(having: int, total: int) -> float:
    return math.log(1 + (total - having + 0.5) / (having + 0.5))
