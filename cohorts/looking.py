"""What finds the documents and patients that a definition asks for beside events: words, meanings, patterns of the graph.

Words are looked up in the text index first: only documents that may say them are read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from cohorts.definition import Event, Meaning, Words
from cohorts.errors import InvalidDefinition
from cohorts.events import NO_DAY, Int32, Int64, Mask
from cohorts.people import patients_by_iri
from cohorts.resolving import Query
from cohorts.results import Frozen
from cohorts.words import pieces_of, saying, texts_of
from graph.errors import QueryRefused, QuerySyntaxError, QueryTimeout, QueryTooLarge, UnsupportedCapability
from graph.scope import EVERYTHING, Scope
from graph.sparql import JSON, Demand
from graph.store import GraphReader, SparqlQueryable
from graph.vocabulary import PREFIXES
from search.days import days_of
from search.errors import InvalidRequest, ModelUnavailable
from search.generation import Generation
from search.masks import Ground, allowed, unknown_values
from search.protocols import Embedder

_SECONDS: Final = 30.0
_MOST_MATCHES: Final = 200_000


@dataclass(frozen=True)
class Lookups:
    """A Lookup of one generation. Without a model no meaning is found, without a graph no pattern: both are told."""

    generation: Generation
    query: Query
    embedder: Embedder | None = None
    graph: GraphReader | None = None
    scope: Scope = EVERYTHING

    def noted(self, event: Event) -> tuple[Int64, Frozen]:
        """See Lookup."""
        if event.words is not None:
            documents = saying(texts_of(self.query, self._candidates(event.words)), event.words, event.assertions)
            return documents, Frozen("words", len(documents))
        if event.meaning is None:
            raise ValueError(f"{event.path} asks for no words and no meaning")
        return self._meaning(event.meaning, f"{event.path}.note")

    def allowed(self, event: Event) -> tuple[Int64, tuple[str, ...]]:
        """See Lookup."""
        if event.filters is None:
            raise ValueError(f"{event.path} has no filters")
        columns, catalog = self.generation.columns, self.generation.catalog
        ground = Ground.of(columns, catalog)
        try:
            said = unknown_values(event.filters, ground, lambda: [one.dataset for one in catalog.datasets()])
            mask = allowed(event.filters, ground)
        except InvalidRequest as error:
            raise InvalidDefinition(f"{event.path}.note.filters", str(error)) from error
        found: Int64 = np.sort(columns.rowids if mask is None else columns.rowids[mask])
        return found, tuple(said)

    def _candidates(self, words: Words) -> Int64 | None:
        """Rows of the documents that may say words; None where all may."""
        index, columns = self.generation.lexical, self.generation.columns
        if index is None:
            return None
        chosen: Mask = np.zeros(columns.documents, dtype=np.bool_)
        for alternative in words.alternatives:
            having = [index.may_say(piece, begins=begins) for part in alternative for piece, begins in pieces_of(part)]
            told = [each for each in having if each is not None]
            if not told:
                return None
            chosen |= np.logical_and.reduce(told)
        return np.sort(columns.rowids[chosen])

    def _meaning(self, meaning: Meaning, path: str) -> tuple[Int64, Frozen]:
        meta, vectors = self.generation.meta, self.generation.vectors
        if self.embedder is None:
            raise InvalidDefinition(f"{path}.mode", "is semantic, and no embedding model is loaded here: ask for words, or set a model")
        if vectors is None:
            raise InvalidDefinition(f"{path}.mode", "is semantic, and no passage of what is published is embedded yet: ask for words")
        try:
            name, vector = self.embedder.name, self.embedder.encode_query(meaning.text)
        except ModelUnavailable as error:
            raise InvalidDefinition(f"{path}.mode", "is semantic, and the embedding model cannot be loaded here: ask for words") from error
        if meta.model != name:
            raise InvalidDefinition(f"{path}.mode", f"is semantic: passages are embedded with {meta.model}, the text would be with {name}")
        columns = self.generation.columns
        near = vectors.cosines(vector, np.arange(columns.units)) >= meaning.at_least
        times = np.diff(columns.unit_offsets)
        found: Int64 = np.unique(columns.rowids[columns.unit_documents[np.repeat(near, times)]])
        return found, Frozen("meaning", len(found), meta.model, meaning.at_least)

    def matching(self, event: Event) -> tuple[Int32, Int32]:
        """See Lookup."""
        path = f"{event.path}.graph"
        graph: object = self.graph
        if not isinstance(graph, SparqlQueryable):
            raise InvalidDefinition(path, "asks the graph, and the graph store of this data folder does not answer SPARQL")
        prefixes = "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in PREFIXES.items())
        dated = "?date" in event.pattern or "$date" in event.pattern
        asked = f"{prefixes}SELECT DISTINCT ?patient {'?date ' if dated else ''}WHERE {{ {event.pattern}\n}}"
        try:
            found = graph.query(asked, Demand(JSON, _SECONDS, _MOST_MATCHES, self.scope))
        except (QueryRefused, QuerySyntaxError, QueryTimeout, QueryTooLarge, UnsupportedCapability) as error:
            raise InvalidDefinition(path, f"cannot be asked: {error}") from error
        if found.truncated:
            raise InvalidDefinition(path, f"finds more than {_MOST_MATCHES:,} patients and dates: ask for fewer")
        return self._matches(json.loads(found.body)["results"]["bindings"])

    def _matches(self, bindings: Sequence[Mapping[str, Any]]) -> tuple[Int32, Int32]:
        known = patients_by_iri(self.query)
        pairs = {(known[iri], _day(one)) for one in bindings if (iri := one.get("patient", {}).get("value")) in known}
        ordered = np.asarray(sorted(pairs), dtype=np.int32).reshape(-1, 2)
        return ordered[:, 0].copy(), ordered[:, 1].copy()


def _day(binding: Mapping[str, Any]) -> int:
    days = days_of(binding["date"]["value"]) if "date" in binding else None
    return days.first if days else NO_DAY
