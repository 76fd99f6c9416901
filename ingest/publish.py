"""A draft of the next generation: a clone of the current one, changed, completed and made visible at once.

Nothing of the current generation is touched. A draft that is not shown leaves no trace but its folder, which the next run deletes.
The graph is changed in a thread of its own, in the order in which the changes are told, while the search index is made: they share nothing.
"""

import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol

from concepts.model import ConceptUse
from graph.identifiers import DERIVED_GRAPHS, derived_graph_iri, iri_term, literal_term, notation, record_iri
from graph.store import GraphStore
from graph.vocabulary import (
    ALT_LABEL,
    CONCEPT,
    IN_SCHEME,
    LABEL,
    NOTATION,
    PREF_LABEL,
    STUB,
    TYPE,
    XSD,
    class_iri,
    local_name,
)
from ingest.aside import Aside
from ingest.history import now
from ingest.ledger import Ledger
from ingest.next_generation import NextGeneration
from ingest.progress import Progress
from ingest.readings import Readings, published_graphs, read_texts
from ingest.replica import PublishedGraph, Replica, Replication
from ingest.staging import Part
from ingest.uses import Uses
from ingest.workspace import Workspace
from search.embedding_cache import EmbeddingCache
from search.generation import GenerationBuilder
from search.protocols import Embedder
from search.reading.documents import Runner, TextsRead, one_by_one
from search.tables.words_of_records import leading
from sources.places import Places

_DERIVED = "derived.nq"
_SAID = "said.nq"
_MANY = 10_000
"""Graphs that are taken out, beyond which it is quicker to ask about every concept than to look into each of them."""
_PARTS_PER_LOAD = 4
"""Loading several parts at a time costs the embedded graph a fifth less than one by one."""


class DraftGraph(GraphStore, Protocol):
    """The graph of a draft."""

    def count(self, graphs: Iterable[str]) -> int:
        """How many quads named graphs hold."""
        ...

    def restate(self, graphs: Iterable[str], parts: Sequence[Path]) -> int:
        """Have named graphs hold what parts state, and nothing else; how many quads more there are."""
        ...

    def objects(self, graphs: Iterable[str]) -> frozenset[str]:
        """The nodes that named graphs refer to."""
        ...

    def referred_to(self, iris: Iterable[str]) -> frozenset[str]:
        """Those of the nodes that anything refers to."""
        ...


class GraphMaker(Protocol):
    """Makes the graph of a draft: a clone of a published one, or an empty one (source None), open for writing."""

    def __call__(self, source: Path | None, target: Path) -> DraftGraph:
        """Open it."""
        ...


class GraphReader(Protocol):
    """Opens the embedded graph of a published generation."""

    def __call__(self, folder: Path) -> AbstractContextManager[PublishedGraph]:
        """Open it for the length of a `with`."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """The back ends a run works with."""

    graph: GraphMaker
    embedder: Embedder
    published: GraphReader
    replica: Replica | None = None
    """The store that answers in place of the embedded graph; None where that answers itself."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing gave. `passages` counts those of the dataset's new records, `embedded` the texts the model had to read.

    `unread` texts and passages wait for the next run, because the process that read them died.
    """

    generation: int
    passages: int
    embedded: int
    unresolved: int
    missing_vectors: int
    unread: int = 0


class Draft:
    """The next generation in the making. Use as a context manager: unless it is `entered` it is thrown away."""

    def __init__(
        self,
        ledger: Ledger,
        dataset: str,
        workspace: Workspace,
        tools: Tools,
        replication: Replication,
        progress: Progress,
        damaged: frozenset[str] = frozenset(),
        *,
        share: bool = True,
    ) -> None:
        """`damaged` are parts that cannot be read any more, of which every record is brought anew.

        Without `share` nothing that is taken out stays in files that generations share.
        """
        self._share = share
        self._replication = replication
        self._ledger, self._dataset, self._workspace, self._tools, self._progress = ledger, dataset, workspace, tools, progress
        self._making = NextGeneration(ledger, workspace)
        self._folder = self._making.folder
        self._uses = Uses(ledger, dataset, workspace.parts_folder(dataset), damaged)
        self._waiting: list[Path] = []
        self._passages = 0
        self._quads = 0
        """Of the dataset, in the graph as it is; counted in the thread that changes it."""
        self._doubtful: set[str] | None = set()
        """Nodes to which records that were taken out referred, None where those are too many; gathered in that thread too."""
        self._taken_out = 0
        self._changed = False
        self._dropped = False
        self._outdated = ledger.outdated_graphs(dataset)
        self._derived = [*(derived_graph_iri(dataset, name) for name in DERIVED_GRAPHS), *self._outdated]
        """Written anew by every draft."""
        self._gone: set[str] = set()
        self._readings = Readings(frozenset(), frozenset(), TextsRead(0, 0))
        self._new_readings = f"readings {secrets.token_hex(8)}"
        """Stands for a part in the replicas' books: what texts say for the first time is in step once it is loaded."""

    def __enter__(self) -> "Draft":
        self._making.__enter__()
        previous = self._making.previous
        self._graph = self._tools.graph(previous / "graph" if previous else None, self._folder / "graph")
        self._beside = Aside("graph")
        known = self._ledger.quads(self._dataset)
        if known is None:  # an earlier version wrote it, which did not count
            graphs = (*self._ledger.record_iris(self._dataset), *self._ledger.derived_graphs(self._dataset))
            self._beside.begin(partial(self._count, graphs))
        else:
            self._quads = known
        shelf = self._workspace.terminologies
        self._read_with = shelf.digest()
        self._search = GenerationBuilder(
            previous / "search" if previous else None, self._folder / "search", self._making.number, shelf.editions(), share=self._share
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._beside.close()
        self._graph.close()
        self._search.__exit__(kind, error, trace)
        self._making.__exit__(kind, error, trace)

    def remove(self, records: Sequence[tuple[str, str]]) -> None:
        """Take out the (kind, id) of represented records."""
        if records:
            iris = [record_iri(self._dataset, kind, identifier) for kind, identifier in records]
            graphs = [*iris, *published_graphs(self._ledger, self._dataset, iris)]
            self._replication.touch(graphs)
            self._load_waiting()
            self._beside.begin(partial(self._take_out, graphs))
            self._gone.update(iris)
            self._search.remove(iris)
            self._changed = True

    def apply(self, part: Part, replaced: Sequence[tuple[str, str]]) -> None:
        """Bring a part in, in place of what its records said before."""
        self.remove(replaced)
        self._replication.touch((record.record for record in part.records() if record.state == "kept"), part.key)
        self._replication.load(part.key, part.quads)
        self._waiting.append(part.quads)
        if len(self._waiting) >= _PARTS_PER_LOAD:
            self._load_waiting()
        self._search.add_documents(part.documents(), run=part.run)
        self._search.add_facts(part.facts())
        self._search.add_patients(part.patients())
        self._search.add_former(part.former())
        self._uses.bring(part)
        self._passages += part.summary().passages

    def _load_waiting(self) -> None:
        if self._waiting:
            self._beside.begin(partial(self._bring_in, self._waiting))
        self._waiting = []

    def _count(self, graphs: Sequence[str]) -> None:
        self._quads = self._graph.count(graphs)

    def _take_out(self, graphs: Sequence[str]) -> None:
        self._quads -= self._graph.count(graphs)
        self._taken_out += len(graphs)
        self._doubtful = self._doubtful | self._graph.objects(graphs) if self._doubtful is not None and self._taken_out <= _MANY else None
        self._graph.remove(graphs)

    def _bring_in(self, parts: Sequence[Path]) -> None:
        self._quads += self._graph.load(parts)

    def name_places(self, places: Places) -> None:
        """Say how the folders are called that sources of the dataset came from."""
        self._search.set_places(self._dataset, places)

    def drop_dataset(self) -> None:
        """Take the whole dataset out."""
        self._dropped = True
        graphs = [*self._ledger.record_iris(self._dataset), *self._ledger.derived_graphs(self._dataset)]
        self._replication.touch(graphs)
        if self._ledger.datasets() == (self._dataset,):
            self._graph.close()
            shutil.rmtree(self._folder / "graph")
            self._graph = self._tools.graph(None, self._folder / "graph")
        else:
            self._beside.begin(partial(self._graph.remove, graphs))
        self._search.drop_dataset(self._dataset)

    def finish(self, unresolved: Iterable[tuple[str, str]], embed: bool, run: Runner = one_by_one, at_most: int | None = None) -> Published:
        """Read texts, derive concepts and stubs, index and embed, and put everything on disk.

        `unresolved` are (IRI, kind) of candidates for stubs; `run` runs what other processes can do. Where more than `at_most` texts
        have no vector, none is embedded.
        """
        self._load_waiting()
        derived = self._beside.begin(partial(self._load_derived, *self._derive(unresolved, run))) if not self._dropped else None
        cache = EmbeddingCache(self._workspace.embeddings_path)
        embedder = self._tools.embedder if embed else None
        report = self._search.finish(embedder, cache, Steps(self._progress), as_before=self._dropped, at_most=at_most)
        references = {}
        if derived is not None:
            references = derived.result()
            self._replication.load(self._new_readings, self._folder / _DERIVED)
            (self._folder / _DERIVED).unlink()
        self._beside.finish(self._graph.close)
        self._making.complete()
        return Published(
            self._making.number, self._passages, report.embedded, sum(references.values()), report.missing_vectors, report.unread
        )

    @contextmanager
    def entered(self, published: Published) -> Iterator[sqlite3.Connection]:
        """The ledger's transaction, in which the caller says what it holds now; when it is through, this generation shows that."""
        with self._making.entered(published.missing_vectors, self._replication.address) as db:
            yield db
            self._enter(db, published)

    def _enter(self, db: sqlite3.Connection, published: Published) -> None:
        if self._ledger.holds_anything(self._dataset):
            db.execute("insert or replace into datasets values (?, ?, ?)", (self._dataset, published.unresolved, now()))
            self._ledger.enter_step(db, self._dataset)
            self._ledger.enter_quads(db, self._dataset, self._quads)
            self._uses.enter(db)
            self._ledger.enter_readings(db, self._dataset, self._gone | self._readings.looked_at, self._readings.saying)
        self._ledger.set_unread(db, self._dataset, published.unread)
        self._ledger.enter_terminologies(db, self._read_with)
        self._replication.enter(db)

    def _derive(
        self, unresolved: Iterable[tuple[str, str]], run: Runner
    ) -> tuple[Counter[ConceptUse], dict[str, str], Sequence[tuple[str, str]], list[str]]:
        """The concepts that the dataset uses, told to the search index, the words of records for them, the candidates for stubs, and the
        graphs to write anew."""
        uses = self._concept_uses()
        self._search.set_concepts(self._dataset, sorted(uses.items(), key=lambda item: (item[0].concept, item[0].display)))
        said, steps = self._folder / _SAID, Steps(self._progress)
        self._readings = read_texts(self._dataset, self._search, uses, run, steps, said, all_of_them=bool(self._outdated))
        anew = [*self._derived, *published_graphs(self._ledger, self._dataset, self._readings.looked_at)]
        self._replication.touch(anew)
        self._replication.touch(set(self._readings.graphs()).difference(anew), self._new_readings)
        return uses, self._search.words(self._dataset), tuple(unresolved), anew

    def _load_derived(
        self, uses: Counter[ConceptUse], words: Mapping[str, str], unresolved: Sequence[tuple[str, str]], anew: Sequence[str]
    ) -> dict[str, int]:
        """Write the dataset's concepts, stubs and readings anew; how often each stub is referred to."""
        references = self._graph.references([iri for iri, _ in unresolved])
        stubs = [(iri, kind) for iri, kind in unresolved if iri in references]
        path, said = self._folder / _DERIVED, self._folder / _SAID
        path.write_text("".join((*concept_quads(self._dataset, uses, words), *stub_quads(self._dataset, stubs))), encoding="utf-8")
        with path.open("ab") as derived, said.open("rb") as more:
            shutil.copyfileobj(more, derived)
        said.unlink()
        self._quads += self._graph.restate(anew, [path])
        return references

    def _concept_uses(self) -> Counter[ConceptUse]:
        """Concepts that the dataset's records use, with every name they are given and how often.

        Parts also name the concepts of records that were replaced or removed since: of those, what nothing refers to any more is left out.
        """
        uses = self._uses.all()
        before = self._search.uses(self._dataset)
        if self._uses.are_carried:
            shown = {use.concept for use in before} | self._uses.brought
            asked = self._beside.finish(lambda: shown if self._doubtful is None else shown & self._doubtful) if self._changed else set()
            shown = shown - asked
        elif self._changed or self._holds_replaced():
            shown, asked = set(), {use.concept for use in uses}
        else:
            return uses
        if asked:
            shown |= self._beside.finish(partial(self._graph.referred_to, asked))
        return Counter({use: count for use, count in uses.items() if use.concept in shown})

    def _holds_replaced(self) -> bool:
        """Whether parts hold more records than are live."""
        return sum(part.summary().kept for part in self._uses.earlier.values()) != sum(self._ledger.kinds(self._dataset).values())


_STEPS = {"embed": "embedding", "index": "indexing", "listen": "reading passages", "read": "reading texts"}


class Steps:
    """Tells the builder's (step, done, total) as steps and advances."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._step, self._total, self._done = progress, "", 0, 0

    def __call__(self, step: str, done: int, total: int) -> None:
        """See search.generation.Progress."""
        if (step, total) != (self._step, self._total) or done < self._done:
            self._progress.step(_STEPS.get(step, step), total)
            self._step, self._total, self._done = step, total, 0
        self._progress.advance(done - self._done)
        self._done = done


def concept_quads(dataset: str, uses: Counter[ConceptUse], words: Mapping[str, str]) -> Iterable[str]:
    """N-Quads of the concepts that a dataset uses, with their names: first the `words` that records have for it, then the commonest."""
    graph = iri_term(derived_graph_iri(dataset, "concepts"))
    names: dict[str, Counter[str]] = {}
    codes: dict[str, tuple[str, str]] = {}
    for use, count in uses.items():
        names.setdefault(use.concept, Counter())[use.display or use.code] += count if use.display else 0
        codes[use.concept] = (use.system, use.code)
    for concept in sorted(names):
        system, code = codes[concept]
        ranked = leading(words.get(concept, ""), sorted(names[concept], key=lambda name: (-names[concept][name], name)))
        node = iri_term(concept)
        yield f"{node} <{TYPE}> <{CONCEPT}> {graph} .\n"
        yield f"{node} <{PREF_LABEL}> {literal_term(ranked[0])} {graph} .\n"
        yield f"{node} <{NOTATION}> {literal_term(notation(system, code))} {graph} .\n"
        yield f"{node} <{IN_SCHEME}> {iri_term(system)} {graph} .\n" if system else ""
        for name in ranked[1:]:
            yield f"{node} <{ALT_LABEL}> {literal_term(name)} {graph} .\n"


def stub_quads(dataset: str, stubs: Iterable[tuple[str, str]]) -> Iterable[str]:
    """N-Quads of what a dataset refers to and does not hold; `stubs` are (IRI, kind)."""
    graph = iri_term(derived_graph_iri(dataset, "stubs"))
    for iri, kind in stubs:
        node = iri_term(iri)
        known = kind if kind != "Resource" else iri.split("/data/", 1)[1].split("/")[1]
        yield f"{node} <{TYPE}> <{class_iri(known)}> {graph} .\n"
        yield f"{node} <{LABEL}> {literal_term(local_name(iri))} {graph} .\n"
        yield f'{node} <{STUB}> "true"^^<{XSD}boolean> {graph} .\n'
