"""Running a view: rows of lists, what a record may not be, how many rows it may make, and that memory stays flat."""

import json
from typing import Any

import pyarrow as pa
import pytest

from cohorts.views import run as running
from cohorts.views.errors import ViewRefused
from cohorts.views.run import run
from tests.cohorts.views.running import PATIENT, column, compiled, lines, rows

NAMES = {"forEach": "name", "column": [{"name": "family", "path": "family"}, {"name": "n", "path": "%rowIndex"}]}
ID = {"column": [{"name": "id", "path": "id"}]}


def tree(depth: int, width: int = 1) -> dict[str, Any]:
    def items(prefix: str, left: int) -> list[dict[str, Any]]:
        found = []
        for n in range(1, width + 1):
            item: dict[str, Any] = {"linkId": f"{prefix}{n}"}
            if left > 1:
                item["item"] = items(f"{prefix}{n}.", left - 1)
            found.append(item)
        return found

    return {"resourceType": "Questionnaire", "id": "q", "item": items("", depth)}


def test_lists_are_gone_through_in_their_order() -> None:
    assert rows(compiled(ID, NAMES), PATIENT, {"resourceType": "Patient", "id": "p2"}) == [
        {"id": "p1", "family": "F", "n": 0},
        {"id": "p1", "family": "G", "n": 1},
    ]
    outer = {"forEachOrNull": "name.given", "column": [{"name": "given", "path": "$this"}, {"name": "n", "path": "%rowIndex"}]}
    assert rows(compiled(ID, outer), PATIENT, {"resourceType": "Patient", "id": "p2"}) == [
        {"id": "p1", "given": "a", "n": 0},
        {"id": "p1", "given": "b", "n": 1},
        {"id": "p1", "given": "c", "n": 2},
        {"id": "p2", "given": None, "n": 0},
    ]


def test_a_list_may_be_gone_through_that_r4_does_not_have() -> None:
    assert rows(compiled(ID, {"forEach": "nothing", **column("value")}), PATIENT) == []
    assert rows(compiled(ID, {"forEachOrNull": "nothing", **column("value")}), PATIENT) == [{"id": "p1", "c": None}]


def test_nodes_below_nodes_come_in_the_order_of_the_text() -> None:
    columns = [{"name": "at", "path": "%rowIndex"}, {"name": "l", "path": "linkId"}]
    view = compiled({"repeat": ["item"], "column": columns}, resource="Questionnaire")
    found = sorted((row["at"], row["l"]) for row in rows(view, tree(3, 2)))
    assert [link for _, link in found] == [
        *("1", "1.1", "1.1.1", "1.1.2", "1.2", "1.2.1", "1.2.2"),
        *("2", "2.1", "2.1.1", "2.1.2", "2.2", "2.2.1", "2.2.2"),
    ]
    assert len(rows(view, tree(100))) == 100


def test_elements_that_are_no_values_are_json() -> None:
    view = compiled({"column": [{"name": "first", "path": "name.first()"}, {"name": "all", "path": "name", "collection": True}]})
    (row,) = rows(view, PATIENT)
    assert json.loads(row["first"]) == PATIENT["name"][0] and [json.loads(one) for one in row["all"]] == PATIENT["name"]
    assert [one.is_json for one in view.columns] == [True, True]


def test_columns_are_typed() -> None:
    paths = {"i": "1", "d": "1.5", "b": "active", "s": "id", "day": "birthDate", "l": "telecom.rank", "none": "{}"}
    select = {"column": [{"name": name, "path": path, "collection": name == "l"} for name, path in paths.items()]}
    (batch,) = run(compiled(select), lines(PATIENT))
    assert batch.schema.names == list(paths)
    assert batch.schema.types == [pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.string(), pa.list_(pa.int64()), pa.string()]


def test_no_records_give_no_rows_and_the_columns() -> None:
    assert [(batch.num_rows, batch.schema.names) for batch in run(compiled(ID), [])] == [(0, ["id"])]


@pytest.mark.parametrize(
    ("record", "path", "told"),
    [
        ({"name": {"family": "X"}}, "name.family", "Patient/p2: Patient.name is one value, and R4 has a list"),
        ({"name": ["X"]}, "name.family", "Patient/p2: Patient.name is not a HumanName"),
        ({"active": "maybe"}, "active", "Patient/p2: Patient.active is not a boolean"),
        ({"maritalStatus": [{"text": "M"}]}, "maritalStatus.text", "Patient/p2: Patient.maritalStatus is a list, and R4 has one value"),
        ({"name": {"family": "X"}}, "name.first()", "Patient/p2: Patient.name is one value, and R4 has a list"),
        (
            {"birthDate": "secret1990-01-01T00"},
            "birthDate < @2000-01-01T00:00:00Z",
            "a value in the records, such as a date, cannot be read",
        ),
    ],
)
def test_a_record_that_is_not_as_r4_has_it_is_named_without_what_it_says(record: dict[str, Any], path: str, told: str) -> None:
    with pytest.raises(ViewRefused) as refused:
        rows(compiled(column(path)), PATIENT | {"id": "p0", "birthDate": "1970"}, {"resourceType": "Patient", "id": "p2", **record})
    assert str(refused.value).startswith(told) and "secret" not in str(refused.value)


@pytest.mark.parametrize("path", ["id", "name.first()", "1.5.lowBoundary()"])
def test_what_is_no_json_is_refused(path: str) -> None:
    with pytest.raises(ViewRefused, match="a record of Patient is no JSON"):
        list(run(compiled(column(path)), [b'{"id":"a"}\n', b'{"id":\n']))


def test_what_is_not_as_r4_has_it_but_not_asked_for_does_not_matter() -> None:
    assert rows(compiled(ID), {"resourceType": "Patient", "id": "p2", "name": 3, "active": "x"}) == [{"id": "p2"}]


@pytest.mark.parametrize("lists", [2, 3])
def test_a_record_that_explodes_is_stopped_and_named(lists: int) -> None:
    big = {"resourceType": "Patient", "id": "big", "name": [{"family": str(n)} for n in range(1000)]}
    selects = [{"forEach": "name", "column": [{"name": f"c{n}", "path": "family"}]} for n in range(lists)]
    with pytest.raises(ViewRefused, match="Patient/big: makes more than 100,000 rows; lists beside each other multiply"):
        rows(compiled(*selects), PATIENT, big)


def test_nodes_beside_nodes_that_explode_are_stopped() -> None:
    selects = [{"repeat": ["item"], "column": [{"name": f"c{n}", "path": "linkId"}]} for n in range(3)]
    with pytest.raises(ViewRefused, match="Questionnaire/q: makes more than 100,000 rows"):
        rows(compiled(*selects, resource="Questionnaire"), tree(100))


def test_a_view_that_takes_too_long_is_stopped() -> None:
    select = {"column": [{"name": f"c{n}", "path": "name.given.join(',')"} for n in range(100)]}
    with pytest.raises(ViewRefused, match=r"took more than 0\.001 seconds"):
        for _ in run(compiled(select), lines(*[PATIENT] * 5000), patience=0.001):
            pass


def test_records_are_read_a_chunk_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_CHUNK", 1000)
    monkeypatch.setattr(running, "_BLOCK", 3)
    held = lines(*({**PATIENT, "id": f"p{n}"} for n in range(50)))
    taken = 0

    def given() -> Any:
        nonlocal taken
        for line in held:
            taken += 1
            yield line

    batches = run(compiled(ID), given())
    assert next(batches).num_rows == taken == 3
    assert [row["id"] for batch in batches for row in batch.to_pylist()] == [f"p{n}" for n in range(3, 50)]


def test_a_record_may_be_large() -> None:
    large = {"resourceType": "Patient", "id": "x", "name": [{"text": "y" * 20_000_000}]}
    assert rows(compiled(ID, {"column": [{"name": "n", "path": "name.text.length()"}]}), large) == [{"id": "x", "n": 20_000_000}]


def test_duckdb_sees_no_other_file(tmp_path: Any) -> None:
    import duckdb

    (tmp_path / "other.csv").write_text("a\n1\n")
    with running._connected(str(tmp_path / "own"), 1) as connection, pytest.raises(duckdb.PermissionException):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path}/other.csv')")
