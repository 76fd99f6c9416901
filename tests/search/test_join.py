"""The joined picture compared with what the clinic says, and its bounds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from concepts.model import Assertion
from graph.model import Neighbourhood
from graph.stores.memory import MemoryStore
from graph.vocabulary import CHARTED, ENCOUNTER, HAS_BODY, HAS_TARGET, SUBJECT
from search.generation import Generation
from search.hits.join import HOPS, NODES_PER_HIT
from search.model import Document, Filters, Hit, SearchRequest, SearchResult
from search.retriever import Retriever
from tests.search.clinic import Clinic, FakeEmbedder, build, condition, make_clinic, write_quads

QUERY = "cisplatin and paclitaxel for the breast"


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return make_clinic(seed=4, patients=8)


class Counting(MemoryStore):
    calls = 0

    def neighbourhood(self, *args: object, **kwargs: object) -> Neighbourhood:  # type: ignore[override]
        self.calls += 1
        return super().neighbourhood(*args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def store(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Counting:
    store = Counting()
    store.load([write_quads(clinic, tmp_path_factory.mktemp("quads") / "part.nq")])
    return store


@pytest.fixture(scope="module")
def retriever(clinic: Clinic, store: Counting, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("join")
    build(clinic, folder, embedder=FakeEmbedder())
    generation = Generation.open(folder / "g1")
    yield Retriever(generation, store, FakeEmbedder())
    generation.close()


@pytest.fixture(scope="module")
def result(retriever: Retriever) -> SearchResult:
    return retriever.search(SearchRequest(QUERY))


def documents_of(result: SearchResult, clinic: Clinic) -> dict[int, Document]:
    by_id = {d.id: d for d in clinic.documents}
    return {hit.rank: by_id[hit.document] for hit in result.hits}


def concepts_reached(document: Document, clinic: Clinic) -> set[str]:
    """Concepts that an affirmed mention, the patient's chart or the encounter's records join a document with, without any bound."""
    mentioned = {m.concept for m in document.mentions if m.concept and m.assertion is Assertion.AFFIRMED}
    charted = {f.concept for f in clinic.facts if f.concept and f.counted and f.subject == document.patient}
    recorded = {f.concept for f in clinic.facts if f.concept and f.encounter == document.encounter}
    return mentioned | charted | recorded


def test_one_call_for_the_whole_page(retriever: Retriever, store: Counting) -> None:
    before = store.calls
    retriever.search(SearchRequest(QUERY))
    assert store.calls == before + 1
    retriever.search(SearchRequest("", Filters(types=("none such",))))
    assert store.calls == before + 1, "no hits, no call"


def test_the_picture_holds_every_hit_with_its_patient_and_encounter(result: SearchResult, clinic: Clinic) -> None:
    nodes = {node.id for node in result.neighbourhood.nodes}
    links = {(e.source, e.relation, e.target) for e in result.neighbourhood.edges}
    for document in documents_of(result, clinic).values():
        assert {document.record, document.patient, document.encounter} <= nodes
        assert {(document.record, SUBJECT, document.patient), (document.record, ENCOUNTER, document.encounter)} <= links


def test_edges_join_shown_nodes_and_say_what_is_known(result: SearchResult, clinic: Clinic) -> None:
    nodes = {node.id for node in result.neighbourhood.nodes}
    charted = {(f.subject, f.concept) for f in clinic.facts if f.counted}
    mentions = {m.id: (d.record, m.concept) for d in clinic.documents for m in d.mentions}
    for edge in result.neighbourhood.edges:
        assert {edge.source, edge.target} <= nodes
        if edge.relation in CHARTED:
            assert (edge.source, edge.target) in charted
        if edge.relation == HAS_TARGET:
            assert mentions[edge.source][0] == edge.target
        if edge.relation == HAS_BODY:
            assert mentions[edge.source][1] == edge.target


def test_it_stays_readable_and_counts_what_it_cuts(result: SearchResult, retriever: Retriever, store: Counting) -> None:
    assert len(result.neighbourhood.nodes) <= NODES_PER_HIT * len(result.hits)
    few = retriever.search(SearchRequest(QUERY, limit=2))
    assert len(few.neighbourhood.nodes) <= 40
    seeds = [hit.evidence.record for hit in result.hits]
    everything = store.neighbourhood(seeds, [[type(s)(s.direction, 10_000, s.kind, s.relations) for s in steps] for steps in HOPS])
    shown = {(e.source, e.relation, e.target) for e in result.neighbourhood.edges}
    nodes = {node.id for node in result.neighbourhood.nodes}
    kinds = {node.id: node.kind for node in everything.nodes}
    for cut in result.neighbourhood.omitted:
        hidden = {
            (e.source, e.relation, e.target)
            for e in everything.edges
            if (e.relation == cut.relation and (e.source, kinds[e.target]) == (cut.node, cut.kind) and cut.direction == "out")
            or (e.relation == cut.relation and (e.target, kinds[e.source]) == (cut.node, cut.kind) and cut.direction == "in")
        } - shown
        # A concept that several records lead to is cut once for each; those beyond the store's own bounds are not asked for.
        assert cut.node in nodes and 0 < cut.count <= len(hidden)


def test_groups_name_every_node(result: SearchResult, clinic: Clinic) -> None:
    assert set(result.groups) == {node.id for node in result.neighbourhood.nodes}
    relations = {f.concept: f.relation for f in clinic.facts}
    for node in result.neighbourhood.nodes:
        group = result.groups[node.id]
        if node.kind == "Concept":
            assert group in (relations.get(node.id), "concept")
        else:
            assert group == {"Patient": "patient", "Encounter": "encounter", "Annotation": "mention", "Condition": "condition"}.get(
                node.kind, "medication" if node.kind == "MedicationRequest" else "document"
            )


def test_shared_nodes_join_the_hits_they_name(result: SearchResult, clinic: Clinic) -> None:
    documents = documents_of(result, clinic)
    assert any(shared.kind == "Concept" for shared in result.shared)
    for shared in result.shared:
        assert len(shared.hits) >= 2
        assert list(shared.hits) == sorted(set(shared.hits))
        for rank in shared.hits:
            document = documents[rank]
            assert shared.node in {document.patient, document.encounter} | concepts_reached(document, clinic)
    patients = {s.node: set(s.hits) for s in result.shared if s.kind == "Patient"}
    expected: dict[str, set[int]] = {}
    for rank, document in documents.items():
        expected.setdefault(str(document.patient), set()).add(rank)
    assert patients == {patient: ranks for patient, ranks in expected.items() if len(ranks) > 1}
    assert [shared.basis for shared in result.shared] == sorted((shared.basis for shared in result.shared), reverse=True), "notes first"
    for shared in result.shared:
        whose = {documents[rank].patient for rank in shared.hits}
        assert (shared.patients, shared.of_patients) == (len(whose), len({document.patient for document in documents.values()}))
        if shared.basis == "chart":
            assert {f.subject for f in clinic.facts if f.concept == shared.node and f.counted} & expected.keys() == whose
    assert not {hit.evidence.record for hit in result.hits} & {shared.node for shared in result.shared}


@pytest.mark.parametrize("room", [0, 36, 38, 40, 44, 50])
def test_with_little_room_the_most_telling_stays(
    retriever: Retriever, result: SearchResult, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hits, patients and encounters always; of the rest first what the query names."""
    monkeypatch.setattr("search.hits.join.NODES_PER_HIT", 0)
    monkeypatch.setattr("search.hits.join._LEAST_NODES", room)
    cut = retriever.search(SearchRequest(QUERY)).neighbourhood
    core = [n for n in result.neighbourhood.nodes if n.kind in ("Patient", "Encounter", "DocumentReference", "DiagnosticReport")]
    assert {n.id for n in core} <= {n.id for n in cut.nodes}
    assert len(cut.nodes) <= max(room, len(core))
    concepts = [n.id for n in cut.nodes if n.kind == "Concept"]
    named = {condition(name) for name in ("Cisplatin 50 MG Injection", "Paclitaxel 100 MG Injection", "Malignant neoplasm of breast")}
    assert len(named & set(concepts)) >= min(len(concepts), len(named & {n.id for n in result.neighbourhood.nodes}))


def test_what_the_query_names_is_shown(retriever: Retriever, clinic: Clinic) -> None:
    """Wherever a hit's patient has the named medication charted, the picture has it."""
    wanted = {condition("Cisplatin 50 MG Injection"), condition("Paclitaxel 100 MG Injection")}
    result = retriever.search(SearchRequest("cisplatin paclitaxel injection"))
    nodes = {node.id for node in result.neighbourhood.nodes}
    patients = {document.patient for document in documents_of(result, clinic).values()}
    charted = {f.concept for f in clinic.facts if f.counted and f.subject in patients} & wanted
    assert charted and charted <= nodes


def test_a_denied_mention_does_not_join(retriever: Retriever, clinic: Clinic, result: SearchResult) -> None:
    denied = [(d, m) for d in clinic.documents for m in d.mentions if m.assertion is Assertion.NEGATED]
    assert denied
    everything = retriever.search(SearchRequest("", limit=100))
    ranks = {hit.document: hit for hit in everything.hits}
    for document, mention in denied:
        hit: Hit | None = ranks.get(document.id)
        if hit is not None and mention.concept not in concepts_reached(document, clinic):
            assert hit.rank not in {r for s in everything.shared if s.node == mention.concept for r in s.hits}


def test_the_same_question_gives_the_same_picture(retriever: Retriever, result: SearchResult) -> None:
    again = retriever.search(SearchRequest(QUERY))
    assert (again.neighbourhood, again.groups, again.shared) == (result.neighbourhood, result.groups, result.shared)


def test_hits_unknown_to_the_graph_stand_alone(retriever: Retriever, tmp_path: Path, clinic: Clinic) -> None:
    build(clinic, tmp_path, embedder=FakeEmbedder())
    generation = Generation.open(tmp_path / "g1")
    lonely = Retriever(generation, MemoryStore(), FakeEmbedder()).search(SearchRequest(QUERY, limit=3))
    generation.close()
    assert [node.kind for node in lonely.neighbourhood.nodes] == ["Thing"] * 3
    assert lonely.shared == () and lonely.neighbourhood.edges == ()
