"""The loader: Neptune's bulk-load interface, field by field, over Commissure's ingest runs."""

from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from webapp.api.operation import Operation
from webapp.api.parameters import CancelParameters, LoadBody, LoadListParameters, LoadParameters
from webapp.context import Context
from webapp.errors import LOADER_CODES, Problem, ProblemError, not_found
from webapp.library import Loader, LoadNotTaken, LoadStatus, RejectedLine

_OK = "200 OK"
_CODES = {**LOADER_CODES, 404: "BulkLoadIdNotFoundException"}
_STATUS = {"TooManyRequestsException": 429}


class LoadIdJson(TypedDict):
    """The load that a request began or resumed."""

    loadId: str


class LoadStartedJson(TypedDict):
    """A load was taken."""

    status: str
    payload: LoadIdJson


class LoadIdsJson(TypedDict):
    """Ids of loads."""

    loadIds: list[str]


class OverallStatusJson(TypedDict):
    """Where a load stands."""

    fullUri: str
    """Its source."""
    runNumber: int
    """How often it was started."""
    retryNumber: int
    """How often it was started again without being asked."""
    status: str
    """A status word of Neptune's loader."""
    totalTimeSpent: int
    """Seconds."""
    startTime: int
    """Seconds since 1970, UTC; 0 before it starts."""
    totalRecords: int
    totalDuplicates: int
    """Records that were there already, unchanged."""
    parsingErrors: int
    """Lines and files that hold no readable record."""
    datatypeMismatchErrors: int
    """Records that were read and refused."""
    insertErrors: int


class ErrorLogJson(TypedDict):
    """One rejected record."""

    errorCode: str
    errorMessage: str
    fileName: str
    recordNum: int
    """Line of the file, from 1."""


class LoadErrorsJson(TypedDict):
    """A page of what was rejected."""

    startIndex: int
    endIndex: int
    loadId: str
    errorLogs: list[ErrorLogJson]


class _LoadPayload(TypedDict):
    feedCount: list[dict[str, int]]
    """Files by status."""
    overallStatus: OverallStatusJson


class LoadPayloadJson(_LoadPayload, total=False):
    """What a load did."""

    run: str
    """The ingest run of its latest start; only with details."""
    failedFeeds: list[OverallStatusJson]
    """Only with details."""
    errors: LoadErrorsJson
    """Only with errors."""


class LoadStatusJson(TypedDict):
    """One load."""

    status: str
    payload: LoadPayloadJson


class LoadsJson(TypedDict):
    """Loads, newest first, or what the load did that was asked for."""

    status: str
    payload: LoadIdsJson | LoadPayloadJson


class LoadCancelledJson(TypedDict):
    """A load ends, or had ended."""

    status: str


def start(asked: LoadBody, context: Context) -> LoadStartedJson:
    """Take a load."""
    try:
        load = _loader(context).submit(
            source=asked.source,
            format=asked.format,
            dataset=asked.dataset,
            mode=asked.mode,
            fail_on_error=asked.fail_on_error,
            parallelism=asked.parallelism,
            queue=asked.queue,
            dependencies=asked.dependencies,
            follow_refs=asked.follow_refs,
            taxonomy=asked.taxonomy,
        )
    except LoadNotTaken as error:
        status = _STATUS.get(error.code, 400)
        raise ProblemError(Problem("load-refused", status, "The loader does not take this", str(error), code=error.code)) from error
    return {"status": _OK, "payload": {"loadId": load}}


def loads(asked: LoadListParameters, context: Context) -> LoadsJson:
    """Ids of loads, or where one of them stands."""
    if asked.load is not None:
        return {"status": _OK, "payload": load(asked, context)["payload"]}
    return {"status": _OK, "payload": {"loadIds": list(_loader(context).ids(asked.limit, queued=asked.queued))}}


def load(asked: LoadParameters, context: Context) -> LoadStatusJson:
    """Where a load stands."""
    loader = _loader(context)
    found = loader.status(asked.load)
    if found is None:
        raise _no_such_load()
    overall = _overall(found)
    payload: LoadPayloadJson = {"feedCount": [{found.state: found.files or 1}], "overallStatus": overall}
    if asked.details:
        failed = found.state not in ("LOAD_IN_QUEUE", "LOAD_IN_PROGRESS", "LOAD_COMPLETED")
        payload |= {"run": found.run, "failedFeeds": [overall] if failed else []}
    if asked.errors:
        first = (asked.page - 1) * asked.errors_per_page
        listed = [_error(one) for one in loader.errors(asked.load, asked.errors_per_page, first)]
        if found.message and not first:
            listed = [{"errorCode": found.state, "errorMessage": found.message, "fileName": found.source, "recordNum": 0}, *listed]
        payload["errors"] = {
            "startIndex": first + 1 if listed else 0,
            "endIndex": first + len(listed) if listed else 0,
            "loadId": found.load,
            "errorLogs": listed,
        }
    return {"status": _OK, "payload": payload}


def cancel(asked: CancelParameters, context: Context) -> LoadCancelledJson:
    """Have a load end."""
    if not _loader(context).cancel(asked.load):
        raise _no_such_load()
    return {"status": _OK}


def _loader(context: Context) -> Loader:
    loader = context.library.loader
    if loader is None:
        detail = "Loading by request is off. Name the folders and s3:// prefixes that may be loaded from in the setting loader_sources."
        raise ProblemError(Problem("loader-off", 501, "This server has no loader", detail))
    return loader


def _no_such_load() -> ProblemError:
    return not_found("load", "There is no load of this id. List them with GET /api/v1/loader.")


def _overall(found: LoadStatus) -> OverallStatusJson:
    began = datetime.fromisoformat(found.started).timestamp() if found.started else 0.0
    ended = datetime.fromisoformat(found.finished).timestamp() if found.finished else datetime.now().timestamp()
    return {
        "fullUri": found.source,
        "runNumber": found.runs,
        "retryNumber": found.retries,
        "status": found.state,
        "totalTimeSpent": max(0, round(ended - began)) if began else 0,
        "startTime": int(began),
        "totalRecords": found.records,
        "totalDuplicates": found.duplicates,
        "parsingErrors": found.unreadable,
        "datatypeMismatchErrors": found.invalid,
        # What a graph store lacks of a published load is settled by the next one; nothing is dropped.
        "insertErrors": 0,
    }


def _error(line: RejectedLine) -> ErrorLogJson:
    place = f" ({line.field})" if line.field else ""
    return {"errorCode": line.code.upper(), "errorMessage": f"{line.reason}{place}", "fileName": line.source, "recordNum": line.line}


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="startLoad",
        method="POST",
        path="/loader",
        tag="Loader",
        summary="Load data: Neptune's StartLoaderJob",
        description="Fields that concern AWS alone (iamRoleArn, region, …) are taken and not used: the server reads with its own rights.",
        handler=start,
        answer=LoadStartedJson,
        parameters=LoadBody,
        problems=(429, 501),
        codes=_CODES,
        by_generation=False,
        example={"source": "s3://bucket/export/", "format": "fhir", "dataset": "study", "failOnError": False, "queueRequest": True},
    ),
    Operation(
        name="listLoads",
        method="GET",
        path="/loader",
        tag="Loader",
        summary="Ids of loads, newest first, or with `loadId` where one stands: Neptune's ListLoaderJobs and GetLoaderJobStatus",
        handler=loads,
        answer=LoadsJson,
        parameters=LoadListParameters,
        problems=(404, 501),
        codes=_CODES,
        by_generation=False,
    ),
    Operation(
        name="getLoad",
        method="GET",
        path="/loader/{loadId}",
        tag="Loader",
        summary="Where a load stands and what it rejected: Neptune's GetLoaderJobStatus",
        handler=load,
        answer=LoadStatusJson,
        parameters=LoadParameters,
        problems=(404, 501),
        codes=_CODES,
        by_generation=False,
        example={"loadId": "ef478d76-d9da-4d94-8ff1-08d9d4863aa5", "details": True, "errors": True},
    ),
    Operation(
        name="cancelLoad",
        method="DELETE",
        path="/loader/{loadId}",
        tag="Loader",
        summary="Cancel a load: Neptune's CancelLoaderJob",
        handler=cancel,
        answer=LoadCancelledJson,
        parameters=CancelParameters,
        problems=(404, 501),
        codes=_CODES,
        by_generation=False,
        example={"loadId": "ef478d76-d9da-4d94-8ff1-08d9d4863aa5"},
    ),
    Operation(
        name="cancelLoadById",
        method="DELETE",
        path="/loader",
        tag="Loader",
        summary="Cancel a load that the address names as `loadId`: Neptune's CancelLoaderJob",
        handler=cancel,
        answer=LoadCancelledJson,
        parameters=CancelParameters,
        problems=(404, 501),
        codes=_CODES,
        by_generation=False,
        example={"loadId": "ef478d76-d9da-4d94-8ff1-08d9d4863aa5"},
    ),
)
