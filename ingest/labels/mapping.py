"""From one record of labeled data to what it becomes. Pure but for the files that `Refs` reads."""

from collections.abc import Callable
from typing import Final

from graph.identifiers import record_iri
from ingest.labels import jobs, responses
from ingest.labels.items import Item
from ingest.mapping.draft import Draft
from ingest.model import Mapped, MappingContext
from labels.groundtruth.documents import document_of
from labels.groundtruth.follow import addresses, follow
from labels.groundtruth.lines import LONGEST_LINE, LONGEST_VALUE, line_in
from labels.groundtruth.model import Problem
from labels.groundtruth.reader import original
from labels.groundtruth.refs import Refs
from labels.groundtruth.taxonomy import Taxonomy
from search.model import Document, Fact
from sources.model import Issue, Severity, SourceRecord

MAPPING_VERSION: Final = "labels-10"


def mapper(refs: Refs, taxonomy: Taxonomy) -> Callable[[SourceRecord, MappingContext], Mapped]:
    """The function that maps records, looking for files in `refs` and for broader classes in `taxonomy`. It never raises."""

    def map_record(record: SourceRecord, context: MappingContext) -> Mapped:
        kind, identifier = record.kind, record.id
        draft = Draft(record, context, kind, record_iri(context.dataset, kind, identifier))
        try:
            return _map(draft, refs, taxonomy)
        except Exception as error:
            reason = f"the mapping broke on it ({type(error).__name__}); please report this"
            issue = Issue(Severity.REJECT, "mapping-failed", reason, record.source, record.line, draft.iri, kind)
            return Mapped(draft.iri, kind, issues=(issue,), rejected=True)

    return map_record


def state_of(record: SourceRecord, refs: Refs) -> bytes:
    """What a record depends on beside itself: the files that its labels name, as they are now."""
    line = record.resource.get("line")
    if not refs or type(line) is not dict:
        return b""
    return "\n".join(refs.state(address) for address in addresses(line)).encode("utf-8", "surrogatepass")


def _map(draft: Draft, refs: Refs, taxonomy: Taxonomy) -> Mapped:
    documents: tuple[Document, ...] = ()
    facts: tuple[Fact, ...] = ()
    skipped = ""
    if draft.kind == "Item":
        documents, facts = _item(draft, refs)
    elif draft.kind == "Manifest":
        facts = jobs.map_manifest(draft, taxonomy)
    elif draft.kind == "Categories":
        jobs.map_categories(draft)
    elif draft.kind == "Activity":
        responses.map_activity(draft)
    else:
        documents, facts, skipped = responses.map_response(draft)
    if draft.rejected:
        return Mapped(draft.iri, draft.kind, issues=tuple(draft.issues), rejected=True)
    if skipped:
        return Mapped(draft.iri, draft.kind, issues=tuple(draft.issues), pending=tuple(dict.fromkeys(draft.pending)), skipped=skipped)
    return Mapped(
        record=draft.iri,
        kind=draft.kind,
        quads="".join(draft.lines),
        documents=documents,
        facts=facts,
        concepts=tuple(draft.concepts),
        targets=tuple(dict.fromkeys(draft.targets)),
        pending=tuple(dict.fromkeys(draft.pending)),
        issues=tuple(draft.issues),
    )


def _item(draft: Draft, refs: Refs) -> tuple[tuple[Document, ...], tuple[Fact, ...]]:
    resource = draft.record.resource
    if "form" in resource:
        found, name, index = document_of(draft.record), resource["name"], None
    else:
        found, name, index = follow(line_in(resource), refs), "", resource["index"]
        for problem in _too_long(draft):
            draft.warn(*problem)
    for problem in (*found.line.problems, *found.problems):
        draft.warn(*problem)
    return Item(draft, found.line, index, found.page, found.frames, name).map()


def _too_long(draft: Draft) -> list[Problem]:
    """What the service itself would refuse for its length. It is taken in all the same."""
    raw = original(draft.record.raw)
    found = []
    if len(raw) > LONGEST_LINE and (length := len(raw.decode("utf-8", "replace"))) > LONGEST_LINE:
        found.append(Problem("long-line", f"the line has {length:,} characters; the service takes {LONGEST_LINE:,}"))
    if len(raw) > LONGEST_VALUE:
        for key, value in draft.record.resource["line"].items():
            if type(value) is str and len(value) > LONGEST_VALUE:
                found.append(Problem("long-value", f"the value has {len(value):,} characters; the service takes {LONGEST_VALUE:,}", key))
    return found
