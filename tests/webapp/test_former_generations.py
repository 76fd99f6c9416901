"""A server that runs through many publications holds open what it shows, and what an answer under way still reads; nothing else."""

import gc
import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from search.errors import NothingPublished
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from webapp.app import create_app


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(patient(), condition(), note())
    gc.collect()
    gc.disable()  # what is closed is not closed by chance
    yield lab
    gc.enable()


def links(folder):
    for each in Path(folder).iterdir():
        with suppress(OSError):  # closed meanwhile
            yield str(each.readlink())


def held(lab):
    """Number of a generation → how many of its files this process has open or mapped, and processes have that it started.

    Only of this lab: other tests of the process may keep a generation of theirs.
    """
    numbered = re.compile(re.escape(str(lab.folder.resolve())) + r"/data/generations/0*(\d+)/")
    own = f"/proc/{os.getpid()}"
    children = [f"/proc/{child}" for child in Path(f"{own}/task/{os.getpid()}/children").read_text().split()]
    found = [link for process in (own, *children) for link in links(f"{process}/fd")]
    found += [line for process in (own, *children) for line in Path(f"{process}/maps").read_text().splitlines()]
    return Counter(int(match[1]) for each in found if (match := numbered.search(each)))


def ask(client, lab):
    """What a reader does, the faults too."""
    person = lab.iri("Patient", "p1")
    for path, status in (
        ("/api/v1/search?q=cisplatin", 200),
        ("/?q=cisplatin", 200),
        ("/api/v1/datasets", 200),
        ("/readyz", 200),
        (f"/api/v1/nodes/{quote(person, safe='')}", 200),
        (f"/api/v1/neighbourhood?id={person}", 200),
        ("/api/v1/nodes/https%3A%2F%2Fexample.org%2Fnone", 404),
        ("/api/v1/search?q=x&limit=never", 400),
        ("/no-such-page", 404),
        ("/metrics", 200),
    ):
        answer = client.get(path)
        assert answer.status_code == status, (path, answer.text)
    query = client.get("/api/v1/sparql", query_string={"query": "SELECT ?s { ?s ?p ?o } LIMIT 1"})
    assert query.status_code == 200


def test_what_is_no_longer_shown_is_closed(lab):
    client = create_app(lab.library()).test_client()
    ask(client, lab)
    most = sum(held(lab).values())
    for turn in range(6):
        lab.ingest(note(f"n{turn}"))
        ask(client, lab)
        held_now = held(lab)
        assert set(held_now) == {turn + 2}
        assert held_now[turn + 2] < 2 * most + 40  # whatever is merged in the store


def test_a_snapshot_in_use_reads_on_and_is_closed_with_its_last_user(lab):
    library = lab.library()
    client = create_app(library).test_client()
    used = library.current()
    before = used.catalog.datasets(), used.graph.statistics()
    for turn in range(3):
        lab.ingest(note(f"n{turn}"))
        ask(client, lab)
        assert set(held(lab)) == {1, turn + 2}
    assert (used.catalog.datasets(), used.graph.statistics()) == before
    catalog = used.catalog
    del used
    assert set(held(lab)) == {1, 4}
    assert catalog.datasets() == before[0]
    del catalog, before
    assert set(held(lab)) == {4}


def test_an_answer_under_way_is_of_one_generation_and_then_closed(lab):
    lab.ingest(*(note(f"many{each}", f"Cisplatin was given, day {each}.") for each in range(300)))
    client = create_app(lab.library()).test_client()
    answer = client.get("/api/v1/search.csv?q=cisplatin", buffered=False)
    assert answer.status_code == 200, answer.text
    pieces = answer.iter_encoded()
    got = [next(pieces)]
    for turn in range(2):
        lab.ingest(note(f"n{turn}", "Cisplatin again."))
        ask(client, lab)
    assert set(held(lab)) == {2, 4}
    got += list(pieces)
    assert b"".join(got).count(b"\n") >= 300 and b"n0" not in b"".join(got)
    answer.close()
    del answer, pieces
    assert set(held(lab)) == {4}


def test_a_request_that_began_before_a_publication_lets_go_when_it_ends(lab):
    library = lab.library()
    app = create_app(library)
    with app.test_request_context("/"):
        from webapp.context import context

        first = context().snapshot
        assert first.generation == 1
        lab.ingest(note("n1"))
        ask(app.test_client(), lab)
        try:
            raise NothingPublished("an error whose traceback holds what was read") from None
        except NothingPublished as error:
            first = (first, error, error.__traceback__)
            holder = {"own": first}
            holder["again"] = holder
        del first, holder
        assert set(held(lab)) == {1, 2}
    assert set(held(lab)) == {2}
