"""A library in memory: two patients, notes (a hostile one among them), facts, concepts, runs, rejects and a small graph.

Shared by the tests of the REST interface and of the pages. The search of it is a plain count of query terms, so that tests can say
what must come back; everything else answers as the protocols promise.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

from concepts.model import Assertion, Mention
from graph import vocabulary as v
from graph.errors import InvalidCursor
from graph.identifiers import concept_iri, iri_term, literal_term, record_iri
from graph.model import (
    Direction,
    Edge,
    Literal,
    NeighbourCount,
    Neighbourhood,
    NeighbourPage,
    Node,
    NodeSummary,
    Omitted,
    QueryResult,
    Statistics,
    Step,
)
from graph.store import GraphStore
from search.errors import NothingPublished
from search.model import (
    ConceptSummary,
    DatasetSummary,
    Document,
    DocumentSummary,
    Evidence,
    FacetValue,
    Fact,
    Filters,
    Hit,
    Mode,
    PassageSpan,
    PatientOverview,
    PatientSummary,
    SearchRequest,
    SearchResult,
    Shared,
    Span,
)
from search.patients import merged
from tests.webapp.streets import LazyLabels
from webapp.library import DatasetStatus, Loader, RecordSource, RejectedLine, RunStatus

DATASET = "demo"
OTHER_DATASET = "letters"
SOURCE = "exports/demo/DocumentReference.ndjson"
RUN = "20240501T080000-1a2b3c"
FAILED_RUN = "20240430T170000-9f8e7d"

SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

OVARIAN_CANCER = concept_iri(SNOMED, "363443007")
DIABETES = concept_iri(SNOMED, "44054006")
NEUROPATHY = concept_iri(SNOMED, "386033004")
HYPERTENSION = concept_iri(SNOMED, "38341003")
CISPLATIN = concept_iri(RXNORM, "2555")
PACLITAXEL = concept_iri(RXNORM, "56946")
METFORMIN = concept_iri(RXNORM, "6809")
HAEMOGLOBIN_A1C = concept_iri("http://loinc.org", "4548-4")

ROSA = record_iri(DATASET, "Patient", "rosa")
MILAN = record_iri(DATASET, "Patient", "milan")
ROSA_VISIT = record_iri(DATASET, "Encounter", "rosa-oncology")
MILAN_VISIT = record_iri(DATASET, "Encounter", "milan-clinic")

ONCOLOGY_NOTE = record_iri(DATASET, "DocumentReference", "rosa-oncology-note")
FOLLOW_UP_NOTE = record_iri(DATASET, "DocumentReference", "rosa-follow-up")
DIABETES_NOTE = record_iri(DATASET, "DocumentReference", "milan-diabetes-note")
HOSTILE_NOTE = record_iri(DATASET, "DocumentReference", "milan-hostile-note")
SECOND_ATTACHMENT = ONCOLOGY_NOTE + "#content-1"
LETTER = record_iri(OTHER_DATASET, "Text", "letter 7/b")

HOSTILE_TITLE = '<img src=x onerror="alert(1)"> \u202egnp.eton & "quoted"'
HOSTILE_TEXT = (
    "Plan:\n<script>alert('note')</script> </textarea></pre><b>bold</b> &amp; &lt;\n"
    "\u202eright to left\u202c \u2066isolate\u2069 zero\u200bwidth \u0007bell\x00nul\n"
    "{{ 7 * 7 }} ${7*7} %s javascript:alert(1) ]]> --> 'single' \"double\" \\back\n"
    "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467 combining e\u0301 metformin continued\n"
)


def _mention(document: str, text: str, word: str, concept: str, label: str, assertion: Assertion, number: int) -> Mention:
    start = text.index(word)
    return Mention(
        id=f"{document}#mention-{number}",
        start=start,
        end=start + len(word),
        text=word,
        concept=concept,
        label=label,
        assertion=assertion,
        score=0.98,
        concept_score=0.87,
        source="healthlake:infer-snomedct",
    )


def _passages(text: str) -> tuple[PassageSpan, ...]:
    """One passage per block of text; its section is the block's first line where that ends with a colon."""
    passages = []
    for number, block in enumerate(re.finditer(r"(?s)\S.*?(?=\n\n|\Z)", text)):
        heading = re.match(r"([^\n:]{1,40}):\n", block[0])
        passages.append(PassageSpan(block.start(), block.end(), heading[1] if heading else "", bytes([number]) * 16))
    return tuple(passages)


_ONCOLOGY_TEXT = (
    "History of present illness:\nWoman treated with cisplatin and paclitaxel for ovarian cancer since March. "
    "She denies neuropathy. Her mother had hypertension.\n\n"
    "Plan:\nContinue carboplatin only if the creatinine rises. Next cycle in three weeks.\n"
)
_FOLLOW_UP_TEXT = (
    "Assessment:\nOvarian cancer in partial remission after six cycles of cisplatin. Numbness of both feet: possible neuropathy.\n\n"
    "Plan:\nGabapentin at night; review in May.\n"
)
_DIABETES_TEXT = (
    "Assessment:\nMan with type 2 diabetes on metformin. Haemoglobin A1c 7.4 %. No hypertension.\n\n"
    "Plan:\nContinue metformin, repeat the laboratory tests in three months.\n"
)
_LETTER_TEXT = "Dear colleague,\n\nthank you for seeing this patient with diabetes, who tolerates metformin well.\n"

DOCUMENTS: tuple[Document, ...] = (
    Document(
        id=ONCOLOGY_NOTE,
        record=ONCOLOGY_NOTE,
        dataset=DATASET,
        kind="DocumentReference",
        type="Oncology note",
        title="Oncology visit",
        text=_ONCOLOGY_TEXT,
        patient=ROSA,
        patient_label="Rosa Lindqvist",
        encounter=ROSA_VISIT,
        date="2024-03-18",
        status="current",
        source=SOURCE,
        line=1,
        passages=_passages(_ONCOLOGY_TEXT),
        mentions=(
            _mention(ONCOLOGY_NOTE, _ONCOLOGY_TEXT, "cisplatin", CISPLATIN, "cisplatin", Assertion.AFFIRMED, 1),
            _mention(ONCOLOGY_NOTE, _ONCOLOGY_TEXT, "paclitaxel", PACLITAXEL, "paclitaxel", Assertion.AFFIRMED, 2),
            _mention(ONCOLOGY_NOTE, _ONCOLOGY_TEXT, "ovarian cancer", OVARIAN_CANCER, "Ovarian cancer", Assertion.AFFIRMED, 3),
            _mention(ONCOLOGY_NOTE, _ONCOLOGY_TEXT, "neuropathy", NEUROPATHY, "Neuropathy", Assertion.NEGATED, 4),
            _mention(ONCOLOGY_NOTE, _ONCOLOGY_TEXT, "hypertension", HYPERTENSION, "Hypertension", Assertion.FAMILY, 5),
        ),
    ),
    Document(
        id=SECOND_ATTACHMENT,
        record=ONCOLOGY_NOTE,
        dataset=DATASET,
        kind="DocumentReference",
        type="Oncology note",
        title="Oncology visit (attachment 2)",
        text="Chemotherapy consent, signed.\n",
        patient=ROSA,
        patient_label="Rosa Lindqvist",
        encounter=ROSA_VISIT,
        date="2024-03-18",
        status="current",
        media_type="application/pdf",
        source=SOURCE,
        line=1,
        passages=_passages("Chemotherapy consent, signed.\n"),
    ),
    Document(
        id=FOLLOW_UP_NOTE,
        record=FOLLOW_UP_NOTE,
        dataset=DATASET,
        kind="DocumentReference",
        type="Progress note",
        title="Follow-up after chemotherapy",
        text=_FOLLOW_UP_TEXT,
        patient=ROSA,
        patient_label="Rosa Lindqvist",
        encounter=ROSA_VISIT,
        date="2024-04",
        status="superseded",
        source=SOURCE,
        line=2,
        passages=_passages(_FOLLOW_UP_TEXT),
        mentions=(
            _mention(FOLLOW_UP_NOTE, _FOLLOW_UP_TEXT, "Ovarian cancer", OVARIAN_CANCER, "Ovarian cancer", Assertion.AFFIRMED, 1),
            _mention(FOLLOW_UP_NOTE, _FOLLOW_UP_TEXT, "cisplatin", CISPLATIN, "cisplatin", Assertion.HISTORICAL, 2),
            _mention(FOLLOW_UP_NOTE, _FOLLOW_UP_TEXT, "neuropathy", NEUROPATHY, "Neuropathy", Assertion.HYPOTHETICAL, 3),
        ),
    ),
    Document(
        id=DIABETES_NOTE,
        record=DIABETES_NOTE,
        dataset=DATASET,
        kind="DocumentReference",
        type="Progress note",
        title="Diabetes clinic",
        text=_DIABETES_TEXT,
        patient=MILAN,
        patient_label="Milan Okafor",
        encounter=MILAN_VISIT,
        date="2023-11-02T09:30:00+01:00",
        status="current",
        source=SOURCE,
        line=3,
        passages=_passages(_DIABETES_TEXT),
        mentions=(
            _mention(DIABETES_NOTE, _DIABETES_TEXT, "type 2 diabetes", DIABETES, "Type 2 diabetes mellitus", Assertion.AFFIRMED, 1),
            _mention(DIABETES_NOTE, _DIABETES_TEXT, "metformin", METFORMIN, "metformin", Assertion.AFFIRMED, 2),
            _mention(DIABETES_NOTE, _DIABETES_TEXT, "hypertension", HYPERTENSION, "Hypertension", Assertion.NEGATED, 3),
        ),
    ),
    Document(
        id=HOSTILE_NOTE,
        record=HOSTILE_NOTE,
        dataset=DATASET,
        kind="DocumentReference",
        type="<i>Note</i>",
        title=HOSTILE_TITLE,
        text=HOSTILE_TEXT,
        patient=MILAN,
        patient_label="Milan Okafor",
        encounter=MILAN_VISIT,
        date="2023",
        status="current",
        media_type="text/html",
        source=SOURCE,
        line=4,
        passages=_passages(HOSTILE_TEXT),
        mentions=(_mention(HOSTILE_NOTE, HOSTILE_TEXT, "metformin", METFORMIN, "metformin", Assertion.AFFIRMED, 1),),
    ),
    Document(
        id=LETTER,
        record=LETTER,
        dataset=OTHER_DATASET,
        kind="Text",
        type="Text",
        title="Letter of referral",
        text=_LETTER_TEXT,
        source="letters.jsonl",
        line=7,
        passages=_passages(_LETTER_TEXT),
    ),
)

PATIENTS: tuple[PatientSummary, ...] = (
    PatientSummary(MILAN, DATASET, "Milan Okafor", "male", "1975-09-30", None, "exports/demo/Patient.ndjson", 2),
    PatientSummary(ROSA, DATASET, "Rosa Lindqvist", "female", "1961-04", "2025-01-05", "exports/demo/Patient.ndjson", 1),
)


def _fact(identifier: str, kind: str, subject: str, relation: str, concept: str, label: str, start: str, **rest: object) -> Fact:
    fact = Fact(
        record=record_iri(DATASET, kind, identifier),
        dataset=DATASET,
        subject=subject,
        relation=relation,
        concept=concept,
        label=label,
        start=start,
        encounter=ROSA_VISIT if subject == ROSA else MILAN_VISIT,
        source=f"exports/demo/{kind}.ndjson",
        line=1,
        status="active",
    )
    return replace(fact, **rest)  # type: ignore[arg-type]


FACTS: tuple[Fact, ...] = (
    _fact("rosa-cancer", "Condition", ROSA, "condition", OVARIAN_CANCER, "Ovarian cancer", "2024-01"),
    _fact("rosa-cisplatin", "MedicationRequest", ROSA, "medication", CISPLATIN, "cisplatin", "2024-03-01", end="2024-04-20", line=2),
    _fact("rosa-paclitaxel", "MedicationRequest", ROSA, "medication", PACLITAXEL, "paclitaxel", "2024-03-01", line=3),
    _fact(
        "rosa-neuropathy",
        "Condition",
        ROSA,
        "condition",
        NEUROPATHY,
        "Neuropathy",
        "2024-04-02",
        status="refuted",
        assertion=Assertion.NEGATED,
        counted=False,
        line=4,
    ),
    _fact("milan-diabetes", "Condition", MILAN, "condition", DIABETES, "Type 2 diabetes mellitus", "2012"),
    _fact("milan-metformin", "MedicationRequest", MILAN, "medication", METFORMIN, "metformin", "2012-06-01", line=2),
    _fact(
        "milan-a1c",
        "Observation",
        MILAN,
        "observation",
        HAEMOGLOBIN_A1C,
        "Haemoglobin A1c",
        "2023-11-02",
        value="7.4 %",
        number=7.4,
        unit="%",
        status="final",
        line=3,
    ),
)

CONCEPTS: tuple[ConceptSummary, ...] = (
    ConceptSummary(OVARIAN_CANCER, SNOMED, "363443007", "Ovarian cancer", ("Malignant tumor of ovary",), 1, 3, 1),
    ConceptSummary(CISPLATIN, RXNORM, "2555", "cisplatin", (), 1, 3, 1),
    ConceptSummary(PACLITAXEL, RXNORM, "56946", "paclitaxel", ("Taxol",), 1, 3, 1),
    ConceptSummary(DIABETES, SNOMED, "44054006", "Type 2 diabetes mellitus", ("Diabetes mellitus type II",), 1, 2, 1),
    ConceptSummary(METFORMIN, RXNORM, "6809", "metformin", (), 1, 2, 1),
    ConceptSummary(HAEMOGLOBIN_A1C, "http://loinc.org", "4548-4", "Haemoglobin A1c", (), 1, 1, 1),
    ConceptSummary(NEUROPATHY, SNOMED, "386033004", "Neuropathy", (), 0, 2, 1),
    ConceptSummary(HYPERTENSION, SNOMED, "38341003", "Hypertension", (), 0, 2, 0),
)

RUNS: tuple[RunStatus, ...] = (
    RunStatus(
        run=RUN,
        dataset=DATASET,
        state="finished",
        step="published",
        started="2024-05-01T08:00:00Z",
        finished="2024-05-01T08:00:42Z",
        sources=("exports/demo",),
        records={"read": 20, "added": 17, "changed": 1, "unchanged": 0, "removed": 0, "rejected": 2},
        quads=171,
        documents=5,
        rejects={"json": 1, "invalid": 1},
        warnings={"date": 1},
        skipped={"claim": 3},
    ),
    RunStatus(
        run=FAILED_RUN,
        dataset=DATASET,
        state="failed",
        step="read",
        started="2024-04-30T17:00:00Z",
        finished="2024-04-30T17:00:01Z",
        sources=("exports/missing",),
        records={"read": 0, "added": 0, "changed": 0, "unchanged": 0, "removed": 0, "rejected": 0},
        quads=0,
        documents=0,
        rejects={},
        warnings={},
        skipped={},
        message="Nothing is at exports/missing. Check the path.",
    ),
)

ISSUES: tuple[RejectedLine, ...] = (
    RejectedLine("reject", "json", "The line is not JSON: it ends inside a string.", "exports/demo/Condition.ndjson", 9, "", ""),
    RejectedLine("warning", "date", "The date has a month above 12.", "exports/demo/Condition.ndjson", 11, "Condition/x", "onsetDateTime"),
    RejectedLine("reject", "invalid", "A required element is missing.", "exports/demo/Observation.ndjson", 3, "Observation/y", "code"),
)

RAW_ROSA = '{"resourceType":"Patient","id":"rosa","gender":"female","birthDate":"1961-04","deceasedDateTime":"2025-01-05"}'
RAW_NOTE = '{"resourceType":"DocumentReference","id":"rosa-oncology-note","status":"current","type":{"text":"Oncology note"}}'

RECORDS: tuple[RecordSource, ...] = (
    RecordSource(ROSA, "Patient", RAW_ROSA, "exports/demo/Patient.ndjson", 1, RUN),
    RecordSource(ONCOLOGY_NOTE, "DocumentReference", RAW_NOTE, SOURCE, 1, RUN),
    *(
        RecordSource(one.record, one.kind, RAW_NOTE.replace("rosa-oncology-note", one.record.rpartition("/")[2]), one.source, one.line, RUN)
        for one in DOCUMENTS
        if one.id == one.record != ONCOLOGY_NOTE
    ),
)

Object = str | Literal


@dataclass
class MemoryGraph:
    """A GraphStore over a list of quads (subject, predicate, object, graph)."""

    quads: list[tuple[str, str, Object, str]] = field(default_factory=list)

    def load(self, parts: Iterable[Path]) -> int:
        raise NotImplementedError  # the web reads: whatever loads from there is to fail a test

    def remove(self, graphs: Iterable[str]) -> int:
        gone = set(graphs)
        existed = {graph for *_, graph in self.quads} & gone
        self.quads = [quad for quad in self.quads if quad[3] not in gone]
        return len(existed)

    def node(self, iri: str) -> Node | None:
        said = [quad for quad in self.quads if quad[0] == iri]
        if not said:
            return None
        properties: dict[str, set[Literal]] = defaultdict(set)
        for _, predicate, value, _ in said:
            if isinstance(value, Literal):
                properties[predicate].add(value)
            elif predicate in v.NOT_LINKS and predicate != v.TYPE:
                properties[predicate].add(Literal(value, v.XSD + "anyURI"))
        summary = self._summary(iri)
        return Node(
            iri,
            summary.kind,
            summary.label,
            summary.stub,
            {
                predicate: tuple(sorted(values, key=lambda one: (one.value, one.datatype or "", one.language or "")))
                for predicate, values in sorted(properties.items())
            },
            tuple(sorted({graph for *_, graph in said})),
        )

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        return tuple(self._summary(iri) for iri in iris)

    def _summary(self, iri: str) -> NodeSummary:
        kinds = sorted(v.local_name(o) for s, p, o, _ in self.quads if s == iri and p == v.TYPE and isinstance(o, str))
        preferred = sorted(o.value for s, p, o, _ in self.quads if s == iri and p == v.PREF_LABEL and isinstance(o, Literal))
        labels = sorted(o.value for s, p, o, _ in self.quads if s == iri and p == v.LABEL and isinstance(o, Literal))
        stub = any(s == iri and p == v.STUB for s, p, _, _ in self.quads)
        return NodeSummary(iri, (kinds or ["Thing"])[0], (preferred + labels + [v.local_name(iri)])[0], stub)

    def _links(self) -> dict[tuple[str, str, str], list[str]]:
        links: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for s, p, o, graph in self.quads:
            if isinstance(o, str) and p not in v.NOT_LINKS:
                links[s, p, o].append(graph)
        return links

    def _edge(self, link: tuple[str, str, str], graphs: Sequence[str]) -> Edge:
        distinct = sorted(set(graphs))
        return Edge(*link, len(distinct), tuple(distinct[:3]))

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        links = self._links()
        nodes, edges, omitted = set(seeds), set(), set()
        frontier = set(seeds)
        for steps in hops:
            reached: set[str] = set()
            for node in frontier:
                for step in steps:
                    if step.kind is not None and self._summary(node).kind != step.kind:
                        continue
                    groups: dict[tuple[str, str], dict[str, Edge]] = defaultdict(dict)
                    for (s, p, o), graphs in links.items():
                        here, there = (s, o) if step.direction == "out" else (o, s)
                        if here == node and (step.relations is None or p in step.relations):
                            groups[p, self._summary(there).kind][there] = self._edge((s, p, o), graphs)
                    for (relation, kind), found in groups.items():
                        ranked = sorted(found, key=lambda other: (other not in prefer, -found[other].records, other))
                        edges |= {found[other] for other in ranked[: step.limit]}
                        reached |= set(ranked[: step.limit])
                        if len(ranked) > step.limit:
                            omitted.add(Omitted(node, relation, step.direction, kind, len(ranked) - step.limit))
            frontier = reached - nodes
            nodes |= reached
        return Neighbourhood(
            self.summaries(sorted(nodes)),
            tuple(sorted(edges, key=lambda e: (e.source, e.relation, e.target))),
            tuple(sorted(omitted, key=lambda o: (o.node, o.relation, o.direction, o.kind, o.count))),
        )

    def _neighbours(self, iri: str) -> list[tuple[NodeSummary, Edge, Direction]]:
        found: list[tuple[NodeSummary, Edge, Direction]] = []
        for link, graphs in self._links().items():
            if link[0] == iri:
                found.append((self._summary(link[2]), self._edge(link, graphs), "out"))
            if link[2] == iri:
                found.append((self._summary(link[0]), self._edge(link, graphs), "in"))
        return sorted(found, key=lambda one: (one[0].id, one[1].relation, one[2]))

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        counts = Counter((edge.relation, direction, node.kind) for node, edge, direction in self._neighbours(iri))
        return tuple(NeighbourCount(*key, count) for key, count in sorted(counts.items()))

    def neighbours(
        self,
        iri: str,
        *,
        relation: str | None = None,
        direction: Direction | None = None,
        kind: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
    ) -> NeighbourPage:
        matching = [
            (node, edge)
            for node, edge, way in self._neighbours(iri)
            if (relation is None or edge.relation == relation)
            and (direction is None or way == direction)
            and (kind is None or node.kind == kind)
        ]
        if cursor is not None and not cursor.isdigit():
            raise InvalidCursor("the cursor is not one that a former page gave; start without a cursor")
        start = int(cursor or 0)
        end = start + limit
        return NeighbourPage(tuple(matching[start:end]), len(matching), str(end) if end < len(matching) else None)

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        counts = Counter(o for _, _, o, _ in self.quads if isinstance(o, str))
        return {iri: counts[iri] for iri in iris if counts[iri]}

    def statistics(self) -> Statistics:
        subjects = {s for s, *_ in self.quads}
        kinds = Counter(self._summary(s).kind for s in subjects)
        return Statistics(len(self.quads), len({g for *_, g in self.quads}), dict(sorted(kinds.items())))

    def close(self) -> None:
        pass


class QueryableGraph(MemoryGraph):
    """A MemoryGraph that also answers SPARQL, through an Oxigraph in memory. `slow` makes it run into its time limit."""

    def query(self, sparql: str, *, accept: str, timeout: float, max_rows: int) -> QueryResult:
        import pyoxigraph as ox

        from graph.errors import QueryRefused, QuerySyntaxError, QueryTimeout

        if "#slow" in sparql:
            raise QueryTimeout(f"The query ran longer than {timeout:g} s; add a LIMIT or narrower patterns.")
        if re.search(r"(?i)\bSERVICE\b", sparql):
            raise QueryRefused("SERVICE is not allowed: queries read this store only.")
        if re.search(r"(?i)^\s*(INSERT|DELETE|DROP|LOAD|CLEAR)\b", sparql):
            raise QueryRefused("Updates are not allowed: this endpoint only reads.")
        store = ox.Store()
        store.load(self.n_quads().encode(), format=ox.RdfFormat.N_QUADS)
        try:
            answer = store.query(sparql, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from error
        if isinstance(answer, ox.QueryTriples):
            triples = list(answer)
            body = ox.serialize(triples[:max_rows], format=ox.RdfFormat.from_media_type(accept))
            assert body is not None
            return QueryResult(body, accept, len(triples) > max_rows)
        result_format = ox.QueryResultsFormat.from_media_type(accept)
        assert result_format is not None
        body = answer.serialize(format=result_format)
        assert body is not None
        return QueryResult(body, accept, False)

    def n_quads(self) -> str:
        return "".join(
            f"{iri_term(s)} {iri_term(p)} "
            f"{iri_term(o) if isinstance(o, str) else literal_term(o.value, o.datatype, o.language)} {iri_term(g)} .\n"
            for s, p, o, g in self.quads
        )


def graph_quads() -> list[tuple[str, str, Object, str]]:
    """The graph of the two patients: records, links, charted concepts, mentions, one stub and a source hub that is no link."""
    quads: list[tuple[str, str, Object, str]] = []

    def describe(iri: str, kind: str, label: str, *more: tuple[str, Object]) -> None:
        quads.append((iri, v.TYPE, v.FHIR + kind, iri))
        quads.append((iri, v.LABEL, Literal(label), iri))
        quads.append((iri, v.DERIVED_FROM, "urn:source:exports/demo", iri))
        quads.extend((iri, predicate, value, iri) for predicate, value in more)

    describe(
        ROSA,
        "Patient",
        "Rosa Lindqvist",
        (v.KG + "gender", Literal("female")),
        (v.KG + "birthDate", Literal("1961-04", v.XSD + "gYearMonth")),
    )
    describe(MILAN, "Patient", "Milan Okafor", (v.KG + "gender", Literal("male")))
    practitioner = record_iri(DATASET, "Practitioner", "unknown-doctor")
    describe(ROSA_VISIT, "Encounter", "Oncology visit", (v.SUBJECT, ROSA), (v.KG + "participant", practitioner))
    describe(MILAN_VISIT, "Encounter", "Diabetes clinic", (v.SUBJECT, MILAN), (v.KG + "participant", practitioner))
    stubs = v.BASE + f"data/{DATASET}/derived/stubs"
    quads.append((practitioner, v.TYPE, v.FHIR + "Practitioner", stubs))
    quads.append((practitioner, v.STUB, Literal("true", v.XSD + "boolean"), stubs))
    for fact in FACTS:
        assert fact.concept is not None
        assert fact.encounter is not None
        kind = fact.record.rsplit("/", 2)[1]
        describe(fact.record, kind, fact.label, (v.SUBJECT, fact.subject), (v.ENCOUNTER, fact.encounter), (v.CODE, fact.concept))
        charted = {group: relation for relation, group in v.RELATION_GROUPS.items()}.get(fact.relation)
        if fact.counted and charted:
            quads.append((fact.subject, charted, fact.concept, fact.record))
    for document in DOCUMENTS:
        if document.patient is None or document.encounter is None or document.id != document.record:
            continue
        describe(document.id, "DocumentReference", document.title, (v.SUBJECT, document.patient), (v.ENCOUNTER, document.encounter))
        for mention in document.mentions:
            assert mention.concept is not None
            quads.append((mention.id, v.TYPE, v.ANNOTATION, document.id))
            quads.append((mention.id, v.LABEL, Literal(mention.text), document.id))
            quads.append((mention.id, v.HAS_BODY, mention.concept, document.id))
            quads.append((mention.id, v.HAS_TARGET, document.id, document.id))
    concepts = v.BASE + f"data/{DATASET}/derived/concepts"
    for concept in CONCEPTS:
        quads.append((concept.concept, v.TYPE, v.CONCEPT, concepts))
        quads.append((concept.concept, v.PREF_LABEL, Literal(concept.label), concepts))
        quads.append((concept.concept, v.NOTATION, Literal(concept.code), concepts))
        quads.append((concept.concept, v.IN_SCHEME, concept.system, concepts))
    return quads


def summary_of(document: Document) -> DocumentSummary:
    return DocumentSummary(
        document.id,
        document.title,
        document.dataset,
        document.kind,
        document.type,
        document.date,
        document.patient,
        document.patient_label,
        document.encounter,
    )


@dataclass
class MemoryCatalog:
    """A Catalog over tuples."""

    documents: tuple[Document, ...] = DOCUMENTS
    patient_summaries: tuple[PatientSummary, ...] = PATIENTS
    facts: tuple[Fact, ...] = FACTS
    concepts: tuple[ConceptSummary, ...] = CONCEPTS

    def _newest(self, documents: Iterable[Document]) -> tuple[DocumentSummary, ...]:
        by_id = sorted(documents, key=lambda one: one.id)
        return tuple(summary_of(one) for one in sorted(by_id, key=lambda one: one.date or "", reverse=True))

    def document(self, document: str) -> Document | None:
        return next((one for one in self.documents if one.id == document), None)

    def documents_of_record(self, record: str) -> tuple[DocumentSummary, ...]:
        return tuple(summary_of(one) for one in self.documents if one.record == record)

    def documents_of_patient(self, patient: str, limit: int = 1000, offset: int = 0) -> tuple[DocumentSummary, ...]:
        return self._newest(one for one in self.documents if one.patient == patient)[offset : offset + limit]

    def documents_of_encounter(self, encounter: str) -> tuple[DocumentSummary, ...]:
        return self._newest(one for one in self.documents if one.encounter == encounter)

    def facts_of_patient(self, patient: str, limit: int = 5000, offset: int = 0) -> tuple[Fact, ...]:
        mine = sorted((one for one in self.facts if one.subject == patient), key=lambda one: (one.start or "", one.record))
        return tuple(mine[offset : offset + limit])

    def facts_of_encounter(self, encounter: str) -> tuple[Fact, ...]:
        return tuple(one for one in self.facts if one.encounter == encounter)

    def count_facts_of_patient(self, patient: str) -> int:
        return sum(one.subject == patient for one in self.facts)

    def patient(self, patient: str) -> PatientSummary | None:
        return next((one for one in self.patient_summaries if one.id == patient), None)

    def patients(self, dataset: str | None = None, limit: int = 50, offset: int = 0) -> tuple[PatientSummary, ...]:
        found = sorted((one for one in self.patient_summaries if dataset in (None, one.dataset)), key=lambda one: (one.label, one.id))
        return tuple(found[offset : offset + limit])

    def patient_overviews(self) -> tuple[PatientOverview, ...]:
        return tuple(self._overview(one) for one in sorted(self.patient_summaries, key=lambda one: (one.label, one.id)))

    def _overview(self, patient: PatientSummary) -> PatientOverview:
        mine = sorted((one for one in self.facts if one.subject == patient.id), key=lambda one: (one.record, one.label))
        charted = merged((one.record, one.label, one.concept) for one in mine if one.relation == "condition" and one.counted)
        documents = sum(one.patient == patient.id for one in self.documents)
        return PatientOverview(patient, documents, len({one.record for one in mine}), charted)

    def concept(self, concept: str) -> ConceptSummary | None:
        return next((one for one in self.concepts if one.concept == concept), None)

    def suggest_concepts(self, text: str, limit: int = 10) -> tuple[ConceptSummary, ...]:
        typed = text.lower().split()

        def fits(one: ConceptSummary) -> bool:
            names = [name.lower().split() for name in (one.label, *one.synonyms)]
            return one.code == text or any(all(any(word.startswith(part) for word in name) for part in typed) for name in names)

        found = [one for one in self.concepts if fits(one)]
        return tuple(sorted(found, key=lambda one: (-one.documents, one.label))[:limit])

    def patients_with_concept(self, concept: str, limit: int = 50, offset: int = 0) -> tuple[PatientSummary, ...]:
        ids = {one.subject for one in self.facts if one.concept == concept and one.counted}
        return tuple(one for one in self.patients(limit=1000) if one.id in ids)[offset : offset + limit]

    def datasets(self) -> tuple[DatasetSummary, ...]:
        found = []
        for dataset in sorted({one.dataset for one in self.documents}):
            documents = [one for one in self.documents if one.dataset == dataset]
            dates = sorted(one.date for one in documents if one.date)
            passages = sum(len(one.passages) for one in documents)
            found.append(
                DatasetSummary(
                    dataset,
                    len(documents),
                    passages,
                    passages - (1 if dataset == OTHER_DATASET else 0),
                    sum(one.dataset == dataset for one in self.patient_summaries),
                    sum(one.dataset == dataset for one in self.facts),
                    sum(len(one.mentions) for one in documents),
                    dates[0] if dates else None,
                    dates[-1] if dates else None,
                )
            )
        return tuple(found)


@dataclass
class MemorySearcher:
    """Counts query words in documents; joins through the graph; every request is kept in `requests`."""

    catalog: MemoryCatalog
    graph: GraphStore | None
    generation: int
    requests: list[SearchRequest] = field(default_factory=list)
    fail: Exception | None = None

    def copies(self, document: str) -> tuple[DocumentSummary, ...]:
        asked = self.catalog.document(document)
        others = (one for one in self.catalog.documents if asked and one.id != document)
        return self.catalog._newest(one for one in others if (one.patient, one.text) == (asked.patient, asked.text))

    def search(self, request: SearchRequest) -> SearchResult:
        self.requests.append(request)
        if self.fail is not None:
            raise self.fail
        words = [word for word in re.findall(r"\w+", request.query.lower()) if len(word) > 2]
        found = []
        for document in self.catalog.documents:
            matched = [word for word in words if word in document.text.lower()]
            # Meaning always finds something.
            if self._allowed(document, request.filters) and (matched or not words or request.mode is Mode.SEMANTIC):
                found.append((len(matched), document, matched))
        found.sort(key=lambda one: one[1].id)
        if words:
            found.sort(key=lambda one: one[0], reverse=True)
        else:
            found.sort(key=lambda one: one[1].date or "", reverse=True)
        page = found[request.offset : request.offset + request.limit]
        hits = tuple(
            self._hit(request.offset + n, document, matched, len(words), request.mode)
            for n, (_, document, matched) in enumerate(page, start=1)
        )
        neighbourhood = Neighbourhood()
        if request.join and self.graph is not None and hits:
            steps = ((Step("out", 5), Step("in", 5, relations=(v.HAS_TARGET,))), (Step("out", 5),))
            neighbourhood = self.graph.neighbourhood([one.document for one in hits], steps)
        groups = {node.id: v.group_of(node.kind) for node in neighbourhood.nodes}
        for edge in neighbourhood.edges:
            if edge.relation in v.RELATION_GROUPS:
                groups[edge.target] = v.RELATION_GROUPS[edge.relation]
        notices = [] if self.graph is not None else ["The graph cannot be reached just now: hits are shown without their neighbourhood."]
        if any(document.dataset == OTHER_DATASET for _, document, _ in found):
            notices.append("1 passage of 'letters' has no vector yet; it is found by its words only.")
        return SearchResult(
            total=len(found),
            total_is_exact=True,
            generation=self.generation,
            hits=hits,
            neighbourhood=neighbourhood,
            groups=groups,
            shared=self._shared(hits),
            facets=self._facets([document for _, document, _ in found]) if request.facets else {},
            notices=tuple(notices),
            graph=self.graph is not None,
            seconds=0.012,
            timings={**({} if request.mode is Mode.LEXICAL else {"encode": 0.007}), "rank": 0.003, "join": 0.002},
        )

    def _allowed(self, document: Document, filters: Filters) -> bool:
        affirmed = {one.concept for one in document.mentions if one.assertion is Assertion.AFFIRMED}
        charted = {one.concept for one in self.catalog.facts if one.counted and one.encounter == document.encounter}
        date = document.date or ""
        return (
            (not filters.datasets or document.dataset in filters.datasets)
            and (not filters.patients or document.patient in filters.patients)
            and (not filters.types or document.type in filters.types)
            and (not filters.concepts or bool((affirmed | charted) & set(filters.concepts)))
            and (not filters.date_from or date[: len(filters.date_from)] >= filters.date_from)
            and (not filters.date_to or (bool(date) and date[: len(filters.date_to)] <= filters.date_to))
        )

    def _hit(self, rank: int, document: Document, matched: list[str], words: int, mode: Mode) -> Hit:
        def terms(span: PassageSpan) -> int:
            return sum(word in document.text[span.start : span.end].lower() for word in matched)

        passage = max(document.passages, key=terms)
        text = document.text[passage.start : passage.end]
        pattern = "|".join(map(re.escape, matched)) or r"(?!)"
        highlights = tuple(
            Span(passage.start + one.start(), passage.start + one.end(), one[0]) for one in re.finditer(pattern, text, flags=re.IGNORECASE)
        )
        answer = None
        for sentence in re.finditer(r"[^.\n]+\.", text):
            if matched and matched[0] in sentence[0].lower():
                answer = Span(passage.start + sentence.start(), passage.start + sentence.end(), sentence[0])
                break
        share = len(matched) / words if words else 0.0
        scores = {"semantic": share * 0.9, "lexical": share * 10}
        if mode is not Mode.HYBRID:
            scores = {mode.value: scores[mode.value]}
        return Hit(
            rank=rank,
            document=document.id,
            title=document.title,
            dataset=document.dataset,
            kind=document.kind,
            type=document.type,
            patient=document.patient,
            patient_label=document.patient_label,
            encounter=document.encounter,
            date=document.date,
            score=share,
            scores=scores,
            section=passage.section,
            passage=Span(passage.start, passage.end, text),
            highlights=highlights,
            answer=answer,
            matched_terms=tuple(matched),
            concepts=tuple((one.concept, one.label, one.assertion) for one in document.mentions if one.concept),
            evidence=Evidence(document.id, document.record, document.source, document.line, RUN, passage.start, passage.end),
            duplicates=1 if document.id == FOLLOW_UP_NOTE else 0,
        )

    def _shared(self, hits: Sequence[Hit]) -> tuple[Shared, ...]:
        by_node: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
        for hit in hits:
            if hit.patient and hit.patient_label:
                by_node[hit.patient, hit.patient_label, "Patient", "patient"].append(hit.rank)
            for concept, label, assertion in hit.concepts:
                if assertion is Assertion.AFFIRMED:
                    group = next((fact.relation for fact in self.catalog.facts if fact.concept == concept), "concept")
                    by_node[concept, label, "Concept", group].append(hit.rank)
        joined = [Shared(*key, tuple(sorted(set(ranks)))) for key, ranks in by_node.items() if len(set(ranks)) > 1]
        return tuple(sorted(joined, key=lambda one: (-len(one.hits), one.node)))

    def _facets(self, documents: Sequence[Document]) -> dict[str, tuple[FacetValue, ...]]:
        def counted(values: Iterable[tuple[str, str]]) -> tuple[FacetValue, ...]:
            counts = Counter(values)
            return tuple(FacetValue(value, label, n) for (value, label), n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))

        return {
            "dataset": counted((one.dataset, one.dataset) for one in documents),
            "type": counted((one.type, one.type) for one in documents),
            "patient": counted((one.patient, one.patient_label or "") for one in documents if one.patient),
            "concept": counted(
                pair
                for one in documents
                for pair in {(m.concept, m.label) for m in one.mentions if m.concept and m.assertion is Assertion.AFFIRMED}
            ),
            "year": counted((one.date[:4], one.date[:4]) for one in documents if one.date),
        }


@dataclass
class MemorySnapshot:
    """One generation."""

    generation: int
    published: str
    catalog: MemoryCatalog
    retriever: MemorySearcher
    graph: GraphStore | None
    labels: LazyLabels = field(default_factory=LazyLabels)


def make_snapshot(generation: int = 7, *, graph: GraphStore | None = None, with_graph: bool = True) -> MemorySnapshot:
    """A generation over the canned data; `with_graph=False` is a store that cannot be reached."""
    catalog = MemoryCatalog()
    if graph is None and with_graph:
        graph = QueryableGraph(graph_quads())
    searcher = MemorySearcher(catalog, graph, generation)
    return MemorySnapshot(generation, "2024-05-01T08:00:42Z", catalog, searcher, graph)


@dataclass
class MemoryLibrary:
    """A Library. `snapshot=None` is a fresh installation; set another snapshot to publish it. `taken` counts calls of current()."""

    snapshot: MemorySnapshot | None = field(default_factory=make_snapshot)
    run_list: tuple[RunStatus, ...] = RUNS
    issue_list: tuple[RejectedLine, ...] = ISSUES
    records: tuple[RecordSource, ...] = RECORDS
    loader: Loader | None = None
    taken: int = 0

    def current(self) -> MemorySnapshot:
        self.taken += 1
        if self.snapshot is None:
            raise NothingPublished("no generation in the data folder")
        return self.snapshot

    def datasets(self) -> tuple[DatasetStatus, ...]:
        if self.snapshot is None:
            return ()
        kinds = {"Patient": 2, "Encounter": 2, "Condition": 3, "MedicationRequest": 3, "Observation": 1, "DocumentReference": 4}
        return (
            DatasetStatus(DATASET, 15, kinds, 171, 1, RUN, "2024-05-01T08:00:42Z"),
            DatasetStatus(OTHER_DATASET, 1, {"Text": 1}, 6, 0, None, None),
        )

    def runs(self, limit: int = 50) -> tuple[RunStatus, ...]:
        return self.run_list[:limit]

    def run(self, run: str) -> RunStatus | None:
        return next((one for one in self.run_list if one.run == run), None)

    def issues(self, run: str, *, severity: str | None = None, limit: int = 100, offset: int = 0) -> tuple[RejectedLine, ...]:
        if run != RUN:
            return ()
        return tuple(one for one in self.issue_list if severity in (None, one.severity))[offset : offset + limit]

    def record(self, record: str) -> RecordSource | None:
        return next((one for one in self.records if one.record == record), None)
