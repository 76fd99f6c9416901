"""Thin mapping: replaced by the whole one."""

import importlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from graph.identifiers import canonical_system, concept_iri, iri_term, literal_term, notation, record_iri, run_iri, unresolved_iri
from graph.vocabulary import (
    DERIVED_FROM,
    FHIR,
    GENERATED_BY,
    HAS_ALLERGY,
    HAS_CONDITION,
    HAS_IMMUNIZATION,
    HAS_MEDICATION,
    HAS_PROCEDURE,
    KG,
    LABEL,
    TYPE,
    XSD,
)
from ingest.attachments import AttachmentError, decode
from ingest.mapping.r4 import CODED, REFERENCES
from ingest.model import Issue, Mapped, MappingContext, PendingReference, Severity, SourceRecord, Target
from search.model import Assertion, ConceptUse, Document, Fact, PatientSummary

MAPPING_VERSION = "fhir-0"
HAS = {
    "Condition": HAS_CONDITION,
    "MedicationRequest": HAS_MEDICATION,
    "MedicationStatement": HAS_MEDICATION,
    "MedicationAdministration": HAS_MEDICATION,
    "Procedure": HAS_PROCEDURE,
    "AllergyIntolerance": HAS_ALLERGY,
    "Immunization": HAS_IMMUNIZATION,
}
RELATION = {
    "Condition": "condition",
    "MedicationRequest": "medication",
    "MedicationStatement": "medication",
    "MedicationAdministration": "medication",
    "Procedure": "procedure",
    "AllergyIntolerance": "allergy",
    "Immunization": "immunization",
    "Observation": "observation",
    "Encounter": "encounter",
}
START = ("onsetDateTime", "effectiveDateTime", "performedDateTime", "authoredOn", "occurrenceDateTime", "recordedDate", "date", "issued")
PERIODS = ("period", "performedPeriod", "effectivePeriod", "onsetPeriod")


def record_key(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    i = resource.get("id")
    return (resource["resourceType"], i) if isinstance(i, str) and i else None


def identifiers(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    v = resource.get("identifier")
    v = v if isinstance(v, list) else [v] if isinstance(v, dict) else []
    return [(i.get("system") or "", i["value"]) for i in v if isinstance(i, dict) and isinstance(i.get("value"), str)]


@lru_cache(None)
def model(kind: str) -> Any:
    try:
        return getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    except Exception:
        return None


def walk(v: Any, path: tuple[str, ...]) -> Any:
    if isinstance(v, list):
        for each in v:
            yield from walk(each, path)
    elif isinstance(v, dict):
        if not path:
            yield v
        elif path[0] in v:
            yield from walk(v[path[0]], path[1:])


@lru_cache(None)
def paths(kind: str, coded: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((p.rpartition(".")[2], tuple(p.split("."))) for p in (CODED if coded else REFERENCES).get(kind, ()))


def text_of(cc: Any) -> str:
    if isinstance(cc, list):
        cc = cc[0] if cc else None
    if not isinstance(cc, dict):
        return ""
    return cc.get("text") or next((c.get("display") or c.get("code") or "" for c in cc.get("coding") or ()), "")


def date_term(v: str) -> str:
    t = {4: "gYear", 7: "gYearMonth", 10: "date"}.get(len(v), "dateTime")
    return literal_term(v, XSD + t)


def map_record(record: SourceRecord, context: MappingContext) -> Mapped:
    r = record.resource
    kind, ident = r["resourceType"], r["id"]
    iri = record_iri(context.dataset, kind, ident)
    if kind in ("Claim", "ExplanationOfBenefit") and not context.include_claims:
        return Mapped(iri, kind, skipped="claim")
    cls = model(kind)

    def reject(code: str, reason: str, field: str = "") -> Mapped:
        return Mapped(iri, kind, issues=(Issue(Severity.REJECT, code, reason, record.source, record.line, iri, field),), rejected=True)

    if cls is None:
        return reject("unknown-type", f"{kind} is no R4B resource type")
    check = dict(r)
    if kind == "Provenance" and isinstance(check.get("target"), list):
        check["target"] = check["target"][:1]
    try:
        cls.model_validate(check)
    except Exception as e:
        errs = e.errors() if hasattr(e, "errors") else []
        where = ".".join(str(x) for x in errs[0]["loc"]) if errs else ""
        return reject("invalid", errs[0]["type"] if errs else type(e).__name__, where)
    status = r.get("status") or ""
    ver = text_code(r.get("verificationStatus"))
    if "entered-in-error" in (status, ver):
        return Mapped(iri, kind, skipped="entered-in-error")
    node = iri_term(iri)
    out: list[tuple[str, str]] = [
        (TYPE, f"<{FHIR}{kind}>"),
        (DERIVED_FROM, iri_term(f"{record.source}#line={record.line}")),
        (GENERATED_BY, iri_term(run_iri(context.run))),
    ]
    targets, pending, uses = [], [], []
    links: dict[str, str] = {}
    if kind != "Provenance":
        for name, path in paths(kind, False):
            for ref in walk(r, path):
                t = resolve(ref, r, iri, record, context, targets, pending)
                if t:
                    links.setdefault(name, t)
                    name2 = "subject" if name == "patient" else name
                    out.append((KG + name2, iri_term(t)))
    concepts: dict[str, list[str]] = {}
    for name, path in paths(kind, True):
        for cc in walk(r, path):
            for coding in cc.get("coding") or ([cc] if "code" in cc and isinstance(cc["code"], str) else []):
                if coding.get("code"):
                    system = canonical_system(coding.get("system") or "")
                    c = concept_iri(system, coding["code"])
                    uses.append(ConceptUse(c, system, notation(system, coding["code"]), coding.get("display") or cc.get("text") or ""))
                    concepts.setdefault(name, []).append(c)
                    out.append((KG + ("code" if name in ("medicationCodeableConcept", "vaccineCode") else name), iri_term(c)))
    code = r.get("code") if kind != "Encounter" else r.get("type")
    code = r.get("medicationCodeableConcept") or r.get("vaccineCode") or code
    label = text_of(code) if not isinstance(code, str) else ""
    value = r.get("valueQuantity")
    shown = number = unit = None
    if isinstance(value, dict) and isinstance(value.get("value"), (int, float)):
        number, unit = float(value["value"]), value.get("unit") or value.get("code")
        shown = f"{value['value']:g} {unit or ''}".strip()
        out.append((KG + "value", literal_term(str(value["value"]), XSD + "decimal")))
        if unit:
            out.append((KG + "unit", literal_term(unit)))
    if kind == "Patient":
        n = (r.get("name") or [{}])[0]
        label = " ".join([*(n.get("given") or []), n.get("family") or ""]).strip() or n.get("text") or ident
    if not label:
        label = (r.get("name") if isinstance(r.get("name"), str) else "") or text_of(r.get("type")) or kind
    out.append((LABEL, literal_term(f"{label} {shown}" if shown else label)))
    if status and isinstance(status, str):
        out.append((KG + "status", literal_term(status)))
    start = next((r[n] for n in START if isinstance(r.get(n), str)), None)
    end = None
    for p in PERIODS:
        if isinstance(r.get(p), dict):
            start, end = r[p].get("start") or start, r[p].get("end")
    if start:
        out.append((KG + "start", date_term(start)))
    if end:
        out.append((KG + "end", date_term(end)))
    subject, encounter = links.get("subject") or links.get("patient"), links.get("encounter")
    counted = status not in ("not-done", "not-taken", "cancelled") and ver in ("", "confirmed")
    main = (
        concepts.get("medicationCodeableConcept")
        or concepts.get("vaccineCode")
        or concepts.get("code" if kind != "Encounter" else "type")
        or [None]
    )[0]
    facts = ()
    if kind in RELATION and subject:
        facts = (
            Fact(
                iri,
                context.dataset,
                subject,
                RELATION[kind],
                main,
                label,
                start,
                end,
                shown,
                number,
                unit,
                status,
                Assertion.NEGATED if ver == "refuted" or status in ("not-done", "not-taken") else Assertion.AFFIRMED,
                counted,
                encounter or (iri if kind == "Encounter" else None),
                record.source,
                record.line,
            ),
        )
    quads = "".join(f"{node} <{p}> {o} {node} .\n" for p, o in dict.fromkeys(out))
    if counted and subject and main and kind in HAS:
        quads += f"{iri_term(subject)} <{HAS[kind]}> {iri_term(main)} {node} .\n"
    documents, issues = [], []
    if kind == "DocumentReference":
        encounter = next((resolve(e, r, iri, record, context, [], []) for e in (r.get("context") or {}).get("encounter") or ()), None)
        for n, content in enumerate(r.get("content") or ()):
            a = content.get("attachment") or {}
            if "data" not in a:
                continue
            try:
                d = decode(a.get("contentType") or "", a["data"])
            except AttachmentError as e:
                issues.append(Issue(Severity.WARNING, e.code, e.reason, record.source, record.line, iri))
                continue
            t = text_of(r.get("type")) or "Document"
            documents.append(
                Document(
                    iri + (f"#content-{n}" if n else ""),
                    iri,
                    context.dataset,
                    kind,
                    t,
                    r.get("description") or t,
                    d.text,
                    subject,
                    (r.get("subject") or {}).get("display"),
                    encounter,
                    r.get("date"),
                    status,
                    d.media_type,
                    record.source,
                    record.line,
                )
            )
    patients = (
        (
            PatientSummary(
                iri,
                context.dataset,
                label,
                r.get("gender") or "",
                r.get("birthDate"),
                r.get("deceasedDateTime") or ("true" if r.get("deceasedBoolean") else None),
                record.source,
                record.line,
            ),
        )
        if kind == "Patient"
        else ()
    )
    return Mapped(
        iri, kind, quads, tuple(documents), facts, patients, tuple(dict.fromkeys(uses)), tuple(targets), tuple(pending), tuple(issues)
    )


def text_code(cc: Any) -> str:
    return next((c.get("code") or "" for c in (cc or {}).get("coding") or ()), "") if isinstance(cc, dict) else ""


def resolve(
    ref: Any, r: Any, iri: str, record: SourceRecord, context: MappingContext, targets: list[Target], pending: list[PendingReference]
) -> str | None:
    text = ref.get("reference")
    if isinstance(text, str):
        text = record.urns.get(text, text)
        if text.startswith("#"):
            return iri + text
        if "?identifier=" in text:
            kind, _, q = text.partition("?identifier=")
            system, _, value = unquote(q).rpartition("|")
            return by_identifier(kind, system, value, context, targets, pending)
        m = re.search(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/.*)?$", text)
        if m:
            t = record_iri(context.dataset, m[1], m[2])
            targets.append(Target(t, m[1]))
            return t
        return None
    i = ref.get("identifier")
    if isinstance(i, dict) and i.get("value"):
        return by_identifier(ref.get("type") or "", i.get("system") or "", i["value"], context, targets, pending)
    return None


def by_identifier(
    kind: str, system: str, value: str, context: MappingContext, targets: list[Target], pending: list[PendingReference]
) -> str:
    found = context.find(kind, system, value)
    if len(found) == 1:
        k, i = found[0].split("/", 1)
        t = record_iri(context.dataset, k, i)
        targets.append(Target(t, k))
        return t
    t = unresolved_iri(context.dataset, kind or "Resource", system, value)
    targets.append(Target(t, kind or "Resource"))
    pending.append(PendingReference(kind or "Resource", system, value, len(found) > 1))
    return t
