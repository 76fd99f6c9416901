"""Pages of PDF files whose entities workers marked: text made of the lines found on the page, entities as spans of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labels.groundtruth.model import Annotation, Category, Problem, TextSpan
from labels.groundtruth.values import number, scalar, text, whole


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its entities. `number` is '' where the file does not tell."""

    name: str
    number: str
    text: str
    annotations: tuple[Annotation, ...]
    problems: tuple[Problem, ...]


def is_page(content: Any) -> bool:
    """Whether a JSON document is the annotation file of a page."""
    return type(content) is dict and type(content.get("Blocks")) is list and type(content.get("Entities")) is list


def page_of(content: Mapping[str, Any]) -> Page:
    """The page: a line of text for each line found, in order; an entity of several lines gives a span from its first to its last."""
    starts: dict[str, int] = {}
    lines: list[str] = []
    length = 0
    for block in content["Blocks"]:
        if type(block) is dict and block.get("BlockType") == "LINE" and type(block.get("Text")) is str:
            starts[text(block.get("Id"))] = length
            lines.append(block["Text"])
            length += len(block["Text"]) + 1
    words = "\n".join(lines)
    found: list[Annotation] = []
    problems: list[Problem] = []
    for place, entity in enumerate(content["Entities"]):
        span = _span(entity, starts, len(words)) if type(entity) is dict else None
        name = scalar(entity.get("Type")) if type(entity) is dict else ""
        if span is None or not name:
            problems.append(Problem("bad-span", "the entity has no type, or no line of the page is its place", f"Entities[{place}]"))
            continue
        if _bare(text(entity.get("Text"))) not in ("", _bare(words[span.start : span.end])):
            problems.append(Problem("span-text", "the text at the entity's place is not the entity's text", f"Entities[{place}]"))
        score = number(entity.get("Score"))
        found.append(Annotation(Category("", name), score if score and score <= 1 else None, span))
    about = content.get("DocumentMetadata")
    page = scalar(about.get("PageNumber")) if type(about) is dict else ""
    return Page(text(content.get("File")), page, words, tuple(found), tuple(problems))


def _span(entity: Mapping[str, Any], starts: Mapping[str, int], length: int) -> TextSpan | None:
    places = []
    references = entity.get("BlockReferences")
    for reference in references if type(references) is list else ():
        begin = starts.get(text(reference.get("BlockId"))) if type(reference) is dict else None
        first, last = (whole(reference.get(key)) for key in ("BeginOffset", "EndOffset")) if begin is not None else (None, None)
        if begin is not None and first is not None and last is not None:
            places.append((begin + first, begin + last))
    if not places:
        return None
    start, end = min(places)[0], max(place[1] for place in places)
    return TextSpan(start, end) if 0 <= start < end <= length else None


def _bare(words: str) -> str:
    return "".join(words.split())
