"""Every JSON operation of the interface: what is routed, documented and shown comes from this list."""

from typing import Any

from webapp.api import (
    cohorts,
    comparison,
    concepts,
    cooccurrence,
    datasets,
    documents,
    labels,
    loader,
    nodes,
    patients,
    reading,
    saved,
    search,
    similar,
    views,
)
from webapp.api.operation import Operation


def operations() -> tuple[Operation[Any], ...]:
    """The operations, in the order of the documentation."""
    return (
        *search.OPERATIONS,
        *documents.OPERATIONS,
        *nodes.OPERATIONS,
        *concepts.OPERATIONS,
        *reading.OPERATIONS,
        *patients.OPERATIONS,
        *similar.OPERATIONS,
        *cohorts.OPERATIONS,
        *comparison.OPERATIONS,
        *cooccurrence.OPERATIONS,
        *saved.OPERATIONS,
        *labels.OPERATIONS,
        *datasets.OPERATIONS,
        *views.OPERATIONS,
        *loader.OPERATIONS,
    )
