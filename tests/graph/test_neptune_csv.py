"""Neptune's CSV for others: each key has the type that holds all of its values, and the loader reads the same values back."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.model import Literal
from graph.property_graph import elements
from graph.stores.neptune.neptune_csv import Column, typed_columns, write_csv
from graph.vocabulary import KG, LABEL, TYPE, XSD
from tests.servers.neptune_csv import read_csv

A, B, KEY = "https://example.org/a", "https://example.org/b", "kg_value"
Written = tuple[tuple[str, ...], ...]


def loaded(folder: Path, a: Written, b: Written = ()) -> tuple[Column, list[Any], list[Any]]:
    """The column of `kg:value`, and the values that the loader gives both nodes."""
    quads: list[Any] = [(node, TYPE, KG + "Item", node) for node in (A, B)]
    quads += [(node, KG + "value", Literal(*literal), node) for node, literals in ((A, a), (B, b)) for literal in literals]
    columns = typed_columns(elements(quads))
    found: dict[str, list[Any]] = {A: [], B: []}
    for path in write_csv(elements(quads), folder, "d", columns).vertices:
        edges, rows = read_csv(gzip.decompress(path.read_bytes()).decode())
        assert not edges
        for row in rows:
            assert row is not None, "the loader refuses no row"
            assert row.get("kind", ["Item"]) == ["Item"]
            found[row["~id"]] += row.get(KEY, [])
    return columns[KEY], found[A], found[B]


def of(kind: str, *texts: str) -> Written:
    return tuple((text, XSD + kind) for text in texts)


DAY, SECOND = datetime(2020, 1, 31, tzinfo=UTC), datetime(2020, 1, 31, 12, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("a", "b", "column", "values"),
    [
        (of("integer", "5"), of("integer", "-7"), Column("Int"), ([5], [-7])),
        (of("integer", "5"), of("integer", "5000000000"), Column("Long"), ([5], [5000000000])),
        (of("decimal", "1.5"), of("integer", "2"), Column("Double"), ([1.5], [2.0])),
        (of("decimal", "0.1"), of("double", "1000"), Column("Double"), ([0.1], [1000.0])),
        (of("boolean", "true"), of("boolean", "false"), Column("Bool"), ([True], [False])),
        (of("date", "2020-01-31"), of("dateTime", "2020-01-31T12:30:05Z"), Column("Date"), ([DAY], [SECOND])),
        ((("five",),), (("fünf", None, "de"),), Column("String"), (["five"], ["fünf"])),
        # What no type but text holds exactly.
        (of("decimal", "0.1234567890123456789"), of("decimal", "1"), Column("String"), (["0.1234567890123456789"], ["1"])),
        (of("gYear", "2020"), of("date", "2020-01-31"), Column("String"), (["2020"], ["2020-01-31"])),
        (of("dateTime", "2020-01-31T12:30:05+02:00"), (), Column("String"), (["2020-01-31T12:30:05+02:00"], [])),
        (of("double", "NaN"), of("double", "1"), Column("String"), (["NaN"], ["1"])),
        (of("boolean", "true"), of("integer", "1"), Column("String"), (["true"], ["1"])),
        # Several values of one node.
        (of("integer", "1", "2"), of("integer", "3"), Column("Int", True), ([1, 2], [3])),
        (of("double", "1.5", "2"), (), Column("Double", True), ([1.5, 2.0], [])),
        (of("boolean", "true", "false"), (), Column("Bool", True), ([True, False], [])),
        (of("date", "2020-01-31", "2020-01-31T12:30:05Z"[:10]), of("date", "2020-01-31"), Column("Date"), ([DAY], [DAY])),
        ((("one",), ("two",)), (("three",),), Column("String", True), (["one", "two"], ["three"])),
        ((("one; two",), ("three",)), (), Column("String"), (["one; two", "three"], [])),
        ((("a\\",), ('say "b"\n,c',)), (), Column("String"), (["a\\", 'say "b"\n,c'], [])),
        ((("same",), ("same", None, "en")), (), Column("String", True), (["same"], [])),
    ],
)
def test_values_come_back_with_the_type_of_their_column(
    tmp_path: Path, a: Written, b: Written, column: Column, values: tuple[list[Any], list[Any]]
) -> None:
    found, of_a, of_b = loaded(tmp_path, a, b)
    assert found == column
    assert (of_a, of_b) == values
    assert [type(value) for value in of_a + of_b] == [type(value) for value in values[0] + values[1]]


def test_every_file_has_the_same_type_for_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.stores.neptune.neptune_csv._VERTICES", 1)
    column, of_a, of_b = loaded(tmp_path, of("integer", "1"), of("decimal", "2.5"))
    assert len(list(tmp_path.glob("*vertices*"))) > 1
    assert (column, of_a, of_b) == (Column("Double"), [1.0], [2.5])


def test_headers_hold_names_and_types_and_no_digests(tmp_path: Path) -> None:
    quads: list[Any] = [
        (A, "http://example.org/p:q", Literal("5", XSD + "integer"), B),
        (A, LABEL, Literal("x"), B),
        (A, KG + "code", B, B),
    ]
    files = write_csv(elements(quads), tmp_path, "d", typed_columns(elements(quads)))
    with gzip.open(files.vertices[0], "rt") as file:
        assert file.readline() == "~id,~label,record:String,http\\://example.org/p\\:q:Int,rdfs_label:String\n"
    edges, rows = read_csv(gzip.decompress(files.edges[0].read_bytes()).decode())
    assert edges
    assert [(row["~from"], row["~to"], row["~label"], row["record"]) for row in rows if row] == [(A, B, "code", [B])]
