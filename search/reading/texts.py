"""What a text says, read with the names and terminologies of a generation: the same reader that its own documents were read by."""

from collections.abc import Sequence
from dataclasses import dataclass

from concepts.reader import Reader, ReadMention
from concepts.terminology import Concept
from search.masks import no_dataset
from search.reading.documents import TERMINOLOGY, iri_of, value_of
from search.reading.vocabularies import Vocabularies


@dataclass(frozen=True, slots=True)
class ReadConcept:
    """A concept that a name stands for: its IRI, the canonical URL of its `system`, its code and its preferred name there."""

    concept: str
    system: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class ReadText:
    """A span of a text that names a concept, and how the text means it.

    `start` and `end` count code points of the text as it was given, end-exclusive. `alternatives` are what else the name stands for,
    `trigger` the words that decide the assertion ('' for none), `section` the heading it stands under; `value` with `unit` is what the text
    gives it ('> 9', '%'; '' for none).
    """

    start: int
    end: int
    text: str
    concept: str
    system: str
    code: str
    label: str
    alternatives: tuple[ReadConcept, ...]
    assertion: str
    trigger: str
    section: str
    value: str
    unit: str


class Texts:
    """Reads texts with the vocabularies of a generation. Safe for any number of threads."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        """`vocabularies` are those of the generation."""
        self._vocabularies = vocabularies

    def names(self) -> tuple[str, ...]:
        """The vocabularies: each dataset's own names, then terminologies (`+NAME`)."""
        return self._vocabularies.names()

    def read(self, text: str, datasets: Sequence[str] = ()) -> tuple[ReadText, ...]:
        """What a text mentions, by place: by the names of these datasets (all, where none is given) and by all terminologies.

        Raises InvalidRequest for a dataset that is not there, GenerationUnreadable.
        """
        own = self._vocabularies.datasets()
        for dataset in datasets:
            if dataset not in own:
                raise no_dataset(dataset, own)
        chosen = [name for name in self.names() if name.startswith(TERMINOLOGY) or not datasets or name in datasets]
        return tuple(map(_read, Reader(self._vocabularies.of(chosen)).read(text)))


def _read(mention: ReadMention) -> ReadText:
    value, unit = value_of(mention)
    named = _concept(mention.concept)
    return ReadText(
        mention.start,
        mention.end,
        mention.text,
        named.concept,
        named.system,
        named.code,
        named.label,
        tuple(map(_concept, mention.alternatives)),
        mention.assertion.value,
        mention.judgement.trigger,
        mention.judgement.section,
        value,
        unit,
    )


def _concept(concept: Concept) -> ReadConcept:
    return ReadConcept(iri_of(concept), concept.system, concept.code, concept.label)
