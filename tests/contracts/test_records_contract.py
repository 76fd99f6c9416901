"""What is stored keeps the contract of records, and the contract finds broken ones out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from graph.identifiers import record_iri
from graph.scope import EVERYTHING, Scope
from ingest.stored import StoredRecords
from labels.groundtruth.reader import manifest_id
from labels.records import ITEM, Records, RecordsWithin
from sources.errors import UnknownDataset
from sources.model import SourceRecord
from tests.contracts.records import CHECKS, Kept, Rig
from tests.ingest.exports import InlinePool, Lab
from tests.labels.groundtruth.data import classified


def line(number: int, name: str = "car") -> bytes:
    """A line whose spelling tells whether its bytes were kept."""
    return json.dumps({"source-ref": f"s3://b/{number}.png", **classified("scene", name)}, separators=(",  ", ": ")).encode()


class Made:
    """Two datasets: some manifests of several runs, one of them changed and ingested again, and answers of workers."""

    def __init__(self, folder: Path) -> None:
        self.lab, self.folder = Lab(folder), folder
        self.kept: dict[str, list[Kept]] = {}
        self.gone: list[Kept] = []
        self.ingest("streets", "b", [line(0), line(1, "bus"), line(2)], refs=str(folder))
        self.ingest("streets", "a", [b"{}", line(0), line(7)], refs=str(folder / "b"))
        self.ingest("other", "b", [line(number, "dog") for number in range(4)])
        self.ingest("streets", "b", [line(0), line(1, "tram")], refs=str(folder))
        self.answer("streets", 3)

    def ingest(self, dataset: str, name: str, lines: list[bytes], **settings: str) -> None:
        path = self.folder / dataset / name / "manifests" / "output" / "output.manifest"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\n".join(lines) + b"\n")
        self.lab.ingest_path(path, dataset, format="manifest", settings=tuple(settings.items()))
        iri = record_iri(dataset, ITEM, manifest_id(str(path)))
        found = [Kept(dataset, f"{iri}-{number}", str(path), number + 1, raw) for number, raw in enumerate(lines)]
        before = self.kept.get(str(path), [])
        self.kept[str(path)] = [one for one in found if one.raw != b"{}"]
        self.gone += [one for one in (*before, *found) if one not in self.kept[str(path)]]

    def answer(self, dataset: str, count: int) -> None:
        for number in range(count):
            given = {"workerId": "w", "answerContent": {"crowd-image-classifier": {"label": "car"}}}
            path = self.folder / "answers" / "annotations" / "worker-response" / "iteration-1" / str(number) / "2024-03-01_10-00-00.json"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps({"answers": [given]}))
        self.lab.ingest_path(self.folder / "answers", dataset, format="responses")

    def rig(self, records: Records, *datasets: str) -> Rig:
        kept = [one for found in self.kept.values() for one in found if not datasets or one.dataset in datasets]
        told = {("streets", "manifest"): {"refs": str(self.folder)}, ("other", "manifest"): {}}
        return Rig(
            records,
            kept,
            self.gone,
            {"streets": 3},
            {key: settings for key, settings in told.items() if not datasets or key[0] in datasets},
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    with patch("ingest.pipeline.Pool", InlinePool):
        return Made(tmp_path_factory.mktemp("records"))


@pytest.mark.parametrize("check", CHECKS)
def test_stored_records(made: Made, check: str) -> None:
    CHECKS[check](made.rig(StoredRecords(made.lab.workspace)))


@pytest.mark.parametrize("check", CHECKS)
def test_records_within_everything(made: Made, check: str) -> None:
    CHECKS[check](made.rig(RecordsWithin(StoredRecords(made.lab.workspace), EVERYTHING)))


@pytest.mark.parametrize("check", CHECKS)
def test_records_within_a_scope(made: Made, check: str) -> None:
    CHECKS[check](made.rig(RecordsWithin(StoredRecords(made.lab.workspace), Scope.of(["streets"])), "streets"))


def test_a_reader_of_one_dataset_finds_another_as_one_that_never_was(made: Made) -> None:
    within = RecordsWithin(StoredRecords(made.lab.workspace), Scope.of(["streets"]))
    others = [one.iri for one in made.rig(within, "other").kept]
    assert others and within.found(others) == {}
    for ask in (
        lambda: list(within.of_kind("other", ITEM)),
        lambda: within.sources("other", ITEM),
        lambda: within.told("other", "manifest"),
    ):
        with pytest.raises(UnknownDataset):
            ask()


class Broken:
    """Records that answer a little otherwise."""

    def __init__(self, records: Records) -> None:
        self.inner = records

    def found(self, iris: Iterable[str]) -> Mapping[str, SourceRecord]:
        return self.inner.found(iris)

    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        return self.inner.of_kind(dataset, kind, source)

    def sources(self, dataset: str, kind: str) -> Mapping[str, int]:
        return self.inner.sources(dataset, kind)

    def told(self, dataset: str, format_name: str) -> Mapping[str, str]:
        return self.inner.told(dataset, format_name)


class WritesItAnew(Broken):
    def found(self, iris: Iterable[str]) -> Mapping[str, SourceRecord]:
        return {iri: replace(one, raw=json.dumps(one.resource).encode()) for iri, one in super().found(iris).items()}


class CountsLinesFromZero(Broken):
    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        return (replace(one, line=one.line - 1) for one in super().of_kind(dataset, kind, source))


class FindsSomething(Broken):
    def found(self, iris: Iterable[str]) -> Mapping[str, SourceRecord]:
        return {iri: one for iri in iris for one in super(FindsSomething, self).found([iri.rstrip("9")]).values()}


class AsTheyWereIngested(Broken):
    """By run instead of by source."""

    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        return iter(sorted(super().of_kind(dataset, kind, source), key=lambda one: one.source, reverse=True))


class MixesKinds(Broken):
    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        yield from super().of_kind(dataset, kind, source)
        if kind == "Manifest":
            yield from super().of_kind(dataset, "Response", source)


class ForgetsTheSource(Broken):
    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        return super().of_kind(dataset, kind)


class CountsEverything(Broken):
    def sources(self, dataset: str, kind: str) -> Mapping[str, int]:
        return {source: count + 1 for source, count in super().sources(dataset, kind).items()}


class KeepsWhatIsGone(Broken):
    """As records that were read before the last run."""

    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        for one in super().of_kind(dataset, kind, source):
            yield replace(one, raw=one.raw.replace(b"tram", b"bus"))


class TellsTheFirst(Broken):
    def told(self, dataset: str, format_name: str) -> Mapping[str, str]:
        return {name: f"{value}/b" for name, value in super().told(dataset, format_name).items()}


class KnowsEveryDataset(Broken):
    def _asked(self, ask: Any, otherwise: Any) -> Any:
        try:
            return ask()
        except UnknownDataset:
            return otherwise

    def sources(self, dataset: str, kind: str) -> Mapping[str, int]:
        found: Mapping[str, int] = self._asked(lambda: self.inner.sources(dataset, kind), {})
        return found


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (WritesItAnew, "found_gives_each_record_as_it_came"),
        (FindsSomething, "what_is_not_there_is_left_out"),
        (CountsLinesFromZero, "records_of_a_kind_come_by_source_and_line"),
        (AsTheyWereIngested, "records_of_a_kind_come_by_source_and_line"),
        (MixesKinds, "a_kind_is_only_that_kind"),
        (ForgetsTheSource, "one_source_is_only_that_source"),
        (CountsEverything, "sources_are_sorted_and_counted"),
        (KeepsWhatIsGone, "what_was_replaced_deleted_or_rejected_is_gone"),
        (TellsTheFirst, "what_was_told_is_the_latest"),
        (KnowsEveryDataset, "a_dataset_that_never_was_is_told"),
    ],
)
def test_finds_broken_records_out(made: Made, broken: type[Broken], check: str) -> None:
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        CHECKS[check](made.rig(broken(StoredRecords(made.lab.workspace))))
