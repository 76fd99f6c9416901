"""Mends what is damaged before a run begins: the generation from ledger and parts, parts from their own records or from their sources."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.identifiers import record_iri
from ingest import history
from ingest.checking import generation_damage, has_records, part_damage, vectors_damage
from ingest.errors import PartsDamaged
from ingest.formats import of_kind
from ingest.ledger import Ledger
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.rebuild import rebuild
from ingest.staging import Part
from ingest.sums import Damage
from ingest.workspace import Workspace, make_room_for
from sources.errors import SourceError
from sources.files import Listing, SourceFile, expand


@dataclass(frozen=True, slots=True)
class Lost:
    """Records of one dataset and format whose part is damaged. `own` are those that the part itself still holds, by part."""

    dataset: str
    format: str
    parts: frozenset[str]
    own: Mapping[str, frozenset[str]]
    listing: Listing


@dataclass(slots=True)
class Mended:
    """What was damaged, and what came of it: `generation` is the one made anew (0: none), `left` damaged parts by dataset."""

    damage: list[Damage] = field(default_factory=list)
    generation: int = 0
    mapped: int = 0
    left: dict[str, frozenset[str]] = field(default_factory=dict)


def mend(
    ledger: Ledger, workspace: Workspace, tools: Tools, progress: Progress, remap: Callable[[Lost], None], *, deep: bool = False
) -> Mended:
    """Mend what can be. `remap` maps lost records again and publishes; `deep` reads every part, where otherwise its sizes must do."""
    mended = Mended()
    if not ledger.generation:
        return mended
    for one in vectors_damage(workspace):
        mended.damage.append(one)
        make_room_for(workspace.embeddings_path)
        for path in workspace.folder.glob(f"{workspace.embeddings_path.name}*"):
            if path.is_file():
                path.unlink()
    unwell = list(generation_damage(ledger, workspace, tools, deep=deep))
    mended.damage += unwell
    parts = {name: found for name in ledger.datasets() if (found := part_damage(ledger, workspace, name, deep=deep or bool(unwell)))}
    mended.damage += (one for found in parts.values() for damages in found.values() for one in damages)
    if unwell:
        progress.step("rebuilding what was damaged")
        without = frozenset(key for found in parts.values() for key in found)
        mended.generation = rebuild(ledger, workspace, tools, progress, without)
    for dataset, found in parts.items():
        progress.step("mapping damaged parts again", len(found))
        for lost in _lost(ledger, workspace, dataset, frozenset(found)):
            mended.mapped += 1
            remap(lost)
        if left := frozenset(found) & set(ledger.parts(dataset)):
            mended.left[dataset] = left
    return mended


def refuse(ledger: Ledger, workspace: Workspace, dataset: str, parts: frozenset[str]) -> PartsDamaged:
    """What to say of damaged parts whose records could not be mapped again."""
    sources: Counter[str] = Counter()
    for part in parts:
        sources.update(ledger.sources_of_part(part))
    named = ", ".join(f"{count:,} of {source}" for source, count in sources.most_common(3))
    return PartsDamaged(
        f"{workspace.parts_folder(dataset)}: parts are damaged, and their records ({named}) cannot be mapped again, because their source "
        f"is not there: put it back and run `commissure verify --repair`, or `commissure datasets drop {dataset}`"
    )


def _lost(ledger: Ledger, workspace: Workspace, dataset: str, parts: frozenset[str]) -> Sequence[Lost]:
    """The live records of damaged parts by format, and the files they can be mapped again from."""
    folder = workspace.parts_folder(dataset)
    whole = {key for key in parts if has_records(Part(folder / key))}
    own: dict[str, dict[str, set[str]]] = {}
    wanted: dict[str, dict[str, set[str]]] = {}
    keys: dict[str, set[str]] = {}
    for key in parts:
        for kind, identifier, source, run in ledger.in_part(key, dataset):
            name = of_kind(kind)
            keys.setdefault(name, set()).add(key)
            if key in whole:
                own.setdefault(name, {}).setdefault(key, set()).add(record_iri(dataset, kind, identifier))
            else:
                wanted.setdefault(name, {}).setdefault(source, set()).add(run)
    return [
        Lost(
            dataset,
            name,
            frozenset(keys[name]),
            {key: frozenset(records) for key, records in own.get(name, {}).items()},
            _listing(ledger, wanted.get(name, {})),
        )
        for name in sorted(keys)
    ]


def _listing(ledger: Ledger, wanted: Mapping[str, set[str]]) -> Listing:
    """Those files that are still where the runs that brought them found them."""
    files: dict[str, SourceFile] = {}
    for run in sorted({run for runs in wanted.values() for run in runs}):
        known = history.find(ledger, run)
        for location in known.sources if known else ():
            try:
                listed = expand([location], suffixes=("",)).files
            except SourceError:
                continue
            files |= {file.uri: file for file in listed if file.uri in wanted}
    for source in wanted:
        if source not in files:
            try:
                files |= {file.uri: file for file in expand([source]).files if file.uri == source}
            except SourceError:
                continue
    return Listing(tuple(files.values()), ())
