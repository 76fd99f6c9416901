"""Ranks documents by meaning and by words, and fuses the two on one absolute scale.

    candidates   documents of the nearest units, and documents of the highest BM25
    meaning      cosine of the query to the document's nearest passage, averaged with its cosine to the document's centroid
    words        BM25 of the document as a whole, as a share of what no document can reach for this query (its bound)
    fused        (meaning + WORDS · words) / (1 + WORDS)
    concepts     (fused + CONCEPTS · share of the concepts that the question names and the document agrees with) / (1 + CONCEPTS)

Every candidate gets both scores, whichever ranker found it. Nothing is normalized over the candidates, so a document's score does not
depend on filters, on paging or on what else was found: see docs/decisions/0007-fusion.md for what this was measured against. What does
not answer the question at all is left out, and what answers it well comes before what does loosely (search.ranking.relevance).
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from search.model import Mode
from search.protocols import Embedder, LexicalIndex, Mask, Rows, Scores, VectorIndex
from search.ranking.answering import ConceptEvidence
from search.ranking.polarity import Agreement, Want, agreement, framing, together
from search.ranking.relevance import LOOSELY, NOISE, WELL, least_cosine, noise_of, relevance
from search.spoken import Said
from search.units import CSR

__all__ = ["CSR", "RankedDocuments", "Ranker"]

WORDS = 0.8
"""Weight of words beside meaning; nDCG@10 is flat from 0.6 to 1 on scientific abstracts and on clinical reports."""
CENTROID = 0.5
"""Weight of the document's centroid beside its nearest passage: it tells documents apart that share a passage, or only touch a matter."""
CONCEPTS = 0.4
"""What a document gains that says of all concepts of a question what it asks: more than words and meaning differ among good hits."""
_LEAST_UNITS = 256
_WORDED = 3
"""Documents that share a word with the question are looked at for each that may be found: many share one and do not answer it."""
_AGREES = np.array([0.0, -1.0, 0.25, 0.5], dtype=np.float32)
"""What a passage gains by its Agreement, on the scale of cosines: enough to stand before those that only lie nearer."""
_CONTRADICTS = WELL - 1e-3
"""Relevance that is left at most to a document that contradicts the question, or says nothing of all that it asks."""
_SHARE_LEFT = 0.5
LAST_WHOLE = 1
"""The last tier of what says all that is asked."""
_LOOSE = 100
"""The first tier of what matches loosely."""
_CHUNK = 4096


@dataclass(frozen=True)
class RankedDocuments:
    """Document rows, best first (ties by row), each with the unit that speaks best for it.

    `scores` are the fused ones; `semantic` (NaN where a document has no vector or meaning was not asked) and `lexical` (NaN where it
    shares no word or words were not asked) are on the scales that fusion adds. `tiers` go before scores: what answers just as it is asked
    stands before what does so only in part, or at another time, and that before what matches loosely. `exact` is True where every document
    that matches is in the list, False where the depth cut it. `timings` are seconds by step. `relevance` is on the scale of
    search.relevance.
    """

    documents: Rows
    scores: Scores
    best_units: Rows
    semantic: Scores
    lexical: Scores
    relevance: Scores
    tiers: NDArray[np.uint8]
    exact: bool
    timings: Mapping[str, float] = field(default_factory=dict)
    gains: Mapping[str, Scores] = field(default_factory=dict)
    """What `scores` hold beside (search.ranking.boosts), by its name."""

    def __len__(self) -> int:
        return len(self.documents)


class Ranker:
    """Ranks the documents of one generation. Modes that need a part which is absent do without it. Safe for any number of threads."""

    def __init__(self, vectors: VectorIndex | None, lexical: LexicalIndex | None, embedder: Embedder | None) -> None:
        self._vectors = vectors if embedder is not None else None
        self._lexical = lexical
        self._embedder = embedder
        self._lengths: tuple[CSR, NDArray[np.float32]] | None = None
        self._noise: float | None = None

    def prepare(self, unit_documents: CSR) -> None:
        """Compute ahead what the first query would wait for."""
        if self._vectors is not None:
            self._centroid_lengths(self._vectors, unit_documents)

    def rank(
        self,
        query: str,
        mode: Mode,
        depth: int,
        allowed: Mask | None,
        unit_documents: CSR,
        wants: Sequence[Want] = (),
        concepts: ConceptEvidence | None = None,
    ) -> RankedDocuments:
        """At most `depth` documents. `allowed` is a mask over document rows, applied before top-k in both rankers.

        What contradicts the `wants` of the question matches loosely at best, and no passage that does stands for its document where
        another one agrees. `concepts` is what documents say of the concepts that the question names.
        """
        timings: dict[str, float] = {}
        vector, nearest, exact, noise = None, np.empty(0, dtype=np.int64), True, NOISE
        if query.strip() and mode is not Mode.LEXICAL and self._vectors is not None and self._embedder is not None:
            with _timed(timings, "encode"):
                vector = self._embedder.encode_query(query)
                noise = self._noise_of(self._vectors, self._embedder, unit_documents)
            with _timed(timings, "semantic"):
                nearest, exact = self._nearest(self._vectors, vector, depth, allowed, unit_documents, least_cosine(noise))
        worded, words, bound = np.empty(0, dtype=np.int64), None, 0.0
        if query.strip() and mode is not Mode.SEMANTIC and self._lexical is not None:
            with _timed(timings, "lexical"):
                words, bound = self._lexical.search_documents(query, allowed)
                worded = _highest(words, max(_WORDED * depth, _LEAST_UNITS))
                exact = exact and bool(np.count_nonzero(words) <= len(worded))
        with _timed(timings, "fuse"):
            candidates = distinct(np.concatenate([nearest, worded]))
            if concepts is not None:
                agreeing = _agreeing(concepts, words, bound, allowed)
                exact = exact and bool(np.count_nonzero(agreeing) <= depth)
                candidates = distinct(np.concatenate([candidates, _highest(agreeing, depth)]))
            share = np.full(len(candidates), np.nan, dtype=np.float32)
            if words is not None and bound > 0:
                share = np.where(words[candidates] > 0, words[candidates] / bound, np.nan).astype(np.float32)
            meaning, closest, units, agrees = self._weigh(candidates, query, vector, words is not None, bound, unit_documents, wants)
            relevant = self._relevance(query, candidates, None if vector is None else closest, noise, words is not None, concepts, wants)
            agrees, relevant, lacks = self._answering(concepts, candidates, agrees, relevant, unit_documents)
            kept = relevant >= LOOSELY
            candidates, share, meaning, units, relevant = candidates[kept], share[kept], meaning[kept], units[kept], relevant[kept]
            scores = _fuse(meaning, share, vector is not None, words is not None)
            scores = scores if concepts is None else (scores + CONCEPTS * concepts.share[candidates]) / (1 + CONCEPTS)
            scores = np.where(agrees[kept] == Agreement.CONTRADICTS, scores * _SHARE_LEFT, scores)
            tiers = _tiers(relevant, agrees[kept], lacks[kept])
            order = np.lexsort((candidates, -scores, tiers))[:depth]
        return RankedDocuments(
            documents=candidates[order],
            scores=scores[order].astype(np.float32),
            best_units=units[order],
            semantic=meaning[order],
            lexical=share[order],
            relevance=relevant[order].astype(np.float32),
            tiers=tiers[order],
            exact=bool(exact and len(candidates) <= depth),
            timings=timings,
        )

    def _relevance(
        self,
        query: str,
        candidates: Rows,
        closest: Scores | None,
        noise: float,
        worded: bool,
        concepts: ConceptEvidence | None,
        wants: Sequence[Want],
    ) -> NDArray[np.float64]:
        if self._lexical is None or not len(candidates):
            return relevance(closest, noise, None, 0.0) if closest is not None else np.zeros(len(candidates))
        # What is denied or recalled is asked with words that frame the question, and no document need say these.
        framed = concepts is not None or any(want.said is not Said.AFFIRMED for want in wants)
        coverage, unknown = self._lexical.coverage((framed and framing(query)) or query)
        if concepts is not None:
            rest, unknown = self._lexical.coverage(concepts.rest) if concepts.covers < 1 else (np.zeros(len(coverage)), 0.0)
            coverage, unknown = concepts.coverage(coverage, rest), unknown * (1 - concepts.covers)
        return relevance(closest, noise, coverage[candidates] if worded else None, unknown)

    def _answering(
        self,
        concepts: ConceptEvidence | None,
        documents: Rows,
        by_words: NDArray[np.uint8],
        relevant: NDArray[np.float64],
        links: CSR,
    ) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.uint8]]:
        """What documents say to the question, their relevance, and what of it they lack.

        Relevance is little where they contradict it, or say nothing of all that it names; where that is denied, none where they affirm it,
        or without its words: "on insulin" and "not on morphine" are near to "not on insulin" and no answers.
        """
        agrees, lacks = by_words, np.zeros_like(by_words)
        if concepts is not None:
            agrees, lacks = concepts.within(documents, by_words), concepts.lacks[documents]
        if concepts is not None and concepts.beside and len(documents):
            positions, units = links.units_of(documents)
            starts = np.searchsorted(positions, np.arange(len(documents)))
            beside = np.maximum.reduceat(self._agreement(concepts.beside, units), starts)
            agrees = np.where(beside == Agreement.CONTRADICTS, beside, agrees)
            lacks = lacks + np.where(beside >= Agreement.AT_ANOTHER_TIME, 0, 2).astype(np.uint8)
        against: Mask = agrees == Agreement.CONTRADICTS
        if concepts is not None:
            against |= concepts.silent(documents, agrees)
        relevant = np.where(against, np.minimum(relevant, _CONTRADICTS), relevant)
        if concepts is not None and concepts.denied:
            relevant = np.where(agrees == Agreement.CONTRADICTS, 0.0, relevant)
            if self._lexical is not None:
                says, _ = self._lexical.coverage(concepts.denied)
                relevant = np.where(concepts.silent(documents, agrees) & (says[documents] == 0), 0.0, relevant)
        return agrees, relevant, lacks

    def _noise_of(self, vectors: VectorIndex, embedder: Embedder, links: CSR) -> float:
        if self._noise is None:
            self._noise = noise_of(vectors, embedder, len(links.offsets) - 1)
        return self._noise

    @staticmethod
    def _nearest(
        vectors: VectorIndex, vector: NDArray[np.float32], depth: int, allowed: Mask | None, links: CSR, floor: float
    ) -> tuple[Rows, bool]:
        """Documents of the nearest units, at most `depth` of them, and whether no further document reaches the floor."""
        wanted = max(depth, _LEAST_UNITS)
        rows, cosines = vectors.search(vector, wanted, None if allowed is None else links.units_allowed(allowed))
        complete = len(rows) < wanted or bool(cosines[-1] < floor)
        _, documents = links.entries(rows[cosines >= floor])
        if allowed is not None:
            documents = documents[allowed[documents]]
        held, first = np.unique(documents, return_index=True)
        best_first = held[np.argsort(first, kind="stable")]
        return best_first[:depth], complete and len(best_first) <= depth

    def _weigh(
        self,
        candidates: Rows,
        query: str,
        vector: NDArray[np.float32] | None,
        worded: bool,
        bound: float,
        links: CSR,
        wants: Sequence[Want],
    ) -> tuple[Scores, Scores, Rows, NDArray[np.uint8]]:
        """(meaning, cosine of the nearest passage, unit that speaks best, Agreement) of each candidate."""
        if not len(candidates):
            nothing = np.empty(0, dtype=np.float32)
            return nothing, nothing, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8)
        positions, entries = links.units_of(candidates)
        starts = np.searchsorted(positions, np.arange(len(candidates)))
        # Units that many candidates share are scored once.
        used = np.zeros(len(links.offsets) - 1, dtype=np.bool_)
        used[entries] = True
        units = np.flatnonzero(used)
        place = np.empty(len(used), dtype=np.int64)
        place[units] = np.arange(len(units))
        entry = place[entries]
        telling = np.zeros(len(units), dtype=np.float32)
        meaning = closest = np.full(len(candidates), np.nan, dtype=np.float32)
        if vector is not None and self._vectors is not None:
            cosines = self._vectors.cosines(vector, units)
            known = np.nan_to_num(cosines, nan=0.0)
            telling += known
            nearest = np.maximum.reduceat(np.nan_to_num(cosines, nan=-2.0)[entry], starts)
            sums = np.add.reduceat(known[entry], starts)
            centroid = sums / np.maximum(self._centroid_lengths(self._vectors, links)[candidates], 1e-6)
            absent = nearest < -1.5
            closest = np.where(absent, np.nan, nearest).astype(np.float32)
            meaning = np.where(absent, np.nan, (1 - CENTROID) * nearest + CENTROID * centroid).astype(np.float32)
        if worded and self._lexical is not None and bound > 0:
            telling += WORDS / np.float32(bound) * self._lexical.scores(query, units)
        agrees = self._agreement(wants, units)
        telling += _AGREES[agrees]
        best = np.maximum.reduceat(telling[entry], starts)
        is_best = telling[entry] == best[positions]
        _, first = np.unique(positions[is_best], return_index=True)
        return meaning, closest, entries[is_best][first], np.maximum.reduceat(agrees[entry], starts)

    def _agreement(self, wants: Sequence[Want], units: Rows) -> NDArray[np.uint8]:
        """Whether each unit says what the question wants."""
        if self._lexical is None or not wants:
            return np.full(len(units), Agreement.SILENT, dtype=np.uint8)
        return together([agreement(want.said, *self._lexical.meant(want.words, units)) for want in wants])

    def _centroid_lengths(self, vectors: VectorIndex, links: CSR) -> NDArray[np.float32]:
        """Length of the sum of each document's unit vectors, 0 where it has none."""
        known = self._lengths
        if known is not None and known[0] is links:
            return known[1]
        lengths = np.zeros(links.count, dtype=np.float32)
        for start in range(0, links.count, _CHUNK):
            documents = np.arange(start, min(start + _CHUNK, links.count), dtype=np.int64)
            positions, units = links.units_of(documents)
            if len(units):
                holding = distinct(positions)
                sums = np.add.reduceat(vectors.vectors(units), np.searchsorted(positions, holding), axis=0)
                lengths[documents[holding]] = np.linalg.norm(sums, axis=1)
        self._lengths = links, lengths
        return lengths


def merged(found: Sequence[RankedDocuments], depth: int) -> RankedDocuments:
    """What answers any of several questions, each document as it answers one of them best."""
    if len(found) == 1:
        return found[0]
    whole = {name: np.concatenate([getattr(each, name) for each in found]) for name in ARRAYS}
    order = np.lexsort((whole["documents"], -whole["scores"], whole["tiers"]))
    _, first = np.unique(whole["documents"][order], return_index=True)
    kept = order[np.sort(first)]
    exact = all(each.exact for each in found) and len(kept) <= depth
    arrays: dict[str, Any] = {name: values[kept][:depth] for name, values in whole.items()}
    return RankedDocuments(**arrays, exact=exact, timings=found[0].timings)


ARRAYS = ("documents", "scores", "best_units", "semantic", "lexical", "relevance", "tiers")
"""The names of the arrays of ranked documents."""


def _fuse(meaning: Scores, share: Scores, by_meaning: bool, by_words: bool) -> NDArray[np.float64]:
    words = np.nan_to_num(share.astype(np.float64), nan=0.0)
    if not by_meaning:
        return words
    known = ~np.isnan(meaning)
    # A document without vectors is taken to mean what candidates mean on average, so that words decide where it stands.
    average = float(meaning[known].mean(dtype=np.float64)) if known.any() else 0.0
    meant = np.where(known, meaning.astype(np.float64), average)
    return (meant + WORDS * words) / (1 + WORDS) if by_words else meant


def _tiers(relevant: NDArray[np.float64], agrees: NDArray[np.uint8], lacks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """0 for what answers the question just as it is asked; what lacks more of it comes later, what is of another time behind its like.

    What matches loosely comes behind all that matches well.
    """
    tiers = np.where(relevant < WELL, _LOOSE + 2 * lacks, 2 * lacks + (agrees == Agreement.AT_ANOTHER_TIME))
    return tiers.astype(np.uint8)


def _agreeing(concepts: ConceptEvidence, words: Scores | None, bound: float, allowed: Mask | None) -> Scores:
    """Of each allowed document that agrees with a concept how well it answers, as far as words and concepts tell; 0 of all others."""
    found = np.where(concepts.agreement >= Agreement.AT_ANOTHER_TIME, concepts.share, np.float32(0))
    if words is not None and bound > 0:
        found += np.where(found > 0, words / np.float32(bound), np.float32(0))
    if allowed is not None:
        found[~allowed] = 0
    return found


def _highest(scores: Scores, k: int) -> Rows:
    """The rows of the k highest positive scores; of rows that tie for the last places those that come first."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) <= k:
        return rows
    limit = np.partition(scores[rows], len(rows) - k)[len(rows) - k] if k else np.inf
    above, level = rows[scores[rows] > limit], rows[scores[rows] == limit]
    return np.concatenate((above, level[: k - len(above)]))


@contextmanager
def _timed(timings: dict[str, float], step: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        timings[step] = time.perf_counter() - started
