"""Ranking quality on a judged collection, measured through the parts that the product searches with.

A collection is a folder of `corpus.jsonl` and `queries.jsonl` ({"id" or "_id", "text"} a line, documents with optional "title", "type" and
"date") and `qrels.tsv` (query, document, grade, separated by tabs, with or without a header line, a fourth column passed over;
`qrels/test.tsv`, where BEIR has it, is found too).
"""

import json
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from search import lexical, vectors
from search.columns.documents import day_interval
from search.embedding_cache import EmbeddingCache
from search.errors import CollectionUnreadable
from search.model import Mode
from search.passages import embedding_text, split
from search.protocols import Embedder
from search.questions.question import Question
from search.questions.worded import read_worded
from search.questions.wordlists import NO_LISTS, WordLists
from search.ranking.boosts import NO_BOOSTS, About, Boosts, boosted, gains
from search.ranking.fusion import CSR, Ranker, merged
from search.ranking.polarity import wants_of
from search.spoken import spoken_of

DEPTH = 1000
"""Documents ranked, as many as a search ranks."""
REWORDED = "reworded"
"""The figure that counts questions."""
_NDCG_AT = 10
_RECALL_AT = 100
_EMBED_AT_ONCE = 4096

Qrels = Mapping[str, Mapping[str, int]]
"""Query → document → grade; grades above 0 are relevant."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A judged collection: document → (title, text), query → text, and the judgements."""

    documents: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    qrels: Qrels
    about: Mapping[str, tuple[str, str]]
    """Document → type and date, '' where the collection does not tell."""


def evaluate_collection(
    folder: Path,
    work: Path,
    embedder: Embedder,
    cache: EmbeddingCache,
    progress: Callable[[str, int, int], None] | None = None,
    lists: WordLists = NO_LISTS,
    boosts: Boosts = NO_BOOSTS,
) -> dict[str, dict[str, float]]:
    """Metrics by mode. Builds indexes of the corpus in `work` as a generation has them; each text is embedded once ever, in `cache`.

    `progress` is called with the step, how much of it is done and how much there is. With `lists` and `boosts` every mode is
    measured again with them, and `reworded` counts the questions that the lists change. Raises CollectionUnreadable.
    """
    collection = load_collection(folder)
    ranker, links = build_ranker(collection, work, embedder, cache, progress)
    names = list(collection.documents)
    judged = [query for query in collection.queries if any(grade > 0 for grade in collection.qrels.get(query, {}).values())]
    about = _about(collection)
    results = {}
    for mode, (title, weighed, gaining) in product(Mode, weighings(lists, boosts)):
        ranked, reworded = {}, 0
        for done, query in enumerate(judged, 1):
            text = collection.queries[query]
            wordings = [each.text for each in read_worded(text, weighed, _plainly).wordings]
            reworded += wordings != [text]
            found = merged([ranker.rank(each, mode, DEPTH, None, links, wants_of(each)) for each in wordings], DEPTH)
            if gaining:
                found = boosted(found, gains(gaining, " ".join(wordings), about.at(found.documents)))
            ranked[query] = [names[row] for row in found.documents]
            if progress is not None:
                progress(f"rank {mode.value}{title}", done, len(judged))
        results[f"{mode.value}{title}"] = {**metrics(ranked, collection.qrels), **({REWORDED: float(reworded)} if weighed else {})}
    return results


def weighings(lists: WordLists, boosts: Boosts) -> tuple[tuple[str, WordLists, Boosts], ...]:
    """What is measured, by what is added to the title of a row: without lists and boosts, and with those that there are."""
    with_them = " and ".join(filter(None, ("lists" if lists else "", "boosts" if boosts else "")))
    return ("", NO_LISTS, NO_BOOSTS), *([(f" with {with_them}", lists, boosts)] if with_them else [])


def _about(collection: Collection) -> About:
    titles = [title for title, _ in collection.documents.values()]
    types, dates = zip(*(collection.about[name] for name in collection.documents), strict=True)
    days = np.asarray([day_interval(day)[0] for day in dates], dtype=np.int64)
    return About(titles, types, days, int(days.max()))


def _plainly(text: str) -> Question:
    return Question(text, rest=text)


def build_ranker(
    collection: Collection,
    work: Path,
    embedder: Embedder | None,
    cache: EmbeddingCache,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Ranker, CSR]:
    """The product's ranker over a collection, indexes in the folder `work`, and which documents hold which unit."""
    texts: dict[bytes, str] = {}
    held: list[list[bytes]] = []
    for title, text in collection.documents.values():
        spans = split(text, title)
        held.append(list(dict.fromkeys(span.key for span in spans)))
        texts.update((span.key, embedding_text(span, text)) for span in spans)
    keys = sorted(texts)
    number = {key: row for row, key in enumerate(keys)}
    pairs = sorted((number[key], document) for document, own in enumerate(held) for key in own)
    offsets = np.zeros(len(keys) + 1, dtype=np.int64)
    np.cumsum(np.bincount([unit for unit, _ in pairs], minlength=len(keys)), out=offsets[1:])
    links = CSR(offsets, np.array([document for _, document in pairs], dtype=np.int64), len(held))
    index = None
    if embedder is not None and keys:
        _embed(keys, texts, embedder, cache, progress)
        vectors.build_index(cache.get(keys, embedder.name), np.arange(len(keys)), work / "vectors")
        index = vectors.open_index(work / "vectors")
    lexical.build_lexical((texts[key] for key in keys), links, work / "lexical", (spoken_of(texts[key]) for key in keys))
    return Ranker(index, lexical.open_lexical(work / "lexical"), embedder), links


def metrics(ranked: Mapping[str, Sequence[str]], qrels: Qrels) -> dict[str, float]:
    """nDCG@10 (gain = grade), recall@100 and mean reciprocal rank, averaged over the queries that have a relevant document.

    `ranked` holds documents best first; a query that it lacks found nothing.
    """
    scores: dict[str, list[float]] = {f"ndcg@{_NDCG_AT}": [], f"recall@{_RECALL_AT}": [], "mrr": []}
    for query, grades in qrels.items():
        relevant = {document for document, grade in grades.items() if grade > 0}
        if not relevant:
            continue
        found = list(dict.fromkeys(ranked.get(query, ())))
        ideal = _gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True))
        scores[f"ndcg@{_NDCG_AT}"].append(_gain([max(grades.get(document, 0), 0) for document in found]) / ideal)
        scores[f"recall@{_RECALL_AT}"].append(len(relevant.intersection(found[:_RECALL_AT])) / len(relevant))
        scores["mrr"].append(next((1 / rank for rank, document in enumerate(found, 1) if document in relevant), 0.0))
    return {name: statistics.fmean(values) if values else 0.0 for name, values in scores.items()}


def load_collection(folder: Path) -> Collection:
    """Read a collection; raises CollectionUnreadable, which names the file and the line."""
    documents: dict[str, tuple[str, str]] = {}
    about: dict[str, tuple[str, str]] = {}
    for where, name, item in objects(folder / "corpus.jsonl"):
        if name in documents:
            raise CollectionUnreadable(f"{where}: the document {name!r} was there before")
        documents[name] = str(item.get("title") or ""), _text(where, item)
        about[name] = str(item.get("type") or ""), str(item.get("date") or "")
    queries: dict[str, str] = {}
    for where, name, item in objects(folder / "queries.jsonl"):
        if name in queries:
            raise CollectionUnreadable(f"{where}: the query {name!r} was there before")
        queries[name] = _text(where, item)
    path = folder / "qrels.tsv"
    qrels: dict[str, dict[str, int]] = {}
    for where, query, document, grade in _judgements(path if path.exists() else _beir_or(path)):
        if query not in queries:
            raise CollectionUnreadable(f"{where}: the query {query!r} is not in queries.jsonl")
        qrels.setdefault(query, {})[document] = grade
    if not documents or not any(grade > 0 for grades in qrels.values() for grade in grades.values()):
        raise CollectionUnreadable(f"{folder}: no document, or no query with a relevant document: there is nothing to measure")
    return Collection(documents, queries, qrels, about)


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades[:_NDCG_AT], 1))


def _embed(
    keys: Sequence[bytes],
    texts: Mapping[bytes, str],
    embedder: Embedder,
    cache: EmbeddingCache,
    progress: Callable[[str, int, int], None] | None,
) -> None:
    missing = [keys[position] for position in cache.missing(keys, embedder.name)]
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress("embed", done, len(missing))

    for start in range(0, len(missing), _EMBED_AT_ONCE):
        chunk = missing[start : start + _EMBED_AT_ONCE]
        cache.put(chunk, embedder.encode([texts[key] for key in chunk], tell), embedder.name)


def _beir_or(path: Path) -> Path:
    beir = path.parent / "qrels" / "test.tsv"
    return beir if beir.exists() else path


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """(where, line) of every line that is not blank."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else f"it cannot be read ({error.strerror})"
        raise CollectionUnreadable(f"{path}: {reason}; a collection is corpus.jsonl, queries.jsonl and qrels.tsv in one folder") from error
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        where = f"{path}, line {number}"
        try:
            line = raw.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError as error:
            raise CollectionUnreadable(f"{where}: not UTF-8 (byte {error.start + 1})") from error
        if line.strip():
            yield where, line


def objects(path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(where, id, object) of every line."""
    for where, line in _lines(path):
        try:
            item = json.loads(line)
        except ValueError as error:
            raise CollectionUnreadable(f"{where}: not JSON ({error})") from error
        if not isinstance(item, dict):
            raise CollectionUnreadable(f"{where}: not a JSON object")
        name = item.get("_id", item.get("id"))
        if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
            raise CollectionUnreadable(f'{where}: no "id" (or "_id") that is a string or a number')
        yield where, str(name), item


def _text(where: str, item: Mapping[str, Any]) -> str:
    text = item.get("text")
    if not isinstance(text, str):
        raise CollectionUnreadable(f'{where}: no "text" that is a string')
    return text


def _judgements(path: Path) -> Iterator[tuple[str, str, str, int]]:
    """(where, query, document, grade) of every judgement."""
    for place, (where, line) in enumerate(_lines(path)):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) not in (3, 4):
            raise CollectionUnreadable(f"{where}: {len(cells)} columns separated by tabs instead of query, document, grade")
        try:
            grade = int(cells[2])
        except ValueError as error:
            if place == 0:
                continue
            raise CollectionUnreadable(f"{where}: the grade {cells[2]!r} is not a whole number") from error
        yield where, cells[0], cells[1], grade
