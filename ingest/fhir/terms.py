"""The names of the properties that the mapping makes out of FHIR elements, for the ontology."""

from typing import Final

from ingest.fhir.r4.tables import CODED, DATES, REFERENCES
from ingest.fhir.rules.naming import name_of

_PLAIN: Final = (
    *("active", "abatement", "criticality", "date", "deceased", "doNotPerform", "docStatus", "dosage", "end", "ethnicity", "identifier"),
    *("intent", "isSubpotent", "lifecycleStatus", "lotNumber", "mode", "onset", "outcome", "performed", "primarySource", "priority"),
    *(
        "race",
        "recorded",
        "relativeName",
        "start",
        "status",
        "subject",
        "encounter",
        "code",
        "unit",
        "issued",
        "use",
        "value",
        "end",
        "component",
    ),
)
"""Elements with a plain value, which no table of references and codes lists."""


def element_names() -> frozenset[str]:
    """Local names of `kg:` properties. Types that R4's tables leave out are walked: their elements keep their own names."""
    paths = {path for table in (REFERENCES, CODED, DATES) for kind in table.values() for path in kind}
    return frozenset({*map(name_of, paths), *_PLAIN})
