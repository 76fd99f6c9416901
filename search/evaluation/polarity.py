"""Whether search tells what has from what lacks: a judged collection whose questions say what they want.

As other collections, but `queries.jsonl` has "wants" and "concept", and `qrels.tsv` a fourth column, the assertion with which a document
names the concept: grade 0 for a document that names it with the other one. Documents are searched as the product does it, read with the
terminologies that are given.
"""

import json
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final

from graph.identifiers import record_iri
from search.embedding_cache import EmbeddingCache
from search.errors import CollectionUnreadable
from search.evaluation.rankings import Collection, load_collection, objects, weighings
from search.generation import Generation, GenerationBuilder
from search.model import Document, Mode, SearchRequest
from search.passages import split
from search.protocols import Embedder
from search.questions.listed import Datasets
from search.questions.wordlists import NO_LISTS, WordLists
from search.ranking.boosts import NO_BOOSTS, Boosts
from search.reading.documents import one_by_one
from search.retriever import Retriever

_DATASET: Final = "judged"
_AT: Final = 10


def says_what_it_wants(folder: Path) -> bool:
    """Whether the questions of a collection have "wants"."""
    try:
        with (folder / "queries.jsonl").open("rb") as lines:
            return any("wants" in json.loads(line) for line in lines if line.strip())
    except (OSError, ValueError):
        return False


def evaluate_polarity(
    folder: Path,
    work: Path,
    embedder: Embedder,
    cache: EmbeddingCache,
    terminologies: Mapping[str, Path] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    lists: WordLists = NO_LISTS,
    boosts: Boosts = NO_BOOSTS,
) -> dict[str, dict[str, float]]:
    """'MODE FORM' ("hybrid patients with X") → pair, wrong@1, ndcg@10 (see `figures`), and how many questions there were.

    With `lists` and `boosts` everything is measured again with them. Raises CollectionUnreadable.
    """
    collection = load_collection(folder)
    forms = {name: _form(item) for _, name, item in objects(folder / "queries.jsonl")}
    generation = _generation(collection, work / "generation", embedder, cache, terminologies, progress)
    try:
        names = {record_iri(_DATASET, "Text", name): name for name in collection.documents}
        asked = [query for query in collection.queries if set(map(bool, collection.qrels.get(query, {}).values())) == {True, False}]
        if not asked:
            raise CollectionUnreadable(f"{folder}: no question has both documents with grade 0 and others: there is nothing to measure")
        rows = {}
        for mode, (title, weighed, gaining) in product(Mode, weighings(lists, boosts)):
            retriever = Retriever(generation, None, embedder, partial(_always, weighed), gaining)
            by_form: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
            for done, query in enumerate(asked, 1):
                listing = retriever.listed(SearchRequest(collection.queries[query], mode=mode, join=False, facets=False))
                by_form[forms[query]].append(figures([names[hit.document] for hit in listing.hits], collection.qrels[query]))
                if progress is not None:
                    progress(f"search {mode.value}{title}", done, len(asked))
            for form, values in by_form.items():
                pair, wrong, gain = (statistics.fmean(column) for column in zip(*values, strict=True))
                rows[f"{mode.value}{title} {form}"] = {"pair": pair, "wrong@1": wrong, f"ndcg@{_AT}": gain, "questions": float(len(values))}
        return rows
    finally:
        generation.close()


def figures(found: Iterable[str], grades: Mapping[str, int]) -> tuple[float, float, float]:
    """Of one question: the share of (right, wrong) pairs of documents in the right order, whether the first judged hit is wrong, nDCG.

    Documents that were not found tie behind the others; a tie is half right. Only judged documents count.
    """
    judged = [document for document in found if document in grades]
    rank = {document: place for place, document in enumerate(judged)}
    right, wrong = ([document for document in grades if bool(grades[document]) is good] for good in (True, False))
    last = len(grades)
    places = [(rank.get(one, last), rank.get(other, last)) for one in right for other in wrong]
    pair = statistics.fmean(0.5 if one == other else float(one < other) for one, other in places)
    gain = sum(grades[document] / math.log2(place + 2) for place, document in enumerate(judged[:_AT]))
    best = sum(1 / math.log2(place + 2) for place in range(min(_AT, len(right))))
    return pair, float(bool(judged) and not grades[judged[0]]), gain / best


def _always(lists: WordLists, _: Datasets) -> WordLists:
    return lists


def _form(item: Mapping[str, object]) -> str:
    """A question with X in place of its concept ("patients with X"); what it wants, where it does not hold its concept."""
    text, concept = str(item.get("text")), str(item.get("concept") or "")
    return text.replace(concept, "X") if concept and concept in text else str(item.get("wants"))


def _generation(
    collection: Collection,
    folder: Path,
    embedder: Embedder,
    cache: EmbeddingCache,
    terminologies: Mapping[str, Path] | None,
    progress: Callable[[str, int, int], None] | None,
) -> Generation:
    with GenerationBuilder(None, folder, 1, terminologies) as builder:
        builder.add_documents((_document(name, title, text) for name, (title, text) in collection.documents.items()), "judged")
        builder.read(_DATASET, one_by_one, progress)
        builder.finish(embedder, cache, progress)
    return Generation.open(folder)


def _document(name: str, title: str, text: str) -> Document:
    record = record_iri(_DATASET, "Text", name)
    return Document(record, record, _DATASET, "Text", "Text", title or name, text, passages=split(text, title))
