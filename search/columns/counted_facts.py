"""The facts that count, as codes: what publishing makes the columns of charts of."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.columns.concepts import Int32, compress, gather
from search.columns.extract import Extract

CHARTED: Final = frozenset({"condition", "medication", "procedure", "allergy", "immunization"})
"""Relations of facts that describe a patient; observations and encounters are left out, being many and saying little."""
Pairs = tuple[NDArray[np.integer], NDArray[np.integer]]
"""Documents and concepts, beside one another."""


@dataclass(frozen=True)
class CountedFacts:
    """Counted facts with a concept, as codes; `encounters` are those of texts."""

    subjects: Int32
    concepts: Int32
    encounters: Int32
    charted: NDArray[np.bool_]
    """Those that describe a patient, without `of_substances`."""
    allergies: NDArray[np.bool_]
    of_substances: NDArray[np.bool_]
    """Allergies that are coded by what they are to: nobody has that for being allergic to it."""

    def beside(self, encounters: Int32, chosen: NDArray[np.bool_]) -> Pairs:
        """(document, concept) of the chosen facts, for each document whose encounter, of `encounters`, charts one."""
        known = (self.encounters >= 0) & chosen
        count = 1 + max(int(self.encounters.max(initial=-1)), int(encounters.max(initial=-1)))
        offsets, charted = compress(self.encounters[known], self.concepts[known], count)
        placed = np.flatnonzero(encounters >= 0)
        charting = encounters[placed]
        return np.repeat(placed, np.diff(offsets)[charting]), gather(offsets, charted.astype(np.int32), charting).astype(np.int64)


def counted_facts(extract: Extract, patients: dict[str, int], ordinals: Int32, allergens: AbstractSet[str]) -> CountedFacts:
    """The counted facts of an extract; `ordinals` are the concepts of codes, `allergens` those of substances."""
    facts = extract.facts
    rows = np.flatnonzero(facts.counted & (facts.concepts >= 0) & (facts.relations != extract.code("label")))
    subjects = extract.table(patients.__getitem__, facts.subjects[rows])[facts.subjects[rows]]
    allergies = facts.relations[rows] == extract.code("allergy")
    of_substances = allergies & np.isin(facts.concepts[rows], extract.codes(allergens))
    charted = np.isin(facts.relations[rows], extract.codes(CHARTED)) & ~of_substances
    return CountedFacts(subjects, ordinals[facts.concepts[rows]], facts.encounters[rows], charted, allergies, of_substances)
