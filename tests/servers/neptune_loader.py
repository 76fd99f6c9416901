"""The bulk loader of a stand-in for Neptune: loads from S3 into real graph servers, and knows every status word."""

import gzip
import queue
import re
import urllib.request
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pyoxigraph as ox

from graph.stores.neptune.loader_model import RUNNING, WORDS
from tests.servers.bucket import s3_client
from tests.servers.neptune_csv import read_csv
from tests.servers.neptune_model import REGION, ROLE, Faults, Feed, Job, Refused
from tests.servers.rows import Gremlin

QUEUE = 64


class Loader:
    """Its jobs by their ids. `work` does them, in a thread of whoever has it."""

    def __init__(self, s3: str, fuseki: str, gremlin: str, faults: Faults) -> None:
        self.jobs: dict[str, Job] = {}
        self._s3, self._fuseki, self._gremlin, self._faults = s3, fuseki, gremlin, faults
        self._queue: queue.Queue[Job | None] = queue.Queue()

    def close(self) -> None:
        """End the queue."""
        self._queue.put(None)

    def start(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Queue a job."""
        source = asked["source"]
        if not re.fullmatch(r"s3://[a-z0-9.-]+/.+", source) or not re.fullmatch(
            r"arn:aws:iam::\d{12}:role/[\w/+=,.@-]+", asked["iamRoleArn"]
        ):
            raise Refused(400, "InvalidParameterException", "source or iamRoleArn")
        if asked["s3BucketRegion"] != REGION:
            raise Refused(400, "BadRequestException", "the bucket must be in the cluster's region")
        going = [job for job in self.jobs.values() if job.status in RUNNING]
        if going and not asked.get("queueRequest"):
            raise Refused(
                400,
                "BadRequestException",
                f"Failed to start new load for the source {source}. Max concurrent load limit breached. Limit is 1",
            )
        if len(going) > QUEUE:
            raise Refused(
                400,
                "BadRequestException",
                f"Failed to start new load for the source {source}. Max load task queue size limit breached. Limit is 64",
            )
        if unknown := [one for one in asked.get("dependencies", ()) if one not in self.jobs]:
            raise Refused(400, "InvalidParameterException", f"The dependencies {unknown} are no loads")
        former = [job for job in self.jobs.values() if job.asked["source"] == source]
        if asked.get("mode") == "RESUME" and not former:
            raise Refused(400, "BadRequestException", "there is no load of this source to resume")
        job = Job(str(uuid4()), asked, run=len(former) + 1)
        self.jobs[job.id] = job
        self._queue.put(job)
        return {"status": "200 OK", "payload": {"loadId": job.id}}

    def describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """How a job stands, with its files and errors where they are asked for."""
        job = self._job(asked)
        counts: dict[str, int] = {}
        for feed in job.feeds:
            counts[feed.status] = counts.get(feed.status, 0) + 1
        payload: dict[str, Any] = {
            "feedCount": [{word: count} for word, count in counts.items()],
            "overallStatus": job.entry(job.asked["source"], job.status, job.feeds),
        }
        if asked.get("details"):
            failed = [feed for feed in job.feeds if feed.status not in (*RUNNING, "LOAD_COMPLETED")]
            payload["failedFeeds"] = [job.entry(feed.uri, feed.status, [feed]) for feed in failed]
        if asked.get("errors"):
            size, page = asked.get("errorsPerPage", 10), asked.get("page", 1)
            some = job.errors[size * (page - 1) : size * page]
            first = size * (page - 1) + 1
            payload["errors"] = {"startIndex": first, "endIndex": first + len(some) - 1, "loadId": job.id, "errorLogs": some}
        return {"status": "200 OK", "payload": payload}

    def list(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The jobs, newest first."""
        waiting = asked.get("includeQueuedLoads", True)
        loads = [job.id for job in reversed(self.jobs.values()) if waiting or job.status != "LOAD_IN_QUEUE"]
        return {"status": "200 OK", "payload": {"loadIds": loads[: asked.get("limit", 100)]}}

    def cancel(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Stop a job that goes on or waits."""
        job = self._job(asked)
        if job.status not in RUNNING:
            raise Refused(404, "BulkLoadIdNotFoundException", f"The load with id = {job.id} does not exist or not active")
        job.cancelled = True
        job.status = "LOAD_CANCELLED_BY_USER"
        return {"status": "200 OK"}

    def _job(self, asked: Mapping[str, Any]) -> Job:
        job = self.jobs.get(asked["loadId"])
        if job is None:
            raise Refused(404, "BulkLoadIdNotFoundException", "The load was not found")
        return job

    def work(self) -> None:
        """Do the jobs, one after the other, until the queue ends."""
        while (job := self._queue.get()) is not None:
            if job.cancelled:
                continue
            depends = [self.jobs[one].status for one in job.asked.get("dependencies", ())]
            if any(status != "LOAD_COMPLETED" for status in depends):
                job.status = "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED"
                continue
            job.status = "LOAD_IN_PROGRESS"
            try:
                ended = self._load(job)
            except Exception as error:
                ended = "LOAD_UNEXPECTED_ERROR"
                if not job.cancelled:
                    job.errors.append({"errorCode": ended, "errorMessage": repr(error), "fileName": job.asked["source"], "recordNum": 0})
            if not job.cancelled:
                job.status = ended

    def _load(self, job: Job) -> str:
        hold = self._faults.hold
        while hold is not None and not hold.wait(0.01) and not job.cancelled:
            pass
        if job.cancelled:
            return job.status
        client = s3_client(self._s3)
        bucket, _, prefix = job.asked["source"].removeprefix("s3://").partition("/")
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        job.feeds = [Feed(f"s3://{bucket}/{entry['Key']}") for page in pages for entry in page.get("Contents", ())]
        if job.asked["iamRoleArn"] != ROLE:
            for feed in job.feeds:
                feed.status = "LOAD_S3_ACCESS_DENIED_ERROR"
            return "LOAD_FAILED"
        done: set[str] = set()
        if job.asked.get("mode", "AUTO") != "NEW":
            former = [one for one in self.jobs.values() if one.asked["source"] == job.asked["source"] and one is not job]
            done = {feed.uri for feed in former[-1].feeds if feed.status == "LOAD_COMPLETED"} if former else set()
        outcome = self._faults.outcomes.pop(0) if self._faults.outcomes else ""
        assert not outcome or outcome in WORDS
        for number, feed in enumerate(job.feeds):
            if job.cancelled:
                return job.status
            if feed.uri in done:
                feed.status = "LOAD_COMPLETED"
                continue
            if outcome and number == len(job.feeds) - 1:
                feed.status = outcome
                return "LOAD_FAILED" if outcome.startswith("LOAD_S3") else outcome
            feed.status = "LOAD_IN_PROGRESS"
            data = client.get_object(Bucket=bucket, Key=feed.uri.partition(bucket + "/")[2])["Body"].read()
            data = gzip.decompress(data) if feed.uri.endswith(".gz") else data
            data = self._faults.tamper(feed.uri, data) if self._faults.tamper else data
            strict = job.asked.get("failOnError", True)
            (self._load_quads if job.asked["format"] == "nquads" else self._load_csv)(job, feed, data, strict)
            feed.status = "LOAD_FAILED" if strict and (feed.parsing or feed.insert) else "LOAD_COMPLETED"
            if feed.status == "LOAD_FAILED":
                return "LOAD_FAILED"
        return "LOAD_COMPLETED"

    def _load_quads(self, job: Job, feed: Feed, data: bytes, strict: bool) -> None:
        lines = data.splitlines(keepends=True)
        try:
            for _ in ox.parse(data, ox.RdfFormat.N_QUADS):
                pass
        except SyntaxError:
            good = []
            for number, line in enumerate(lines, 1):
                try:
                    list(ox.parse(line, ox.RdfFormat.N_QUADS))
                    good.append(line)
                except SyntaxError:
                    feed.parsing += 1
                    job.errors.append(_error("PARSING_ERROR", "Expected '<', found: |", feed, number))
                    if strict:
                        return
            lines = good
        feed.records = len(lines)
        asked = urllib.request.Request(f"{self._fuseki}/data", b"".join(lines), {"Content-Type": "application/n-quads"})
        urllib.request.urlopen(asked, timeout=120).close()

    def _load_csv(self, job: Job, feed: Feed, data: bytes, strict: bool) -> None:
        edges, rows = read_csv(data.decode())
        good: list[tuple[int, dict[str, Any]]] = []
        for number, row in enumerate(rows, 1):
            if row is None:
                feed.parsing += 1
                job.errors.append(_error("PARSING_ERROR", "wrong number of columns", feed, number))
                if strict:
                    return
                continue
            good.append((number, row))
        feed.records = len(good)
        with Gremlin(self._gremlin) as gremlin:
            for start in range(0, len(good), 1000):
                some = good[start : start + 1000]
                if not edges:
                    gremlin.merge_vertices([row for _, row in some])
                    continue
                ends = gremlin.existing({row[end] for _, row in some for end in ("~from", "~to")})
                whole = []
                for number, row in some:
                    if {row["~from"], row["~to"]} <= ends:
                        whole.append(row)
                        continue
                    feed.insert += 1
                    job.errors.append(_error("FROM_OR_TO_VERTEX_ARE_MISSING", "", feed, number))
                    if strict:
                        return
                gremlin.merge_edges(whole)


def _error(code: str, message: str, feed: Feed, record: int) -> dict[str, Any]:
    return {"errorCode": code, "errorMessage": message, "fileName": feed.uri, "recordNum": record}
