"""IRIs of datasets, records and concepts, and the N-Quads spelling of terms.

Every IRI is a pure function of what it names, so that a second run over the same input changes nothing.
"""

import re
from functools import lru_cache
from urllib.parse import quote

from graph.errors import InvalidDatasetName
from graph.vocabulary import BASE, XSD

_DATASET = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_PLAIN_ID = re.compile(r"[A-Za-z0-9.\-_]+")
_IRI_UNSAFE = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_LITERAL_UNSAFE = re.compile(r'[\x00-\x1f"\\\x7f]')
_LITERAL_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_SCHEMES = {
    "http://snomed.info/sct": "http://snomed.info/id/",
    "http://loinc.org": "https://loinc.org/rdf/",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "http://purl.bioontology.org/ontology/RXNORM/",
    "http://hl7.org/fhir/sid/icd-10-cm": "http://purl.bioontology.org/ontology/ICD10CM/",
    "https://www.nlm.nih.gov/mesh": "http://id.nlm.nih.gov/mesh/",
    "https://www.meddra.org": "http://purl.bioontology.org/ontology/MEDDRA/",
}
_ALIASES = {
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "urn:oid:2.16.840.1.113883.6.1": "http://loinc.org",
    "urn:oid:2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "urn:oid:2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "http://hl7.org/fhir/sid/icd-10-us": "http://hl7.org/fhir/sid/icd-10-cm",
    "http://healthlake.amazonaws.com/aws-cm/infer-icd10": "http://hl7.org/fhir/sid/icd-10-cm",
    "http://healthlake.amazonaws.com/aws-cm/infer-rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://healthlake.amazonaws.com/aws-cm/infer-snomedct": "http://snomed.info/sct",
    "http://id.nlm.nih.gov/mesh": "https://www.nlm.nih.gov/mesh",
}
_ICD_WITHOUT_DOT = re.compile(r"([A-Z]\d[0-9A-Z])([0-9A-Z]{1,4})")


def check_dataset_name(name: str) -> str:
    """The name itself; InvalidDatasetName where it could not be part of an IRI and a folder name."""
    if not _DATASET.fullmatch(name):
        raise InvalidDatasetName(
            f"{name!r} is not a dataset name: use 1 to 63 lower-case letters, digits, '.', '_' or '-', beginning with a letter or digit"
        )
    return name


def dataset_iri(dataset: str) -> str:
    """The IRI of a dataset."""
    return f"{BASE}data/{dataset}"


def record_iri(dataset: str, kind: str, identifier: str) -> str:
    """The IRI of a record, which is also the IRI of its named graph."""
    if not _PLAIN_ID.fullmatch(identifier):
        identifier = quote(identifier, safe="")
    return f"{BASE}data/{dataset}/{kind}/{identifier}"


def unresolved_iri(dataset: str, kind: str, system: str, value: str) -> str:
    """The IRI of something known only by a business identifier, until a record of the dataset carries it."""
    return f"{BASE}data/{dataset}/{kind}/identifier/{quote(system, safe='')}/{quote(value, safe='')}"


def derived_graph_iri(dataset: str, name: str) -> str:
    """The named graph of what publishing derives for a dataset: `concepts` and `stubs`."""
    return f"{BASE}data/{dataset}/derived/{name}"


def run_iri(run: str) -> str:
    """The IRI of an ingest run."""
    return f"{BASE}run/{run}"


@lru_cache(maxsize=512)
def canonical_system(system: str) -> str:
    """The official FHIR URL of a code system for any alias of it."""
    bare = system.rstrip("/") if system.startswith("http://healthlake.") or system.startswith("http://id.nlm") else system
    return _ALIASES.get(bare, system)


@lru_cache(maxsize=65536)
def concept_iri(system: str, code: str) -> str:
    """The IRI of the concept that `code` names in `system` (aliases of a system give the same concept)."""
    system = canonical_system(system)
    namespace = _SCHEMES.get(system)
    if namespace is None:
        return f"{BASE}code/{quote(system, safe='')}/{quote(code, safe='')}"
    return namespace + quote(notation(system, code), safe=".-")


@lru_cache(maxsize=65536)
def notation(system: str, code: str) -> str:
    """The code as its scheme spells it: ICD codes get their dot."""
    if canonical_system(system) == "http://hl7.org/fhir/sid/icd-10-cm":
        undotted = _ICD_WITHOUT_DOT.fullmatch(code)
        if undotted:
            return f"{undotted[1]}.{undotted[2]}"
    return code


def iri_term(iri: str) -> str:
    """An IRI as N-Quads writes it; characters an IRI may not hold are percent-encoded."""
    if _IRI_UNSAFE.search(iri):
        iri = _IRI_UNSAFE.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), iri)
    return f"<{iri}>"


def literal_term(value: str, datatype: str | None = None, language: str | None = None) -> str:
    """A literal as N-Quads writes it; `datatype` is a full IRI. Lone surrogates, which UTF-8 cannot carry, become U+FFFD."""
    if _LITERAL_UNSAFE.search(value):
        value = _LITERAL_UNSAFE.sub(lambda m: _LITERAL_ESCAPES.get(m[0]) or f"\\u{ord(m[0]):04X}", value)
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode() if _has_surrogate(value) else value
    if language:
        return f'"{value}"@{language}'
    if datatype and datatype != XSD + "string":
        return f'"{value}"^^<{datatype}>'
    return f'"{value}"'


def _has_surrogate(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False
