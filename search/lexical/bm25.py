"""BM25 over units and over the documents that hold them, by bm25s, on the words that `search.lexical.analysis` cuts.

Two matrices of scores are kept, computed when the index is built: of units, to tell which passage of a document speaks best, and of whole
documents, since BM25 of whole documents ranks better than that of their best passages. Both share one vocabulary. Their arrays are
memory-mapped; processes that serve one generation share them.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import mapped, offsets_of
from search.errors import GenerationUnreadable
from search.lexical.analysis import informative, tokenize, tokenize_with_spans
from search.lexical.holding import terms_beginning, terms_of
from search.lexical.words import UnitWords, cut_words
from search.protocols import Mask, Rows, Scores
from search.spoken import Said
from search.units import CSR

K1 = 1.2
B = 0.75
"""The values of Lucene; nDCG@10 is flat from 1.2 to 2 on the collections measured."""


_SHORTEST = 5
"""Letters of a term that may be misspelt: of a shorter one any word is near."""
_LONG = 8


def build_lexical(texts: Iterable[str], links: CSR, path: Path, spoken: Iterable[str] = ()) -> None:
    """Write the index of the texts, the i-th being row i; see `write_lexical` and `cut_words`."""
    write_lexical(cut_words(texts, spoken), links, path)


def write_lexical(words: UnitWords, links: CSR, path: Path) -> None:
    """Write the index of units, and of the documents that `links` says hold them, into the folder `path`."""
    from scipy.sparse import csr_matrix

    path.mkdir(parents=True, exist_ok=True)
    polarity = path / "polarity"
    polarity.mkdir(exist_ok=True)
    np.save(polarity / "offsets.npy", offsets_of(words.spoken_terms.astype(np.int64), len(words.vocabulary)))
    np.save(polarity / "rows.npy", words.spoken_units)
    np.save(polarity / "said.npy", words.said)
    vocabulary = {term: number for number, term in enumerate(words.vocabulary)}
    units = csr_matrix((words.times, words.terms, words.offsets), shape=(words.units, len(vocabulary)))
    held, rows = links.units_of(np.arange(links.count, dtype=np.int64))
    holding = csr_matrix((np.ones(len(rows), dtype=np.int32), rows, offsets_of(held, links.count)), shape=(links.count, words.units))
    _index(units, vocabulary, path / "units")
    _index(holding @ units, vocabulary, path / "documents")


def open_lexical(path: Path) -> "Bm25Index":
    """Open the index in the folder `path`, read-only; raises GenerationUnreadable."""
    try:
        units, documents = _open(path / "units"), _open(path / "documents")
        polarity = tuple(mapped(path / "polarity" / f"{name}.npy") for name in ("offsets", "rows", "said"))
    except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
        raise GenerationUnreadable(f"The text index in {path} cannot be read ({type(error).__name__}): publish the data again.") from error
    if units.vocab_dict != documents.vocab_dict or not (_is_whole(units) and _is_whole(documents)):
        raise GenerationUnreadable(f"The files of the text index in {path} do not belong together: publish the data again.")
    # One dictionary for both: it is the largest thing in memory that is not mapped.
    documents.vocab_dict = units.vocab_dict
    return Bm25Index(units, documents, polarity)


class Bm25Index:
    """A LexicalIndex."""

    def __init__(self, units: Any, documents: Any, polarity: tuple[Any, ...]) -> None:
        """`units` and `documents` are loaded `bm25s.BM25`, with one vocabulary; `polarity` offsets by term, rows, and how they mean it."""
        self._units = units
        self._documents = documents
        self._polarity = polarity

    @property
    def size(self) -> int:
        """How many units are indexed."""
        return int(self._units.scores["num_docs"])

    def search(self, query: str, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """The k best allowed rows that share a term with the query, best first, ties by row."""
        scores = _scores(self._units, self._terms(query))
        if allowed is not None:
            scores[~allowed] = 0
        return best_first(scores, k)

    def scores(self, query: str, rows: Rows) -> Scores:
        """BM25 of each of the rows, 0 where it shares no term with the query."""
        found: Scores = _scores(self._units, self._terms(query))[rows]
        return found

    def search_documents(self, query: str, allowed: Mask | None = None) -> tuple[Scores, float]:
        """BM25 of each document as a whole, and the bound that none reaches; see LexicalIndex."""
        terms = self._terms(query)
        scores = _scores(self._documents, terms)
        if allowed is not None:
            scores[~allowed] = 0
        total = len(scores)
        bound = sum(_idf(int(having), total) for having in np.diff(self._documents.scores["indptr"])[terms]) if terms else 0.0
        return scores, bound

    def coverage(self, query: str) -> tuple[NDArray[np.float64], float]:
        """The share of the query's informative words that each document says, and the share that none says; see LexicalIndex."""
        index = self._documents.scores
        total = int(index["num_docs"])
        said = np.zeros(total, dtype=np.float64)
        asked = informative(query)
        places = [
            (int(index["indptr"][n]), int(index["indptr"][n + 1])) for term in asked if (n := self._units.vocab_dict.get(term)) is not None
        ]
        weights = [_idf(last - first, total) for first, last in places]
        for (first, last), weight in zip(places, weights, strict=True):
            said[index["indices"][first:last]] += weight
        if not places:
            return said, 1.0
        # A word that no document says is taken to be as telling as the others: it may be rare, or only unusual in such texts.
        unknown = (len(asked) - len(places)) / len(asked)
        return said * (1 - unknown) / sum(weights), unknown

    def meant(self, words: str, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """The informative terms' weights, which add up to 1, and how each row means each; see LexicalIndex."""
        index, total = self._units.scores, int(self._units.scores["num_docs"])
        offsets, spoken, said = self._polarity
        asked = informative(words)
        bits = np.zeros((len(asked), len(rows)), dtype=np.uint8)
        everywhere = np.zeros(total, dtype=np.uint8)
        for place, term in enumerate(asked):
            number = self._units.vocab_dict.get(term)
            first, last = (0, 0) if number is None else (int(index["indptr"][number]), int(index["indptr"][number + 1]))
            if number is None:
                continue
            everywhere[:] = 0
            everywhere[index["indices"][first:last]] = Said.AFFIRMED
            apart = slice(int(offsets[number]), int(offsets[number + 1]))
            everywhere[spoken[apart]] = said[apart]
            bits[place] = everywhere[rows]
        return np.full(len(asked), 1 / max(len(asked), 1)), bits

    def affirms(self, terms: Iterable[str], row: int) -> bool:
        """Whether a row means the terms affirmed wherever it says them; see LexicalIndex."""
        offsets, spoken, _ = self._polarity
        numbers = (number for term in terms if (number := self._units.vocab_dict.get(term)) is not None)
        for apart in (spoken[offsets[number] : offsets[number + 1]] for number in numbers):
            place = int(np.searchsorted(apart, row))
            if place < len(apart) and apart[place] == row:
                return False
        return True

    def may_say(self, word: str, *, begins: bool = False) -> Mask | None:
        """Which documents may say a word, or one that begins so; see LexicalIndex."""
        found = (terms_beginning if begins else terms_of)(word, self._units.vocab_dict)
        if found is None:
            return None
        index = self._documents.scores
        said: Mask = np.zeros(int(index["num_docs"]), dtype=np.bool_)
        for number in (self._units.vocab_dict[term] for term in found):
            said[index["indices"][int(index["indptr"][number]) : int(index["indptr"][number + 1])]] = True
        return said

    def spread(self, word: str) -> int:
        """How many documents say a word."""
        having = self._documents.scores["indptr"]
        numbers = self._terms(word)
        return min((int(having[number + 1] - having[number]) for number in numbers), default=0)

    def respelled(self, query: str, kept: Sequence[tuple[int, int]] = ()) -> str:
        """The query with the nearest word that texts say in place of each word that none says; see LexicalIndex."""
        mended, at, changed = [], 0, False
        for term, start, end in tokenize_with_spans(query):
            stays = start < at or term in self._units.vocab_dict or any(first < end and start < last for first, last in kept)
            if not stays and (nearest := self._nearest(term)):
                mended += [query[at:start], nearest]
                at, changed = end, True
        return "".join((*mended, query[at:])) if changed else ""

    def _nearest(self, term: str) -> str:
        """The term within one slip of the pen (two in a long word) that most documents say; '' where there is none."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        slips = 0 if len(term) < _SHORTEST or not term.isalpha() else 1 if len(term) < _LONG else 2
        if not slips:
            return ""
        near = process.extract(term, self._words, scorer=OSA.distance, score_cutoff=slips, limit=20)
        having = np.diff(self._documents.scores["indptr"])
        ranked = [(slip, -int(having[self._units.vocab_dict[word]]), word) for word, slip, _ in near if word[0] == term[0]]
        return min(ranked)[2] if ranked else ""

    @cached_property
    def _words(self) -> list[str]:
        return [word for word in self._units.vocab_dict if len(word) >= _SHORTEST - 1 and word.isalpha()]

    def _terms(self, query: str) -> list[int]:
        """The numbers of the query's words, as often as it says them; words that no text has are left out."""
        found: list[int] = self._units.get_tokens_ids(tokenize(query))
        return found


def best_first(scores: Scores, k: int) -> tuple[Rows, Scores]:
    """The rows of the k highest positive scores, best first, ties by row."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        # The k-th score decides who may be in; all rows that tie with it stay until ties are broken by row.
        limit = np.partition(scores[rows], len(rows) - k)[len(rows) - k] if k else math.inf
        rows = rows[scores[rows] >= limit]
    order = rows[np.lexsort((rows, -scores[rows]))[:k]]
    return order, scores[order]


def _index(counts: Any, vocabulary: dict[str, int], path: Path) -> None:
    """Write the index of a matrix that says how often each text (row) has each term."""
    import bm25s

    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    index.vocab_dict = vocabulary
    by_term = counts.tocsc()
    by_term.sort_indices()
    lengths = np.asarray(counts.sum(axis=1), dtype=np.int64).ravel()
    having = np.diff(by_term.indptr)
    idf = np.asarray([_idf(int(one), len(lengths)) for one in having], dtype=np.float32)
    # As the library's 'lucene' method has it, of all texts at once: it goes through them one by one.
    norms = K1 * ((1 - B) + B * lengths / max(float(lengths.mean()) if len(lengths) else 0, 1e-9))
    times = by_term.data.astype(np.float64)
    index.scores = {
        "data": (np.repeat(idf, having) * (times / (norms[by_term.indices] + times))).astype(np.float32),
        "indices": by_term.indices.astype(np.int32),
        "indptr": by_term.indptr.astype(np.int64),
        "num_docs": len(lengths),
    }
    index.nonoccurrence_array = None
    index.save(path, show_progress=False)


def _open(path: Path) -> Any:
    import bm25s

    index = bm25s.BM25.load(path, mmap=True, show_progress=False)
    # Plain views of the mappings: indexing numpy's memmap class itself costs several times as much.
    index.scores.update({name: index.scores[name].view(np.ndarray) for name in ("data", "indices", "indptr")})
    return index


def _is_whole(index: Any) -> bool:
    data, indices, indptr = (index.scores[name] for name in ("data", "indices", "indptr"))
    return bool(len(indptr) == len(index.vocab_dict) + 1 and len(data) == len(indices) == indptr[-1])


def _scores(index: Any, terms: list[int]) -> NDArray[np.float32]:
    if not terms:
        return np.zeros(index.scores["num_docs"], dtype=np.float32)
    scores: NDArray[np.float32] = index.get_scores_from_ids(terms)
    return scores


def _idf(having: int, total: int) -> float:
    """What the library's 'lucene' method weighs a term with; its share for frequency stays below 1."""
    return math.log(1 + (total - having + 0.5) / (having + 0.5))
