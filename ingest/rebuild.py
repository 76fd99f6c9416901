"""Makes the published generation anew from ledger and parts, which hold all that it says.

A part may hold records that a later part replaced or a source deleted: the ledger says which part each record lives in.
"""

import gzip
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from concepts.model import ConceptUse
from graph.store import GraphStore
from ingest.ledger import Ledger
from ingest.next_generation import NextGeneration
from ingest.progress import Progress
from ingest.publish import Steps, Tools, concept_quads, stub_quads
from ingest.readings import Readings, read_texts
from ingest.replica import Replication
from ingest.staging import Part
from ingest.workspace import Workspace
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationUnreadable, ModelUnavailable
from search.generation import GenerationBuilder, read_meta
from search.protocols import Embedder
from search.reading.documents import one_by_one

_GRAPH: Final = re.compile(rb"<([^<>]*)> \.\s*\Z")
"""The last term of a line of N-Quads: the graph, which is the record that says it."""
_PARTS_PER_LOAD: Final = 4


def rebuild(ledger: Ledger, workspace: Workspace, tools: Tools, progress: Progress, without: frozenset[str] = frozenset()) -> int:
    """Publish a new generation that says what the ledger holds, from its parts but those of the keys `without`; its number."""
    with NextGeneration(ledger, workspace) as making:
        terminologies = workspace.terminologies.digest()
        with (
            closing(tools.graph(None, making.folder / "graph")) as graph,
            GenerationBuilder(None, making.folder / "search", making.number, workspace.terminologies.editions()) as search,
        ):
            made = _Made(ledger, workspace, graph, search, making.folder, without, progress)
            unresolved = {dataset: made.dataset(dataset) for dataset in ledger.datasets()}
            progress.step("indexing")
            embedder, model = _embedder(ledger, workspace, tools)
            report = search.finish(embedder, EmbeddingCache(workspace.embeddings_path), Steps(progress), model)
        making.complete(anew=True)
        books = Replication(ledger, None)
        for dataset in ledger.datasets():
            # Records are as they were; what was derived of them need not be.
            books.touch({*ledger.derived_graphs(dataset), *made.readings[dataset].graphs()})
        with making.entered(report.missing_vectors, ledger.meta("store") or "") as db:
            for dataset, readings in made.readings.items():
                ledger.enter_readings(db, dataset, None, readings.saying)
            db.executemany("update datasets set unresolved = ? where dataset = ?", [(count, name) for name, count in unresolved.items()])
            for dataset, quads in made.quads.items():
                ledger.enter_quads(db, dataset, quads)
            ledger.enter_terminologies(db, terminologies)
    return making.number


@dataclass(slots=True)
class _Made:
    """What is being made, and of what."""

    ledger: Ledger
    workspace: Workspace
    graph: GraphStore
    search: GenerationBuilder
    folder: Path
    without: frozenset[str]
    progress: Progress
    quads: Counter[str] = field(default_factory=Counter)
    """Of each dataset, as loaded."""
    readings: dict[str, Readings] = field(default_factory=dict)

    def dataset(self, dataset: str) -> int:
        """Bring in a dataset; how many of its references are unresolved."""
        uses: Counter[ConceptUse] = Counter()
        waiting: list[Path] = []
        changed = False
        for key in self.ledger.parts(dataset):
            if key in self.without:
                changed = True
                continue
            part = Part(self.workspace.parts_folder(dataset) / key)
            live = self.ledger.iris_in_part(key, dataset)
            whole = all(staged.record in live for staged in part.records() if staged.state == "kept")
            changed |= not whole
            waiting.append(part.quads if whole else _filtered(part, live, self.folder / f"{key}.nq.gz"))
            if len(waiting) >= _PARTS_PER_LOAD:
                self._load(dataset, waiting)
            self.search.add_documents((one for one in part.documents() if one.record in live), run=part.run)
            self.search.add_facts(one for one in part.facts() if one.record in live)
            self.search.add_patients(one for one in part.patients() if one.id in live)
            self.search.add_former(one for one in part.former() if one.record in live)
            uses.update(dict(part.concepts()))
        self._load(dataset, waiting)
        self.search.set_places(dataset, self.ledger.with_places(dataset, ()))
        if changed:
            said = self.graph.references({use.concept for use in uses})
            uses = Counter({use: count for use, count in uses.items() if use.concept in said})
        return self._derive(dataset, uses)

    def _load(self, dataset: str, waiting: list[Path]) -> None:
        if waiting:
            self.quads[dataset] += self.graph.load(waiting)
        for path in waiting:
            if path.parent == self.folder:
                path.unlink()
        waiting.clear()

    def _derive(self, dataset: str, uses: Counter[ConceptUse]) -> int:
        self.search.set_concepts(dataset, sorted(uses.items(), key=lambda item: (item[0].concept, item[0].display)))
        said = self.folder / "said.nq"
        self.readings[dataset] = read_texts(dataset, self.search, uses, one_by_one, Steps(self.progress), said, all_of_them=True)
        targets = self.ledger.missing(dataset)
        references = self.graph.references([iri for iri, _ in targets])
        path = self.folder / "derived.nq"
        stubs = [(iri, kind) for iri, kind in targets if iri in references]
        path.write_text("".join((*concept_quads(dataset, uses, self.search.words(dataset)), *stub_quads(dataset, stubs))), encoding="utf-8")
        self.quads[dataset] += self.graph.load([path, said])
        path.unlink()
        said.unlink()
        return sum(references.values())


def _filtered(part: Part, live: frozenset[str], target: Path) -> Path:
    """The quads of a part that live records say."""
    with gzip.open(part.quads, "rb") as lines, gzip.open(target, "wb", compresslevel=1) as kept:
        kept.writelines(line for line in lines if (found := _GRAPH.search(line)) and found[1].decode() in live)
    return target


def _embedder(ledger: Ledger, workspace: Workspace, tools: Tools) -> tuple[Embedder | None, str]:
    """The model that makes vectors that are missing, or none and the name of the one whose vectors are taken as they are."""
    if not ledger.missing_vectors:
        try:
            tools.embedder.encode([])  # loads the model, which its name does not
            return tools.embedder, ""
        except ModelUnavailable:
            pass
    return None, next(_models(ledger, workspace), "")


def _models(ledger: Ledger, workspace: Workspace) -> Iterator[str]:
    """Names of the model, the likeliest first: what the damaged generation says, then the last one that made a vector."""
    with suppress(GenerationUnreadable):
        yield read_meta(workspace.generation_folder(ledger.generation) / "search").model
    EmbeddingCache(workspace.embeddings_path)
    with closing(sqlite3.connect(workspace.embeddings_path)) as db:
        yield from (name for (name,) in db.execute("SELECT name FROM model ORDER BY id DESC"))
