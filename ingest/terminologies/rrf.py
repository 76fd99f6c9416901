"""The UMLS Metathesaurus in Rich Release Format: MRCONSO, MRSTY and MRREL, in a folder or packed.

A concept of the UMLS (CUI) takes the English names of all its sources that are not suppressed. The code of each source that files call
by a known system is a concept with its own preferred name alone, and the same as the CUI: so records that are coded by SNOMED CT,
ICD-10-CM or RxNorm meet what is read. Entry terms bear the code of what they are listed under, so they join no code.

`REL` and `RELA` of MRREL say what the **second** concept is to the first: in a row with PAR the second is the parent. Everything is
streamed; what is held of a concept are two bytes.
"""

from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, head, named
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import unheaded
from ingest.terminologies.systems import UMLS, system_of

_NAMES: Final = ("mrconso.rrf", "mrconso.rrf.gz")
_MOST_CUIS: Final = 1 << 24
_MOST_ROWS: Final = 20_000
"""Rows of one concept that are looked at together."""

_HEADS: Final = frozenset(
    ["PT", "FN", "MH", "NM", "HT", "HG", "OS", "LLT", "LN", "LC", "IN", "PIN", "MIN", "BN", "SCD", "SBD", "DN", "RXN_PT"]
)
"""Types of terms that are the name of the code itself."""
_DISORDERS: Final = frozenset(["T019", "T020", "T037", "T046", "T047", "T048", "T049", "T050", "T190", "T191"])
_FINDINGS: Final = frozenset(["T033", "T184"])
_DRUGS: Final = frozenset(
    [
        "T109",
        "T110",
        "T114",
        "T115",
        "T116",
        "T118",
        "T119",
        "T121",
        "T122",
        "T123",
        "T124",
        "T125",
        "T126",
        "T127",
        "T129",
        "T195",
        "T196",
        "T197",
        "T200",
    ]
)
_PROCEDURES: Final = frozenset(["T058", "T060", "T061", "T063"])
_MEASUREMENTS: Final = frozenset(["T034", "T059", "T201"])
_OTHERS: Final = frozenset(["T004", "T005", "T007", "T074", "T130", "T131", "T194", "T203"])
_TAKEN: Final = {
    **dict.fromkeys(_OTHERS, Kind.OTHER),
    **dict.fromkeys(_DRUGS, Kind.DRUG),
    **dict.fromkeys(_PROCEDURES, Kind.PROCEDURE),
    **dict.fromkeys(_MEASUREMENTS, Kind.MEASUREMENT),
    **dict.fromkeys(_FINDINGS, Kind.FINDING),
    **dict.fromkeys(_DISORDERS, Kind.DISORDER),
}
"""Semantic types that are taken, the least telling first. Without MRSTY every concept is taken."""
_PLACES: Final = {kind: place for place, kind in enumerate(dict.fromkeys(_TAKEN.values()), 1)}
_KINDS: Final = {place: kind for kind, place in _PLACES.items()}
_ISA: Final = frozenset({"", "isa", "inverse_isa"})
_INGREDIENT: Final = frozenset({"has_ingredient", "has_active_ingredient", "has_precise_ingredient", "tradename_of"})
_INGREDIENT_OF: Final = frozenset({"ingredient_of", "active_ingredient_of", "precise_ingredient_of", "has_tradename"})


def owns(path: Path) -> bool:
    """Whether a path is, or holds, an MRCONSO.RRF."""
    return any(head(file, 2048).split(b"\n", 1)[0].count(b"|") >= 17 for file in named(path, lambda name: name in _NAMES))


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """Concepts, English names, codes of the sources, parents and ingredients. Raises TerminologyUnreadable where MRCONSO is not there."""
    of = {name.partition(".")[0]: found for name in ("mrconso.rrf", "mrsty.rrf", "mrrel.rrf") if (found := _files(path, name))}
    if "mrconso" not in of:
        raise TerminologyUnreadable(f"{path}: there is no MRCONSO.RRF in it")
    kinds = _kinds(of["mrsty"], rejects) if "mrsty" in of else None
    seen = bytearray()
    for file in of["mrconso"]:
        yield from _names(file, kinds, seen, rejects)
    for file in of.get("mrrel", []):
        yield from _relations(file, seen, rejects)


def _files(path: Path, name: str) -> list[File]:
    return [file for file in files_of(path) if file.name.lower() in {name, f"{name}.gz"}]


def _kinds(files: list[File], rejects: Rejects) -> bytearray:
    """The kind of each concept by its number; 0 for those that are not taken."""
    kinds = bytearray()
    for file in files:
        for line, row in unheaded(file, 6, rejects):
            number = _number(row[0], file, line, rejects)
            kind = _TAKEN.get(row[1])
            if number and kind is not None:
                _grown(kinds, number)
                kinds[number] = max(kinds[number], _PLACES[kind])
    return kinds


class _Atom(NamedTuple):
    """A row of MRCONSO that is taken."""

    cui: str
    number: int
    first: bool
    source: str
    term_type: str
    code: str
    name: str


def _atoms(file: File, kinds: bytearray | None, rejects: Rejects) -> Iterator[_Atom]:
    for line, row in unheaded(file, 18, rejects):
        cui, language, status, _, string_type, _, preferred, *_, source, term_type, code, name, _, suppressed, _ = row
        if language != "ENG" or suppressed != "N":
            continue
        number = _number(cui, file, line, rejects)
        if not number or (kinds is not None and not (number < len(kinds) and kinds[number])):
            continue
        text = fit(name, file, line, rejects)
        if text:
            yield _Atom(cui, number, status == "P" and string_type == "PF" and preferred == "Y", source, term_type, code, text)


def _names(file: File, kinds: bytearray | None, seen: bytearray, rejects: Rejects) -> Iterator[Statement]:
    for cui, group in groupby(_atoms(file, kinds, rejects), key=itemgetter(0)):
        while atoms := list(islice(group, _MOST_ROWS)):
            yield from _concept(cui, atoms, kinds, seen)


def _concept(cui: str, atoms: list[_Atom], kinds: bytearray | None, seen: bytearray) -> Iterator[Statement]:
    number = atoms[0].number
    kind = Kind.OTHER if kinds is None else _KINDS[kinds[number]]
    _grown(seen, number)
    label = next((atom.name for atom in atoms if atom.first), atoms[0].name)
    if seen[number]:
        yield ConceptName(UMLS, cui, label)
    else:
        yield Concept(UMLS, cui, label, kind)
    seen[number] = 1
    for name in dict.fromkeys(atom.name for atom in atoms if atom.name != label):
        yield ConceptName(UMLS, cui, name)
    codes: dict[tuple[str, str], str] = {}
    for atom in atoms:
        if atom.term_type in _HEADS and atom.code not in {"", "NOCODE"}:
            system = system_of(atom.source) if ":" not in atom.source else None
            if system and system != UMLS:
                codes.setdefault((system, atom.code), atom.name)
    for (system, code), name in codes.items():
        yield Concept(system, code, name, kind)
        yield Mapping(UMLS, cui, Relation.EQUIVALENT, system, code)


def _relations(file: File, seen: bytearray, rejects: Rejects) -> Iterator[Statement]:
    for line, row in unheaded(file, 16, rejects):
        first, _, _, relation, second, _, _, rela, *_, suppressed, _ = row
        if suppressed != "N" or first == second:
            continue
        ingredient = rela in _INGREDIENT or rela in _INGREDIENT_OF
        if not ingredient and not (relation in {"PAR", "CHD"} and rela in _ISA):
            continue
        numbers = _number(first, file, line, rejects), _number(second, file, line, rejects)
        if not all(number and number < len(seen) and seen[number] for number in numbers):
            continue
        if ingredient:
            drug, acts_by = (second, first) if rela in _INGREDIENT else (first, second)
            yield Mapping(UMLS, drug, Relation.INGREDIENT, UMLS, acts_by)
        else:
            below, above = (first, second) if relation == "PAR" else (second, first)
            yield Broader(UMLS, below, above)


def _number(cui: str, file: File, line: int, rejects: Rejects) -> int:
    """The number of a CUI; 0 where it is none, which is rejected."""
    digits = cui[1:]
    if cui[:1] == "C" and 1 <= len(digits) <= 8 and digits.isascii() and digits.isdigit() and 0 < int(digits) < _MOST_CUIS:
        return int(digits)
    rejects.reject(file, line, "the CUI is not C and seven digits")
    return 0


def _grown(array: bytearray, number: int) -> None:
    if number >= len(array):
        array.extend(bytes(max(number + 1, len(array) * 2) - len(array)))
