"""Concepts of OMOP as codes: the systems of its vocabularies, and what its visits are among the classes of encounters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graph.identifiers import concept_iri

_SYSTEMS: Final = {
    "SNOMED": "http://snomed.info/sct",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "LOINC": "http://loinc.org",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "ICD10PCS": "http://www.cms.gov/Medicare/Coding/ICD10",
    "ICD9CM": "http://hl7.org/fhir/sid/icd-9-cm",
    "CPT4": "http://www.ama-assn.org/go/cpt",
    "HCPCS": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "CVX": "http://hl7.org/fhir/sid/cvx",
    "ATC": "http://www.whocc.no/atc",
    "MESH": "https://www.nlm.nih.gov/mesh",
    "UCUM": "http://unitsofmeasure.org",
}
"""Vocabulary, in capitals → the system that FHIR knows it by."""
_VISITS: Final = {"IP": ("IMP",), "OP": ("AMB",), "ER": ("EMER",), "ERIP": ("EMER", "IMP")}
_CLASSES: Final = frozenset({"AMB", "EMER", "FLD", "HH", "IMP", "ACUTE", "NONAC", "OBSENC", "PRENC", "SS", "VR"})
"""Codes of HL7's ActCode that encounters have as their class."""
_SCTID: Final = re.compile(r"[1-9]\d{3,13}[01]0\d")
_TIMES: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6), (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1), (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4), (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_TURNED: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def code_of(concept: Mapping[str, Any]) -> tuple[str, str]:
    """A concept as the IRI of its code, and what is to be said of that; ('', why) for one that cannot be carried over."""
    code, vocabulary = str(concept.get("CONCEPT_CODE") or ""), str(concept.get("VOCABULARY_ID") or "")
    system = _SYSTEMS.get(vocabulary.upper())
    if not code:
        return "", f"has no code (concept {concept.get('CONCEPT_ID')})"
    if system is None:
        return "", f"is of the vocabulary {vocabulary!r}, which no FHIR system is known for (code {code})"
    if vocabulary.upper() == "SNOMED" and not is_snomed(code):
        return code, f"{code} is no identifier of SNOMED CT, as which it stands there: it is taken for this code of whatever system"
    return concept_iri(system, code), ""


def is_snomed(code: str) -> bool:
    """Whether a code may identify a concept of SNOMED CT, by its partition and its check digit (Verhoeff's)."""
    if not _SCTID.fullmatch(code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _TURNED[turned]
        check = _TIMES[check][turned]
    return check == 0


def classes_of(concepts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The classes of encounters that all of some concepts are; none where one is no class."""
    found: list[str] = []
    for concept in concepts:
        code = str(concept.get("CONCEPT_CODE") or "").upper()
        classes = _VISITS.get(code) if str(concept.get("VOCABULARY_ID")).upper() == "VISIT" else (code,) if code in _CLASSES else None
        if classes is None:
            return []
        found += classes
    return list(dict.fromkeys(found))


def name_of(concept_set: Mapping[str, Any], place: int) -> str:
    """The name of a set, without what names here may not have."""
    plain = re.sub(r"[\s\"']+", "_", str(concept_set.get("name") or "")).strip("_")[:80] or "set"
    return f"{plain}_{place}"
