"""The texts a record bears: attachments, conclusions, narratives of sections. Each becomes a document."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import orjson

from concepts.model import Mention
from graph.vocabulary import KG
from ingest.attachments import MAX_BYTES, AttachmentError, Decoded, decode, decode_base64, decode_bytes
from ingest.fhir.attached import (
    CONTENT,
    attachments,
    attachments_of_note,
    contained_notes,
    fetched_beside,
    is_at_address,
    names_file,
    without_query,
)
from ingest.mapping.codes import dicts, short, text_of
from ingest.mapping.draft import Node
from ingest.model import NAMED
from search.model import Document
from sources.errors import SourceDenied

_PICTURES: Final = ("image/", "audio/", "video/", "application/dicom", "model/")
_PHOTO: Final = re.compile(r"[A-Za-z]+\.photo(?:\[\d+\])?")
_INLINE: Final = "data:"
_PACKED: Final = ";base64"
_PLAIN: Final = {"DiagnosticReport": "conclusion", "ClinicalImpression": "summary"}
"""Type → its element of plain text that reads as a note."""
_TYPES: Final = {"DocumentReference": "Document", "DiagnosticReport": "Report", "QuestionnaireResponse": "Questionnaire"}


class Text(NamedTuple):
    """A text of a record: its name ('' if it has none) and the media type it was decoded from.

    Of a note that the record contains also what that says of itself: its `type` and, where it is no current note any more, its `status`.
    """

    text: str
    media_type: str
    title: str = ""
    type: str = ""
    status: str = ""


def documents_of(node: Node, label: str) -> tuple[Document, ...]:
    """The documents of a record: the first by the record's own IRI, further ones as `#content-N`."""
    resource, draft = node.resource, node.draft
    found: list[Text] = []
    for text in texts_of(node):
        if text.text.strip() and all(text.text not in other.text for other in found):
            found.append(text)
    if not found:
        return ()
    stated = resource.get("type") if node.kind != "DiagnosticReport" else resource.get("code")
    type_ = text_of(stated) or text_of(resource.get("category")) or _TYPES.get(node.kind, node.kind)
    status = resource.get("status")
    date, dated = _date(node)
    return tuple(
        Document(
            id=f"{draft.iri}#content-{place}" if place else draft.iri,
            record=draft.iri,
            dataset=draft.context.dataset,
            kind=node.kind,
            type=short(text.type or type_),
            title=short(text.title if text.type else _title(node, text, label, type_)),
            text=text.text,
            patient=node.patient,
            patient_label=node.subject_label,
            encounter=node.encounter,
            date=date,
            dated=dated,
            status=text.status or (status if type(status) is str else ""),
            media_type=text.media_type,
            source=draft.record.source,
            line=draft.record.line,
        )
        for place, text in enumerate(found)
    )


def texts_of(node: Node) -> Iterator[Text]:
    """The texts of a record in a fixed order; what an attachment does not give is a warning."""
    resource = node.resource
    if node.kind == "Binary":
        _check_named(node)
    for attachment, field in attachments(node.kind, resource):
        if _PHOTO.fullmatch(field):
            _check_photo(node, attachment, field)
        else:
            yield from _attachment(node, attachment, field)
    plain = resource.get(_PLAIN.get(node.kind, ""))
    if type(plain) is str:
        yield Text(plain, "text/plain")
    if node.kind == "Communication":
        for payload in dicts(resource.get("payload")):
            if type(payload.get("contentString")) is str:
                yield Text(payload["contentString"], "text/plain")
    if node.kind == "Composition":
        yield from _sections(node, resource, "Composition")
    for note, field in contained_notes(node.kind, resource):
        yield from _contained(node, note, field)


def _contained(node: Node, note: Mapping[str, Any], field: str) -> Iterator[Text]:
    """The texts of a note that the record contains, by its own title, type and status; patient, encounter and date are the record's."""
    type_ = text_of(note.get("type")) or text_of(note.get("category")) or _TYPES["DocumentReference"]
    described, status = note.get("description"), note.get("status")
    for attachment, place in attachments_of_note(note, field):
        for text in _attachment(node, attachment, place):
            title = (described if type(described) is str else "") or text.title or type_
            yield text._replace(title=title, type=type_, status=status if type(status) is str and status != "current" else "")


def _attachment(node: Node, attachment: Mapping[str, Any], field: str) -> Iterator[Text]:
    data, content_type, title = (attachment.get(key) for key in ("data", "contentType", "title"))
    if data is None and type(attachment.get("url")) is str:
        url = attachment["url"].strip()
        if url[: len(_INLINE)].lower() == _INLINE:
            told, _, content = url[len(_INLINE) :].partition(",")
            is_packed = told.lower().endswith(_PACKED)
            stated = content_type or (told[: -len(_PACKED)] if is_packed else told)
            yield from _decoded(node, stated, unquote(content) if is_packed else unquote_to_bytes(content), title, f"{field}.url")
            return
        if url not in node.draft.record.urns and names_file(url):
            yield from _beside(node, url, content_type, title, f"{field}.url")
            return
        if url not in node.draft.record.urns and is_at_address(url) and (fetched := _fetched(node, url)) is not None:
            yield from _decoded(node, content_type, fetched, title, f"{field}.url")
            return
        held = _held(node, url, content_type, f"{field}.url")
        if held is None:
            return
        field, data = f"{field}.url", held.get("data")
        content_type = held.get("contentType") or content_type
    elif data is None:
        return
    else:
        field = f"{field}.data"
    yield from _decoded(node, content_type, data, title, field)


def _beside(node: Node, url: str, content_type: Any, title: Any, field: str) -> Iterator[Text]:
    """The text of a file beside the export; told where there is none."""
    draft = node.draft
    if _is_picture(content_type):
        return
    try:
        content = draft.context.beside(draft.iri, draft.record.source, url)
    except SourceDenied:
        draft.warn("text-outside", "the text is in a file outside the folder of the export: it is not read", field)
    except OSError:
        draft.warn("missing-attachment", "the text is in a file beside the export that cannot be read: put it there, ingest again", field)
    else:
        if len(content) <= MAX_BYTES:
            draft.beside.append((url, content))
        yield from _decoded(node, content_type, content, title, field)


def _fetched(node: Node, url: str) -> bytes | None:
    """What a pull fetched from an address; None where it did not."""
    draft, path = node.draft, fetched_beside(url)
    try:
        content = draft.context.beside(draft.iri, draft.record.source, path)
    except OSError:
        return None
    if len(content) <= MAX_BYTES:
        draft.beside.append((path, content))
    return content


def _decoded(node: Node, content_type: Any, data: Any, title: Any, field: str) -> Iterator[Text]:
    if type(data) not in (str, bytes):
        node.draft.warn("bad-base64", "the attachment's data is not base64", field)
        return
    try:
        stated = content_type if type(content_type) is str else ""
        decoded = decode(stated, data) if type(data) is str else decode_bytes(stated, data)
    except AttachmentError as error:
        if error.code != "unsupported-type" or not _is_picture(content_type):
            node.draft.warn(error.code, error.reason, field)
        return
    if decoded.repaired:
        node.draft.warn("repaired-text", decoded.repaired, field)
    if not decoded.text.strip():
        node.draft.warn("no-text", "the attachment holds no text", field)
    yield Text(decoded.text, decoded.media_type, title if type(title) is str else "")


def _held(node: Node, url: str, content_type: Any, field: str) -> Mapping[str, Any] | None:
    """The Binary that an attachment names, a contained one or a record of the dataset; None, and told, where it is not there."""
    link = node.follow({"reference": without_query(url)}, (), "content")
    if link is None or link.kind != "Binary":
        if not _is_picture(content_type):
            node.draft.warn("text-elsewhere", "the text is at a URL, and ingest fetches nothing", field)
        return None
    node.statements.append(f"<{KG}content> {link.term}")
    if link.target is None:
        return node.draft.contained.get(link.iri.partition("#")[2])
    digests = node.draft.watch(CONTENT + link.key)
    content = node.draft.context.content(link.key, digests[0]) if len(digests) == 1 else None
    if content is None:
        if not _is_picture(content_type):
            node.draft.warn("missing-binary", "the text is in a Binary that is not there: it is read when that comes", field)
        return None
    held: Mapping[str, Any] = orjson.loads(content)
    return held


def _check_named(node: Node) -> None:
    """Tell of a Binary whose text is lost, because nothing says whose it is."""
    data, content_type = node.resource.get("data"), node.resource.get("contentType")
    if type(data) is not str or node.draft.context.values(f"{NAMED}Binary/{node.resource.get('id')}"):
        return
    try:
        decode(content_type if type(content_type) is str else "", data)
    except AttachmentError as error:
        if error.code != "unsupported-type":
            node.draft.warn(error.code, error.reason, "Binary.data")
        return
    reason = "no record of the dataset names this Binary as its text, so nobody knows whose it is: it is not searched"
    node.draft.warn("unnamed-binary", reason, "Binary.data")


def _check_photo(node: Node, attachment: Mapping[str, Any], field: str) -> None:
    if type(attachment.get("data")) is str:
        try:
            decode_base64(attachment["data"])
        except AttachmentError as error:
            node.draft.warn(error.code, error.reason, f"{field}.data")


def _sections(node: Node, element: Mapping[str, Any], field: str, depth: int = 0) -> Iterator[Text]:
    for place, section in enumerate(dicts(element.get("section"))):
        here = f"{field}.section[{place}]"
        narrative = section.get("text")
        if type(narrative) is dict and type(narrative.get("div")) is str:
            title = section.get("title")
            try:
                yield Text(_narrative(narrative["div"]).text, "text/html", title if type(title) is str else text_of(section.get("code")))
            except AttachmentError as error:
                node.draft.warn(error.code, error.reason, f"{here}.text")
        if depth < 10:
            yield from _sections(node, section, here, depth + 1)


def _narrative(div: str) -> Decoded:
    return decode("text/html; charset=utf-8", b64encode(div.encode("utf-8", "replace")).decode())


def _title(node: Node, text: Text, label: str, type_: str) -> str:
    described = node.resource.get("description" if node.kind == "DocumentReference" else "title")
    return (described if type(described) is str else "") or text.title or (type_ if node.kind == "DocumentReference" else label)


def _date(node: Node) -> tuple[str | None, str]:
    """The date of a record's documents, and the element that it is of, without its type ('' without a date)."""
    held = node.date or node.start or _period_start(node.resource)
    date = held or node.recorded
    if not date or (date == node.start and node.start_from):
        return date, node.start_from
    context = node.resource.get("context")
    stated = {**(context if type(context) is dict else {}), **node.resource}
    names = [
        name for name, value in stated.items() if date == value or (type(value) is dict and date in (value.get("start"), value.get("end")))
    ]
    # What was so and what was written down may be of one moment: it is dated by that of them which was looked for first.
    names.sort(key=lambda name: (name in _WRITTEN_DOWN) is bool(held))
    return date, _TYPE_OF_DATE.sub("", names[0]) if names else ""


_WRITTEN_DOWN: Final = frozenset({"authoredOn", "dateRecorded", "issued", "recorded", "recordedDate"})
_TYPE_OF_DATE: Final = re.compile("(DateTime|Instant|Period|Timing)$")


def _period_start(resource: Mapping[str, Any]) -> str | None:
    context = resource.get("context")
    period = context.get("period") if type(context) is dict else None
    start = period.get("start") if type(period) is dict else None
    return start if type(start) is str else None


def _is_picture(content_type: Any) -> bool:
    return type(content_type) is str and content_type.lower().startswith(_PICTURES)


def with_mentions(documents: tuple[Document, ...], mentions: tuple[Mention, ...]) -> tuple[Document, ...]:
    """The documents with the mentions found in the first of them."""
    return (replace(documents[0], mentions=mentions), *documents[1:]) if mentions else documents
