"""What a Patient says of merges: whose place it took, and who took its own."""

from collections.abc import Iterator

from graph.identifiers import iri_term, record_iri
from graph.vocabulary import KG, local_name
from ingest.mapping.codes import dicts
from ingest.mapping.draft import Draft
from ingest.mapping.persons import replacements, survivor
from search.model import FormerPatient

REPLACED_CLASS = KG + "ReplacedPatient"


def former_patients(draft: Draft, label: str) -> Iterator[FormerPatient]:
    """The records that the Patient says were replaced, itself among them where it was; `label` is its own name."""
    record = draft.record
    own = f"Patient/{record.resource['id']}"
    current, doubt = survivor(own, draft.watch)
    if doubt:
        draft.warn("patient-merge", doubt, "Patient.link")
    if any(_by_identifier(link) for link in dicts(record.resource.get("link"))):
        draft.warn("patient-merge", "names the other record by an identifier alone: only a reference merges", "Patient.link.other")
    if current != own:
        yield FormerPatient(draft.iri, draft.iri, _iri(draft, current), draft.context.dataset, label, record.source, record.line)
    for old in dict.fromkeys(old for old, _ in replacements(record) if old != own):
        after, _ = survivor(old, draft.watch)
        if after != old:
            iri = _iri(draft, old)
            yield FormerPatient(draft.iri, iri, _iri(draft, after), draft.context.dataset, local_name(iri))


def said(draft: Draft, former: FormerPatient) -> str:
    """The statement that a record was replaced, in the graph of the record that says so."""
    return f"{iri_term(former.id)} <{KG}replacedBy> {iri_term(former.patient)} <{draft.iri}> .\n"


def _by_identifier(link: object) -> bool:
    if not isinstance(link, dict) or link.get("type") not in ("replaced-by", "replaces"):
        return False
    other = link.get("other")
    return isinstance(other, dict) and "reference" not in other and "identifier" in other


def _iri(draft: Draft, key: str) -> str:
    return record_iri(draft.context.dataset, *key.split("/", 1))
