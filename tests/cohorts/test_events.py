"""Events of a generation: made once out of its catalog, kept beside it, the same however they are opened, and narrowed with it."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from cohorts.definition import Definition
from cohorts.events import KINDS, NO_DAY, ROWS
from cohorts.making import events_of, make_events, open_events
from cohorts.reading import definition_of
from cohorts.results import Frozen
from cohorts.study import Cohorts
from commissure.assemble import DataLibrary
from graph.scope import Scope
from ingest.workspace import Workspace
from search.days import days_of
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationUnreadable
from search.generation import Generation
from search.scoped import write_within
from tests.ingest.exports import Lab, condition, note, patient
from tests.webapp.fixtures import folder, ingesting

TWO_SYSTEMS = {
    "coding": [
        {"system": "http://snomed.info/sct", "code": "254837009", "display": "Breast cancer"},
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C50", "display": "Breast cancer"},
    ]
}


def day(date: str) -> int:
    found = days_of(date)
    assert found is not None
    return found.first


@pytest.fixture(scope="module")
def lab() -> Lab:
    lab = Lab(folder("events"))
    who = {"birthDate": "1960-05", "deceasedDateTime": "2021-03-04T10:00:00Z"}
    visit = {
        "resourceType": "Encounter", "id": "v1", "status": "finished", "subject": {"reference": "Patient/p1"},
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER"},
        "period": {"start": "2020-01-02T08:00:00Z", "end": "2020-01-05T08:00:00Z"},
    }  # fmt: skip
    result = {
        "resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2020-01-03",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]},
        "valueQuantity": {"value": 180, "comparator": "<", "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
    }  # fmt: skip
    asserted = condition(encounter={"reference": "Encounter/v1"}, onsetDateTime="2020-01", code=None) | {"code": TWO_SYSTEMS}
    refuted = condition("c2", verificationStatus={"coding": [{"code": "refuted"}]}, onsetDateTime="2020")
    said = note(text="She denies breast cancer.\n", date="2020-01-04T08:00:00Z")
    with ingesting():
        lab.ingest(patient(**who), visit, result, asserted, refuted, condition("c3"), said)
        lab.ingest(patient("p9"), condition("c9", "Patient/p9", onsetDateTime="2020"), dataset="other")
    return lab


def generation_of(lab: Lab) -> Generation:
    return Generation.open(lab.workspace.generation_folder(lab.workspace.current()) / "search")


@pytest.fixture
def generation(lab: Lab) -> Iterator[Generation]:
    opened = generation_of(lab)
    yield opened
    opened.close()


def kept(generation: Generation) -> Path:
    return next(iter(generation.path.glob("events-*")))


def test_records_and_notes_become_events(generation: Generation) -> None:
    events = events_of(generation)
    code = generation.catalog.codes("patient", ["https://w3id.org/commissure/data/d/Patient/p1"])[0]
    mine = np.flatnonzero(events.patients == code)
    found = sorted((KINDS[events.kinds[row]], int(events.days[row]), int(events.ends[row]), int(events.precisions[row])) for row in mine)
    partial = ("condition", day("2020-01-01"), day("2020-01-01"), 2)
    assert found == sorted(
        [
            *(partial, partial, ("condition", NO_DAY, NO_DAY, 0)),
            ("death", day("2021-03-04"), day("2021-03-04"), 0),
            ("encounter", day("2020-01-02"), day("2020-01-05"), 3),
            *[("note", day("2020-01-04"), day("2020-01-04"), 3)] * 2,
            ("observation", day("2020-01-03"), day("2020-01-03"), 3),
            ("patient", NO_DAY, NO_DAY, 0),
        ]
    )
    conditions = mine[(events.kinds[mine] == KINDS.index("condition")) & (events.days[mine] != NO_DAY)]
    assert len(set(events.events[conditions].tolist())) == 1
    assert len(set(events.concepts[conditions].tolist())) == 2
    (visit,) = mine[events.kinds[mine] == KINDS.index("encounter")]
    assert events.texts.settings[events.settings[visit]] == "EMER"
    assert set(events.encounters[conditions].tolist()) == {int(events.encounters[visit])}
    result = events.results[mine[events.kinds[mine] == KINDS.index("observation")][0]]
    assert (events.found.low[result], events.found.high[result] < 180, events.found.common_high[result] < 1.8) == (-np.inf, True, True)
    people = events.people
    assert (people.born[code], people.died[code], people.first[code], people.last[code]) == (
        *(day("1960-05-01"), day("2021-03-04"), day("2020-01-01"), day("2020-01-05")),
    )


def test_events_are_kept_beside_the_generation_and_are_the_same_when_opened(generation: Generation) -> None:
    made, opened = make_events(generation.path / "catalog.sqlite"), events_of(generation)
    assert kept(generation).is_dir()
    for name in (*ROWS, "concept_offsets"):
        assert np.array_equal(getattr(made, name), getattr(opened, name), equal_nan=name == "supplies"), name
    for part in ("people", "found", "labeled"):
        for each in fields(getattr(made, part)):
            assert np.array_equal(getattr(getattr(made, part), each.name), getattr(getattr(opened, part), each.name))
    assert made.texts == opened.texts
    assert list(generation.path.glob(".events*")) == []


def test_where_nothing_can_be_written_events_are_in_memory(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(generation_of(lab).path, tmp_path / "search", ignore=shutil.ignore_patterns("events-*"))

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr("cohorts.making.mkdtemp", refuse)
    generation = Generation.open(tmp_path / "search")
    assert events_of(generation).rows == events_of(generation_of(lab)).rows
    assert list(generation.path.glob("*events*")) == []


def test_damaged_events_are_told_with_what_to_do(lab: Lab, tmp_path: Path) -> None:
    events_of(generation_of(lab))
    shutil.copytree(kept(generation_of(lab)), tmp_path / "events")
    (tmp_path / "events" / "days.npy").write_bytes(b"no array")
    with pytest.raises(GenerationUnreadable, match="remove that folder"):
        open_events(tmp_path / "events")


def asked(**more: object) -> Definition:
    entry = {"any": [{"event": "condition", "in": "cancer"}]}
    return definition_of({"format": "commissure-cohort/1", "sets": {"cancer": ["254837009"]}, "entry": entry, **more})


def test_a_reader_of_some_datasets_counts_among_these(lab: Lab, tmp_path: Path) -> None:
    whole = Cohorts(generation_of(lab))
    assert whole.count(asked()).patients == 2
    assert whole.count(asked(datasets=["other"])).patients == 1
    write_within(generation_of(lab).path, tmp_path / "search", Scope.of(["other"]), EmbeddingCache(lab.workspace.embeddings_path))
    narrow = Cohorts(Generation.open(tmp_path / "search"))
    assert [member.dataset for member in narrow.members(narrow.count(asked()))] == ["other"]


def test_notes_and_charts_meet_in_a_cohort(generation: Generation) -> None:
    cohorts = Cohorts(generation)
    for assertion, patients in (("negated", 1), ("affirmed", 0)):
        assert cohorts.count(asked(rules=[{"note": {"in": "cancer", "assertion": [assertion]}}])).patients == patients
        words = {"note": {"text": "breast cancer", "assertion": [assertion]}}
        counted = cohorts.count(asked(rules=[words]))
        assert (counted.patients, counted.frozen) == (patients, {"rules[0]": Frozen("words", patients)})
    (member,) = [each for each in cohorts.members(cohorts.count(asked(keep="first"))) if each.dataset == "d"]
    assert (member.index, member.age, member.sex, member.label) == ("2020-01-01", 59, "female", "Ann Doe")


def test_codes_that_nothing_published_has_are_told(generation: Generation) -> None:
    counted = Cohorts(generation).count(asked(sets={"cancer": ["254837009", "http://snomed.info/id/1"]}))
    assert (counted.patients, counted.notices) == (2, ("set cancer: nothing published has 1 of 2 codes: http://snomed.info/id/1",))


def test_events_are_made_ahead_where_the_library_is_to_be_warm(lab: Lab, tmp_path: Path) -> None:
    shutil.copytree(lab.workspace.folder, tmp_path / "data", ignore=shutil.ignore_patterns("events-*"))
    generation = DataLibrary(Workspace(tmp_path / "data"), None, warm=True).current().cohorts._generation
    (warming,) = [thread for thread in threading.enumerate() if thread.name == "warm"]
    warming.join(60)
    assert kept(generation).is_dir()


def test_whoever_asks_while_events_are_made_waits_for_the_same_making(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def make(*_: object) -> object:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return object()

    monkeypatch.setattr("cohorts.study.events_of", make)
    cohorts = Cohorts(generation)
    threads = [threading.Thread(target=cohorts.prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
