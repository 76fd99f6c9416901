"""A question with its slips of the pen mended.

A word that no text says and no name has is put as the name of a concept has it that is one slip away; else, where nothing answers the
question as it is spelled, as the texts have it. In words as texts write them: what an index compares are stems.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from string import ascii_lowercase
from typing import Final

from concepts.reader import Reader
from concepts.tokens import tokens
from search.lexical.analysis import tokenize_with_spans
from search.protocols import LexicalIndex
from search.questions.question import LONGEST_READ, Question
from search.ranking.fusion import RankedDocuments
from search.ranking.polarity import frames
from search.ranking.relevance import WELL

LOOKED_AT: Final = 10
"""Best documents that decide whether a question is answered as it is spelled."""
_SHORTEST: Final = 4
"""Letters of a word in which a slip can be told; in one so short only that two letters were turned ("pian", but a "goat" is no "gout")."""
_OPPOSED: Final = (
    ("hypo", "hyper"),
    ("macro", "micro"),
    ("inter", "intra"),
    ("supra", "infra"),
    ("abduct", "adduct"),
    ("afferent", "efferent"),
    ("ile", "ili"),
    ("perone", "perine"),
)
"""Beginnings that are a slip apart and tell opposites, or things of other places: hypotension is never put as hypertension."""

Read = Callable[[str], Question]


def respelled(
    question: str,
    read: Read,
    reader: Reader | None,
    texts: LexicalIndex,
    rank: Callable[[Question], RankedDocuments],
    write: Callable[[RankedDocuments], Iterable[str]],
) -> str:
    """The question with its slips mended; itself where there is nothing to mend.

    `read` reads a question, `rank` ranks what it asks, `write` gives the texts of the best documents. Without `reader` names do not count.
    """
    mended = question if reader is None else as_named(question, read, reader, texts.spread)
    asked = read(mended)
    by_texts = texts.respelled(mended, _read_spans(asked))
    if not by_texts or any(opposed(*pair) for pair in zip(mended.split(), by_texts.split(), strict=False)):
        return mended
    found = rank(Question(by_texts, rest=by_texts))
    by_texts = in_whole_words(by_texts, mended, write(found))
    better = len(read(by_texts).parts) > len(asked.parts)
    return by_texts if better or (_best(rank(asked)) < WELL <= _best(found)) else mended


def opposed(word: str, other: str) -> bool:
    """Whether two words that are written alike tell opposites: "hypokalemia", "hyperkalemia"."""
    one, two = word.casefold(), other.casefold()
    return any((one.startswith(a) and two.startswith(b)) or (one.startswith(b) and two.startswith(a)) for a, b in _OPPOSED)


def _best(found: RankedDocuments) -> float:
    return float(found.relevance[:LOOKED_AT].max(initial=0.0))


def _read_spans(question: Question) -> list[tuple[int, int]]:
    return [*((part.start, part.end) for part in question.parts), *((limit.start, limit.end) for limit in question.limits)]


def as_named(question: str, read: Read, reader: Reader, spread: Callable[[str], int]) -> str:
    """The question with words that no text says and no name has, put as a name has them that is one slip away.

    Of several the longest name counts, then how many documents say the word (`spread`).
    """
    if len(question) > LONGEST_READ or "\n" in question.strip():
        return question
    of = tokens(question)
    for place in range(len(of)):
        start, end = of.starts[place], of.ends[place]
        word = question[start:end]
        if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()) or word.isupper() or _frames(word):
            continue
        if any(first < end and start < last for first, last in _read_spans(read(question))):
            continue
        # Texts are compared by stems: a word that they seem to have may still be none ("fibrilation").
        words = doubled(word.lower()) if spread(word) else slips(word.lower())
        lengths = reader.fitting(of, place, words) if words else []
        # Of some hundred words few are names: only these are held against the opposites.
        named = [(length, each) for each, length in zip(words, lengths, strict=True) if length and not opposed(word, each)]
        fits = [(-length, -spread(each), each) for length, each in named]
        if fits:
            question = question[:start] + min(fits)[2] + question[end:]
            of = tokens(question)
    return question


def _frames(word: str) -> bool:
    return all(frames(term) for term, _, _ in tokenize_with_spans(word))


@lru_cache(maxsize=4096)
def doubled(word: str) -> Sequence[str]:
    """Words with the same stem in which a letter is doubled that is not, or the reverse; kept, for questions share most of their words."""
    more = {word[:place] + letter + word[place:] for place, letter in enumerate(word)}
    less = {word[:place] + word[place + 1 :] for place in range(1, len(word)) if word[place - 1] == word[place]}
    stems = _stems(word)
    return sorted(each for each in more | less if _stems(each) == stems)


def _stems(word: str) -> list[str]:
    return [term for term, _, _ in tokenize_with_spans(word)]


def slips(word: str) -> Sequence[str]:
    """Words of small letters that are a letter more, less or other away, or two letters the other way round; the first one stays."""
    pairs = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    less = (before + after[1:] for before, after in pairs if after)
    turned = (before + after[1] + after[0] + after[2:] for before, after in pairs if len(after) > 1)
    other = (before + letter + after[1:] for before, after in pairs if after for letter in ascii_lowercase)
    more = (before + letter + after for before, after in pairs for letter in ascii_lowercase)
    every = {*turned} if len(word) <= _SHORTEST else {*less, *turned, *other, *more}
    return sorted(every - {word})


def in_whole_words(mended: str, asked: str, texts: Iterable[str]) -> str:
    """The mended question with the words of `texts` in place of stems that are no word of what was asked."""
    own = {asked[start:end].casefold() for _, start, end in tokenize_with_spans(asked)}
    stems = {mended[start:end].casefold() for _, start, end in tokenize_with_spans(mended)} - own
    if not stems:
        return mended
    written: dict[str, str] = {}
    for text in texts:
        for stem, start, end in tokenize_with_spans(text):
            if stem in stems:
                written.setdefault(stem, text[start:end].casefold())
        if len(written) == len(stems):
            break
    pieces, at = [], 0
    for _, start, end in tokenize_with_spans(mended):
        if start >= at:
            pieces += [mended[at:start], written.get(mended[start:end].casefold(), mended[start:end])]
            at = end
    return "".join((*pieces, mended[at:]))
