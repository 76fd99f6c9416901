"""What every GraphStore back end must do, compared by value with explicit expectations and with the in-memory reference.

A back end inherits `GraphStoreContract` and supplies one fixture, `new_store`: a function that gives a fresh, empty store at each call.
"""

import gzip
import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.errors import InvalidCursor, InvalidPart
from graph.identifiers import dataset_iri, iri_term, literal_term, readings_iri
from graph.model import Direction, Edge, Literal, NeighbourCount, NodeSummary, Omitted, Statistics, Step
from graph.scope import EVERYTHING, Scope
from graph.store import GraphReader, GraphStore
from graph.stores.memory import MemoryStore
from graph.vocabulary import (
    AFFIRMS,
    ATTRIBUTES_TO_FAMILY,
    DENIES,
    DERIVED_FROM,
    FHIR,
    KG,
    LABEL,
    NOTATION,
    PREF_LABEL,
    SAID,
    STUB,
    SUSPECTS,
    TYPE,
    XSD,
    expand,
)

BASE = "https://example.org/data/"
PATIENT, ENCOUNTER, NOTE = BASE + "Patient/1", BASE + "Encounter/1", BASE + "DocumentReference/1"
ASTHMA, ASPIRIN = "http://snomed.info/id/195967001", "http://purl.bioontology.org/ontology/RXNORM/1191"
CONCEPTS = BASE + "derived/concepts"
STUBS = BASE + "derived/stubs"

Value = str | Literal
NewStore = Callable[[], GraphStore]


def quad(subject: str, predicate: str, value: Value, graph: str) -> str:
    """One line of N-Quads; predicates may be written `kg:subject`; a str value is an IRI."""
    term = literal_term(value.value, value.datatype, value.language) if isinstance(value, Literal) else iri_term(expand(value))
    return f"{iri_term(subject)} {iri_term(expand(predicate))} {term} {iri_term(graph)} .\n"


def record(iri: str, kind: str, *said: tuple[str, Value], label: str = "", graph: str | None = None) -> str:
    """The quads of one record: its class, its label and what it says about itself."""
    lines = [quad(iri, TYPE, FHIR + kind, graph or iri)]
    if label:
        lines.append(quad(iri, LABEL, Literal(label), graph or iri))
    return "".join(lines + [quad(iri, predicate, value, graph or iri) for predicate, value in said])


def concept(iri: str, label: str) -> str:
    """The quads of a concept."""
    return quad(iri, TYPE, "skos:Concept", CONCEPTS) + quad(iri, PREF_LABEL, Literal(label), CONCEPTS)


CHART = "".join(
    (
        record(PATIENT, "Patient", ("kg:birthDate", Literal("1960-01-01", XSD + "date")), label="Ann Example"),
        record(ENCOUNTER, "Encounter", ("kg:subject", PATIENT), label="Check up"),
        record(NOTE, "DocumentReference", ("kg:subject", PATIENT), ("kg:encounter", ENCOUNTER), label="Note"),
        *(
            record(
                f"{BASE}Condition/{number}",
                "Condition",
                ("kg:subject", PATIENT),
                ("kg:encounter", ENCOUNTER),
                ("kg:code", ASTHMA),
                label="Asthma",
            )
            + quad(PATIENT, "kg:hasCondition", ASTHMA, f"{BASE}Condition/{number}")
            for number in range(1, 6)
        ),
        record(f"{BASE}MedicationRequest/1", "MedicationRequest", ("kg:subject", PATIENT), ("kg:code", ASPIRIN)),
        quad(PATIENT, "kg:hasMedication", ASPIRIN, f"{BASE}MedicationRequest/1"),
        concept(ASTHMA, "Asthma"),
        concept(ASPIRIN, "Aspirin"),
    )
)


class Rig:
    """The store under test beside the reference; what is done is done to both."""

    def __init__(self, new_store: NewStore, folder: Path) -> None:
        self.new_store = new_store
        self.store = new_store()
        self.reference = MemoryStore()
        self.folder = folder
        self.shrink = True
        self.supernode, self.graphs = 100_000, 30
        self._numbers = itertools.count()
        self.iris: set[str] = {"https://example.org/nothing-is-said-of-this", "not an IRI"}

    def part(self, text: str, compress: bool = False) -> Path:
        """A part file with this text."""
        path = self.folder / f"part-{id(self)}-{next(self._numbers)}.nq{'.gz' if compress else ''}"
        path.write_bytes(gzip.compress(text.encode()) if compress else text.encode())
        return path

    def load(self, *texts: str) -> int:
        """Load each text as a part of its own, every other one gzipped; the number of quads read."""
        parts = [self.part(text, compress=bool(number % 2)) for number, text in enumerate(texts)]
        read = self.store.load(parts)
        assert read == self.reference.load(parts)
        self.iris.update(_iris_of(texts))
        return read

    def remove(self, *graphs: str) -> int:
        """Remove graphs."""
        removed = self.store.remove(graphs)
        assert removed == self.reference.remove(graphs)
        return removed

    def replace(self, *texts: str) -> int:
        """Replace the graphs that the texts name."""
        parts = [self.part(text, compress=bool(number % 2)) for number, text in enumerate(texts)]
        read = self.store.replace(parts)
        assert read == self.reference.replace(parts)
        self.iris.update(_iris_of(texts))
        return read

    def same(self, page: int = 2) -> None:
        """Every question about every node ever loaded gets the reference's answer; lists are read in pages of this size."""
        same_answers(self.store, self.reference, sorted(self.iris), page)

    def close(self) -> None:
        """Close the store under test."""
        self.store.close()


def same_answers(store: GraphReader, reference: GraphReader, iris: Sequence[str], page: int = 2) -> None:
    """Every question about the nodes gets the reference's answer."""
    assert store.statistics() == reference.statistics()
    assert store.summaries(iris) == reference.summaries(iris)
    assert store.references(iris) == reference.references(iris)
    for iri in iris:
        assert store.node(iri) == reference.node(iri)
        assert store.neighbour_counts(iri) == reference.neighbour_counts(iri)
        assert all_pages(store, iri, page) == all_pages(reference, iri, page)


def all_pages(store: GraphReader, iri: str, limit: int = 2, **filters: str) -> list[tuple[NodeSummary, Edge]]:
    """All neighbours, page by page; the pages are full but the last, and agree on the total."""
    entries: list[tuple[NodeSummary, Edge]] = []
    cursor: str | None = None
    while True:
        page = store.neighbours(iri, limit=limit, cursor=cursor, **filters)  # type: ignore[arg-type]
        entries.extend(page.neighbours)
        assert len(page.neighbours) == limit or page.cursor is None
        if page.cursor is None:
            assert page.total == len(entries)
            return entries
        cursor = page.cursor
        assert len(entries) < page.total


def _iris_of(texts: Iterable[str]) -> set[str]:
    iris: set[str] = set()
    for text in texts:
        for line in text.split("\n"):
            if not line.startswith("<"):
                continue
            subject, _, rest = line.split(" ", 2)
            iris.add(subject[1:-1])
            if rest.startswith("<"):
                iris.add(rest[1 : rest.index(">")])
    return iris


def check_loading_counts_and_repeats_without_effect(rig: Rig) -> None:
    lines = CHART.count("\n")
    assert rig.load(CHART) == lines
    rig.same()
    before = rig.store.statistics()
    assert before.quads == lines
    assert before.graphs == 10
    assert rig.load(CHART) == lines
    assert rig.load(CHART, CHART) == 2 * lines
    assert rig.store.statistics() == before
    rig.same()


def check_parts_without_a_last_line_end_do_not_run_together(rig: Rig) -> None:
    one, two, three = (quad(PATIENT, LABEL, Literal(label), PATIENT) for label in "abc")
    assert rig.load(one.rstrip("\n"), two.rstrip("\n"), "", one + "\n# a comment\n\n" + three) == 4
    assert rig.store.statistics().quads == 3
    rig.same()


def check_replacing_a_record(rig: Rig) -> None:
    rig.load(CHART)
    assert rig.remove(ENCOUNTER) == 1
    rig.load(record(ENCOUNTER, "Encounter", ("kg:serviceProvider", BASE + "Organization/1"), label="Emergency"))
    node = rig.store.node(ENCOUNTER)
    assert node is not None
    assert (node.label, node.records) == ("Emergency", (ENCOUNTER,))
    assert node.properties == {LABEL: (Literal("Emergency"),)}
    assert NeighbourCount(KG + "subject", "out", "Patient", 1) not in rig.store.neighbour_counts(ENCOUNTER)
    rig.same()


def check_replacing_graphs_in_place(rig: Rig) -> None:
    rig.load(CHART)
    encounter = record(ENCOUNTER, "Encounter", ("kg:serviceProvider", BASE + "Organization/1"), label="Emergency")
    third = record(f"{BASE}Condition/3", "Condition", ("kg:subject", PATIENT), label="Refuted asthma")
    new = record(f"{BASE}Condition/6", "Condition", ("kg:subject", PATIENT), label="New")
    assert rig.replace(encounter, third + new) == 9
    node = rig.store.node(ENCOUNTER)
    assert node is not None
    assert node.properties == {LABEL: (Literal("Emergency"),)}
    asthma = Edge(PATIENT, KG + "hasCondition", ASTHMA, 4, tuple(f"{BASE}Condition/{number}" for number in (1, 2, 4)))
    assert [edge for _, edge in all_pages(rig.store, PATIENT, relation=KG + "hasCondition")] == [asthma]
    rig.same()
    assert rig.replace(encounter, third + new) == 9
    rig.same()
    assert rig.replace() == 0
    rig.same()


def check_removing_leaves_what_others_say(rig: Rig) -> None:
    rig.load(CHART)
    assert rig.remove(BASE + "Condition/1", BASE + "nowhere", "not an IRI", BASE + "Condition/1") == 1
    asthma = Edge(PATIENT, KG + "hasCondition", ASTHMA, 4, tuple(f"{BASE}Condition/{number}" for number in (2, 3, 4)))
    assert [edge for _, edge in all_pages(rig.store, PATIENT, relation=KG + "hasCondition")] == [asthma]
    assert rig.store.node(BASE + "Condition/1") is None
    assert rig.store.summaries([ASTHMA]) == (NodeSummary(ASTHMA, "Concept", "Asthma"),)
    rig.same()
    assert rig.remove(*(f"{BASE}Condition/{number}" for number in range(1, 6))) == 4
    assert all_pages(rig.store, PATIENT, relation=KG + "hasCondition") == []
    assert rig.store.node(PATIENT) is not None
    rig.same()
    assert rig.remove(CONCEPTS, PATIENT, ENCOUNTER, NOTE, BASE + "MedicationRequest/1") == 5
    assert rig.store.statistics() == Statistics(0, 0, {})
    rig.same()


def check_a_node_said_by_several_records(rig: Rig) -> None:
    rig.load(
        record(PATIENT, "Patient", ("kg:name", Literal("Ann")), ("kg:name", Literal("Anna")), label="Ann"),
        quad(PATIENT, "kg:name", Literal("Ann"), NOTE) + quad(PATIENT, "kg:name", Literal("Zoe"), NOTE),
        quad(PATIENT, LABEL, Literal("An earlier label"), ENCOUNTER),
    )
    node = rig.store.node(PATIENT)
    assert node is not None
    assert node.properties[KG + "name"] == (Literal("Ann"), Literal("Anna"), Literal("Zoe"))
    assert node.records == (NOTE, ENCOUNTER, PATIENT)
    assert node.label == "An earlier label"
    rig.same()


def check_stubs_are_completed_later(rig: Rig) -> None:
    stub = quad(PATIENT, TYPE, FHIR + "Patient", STUBS) + quad(PATIENT, STUB, Literal("true", XSD + "boolean"), STUBS)
    rig.load(stub, record(NOTE, "DocumentReference", ("kg:subject", PATIENT)))
    assert rig.store.summaries([PATIENT, NOTE]) == (
        NodeSummary(PATIENT, "Patient", "1", stub=True),
        NodeSummary(NOTE, "DocumentReference", "1"),
    )
    rig.load(quad(PATIENT, "kg:hasCondition", ASTHMA, BASE + "Condition/1"))
    assert rig.store.summaries([PATIENT])[0].stub
    rig.same()
    rig.load(record(PATIENT, "Patient", label="Ann"))
    assert rig.store.summaries([PATIENT]) == (NodeSummary(PATIENT, "Patient", "Ann", stub=False),)
    node = rig.store.node(PATIENT)
    assert node is not None
    assert not node.stub
    rig.same()
    rig.remove(PATIENT)
    assert rig.store.summaries([PATIENT])[0].stub
    rig.remove(STUBS)
    assert rig.store.summaries([PATIENT]) == (NodeSummary(PATIENT, "Thing", "1"),)
    rig.same()


LITERALS = (
    Literal(""),
    Literal(" spaces  and\ttabs "),
    Literal('quotes " and \\ backslashes \\n \\u0041'),
    Literal("lines\nof\r\ntext\u2028and\u0085more"),
    Literal("control \x00\x01\x1f\x7f characters"),
    Literal("Ünïcödé 漢字 العربية \u202eright to left\u202c 👩🏽‍⚕️ \U0010fffd"),
    Literal("e\u0301 is not \u00e9"),
    Literal("true"),
    Literal("5"),
    Literal("true", XSD + "boolean"),
    Literal("5", XSD + "integer"),
    Literal("-12345678901234567890123", XSD + "integer"),
    Literal("1.5", XSD + "decimal"),
    Literal("0.000001", XSD + "decimal"),
    Literal("1500000", XSD + "double"),
    Literal("2020", XSD + "gYear"),
    Literal("2020-05", XSD + "gYearMonth"),
    Literal("2020-02-29", XSD + "date"),
    Literal("2020-02-29T12:30:00-05:00", XSD + "dateTime"),
    Literal("2020-02-29T12:30:00.123Z", XSD + "dateTime"),
    Literal("12:30:00", XSD + "time"),
    Literal("https://example.org/?q=a b", XSD + "anyURI"),
    Literal("not a number", XSD + "integer"),
    Literal("any", "https://example.org/types#own"),
    Literal("colour", language="en"),
    Literal("colour", language="en-gb"),
    Literal("colour"),
    Literal("Farbe", language="de"),
    Literal("x" * 1_000_000),
    Literal("é" * 500_000 + "\n", language="fr"),
)


def check_literals_come_back_as_they_were(rig: Rig) -> None:
    rig.load("".join(quad(NOTE, "kg:value", literal, NOTE) for literal in LITERALS))
    node = rig.store.node(NOTE)
    assert node is not None
    assert node.properties == {KG + "value": tuple(sorted(LITERALS))}
    assert rig.store.statistics().quads == len(LITERALS)
    rig.same()
    rig.remove(NOTE)
    assert rig.store.node(NOTE) is None


def check_literals_are_spelled_canonically(rig: Rig) -> None:
    spelled = {
        ("007", "integer"): ("7", "integer"),
        ("5", "positiveInteger"): ("5", "integer"),
        ("+1.50", "decimal"): ("1.5", "decimal"),
        ("10.0", "decimal"): ("10", "decimal"),
        ("1e3", "double"): ("1000", "double"),
        ("0", "boolean"): ("false", "boolean"),
        ("2020-01-01T00:00:00.500+00:00", "dateTime"): ("2020-01-01T00:00:00.5Z", "dateTime"),
        ("2020-01-01T00:00:00", "dateTime"): ("2020-01-01T00:00:00", "dateTime"),
    }
    head = f"{iri_term(NOTE)} {iri_term(KG + 'value')}"
    rig.load(
        "".join(f'{head} "{value}"^^<{XSD}{name}> {iri_term(NOTE)} .\n' for value, name in spelled)
        + f'{head} "tag"@en-GB {iri_term(NOTE)} .\n'
        + f'{head} "plain"^^<{XSD}string> {iri_term(NOTE)} .\n'
    )
    node = rig.store.node(NOTE)
    assert node is not None
    expected = [Literal(value, XSD + name) for value, name in spelled.values()]
    assert node.properties[KG + "value"] == tuple(sorted([*expected, Literal("tag", language="en-gb"), Literal("plain")]))
    rig.same()


def check_odd_iris(rig: Rig) -> None:
    odd = [
        "urn:uuid:9b6e1c1e-0000-4000-8000-000000000000",
        "urn:oid:1.2.3",
        "https://example.org/a%20b%2Fc",
        "https://example.org/~!$&'()*+,;=:@-._?query=a/b?c&d=%C3%A9#fragment/?",
        "https://example.org/Ünïcödé/漢字",
        "https://user@example.org:8080/a//b/",
        "https://[2001:db8::1]/x",
        "file:///folder/file.ndjson#line=7",
        "mailto:someone@example.org",
        "https://example.org/ends/with/",
        "https://example.org#",
        "x:y",
        "https://example.org/" + "long" * 1000,
        'https://example.org/made safe/"<>{}|^`\\[]#a#b',
        "no scheme at all",
    ]
    rig.load("".join(record(iri, "Thing", ("kg:next", odd[number - 1])) for number, iri in enumerate(odd)))
    assert rig.store.statistics() == Statistics(2 * len(odd), len(odd), {"Thing": len(odd)})
    assert [summary.label for summary in rig.store.summaries(odd[4:13:5])] == ["漢字", "https://example.org/ends/with/"]
    rig.same()


LEGAL = (
    "abcxyzABCXYZ0123456789-._~:/?@!$&'()*+,;=%"
    + "".join(map(chr, (0xA1, 0xD7FF, 0xF900, 0xFDCF, 0xFDF0, 0xFFEF)))
    + "".join(chr(plane << 16 | end) for plane in range(1, 15) for end in (0x1000, 0xFFFD))
)
"""What an IRI may hold: all of ASCII that it may, and the ends of the ranges beyond (but U+00A0, which the reference takes for a space)."""


def check_iris_with_every_legal_character(rig: Rig) -> None:
    iris = [f"https://example.org/a?b#{'%41' if character == '%' else character}" for character in LEGAL]
    rig.load("".join(record(iri, "Thing", ("kg:subject", PATIENT), label=iri) for iri in iris))
    assert rig.store.statistics() == Statistics(3 * len(iris), len(iris), {"Thing": len(iris)})
    assert rig.store.references([PATIENT, *iris]) == {PATIENT: len(iris)}
    summaries = rig.store.summaries(iris)
    assert [(summary.id, summary.label) for summary in summaries] == [(iri, iri) for iri in iris]
    assert [summary.id for summary, _ in all_pages(rig.store, PATIENT, limit=len(iris))] == sorted(iris)
    assert rig.remove(*iris) == len(iris)
    assert rig.store.statistics() == Statistics(0, 0, {})


INJECTIONS = (
    "'); g.V().drop(); //",
    '"); g.V().drop().iterate() //',
    "${g.V().drop().iterate()}",
    "__.V().drop()",
    "g.V().drop()",
    "> } } ; DROP ALL ; #",
    '" } } ; DROP ALL ; #',
    "' } } ; DROP ALL ; #",
    '"""; CLEAR ALL ; #',
    "\\u003E } ; DROP ALL ; #",
    "<http://a> } SERVICE <http://127.0.0.1:1/> { ?s ?p ?o",
    "?x",
    "_:b0",
    "\\",
    "\r\n; DROP ALL\r\n",
    "=1+1|cmd",
    'a,b;c\\;d"e',
    "~id",
    "%00",
    "iri",
    "said",
)


def check_text_is_never_part_of_a_query(rig: Rig) -> None:
    """Whatever looks like the language of some store is a value to it: in parts, in questions and in removals."""
    rig.load(CHART)
    rig.load(
        "".join(
            record(
                f"{BASE}Observation/{number}{text}",
                "Observation",
                ("kg:value", Literal(text)),
                ("kg:value", Literal(text, "https://example.org/types#" + text)),
                (KG + text, Literal("said by an odd relation")),
                ("kg:subject", f"{BASE}Patient/{text}"),
                label=text,
            )
            for number, text in enumerate(INJECTIONS)
        )
    )
    before = rig.store.statistics()
    rig.same(page=25)
    for text in INJECTIONS:
        for iri in (text, f"{BASE}Patient/{text}"):
            assert rig.store.node(iri) == rig.reference.node(iri)
        assert rig.store.neighbours(PATIENT, relation=text, kind=text) == rig.reference.neighbours(PATIENT, relation=text, kind=text)
        hops = [[Step("in", 3, kind=text), Step("out", 3, relations=(text, KG + "subject"))]]
        assert rig.store.neighbourhood([text, NOTE], hops, frozenset([text])) == rig.reference.neighbourhood([text, NOTE], hops)
        assert rig.remove(text) == 0
    assert rig.store.references(INJECTIONS) == rig.reference.references(INJECTIONS)
    assert rig.store.statistics() == before


def check_kinds_and_labels(rig: Rig) -> None:
    both, none, terms = BASE + "both", BASE + "none", BASE + "terms"
    rig.load(
        quad(both, TYPE, FHIR + "Patient", both)
        + quad(both, TYPE, FHIR + "Group", NOTE)
        + quad(both, TYPE, "https://example.org/other/Patient", NOTE)
        + quad(both, TYPE, Literal("Aardvark"), NOTE)
        + quad(none, "kg:value", Literal("x"), none)
        + quad(terms, LABEL, Literal("A label"), terms)
        + quad(terms, PREF_LABEL, Literal("The preferred label", language="en"), terms)
        + quad(terms, PREF_LABEL, Literal("A preferred label", language="sv"), NOTE)
        + quad(terms, LABEL, BASE + "no-label", NOTE)
    )
    assert rig.store.summaries([terms, both, BASE + "unknown/x#y", none, both]) == (
        NodeSummary(terms, "Thing", "A preferred label"),
        NodeSummary(both, "Group", "both"),
        NodeSummary(BASE + "unknown/x#y", "Thing", "y"),
        NodeSummary(none, "Thing", "none"),
        NodeSummary(both, "Group", "both"),
    )
    assert rig.store.summaries([]) == ()
    assert rig.store.statistics().kinds == {"Group": 1, "Thing": 2}
    rig.same()


def check_what_is_a_link_and_what_a_property(rig: Rig) -> None:
    source, scheme = "file:///export/notes.ndjson#line=1", "http://snomed.info/sct"
    rig.load(
        record(NOTE, "DocumentReference", (DERIVED_FROM, source), ("prov:wasGeneratedBy", BASE + "run/1"), ("kg:encounter", ENCOUNTER))
        + record(ASTHMA, "Concept", ("skos:inScheme", scheme), (NOTATION, Literal("195967001")), graph=CONCEPTS)
    )
    note, asthma = rig.store.node(NOTE), rig.store.node(ASTHMA)
    assert note is not None
    assert asthma is not None
    assert note.properties == {
        DERIVED_FROM: (Literal(source, XSD + "anyURI"),),
        expand("prov:wasGeneratedBy"): (Literal(BASE + "run/1", XSD + "anyURI"),),
    }
    assert asthma.properties == {expand("skos:inScheme"): (Literal(scheme, XSD + "anyURI"),), NOTATION: (Literal("195967001"),)}
    assert [edge.relation for _, edge in all_pages(rig.store, NOTE)] == [KG + "encounter"]
    assert all_pages(rig.store, source) == all_pages(rig.store, scheme) == []
    assert rig.store.neighbourhood([scheme], [[Step("in", 5, relations=(expand("skos:inScheme"),))]]).edges == ()
    rig.same()


def check_neighbourhood_keeps_the_limit_and_counts_the_rest(rig: Rig) -> None:
    rig.load(CHART)
    found = rig.store.neighbourhood([ENCOUNTER], [[Step("in", 2)]])
    assert [node.id for node in found.nodes] == [f"{BASE}Condition/1", f"{BASE}Condition/2", NOTE, ENCOUNTER]
    assert found.nodes[0] == NodeSummary(f"{BASE}Condition/1", "Condition", "Asthma")
    assert found.edges[0] == Edge(f"{BASE}Condition/1", KG + "encounter", ENCOUNTER, 1, (f"{BASE}Condition/1",))
    assert len(found.edges) == 3
    assert found.omitted == (Omitted(ENCOUNTER, KG + "encounter", "in", "Condition", 3),)
    for limit, left_out in ((0, 5), (1, 4), (4, 1), (5, 0), (99, 0)):
        hops = [[Step("in", limit, relations=(KG + "encounter",))]]
        found = rig.store.neighbourhood([ENCOUNTER], hops)
        assert sum(omitted.count for omitted in found.omitted if omitted.kind == "Condition") == left_out
        assert found == rig.reference.neighbourhood([ENCOUNTER], hops)


def check_neighbourhood_prefers_and_ranks(rig: Rig) -> None:
    codes = [f"http://snomed.info/id/{number}" for number in range(1, 7)]
    rig.load(
        record(PATIENT, "Patient")
        + "".join(
            quad(PATIENT, "kg:hasCondition", code, f"{BASE}Condition/{number}-{again}")
            for number, code in enumerate(codes)
            for again in range(1 + (number == 4) + 2 * (number == 5))
        )
        + "".join(concept(code, code) for code in codes)
    )

    def kept(limit: int, prefer: Iterable[str] = ()) -> list[str]:
        found = rig.store.neighbourhood([PATIENT], [[Step("out", limit)]], frozenset(prefer))
        assert found == rig.reference.neighbourhood([PATIENT], [[Step("out", limit)]], frozenset(prefer))
        return [edge.target[-1] for edge in found.edges]

    assert kept(1) == ["6"]
    assert kept(2) == ["5", "6"]
    assert kept(4) == ["1", "2", "5", "6"]
    assert kept(2, [codes[3], codes[2], "https://example.org/elsewhere"]) == ["3", "4"]
    assert kept(1, [codes[3], codes[4]]) == ["5"]


def check_neighbourhood_follows_kinds_relations_and_directions(rig: Rig) -> None:
    rig.load(CHART)
    subject, encounter, code = KG + "subject", KG + "encounter", KG + "code"
    page: list[list[Step]] = [
        [Step("out", 3, kind="DocumentReference", relations=(subject, encounter, subject))],
        [
            Step("in", 2, kind="Encounter", relations=(encounter,)),
            Step("out", 4, kind="Patient", relations=(KG + "hasCondition", KG + "hasMedication", TYPE)),
            Step("in", 9, kind="Observation"),
        ],
        [Step("out", 4, relations=(code,))],
    ]
    found = rig.store.neighbourhood([NOTE], page)
    assert {(edge.source.removeprefix(BASE), edge.relation[len(KG) :], edge.target) for edge in found.edges} == {
        ("DocumentReference/1", "subject", PATIENT),
        ("DocumentReference/1", "encounter", ENCOUNTER),
        ("Condition/1", "encounter", ENCOUNTER),
        ("Condition/2", "encounter", ENCOUNTER),
        ("Patient/1", "hasCondition", ASTHMA),
        ("Patient/1", "hasMedication", ASPIRIN),
        ("Condition/1", "code", ASTHMA),
        ("Condition/2", "code", ASTHMA),
    }
    assert found.omitted == (Omitted(ENCOUNTER, encounter, "in", "Condition", 3),)
    assert found == rig.reference.neighbourhood([NOTE], page)
    for hops in (
        [[Step("out", 9)], [Step("in", 9)], [Step("out", 9)]],
        [[Step("in", 1), Step("out", 1)]] * 3,
        [[Step("in", 2, kind="Concept"), Step("in", 4), Step("in", 1, relations=(code,))]],
        [[Step("out", 1, relations=())], [Step("out", 1)]],
        [[], [Step("out", 1)]],
    ):
        for seeds in ([NOTE], [ASTHMA, ASPIRIN, ASTHMA], [PATIENT, ENCOUNTER], ["https://example.org/unknown", "not an IRI", NOTE], []):
            assert rig.store.neighbourhood(seeds, hops) == rig.reference.neighbourhood(seeds, hops)


def check_neighbourhood_counts_an_edge_shown_from_its_other_end_as_shown(rig: Rig) -> None:
    rig.load(CHART)
    conditions = [f"{BASE}Condition/{number}" for number in (4, 5)]
    found = rig.store.neighbourhood([ENCOUNTER, *conditions], [[Step("in", 1, kind="Encounter"), Step("out", 5, kind="Condition")]])
    assert [omitted for omitted in found.omitted if omitted.kind == "Condition"] == [
        Omitted(ENCOUNTER, KG + "encounter", "in", "Condition", 2)
    ]
    assert found == rig.reference.neighbourhood(
        [ENCOUNTER, *conditions], [[Step("in", 1, kind="Encounter"), Step("out", 5, kind="Condition")]]
    )


def check_circles_and_loops(rig: Rig) -> None:
    one, two = BASE + "Organization/1", BASE + "Organization/2"
    rig.load(
        record(one, "Organization", ("kg:partOf", two), ("kg:partOf", one))
        + record(two, "Organization", ("kg:partOf", one), ("kg:peer", one))
    )
    assert all_pages(rig.store, one) == [
        (NodeSummary(one, "Organization", "1"), Edge(one, KG + "partOf", one, 1, (one,))),
        (NodeSummary(one, "Organization", "1"), Edge(one, KG + "partOf", one, 1, (one,))),
        (NodeSummary(two, "Organization", "2"), Edge(two, KG + "partOf", one, 1, (two,))),
        (NodeSummary(two, "Organization", "2"), Edge(one, KG + "partOf", two, 1, (one,))),
        (NodeSummary(two, "Organization", "2"), Edge(two, KG + "peer", one, 1, (two,))),
    ]
    for limit in (0, 1, 2):
        hops = [[Step("out", limit), Step("in", limit)]] * 3
        assert rig.store.neighbourhood([one], hops) == rig.reference.neighbourhood([one], hops)
    rig.same()


def check_neighbour_counts(rig: Rig) -> None:
    rig.load(CHART)
    assert rig.store.neighbour_counts(PATIENT) == (
        NeighbourCount(KG + "hasCondition", "out", "Concept", 1),
        NeighbourCount(KG + "hasMedication", "out", "Concept", 1),
        NeighbourCount(KG + "subject", "in", "Condition", 5),
        NeighbourCount(KG + "subject", "in", "DocumentReference", 1),
        NeighbourCount(KG + "subject", "in", "Encounter", 1),
        NeighbourCount(KG + "subject", "in", "MedicationRequest", 1),
    )
    assert rig.store.neighbour_counts("https://example.org/unknown") == ()
    rig.same()


def check_paging(rig: Rig) -> None:
    rig.load(CHART)
    everything = all_pages(rig.reference, PATIENT, limit=1000)
    assert len(everything) == 10
    for limit in (1, 3, 7, 10, 11):
        assert all_pages(rig.store, PATIENT, limit=limit) == everything
    filters: tuple[dict[str, str], ...] = (
        {"direction": "in"},
        {"direction": "out"},
        {"kind": "Condition"},
        {"relation": KG + "subject"},
        {"relation": KG + "subject", "direction": "out"},
        {"relation": KG + "subject", "direction": "in", "kind": "Encounter"},
    )
    for chosen in filters:
        assert all_pages(rig.store, PATIENT, limit=2, **chosen) == all_pages(rig.reference, PATIENT, limit=100, **chosen)
    assert len(all_pages(rig.store, PATIENT, kind="Condition")) == 5
    first = rig.store.neighbours(PATIENT, limit=4)
    rig.load(record(BASE + "Account/0", "Account", ("kg:subject", PATIENT)))
    second = rig.store.neighbours(PATIENT, limit=100, cursor=first.cursor)
    assert [*first.neighbours, *second.neighbours] == everything
    assert second.total == 11


def check_paging_refuses_what_it_cannot_do(rig: Rig) -> None:
    rig.load(CHART)
    for cursor in ("", "!", "bm90IGpzb24", "WzEsMiwzXQ", "é"):
        with pytest.raises(InvalidCursor):
            rig.store.neighbours(PATIENT, cursor=cursor)
    for limit in (0, -1):
        with pytest.raises(ValueError, match="limit"):
            rig.store.neighbours(PATIENT, limit=limit)


def check_references(rig: Rig) -> None:
    rig.load(CHART)
    counts = rig.store.references([PATIENT, ASTHMA, NOTE, "https://example.org/unknown", "not an IRI", PATIENT, FHIR + "Condition"])
    assert counts == {PATIENT: 8, ASTHMA: 10, FHIR + "Condition": 5}
    assert rig.store.references([]) == {}


def check_statistics(rig: Rig) -> None:
    assert rig.store.statistics() == Statistics(0, 0, {})
    rig.load(CHART, quad(BASE + "untyped", LABEL, Literal("x"), NOTE))
    assert rig.store.statistics() == Statistics(
        quads=CHART.count("\n") + 1,
        graphs=10,
        kinds={"Concept": 2, "Condition": 5, "DocumentReference": 1, "Encounter": 1, "MedicationRequest": 1, "Patient": 1, "Thing": 1},
    )


A, B = dataset_iri("a"), dataset_iri("b")
THEIRS = (
    record(f"{A}/Patient/1", "Patient", label="Ann"),
    record(f"{A}/Condition/1", "Condition", ("kg:subject", f"{A}/Patient/1"), ("kg:code", ASTHMA), label="Wheezing"),
    quad(f"{A}/Patient/1", "kg:hasCondition", ASTHMA, f"{A}/Condition/1"),
    quad(ASTHMA, TYPE, "skos:Concept", f"{A}/derived/concepts") + quad(ASTHMA, NOTATION, Literal("195967001"), f"{A}/derived/concepts"),
    quad(A, LABEL, Literal("All of a"), A),
    # A stub in A that a record of B completes, and a patient of A of whom records of B speak.
    quad(f"{A}/Encounter/1", TYPE, FHIR + "Encounter", f"{A}/derived/stubs"),
    quad(f"{A}/Encounter/1", STUB, Literal("true", XSD + "boolean"), f"{A}/derived/stubs"),
)
OTHERS = (
    *(
        record(f"{B}/Condition/{number}", "Condition", ("kg:subject", f"{A}/Patient/1"), ("kg:code", ASTHMA), label="Only b says this")
        + quad(f"{A}/Patient/1", "kg:hasCondition", ASTHMA, f"{B}/Condition/{number}")
        + quad(f"{A}/Patient/1", "kg:hasCondition", ASPIRIN, f"{B}/Condition/{number}")
        for number in (1, 2, 3)
    ),
    quad(ASTHMA, PREF_LABEL, Literal("A name that only b gives"), f"{B}/derived/concepts")
    + quad(ASTHMA, "skos:broader", ASPIRIN, f"{B}/derived/concepts")
    + quad(ASTHMA, TYPE, FHIR + "Aardvark", f"{B}/derived/concepts"),
    quad(ASPIRIN, TYPE, "skos:Concept", f"{B}/derived/concepts"),
    record(f"{A}/Encounter/1", "Encounter", ("kg:subject", f"{A}/Patient/1"), label="Completed by b", graph=f"{B}/Encounter/1"),
    # What both say is known from a's record alone, and a graph that is named as its dataset.
    quad(f"{A}/Patient/1", LABEL, Literal("Ann"), f"{B}/Condition/2")
    + quad(ASTHMA, NOTATION, Literal("195967001"), f"{B}/derived/concepts"),
    quad(A, LABEL, Literal("A as b knows it"), B),
    # Names that begin as a's does, or belong to no dataset.
    quad(f"{A}/Patient/1", LABEL, Literal("AA"), dataset_iri("a.b") + "/Patient/1"),
    quad(f"{A}/Patient/1", LABEL, Literal("A"), dataset_iri("a-2") + "/Patient/1"),
    quad(f"{A}/Patient/1", LABEL, Literal("AB"), BASE + "Patient/1"),
)
FAR: Final = [[Step("in", 2), Step("out", 2)], [Step("in", 2), Step("out", 1)], [Step("in", 1)]]


def check_a_reader_of_a_never_learns_of_b(rig: Rig) -> None:
    """Whatever it asks, it is answered as by a store that holds nothing but a, also after changes; and everything shows everything."""
    rig.load(*THEIRS, *OTHERS)
    rig.same()
    for datasets, held in ((("a",), THEIRS), (("a", "none"), THEIRS), (("none",), ()), ((), ()), (("b",), None)):
        _same_within(rig, Scope.of(datasets), held)
    everything = rig.store.within(EVERYTHING)
    assert everything.statistics() == rig.reference.statistics()
    rig.remove(f"{A}/Condition/1")
    rig.replace(record(f"{B}/Condition/1", "Condition", ("kg:code", ASTHMA), ("kg:code", ASPIRIN), label="Changed"))
    _same_within(rig, Scope.of(["a"]), tuple(text for text in THEIRS if "/Condition/1> ." not in text))
    _same_within(rig, Scope.of(["b"]), None)


def _same_within(rig: Rig, scope: Scope, held: tuple[str, ...] | None) -> None:
    """The store's answers within a scope are the reference's over what is `held` alone (None: over what its own scope admits)."""
    seen = rig.store.within(scope)
    reference: GraphReader
    if held is None:
        reference = rig.reference.within(scope)
    else:
        reference = alone = MemoryStore()
        alone.load([rig.part(text) for text in held])
    same_answers(seen, reference, sorted(rig.iris))
    for seeds in ([ASTHMA], [f"{A}/Patient/1", ASPIRIN], [f"{B}/Condition/1"]):
        assert seen.neighbourhood(seeds, FAR) == reference.neighbourhood(seeds, FAR)
    same_answers(seen.within(EVERYTHING), reference, [ASTHMA])
    assert seen.within(Scope.of(["other"])).statistics() == Statistics(0, 0, {})


def says(note: str, *said: tuple[str, str]) -> str:
    """The quads of what the texts of a record say: a link to a concept for each assertion, in the record's graph of readings."""
    return "".join(quad(note, link, concept, readings_iri(note)) for link, concept in said)


NOTES: Final = tuple(f"{name}/DocumentReference/{note}" for name, note in ((A, "1"), (A, "2"), (A, "3%2Fx"), (B, "1")))
FIRST, SECOND, THIRD, ELSEWHERE = NOTES
TEXTS: Final = (
    *(record(note, "DocumentReference", ("kg:code", ASPIRIN), label=f"Note {number}") for number, note in enumerate(NOTES)),
    *(quad(code, TYPE, "skos:Concept", f"{name}/derived/concepts") for code in (ASTHMA, ASPIRIN) for name in (A, B)),
)
READINGS: Final = (
    says(FIRST, *((link, ASTHMA) for link in SAID), (AFFIRMS, ASPIRIN)),
    says(SECOND, (DENIES, ASTHMA)),
    says(THIRD, (DENIES, ASTHMA), (SUSPECTS, ASTHMA)),
    says(ELSEWHERE, (AFFIRMS, ASTHMA), (DENIES, ASTHMA), (ATTRIBUTES_TO_FAMILY, ASPIRIN)),
)


def said_of(store: GraphReader, concept: str) -> set[tuple[str, str]]:
    """(record, link) of everything that texts say of a concept, read in pages."""
    entries = [(summary, edge) for summary, edge in all_pages(store, concept, direction="in") if edge.relation in SAID]
    found = {(summary.id, edge.relation) for summary, edge in entries}
    assert len(found) == len(entries)
    for summary, edge in entries:
        assert edge == Edge(summary.id, edge.relation, concept, 1, (readings_iri(summary.id),))
    return found


def check_what_texts_say_is_told_apart_by_assertion(rig: Rig) -> None:
    """Of one record and one concept each assertion is a link of its own, from either end and in every count."""
    rig.load(*TEXTS, *READINGS)
    out = [edge for _, edge in all_pages(rig.store, FIRST, direction="out") if edge.target == ASTHMA]
    assert out == [Edge(FIRST, link, ASTHMA, 1, (readings_iri(FIRST),)) for link in sorted(SAID)]
    assert said_of(rig.store, ASTHMA) == {
        *((FIRST, link) for link in SAID),
        (SECOND, DENIES),
        (THIRD, DENIES),
        (THIRD, SUSPECTS),
        (ELSEWHERE, AFFIRMS),
        (ELSEWHERE, DENIES),
    }
    assert [summary.id for summary, _ in all_pages(rig.store, ASTHMA, relation=SUSPECTS, direction="in")] == [FIRST, THIRD]
    assert all_pages(rig.store, ASTHMA, relation=SUSPECTS, direction="out") == []
    assert rig.store.neighbour_counts(ASTHMA) == tuple(
        NeighbourCount(link, "in", "DocumentReference", {AFFIRMS: 2, DENIES: 4, SUSPECTS: 2}.get(link, 1)) for link in sorted(SAID)
    )
    assert rig.store.references([ASTHMA, ASPIRIN]) == {ASTHMA: len(SAID) + 5, ASPIRIN: 6}
    rig.same()


def check_hits_keep_every_assertion_in_their_neighbourhood(rig: Rig) -> None:
    """What a search joins its hits with: a denial is never shown as what the text affirms, and what a bound leaves out is counted."""
    rig.load(*TEXTS, *READINGS)

    def links(limit: int, *relations: str) -> list[tuple[str, str, str]]:
        hops = [[Step("out", limit, kind="DocumentReference", relations=relations)]]
        found = rig.store.neighbourhood([FIRST, SECOND], hops)
        assert found == rig.reference.neighbourhood([FIRST, SECOND], hops)
        assert all(edge.evidence == (readings_iri(edge.source),) for edge in found.edges)
        return [(edge.source, edge.relation, edge.target) for edge in found.edges]

    everything = sorted([*((FIRST, link, ASTHMA) for link in SAID), (FIRST, AFFIRMS, ASPIRIN), (SECOND, DENIES, ASTHMA)])
    assert sorted(links(9, *SAID)) == everything
    assert sorted(links(9, DENIES)) == [(FIRST, DENIES, ASTHMA), (SECOND, DENIES, ASTHMA)]
    assert sorted(links(9, AFFIRMS)) == sorted([(FIRST, AFFIRMS, ASPIRIN), (FIRST, AFFIRMS, ASTHMA)])
    assert len(links(1, *SAID)) < len(everything)
    back = [[Step("in", 2, kind="Concept", relations=(DENIES,))]]
    found = rig.store.neighbourhood([ASTHMA], back)
    assert [(edge.source, edge.relation) for edge in found.edges] == [(FIRST, DENIES), (SECOND, DENIES)]
    assert found.omitted == (Omitted(ASTHMA, DENIES, "in", "DocumentReference", 2),)
    assert found == rig.reference.neighbourhood([ASTHMA], back)


def check_readings_come_and_go_with_their_own_record(rig: Rig) -> None:
    """A graph of readings that is written again or withdrawn takes nothing else along: no other reading, and not the record."""
    rig.load(*TEXTS, *READINGS)
    others = said_of(rig.store, ASTHMA) - {(FIRST, link) for link in SAID}
    first = rig.store.node(FIRST)
    assert rig.replace(says(FIRST, (DENIES, ASTHMA))) == 1
    assert said_of(rig.store, ASTHMA) == others | {(FIRST, DENIES)}
    assert said_of(rig.store, ASPIRIN) == {(ELSEWHERE, ATTRIBUTES_TO_FAMILY)}
    assert rig.store.node(FIRST) == first
    rig.same()
    assert rig.remove(readings_iri(FIRST)) == 1
    assert said_of(rig.store, ASTHMA) == others
    code = Edge(FIRST, KG + "code", ASPIRIN, 1, (FIRST,))
    assert [edge for _, edge in all_pages(rig.store, FIRST)] == [code]
    rig.same()
    assert rig.replace(record(SECOND, "DocumentReference", label="Written again"), record(FIRST, "DocumentReference")) == 3
    assert said_of(rig.store, ASTHMA) == others
    assert rig.remove(*(readings_iri(note) for note in (SECOND, THIRD))) == 2
    assert said_of(rig.store, ASTHMA) == {(ELSEWHERE, AFFIRMS), (ELSEWHERE, DENIES)}
    rig.load(*READINGS)
    assert said_of(rig.store, ASTHMA) == others | {(FIRST, link) for link in SAID}
    rig.same()


def check_a_reader_of_a_never_learns_what_texts_of_b_say(rig: Rig) -> None:
    """Of a concept that both name, also in counts; nor do texts of another dataset speak for a's records."""
    others = says(ELSEWHERE, (DENIES, ASTHMA)) + quad(SECOND, AFFIRMS, ASTHMA, readings_iri(ELSEWHERE))
    rig.load(*TEXTS, *READINGS, others)
    seen = rig.store.within(Scope.of(["a"]))
    assert said_of(seen, ASTHMA) == {*((FIRST, link) for link in SAID), (SECOND, DENIES), (THIRD, DENIES), (THIRD, SUSPECTS)}
    counts = {count.relation: count.count for count in seen.neighbour_counts(ASTHMA)}
    assert counts == {link: {DENIES: 3, SUSPECTS: 2}.get(link, 1) for link in SAID}
    assert seen.references([ASTHMA]) == {ASTHMA: len(SAID) + 3}
    assert seen.summaries([ELSEWHERE]) == (NodeSummary(ELSEWHERE, "Thing", "1"),) and seen.node(ELSEWHERE) is None
    hops = [[Step("in", 9, relations=SAID)], [Step("out", 9, relations=SAID)]]
    for scope in (Scope.of(["a"]), Scope.of(["b"]), Scope.of(["a", "b"]), Scope.of([])):
        within, reference = rig.store.within(scope), rig.reference.within(scope)
        assert within.neighbourhood([ASTHMA], hops) == reference.neighbourhood([ASTHMA], hops)
        same_answers(within, reference, [ASTHMA, ASPIRIN, *NOTES])
    alone = rig.store.within(Scope.of(["b"]))
    assert {edge.source for edge in alone.neighbourhood([ASTHMA], hops).edges} == {ELSEWHERE, SECOND}
    rig.remove(readings_iri(ELSEWHERE))
    assert said_of(rig.store.within(Scope.of(["b"])), ASTHMA) == set()
    assert said_of(rig.store.within(Scope.of(["a"])), ASTHMA) == said_of(rig.store, ASTHMA)


def check_broken_parts_are_named(rig: Rig) -> None:
    good = quad(PATIENT, LABEL, Literal("x"), PATIENT)
    broken = {
        "syntax": rig.part(good + "<https://example.org/a> nonsense .\n" + good),
        "no graph": rig.part(f'{iri_term(PATIENT)} {iri_term(LABEL)} "x" .\n'),
        "not text": rig.part(good, compress=True).rename(rig.folder / f"raw-{id(rig)}.nq"),
        "cut": rig.part(good * 1000, compress=True),
        "missing": rig.folder / "missing.nq",
        "missing.gz": rig.folder / "missing.nq.gz",
    }
    broken["cut"].write_bytes(broken["cut"].read_bytes()[:-30])
    for name, part in broken.items():
        store = rig.new_store()
        with pytest.raises(InvalidPart) as raised:
            store.load([rig.part(good), part])
        assert name == "no graph" or part.name in str(raised.value)
        store.close()


def check_a_supernode(rig: Rig) -> None:
    """Very many records of one concept: bounded, counted and paged without special care by the caller."""
    count = rig.supernode
    preferred = f"{count * 7 // 9:06}"
    lines = [quad(f"{BASE}Observation/{number:06}", "kg:code", ASTHMA, f"{BASE}batch/{number // 1000}") for number in range(count)]
    store = rig.store
    assert store.load([rig.part("".join(lines))]) == count
    assert store.references([ASTHMA]) == {ASTHMA: count}
    assert store.neighbour_counts(ASTHMA) == (NeighbourCount(KG + "code", "in", "Thing", count),)
    hops = [[Step("in", 3)]]
    found = store.neighbourhood([ASTHMA], hops, frozenset([f"{BASE}Observation/{preferred}"]))
    assert [edge.source[-6:] for edge in found.edges] == ["000000", "000001", preferred]
    assert found.omitted == (Omitted(ASTHMA, KG + "code", "in", "Thing", count - 3),)
    page = store.neighbours(ASTHMA, limit=2)
    assert [summary.id[-6:] for summary, _ in page.neighbours] == ["000000", "000001"]
    assert page.total == count
    last = store.neighbours(ASTHMA, limit=2, cursor=page.cursor)
    assert [summary.id[-6:] for summary, _ in last.neighbours] == ["000002", "000003"]


NODES = [PATIENT, ENCOUNTER, NOTE, ASTHMA, BASE + "Ünï", "urn:x:1"]
GRAPHS = [PATIENT, ENCOUNTER, NOTE, STUBS]
RELATIONS = [KG + "subject", KG + "code", DERIVED_FROM]
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_LITERAL = st.one_of(
    st.builds(Literal, _TEXT),
    st.builds(Literal, _TEXT, language=st.sampled_from(["en", "de-ch"])),
    st.builds(Literal, st.integers().map(str), st.just(XSD + "integer")),
    st.builds(Literal, st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str), st.just(XSD + "decimal")),
)


def _lines(graphs: Sequence[str]) -> st.SearchStrategy[list[str]]:
    """Statements of some graphs: many links, and some classes, names, values and marks of stubs."""
    nodes, stated = st.sampled_from(NODES), st.sampled_from(graphs)
    link = st.builds(quad, nodes, st.sampled_from(RELATIONS), nodes, stated)
    line = st.one_of(
        st.builds(quad, nodes, st.just(TYPE), st.sampled_from([FHIR + "Patient", FHIR + "Group"]), stated),
        st.builds(quad, nodes, st.sampled_from([LABEL, PREF_LABEL, KG + "value"]), _LITERAL, stated),
        st.builds(quad, nodes, st.just(STUB), st.just(Literal("true", XSD + "boolean")), stated),
    )
    return st.builds(list.__add__, st.lists(link, min_size=25, max_size=50), st.lists(line, max_size=20))


_LINES = _lines(GRAPHS)
_CHANGE = st.one_of(_LINES, _LINES, st.sets(st.sampled_from(GRAPHS), max_size=2))
_DIRECTION: st.SearchStrategy[Direction] = st.sampled_from(["out", "in"])
_STEP = st.builds(
    Step,
    _DIRECTION,
    st.integers(0, 2),
    kind=st.sampled_from([None, None, None, "Patient", "Thing"]),
    relations=st.one_of(st.none(), st.none(), st.lists(st.sampled_from(RELATIONS), max_size=2).map(tuple)),
)
_QUESTION = st.tuples(
    st.lists(st.sampled_from(NODES), min_size=1, max_size=3),
    st.lists(st.lists(_STEP, min_size=1, max_size=3), min_size=1, max_size=3),
    st.frozensets(st.sampled_from(NODES), max_size=4),
)


def check_generated_graphs(rig: Rig) -> None:
    @settings(
        max_examples=rig.graphs,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink] if rig.shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        changes=st.lists(_CHANGE, min_size=1, max_size=3),
        questions=st.lists(_QUESTION, min_size=2, max_size=4),
    )
    def compare(changes: Sequence[list[str] | set[str]], questions: Sequence[tuple[list[str], list[list[Step]], frozenset[str]]]) -> None:
        one = Rig(rig.new_store, rig.folder)
        for change in changes:
            if isinstance(change, set):
                one.remove(*change)
            else:
                one.load("".join(change))
        one.same()
        for question in questions:
            assert one.store.neighbourhood(*question) == one.reference.neighbourhood(*question)
        one.close()

    compare()


def check_generated_graphs_within_a_scope(rig: Rig) -> None:
    graphs = [f"{A}/Patient/1", f"{A}/derived/concepts", f"{B}/Patient/1", dataset_iri("a.b") + "/Patient/1"]

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink] if rig.shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(lines=_lines(graphs), gone=st.sets(st.sampled_from(graphs), max_size=2), questions=st.lists(_QUESTION, min_size=2, max_size=4))
    def compare(lines: list[str], gone: set[str], questions: Sequence[tuple[list[str], list[list[Step]], frozenset[str]]]) -> None:
        one = Rig(rig.new_store, rig.folder)
        one.load("".join(lines))
        one.remove(*gone)
        seen, reference = one.store.within(Scope.of(["a"])), one.reference.within(Scope.of(["a"]))
        same_answers(seen, reference, NODES)
        for question in questions:
            assert seen.neighbourhood(*question) == reference.neighbourhood(*question)
        one.close()

    compare()


CHECKS: dict[str, Callable[[Rig], None]] = {
    name.removeprefix("check_"): check for name, check in globals().items() if name.startswith("check_")
}


class GraphStoreContract:
    """Inherit and supply the fixture `new_store`. `supernode`: edges at one node; `graphs`: how many generated ones are compared."""

    supernode = 100_000
    graphs = 30

    @pytest.fixture
    def new_store(self) -> NewStore:
        raise NotImplementedError

    @pytest.mark.parametrize("name", CHECKS)
    def test_keeps_the_contract(self, name: str, new_store: NewStore, tmp_path: Path) -> None:
        rig = Rig(new_store, tmp_path)
        rig.supernode, rig.graphs = self.supernode, self.graphs
        CHECKS[name](rig)
        rig.close()


class ServerContract(GraphStoreContract):
    """The contract of a server: less is loaded, because each one takes minutes over what the others were asked in the same words.

    `COMMISSURE_SUPERNODE=100000 COMMISSURE_GRAPHS=30` asks it of as much as stores in this process.
    """

    supernode = int(os.environ.get("COMMISSURE_SUPERNODE", "20000"))
    graphs = int(os.environ.get("COMMISSURE_GRAPHS", "10"))
