"""What the codes of issues say, in words."""

from typing import Final

_NAMES: Final = {
    "ambiguous-reference": "several records carry the identifier that is referred to",
    "bad-base64": "text that could not be decoded",
    "bad-ref": "a link to a file that is no address",
    "box-outside": "a box reaches beyond its image",
    "date-order": "a period that ends before it starts",
    "entry-without-resource": "a bundle's entry without a record",
    "length-mismatch": "lists that should be of one length are not",
    "mapping-failed": "records that broke the reading",
    "mention-place": "mentions whose place in the text is wrong",
    "mention-traits": "mentions of which the source does not say whether they are denied",
    "missing-contained": "a reference to a part that its record does not hold",
    "missing-ref": "a file that is linked to but not there",
    "no-id": "records without an id",
    "opaque-answer": "answers in a form that is not known",
    "operation-outcome": "messages of a server in place of records",
    "orphan-metadata": "labels without metadata, or the reverse",
    "reference-type": "a reference to a kind of record that should not stand there",
    "repaired-text": "text whose characters had to be repaired",
    "span-in-word": "a span that begins or ends within a word",
    "span-outside": "a span beyond the end of its text",
    "span-text": "a span whose words are not those of the text",
    "unknown-modifier": "an extension that changes the meaning and is not understood",
    "wrong-type": "an element that is not of its type",
}
"""Code of an issue → what it is, in words; other codes are words already."""


def issue_name(code: str) -> str:
    """What kind of issue a code stands for."""
    return _NAMES.get(code) or code.replace("-", " ")


def issue_words(code: str) -> str:
    """A code of an issue with what it means, where its own words do not tell."""
    return f"{code} ({_NAMES[code]})" if code in _NAMES else code
