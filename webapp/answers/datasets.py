"""Datasets, ingest runs and records as JSON."""

from typing import Annotated

from typing_extensions import TypedDict

from cohorts import completeness as complete
from cohorts.protection import Told
from search import model as search
from webapp import library
from webapp.answers.shapes import Added, Json, Shape

DATASET_CONTENTS = Shape(
    search.DatasetSummary,
    "DatasetContents",
    without=("dataset",),
    words={
        "embedded": "Passages that have a vector.",
        "read": "Documents that are read with the present lexicon.",
        "lexicon": "Day from which on texts of the dataset are read with it (UTC); empty where none was read yet.",
    },
    says="What the open generation holds of a dataset.",
)
DatasetContentsJson = Annotated[Json, DATASET_CONTENTS]
DATASET = Shape(
    library.DatasetStatus,
    "Dataset",
    added={
        "published": Added(DatasetContentsJson | None, "null while nothing of the dataset is published."),
        "kinds": Added(dict[str, Told], "Kind of record → count.", lambda one: dict(one.kinds)),
    },
    says="A dataset: what the ledger holds, and what of it is published.",
)
TERMINOLOGY = Shape(
    library.TerminologyStatus,
    "Terminology",
    words={
        "version": "The release that its files name; empty where they name none.",
        "licence": "What one must know to use what it holds.",
        "systems": "Code systems that it has concepts of.",
    },
    says="A terminology that texts are read with, and by which a filter by a concept finds what is narrower.",
)
RUN = Shape(
    library.RunStatus,
    "Run",
    words={
        "state": "running, finished, failed or interrupted.",
        "records": "read, added, changed, unchanged, removed, rejected → count.",
        "rejects": "Reject code → count.",
        "warnings": "Warning code → count.",
        "skipped": "Why a valid record is not represented → count.",
    },
    says="One ingest run.",
)
ISSUE = Shape(
    library.RejectedLine,
    "Issue",
    words={
        "severity": "reject or warning.",
    },
    says="Something wrong with a source line. The reason never quotes clinical text.",
)
RECORD = Shape(
    library.RecordSource,
    "Record",
    words={
        "record": "IRI of the record, which is also its named graph.",
        "raw": "The JSON text as the source had it.",
    },
    says="A record as it came in.",
)
GROUP_COMPLETENESS = Shape(
    complete.GroupCompleteness,
    words={
        "group": "A relation of facts, or document for notes and reports.",
        "records": "How many records there are of it.",
        "last": "Month of the last one.",
        "undated": "Records without any date.",
    },
)
GAP = Shape(complete.Gap)
COMPLETENESS = Shape(
    complete.Completeness,
    added={
        "warnings": Added(list[str], "What to know before counting in the dataset, in words, the gravest first."),
        "generation": Added(int),
    },
    words={
        "encounters_without_documents": "Encounters that no note or report names.",
        "unresolved_references": "References to records that the dataset does not hold.",
    },
    inside=False,
)
DatasetJson = Annotated[Json, DATASET]
RunJson = Annotated[Json, RUN]
TerminologyJson = Annotated[Json, TERMINOLOGY]
IssueJson = Annotated[Json, ISSUE]


class DatasetListJson(TypedDict):
    """All datasets, by name."""

    datasets: list[DatasetJson]
    generation: int | None
    """null while nothing is published."""
    published: str | None
    """When the generation was published."""


class TerminologyListJson(TypedDict):
    """The terminologies, by name."""

    terminologies: list[TerminologyJson]


class RunListJson(TypedDict):
    """Ingest runs, newest first."""

    runs: list[RunJson]


class IssueListJson(TypedDict):
    """A run's rejects and warnings, in source order."""

    run: str
    issues: list[IssueJson]
    next_offset: int | None
