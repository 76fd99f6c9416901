"""Views that are made up: each is refused with a place in it, or runs, and gives the same over structs and over JSON."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.views.compile import View, _View
from cohorts.views.definition import read_definition
from cohorts.views.elements import resource
from cohorts.views.errors import InvalidView, ViewRefused
from cohorts.views.functions import FUNCTIONS
from cohorts.views.values import Build, NeedsJson
from tests.cohorts.views.running import PATIENT, column, rows

NAMES = (
    *("id", "active", "name", "family", "given", "use", "period", "start", "birthDate"),
    *("multipleBirth", "deceased", "contact", "telecom", "rank", "extension", "value", "url", "managingOrganization"),
    *("reference", "contained", "meta", "lastUpdated", "system", "gender", "address", "generalPractitioner", "identifier"),
)
TYPES = ("string", "integer", "boolean", "decimal", "Quantity", "code", "dateTime", "HumanName", "Organization", "date")
LITERALS = ("'a'", "1", "1.5", "true", "@2020", "@2020-01-01T10:00:00Z", "@T10:00", "{}", "'p1'", "%rowIndex", "%resource", "$this", "%k")
OPERATORS = ("and", "or", "xor", "implies", "=", "!=", "<", ">=", "+", "-", "*", "/", "div", "mod", "&", "|", "in", "contains")
OF_TYPES, OF_NUMBERS = frozenset({"ofType", "as", "is", "getReferenceKey"}), frozenset({"skip", "take", "substring"})
OF_TEXTS = frozenset({"extension", "join", "startsWith", "endsWith", "contains"})
EMPTY = {"resourceType": "Patient", "id": "e"}


@st.composite
def calls(draw: st.DrawFn, below: st.SearchStrategy[str]) -> str:
    name = draw(st.sampled_from(sorted(FUNCTIONS)))
    least, most, _ = FUNCTIONS[name]
    argument: st.SearchStrategy[str] = below
    if name in OF_TYPES:
        argument = st.sampled_from(TYPES)
    elif name in OF_NUMBERS:
        argument = st.sampled_from(["0", "1", "2"])
    elif name in OF_TEXTS:
        argument = st.sampled_from(["'a'", "','", "id"])
    return f"({draw(below)}).{name}({', '.join(draw(st.lists(argument, min_size=least, max_size=most)))})"


def longer(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({}).{}".format, below, st.sampled_from(NAMES)),
        calls(below),
        st.builds("({})[{}]".format, below, st.sampled_from(["0", "1", "%k"])),
        st.builds("({} {} {})".format, below, st.sampled_from(OPERATORS), below),
    )


PATHS = st.recursive(st.sampled_from([*NAMES, *NAMES, *LITERALS]), longer, max_leaves=6)


def compiled(json: bool, definition: dict[str, Any]) -> View:
    kind = resource("Patient")
    assert kind is not None
    return _View(read_definition(definition), kind, Build(json, False)).compiled()


def outcome(json: bool, definition: dict[str, Any]) -> Any:
    """The rows of a view, in no order; words where it is refused."""
    try:
        return sorted(map(repr, rows(compiled(json, definition), PATIENT, EMPTY)))
    except ViewRefused as refused:
        return str(refused)


@settings(max_examples=250)
@given(path=PATHS, each=PATHS, kind=st.sampled_from(["plain", "forEach", "forEachOrNull"]), collection=st.booleans())
def test_what_is_made_up_is_refused_or_runs(path: str, each: str, kind: str, collection: bool) -> None:
    select = {**column(path, collection=collection), **({} if kind == "plain" else {kind: each})}
    definition = {"resource": "Patient", "select": [select], "constant": [{"name": "k", "valueInteger": 1}]}
    try:
        over_structs = outcome(False, definition)
    except NeedsJson:
        over_structs = None
    except InvalidView as wrong:
        assert wrong.where.startswith("select[0].")
        return
    over_json = outcome(True, definition)
    assert over_structs in (None, over_json)


def test_paths_that_are_made_up_run_at_all() -> None:
    with pytest.raises(InvalidView):
        outcome(False, {"resource": "Patient", "select": [column("(name).nothing()")]})
    assert outcome(False, {"resource": "Patient", "select": [column("(id = 'p1')")]}) == ["{'c': False}", "{'c': True}"]
