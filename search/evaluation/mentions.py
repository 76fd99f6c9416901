"""How well texts are read: a set of texts with the mentions that people marked.

A line a text, {"id", "text", "mentions": [{"start", "end", "code", "system", "assertion"}]}, in `mentions.jsonl`, `test.jsonl` or
`devel.jsonl`. `code` is one or a list (any of them is right), `system` and `assertion` may be left out. `entities` with `concept`, as
the NCBI disease corpus has them, are mentions too, and "D1|D2" or "D1+D2" there is both concepts. Names that people marked in
`train.jsonl` beside it are learned for rows of their own.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.spans import outside
from concepts.terminology import Concept, Kind
from concepts.tokens import tokens
from concepts.vocabulary import Named, Vocabulary, compile_vocabulary
from search.errors import CollectionUnreadable
from search.evaluation.rankings import objects
from search.evaluation.scores import Score
from search.evaluation.spans import assertions_of

FILES: Final = ("mentions.jsonl", "test.jsonl", "devel.jsonl")
TRAIN: Final = "train.jsonl"
_BETWEEN: Final = re.compile(r"\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and/or|and|or)\s+|\s*/\s*")
"""What stands between the parts of an enumeration."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A span that people marked: any of `codes` is right, and names all of them where `several`.

    `system` is '' where nobody gave one, `assertion` None.
    """

    start: int
    end: int
    codes: tuple[str, ...]
    several: bool
    system: str
    assertion: Assertion | None


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with what people marked in it."""

    text: str
    mentions: tuple[Marked, ...]


def evaluate_mentions(
    folder: Path, vocabularies: Sequence[Vocabulary], progress: Callable[[str, int, int], None] | None = None
) -> dict[str, dict[str, float]]:
    """What is measured → precision, recall, F1, and how many were wanted; 'with learned names: …' beside it where there is a TRAIN.

    'concepts': distinct codes of each text. 'spans': exactly what was marked. 'mentions': span and code; 'SYSTEM: mentions' and
    'ASSERTION: mentions' the same within one system, and with the assertion right. Raises CollectionUnreadable.
    """
    path = next(folder / name for name in FILES if (folder / name).exists())
    texts = list(_texts(path))
    if not any(each.mentions for each in texts):
        raise CollectionUnreadable(f"{path}: nothing is marked: there is nothing to measure")
    rows = _measured(texts, Reader(vocabularies), "read", progress)
    if (folder / TRAIN).exists():
        learned = compile_vocabulary(_learned(_texts(folder / TRAIN)))[0]
        better = _measured(texts, Reader([learned, *vocabularies]), "read with learned names", progress)
        rows |= {f"with learned names: {name}": row for name, row in better.items()}
    return rows


def _measured(
    texts: Sequence[MarkedText], reader: Reader, step: str, progress: Callable[[str, int, int], None] | None
) -> dict[str, dict[str, float]]:
    found: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    wanted: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    asserted = any(one.assertion is not None for each in texts for one in each.mentions)
    systems = {one.system for each in texts for one in each.mentions} - {""}
    for number, each in enumerate(texts):
        marked = {(one.start, one.end): one for one in each.mentions}
        for one in each.mentions:
            code = one.codes[0] if one.codes else ""
            wanted["concepts"].update((number, each_code) for each_code in one.codes[: None if one.several else 1])
            _note(wanted, number, one.start, one.end, code, one.system if systems else "", one.assertion if asserted else None)
        codes = {code: one.codes[0] for one in each.mentions if not one.several for code in one.codes}
        for mention in reader.read(each.text):
            there = marked.get((mention.start, mention.end))
            code = _bare(mention.concept.code)
            found["concepts"].add((number, codes.get(code, code)))
            code = there.codes[0] if there is not None and code in there.codes else codes.get(code, code)
            system = mention.concept.system if systems else ""
            _note(found, number, mention.start, mention.end, code, system, mention.assertion if asserted else None)
        if progress is not None:
            progress(step, number + 1, len(texts))
    names = ["concepts", "spans", "mentions", *sorted(wanted.keys() - {"concepts", "spans", "mentions"})]
    return {name: Score.of(found[name], wanted[name]).row() for name in names}


def _note(
    into: dict[str, set[tuple[Any, ...]]], number: int, start: int, end: int, code: str, system: str, assertion: Assertion | None
) -> None:
    into["spans"].add((number, start, end))
    if not code:
        return
    into["mentions"].add((number, start, end, code))
    if system:
        into[f"{system}: mentions"].add((number, start, end, code))
    if assertion is not None:
        into[f"{assertion.value}: mentions"].add((number, start, end, code))


def _texts(path: Path) -> Iterator[MarkedText]:
    for where, _, item in objects(path):
        text, marked = item.get("text"), item.get("mentions", item.get("entities"))
        if not isinstance(text, str):
            raise CollectionUnreadable(f'{where}: no "text" that is a string')
        if not isinstance(marked, list) or not all(isinstance(one, dict) for one in marked):
            raise CollectionUnreadable(f'{where}: no "mentions" that is a list of objects')
        yield MarkedText(text, tuple(_marked(where, text, one) for one in marked))


def _marked(where: str, text: str, one: dict[str, Any]) -> Marked:
    start, end = one.get("start"), one.get("end")
    if type(start) is not int or type(end) is not int or outside(text, start, end):
        raise CollectionUnreadable(f'{where}: a mention without "start" and "end" that lie in its text')
    given = one.get("code", one.get("concept", ""))
    several = not isinstance(given, list)
    found = re.split(r"[|+]", str(given)) if several else given
    codes = tuple(_bare(str(code).strip()) for code in found if str(code).strip())
    assertion = next(iter(assertions_of(where, one["assertion"]))) if one.get("assertion") else None
    return Marked(start, end, codes, several, str(one.get("system") or ""), assertion)


def _bare(code: str) -> str:
    """A code without the name of its scheme before it (MESH:D009369)."""
    return code.rpartition(":")[2]


def _learned(texts: Iterator[MarkedText]) -> list[Named]:
    """The names that people marked, each for what they marked most often with it, however it is written.

    "Colon and lung cancer" that is marked as two concepts is "colon cancer" and "lung cancer", not a name of either; another name with
    several concepts is one of the first.
    """
    times: dict[str, dict[tuple[str, tuple[str, ...]], int]] = defaultdict(lambda: defaultdict(int))
    written: dict[str, set[str]] = defaultdict(set)
    for each in texts:
        for one in each.mentions:
            name = each.text[one.start : one.end]
            for part, codes in [(name, one.codes), *_written_out(name, one.codes)] if one.codes else []:
                key = " ".join(tokens(part).norms)
                times[key][one.system, codes] += 1
                written[key].add(part)
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, given in sorted(times.items()):
        system, codes = min(given, key=lambda code: (-given[code], code))
        own = sorted(written[key])
        if not _written_out(own[0], codes):
            names[system, codes[0]].extend(own)
    return [Named(Concept(system, code, own[0], Kind.DISORDER), tuple(own[1:])) for (system, code), own in sorted(names.items())]


def _written_out(name: str, codes: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The names of an enumeration that share their end, each with its code; none where they are not as many as the codes."""
    parts = _BETWEEN.split(name)
    shared = parts[-1].split()[1:]
    if len(parts) < 2 or len(parts) != len(codes) or not shared:
        return []
    whole = [" ".join((part, *shared)) for part in parts[:-1]]
    return [(part, (code,)) for part, code in zip([*whole, parts[-1]], codes, strict=True)]
