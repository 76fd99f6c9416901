"""What texts say, as JSON."""

from typing import Annotated

from typing_extensions import TypedDict

from concepts.spans import JudgedSpan
from search.reading import texts
from webapp.answers.shapes import Json, Shape

READ_TEXT = Shape(
    texts.ReadText,
    "ReadMention",
    words={
        "concept": "IRI of the concept.",
        "system": "Canonical URL of its code system ('' for none).",
        "label": "Its preferred name.",
        "assertion": "affirmed, negated, possible, hypothetical, historical, family, not-in-family, allergy or no-allergy.",
    },
)
JUDGED_SPAN = Shape(JudgedSpan, words={"assertion": "affirmed, negated, possible, hypothetical, historical, family or not-in-family."})


class ReadJson(TypedDict):
    """What a text says, by place; spans do not overlap."""

    mentions: list[Annotated[Json, READ_TEXT]]
    generation: int


class JudgedSpansJson(TypedDict):
    """How spans are meant, in the order in which they were given."""

    spans: list[Annotated[Json, JUDGED_SPAN]]
