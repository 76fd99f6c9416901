"""The contract of the way back to what was ingested: every record as its file held it, those that are represented and no others."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson
import pytest

from labels.groundtruth.reader import original
from labels.records import ITEM, MANIFEST, RESPONSE, Records
from sources.errors import UnknownDataset
from sources.model import SourceRecord

KINDS = (ITEM, MANIFEST, RESPONSE)


@dataclass(frozen=True)
class Kept:
    """A manifest line that was ingested, or one that is gone."""

    dataset: str
    iri: str
    source: str
    line: int
    raw: bytes


@dataclass
class Rig:
    """Records over datasets of manifests and answers of workers.

    `kept` are the lines that are represented, in the order of their sources; `gone` those that were replaced, deleted or rejected;
    `answered` is how many objects a dataset holds answers for; `told` what the ingests of a format were told for a dataset at last.
    """

    records: Records
    kept: Sequence[Kept]
    gone: Sequence[Kept]
    answered: Mapping[str, int]
    told: Mapping[tuple[str, str], Mapping[str, str]]

    @property
    def datasets(self) -> list[str]:
        return sorted({one.dataset for one in self.kept})

    def of(self, dataset: str, source: str = "") -> list[Kept]:
        return [one for one in self.kept if one.dataset == dataset and source in ("", one.source)]


def same(found: Iterable[SourceRecord], kept: Iterable[Kept]) -> None:
    assert [(one.source, one.line, original(one.raw)) for one in found] == [(one.source, one.line, one.raw) for one in kept]


def found_gives_each_record_as_it_came(rig: Rig) -> None:
    found = rig.records.found([one.iri for one in rig.kept])
    assert set(found) == {one.iri for one in rig.kept}
    same([found[one.iri] for one in rig.kept], rig.kept)
    for one in rig.kept:
        assert found[one.iri].resource == orjson.loads(found[one.iri].raw)
        assert found[one.iri].resource["line"] == orjson.loads(one.raw)


def what_is_not_there_is_left_out(rig: Rig) -> None:
    assert rig.records.found([]) == {}
    strange = ["", "no IRI", "https://example.org/1", rig.kept[0].iri + "9", rig.kept[0].iri.replace(f"/{ITEM}/", f"/{RESPONSE}/")]
    assert rig.records.found(strange) == {}
    twice = rig.records.found([rig.kept[0].iri, *strange, rig.kept[0].iri])
    assert list(twice) == [rig.kept[0].iri]


def records_of_a_kind_come_by_source_and_line(rig: Rig) -> None:
    for dataset in rig.datasets:
        assert len(rig.of(dataset)) > 1
        same(rig.records.of_kind(dataset, ITEM), sorted(rig.of(dataset), key=lambda one: (one.source, one.line)))


def a_kind_is_only_that_kind(rig: Rig) -> None:
    for dataset in rig.datasets:
        counts = Counter(one.resource["resourceType"] for kind in KINDS for one in rig.records.of_kind(dataset, kind))
        manifests = len({one.source for one in rig.of(dataset)})
        assert counts == Counter({ITEM: len(rig.of(dataset)), MANIFEST: manifests, RESPONSE: rig.answered.get(dataset, 0)})
        assert list(rig.records.of_kind(dataset, "Patient")) == []


def one_source_is_only_that_source(rig: Rig) -> None:
    for dataset in rig.datasets:
        for source in {one.source for one in rig.of(dataset)}:
            same(rig.records.of_kind(dataset, ITEM, source), rig.of(dataset, source))
        assert list(rig.records.of_kind(dataset, ITEM, "/nowhere/x.manifest")) == []


def sources_are_sorted_and_counted(rig: Rig) -> None:
    for dataset in rig.datasets:
        found = rig.records.sources(dataset, ITEM)
        assert dict(found) == Counter(one.source for one in rig.of(dataset))
        assert list(found) == sorted(found)
        assert sum(rig.records.sources(dataset, RESPONSE).values()) == rig.answered.get(dataset, 0)
        assert rig.records.sources(dataset, "Patient") == {}


def what_was_replaced_deleted_or_rejected_is_gone(rig: Rig) -> None:
    assert rig.gone
    listed = {(one.source, original(one.raw)) for dataset in rig.datasets for one in rig.records.of_kind(dataset, ITEM)}
    for one in rig.gone:
        assert (one.source, one.raw) not in listed
        now = rig.records.found([one.iri])
        assert one.iri not in now or original(now[one.iri].raw) != one.raw


def what_was_told_is_the_latest(rig: Rig) -> None:
    assert rig.told
    for (dataset, format_name), settings in rig.told.items():
        assert dict(rig.records.told(dataset, format_name)) == settings
    for dataset in rig.datasets:
        assert rig.records.told(dataset, "fhir") == {}


def a_dataset_that_never_was_is_told(rig: Rig) -> None:
    for ask in (
        lambda: list(rig.records.of_kind("never", ITEM)),
        lambda: rig.records.sources("never", ITEM),
        lambda: rig.records.told("never", "manifest"),
    ):
        with pytest.raises(UnknownDataset):
            ask()


CHECKS: Mapping[str, Callable[[Rig], None]] = {
    check.__name__: check
    for check in (
        found_gives_each_record_as_it_came,
        what_is_not_there_is_left_out,
        records_of_a_kind_come_by_source_and_line,
        a_kind_is_only_that_kind,
        one_source_is_only_that_source,
        sources_are_sorted_and_counted,
        what_was_replaced_deleted_or_rejected_is_gone,
        what_was_told_is_the_latest,
        a_dataset_that_never_was_is_told,
    )
}
