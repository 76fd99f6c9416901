"""The label browser: datasets with labels, their classes as a tree with counts, and the items of a class with their labels drawn."""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, render_template, request, send_file

from labels.model import LabeledItem
from search.filters import FILTERS, Filters, Kind
from search.labeled import LabelClass, LabeledDataset
from search.masks import no_dataset
from search.model import DocumentSummary, FacetValue
from sources.confined import open_within
from webapp.errors import not_found
from webapp.pages.facets import Choice, label_value
from webapp.pages.labels_drawing import LONGEST_TEXT, Drawing, LabelChip, chips_of_facts, chips_of_item, drawing_of
from webapp.pages.reading import required, snapshot, whole_number
from webapp.pages.state import State, filters_of, given_by
from webapp.pages.wording import address

pages = Blueprint("labels", __name__)

GALLERY = 24
"""Items of a page."""
MOST_DEEP = 8
"""Steps of a hierarchy of classes that the tree follows."""
MOST_CLASSES = 300
"""Classes of the tree, unless the address asks for all."""
FACETS = {"job": "Job", "agent": "Labeled by", "state": "State", "attribute": "Attribute", "worker": "Answered by"}
"""Facet → its title, in the order of the page."""
ROWS = tuple(row for row in FILTERS if row.of_labels or row.name == "concept")
"""The filters of labels."""
_SANDBOX = "sandbox; default-src 'none'"


@dataclass(frozen=True, slots=True)
class View:
    """All that the address of the label browser says."""

    dataset: str = ""
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The other filters that are set, by name, with their values as they were written."""
    layout: str = ""
    """'list', or '' for the gallery."""
    page: int = 1

    @property
    def given(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """All filters that are set, by name."""
        return (*((("dataset", (self.dataset,)),) if self.dataset else ()), *self.chosen)

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a filter."""
        return dict(self.chosen).get(name, ())

    def value(self, name: str) -> str:
        """The value of a filter that has one; '' where it is not set."""
        return next(iter(self.values(name)), "")

    @property
    def parameters(self) -> list[tuple[str, object]]:
        """The query of the address; defaults are left out."""
        return [
            ("dataset", self.dataset),
            *((row.name, value) for row in ROWS for value in self.values(row.name)),
            ("layout", self.layout),
            ("page", "" if self.page == 1 else self.page),
        ]

    def url(self) -> str:
        """The address of this view."""
        return address("/labels", self.parameters)

    @property
    def with_all_classes(self) -> str:
        """The address of this view with the whole tree of classes."""
        return address("/labels", [*self.parameters, ("classes", "all")], "classes")

    @property
    def as_search(self) -> str:
        """The address of the search with the same filters."""
        return address("/search", [(name, value) for name, value in self.parameters if name not in ("layout", "page")])

    @property
    def as_json(self) -> str:
        """The address of the same items for a program."""
        return address("/api/v1/items", [(name, value) for name, value in self.parameters if name not in ("layout", "page")])

    def having(self, **filters: tuple[str, ...]) -> "View":
        """The view with other values of some filters, on its first page."""
        changed = {**dict(self.chosen), **filters}
        return replace(self, page=1, chosen=tuple((name, values) for name, values in changed.items() if values))

    def with_value(self, name: str, value: str) -> "View":
        """The view with one more value of a filter."""
        present = self.values(name)
        return self.having(**{name: present if value in present else (*present, value)})

    def without_value(self, name: str, value: str) -> "View":
        """The view without one value of a filter."""
        return self.having(**{name: tuple(one for one in self.values(name) if one != value)})

    def filters(self) -> Filters:
        """What the items must have. Raises InvalidRequest where a confidence is none."""
        return filters_of(self.given)


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter: its words and the address without it."""

    title: str
    label: str
    url: str
    alternative: bool = False
    """Whether it is another value of the filter before it, either of which will do."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A class in the tree with the classes below it."""

    found: LabelClass
    items: int
    """Items that have it, or something narrower, beside all else that is chosen."""
    url: str
    chosen: bool
    below: tuple["Branch", ...]
    elsewhere: str
    """The job of the class where it is another one than that of the class above."""

    @property
    def holds_chosen(self) -> bool:
        """Whether it or something below is chosen."""
        return self.chosen or any(branch.holds_chosen for branch in self.below)


@dataclass(frozen=True, slots=True)
class Tree:
    """The classes of a job that have none above them."""

    job: str
    name: str
    items: int
    failed: int
    url: str
    failed_url: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """An item as the gallery shows it; `item` is None where its record cannot be read."""

    summary: DocumentSummary
    item: LabeledItem | None
    drawing: Drawing | None
    chips: tuple[LabelChip, ...]


@dataclass(frozen=True, slots=True)
class LabelsPage:
    """All the label browser shows."""

    view: View
    datasets: tuple[LabeledDataset, ...]
    dataset: LabeledDataset | None
    trees: tuple[Tree, ...]
    more_classes: int
    chips: tuple[Chip, ...]
    facets: tuple[tuple[str, str, tuple[Choice, ...]], ...]
    total: int
    pages: int
    cards: tuple[Card, ...]


@pages.get("/labels")
def labels() -> str:
    """Classes and items of a dataset; the datasets where there are several and none is chosen."""
    return render_template("labels.html", page=labels_page(_view()), state=State())


def _view() -> View:
    given = request.args
    return View(
        dataset=given.get("dataset", "").strip(),
        chosen=given_by(given, ROWS),
        layout="list" if given.get("layout") == "list" else "",
        page=whole_number("page", 1, 1, 100_000),
    )


def labels_page(view: View) -> LabelsPage:
    """Arrange a view for its page."""
    held = snapshot().labels
    datasets = held.datasets()
    there = [one.dataset for one in snapshot().catalog.datasets()]
    if view.dataset and view.dataset not in there:
        raise no_dataset(view.dataset, there)
    if view.dataset and view.dataset not in {one.dataset for one in datasets}:
        raise not_found("dataset with labels", "The labels page lists those there are.")
    if not view.dataset and len(datasets) == 1:
        view = replace(view, dataset=datasets[0].dataset)
    if not view.dataset:
        named = {*view.values("concept"), *view.values("job")}
        owners = {one.dataset for one in datasets if named & {*(each.concept for each in one.classes), *(each.job for each in one.jobs)}}
        view = replace(view, dataset=min(owners, default=""))
    dataset = next((one for one in datasets if one.dataset == view.dataset), None)
    if dataset is None:
        return LabelsPage(view, datasets, None, (), 0, (), (), 0, 0, ())
    found = held.items(view.filters(), GALLERY, (view.page - 1) * GALLERY)
    items = {item.id: item for item in held.labeled(tuple(one.id for one in found.items))}
    most = len(dataset.classes) if request.args.get("classes") == "all" else MOST_CLASSES
    trees, more = _trees(dataset, view, found.classes, most)
    return LabelsPage(
        view=view,
        datasets=datasets,
        dataset=dataset,
        trees=trees,
        more_classes=more,
        chips=_chips(dataset, view),
        facets=_facets(found.facets, view),
        total=found.total,
        pages=-(-found.total // GALLERY),
        cards=tuple(_card(summary, items.get(summary.id), view) for summary in found.items),
    )


def _card(summary: DocumentSummary, item: LabeledItem | None, view: View) -> Card:
    if item is None:
        return Card(summary, None, None, chips_of_facts(snapshot().catalog.facts_of_patient(summary.id, 200)))
    shown = [one for one in item.labelings if not view.values("job") or one.job in view.values("job")]
    return Card(summary, item, drawing_of(item, shown, longest=LONGEST_TEXT), chips_of_item(item))


def _chips(dataset: LabeledDataset, view: View) -> tuple[Chip, ...]:
    names = {one.concept: one.label for one in dataset.classes} | {one.job: one.name for one in dataset.jobs}
    titles = {"concept": "Class", **FACETS}
    chips = []
    for row in ROWS:
        for place, value in enumerate(view.values(row.name) if row.several else ()):
            title = FACETS["worker"] if row.name == "agent" and "://" in value else titles.get(row.name, row.title)
            label = names.get(value) or label_value(row.name, value)
            chips.append(Chip(title, label, view.without_value(row.name, value).url(), place > 0 and row.kind is Kind.ANY))
    low, high = view.value("confidence_from"), view.value("confidence_to")
    if low or high:
        chips.append(Chip("Confidence", f"{low or '0'} to {high or '1'}", view.having(confidence_from=(), confidence_to=()).url()))
    return tuple(chips)


def _facets(found: Mapping[str, tuple[FacetValue, ...]], view: View) -> tuple[tuple[str, str, tuple[Choice, ...]], ...]:
    shown = []
    for name, title in FACETS.items():
        facet = "agent" if name == "worker" else name
        chosen = view.values(facet)
        values = tuple(replace(one, label=label_value(facet, one.value)) for one in found.get(name, ()) if one.value not in chosen)
        if len(values) > 1 or (values and chosen):
            shown.append((facet, title, tuple(_choice(view, facet, one) for one in values)))
    return tuple(shown)


def _choice(view: View, facet: str, value: FacetValue) -> Choice:
    """A value takes the place of those chosen of its facet, or stands beside them."""
    also = view.with_value(facet, value.value).url() if view.values(facet) else ""
    return Choice(value.label, value.count, view.having(**{facet: (value.value,)}).url(), also)


def _trees(dataset: LabeledDataset, view: View, counts: Mapping[str, int], most: int) -> tuple[tuple[Tree, ...], int]:
    """The classes, `most` of them, by the job of those on top; how many are left out."""
    classes = {one.concept: one for one in dataset.classes}
    below: dict[str, list[LabelClass]] = defaultdict(list)
    tops: dict[str, list[LabelClass]] = defaultdict(list)
    for one in dataset.classes[:most]:
        above = _nearest(one, classes)
        for broader in above:
            below[broader].append(one)
        if not above:
            tops[one.job].append(one)
    names = {one.job: one.name for one in dataset.jobs}

    def branch(one: LabelClass, job: str, path: tuple[str, ...]) -> Branch:
        deeper = () if len(path) >= MOST_DEEP else tuple(each for each in below[one.concept] if each.concept not in path)
        chosen = one.concept in view.values("concept")
        url = (view.without_value("concept", one.concept) if chosen else view.having(concept=(one.concept,))).url()
        inner = tuple(branch(each, one.job, (*path, each.concept)) for each in deeper)
        return Branch(one, counts.get(one.concept, 0), url, chosen, inner, names.get(one.job, "") if one.job != job else "")

    trees = []
    for job in dataset.jobs:
        branches = tuple(branch(one, job.job, (one.concept,)) for one in tops.pop(job.job, ()))
        alone = View(view.dataset, layout=view.layout)
        url, failed = alone.having(job=(job.job,)).url(), alone.having(job=(job.job,), state=("failed",)).url()
        trees.append(Tree(job.job, job.name, job.items, job.failed, url, failed, branches))
    rest = [one for found in tops.values() for one in found]
    if rest:
        branches = tuple(branch(one, "", (one.concept,)) for one in rest)
        trees.append(Tree("", "Taxonomy", 0, 0, "", "", branches))
    return tuple(trees), max(0, len(dataset.classes) - most)


def _nearest(one: LabelClass, classes: Mapping[str, LabelClass]) -> list[str]:
    """The classes right above one: not those that lie above another of them too, as a class of a chain and its taxonomy may say both."""

    def above(concept: str) -> set[str]:
        found: set[str] = set()
        waiting = [concept]
        while waiting:
            higher = {each for each in classes[waiting.pop()].broader if each in classes} - found
            found |= higher
            waiting += higher
        return found

    broader = [each for each in one.broader if each in classes and each != one.concept]
    higher = {each: above(each) for each in broader} if len(broader) > 1 else {}
    return [each for each in broader if not any(each in higher[other] and other not in higher[each] for other in broader if other != each)]


@pages.get("/media/object")
def media() -> Response:
    """The image at an address, where the setting `media` lets the server read it. It can run nothing and be no page."""
    found = snapshot().labels.media(required("address"))
    try:
        stream = open_within((found.folder,), found.path) if found else None
    except OSError:  # it went, or became a link to elsewhere, since it was found
        stream = None
    if found is None or stream is None:
        raise not_found("image", "Either nothing readable is there, or the setting 'media' names no folder that it lies in.")
    about = os.fstat(stream.fileno())
    etag = f"{about.st_mtime_ns:x}-{about.st_size:x}"
    answer = send_file(stream, mimetype=found.media_type, conditional=False, etag=etag, last_modified=about.st_mtime, max_age=0)
    answer.content_length = about.st_size
    answer.make_conditional(request, accept_ranges=True, complete_length=about.st_size)
    answer.headers["Content-Security-Policy"] = _SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer
