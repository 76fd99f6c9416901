"""Maps a resource and reads what came of it: statements with prefixes instead of N-Quads."""

import base64
from collections import defaultdict

import orjson
import pyoxigraph

from graph.vocabulary import compact
from ingest.fhir.mapping import map_record
from ingest.fhir.reader import record_of
from ingest.model import WATCHED, MappingContext

BASE = "https://w3id.org/commissure/data/d/"
SNOMED, LOINC, RXNORM = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
PATIENT, ENCOUNTER = {"reference": "Patient/p"}, {"reference": "Encounter/e"}


def concept(system, code, display=""):
    coding = {"system": system, "code": code}
    return {"coding": [{**coding, "display": display} if display else coding]}


def attachment(text, content_type="text/plain"):
    content = text if isinstance(text, bytes) else text.encode()
    return {"contentType": content_type, "data": base64.b64encode(content).decode()}


def mapped(resource, urns=None, found=None, values=None, **options):
    """`found` answers lookups by identifier: (system, value) → Type/ids."""
    resource = {"id": "x", **resource}
    record = record_of(resource, orjson.dumps(resource), "s3://export/x.ndjson", 7, urns or {})

    def find(kind, system, value):
        return tuple(key for key in (found or {}).get((system, value), ()) if kind in ("", "Resource", key.partition("/")[0]))

    return map_record(record, MappingContext("d", "r", find, values=lambda system: (values or {}).get(system, ()), **options))


def said(result, subject=None):
    """Predicate → sorted objects that the record says of `subject` ('' for its own node, 'Patient/p', '#component-0' …)."""
    node = result.record if not subject else result.record + subject if subject.startswith("#") else BASE + subject
    statements = defaultdict(list)
    for quad in pyoxigraph.parse(result.quads.encode(), format=pyoxigraph.RdfFormat.N_QUADS):
        assert quad.graph_name.value == result.record
        if quad.subject.value == node:
            statements[compact(quad.predicate.value)].append(short(quad.object.value))
    return {predicate: sorted(values) for predicate, values in statements.items()}


def short(value):
    return value.removeprefix(BASE) if value.startswith(BASE) else compact(value)


def unresolved(result):
    """References by identifier that found no record; what the record only watches is none."""
    return tuple(one for one in result.pending if one.kind != WATCHED)


def warnings(result):
    return [(issue.code, issue.field) for issue in result.issues if issue.severity == "warning"]


def rejects(result):
    return [(issue.code, issue.field) for issue in result.issues if issue.severity == "reject"]
