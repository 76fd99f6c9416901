"""What hits share: notes apart from charts, by how much likelier they have it, what the question names first."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concepts.model import Assertion, Mention
from graph.identifiers import concept_iri, record_iri
from search.generation import Generation
from search.hits.sharing import Joint, SharingHit, _counted, shared_things
from search.model import Document, Fact, PatientSummary, Shared
from search.passages import split
from tests.search.clinic import Clinic, FakeEmbedder, build, condition

HITS = 10
GOUT, ASTHMA, PRESSURE, SINUSITIS = map(condition, ("Gout", "Asthma", "Hypertension", "Chronic sinusitis"))
CISPLATIN, PACLITAXEL = condition("Cisplatin 50 MG Injection"), condition("Paclitaxel 100 MG Injection")
ICD = concept_iri("http://hl7.org/fhir/sid/icd-10-cm", "J32.9")
NAMES = {GOUT: "Gout", ASTHMA: "Asthma", PRESSURE: "Hypertension", SINUSITIS: "Chronic sinusitis", ICD: "Chronic sinusitis"}


def patient(number: int) -> str:
    return record_iri("clinic", "Patient", f"p{number:02}")


def note(number: int, *mentioned: str, denied: str = "") -> Document:
    record, text = record_iri("clinic", "DocumentReference", f"n{number:02}"), f"Note of a visit, the {number}th."
    mentions = [
        Mention(f"{record}#mention-{at}", at, at + 4, text[at : at + 4], concept, NAMES[concept], assertion, 0.9, 0.8, "made up")
        for at, (concept, assertion) in enumerate(
            [*((one, Assertion.AFFIRMED) for one in mentioned), *((one, Assertion.NEGATED) for one in filter(None, [denied]))]
        )
    ]
    visit = record_iri("clinic", "Encounter", f"v{number:02}")
    return Document(
        id=record,
        record=record,
        dataset="clinic",
        kind="DocumentReference",
        type="Note",
        title=f"Note {number}",
        text=text,
        patient=patient(number),
        patient_label=f"Person {number}",
        encounter=visit,
        date=f"20{70 - number}-01-01",
        passages=split(text, "Note"),
        mentions=tuple(mentions),
    )


def fact(number: int, concept: str, relation: str, record: str = "", *, visit: bool = False, counted: bool = True) -> Fact:
    encounter = record_iri("clinic", "Encounter", f"v{number:02}") if visit else None
    record = record or f"{relation}-{number}-{concept[-4:]}"
    label = NAMES.get(concept, concept[-4:])
    return Fact(
        record_iri("clinic", "Record", record), "clinic", patient(number), relation, concept, label, encounter=encounter, counted=counted
    )


def clinic() -> Clinic:
    """Sixty notes of sixty patients, the newest ten of them the hits: places 0 to 9."""
    made = Clinic(patients=[PatientSummary(patient(n), "clinic", f"Person {n}") for n in range(60)])
    for n in range(60):
        mentioned = [PRESSURE] * (n % 5 != 0) + [GOUT] * (1 <= n < 21) + [ASTHMA] * (n in (2, 3))
        made.documents.append(note(n, *mentioned, denied=SINUSITIS if n in (4, 5, 6) else ""))
    for n in (7, 8):
        made.facts += [fact(n, code, "condition", f"sinusitis-{n}", visit=True) for code in (SINUSITIS, ICD)]
    made.facts += [fact(n, CISPLATIN, "medication") for n in (0, 9)]
    made.facts += [fact(n, PACLITAXEL, "medication", counted=False) for n in (0, 9)]
    return made


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder: Path = tmp_path_factory.mktemp("sharing")
    build(clinic(), folder, embedder=FakeEmbedder())
    opened = Generation.open(folder / "g1")
    yield opened
    opened.close()


def shared(
    generation: Generation, named: Mapping[str, float] | None = None, hits: int = HITS, joints: tuple[Joint, ...] = ()
) -> list[Shared]:
    page = [SharingHit(place + 1, place) for place in range(hits)]
    return list(shared_things(page, joints, generation.columns, generation.catalog, named or {}))


def test_nine_of_ten_telling_ones_come_before_two_of_two_rare_ones(generation: Generation) -> None:
    notes = [one for one in shared(generation) if one.basis == "note"]
    assert [one.node for one in notes] == [GOUT, *sorted([ASTHMA, SINUSITIS], key=lambda node: NAMES[node])]
    gout, asthma, _ = notes
    assert (len(gout.hits), gout.patients, gout.of_patients, asthma.patients) == (9, 9, 10, 2)
    assert gout.lift is not None and asthma.lift is not None
    assert asthma.lift > gout.lift > 1.5


def test_what_nearly_all_notes_have_is_named_only_where_the_question_names_it(generation: Generation) -> None:
    assert PRESSURE not in {one.node for one in shared(generation)}
    asked = shared(generation, {PRESSURE: 1.0})
    assert asked[0].node == PRESSURE and len(asked[0].hits) == 8


def test_charts_stand_apart_and_hold_only_what_counts(generation: Generation) -> None:
    charts = [one for one in shared(generation) if one.basis == "chart"]
    assert [(one.node, one.hits, one.patients, one.of_patients) for one in charts] == [(CISPLATIN, (1, 10), 2, 10)]
    assert charts[0].group == "medication"


def test_codings_of_one_thing_are_one_line_with_both_codes_and_denials_join_nothing(generation: Generation) -> None:
    (found,) = [one for one in shared(generation) if one.node in (SINUSITIS, ICD)]
    assert (found.node, found.hits, found.group) == (SINUSITIS, (8, 9), "condition")
    assert found.codes == (SINUSITIS.rsplit("/", 1)[1], "J32.9")


def test_nodes_that_join_are_lines_of_the_notes_with_providers_last(generation: Generation) -> None:
    joints = (Joint("urn:dr", "Dr", "Practitioner", "provider", (1, 2, 3)), Joint(patient(0), "Person 0", "Patient", "patient", (1, 2)))
    found = [one for one in shared(generation, joints=joints) if one.basis == "note"]
    assert found[-1].node == "urn:dr" and found[-1].lift is None
    assert patient(0) in {one.node for one in found}
    assert "urn:alone" not in {one.node for one in shared(generation, joints=(replace(joints[0], node="urn:alone", hits=(1,)),))}


def test_one_hit_shares_nothing(generation: Generation) -> None:
    assert shared(generation, hits=1) == [] == shared(generation, hits=0)


@pytest.mark.parametrize("things", [{}, {1: (2, 1), 2: (2, 1), 5: (5, 9), 9: (5, 9)}])
def test_what_several_have_is_counted_like_one_by_one(things: dict[int, tuple[int, ...]]) -> None:
    for seed in range(40):
        drawn = np.random.default_rng(seed)
        owners = np.sort(drawn.choice(50, int(drawn.integers(0, 6)), replace=False)).astype(np.int64)
        counts = drawn.integers(0, 8, len(owners)).astype(np.int64)
        concepts = drawn.integers(0, 20, counts.sum()).astype(np.int32)
        expected: dict[int, set[int]] = {}
        for owner, concept in zip(np.repeat(owners, counts).tolist(), concepts.tolist(), strict=True):
            expected.setdefault(things.get(concept, (concept,))[0], set()).add(owner)
        assert _counted(owners, counts, concepts, things) == {code: sorted(of) for code, of in expected.items() if len(of) > 1}
