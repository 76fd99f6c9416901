"""Who may use what: one table over every operation and page. What it does not name is refused to everybody but where all is open.

Longer than most because everything that can be asked stands in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from access.roles import Role

_AWAY: Final = ("sign_in.go", "sign_in.come_back")
"""To the provider that people sign in with, and back."""
OPEN: Final = frozenset({"static", "favicon", "probes.healthz", "probes.readyz", "sign_in.sign_in", "sign_in.signed_in", *_AWAY})
"""Endpoints that say nothing about data and are answered to whoever asks."""

ANYBODY: Final = frozenset({"api_docs.document", "sign_in.sign_out"})
"""Endpoints that are the same for all who are signed in: what the interface offers, without any data."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who may use an endpoint."""

    area: str
    """The area of tokens that it lies in."""
    needs: Role
    """The role that a dataset must be held in to be seen through it."""
    everywhere: bool = False
    """Whether it must be held for all datasets, because what is told is of no dataset."""
    action: str = "read"
    """What is noted of its use: read, count, export or change."""
    copied: bool = False
    """Whether readers of de-identified data are answered, from the de-identified copies of datasets; else they are refused."""
    counted: bool = False
    """Whether readers of counts are answered, in protected numbers (webapp/answers/protecting.py); else they are refused."""


FROM_COPIES: Final = frozenset(
    (
        *("search", "searchByPost", "getFacet", "searchTable", "getDocument", "getDocumentByPath", "getSimilarDocuments", "readText"),
        *("getRecord", "getRecordByPath", "getNode", "getNodeByPath", "getNeighbours", "countNeighbours", "getNeighbourhood"),
        *("getNeighbourhoodByRules", "sparql", "suggestConcepts", "getConcept", "getConceptsByName", "getConceptByPath"),
        *("getPatientsWithConcept", "listPatients", "listConditions", "getPatient", "getPatientByPath", "getFactsOfPatient"),
        *("getDocumentsOfPatient", "getSimilarPatients", "runCohort", "countCohort", "compareCohorts", "exportCohort"),
        *("getCooccurrence", "listDatasets", "getCompleteness"),
        *("exportRecords", "runView"),
        *("home.home", "search.search", "result_filter.result_filter", "shared.shared", "document.document", "values.values"),
        *("api_docs.docs", "search.search_as_table", "document.record", "node.node", "node.concept", "node.neighbours", "canvas.canvas"),
        *("canvas.drawn_as_json", "canvas.drawn_as_table", "patient.patient", "patients.patients", "patients.conditions"),
        *("similar.similar", "narrower.narrower", "lists.facts", "lists.mentions", "lists.standing", "cohort.cohort"),
        *("cohort.definition", "together.cooccurrence", "together.rest", "cohort.opened", "cohort.patients", "pairs.pairs"),
        *("cohort_files.files", "adding.with_one_more", "as_cohort.as_cohort", "compare.compare", "data.data", "data.completeness"),
    )
)
"""Operations and pages that readers of de-identified data are answered, from copies that hold nothing else (ingest/deidentifying.py)."""

NOT_FROM_COPIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("listLabels", "listItems", "getReport", "review", "consolidate", "selectLines", "exportLines", "labels.labels"),
            *("labels.media", "item.item", "reports.reports", "reports.review", "reports.report_as_table", "reports.review_manifest"),
        ),
        "images show faces and places, and workers are people; labeled data has no copy",
    ),
    **dict.fromkeys(
        (
            *("listSaved", "getSaved", "listVersions", "listQuestions", "countSaved", "combineSaved", "saveThing", "dropSaved"),
            *("forgetQuestions", "saved.saved", "saved.thing", "saved.opened", "saved.new", "saved.keep", "saved.change", "sets.sets"),
            *("asked.asked", "asked.change"),
        ),
        "names, descriptions and questions are written by people who see the datasets themselves, and may name patients",
    ),
}
"""What a reader is shown and readers of de-identified data are not, and why. A test fails on what stands in neither."""


def _of(
    area: str, *names: str, needs: Role = Role.READER, everywhere: bool = False, action: str = "read", counted: bool = False
) -> dict[str, Decision]:
    return {name: Decision(area, needs, everywhere, action, name in FROM_COPIES, counted) for name in names}


OPERATIONS: Final[Mapping[str, Decision]] = {
    **_of("search", "search", "searchByPost", "getFacet"),
    **_of("search", "searchTable", action="export"),
    **_of("search", "getDocument", "getDocumentByPath", "getSimilarDocuments", "readText"),
    **_of("search", "judgeSpans", needs=Role.COUNTS),
    **_of("graph", "getRecord", "getRecordByPath", "getNode", "getNodeByPath", "getNeighbours", "countNeighbours"),
    **_of("graph", "getNeighbourhood", "getNeighbourhoodByRules", "sparql"),
    **_of("patients", "suggestConcepts", "getConcept", "getConceptsByName", "getConceptByPath", counted=True),
    **_of("patients", "getPatientsWithConcept"),
    **_of("patients", "listPatients", "listConditions", "getPatient", "getPatientByPath", "getFactsOfPatient", "getDocumentsOfPatient"),
    **_of("patients", "getSimilarPatients"),
    **_of("cohorts", "runCohort"),
    **_of("cohorts", "exportCohort", action="export"),
    **_of("cohorts", "countCohort", "compareCohorts", "getCooccurrence", action="count", counted=True),
    **_of("cohorts", "getCohortSchema", needs=Role.COUNTS),
    **_of("saved", "listSaved", "getSaved", "listVersions", "listQuestions", counted=True),
    **_of("saved", "countSaved", "combineSaved", action="count", counted=True),
    **_of("saved", "saveThing", "dropSaved", "forgetQuestions", action="change", counted=True),
    **_of("labels", "listLabels", "listItems", "getReport", "review", "consolidate"),
    **_of("labels", "selectLines", "exportLines", action="export"),
    **_of("data", "listDatasets", "getCompleteness", counted=True),
    **_of("data", "exportRecords", "runView", action="export"),
    **_of("data", "listTerminologies", needs=Role.COUNTS),
    **_of("data", "listRuns", "getRun", "listIssues", needs=Role.STEWARD),
    **_of("loader", "listLoads", "getLoad", needs=Role.ADMINISTRATOR, everywhere=True),
    **_of("loader", "startLoad", "cancelLoad", "cancelLoadById", needs=Role.ADMINISTRATOR, everywhere=True, action="change"),
}
"""operationId → who may."""

PAGES: Final[Mapping[str, Decision]] = {
    **_of("search", "home.home", "search.search", "result_filter.result_filter", "shared.shared"),
    **_of("search", "document.document", "values.values", "api_docs.docs"),
    **_of("search", "search.search_as_table", action="export"),
    **_of("graph", "document.record", "node.node", "node.concept", "node.neighbours"),
    **_of("graph", "canvas.canvas"),
    **_of("graph", "canvas.drawn_as_json", "canvas.drawn_as_table", action="export"),
    **_of("patients", "patient.patient", "patients.patients", "patients.conditions", "similar.similar", "narrower.narrower"),
    **_of("patients", "lists.facts", "lists.mentions", "lists.standing"),
    **_of("cohorts", "cohort.cohort", "cohort.definition", "together.cooccurrence", "together.rest", counted=True),
    **_of("cohorts", "cohort.opened"),
    **_of("cohorts", "cohort.patients", "cohort_files.files", action="export"),
    **_of("cohorts", "pairs.pairs", "compare.compare", action="count", counted=True),
    **_of("cohorts", "adding.with_one_more", "as_cohort.as_cohort"),
    **_of("saved", "saved.saved", "saved.thing", "saved.opened", "saved.new", "asked.asked", counted=True),
    **_of("saved", "sets.sets", action="count", counted=True),
    **_of("saved", "saved.keep", "saved.change", "asked.change", action="change", counted=True),
    **_of("labels", "labels.labels", "labels.media", "item.item", "reports.reports", "reports.review"),
    **_of("labels", "reports.report_as_table", "reports.review_manifest", action="export"),
    **_of("data", "data.data", "data.completeness"),
    **_of("data", "data.terminologies", needs=Role.COUNTS),
    **_of("data", "data.run", needs=Role.STEWARD),
    **_of("service", "show_metrics", needs=Role.ADMINISTRATOR, everywhere=True),
}
"""Endpoint of a page → who may."""


def decision_of(endpoint: str) -> Decision | None:
    """Who may use an endpoint of the application; None where nobody decided."""
    blueprint, _, name = endpoint.rpartition(".")
    if blueprint == "api":
        return OPERATIONS.get(name) or OPERATIONS.get(name.removesuffix("AtRoot"))
    return PAGES.get(endpoint)
