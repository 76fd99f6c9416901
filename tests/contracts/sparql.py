"""What every store that answers SPARQL must do, compared with rdflib over the same statements, each once.

A store inherits `SparqlContract` and supplies the fixture `new_store` of `GraphStoreContract`.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery

from graph.errors import QueryRefused, QuerySyntaxError, UnsupportedCapability
from graph.identifiers import derived_graph_iri, readings_iri, record_iri
from graph.model import Literal
from graph.scope import EVERYTHING, Scope
from graph.sparql import JSON, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Demand, QueryDataset
from graph.store import GraphStore, SparqlQueryable
from graph.vocabulary import BASE, FHIR, KG, LABEL, TYPE
from tests.contracts.graph_store import ASPIRIN, ASTHMA, ELSEWHERE, FIRST, READINGS, SECOND, TEXTS, THIRD, NewStore, quad

A, B = Scope.of(["study"]), Scope.of(["papers"])
Rows = Counter[tuple[tuple[str, str], ...]]


def dataset_text(dataset: str, records: int) -> str:
    """Records of one dataset that share a patient and codes: several of them say the same of the patient and of the codes."""
    patient = record_iri(dataset, "Patient", "1")
    concepts = derived_graph_iri(dataset, "concepts")
    lines = [quad(patient, TYPE, FHIR + "Patient", patient), quad(patient, LABEL, Literal(f"Patient of {dataset}"), patient)]
    for code, name in ((ASTHMA, "Asthma"), (ASPIRIN, "Aspirin")):
        lines += [quad(code, TYPE, "skos:Concept", concepts), quad(code, LABEL, Literal(name), concepts)]
    for number in range(records):
        record = record_iri(dataset, "Condition", str(number))
        lines += [
            quad(record, TYPE, FHIR + "Condition", record),
            quad(record, KG + "subject", patient, record),
            quad(record, KG + "code", ASTHMA, record),
            quad(record, KG + "value", Literal(str(number), "http://www.w3.org/2001/XMLSchema#integer"), record),
            quad(patient, KG + "hasCondition", ASTHMA, record),
            quad(patient, TYPE, FHIR + "Patient", record),
            quad(ASTHMA, "skos:broader", ASPIRIN, record),
        ]
    return "".join(lines)


STUDY, PAPERS = dataset_text("study", 4), dataset_text("papers", 3)
STUDY_PATIENT, PAPERS_PATIENT = record_iri("study", "Patient", "1"), record_iri("papers", "Patient", "1")
STUDY_RECORD, PAPERS_RECORD = record_iri("study", "Condition", "1"), record_iri("papers", "Condition", "1")
PREFIXES = f"PREFIX kg: <{KG}> PREFIX fhir: <{FHIR}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX rdfs: <{LABEL[:-5]}> "

QUERIES = (
    "SELECT ?type (COUNT(*) AS ?n) WHERE { ?s a ?type } GROUP BY ?type",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?s ?p ?o { ?s ?p ?o }",
    "SELECT ?c (COUNT(?x) AS ?n) (SUM(?v) AS ?sum) { ?x kg:code ?c ; kg:value ?v . ?c rdfs:label ?l } GROUP BY ?c",
    "SELECT ?p ?c ?l { ?p kg:hasCondition ?c . ?c rdfs:label ?l OPTIONAL { ?c skos:broader ?b . ?b rdfs:label ?m } }",
    "SELECT ?p ?c { ?p kg:hasCondition/skos:broader ?c }",
    "SELECT ?a ?b { ?a skos:broader* ?b }",
    "SELECT ?a ?b { ?a ^kg:code|skos:broader ?b }",
    "SELECT ?a ?b { ?a !(rdf:type|rdfs:label) ?b }".replace("rdf:type", f"<{TYPE}>"),
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT ?s (COUNT(DISTINCT ?g) AS ?n) { ?s a ?t . GRAPH ?g { ?s a ?t } } GROUP BY ?s",
    "SELECT ?s ?t { ?s a ?t FILTER EXISTS { ?x kg:subject ?s } FILTER NOT EXISTS { ?s kg:code ?y } }",
    "SELECT ?s { { ?s a fhir:Patient } UNION { ?s kg:hasCondition ?c } MINUS { ?s kg:value 1 } }",
    "SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s ?p ?o } } ?s a ?t }",
    f"SELECT ?o {{ <{PAPERS_PATIENT}> ?p ?o }}",
    f"SELECT ?o {{ GRAPH <{PAPERS_RECORD}> {{ ?s ?p ?o }} }}",
    f"SELECT (COUNT(*) AS ?n) FROM <{STUDY_RECORD}> FROM <{record_iri('study', 'Condition', '2')}> FROM <{PAPERS_RECORD}> {{ ?s ?p ?o }}",
    f"SELECT ?g (COUNT(*) AS ?n) FROM NAMED <{STUDY_RECORD}> FROM NAMED <{PAPERS_RECORD}> {{ GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g",
    f"SELECT * FROM <{STUDY_RECORD}> FROM NAMED <{PAPERS_RECORD}> {{ ?s ?p ?o . GRAPH ?g {{ ?x ?p ?y }} }}",
    f"ASK {{ <{PAPERS_PATIENT}> ?p ?o }}",
    f"ASK {{ GRAPH <{PAPERS_RECORD}> {{ ?s ?p ?o }} }}",
)


def asked(store: GraphStore, query: str, scope: Scope = EVERYTHING, dataset: QueryDataset | None = None) -> Rows | bool:
    """The store's answer."""
    assert isinstance(store, SparqlQueryable)
    answer = store.query(PREFIXES + query, Demand(timeout=60, max_rows=10_000, scope=scope, dataset=dataset))
    assert not answer.truncated
    found = json.loads(answer.body)
    if "boolean" in found:
        return bool(found["boolean"])
    return Counter(tuple(sorted((name, term["value"]) for name, term in row.items())) for row in found["results"]["bindings"])


def expected(texts: Iterable[str], query: str, scope: Scope = EVERYTHING, dataset: QueryDataset | None = None) -> Rows | bool:
    """What rdflib answers over the statements that the scope admits: the default graph holds each once."""
    everything = rdflib.Dataset()
    for text in texts:
        everything.parse(data=text, format="nquads")
    parsed = prepareQuery(PREFIXES + query)
    clauses = parsed.algebra.datasetClause
    parsed.algebra.datasetClause = None
    if dataset is None and clauses:
        dataset = QueryDataset(tuple(str(c.default) for c in clauses if c.default), tuple(str(c.named) for c in clauses if c.named))
    seen = rdflib.Dataset()
    for s, p, o, g in everything.quads():
        name = str(g)
        if scope.admits(name):
            if dataset is None or name in dataset.default:
                seen.default_graph.add((s, p, o))
            if dataset is None or name in dataset.named:
                seen.graph(rdflib.URIRef(name)).add((s, p, o))
    result = seen.query(parsed)
    if result.type == "ASK":
        return bool(result.askAnswer)
    return Counter(tuple(sorted((str(name), str(term)) for name, term in row.items())) for row in result.bindings)


def loaded(new_store: NewStore, folder: Path, *texts: str) -> GraphStore:
    """A store that holds these texts."""
    store = new_store()
    store.load([_part(folder, text) for text in texts])
    return store


def _part(folder: Path, text: str) -> Path:
    part = folder / f"{len(list(folder.iterdir()))}.nq"
    part.write_text(text)
    return part


def check_default_graph_is_a_set(new_store: NewStore, folder: Path) -> None:
    """A statement that several records, or several datasets, make is there once, in every kind of pattern."""
    store = loaded(new_store, folder, STUDY, PAPERS)
    for query in QUERIES:
        assert asked(store, query) == expected([STUDY, PAPERS], query), query
    store.close()


def check_it_stays_a_set_through_changes(new_store: NewStore, folder: Path) -> None:
    """A statement stays while one record says it, and goes with the last one."""
    store = loaded(new_store, folder, STUDY, PAPERS, STUDY)
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    records = [record_iri("study", "Condition", str(number)) for number in range(4)]
    lines = STUDY.splitlines(keepends=True)
    for count in range(1, 5):
        store.remove([records[count - 1], records[count - 1], "urn:nothing"])
        left = "".join(line for line in lines if not any(f"<{record}> .\n" in line[-len(record) - 6 :] for record in records[:count]))
        assert asked(store, query) == expected([left, PAPERS], query)
    patient = quad(STUDY_PATIENT, LABEL, Literal("Renamed"), STUDY_PATIENT)
    store.replace([_part(folder, patient)])
    concepts = "".join(line for line in lines if "derived/concepts> ." in line)
    assert asked(store, query) == expected([patient, concepts, PAPERS], query)
    store.remove([derived_graph_iri("papers", "concepts"), derived_graph_iri("study", "concepts")])
    assert asked(store, f"ASK {{ <{ASPIRIN}> ?p ?o }}") is False
    assert asked(store, f"ASK {{ <{ASTHMA}> skos:broader <{ASPIRIN}> }}") is True
    store.close()


def check_graphs_by_request_go_before_those_of_the_query(new_store: NewStore, folder: Path) -> None:
    store = loaded(new_store, folder, STUDY, PAPERS)
    given = (
        QueryDataset((STUDY_RECORD, PAPERS_RECORD), ()),
        QueryDataset((STUDY_RECORD, PAPERS_RECORD), (STUDY_RECORD, STUDY_PATIENT)),
        QueryDataset((), (STUDY_RECORD,)),
        QueryDataset((STUDY_RECORD,), (PAPERS_RECORD,)),
        QueryDataset(("https://example.org/nothing",), ()),
    )
    queries = (
        "SELECT * { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        f"SELECT * FROM <{record_iri('study', 'Condition', '3')}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{STUDY_PATIENT}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    )
    for dataset in given:
        for query in queries:
            assert asked(store, query, dataset=dataset) == expected([STUDY, PAPERS], query, dataset=dataset), (dataset, query)
    store.close()


def check_a_reader_of_a_never_learns_of_b(new_store: NewStore, folder: Path) -> None:
    """With a scope the answers are those of a store that holds nothing else, whatever way a query takes."""
    store = loaded(new_store, folder, STUDY, PAPERS)
    for scope, text in ((A, STUDY), (B, PAPERS), (Scope.of(["study", "papers"]), STUDY + PAPERS), (Scope.of([]), "")):
        for query in QUERIES:
            if text or "GROUP BY" not in query:  # of nothing, rdflib makes a group
                assert asked(store, query, scope) == expected([text], query), (scope, query)
        for dataset in (QueryDataset((STUDY_RECORD, PAPERS_RECORD), (PAPERS_RECORD,)), QueryDataset((PAPERS_RECORD,), ())):
            for query in ("SELECT * { ?s ?p ?o }", "SELECT * { GRAPH ?g { ?s ?p ?o } }"):
                assert asked(store, query, scope, dataset) == expected([text], query, dataset=dataset), (scope, dataset, query)
    described = store.query(f"DESCRIBE <{PAPERS_PATIENT}> <{ASTHMA}>", Demand(N_TRIPLES, scope=A))  # type: ignore[attr-defined]
    assert b"papers" not in described.body
    assert b"Asthma" in described.body
    store.close()


def check_a_scope_sees_what_changed(new_store: NewStore, folder: Path) -> None:
    store = loaded(new_store, folder, STUDY, PAPERS)
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    assert asked(store, query, A) == expected([STUDY], query)
    more = quad(STUDY_PATIENT, KG + "value", Literal("new"), STUDY_PATIENT)
    store.load([_part(folder, more)])
    assert asked(store, query, A) == expected([STUDY, more], query)
    store.remove([STUDY_PATIENT])
    assert asked(store, f"SELECT ?g {{ GRAPH ?g {{ <{STUDY_PATIENT}> <{LABEL}> ?l }} }}", A) == Counter()
    store.close()


ASKED_OF_READINGS = (
    "SELECT ?d ?c { ?d kg:affirms ?c }",
    "SELECT ?d { ?d kg:denies ?c . ?d a fhir:DocumentReference FILTER NOT EXISTS { ?d kg:affirms ?c } }",
    "SELECT ?c ?r (COUNT(DISTINCT ?d) AS ?n) { ?d ?r ?c . ?c a skos:Concept FILTER(?r != kg:code) } GROUP BY ?c ?r",
    "SELECT ?d ?g { GRAPH ?g { ?d kg:denies ?c } }",
    "SELECT DISTINCT ?d ?c { ?d kg:suspects|kg:attributesToFamily ?c }",
    f"SELECT ?d ?r {{ ?d ?r ?c FILTER(?r != kg:code) }} ORDER BY ?d VALUES ?c {{ <{ASTHMA}> }}",
)


def check_what_texts_say_is_asked_for_by_assertion(new_store: NewStore, folder: Path) -> None:
    """Also by a reader of one dataset, of concepts that another one's texts name too, and after a note was read again."""
    store = loaded(new_store, folder, *TEXTS, *READINGS)
    for scope in (EVERYTHING, Scope.of(["a"]), Scope.of(["b"])):
        for query in ASKED_OF_READINGS:
            assert asked(store, query, scope) == expected([*TEXTS, *READINGS], query, scope), (scope, query)
    assert asked(store, ASKED_OF_READINGS[1]) == Counter([(("d", SECOND),), (("d", THIRD),)])
    again = quad(FIRST, KG + "denies", ASTHMA, readings_iri(FIRST))
    store.replace([_part(folder, again)])
    store.remove([readings_iri(ELSEWHERE)])
    for query in ASKED_OF_READINGS:
        assert asked(store, query) == expected([*TEXTS, again, *READINGS[1:3]], query), query
    store.close()


def check_triples_come_in_every_form(new_store: NewStore, folder: Path) -> None:
    store = loaded(new_store, folder, STUDY)
    assert isinstance(store, SparqlQueryable)
    demand = Demand(N_TRIPLES)
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ <{STUDY_PATIENT}> a ?t . ?s ?p ?o }}"
    wanted = rdflib.Graph().parse(data=store.query(query, demand).body, format="nt")
    assert len(wanted) == len({line.rpartition(" <")[0] for line in STUDY.splitlines()})
    for media_type, name in ((TURTLE, "turtle"), (RDF_XML, "xml"), (JSON_LD, "json-ld")):
        answer = store.query(query, replace(demand, accept=media_type))
        assert answer.media_type == media_type
        assert set(rdflib.Graph().parse(data=answer.body, format=name)) == set(wanted)
    with pytest.raises(UnsupportedCapability):
        store.query(query, replace(demand, accept="text/csv"))
    store.close()


def check_only_reads_and_says_what_was_cut(new_store: NewStore, folder: Path) -> None:
    store = loaded(new_store, folder, STUDY)
    assert isinstance(store, SparqlQueryable)
    for update in ("DROP ALL", "INSERT DATA { <x:a> <x:b> <x:c> }", "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"):
        with pytest.raises(QueryRefused):
            store.query(update, Demand())
    with pytest.raises(QuerySyntaxError):
        store.query("SELECT nothing", Demand())
    for rows in (2, 3):
        answer = store.query("SELECT ?c { ?c kg:code ?x } LIMIT 3".replace("kg:code", f"<{KG}code>"), Demand(JSON, max_rows=rows))
        assert (len(json.loads(answer.body)["results"]["bindings"]), answer.truncated) == (rows, rows == 2)
    store.close()


def check_relative_iris_are_ours_unless_the_query_has_a_base(new_store: NewStore, folder: Path) -> None:
    store = loaded(new_store, folder, STUDY, PAPERS)
    patient, record = STUDY_PATIENT.removeprefix(BASE), STUDY_RECORD.removeprefix(BASE)
    of_record = f"SELECT * {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g = <{STUDY_RECORD}>) }}"
    for relative, absolute in (
        (f"SELECT * {{ <{patient}> ?p ?o }}", f"SELECT * {{ <{STUDY_PATIENT}> ?p ?o }}"),
        (f"SELECT * FROM <{record}> {{ ?s ?p ?o }}", f"SELECT * FROM <{STUDY_RECORD}> {{ ?s ?p ?o }}"),
        (f"SELECT * FROM NAMED <{record}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", of_record),
        (f"BASE <{STUDY_PATIENT}> SELECT * {{ <1> ?p ?o }}", f"SELECT * {{ <{STUDY_PATIENT}> ?p ?o }}"),
    ):
        found = asked(store, relative)
        assert found and found == expected([STUDY, PAPERS], absolute), relative
    assert asked(store, f"BASE <https://example.org/> ASK {{ <{patient}> ?p ?o }}") is False
    assert asked(store, f'ASK {{ <{STUDY_PATIENT}> rdfs:label ?l FILTER(1<2 && ?l != "<{patient}>") }}') is True
    store.close()


def check_numbers_and_booleans_as_the_grammar_has_them(new_store: NewStore, folder: Path) -> None:
    store = loaded(new_store, folder, STUDY)
    for query in (
        "ASK { ?s kg:value 1. }",
        "ASK{?s<" + KG + "value>1.}",
        "ASK { ?s kg:value ?v FILTER(?v < 2&&?v>-1&&TRUE) }",
        "ASK { ?s kg:value ?v FILTER(?v = +1.0e0 || FALSE) }",
        "ASK { ?s kg:value ?v FILTER(?v IN(1,2)) }",
        "ASK { ?s kg:value ?v FILTER(?v NOT IN(7)) }",
        "ASK { BIND(" + "+".join(["1"] * 400) + " AS ?n) FILTER(?n = 400) }",
    ):
        assert asked(store, query) is True, query
    for query in ("ASK { ?s kg:value TRUE }", "ASK { ?s<" + KG + "value>TRUE }", "ASK { ?s kg:value 5.5, .5, 1e5, -2.0E-3 }"):
        assert asked(store, query) is False, query
    store.close()


CHECKS: dict[str, Callable[[NewStore, Path], None]] = {
    name.removeprefix("check_"): check for name, check in globals().items() if name.startswith("check_")
}


class SparqlContract:
    """Inherit beside GraphStoreContract."""

    @pytest.mark.parametrize("question", CHECKS)
    def test_keeps_the_sparql_contract(self, question: str, new_store: NewStore, tmp_path: Path) -> None:
        (tmp_path / "parts").mkdir()
        CHECKS[question](new_store, tmp_path / "parts")
