"""Joins a page of hits with the graph: one neighbourhood call, cut to what a person can read, and what the hits share.

    hit ─ subject → patient ─ hasCondition, hasMedication … → concept
        ─ encounter → encounter ← encounter ─ condition, medication, procedure, result … ─ code → concept
        ← hasTarget ─ mention ─ hasBody → concept

The store bounds every branch; what is left over `NODES_PER_HIT` is cut here, the least telling first. Both cuts are counted as omitted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from concepts.model import Assertion
from graph.model import Direction, Edge, Neighbourhood, NodeSummary, Omitted, Step
from graph.store import GraphReader
from graph.vocabulary import CHARTED, CODE, ENCOUNTER, HAS_BODY, HAS_TARGET, KG, RELATION_GROUPS, SUBJECT, group_of
from search.catalog import SqliteCatalog
from search.columns.concepts import distinct_pairs, gather, lengths
from search.columns.documents import Columns
from search.hits.sharing import Joint, SharingHit, shared_things
from search.model import Fact, Shared
from search.tables.found import MentionedConcept

NODES_PER_HIT: Final = 12
_LEAST_NODES: Final = 40
_MENTIONS_PER_HIT: Final = 4
_COMMON: Final = 40
"""How many concepts that several hits have are asked for by name."""
_FEW_PATIENTS: Final = 20
"""With fewer patients than this no concept is called commonplace."""

PROVIDERS: Final = (KG + "author", KG + "performer")
RECORD_CODES: Final = (CODE, KG + "medication")
RECORD_KINDS: Final = (
    "AllergyIntolerance",
    "Condition",
    "Immunization",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
)

CHART: Final = Step("out", 4, "Patient", CHARTED)
"""What is charted of a patient: thousands of links, for some."""
HOPS: Final = (
    (
        Step("out", 2, None, (SUBJECT, ENCOUNTER)),
        Step("out", 1, None, PROVIDERS),
        Step("in", _MENTIONS_PER_HIT, None, (HAS_TARGET,)),
    ),
    (
        CHART,
        Step("in", 3, "Encounter", (ENCOUNTER,)),
        Step("out", 2, "Annotation", (HAS_BODY,)),
    ),
    tuple(Step("out", 2, kind, RECORD_CODES) for kind in RECORD_KINDS),
)


@dataclass(frozen=True, slots=True)
class PageHit:
    """What the join needs of a hit: `place` is the document's number in the columns, `record` its node in the graph."""

    rank: int
    place: int
    record: str
    encounter: str | None
    mentions: Sequence[MentionedConcept]


@dataclass(frozen=True, slots=True)
class Joined:
    """The picture of a page of hits."""

    neighbourhood: Neighbourhood = field(default_factory=Neighbourhood)
    groups: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[Shared, ...] = ()
    uncounted: Mapping[str, Fact] = field(default_factory=dict)
    assertions: Mapping[str, Assertion] = field(default_factory=dict)
    codings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def join_page(graph: GraphReader, catalog: SqliteCatalog, columns: Columns, hits: Sequence[PageHit], named: Mapping[str, float]) -> Joined:
    """The neighbourhood of the hits. `named` are concepts that the query names, with how well (0 to 1]. Raises graph.errors.GraphError."""
    if not hits:
        return Joined()
    seeds = tuple(dict.fromkeys(hit.record for hit in hits))
    found = graph.neighbourhood(seeds, HOPS, _preferred(catalog, columns, hits, named))
    uncounted = catalog.uncounted([node.id for node in found.nodes if node.kind not in ("Annotation", "Concept")])
    reach = _Reach.of(found, hits, uncounted.keys())
    patients = catalog.concept_patients([node for node, kind in reach.kinds.items() if kind == "Concept"])
    everyone = len(columns.patient_concept_offsets) - 1
    commonplace = {node for node, count in patients.items() if everyone >= _FEW_PATIENTS and 2 * count >= everyone} - named.keys()
    telling = sorted(
        reach.paths,
        key=lambda node: (
            -named.get(node, 0.0),
            node in commonplace,
            reach.groups.get(node) == "observation",
            -len(reach.paths[node]),
            patients.get(node, 0),
            node,
        ),
    )
    kept = _fit(seeds, telling, reach, max(_LEAST_NODES, NODES_PER_HIT * len(hits)))
    neighbourhood = _restrict(found, kept, reach.kinds)
    groups = {node.id: reach.groups.get(node.id) or group_of(node.kind) for node in neighbourhood.nodes}
    page = [SharingHit(hit.rank, hit.place) for hit in hits if reach.kinds.get(hit.record) != "Thing"]
    shared = shared_things(page, _joints(neighbourhood.nodes, groups, reach), columns, catalog, named)
    stated = sorted({record for edge in neighbourhood.edges if edge.relation in CHARTED for record in edge.evidence})
    mentions = [node.id for node in neighbourhood.nodes if node.kind == "Annotation"]
    return Joined(
        neighbourhood,
        groups,
        shared,
        uncounted={node: fact for node, fact in uncounted.items() if node in kept},
        assertions=catalog.assertions(mentions) if mentions else {},
        codings=catalog.codings(stated),
    )


def _preferred(catalog: SqliteCatalog, columns: Columns, hits: Sequence[PageHit], named: Mapping[str, float]) -> frozenset[str]:
    """Nodes to keep where a branch is cut: concepts that the query names or several hits have, and the records and mentions of them."""
    common = catalog.values("concept", _common_concepts(columns, [hit.place for hit in hits]))
    concepts = {*named, *(concept for concept, _ in common.values())}
    encounters = sorted({hit.encounter for hit in hits if hit.encounter})
    records = catalog.records_charting(encounters, sorted(concepts))
    mentions: list[str] = []
    for hit in hits:
        best = sorted(
            hit.mentions,
            key=lambda m: (
                -named.get(m.concept, 0.0),
                m.concept not in concepts,
                m.assertion is not Assertion.AFFIRMED,
                m.start,
                m.mention,
            ),
        )
        mentions.extend(mention.mention for mention in best[:_MENTIONS_PER_HIT])
    return frozenset((*concepts, *records, *mentions))


def _common_concepts(columns: Columns, places: Sequence[int]) -> list[int]:
    """Codes of concepts that at least two of the documents, or their patients, have: by how many have them, then the rarest first."""
    documents = np.asarray(places, dtype=np.int64)
    treated = documents[columns.patients[documents] >= 0]
    patients = columns.patients[treated]
    own = gather(columns.document_concept_offsets, columns.document_concepts, documents)
    charted = gather(columns.patient_concept_offsets, columns.patient_concepts, patients)
    holders = np.repeat(documents, lengths(columns.document_concept_offsets, documents))
    kinds, broader = columns.hierarchy.broader_of(holders, own)
    owners = np.concatenate([holders, kinds, np.repeat(treated, lengths(columns.patient_concept_offsets, patients))])
    _, found = distinct_pairs(owners, np.concatenate([own, broader, charted]))
    concepts, counts = np.unique(found, return_counts=True)
    several = counts >= 2
    concepts, counts = concepts[several], counts[several]
    common: list[int] = concepts[np.lexsort((concepts, columns.concept_patients[concepts], -counts))][:_COMMON].tolist()
    return common


@dataclass(frozen=True, slots=True)
class _Reach:
    """Which hits reach a node and how: node → rank → the nodes on the way, itself last.

    `affirmed` leaves out ways over mentions that deny and over records that do not count.
    """

    kinds: Mapping[str, str]
    paths: Mapping[str, Mapping[int, tuple[str, ...]]]
    affirmed: Mapping[str, AbstractSet[int]]
    groups: Mapping[str, str]
    charting: AbstractSet[str]
    """Records whose concept is reached through them: they stand behind their concept."""

    @classmethod
    def of(cls, found: Neighbourhood, hits: Sequence[PageHit], uncounted: AbstractSet[str]) -> "_Reach":
        kinds = {node.id: node.kind for node in found.nodes}
        outgoing: dict[str, list[Edge]] = defaultdict(list)
        incoming: dict[str, list[Edge]] = defaultdict(list)
        for edge in found.edges:
            outgoing[edge.source].append(edge)
            incoming[edge.target].append(edge)
        paths: dict[str, dict[int, tuple[str, ...]]] = defaultdict(dict)
        affirmed: dict[str, set[int]] = defaultdict(set)
        groups: dict[str, str] = {}
        charting: set[str] = set()

        def reached(rank: int, *path: str, sure: bool = True) -> None:
            paths[path[-1]].setdefault(rank, path)
            if sure:
                affirmed[path[-1]].add(rank)

        for hit in hits:
            denied = {m.mention for m in hit.mentions if m.assertion is not Assertion.AFFIRMED}
            for edge in outgoing[hit.record]:
                if edge.relation in PROVIDERS:
                    reached(hit.rank, edge.target)
                if edge.relation in (SUBJECT, ENCOUNTER):
                    reached(hit.rank, edge.target)
                    for charted in outgoing[edge.target]:
                        if charted.relation in RELATION_GROUPS:
                            groups[charted.target] = RELATION_GROUPS[charted.relation]
                            reached(hit.rank, edge.target, charted.target)
                if edge.relation == ENCOUNTER:
                    for record in incoming[edge.target]:
                        if record.relation == ENCOUNTER and kinds[record.source] in RECORD_KINDS:
                            holds = record.source not in uncounted
                            reached(hit.rank, edge.target, record.source, sure=holds)
                            for code in outgoing[record.source]:
                                if code.relation in RECORD_CODES:
                                    charting.add(record.source)
                                    groups.setdefault(code.target, group_of(kinds[record.source]))
                                    reached(hit.rank, edge.target, record.source, code.target, sure=holds)
            for mention in incoming[hit.record]:
                if mention.relation == HAS_TARGET:
                    sure = mention.source not in denied
                    reached(hit.rank, mention.source, sure=False)
                    for body in outgoing[mention.source]:
                        if body.relation == HAS_BODY:
                            reached(hit.rank, mention.source, body.target, sure=sure)
        return cls(kinds, paths, affirmed, groups, charting)


def _fit(seeds: Sequence[str], telling: Iterable[str], reach: _Reach, room: int) -> set[str]:
    """As many nodes as there is room for: the hits, their patients and encounters, then the most telling with all ways to them."""
    kept = set(seeds)
    kept.update(node for node in reach.paths if reach.kinds.get(node) in ("Patient", "Encounter"))
    for node in telling:
        if node in reach.charting or reach.kinds.get(node) == "Annotation":
            continue
        ways = sorted(reach.paths[node].values(), key=len)
        everything = {step for way in ways for step in way} - kept
        shortest = set(ways[0]) - kept
        if len(kept) + len(everything) <= room:
            kept |= everything
        elif len(kept) + len(shortest) <= room:
            kept |= shortest
    return kept


def _restrict(found: Neighbourhood, kept: AbstractSet[str], kinds: Mapping[str, str]) -> Neighbourhood:
    """The neighbourhood between the kept nodes; what is cut counts as omitted beside what the store left out."""
    omitted: Counter[tuple[str, str, Direction, str]] = Counter()
    for cut in found.omitted:
        if cut.node in kept:
            omitted[cut.node, cut.relation, cut.direction, cut.kind] += cut.count
    edges = []
    for edge in found.edges:
        if edge.source in kept and edge.target in kept:
            edges.append(edge)
        elif edge.source in kept:
            omitted[edge.source, edge.relation, "out", kinds[edge.target]] += 1
        elif edge.target in kept:
            omitted[edge.target, edge.relation, "in", kinds[edge.source]] += 1
    return Neighbourhood(
        tuple(node for node in found.nodes if node.id in kept),
        tuple(edges),
        tuple(Omitted(*key, count) for key, count in sorted(omitted.items())),
    )


def _joints(nodes: Iterable[NodeSummary], groups: Mapping[str, str], reach: _Reach) -> list[Joint]:
    """The nodes, other than concepts and the records of their chart, that hits affirmedly reach."""
    return [
        Joint(node.id, node.label, node.kind, groups[node.id], tuple(sorted(reach.affirmed[node.id])))
        for node in nodes
        if reach.affirmed.get(node.id) and node.kind not in ("Concept", *RECORD_KINDS)
    ]
