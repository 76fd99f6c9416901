"""The table of filters: a row is all that a filter needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from search.filters import FILTERS, Filters, as_table
from search.model import SearchRequest

ROOT = Path(__file__).parents[2]

MADE_UP = """
import search.filters as table

row = table.Filter(
    name="weekday", plural="weekdays", kind=table.Kind.ANY, title="Weekday", help="Only documents of these days of the week.",
    mask=lambda ground, values: ground.columns.weekdays == int(values[0]), facet="Day of the week", example="3",
)
table.FILTERS = (*table.FILTERS, row)
"""

EVERYWHERE = """
import types
import numpy as np
from click.testing import CliRunner
from commissure.cli import cli
from concepts.hierarchy import no_hierarchy
from search.columns.labels import no_labels
from search.masks import Ground, allowed
from webapp.api.openapi import openapi
from webapp.api.parameters import SearchParameters
from webapp.pages.facets import FACETS, chips_of
from webapp.pages.state import State, filters_of

columns = types.SimpleNamespace(weekdays=np.array([1, 3, 3]), documents=3)
filters = SearchParameters(weekday=("3",)).filters()
assert filters == table.Filters(weekdays=("3",)) == filters_of((("weekday", ("3",)),))
assert allowed(filters, Ground(no_labels(), no_hierarchy(), lambda field, values: [], columns)).tolist() == [False, True, True]
(parameter,) = [one for one in openapi()["paths"]["/api/v1/search"]["get"]["parameters"] if one["name"] == "weekday"]
assert parameter["description"] == row.help and parameter["schema"]["type"] == "array", parameter
assert "--weekday WEEKDAY" in CliRunner().invoke(cli, ["search", "--help"]).output
state = State(given=(("weekday", ("3", "4")),))
assert state.url() == "/search?weekday=3&weekday=4" and state.filtered
chips = chips_of(None, state)
assert [(chip.title, chip.label, chip.alternative, chip.without.url()) for chip in chips] == [
    ("Weekday", "3", False, "/search?weekday=4"), ("Weekday", "4", True, "/search?weekday=3")], chips
assert FACETS["weekday"] == "Day of the week"
assert "| `weekday` | `--weekday WEEKDAY` | any of them | Only documents of these days of the week. |" in table.as_table()
"""


def test_a_row_and_its_mask_are_a_filter_everywhere() -> None:
    done = subprocess.run([sys.executable, "-c", MADE_UP + EVERYWHERE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_table_in_the_docs_is_the_table() -> None:
    assert as_table() in (ROOT / "docs/search.md").read_text(), "paste search.filters.as_table() into docs/search.md"


def test_names_are_told_apart() -> None:
    assert len({row.name for row in FILTERS}) == len({row.plural for row in FILTERS}) == len(FILTERS)
    assert all(row.help.endswith(".") and row.title for row in FILTERS)


def test_filters_are_values() -> None:
    one = Filters(concepts=["a", "b"], date_from="2019", types=(), date_to=None)
    assert one == Filters(date_from="2019", concepts=("a", "b")) != Filters()
    assert hash(one) == hash(Filters(date_from="2019", concepts=("a", "b")))
    assert (one.concepts, one.date_from, one.types, one.date_to) == (("a", "b"), "2019", (), None)
    assert [(row.name, value) for row, value in one.given()] == [("concept", ("a", "b")), ("from", "2019")]
    assert one.with_(concepts=()) == Filters.named({"from": "2019"})
    assert repr(Filters(types=("x",))) == "Filters(types=('x',))"
    assert SearchRequest("").filters == Filters()
    with pytest.raises(TypeError, match="no such filter: colour"):
        Filters(colour="red")
    with pytest.raises(AttributeError):
        one.colour  # noqa: B018
