"""Texts in tables and files: what people's spreadsheets hold, and what must not be lost in silence."""

import pytest

from ingest.text import reader as text
from sources.model import SourceRecord
from tests.ingest.exports import write
from tests.ingest.test_readers import read


def told(lab, report):
    return [(issue["code"], issue["source"].rpartition("/")[2], issue["line"]) for issue in lab.workspace.issues(report.run)]


def table(lab, name, *lines):
    return write(lab.folder / "tables" / name, *lines)


def test_a_date_is_found_as_the_day_it_is(lab):
    table(lab, "x.csv", "id,text,date", "d1,one,31.12.2023", 'd2,two,"Jan 2, 2023"', "d3,three,01/02/2023", "d4,four,yesterday", "d5,five,")
    report = lab.ingest_path(lab.folder / "tables", format="text")
    catalog = lab.snapshot().catalog
    dates = {name: catalog.document(lab.iri("Text", name)).date for name in ("d1", "d2", "d3", "d4", "d5")}
    assert dates == {"d1": "2023-12-31", "d2": "2023-01-02", "d3": None, "d4": None, "d5": None}
    assert told(lab, report) == [("bad-date", "x.csv", 4), ("bad-date", "x.csv", 5)]
    assert "https://w3id.org/commissure/ns#date" not in lab.node("Text", "d3").properties


def test_two_texts_of_one_id_do_not_replace_one_another(lab):
    table(lab, "a.csv", "id,text", "1,Paper A on ankylosis")
    table(lab, "b.csv", "id,text", "1,Paper B on bruxism", "2,Paper C")
    report = lab.ingest_path(lab.folder / "tables", format="text")
    assert report.records["added"] == 2 and report.records["rejected"] == 1 and report.records["duplicates"] == 0
    assert told(lab, report) == [("repeated-id", "b.csv", 2)]
    assert "ankylosis" in lab.snapshot().catalog.document(lab.iri("Text", "1")).text


def test_a_row_that_stands_twice_is_one_text(lab):
    table(lab, "a.csv", "id,text", "1,Same")
    table(lab, "b.csv", "id,text", "1,Same")
    report = lab.ingest_path(lab.folder / "tables", format="text")
    assert report.records["added"] == 1 and report.records["rejected"] == 0 and report.records["duplicates"] == 1


def test_a_text_that_takes_the_place_of_another_files_is_told(lab):
    lab.ingest_path(table(lab, "a.csv", "id,text", "1,Paper A"), format="text")
    report = lab.ingest_path(table(lab, "b.csv", "id,text", "1,Paper B"), format="text")
    assert report.records["changed"] == 1 and told(lab, report) == [("replaced-id", "b.csv", 2)]
    corrected = lab.ingest_path(table(lab, "b.csv", "id,text", "1,Paper B corrected"), format="text")
    assert corrected.records["changed"] == 1 and told(lab, corrected) == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"id,text,date\n1,a, b,2020\n2,ok,2021\n", [("ragged-row", 2), "ok"]),
        (b"id,title,text\n1,T\n2,T,ok\n", [("ragged-row", 2), ("no-text", 2), "ok"]),
        (b"id,text\n1,ok,,\n", ["ok"]),
        (b"id;text\n1;one, two\n", ["one, two"]),
        (b"ID\tText\n1\tone, two; three\n", ["one, two; three"]),
        (b'"id";"Text"\n"1";"one"\n', ["one"]),
        (b"id,text\n\n1,ok\n", ["ok"]),
        (b"id,text,text\n1,a,b\n", [("no-header", 1)]),
        (b"", [("no-header", 1)]),
        (b'id,text\n1,ok\n2,"never closed\n3,lost?\n', ["ok", ("broken-table", 4)]),
        ("id,text\n1,ok\n".encode("utf-16"), [("encoding", 1)]),
    ],
)
def test_tables_of_any_make(tmp_path, content, found):
    items = read(tmp_path / "x.csv", content, text)
    assert [item.resource["text"] if isinstance(item, SourceRecord) else (item.code, item.line) for item in items] == found
