"""The ids by which records name the patients of a cohort."""

from urllib.parse import unquote

from cohorts.errors import InvalidDefinition
from cohorts.people import patients_by_iri
from cohorts.results import Counted
from cohorts.study import Cohorts
from graph.identifiers import parse_record_iri


def patient_ids(cohorts: Cohorts, counted: Counted) -> dict[str, set[str]]:
    """Dataset → ids of the patients of a counted cohort there, with those of records that others replaced.

    A patient who is known by a business identifier alone has none. Raises InvalidDefinition for a cohort of items.
    """
    if counted.subjects != "patients":
        raise InvalidDefinition("subjects", "records are limited to patients, and this is a cohort of items")
    members = set(counted.members.patients.tolist())
    found: dict[str, set[str]] = {}
    for iri, code in patients_by_iri(cohorts.query).items():
        named = parse_record_iri(iri) if code in members else None
        if named is not None and "/" not in named[2]:
            found.setdefault(named[0], set()).add(unquote(named[2]))
    return found
