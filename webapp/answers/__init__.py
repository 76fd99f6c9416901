"""Values of search and graph as JSON-ready dicts: the one form that the REST interface and `--json` of the command line share.

The classes state the stable keys (the OpenAPI document is generated from them), the functions of the same name in lower case fill them.
Offsets count code points of the decoded, untrimmed text; they are end-exclusive.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal as Choice

from typing_extensions import TypedDict

from cohorts.patients import Counted
from concepts.model import Assertion
from graph import model as graph
from graph.vocabulary import compact, group_of
from search import model as search
from webapp import library


class SpanJson(TypedDict):
    """A span of a document's text."""

    text: str
    start: int
    """First code point."""
    end: int
    """Code point after the last."""


class EvidenceJson(TypedDict):
    """Why a claim can be believed: span → record → source file and line → ingest run."""

    document: str
    """IRI of the document."""
    record: str
    """IRI of the record that carries it."""
    source: str
    """File or URL that the record was read from."""
    line: int
    """Line of the file (for a Bundle, the position of its entry), from 1."""
    run: str
    """The ingest run that took it in."""
    start: int
    end: int


class HitConceptJson(TypedDict):
    """A concept that a document mentions."""

    concept: str
    """IRI of the concept."""
    label: str
    assertion: Assertion


class HitJson(TypedDict):
    """A document found."""

    rank: int
    """Position in the whole ranking, from 1."""
    document: str
    """IRI of the document."""
    title: str
    dataset: str
    kind: str
    """Kind of the record: DocumentReference, DiagnosticReport, Text …"""
    type: str
    """Document type as people read it."""
    patient: str | None
    """IRI of the patient."""
    patient_label: str | None
    encounter: str | None
    """IRI of the encounter."""
    date: str | None
    """As the source has it, precision kept: YYYY, YYYY-MM, YYYY-MM-DD or a full timestamp."""
    score: float
    scores: dict[str, float]
    """What each ranker gave; a ranker that did not find the document is absent."""
    section: str
    """Heading of the section that the passage lies in."""
    passage: SpanJson
    """The passage that speaks best for the document."""
    highlights: list[SpanJson]
    """Where query terms stand within the passage."""
    answer: SpanJson | None
    """The sentence of the passage that answers best."""
    matched_terms: list[str]
    concepts: list[HitConceptJson]
    """Concepts mentioned in the document, at most ten."""
    evidence: EvidenceJson
    duplicates: int
    """How many further documents with the same text were folded into this hit."""


class NodeSummaryJson(TypedDict):
    """A node as pictures and lists show it."""

    id: str
    """IRI of the node."""
    kind: str
    """Local name of its class."""
    group: str
    """The group that a person sees it under."""
    label: str
    stub: bool
    """True where records refer to the node but none describes it."""


class EdgeJson(TypedDict):
    """A link between two nodes."""

    source: str
    relation: str
    """IRI of the predicate."""
    relation_name: str
    """The predicate with its prefix: kg:subject."""
    target: str
    records: int
    """How many records state the link."""
    evidence: list[str]
    """IRIs of the first three of them."""


class OmittedJson(TypedDict):
    """Neighbours that a bound cut."""

    node: str
    relation: str
    direction: Choice["in", "out"]
    kind: str
    count: int


class NeighbourhoodJson(TypedDict):
    """The bounded, typed subgraph around some nodes."""

    nodes: list[NodeSummaryJson]
    edges: list[EdgeJson]
    omitted: list[OmittedJson]


class SharedJson(TypedDict):
    """A node that joins several hits."""

    node: str
    label: str
    kind: str
    group: str
    hits: list[int]
    """Ranks of the hits it joins."""


class FacetValueJson(TypedDict):
    """One value of a facet and how many found documents have it."""

    value: str
    label: str
    count: int


class SearchResultJson(TypedDict):
    """The answer to a search."""

    total: int
    """How many documents were found."""
    total_is_exact: bool
    """False where ranking stopped at its depth."""
    generation: int
    """Number of the published generation that was searched."""
    hits: list[HitJson]
    neighbourhood: NeighbourhoodJson
    """What the hits of this page hang together by."""
    shared: list[SharedJson]
    """Nodes that join several hits, best first."""
    facets: dict[str, list[FacetValueJson]]
    notices: list[str]
    """What is missing or cut, in words."""
    graph: Choice["joined", "unavailable"]
    """Whether the graph store could join all hits of this page."""
    seconds: float
    timings: dict[str, float]
    """Seconds by step."""


class MentionJson(TypedDict):
    """A span of a document that names a concept. It is evidence, never a charted fact."""

    id: str
    start: int
    end: int
    text: str
    concept: str | None
    label: str
    assertion: Assertion
    score: float | None
    """How sure the finder is that the span names something."""
    concept_score: float | None
    """How sure it is of the concept."""
    source: str
    """Who found it."""


class PassageJson(TypedDict):
    """A passage of a document."""

    start: int
    end: int
    section: str


class DocumentJson(TypedDict):
    """A document with its text."""

    id: str
    record: str
    dataset: str
    kind: str
    type: str
    title: str
    patient: str | None
    patient_label: str | None
    encounter: str | None
    date: str | None
    status: str
    media_type: str
    """Media type of the attachment that the text was decoded from."""
    source: str
    line: int
    text: str
    """Decoded and untrimmed; show it as text, never as markup."""
    passages: list[PassageJson]
    mentions: list[MentionJson]
    copies: list["DocumentSummaryJson"]
    """The other documents of its patient that have the same text; searches fold them into one hit."""
    generation: int


class DocumentSummaryJson(TypedDict):
    """A document as lists show it."""

    id: str
    title: str
    dataset: str
    kind: str
    type: str
    date: str | None
    patient: str | None
    patient_label: str | None
    encounter: str | None


class LiteralJson(TypedDict):
    """A literal value; `datatype` is null for a plain string."""

    value: str
    datatype: str | None
    language: str | None


class NodeJson(TypedDict):
    """Everything the graph says about one node itself."""

    id: str
    kind: str
    group: str
    label: str
    stub: bool
    properties: dict[str, list[LiteralJson]]
    """IRI of the predicate → its values."""
    records: list[str]
    """IRIs of the records that say something of the node."""
    documents: list[DocumentSummaryJson]
    """Documents that the node carries, where it is a record with text."""
    references: int
    """How many statements have the node as their object."""
    generation: int


class NeighbourCountJson(TypedDict):
    """How many distinct neighbours of one kind a node has over one relation in one direction."""

    relation: str
    relation_name: str
    direction: Choice["in", "out"]
    kind: str
    group: str
    count: int


class NeighbourCountsJson(TypedDict):
    """Neighbours of a node, counted by relation, direction and kind."""

    node: str
    counts: list[NeighbourCountJson]
    generation: int


class NeighbourJson(TypedDict):
    """A neighbour and the link that leads to it."""

    node: NodeSummaryJson
    edge: EdgeJson
    counted: bool
    """False for a record of which nothing counts as true of the patient, and for a mention that does not affirm."""
    assertion: str
    """What the record or the mention asserts: affirmed, negated, hypothetical, historical or family."""
    status: str
    """The status of a record that does not count, such as refuted or not-done."""


class NeighbourPageJson(TypedDict):
    """One page of neighbours, sorted by IRI."""

    node: str
    total: int
    """How many there are over all pages."""
    neighbours: list[NeighbourJson]
    cursor: str | None
    """Ask for the next page with it; null at the end."""
    generation: int


class NeighbourhoodAnswerJson(NeighbourhoodJson):
    """The bounded, typed subgraph around the asked nodes."""

    generation: int


class ConceptJson(TypedDict):
    """A concept and how widely it is used."""

    concept: str
    """IRI of the concept."""
    system: str
    """Canonical URL of its code system or labeling job."""
    code: str
    label: str
    """Its most used name."""
    synonyms: list[str]
    patients: int
    """Patients who have it charted as a counted fact."""
    documents: int
    """Documents that mention it or whose encounter charts it."""
    facts: int


class ConceptAnswerJson(ConceptJson):
    """One concept of the open generation."""

    generation: int


class ConceptListJson(TypedDict):
    """Concepts that begin with what was typed, most used first."""

    concepts: list[ConceptJson]
    generation: int


class PatientJson(TypedDict):
    """Who a patient is."""

    id: str
    dataset: str
    label: str
    sex: str
    born: str | None
    died: str | None
    source: str
    line: int


class PatientAnswerJson(PatientJson):
    """One patient of the open generation."""

    facts: int
    """How many facts are charted of the patient."""
    generation: int


class ChartedConditionJson(TypedDict):
    """A condition in the words of the record, with the concepts of all its codings."""

    label: str
    concepts: list[str]


class PatientRowJson(PatientJson):
    """A patient with what is charted of them: counted conditions, notes, and records that say something."""

    documents: int
    facts: int
    conditions: list[ChartedConditionJson]


class CountedJson(TypedDict):
    """A value by which patients can be chosen and how many have it beside all else that is chosen."""

    value: str
    label: str
    patients: int


class PatientsOfConceptJson(TypedDict):
    """Patients who have a concept charted, by label."""

    total: int
    """How many there are over all pages."""
    patients: list[PatientJson]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class PatientListJson(TypedDict):
    """Patients that fit, sorted."""

    total: int
    """How many there are over all pages."""
    patients: list[PatientRowJson]
    sexes: list[CountedJson]
    ages: list[CountedJson]
    conditions: list[CountedJson]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class FactJson(TypedDict):
    """Subject – relation – concept – time – value – status – assertion, with the record that says so."""

    record: str
    dataset: str
    subject: str
    relation: str
    concept: str | None
    label: str
    start: str | None
    end: str | None
    value: str | None
    number: float | None
    unit: str | None
    status: str
    assertion: Assertion
    counted: bool
    """False where it does not count as true of the subject: refuted, not done, entered by a machine, a relative's."""
    encounter: str | None
    source: str
    line: int


class FactListJson(TypedDict):
    """A patient's facts, oldest first."""

    patient: str
    total: int
    facts: list[FactJson]
    next_offset: int | None
    generation: int


class DocumentListJson(TypedDict):
    """Documents, newest first."""

    documents: list[DocumentSummaryJson]
    next_offset: int | None
    generation: int


class DatasetContentsJson(TypedDict):
    """What the open generation holds of a dataset."""

    documents: int
    passages: int
    embedded: int
    """Passages that have a vector."""
    patients: int
    facts: int
    mentions: int
    first_date: str | None
    last_date: str | None


class DatasetJson(TypedDict):
    """A dataset: what the ledger holds, and what of it is published."""

    dataset: str
    records: int
    kinds: dict[str, int]
    """Kind of record → count."""
    quads: int
    unresolved_references: int
    last_run: str | None
    updated: str | None
    published: DatasetContentsJson | None
    """null while nothing of the dataset is published."""


class DatasetListJson(TypedDict):
    """All datasets, by name."""

    datasets: list[DatasetJson]
    generation: int | None
    """null while nothing is published."""
    published: str | None
    """When the generation was published."""


class RunJson(TypedDict):
    """One ingest run."""

    run: str
    dataset: str
    state: str
    """running, finished, failed or interrupted."""
    step: str
    started: str
    finished: str | None
    sources: list[str]
    records: dict[str, int]
    """read, added, changed, unchanged, removed, rejected → count."""
    quads: int
    documents: int
    rejects: dict[str, int]
    """Reject code → count."""
    warnings: dict[str, int]
    """Warning code → count."""
    skipped: dict[str, int]
    """Why a valid record is not represented → count."""
    message: str


class RunListJson(TypedDict):
    """Ingest runs, newest first."""

    runs: list[RunJson]


class IssueJson(TypedDict):
    """Something wrong with a source line. The reason never quotes clinical text."""

    severity: str
    """reject or warning."""
    code: str
    reason: str
    source: str
    line: int
    record: str
    field: str


class IssueListJson(TypedDict):
    """A run's rejects and warnings, in source order."""

    run: str
    issues: list[IssueJson]
    next_offset: int | None


class RecordJson(TypedDict):
    """A record as it came in."""

    record: str
    """IRI of the record, which is also its named graph."""
    kind: str
    raw: str
    """The JSON text as the source had it."""
    source: str
    line: int
    run: str


def span(value: search.Span) -> SpanJson:
    """A span of a document's text."""
    return {"text": value.text, "start": value.start, "end": value.end}


def evidence(value: search.Evidence) -> EvidenceJson:
    """The chain from a span to the ingest run."""
    return {
        "document": value.document,
        "record": value.record,
        "source": value.source,
        "line": value.line,
        "run": value.run,
        "start": value.start,
        "end": value.end,
    }


def hit(value: search.Hit) -> HitJson:
    """A document found."""
    return {
        "rank": value.rank,
        "document": value.document,
        "title": value.title,
        "dataset": value.dataset,
        "kind": value.kind,
        "type": value.type,
        "patient": value.patient,
        "patient_label": value.patient_label,
        "encounter": value.encounter,
        "date": value.date,
        "score": value.score,
        "scores": dict(value.scores),
        "section": value.section,
        "passage": span(value.passage),
        "highlights": [span(highlight) for highlight in value.highlights],
        "answer": span(value.answer) if value.answer else None,
        "matched_terms": list(value.matched_terms),
        "concepts": [{"concept": iri, "label": label, "assertion": assertion} for iri, label, assertion in value.concepts],
        "evidence": evidence(value.evidence),
        "duplicates": value.duplicates,
    }


def node_summary(value: graph.NodeSummary, group: str | None = None) -> NodeSummaryJson:
    """A node as pictures and lists show it; `group` where it depends on how the node was reached."""
    return {"id": value.id, "kind": value.kind, "group": group or group_of(value.kind), "label": value.label, "stub": value.stub}


def edge(value: graph.Edge) -> EdgeJson:
    """A link between two nodes."""
    return {
        "source": value.source,
        "relation": value.relation,
        "relation_name": compact(value.relation),
        "target": value.target,
        "records": value.records,
        "evidence": list(value.evidence),
    }


def neighbourhood(value: graph.Neighbourhood, groups: Mapping[str, str] | None = None) -> NeighbourhoodJson:
    """A subgraph; `groups` says under which group nodes are shown where their kind alone does not."""
    groups = groups or {}
    return {
        "nodes": [node_summary(node, groups.get(node.id)) for node in value.nodes],
        "edges": [edge(link) for link in value.edges],
        "omitted": [
            {"node": cut.node, "relation": cut.relation, "direction": cut.direction, "kind": cut.kind, "count": cut.count}
            for cut in value.omitted
        ],
    }


def search_result(value: search.SearchResult) -> SearchResultJson:
    """The answer to a search; its keys are stable."""
    return {
        "total": value.total,
        "total_is_exact": value.total_is_exact,
        "generation": value.generation,
        "hits": [hit(found) for found in value.hits],
        "neighbourhood": neighbourhood(value.neighbourhood, value.groups),
        "shared": [
            {"node": node.node, "label": node.label, "kind": node.kind, "group": node.group, "hits": list(node.hits)}
            for node in value.shared
        ],
        "facets": {
            name: [{"value": one.value, "label": one.label, "count": one.count} for one in values] for name, values in value.facets.items()
        },
        "notices": list(value.notices),
        "graph": "joined" if value.graph else "unavailable",
        "seconds": value.seconds,
        "timings": dict(value.timings),
    }


def document(value: search.Document, copies: Iterable[search.DocumentSummary], generation: int) -> DocumentJson:
    """A document with its text, passages, mentions and copies."""
    return {
        "id": value.id,
        "record": value.record,
        "dataset": value.dataset,
        "kind": value.kind,
        "type": value.type,
        "title": value.title,
        "patient": value.patient,
        "patient_label": value.patient_label,
        "encounter": value.encounter,
        "date": value.date,
        "status": value.status,
        "media_type": value.media_type,
        "source": value.source,
        "line": value.line,
        "text": value.text,
        "passages": [{"start": passage.start, "end": passage.end, "section": passage.section} for passage in value.passages],
        "mentions": [
            {
                "id": mention.id,
                "start": mention.start,
                "end": mention.end,
                "text": mention.text,
                "concept": mention.concept,
                "label": mention.label,
                "assertion": mention.assertion,
                "score": mention.score,
                "concept_score": mention.concept_score,
                "source": mention.source,
            }
            for mention in value.mentions
        ],
        "copies": [document_summary(one) for one in copies],
        "generation": generation,
    }


def document_summary(value: search.DocumentSummary) -> DocumentSummaryJson:
    """A document as lists show it."""
    return {
        "id": value.id,
        "title": value.title,
        "dataset": value.dataset,
        "kind": value.kind,
        "type": value.type,
        "date": value.date,
        "patient": value.patient,
        "patient_label": value.patient_label,
        "encounter": value.encounter,
    }


def node(value: graph.Node, documents: Iterable[search.DocumentSummary], references: int, generation: int) -> NodeJson:
    """Everything the graph says about one node itself."""
    return {
        "id": value.id,
        "kind": value.kind,
        "group": group_of(value.kind),
        "label": value.label,
        "stub": value.stub,
        "properties": {
            predicate: [{"value": one.value, "datatype": one.datatype, "language": one.language} for one in values]
            for predicate, values in value.properties.items()
        },
        "records": list(value.records),
        "documents": [document_summary(one) for one in documents],
        "references": references,
        "generation": generation,
    }


def neighbour_counts(iri: str, counts: Iterable[graph.NeighbourCount], generation: int) -> NeighbourCountsJson:
    """Neighbours of a node, counted by relation, direction and kind."""
    return {
        "node": iri,
        "counts": [
            {
                "relation": one.relation,
                "relation_name": compact(one.relation),
                "direction": one.direction,
                "kind": one.kind,
                "group": group_of(one.kind),
                "count": one.count,
            }
            for one in counts
        ],
        "generation": generation,
    }


def neighbour_page(
    iri: str,
    page: graph.NeighbourPage,
    uncounted: Mapping[str, search.Fact],
    assertions: Mapping[str, Assertion],
    generation: int,
) -> NeighbourPageJson:
    """One page of neighbours. `uncounted` has what records say that do not count, `assertions` those of mentions."""

    def neighbour(found: graph.NodeSummary, link: graph.Edge) -> NeighbourJson:
        fact = uncounted.get(found.id.partition("#")[0]) if found.kind != "Annotation" else None
        assertion = fact.assertion if fact else assertions.get(found.id, Assertion.AFFIRMED)
        return {
            "node": node_summary(found),
            "edge": edge(link),
            "counted": fact is None and assertion is Assertion.AFFIRMED,
            "assertion": str(assertion),
            "status": fact.status if fact else "",
        }

    return {
        "node": iri,
        "total": page.total,
        "neighbours": [neighbour(found, link) for found, link in page.neighbours],
        "cursor": page.cursor,
        "generation": generation,
    }


def concept(value: search.ConceptSummary) -> ConceptJson:
    """A concept and how widely it is used."""
    return {
        "concept": value.concept,
        "system": value.system,
        "code": value.code,
        "label": value.label,
        "synonyms": list(value.synonyms),
        "patients": value.patients,
        "documents": value.documents,
        "facts": value.facts,
    }


def patient(value: search.PatientSummary) -> PatientJson:
    """Who a patient is."""
    return {
        "id": value.id,
        "dataset": value.dataset,
        "label": value.label,
        "sex": value.sex,
        "born": value.born,
        "died": value.died,
        "source": value.source,
        "line": value.line,
    }


def patient_row(value: search.PatientOverview) -> PatientRowJson:
    """A patient as lists show them."""
    return {
        **patient(value.patient),
        "documents": value.documents,
        "facts": value.facts,
        "conditions": [{"label": one.label, "concepts": list(one.concepts)} for one in value.conditions],
    }


def counted(values: Sequence[Counted]) -> list[CountedJson]:
    """Values with how many patients have them."""
    return [{"value": one.value, "label": one.label, "patients": one.patients} for one in values]


def fact(value: search.Fact) -> FactJson:
    """A fact with the record that says so."""
    return {
        "record": value.record,
        "dataset": value.dataset,
        "subject": value.subject,
        "relation": value.relation,
        "concept": value.concept,
        "label": value.label,
        "start": value.start,
        "end": value.end,
        "value": value.value,
        "number": value.number,
        "unit": value.unit,
        "status": value.status,
        "assertion": value.assertion,
        "counted": value.counted,
        "encounter": value.encounter,
        "source": value.source,
        "line": value.line,
    }


def dataset(value: library.DatasetStatus, contents: search.DatasetSummary | None) -> DatasetJson:
    """A dataset as the ledger knows it, with what of it is published."""
    return {
        "dataset": value.dataset,
        "records": value.records,
        "kinds": dict(value.kinds),
        "quads": value.quads,
        "unresolved_references": value.unresolved_references,
        "last_run": value.last_run,
        "updated": value.updated,
        "published": None
        if contents is None
        else {
            "documents": contents.documents,
            "passages": contents.passages,
            "embedded": contents.embedded,
            "patients": contents.patients,
            "facts": contents.facts,
            "mentions": contents.mentions,
            "first_date": contents.first_date,
            "last_date": contents.last_date,
        },
    }


def run(value: library.RunStatus) -> RunJson:
    """One ingest run."""
    return {
        "run": value.run,
        "dataset": value.dataset,
        "state": value.state,
        "step": value.step,
        "started": value.started,
        "finished": value.finished,
        "sources": list(value.sources),
        "records": dict(value.records),
        "quads": value.quads,
        "documents": value.documents,
        "rejects": dict(value.rejects),
        "warnings": dict(value.warnings),
        "skipped": dict(value.skipped),
        "message": value.message,
    }


def issue(value: library.RejectedLine) -> IssueJson:
    """One issue of a run."""
    return {
        "severity": value.severity,
        "code": value.code,
        "reason": value.reason,
        "source": value.source,
        "line": value.line,
        "record": value.record,
        "field": value.field,
    }


def record(value: library.RecordSource) -> RecordJson:
    """A record as it came in."""
    return {
        "record": value.record,
        "kind": value.kind,
        "raw": value.raw,
        "source": value.source,
        "line": value.line,
        "run": value.run,
    }
