"""Whatever a server answers, a pull ends in what is right or in an error for people."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import PullFailed, PullRefused
from ingest.pull.job import read_manifest
from ingest.pull.reach import Reach, joined, shown
from ingest.pull.state import State, folder_name, slug
from ingest.pull.web import LONGEST, retry_after
from tests.ingest.pull.pulling import pulled
from tests.servers.fhir_bulk import BulkServer, Trouble

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["http://[", "https://h/a.ndjson", "//", "a\nb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "url", "count", "x"]), inner, max_size=4),
    max_leaves=8,
)
ENTRIES = st.lists(JSON | st.fixed_dictionaries({"type": JSON, "url": JSON | st.text(max_size=20), "count": JSON}), max_size=4) | JSON


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["output", "deleted", "error", "outcome"]), ENTRIES),
    st.sampled_from(["2024-01-01T00:00:00Z", "2024", 5, None]),
    st.sampled_from([True, False, "true", None]),
)
def test_any_manifest_is_read_or_refused(parts, moment, token):
    try:
        manifest = read_manifest({"transactionTime": moment, "requiresAccessToken": token, **parts}, "https://ehr.example/status/1")
    except PullFailed:
        return
    names = [output.name.lower() for output in manifest.outputs]
    assert len(set(names)) == len(names)
    assert all("/" not in name and not name.startswith(".") and name.endswith(".ndjson") for name in names)
    for output in manifest.outputs:
        with pytest.raises(PullRefused):
            Reach("https://other.example").check(output.url)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_address_is_judged_and_shown_in_a_line(url):
    with pytest.raises(PullRefused):
        Reach("https://ehr.example/fhir").check(joined("https://stranger.example/", url))
    assert shown(url).isprintable()


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30))
def test_any_wish_to_wait_is_bounded(value):
    answer = httpx.Response(503, headers=[(b"retry-after", value.encode("latin-1"))])
    assert 0 <= retry_after(answer, 7.0) <= LONGEST


def test_wishes_to_wait():
    def wait(value):
        return retry_after(httpx.Response(503, headers={"retry-after": value}), 7.0)

    assert [wait(value) for value in ("120", "99999999999", "soon", "", "Wed, 21 Oct 2015 07:28:00 GMT")] == [120, LONGEST, 7, 7, 0]


@pytest.mark.parametrize("place", ["http://[", "ht tp://x", "https://ehr.example\x7f/x", "//", "https://" + "a" * 300 + "/x"])
def test_a_job_that_is_said_to_be_nowhere_is_refused(lab, place):
    with BulkServer(None, Trouble(needs_token=False)) as server:
        export = server.export
        server.export = lambda *asked: _moved(server, export(*asked), place)
        with pytest.raises((PullFailed, PullRefused)):
            pulled(lab, server)


def _moved(server, identifier, place):
    server.jobs[identifier].manifest["output"] = [{"type": "Patient", "url": place}]
    return identifier


def test_an_attachment_at_what_is_no_address_is_told(lab):
    urls = ["https://[", "http://", "https://" + "a" * 300 + ".example/x", "https://ehr.example:99999/x", "http://\u00e9\u00e9/x"]
    with BulkServer(None, Trouble(needs_token=False)) as server:
        for number, url in enumerate(urls):
            content = [{"attachment": {"contentType": "text/plain", "url": url}}]
            server.put({"resourceType": "DocumentReference", "id": f"d{number}", "status": "current", "content": content})
        report = pulled(lab, server).report
    told = [issue for issue in lab.issues(report) if issue["code"] == "attachment-refused"]
    assert len(told) >= 4 and all(issue["line"] for issue in told)


def test_the_folder_of_a_server_is_a_plain_name(tmp_path):
    assert slug("https://EHR.example:8443/fhir/../r4") == "ehr.example-8443-fhir-..-r4"
    assert "/" not in folder_name("https://ehr.example/../../etc", "Group/1")
    assert folder_name("https://ehr.example/fhir") != folder_name("https://ehr.example/fhir", "Patient")
    assert json.dumps(State(tmp_path).new_folder("https://ehr.example", "2024-01-01T00:00:00+01:00")) == '"ehr.example_20240101T0000000100"'
