"""What is alike: worked out by hand, and found in a clinic of notes that affirm and deny."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.model import Assertion, Mention
from graph.identifiers import record_iri
from search.generation import Generation
from search.model import Document, Fact, PatientSummary
from search.passages import split
from search.ranking.likeness import Profile, likeness, says_contrary, specificities
from search.ranking.similar import Likenesses, SharedConcept, in_words
from tests.search.clinic import Clinic, FakeEmbedder, build, condition, opened

ordinals = st.sets(st.integers(0, 9))


def profile(has: set[int], denies: set[int]) -> Profile:
    return Profile(np.array(sorted(has), dtype=np.int64), np.array(sorted(denies - has), dtype=np.int64))


@given(ordinals, ordinals, ordinals, ordinals, st.lists(st.floats(0, 5), min_size=10, max_size=10))
def test_likeness_is_mutual_and_never_made_of_what_one_denies(
    has: set[int], denies: set[int], others: set[int], denied: set[int], given: list[float]
) -> None:
    one, other, weights = profile(has, denies), profile(others, denied), np.array(given)
    found = likeness(one, other, weights)
    back = likeness(other, one, weights)
    assert found.score == pytest.approx(back.score) and 0 <= found.score <= 1 + 1e-9
    assert set(found.shared.tolist()) == has & others
    assert set(found.opposed.tolist()) == (has & (denied - others)) | (others & (denies - has))
    assert not set(found.shared.tolist()) & set(found.opposed.tolist())
    assert likeness(one, one, weights).score == pytest.approx(1 if weights[sorted(has)].sum() else 0)


def test_few_patients_weigh_more() -> None:
    assert specificities(np.array([0, 1, 5, 10]), 10).tolist() == pytest.approx([0, 2.397895, 0.788457, 0.0953102])


@pytest.mark.parametrize(
    ("one", "other", "contrary"),
    [
        ("Chest pain at rest.", "No chest pain.", True),
        ("Denies chest pain.", "No chest pain.", False),
        ("Chest pain at rest.", "Severe chest pain.", False),
        ("No fever. Cough since May, sputum, wheezing.", "Fever. Cough since May, sputum, wheezing.", False),
        ("Gout.", "No asthma.", False),
        ("", "\0", False),
    ],
)
def test_passages_that_say_the_contrary(one: str, other: str, contrary: bool) -> None:
    assert says_contrary(one, other) is says_contrary(other, one) is contrary


def test_words_say_what_is_alike_and_what_is_not() -> None:
    gout, *more = (SharedConcept(f"urn:{n}", n, 1) for n in ("gout", "a", "b", "c", "d", "e"))
    assert in_words("notes", [gout], [], 0.9) == "both have gout; their words are much alike"
    assert in_words("patients", more, [gout], 0.1) == (
        "both have a, b, c, d and 1 more; their notes are somewhat alike; one has and the other denies gout"
    )


AFFIRMED, NEGATED = Assertion.AFFIRMED, Assertion.NEGATED
NOTES = {
    "own": ("Crushing chest pain at rest since Monday.", {"Gout": AFFIRMED, "Asthma": NEGATED}),
    "alike": ("Chest pain at rest, crushing, since Tuesday.", {"Gout": AFFIRMED}),
    "denies": ("No chest pain at rest.", {"Gout": NEGATED}),
    "against": ("Wheezing every night.", {"Asthma": AFFIRMED}),
    "else": ("Follow up of the knee after surgery.", {"Anemia": AFFIRMED}),
    "both": ("Chest pain went; no chest pain now.", {"Gout": AFFIRMED, "Anemia": AFFIRMED}),
}


def note(name: str, text: str, said: dict[str, Assertion], patient: str | None = None) -> Document:
    record = record_iri("clinic", "DocumentReference", name)
    mentions = tuple(
        Mention(f"{record}#m{n}", 0, 1, text[0], condition(concept), concept, assertion, None, None, "test")
        for n, (concept, assertion) in enumerate(said.items())
    )
    owner = record_iri("clinic", "Patient", patient or name)
    return Document(
        record, record, "clinic", "DocumentReference", "Note", name, text, owner, owner, passages=split(text), mentions=mentions
    )


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    documents = [note(name, *said) for name, said in NOTES.items()]
    documents += [note("own-2", "Knee surgery follow up.", {}, "own"), replace(note("copy", *NOTES["alike"], "alike"))]
    patients = [PatientSummary(record_iri("clinic", "Patient", name), "clinic", name) for name in NOTES]
    charted = Fact(
        record_iri("clinic", "Condition", "c"), "clinic", patients[4].id, "condition", condition("Chronic sinusitis"), "Chronic sinusitis"
    )
    facts = [charted, replace(charted, record=record_iri("clinic", "Condition", "c2"), subject=patients[0].id)]
    folder = tmp_path_factory.mktemp("similar")
    build(Clinic(documents, facts, patients), folder, embedder=FakeEmbedder())
    with opened(folder / "g1") as generation:
        yield generation


def test_notes_that_deny_are_not_like_one_that_has(generation: Generation) -> None:
    found = {one.label: one for one in Likenesses(generation).documents(record_iri("clinic", "DocumentReference", "own"))}
    assert "own-2" not in found and "own" not in found, "notes of the same patient are not looked for"
    first = next(iter(found.values()))
    assert first.label in ("alike", "copy") and len({"alike", "copy"} & found.keys()) == 1, "one text is one note"
    assert [one.label for one in first.shared] == ["Gout"] and first.passage is not None and first.passage.text in NOTES["alike"][0]
    assert first.why.startswith("both have Gout; their words are")
    assert "denies" not in found or found["denies"].concepts == found["denies"].passages == 0
    if "against" in found:
        assert (found["against"].concepts, [one.label for one in found["against"].opposed]) == (0, ["Asthma"])


def test_patients_are_alike_by_what_is_charted_and_affirmed(generation: Generation) -> None:
    found = {one.label: one for one in Likenesses(generation).patients(record_iri("clinic", "Patient", "own"))}
    assert {shared.label for shared in found["else"].shared} == {"Chronic sinusitis"} and found["else"].concepts > 0
    assert {shared.label for shared in found["alike"].shared} == {"Gout"}
    assert found["alike"].shared[0].patients == 3
    assert found["denies"].concepts == 0 and [one.label for one in found["denies"].opposed] == ["Gout"]
    assert "own" not in found
    scores = [one.score for one in found.values()]
    assert scores == sorted(scores, reverse=True)


def test_what_is_not_held_is_like_nothing(generation: Generation, tmp_path: Path) -> None:
    likenesses = Likenesses(generation)
    assert likenesses.documents("urn:nothing") == likenesses.patients("urn:nothing") == ()
    build(Clinic([note("alone", "Gout.", {})], [], []), tmp_path)
    with opened(tmp_path / "g1") as alone:
        assert Likenesses(alone).documents(record_iri("clinic", "DocumentReference", "alone")) == ()
        assert Likenesses(alone).patients(record_iri("clinic", "Patient", "alone")) == ()
