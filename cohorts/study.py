"""Cohorts of one generation: what pages, REST and the command line ask."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cohorts.arrays import count_cohort
from cohorts.definition import Definition, Subjects
from cohorts.errors import InvalidDefinition
from cohorts.events import NO_DAY, ROWS, Events
from cohorts.looking import Lookups
from cohorts.making import events_of
from cohorts.resolving import Resolution, resolve
from cohorts.results import Counted
from concepts.hierarchy import Hierarchy
from graph.identifiers import name_of
from graph.scope import EVERYTHING, Scope
from graph.store import GraphReader
from search.days import date_of, years_between
from search.generation import Generation
from search.protocols import Embedder
from search.tables.connections import Connections

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Member:
    """An index event of a patient in the cohort. `age` are completed years on that day; None where it, or the birth, is not known."""

    patient: str
    """IRI of the patient, or of the item."""
    label: str
    index: str | None
    """The day of the index event; null where it has no date."""
    end: str | None
    age: int | None
    sex: str
    dataset: str


class Cohorts:
    """Counts cohorts among the patients of a generation. Safe for any number of threads."""

    def __init__(
        self, generation: Generation, embedder: Embedder | None = None, graph: GraphReader | None = None, scope: Scope = EVERYTHING
    ) -> None:
        """`embedder` finds meanings of notes, `graph`, within a scope, what patterns ask for."""
        self._generation = generation
        self._aside = embedder, graph, scope

    @property
    def generation(self) -> int:
        """The number of the generation that is counted in."""
        return self._generation.number

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """The names of the datasets that are counted in, where a definition names none."""
        return tuple(summary.dataset for summary in self._generation.catalog.datasets())

    @cached_property
    def events(self) -> Events:
        """Its events: made when first needed, mapped into memory where they are kept."""
        return events_of(self._generation)

    def prepare(self) -> None:
        """Have the events made, unless they are. Who asks meanwhile waits for the same making."""
        self.events  # noqa: B018 - making them is what it is asked for

    @cached_property
    def items(self) -> Events:
        """The labels of its items, kept likewise."""
        return events_of(self._generation, "items")

    def events_for(self, definition: Definition) -> Events:
        """What a definition counts in."""
        return self.events if definition.subjects == "patients" else self.items

    def resolved(self, definition: Definition) -> Resolution:
        """What a definition names, as this generation has it. Raises InvalidDefinition for a dataset that is not there."""
        known = self.datasets
        for place, dataset in enumerate(definition.datasets):
            if dataset not in known:
                raise InvalidDefinition(f"datasets[{place}]", f"there is no dataset {dataset[:60]!r}; there are: {', '.join(known)}")
        return resolve(definition, self.query, self.hierarchy, self._lookups)

    def count(self, definition: Definition) -> Counted:
        """Who is in the cohort, and how many were left after each rule."""
        return count_cohort(self.events_for(definition), definition, self.resolved(definition))

    @property
    def hierarchy(self) -> Hierarchy:
        """What is narrower than what among its concepts."""
        return self._generation.columns.hierarchy

    def named(self, concepts: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Ordinals of concepts → their IRIs and names."""
        return self._generation.catalog.values("concept", concepts)

    def everyone(self, definition: Definition) -> int:
        """How many patients there are in the datasets that a definition counts in."""
        return int(np.count_nonzero(self.events_for(definition).patients_of(definition.datasets)))

    def members(self, counted: Counted, offset: int = 0, limit: int | None = None) -> Iterator[Member]:
        """The index events of a counted cohort, by patient and day."""
        some = slice(offset, None if limit is None else offset + limit)
        events = self.events if counted.subjects == "patients" else self.items
        people, texts = events.people, events.texts
        patients, days, ends = (column[some] for column in (counted.members.patients, counted.members.days, counted.members.ends))
        born = people.born[patients]
        known = (born != NO_DAY) & (days != NO_DAY)
        ages = iter(years_between(born[known], days[known]).tolist())
        named = self._named(sorted(set(patients.tolist())), counted.subjects)
        for code, day, end, told in zip(patients.tolist(), days.tolist(), ends.tolist(), known.tolist(), strict=True):
            patient, label = named[code]
            sex, dataset = (
                values[held] if held >= 0 else ""
                for values, held in ((texts.sexes, int(people.sexes[code])), (texts.datasets, int(people.datasets[code])))
            )
            yield Member(patient, label, _date(day), _date(end), next(ages) if told else None, sex, dataset)

    def _named(self, codes: list[int], subjects: Subjects) -> dict[int, tuple[str, str]]:
        """Code → IRI and name."""
        if subjects == "patients":
            return self._generation.catalog.values("patient", codes)
        facts = self.items.people.facts[np.asarray(codes, dtype=np.int64)].tolist()
        query = "SELECT fact, subject FROM facts WHERE fact IN (SELECT value FROM json_each(?))"
        iris = dict(self.query(query, (json.dumps(facts),)))
        return {code: (iris[fact], name_of(iris[fact])) for code, fact in zip(codes, facts, strict=True)}

    def exported(self, subjects: Subjects = "patients", rows: NDArray[np.int64] | None = None) -> "dict[str, pa.Table]":
        """The events and the patients, or the items, as tables, for other programs. `rows`: only these events of patients."""
        from cohorts.exported import tables_of

        concepts = [concept for (concept,) in self.query("SELECT concept FROM concepts ORDER BY ordinal", ())]
        if subjects == "items":
            named = self._named(list(range(len(self.items.people.born))), subjects)
            return tables_of(self.items, [iri for iri, _ in named.values()], concepts)
        patients = self.query("SELECT value FROM dictionary WHERE field = 'patient' ORDER BY code", ())
        events = self.events if rows is None else replace(self.events, **{name: getattr(self.events, name)[rows] for name in ROWS})
        return tables_of(events, [patient for (patient,) in patients], concepts)

    def query(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query on the generation's catalog."""
        return self._connections.rows(query, values)

    @property
    def _lookups(self) -> Lookups:
        # Made for each question: kept, it and this would keep each other, and with them the generation when it is a former one.
        return Lookups(self._generation, self.query, *self._aside)

    @cached_property
    def _connections(self) -> Connections:
        return Connections(self._generation.path / "catalog.sqlite", lambda _: None)


def _date(day: int) -> str | None:
    return None if day == NO_DAY else date_of(day)
