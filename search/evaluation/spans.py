"""How well spans are judged: a set of spans with the assertions that people gave them.

`spans.jsonl` holds a line a span, {"id", "text", "start", "end", "assertion"}; `assertion` is one of ours, or a list where several are
true at once ("negated" and "historical"). Where people gave no "not-in-family", what is denied of relatives counts as denied.
`items.jsonl` as the NegEx corpus has it is found too: {"id", "concept", "sentence", "negated", "temporality", "experiencer"}, the concept
looked up in its sentence.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from concepts.model import Assertion
from concepts.spans import SpanJudge, fault_of
from search.errors import CollectionUnreadable
from search.evaluation.rankings import objects
from search.evaluation.scores import Score

SPANS: Final = "spans.jsonl"
ITEMS: Final = "items.jsonl"
_TEMPORALITY: Final = {"Historical": Assertion.HISTORICAL, "Not particular": Assertion.HYPOTHETICAL}

Judged = tuple[str, int, int, frozenset[Assertion]]
"""A text, a span of it, and how people say it is meant."""


def evaluate_spans(folder: Path, progress: Callable[[str, int, int], None] | None = None) -> dict[str, dict[str, float]]:
    """Assertion → precision, recall and F1 over all spans, with how many people gave it. Raises CollectionUnreadable.

    'not placed' counts, as `wanted`, concepts that do not stand in their sentence and were left out.
    """
    spans, left = _of_items(folder / ITEMS) if (folder / ITEMS).exists() else (list(_spans(folder / SPANS)), 0)
    if not spans:
        raise CollectionUnreadable(f"{folder}: no span: there is nothing to measure")
    judge = SpanJudge()
    counts = {each: [0, 0, 0] for each in Assertion}
    for done, (text, start, end, wanted) in enumerate(spans, 1):
        found = judge.judge("", text, start, end).assertion
        if found is Assertion.NOT_IN_FAMILY and found not in wanted:
            found = Assertion.NEGATED
        for each, tally in counts.items():
            tally[0] += each in wanted and each == found
            tally[1] += each not in wanted and each == found
            tally[2] += each in wanted and each != found
        if progress is not None:
            progress("judge spans", done, len(spans))
    rows = {each.value: Score(*tally).row() for each, tally in counts.items() if any(tally)}
    return rows | ({"not placed": {"wanted": float(left)}} if left else {})


def _spans(path: Path) -> Iterator[Judged]:
    for where, _, item in objects(path):
        if why := fault_of(item):
            raise CollectionUnreadable(f"{where}: {why}")
        yield item["text"], item["start"], item["end"], assertions_of(where, item.get("assertion"))


def assertions_of(where: str, given: object) -> frozenset[Assertion]:
    """The assertions that a line gives, one or a list; raises CollectionUnreadable."""
    try:
        return frozenset(Assertion(str(one)) for one in (given if isinstance(given, list) else [given]))
    except ValueError:
        raise CollectionUnreadable(f'{where}: no "assertion" that is one or several of {", ".join(Assertion)}') from None


def _of_items(path: Path) -> tuple[list[Judged], int]:
    """Items of the NegEx corpus as spans, and how many have no place."""
    spans, left = [], 0
    for where, _, item in objects(path):
        if not isinstance(item.get("concept"), str) or not isinstance(item.get("sentence"), str):
            raise CollectionUnreadable(f'{where}: no "concept" and "sentence" that are strings')
        place = _place(item["concept"].strip().strip('"'), item["sentence"])
        if place is None:
            left += 1
        else:
            spans.append((item["sentence"], *place, _meant(item)))
    return spans, left


def _place(concept: str, sentence: str) -> tuple[int, int] | None:
    """Where a sentence names a concept: in capitals, as the corpus marks it, before any other place."""
    words = concept.split()
    for form, flags in (([word.upper() for word in words], 0), (words, re.IGNORECASE)):
        found = re.search(r"\s+".join(map(re.escape, form)), sentence, flags) if words else None
        if found is not None:
            return found.span()
    return None


def _meant(item: Mapping[str, Any]) -> frozenset[Assertion]:
    meant = {Assertion.NEGATED} if item.get("negated") else set()
    if item.get("temporality") in _TEMPORALITY:
        meant.add(_TEMPORALITY[item["temporality"]])
    if item.get("experiencer", "Patient") != "Patient":
        meant.add(Assertion.FAMILY)
    return frozenset(meant or {Assertion.AFFIRMED})
