"""Views as tests run them."""

from typing import Any

import orjson

from cohorts.views.compile import View, compile_view
from cohorts.views.definition import read_definition
from cohorts.views.run import run

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "name": [{"family": "F", "given": ["a", "b"]}, {"family": "G", "given": ["c", None]}],
    "birthDate": "1970-06",
    "_birthDate": {"extension": [{"url": "http://x", "valueString": "unknown"}]},
    "multipleBirthInteger": 2,
    "managingOrganization": {"reference": "http://s/Organization/o1/_history/2"},
    "contained": [{"resourceType": "Organization", "id": "c1", "name": "Org"}, {"resourceType": "Location", "id": "c2"}],
    "telecom": [{"system": "phone", "value": "1", "rank": 1}],
}


def lines(*resources: dict[str, Any]) -> list[bytes]:
    return [orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in resources]


def compiled(*selects: dict[str, Any], resource: str = "Patient", **more: Any) -> View:
    return compile_view(read_definition({"resource": resource, "select": list(selects), **more}))


def rows(view: View, *resources: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for batch in run(view, lines(*resources), threads=1) for row in batch.to_pylist()]


def column(path: str, **more: Any) -> dict[str, Any]:
    return {"column": [{"name": "c", "path": path, **more}]}


def value(path: str, *resources: dict[str, Any], **more: Any) -> Any:
    """What a path gives of one record."""
    (row,) = rows(compiled(column(path, **more)), *(resources or (PATIENT,)))
    return row["c"]
