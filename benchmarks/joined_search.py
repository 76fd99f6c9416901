"""The whole joined search beside the encoding of the query alone; and what the server that answers it takes.

    python benchmarks/joined_search.py [--passages 100000] [--quads 5000000] [--queries 200]
    python benchmarks/joined_search.py --data DIR

Without --data a data folder is made up in a temporary place: every passage is distinct, and its vector lies near that of a topic that the
real model has encoded, so that queries about topics find as many neighbours as real ones do; observations fill the graph up to --quads.
With --data a data folder that was ingested is searched. Both in this process, and through `commissure serve` on loopback by one client on
one connection, whose time to be ready and whose memory are measured too.

Encoding and searching take turns on different queries, so that no cache of queries helps and both see the same machine. Some hundred
questions come before what is measured: warm is a server that has been asked for a while.
"""

import argparse
import http.client
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import numpy as np
import psutil
from numpy.typing import NDArray

from graph.identifiers import concept_iri, iri_term, literal_term, record_iri
from graph.vocabulary import CODE, CONCEPT, ENCOUNTER, FHIR, HAS_CONDITION, LABEL, PREF_LABEL, SUBJECT, TYPE
from ingest.workspace import Workspace
from search.embedding_cache import EmbeddingCache
from search.generation import Generation, GenerationBuilder
from search.model import Document, Fact, PatientSummary, SearchRequest
from search.passages import split
from search.protocols import Embedder
from search.retriever import Retriever

PARTS = (
    "lung",
    "breast",
    "kidney",
    "heart",
    "liver",
    "knee",
    "hip",
    "skin",
    "colon",
    "thyroid",
    "eye",
    "ear",
    "bladder",
    "spine",
    "stomach",
)
FINDINGS = (
    "carcinoma",
    "pain",
    "infection",
    "failure",
    "fracture",
    "inflammation",
    "ulcer",
    "injury",
    "stone",
    "cyst",
    "edema",
    "stenosis",
)
CONTEXTS = (
    "after surgery",
    "in childhood",
    "treated with antibiotics",
    "on chemotherapy",
    "with fever",
    "at follow up",
    "under observation",
)
FILLER = ("patient", "presents", "reports", "denies", "history", "daily", "stable", "advised", "review", "mild", "severe", "acute", "left")
PASSAGES_PER_DOCUMENT = 8


BLOCK = 20
WARM = 200


class Topical:
    """Vectors of passages near those of their topic; queries go through the real model."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.name = model.name
        self.dimension = model.dimension
        topics = [f"{part} {finding}" for part in PARTS for finding in FINDINGS]
        self._topics = dict(zip(topics, model.encode(topics), strict=True))

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """See Embedder."""
        vectors = np.stack([self._vector(text) for text in texts])
        if progress is not None:
            progress(len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """See Embedder."""
        return self._model.encode_query(text)

    def _vector(self, text: str) -> NDArray[np.float32]:
        noise = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dimension).astype(np.float32)
        topic = text.split("about ", 1)[1].split(".", 1)[0]
        return self._topics[topic] + noise / np.float32(np.linalg.norm(noise))


def make_up(data: Path, passages: int, quads: int, model: Embedder) -> None:
    """Publish about so many distinct passages, with one encounter and two conditions a document, and at least so many quads."""
    from graph.stores.oxigraph.store import OxigraphStore

    workspace = Workspace(data)
    folder = workspace.generation_folder(1)
    folder.mkdir(parents=True)
    chance = random.Random(1)
    count = passages // PASSAGES_PER_DOCUMENT
    patients = [PatientSummary(record_iri("bench", "Patient", f"p{n}"), "bench", f"Person {n}") for n in range(max(1, count // 100))]

    all_facts = list(_facts(count, patients, chance))
    with GenerationBuilder(None, folder / "search", 1) as builder:
        builder.add_documents(_documents(count, patients, chance), "run")
        builder.add_facts(all_facts)
        builder.add_patients(patients)
        builder.finish(Topical(model), EmbeddingCache(data / "embeddings.sqlite"))

    part = data / "quads.nq"
    written = 0
    with part.open("w", encoding="utf-8") as file:
        for lines in itertools.chain(_statements(count, patients, all_facts), _observations(count, patients)):
            if written >= quads and FHIR + "Observation" in lines:
                break
            file.write(lines)
            written += lines.count("\n")
    store = OxigraphStore.open(folder / "graph")
    store.load([part])
    store.close()
    workspace.show(1, "")


def _documents(count: int, patients: Sequence[PatientSummary], chance: random.Random) -> Iterator[Document]:
    for number in range(count):
        patient = patients[number % len(patients)]
        sections = []
        for section in range(PASSAGES_PER_DOCUMENT):
            words = " ".join(chance.choices(FILLER, k=25))
            topic = f"{chance.choice(PARTS)} {chance.choice(FINDINGS)}"
            sections.append(f"# Section {section}\nNote {number} about {topic}. {words}. Seen {chance.choice(CONTEXTS)}.")
        text = "\n".join(sections)
        iri, encounter = record_iri("bench", "DocumentReference", f"d{number}"), record_iri("bench", "Encounter", f"e{number}")
        date = f"{chance.randint(1990, 2024)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
        yield Document(
            iri,
            iri,
            "bench",
            "DocumentReference",
            "Note",
            "Note",
            text,
            patient.id,
            patient.label,
            encounter,
            date,
            passages=split(text),
        )


def _facts(count: int, patients: Sequence[PatientSummary], chance: random.Random) -> Iterator[Fact]:
    for number in range(2 * count):
        label = f"{chance.choice(FINDINGS)} of {chance.choice(PARTS)}".capitalize()
        concept = concept_iri("http://snomed.info/sct", str(10_000 + zlib.crc32(label.encode()) % 90_000))
        subject, encounter = patients[number // 2 % len(patients)].id, record_iri("bench", "Encounter", f"e{number // 2}")
        yield Fact(record_iri("bench", "Condition", f"c{number}"), "bench", subject, "condition", concept, label, encounter=encounter)


def _statements(count: int, patients: Sequence[PatientSummary], all_facts: Sequence[Fact]) -> Iterator[str]:
    for patient in patients:
        yield _quad(patient.id, patient.id, TYPE, FHIR + "Patient") + _quad(patient.id, patient.id, LABEL, patient.label, literal=True)
    for number in range(count):
        note, encounter = record_iri("bench", "DocumentReference", f"d{number}"), record_iri("bench", "Encounter", f"e{number}")
        subject = patients[number % len(patients)].id
        yield _quad(note, note, TYPE, FHIR + "DocumentReference") + _quad(note, note, LABEL, "Note", literal=True)
        yield _quad(note, note, SUBJECT, subject) + _quad(note, note, ENCOUNTER, encounter)
        yield _quad(encounter, encounter, TYPE, FHIR + "Encounter") + _quad(encounter, encounter, LABEL, "Visit", literal=True)
    for fact in all_facts:
        yield _quad(fact.record, fact.record, TYPE, FHIR + "Condition") + _quad(fact.record, fact.record, LABEL, fact.label, literal=True)
        yield _quad(fact.record, fact.record, CODE, str(fact.concept)) + _quad(fact.record, fact.record, ENCOUNTER, str(fact.encounter))
        yield _quad(fact.record, fact.subject, HAS_CONDITION, str(fact.concept))
    for concept, label in {str(fact.concept): fact.label for fact in all_facts}.items():
        yield _quad(concept, concept, TYPE, CONCEPT) + _quad(concept, concept, PREF_LABEL, label, literal=True)


def _observations(count: int, patients: Sequence[PatientSummary]) -> Iterator[str]:
    for number in itertools.count():
        iri, encounter = record_iri("bench", "Observation", f"o{number}"), record_iri("bench", "Encounter", f"e{number % count}")
        yield _quad(iri, iri, TYPE, FHIR + "Observation")
        yield _quad(iri, iri, LABEL, "Body weight", literal=True)
        yield _quad(iri, iri, CODE, "http://loinc.org/rdf/29463-7")
        yield _quad(iri, iri, SUBJECT, patients[number % count % len(patients)].id)
        yield _quad(iri, iri, ENCOUNTER, encounter)


def _quad(graph: str, subject: str, predicate: str, value: str, *, literal: bool = False) -> str:
    return f"{iri_term(subject)} {iri_term(predicate)} {literal_term(value) if literal else iri_term(value)} {iri_term(graph)} .\n"


def distinct_queries(count: int) -> list[str]:
    """Questions of a few words, no two alike."""
    chance = random.Random(2)
    queries: dict[str, None] = {}
    while len(queries) < count:
        queries[f"{chance.choice(FINDINGS)} of the {chance.choice(PARTS)} {chance.choice(CONTEXTS)} {chance.choice(FILLER)}"] = None
    return list(queries)


def measure(encode: Callable[[str], object], search: Callable[[str], object], count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of `count` encodings and as many searches, in turns of BLOCK, once `WARM` of both have filled the caches.

    Blocks, because threads of one that spin for a while after they have finished would take a processor from the other.
    """
    queries = iter(distinct_queries(2 * (count + WARM)))
    for _ in range(WARM):
        encode(next(queries))
        search(next(queries))
    spent: tuple[list[float], list[float]] = [], []
    for _ in range(count // BLOCK):
        for work, times in zip((encode, search), spent, strict=True):
            time.sleep(0.01)
            for query in [next(queries) for _ in range(BLOCK)]:
                started = time.perf_counter()
                work(query)
                times.append(1000 * (time.perf_counter() - started))
    return spent


def report(name: str, encoding: list[float], searching: list[float]) -> None:
    """Print medians and 95th percentiles, and their ratios."""
    for share, most in ((50, 2.5), (95, 4.0)):
        alone, joined = np.percentile(encoding, share), np.percentile(searching, share)
        print(f"{name} p{share}: {joined:6.1f} ms, encoding alone {alone:6.1f} ms, ratio {joined / alone:.2f} (at most {most})")


def over_http(data: Path, embedder: Embedder, count: int, port: int) -> None:
    """Measure through `commissure serve`: its time to be ready, its searches, and then its memory."""
    command = [sys.executable, "-m", "commissure", "--data", str(data), "serve", "--port", str(port)]
    started = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

        def get(path: str) -> bytes:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{path}: {response.status}")
            return body

        while server.poll() is None and time.perf_counter() - started < 120:
            try:
                get("/readyz")
                break
            except (OSError, RuntimeError, http.client.HTTPException):
                connection.close()
                time.sleep(0.05)
        print(f"server ready after {time.perf_counter() - started:.1f} s (at most 6)")
        encoding, searching = measure(embedder.encode_query, lambda q: json.loads(get(f"/api/v1/search?q={quote(q)}")), count)
        report("over HTTP ", encoding, searching)
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        memory = [process.memory_full_info() for process in family]
        print(
            f"server memory {sum(m.rss for m in memory) / 1e9:.2f} GB resident (at most 2.5), of which "
            f"{sum(m.uss for m in memory) / 1e9:.2f} GB its own, in {len(family)} processes"
        )
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--quads", type=int, default=5_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--data", type=Path, help="a data folder to search instead of a made-up one")
    parser.add_argument("--port", type=int, default=8765)
    options = parser.parse_args()
    from graph.stores.oxigraph.store import OxigraphStore
    from search.embedders import open_embedder

    embedder = open_embedder()
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data or Path(temporary)
        if not options.data:
            make_up(data, options.passages, options.quads, embedder)
        workspace = Workspace(data)
        published = workspace.generation_folder(workspace.current())
        generation = Generation.open(published / "search")
        graph = OxigraphStore.open_read_only(published / "graph")
        meta = generation.meta
        print(
            f"{meta.passages:,} passages, {meta.units:,} distinct, {meta.documents:,} documents, {meta.vectors:,} vectors, "
            f"{graph.statistics().quads:,} quads"
        )
        retriever = Retriever(generation, graph, embedder)
        steps: dict[str, list[float]] = {}

        def search(query: str) -> None:
            result = retriever.search(SearchRequest(query))
            assert result.hits and result.neighbourhood.nodes
            for step, seconds in result.timings.items():
                steps.setdefault(step, []).append(1000 * seconds)

        report("in process", *measure(embedder.encode_query, search, options.queries))
        print("  of which " + ", ".join(f"{step} {np.median(times):.1f}" for step, times in steps.items()) + " ms (medians)")
        over_http(data, embedder, options.queries, options.port)
        generation.close()
        graph.close()


if __name__ == "__main__":
    main()
