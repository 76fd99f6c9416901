"""From what a manifest's lines say together to its jobs, their classes, and which class is a kind of which."""

from collections.abc import Iterator, Mapping
from typing import Any

from graph.identifiers import iri_term, job_iri, record_iri
from graph.vocabulary import BROADER, KG, TYPE
from ingest.labels.concepts import class_of
from ingest.labels.items import integer, said
from ingest.mapping.codes import Code, concept
from ingest.mapping.draft import Draft
from ingest.mapping.values import date_term
from labels.groundtruth.taxonomy import Taxonomy, above
from labels.groundtruth.values import get, scalar, text
from search.model import Fact


def map_manifest(draft: Draft, taxonomy: Taxonomy) -> tuple[Fact, ...]:
    """Write a manifest and its jobs; the facts say which class is a kind of which, for filters."""
    resource, dataset = draft.record.resource, draft.context.dataset
    jobs: list[Mapping[str, Any]] = resource["jobs"]
    statements = [f"<{TYPE}> <{KG}Manifest>", *draft.provenance(), integer("lines", resource["lines"])]
    statements += (f"<{KG}job> {iri_term(job_iri(dataset, job['name']))}" for job in jobs)
    draft.write(draft.iri, statements, resource["name"])
    for job in jobs:
        _job(draft, job)
    return tuple(_broader(draft, pair) for pair in dict.fromkeys(_kinds(draft, jobs, taxonomy)))


def map_categories(draft: Draft) -> None:
    """Write a label category file: its classes are concepts of the file, with the attributes that workers may give them."""
    content, dataset = draft.record.resource["content"], draft.context.dataset
    name = draft.record.id
    statements = [f"<{TYPE}> <{KG}LabelCategories>", *draft.provenance()]
    for place, label in enumerate(content["labels"]):
        said_name = scalar(label.get("label")) if type(label) is dict else ""
        if not said_name:
            draft.warn("no-class", "the entry names no label", f"labels[{place}].label")
            continue
        code = class_of(dataset, name, said_name)
        _use(draft, code)
        statements.append(f"<{KG}labelClass> {code.term}")
        attributes = label.get("categoryAttributes") or label.get("attributes")
        lines = [said("attribute", words) for words in _attributes(attributes)]
        draft.lines += (f"{code.term} {line} <{draft.iri}> .\n" for line in lines)
    for key in ("categoryGlobalAttributes", "frameAttributes"):
        statements += (said("attribute", words) for words in _attributes(content.get(key)))
    draft.write(draft.iri, statements, draft.record.resource["name"])


def _job(draft: Draft, job: Mapping[str, Any]) -> None:
    dataset = draft.context.dataset
    iri = job_iri(dataset, job["name"])
    statements = [f"<{TYPE}> <{KG}Job>", *(said("labelAttribute", attribute) for attribute in job["attributes"])]
    if job["type"]:
        statements.append(said("task", job["type"]))
    statements += (f"<{KG}{name}> {date_term(job[key])}" for name, key in (("labelDate", "first"), ("lastLabelDate", "last")) if job[key])
    for name, identifier in job["categories"].items():
        code = class_of(dataset, job["name"], name)
        _use(draft, code)
        statements.append(f"<{KG}labelClass> {code.term}")
        if identifier:
            draft.lines.append(f"{code.term} {said('classId', identifier)} <{draft.iri}> .\n")
    draft.write(iri, statements, job["name"])


def _kinds(draft: Draft, jobs: list[Mapping[str, Any]], taxonomy: Taxonomy) -> Iterator[tuple[Code, Code]]:
    """(class, broader class): of the items that an earlier class chose, and by the taxonomy."""
    dataset = draft.context.dataset
    for job in jobs:
        for earlier, name in job["within"]:
            for category in job["categories"]:
                if category != name:
                    yield class_of(dataset, job["name"], category), class_of(dataset, earlier, name)
    owners: dict[str, str] = {}
    for job in jobs:
        for category in job["categories"]:
            owners.setdefault(category, job["name"])

    def code_of(name: str, job: Mapping[str, Any]) -> Code:
        owner = job["name"] if name in job["categories"] else owners.get(name)
        return class_of(dataset, owner, name) if owner else concept(record_iri(dataset, "Taxonomy", "classes"), name, name)

    for job in jobs:
        for category in job["categories"]:
            for narrower, broader in above(taxonomy, category):
                yield code_of(narrower, job), code_of(broader, job)


def _broader(draft: Draft, pair: tuple[Code, Code]) -> Fact:
    narrower, broader = pair
    for code in pair:
        _use(draft, code)
    draft.lines.append(f"{narrower.term} <{BROADER}> {broader.term} <{draft.iri}> .\n")
    return Fact(
        record=draft.iri,
        dataset=draft.context.dataset,
        subject=narrower.use.concept if narrower.use else "",
        relation="broader",
        concept=broader.use.concept if broader.use else None,
        label=broader.text,
        counted=False,
        source=draft.record.source,
        line=draft.record.line,
    )


def _use(draft: Draft, code: Code) -> None:
    if code.use is not None:
        draft.concepts.append(code.use)


def _attributes(listed: Any) -> Iterator[str]:
    """The attributes that workers may give, with the values to choose from."""
    for each in listed if type(listed) is list else ():
        name = text(each.get("name")) if type(each) is dict else ""
        if not name:
            continue
        choices = each.get("enum")
        low, high = (scalar(get(each, bound)) for bound in ("minimum", "maximum"))
        values = [scalar(choice) for choice in choices] if type(choices) is list else [f"{low} to {high}"] if low or high else []
        yield f"{name}: {', '.join(values)}" if values else name
