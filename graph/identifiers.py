"""IRIs of datasets, records and concepts, and the N-Quads spelling of terms.

Every IRI is a pure function of what it names, so that a second run over the same input changes nothing.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote, unquote

from graph.errors import InvalidDatasetName
from graph.vocabulary import BASE, XSD

_DATASET = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_PLAIN_ID = re.compile(r"[A-Za-z0-9.\-_]+")
_IRI_RUN = r"[A-Za-z0-9:/?._~!$&'()*+,;=@\-]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9:/?._~!$&'()*+,;=@\-]*)*"
_PLAIN_IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://[A-Za-z0-9.\-]*(?=[/?#]|\Z)|(?!//)){_IRI_RUN}(?:#{_IRI_RUN})?")
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?:[^/?#@:]*(?::[^/?#@]*)?@)?[^/?#@:]*(?::[0-9]*)?(?=[/?#]|\Z)|(?!//))")
_IRI_UNSAFE = re.compile(
    r"%(?![0-9A-Fa-f]{2})|[\x00-\x20<>\"{}|^`\\\[\]\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xE0000, 0x10000))
    + "\U000e0000-\U000e0fff\U000efffe-\U0010ffff]"
)
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TEMPORAL = re.compile(r"((?:-?[0-9]{4,}-[0-9]{2}-[0-9]{2})?T?(?:[0-9]{2}:[0-9]{2}:[0-9]{2})?)(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")
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
CONCEPT_NAMESPACES = tuple(_SCHEMES.values())
"""What the IRIs of concepts of the known schemes begin with."""

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


def parse_record_iri(iri: str) -> tuple[str, str, str] | None:
    """Dataset, kind and identifier (as it stands in the IRI) of a record; None where the IRI is no record's."""
    parts = iri.removeprefix(f"{BASE}data/").split("/", 2)
    return (parts[0], parts[1], parts[2]) if iri.startswith(f"{BASE}data/") and len(parts) == 3 and all(parts) else None


def job_iri(dataset: str, job: str) -> str:
    """The IRI of a labeling job, which is also the scheme of its classes."""
    return record_iri(dataset, "Job", job)


def worker_iri(dataset: str, worker: str) -> str:
    """The IRI of a worker, by the pseudonym that the files use."""
    return record_iri(dataset, "Worker", worker)


def name_of(iri: str) -> str:
    """The name that an IRI of ours ends with: of a job, a worker, a class."""
    return unquote(iri.rpartition("/")[2])


def dataset_of(iri: str) -> str:
    """The dataset that something of ours belongs to (a record, or a class of a job); '' for anything else."""
    path = iri.removeprefix(BASE).removeprefix("code/")
    return path.removeprefix("data/").partition("/")[0] if iri.startswith(BASE) and path.startswith("data/") else ""


def job_of(concept: str) -> str:
    """The job that a class belongs to, from its IRI; '' for classes of a taxonomy and of other schemes."""
    system = concept.removeprefix(f"{BASE}code/").rpartition("/")[0]
    return BASE + system if concept.startswith(f"{BASE}code/data/") and "/Job/" in system else ""


def unresolved_iri(dataset: str, kind: str, system: str, value: str) -> str:
    """The IRI of something known only by a business identifier, until a record of the dataset carries it."""
    return f"{BASE}data/{dataset}/{kind}/identifier/{quote(system, safe='')}/{quote(value, safe='')}"


DERIVED_GRAPHS = ("concepts", "stubs")
"""What publishing derives for a dataset as a whole, each in a named graph of its own."""


def derived_graph_iri(dataset: str, name: str) -> str:
    """The named graph of what publishing derives for a dataset (`DERIVED_GRAPHS`)."""
    return f"{BASE}data/{dataset}/derived/{name}"


def readings_iri(record: str) -> str:
    """The named graph of what the texts of a record say."""
    path = record.removeprefix(f"{BASE}data/")
    dataset, _, of_record = path.partition("/")
    return derived_graph_iri(dataset, f"readings/{of_record}")


def source_iri(dataset: str, source: str, line: int) -> str:
    """The IRI of a line of a source of a dataset, of which `source` is the name (see sources.places)."""
    return f"{BASE}source/{dataset}/{quote(source, safe='/', errors='replace')}#line={line}"


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
    """The IRI of the concept that `code` names in `system` (aliases of a system give the same concept; our own go without encoding)."""
    system = canonical_system(system)
    namespace = _SCHEMES.get(system)
    if namespace is None and system.startswith(BASE):
        return f"{BASE}code/{system[len(BASE) :]}/{quote(code, safe='')}"
    if namespace is None:
        return f"{BASE}code/{quote(system, safe='')}/{quote(code, safe='')}"
    return namespace + quote(notation(system, code), safe=".-")


def system_and_code(iri: str) -> tuple[str, str] | None:
    """The system and the code that an IRI of a known scheme names, as `concept_iri` made it; None for any other IRI."""
    for system, namespace in _SCHEMES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return system, unquote(iri[len(namespace) :])
    return None


@lru_cache(maxsize=65536)
def notation(system: str, code: str) -> str:
    """The code as its scheme spells it: ICD codes get their dot."""
    if canonical_system(system) == "http://hl7.org/fhir/sid/icd-10-cm":
        undotted = _ICD_WITHOUT_DOT.fullmatch(code)
        if undotted:
            return f"{undotted[1]}.{undotted[2]}"
    return code


def safe_iri(iri: str) -> str:
    """The absolute IRI that stands for `iri` in the graph: itself where RFC 3987 allows it.

    Characters an IRI may not hold are percent-encoded; what is no absolute IRI even then becomes `{BASE}iri/{percent-encoded text}`.
    Strict stores refuse a whole part for one bad IRI, so every IRI that comes from data passes here.
    """
    if _PLAIN_IRI.fullmatch(iri):
        return iri
    scheme, fragment_mark, fragment = iri.partition("#")
    repaired = _percent_encode(scheme) + fragment_mark + _percent_encode(fragment).replace("#", "%23")
    if _ABSOLUTE_IRI.match(repaired):
        return repaired
    return f"{BASE}iri/{quote(iri, safe='', errors='replace')}"


def iri_term(iri: str) -> str:
    """An IRI as N-Quads writes it, made safe by `safe_iri`."""
    return f"<{iri}>" if _PLAIN_IRI.fullmatch(iri) else f"<{safe_iri(iri)}>"


def literal_term(value: str, datatype: str | None = None, language: str | None = None) -> str:
    """A literal as N-Quads writes it; `datatype` is a full IRI. Lone surrogates, which UTF-8 cannot carry, become '?'.

    Numbers, booleans and times are spelled canonically (`canonical_literal`), because stores keep their value and not their spelling.
    """
    if datatype is not None and datatype in _CANONICAL:
        value, datatype = canonical_literal(value, datatype)
    if _LITERAL_UNSAFE.search(value):
        value = _LITERAL_UNSAFE.sub(lambda m: _LITERAL_ESCAPES.get(m[0]) or f"\\u{ord(m[0]):04X}", value)
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode() if _has_surrogate(value) else value
    if language:
        return f'"{value}"@{language.lower()}'
    if datatype and datatype != XSD + "string":
        return f'"{value}"^^{iri_term(datatype)}'
    return f'"{value}"'


def canonical_literal(value: str, datatype: str) -> tuple[str, str]:
    """The spelling and datatype that every store gives back for a number, boolean, date or time; anything else comes back as it is.

    Integer types are one type (`xsd:integer`); decimals lose trailing zeros; `+00:00` is `Z`. What is no value of its type stays
    as written.
    """
    rule = _CANONICAL.get(datatype)
    return rule(value, datatype) if rule else (value, datatype)


def _integer(value: str, datatype: str) -> tuple[str, str]:
    if _INTEGER.fullmatch(value) and -(2**63) <= int(value) < 2**63:
        return str(int(value)), XSD + "integer"
    return value, datatype


def _decimal(value: str, datatype: str) -> tuple[str, str]:
    if not _DECIMAL.fullmatch(value):
        return value, datatype
    whole, _, fraction = value.lstrip("+-").partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    if len(fraction) > 18 or int(whole + fraction.ljust(18, "0")) >= 2**127:
        return value, datatype
    digits = f"{whole}.{fraction}" if fraction else whole
    return ("-" if value.startswith("-") and digits != "0" else "") + digits, datatype


def _double(value: str, datatype: str) -> tuple[str, str]:
    if not _DOUBLE.fullmatch(value):
        return ("INF" if value == "+INF" else value), datatype
    number = float(value)
    if number in (float("inf"), float("-inf")):
        return ("INF" if number > 0 else "-INF"), datatype
    return format(Decimal(repr(number)), "f").removesuffix(".0"), datatype


def _boolean(value: str, datatype: str) -> tuple[str, str]:
    return {"1": "true", "0": "false"}.get(value, value), datatype


def _time(value: str, datatype: str) -> tuple[str, str]:
    parsed = _TEMPORAL.fullmatch(value)
    if not parsed:
        return value, datatype
    rest, fraction, zone = parsed.groups()
    fraction = (fraction or "").rstrip("0").rstrip(".")
    if datatype == XSD + "dateTimeStamp":
        datatype = XSD + "dateTime"
    return rest + fraction + ("Z" if zone in ("+00:00", "-00:00") else zone or ""), datatype


_CANONICAL: dict[str, Callable[[str, str], tuple[str, str]]] = {
    **{XSD + name: _integer for name in ("integer", "byte", "short", "int", "long", "unsignedByte", "unsignedShort", "unsignedInt")},
    **{XSD + name: _integer for name in ("unsignedLong", "positiveInteger", "negativeInteger", "nonPositiveInteger", "nonNegativeInteger")},
    XSD + "decimal": _decimal,
    XSD + "double": _double,
    XSD + "boolean": _boolean,
    XSD + "dateTime": _time,
    XSD + "dateTimeStamp": _time,
    XSD + "date": _time,
    XSD + "time": _time,
}


def _percent_encode(text: str) -> str:
    return _IRI_UNSAFE.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode("utf-8", "replace")), text)


def _has_surrogate(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False
