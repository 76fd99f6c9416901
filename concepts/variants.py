"""Other words for a name that mean the same in every field: "kidney disorder" for "kidney disease", "liver biopsy" for "biopsy of liver".

A concept that bears such a name itself comes before one that is only meant by it. What people tell apart does not stand here: a syndrome
is no disease (Cushing's), a tumor no cancer.
"""

import re
from collections.abc import Iterator
from typing import Final

_SAME: Final = (
    ("disease", "disorder", "condition"),
    ("diseases", "disorders", "conditions"),
    ("cancer", "carcinoma"),
    ("cancers", "carcinomas"),
    ("abnormality", "anomaly"),
    ("abnormalities", "anomalies"),
    ("hereditary", "inherited"),
    ("defect", "deficiency"),
    ("neoplasm", "tumor"),
    ("neoplasms", "tumors"),
)
_BEFORE_A_NOUN: Final = {
    word: other
    for pair in (
        ("kidney", "renal"),
        ("liver", "hepatic"),
        ("heart", "cardiac"),
        ("lung", "pulmonary"),
        ("stomach", "gastric"),
        ("skin", "cutaneous"),
        ("prostate", "prostatic"),
        ("pancreas", "pancreatic"),
        ("ovary", "ovarian"),
        ("thymus", "thymic"),
        ("chromosome", "chromosomal"),
    )
    for word, other in (pair, pair[::-1])
}
"""Parts of the body and their adjectives, which are the same before what happens there: "kidney failure", "renal failure"."""
_FOR: Final = {word: tuple(other for other in words if other != word) for words in _SAME for word in words}
_NUMBER: Final = re.compile(r"(?<= )(type )?((?:\d{1,2}|[IVX]{1,4})[A-Da-d]?)\Z")
"""The number of a subtype at the end of a name, with or without its word."""
_COUNTED: Final = frozenset(
    {"stage", "grade", "class", "phase", "level", "degree", "chromosome", "category", "factor", "trisomy", "monosomy"}
)
"""Words whose number is none of a type."""
_SMALL: Final = frozenset({"of", "in", "on", "to", "at", "from", "with", "without", "by", "and", "or", "due", "for", "the", "a", "an"})
_OF_SOMETHING: Final = frozenset({"neck", "head", "body", "base", "root", "shaft", "wall", "canal", "cord", "tip", "end"})
"""Parts of many things, which the word before them names: a femoral neck fracture is no fracture of the neck."""
_LEAST_NAME: Final = 3
_MOST_WORDS: Final = 3
"""Words before and behind an "of" that may change places."""


_QUALIFIED: Final = re.compile(
    r"(?:(?:acute on chronic|acute|subacute|chronic|recurrent|persistent|intermittent|severe|moderate|mild)(?: and |/|,? ))+(?=[^\W\d])",
    re.IGNORECASE,
)
"""How a disorder goes: with such a word before its name it is the same one, told more exactly."""
_COMPLICATED: Final = re.compile(
    r",? with(?:out)? (?:(?:acute|other|unspecified|specified) |\(acute\) )*(?:complications?|exacerbation)\Z", re.IGNORECASE
)


def broader_names(name: str) -> Iterator[str]:
    """Names of what a disorder is a kind of, by its own words: "pulmonary embolism" of "acute pulmonary embolism".

    Who asks for that asks for this too, while a text that says the one does not say the other.
    """
    short = _COMPLICATED.sub("", name)
    if short != name:
        yield short
    bare = _QUALIFIED.match(short)
    if bare is not None and len(short) - bare.end() > _LEAST_NAME:
        yield short[bare.end() :]


def variants(name: str) -> Iterator[str]:
    """What else means the name; one change each."""
    words = name.split(" ")
    if len(words) < 2 or len(words) > 2 * _MOST_WORDS + 2:
        return
    for place, word in enumerate(words):
        for other in _FOR.get(word.lower(), ()):
            yield " ".join((*words[:place], other, *words[place + 1 :]))
        same = _BEFORE_A_NOUN.get(word.lower())
        if same and place + 1 < len(words) and words[place + 1].lower() not in _SMALL:
            yield " ".join((*words[:place], same, *words[place + 1 :]))
    number = _NUMBER.search(name)
    if number and number[1]:
        yield name[: number.start()] + number[2]
    elif number and words[-2].lower() not in _COUNTED:
        yield f"{name[: number.start()]}type {number[2]}"
    if words.count("of") == 1:
        yield from _around_of(words)


def _around_of(words: list[str]) -> Iterator[str]:
    """With the article and without, and the other way round: "carcinoma of the breast", "breast carcinoma"."""
    at = words.index("of")
    head, tail = words[:at], words[at + 1 :]
    if tail[:1] == ["the"]:
        tail = tail[1:]
        yield " ".join((*head, "of", *tail))
    else:
        yield " ".join((*head, "of", "the", *tail))
    if len(tail) == 1 and tail[0].lower() in _OF_SOMETHING:
        return
    if 0 < len(head) < _MOST_WORDS and 0 < len(tail) <= _MOST_WORDS and _SMALL.isdisjoint(head) and _SMALL.isdisjoint(tail):
        yield " ".join((*tail, *head))
