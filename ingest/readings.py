"""What texts say, for the graph: one link from record to concept for each assertion, in a named graph of each record.

So a text that changes, or is read anew, has its own graph written again and nobody else's. Data folders of an earlier version have all
readings of a dataset in one graph, until the dataset is published again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from concepts.model import Assertion, ConceptUse
from graph.identifiers import iri_term, readings_iri
from graph.vocabulary import AFFIRMS, ATTRIBUTES_TO_FAMILY, DENIES, RECALLS, REPORTS_ALLERGY_TO, SUPPOSES, SUSPECTS
from ingest.ledger import Ledger
from search.generation import GenerationBuilder, Progress
from search.reading.documents import Runner, TextsRead

_SAYS = {
    Assertion.AFFIRMED: AFFIRMS,
    Assertion.NEGATED: DENIES,
    Assertion.POSSIBLE: SUSPECTS,
    Assertion.HYPOTHETICAL: SUPPOSES,
    Assertion.HISTORICAL: RECALLS,
    Assertion.FAMILY: ATTRIBUTES_TO_FAMILY,
    Assertion.ALLERGY: REPORTS_ALLERGY_TO,
}
"""What the text of a record says of a concept → the link from record to concept. What is denied of relatives has none: it is no denial of
the patient's, and no relative's illness; nor has a denied allergy, which is no denial that the substance is taken."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What came of reading: the records whose texts were looked at, those of them that say something, by IRI, and how many texts."""

    looked_at: frozenset[str]
    saying: frozenset[str]
    texts: TextsRead

    def graphs(self) -> Iterator[str]:
        """The named graphs of the records that say something."""
        return map(readings_iri, sorted(self.saying))


def read_texts(
    dataset: str, search: GenerationBuilder, uses: Counter[ConceptUse], run: Runner, progress: Progress, path: Path, *, all_of_them: bool
) -> Readings:
    """Read the texts of a dataset that wait for it, and write what those that were brought or read now say (or all) to a file, as N-Quads.

    Concepts that only texts name join `uses`.
    """
    texts = search.read(dataset, run, progress)
    for use in search.read_concepts(dataset):
        uses[use] += 0
    looked_at, saying = search.looked_at(dataset), set()
    with path.open("w", encoding="utf-8") as file:
        for record, concept, assertion in search.said(dataset, None if all_of_them else looked_at):
            if assertion not in _SAYS:
                continue
            saying.add(record)
            file.write(said_quad(record, concept, assertion))
    return Readings(looked_at | saying, frozenset(saying), texts)


def said_quad(record: str, concept: str, assertion: Assertion) -> str:
    """The N-Quad of one thing that the texts of a record say; raises KeyError for what has no link."""
    return f"{iri_term(record)} <{_SAYS[assertion]}> {iri_term(concept)} {iri_term(readings_iri(record))} .\n"


def published_graphs(ledger: Ledger, dataset: str, records: Iterable[str]) -> list[str]:
    """The named graphs of what records say, of those of them that are published with one."""
    return [readings_iri(record) for record in ledger.saying(dataset, records)]
