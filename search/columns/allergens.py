"""Substances by which records code allergies: the RxNorm code of aspirin as the code of an allergy.

Such a code means the allergy there and the drug elsewhere. So what charts it as an allergy counts as an allergy to it
(search.columns.documents.ALLERGY), and never as having it. A code that is an allergy by its own name ("Allergy to penicillin") is had
as any other, and is an allergy too.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.columns.concepts import distinct_pairs
from search.columns.extract import Extract

OF_ALLERGY: Final = re.compile(r"allerg|intoleran|sensitiv|known|anaphyla", re.IGNORECASE)
_ALLERGY_TO: Final = re.compile(r"allerg\w+ to \S.*|(?!no )\S.* allergy(?: \(.*\))?", re.IGNORECASE)
_OF_SUBSTANCES: Final = frozenset(
    {
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://hl7.org/fhir/sid/ndc",
        "http://hl7.org/fhir/sid/cvx",
        "http://fdasis.nlm.nih.gov",
        "http://www.whocc.no/atc",
    }
)
"""Systems that only have codes of what is given, whatever a record that uses one for an allergy calls it."""


def is_substance(system: str, displays: Iterable[str], labels: Iterable[str]) -> bool:
    """Whether a code by which records code allergies is that of a substance: nothing that the code is called says "allergy".

    The words of the records tell only of a code without a name of its own.
    """
    names = [name for name in displays if name] or list(labels)
    return system in _OF_SUBSTANCES or not any(OF_ALLERGY.search(name) for name in names)


def derive_allergens(db: sqlite3.Connection, extract: Extract) -> frozenset[str]:
    """The concepts of substances by which records code allergies; fills the table of them."""
    facts, texts = extract.facts, extract.texts
    of_allergies = (facts.relations == extract.code("allergy")) & (facts.concepts >= 0)
    labels: dict[str, set[str]] = defaultdict(set)
    for concept, label in zip(*map(list, distinct_pairs(facts.concepts[of_allergies], facts.labels[of_allergies])), strict=True):
        labels[texts[concept]].add(texts[label])
    called: dict[str, set[str]] = defaultdict(set)
    systems: dict[str, str] = {}
    for concept, system, display in db.execute("SELECT concept, system, display FROM uses WHERE uses > 0"):
        if concept in labels:
            systems[concept] = system
            called[concept].add(display)
    found = frozenset(each for each in labels if is_substance(systems.get(each, ""), called[each], labels[each]))
    db.executemany("INSERT INTO allergens VALUES (?)", ((concept,) for concept in sorted(found)))
    return found


def named_allergies(db: sqlite3.Connection, extract: Extract, allergens: frozenset[str], count: int) -> NDArray[np.bool_]:
    """Which concepts, by ordinal, are allergies themselves: charted as such, and no substances, or called "allergy to …"."""
    facts = extract.facts
    charted = set(extract.distinct(facts.concepts[facts.relations == extract.code("allergy")])) - allergens
    found = np.zeros(count, dtype=np.bool_)
    for ordinal, concept, label in db.execute("SELECT ordinal, concept, label FROM concepts"):
        found[ordinal] = concept in charted or (concept not in allergens and _ALLERGY_TO.fullmatch(label) is not None)
    return found
