"""The queue of loads: order, modes, dependencies, limits, and what may be loaded."""

from dataclasses import replace

import pytest

from ingest.errors import LoadRefused
from ingest.loads import KEPT, MOST_QUEUED, LoadQueue, LoadRequest, LoadState


@pytest.fixture
def loads(tmp_path):
    return LoadQueue(tmp_path / "loads.sqlite", [str(tmp_path), "s3://bucket/exports"])


@pytest.fixture
def request_of(tmp_path):
    def make(name="a", **rest):
        return LoadRequest(str(tmp_path / name), "fhir", "study", queue=True, **rest)

    return make


def refused(loads, request):
    with pytest.raises(LoadRefused) as caught:
        loads.submit(request)
    return caught.value


def finish(loads, state=LoadState.COMPLETED):
    load = loads.next("run-1")
    loads.end(load.id, state)
    return load.id


def test_loads_start_in_the_order_they_came(loads, request_of):
    ids = [loads.submit(request_of(name)) for name in "abc"]
    assert loads.list(10) == tuple(reversed(ids))
    assert loads.list(10, queued=False) == ()
    first = loads.next("run-1")
    assert (first.id, first.state, first.run, first.runs) == (ids[0], LoadState.IN_PROGRESS, "run-1", 1)
    assert loads.list(10, queued=False) == (ids[0],)
    assert loads.next("run-2").id == ids[1]


def test_without_queueing_a_load_is_refused_while_another_is_open(loads, request_of):
    loads.submit(request_of("a"))
    error = refused(loads, replace(request_of("b"), queue=False))
    assert error.code == "TooManyRequestsException"
    finish(loads)
    assert loads.submit(replace(request_of("b"), queue=False))


def test_only_so_many_wait(loads, request_of):
    for number in range(MOST_QUEUED):
        loads.submit(request_of(str(number)))
    assert "64" in str(refused(loads, request_of("more")))
    assert loads.next("run").state is LoadState.IN_PROGRESS
    loads.submit(request_of("more"))


def test_a_load_waits_for_those_it_depends_on(loads, request_of):
    first = loads.submit(request_of("a"))
    second = loads.submit(request_of("b", dependencies=(first,)))
    third = loads.submit(request_of("c"))
    assert loads.next("r1").id == first
    assert loads.next("r2").id == third
    assert loads.next("r3") is None
    loads.end(first, LoadState.COMPLETED)
    assert loads.next("r4").id == second


def test_a_load_does_not_run_when_one_it_depends_on_failed(loads, request_of):
    first = loads.submit(request_of("a"))
    second = loads.submit(request_of("b", dependencies=(first,)))
    third = loads.submit(request_of("c", dependencies=(second,)))
    assert finish(loads, LoadState.FAILED) == first
    assert loads.next("r") is None
    assert [loads.find(one).state for one in (second, third)] == [LoadState.DEPENDENCY_NOT_SATISFIED] * 2


def test_unknown_dependencies_are_refused(loads, request_of):
    assert "dependencies" in str(refused(loads, request_of(dependencies=("nowhere",))))


@pytest.mark.parametrize("mode", ["AUTO", "RESUME"])
def test_a_load_that_failed_is_resumed(loads, request_of, mode):
    first = loads.submit(request_of("a"))
    finish(loads, LoadState.FAILED)
    assert loads.submit(request_of("a", mode=mode)) == first
    again = loads.next("run-2")
    assert (again.id, again.runs, again.finished) == (first, 2, None)


def test_new_resumes_nothing_and_resume_needs_something(loads, request_of):
    first = loads.submit(request_of("a"))
    finish(loads, LoadState.FAILED)
    second = loads.submit(request_of("a", mode="NEW"))
    assert second != first
    finish(loads)
    assert "mode" in str(refused(loads, request_of("a", mode="RESUME")))
    assert loads.submit(request_of("a", mode="AUTO")) not in (first, second)


def test_cancelling(loads, request_of):
    running, waiting = loads.submit(request_of("a")), loads.submit(request_of("b"))
    loads.next("run-1")
    assert loads.cancel(waiting)
    assert loads.find(waiting).state is LoadState.CANCELLED_BY_USER
    assert not loads.is_cancelled(running)
    assert loads.cancel(running)
    assert loads.is_cancelled(running)
    assert loads.find(running).state is LoadState.IN_PROGRESS
    loads.end(running, LoadState.CANCELLED_BY_USER)
    assert loads.cancel(running)
    assert not loads.cancel("nowhere")
    assert loads.next("run-2") is None


def test_what_was_running_when_its_worker_died_is_put_back_before_later_ones(loads, request_of, tmp_path):
    first, second = loads.submit(request_of("a")), loads.submit(request_of("b"))
    loads.next("run-1")
    other = LoadQueue(tmp_path / "loads.sqlite", [])
    other.recover()
    again = other.next("run-2")
    assert (again.id, again.runs, again.retries) == (first, 2, 1)
    assert other.next("run-3").id == second


def test_old_loads_are_forgotten_open_ones_never(loads, request_of):
    first = loads.submit(request_of("first"))
    kept = loads.next("run").id
    for number in range(KEPT + 5):
        loads.cancel(loads.submit(request_of(str(number))))
    assert first == kept
    assert loads.find(first).state is LoadState.IN_PROGRESS
    assert len(loads.list(10_000)) == KEPT + 1


@pytest.mark.parametrize(
    "source",
    [
        "/etc/passwd",
        "../x",
        "s3://bucket/exports-of-others/",
        "s3://other/exports/",
        "s3://bucket/exports/../../other",
        "https://h/x",
        "file:///etc",
    ],
)
def test_only_what_is_set_up_may_be_loaded(loads, source):
    assert refused(loads, LoadRequest(source, "fhir", "study")).code == "LoadUrlAccessDeniedException"


def test_a_link_out_of_the_allowed_folder_is_refused(loads, tmp_path):
    (tmp_path / "way-out").symlink_to("/etc")
    assert refused(loads, LoadRequest(str(tmp_path / "way-out" / "passwd"), "fhir", "study")).code == "LoadUrlAccessDeniedException"


@pytest.mark.parametrize("source", ["s3://bucket/exports", "s3://bucket/exports/2024/a.ndjson"])
def test_places_below_an_allowed_prefix_are_taken(loads, source):
    assert loads.submit(LoadRequest(source, "fhir", "study"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "csv"}, "UnsupportedOperationException"),
        ({"dataset": "no good"}, "InvalidParameterException"),
        ({"mode": "LATER"}, "InvalidParameterException"),
        ({"parallelism": "ALL"}, "InvalidParameterException"),
    ],
)
def test_requests_that_cannot_be_met(loads, request_of, change, code):
    assert refused(loads, replace(request_of(), **change)).code == code
