"""Reading: what a text says, and how spans of texts are meant."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from concepts.spans import SpanJudge, outside
from webapp.answers import texts as answers
from webapp.api.operation import Operation
from webapp.api.parameters import Parameters, Word
from webapp.context import Context
from webapp.errors import FieldError, invalid

LongText = Annotated[str, StringConstraints(max_length=200_000)]


class ReadBody(Parameters):
    """A text to read."""

    text: LongText = Field(examples=["Denies chest pain. Mother had breast cancer."])
    """The text; it is not kept."""
    dataset: tuple[Word, ...] = Field(default=(), max_length=50)
    """Read with the names of these datasets; of all that may be seen, where none is given. Terminologies are always read with."""


class SpanBody(Parameters):
    """A span of a text."""

    id: Annotated[str, StringConstraints(max_length=2048)]
    """Comes back with the answer."""
    text: LongText
    start: Annotated[int, Field(ge=0, le=200_000)]
    """Where the span begins, in code points of the text."""
    end: Annotated[int, Field(ge=1, le=200_000)]
    """Where it ends, exclusive."""


class SpansBody(Parameters):
    """Spans to judge."""

    spans: tuple[SpanBody, ...] = Field(min_length=1, max_length=1000, examples=[[{"id": "1", "text": "No fever.", "start": 3, "end": 8}]])


def read(asked: ReadBody, context: Context) -> answers.ReadJson:
    """What a text mentions and how it means it."""
    found = context.snapshot.texts.read(asked.text, asked.dataset)
    return {"mentions": [answers.READ_TEXT(each) for each in found], "generation": context.snapshot.generation}


def judge(asked: SpansBody, _: Context) -> answers.JudgedSpansJson:
    """How spans are meant."""
    faults = [
        FieldError(f"spans.{place}.end", why) for place, one in enumerate(asked.spans) if (why := outside(one.text, one.start, one.end))
    ]
    if faults:
        raise invalid(*faults[:20])
    judging = SpanJudge()
    return {"spans": [answers.JUDGED_SPAN(judging.judge(one.id, one.text, one.start, one.end)) for one in asked.spans]}


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="readText",
        method="POST",
        path="/read",
        tag="Reading",
        summary="What a text says: concepts, how they are meant, and the words that say so",
        description="Reads with the names and terminologies that the published documents were read with. The text is not kept. "
        "Offsets count its code points, end-exclusive.",
        handler=read,
        answer=answers.ReadJson,
        parameters=ReadBody,
        by_generation=False,
        example={"text": "Denies chest pain. Mother had breast cancer."},
    ),
    Operation(
        name="judgeSpans",
        method="POST",
        path="/read/spans",
        tag="Reading",
        summary="How spans of texts are meant: affirmed, negated, possible, hypothetical, historical, a relative's or denied of relatives",
        handler=judge,
        answer=answers.JudgedSpansJson,
        parameters=SpansBody,
        by_generation=False,
        example={"spans": [{"id": "1", "text": "No fever.", "start": 3, "end": 8}]},
    ),
)
