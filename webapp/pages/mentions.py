"""The mentions of a document, for its page: marks in the text, rows of a list, and where those who read the text differ."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from concepts.assertion import judge
from concepts.model import READ, Assertion, Mention
from search.protocols import Catalog
from webapp.pages.asserting import NAMES, SPOKEN, reader_of, source_name
from webapp.pages.marking import Mark
from webapp.pages.wording import group_name, measured, system_name

MOST_PLACES: Final = 12
"""Places that one row of the list links to."""
MOST_DIFFERENCES: Final = 20
"""Places listed at which readers differ."""
MENTION_KINDS: Final = (
    ("rxnorm", "medication"),
    ("icd10pcs", "procedure"),
    ("icd10", "condition"),
    ("icd-10", "condition"),
    ("/hp_", "condition"),
    ("loinc", "observation"),
)
"""Words of a mention's source or concept → the group it is drawn as, where no record charts the concept."""
_TAG_GROUPS: Final = {
    "disorder": "condition",
    "finding": "condition",
    "morphologic abnormality": "condition",
    "procedure": "procedure",
    "regime/therapy": "procedure",
    "substance": "medication",
    "product": "medication",
    "medicinal product": "medication",
    "clinical drug": "medication",
    "observable entity": "observation",
}
"""Semantic tag at the end of a name of SNOMED CT → the group."""
_CHARTED_AS: Final = {"immunization": "medication", "allergy": "concept"}
"""What is charted → the group its mentions are drawn as, where that is another."""


@dataclass(frozen=True, slots=True)
class Place:
    """A mention in the text: its words, where they stand ('12–19'), the link there, and what tells how it is meant."""

    text: str
    offsets: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """The mentions of one concept with one assertion."""

    number: int
    concept: str | None
    code: str
    label: str
    assertion: Assertion
    sources: tuple[str, ...]
    group: str
    places: tuple[Place, ...]
    """The first ones."""
    count: int
    """Of the places: what several read at one is one place."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A place that not all who read it read alike: its words, the link there, and (who, how) for each."""

    text: str
    url: str
    readings: tuple[tuple[str, Assertion], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A mention with what the catalog knows of its concept: the group it is drawn as, and its code with its terminology ('' for none)."""

    mention: Mention
    group: str
    code: str

    @property
    def concept(self) -> str:
        """What makes mentions one row: the concept, or the words where there is none."""
        return self.mention.concept or self.label

    @property
    def label(self) -> str:
        """The name of what is mentioned."""
        return self.mention.label or self.mention.text

    @property
    def span(self) -> tuple[int, int, Assertion]:
        """What makes mentions one mark."""
        return self.mention.start, self.mention.end, self.mention.assertion


def named(catalog: Catalog, mentions: Iterable[Mention]) -> list[Named]:
    """The mentions by place, each with the group and the code of its concept."""
    ordered = sorted(mentions, key=lambda m: (m.start, m.end, m.id))
    concepts = list(dict.fromkeys(m.concept for m in ordered if m.concept))
    groups = catalog.groups_of(concepts)
    codes = {}
    for concept in concepts:
        found = catalog.concept(concept)
        codes[concept] = f"{system_name(found.system)} {found.code}".strip() if found is not None else ""
    return [Named(m, group_of(m, groups), codes.get(m.concept or "", "")) for m in ordered]


def group_of(mention: Mention, charted: Mapping[str, str]) -> str:
    """The group a mention is drawn as: as what its concept is charted, else as its name or its terminology tells, else a concept."""
    group = charted.get(mention.concept or "")
    if group:
        return _CHARTED_AS.get(group, group)
    tag = mention.label.rpartition("(")[2].removesuffix(")") if mention.label.endswith(")") else ""
    if tag in _TAG_GROUPS:
        return _TAG_GROUPS[tag]
    told = f"{mention.source} {mention.concept or ''}".lower()
    return next((group for word, group in MENTION_KINDS if word in told), "concept")


def rows_of(mentions: Sequence[Named], link: Callable[[str, int], str]) -> tuple[Row, ...]:
    """The list of mentions, by group and the most frequent first; `link` makes an anchor and its offset an address."""
    anchors = anchors_of(mentions)
    rows: dict[tuple[str, Assertion], list[Named]] = defaultdict(list)
    for each in mentions:
        rows[(each.concept, each.mention.assertion)].append(each)
    found = []
    for number, (key, row) in enumerate(rows.items(), 1):
        first = row[0]
        spans: dict[tuple[int, int, Assertion], list[str]] = defaultdict(list)
        for each in row:
            spans[each.span] += _told(each.mention)
        texts = {each.span: each.mention.text for each in row}
        places = tuple(
            Place(texts[span], f"{span[0]}–{span[1]}", link(anchors[span], span[0]), "; ".join(dict.fromkeys(told)))
            for span, told in islice(spans.items(), MOST_PLACES)
        )
        sources = tuple(dict.fromkeys(source_name(each.mention.source) for each in row))
        concept = first.mention.concept
        found.append(Row(number, concept, first.code, first.label, key[1], sources, first.group, places, len(spans)))
    return tuple(sorted(found, key=lambda row: (_GROUPS.index(row.group) if row.group in _GROUPS else len(_GROUPS), -row.count)))


_GROUPS: Final = ("condition", "medication", "observation", "procedure")


def anchors_of(mentions: Sequence[Named]) -> dict[tuple[int, int, Assertion], str]:
    """The anchor of each mark."""
    spans = dict.fromkeys(each.span for each in mentions)
    return {span: f"m{number}" for number, span in enumerate(spans, 1)}


def marks_of(text: str, mentions: Sequence[Named], start: int, end: int) -> list[Mark]:
    """The marks of the mentions between two offsets, and of the words that decide how these are meant.

    Mentions of one span and assertion are one mark, whatever concepts they name and whoever found them. A mark's `data` names the rows
    of its mentions (`g`) and the words that decide them (`t`).
    """
    anchors = anchors_of(mentions)
    numbers: dict[tuple[str, Assertion], int] = {}
    for each in mentions:
        numbers.setdefault((each.concept, each.mention.assertion), len(numbers) + 1)
    spans: dict[tuple[int, int, Assertion], list[Named]] = defaultdict(list)
    for each in mentions:
        if each.mention.start < end and each.mention.end > start:
            spans[each.span].append(each)
    triggers = trigger_places(text, [each.mention for group in spans.values() for each in group], start, end)
    by = {place: f"t{number}" for number, place in enumerate(dict.fromkeys(triggers.values()), 1)}
    differing = {mention for difference in differing_mentions(mentions) for mention in difference}
    marks = [Mark(first, last, f"by {name}", weight=-4, element="span") for (first, last), name in by.items()]
    for span, group in spans.items():
        first = group[0]
        rows = dict.fromkeys(str(numbers[(each.concept, span[2])]) for each in group)
        reasons = dict.fromkeys(by[triggers[each.mention.id]] for each in group if each.mention.id in triggers)
        data = [("g", " ".join(rows))] + ([("t", " ".join(reasons))] if reasons else [])
        differs = " m-differ" if any(each.mention.id in differing for each in group) else ""
        marks.append(
            Mark(
                span[0],
                span[1],
                f"m m-{span[2]} mk-{first.group}{differs}",
                title="\n\n".join(dict.fromkeys("\n".join(_about(each)) for each in group[:6])),
                spoken=SPOKEN[span[2]],
                anchor=anchors[span],
                data=tuple(data),
                weight=2 if span[2] is not Assertion.AFFIRMED else 1,
            )
        )
    return marks


def _about(each: Named) -> list[str]:
    mention = each.mention
    code = f" ({each.code})" if each.code else ""
    score = f", {mention.score:.2f}" if mention.score is not None else ""
    kind = group_name(each.group, 1)
    return [
        f"{NAMES[mention.assertion]} {kind}: {each.label}{code}",
        *_told(mention),
        f"read by: {source_name(mention.source)}{score}",
    ]


def _told(mention: Mention) -> list[str]:
    """What the text says beside the mention: its value, the words that decide it, and what it stands under."""
    told = []
    if mention.value:
        told.append(f"value: {measured(mention.value, None, mention.unit)}")
    if mention.trigger:
        told.append(f"because of: {mention.trigger}")
    if mention.section and mention.section != mention.trigger:
        told.append(f"section: {mention.section}")
    return told


def trigger_places(text: str, mentions: Iterable[Mention], start: int, end: int) -> dict[str, tuple[int, int]]:
    """Mention → where the words stand that decide it, of those between two offsets that our reading found."""
    told = [m for m in mentions if m.trigger and m.source == READ and m.start >= start and m.end <= end]
    found = {}
    for mention, judgement in zip(told, judge(text[start:end], [(m.start - start, m.end - start) for m in told]), strict=True):
        if judgement.trigger == mention.trigger and judgement.end > judgement.start:
            found[mention.id] = judgement.start + start, judgement.end + start
        elif mention.trigger == mention.section:
            # The heading decides: the nearest one above.
            place = text.rfind(mention.section, start, mention.start)
            if place >= 0:
                found[mention.id] = place, place + len(mention.section)
    return found


def differing_mentions(mentions: Sequence[Named]) -> list[frozenset[str]]:
    """Pairs of mentions by id that lie over one another, found by different readers, and meant otherwise.

    A label that a person gave a span says what it names, not how the text means it: it differs only where it says so itself.
    """
    pairs = []
    open_: list[Mention] = []
    for mention in (each.mention for each in mentions if not _only_names(each.mention)):
        open_ = [other for other in open_ if other.end > mention.start]
        pairs += [
            frozenset((other.id, mention.id))
            for other in open_
            if other.assertion is not mention.assertion and reader_of(other.source) != reader_of(mention.source)
        ]
        open_.append(mention)
    return pairs


def _only_names(mention: Mention) -> bool:
    return mention.assertion is Assertion.AFFIRMED and reader_of(mention.source) in ("human", "machine")


def differences_of(mentions: Sequence[Named], link: Callable[[str, int], str]) -> tuple[Difference, ...]:
    """The places at which readers differ, in order."""
    anchors = anchors_of(mentions)
    by_id = {each.mention.id: each for each in mentions}
    found: dict[tuple[int, str], Difference] = {}
    for pair in differing_mentions(mentions):
        sides = sorted((by_id[one] for one in pair), key=lambda each: each.mention.source)
        longest = max(sides, key=lambda each: each.mention.end - each.mention.start)
        readings = tuple((source_name(each.mention.source), each.mention.assertion) for each in sides)
        place = longest.mention
        found.setdefault((place.start, str(readings)), Difference(place.text, link(anchors[longest.span], place.start), readings))
    return tuple(found[key] for key in sorted(found))[:MOST_DIFFERENCES]
