"""What the server answers, by the names of its OpenAPI document. Written by `python -m tests.golden.test_client_shapes`.

Longer than most because it holds every shape that the client hands out.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, NotRequired

from typing_extensions import TypedDict

Assertion = Literal["affirmed", "negated", "possible", "hypothetical", "historical", "family", "not-in-family", "allergy", "no-allergy"]
"""What a text or a record says of a concept's presence."""


Kind = Literal["disorder", "finding", "drug", "procedure", "measurement", "other", "allergen"]
"""What sort of thing a concept is, as far as reading a text depends on it."""


Level = Literal["", "normal", "low", "high", "abnormal"]
"""How a result lies to what is usual. UNKNOWN where nothing tells; ABNORMAL where it is not told in which way."""


Match = Literal["well", "loosely"]
"""How well a document answers the question (search.ranking.relevance)."""


Mode = Literal["hybrid", "semantic", "lexical"]
"""Which rankers answer."""


class Asked(TypedDict):
    """A value that a question asks of a concept: '>' 9 '%'. `comparator` '' asks for this very value."""

    comparator: str
    number: float
    unit: str


class WayCount(TypedDict):
    """How many documents of a patient have a part of the question, by its place, in one way (as `Head` names them)."""

    part: int
    way: str
    documents: int


class PatientHits(TypedDict):
    """A patient and the hits that stand for it, by rank; a document of nobody, where `patient` is None, stands for itself. Of the listed
    documents `documents` are the patient's, `well` of them match well. `said` counts them by how they mean the question.
    """

    rank: int
    patient: str | None
    label: str
    documents: int
    well: int
    hits: list[int]
    said: list[WayCount]


class ByPatient(TypedDict):
    """Listed documents by patient: `page` of `total` groups, `patients` of which are a patient's, the others a document of nobody. `well`
    of the groups have a document that matches well.
    """

    total: int | str
    """Groups: patients, and documents of nobody."""
    patients: int | str
    well: int | str
    """Groups with a document that matches well."""
    page: list[PatientHits]


class ChartedCondition(TypedDict):
    """A condition of a patient in the words of the record, with the concepts of all its codings."""

    label: str
    concepts: list[str]


class CohortStep(TypedDict):
    """Who is left after a rule and all before it: patients with an index event that meets them, and such index events."""

    rule: str
    """The rule's name, 'entry' for who enters."""
    patients: int | str
    events: int | str
    """Index events of these patients."""


class Frozen(TypedDict):
    """What was looked up before anything was counted; within one generation the same is found again."""

    by: str
    """'words', 'meaning' or 'filters' of notes, or 'graph'."""
    found: int | str
    """How many notes, or patients of a pattern of the graph."""
    model: str
    """Of a meaning: the model whose vectors were compared."""
    at_least: float | None
    """Of a meaning: how near passages must come."""


class CohortCount(TypedDict):
    """Who is in a cohort, and who is left after each of its rules."""

    subjects: str
    """What is counted: 'patients', or 'items'."""
    count: int | str
    """Patients, or items, in the cohort."""
    events: int | str
    """Their index events, or their episodes where the definition has an exit."""
    attrition: list[CohortStep]
    """Who is left after each rule and all before it."""
    frozen: dict[str, Frozen]
    """Path of a rule that asks for words, meanings or filters of notes, or for a pattern of the graph → what was found."""
    notices: list[str]
    """Codes that nothing published has."""
    generation: int


class CohortMember(TypedDict):
    """An index event of a patient in the cohort. `age` are completed years on that day; None where it, or the birth, is not known."""

    patient: str
    """IRI of the patient, or of the item."""
    label: str
    index: str | None
    """The day of the index event, or the first of the episode; null where there is no date."""
    end: str | None
    """Its last day."""
    age: int | None
    sex: str
    dataset: str


class CohortRun(TypedDict):
    """A page of the index events of a cohort, by patient and day."""

    subjects: str
    """What is counted: 'patients', or 'items'."""
    count: int | str
    """Patients, or items, in the cohort."""
    events: int | str
    """Their index events, over all pages."""
    patients: list[CohortMember]
    """The index events of this page; a patient with several has several."""
    attrition: list[CohortStep]
    frozen: dict[str, Frozen]
    notices: list[str]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class Gap(TypedDict):
    """Months, both inclusive, in which there is no record of a group though there are encounters: `months` of the latter."""

    first: str
    last: str
    months: int


class GroupCompleteness(TypedDict):
    """How complete the records of one group are."""

    group: str
    """A relation of facts, or document for notes and reports."""
    records: int
    """How many records there are of it."""
    first: str
    """Month of the first one; '' where none tells."""
    last: str
    """Month of the last one."""
    months: int
    """Months, of those in which the dataset has encounters, that have any."""
    undated: int
    """Records without any date."""
    patients_without: int | str
    """Patients of the dataset who have none."""
    gap: Gap | None
    """The longest one."""


class Completeness(TypedDict):
    """What a dataset holds and lacks."""

    dataset: str
    patients: int | str
    months: int
    """Months in which it has encounters; without any encounter, in which it has any record."""
    groups: list[GroupCompleteness]
    missing: list[str]
    """Groups of which there is no record."""
    encounters_without_documents: int
    """Encounters that no note or report names."""
    unread: int
    """Documents that are not read with the present lexicon."""
    unembedded: int
    """Passages that search by meaning does not find yet."""
    unresolved_references: int
    """References to records that the dataset does not hold."""
    warnings: list[str]
    """What to know before counting in the dataset, in words, the gravest first."""
    generation: int


class Concept(TypedDict):
    """A concept and how widely it is used."""

    concept: str
    """IRI of the concept."""
    system: str
    """Canonical URL of its code system or labeling job."""
    code: str
    label: str
    """What most records that chart it call it, or its most used name."""
    synonyms: list[str]
    patients: int | str
    """Patients who have it charted as a counted fact."""
    documents: int
    """Documents that affirm it or whose encounter charts it."""
    facts: int
    denied: int
    """Documents that deny it, or something narrower."""
    possible: int
    """Documents that hold it for possible, or suppose it."""
    history: int
    """Documents that tell of it as of something past."""
    family: int
    """Documents that say it of relatives."""
    not_in_family: int
    """Documents that deny it of relatives."""
    allergy: int
    """Documents that tell of an allergy to it, or whose encounter charts one."""
    no_allergy: int
    """Documents that deny an allergy to it."""


class Held(TypedDict):
    """How many patients and how many documents; documents of nobody are no patient's."""

    patients: int | str
    documents: int


class ConceptStanding(TypedDict):
    """A concept with its codings and everything narrower, `concepts` in all: as charts have it, and as texts mean it. `charted` are
    patients with a counted fact and the documents of the encounters that chart one. An allergy that is coded by its substance is none
    of these: `allergy` has it, with those that texts tell of. A patient, or a document, that affirms and denies counts under both.
    """

    concepts: int
    charted: Held
    affirmed: Held
    denied: Held
    possible: Held
    hypothetical: Held
    historical: Held
    family: Held
    not_in_family: Held
    allergy: Held
    no_allergy: Held


class ConceptAnswer(TypedDict):
    """One concept of the open generation."""

    concept: str
    """IRI of the concept."""
    system: str
    """Canonical URL of its code system or labeling job."""
    code: str
    label: str
    """What most records that chart it call it, or its most used name."""
    synonyms: list[str]
    patients: int | str
    """Patients who have it charted as a counted fact."""
    documents: int
    """Documents that affirm it or whose encounter charts it."""
    facts: int
    denied: int
    """Documents that deny it, or something narrower."""
    possible: int
    """Documents that hold it for possible, or suppose it."""
    history: int
    """Documents that tell of it as of something past."""
    family: int
    """Documents that say it of relatives."""
    not_in_family: int
    """Documents that deny it of relatives."""
    allergy: int
    """Documents that tell of an allergy to it, or whose encounter charts one."""
    no_allergy: int
    """Documents that deny an allergy to it."""
    standing: ConceptStanding
    """How charts and texts have it, with its codings and everything narrower."""
    codes: list[Concept]
    """Its codings, itself included: what terminologies or records say is the same."""
    broader: list[Concept]
    """One step up."""
    narrower: list[Concept]
    """One step down, the most used ones."""
    narrower_total: int
    """How many there are one step down."""
    generation: int


class ConceptList(TypedDict):
    """Concepts that begin with what was typed, most used first."""

    concepts: list[Concept]
    generation: int


class Interval(TypedDict):
    """An odds ratio with its interval of 95 %; null is infinite, or could not be worked out."""

    estimate: float | None
    low: float | None
    high: float | None


class Thing(TypedDict):
    """A concept that stands for all codings of one thing. `kind` is the relation that charts it, 'note' where only notes say it."""

    concept: str
    label: str
    kind: str


class Pair(TypedDict):
    """How a thing belongs to the one that was asked about: `first` counts those who have that one, `second` those who have this. Figures
    that would give away a number that is protected are null.
    """

    thing: Thing
    both: int | str
    first: int | str
    second: int | str
    everyone: int | str
    expected: float | None
    lift: float | None
    phi: float | None
    odds: Interval | None
    adjusted: Interval | None
    chance: float | None
    discovery: float | None
    later: int | str
    earlier: int | str
    same_day: int | str


class Cooccurrence(TypedDict):
    """What is found beside a thing. `asked` pairs were looked at, among which false discoveries are told."""

    of: Thing
    having: int | str
    everyone: int | str
    asked: int
    pairs: list[Pair]
    generation: int


class Counted(TypedDict):
    """A value by which patients can be chosen and how many have it beside all else that is chosen."""

    value: str
    label: str
    patients: int | str


class DatasetContents(TypedDict):
    """What the open generation holds of a dataset."""

    documents: int
    passages: int
    embedded: int
    """Passages that have a vector."""
    patients: int | str
    facts: int
    mentions: int
    first_date: str | None
    last_date: str | None
    read: int
    """Documents that are read with the present lexicon."""
    lexicon: str
    """Day from which on texts of the dataset are read with it (UTC); empty where none was read yet."""


class Dataset(TypedDict):
    """A dataset: what the ledger holds, and what of it is published."""

    dataset: str
    records: int
    kinds: dict[str, int | str]
    """Kind of record → count."""
    quads: int
    unresolved_references: int
    last_run: str | None
    updated: str | None
    published: DatasetContents | None
    """null while nothing of the dataset is published."""


class DatasetList(TypedDict):
    """All datasets, by name."""

    datasets: list[Dataset]
    generation: int | None
    """null while nothing is published."""
    published: str | None
    """When the generation was published."""


class DocumentSummary(TypedDict):
    """A document as lists show it."""

    id: str
    title: str
    dataset: str
    kind: str
    type: str
    date: str | None
    dated: str
    """The element of the record that `date` is of, as FHIR names it without its type: effective, issued, created, date …; '' if unknown.
    """
    patient: str | None
    patient_label: str | None
    encounter: str | None


class Mention(TypedDict):
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
    trigger: str
    section: str
    value: str
    unit: str


class Passage(TypedDict):
    """A passage of a document."""

    start: int
    end: int
    section: str


class Document(TypedDict):
    """A document with its text."""

    id: str
    record: str
    dataset: str
    kind: str
    """Kind of the record: DocumentReference, DiagnosticReport, Text …"""
    type: str
    """Document type as people read it: 'Discharge summary'."""
    title: str
    text: str
    """Decoded and untrimmed; show it as text, never as markup."""
    patient: str | None
    patient_label: str | None
    encounter: str | None
    date: str | None
    """Lexical form as the source has it, precision kept."""
    dated: str
    """The element of the record that `date` is of, as FHIR names it without its type: effective, issued, created, date …; '' if unknown.
    """
    status: str
    media_type: str
    """Media type of the attachment that the text was decoded from."""
    source: str
    line: int
    passages: list[Passage]
    mentions: list[Mention]
    copies: list[DocumentSummary]
    """The other documents of its patient that have the same text; searches fold them into one hit."""
    generation: int


class DocumentList(TypedDict):
    """Documents, newest first."""

    documents: list[DocumentSummary]
    next_offset: int | None
    generation: int


class Edge(TypedDict):
    """A link between two nodes; `records` counts the named graphs that state it, `evidence` names the first three of them, sorted."""

    source: str
    relation: str
    """IRI of the predicate."""
    target: str
    records: int
    """How many records state the link."""
    evidence: list[str]
    """IRIs of the first three of them."""
    relation_name: str
    """The predicate with its prefix: kg:subject."""


class ErrorLog(TypedDict):
    """One rejected record."""

    errorCode: str
    errorMessage: str
    fileName: str
    recordNum: int
    """Line of the file, from 1."""


class Evidence(TypedDict):
    """Why a claim can be believed: span → record → source file and line → ingest run."""

    document: str
    """IRI of the document."""
    record: str
    """IRI of the record that carries it."""
    source: str
    """File that the record was read from, its path within what was ingested of the dataset."""
    line: int
    """Line of the file (for a Bundle, the position of its entry), from 1."""
    run: str
    """The ingest run that took it in."""
    start: int
    end: int


class FacetValue(TypedDict):
    """One value of a facet and how many found documents have it."""

    value: str
    label: str
    count: int


class Fact(TypedDict):
    """Subject – relation – concept – time – value – status – assertion, with the record that says so. `relation` is a group of
    graph.vocabulary ('condition', 'medication', 'procedure', 'observation', 'allergy', 'immunization', 'encounter' …); `counted` is
    False where the status policy keeps it from counting as true of the subject (refuted, not done, entered by a machine, a relative's).
    Dates are lexical. A record gives a fact for each coding of what it tells, in the order of the codings: facts of one `record` are
    one event, but for the components of an observation, which differ in their labels. Of results: `number` is the value only where
    `comparator` is ''; else the value is bounded by it ('<', '<=', '>=', '>', or a word of the record's such as 'ad'), and nothing may
    compute with it. `attributes` say the reference range ('low: 3.5', 'high: 5.1', 'range: negative'), a line each. Of records that
    chart nothing and do not count (a revoked order, a cancelled report): RECORD, with the record as subject. Of labeled data: 'label'
    (`number` is the confidence) and 'answer' (`number` are seconds) have an item as subject, `job`, `agent` (human, machine or a
    worker) and `attributes`, a line each; 'broader' has a class as subject and a broader class as concept.
    """

    record: str
    dataset: str
    subject: str
    relation: str
    concept: str | None
    """The concept that codes it, SNOMED CT's where there are several."""
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
    job: str | None
    agent: str
    attributes: str
    comparator: str
    category: str
    """Codes of the record's categories ('encounter-diagnosis', 'laboratory'), a line each; of a component, those of its observation."""
    setting: str
    """Of an encounter: the code of its class as written: 'EMER', 'IMP', 'AMB' …, several a line each."""
    answer: str
    """Of a coded result: the concepts of its codings, a space between them."""
    recorded: str | None
    """When it was written down, asserted or given out, whatever `start` says of when it held."""
    started: str
    """The element that `start` is of, as FHIR names it without its type: onset, effective, performed, period, authoredOn, recordedDate …
    """
    supply: float | None
    """Of a drug: for how many days what is ordered or given out lasts, refills included. `end` is that of its dosage, not of its supply.
    """
    canonical: float | None
    """`number` in the unit that all units of its dimension have in common, whatever `unit` is: 1.8 for 180 mg/dL."""
    canonical_unit: str
    """That unit (concepts.measures.canonical): 'g/L', '1' for percent and counts, '' without one, the unit's own where it is not known."""
    ucum: str
    """The UCUM code of the value's unit, as written; '' where the record has none."""
    interpretation: str
    """Of a result: the code of its interpretation: 'H', 'N', 'POS' …"""
    intent: str
    """The code of a request's intent, as written: order, plan …"""
    stated: str
    """The code of the record's own status, as written (of conditions and allergies that is the clinical one); `status` is for people."""
    performer: str | None
    """Who did, ordered or was there: the IRI of the first that is named by reference."""
    location: str | None
    """Where: the IRI of the first place that is named by reference."""
    concepts: list[str]
    """All concepts that code it, SNOMED CT's first: codes of several systems are one fact."""


class FactList(TypedDict):
    """A patient's facts, oldest first, each once whatever it is coded in."""

    patient: str
    total: int
    facts: list[Fact]
    next_offset: int | None
    generation: int


class FormerPatient(TypedDict):
    """A record of a person that another one replaced, as `record` says: `id` is its IRI, `patient` the one the person is known under now.
    `source` is '' where the record itself is not there, and only what took its place tells of it.
    """

    id: str
    patient: str
    dataset: str
    label: str
    source: str
    line: int


class Head(TypedDict):
    """How many patients have a part of the question in one way, and in how many documents, whatever their rank. `way` is a filter: concept
    (affirmed, charted or labeled so; the patients are also those whose chart has it beside no document), denied, possible, history,
    family, not_in_family, allergy (told or charted, beside no document too) or no_allergy. Of what is asked denied, or no allergy,
    LACKING counts those of whom no text affirms it and no chart has it. Of what is asked of certain relatives RELATIVE counts those of
    whose very relatives it is said.
    """

    part: int
    way: str
    patients: int | str
    documents: int


class HitConcept(TypedDict):
    """A concept that a document mentions."""

    concept: str
    """IRI of the concept."""
    label: str
    assertion: Assertion


class Said(TypedDict):
    """What a document says of a part of the question, given by its place among them. `assertions` are how its text means the concept, in
    the order of `Assertion`; `charted` whether its encounter charts it or it is labeled so; `agrees` whether that is what is asked
    (None where it says nothing).
    """

    part: int
    assertions: list[Assertion]
    charted: bool
    agrees: bool | None


class Span(TypedDict):
    """A span of a document's text."""

    start: int
    """First code point."""
    end: int
    """Code point after the last."""
    text: str


class Hit(TypedDict):
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
    dated: str
    """The element of the record that `date` is of, as FHIR names it without its type: effective, issued, created, date …; '' if unknown.
    """
    score: float
    scores: dict[str, float]
    """What each ranker gave; a ranker that did not find the document is absent."""
    section: str
    """Heading of the section that the passage lies in."""
    passage: Span
    """The passage that speaks best for the document."""
    highlights: list[Span]
    """Where query terms stand within the passage."""
    answer: Span | None
    """The sentence of the passage that answers best."""
    matched_terms: list[str]
    concepts: list[HitConcept]
    """Concepts mentioned in the document, at most ten."""
    evidence: Evidence
    duplicates: int
    """How many further documents with the same text were folded into this hit."""
    match: Match | None
    """Whether it matches the question well or loosely; null where nothing was asked."""
    said: list[Said]
    """What it says of the parts of the question that it speaks of."""


class ItemAnnotation(TypedDict):
    """One thing that a job says of an item."""

    label: str
    concept: str | None
    """IRI of the class."""
    confidence: float | None
    attributes: dict[str, str]
    box: list[float] | None
    """left, top, width, height in pixels."""
    outline: str | None
    """polygon, polyline, line or keypoint, where it is none of a box."""
    points: list[list[float]]
    """Its vertices in pixels."""
    start: int | None
    """First code point of a span of the item's text."""
    end: int | None
    frames: list[int] | None
    """First and last frame of a tracked thing, and in how many it appears."""


class ItemLabeling(TypedDict):
    """What one job gave one item."""

    attribute: str
    job: str
    """IRI of the job."""
    task: str
    state: str
    """labeled, adjusted, unadjusted, empty, failed or orphan."""
    human: bool | None
    """Whether people labeled it; null where the data does not tell."""
    created: str | None
    confidence: float | None
    failure: str
    annotations: list[ItemAnnotation]
    attributes: dict[str, str]


class WorkerAnswer(TypedDict):
    """What one worker answered."""

    worker: str
    """IRI of the worker, by the pseudonym of the files."""
    job: str
    label: str
    concept: str | None
    submitted: str | None
    seconds: float | None


class Item(TypedDict):
    """A labeled item."""

    id: str
    """IRI of the item."""
    dataset: str
    media: str
    """image, text, video, point cloud, document or object."""
    title: str
    source: str
    """Address of the object; empty where the item is a text."""
    text: str | None
    labelings: list[ItemLabeling]
    answers: list[WorkerAnswer]


class ItemList(TypedDict):
    """A page of labeled items, newest first."""

    total: int
    """How many there are over all pages."""
    items: list[Item]
    facets: dict[str, list[FacetValue]]
    """job, agent, state, attribute and worker of everything found."""
    cursor: str | None
    """Ask for the next page with it; null at the end."""
    generation: int


class LabelClass(TypedDict):
    """A class of a labeling job and how many items have it."""

    concept: str
    """IRI of the class."""
    label: str
    dataset: str
    job: str
    """IRI of the labeling job; empty for a class that only a taxonomy names."""
    items: int
    """Items that have it or something narrower."""
    own: int
    """Items that have the class itself."""
    machine: int
    """Items that have it by a machine's word."""
    broader: list[str]
    """IRIs of the classes above it."""


class LabelJob(TypedDict):
    """A labeling job."""

    job: str
    """IRI of the job."""
    name: str
    items: int
    """Items it worked on."""
    failed: int
    """Items it has no label for."""


class LabeledDataset(TypedDict):
    """A dataset with labels."""

    dataset: str
    items: int
    jobs: list[LabelJob]
    classes: list[LabelClass]
    workers: int
    """Workers whose answers it holds."""
    unlabeled: dict[str, int]
    """Document type → items that no job has labeled; the search finds them by it."""


class LabelList(TypedDict):
    """Datasets with labels: their jobs, and their classes with counts, most items first."""

    datasets: list[LabeledDataset]
    generation: int


class Limit(TypedDict):
    """Words of a question, `start` to `end`, that filters say too: (name of a filter, value), each; `label` says it in words."""

    start: int
    end: int
    text: str
    label: str
    filters: list[list[str]]


class LoadErrors(TypedDict):
    """A page of what was rejected."""

    startIndex: int
    endIndex: int
    loadId: str
    errorLogs: list[ErrorLog]


class OverallStatus(TypedDict):
    """Where a load stands."""

    fullUri: str
    """Its source."""
    runNumber: int
    """How often it was started."""
    retryNumber: int
    """How often it was started again without being asked."""
    status: str
    """A status word of Neptune's loader."""
    totalTimeSpent: int
    """Seconds."""
    startTime: int
    """Seconds since 1970, UTC; 0 before it starts."""
    totalRecords: int
    totalDuplicates: int
    """Records that were there already, unchanged."""
    parsingErrors: int
    """Lines and files that hold no readable record."""
    datatypeMismatchErrors: int
    """Records that were read and refused."""
    insertErrors: int


class LoadPayload(TypedDict):
    """What a load did."""

    feedCount: list[dict[str, int]]
    overallStatus: OverallStatus
    run: NotRequired[str]
    """The ingest run of its latest start; only with details."""
    failedFeeds: NotRequired[list[OverallStatus]]
    """Only with details."""
    errors: NotRequired[LoadErrors]
    """Only with errors."""


class LoadStatus(TypedDict):
    """One load."""

    status: str
    payload: LoadPayload


class ReadConcept(TypedDict):
    """A concept that a name stands for: its IRI, the canonical URL of its `system`, its code and its preferred name there."""

    concept: str
    system: str
    code: str
    label: str


class NamedConcepts(TypedDict):
    """What a name may mean."""

    concepts: list[ConceptAnswer]
    """The concepts that it may mean, the likeliest first, each thing once."""
    unused: list[ReadConcept]
    """What it means in the terminologies, where nothing published has it."""
    near: list[Concept]
    """What is called nearly so, where nothing is called so."""
    generation: int


class NodeSummary(TypedDict):
    """A node as pictures and lists show it. `kind` is the local name of its class ('Patient', 'Concept', 'Thing' if it has none)."""

    id: str
    """IRI of the node."""
    kind: str
    """Local name of its class."""
    label: str
    stub: bool
    """True where records refer to the node but none describes it."""
    group: str
    """The group that a person sees it under."""


class Neighbour(TypedDict):
    """A neighbour and the link that leads to it."""

    node: NodeSummary
    edge: Edge
    counted: bool
    """False for a record of which nothing counts as true of the patient, and for a mention that does not affirm."""
    assertion: str
    """What the record or the mention asserts: affirmed, negated, possible, hypothetical, historical, family, not-in-family, allergy or
    no-allergy.
    """
    status: str
    """The status of a record that does not count, such as refuted or not-done."""


class NeighbourPage(TypedDict):
    """One page of neighbours, sorted by IRI."""

    node: str
    total: int
    """How many there are over all pages."""
    neighbours: list[Neighbour]
    cursor: str | None
    """Ask for the next page with it; null at the end."""
    generation: int


class NeighbourhoodNode(TypedDict):
    """A node as pictures and lists show it. `kind` is the local name of its class ('Patient', 'Concept', 'Thing' if it has none)."""

    id: str
    kind: str
    label: str
    stub: bool
    group: str
    """The group that a person sees it under."""
    counted: bool
    """False for a record of which nothing counts as true of the patient, and for a mention that does not affirm."""
    assertion: str
    """What the record or the mention asserts: affirmed, negated, possible, hypothetical, historical, family, not-in-family, allergy or
    no-allergy.
    """
    status: str
    """The status of a record that does not count, such as refuted or not-done."""


class Omitted(TypedDict):
    """Neighbours that a bound cut."""

    node: str
    relation: str
    direction: Literal["in", "out"]
    kind: str
    count: int


class Neighbourhood(TypedDict):
    """The bounded, typed subgraph around some nodes."""

    edges: list[Edge]
    omitted: list[Omitted]
    nodes: list[NeighbourhoodNode]


class NeighbourhoodAnswer(TypedDict):
    """The bounded, typed subgraph around the asked nodes."""

    edges: list[Edge]
    omitted: list[Omitted]
    nodes: list[NeighbourhoodNode]
    generation: int


class Part(TypedDict):
    """A part of a question, `start` to `end`, that names a concept. `concepts` are all (IRIs) that its words name, the best first;
    `assertion` is None where any will do; `trigger` are the words by which it is meant so ('' for none).
    """

    start: int
    end: int
    text: str
    label: str
    kind: Kind
    concepts: list[str]
    assertion: Assertion | None
    trigger: str
    value: Asked | None
    level: Level
    """Of a result how it is asked to lie to what is usual: "low hemoglobin". UNKNOWN where that is not asked."""
    switched: bool
    """Whether the request asks it so, whatever the words say."""
    relatives: list[str]
    """Of whom it is asked, where that is of certain relatives: the persons who may be meant."""


class PatientAnswer(TypedDict):
    """One patient of the open generation."""

    id: str
    dataset: str
    label: str
    sex: str
    born: str | None
    died: str | None
    """When, as written; 'true' where only that is known."""
    source: str
    line: int
    race: str
    """In the record's words, as US Core has it."""
    race_codes: str
    """The codes of the OMB's categories of race, and of detailed ones, a space between them: '2106-3 2028-9'."""
    ethnicity: str
    ethnicity_codes: str
    facts: int
    """How many things are charted of the patient, each once whatever it is coded in."""
    former: list[FormerPatient]
    """Records of the patient that were merged into this one."""
    generation: int


class PatientRow(TypedDict):
    """A patient with what is charted of them: counted conditions, notes, and things charted, each once whatever it is coded in."""

    id: str
    dataset: str
    label: str
    sex: str
    born: str | None
    died: str | None
    """When, as written; 'true' where only that is known."""
    source: str
    line: int
    race: str
    """In the record's words, as US Core has it."""
    race_codes: str
    """The codes of the OMB's categories of race, and of detailed ones, a space between them: '2106-3 2028-9'."""
    ethnicity: str
    ethnicity_codes: str
    documents: int
    facts: int
    conditions: list[ChartedCondition]
    former: list[FormerPatient]
    """Records of the patient that were merged into this one."""


class PatientList(TypedDict):
    """Patients that fit, sorted."""

    total: int
    """How many there are over all pages."""
    patients: list[PatientRow]
    sexes: list[Counted]
    ages: list[Counted]
    conditions: list[Counted]
    next_offset: int | None
    """Offset of the next page; null at the end."""
    generation: int


class Problem(TypedDict):
    """An error (RFC 9457)."""

    type: str
    """What kind of problem this is."""
    title: str
    status: int
    detail: str
    """What went wrong and what to do about it."""
    instance: str
    """This request; the server's log names it so."""
    errors: NotRequired[list[dict[str, Any]]]
    """Single parameters at fault."""
    code: NotRequired[str]
    """The loader's: Neptune's name for the error."""
    message: NotRequired[str]
    """The loader's: the detail once more."""
    detailedMessage: NotRequired[str]
    """The loader's: the detail again, where Neptune's clients look for it."""
    requestId: NotRequired[str]
    """The loader's: the instance's id."""


class Reworded(TypedDict):
    """Words of a question that a list of synonyms has, and the wordings that are looked for in their place."""

    text: str
    wordings: list[str]


class Question(TypedDict):
    """A question, the parts and limits that were read of it by place, and `rest`: its other words."""

    text: str
    parts: list[Part]
    rest: str
    limits: list[Limit]
    reworded: list[Reworded]
    left_out: list[str]
    """Words of it that a list of stop words leaves out."""


class ReadMention(TypedDict):
    """A span of a text that names a concept, and how the text means it. `start` and `end` count code points of the text as it was given,
    end-exclusive. `alternatives` are what else the name stands for, `trigger` the words that decide the assertion ('' for none),
    `section` the heading it stands under; `value` with `unit` is what the text gives it ('> 9', '%'; '' for none).
    """

    start: int
    end: int
    text: str
    concept: str
    """IRI of the concept."""
    system: str
    """Canonical URL of its code system ('' for none)."""
    code: str
    label: str
    """Its preferred name."""
    alternatives: list[ReadConcept]
    assertion: str
    """affirmed, negated, possible, hypothetical, historical, family, not-in-family, allergy or no-allergy."""
    trigger: str
    section: str
    value: str
    unit: str


class Read(TypedDict):
    """What a text says, by place; spans do not overlap."""

    mentions: list[ReadMention]
    generation: int


class Record(TypedDict):
    """A record as it came in."""

    record: str
    """IRI of the record, which is also its named graph."""
    kind: str
    raw: str
    """The JSON text as the source had it."""
    source: str
    """Its path within what was ingested of the dataset."""
    line: int
    run: str


class ReportChart(TypedDict):
    """A chart of a report."""

    name: str
    table: str
    """The table it draws."""
    title: str
    spec: dict[str, Any]
    """Vega-Lite, with its data."""
    shown: str
    """How much of the table it shows; empty for all."""


class ReportTable(TypedDict):
    """A table of a report. `note` says what a reader must know to read it."""

    name: str
    title: str
    columns: dict[str, str]
    """Name of a column → its heading."""
    rows: list[dict[str, str | int | float | None]]
    note: str


class Report(TypedDict):
    """A report on a dataset."""

    totals: dict[str, str | int | float | None]
    tables: list[ReportTable]
    charts: list[ReportChart]
    dataset: str
    report: str
    generation: int


class Respelled(TypedDict):
    """A question as it was asked, and as it was searched for, with its slips of the pen mended."""

    asked: str
    searched: str


class Shared(TypedDict):
    """What several hits of the page have in common: `group` is what it is ('condition', 'patient' …)."""

    node: str
    label: str
    kind: str
    group: str
    hits: list[int]
    """Ranks of the hits that have it, or whose patients do."""
    basis: Literal["chart", "note"]
    """Whether the notes share it (they affirm it, their encounter charts it, they are labeled so), or only the charts of their patients.
    """
    patients: int | str
    """How many patients the hits are of that have it."""
    of_patients: int | str
    """How many patients the hits of the page are of."""
    lift: float | None
    """How much likelier these notes, or patients, have it than all do; of few hits drawn towards 1."""
    codes: list[str]
    """All of its codes, where its records code it in several terminologies."""


class Whole(TypedDict):
    """How many patients have all that a question asks, in whichever of their records, and how many documents say all of it."""

    patients: int | str
    documents: int


class SearchResult(TypedDict):
    """The answer to a search."""

    total: int
    """How many documents are listed."""
    total_is_exact: bool
    """False where ranking stopped at its depth."""
    generation: int
    """Number of the published generation that was searched."""
    hits: list[Hit]
    neighbourhood: Neighbourhood
    """What the hits of this page hang together by."""
    shared: list[Shared]
    """What the notes share, then what only the charts of their patients share; of each what the question names, then the most telling."""
    facets: dict[str, list[FacetValue]]
    notices: list[str]
    """What is missing or cut, in words."""
    graph: Literal["joined", "unavailable"]
    """Whether the graph store could join all hits of this page."""
    seconds: float
    timings: dict[str, float]
    """Seconds by step."""
    well: int
    """How many documents match the question well; facets count these, or all where none does."""
    loosely: int
    """How many more match it loosely."""
    question: Question | None
    """The question as it was read; null where nothing was asked, or it was to be taken literally."""
    head: list[Head]
    """Of each part how many patients within the limits of the question have it, in each way: `way` is its filter, or `lacking`: of what is
    asked denied those of whom nothing says that they have it; or `relative`: of what is asked of certain relatives those of whose very
    relatives it is said.
    """
    whole: Whole | None
    """Patients who have all that the question asks, in whichever of their records, and documents that say all of it; null where it asks
    for one thing, or for something that nothing here has.
    """
    respelled: Respelled | None
    """What was searched for, its slips of the pen mended, instead of what was asked; null where nothing was mended."""
    by_patient: ByPatient | None
    """The patients of this page where hits are put together by patient; null otherwise."""


class SharedConcept(TypedDict):
    """A concept that two have, or that one has and the other denies; `patients` have it or something narrower."""

    concept: str
    label: str
    patients: int | str


class Similar(TypedDict):
    """A note, or a patient, that is like another. `score` is the mean of `passages` and `concepts`, each 0 to 1. `shared` are the most
    specific concepts that both have, `opposed` those that one has and the other denies, `why` the same in words; `passage` is of notes
    the one that is nearest to a passage of the other without saying the contrary.
    """

    id: str
    """IRI of the document or the patient."""
    label: str
    """Title of the document, name of the patient."""
    dataset: str
    patient: str | None
    patient_label: str | None
    date: str | None
    """Of documents."""
    score: float
    passages: float
    """Cosine of the centroids of both, 0 where the nearest passages say the contrary."""
    concepts: float
    """Share of the weight of all concepts of either that both have, less what one has and the other denies."""
    shared: list[SharedConcept]
    opposed: list[SharedConcept]
    why: str
    """What makes them alike, and what speaks against it."""
    passage: Span | None
    """Of documents: the passage that is nearest."""


class SimilarList(TypedDict):
    """What is similar, most alike first."""

    similar: list[Similar]
    generation: int


class SearchOptions(TypedDict, total=False):
    """One question. Values of one filter are alternatives, but concepts are all required; filters restrict each other before ranking."""

    mode: Mode
    match: Literal["loosely", "well"]
    """Only documents that match well, or only those that match more loosely; without it those that match well come first."""
    assertion: Literal["affirmed", "any", "denied", "family", "historical", "not-in-family", "possible"]
    """How the concepts that the question names are asked, whatever its words say; without it as its words say ("deny", "without" …)."""
    part: str | Sequence[str]
    """How a part of the question is asked, whatever its words say: HOW:WORDS. HOW is as for `assertion`, or `words` to take it as plain
    words; WORDS are the `text` of a part of the answer's `question`.
    """
    literal: bool
    """Read nothing of the question: its words and their meaning alone rank."""
    as_typed: bool
    """Mend no slips of the pen and take no word lists; without it the answer's `respelled` says what was searched for instead."""
    join: bool
    """Whether to fetch the graph neighbourhood of the hits."""
    facets: bool
    """Whether to count facets."""
    dataset: str | Sequence[str]
    """Only documents of these datasets."""
    type: str | Sequence[str]
    """Only documents of these types, as the facet `type` spells them."""
    patient: str | Sequence[str]
    """Only documents of these patients (IRIs)."""
    sex: str | Sequence[str]
    """Only documents of patients of these sexes, as their records say: female, male, other, unknown."""
    age_from: int
    """Only documents whose patient may be of at least this age, in whole years, at their date; who has no date of birth has none."""
    age_to: int
    """Only documents whose patient may be of at most this age, in whole years, at their date."""
    concept: str | Sequence[str]
    """Only documents with every one of these concepts: mentioned (affirmed), charted in the document's encounter, or labeled so. Of
    several IRIs in one value, with bars between, any will do; so in the filters below.
    """
    denied: str | Sequence[str]
    """Only documents whose text denies every one of these concepts, or something narrower (no fever)."""
    possible: str | Sequence[str]
    """Only documents whose text holds every one of these concepts for possible, or supposes it (rule out, if, in instructions)."""
    history: str | Sequence[str]
    """Only documents whose text tells of every one of these concepts as of something past."""
    family: str | Sequence[str]
    """Only documents whose text says that relatives have every one of these concepts."""
    not_in_family: str | Sequence[str]
    """Only documents whose text denies every one of these concepts of relatives (no family history): that says nothing of the patient."""
    allergy: str | Sequence[str]
    """Only documents whose text tells of an allergy to every one of these substances, or whose encounter charts it."""
    no_allergy: str | Sequence[str]
    """Only documents whose text denies an allergy to every one of these substances."""
    lacking: str | Sequence[str]
    """Only documents of patients without every one of these concepts: none of their texts affirms it, and their chart has it not."""
    result: str | Sequence[str]
    """Only documents with every one of these results, charted in their encounter or affirmed in their text: CONCEPT, comparison and unit,
    with bars between (<, <=, >=, >, =, or 7..9; without a unit in any unit).
    """
    date_from: str
    """Earliest date, inclusive: YYYY, YYYY-MM or YYYY-MM-DD."""
    date_to: str
    """Latest date, inclusive: YYYY, YYYY-MM or YYYY-MM-DD."""
    job: str | Sequence[str]
    """Only items of these labeling jobs (IRIs). This filter and those below hold for one label at a time, with `concept`."""
    agent: str | Sequence[str]
    """Only items labeled by `human` or `machine`, or answered by these workers (IRIs)."""
    state: str | Sequence[str]
    """Only items with a label in this state: labeled, adjusted, unadjusted, empty, failed, orphan or answer."""
    attribute: str | Sequence[str]
    """Only items with a label of this attribute, as the facet `attribute` spells it."""
    confidence_from: float
    """Only items with a label of at least this confidence."""
    confidence_to: float
    """Only items with a label of at most this confidence."""


SEVERAL: Final = frozenset(
    [
        "agent",
        "allergy",
        "attribute",
        "concept",
        "dataset",
        "denied",
        "family",
        "history",
        "job",
        "lacking",
        "no_allergy",
        "not_in_family",
        "part",
        "patient",
        "possible",
        "result",
        "sex",
        "state",
        "type",
    ]
)
"""Search options that take several values."""


RENAMED: Final = {"date_from": "from", "date_to": "to"}
"""Options → what the server calls them."""
