"""Several codings of one thing as one node of the picture: a record that SNOMED CT and ICD both code is drawn once, with both codes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from concepts.model import Assertion
from graph.model import Edge
from graph.vocabulary import CHARTED, CODE, KG, group_of, local_name
from search.columns.codings import leading_first, leads
from search.model import Hit, SearchResult, Shared

RECORD_CODES: Final = frozenset({CODE, KG + "medication"})
"""Relations from a record to the concept it charts."""
RECORD_GROUPS: Final = frozenset({"condition", "medication", "procedure", "observation", "allergy", "immunization"})

Further = Mapping[str, tuple[tuple[str, Assertion], ...]]
"""Document → what it says of concepts."""


def with_one_thing_each(result: SearchResult, further: Further) -> tuple[SearchResult, Further, dict[str, tuple[str, ...]]]:
    """The page of hits with the concepts of one thing as one concept, what documents say of it, and the codes of such things."""
    things = things_of(result)
    lead_of = leads(things.values())
    if all(len(concepts) == 1 for concepts in things.values()):
        return result, further, {}
    codes: dict[str, list[str]] = defaultdict(list)
    for other, lead in sorted(lead_of.items()):
        codes[lead] = codes[lead] or [local_name(lead)]
        codes[lead].append(local_name(other))
    hood = result.neighbourhood
    edges: dict[tuple[str, str, str], Edge] = {}
    for edge in hood.edges:
        source = lead_of.get(edge.source, edge.source)
        for target in _targets(edge, things, lead_of):
            if source != target:
                edges.setdefault((source, edge.relation, target), replace(edge, source=source, target=target))
    nodes = tuple(node for node in hood.nodes if node.id not in lead_of)
    changed = replace(
        result,
        hits=tuple(_with_leads(hit, lead_of) for hit in result.hits),
        neighbourhood=replace(hood, nodes=nodes, edges=tuple(edges.values())),
        shared=_shared(result, lead_of, {node.id: node.label for node in hood.nodes}),
    )
    said = {document: tuple((lead_of.get(concept, concept), how) for concept, how in found) for document, found in further.items()}
    return changed, said, {lead: tuple(found) for lead, found in codes.items()}


def things_of(result: SearchResult) -> dict[str, tuple[str, ...]]:
    """Record → the concepts of the picture that code it, SNOMED CT's first: by its links, its patient's, its facts."""
    kinds = {node.id: node.kind for node in result.neighbourhood.nodes}
    things: dict[str, set[str]] = defaultdict(set)
    for edge in result.neighbourhood.edges:
        if kinds.get(edge.target) != "Concept":
            continue
        if edge.relation in RECORD_CODES and group_of(kinds.get(edge.source, "")) in RECORD_GROUPS:
            things[edge.source].add(edge.target)
        elif edge.relation in CHARTED:
            for record in edge.evidence:
                things[record].add(edge.target)
    for record, found in things.items():
        found.update(concept for concept in result.codings.get(record, ()) if concept in kinds)
    return {record: leading_first(sorted(found)) for record, found in things.items()}


def _targets(edge: Edge, things: Mapping[str, tuple[str, ...]], lead_of: Mapping[str, str]) -> Iterable[str]:
    """Where an edge leads to: what a record codes is its leading concept, also where another thing shares one of its codes."""
    if edge.relation in RECORD_CODES and edge.target in things.get(edge.source, ()):
        return (things[edge.source][0],)
    told = [things[record][0] for record in edge.evidence if edge.target in things.get(record, ())] if edge.relation in CHARTED else []
    return dict.fromkeys(told) if told else (lead_of.get(edge.target, edge.target),)


def _shared(result: SearchResult, lead_of: Mapping[str, str], labels: Mapping[str, str]) -> tuple[Shared, ...]:
    """What hits share, the codings of one thing once in either list, with all of their hits and those hits' patients."""
    whose = {hit.rank: hit.patient for hit in result.hits if hit.patient}
    found: dict[tuple[str, str], Shared] = {}
    for one in result.shared:
        node = lead_of.get(one.node, one.node)
        first = found.get((node, one.basis), one)
        hits = tuple(sorted({*one.hits, *first.hits}))
        patients = len({whose[rank] for rank in hits if rank in whose})
        found[node, one.basis] = replace(first, node=node, label=labels.get(node, one.label), hits=hits, patients=patients)
    return tuple(found.values())


def _with_leads(hit: Hit, lead_of: Mapping[str, str]) -> Hit:
    """The concepts of a hit, those of one thing with one assertion once."""
    concepts = dict.fromkeys((lead_of.get(concept, concept), assertion) for concept, _, assertion in hit.concepts)
    labels = {lead_of.get(concept, concept): label for concept, label, _ in reversed(hit.concepts)}
    return replace(hit, concepts=tuple((concept, labels[concept], assertion) for concept, assertion in concepts))
