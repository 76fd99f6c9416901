"""Values that flow through ingest: what readers yield, what mapping makes of it, and what was wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from concepts.model import ConceptUse
from search.model import Document, Fact, FormerPatient, PatientSummary
from sources.model import Issue
from sources.places import Places


@dataclass(frozen=True, slots=True)
class Target:
    """A node that a record refers to, and the type it must have ('Resource' where the reference does not tell)."""

    iri: str
    kind: str


WATCHED = "$watched"

NAMED = "urn:commissure:named:"
"""Under this system and the `Type/id` of what it names as its content a record tells its own `Type/id`, also where it is not represented:
what a withdrawn record named is not nobody's."""


@dataclass(frozen=True, slots=True)
class PendingReference:
    """A reference by business identifier that no record of the dataset answers yet (or that several do: then `ambiguous`).

    Of kind WATCHED it is what a record read of another one ('' if that was not there): another value maps it again.
    """

    kind: str
    system: str
    value: str
    ambiguous: bool = False


IdentifierLookup = Callable[[str, str, str], tuple[str, ...]]
"""(type or '' for any, system, value) → the `Type/id` of every record of the dataset that carries the identifier."""

ValueLookup = Callable[[str], tuple[str, ...]]
"""system → every value that records of the dataset carry under it: what a record says of itself for others to read."""


ContentLookup = Callable[[str, str], bytes | None]
"""(`Type/id`, digest) → the content that the record announced by that digest (see Format.content); None where it is not there."""


BesideLookup = Callable[[str, str, str], bytes]
"""(record, source, name) → what the file of that name beside the source holds. Raises OSError, SourceDenied where it lies elsewhere."""


def nothing_beside(record: str, source: str, name: str) -> bytes:
    """The lookup where there are no files."""
    raise FileNotFoundError(name)


@dataclass(frozen=True, slots=True)
class MappingContext:
    """What mapping needs to know beside the resource. `run` is the ingest run's id; `strict` turns warnings into rejects.

    `places` names the folders of sources (see sources.places).
    """

    dataset: str
    run: str
    find: IdentifierLookup
    strict: bool = False
    include_claims: bool = False
    values: ValueLookup = lambda system: ()
    content: ContentLookup = lambda key, digest: None
    beside: BesideLookup = nothing_beside
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one record becomes. `quads` are N-Quads lines, all in the record's graph ('' when rejected or skipped).

    `beside` is what it read of files beside its own: (name, content).
    `skipped` names why a valid record is not represented ('claim', 'entered-in-error', …; '' when it is).
    """

    record: str
    kind: str
    quads: str = ""
    documents: tuple[Document, ...] = ()
    facts: tuple[Fact, ...] = ()
    patients: tuple[PatientSummary, ...] = ()
    former: tuple[FormerPatient, ...] = ()
    concepts: tuple[ConceptUse, ...] = ()
    targets: tuple[Target, ...] = ()
    pending: tuple[PendingReference, ...] = ()
    issues: tuple[Issue, ...] = ()
    beside: tuple[tuple[str, bytes], ...] = ()
    skipped: str = ""
    rejected: bool = False
