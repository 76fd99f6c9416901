"""Records read back out of what was ingested: the ledger knows where each lies, the parts hold them."""

import heapq
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import orjson

from graph.identifiers import parse_record_iri, record_iri
from ingest.errors import LedgerDamaged
from ingest.ledger import Ledger
from ingest.staging import Part
from ingest.workspace import Workspace
from labels.errors import RecordsUnreadable
from sources.errors import UnknownDataset
from sources.model import SourceRecord


@contextmanager
def readable() -> Iterator[None]:
    """Whatever cannot be read of ledger and parts within is RecordsUnreadable."""
    try:
        yield
    except (LedgerDamaged, sqlite3.Error, OSError, ValueError) as error:
        raise RecordsUnreadable(f"what was ingested cannot be read ({error}); `commissure verify` says what is damaged") from error


class StoredRecords:
    """`labels.records.Records` over a data folder. Reads what is published when it is asked."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def found(self, iris: Iterable[str]) -> dict[str, SourceRecord]:
        """See Records. Each part is read once."""
        wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
        with readable(), self._workspace.reading() as ledger:
            for iri in iris if ledger is not None else ():
                key = parse_record_iri(iri)
                if ledger is not None and key is not None and (place := ledger.find_record(*key)) is not None:
                    wanted[key[0], place.part].add(iri)
            return {
                iri: record
                for (dataset, part), chosen in wanted.items()
                for iri, record in _records(Part(self._workspace.parts_folder(dataset) / part), frozenset(chosen))
            }

    def of_kind(self, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
        """See Records. Memory stays flat, because parts hold the records of a source in its order; a part that several small sources
        share is read once for all of them."""
        with self._ledger(dataset) as ledger:
            folder = self._workspace.parts_folder(dataset)
            parts_of = {where: parts for where, parts in ledger.parts_by_source(dataset, kind).items() if source in ("", where)}
            sharing = Counter(part for parts in parts_of.values() for part in parts)
            shared: dict[str, dict[str, list[SourceRecord]]] = {}
            for where, parts in parts_of.items():
                held: list[Iterator[SourceRecord]] = []
                for key in parts:
                    if sharing[key] == 1:
                        held.append(_of_part(Part(folder / key), ledger, dataset, kind, where))
                        continue
                    if key not in shared:
                        shared[key] = defaultdict(list)
                        for record in _of_part(Part(folder / key), ledger, dataset, kind):
                            shared[key][record.source].append(record)
                    held.append(iter(shared[key].pop(where, ())))
                yield from heapq.merge(*held, key=lambda record: record.line)

    def sources(self, dataset: str, kind: str) -> dict[str, int]:
        """See Records."""
        with self._ledger(dataset) as ledger:
            return ledger.sources(dataset, kind)

    def told(self, dataset: str, format_name: str) -> dict[str, str]:
        """See Records."""
        with self._ledger(dataset) as ledger:
            return ledger.told(dataset, format_name)

    @contextmanager
    def _ledger(self, dataset: str) -> Iterator[Ledger]:
        with readable(), self._workspace.reading() as ledger:
            if ledger is None or dataset not in ledger.datasets():
                raise UnknownDataset(dataset)
            yield ledger


def _of_part(part: Part, ledger: Ledger, dataset: str, kind: str, source: str = "") -> Iterator[SourceRecord]:
    """The records that a part still holds, of all sources or of one, in their order there."""
    wanted = frozenset(record_iri(dataset, kind, identifier) for identifier in ledger.ids_in_part(part.key, dataset, kind, source))
    for _, record in _records(part, wanted):
        yield record


def _records(part: Part, wanted: frozenset[str]) -> Iterator[tuple[str, SourceRecord]]:
    for staged, raw, urns in part.sources(wanted):
        yield staged.record, SourceRecord(staged.kind, staged.id, orjson.loads(raw), raw, staged.source, staged.line, urns)
