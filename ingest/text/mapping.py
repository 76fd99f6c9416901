"""From a plain text to its document and its few quads."""

from graph.identifiers import iri_term, literal_term, record_iri
from graph.vocabulary import KG, SUBJECT, TYPE
from ingest.attachments import AttachmentError, decode
from ingest.mapping.draft import Draft
from ingest.model import Mapped, MappingContext, Target
from ingest.text.dates import iso_date
from search.model import Document
from sources.model import SourceRecord

MAPPING_VERSION = "text-7"
_TITLE_LENGTH = 80


def map_text(record: SourceRecord, context: MappingContext) -> Mapped:
    """One Text record becomes one document; `patient` (an id) links it to that patient of the dataset, as known after all merges."""
    row = record.resource
    draft = Draft(record, context, "Text", record_iri(context.dataset, "Text", row["id"]))
    text, media_type = row.get("text", ""), "text/plain"
    if "data" in row:
        try:
            decoded = decode(row["contentType"], row["data"])
        except AttachmentError as error:
            draft.reject(error.code, error.reason, "text")
        else:
            text, media_type = decoded.text, decoded.media_type
            if not text.strip():
                draft.reject("no-text", "the file holds no text", "text")
            elif decoded.repaired:
                draft.warn("repaired-text", decoded.repaired, "text")
    date, reason = iso_date(row.get("date") or "")
    if reason:
        draft.warn("bad-date", reason, "date")
    if draft.rejected:
        return Mapped(draft.iri, "Text", issues=tuple(draft.issues), rejected=True)
    title = row.get("title") or _first_line(text)
    patient = _patient(draft, row.get("patient") or "")
    statements = [f"<{TYPE}> <{KG}Text>", *draft.provenance()]
    if date:
        statements.append(f"<{KG}date> {literal_term(date)}")
    if patient:
        statements.append(f"<{SUBJECT}> {iri_term(patient)}")
    draft.write(draft.iri, statements, title)
    document = Document(
        id=draft.iri,
        record=draft.iri,
        dataset=context.dataset,
        kind="Text",
        type=row.get("type") or "Text",
        title=title,
        text=text,
        patient=patient,
        date=date,
        dated="date" if date else "",
        media_type=media_type,
        source=record.source,
        line=record.line,
    )
    return Mapped(
        draft.iri,
        "Text",
        quads="".join(draft.lines),
        documents=(document,),
        targets=(Target(patient, "Patient"),) if patient else (),
        pending=tuple(dict.fromkeys(draft.pending)),
        issues=tuple(draft.issues),
    )


def _patient(draft: Draft, identifier: str) -> str | None:
    """The patient of that id, or who took its place."""
    if not identifier:
        return None
    return record_iri(draft.context.dataset, *draft.person_key(f"Patient/{identifier}").split("/", 1))


def _first_line(text: str) -> str:
    line = next((line.strip().lstrip("#").strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"
