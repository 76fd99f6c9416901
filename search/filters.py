"""The table of filters: what may be found at all, applied before ranking. One row a filter.

Of the rows are made the parameters of REST and their OpenAPI, the state, chips and facets of the pages, the options of the command line and
the table in docs/search.md. To add a filter, add its row; its mask asks a `Ground` (search.filtering) which documents, or labels, fit.
Nothing heavy is imported here: the command line reads the table when it starts.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from search.filtering import MOST_EITHER as MOST_EITHER
from search.filtering import Filter as Filter
from search.filtering import Kind as Kind
from search.filtering import Takes as Takes
from search.filtering import concepts_of as concepts_of
from search.filtering import either as either

OLDEST: Final = 150
"""Years of age that may be asked for."""


FILTERS: tuple[Filter, ...] = (
    Filter(
        name="dataset",
        plural="datasets",
        kind=Kind.ANY,
        title="Dataset",
        help="Only documents of these datasets.",
        mask=lambda ground, values: ground.among("dataset", values),
        facet="Dataset",
        known=True,
    ),
    Filter(
        name="type",
        plural="types",
        kind=Kind.ANY,
        title="Type",
        help="Only documents of these types, as the facet `type` spells them.",
        mask=lambda ground, values: ground.among("type", values),
        facet="Document type",
    ),
    Filter(
        name="patient",
        plural="patients",
        kind=Kind.ANY,
        title="Patient",
        help="Only documents of these patients (IRIs).",
        mask=lambda ground, values: ground.among("patient", values),
        facet="Patient",
        takes=Takes.IRI,
        known=True,
    ),
    Filter(
        name="sex",
        plural="sexes",
        kind=Kind.ANY,
        title="Sex",
        help="Only documents of patients of these sexes, as their records say: female, male, other, unknown.",
        mask=lambda ground, values: ground.among("sex", values),
        facet="Sex",
        example="female",
    ),
    Filter(
        name="age_from",
        plural="age_from",
        kind=Kind.NUMBER,
        title="Age from",
        help="Only documents whose patient may be of at least this age, in whole years, at their date; who has no date of birth has none.",
        mask=lambda ground, years: ground.aged_from(years),
        most=OLDEST,
        whole=True,
    ),
    Filter(
        name="age_to",
        plural="age_to",
        kind=Kind.NUMBER,
        title="Age to",
        help="Only documents whose patient may be of at most this age, in whole years, at their date.",
        mask=lambda ground, years: ground.aged_to(years),
        most=OLDEST,
        whole=True,
    ),
    Filter(
        name="concept",
        plural="concepts",
        kind=Kind.ALL,
        title="Concept",
        help="Only documents with every one of these concepts: mentioned (affirmed), charted in the document's encounter, or labeled so. Of"
        " several IRIs in one value, with bars between, any will do; so in the filters below.",
        mask=lambda ground, values: ground.having(values),
        facet="Concept",
        takes=Takes.CONCEPT,
    ),
    Filter(
        name="denied",
        plural="denied",
        kind=Kind.ALL,
        title="Denied",
        help="Only documents whose text denies every one of these concepts, or something narrower (no fever).",
        mask=lambda ground, values: ground.having(values, "denied"),
        facet="Concept: denied",
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="possible",
        plural="possible",
        kind=Kind.ALL,
        title="Possible",
        help="Only documents whose text holds every one of these concepts for possible, or supposes it (rule out, if, in instructions).",
        mask=lambda ground, values: ground.having(values, "possible"),
        facet="Concept: possible",
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="history",
        plural="history",
        kind=Kind.ALL,
        title="History of",
        help="Only documents whose text tells of every one of these concepts as of something past.",
        mask=lambda ground, values: ground.having(values, "history"),
        facet="Concept: in the past",
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="family",
        plural="family",
        kind=Kind.ALL,
        title="In the family",
        help="Only documents whose text says that relatives have every one of these concepts.",
        mask=lambda ground, values: ground.having(values, "family"),
        facet="Concept: in the family",
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="not_in_family",
        plural="not_in_family",
        kind=Kind.ALL,
        title="Not in the family",
        help="Only documents whose text denies every one of these concepts of relatives (no family history): that says nothing of the"
        " patient.",
        mask=lambda ground, values: ground.having(values, "not_in_family"),
        facet="Concept: not in the family",
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="allergy",
        plural="allergy",
        kind=Kind.ALL,
        title="Allergic to",
        help="Only documents whose text tells of an allergy to every one of these substances, or whose encounter charts it.",
        mask=lambda ground, values: ground.having(values, "allergy"),
        facet="Allergic to",
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="no_allergy",
        plural="no_allergy",
        kind=Kind.ALL,
        title="Not allergic to",
        help="Only documents whose text denies an allergy to every one of these substances.",
        mask=lambda ground, values: ground.having(values, "no_allergy"),
        facet="Not allergic to",
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="lacking",
        plural="lacking",
        kind=Kind.ALL,
        title="Without",
        help="Only documents of patients without every one of these concepts: none of their texts affirms it, and their chart has it not.",
        mask=lambda ground, values: ground.lacking(values),
        takes=Takes.CONCEPT,
        values="concept",
    ),
    Filter(
        name="result",
        plural="results",
        kind=Kind.ALL,
        title="Result",
        help="Only documents with every one of these results, charted in their encounter or affirmed in their text: CONCEPT, comparison and"
        " unit, with bars between (<, <=, >=, >, =, or 7..9; without a unit in any unit).",
        mask=lambda ground, values: ground.with_results(values),
        takes=Takes.RESULT,
        values="concept",
        example="https://loinc.org/rdf/4548-4|>9|%",
    ),
    Filter(
        name="from",
        plural="date_from",
        kind=Kind.DATE,
        title="From",
        help="Earliest date, inclusive: YYYY, YYYY-MM or YYYY-MM-DD.",
        mask=lambda ground, date: ground.not_before(date),
        example="2019",
    ),
    Filter(
        name="to",
        plural="date_to",
        kind=Kind.DATE,
        title="To",
        help="Latest date, inclusive: YYYY, YYYY-MM or YYYY-MM-DD.",
        mask=lambda ground, date: ground.not_after(date),
        example="2024-06",
    ),
    Filter(
        name="job",
        plural="jobs",
        kind=Kind.ANY,
        title="Labeling job",
        help="Only items of these labeling jobs (IRIs). This filter and those below hold for one label at a time, with `concept`.",
        mask=lambda ground, values: ground.labels_among("job", values),
        facet="Labeling job",
        takes=Takes.IRI,
        of_labels=True,
    ),
    Filter(
        name="agent",
        plural="agents",
        kind=Kind.ANY,
        title="Labeled by",
        help="Only items labeled by `human` or `machine`, or answered by these workers (IRIs).",
        mask=lambda ground, values: ground.labels_among("agent", values),
        facet="Labeled by",
        takes=Takes.WORDS,
        of_labels=True,
        example="machine",
    ),
    Filter(
        name="state",
        plural="states",
        kind=Kind.ANY,
        title="Label state",
        help="Only items with a label in this state: labeled, adjusted, unadjusted, empty, failed, orphan or answer.",
        mask=lambda ground, values: ground.labels_among("state", values),
        facet="Label state",
        of_labels=True,
        example="failed",
    ),
    Filter(
        name="attribute",
        plural="attributes",
        kind=Kind.ANY,
        title="Label attribute",
        help="Only items with a label of this attribute, as the facet `attribute` spells it.",
        mask=lambda ground, values: ground.labels_among("attribute", values),
        facet="Label attribute",
        takes=Takes.WORDS,
        of_labels=True,
        example="Color: Green",
    ),
    Filter(
        name="confidence_from",
        plural="confidence_from",
        kind=Kind.NUMBER,
        title="Confidence from",
        help="Only items with a label of at least this confidence.",
        mask=lambda ground, number: ground.labels_from(number),
        of_labels=True,
    ),
    Filter(
        name="confidence_to",
        plural="confidence_to",
        kind=Kind.NUMBER,
        title="Confidence to",
        help="Only items with a label of at most this confidence.",
        mask=lambda ground, number: ground.labels_to(number),
        of_labels=True,
    ),
)


class Filters:
    """What is asked of each filter, by its plural: a tuple of values, or a date or number or None. Immutable."""

    __slots__ = ("_given",)

    def __init__(self, **given: Any) -> None:
        rows = {row.plural: row for row in FILTERS}
        unknown = given.keys() - rows.keys()
        if unknown:
            raise TypeError(f"no such filter: {', '.join(sorted(unknown))}")
        set_ = {name: tuple(value) if rows[name].several else value for name, value in given.items() if value is not None and value != ()}
        self._given: dict[str, Any] = set_

    @classmethod
    def named(cls, given: Mapping[str, Any]) -> "Filters":
        """From values by the filters' names."""
        return cls(**{row.plural: given[row.name] for row in FILTERS if row.name in given})

    def with_(self, **changes: Any) -> "Filters":
        """The same with other values."""
        return Filters(**{**self._given, **changes})

    def given(self) -> Iterator[tuple[Filter, Any]]:
        """The rows that restrict, in the order of the table, with what they ask."""
        return ((row, self._given[row.plural]) for row in FILTERS if self._given.get(row.plural) not in (None, ()))

    def __getattr__(self, plural: str) -> Any:
        for row in FILTERS:
            if row.plural == plural:
                return self._given.get(plural, () if row.several else None)
        raise AttributeError(plural)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filters) and self._given == other._given

    def __hash__(self) -> int:
        return hash(frozenset(self._given.items()))

    def __repr__(self) -> str:
        return f"Filters({', '.join(f'{name}={value!r}' for name, value in self._given.items())})"


PAIR_ENDS: Final = ("_from", "_to")


def as_table() -> str:
    """The table of filters as docs/search.md shows it."""
    lines = ["| parameter | option | several values | what it leaves |", "|---|---|---|---|"]
    for row in FILTERS:
        kind = {Kind.ANY: "any of them", Kind.ALL: "all of them"}.get(row.kind, "")
        lines.append(f"| `{row.name}` | `{option_of(row)}` | {kind} | {row.help} |")
    return "\n".join(lines)


def option_of(row: Filter) -> str:
    """The option of the command line. The two ends of a range of numbers share one: `--confidence FROM TO`."""
    if row.kind is Kind.NUMBER and row.name.endswith(PAIR_ENDS):
        return f"--{row.name.rpartition('_')[0]} FROM TO"
    return f"--{row.name.replace('_', '-')} {metavar_of(row)}"


def metavar_of(row: Filter) -> str:
    """What stands for a value of a filter."""
    taken = {Takes.IRI: "IRI", Takes.CONCEPT: "IRI", Takes.RESULT: "IRI|>9|%"}.get(row.takes, row.name.upper())
    return {Kind.DATE: "DATE", Kind.NUMBER: "NUMBER"}.get(row.kind, taken)
