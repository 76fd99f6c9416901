"""The audit log only grows, and shows whatever was changed, taken out, put in or cut off."""

import contextlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.audit import START, AuditLog, Event
from access.audit_event import audit_event
from access.errors import AuditDamaged, AuditUnwritable

ROSA = "https://w3id.org/commissure/data/demo/Patient/rosa"
EVENT = Event("anna", "session", "read", "getPatient", 200, ["demo"], [ROSA], {"id": ROSA, "q": None}, "r1")


@pytest.fixture
def log(tmp_path, clock):
    return AuditLog(tmp_path, clock)


def filled(log, count):
    for number in range(count):
        log.append(Event(f"u{number % 3}", "session", "read", "search", 200, None, [f"{ROSA}{number % 2}"]))
    return log


def test_each_line_proves_those_before_it(log):
    assert log.verify().head == START
    found = filled(log, 10).verify()
    assert found.events == 10 and found.torn == () and log.holds(found.head) and not log.holds("f" * 64)
    first = log.verify()
    log.append(EVENT, durable=True)
    assert log.verify().head != first.head and log.holds(first.head)


def spoiled(log, change):
    (path,) = log.files()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: lines[1:],
        lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
        lambda lines: [*lines[:4], lines[3], *lines[4:]],
        lambda lines: [*lines[:4], lines[4].replace(b"rosa", b"milan"), *lines[5:]],
        lambda lines: [*lines[:4], lines[4].replace(b'"u1"', b'"u2"'), *lines[5:]],
        lambda lines: [*lines[:4], b"{}\n", *lines[5:]],
        lambda lines: [*lines[:4], b"nonsense\n", *lines[5:]],
    ],
)
def test_what_was_changed_is_found_with_its_line(log, change):
    filled(log, 8)
    spoiled(log, change)
    with pytest.raises(AuditDamaged, match=r"000001\.ndjson, line \d"):
        log.verify()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_byte_can_be_changed_unseen(tmp_path_factory, data):
    log = filled(AuditLog(tmp_path_factory.mktemp("log")), 4)
    (path,) = log.files()
    held = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(held) - 2))  # the last line break is what a crash may cost
    held[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != held[place]))
    before = log.verify()
    path.write_bytes(held)
    with contextlib.suppress(AuditDamaged):
        assert log.verify() != before


def test_what_is_cut_off_at_the_end_shows_by_a_digest_kept_elsewhere(log):
    head = filled(log, 5).verify().head
    spoiled(log, lambda lines: lines[:-1])
    assert log.verify().events == 4 and not log.holds(head)


def test_a_line_that_a_crash_cut_off_is_told_and_the_log_goes_on(log):
    filled(log, 3)
    (path,) = log.files()
    with path.open("ab") as file:
        file.write(b'{"n":4,"at":"2027')
    again = AuditLog(log.folder.parents[1], lambda: 0.0)
    again.append(EVENT)
    found = again.verify()
    assert (found.events, found.torn, len(again.files())) == (4, ("000001.ndjson",), 2)
    log.append(EVENT)
    assert log.verify().events == 5


def test_files_are_begun_anew_and_the_chain_goes_on(tmp_path):
    log = filled(AuditLog(tmp_path, largest=1000), 12)
    assert len(log.files()) > 2 and log.verify().events == 12
    filled(AuditLog(tmp_path, largest=1000), 3)
    assert log.verify().events == 15
    log.files()[1].unlink()
    with pytest.raises(AuditDamaged, match=r"000003\.ndjson, line 1"):
        log.verify()


def test_threads_and_processes_write_one_chain(tmp_path):
    logs = [AuditLog(tmp_path), AuditLog(tmp_path)]
    code = "import sys; from pathlib import Path; from tests.access.test_audit import *; filled(AuditLog(Path(sys.argv[1])), 40)"
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: logs[number % 2].append(EVENT), range(80)))
    assert other.wait() == 0 and logs[0].verify().events == 120


def test_events_are_found_by_user_patient_and_day(log, clock):
    filled(log, 6)
    clock.now += 86_400
    log.append(EVENT)
    assert [event["n"] for event in log.events(user="u1")] == [2, 5]
    assert [event["n"] for event in log.events(patient="Patient/rosa1")] == [2, 4, 6]
    assert [event["n"] for event in log.events(patient=ROSA)] == [7]
    assert [event["n"] for event in log.events(since="2027-01-16")] == [7]
    assert list(log.events(user="u")) == list(log.events(patient="osa")) == []


def test_a_log_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "access").write_text("")
    with pytest.raises(AuditUnwritable, match="cannot be written"):
        AuditLog(tmp_path).append(EVENT)


def test_the_files_are_their_owners_alone(log):
    log.append(EVENT)
    assert log.files()[0].stat().st_mode & 0o777 == 0o600 and log.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("action", ["read", "count", "export", "change", "sign-in", "sign-out"])
@pytest.mark.parametrize("status", [0, 200, 403, 503])
@pytest.mark.parametrize("datasets", [None, (), ("a", "b")])
def test_every_event_is_a_valid_auditevent(log, action, status, datasets):
    log.append(Event("", "", action, "search", status, datasets, [ROSA], {"q": None, "limit": 3, "id": ["a", "b"]}))
    (event,) = log.events()
    made = AuditEvent.model_validate_json(orjson.dumps(audit_event(event)))
    assert made.outcome == {0: "0", 200: "0", 403: "4", 503: "8"}[status]
    assert made.entity[0].what.identifier.value == ROSA
