"""What mapping gathers while it reads one record, and its nodes: the resource itself, its contained resources and its parts."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graph.identifiers import iri_term, run_iri
from graph.vocabulary import DERIVED_FROM, GENERATED_BY
from ingest.mapping.codes import Code
from ingest.mapping.references import ANY, Link, resolve
from ingest.model import Issue, MappingContext, PendingReference, Severity, SourceRecord, Target
from search.model import ConceptUse

STRICT = frozenset({"bad-id", "status-value", "reference-type", "bad-base64", "date-order", "wrong-type"})
"""Warnings that `--strict` turns into rejects: what FHIR forbids. The others tell what could not be understood."""


class Draft:
    """One record being mapped: everything its nodes share."""

    __slots__ = ("concepts", "contained", "context", "graph", "iri", "issues", "kind", "lines", "pending", "record", "targets")

    def __init__(self, record: SourceRecord, context: MappingContext, kind: str, iri: str) -> None:
        self.record = record
        self.context = context
        self.kind = kind
        self.iri = iri
        self.graph = f" <{iri}> .\n"
        self.lines: list[str] = []
        self.concepts: list[ConceptUse] = []
        self.targets: list[Target] = []
        self.pending: list[PendingReference] = []
        self.issues: list[Issue] = []
        self.contained: Mapping[str, Mapping[str, Any]] = {}

    def warn(self, code: str, reason: str, field: str) -> None:
        """Note something wrong with the record."""
        severity = Severity.REJECT if self.context.strict and code in STRICT else Severity.WARNING
        self.issues.append(Issue(severity, code, reason, self.record.source, self.record.line, self.iri, field))

    def provenance(self) -> list[str]:
        """The statements that say where the record came from."""
        return [f"{_source(self.record.source)}{self.record.line}>", _run(self.context.run)]


class Node:
    """One subject of the record's graph, with what rules found out about it on the way."""

    __slots__ = (
        *("category", "code", "codes", "date", "draft", "encounter", "end", "iri", "kind", "medication"),
        *("number", "patient", "patient_term", "recorded", "resource", "start", "statements", "subject_label", "unit", "value"),
    )

    def __init__(self, draft: Draft, iri: str, kind: str, class_term: str, resource: Mapping[str, Any]) -> None:
        self.draft = draft
        self.iri = iri
        self.kind = kind
        self.resource = resource
        self.statements: list[str] = [class_term]
        self.code = ""
        self.codes: list[Code] = []
        self.patient: str | None = None
        self.patient_term = ""
        self.subject_label: str | None = None
        self.encounter: str | None = None
        self.start: str | None = None
        self.end: str | None = None
        self.date: str | None = None
        self.recorded: str | None = None
        self.value = ""
        self.number = ""
        self.unit = ""
        self.category = ""
        self.medication: Link | None = None

    def follow(self, reference: Any, allowed: tuple[str, ...], field: str) -> Link | None:
        """Resolve a Reference and note what it leads to."""
        if type(reference) is not dict:
            return None
        draft = self.draft
        link = resolve(reference, allowed, draft.context, draft.record.urns, draft.iri)
        if link is None:
            return None
        if link.target is not None:
            draft.targets.append(link.target)
            if link.pending is not None:
                draft.pending.append(link.pending)
                if link.pending.ambiguous:
                    draft.warn("ambiguous-reference", "several records of the dataset carry this identifier", field)
        elif link.kind == "" and link.iri.startswith(draft.iri):
            contained = draft.contained.get(link.iri[len(draft.iri) + 1 :])
            if contained is not None:
                link = link._replace(kind=str(contained.get("resourceType") or ""))
            elif link.iri != draft.iri:
                draft.warn("missing-contained", "the record contains no resource of this id", field)
        if allowed and link.kind not in allowed and link.kind not in ("", ANY) and ANY not in allowed:
            draft.warn("reference-type", f"{link.kind} is no possible target here: {' or '.join(allowed)} is", field)
        return link

    def use(self, code: Code) -> None:
        """Note the use of a concept."""
        if code.use is not None:
            self.draft.concepts.append(code.use)

    def finish(self) -> None:
        """Write the node's statements as quads."""
        head, graph = f"<{self.iri}> ", self.draft.graph
        self.draft.lines.append(head + (graph + head).join(self.statements) + graph)


@lru_cache(maxsize=1024)
def _source(source: str) -> str:
    return f"<{DERIVED_FROM}> " + iri_term(f"{source}#line=0").removesuffix("0>")


@lru_cache(maxsize=64)
def _run(run: str) -> str:
    return f"<{GENERATED_BY}> {iri_term(run_iri(run))}"
