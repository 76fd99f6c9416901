import csv
import io
import json
import re
from base64 import b64decode

import pytest

from labels.model import Column, Kind, Report, Table
from labels.reports.annotations import annotation_report
from labels.reports.answered import answered_items
from labels.reports.charts import report_charts, report_specs
from labels.reports.labeled import labeled_items
from labels.reports.page import html_of
from labels.reports.pictures import png, svg
from labels.reports.records import Problems
from labels.reports.workers import worker_report
from labels.reports.written import csv_of, csv_of_all, json_of
from tests.labels.reports.data import adjusted, answer, box_line, metadata, sequence, verified, write

HOSTILE = "</title><script>alert(1)</script>\"&'=1+1"


@pytest.fixture(scope="module")
def annotations(tmp_path_factory):
    """A report in which every table and chart has something, with a class name that tries to break out."""
    folder = tmp_path_factory.mktemp("annotations")
    about = metadata("image-classification", HOSTILE, "2024-03-09T00:00:00.000001", **{"class-name": HOSTILE, "confidence": 0.6})
    write(
        folder / "x.manifest",
        verified(adjusted(box_line("a", (0, 0, {"parked": "yes"})), "adjusted", (0, 0)), "good"),
        {"source-ref": "s3://b/b.png", "c": 0, "c-metadata": about},
        {"source-ref": "s3://b/c.png", "c-metadata": {"failure-reason": HOSTILE}},
    )
    write(folder / "s" / "SeqLabel.json", json.dumps(sequence()))
    return annotation_report(labeled_items([str(folder)], "", Problems()))


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workers")
    answers = [
        answer("w" * 20, HOSTILE, 3.0, changed=True),
        answer("v" * 20, "Duck", 5.0, changed=False),
        answer("x" * 13 + "w" * 20, "Duck", 1.0),
    ]
    write(folder / "J" / "worker-response" / "iteration-1" / "0" / "x.json", json.dumps({"answers": answers}))
    about = metadata("image-classification", "J", **{"class-name": "Duck", "confidence": 0.6})
    write(folder / "J" / "output.manifest", {"source-ref": "s3://b/a.png", "c": 0, "c-metadata": about})
    return worker_report(answered_items([str(folder)], "", Problems()), {"v" * 20: HOSTILE})


def test_every_kind_of_annotation_chart_is_drawn(annotations):
    specs = report_specs(annotations)
    names = ["classes", "jobs", "days", "states", "per_item", "tracks", "attributes", "adjustments", "audits", "confidence"]
    assert list(specs) == names
    for spec in specs.values():
        assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
        assert '"url"' not in json.dumps(spec)


def test_every_kind_of_worker_chart_is_drawn(workers):
    assert list(report_specs(workers)) == ["tasks", "seconds", "tasks_per_hour", "agreement", "peers", "changed", "days", "confusions"]


def test_a_chart_shows_the_numbers_of_its_table(annotations, workers):
    specs = report_specs(annotations, width=300)
    (values,) = specs["classes"]["datasets"].values()
    drawn = {(each["class"], each["job"], each["annotations"]) for each in values}
    assert drawn == {(each["class"], each["job"], each["annotations"]) for each in annotations.table("classes").records()}
    assert (HOSTILE, HOSTILE, 1) in drawn and ("bus", "SeqLabel", 1) in drawn
    assert specs["classes"]["width"] == 300
    text = json.dumps(report_specs(workers)["tasks_per_hour"])
    team = workers.table("workers").records()[0]["tasks_per_hour"]
    assert team == 1200.0 and f'"team": {team}' in text


def test_workers_are_called_by_name_or_by_what_tells_them_apart(workers):
    text = json.dumps(report_specs(workers)["tasks"], ensure_ascii=False)
    assert re.findall(r'"who": "((?:[^"\\]|\\.)*)"', text) == [json.dumps(HOSTILE, ensure_ascii=False)[1:-1], "w" * 20, "x" * 13 + "w" * 20]


def test_charts_become_pictures_here(annotations):
    chart = report_charts(annotations)[0]
    drawn = svg(chart)
    assert drawn.startswith("<svg") and "car" in drawn and "<script" not in drawn
    assert png(chart).startswith(b"\x89PNG")


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(annotations):
    page = html_of(annotations, [(chart, svg(chart)) for chart in report_charts(annotations)], HOSTILE)
    assert "<script" not in page
    assert set(re.findall(r'(?:src|href)="([a-z+/:]*)', page)) == {"data:image/svg+xml"}
    assert "default-src &#x27;none&#x27;" in page
    assert page.count("<figure>") == 10
    pictures = [b64decode(each).decode() for each in re.findall(r"base64,([^\"]+)", page)]
    assert all("<script" not in picture and "http" not in picture.replace("http://www.w3.org/", "") for picture in pictures)
    assert "&lt;script&gt;" in page


def test_a_long_table_is_cut_on_the_page_and_says_so():
    table = Table("t", "T", (Column("n", "N"),), tuple((number,) for number in range(1500)))
    page = html_of(Report("annotations", "A", (), (table, Table("u", "Nothing here", (Column("n", "N"),), ()))), [], "x")
    assert page.count("<tr>") == 1001
    assert "The first 1,000 of 1,500 rows" in page and "Nothing to show for: Nothing here" in page


def test_csv_keeps_values_as_they_are():
    columns = (Column("a", "A", Kind.TEXT), Column("b", "B", Kind.SHARE), Column("c", "C"))
    table = Table("t", "T", columns, (('say "x", y\nz', 1 / 3, None), ("ü", None, 12345)))
    assert list(csv.reader(io.StringIO(csv_of(table), newline=""))) == [
        ["a", "b", "c"],
        ['say "x", y\nz', "0.3333333333333333", ""],
        ["ü", "", "12345"],
    ]
    empty = Table("e", "E", columns, ())
    assert csv_of_all(Report("annotations", "A", (), (table, empty, table))).count("# t\na,b,c\n") == 2


def test_json_names_every_table(annotations):
    made = json_of(annotations)
    assert made["totals"]["failed"] == 1
    assert set(made["tables"]) == {table.name for table in annotations.tables}
    assert made["tables"]["failures"] == [{"attribute": "c", "reason": HOSTILE, "items": 1}]
