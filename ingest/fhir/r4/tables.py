"""All types in one table, and its columns by type.

For the 51 types of FHIR R4 (4.0.1) that clinical exports hold; other types are mapped by walking their tree. How an element is named
in the graph is decided in `ingest.fhir.rules`.
"""

from collections.abc import Mapping
from typing import Final

from ingest.fhir.r4.billing import BILLING
from ingest.fhir.r4.conditions import CONDITIONS
from ingest.fhir.r4.documents import DOCUMENTS
from ingest.fhir.r4.elements import Elements
from ingest.fhir.r4.encounters import ENCOUNTERS
from ingest.fhir.r4.medications import MEDICATIONS
from ingest.fhir.r4.people import PEOPLE
from ingest.fhir.r4.plans import PLANS
from ingest.fhir.r4.procedures import PROCEDURES
from ingest.fhir.r4.results import RESULTS

TYPES: Final[Mapping[str, Elements]] = {
    **PEOPLE,
    **ENCOUNTERS,
    **CONDITIONS,
    **RESULTS,
    **PROCEDURES,
    **MEDICATIONS,
    **PLANS,
    **DOCUMENTS,
    **BILLING,
}
"""Type → its elements."""

REFERENCES: Final = {kind: elements.references for kind, elements in TYPES.items()}
"""Type → path of a Reference → the types it may point to."""

CODED: Final = {kind: elements.coded for kind, elements in TYPES.items()}
"""Type → paths of its CodeableConcepts and Codings."""

DATES: Final = {kind: elements.dates for kind, elements in TYPES.items()}
"""Type → its dates and periods."""

ATTACHMENTS: Final = {kind: elements.attachments for kind, elements in TYPES.items() if elements.attachments}
"""Type → paths of its Attachments, for the types that have any."""
