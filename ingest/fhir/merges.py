"""What a Patient says of merges: whose place it took, and who took its own."""

from collections.abc import Iterator

from graph.identifiers import iri_term, record_iri
from graph.vocabulary import KG, local_name
from ingest.mapping.draft import Draft
from ingest.mapping.persons import by_identifier, replacements, survivor
from ingest.model import PendingReference
from search.model import FormerPatient

REPLACED_CLASS = KG + "ReplacedPatient"


def former_patients(draft: Draft, label: str) -> Iterator[FormerPatient]:
    """The records that the Patient says were replaced, itself among them where it was; `label` is its own name."""
    record = draft.record
    own = f"Patient/{record.resource['id']}"
    current, doubt = survivor(own, draft.watch)
    if doubt:
        draft.warn("patient-merge", doubt, "Patient.link")
    if current != own:
        yield FormerPatient(draft.iri, draft.iri, _iri(draft, current), draft.context.dataset, label, record.source, record.line)
    replaced = [old for old, _ in replacements(record) if old != own] + [*_replaced_by_identifier(draft, own)]
    for old in dict.fromkeys(replaced):
        after, _ = survivor(old, draft.watch)
        if after != old:
            iri = _iri(draft, old)
            yield FormerPatient(draft.iri, iri, _iri(draft, after), draft.context.dataset, local_name(iri))


def _replaced_by_identifier(draft: Draft, own: str) -> Iterator[str]:
    """Who is replaced as the Patient tells by an identifier alone; where none or several carry it, that is told, and nothing is merged."""
    for end in by_identifier(draft.record):
        bearers = end.bearers(draft.context.find, own)
        if not end.replaced:
            yield from bearers
        if len(bearers) != 1:
            who = f"{len(bearers)} other patients of the dataset carry" if bearers else "no other patient of the dataset carries"
            reason = f"names the other record by an identifier alone, which {who}: nothing is merged; name it by its Patient/ID"
            draft.warn("patient-merge", reason, f"Patient.link[{end.place}].other")
            if not bearers:
                draft.pending.append(PendingReference("Patient", end.system, end.value))


def said(draft: Draft, former: FormerPatient) -> str:
    """The statement that a record was replaced, in the graph of the record that says so."""
    return f"{iri_term(former.id)} <{KG}replacedBy> {iri_term(former.patient)} <{draft.iri}> .\n"


def _iri(draft: Draft, key: str) -> str:
    return record_iri(draft.context.dataset, *key.split("/", 1))
