"""What a dataset lacks, and what that does to counts: pure functions over how far its records reach.

A count of patients is only as complete as the export it was made from: what is not there reads as if it had not happened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from search.tables.coverage import DOCUMENT, Coverage, Reach

GROUPS: Final[Mapping[str, str]] = {
    "encounter": "encounters",
    "condition": "conditions",
    "observation": "results",
    "medication": "medications",
    "procedure": "procedures",
    "allergy": "allergies",
    "immunization": "immunizations",
    DOCUMENT: "notes and reports",
}
"""What a clinical export has records of, in the order of importance → in words."""
_SURPRISING: Final = 20
"""Records of a group that would be expected in a silence, by its mean over all months, for the silence to be told of: it is no chance."""
_ALWAYS: Final = frozenset({"condition", "observation", "medication", "procedure", DOCUMENT})
"""Groups that care writes all the time; allergies and vaccinations may rest."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Months, both inclusive, in which there is no record of a group though there are encounters: `months` of the latter."""

    first: str
    last: str
    months: int


@dataclass(frozen=True, slots=True)
class GroupCompleteness:
    """How complete the records of one group are."""

    group: str
    records: int
    first: str
    """Month of the first one; '' where none tells."""
    last: str
    months: int
    """Months, of those in which the dataset has encounters, that have any."""
    undated: int
    patients_without: int
    """Patients of the dataset who have none."""
    gap: Gap | None
    """The longest one."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a dataset holds and lacks."""

    dataset: str
    patients: int
    months: int
    """Months in which it has encounters; without any encounter, in which it has any record."""
    groups: tuple[GroupCompleteness, ...]
    missing: tuple[str, ...]
    """Groups of which there is no record."""
    encounters_without_documents: int
    unread: int
    """Documents that are not read with the present lexicon."""
    unembedded: int
    """Passages that search by meaning does not find yet."""
    unresolved_references: int


def completeness_of(coverage: Coverage, unread: int = 0, unembedded: int = 0, unresolved_references: int = 0) -> Completeness:
    """What is complete of a dataset. One that has no patients and charts nothing (texts, labels) lacks no clinical records."""
    clinical = coverage.patients > 0 or any(group != DOCUMENT for group in coverage.reach)
    active = _active(coverage.reach)
    groups = tuple(_group(name, reach, active, coverage.patients) for name in GROUPS if (reach := coverage.reach.get(name)) is not None)
    return Completeness(
        coverage.dataset,
        coverage.patients,
        len(active),
        groups,
        tuple(name for name in GROUPS if name not in coverage.reach) if clinical else (),
        coverage.encounters_without_documents,
        unread,
        unembedded,
        unresolved_references,
    )


def warnings(found: Completeness) -> tuple[str, ...]:
    """What to know before counting in a dataset, the gravest first."""
    encounters = next((one.records for one in found.groups if one.group == "encounter"), 0)
    said = [f"There are no {GROUPS[group]}: questions about them find nobody." for group in found.missing]
    for one in found.groups:
        name = GROUPS[one.group]
        gap = one.gap if one.group in _ALWAYS else None
        if gap is not None and one.records * gap.months >= _SURPRISING * found.months:
            said.append(f"No {name} from {gap.first} to {gap.last}, though care goes on in {gap.months:,} of these months.")
        if one.undated:
            said.append(f"{one.undated:,} of {one.records:,} {name} have no date: questions that ask when leave them out.")
    if found.encounters_without_documents and DOCUMENT not in found.missing:
        said.append(f"{found.encounters_without_documents:,} of {encounters:,} encounters have no note or report.")
    documents = next((one.records for one in found.groups if one.group == DOCUMENT), 0)
    if found.unread:
        said.append(f"{found.unread:,} of {documents:,} notes and reports are not read yet: what they say is not known.")
    if found.unembedded:
        said.append(f"{found.unembedded:,} passages cannot be found by meaning yet, only by their words.")
    if found.unresolved_references:
        said.append(f"{found.unresolved_references:,} references lead to records that are not in the dataset.")
    return tuple(said)


def _active(reach: Mapping[str, Reach]) -> tuple[str, ...]:
    """The months in which a dataset is at work, in order."""
    encounters = reach.get("encounter")
    chosen: Iterable[Reach] = (encounters,) if encounters is not None and encounters.months else reach.values()
    return tuple(sorted({month for one in chosen for month in one.months}))


def _group(name: str, reach: Reach, active: Sequence[str], patients: int) -> GroupCompleteness:
    months = sorted(reach.months)
    return GroupCompleteness(
        name,
        reach.records,
        months[0] if months else "",
        months[-1] if months else "",
        sum(month in reach.months for month in active),
        reach.undated,
        max(patients - reach.patients, 0),
        _longest_gap(active, reach.months),
    )


def _longest_gap(active: Sequence[str], having: Mapping[str, int]) -> Gap | None:
    """The longest run of months without a record among those in which the dataset is at work; the first of several."""
    best: list[str] = []
    run: list[str] = []
    for month in active:
        run = [] if month in having else [*run, month] if run else [month]
        if len(run) > len(best):
            best = run
    return Gap(best[0], best[-1], len(best)) if best else None
