"""What the hits of a page share: their notes apart from the charts of their patients, the most telling first.

A note has what it affirms, what its encounter charts and how it is labeled; a chart has what is counted of a patient. Of each thing it is
told how much likelier these have it than all notes, or all patients, have it (lift). The codings of one thing are one line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from graph.vocabulary import local_name
from search.catalog import SqliteCatalog
from search.columns.concepts import distinct_pairs, gather, lengths
from search.columns.documents import Columns
from search.model import CHART, NOTE, Shared

MOST_SHARED: Final = 15
"""Lines of either list."""
LEAST_LIFT: Final = 1.5
"""What is hardly likelier here than anywhere tells nothing of the hits; said only where the question names it."""
FEW: Final = 20
"""Among fewer notes or patients than this nothing is called commonplace."""
_PRIOR: Final = 2.0
"""Hits that are thought to be like all others before any is looked at, so that two of two do not count as all of them."""
_LOOKED_AT: Final = 60
"""The most telling of either list, of which it is asked what they are charted as."""
_MEASURED: Final = 0.5
"""That something was measured tells less than what was found or done."""
_SAME_PATIENT: Final = 0.25
"""What another note of a patient who is counted already adds to the evidence."""


@dataclass(frozen=True, slots=True)
class SharingHit:
    """A hit by its rank and the number of its document."""

    rank: int
    place: int


@dataclass(frozen=True, slots=True)
class Joint:
    """A node that is no concept and joins hits: a patient, an encounter, somebody who provides care."""

    node: str
    label: str
    kind: str
    group: str
    hits: tuple[int, ...]


def shared_things(
    hits: Sequence[SharingHit], joints: Iterable[Joint], columns: Columns, catalog: SqliteCatalog, named: Mapping[str, float]
) -> tuple[Shared, ...]:
    """What at least two of the notes, then what the charts of at least two of their patients share; of what both share the notes tell.

    `named` are concepts that the question names: they lead.
    """
    page = _Page.of(hits, columns)
    things = catalog.things()
    of_notes = _counted(page.ranks, *_owned(page.places, columns.document_concept_offsets, columns.document_concepts), things)
    of_charts = _counted(page.patients, *_owned(page.patients, columns.patient_concept_offsets, columns.patient_concepts), things)
    everywhere = np.diff(columns.concept_document_offsets)
    strength = _strength(things, catalog, named)
    notes = [
        _Thing(code, tuple(ranks), NOTE, lift, page.evidence(ranks), strength.get(code, 0.0))
        for code, ranks in of_notes.items()
        if (lift := _lift(len(ranks), len(hits), _base(code, things, everywhere, columns.documents))) >= LEAST_LIFT
        or columns.documents < FEW
        or code in strength
    ]
    everyone = len(columns.patient_concept_offsets) - 1
    charts = []
    for code, patients in of_charts.items():
        lift = _lift(len(patients), len(page.ranks_of), _base(code, things, columns.concept_patients, everyone))
        if lift >= LEAST_LIFT or everyone < FEW or code in strength:
            ranks = tuple(sorted(rank for patient in patients for rank in page.ranks_of[patient]))
            if not set(ranks) <= set(of_notes.get(code, ())):
                charts.append(_Thing(code, ranks, CHART, lift, len(patients) - 1.0, strength.get(code, 0.0)))
    of_note, of_chart = _lines([notes, charts], things, catalog, page)
    joining = (_of_joint(joint, page, columns) for joint in joints if len(joint.hits) > 1)
    listed = (sorted(lines, key=lambda one: one[0]) for lines in ([*of_note, *joining], of_chart))
    return tuple(shared for lines in listed for _, shared in islice(lines, MOST_SHARED))


_Place = tuple[float, bool, float, str, str]
"""Where a line stands: what the question names, then what is telling, providers last."""


@dataclass(frozen=True, slots=True)
class _Thing:
    code: int
    hits: tuple[int, ...]
    basis: Literal["note", "chart"]
    lift: float
    evidence: float
    strength: float
    """How well the question names it, in any of its codings."""

    @property
    def weight(self) -> float:
        return _weight(self.lift, self.evidence)


@dataclass(frozen=True, slots=True)
class _Page:
    """The hits: ranks and documents, beside one another, and whose they are; `ranks_of` has the ranks of each patient."""

    ranks: NDArray[np.int64]
    places: NDArray[np.int64]
    patients: NDArray[np.int64]
    patient_of: Mapping[int, int]
    ranks_of: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, hits: Sequence[SharingHit], columns: Columns) -> "_Page":
        ranks = np.asarray([hit.rank for hit in hits], dtype=np.int64)
        places = np.asarray([hit.place for hit in hits], dtype=np.int64)
        whose = columns.patients[places].tolist()
        ranks_of: dict[int, tuple[int, ...]] = {}
        for rank, patient in zip(ranks.tolist(), whose, strict=True):
            if patient >= 0:
                ranks_of[patient] = (*ranks_of.get(patient, ()), rank)
        patient_of = {rank: patient for patient, of in ranks_of.items() for rank in of}
        return cls(ranks, places, np.asarray(sorted(ranks_of), dtype=np.int64), patient_of, ranks_of)

    def patients_in(self, ranks: Iterable[int]) -> int:
        """How many patients these hits are of."""
        return len({self.patient_of[rank] for rank in ranks if rank in self.patient_of})

    def iris(self, catalog: SqliteCatalog) -> list[str]:
        """The IRIs of the patients."""
        return [value for value, _ in catalog.values("patient", self.patients.tolist()).values()]

    def evidence(self, ranks: Sequence[int]) -> float:
        """How many of these notes speak for something, beside the first one."""
        apart = self.patients_in(ranks) + sum(rank not in self.patient_of for rank in ranks)
        return apart - 1 + _SAME_PATIENT * (len(ranks) - apart)


def _owned(rows: NDArray[np.int64], offsets: NDArray[np.int64], values: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Of each row how many concepts it has, and the concepts, one row after the other."""
    return lengths(offsets, rows), gather(offsets, values, rows)


def _counted(
    owners: NDArray[np.int64], counts: NDArray[np.int64], concepts: NDArray[np.int32], things: Mapping[int, tuple[int, ...]]
) -> dict[int, list[int]]:
    """Concept → its owners, ascending, where it has several; the coding that stands for a thing has those of all its codings."""
    leading: NDArray[np.integer] = concepts
    if things:
        leading = np.asarray([things.get(code, (code,))[0] for code in concepts.tolist()], dtype=np.int64)
    codes, having = distinct_pairs(leading, np.repeat(owners, counts))
    times = np.unique(codes, return_counts=True)[1]
    several = np.repeat(times > 1, times)
    found: dict[int, list[int]] = {}
    for code, owner in zip(codes[several].tolist(), having[several].tolist(), strict=True):
        found.setdefault(code, []).append(owner)
    return found


def _base(code: int, things: Mapping[int, tuple[int, ...]], counts: NDArray[np.integer], of: int) -> float:
    """How likely anything has the concept, in any of its codings."""
    return float((max(int(counts[each]) for each in things.get(code, (code,))) + 1) / (of + 2))


def _lift(having: int, of: int, base: float) -> float:
    """How much likelier these have it than anything has, drawn towards 1 where they are few."""
    return (having + _PRIOR * base) / (of + _PRIOR) / base


def _lines(
    lists: Sequence[list[_Thing]], alike: Mapping[int, tuple[int, ...]], catalog: SqliteCatalog, page: _Page
) -> list[list[tuple[_Place, Shared]]]:
    """Of each list of things the lines of the most telling, each with its place."""
    values = _values(catalog, sorted({each for things in lists for thing in things for each in alike.get(thing.code, (thing.code,))}))
    looked_at = [sorted(things, key=lambda thing: (-thing.strength, -thing.weight, values[thing.code]))[:_LOOKED_AT] for things in lists]
    concepts = list(dict.fromkeys(values[thing.code][0] for things in looked_at for thing in things))
    groups, lead_of = catalog.groups_of(concepts), catalog.leads(concepts, page.iris(catalog))
    listed = []
    for things in looked_at:
        found: dict[str, tuple[_Place, Shared]] = {}
        for thing in things:
            node, label = values[thing.code]
            group = groups.get(node, "concept")
            codes = tuple(local_name(values[each][0]) for each in alike.get(thing.code, ()))
            patients, lift = page.patients_in(thing.hits), round(thing.lift, 2)
            shared = Shared(node, label, "Concept", group, thing.hits, thing.basis, patients, len(page.ranks_of), lift, codes)
            weight = thing.weight * (_MEASURED if group == "observation" else 1.0)
            line = (-thing.strength, False, -weight, label, node), shared
            lead = lead_of.get(node, node)
            found[lead] = _together(found[lead], line, lead, page) if lead in found else line
        listed.append(list(found.values()))
    return listed


def _strength(alike: Mapping[int, tuple[int, ...]], catalog: SqliteCatalog, named: Mapping[str, float]) -> dict[int, float]:
    """Concepts that the question names, by the coding that stands for each, with how well it names any of its codings."""
    codes = catalog.codes("concept", tuple(named)) if named else []
    found: dict[int, float] = {}
    for code, (value, _) in catalog.values("concept", codes).items():
        lead = alike.get(code, (code,))[0]
        found[lead] = max(found.get(lead, 0.0), named[value])
    return found


def _together(one: tuple[_Place, Shared], other: tuple[_Place, Shared], lead: str, page: _Page) -> tuple[_Place, Shared]:
    """One line of two codings of one thing, by the leading one's name, in the better place, with the hits of both."""
    (place, _), first, second = min(one, other, key=lambda line: line[0]), one[1], other[1]
    leading, behind = (first, second) if first.node == lead else (second, first)
    hits = tuple(sorted({*first.hits, *second.hits}))
    codes = tuple(dict.fromkeys([*(leading.codes or (local_name(leading.node),)), *(behind.codes or (local_name(behind.node),))]))
    widest = max(first, second, key=lambda shared: len(shared.hits))
    return place, replace(leading, hits=hits, patients=page.patients_in(hits), codes=codes, lift=widest.lift)


def _of_joint(joint: Joint, page: _Page, columns: Columns) -> tuple[_Place, Shared]:
    """The line of a node that is no concept. A patient has as many notes as there are; of others only those of the page are known."""
    count = len(joint.hits)
    patients = {page.patient_of[rank] for rank in joint.hits if rank in page.patient_of}
    if joint.kind == "Patient" and len(patients) == 1:
        count = int(np.count_nonzero(columns.patients == next(iter(patients))))
    lift, evidence = _lift(len(joint.hits), len(page.ranks), (count + 1) / (columns.documents + 2)), page.evidence(joint.hits)
    provider = joint.group in ("provider", "other")
    shared = Shared(
        joint.node,
        joint.label,
        joint.kind,
        joint.group,
        joint.hits,
        NOTE,
        len(patients),
        len(page.ranks_of),
        round(lift, 2) if joint.kind == "Patient" else None,
    )
    return (0.0, provider, -_weight(lift, evidence), joint.label, joint.node), shared


def _weight(lift: float, evidence: float) -> float:
    return evidence * float(np.log(lift))


def _values(catalog: SqliteCatalog, codes: Sequence[int]) -> dict[int, tuple[str, str]]:
    """IRI and label of concepts, asked for some at a time: a database takes only so many at once."""
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(codes), 5000):
        found |= catalog.values("concept", codes[start : start + 5000])
    return found
