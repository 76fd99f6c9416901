"""The elements of a resource type that the mapping looks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Elements:
    """Where the references, codes, dates and attachments of a type are.

    A path names an element by its steps below the resource, with dots: `participant.individual`.
    """

    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Path of a Reference → the types it may point to ('Resource': any; empty: R4 does not say)."""
    coded: tuple[str, ...] = ()
    """Paths of CodeableConcepts and Codings, two levels deep."""
    dates: tuple[str, ...] = ()
    """Dates and periods, top level."""
    attachments: tuple[str, ...] = ()
    """Paths of Attachments; `**` stands for elements of any depth."""
