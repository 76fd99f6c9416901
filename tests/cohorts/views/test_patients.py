"""A view that is limited to some patients."""

from typing import Any

import pytest

from cohorts.views.compile import compile_view
from cohorts.views.definition import read_definition
from cohorts.views.errors import InvalidView
from cohorts.views.run import run
from tests.cohorts.views.running import lines


def ids(resource: str, patients: list[str], *records: dict[str, Any], select: dict[str, Any] | None = None) -> list[str]:
    columns = select or {"column": [{"name": "id", "path": "id"}]}
    view = compile_view(read_definition({"resource": resource, "select": [columns]}), of_patients=True)
    given = lines(*({"resourceType": resource, **record} for record in records))
    return [row["id"] for batch in run(view, given, patients) for row in batch.to_pylist()]


def of(identifier: str, **references: str) -> dict[str, Any]:
    return {"id": identifier, **{name: {"reference": reference} for name, reference in references.items()}}


def test_records_are_of_whom_they_say() -> None:
    observations = (
        of("o1", subject="Patient/p1"),
        of("o2", subject="http://s/Patient/p2/_history/1"),
        of("o3", subject="Group/p1"),
        {"id": "o4"},
    )
    assert ids("Observation", ["p1", "p2"], *observations) == ["o1", "o2"]
    assert ids("Observation", ["p2"], *observations) == ["o2"]
    assert ids("Observation", [], *observations) == []
    assert ids("Claim", ["p1"], of("c1", patient="Patient/p1"), of("c2", patient="Patient/p2")) == ["c1"]
    assert ids("Coverage", ["p1"], of("c1", beneficiary="Patient/p1"), of("c2", subscriber="Patient/p1")) == ["c1"]
    assert ids("Patient", ["p'1"], {"id": "p'1"}, {"id": "p2"}) == ["p'1"]


def test_nodes_below_nodes_are_limited_too() -> None:
    answers = ({**of(f"q{n}", subject=f"Patient/p{n}"), "item": [{"linkId": "1"}]} for n in range(3))
    select = {"repeat": ["item"], "column": [{"name": "id", "path": "%resource.id"}]}
    assert ids("QuestionnaireResponse", ["p1"], *answers, select=select) == ["q1"]


def test_what_is_of_no_patient_cannot_be_limited() -> None:
    with pytest.raises(InvalidView, match=r"^resource: Organization says of no record whose it is: it cannot be limited to patients"):
        ids("Organization", ["p1"])
