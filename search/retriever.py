"""The main flow of search: from a question to hits joined with the graph.

    read    → the question's concepts and how it means them (search.questions.question)
    filters → which documents are allowed at all
    Ranker  → documents, best first, each with the passage that speaks best for it
    page    → hits with highlights, answer sentence and evidence
    facets  → counts over everything found
    join    → one neighbourhood of the page's hits, and what they share

Documents are numbered newest first (search.columns.documents), so ties and browsing need no further order and every order is total:
pages that are laid end to end are the whole list.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from typing import Final, NamedTuple

import numpy as np

from graph.errors import GraphError
from graph.store import GraphReader
from search.bounds import MOST_LISTED, MOST_PER_PAGE, check_request, depth_of
from search.clock import Clock
from search.errors import ModelUnavailable
from search.filters import FILTERS, Filters, Kind
from search.generation import Generation
from search.hits.building import HitReader, wanted
from search.hits.facets import Asked, count_facets, value_counts, whole_facet
from search.hits.grouping import by_patient, page_of, ways_of
from search.hits.join import Joined, PageHit, join_page
from search.hits.snippets import query_words
from search.masks import Ground, unknown_values
from search.masks import allowed as allowed_documents
from search.model import (
    DocumentSummary,
    FacetPage,
    FacetValue,
    Hit,
    Listing,
    Mode,
    Respelled,
    SearchRequest,
    SearchResult,
)
from search.protocols import Embedder, Mask, Rows
from search.questions.listed import ListsOf, no_lists
from search.questions.operators import Alternative, alternatives, open_quotation
from search.questions.question import Question, Whole, read_question
from search.questions.worded import Worded, looked_for, read_worded
from search.questions.wordlists import NO_LISTS, WordLists
from search.ranking.answering import Answers, beside_parts, evidence_of, head_of, whole_among, whole_of
from search.ranking.boosts import NO_BOOSTS, Booster, Boosts
from search.ranking.finding import Found, counted, folded, matching, well_apart
from search.ranking.fusion import LAST_WHOLE, RankedDocuments, Ranker, merged
from search.ranking.grounded import Grounded, together
from search.ranking.phrases import Phrases
from search.ranking.spelling import LOOKED_AT, respelled
from search.tables.found import MentionedConcept

_log = logging.getLogger(__name__)

MOST_COPIES: Final = 100
"""Copies of a document that are listed."""


class _Read(NamedTuple):
    """An alternative of a question: what documents say to it, and to each of its wordings, in which it is ranked."""

    alternative: Alternative
    answers: Answers
    wordings: Sequence[Answers]


_Asked = Sequence[_Read]


class Retriever:
    """Answers search requests over one generation. Safe for any number of threads."""

    def __init__(
        self,
        generation: Generation,
        graph: GraphReader | None,
        embedder: Embedder | None,
        lists: ListsOf = no_lists,
        boosts: Boosts = NO_BOOSTS,
    ) -> None:
        """Without a graph hits have no neighbourhood; without an embedder, or with another than the vectors', words alone rank.

        `lists` gives the synonyms and stop words of datasets, `boosts` are what documents gain beside.
        """
        self._generation = generation
        self._lists, self._booster = lists, Booster(boosts, generation.columns, generation.catalog)
        self._columns = generation.columns
        self._catalog = generation.catalog
        self._graph = graph
        self._embedder = embedder
        self._phrases = Phrases(generation.columns, generation.catalog, generation.lexical)
        self._ground = Ground.of(generation.columns, generation.catalog)
        self._reader = HitReader(generation.columns, generation.catalog, generation.lexical)
        self._ranker = Ranker(generation.vectors, generation.lexical, embedder)
        self._ranker.prepare(self._columns.unit_links)

    def search(self, request: SearchRequest) -> SearchResult:
        """One joined answer. Raises InvalidRequest."""
        check_request(request)
        clock = Clock()
        notices: list[str] = []
        with clock.step("filter"):
            allowed = self._allowed(request.filters, notices)
        with clock.step("rank"):
            request, asked, mended = self._understood(request)
            found = self._find(request, asked, allowed, notices)
            listing = matching(found, request.match)
        with clock.step("hits"):
            whole = together([each.answers.asked for each in asked])
            words = query_words(looked_for(whole.question))
            named = self._catalog.concepts_named(words.values())
            by = listing, self._columns.patients, ways_of(whole), request.offset, request.limit
            grouped = page_of(*by) if request.group is not None else None
            places = (
                np.arange(len(listing.documents))[request.offset : request.offset + request.limit] if grouped is None else grouped.places
            )
            documents, mentions = self._reader.read(listing.documents[places])
            hits = self._reader.hits(request, whole, words, listing, places, documents, mentions, named)
            notices.extend(whole.assumed(allowed))
            heads, holders = head_of(whole, allowed), self._holders(asked, found, allowed)
        with clock.step("facets"):
            facets = self._facets(request, found) if request.facets else {}
        with clock.step("join"):
            joined, lack = self._join(request, listing.documents[places], hits, mentions, named)
            notices.extend(filter(None, [lack]))
        ranking = found.ranked.timings if found.ranked is not None else {}
        return SearchResult(
            total=len(listing.documents),
            total_is_exact=found.exact,
            generation=self._generation.number,
            hits=hits,
            neighbourhood=joined.neighbourhood,
            groups=joined.groups,
            shared=joined.shared,
            uncounted=joined.uncounted,
            assertions=joined.assertions,
            codings=joined.codings,
            facets=facets,
            notices=tuple(notices),
            graph=not lack,
            seconds=clock.total(),
            timings={**clock.steps, **ranking},
            well=found.well,
            loosely=len(found.documents) - found.well if found.ranked is not None else 0,
            question=whole.question if request.query.strip() and not request.literal else None,
            head=heads,
            whole=holders,
            respelled=mended,
            by_patient=grouped.told(hits, self._patient_of) if grouped is not None else None,
        )

    def listed(self, request: SearchRequest) -> Listing:
        """All hits of a question, ranked at once and read a hundred at a time; its limit and offset do not count. Raises InvalidRequest."""
        check_request(replace(request, limit=1, offset=0))
        notices: list[str] = []
        allowed = self._allowed(request.filters, notices)
        request, asked, mended = self._understood(request)
        notices.extend([str(mended)] if mended is not None else [])
        found = matching(self._find(request, asked, allowed, notices), request.match)
        total = len(found.documents)
        cut = "" if found.exact else f"only the best {depth_of(request):,} documents of a question are ranked"
        if total > MOST_LISTED:
            cut = f"the first {MOST_LISTED:,} of {total:,} are listed: narrow the search with filters"
        return Listing(
            total,
            self._read_all(request, together([each.answers.asked for each in asked]), found, min(total, MOST_LISTED)),
            tuple(notices),
            cut,
        )

    def facet(self, request: SearchRequest, name: str, beginning: str = "", limit: int = 100, offset: int = 0) -> FacetPage:
        """Some of all values of a facet, those that begin so; the request's limit and offset do not count. Raises InvalidRequest.

        Alternatives are counted without what is chosen among them, so that another choice can be made.
        """
        row = next((row for row in FILTERS if row.name == name), None)
        filters = request.filters.with_(**{row.plural: ()}) if row and row.kind is Kind.ANY else request.filters
        request = replace(request, filters=filters, limit=1, offset=0)
        check_request(request)
        notices: list[str] = []
        allowed = self._allowed(filters, notices)
        request, asked, mended = self._understood(request)
        notices.extend([str(mended)] if mended is not None else [])
        found = self._find(request, asked, allowed, notices)
        of = counted(found, request.match)
        counts = value_counts(
            name, of.everything, of.documents, self._columns, Asked.of(filters, self._ground), well_apart(found, request.match)
        )
        values, total = whole_facet(
            name,
            counts,
            self._catalog,
            beginning,
            limit=limit,
            offset=offset,
            codings=self._catalog.things(),
            chosen=getattr(filters, row.plural) if row else (),
            wider=self._columns.wider,
        )
        loosely = len(found.documents) - found.well if found.ranked is not None else 0
        return FacetPage(name, values, total, found.well, loosely, found.exact, tuple(notices))

    def _facets(self, request: SearchRequest, found: Found) -> dict[str, tuple[FacetValue, ...]]:
        of = counted(found, request.match)
        return count_facets(
            of.everything,
            of.documents,
            self._columns,
            self._catalog,
            request.filters,
            ranked=found.ranked is not None,
            codings=self._catalog.things(),
            asked=Asked.of(request.filters, self._ground),
            well=well_apart(found, request.match),
        )

    def _read_all(self, request: SearchRequest, asked: Grounded, found: Found, count: int) -> Iterator[Hit]:
        words = query_words(looked_for(asked.question))
        order = np.arange(len(found.documents)) if request.group is None else by_patient(found, self._columns.patients).places
        for offset in range(0, count, MOST_PER_PAGE):
            places = order[offset : min(offset + MOST_PER_PAGE, count)]
            documents, mentions = self._reader.read(found.documents[places])
            yield from self._reader.hits(request, asked, words, found, places, documents, mentions, {})

    def _patient_of(self, hit: Hit) -> tuple[str, str] | None:
        """Who a hit is of, under the record that the patient is known by now."""
        row = self._catalog.row_of(hit.document)
        code = int(self._columns.patients[self._columns.rowids == row][0])
        return self._catalog.values("patient", (code,))[code] if code >= 0 else None

    def copies(self, document: str) -> tuple[DocumentSummary, ...]:
        """The other documents of its patient that have the same text, newest first, at most MOST_COPIES; none for a document not held."""
        row = self._catalog.row_of(document)
        if row is None:
            return ()
        text = self._columns.copies[self._columns.rowids == row]
        rows = self._columns.rowids[self._columns.copies == text].tolist()
        return self._catalog.summaries([other for other in rows if other != row][:MOST_COPIES])

    # --- what is found ---

    def _allowed(self, filters: Filters, notices: list[str]) -> Mask | None:
        """Which documents the filters allow; None for all. Raises InvalidRequest."""
        notices.extend(unknown_values(filters, self._ground, lambda: [one.dataset for one in self._catalog.datasets()]))
        return allowed_documents(filters, self._ground)

    def _understood(self, request: SearchRequest) -> tuple[SearchRequest, _Asked, Respelled | None]:
        """The request with its slips of the pen mended, what it asks, and what was mended."""
        lists, plainly = self._lists_for(request), cache(partial(self._read, request))
        read = cache(lambda text: read_worded(text, lists, plainly, request.parts))
        mended = self._mended(request, lambda text: read(text).question)
        if lists and read(mended).question.reworded != read(request.query).question.reworded:
            mended = request.query  # a listed word is no slip of the pen
        asked = [self._asked(each, read(each.text)) for each in alternatives(mended)]
        if mended == request.query:
            return request, asked, None
        return replace(request, query=mended), asked, Respelled(request.query, mended)

    def _read(self, request: SearchRequest, text: str) -> Question:
        """An alternative as it is read; nothing is read of what is to be taken literally."""
        if request.literal:
            return Question(text, rest=text)
        newest = self._columns.newest(datetime.now(UTC).date())
        return read_question(text, self._generation.vocabularies.asking, request.assertion, request.parts, newest)

    def _lists_for(self, request: SearchRequest) -> WordLists:
        """The lists of the datasets that a request looks in, as far as this generation has them."""
        if request.literal or request.as_typed:
            return NO_LISTS
        asked = request.filters.datasets
        return self._lists(lambda: [one.dataset for one in self._catalog.datasets() if not asked or one.dataset in asked])

    def _asked(self, alternative: Alternative, read: Worded) -> _Read:
        answers = self._answers(read.question)
        return _Read(alternative, answers, [answers] if read.wordings == (read.question,) else list(map(self._answers, read.wordings)))

    def _mended(self, request: SearchRequest, read: Callable[[str], Question]) -> str:
        lexical = self._generation.lexical
        several = any(each != Alternative(request.query) for each in alternatives(request.query))
        if request.as_typed or lexical is None or several or not request.query.strip():
            return request.query

        def texts(found: RankedDocuments) -> Iterator[str]:
            rows = self._columns.rowids[found.documents[:LOOKED_AT]].tolist()
            return (one.document.text for one in self._catalog.found_documents(rows).values())

        def rank(question: Question) -> RankedDocuments:
            return self._rank(request, self._answers(question), None, [])

        return respelled(request.query, read, None if request.literal else self._generation.vocabularies.asking, lexical, rank, texts)

    def _answers(self, question: Question) -> Answers:
        return Answers(Grounded.of(question, self._ground, self._codes))

    def _holders(self, asked: _Asked, found: Found, allowed: Mask | None) -> Whole | None:
        """Who has all that is asked; None where that is one thing, or alternatives."""
        if len(asked) > 1:
            return None
        answers = asked[0].answers
        if found.ranked is not None and beside_parts(answers.asked.question):
            return whole_among(found.ranked.documents[found.ranked.tiers <= LAST_WHOLE], self._columns)
        return whole_of(answers, allowed)

    def _find(self, request: SearchRequest, asked: _Asked, allowed: Mask | None, notices: list[str]) -> Found:
        notices.extend(filter(None, [open_quotation(request.query)]))
        within = [(each, self._phrases.within(each.alternative, each.answers.asked.of_whom(allowed))) for each in asked]
        given = [(answers, mask) for each, mask in within for answers in each.wordings if answers.asked.question.text.strip()]
        if not given:
            mask = within[0][1]
            newest = np.arange(self._columns.documents) if mask is None else np.flatnonzero(mask)
            return folded(newest, None, self._columns.copies, self._labeled, exact=True)
        ranked = merged([self._rank(request, answers, mask, notices) for answers, mask in given], depth_of(request))
        ranked = self._booster.applied(ranked, " ".join(looked_for(each.answers.asked.question) for each in asked))
        return folded(ranked.documents, ranked, self._columns.copies, self._labeled, exact=ranked.exact)

    def _rank(self, request: SearchRequest, answers: Answers, allowed: Mask | None, notices: list[str]) -> RankedDocuments:
        mode, links, question = request.mode, self._columns.unit_links, answers.asked.question
        wants = wanted(request, question)
        evidence = evidence_of(answers)
        try:
            if mode is not Mode.LEXICAL:
                usable, notice = self._semantics
                mode = mode if usable else Mode.LEXICAL
                notices.extend(filter(None, [notice]))
            return self._ranker.rank(question.text, mode, depth_of(request), allowed, links, wants, evidence)
        except ModelUnavailable as error:  # fixed words for whoever searches: its own may name a path of this machine
            _log.warning("search by meaning is unavailable: %s", error)
            notices.append("Semantic search is unavailable (the embedding model cannot be loaded): results are found by words alone.")
            return self._ranker.rank(question.text, Mode.LEXICAL, depth_of(request), allowed, links, wants, evidence)

    def _codes(self, concepts: Sequence[str]) -> list[int]:
        """Ordinals of concepts, with the other codings of each."""
        things = self._catalog.things()
        return sorted({each for code in self._catalog.codes("concept", concepts) for each in things.get(code, (code,))})

    @cached_property
    def _labeled(self) -> Mask:
        """Which documents are labeled items."""
        labeled: Mask = np.zeros(self._columns.documents, dtype=np.bool_)
        labeled[self._columns.labels.documents] = True
        return labeled

    @cached_property
    def _semantics(self) -> tuple[bool, str]:
        """Whether meaning can rank, and what it lacks in words. Asked only when needed: the embedder's name may load the model."""
        meta = self._generation.meta
        if not meta.units:
            return False, ""
        if self._embedder is None:
            return False, "Semantic search is unavailable (no embedding model is loaded): results are found by words alone."
        if not meta.vectors:
            return False, "No passage is embedded yet: results are found by words alone."
        name = self._embedder.name
        if meta.model != name:
            return False, f"The passages are embedded with {meta.model}, the query would be with {name}: results are found by words alone."
        absent = meta.units - meta.vectors
        if absent:
            return True, f"The semantic index is incomplete: {absent:,} of {meta.units:,} distinct passages are found by words alone."
        return True, ""

    # --- what it is joined with ---

    def _join(
        self,
        request: SearchRequest,
        page: Rows,
        hits: Sequence[Hit],
        mentions: Mapping[int, Sequence[MentionedConcept]],
        named: Mapping[str, float],
    ) -> tuple[Joined, str]:
        """The picture, and what it lacks in words."""
        if not request.join:
            return Joined(), ""
        if self._graph is None:
            return Joined(), "The graph cannot be reached: hits are shown without their connections."
        seeds = [
            PageHit(hit.rank, place, hit.evidence.record, hit.encounter, mentions[place])
            for hit, place in zip(hits, page.tolist(), strict=True)
        ]
        try:
            joined = join_page(self._graph, self._catalog, self._columns, seeds, named)
        except GraphError as error:
            _log.warning("the graph cannot be read: %s", error)
            return Joined(), "The graph cannot be read: hits are shown without their connections."
        # Nothing is said of a node of this kind: the store is not the one that was published with, or lost what it held.
        unknown = {node.id for node in joined.neighbourhood.nodes if node.kind == "Thing"}.intersection(seed.record for seed in seeds)
        if unknown:
            _log.warning("the graph store lacks %d of %d hits; 'commissure graph check' says more", len(unknown), len(seeds))
            return joined, f"The graph store does not hold {len(unknown)} of these hits: they are shown without their connections."
        return joined, ""
