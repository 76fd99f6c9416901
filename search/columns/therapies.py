"""Drugs and procedures below the therapies that they are of: warfarin below anticoagulants, hemodialysis below dialysis.

A therapy comes in where something of it is used, or a text names it, and is above all of these as if a terminology said so.
"""

import sqlite3
from collections import defaultdict
from typing import Final

import numpy as np

from concepts.terminology import Kind
from concepts.therapies import SYSTEM, Therapy, classes_of, therapies
from graph.identifiers import concept_iri
from search.columns.concepts import distinct_pairs
from search.columns.extract import Extract
from search.columns.wider import Wider

_RELATIONS: Final = {"medication": Kind.DRUG, "procedure": Kind.PROCEDURE}
"""Relation of a fact → what its concept is."""
_OF_DRUGS: Final = (
    SYSTEM,
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://hl7.org/fhir/sid/ndc",
    "http://www.whocc.no/atc",
    "https://go.drugbank.com",
)
"""Systems that have only drugs: what texts name of them is one, whether a record uses it or not."""


def classify(db: sqlite3.Connection, extract: Extract, wider: Wider) -> None:
    """Add to what lies above concepts the therapies that they are of, and to the table `wider` the names of these."""
    by_iri = {concept_iri(SYSTEM, each.concept.code): each for each in therapies()}
    kinds, names = _kinds(db, extract), _names(db, extract)
    found: set[str] = set()
    for concept, kind in kinds.items():
        found |= _above(concept, kind, names[concept], wider)
    named = {concept for (concept,) in db.execute("SELECT DISTINCT concept FROM uses WHERE system = ?", (SYSTEM,))}
    wider.added |= found - named
    for iri in found | named:
        therapy = by_iri.get(iri)
        if therapy is not None:
            found |= _above(iri, therapy.concept.kind, {therapy.concept.label}, wider)
    wider.added |= found - named
    for iri in sorted(found | named):
        if iri in by_iri:
            _name(db, iri, by_iri[iri])


def _above(concept: str, kind: Kind, names: set[str], wider: Wider) -> set[str]:
    """The therapies that a concept of these names is of."""
    above = {concept_iri(SYSTEM, each.code) for name in names for each in classes_of(name, kind)} - {concept}
    wider.broader.update((concept, each) for each in above)
    return above


def _kinds(db: sqlite3.Connection, extract: Extract) -> dict[str, Kind]:
    marks = ", ".join("?" * len(_OF_DRUGS))
    kinds = {
        concept: Kind.DRUG
        for (concept,) in db.execute(f"SELECT DISTINCT concept FROM uses WHERE system IN ({marks})", _OF_DRUGS)  # noqa: S608 - only marks
    }
    facts = extract.facts
    for relation, kind in _RELATIONS.items():
        charted = (facts.relations == extract.code(relation)) & (facts.concepts >= 0)
        kinds.update(dict.fromkeys(extract.distinct(facts.concepts[charted]), kind))
    return kinds


def _names(db: sqlite3.Connection, extract: Extract) -> dict[str, set[str]]:
    """What records and terminologies call each concept."""
    names: dict[str, set[str]] = defaultdict(set)
    for concept, display in db.execute("SELECT concept, display FROM uses UNION SELECT concept, display FROM wider"):
        names[concept].add(display)
    facts, texts = extract.facts, extract.texts
    charted = np.isin(facts.relations, extract.codes(_RELATIONS)) & (facts.concepts >= 0) & (facts.labels >= 0)
    for concept, label in zip(*map(list, distinct_pairs(facts.concepts[charted], facts.labels[charted])), strict=True):
        names[texts[concept]].add(texts[label])
    return names


def _name(db: sqlite3.Connection, iri: str, therapy: Therapy) -> None:
    label, code = therapy.concept.label, therapy.concept.code
    rows = [(iri, label, SYSTEM, code, 0), *((iri, name, SYSTEM, code, -1) for name in therapy.names)]
    db.executemany("INSERT INTO wider VALUES (?, ?, ?, ?, ?)", rows)
