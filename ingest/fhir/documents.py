"""The texts a record bears: attachments, conclusions, narratives of sections. Each becomes a document."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from concepts.model import Mention
from graph.vocabulary import KG
from ingest.attachments import AttachmentError, Decoded, decode, decode_base64
from ingest.fhir.r4 import ATTACHMENTS
from ingest.mapping.codes import dicts, short, text_of
from ingest.mapping.draft import Node
from search.model import Document

_PICTURES: Final = ("image/", "audio/", "video/", "application/dicom", "model/")
_PHOTO: Final = "photo"
_PLAIN: Final = {"DiagnosticReport": "conclusion", "ClinicalImpression": "summary"}
"""Type → its element of plain text that reads as a note."""
_TYPES: Final = {"DocumentReference": "Document", "DiagnosticReport": "Report", "QuestionnaireResponse": "Questionnaire"}


class Text(NamedTuple):
    """A text of a record: its name ('' if it has none) and the media type it was decoded from."""

    text: str
    media_type: str
    title: str = ""


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
    return tuple(
        Document(
            id=f"{draft.iri}#content-{place}" if place else draft.iri,
            record=draft.iri,
            dataset=draft.context.dataset,
            kind=node.kind,
            type=short(type_),
            title=short(_title(node, text, label, type_)),
            text=text.text,
            patient=node.patient,
            patient_label=node.subject_label,
            encounter=node.encounter,
            date=node.date or node.start or _period_start(resource) or node.recorded,
            status=status if type(status) is str else "",
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
        yield from _attachment(node, resource, "Binary")
    for path in ATTACHMENTS.get(node.kind, ()):
        for attachment, field in _walk(resource, path.split("."), node.kind):
            if path == _PHOTO:
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


def _attachment(node: Node, attachment: Mapping[str, Any], field: str) -> Iterator[Text]:
    data, content_type, title = (attachment.get(key) for key in ("data", "contentType", "title"))
    if data is None:
        if "url" in attachment and not _is_picture(content_type) and not _is_binary(node, attachment["url"]):
            node.draft.warn("text-elsewhere", "the text is at a URL, and ingest fetches nothing", f"{field}.url")
        return
    if type(data) is not str:
        node.draft.warn("bad-base64", "the attachment's data is not base64", f"{field}.data")
        return
    try:
        decoded = decode(content_type if type(content_type) is str else "", data)
    except AttachmentError as error:
        if error.code != "unsupported-type" or not _is_picture(content_type):
            node.draft.warn(error.code, error.reason, f"{field}.data")
        return
    if decoded.repaired:
        node.draft.warn("repaired-text", decoded.repaired, f"{field}.data")
    if not decoded.text.strip():
        node.draft.warn("no-text", "the attachment holds no text", f"{field}.data")
    yield Text(decoded.text, decoded.media_type, title if type(title) is str else "")


def _is_binary(node: Node, url: Any) -> bool:
    """Whether the text is in a Binary of the dataset, which is a document of its own; then the record links to it."""
    link = node.follow({"reference": url}, (), "content")
    if link is None or link.kind != "Binary":
        return False
    node.statements.append(f"<{KG}content> {link.term}")
    return True


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


def _walk(element: Any, path: list[str], field: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    if not path:
        yield element, field
        return
    value = element.get(path[0])
    for place, item in enumerate(dicts(value)):
        yield from _walk(item, path[1:], f"{field}.{path[0]}[{place}]" if type(value) is list else f"{field}.{path[0]}")


def _title(node: Node, text: Text, label: str, type_: str) -> str:
    described = node.resource.get("description" if node.kind == "DocumentReference" else "title")
    return (described if type(described) is str else "") or text.title or (type_ if node.kind == "DocumentReference" else label)


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
