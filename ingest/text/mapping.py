"""From a plain text to its document and its few quads."""

from graph.identifiers import iri_term, literal_term, record_iri, run_iri
from graph.vocabulary import DERIVED_FROM, GENERATED_BY, KG, LABEL, SUBJECT, TYPE
from ingest.attachments import AttachmentError, decode
from ingest.model import Mapped, MappingContext, Target
from ingest.text.dates import iso_date
from search.model import Document
from sources.model import Issue, Severity, SourceRecord

MAPPING_VERSION = "text-4"
_TITLE_LENGTH = 80


def map_text(record: SourceRecord, context: MappingContext) -> Mapped:
    """One Text record becomes one document; `patient` (an id) links it to a patient of the same dataset."""
    row = record.resource
    iri = record_iri(context.dataset, "Text", row["id"])
    text = row.get("text", "")
    media_type, repaired = "text/plain", ""
    if "data" in row:
        try:
            decoded = decode(row["contentType"], row["data"])
        except AttachmentError as error:
            issue = Issue(Severity.REJECT, error.code, error.reason, record.source, record.line, iri, "text")
            return Mapped(iri, "Text", issues=(issue,), rejected=True)
        text, media_type, repaired = decoded.text, decoded.media_type, decoded.repaired
        if not text.strip():
            issue = Issue(Severity.REJECT, "no-text", "the file holds no text", record.source, record.line, iri, "text")
            return Mapped(iri, "Text", issues=(issue,), rejected=True)
    date, reason = iso_date(row.get("date") or "")
    problem = Issue(Severity.REJECT if context.strict else Severity.WARNING, "bad-date", reason, record.source, record.line, iri, "date")
    problems = [problem] if reason else []
    if repaired:
        severity = Severity.REJECT if context.strict else Severity.WARNING
        problems.append(Issue(severity, "repaired-text", repaired, record.source, record.line, iri, "text"))
    if problems and context.strict:
        return Mapped(iri, "Text", issues=tuple(problems), rejected=True)
    title = row.get("title") or _first_line(text)
    patient = record_iri(context.dataset, "Patient", row["patient"]) if row.get("patient") else None
    statements = [
        (TYPE, iri_term(KG + "Text")),
        (LABEL, literal_term(title)),
        (DERIVED_FROM, iri_term(f"{record.source}#line={record.line}")),
        (GENERATED_BY, iri_term(run_iri(context.run))),
    ]
    if date:
        statements.append((KG + "date", literal_term(date)))
    if patient:
        statements.append((SUBJECT, iri_term(patient)))
    node = iri_term(iri)
    document = Document(
        id=iri,
        record=iri,
        dataset=context.dataset,
        kind="Text",
        type=row.get("type") or "Text",
        title=title,
        text=text,
        patient=patient,
        date=date,
        media_type=media_type,
        source=record.source,
        line=record.line,
    )
    return Mapped(
        iri,
        "Text",
        quads="".join(f"{node} <{predicate}> {value} {node} .\n" for predicate, value in statements),
        documents=(document,),
        targets=(Target(patient, "Patient"),) if patient else (),
        issues=tuple(problems),
    )


def _first_line(text: str) -> str:
    line = next((line.strip().lstrip("#").strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"
