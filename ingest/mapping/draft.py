"""What mapping gathers while it reads one record, and its nodes: the resource itself, its contained resources and its parts."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from concepts.model import ConceptUse
from graph.identifiers import iri_term, literal_term, run_iri, safe_iri, source_iri
from graph.vocabulary import DERIVED_FROM, FHIR, GENERATED_BY, LABEL, TYPE
from ingest.mapping.codes import Code, dicts
from ingest.mapping.persons import survivor
from ingest.mapping.references import ANY, Link, link_to, resolve
from ingest.model import WATCHED, MappingContext, PendingReference, Target
from sources.model import Issue, Severity, SourceRecord
from sources.places import named_source

CODE_OF: Final = "urn:commissure:code:"
"""Under this system and its `Type/id` a record that others refer to tells its code, which they take for theirs."""
_AS_IT_IS: Final = frozenset({"link.other", "link.target"})
"""Places that speak of a record of a person and not of the person."""


class Draft:
    """One record being mapped: everything its nodes share."""

    __slots__ = ("beside", "concepts", "contained", "context", "iri", "issues", "kind", "lines", "pending", "record", "targets")

    def __init__(self, record: SourceRecord, context: MappingContext, kind: str, iri: str) -> None:
        self.record = record
        self.context = context
        self.kind = kind
        self.iri = iri
        self.lines: list[str] = []
        self.beside: list[tuple[str, bytes]] = []
        self.concepts: list[ConceptUse] = []
        self.targets: list[Target] = []
        self.pending: list[PendingReference] = []
        self.issues: list[Issue] = []
        self.contained: Mapping[str, Mapping[str, Any]] = {
            inner["id"]: inner for inner in dicts(record.resource.get("contained")) if type(inner.get("id")) is str
        }

    def reject(self, code: str, reason: str, field: str = "") -> None:
        """Note why the record cannot be taken in."""
        self.issues.append(Issue(Severity.REJECT, code, reason, self.record.source, self.record.line, self.iri, field))

    def warn(self, code: str, reason: str, field: str) -> None:
        """Note something wrong with the record, once for each place; it does not keep the record out unless the run is strict."""
        if any((issue.code, issue.field) == (code, field) for issue in self.issues):
            return
        if self.context.strict:
            self.reject(code, reason, field)
        else:
            self.issues.append(Issue(Severity.WARNING, code, reason, self.record.source, self.record.line, self.iri, field))

    @property
    def rejected(self) -> bool:
        """Whether an issue keeps the record out."""
        return any(issue.severity is Severity.REJECT for issue in self.issues)

    def provenance(self) -> list[str]:
        """The statements that say where the record came from."""
        name = named_source(self.context.places, self.record.source)
        return [f"{_source(self.context.dataset, name)}{self.record.line}>", _run(self.context.run)]

    def write(self, subject: str, statements: list[str], label: str) -> None:
        """Add a node's statements as quads of the record's graph; `label` is its name for people."""
        graph = f" <{self.iri}> .\n"
        head = f"<{subject}> "
        said = dict.fromkeys((*statements, f"<{LABEL}> {literal_term(label)}"))
        self.lines.append(head + (graph + head).join(said) + graph)

    def watch(self, system: str) -> tuple[str, ...]:
        """What other records tell under a system; where that changes, this record is mapped again."""
        stated = self.context.values(system)
        self.pending += (PendingReference(WATCHED, system, value) for value in stated or ("",))
        return stated

    def person(self, link: Link) -> Link:
        """Where a reference to a Patient leads: to the record under which the person is known after all merges."""
        key = self.person_key(link.key)
        return (link_to(self.context.dataset, key) or link) if key != link.key else link

    def person_key(self, key: str) -> str:
        """The `Patient/ID` under which the person of a `Patient/ID` of the dataset is known after all merges."""
        return survivor(key, self.watch)[0]

    def medication_code(self, link: Link) -> Any:
        """The code (a CodeableConcept) of the Medication that a reference leads to: a contained one, or a record of the dataset."""
        if link.target is None:
            return self.contained.get(link.iri[len(self.iri) + 1 :], {}).get("code")
        if link.pending is not None or link.kind != "Medication":
            return None
        stated = self.watch(CODE_OF + link.key)
        return json.loads(stated[0]) if len(stated) == 1 else None


class Node:
    """One subject of the record's graph, with what rules found out about it on the way."""

    __slots__ = (
        *("answers", "code", "codes", "comparator", "date", "draft", "encounter", "end", "iri", "issued", "kind", "location", "number"),
        *("patient", "patient_term", "performer", "recorded", "recorded_from", "resource", "start", "start_from", "statements"),
        *("subject_label", "supply", "ucum", "unit", "value"),
    )

    def __init__(self, draft: Draft, iri: str, kind: str, resource: Mapping[str, Any], class_iri: str = "") -> None:
        self.draft = draft
        self.iri = iri
        self.kind = kind
        self.resource = resource
        self.statements: list[str] = [f"<{TYPE}> <{class_iri or FHIR + kind}>"]
        self.code = ""
        self.codes: list[Code] = []
        self.patient: str | None = None
        self.patient_term = ""
        self.subject_label: str | None = None
        self.encounter: str | None = None
        self.start: str | None = None
        self.end: str | None = None
        self.start_from = ""
        self.date: str | None = None
        self.issued: str | None = None
        self.recorded: str | None = None
        self.recorded_from = ""
        self.value = ""
        self.number = ""
        self.comparator = ""
        self.unit = ""
        self.ucum = ""
        self.answers: list[str] = []
        self.supply: float | None = None
        self.performer: str | None = None
        self.location: str | None = None

    def part(self, name: str, kind: str, resource: Mapping[str, Any], class_iri: str = "") -> "Node":
        """A node of the same graph for a contained resource or a part; `name` tells it from its siblings."""
        return Node(self.draft, safe_iri(f"{self.draft.iri}#{name}"), kind, resource, class_iri)

    def follow(self, reference: Any, allowed: tuple[str, ...], field: str) -> Link | None:
        """Resolve a Reference and note what it leads to; None where it leads nowhere."""
        if type(reference) is not dict:
            return None
        draft = self.draft
        link = resolve(reference, allowed, draft.context, draft.record.urns, draft.iri)
        if link is None:
            return None
        if link.kind == "Patient" and link.key and field not in _AS_IT_IS:
            link = draft.person(link)
        if link.target is not None:
            draft.targets.append(link.target)
            if link.pending is not None:
                if link.pending.ambiguous:
                    draft.warn("ambiguous-reference", "several records of the dataset carry this identifier", f"{self.kind}.{field}")
                else:
                    draft.pending.append(link.pending)
        elif link.iri.startswith(f"{draft.iri}#"):
            contained = draft.contained.get(link.iri[len(draft.iri) + 1 :])
            if contained is None:
                draft.warn("missing-contained", "the record contains no resource of this id", f"{self.kind}.{field}")
            else:
                link = link._replace(kind=str(contained.get("resourceType") or ""))
        if allowed and link.kind not in allowed and link.kind not in ("", ANY) and ANY not in allowed:
            draft.warn("reference-type", f"{link.kind} is no possible target here: {' or '.join(allowed)} is", f"{self.kind}.{field}")
        return link

    def use(self, code: Code) -> None:
        """Note the use of a concept."""
        if code.use is not None:
            self.draft.concepts.append(code.use)

    def say(self, label: str) -> None:
        """Write the node's statements."""
        self.draft.write(self.iri, self.statements, label)


@lru_cache(maxsize=1024)
def _source(dataset: str, name: str) -> str:
    return f"<{DERIVED_FROM}> " + iri_term(source_iri(dataset, name, 0)).removesuffix("0>")


@lru_cache(maxsize=64)
def _run(run: str) -> str:
    return f"<{GENERATED_BY}> {iri_term(run_iri(run))}"
