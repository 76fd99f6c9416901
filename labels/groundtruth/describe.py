"""Descriptions by which labeled images, videos and point clouds are found in words: what is seen, how often, who says so."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from labels.groundtruth.model import Annotation, Box, Cuboid, Labeling, Line, Media, Outline, Region, Shape, State, TextSpan
from labels.groundtruth.tasks import CLASSIFYING, VERIFICATION, media_of

_QUALITY = re.compile(r"[^\W\d_]+(?:[- ][^\W\d_]+)?")
_NO_QUALITIES = frozenset(("yes", "no", "true", "false", "none", "null", "unknown", "other", "any", "all", "partly", "partially", "fully"))
"""Values that say something of their attribute ('hidden: partly') and nothing when they stand before a class."""
_QUALIFIED = 12
"""Phrases of that kind in one description; the lines of the jobs have all attributes."""
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

    def name(self, labelings: Iterable[int], name: str, words: str) -> None:
        self.names += (Named(labeling, name, self.length, self.length + len(words)) for labeling in labelings)
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
    """First all that is seen and how it is ("3 parked cars"), then a line for each job in the order of the jobs, last the folder."""
    writer = _Writer()
    writer.say(f"{str(media).capitalize()} {title}")
    for number, seen in enumerate(_seen(line.labelings)):
        writer.say(": " if number == 0 else ", ")
        many = seen.count > 1
        writer.say(f"{seen.count} " if many else "")
        writer.name(seen.labelings, seen.name, _plural(seen.name) if many else seen.name)
        writer.say(f" ({seen.tool})" if seen.tool else "")
    for phrase in _qualified(line.labelings)[:_QUALIFIED]:
        writer.say(f", {phrase}")
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


@dataclass(slots=True)
class _Seen:
    """A class that is seen so often, by some of the labelings."""

    name: str
    count: int
    tool: str
    labelings: list[int]


def _seen(labelings: Sequence[Labeling]) -> list[_Seen]:
    """What is seen, in the order of the jobs. Jobs that agree say it together, and one that adjusts another has the last word."""
    found: list[_Seen] = []
    for place, labeling in enumerate(labelings):
        for name, count, tool in counted(labeling):
            before = next((one for one in reversed(found) if (one.name, one.tool) == (name, tool)), None)
            if before is not None and (before.count == count or labeling.adjustment):
                before.count = count
                before.labelings.append(place)
            else:
                found.append(_Seen(name, count, tool, [place]))
    return found


def _qualified(labelings: Sequence[Labeling]) -> list[str]:
    """Classes with a quality that an attribute gives them, as people would say it and ask for it: '3 parked cars', 'red bus'."""
    phrases: dict[str, str] = {}  # and the class that each is of
    for labeling in labelings:
        having: dict[tuple[str, str], int] = {}
        if labeling.adjustment:
            anew = {one.category.name for one in labeling.annotations if one.category is not None}
            phrases = {phrase: name for phrase, name in phrases.items() if name not in anew}
        for one in _things(labeling.annotations):
            if one.category is None:
                continue
            for quality in filter(None, (_quality(name, value) for name, value in one.attributes)):
                having[quality, one.category.name] = having.get((quality, one.category.name), 0) + 1
        for (quality, name), count in sorted(having.items(), key=lambda item: (-item[1], item[0])):
            phrases[f"{count} {quality} {_plural(name)}" if count > 1 else f"{quality} {name}"] = name
    return list(phrases)


def _quality(name: str, value: str) -> str:
    """The word of an attribute that can stand before a class: of 'state: parked' and of 'parked: yes' it is parked; '' where none can."""
    word = name if value.casefold() in ("yes", "true") else value
    return word if _QUALITY.fullmatch(word) and word.casefold() not in _NO_QUALITIES else ""


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
    if not (last.isascii() and last.isalpha() and last.islower()) or (last == "s" and name[-2:-1] not in "us"):
        return name
    if last == "y" and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("us", "ss", "x", "ch", "sh")) else f"{name}s"
