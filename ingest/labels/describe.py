"""Descriptions by which labeled images, videos and point clouds are found in words: what is seen, how often, who says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.labels.model import Annotation, Box, Cuboid, Labeling, Line, Media, Outline, Region, Shape, State, TextSpan
from ingest.labels.tasks import CLASSIFYING, VERIFICATION, media_of

_TOOLS = {Box: "box", Cuboid: "cuboid", Region: "area", TextSpan: "span"}


@dataclass(frozen=True, slots=True)
class Named:
    """Where a description names a class: the labeling, the class, and the span of the words."""

    labeling: int
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Description:
    """A text about an item and the places where it names classes."""

    text: str
    names: tuple[Named, ...]


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.names: list[Named] = []

    def say(self, words: str) -> None:
        self.parts.append(words)
        self.length += len(words)

    def name(self, labeling: int, name: str, words: str) -> None:
        self.names.append(Named(labeling, name, self.length, self.length + len(words)))
        self.say(words)


def media_of_line(line: Line) -> Media:
    """What an item is: what its jobs take it for, else what the name of its object says."""
    if line.text is not None:
        return Media.TEXT
    told = [labeling.task.media for labeling in line.labelings if labeling.task.media is not Media.OTHER]
    if not told and "source-ref-metadata" in line.rest:
        return Media.CLOUD
    return told[0] if told else media_of(line.source or "")


def describe(line: Line, media: Media, title: str) -> Description:
    """First all that is seen, then a line for each job in the order of the jobs, last the folder of the object."""
    writer = _Writer()
    writer.say(f"{str(media).capitalize()} {title}")
    seen = [(place, labeling) for place, labeling in enumerate(line.labelings) if labeling.annotations or labeling.categories]
    for number, (place, labeling) in enumerate(seen):
        writer.say(": " if number == 0 else ", ")
        _list(writer, place, labeling)
    writer.say(".")
    for place, labeling in enumerate(line.labelings):
        writer.say("\n")
        _about(writer, place, labeling)
    # Names such as frame_0001.jpg occur in many folders: without them, different items would read alike and be taken for copies.
    source = line.source or ""
    folder = "" if source.startswith("/") else source.rpartition("://")[2].rpartition("/")[0]
    writer.say(f"\nFrom {folder}." if folder else "")
    return Description("".join(writer.parts), tuple(writer.names))


def counted(labeling: Labeling) -> list[tuple[str, int, str]]:
    """(class, how many, tool) of a labeling, most first. Things tracked over frames count once."""
    things: dict[tuple[str, str], set[object]] = {}
    for place, one in enumerate(labeling.annotations):
        if one.category is not None:
            key = one.category.name, _tool(one)
            things.setdefault(key, set()).add(one.track or place)
    found = [(name, len(each), tool) for (name, tool), each in things.items()]
    if not found:
        found = [(category.name, 1, "") for category in labeling.categories]
    return sorted(found, key=lambda each: (-each[1], each[0], each[2]))


def _list(writer: _Writer, place: int, labeling: Labeling) -> None:
    for number, (name, count, tool) in enumerate(counted(labeling)):
        writer.say(", " if number else "")
        many = count > 1
        writer.say(f"{count} " if many else "")
        writer.name(place, name, _plural(name) if many else name)
        writer.say(f" ({tool})" if tool else "")


def _about(writer: _Writer, place: int, labeling: Labeling) -> None:
    """What is to be known of one job's labels."""
    task = labeling.task.name.replace("-", " ")
    writer.say(f"Job {labeling.job} ({task})")
    if labeling.state is State.FAILED:
        writer.say(f": failed, {labeling.failure.partition('.')[0] or 'no reason given'}.")
        return
    if labeling.human is not None:
        writer.say(", labeled by people" if labeling.human else ", labeled by machine")
    if labeling.created:
        writer.say(f", {labeling.created[:10]}")
    if labeling.adjustment:
        writer.say(f", {labeling.adjustment}")
    scores = [one.confidence for one in labeling.annotations if one.confidence is not None]
    if scores:
        low, high = min(scores), max(scores)
        writer.say(f", confidence {low:.2f}" if low == high else f", confidence {low:.2f} to {high:.2f}")
    if labeling.frames:
        writer.say(f", {labeling.frames} frame{'' if labeling.frames == 1 else 's'}")
    if not labeling.annotations and not labeling.categories and labeling.task.shape in (*CLASSIFYING, Shape.BOXES, Shape.CUBOIDS):
        writer.say(", nothing found")
    writer.say(".")
    attributes = list(_attributes(labeling))
    if attributes:
        writer.say(f" {', '.join(attributes)}.")
    for comment in labeling.comments:
        writer.say(f" A worker says: {comment}")
    if labeling.task is VERIFICATION and labeling.annotations and labeling.annotations[0].category:
        writer.say(f" Verified as {labeling.annotations[0].category.name}.")


def _attributes(labeling: Labeling) -> Iterator[str]:
    """The attributes of a labeling and of its annotations, with how many have each."""
    for name, value in labeling.attributes:
        yield f"{name} {value}"
    having: dict[tuple[str, str], int] = {}
    for one in _things(labeling.annotations):
        for pair in one.attributes:
            having[pair] = having.get(pair, 0) + 1
    for (name, value), count in sorted(having.items(), key=lambda item: (-item[1], item[0])):
        yield f"{name} {value}" if count == 1 else f"{name} {value} ({count})"


def _things(annotations: Sequence[Annotation]) -> Iterator[Annotation]:
    """Annotations, of the appearances of one thing only those that differ in their attributes."""
    seen: set[object] = set()
    for place, one in enumerate(annotations):
        key = (one.track, one.attributes) if one.track else place
        if key not in seen:
            seen.add(key)
            yield one


def _tool(one: Annotation) -> str:
    if isinstance(one.geometry, Outline):
        return one.geometry.kind
    return _TOOLS.get(type(one.geometry), "") if one.geometry is not None else ""


def _plural(name: str) -> str:
    """An English plural for class names that end in a plain letter; others stay as they are."""
    last = name[-1:]
    if not (last.isascii() and last.isalpha() and last.islower()) or last == "s":
        return name
    if last == "y" and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("x", "ch", "sh")) else f"{name}s"
