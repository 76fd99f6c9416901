import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.errors import StatementError
from labels.manifests.lines import locate
from labels.manifests.s3select.run import keys, select
from tests.ingest.test_s3 import bucket
from tests.labels.manifests.conftest import Asked

__all__ = ["bucket"]

URGENT = {"source": "a", "triage": 1, "triage-metadata": {"class-name": "urgent", "confidence": 0.7, "human-annotated": "yes"}}
ROUTINE = {"source": "b", "triage": 0, "triage-metadata": {"class-name": "routine", "confidence": 0.95, "human-annotated": "no"}}
FAILED = {"source": "c", "triage-metadata": {"failure-reason": "expired", "retry-count": 1}}
PLAIN = {"source": "d", "ward": None}


@pytest.fixture
def triage(manifest):
    return manifest(URGENT, ROUTINE, FAILED, PLAIN)


def sources(statement, *files):
    return [record["source"] for record in Asked(statement, *files).records]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("""s."triage-metadata"."class-name" = 'urgent'""", "a"),
        ("""s."triage-metadata"."class-name" <> 'urgent'""", "b"),
        ("""NOT s."triage-metadata"."class-name" = 'urgent'""", "b"),
        ("""s."triage-metadata"."human-annotated" IN ('yes', 'no')""", "ab"),
        ("""s."triage-metadata"."human-annotated" NOT IN ('no')""", "a"),
        ("""s."triage" is missing""", "cd"),
        ("""s."triage" IS NOT MISSING""", "ab"),
        ("""s.ward is missing""", "abc"),
        ("""s.ward is null""", "abcd"),
        ("""s.ward = 'x' or s.ward <> 'x'""", ""),
        ("""s."triage-metadata".confidence < 0.8""", "a"),
        ("""s."triage-metadata".confidence between 0.7 and 0.95""", "ab"),
        ("""0.7 < s."triage-metadata".confidence""", "b"),
        ("""s.triage = 1""", "a"),
        ("""s.triage = '1'""", ""),
        ("""s.triage <> '1'""", "ab"),
        ("""cast(s.triage as string) = '1'""", "a"),
        ("""s.triage in (1, 'x')""", "a"),
        ("""s.triage + 1 = 2""", "a"),
        ("""s."triage-metadata"."class-name" LIKE 'r%'""", "b"),
        ("""s."triage-metadata"."class-name" LIKE '%o_t%'""", "b"),
        ("""s.source > 'b'""", "cd"),
        ("""S.source = 'a' OR (s.source = 'b' AND NOT s.triage = 1)""", "ab"),
        ("""source = 'd'""", "d"),
        ("""s['source'] = 'd'""", "d"),
        ("""s3object.source = 'd'""", "d"),
        ("""upper(s.source) = 'A' -- the first""", "a"),
        ("""char_length(s.source) = 1 and substring(s."triage-metadata"."class-name", 1, 3) = 'rou'""", "b"),
        ("""coalesce(s.triage, 9) = 9""", "cd"),
        ("""trim(null) = 'x' or s.triage + null = 1 or s.source = null""", ""),
        ("""case when s.triage = 1 then 'x' else s.source end = 'x'""", "a"),
    ],
)
def test_conditions(triage, condition, found):
    assert "".join(sources(f"select * from s3object s where {condition}", triage)) == found


def test_types_never_mix_and_nulls_are_unknown(manifest):
    file = manifest(
        *({"source": name, "x": value} for name, value in zip("abcdefg", (1, 1.0, "1", True, None, [1], {"y": 1}), strict=True))
    )
    ask = lambda condition: "".join(sources(f"select * from s3object s where {condition}", file))  # noqa: E731
    assert ask("s.x = 1") == "ab"
    assert ask("s.x = '1'") == "c"
    assert ask("s.x = true") == ask("s.x") == "d"
    assert ask("s.x <> 1") == "cdfg"
    assert ask("s.x <> '1'") == "abdfg"
    assert ask("s.x >= 1") == "ab"
    assert ask("s.x[0] = 1") == "f"
    assert ask("s.x.y = s.x.y") == "g"
    assert ask("cast(s.x as string) = '1'") == "ac"


def test_star_gives_the_bytes_of_the_lines(manifest):
    lines = [
        b'{"a" :  0.00, "b":"\\u0027"}',
        b'  {"a":164.60000000000002,"caf\xc3\xa9":"\xea\xb0\x80"}\t',
        b'{"a":12345678901234567890123}',
    ]
    for ending in (b"\n", b"\r\n"):
        file = manifest(*lines, ending=ending)
        assert Asked("select * from s3object s where s.a is not missing", file).bytes == file.read_bytes()
    unended = manifest(b'{"a":1}\n\n \n{"a":2}', name="unended.manifest", ending=b"")
    asked = Asked("select s.* from s3object s", unended)
    assert (asked.bytes, asked.issues) == (b'{"a":1}\n{"a":2}\n', [])


def test_projections_are_records_without_what_is_missing(triage):
    asked = Asked(
        """select s.source, s."triage-metadata"."class-name",
        s.triage + 0.5 as half, s.ward, char_length(s.source) from s3object s""",
        triage,
    )
    assert asked.records == [
        {"source": "a", "class-name": "urgent", "half": 1.5, "_5": 1},
        {"source": "b", "class-name": "routine", "half": 0.5, "_5": 1},
        {"source": "c", "_5": 1},
        {"source": "d", "ward": None, "_5": 1},
    ]
    assert Asked("select s.nothing from s3object s limit 1", triage).bytes == b"{}\n"
    assert Asked("""select s."triage-metadata" m from s3object s limit 1""", triage).records == [{"m": URGENT["triage-metadata"]}]


def test_aggregates(triage):
    metadata = 's."triage-metadata"'
    asked = Asked(
        f"select count(*), count({metadata}.confidence) n, sum({metadata}.confidence) total, avg(s.triage) a, "
        f'min({metadata}."class-name") first, '
        f"max({metadata}.confidence) m, count(distinct s.source) d, min(s.nothing) gone, sum(s.triage) / count(*) q from s3object s",
        triage,
    )
    assert asked.records == [{"_1": 4, "n": 2, "total": 1.65, "a": 0.5, "first": "routine", "m": 0.95, "d": 4, "q": 0.25}]
    assert Asked("select count(*) as x from s3object s where s.triage = 7", triage).records == [{"x": 0}]


def test_from_paths_make_records_of_elements(manifest):
    file = manifest(
        {"m": {"objects": [{"c": 0.5}, {"c": 0.75}]}, "k": {"1": "x", "2": "y"}},
        {"m": {"objects": []}},
        {"other": 1},
        {"m": {"objects": [7]}},
    )
    assert Asked("select count(*) n, avg(o.c) mean from s3object[*].m.objects[*] o", file).records == [{"n": 3, "mean": 0.625}]
    assert Asked("select * from S3Object[*].m.objects[*]", file).records == [{"c": 0.5}, {"c": 0.75}, {}, {}, {"_1": 7}]
    assert Asked("select c from S3Object[*].m.objects[*].c", file).records == [{"c": 0.5}, {"c": 0.75}, {}, {}, {}]
    assert Asked("select _1 from S3Object[*].m.objects[*] where _1 is not missing", file).records == [
        {"_1": {"c": 0.5}},
        {"_1": {"c": 0.75}},
        {"_1": 7},
    ]
    assert Asked("select v from S3Object[*].k.* v where v is not missing", file).records == [{"v": "x"}, {"v": "y"}]
    assert Asked("select * from s3object[*].m.objects[1]", file).records == [{"c": 0.75}, {}, {}, {}]


def test_a_json_document_over_several_lines_is_one_record(tmp_path):
    file = tmp_path / "categories.json"
    file.write_text(json.dumps({"labels": [{"label": "Car"}, {"label": "Bus"}]}, indent=1))
    assert Asked("SELECT label FROM S3Object[*].labels[*].label", file).records == [{"label": "Car"}, {"label": "Bus"}]
    assert Asked("select * from s3object", file).bytes == file.read_bytes() + b"\n"
    assert Asked("select s from s3object s", file).bytes == b'{"s":{"labels":[{"label":"Car"},{"label":"Bus"}]}}\n'


def test_broken_lines_are_reported_and_nothing_else_is_lost(manifest):
    file = manifest(b'{"a":1}', b"{broken", b"", b"[1]", b'{"a":"\xff"}', b'{"a":2}')
    packed = file.with_name("y.jsonl.gz")
    packed.write_bytes(gzip.compress(b'\xef\xbb\xbf{"a":3}\n{"a":4} x\n'))
    broken = [("x.manifest", 2), ("x.manifest", 4), ("x.manifest", 5), ("y.jsonl.gz", 2)]
    for statement, records in (
        ("select * from s3object s", [{"a": 1}, {"a": 2}, {"a": 3}]),
        ("select * from s3object s where s.a > 1", [{"a": 2}, {"a": 3}]),
        ("select s.a from s3object s", [{"a": 1}, {"a": 2}, {"a": 3}]),
        ("select sum(s.a), count(*) from s3object s", [{"_1": 6, "_2": 3}]),
        ("select count(*) from s3object s where s.a = 9", [{"_1": 0}]),
    ):
        asked = Asked(statement, file, packed)
        assert (asked.records, asked.where) == (records, broken)


def test_a_truncated_gzip_is_reported_after_what_came_before(manifest):
    file = manifest(name="z.manifest.gz")
    file.write_bytes(gzip.compress(b'{"a":1}\n' * 100_000)[:-30])
    asked = Asked("select count(*) from s3object", file)
    assert asked.records[0]["_1"] > 1_000
    assert [issue.code for issue in asked.issues][-1] == "truncated-gzip"


def test_limit_counts_answers_over_files(manifest):
    first, second = manifest({"a": 1}, b"{", {"a": 2}), manifest({"a": 3}, {"a": 4}, name="second.manifest")
    assert [record["a"] for record in Asked("select * from s3object limit 3", first, second).records] == [1, 2, 3]
    assert Asked("select * from s3object limit 0", first).records == []


def test_many_lines_come_in_order(manifest):
    file = manifest(*({"i": i, "pad": "x" * 300} for i in range(20_000)))
    asked = Asked("select s.i from s3object s where s.i % 2 = 1", file, threads=2)
    assert [record["i"] for record in asked.records] == list(range(1, 20_000, 2))


@pytest.mark.parametrize(
    ("statement", "column", "said"),
    [
        ("delete from s3object", 1, "SELECT"),
        ("select * from read_text('/etc/passwd')", 15, "only source is S3Object"),
        ("select * from s3object, s3object", 23, "should end here"),
        ("select * from s3object where read_text('x') = 'y'", 30, "no function is called 'read_text'"),
        ("select * from s3object; select 1", 25, "should end here"),
        ("select * from s3object group by a", 24, "no GROUP BY"),
        ("select * from s3object s order by a", 26, "no ORDER BY"),
        ("select s.triage-metadata from s3object s", 16, '"triage-metadata"'),
        ("select * from s3object where a = 'x", 34, "no closing quote"),
        ('select * from s3object where "a = 1', 30, "no closing quote"),
        ("select * from s3object where a = ", 34, "ends where a value"),
        ("select * from s3object where a = (select 1)", 35, "no subqueries"),
        ("select a, count(*) from s3object", 8, "no GROUP BY"),
        ("select * from s3object where count(*) = 1", 30, "aggregate"),
        ("select * from s3object where a like 3", 37, "text is expected"),
        ("select * from s3object where 'a' = 3", 36, "text is expected"),
        ("select * from s3object limit x", 30, "whole number"),
        ("select a, b.a from s3object", 11, "two columns are called 'a'"),
        ("select * from s3object where cast(a as blob) = 1", 40, "CAST makes"),
        ("select *, a from s3object", 9, "FROM is expected"),
        ("select * from s3object where upper(a, b) = 'x'", 30, "takes 1 values, not 2"),
        ("select ? from s3object", 8, "not part of the dialect"),
        ("select * from s3object where a = 1e999", 34, "too large"),
        ("select * from s3object where a = " + "9" * 5_000, 34, "too large"),
        ("select * from s3object limit " + "9" * 5_000, 30, "whole number"),
        ("select a[99999999999999999999] from s3object", 10, "index"),
        ("select case a when 1 then 2 from s3object", 29, "END is expected"),
        ("select * from s3object where a is 3", 35, "MISSING"),
        ("select * from s3object where a not 3", 36, "after NOT"),
        ("select * from s3object[0].a", 24, "S3Object[*]"),
        ("select a[*] from s3object", 10, "only in FROM"),
        ("select s.*, s.a from s3object s", 8, "stands alone"),
        ("select sum(count(*)) from s3object", 12, "not inside another"),
        ("select extract(week from a) from s3object", 16, "YEAR"),
    ],
)
def test_errors_say_where(triage, statement, column, said):
    with pytest.raises(StatementError, match=f"line 1, column {column}: ") as raised:
        Asked(statement, triage)
    assert said in str(raised.value)


def test_errors_count_lines_and_survive_depth(triage):
    with pytest.raises(StatementError, match="line 3, column 8"):
        Asked("select *\nfrom s3object\n  whre a = 1", triage)
    with pytest.raises(StatementError, match="nested too deeply"):
        Asked("select * from s3object where " + "(" * 10_000, triage)
    with pytest.raises(StatementError, match="longer than"):
        Asked("select * from s3object where a = '" + "x" * 300_000 + "'", triage)


@pytest.mark.parametrize("terms", [3, 150, 400, 3_000])
@pytest.mark.parametrize(
    ("begin", "each", "end"),
    [
        ("1", " + 1", ""),
        ("'a'", " || 'a'", ""),
        ("1", " * 1", ""),
        ("", "not ", "true"),
        ("", "- ", "1"),
        ("", "coalesce(", "1"),
        ("s", ".a", ""),
    ],
)
def test_a_value_of_many_parts_is_answered_or_refused_in_words(triage, terms, begin, each, end):
    statement = f"select {begin}{each * terms}{end}{')' * terms if each.endswith('(') else ''} from s3object s limit 1"
    try:
        found = len(Asked(statement, triage).records)
    except StatementError as error:
        assert terms > 3, error
        found = 1
    assert found == 1


def test_a_cast_that_fails_is_said_without_the_value(manifest):
    file = manifest({"a": "secret"})
    with pytest.raises(StatementError, match="CAST") as raised:
        Asked("select cast(s.a as int) from s3object s", file)
    assert "secret" not in str(raised.value)


@settings(max_examples=40)
@given(st.text(max_size=30), st.text(min_size=1, max_size=20))
def test_any_text_is_found_by_its_literal_and_any_name_by_its_quoted_name(tmp_path_factory, value, name):
    if "\0" in value + name:
        return
    file = tmp_path_factory.mktemp("any") / "x.manifest"
    file.write_text(json.dumps({name: {name: value}}) + "\n" + json.dumps({name: {name: value + "x"}}) + "\n")
    quoted = '"' + name.replace('"', '""') + '"'
    text = "'" + value.replace("'", "''") + "'"
    asked = Asked(f"select s.{quoted}.{quoted} v from s3object s where s.{quoted}.{quoted} = {text}", file, threads=1)
    assert asked.records == [{"v": value}]


def test_dates(manifest):
    file = manifest({"d": "2019-04-18T16:40:59.217995"}, {"d": "2022-08-22T20:52:51.851Z"}, {"e": 1})
    ask = lambda condition: Asked(f"select count(*) n from s3object s where {condition}", file).records[0]["n"]  # noqa: E731
    assert ask("cast(s.d as timestamp) >= to_timestamp('2020-01-01T00:00:00Z')") == 1
    assert ask("extract(year from to_timestamp(s.d)) = 2019") == 1
    assert ask("date_diff(year, to_timestamp(s.d), to_timestamp('2022-12-01')) = 3") == 1
    assert ask("date_add(year, 3, to_timestamp(s.d)) < utcnow()") == 2


def test_keys_of_every_line(manifest):
    file = manifest({"p": "x", "m": {"s": 1}}, b"{", {"p": None})
    issues = []
    found = list(keys(["p", "s.m.s + 1"], locate([str(file)])[0], issues.append))
    assert [(line, values) for _, line, values in found] == [(1, ['"x"', "2"]), (3, ["null", None])]
    assert [issue.line for issue in issues] == [2]


def test_nothing_outside_the_lines_can_be_reached(triage, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for source in (f'"{secret}"', f"'{secret}'", "duckdb_settings()", "lines"):
        with pytest.raises(StatementError, match="only source is S3Object"):
            list(select(f"select * from {source}", locate([str(triage)])[0], print))


def test_objects_of_a_bucket_are_read_like_files(bucket):
    bucket.put_object(Bucket="exports", Key="job/output.manifest", Body=b'{"a":1}\n{"a":2}\n')
    bucket.put_object(Bucket="exports", Key="job/more.manifest.gz", Body=gzip.compress(b'{"a":3}\n{bro'))
    asked = Asked("select * from s3object s where s.a > 1", "s3://exports/job/")
    assert (asked.bytes, asked.where) == (b'{"a":3}\n{"a":2}\n', [("more.manifest.gz", 2)])
