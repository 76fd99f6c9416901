"""Texts are read with the vocabularies of a generation, and places are those of the text as it was given."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, Vocabulary, compile_vocabulary, open_vocabulary, save_vocabulary
from search.errors import GenerationUnreadable, InvalidRequest
from search.reading.texts import ReadConcept, Texts
from search.reading.vocabularies import Vocabularies

SNOMED, ICD = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"
PAIN, GOUT = Concept(SNOMED, "29857009", "Chest pain", Kind.FINDING), Concept(ICD, "M10.9", "Gout", Kind.DISORDER)
SUGAR = Concept("http://loinc.org", "4548-4", "Hemoglobin A1c", Kind.MEASUREMENT)


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generation")
    held = {
        "one": [Named(PAIN), Named(SUGAR, ("HbA1c",))],
        "other": [Named(GOUT), Named(Concept(ICD, "R07.9", "Chest pain", Kind.FINDING))],
        "+terms": [Named(Concept(SNOMED, "386661006", "Fever", Kind.FINDING), ("pyrexia",))],
    }
    for name, named in held.items():
        save_vocabulary(compile_vocabulary(named)[0], folder / "vocabularies" / name)
    return folder


def test_a_text_is_read_with_every_vocabulary_or_with_the_names_of_some_datasets(generation: Path) -> None:
    texts, text = Texts(Vocabularies(generation)), "Denies chest pain and pyrexia. HbA1c > 9 %. Gout."
    assert texts.names() == ("one", "other", "+terms")
    pain, fever, sugar, gout = texts.read(text)
    assert (pain.start, pain.end, pain.text, pain.assertion, pain.trigger) == (7, 17, "chest pain", "negated", "Denies")
    assert (pain.concept, pain.system, pain.code, pain.label) == ("http://snomed.info/id/29857009", SNOMED, "29857009", "Chest pain")
    assert [(one.system, one.code) for one in pain.alternatives] == [(ICD, "R07.9")]
    assert isinstance(pain.alternatives[0], ReadConcept)
    assert (fever.label, sugar.value, sugar.unit, gout.code) == ("Fever", "> 9", "%", "M10.9")
    assert [one.code for one in texts.read(text, ["other"])] == ["R07.9", "386661006", "M10.9"]
    with pytest.raises(InvalidRequest, match="no dataset 'none'; there are: one, other"):
        texts.read(text, ["none"])
    with pytest.raises(InvalidRequest):
        texts.read(text, ["+terms"])


@pytest.mark.parametrize(
    "before",
    [
        "\0 ",
        "\ud800 ",
        "\u0130\u0130 ",
        "\ufb01ne \ufb02u ",
        "\U0001f469\u200d\u2695\ufe0f ",
        "\u202e\u2067 ",
        "e\u0301" * 50 + " ",
        "\r\n\x85\u2028",
        "x" * 5000 + " ",
    ],
)
def test_offsets_point_at_the_words_whatever_stands_before(generation: Path, before: str) -> None:
    text = f"{before}gout {before}chest pain {before}"
    found = Texts(Vocabularies(generation)).read(text)
    assert [text[one.start : one.end] for one in found] == [one.text for one in found] == ["gout", "chest pain"]


def test_a_generation_without_vocabularies_reads_nothing(tmp_path: Path) -> None:
    assert Texts(Vocabularies(tmp_path)).read("Gout.") == ()
    assert Vocabularies(tmp_path).asking.read("Gout.") == []


@pytest.mark.parametrize("file", ["about.json", "concept_kinds.npy", "concept_codes.npy"])
@pytest.mark.parametrize("how", ["gone", "empty", "cut", "other"])
def test_a_damaged_vocabulary_is_named_with_what_to_do_whoever_reads(generation: Path, tmp_path: Path, file: str, how: str) -> None:
    shutil.copytree(generation, tmp_path / "copy")
    damaged = tmp_path / "copy" / "vocabularies" / "other" / file
    held = damaged.read_bytes()
    damaged.unlink()
    if how != "gone":
        damaged.write_bytes({"empty": b"", "cut": held[: len(held) // 2], "other": b"[1]"}[how])
    vocabularies = Vocabularies(tmp_path / "copy")
    asked: tuple[Callable[[], object], ...] = (lambda: Texts(vocabularies).read("Gout."), lambda: vocabularies.asking)
    for ask in asked:
        with pytest.raises(GenerationUnreadable, match=re.escape(str(damaged)) + ".*`commissure verify --repair`.*next ingest"):
            ask()
    assert [one.code for one in Texts(vocabularies).read("Chest pain.", ["one"])] == ["29857009"], "what is whole is read"


def test_each_vocabulary_is_opened_once_for_questions_and_texts(generation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def counting(folder: Path) -> Vocabulary:
        opened.append(folder.name)
        return open_vocabulary(folder)

    monkeypatch.setattr("search.reading.vocabularies.open_vocabulary", counting)
    vocabularies = Vocabularies(generation)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(Texts(vocabularies).read, ["Gout."] * 8))
    assert vocabularies.asking is vocabularies.asking and vocabularies.asking.read("gout")
    assert sorted(opened) == ["+terms", "one", "other"]
