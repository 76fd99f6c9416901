"""RxNorm: RXNCONSO and RXNREL, in the folder rrf of a release, or packed as it is shipped.

Only RxNorm's own names are taken (SAB=RXNORM): ingredients, precise and several ingredients, brands and products, with their
prescribable and tall-man names. Relations stand between the second concept and the first: `RXCUI2 RELA RXCUI1`. Products lead to their
ingredients over their components, which are no concepts of their own here; the columns DIR and RG, whose order the published tables
disagree on, are not read.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, head, named
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import unheaded
from ingest.terminologies.systems import RXNORM

_TAKEN: Final = ("IN", "PIN", "MIN", "BN", "SCD", "SBD", "GPCK", "BPCK")
"""Types of terms that are a concept's own name."""
_MORE: Final = frozenset({"PSN", "SY", "TMSY"})
"""Types of terms that are further names of a concept."""
_INGREDIENTS: Final = frozenset({"IN", "PIN", "MIN"})
_FOLLOWED: Final = frozenset({"consists_of", "has_ingredient", "has_ingredients", "has_precise_ingredient", "contains", "has_part"})
_MOST_RXCUIS: Final = 100_000_000


def owns(path: Path) -> bool:
    """Whether a path is, or holds, an RXNCONSO.RRF."""
    return any(head(file, 2048).split(b"\n", 1)[0].count(b"|") >= 17 for file in named(path, "rxnconso.rrf".__eq__))


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """Drugs, their names, and what they act by. Raises TerminologyUnreadable where RXNCONSO is not there."""
    files = files_of(path)
    concepts = [file for file in files if file.name.lower() == "rxnconso.rrf"]
    if not concepts:
        raise TerminologyUnreadable(f"{path}: there is no RXNCONSO.RRF in it")
    kinds = _kinds(concepts, rejects)
    for file in concepts:
        yield from _names(file, kinds, rejects)
    yield from _relations((file for file in files if file.name.lower() == "rxnrel.rrf"), kinds, rejects)


def _rows(file: File, rejects: Rejects) -> Iterator[tuple[int, int, str, str]]:
    """(line, RXCUI, type of term, name) of RxNorm's own rows."""
    for line, row in unheaded(file, 18, rejects):
        rxcui, language, *_, source, kind, _, name, _, suppressed, _ = row
        if source != "RXNORM" or language != "ENG" or suppressed not in {"N", ""}:
            continue
        number = _number(rxcui, file, line, rejects)
        if number:
            yield line, number, kind, name


def _kinds(files: list[File], rejects: Rejects) -> dict[int, str]:
    """The concepts that are taken, with the type of their own name."""
    kinds: dict[int, str] = {}
    for file in files:
        for _, number, kind, _ in _rows(file, rejects):
            if kind in _TAKEN:
                kinds.setdefault(number, _TAKEN[_TAKEN.index(kind)])
    return kinds


def _names(file: File, kinds: dict[int, str], rejects: Rejects) -> Iterator[Statement]:
    for line, number, kind, name in _rows(file, Rejects()):
        of = kinds.get(number)
        if of is None or (kind != of and kind not in _MORE):
            continue
        text = fit(name, file, line, rejects)
        if not text:
            continue
        if kind == of:
            yield Concept(RXNORM, str(number), text, Kind.DRUG)
        else:
            yield ConceptName(RXNORM, str(number), text)


def _relations(files: Iterable[File], kinds: dict[int, str], rejects: Rejects) -> Iterator[Statement]:
    parts: dict[int, array[int]] = defaultdict(lambda: array("q"))
    """Of a product or a component of one: what it holds."""
    for file in files:
        for line, row in unheaded(file, 16, rejects):
            first, _, _, _, second, _, _, relation, _, _, source, *_ = row
            if source != "RXNORM" or not first or not second or first == second:
                continue
            what, to = _number(second, file, line, rejects), _number(first, file, line, rejects)
            if not what or not to:
                continue
            if relation in _FOLLOWED:
                parts[what].append(to)
            elif what in kinds and to in kinds:
                yield from _stated(what, relation, to, kinds)
    for what in parts:
        if what in kinds:
            yield from _held(what, parts, kinds)


def _stated(what: int, relation: str, to: int, kinds: dict[int, str]) -> Iterator[Statement]:
    """What a relation says by itself: a brand's ingredient, a branded product's plain one, a salt's base."""
    if relation == "tradename_of" and kinds[to] in _INGREDIENTS:
        yield Mapping(RXNORM, str(what), Relation.INGREDIENT, RXNORM, str(to))
    elif relation in {"tradename_of", "isa"} or (relation == "form_of" and kinds[to] in _INGREDIENTS):
        yield Broader(RXNORM, str(what), str(to))


def _held(what: int, parts: dict[int, "array[int]"], kinds: dict[int, str]) -> Iterator[Statement]:
    """The ingredients and the brand of a product, over its components."""
    seen, waiting = {what}, [what]
    while waiting:
        for part in parts.get(waiting.pop(), ()):
            if part in seen:
                continue
            seen.add(part)
            kind = kinds.get(part)
            if kind in _INGREDIENTS:
                yield Mapping(RXNORM, str(what), Relation.INGREDIENT, RXNORM, str(part))
            elif kind is not None:  # the brand of a branded product, a product of a pack
                yield (
                    Broader(RXNORM, str(what), str(part))
                    if kind == "BN"
                    else Mapping(RXNORM, str(what), Relation.INGREDIENT, RXNORM, str(part))
                )
            if kind is None or kind == "MIN":
                waiting.append(part)


def _number(rxcui: str, file: File, line: int, rejects: Rejects) -> int:
    if rxcui.isascii() and rxcui.isdigit() and 0 < len(rxcui) <= 9 and 0 < int(rxcui) < _MOST_RXCUIS:
        return int(rxcui)
    rejects.reject(file, line, "the RXCUI is no number")
    return 0
