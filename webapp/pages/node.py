"""The node page: what the graph says about one node, and its neighbours by relation, expandable in place. Concepts have more to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from flask import Blueprint, render_template, request

from concepts.model import Assertion
from graph.errors import StoreUnavailable
from graph.model import Direction, Edge, Literal, NeighbourCount, NeighbourPage, Node, NodeSummary
from graph.store import GraphReader
from graph.vocabulary import PREFIXES, group_of, local_name
from search.labeled import LabelClass
from search.model import ConceptStanding, ConceptSummary, DocumentSummary, Fact, FormerPatient, PatientSummary, Surroundings
from search.protocols import Catalog
from webapp.errors import FieldError, invalid, not_found
from webapp.library import RecordSource, Snapshot
from webapp.pages.charted import Charted, withheld
from webapp.pages.facets import is_label_class
from webapp.pages.reading import library, listed, required, snapshot, whole_number
from webapp.pages.state import State
from webapp.pages.wording import address

pages = Blueprint("node", __name__)

NEIGHBOURS = 25
"""Neighbours of one page of a group."""
MOST_SINGLES = 24
"""Groups of one neighbour that show it without being opened."""
PROVENANCE = PREFIXES["prov"]
NO_RECORDS = ("Annotation", "Concept")
"""Kinds of nodes that do not stand as a record does."""
MENTIONED_AS = {
    Assertion.NEGATED: "the text denies it",
    Assertion.POSSIBLE: "only possible",
    Assertion.HYPOTHETICAL: "only supposed (a condition, an instruction, an indication)",
    Assertion.HISTORICAL: "in the past",
    Assertion.FAMILY: "of a relative",
    Assertion.NOT_IN_FAMILY: "the text denies it of the family",
    Assertion.ALLERGY: "the text tells of an allergy to it",
    Assertion.NO_ALLERGY: "the text denies an allergy to it",
}
MOST_OTHERS = 50
"""Patients listed who have a concept charted only so that it does not count."""
MOST_NARROWER = 24
"""Narrower concepts listed, the most used; a page of its own lists all."""
PATIENTS = 20
"""Patients of one page of a concept."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a record or a mention stands: struck or not, in words, and which assertion it is drawn with."""

    struck: bool
    why: str
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class Group:
    """The neighbours of one kind over one relation in one direction."""

    count: NeighbourCount
    key: str
    node: str
    opened: NeighbourPage | None
    only: tuple[NodeSummary, Edge] | None
    """The neighbour itself where the group has just one."""
    toggle: str
    """The address of this page with the group opened or closed."""
    fragment: str
    """Where a script fetches the neighbours."""
    more: str
    """The address of the next neighbours ('' at the end)."""
    more_fragment: str
    said: Mapping[str, Said]
    """Neighbour → how it stands, where it does not simply hold."""
    uncounted: int
    """Of the whole group: records that do not count as true of their patients."""


@dataclass(frozen=True, slots=True)
class NodePage:
    """All the node page shows."""

    node: Node
    group: str
    said: Said | None
    """How it stands itself, where it does not simply hold."""
    groups: tuple[Group, ...]
    concept: ConceptSummary | None
    standing: ConceptStanding | None
    """How charts and texts have the concept, with its codings and everything narrower."""
    around: Surroundings | None
    """Its codings, and what is directly above and below it."""
    around_listed: Mapping[str, int]
    """Of each of those: documents that a search by it lists."""
    listed: int
    """Documents that a search by the concept lists."""
    charted: int
    """Things that are coded by the concept."""
    patients: tuple[PatientSummary, ...]
    patients_page: int
    others: tuple[tuple[Charted, str], ...]
    """(thing, name of its patient): of patients who have the concept charted, but only refuted, of a relative …"""
    patient: PatientSummary | None
    replaced: FormerPatient | None
    """The merge that it was replaced by: `patient` is who took its place."""
    documents: tuple[DocumentSummary, ...]
    withheld: Mapping[str, str]
    """Document → why its record does not count, of those whose record does not."""
    graph_down: bool
    properties: Mapping[str, tuple[Literal, ...]]
    """What the graph says of it, without what only says where that comes from, and what the head of the page says."""
    source: RecordSource | None
    label_class: LabelClass | None
    """The class of labels that it is: then items have it, not patients."""
    item: str
    """The address of the item's page, where it is a labeled item."""


@pages.get("/node")
def node() -> str:
    """One node; `expand` names the groups of neighbours that are open."""
    identifier = required("id")
    opened = snapshot()
    try:
        page = node_page(opened, opened.graph, identifier)
    except StoreUnavailable:
        page = node_page(opened, None, identifier)
    return render_template("node.html", page=page, state=State())


@pages.get("/concept")
def concept() -> str:
    """A concept is a node."""
    return node()


def node_page(opened: Snapshot, graph: GraphReader | None, identifier: str) -> NodePage:
    """Arrange a node for its page; without the graph concepts, patients and records are still known."""
    catalog = opened.catalog
    concept = catalog.concept(identifier)
    patient = catalog.patient(identifier)
    found = graph.node(identifier) if graph is not None else None
    if found is None and graph is not None and not (concept or patient):
        summary = graph.summaries([identifier])[0]
        # An address that records only name, such as that of an image, has no kind but neighbours.
        if summary.kind != "Thing" or graph.neighbour_counts(identifier):
            found = Node(summary.id, summary.kind, summary.label, summary.stub, {}, ())
    if found is None and graph is None and not (concept or patient):
        held = library().record(identifier)
        if held is None:
            raise StoreUnavailable("the graph store cannot be reached")
        found = Node(identifier, held.kind, local_name(identifier), False, {}, (identifier,))
    if found is None:
        if concept is None and patient is None:
            raise not_found("node", "The graph of the published data says nothing about this address.")
        kind, label = ("Concept", concept.label) if concept else ("Patient", patient.label if patient else identifier)
        found = Node(identifier, kind, label, False, {}, ())
    page = whole_number("patients", 1, 1)
    around = catalog.surroundings(identifier, MOST_NARROWER) if concept else None
    nearby = (*around.codes, *around.broader, *around.narrower) if around else ()
    documents = catalog.documents_of_encounter(identifier) if found.kind == "Encounter" else catalog.documents_of_record(identifier)
    return NodePage(
        node=found,
        group=group_of(found.kind),
        said=standings(catalog, [NodeSummary(identifier, found.kind, found.label)]).get(identifier),
        groups=groups_of(graph, catalog, identifier, is_concept=concept is not None) if graph is not None else (),
        concept=concept,
        standing=catalog.concept_standing(identifier) if concept else None,
        around=around,
        around_listed={one.concept: listed(opened, concepts=(one.concept,)) for one in nearby},
        listed=listed(opened, concepts=(identifier,)) if concept else 0,
        charted=catalog.count_charted("concept", identifier) if concept else 0,
        patients=catalog.patients_with_concept(identifier, PATIENTS, (page - 1) * PATIENTS) if concept else (),
        patients_page=page,
        others=_others(catalog, identifier) if concept else (),
        patient=patient,
        replaced=catalog.former_patient(identifier),
        documents=documents,
        withheld=withheld(catalog, [document.id for document in documents]),
        graph_down=graph is None,
        properties=_properties(found, concept),
        source=library().record(identifier) if found.records and concept is None else None,
        label_class=_label_class(opened, identifier) if concept is not None and is_label_class(identifier) else None,
        item=page_of(found.kind, identifier) if group_of(found.kind) == "item" else "",
    )


def _properties(found: Node, concept: ConceptSummary | None) -> dict[str, tuple[Literal, ...]]:
    head = (concept.label, concept.code, concept.system, *concept.synonyms) if concept else (found.label,)
    return {
        name: values
        for name, values in found.properties.items()
        if not name.startswith(PROVENANCE) and not all(literal.value in head for literal in values)
    }


def _others(catalog: Catalog, concept: str) -> tuple[tuple[Charted, str], ...]:
    facts = catalog.only_uncounted(concept, MOST_OTHERS + 1)
    people = {fact.subject: catalog.patient(fact.subject) for fact in facts}
    return tuple((Charted(f, ()), person.label if (person := people[f.subject]) else local_name(f.subject)) for f in facts)


def _label_class(opened: Snapshot, identifier: str) -> LabelClass | None:
    classes = (one for dataset in opened.labels.datasets() for one in dataset.classes)
    return next((one for one in classes if one.concept == identifier), None)


def groups_of(graph: GraphReader, catalog: Catalog, identifier: str, *, is_concept: bool) -> tuple[Group, ...]:
    """A node's neighbours by relation, direction and kind; those that the address names are open."""
    expanded = request.args.getlist("expand")
    groups = []
    singles = 0
    for count in graph.neighbour_counts(identifier):
        key = f"{count.direction}|{count.kind}|{count.relation}"
        opened = None
        only = None
        if count.count == 1 and singles < MOST_SINGLES:
            singles += 1
            alone = _neighbours(graph, identifier, key, None).neighbours
            only = alone[0] if alone else None
        if key in expanded:
            opened = _neighbours(graph, identifier, key, request.args.get("cursor") if expanded[-1] == key else None)
        others = [("expand", other) for other in expanded if other != key]
        toggle = address("/node", [("id", identifier), *others, *([] if opened else [("expand", key)])], _anchor(count))
        shown = [*(opened.neighbours if opened else ()), *((only,) if only else ())]
        group = _group(identifier, count, key, opened, toggle, others, only, standings(catalog, [node for node, _ in shown]))
        of_records = is_concept and count.direction == "in" and count.kind not in NO_RECORDS
        told = catalog.uncounted_with(identifier, count.kind) if of_records else 0
        groups.append(replace(group, uncounted=min(told, count.count)))
    return tuple(groups)


def _group(
    identifier: str,
    count: NeighbourCount,
    key: str,
    opened: NeighbourPage | None,
    toggle: str,
    others: list[tuple[str, str]],
    only: tuple[NodeSummary, Edge] | None = None,
    said: Mapping[str, Said] = MappingProxyType({}),
) -> Group:
    cursor = opened.cursor if opened else None
    return Group(
        count=count,
        key=key,
        node=identifier,
        opened=opened,
        only=only,
        toggle=toggle,
        fragment=address("/node/neighbours", [("id", identifier), ("expand", key)]),
        more=address("/node", [("id", identifier), *others, ("expand", key), ("cursor", cursor)], _anchor(count)) if cursor else "",
        more_fragment=address("/node/neighbours", [("id", identifier), ("expand", key), ("cursor", cursor)]) if cursor else "",
        said=said,
        uncounted=0,
    )


def standings(catalog: Catalog, nodes: Sequence[NodeSummary]) -> dict[str, Said]:
    """How nodes stand that do not simply hold: records that do not count, mentions that do not affirm."""
    records = {node.id: node.id.partition("#")[0] for node in nodes if node.kind not in NO_RECORDS}
    mentions = [node.id for node in nodes if node.kind == "Annotation"]
    uncounted = catalog.uncounted(sorted(set(records.values()))) if records else {}
    said = {node: _said_of(uncounted[record]) for node, record in records.items() if record in uncounted}
    for mention, assertion in (catalog.assertions(mentions) if mentions else {}).items():
        if assertion is not Assertion.AFFIRMED:
            said[mention] = Said(assertion in (Assertion.NEGATED, Assertion.NOT_IN_FAMILY), MENTIONED_AS[assertion], assertion)
    return said


def _said_of(fact: Fact) -> Said:
    thing = Charted(fact, ())
    return Said(thing.struck, f"not counted: {thing.why}" if thing.struck else thing.why, fact.assertion)


def _anchor(count: NeighbourCount) -> str:
    return f"{count.direction}-{count.relation.rsplit('#', 1)[-1].rsplit('/', 1)[-1]}-{count.kind}"


def _neighbours(graph: GraphReader, identifier: str, key: str, cursor: str | None) -> NeighbourPage:
    direction, kind, relation = (*key.split("|", 2), "", "")[:3]
    if direction not in ("out", "in") or not relation:
        raise invalid(FieldError("expand", "it is not one of this page's groups of neighbours"))
    chosen: Direction = "out" if direction == "out" else "in"
    return graph.neighbours(identifier, relation=relation, direction=chosen, kind=kind, limit=NEIGHBOURS, cursor=cursor or None)


@pages.get("/node/neighbours")
def neighbours() -> str:
    """The rows of one page of a group of neighbours, for the script that opens groups in place."""
    identifier, key = required("id"), required("expand")
    graph = snapshot().graph
    if graph is None:
        raise StoreUnavailable("the graph store cannot be reached")
    opened = _neighbours(graph, identifier, key, request.args.get("cursor"))
    direction, kind, relation = key.split("|", 2)
    count = NeighbourCount(relation, "out" if direction == "out" else "in", kind, opened.total)
    said = standings(snapshot().catalog, [node for node, _ in opened.neighbours])
    return render_template("neighbours.html", group=_group(identifier, count, key, opened, "", [], said=said))


def stated(records: Sequence[str]) -> list[str]:
    """The records that were read, without what is put together of a dataset's records."""
    return [record for record in records if "/derived/" not in record]


def page_of(kind: str, identifier: str) -> str:
    """The page that shows a node of this kind best."""
    path = {"patient": "/patient", "document": "/document", "item": "/item"}.get(group_of(kind), "/node")
    return address(path, [("id", identifier)])
