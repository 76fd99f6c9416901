"""What of a passage is shown as the reason for a hit: the words that match, and the sentence that answers best."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from search.lexical.analysis import spans_of, tokenize_with_spans
from search.model import PassageSpan, Span

LONGEST_ANSWER: Final = 400
"""Characters; a longer sentence (a list without full stops) is cut around its first match."""

_MOST_HIGHLIGHTS = 50
_LEAST_OPENING = 60
"""Characters that a passage must have to be worth opening a document with."""

# A sentence ends after .!? and before a capital or a digit (so not after 'Dr' or within 1.5), or with its line.
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])|\s*\n\s*")
_WORD_START: Final = re.compile(r"\s+")
_ABBREVIATION: Final = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|No|approx|e\.g|i\.e|Fig|Pt|pt)|\b[A-Z])\.$")


class Match(NamedTuple):
    """A word of a text that stands for a term of the query, or words that name a concept of it: these weigh more."""

    term: str
    start: int
    end: int
    weight: int = 1


def query_words(query: str) -> dict[str, str]:
    """Term → the word of the query it stands for, in the order of the query."""
    words: dict[str, str] = {}
    for term, start, end in tokenize_with_spans(query):
        words.setdefault(term, query[start:end])
    return words


def find_matches(text: str, start: int, end: int, terms: Collection[str]) -> list[Match]:
    """Words of `text[start:end]` that stand for one of the terms, in order."""
    return [Match(term, start + first, start + last) for term, first, last in spans_of(text[start:end], terms)]


def highlights(text: str, matches: Sequence[Match]) -> tuple[Span, ...]:
    """The matched words, those with only blanks between them joined."""
    spans: list[tuple[int, int]] = []
    for match in matches:
        between = text[spans[-1][1] : match.start] if spans else ""
        if between.isspace() and "\n" not in between:
            spans[-1] = spans[-1][0], match.end
        else:
            spans.append((match.start, match.end))
    return tuple(Span(first, last, text[first:last]) for first, last in spans[:_MOST_HIGHLIGHTS])


def answer(text: str, start: int, end: int, matches: Sequence[Match], against: Sequence[tuple[int, int]] = ()) -> Span | None:
    """The sentence of `text[start:end]` that has most of the matched terms by weight, then the densest, the first.

    None without a match, or where headings alone match: they only head what follows. What stands in the spans `against` means its words
    otherwise than they are asked: such words speak against a sentence.
    """
    best: tuple[int, float, int] | None = None
    chosen: tuple[int, int] | None = None
    following = 0
    for first, last in sentences(text, start, end) if matches else ():
        begin = following
        while following < len(matches) and matches[following].start < last:
            following += 1
        within = matches[begin:following]
        if within and not _heads(text[first:last]):
            said = {match.term: match.weight for match in within}
            said |= {match.term: -match.weight for match in within if any(begun <= match.start < ended for begun, ended in against)}
            score = sum(said.values()), len(within) / (last - first), -first
            if best is None or score > best:
                best, chosen = score, _shorten(first, last, within[0], text)
    return None if chosen is None else Span(chosen[0], chosen[1], text[chosen[0] : chosen[1]])


def _heads(sentence: str) -> bool:
    """Whether a line only heads what follows."""
    return sentence.startswith("#") or sentence.endswith(":")


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences (or lines) of `text[start:end]`, without the blanks around them."""
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if "\n" not in match.group() and _ABBREVIATION.search(text, max(begin, match.start() - 8), match.start()):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, end)


def opening(passages: tuple[PassageSpan, ...]) -> PassageSpan | None:
    """The passage that opens a document nobody asked anything of: the first that is more than a line, else the longest."""
    for passage in passages:
        if passage.end - passage.start >= _LEAST_OPENING:
            return passage
    return max(passages, key=lambda p: (p.end - p.start, -p.start), default=None)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + len(piece) - len(piece.lstrip())
        yield begin, begin + len(stripped)


def _shorten(start: int, end: int, match: Match, text: str) -> tuple[int, int]:
    """At most LONGEST_ANSWER characters of a sentence around a match, from the begin of a word to the end of one."""
    if end - start <= LONGEST_ANSWER:
        return start, end
    begin = max(start, min(match.start - LONGEST_ANSWER // 4, end - LONGEST_ANSWER))
    if begin > start:
        begin = next_word(text, begin, match.start)
    return begin, last_word(text, begin, min(end, begin + LONGEST_ANSWER), least=match.end)


def next_word(text: str, start: int, match: int) -> int:
    """Where the first whole word after `start` begins; `start` itself where none does before `match`."""
    if text[start - 1 : start].isspace() and not text[start : start + 1].isspace():
        return start
    found = _WORD_START.search(text, start, match + 1)
    return found.end() if found and found.end() <= match else start


def last_word(text: str, start: int, end: int, least: int = 0) -> int:
    """Where the last whole word of `text[start:end]` ends; `end` itself where that is one word, or lies before `least`."""
    if end >= len(text) or text[end].isspace():
        return start + len(text[start:end].rstrip())
    kept = text[start:end]
    cut = max((kept.rfind(blank) for blank in " \n\t"), default=-1)
    if cut < 0 or start + cut < least:
        return end
    return start + len(kept[:cut].rstrip())
