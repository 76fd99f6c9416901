"""What shows that the patients of a page meet the conditions of a cohort, condition by condition."""

from collections.abc import Sequence

from cohorts.definition import Criterion, Definition, Event
from cohorts.evidence import Proof, charted, of_kind, said, worded
from cohorts.study import Cohorts
from webapp.pages.cohort_kept import KEPT
from webapp.pages.cohort_rows import ASSERTIONS, PERSONAL, Row, entering, order_of, path_of


def proofs(rows: Sequence[Row], definition: Definition, cohorts: Cohorts, patients: Sequence[str]) -> list[dict[str, Proof]]:
    """For each condition the record or note of each patient (by IRI) that shows it; none for what must not be there, age and sex."""
    resolved = cohorts.resolved(definition)
    found: list[dict[str, Proof]] = []
    for place, row in enumerate(rows, 1):
        if not row.complete or row.absent or row.what in PERSONAL or row.what == "death" or row.what in KEPT:
            found.append({})
        elif row.what == "words":
            found.append(worded(cohorts.query, patients, resolved.documents[path_of(rows, place - 1)].tolist()))
        elif row.what == "said":
            found.append(said(cohorts.query, patients, resolved.sets[f"c{place}"].ordinals.tolist(), ASSERTIONS[row.assertion]))
        elif row.concepts:
            event = _event(rows, definition, place - 1)
            found.append(charted(cohorts.query, patients, row.what, resolved.sets[f"c{place}"].ordinals.tolist(), event.value))
        else:
            found.append(of_kind(cohorts.query, patients, row.what, row.setting))
    return found


def _event(rows: Sequence[Row], definition: Definition, place: int) -> Event:
    """What the condition at a place asks for."""
    if place == entering(rows):
        return definition.entry.any[0]
    rule = definition.rules[order_of(rows).index(place)]
    if not isinstance(rule, Criterion):
        raise ValueError(f"condition {place + 1} asks for no event")
    return rule.event
