"""The canvas: what steps show, how it is said, what is left out, and that the link holds all of it."""

import csv
import io
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from tests.webapp import fixtures as f
from tests.webapp.page import get, query
from webapp.pages import drawing
from webapp.pages.canvas_view import CanvasView, Pin, Step, pin_of, step_of

TAKES = "25|out|Concept|kg:hasMedication|*"
NOTES = "25|in|DocumentReference|kg:subject|*"


def drawn(client: FlaskClient, *given: tuple[str, str]) -> dict[str, list[dict[str, object]]]:
    answer = client.get(f"/canvas.json?{urlencode(given)}")
    assert answer.status_code == 200
    found: dict[str, list[dict[str, object]]] = answer.get_json()
    return found


def test_steps_show_neighbours_with_their_evidence(client: FlaskClient) -> None:
    found = drawn(client, ("id", f.ROSA), ("x", TAKES))
    assert {node["id"] for node in found["nodes"]} == {f.ROSA, f.CISPLATIN, f.PACLITAXEL}
    assert {node["group"] for node in found["nodes"]} == {"patient", "medication"}
    assert all(line["said_as"] == "charted" and line["evidence"] and line["records"] for line in found["edges"])
    assert len(drawn(client, ("id", f.ROSA), ("x", TAKES.replace("25", "1", 1)))["nodes"]) == 2, "a step shows no more than it says"


def test_what_texts_deny_is_no_line_like_the_others(client: FlaskClient) -> None:
    given = [("id", f.ONCOLOGY_NOTE), *(("x", f"25|out|Concept|kg:{way}|*") for way in ("affirms", "denies", "attributesToFamily"))]
    styles = {line["label"]: line["said_as"] for line in drawn(client, *given)["edges"]}
    assert styles.get("says", "mentioned") == "mentioned" and styles.get("denies", "denied") == "denied"
    assert styles


def test_hidden_nodes_groups_and_steps_from_nowhere(client: FlaskClient) -> None:
    hidden = drawn(client, ("id", f.ROSA), ("x", TAKES), ("hide", f.CISPLATIN))
    assert f.CISPLATIN not in {node["id"] for node in hidden["nodes"]} and len(hidden["edges"]) == 1
    together = drawn(client, ("id", f.ROSA), ("x", TAKES), ("group", "medication"))
    assert [node["label"] for node in together["nodes"]] == ["Rosa Lindqvist", "2 medications"]
    assert len(together["edges"]) == 1 and together["edges"][0]["target"] == "group:medication"
    lost = drawn(client, ("id", f.ROSA), ("x", f"25|out|Concept|kg:hasMedication|{f.MILAN}"))
    assert "1 step left out" in str(lost["left_out"])


def test_a_canvas_has_a_bound_and_says_what_is_beyond(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_NODES", 2)
    found = drawn(client, ("id", f.ROSA), ("x", TAKES))
    assert len(found["nodes"]) == 2 and "1 node beyond the 2" in str(found["left_out"])


def test_codings_of_one_record_are_one_node_unless_they_are_to_stand_apart(client: FlaskClient) -> None:
    given = [("id", f.ROSA), ("x", "25|out|Concept|kg:hasCondition|*")]
    merged, apart = drawn(client, *given), drawn(client, *given, ("twins", "apart"))
    assert len(merged["nodes"]) <= len(apart["nodes"])
    assert all(len(node["codes"]) != 1 for node in merged["nodes"])  # type: ignore[arg-type]


def test_the_page_offers_counts_and_holds_its_state_in_every_link(client: FlaskClient) -> None:
    page = get(client, f"/canvas?{urlencode([('id', f.ROSA), ('x', TAKES), ('layout', 'rings'), ('at', f'10,-20,{f.ROSA}')])}")
    offers = [given["href"] for given in page.having("data-step", "")] or [
        link for link in page.links() if len(query(link).get("x", [])) == 2
    ]
    assert offers
    for link in offers:
        asked = query(link)
        assert asked["id"] == [f.ROSA] and asked["layout"] == ["rings"] and asked["at"] == [f"10,-20,{f.ROSA}"] and asked["x"][0] == TAKES
    assert "all shown" in page.text
    undone = next(link for link in page.links() if link.startswith("/canvas?") and "x" not in query(link))
    assert query(undone)["at"] == [f"10,-20,{f.ROSA}"]


def test_the_list_finds_chooses_and_hides_without_a_script(client: FlaskClient) -> None:
    page = get(client, f"/canvas?{urlencode([('id', f.ROSA), ('x', TAKES), ('find', 'cispl')])}")
    buttons = [given for tag, given in page.elements if tag == "button" and given.get("form") == "acts"]
    assert {given["name"] for given in buttons} == {"node", "hide"} and {given["value"] for given in buttons} == {f.CISPLATIN}
    assert "No node here is called" in get(client, f"/canvas?id={quote(f.ROSA)}&find=zzz").text
    added = get(client, f"/canvas?id={quote(f.ROSA)}&add=cispl")
    assert any(query(link).get("id") == [f.ROSA, f.CISPLATIN] for link in added.links() if link.startswith("/canvas"))


def test_lines_as_a_table(client: FlaskClient) -> None:
    answer = client.get(f"/canvas.csv?{urlencode([('id', f.ROSA), ('x', TAKES), ('x', NOTES)])}")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["relation"] for row in rows} == {"takes", "about"}
    assert all(row["evidence"] for row in rows) and {row["to label"] for row in rows if row["relation"] == "about"} == {"Rosa Lindqvist"}


def test_lists_lead_to_the_canvas(client: FlaskClient) -> None:
    for url in ("/search?q=cisplatin", "/patients", f"/node?id={quote(f.CISPLATIN)}", f"/patient?id={quote(f.ROSA)}"):
        assert any(link.startswith("/canvas?id=") for link in get(client, url).links()), url


@pytest.mark.parametrize(
    "text", ["", "x", "25|up|Concept|kg:code|a", "25|out||kg:code|a", "99999|out|K|r|n", "-1|out|K|r|n", "25|out|K|r|"]
)
def test_what_is_no_step_is_none(text: str) -> None:
    assert step_of(text) is None


@pytest.mark.parametrize("text", ["", "1,2", "a,b,c", "1e9,0,n", "30000,0,n", "1,2,"])
def test_what_is_no_pin_is_none(text: str) -> None:
    assert pin_of(text) is None


def test_steps_and_pins_are_read_as_they_are_written() -> None:
    step, pin = Step("http://x/a|b", "in", "Kind", "http://relation/y", 50), Pin("http://x/a,b", -3, 4)
    assert step_of(str(step)) == step and pin_of(str(pin)) == pin
    more = CanvasView(begin=("a",), steps=(step,)).stepped(Step(step.node, "in", "Kind", step.relation, 75))
    assert len(query(more)["x"]) == 1, "more of a step takes its place"
