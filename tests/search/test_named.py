"""Concepts by what people call them."""

from collections.abc import Iterator

import pytest

from search.generation import Generation
from search.model import ConceptStanding
from search.reading.named import account_of, concepts_called
from search.reading.texts import ReadConcept, ReadText
from tests.search.clinic import Clinic, build, condition, make_clinic, opened


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder = tmp_path_factory.mktemp("named")
    clinic: Clinic = make_clinic(seed=2, patients=20)
    build(clinic, folder)
    with opened(folder / "g1") as generation:
        yield generation


def nothing(_: str) -> tuple[ReadText, ...]:
    return ()


def reading(**known: tuple[str, ...]):
    """A reader to whom these texts are names of these concepts."""

    def read(text: str) -> tuple[ReadText, ...]:
        concepts = known.get(text.replace(" ", "_"), ())
        if not concepts:
            return ()
        first, *others = (ReadConcept(one, "urn:system", one[-4:], one) for one in concepts)
        return (
            ReadText(0, len(text), text, first.concept, first.system, first.code, first.label, tuple(others), "affirmed", "", "", "", ""),
        )

    return read


@pytest.mark.parametrize("called", ["gout", " GOUT ", condition("Gout"), condition("Gout").rsplit("/", 1)[1]])
def test_by_name_code_and_iri(generation: Generation, called: str) -> None:
    found = concepts_called(called, generation.catalog, nothing)
    assert [one.label for one in found.concepts] == ["Gout"] and found.near == found.unused == ()


def test_what_the_reader_takes_it_for_and_what_an_abbreviation_may_stand_for(generation: Generation) -> None:
    read = reading(podagra=(condition("Gout"), "urn:elsewhere"), atrial_fibrillation=(condition("Anemia"),), AF=(condition("Asthma"),))
    found = concepts_called("podagra", generation.catalog, read)
    assert [one.label for one in found.concepts] == ["Gout"] and [one.concept for one in found.unused] == ["urn:elsewhere"]
    assert [one.label for one in concepts_called("AF", generation.catalog, read).concepts] == ["Asthma", "Anemia"]
    assert len(concepts_called("AF", generation.catalog, read, 1).concepts) == 1


@pytest.mark.parametrize(
    ("called", "near"),
    [("asthmma", "Asthma"), ("hypertnsion", "Hypertension"), ("diabetis", "Diabetes mellitus type 2"), ("chronic", "Chronic sinusitis")],
)
def test_near_names_are_told_where_nothing_is_called_so(generation: Generation, called: str, near: str) -> None:
    found = concepts_called(called, generation.catalog, nothing)
    assert found.concepts == () and found.near[0].label == near


@pytest.mark.parametrize("called", ["", "  ", "xyzzyxyzzy", "\0", "\ud800", '"*', "a" * 5000])
def test_what_is_no_name_finds_nothing(generation: Generation, called: str) -> None:
    found = concepts_called(called, generation.catalog, nothing)
    assert found.concepts == found.unused == ()


def test_an_account_is_what_the_catalog_says(generation: Generation) -> None:
    (gout,) = concepts_called("gout", generation.catalog, nothing).concepts
    account = account_of(generation.catalog, gout)
    assert account.standing == generation.catalog.concept_standing(gout.concept) != ConceptStanding(gout.concept)
    assert gout in account.surroundings.codes
