"""Neptune's bulk loader by boto3's `neptunedata` client: submit, poll, read the errors, cancel, resume, retry what passes.

The server's words about data stay in the report; messages of exceptions name codes, files and lines only.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from graph.errors import GraphError, StoreRefused, StoreTimeout, StoreUnavailable
from graph.stores.neptune.loader_model import (
    CANCELLED,
    COMPLETED,
    Feed,
    LoadCancelled,
    LoadError,
    LoaderSettings,
    LoadFailed,
    LoadReport,
    LoadRequest,
)
from graph.stores.neptune.signing import NO_CREDENTIALS, Signer

log = logging.getLogger(__name__)
T = TypeVar("T")

NO_PARTS: Final[Mapping[str, Path]] = MappingProxyType({})
_PAGE: Final = 1000
"""Errors asked for at once; Neptune keeps 10,000 of a job."""
_FULL: Final = ("task queue size limit", "concurrent load limit")
"""What Neptune says when it takes no further job now."""
_UNSIGNED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        "403",
    }
)
"""Codes by which Amazon's services refuse credentials, signatures or rights."""


class QueueFull(StoreUnavailable):
    """The loader takes no further job now."""


class Aws:
    """boto3 clients with the credentials of a signer, made anew after these were refused."""

    def __init__(self, signer: Signer, where: str) -> None:
        self.region = signer.region
        self._signer, self._where = signer, where
        self._session: Any = None
        self._boto3: Any = None
        self._clients: dict[tuple[str, int], Any] = {}

    def client(self, service: str, endpoint: str | None = None, signed: bool = True, attempts: int = 6) -> Any:
        """The client of a service, which asks so often before it gives up."""
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        session = self._signer.session() if signed else None
        if signed and session is not self._session:
            # One of boto3's for each of botocore's: making it adds boto3's methods to all clients of the other.
            self._session, self._boto3 = session, boto3.Session(botocore_session=session)
            self._clients.clear()
        if (service, attempts) not in self._clients:
            config = Config(retries={"mode": "standard", "max_attempts": attempts}, connect_timeout=10, read_timeout=60)
            if not signed:
                config = config.merge(Config(signature_version=UNSIGNED))
            maker = self._boto3 if signed else boto3.Session()
            self._clients[service, attempts] = maker.client(service, region_name=self.region, endpoint_url=endpoint, config=config)
        return self._clients[service, attempts]

    def call(self, work: Callable[[], T]) -> T:
        """What `work` gives; once more with new credentials where they were refused. Raises GraphError."""
        try:
            with self._told():
                return work()
        except StoreRefused:
            self._signer.renew()
        with self._told():
            return work()

    @contextmanager
    def _told(self) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore import exceptions

        try:
            yield
        except exceptions.ClientError as error:
            raise self._refusal(error) from error
        except (exceptions.NoCredentialsError, exceptions.CredentialRetrievalError, exceptions.PartialCredentialsError) as error:
            raise StoreRefused(NO_CREDENTIALS) from error
        except exceptions.ReadTimeoutError as error:
            raise StoreTimeout(f"{self._where} did not answer in time") from error
        except exceptions.HTTPClientError as error:
            raise StoreUnavailable(
                f"{self._where} cannot be reached ({type(error).__name__}); check the network and the address"
            ) from error
        except Boto3Error as error:  # an upload wraps what went wrong
            cause = error.__context__
            if isinstance(cause, exceptions.ClientError):
                raise self._refusal(cause) from error
            raise StoreUnavailable(f"{self._where}: the upload failed ({type(error).__name__}); run it again") from error
        except exceptions.BotoCoreError as error:
            raise GraphError(f"{self._where}: {type(error).__name__}; check the settings") from error

    def _refusal(self, error: Any) -> GraphError:
        code = str(error.response.get("Error", {}).get("Code", ""))
        said = str(error.response.get("Error", {}).get("Message", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        doing = f"{self._where}, {error.operation_name}"
        if code in _UNSIGNED or status in (401, 403):
            return StoreRefused(f"{doing}: refused ({code}); check the rights of the role, the region and this machine's clock")
        if any(sign in said for sign in _FULL):
            return QueueFull(f"{doing}: the loader takes no further job now; wait until others have ended")
        if status >= 500 or code in ("TooManyRequestsException", "ThrottlingException", "SlowDown"):
            return StoreUnavailable(f"{doing}: failed ({code}); try again later")
        return GraphError(f"{doing}: not done ({code}); check source, role and region")


class BulkLoader:
    """The loader of one cluster."""

    def __init__(self, aws: Aws, endpoint: str, settings: LoaderSettings, signed: bool = True) -> None:
        self._aws, self._settings = aws, settings
        self._endpoint, self._signed = endpoint, signed

    def submit(self, request: LoadRequest) -> str:
        """Begin a job; its id. Waits for a place in the queue as long as an outage may last."""
        asked: dict[str, Any] = {
            "source": request.source,
            "format": request.format,
            "s3BucketRegion": self._aws.region,
            "iamRoleArn": self._settings.role,
            "mode": request.mode,
            "failOnError": request.fail_on_error,
            "parallelism": request.parallelism,
            "queueRequest": request.queue,
        }
        if request.dependencies:
            asked["dependencies"] = list(request.dependencies)
        answer = self._patiently(lambda: self._aws.call(lambda: self._data().start_loader_job(**asked)), QueueFull)
        return str(answer["payload"]["loadId"])

    def jobs(self) -> tuple[str, ...]:
        """The ids of the jobs that the cluster remembers, queued ones included, at most 100."""
        answer = self._aws.call(lambda: self._data().list_loader_jobs(limit=100, includeQueuedLoads=True))
        return tuple(answer["payload"].get("loadIds", ()))

    def status(self, load: str, *, errors: bool = False) -> LoadReport:
        """How a job stands; with `errors`, what it could not take, from all pages."""
        payload = self._aws.call(lambda: self._data().get_loader_job_status(loadId=load, details=True))["payload"]
        found: list[LoadError] = []
        page = 1
        while errors:
            some = self._errors(load, page)
            found.extend(some)
            if len(some) < _PAGE:
                break
            page += 1
        counts: dict[str, int] = {}
        for entry in payload.get("feedCount", ()):
            for word, count in entry.items():
                counts[word] = counts.get(word, 0) + int(count)
        failed = tuple(_feed(feed) for feed in payload.get("failedFeeds", ()))
        return LoadReport(load, _feed(payload["overallStatus"]), counts, failed, tuple(found))

    def cancel(self, load: str) -> None:
        """Stop a job. One that has ended, or is forgotten, is left as it is."""
        try:
            if not self.status(load).ended:
                # Asked once: botocore takes "no such load" for a reason to ask again, and it may have ended just now.
                self._aws.call(lambda: self._data(attempts=1).cancel_loader_job(loadId=load))
        except (StoreRefused, StoreUnavailable):
            raise
        except GraphError:
            log.info("load %s had ended before it was cancelled", load)

    def running(self, source: str) -> tuple[str, ...]:
        """The jobs that load this source and have not ended."""
        return tuple(load for load in self.jobs() for report in [self.status(load)] if report.overall.source == source and not report.ended)

    def wait(self, load: str) -> LoadReport:
        """How a job ended. Raises LoadCancelled where `stop` told us to cancel it; an interrupt cancels it too."""
        pause = self._settings.first_poll
        try:
            while True:
                if self._settings.stop():
                    self.cancel(load)
                    report = self.status(load)
                    raise LoadCancelled(f"bulk load {load} was cancelled; a later run loads it anew", report)
                report = self._patiently(lambda: self.status(load), StoreUnavailable)
                if report.ended:
                    return self.status(load, errors=True)
                time.sleep(_jittered(pause))
                pause = min(pause * 1.5, self._settings.last_poll)
        except KeyboardInterrupt:
            self.cancel(load)
            raise

    def run(self, requests: Sequence[LoadRequest], parts: Mapping[str, Path] = NO_PARTS, *, former: bool = False) -> list[LoadReport]:
        """Load these one after the other, each depending on the one before; what failed in passing is resumed.

        `parts` names by an object's URI what it was made of. With `former`, jobs of a run that broke off may still load the same
        sources: they are waited for, or cancelled where the mode is NEW. Raises LoadFailed, LoadCancelled.
        """
        loads: list[str] = []
        reports: list[LoadReport] = []
        try:
            for request in requests:
                going = self.running(request.source) if former else ()
                if going and request.mode != "NEW":
                    loads.append(going[0])
                    continue
                for load in going:
                    self.cancel(load)
                loads.append(self.submit(replace(request, dependencies=tuple(loads[-1:]))))
            for place, request in enumerate(requests):
                report, again = self._finish(loads[place], request)
                loads[place] = report.id
                report = _of_parts(report, parts)
                reports.append(report)
                if self._settings.report is not None:
                    self._settings.report(report)
                _check(report)
                if again:  # what waited for the failed run has failed with it
                    for later in range(place + 1, len(requests)):
                        self.cancel(loads[later])
                        loads[later] = self.submit(replace(requests[later], dependencies=(loads[later - 1],)))
        except BaseException:
            for load in loads[len(reports) :]:
                self._abandon(load)
            raise
        return reports

    def _finish(self, load: str, request: LoadRequest) -> tuple[LoadReport, bool]:
        """The last report of a job, after resuming it as often as allowed; whether it was resumed."""
        report = self.wait(load)
        attempt = 1
        while report.passing and attempt < self._settings.attempts:
            time.sleep(_jittered(self._settings.first_poll * 2**attempt))
            log.warning("bulk load %s ended as %s; resuming it", report.id, report.status)
            calm = "LOW" if _deadlocked(report) else request.parallelism
            report = self.wait(self.submit(replace(request, mode="RESUME", parallelism=calm, dependencies=())))
            attempt += 1
        return report, attempt > 1

    def _abandon(self, load: str) -> None:
        try:
            self.cancel(load)
        except GraphError as error:
            log.warning("bulk load %s may go on: %s", load, error)

    def _errors(self, load: str, page: int) -> list[LoadError]:
        asked = {"loadId": load, "details": True, "errors": True, "page": page, "errorsPerPage": _PAGE}
        payload = self._aws.call(lambda: self._data().get_loader_job_status(**asked))["payload"]
        return [
            LoadError(
                str(entry.get("errorCode", "")),
                str(entry.get("errorMessage", "")),
                str(entry.get("fileName", "")),
                int(entry.get("recordNum") or 0),
            )
            for entry in payload.get("errors", {}).get("errorLogs", ())
        ]

    def _data(self, attempts: int = 6) -> Any:
        return self._aws.client("neptunedata", self._endpoint, self._signed, attempts)

    def _patiently(self, work: Callable[[], T], passing: type[StoreUnavailable]) -> T:
        """What `work` gives, tried again during an outage. Refusals do not pass."""
        end = time.monotonic() + self._settings.outage
        pause = self._settings.first_poll
        while True:
            try:
                return work()
            except StoreRefused:
                raise
            except passing:
                if time.monotonic() + pause > end or self._settings.stop():
                    raise
            time.sleep(_jittered(pause))
            pause = min(pause * 2, self._settings.last_poll)


def _feed(entry: Mapping[str, Any]) -> Feed:
    def number(name: str) -> int:
        return int(entry.get(name) or 0)

    return Feed(
        source=str(entry.get("fullUri", "")),
        status=str(entry.get("status", "LOAD_UNEXPECTED_ERROR")),
        records=number("totalRecords"),
        duplicates=number("totalDuplicates"),
        parsing_errors=number("parsingErrors"),
        datatype_errors=number("datatypeMismatchErrors"),
        insert_errors=number("insertErrors"),
        seconds=number("totalTimeSpent"),
        run=number("runNumber"),
        retry=number("retryNumber"),
    )


def _of_parts(report: LoadReport, parts: Mapping[str, Path]) -> LoadReport:
    """The report with errors in parts rather than in what was made of them."""
    return replace(report, errors=tuple(replace(error, file=str(parts.get(error.file, error.file))) for error in report.errors))


def _check(report: LoadReport) -> None:
    """Nothing for a job that has loaded what it could. Raises LoadFailed, LoadCancelled, StoreRefused."""
    words = {report.status, *(feed.status for feed in report.failed)}
    if report.status == COMPLETED:
        return
    if report.status == CANCELLED:
        raise LoadCancelled(f"bulk load {report.id} was cancelled by somebody; run it again", report)
    if "LOAD_S3_ACCESS_DENIED_ERROR" in words:
        raise StoreRefused(
            f"bulk load {report.id}: Neptune may not read {report.overall.source}; attach the loader's role to the cluster, and let it "
            "read the bucket through an S3 endpoint of its network"
        )
    first = report.errors[0] if report.errors else None
    where = f"; the first of {len(report.errors)} errors is {first.code} in {first.file}, record {first.record}" if first else ""
    raise LoadFailed(f"bulk load {report.id} ended as {', '.join(sorted(words))}{where}", report)


def _deadlocked(report: LoadReport) -> bool:
    return "LOAD_DATA_DEADLOCK" in {report.status, *(feed.status for feed in report.failed)}


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 - so that clients do not ask all at once
