"""The canonical URLs of code systems, by the names that the files of terminologies have for them."""

import re
from typing import Final

from graph.identifiers import canonical_system

SNOMED: Final = "http://snomed.info/sct"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC: Final = "http://loinc.org"
ICD10CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
ICD10: Final = "http://hl7.org/fhir/sid/icd-10"
UMLS: Final = "http://www.nlm.nih.gov/research/umls"
DRUGBANK: Final = "https://go.drugbank.com"
HPO: Final = "http://human-phenotype-ontology.org"
MESH: Final = "https://www.nlm.nih.gov/mesh"
MEDDRA: Final = "https://www.meddra.org"

_BY_NAME: Final = {
    SNOMED: "snomed snomedct snomedctus sct",
    RXNORM: "rxnorm rxnormextension rx",
    LOINC: "loinc lnc",
    ICD10CM: "icd10cm",
    ICD10: "icd10",
    "http://hl7.org/fhir/sid/icd-9-cm": "icd9cm",
    "http://www.cms.gov/Medicare/Coding/ICD10": "icd10pcs",
    "http://hl7.org/fhir/sid/cvx": "cvx",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    "http://www.ama-assn.org/go/cpt": "cpt cpt4",
    "http://www.whocc.no/atc": "atc",
    HPO: "hpo hp",
    MESH: "mesh msh",
    MEDDRA: "meddra mdr",
    "http://purl.obolibrary.org/obo/mondo.owl": "mondo",
    "http://purl.obolibrary.org/obo/doid.owl": "doid do diseaseontology",
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": "nci ncit",
    UMLS: "umls",
    DRUGBANK: "drugbank",
}
_NAMED: Final = {name: system for system, names in _BY_NAME.items() for name in names.split()}
_PUNCTUATION: Final = re.compile(r"[\s_.\-]+")


def system_of(name: str) -> str | None:
    """The canonical URL of a code system: of its URL or OID, or of a name that files have for it; None for a name nobody knows."""
    if ":" in name:
        return canonical_system(name)
    return _NAMED.get(_PUNCTUATION.sub("", name).lower())
