"""Reads Ground Truth files, told apart by content: manifests line by line, everything else as one JSON document.

`read_manifests` yields records of the kinds Item, Manifest and Categories, `read_responses` of the kinds Response and Activity; a file
that belongs to the other command is a warning. A record's raw bytes hold its source as found, apart from what identifies people.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from hashlib import blake2b
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Final

import orjson

from labels.groundtruth import pages, sequences
from labels.groundtruth.lines import parsed
from labels.groundtruth.paths import job_of_consolidation, job_of_manifest, place_of
from labels.groundtruth.scales import Scales, of_line, scales_of
from labels.groundtruth.summary import Summary
from labels.groundtruth.values import text
from sources.blocks import MAX_LINE, Block, Items
from sources.files import SourceFile, open_source
from sources.lines import read_lines
from sources.model import Issue, Severity, SourceRecord

SUFFIXES: Final = (".manifest", ".json", ".jsonl")
_SNIFF: Final = 1 << 16
_PIECE: Final = 1 << 20
_BLANK: Final = tuple(b"\n" + blank for blank in (b"\n", b"\r", b" ", b"\t", b"\v", b"\f"))
"""How a line begins that may be blank."""
_PUBTATOR: Final = re.compile(rb"([^|\s]{1,64})\|([at])\|(.*)", re.DOTALL)
_NO_LINE: Final = 'not a manifest line: an object with "source" or "source-ref", or with labels of a job'
_LINE_KEY: Final = b',"line":'


class Form(StrEnum):
    """What a file holds."""

    LINES = "manifest lines"
    PREFIX = "prefix manifest"
    FRAMES = "sequence"
    FRAME_LABELS = "sequence labels"
    PAGE = "annotated page"
    CATEGORIES = "label categories"
    ANSWERS = "worker answers"
    REQUEST = "consolidation request"
    RESPONSE = "consolidation response"
    UNKNOWN = "unknown JSON"


_SEVERAL: Final = {Form.ANSWERS: "answers of workers", Form.REQUEST: "consolidation requests", Form.RESPONSE: "consolidation responses"}
_ANSWERS: Final = frozenset(_SEVERAL)


def form_of(content: Any) -> Form:
    """What a whole JSON document is."""
    if type(content) is list:
        first = content[0] if content else {}
        if type(first) is dict and "datasetObjectId" in first:
            return Form.RESPONSE if "consolidatedAnnotation" in first else Form.REQUEST
        return Form.PREFIX if type(first) is dict and set(first) == {"prefix"} else Form.UNKNOWN
    if type(content) is not dict:
        return Form.UNKNOWN
    if _is_line(content):
        return Form.LINES
    for form, holds in (
        (Form.FRAMES, sequences.is_frames(content)),
        (Form.FRAME_LABELS, sequences.is_labels(content)),
        (Form.ANSWERS, type(content.get("answers")) is list),
        (Form.PAGE, pages.is_page(content)),
        (Form.CATEGORIES, type(content.get("labels")) is list),
    ):
        if holds:
            return form
    return Form.UNKNOWN


def is_lines(file: SourceFile) -> bool:
    """Whether a file is JSON Lines, to be read a line at a time. Unreadable files are left to the line reader's message."""
    try:
        with open_source(file) as stream:
            head = stream.read(_SNIFF).lstrip(b"\xef\xbb\xbf \t\r\n")
            if head.startswith(b"["):
                return False
            first, newline, rest = head.partition(b"\n")
            while not newline and len(first) < MAX_LINE and (more := stream.read(1 << 20)):
                piece, newline, rest = more.partition(b"\n")
                first += piece
            try:
                content = orjson.loads(first)
            except ValueError:
                # A line that does not parse must not take the others with it, unless all is one document over several lines.
                return first.strip() not in (b"{", b"[") and (not first.startswith(b"{") or b"}" in first)
            several = bool(rest.strip()) or any(map(bytes.strip, iter(lambda: stream.read(1 << 20), b"")))
            return several or form_of(content) is Form.LINES or "worker_id" in content
    except Exception:
        return True


def read_manifests(block: Block) -> Items:
    """Items, a Manifest for each file of lines, and Categories."""
    if block.start or block.end is not None or is_lines(block.file):
        yield from _lines(block)
        return
    content = _document(block.file)
    if isinstance(content, Issue):
        yield content
        return
    yield from _documents(content, block.file)


def read_responses(block: Block) -> Items:
    """Responses (the answers of workers, and what was made of them) and activities."""
    if block.start or block.end is not None or is_lines(block.file):
        yield from _activities(block)
        return
    content = _document(block.file)
    if isinstance(content, Issue):
        yield content
        return
    form, uri = form_of(content), block.file.uri
    if form not in _ANSWERS:
        reason = f"holds no answers of workers ({form}); manifests and what belongs to them come in by `ingest manifest`"
        yield Issue(Severity.WARNING, "not-answers", reason, uri, 1)
        return
    if form is Form.ANSWERS:
        found = place_of(uri)
        folder, object_ = (found.folder, found.object) if found else ("", "")
        yield _response(uri, 1, "", folder, object_, {"answers": [_without_identity(answer) for answer in content["answers"]]})
        return
    job = job_of_consolidation(uri)
    for place, entry in enumerate(content, 1):
        object_ = str(entry.get("datasetObjectId", "")) if type(entry) is dict else ""
        if not object_:
            yield Issue(Severity.REJECT, "no-object", "the entry names no datasetObjectId", uri, place, field="datasetObjectId")
            continue
        if form is Form.REQUEST:
            answers = entry.get("annotations")
            values = {**entry, "annotations": [_without_identity(each) for each in answers] if type(answers) is list else answers}
        else:
            values = entry
        yield _response(uri, place, f"-{object_}", job, object_, values)


def manifest_id(uri: str) -> str:
    """A short name for a file that no other file has: the end of its path that tells it apart for people, and a digest of all of it."""
    folder = job_of_manifest(uri)
    name = folder.rpartition("/")[2] if folder else PurePosixPath(uri.removesuffix(".gz")).stem
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}-{blake2b(uri.encode('utf-8', 'surrogatepass'), digest_size=4).hexdigest()}"


def original(raw: bytes) -> bytes:
    """The line as it was found, out of the raw bytes of an Item."""
    return raw[raw.index(_LINE_KEY) + len(_LINE_KEY) : -1]


def _lines(block: Block) -> Items:
    manifest = manifest_id(block.file.uri)
    index = _lines_before(block)
    scales = scales_of(block.file)
    whole_file = Summary()
    found_any = False
    for found in read_lines(block):
        if isinstance(found, Issue):
            index += 1
            yield found
            continue
        number, line = found
        for item in _line(line, manifest, index, block.file, number, scales):
            if isinstance(item, SourceRecord):
                found_any = True
                if block.start == 0:
                    whole_file.add(item.resource["line"])
            yield item
        index += 1
    if block.start == 0:
        if block.end is not None and block.end < block.file.size:
            _add_rest(block, whole_file)
        if found_any or whole_file.lines:
            yield _manifest(manifest, block.file, whole_file)


def _manifest(identifier: str, file: SourceFile, summary: Summary) -> SourceRecord:
    about = {"id": identifier, "name": file.uri.rpartition("/")[2], "folder": job_of_manifest(file.uri)}
    resource = {"resourceType": "Manifest", **about, **summary.as_json()}
    return SourceRecord("Manifest", identifier, resource, orjson.dumps(resource, option=orjson.OPT_SORT_KEYS), file.uri, 1)


def _line(
    line: bytes, manifest: str, index: int, file: SourceFile, number: int, scales: Scales = MappingProxyType({})
) -> Iterator[SourceRecord | Issue]:
    if not line.startswith(b"{") and (abstract := _PUBTATOR.fullmatch(line)):
        try:
            words = abstract[3].decode()
        except UnicodeDecodeError:
            yield Issue(Severity.REJECT, "encoding", "the text is not UTF-8: convert the file", file.uri, number)
            return
        line = orjson.dumps({"source": words, "id": abstract[1].decode("utf-8", "replace")})
    values = parsed(line, file.uri, number)
    if isinstance(values, Issue):
        yield values
        return
    if not _is_line(values):
        reason = "an event of the worker activity log; it comes in by `ingest responses`" if "worker_id" in values else _NO_LINE
        yield Issue(Severity.REJECT, "not-a-line", reason, file.uri, number)
        return
    identifier = f"{manifest}-{index}"
    head: dict[str, Any] = {"resourceType": "Item", "id": identifier, "index": index, "manifest": manifest}
    if told := of_line(scales, values):
        head["scales"] = told
    raw = orjson.dumps(head)[:-1] + _LINE_KEY + line + b"}"
    yield SourceRecord("Item", identifier, {**head, "line": values}, raw, file.uri, number)


def _is_line(values: Mapping[str, Any]) -> bool:
    return (
        "source-ref" in values
        or "source" in values
        or any(
            key.endswith("-metadata") and type(value) is dict and ("type" in value or "failure-reason" in value)
            for key, value in values.items()
        )
    )


def _lines_before(block: Block) -> int:
    """How many lines that are not blank begin before the block: the service counts objects by them."""
    if not block.start:
        return 0
    count = position = 0
    with open_source(block.file) as stream:
        while position < block.start and (piece := stream.read(min(_PIECE, block.start - position))):
            piece += b"" if piece.endswith(b"\n") else stream.readline()
            position += len(piece)
            # Where no line can be blank, counting line ends is ten times quicker than looking at each line.
            count += _count(piece)
    return count


def _count(piece: bytes) -> int:
    """How many of some whole lines are not blank."""
    if piece[:1].isspace() or any(blank in piece for blank in _BLANK):
        return sum(bool(line.strip()) for line in piece.split(b"\n"))
    return piece.count(b"\n") + (not piece.endswith(b"\n"))


def _add_rest(block: Block, whole_file: Summary) -> None:
    """Sum up the lines after the file's first block too."""
    rest = Block(block.file, block.end or 0, block.file.size)
    for found in read_lines(rest):
        values = found if isinstance(found, Issue) else parsed(found[1], block.file.uri, found[0])
        if not isinstance(values, Issue) and _is_line(values):
            whole_file.add(values)


def _document(file: SourceFile) -> Any:
    if file.size > MAX_LINE:
        return Issue(Severity.REJECT, "file-too-large", f"the document is longer than {MAX_LINE} bytes", file.uri, 1)
    try:
        with open_source(file) as stream:
            content = stream.read(MAX_LINE + 1)
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except (OSError, EOFError) as error:
        return Issue(Severity.REJECT, "unreadable-file", f"the file cannot be read ({type(error).__name__})", file.uri, 1)
    except ValueError:
        return Issue(Severity.REJECT, "broken-json", "the file is neither JSON Lines nor one JSON document in UTF-8", file.uri, 1)


def _documents(content: Any, file: SourceFile) -> Items:
    form, name = form_of(content), manifest_id(file.uri)
    if form in _ANSWERS:
        yield Issue(Severity.WARNING, "not-a-manifest", f"holds {_SEVERAL[form]}: bring it in with `ingest responses`", file.uri, 1)
    elif form is Form.PREFIX:
        yield from _prefixed(content, name, file)
    elif form is Form.LINES:
        yield from _line(orjson.dumps(content), name, 0, file, 1)
        summary = Summary()
        summary.add(content)
        yield _manifest(name, file, summary)
    elif form is Form.UNKNOWN:
        reason = "not a file of Ground Truth that is known (manifest, sequence, labels of a sequence, annotated page, label categories)"
        yield Issue(Severity.WARNING, "unknown-file", reason, file.uri, 1)
    else:
        kind = "Categories" if form is Form.CATEGORIES else "Item"
        resource = {"resourceType": kind, "id": name, "form": form, "name": file.uri.rpartition("/")[2], "content": content}
        yield SourceRecord(kind, name, resource, orjson.dumps(resource), file.uri, 1)


def _prefixed(content: list[Any], name: str, file: SourceFile) -> Items:
    """A prefix manifest: an item for each key."""
    prefix = content[0]["prefix"]
    index = 0
    for place, key in enumerate(content[1:], 2):
        if type(prefix) is not str or type(key) is not str:
            yield Issue(Severity.REJECT, "bad-prefix-manifest", "the prefix and the keys must be strings", file.uri, place)
            continue
        yield from _line(orjson.dumps({"source-ref": prefix + key}), name, index, file, place)
        index += 1


def _response(uri: str, line: int, tail: str, folder: str, object_: str, values: Mapping[str, Any]) -> SourceRecord:
    """`folder` is the one that the job wrote to, by its name the job."""
    about = {"job": folder.rpartition("/")[2], "folder": folder, "object": object_}
    identifier = f"{manifest_id(uri)}{tail}"
    resource = {"resourceType": "Response", "id": identifier, **about, "content": values}
    return SourceRecord("Response", identifier, resource, orjson.dumps(resource), uri, line)


def _activities(block: Block) -> Items:
    """Events of the worker activity log, one a line."""
    for found in read_lines(block):
        if isinstance(found, Issue):
            yield found
            continue
        number, line = found
        try:
            values = orjson.loads(line)
        except ValueError:
            yield Issue(Severity.REJECT, "broken-json", "the JSON does not parse", block.file.uri, number)
            continue
        if type(values) is not dict or not text(values.get("worker_id")):
            if number == 1 and type(values) is dict and _is_line(values):
                reason = "holds no answers of workers (manifest lines); they come in by `ingest manifest`"
                yield Issue(Severity.WARNING, "not-answers", reason, block.file.uri, number)
                return
            yield Issue(Severity.REJECT, "not-an-event", "the line is no event of the worker activity log", block.file.uri, number)
            continue
        kept = {key: value for key, value in values.items() if key not in ("cognito_sub_id", "cognito_user_pool_id")}
        digest = blake2b(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()
        resource = {"resourceType": "Activity", "id": digest, "content": kept}
        yield SourceRecord("Activity", digest, resource, orjson.dumps(resource), block.file.uri, number)


def _without_identity(answer: Any) -> Any:
    """An answer without what leads to the person: only the pseudonym stays."""
    return {key: value for key, value in answer.items() if key != "workerMetadata"} if type(answer) is dict else answer


OBJECTS_OF: Final = "urn:commissure:objects:"
"""Under this system and a job's name its output manifest tells its own id, how many lines it has and the job."""
OBJECTS_IN: Final = "urn:commissure:objects-in:"
"""The same by the folder that the job wrote to."""
CHAINED_AFTER: Final = "urn:commissure:objects-chained:"
"""The same, of every manifest in which a job's labels are, where that job is not the last."""
ANY_MANIFEST: Final = "urn:commissure:manifest"
ANSWERS_TO: Final = "urn:commissure:answers"
"""Under this system a response tells the job and object that its workers answered for."""


def identifiers(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What other records look a manifest or a response up by."""
    if resource["resourceType"] == "Manifest":
        job = resource["jobs"][-1]["name"] if resource["jobs"] else ""
        here = f"{resource['id']} {resource['lines']}"
        about = f"{here} {job}"
        yield ANY_MANIFEST, about
        if job:
            yield OBJECTS_OF + job.lower(), about
        if resource["folder"]:
            yield OBJECTS_IN + resource["folder"], about
        for earlier in resource["jobs"][:-1]:
            yield CHAINED_AFTER + earlier["name"].lower(), f"{here} {earlier['name']}"
    elif resource["resourceType"] == "Response" and "answers" in resource["content"] and resource["object"]:
        yield ANSWERS_TO, f"{resource['job'].lower()} {resource['object']}"
