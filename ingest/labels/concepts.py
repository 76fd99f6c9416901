"""Label classes as concepts: the scheme of a class is its job, so that one name in two jobs is two concepts."""

from functools import lru_cache

from graph.identifiers import job_iri
from ingest.mapping.codes import Code, concept
from labels.groundtruth.model import Category


@lru_cache(maxsize=65536)
def class_of(dataset: str, job: str, name: str) -> Code:
    """The concept of a class of a job. Jobs list ids only for the classes of a line, and one id may change its class: the name
    counts, without the blanks around it; the words are as they are written."""
    return concept(job_iri(dataset, job), name.strip(), name)


def class_named(dataset: str, job: str, category: Category | None) -> Code | None:
    """The concept of an annotation's class, where it has one."""
    return class_of(dataset, job, category.name) if category is not None and category.name.strip() else None
