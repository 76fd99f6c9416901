"""A question with its slips of the pen mended, in words as texts write them: what an index compares are stems."""

from collections.abc import Iterable

from search.lexical.analysis import tokenize_with_spans


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
