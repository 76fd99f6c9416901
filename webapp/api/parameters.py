"""What each request may carry. These classes validate requests and are what the OpenAPI document is generated from.

Longer than most because these classes are one vocabulary, read together.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from cohorts.patients import Sort
from search.filters import FILTERS, MOST_EITHER, Filter, Filters, Kind, Takes
from search.model import Match, Mode, SearchRequest
from search.questions.question import SWITCH, Ask, switch_of
from search.questions.results import PATTERN as RESULT
from webapp.api.values import NUMBER, TRUTH, TRUTH_IN_WORDS, WHOLE

_IRI = r'[^\x00-\x20\x7f<>"{}|^`\\]+'
Iri = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=f"^{_IRI}$")]
"""An identifier. Never fetched, only looked up."""
Concepts = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=rf"^{_IRI}(\|{_IRI}){{0,{MOST_EITHER - 1}}}$")]
"""A concept, or several of which any will do."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^[^\x00-\x1f\x7f]+$")]
Result = Annotated[str, StringConstraints(min_length=1, max_length=2200, pattern=RESULT)]
"""A concept, what its value must be, and the unit."""
Switched = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=SWITCH)]
"""How a part of a question is asked."""
Date = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
Limit = Annotated[int, Field(ge=1, le=100), WHOLE]
Offset = Annotated[int, Field(ge=0, le=1_000_000), WHOLE]
Confidence = Annotated[float, Field(ge=0, le=1), NUMBER]
Truth = Annotated[bool, TRUTH]
TruthInWords = Annotated[bool, TRUTH_IN_WORDS]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""Where the page before ended."""

MAX_QUERY = 10_000
"""Characters of a question. Longer ones are documents; the model reads the first few hundred words anyway."""


class Parameters(BaseModel):
    """Parameters of a request; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=False)


F = TypeVar("F", bound="Filtered")


class NoParameters(Parameters):
    """Nothing."""


class Filtered(Parameters):
    """Parameters with filters. Values of one filter are alternatives, concepts are all required; filters restrict each other."""

    def filters(self) -> Filters:
        """The filters of the request."""
        given = {row.name: getattr(self, row.name, None) for row in FILTERS}
        return Filters.named({name: value for name, value in given.items() if value not in (None, ())})


def with_filters(name: str, base: type[F], rows: Iterable[Filter]) -> type[F]:
    """The parameters of `base` and one for each of the filters."""
    fields = {row.name: _parameter(row) for row in rows}
    made: type[F] = create_model(name, __base__=base, __module__=__name__, __doc__=base.__doc__, **fields)  # type: ignore[call-overload]
    return made


def _parameter(row: Filter) -> tuple[Any, Any]:
    example = [row.example] if row.several else row.example
    about: dict[str, Any] = {"description": row.help, **({"examples": [example]} if row.example else {})}
    if row.several:
        value: Any = {Takes.WORD: Word, Takes.WORDS: Words, Takes.IRI: Iri, Takes.CONCEPT: Concepts, Takes.RESULT: Result}[row.takes]
        return tuple[value, ...], Field(default=(), max_length=row.most_values, **about)
    single: Any = Date
    if row.kind is Kind.NUMBER:
        single = Annotated[int if row.whole else float, Field(ge=row.least, le=row.most), WHOLE if row.whole else NUMBER]
    return single | None, Field(default=None, **about)


class Asked(Filtered):
    """One question. Values of one filter are alternatives, but concepts are all required; filters restrict each other before ranking."""

    q: Annotated[str, StringConstraints(max_length=MAX_QUERY)] = Field(default="", examples=["woman treated with cisplatin and paclitaxel"])
    """The question in plain words. Empty browses what the filters allow, newest first."""
    mode: Mode = Mode.HYBRID
    """Which rankers answer."""
    match: Literal["well", "loosely"] | None = None
    """Only documents that match well, or only those that match more loosely; without it those that match well come first."""
    assertion: Literal["affirmed", "denied", "possible", "historical", "family", "not-in-family", "any"] | None = None
    """How the concepts that the question names are asked, whatever its words say; without it as its words say ("deny", "without" …)."""
    part: tuple[Switched, ...] = Field(default=(), max_length=20, examples=[["denied:chest pain"]])
    """How a part of the question is asked, whatever its words say: HOW:WORDS. HOW is as for `assertion`, or `words` to take it as plain
    words; WORDS are the `text` of a part of the answer's `question`."""
    literal: Truth = False
    """Read nothing of the question: its words and their meaning alone rank."""
    as_typed: Truth = False
    """Mend no slips of the pen and take no word lists; without it the answer's `respelled` says what was searched for instead."""

    def request(self) -> SearchRequest:
        """The question."""
        return SearchRequest(
            self.q,
            self.filters(),
            self.mode,
            match=Match(self.match) if self.match else None,
            assertion=Ask(self.assertion) if self.assertion else None,
            parts=tuple(map(switch_of, self.part)),
            literal=self.literal,
            as_typed=self.as_typed,
        )


class Question(Asked):
    """One question. Values of one filter are alternatives, but concepts are all required; filters restrict each other before ranking."""

    limit: Limit = 10
    """Hits of this page."""
    offset: Offset = 0
    """Hits to pass over."""
    join: Truth = True
    """Whether to fetch the graph neighbourhood of the hits."""
    facets: Truth = True
    """Whether to count facets."""
    group: Literal["patient"] | None = None
    """Put hits together by patient: `limit` and `offset` count patients, `by_patient` tells them, and at most three hits stand for each."""


class Table(Asked):
    """All hits of one question, as a table."""

    rows: Literal["hits", "patients"] = "hits"
    """A row a hit, or a row a patient: how many hits, the best, the first and the last date."""
    group: Literal["patient"] | None = None
    """Hits patient by patient, in the order of their best ones."""


class FacetValues(Asked):
    """All values of a facet beside a question and its filters."""

    facet: Any
    prefix: Annotated[str, StringConstraints(max_length=200)] = ""
    """Only values with words that begin so; of concepts any of their names, or their code."""
    limit: Limit = 100
    """Values of this page."""
    cursor: Cursor | None = None
    """Where the page before ended, as its answer said. Keep the other parameters as they were."""


def _with_facet(model: type[FacetValues]) -> type[FacetValues]:
    names = (*(row.name for row in FILTERS if row.facet), "age", "year")
    about = Field(description="The facet: a filter whose values are listed, `year`, or `age` in bands of ten years.")
    made: type[FacetValues] = create_model(
        model.__name__,
        __base__=model,
        __module__=__name__,
        __doc__=model.__doc__,
        facet=(Literal[names], about),  # type: ignore[arg-type]
    )
    return made


FacetParameters = _with_facet(with_filters("FacetParameters", FacetValues, FILTERS))
TableParameters = with_filters("TableParameters", Table, FILTERS)
SearchParameters = with_filters("SearchParameters", Question, FILTERS)


class ByIri(Parameters):
    """One thing, by its identifier."""

    id: Iri
    """IRI of the thing."""


class IriPage(ByIri):
    """A page of what belongs to one thing."""

    limit: Limit = 50
    """Entries of this page."""
    offset: Offset = 0
    """Entries to pass over."""


class NeighbourParameters(ByIri):
    """A page of a node's neighbours."""

    relation: Iri | None = Field(default=None, examples=["kg:subject"])
    """Only over this relation: an IRI, or a name with one of the declared prefixes."""
    direction: Literal["in", "out"] | None = None
    """Only links that lead to the node (in) or from it (out)."""
    kind: Word | None = Field(default=None, examples=["Condition"])
    """Only neighbours of this kind."""
    limit: Limit = 25
    """Neighbours of this page."""
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=8192)] | None = None
    """Where the page before ended, as its answer said. Keep the other parameters as they were."""


class NeighbourhoodParameters(Parameters):
    """A subgraph around some nodes, the same bounds at every hop."""

    id: tuple[Iri, ...] = Field(min_length=1, max_length=50)
    """IRIs of the nodes to begin with."""
    hops: Annotated[int, Field(ge=1, le=3), WHOLE] = 1
    """How many links to follow from them."""
    direction: Literal["in", "out", "both"] = "both"
    """Which way to follow links."""
    relation: tuple[Iri, ...] = Field(default=(), max_length=50, examples=[["kg:subject"]])
    """Follow only these relations."""
    limit: Limit = 10
    """Neighbours kept per node, relation, direction and kind; what is cut is counted in `omitted`."""


class StepBody(Parameters):
    """One rule of expansion: from nodes of `kind` follow `relations` in `direction`."""

    direction: Literal["in", "out"]
    limit: Limit = 10
    """Neighbours kept per node, relation, direction and kind of neighbour."""
    kind: Word | None = None
    """Expand only nodes of this kind."""
    relations: tuple[Iri, ...] | None = Field(default=None, max_length=50)
    """Follow only these relations."""


class NeighbourhoodBody(Parameters):
    """A subgraph around some nodes, by rules of one's own."""

    ids: tuple[Iri, ...] = Field(min_length=1, max_length=50)
    """IRIs of the nodes to begin with."""
    hops: tuple[Annotated[tuple[StepBody, ...], Field(min_length=1, max_length=20)], ...] = Field(min_length=1, max_length=3)
    """Hop n applies its rules to the nodes that hop n-1 reached."""
    prefer: tuple[Iri, ...] = Field(default=(), max_length=1000)
    """Nodes to keep first where a bound cuts."""


class ConceptParameters(Parameters):
    """What was typed so far."""

    q: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(examples=["diab"])
    """Beginnings of words of a label or synonym, or a code."""
    limit: Limit = 10
    """Concepts to return."""


class PatientFilters(Parameters):
    """Which patients. Values of one filter are alternatives, but patients have all of the conditions; filters restrict each other."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""
    """Words that begin words of the name or the id; accents and case do not count."""
    dataset: Word | None = None
    """Only patients of this dataset."""
    sex: tuple[Word, ...] = Field(default=(), max_length=10)
    """Only patients of this sex, as the records spell it; 'unknown' where they do not say."""
    age: tuple[Word, ...] = Field(default=(), max_length=10, examples=[["40–64"]])
    """Only patients of this band of ages (today, or at death), as `ages` of the answer spells it."""
    condition: tuple[Words, ...] = Field(default=(), max_length=50)
    """Only patients who have all of these conditions charted as counted facts: IRIs of concepts, or the words of the records."""


class PatientParameters(PatientFilters):
    """A page of patients. Values of one filter are alternatives, but patients have all of the conditions; filters restrict each other."""

    sort: Sort = "name"
    """What the list is sorted by; patients of whom it is not known come last."""
    order: Literal["asc", "desc"] = "asc"
    """Rising or falling."""
    limit: Limit = 50
    """Patients of this page."""
    offset: Offset = 0
    """Patients to pass over."""


class ConditionParameters(PatientFilters):
    """A page of the conditions of patients, as the other filters leave them."""

    prefix: Annotated[str, StringConstraints(max_length=200)] = ""
    """Only conditions with words that begin so."""
    limit: Limit = 100
    """Conditions of this page."""
    cursor: Cursor | None = None
    """Where the page before ended, as its answer said. Keep the other parameters as they were."""


class RecordsParameters(Parameters):
    """FHIR records of a dataset."""

    dataset: Word
    """Name of the dataset."""
    kind: tuple[Word, ...] = Field(default=(), max_length=50, examples=[["Patient"]])
    """Only records of these resource types; without it all."""


class DatasetParameters(Parameters):
    """One dataset."""

    dataset: Word
    """Name of the dataset."""


class RunsParameters(Parameters):
    """The newest ingest runs."""

    limit: Limit = 50
    """Runs to return."""


class RunParameters(Parameters):
    """One ingest run."""

    run: Word
    """Id of the run."""


class IssueParameters(RunParameters):
    """A page of a run's issues."""

    severity: Literal["reject", "warning"] | None = None
    """Only rejects, or only warnings."""
    limit: Limit = 100
    """Issues of this page."""
    offset: Offset = 0
    """Issues to pass over."""


Place = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^[^\x00-\x1f\x7f]+$")]
PlaceOrNone = Annotated[str, StringConstraints(max_length=2048, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One schema, not a choice of two: generators make classes of choices, whose defaults do not compile."""


class ParserConfiguration(Parameters):
    """How Neptune's loader reads its own formats; taken so that its clients work, and not used."""

    base: str | None = Field(default=None, alias="baseUri", max_length=2048)
    """Not used."""
    graph: str | None = Field(default=None, alias="namedGraphUri", max_length=2048)
    """Not used."""
    allow_empty_strings: TruthInWords = Field(default=False, alias="allowEmptyStrings")
    """Not used."""


class LoadBody(Parameters):
    """A load, in the fields of Neptune's loader. True and false may also be sent as the words "TRUE" and "FALSE"."""

    source: Place
    """A folder or file of the server, or an s3:// URL, in one of the places that the server loads from."""
    format: Word = Field(examples=["fhir"])
    """What it holds: fhir, text, manifest (of SageMaker Ground Truth) or responses (the answers of its workers)."""
    dataset: Word = "loaded"
    """The dataset to load into; made if it is new. (Not a field of Neptune's.)"""
    mode: Literal["RESUME", "NEW", "AUTO"] = "AUTO"
    """RESUME goes on with an unfinished load of the same source, NEW does not look for one, AUTO resumes where there is one."""
    fail_on_error: TruthInWords = Field(default=True, alias="failOnError")
    """Whether one rejected record ends the load with nothing published."""
    parallelism: Literal["LOW", "MEDIUM", "HIGH", "OVERSUBSCRIBE"] = "HIGH"
    """How many worker processes: one, half the cores, as set up, or two a core."""
    queue: TruthInWords = Field(default=False, alias="queueRequest")
    """Whether to wait behind other loads; else the request is refused while one runs. 64 may wait."""
    dependencies: tuple[Word, ...] = Field(default=(), max_length=64)
    """Ids of loads that must have completed first."""
    follow_refs: PlaceOrNone = Field(default="", alias="followRefs")
    """With manifests: a folder or s3:// prefix that holds copies of the files that labels refer to. (Not a field of Neptune's.)"""
    taxonomy: PlaceOrNone = ""
    """With manifests: a file that says which class is a kind of which. (Not a field of Neptune's.)"""
    region: str | None = Field(default=None, max_length=64)
    """Not used."""
    role: str | None = Field(default=None, alias="iamRoleArn", max_length=256)
    """Not used."""
    parser: ParserConfiguration | None = Field(default=None, alias="parserConfiguration")
    """Not used: what is ingested tells how it is read."""
    allow_empty_strings: TruthInWords = Field(default=False, alias="allowEmptyStrings")
    """Not used: an empty string is kept as it stands. Taken here and in `parserConfiguration`."""
    update_single: TruthInWords = Field(default=False, alias="updateSingleCardinalityProperties")
    """Not used: a changed record always replaces what it said."""
    edge_ids: TruthInWords = Field(default=True, alias="userProvidedEdgeIds")
    """Not used."""
    edges_only: TruthInWords = Field(default=False, alias="edgeOnlyLoad")
    """Not used."""


class CancelParameters(Parameters):
    """One load."""

    load: Word = Field(alias="loadId")
    """Id of the load."""


class LoadParameters(CancelParameters):
    """What to say of a load."""

    details: Truth = False
    """Whether to name the ingest run and what failed."""
    errors: Truth = False
    """Whether to list rejected records."""
    page: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] = 1
    """Page of rejected records, from 1."""
    errors_per_page: Limit = Field(default=10, alias="errorsPerPage")
    """Rejected records on a page."""


class LoadListParameters(LoadParameters):
    """The newest loads, or with `loadId` one of them."""

    load: Word | None = Field(default=None, alias="loadId")  # type: ignore[assignment]
    """Say where this load stands, in place of listing loads; the parameters from `details` on are for it."""
    limit: Limit = 100
    """Ids to return."""
    queued: Truth = Field(default=True, alias="includeQueuedLoads")
    """Whether to list loads that wait."""


def takes_several(model: type[Parameters], field: str) -> bool:
    """Whether a query parameter may be repeated."""
    annotation = model.model_fields[field].annotation
    return get_origin(annotation) is tuple or any(get_origin(one) is tuple for one in get_args(annotation))


def most(model: type[Parameters], field: str) -> int | None:
    """How often a query parameter may be repeated; None where nothing says."""
    return next((one.max_length for one in model.model_fields[field].metadata if hasattr(one, "max_length")), None)
