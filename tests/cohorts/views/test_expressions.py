"""What FHIRPath expressions give of a record, and which are refused before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from cohorts.views.errors import InvalidView, ViewRefused
from cohorts.views.functions import FUNCTIONS
from cohorts.views.run import run
from tests.cohorts.views.running import PATIENT, column, compiled, rows, value


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("id", "p1"),
        ("Patient.name.family.first()", "F"),
        ("name.where(given.exists()).family.last()", "G"),
        ("name.given.count()", 3),
        ("name.given.skip(1).first()", "b"),
        ("name.given.tail().take(1).single()", "b"),
        ("name.given.distinct().count()", 3),
        ("name.given.join(', ')", "a, b, c"),
        ("name[1].given[0]", "c"),
        ("name[2].given[0]", None),
        ("name[-1].family", None),
        ("name[-2].family", None),
        ("multipleBirth.ofType(integer)[0]", 2),
        ("name.all(given.exists())", True),
        ("name.all(family = 'F')", False),
        ("contact.all(gender = 'male')", True),
        ("active.not()", False),
        ("active and deceased.ofType(boolean)", None),
        ("active or deceased.ofType(boolean)", True),
        ("active xor true", False),
        ("active implies false", False),
        ("(1 > 2) implies active", True),
        ("birthDate.extension('http://x').value.ofType(string)", "unknown"),
        ("birthDate.extension('http://y').value.ofType(string)", None),
        ("contained.ofType(Organization).name", "Org"),
        ("contained.ofType(Location).id.first()", "c2"),
        ("multipleBirth.exists()", True),
        ("deceased.exists()", False),
        ("multipleBirth is integer", True),
        ("multipleBirth.is(boolean)", False),
        ("(multipleBirth as integer) + 1", 3),
        ("multipleBirth.ofType(FHIR.integer)", 2),
        ("multipleBirth.ofType(System.Integer)", 2),
        ("7 div 2", 3),
        ("-7 div 2", -3),
        ("7 mod 4", 3),
        ("7 / 2", 3.5),
        ("7 / 0", None),
        ("7 div 0", None),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-multipleBirth.ofType(integer)", -2),
        ("0.1 + 0.2", 0.3),
        ("0.1 + 0.2 = 0.3", True),
        ("id & '-' & gender", "p1-"),
        ("id + gender", None),
        ("'x' + id", "xp1"),
        ("iif(active, 'y', 'n')", "y"),
        ("iif(deceased.ofType(boolean), 'y', 'n')", "n"),
        ("iif(active.not(), 'y')", None),
        ("'F' in name.family", True),
        ("name.family contains 'X'", False),
        ("gender in ('male' | 'female')", None),
        ("'{0}' in ('{0}' | id)", True),
        ("(name.family | name.family | name.given).count()", 5),
        ("name.family = ('F' | 'G')", True),
        ("name.family = 'F'", False),
        ("name.family != 'F'", True),
        ("contact.name.family = 'F'", None),
        ("{} = 'F'", None),
        ("name.where(family = %resource.name.family.first()).given.first()", "a"),
        ("name.where($this.family = 'G').given.first()", "c"),
        ("name.first().family.lower().upper().trim().length()", 1),
        ("id.startsWith('p') and id.endsWith('1') and id.contains('1')", True),
        ("id.substring(1)", "1"),
        ("id.substring(0, 1)", "p"),
        ("id.substring(9)", None),
        ("multipleBirth.ofType(integer).toString()", "2"),
        ("'12'.toInteger() + 1", 13),
        ("'x'.toInteger()", None),
        ("'1.5'.toDecimal()", 1.5),
        ("managingOrganization.getReferenceKey()", "o1"),
        ("managingOrganization.getReferenceKey(Organization)", "o1"),
        ("managingOrganization.getReferenceKey(Patient)", None),
        ("generalPractitioner.getReferenceKey().first()", None),
        ("`id`", "p1"),
        ("'it\\'s \\u00e9 \\\\'", "it's é \\"),
        ("id // the key\n", "p1"),
        ("/* a */ id", "p1"),
        ("%resource.id", "p1"),
        ("where(active).name.count()", 2),
        ("telecom.rank", 1),
        ("{}", None),
        ("{}.exists()", False),
        ("{}.count()", 0),
    ],
)  # fmt: skip
def test_what_a_path_gives(path: str, wanted: Any) -> None:
    assert value(path) == wanted


@pytest.mark.parametrize(
    ("left", "sign", "right", "wanted"),
    [
        ("@1970", "<", "@1980", True),
        ("@1970-06", "<", "@1970-06-02", None),
        ("@1970-06", "=", "@1970", None),
        ("@1970-06", "=", "@1970-06", True),
        ("@1970-06-02", ">", "@1970-05", True),
        ("@2015-02-07T13:28:17+02:00", "=", "@2015-02-07T11:28:17Z", True),
        ("@2015-02-07T13:28:17.000Z", "=", "@2015-02-07T13:28:17Z", True),
        ("@2015-02-07T13:28:17Z", ">=", "@2015-02-07T13:28:17+02:00", True),
        ("@2015-02-07T13:28:17Z", "<", "@2015-02-07", None),
        ("@2015-02-07T13:28:17Z", "<", "@2015-02-08", True),
        ("@T10:00:00", "<", "@T11:00:00", True),
    ],
)
def test_moments_are_compared_as_far_as_both_go(left: str, sign: str, right: str, wanted: bool | None) -> None:
    assert value(f"{left} {sign} {right}") is wanted


@pytest.mark.parametrize(
    ("path", "low", "high"),
    [
        ("1.50", 1.495, 1.505),
        ("1.5", 1.45, 1.55),
        ("2", 1.5, 2.5),
        ("@2012", "2012-01-01", "2012-12-31"),
        ("@2012-02", "2012-02-01", "2012-02-29"),
        ("@2012-02-03", "2012-02-03", "2012-02-03"),
        ("%day", "2012-02-01", "2012-02-29"),
        ("@2012-01-01T10:00:00.5Z", "2012-01-01T10:00:00.500Z", "2012-01-01T10:00:00.599Z"),
        ("@2012-01-01T10:00:00+01:00", "2012-01-01T10:00:00.000+01:00", "2012-01-01T10:00:00.999+01:00"),
        ("@2012-01-01T10:00", "2012-01-01T10:00:00.000+14:00", "2012-01-01T10:00:59.999-12:00"),
        ("@T10:00", "10:00:00.000", "10:00:59.999"),
        ("@T10:00:30", "10:00:30.000", "10:00:30.999"),
    ],
)
def test_boundaries_are_as_exact_as_what_is_written(path: str, low: Any, high: Any) -> None:
    columns = [{"name": "l", "path": f"{path}.lowBoundary()"}, {"name": "h", "path": f"{path}.highBoundary()"}]
    view = compiled({"column": columns}, constant=[{"name": "day", "valueDate": "2012-02"}])
    assert rows(view, PATIENT) == [{"l": low, "h": high}]


def test_trailing_zeros_of_a_record_count_for_boundaries() -> None:
    view = compiled(column("value.ofType(Quantity).value.lowBoundary()"), resource="Observation")
    records = [b'{"resourceType":"Observation","id":"a","valueQuantity":{"value":1.50}}\n', b'{"id":"b","valueQuantity":{"value":1e-3}}\n']
    assert [row["c"] for batch in run(view, records) for row in batch.to_pylist()] == [1.495, 0.0005]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("name.lowerCase()", "the function 'lowerCase' is not supported; did you mean lower"),
        ("name.descendants()", "the function 'descendants' is not supported; there are: all, as,"),
        ("name.first(1)", r"first\(\) takes 0 arguments, not 1"),
        ("name.where()", r"where\(\) takes 1 argument, not 0"),
        ("name.where(family)", r"what where\(\) is given is a string, not true or false"),
        ("name ~ name", "the operator ~ is not supported"),
        ("id = 1", "= between a id and a integer"),
        ("id < true", "< between a id and a boolean"),
        ("active < true", "< is not supported between values of boolean"),
        ("name = name", "= is supported between values, not of a HumanName"),
        ("name | contact", "is supported between values of one type"),
        ("id - id", "- is not supported between values of id"),
        ("-id", "- is put before a id"),
        ("multipleBirth", "multipleBirth may be of several types"),
        ("multipleBirth.ofType(string)", "multipleBirth is never a 'string'; it may be: boolean, integer"),
        ("id.family", "'family' is asked of a id, which has no elements"),
        ("id.getResourceKey()", "is asked of a id, not of a resource"),
        ("name.getReferenceKey()", "is asked of a HumanName, not of a Reference"),
        ("name.join(',')", "is asked of a HumanName, not of texts"),
        ("active.upper()", r"upper\(\) is asked of a boolean"),
        ("name['a']", r"\[ \] takes a whole number, not a string"),
        ("%nothing", "there is no constant %nothing"),
        ("$total", r"\$total is not supported"),
        ("5 'mg'", "a quantity as a value is not supported"),
        ("99999999999", "too large for a whole number"),
        ("gender.lowBoundary()", "is for decimals, dates and times"),
        ("name.skip(id)", r"skip\(\) takes a whole number"),
        ("name.ofType('x')", r"ofType\(\) takes the name of a type"),
        ("name.ofType(Address)", r"ofType\(Address\) is asked of a HumanName"),
        ("contained.ofType(Nothing)", "'Nothing' is no resource type of R4"),
        ("iif(active, 1, 'a')", "must be values of one type"),
        ("name.family.extension('x').where(url)", "is given is a uri"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_refused_before_anything_runs(path: str, told: str) -> None:
    with pytest.raises(InvalidView, match=rf"^select\[0\]\.column\[0\]\.path: .*{told}"):
        compiled(column(path))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("@@", "at character 1: '@@' is no part of FHIRPath"),
        ("'a", "at character 1: a text that does not end"),
        ("'\\q'", r"\\q is no escape of FHIRPath"),
        ("'\\u0000'", "null character"),
        ("name..x", "at character 6: the name of an element or a function is expected"),
        ("name.", "the name of an element or a function is expected"),
        ("(name", r"at character 6: '\)' is expected at the end"),
        ("name)", r"'\)' is not expected here"),
        ("f(1 2)", "',' is expected, not '2'"),
        ("", "is empty"),
        ("1 +", "it ends too early"),
        ("a" * 5000, "more than 4,000"),
        ("(" * 1000, "nested more than 100 deep"),
        (".".join(["a"] * 150), "nested more than 100 deep"),
        ("1" + "+1" * 150, "nested more than 100 deep"),
        ("-" * 150 + "1", "nested more than 100 deep"),
    ],
)
def test_a_path_that_cannot_be_read_says_where(path: str, told: str) -> None:
    with pytest.raises(InvalidView, match=told):
        compiled(column(path))


def test_functions_over_lists_are_nested_so_deep_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        return "extension.where(" * depth + "url = 'x'" + ").exists()" * depth

    assert value(nested(10)) is False
    with pytest.raises(InvalidView, match="nested more than 24 deep"):
        compiled(column(nested(26)))


def test_several_values_where_one_is_needed_are_refused_with_the_place() -> None:
    for path in ("name.family", "name.family.upper()", "name.given = active.toString() & name.given", "name.family < 'x'"):
        with pytest.raises(ViewRefused, match=r"^select\[0\]\.column\[0\]\.path: a record has several values where one is needed"):
            value(path)


def test_an_element_that_is_not_there_is_empty_and_told() -> None:
    view = compiled(column("nmae.family"))
    assert rows(view, PATIENT) == [{"c": None}]
    assert view.notices == ("select[0].column[0].path: R4 has no element 'nmae' in Patient: it counts as empty; did you mean name?",)


def test_no_text_of_a_definition_becomes_sql() -> None:
    for said in ("'; DROP TABLE x; --", 'a"b', "a' OR '1'='1", "{0}", "%s", "\n", "$1", "⟦", "*/"):
        written = said.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        assert value(f"'{written}'") == said
        view = compiled(column("%k"), constant=[{"name": "k", "valueString": said}])
        assert rows(view, PATIENT) == [{"c": said}]
        assert value(f"name.given.join('{written}')") == said.join("abc")
        assert value(f"extension('{written}').exists()") is False


def test_every_function_is_told_in_the_docs() -> None:
    text = (Path(__file__).parents[3] / "docs" / "views.md").read_text("utf-8")
    assert [name for name in FUNCTIONS if f"`{name}" not in text] == []
