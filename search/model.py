"""Values of search: what ingest hands over to be found, what a researcher asks, and what comes back.

All offsets are code points into the decoded, untrimmed text of the document, end-exclusive.

Longer than most because these values are one vocabulary, read together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from concepts.model import Assertion, Mention
from graph.model import Neighbourhood
from search.filters import Filters as Filters
from search.questions.question import Ask, Head, Question, Said, Switch, Whole

SNOMED: Final = "http://snomed.info/id/"
"""Where the concepts of SNOMED CT begin; of several codings of one thing, its is named first."""


class Mode(StrEnum):
    """Which rankers answer."""

    HYBRID = "hybrid"
    SEMANTIC = "semantic"
    LEXICAL = "lexical"


class Group(StrEnum):
    """By what hits are put together."""

    PATIENT = "patient"


class Match(StrEnum):
    """How well a document answers the question (search.ranking.relevance)."""

    WELL = "well"
    LOOSELY = "loosely"


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """A passage of a document: its section heading ('' if none) and `key`, the 16-byte digest of the text that is embedded for it."""

    start: int
    end: int
    section: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """Text a person may search. `id` is the record's IRI (with `#content-N` for attachments after the first)."""

    id: str
    record: str
    dataset: str
    kind: str
    """Kind of the record: DocumentReference, DiagnosticReport, Text …"""
    type: str
    """Document type as people read it: 'Discharge summary'."""
    title: str
    text: str
    patient: str | None = None
    patient_label: str | None = None
    encounter: str | None = None
    date: str | None = None
    """Lexical form as the source has it, precision kept."""
    dated: str = ""
    """The element of the record that `date` is of, as FHIR names it without its type: effective, issued, created, date …; '' if unknown."""
    status: str = ""
    media_type: str = "text/plain"
    source: str = ""
    line: int = 0
    passages: tuple[PassageSpan, ...] = ()
    mentions: tuple[Mention, ...] = ()


RECORD: Final = "record"
"""Relation of what is said of a record itself: that it does not count, where it charts nothing of a patient."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Subject – relation – concept – time – value – status – assertion, with the record that says so.

    `relation` is a group of graph.vocabulary ('condition', 'medication', 'procedure', 'observation', 'allergy', 'immunization',
    'encounter' …); `counted` is False where the status policy keeps it from counting as true of the subject (refuted, not done,
    entered by a machine, a relative's). Dates are lexical.

    A record gives a fact for each coding of what it tells, in the order of the codings: facts of one `record` are one event, but for the
    components of an observation, which differ in their labels.

    Of results: `number` is the value only where `comparator` is ''; else the value is bounded by it ('<', '<=', '>=', '>', or a word of
    the record's such as 'ad'), and nothing may compute with it. `attributes` say the reference range ('low: 3.5', 'high: 5.1',
    'range: negative'), a line each.

    Of records that chart nothing and do not count (a revoked order, a cancelled report): RECORD, with the record as subject.

    Of labeled data: 'label' (`number` is the confidence) and 'answer' (`number` are seconds) have an item as subject, `job`, `agent`
    (human, machine or a worker) and `attributes`, a line each; 'broader' has a class as subject and a broader class as concept.
    """

    record: str
    dataset: str
    subject: str
    relation: str
    concept: str | None
    label: str
    start: str | None = None
    end: str | None = None
    value: str | None = None
    number: float | None = None
    unit: str | None = None
    status: str = ""
    assertion: Assertion = Assertion.AFFIRMED
    counted: bool = True
    encounter: str | None = None
    source: str = ""
    line: int = 0
    job: str | None = None
    agent: str = ""
    attributes: str = ""
    comparator: str = ""
    category: str = ""
    """Codes of the record's categories ('encounter-diagnosis', 'laboratory'), a line each; of a component, those of its observation."""
    setting: str = ""
    """Of an encounter: the code of its class as written: 'EMER', 'IMP', 'AMB' …, several a line each."""
    answer: str = ""
    """Of a coded result: the concepts of its codings, a space between them."""
    recorded: str | None = None
    """When it was written down, asserted or given out, whatever `start` says of when it held."""
    started: str = ""
    """The element that `start` is of, as FHIR names it without its type: onset, effective, performed, period, authoredOn, recordedDate …"""
    supply: float | None = None
    """Of a drug: for how many days what is ordered or given out lasts, refills included. `end` is that of its dosage, not of its supply."""
    canonical: float | None = None
    """`number` in the unit that all units of its dimension have in common, whatever `unit` is: 1.8 for 180 mg/dL."""
    canonical_unit: str = ""
    """That unit (concepts.measures.canonical): 'g/L', '1' for percent and counts, '' without one, the unit's own where it is not known."""
    ucum: str = ""
    """The UCUM code of the value's unit, as written; '' where the record has none."""
    interpretation: str = ""
    """Of a result: the code of its interpretation: 'H', 'N', 'POS' …"""
    intent: str = ""
    """The code of a request's intent, as written: order, plan …"""
    stated: str = ""
    """The code of the record's own status, as written (of conditions and allergies that is the clinical one); `status` is for people."""
    performer: str | None = None
    """Who did, ordered or was there: the IRI of the first that is named by reference."""
    location: str | None = None
    """Where: the IRI of the first place that is named by reference."""

    @property
    def exact(self) -> float | None:
        """The value as a number; None where it has none, or only a bound of it is known."""
        return None if self.comparator else self.number


@dataclass(frozen=True, slots=True)
class PatientSummary:
    """Who a patient is, as pages and facets need it."""

    id: str
    dataset: str
    label: str
    sex: str = ""
    born: str | None = None
    died: str | None = None
    """When, as written; 'true' where only that is known."""
    source: str = ""
    line: int = 0
    race: str = ""
    """In the record's words, as US Core has it."""
    race_codes: str = ""
    """The codes of the OMB's categories of race, and of detailed ones, a space between them: '2106-3 2028-9'."""
    ethnicity: str = ""
    ethnicity_codes: str = ""


@dataclass(frozen=True, slots=True)
class FormerPatient:
    """A record of a person that another one replaced, as `record` says: `id` is its IRI, `patient` the one the person is known under now.

    `source` is '' where the record itself is not there, and only what took its place tells of it.
    """

    record: str
    id: str
    patient: str
    dataset: str
    label: str
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ChartedCondition:
    """A condition of a patient in the words of the record, with the concepts of all its codings."""

    label: str
    concepts: tuple[str, ...]

    @property
    def value(self) -> str:
        """By what the condition is known among patients: its concept, SNOMED CT's first; its words where it has no code."""
        return min(self.concepts, key=lambda concept: (not concept.startswith(SNOMED), concept), default=self.label.casefold())


@dataclass(frozen=True, slots=True)
class PatientOverview:
    """A patient as lists show them: `conditions` are charted as counted facts, `facts` are things charted, each once for all its codes."""

    patient: PatientSummary
    documents: int
    facts: int
    conditions: tuple[ChartedCondition, ...]
    former: tuple[FormerPatient, ...] = ()
    """Records of the person that were merged into this one."""


@dataclass(frozen=True, slots=True)
class ConceptSummary:
    """A concept of the generation: as `label` what most records that chart it call it or its most used display, other names as `synonyms`,
    and how widely it is used.

    `patients` counts patients who have it charted as a counted fact, `documents` those that mention it or whose encounter charts it.
    Documents that deny it, hold it for possible, tell of it as past, say it of relatives or deny it of them, tell of an allergy to it or
    deny one are counted apart, with what is narrower.
    """

    concept: str
    system: str
    code: str
    label: str
    synonyms: tuple[str, ...]
    patients: int
    documents: int
    facts: int
    denied: int = 0
    possible: int = 0
    history: int = 0
    family: int = 0
    not_in_family: int = 0
    allergy: int = 0
    no_allergy: int = 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a concept's place among others: its codings, itself included, and one step up and down the hierarchy.

    `narrower` are the most used ones, of `narrower_total`.
    """

    codes: tuple[ConceptSummary, ...]
    broader: tuple[ConceptSummary, ...]
    narrower: tuple[ConceptSummary, ...]
    narrower_total: int


@dataclass(frozen=True, slots=True)
class Held:
    """How many patients and how many documents; documents of nobody are no patient's."""

    patients: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class ConceptStanding:
    """A concept with its codings and everything narrower, `concepts` in all: as charts have it, and as texts mean it.

    `charted` are patients with a counted fact and the documents of the encounters that chart one. An allergy that is coded by its substance
    is none of these: `allergy` has it, with those that texts tell of. A patient, or a document, that affirms
    and denies counts under both.
    """

    concept: str
    concepts: int = 0
    charted: Held = Held()
    affirmed: Held = Held()
    denied: Held = Held()
    possible: Held = Held()
    hypothetical: Held = Held()
    historical: Held = Held()
    family: Held = Held()
    not_in_family: Held = Held()
    allergy: Held = Held()
    no_allergy: Held = Held()


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """What the generation holds of one dataset. `embedded` of `passages` have a vector.

    `read` of `documents` are read with the dataset's present `lexicon`, by the day it was first used ('' where nothing was read yet).
    """

    dataset: str
    documents: int
    passages: int
    embedded: int
    patients: int
    facts: int
    mentions: int
    first_date: str | None
    last_date: str | None
    read: int = 0
    lexicon: str = ""


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document as lists show it."""

    id: str
    title: str
    dataset: str
    kind: str
    type: str
    date: str | None
    dated: str
    """The element of the record that `date` is of, as FHIR names it without its type: effective, issued, created, date …; '' if unknown."""
    patient: str | None
    patient_label: str | None
    encounter: str | None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One question. An empty query browses what the filters allow, newest first."""

    query: str
    filters: Filters = field(default_factory=Filters)
    mode: Mode = Mode.HYBRID
    limit: int = 10
    offset: int = 0
    join: bool = True
    """Fetch the neighbourhood of the page of hits."""
    facets: bool = True
    match: Match | None = None
    """Only documents that match so; None lists those that match well, then the others."""
    assertion: Ask | None = None
    """How the concepts of the question are asked, whatever its words say; None as its words say."""
    parts: tuple[Switch, ...] = ()
    """How single parts of the question are asked, whatever its words and `assertion` say."""
    literal: bool = False
    """Read nothing of the question: its words and their meaning alone rank."""
    as_typed: bool = False
    """Mend no slips of the pen, and take no word lists of datasets."""
    group: Group | None = None
    """Put hits together, by patient: limit and offset then count patients, and few hits stand for each."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a document's text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a claim can be believed: span → record → source file and line → ingest run."""

    document: str
    record: str
    source: str
    line: int
    run: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found. `highlights` and `answer` lie within `passage`; `scores` holds what each ranker gave (absent: did not find it)."""

    rank: int
    document: str
    title: str
    dataset: str
    kind: str
    type: str
    patient: str | None
    patient_label: str | None
    encounter: str | None
    date: str | None
    dated: str
    """The element of the record that `date` is of, as FHIR names it without its type: effective, issued, created, date …; '' if unknown."""
    score: float
    scores: Mapping[str, float]
    section: str
    passage: Span
    highlights: tuple[Span, ...]
    answer: Span | None
    matched_terms: tuple[str, ...]
    concepts: tuple[tuple[str, str, Assertion], ...]
    """Concepts mentioned in the document: (IRI, label, assertion), at most ten."""
    evidence: Evidence
    duplicates: int = 0
    """How many further documents with the same text were folded into this hit."""
    match: Match | None = None
    """How well it answers the question; None where nothing was asked."""
    said: tuple[Said, ...] = ()
    """What it says of the parts of the question that it speaks of."""


@dataclass(frozen=True, slots=True)
class Respelled:
    """A question as it was asked, and as it was searched for, with its slips of the pen mended."""

    asked: str
    searched: str

    def __str__(self) -> str:
        return f"Searched for “{self.searched}”, instead of “{self.asked}”"


@dataclass(frozen=True, slots=True)
class WayCount:
    """How many documents of a patient have a part of the question, by its place, in one way (as `Head` names them)."""

    part: int
    way: str
    documents: int


@dataclass(frozen=True, slots=True)
class PatientHits:
    """A patient and the hits that stand for it, by rank; a document of nobody, where `patient` is None, stands for itself.

    Of the listed documents `documents` are the patient's, `well` of them match well. `said` counts them by how they mean the question.
    """

    rank: int
    patient: str | None
    label: str
    documents: int
    well: int
    hits: tuple[int, ...]
    said: tuple[WayCount, ...]


@dataclass(frozen=True, slots=True)
class ByPatient:
    """Listed documents by patient: `page` of `total` groups, `patients` of which are a patient's, the others a document of nobody.

    `well` of the groups have a document that matches well.
    """

    total: int
    patients: int
    well: int
    page: tuple[PatientHits, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many found documents have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetPage:
    """Some of all values of a facet, the most frequent first; `total` counts the values there are.

    Values are counted as `SearchResult` counts its facets; a facet whose values are alternatives is counted without what is chosen of it.
    """

    facet: str
    values: tuple[FacetValue, ...]
    total: int
    well: int
    """Documents that match well; values are counted among them, or among all where there is none."""
    loosely: int
    total_is_exact: bool
    """False where ranking stopped at its depth: a value may find more than its count says."""
    notices: tuple[str, ...] = ()


NOTE: Final[Literal["note"]] = "note"
CHART: Final[Literal["chart"]] = "chart"


@dataclass(frozen=True, slots=True)
class Shared:
    """What several hits of the page have in common: `group` is what it is ('condition', 'patient' …)."""

    node: str
    label: str
    kind: str
    group: str
    hits: tuple[int, ...]
    """Ranks of the hits that have it, or whose patients do."""
    basis: Literal["note", "chart"]
    """Whether the notes share it (they affirm it, their encounter charts it, they are labeled so), or only the charts of their patients."""
    patients: int
    """How many patients the hits are of that have it."""
    of_patients: int
    """How many patients the hits of the page are of."""
    lift: float | None = None
    """How much likelier these notes, or patients, have it than all do; of few hits drawn towards 1."""
    codes: tuple[str, ...] = ()
    """All of its codes, where its records code it in several terminologies."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer. `total` counts listed documents; `total_is_exact` is False where ranking stopped at its depth.

    Of what the filters allow `well` documents match the question well and `loosely` more do loosely; both are 0 where nothing was asked.
    Facets count those that match well (all, where none does), or what `match` asks for.

    `notices` says in words what is missing or cut ('semantic index is incomplete: …'). `graph` is False where hits could not be joined
    with the graph, or not all of them.
    """

    total: int
    total_is_exact: bool
    generation: int
    hits: tuple[Hit, ...]
    neighbourhood: Neighbourhood
    groups: Mapping[str, str]
    """Node IRI → group it is shown under, for every node of the neighbourhood."""
    shared: tuple[Shared, ...]
    """What the notes share, then what only the charts of their patients share; of each what the question names, then the most telling."""
    facets: Mapping[str, tuple[FacetValue, ...]]
    notices: tuple[str, ...] = ()
    uncounted: Mapping[str, Fact] = field(default_factory=dict)
    """Records of the neighbourhood that chart what does not count as true of the patient, with what they say."""
    assertions: Mapping[str, Assertion] = field(default_factory=dict)
    """Mention of the neighbourhood → what its text asserts."""
    codings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Record behind what patients have → its concepts, where it has several for one thing."""
    graph: bool = True
    seconds: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds by step: encode, rank, join, facets …"""
    well: int = 0
    loosely: int = 0
    question: Question | None = None
    """The question as it was read; None where nothing was asked or it was to be taken literally."""
    head: tuple[Head, ...] = ()
    """Of each part of the question how many patients have it, in each way."""
    whole: Whole | None = None
    """Who has all that the question asks, where that is more than one thing."""
    respelled: Respelled | None = None
    """What was searched for instead of what was asked; None where nothing was mended."""
    by_patient: ByPatient | None = None
    """The patients of the page, where hits are put together: `hits` are then those that stand for them, in their order."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All hits of a question, best first, read as they are taken. `cut` says in words what the bound left out ('' for nothing)."""

    total: int
    hits: Iterator[Hit]
    notices: tuple[str, ...]
    cut: str
