"""The OMOP standardised vocabularies as Athena gives them: four tab-separated files that hold several terminologies, hierarchy and maps.

CONCEPT.csv is read twice and held as numbers (some 30 bytes a concept); the others are streamed. What the files are known for:

- they are tab-separated in spite of their names, and a `"` is data;
- every standard concept is its own ancestor, at 0 levels;
- concepts with an `invalid_reason` are no longer to be used;
- synonyms are of many languages; English is 4180186;
- source vocabularies like ICD10CM have no ancestors: what is above them is said by "Is a", by "Maps to", or by their codes alone.

"Maps to" leads from a source concept to what is the same or wider. It is taken for the same where both ends have no other partner in
their vocabularies, or bear the same name; else the source concept is narrower.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from concepts.tokens import tokens
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import table
from ingest.terminologies.systems import ICD10CM, system_of

ENGLISH: Final = "4180186"
_KINDS: Final = {
    "condition": Kind.DISORDER,
    "drug": Kind.DRUG,
    "procedure": Kind.PROCEDURE,
    "measurement": Kind.MEASUREMENT,
    "observation": Kind.OTHER,
    "device": Kind.OTHER,
    "condition/obs": Kind.DISORDER,
    "condition/meas": Kind.FINDING,
    "meas/procedure": Kind.PROCEDURE,
    "condition/procedure": Kind.DISORDER,
    "obs/procedure": Kind.PROCEDURE,
}
"""Domains that are taken. Units, sexes, places, kinds of visits and the like are words of every text."""
_FINDINGS: Final = frozenset({"clinical finding", "disorder", "morph abnormality"})
_IS_A: Final = frozenset({"is a", "rxnorm is a"})
_INGREDIENT: Final = frozenset({"rxnorm has ing", "has precise ing", "consists of", "contains", "has active ing"})
_BRAND: Final = frozenset({"tradename of"})
_HAS_BRAND: Final = frozenset({"has brand name"})
_MAPS: Final = frozenset({"maps to"})
_STATED: Final = _IS_A | _INGREDIENT | _BRAND | _HAS_BRAND | _MAPS
_MOST_REVIEWED: Final = 64
"""Source concepts of one target whose names are compared with its own."""


def owns(path: Path) -> bool:
    """Whether a path is a folder with a CONCEPT.csv of OMOP, or that file itself."""
    return _file(path, "CONCEPT") is not None


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """The concepts, English names, direct hierarchy and maps. Raises TerminologyUnreadable where CONCEPT.csv is not one."""
    concepts = _file(path, "CONCEPT")
    if concepts is None:
        raise TerminologyUnreadable(f"{path}: there is no CONCEPT.csv of OMOP in it")
    known = _Known()
    yield from _concepts(concepts, known, rejects)
    known.close()
    if not len(known.ids):
        return
    synonyms, ancestors, relations = (_file(path, name) for name in ("CONCEPT_SYNONYM", "CONCEPT_ANCESTOR", "CONCEPT_RELATIONSHIP"))
    if synonyms is not None:
        yield from _synonyms(synonyms, known, rejects)
    if ancestors is not None:
        yield from _ancestors(ancestors, known, rejects)
    if relations is not None:
        yield from _relations(relations, concepts, known, rejects)
    yield from _by_code(known)


def version(path: Path) -> str:
    """What VOCABULARY.csv says of the release; '' without it."""
    file = _file(path, "VOCABULARY")
    if file is None:
        return ""
    try:
        for _, (name, said) in table(file, ("vocabulary_id", "vocabulary_version"), Rejects()):
            if name == "None":
                return said.strip()
    except TerminologyUnreadable:
        pass
    return ""


class _Known:
    """The concepts that are taken, by their number in OMOP."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.systems: list[str] = []
        self.system = array("B")
        self._codes = bytearray()
        self._ends = array("q")
        self._order: list[int] | array[int] = array("q")

    def add(self, number: int, system: str, code: str) -> None:
        if system not in self.systems:
            self.systems.append(system)
        self.ids.append(number)
        self.system.append(self.systems.index(system))
        self._codes += code.encode()
        self._ends.append(len(self._codes))

    def close(self) -> None:
        """Everything is added: put it in order for `place`."""
        ids = np.frombuffer(self.ids, dtype=np.int64) if self.ids else np.empty(0, dtype=np.int64)
        order = np.argsort(ids, kind="stable")
        self._order = array("q", order.astype(np.int64).tobytes())
        self._sorted = array("q", ids[order].tobytes())

    def place(self, number: str) -> int:
        """Where a concept stands; -1 for one that is not taken. Raises ValueError where it is no number."""
        wanted = int(number)
        at = bisect_left(self._sorted, wanted)
        return self._order[at] if at < len(self._sorted) and self._sorted[at] == wanted else -1

    def key(self, place: int) -> tuple[str, str]:
        """System and code."""
        start = self._ends[place - 1] if place else 0
        return self.systems[self.system[place]], self._codes[start : self._ends[place]].decode()


def _concepts(file: Path, known: _Known, rejects: Rejects) -> Iterator[Statement]:
    columns = ("concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_class_id", "concept_code", "invalid_reason")
    for line, (number, name, domain, vocabulary, kind, code, invalid) in table(file, columns, rejects):
        system = _systems(vocabulary)
        taken = _KINDS.get(domain.lower())
        if invalid or system is None or taken is None:
            continue
        if not (number.isascii() and number.isdigit() and int(number) < 1 << 62 and name and code):
            rejects.reject(file, line, "concept_id is no number, or the name or code is empty")
            continue
        known.add(int(number), system, code)
        yield Concept(system, code, name, Kind.FINDING if taken is Kind.OTHER and kind.lower() in _FINDINGS else taken)


def _synonyms(file: Path, known: _Known, rejects: Rejects) -> Iterator[Statement]:
    columns = ("concept_id", "concept_synonym_name", "language_concept_id")
    for line, (number, name, language) in table(file, columns, rejects):
        if language == ENGLISH and name:
            places = _places(known, (number,), file, line, rejects)
            if places:
                yield ConceptName(*known.key(places[0]), name)


def _ancestors(file: Path, known: _Known, rejects: Rejects) -> Iterator[Statement]:
    columns = ("ancestor_concept_id", "descendant_concept_id", "min_levels_of_separation")
    for line, (above, below, levels) in table(file, columns, rejects):
        if levels == "1" and above != below:
            places = _places(known, (below, above), file, line, rejects)
            if places:
                yield _broader(known, *places)


def _relations(file: Path, concepts: Path, known: _Known, rejects: Rejects) -> Iterator[Statement]:
    maps: dict[int, list[int]] = defaultdict(list)
    columns = ("concept_id_1", "concept_id_2", "relationship_id", "invalid_reason")
    for line, (one, other, relationship, invalid) in table(file, columns, rejects):
        relationship = relationship.lower()
        if invalid or one == other or relationship not in _STATED:
            continue
        places = _places(known, (one, other), file, line, rejects)
        if not places:
            continue
        if relationship in _MAPS:
            maps[places[0]].append(places[1])
        elif relationship in _INGREDIENT or relationship in _BRAND:
            yield Mapping(*known.key(places[0]), Relation.INGREDIENT, *known.key(places[1]))
        else:
            yield _broader(known, *places)
    yield from _mapped(concepts, known, maps)


def _mapped(concepts: Path, known: _Known, maps: dict[int, list[int]]) -> Iterator[Statement]:
    """What "Maps to" says: the same, or wider."""
    partners: dict[tuple[int, int], list[int]] = defaultdict(list)
    for source, targets in maps.items():
        if len(targets) == 1:
            partners[known.system[source], targets[0]].append(source)
    alone = {(found[0], target) for (_, target), found in partners.items() if len(found) == 1}
    several = {target: found for (_, target), found in partners.items() if 1 < len(found) <= _MOST_REVIEWED}
    wanted = {place for target, found in several.items() for place in (target, *found)}
    names = _names(concepts, known, wanted)
    alike = {(source, target) for target, found in several.items() for source in found if names.get(source) == names.get(target)}
    for source, targets in maps.items():
        for target in targets:
            same = len(targets) == 1 and ((source, target) in alone or (source, target) in alike)
            yield Mapping(*known.key(source), Relation.EQUIVALENT if same else Relation.BROADER, *known.key(target))


def _names(concepts: Path, known: _Known, wanted: set[int]) -> dict[int, int]:
    """The name of each of the concepts as a number: equal for names of the same words."""
    found: dict[int, int] = {}
    if wanted:
        for _, (number, name) in table(concepts, ("concept_id", "concept_name"), Rejects()):
            place = known.place(number) if number.isascii() and number.isdigit() else -1
            if place in wanted:
                found[place] = hash(tuple(tokens(name).norms))
    return found


def _by_code(known: _Known) -> Iterator[Statement]:
    """Codes of ICD-10-CM lie below the longest code that they go on from: E11.65 below E11.6, or else E11."""
    if ICD10CM not in known.systems:
        return
    of = known.systems.index(ICD10CM)
    codes = {known.key(place)[1] for place, system in enumerate(known.system) if system == of}
    for code in sorted(codes):
        above = next((code[:end].rstrip(".") for end in range(len(code) - 1, 2, -1) if code[:end].rstrip(".") in codes), "")
        if above and above != code:
            yield Broader(ICD10CM, code, above)


def _broader(known: _Known, below: int, above: int) -> Statement:
    (system, code), (other_system, other) = known.key(below), known.key(above)
    if system == other_system:
        return Broader(system, code, other)
    return Mapping(system, code, Relation.BROADER, other_system, other)


def _places(known: _Known, numbers: tuple[str, ...], file: Path, line: int, rejects: Rejects) -> tuple[int, ...]:
    """Where concepts stand; nothing where one is not taken."""
    try:
        places = tuple(map(known.place, numbers))
    except (ValueError, OverflowError):
        rejects.reject(file, line, "a concept_id is no number")
        return ()
    return () if -1 in places else places


def _systems(vocabulary: str) -> str | None:
    return system_of(vocabulary) if ":" not in vocabulary else None


def _file(path: Path, name: str) -> Path | None:
    """A table of OMOP in a folder, whatever the case of its name; of a file, the folder it lies in."""
    folder = path if path.is_dir() else path.parent
    if not path.is_dir() and path.stem.upper() != "CONCEPT":
        return None
    wanted = f"{name}.csv".lower()
    try:
        return next((file for file in sorted(folder.iterdir()) if file.name.lower() == wanted), None)
    except OSError as error:
        raise TerminologyUnreadable(f"{folder}: cannot be read: {error.strerror}") from error
