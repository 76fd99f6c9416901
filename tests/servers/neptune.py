"""A stand-in for an Amazon Neptune cluster: checks signatures and requests by botocore, loads from S3 into real graph servers.

SPARQL goes on to a real Fuseki, Gremlin to a real Gremlin Server of the series that Neptune speaks. The loader knows every status word.
What a test wants to go wrong is scripted: see `Faults`. How a real cluster behaves beyond Amazon's documentation is not known here.
"""

import asyncio
import contextlib
import csv
import gzip
import io
import json
import logging
import queue
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from uuid import uuid4

import pyoxigraph as ox

from graph.stores.neptune.loader_model import RUNNING, WORDS
from tests.servers.processes import free_port

ROLE = "arn:aws:iam::123456789012:role/NeptuneLoadFromS3"
REGION = "eu-west-1"
QUEUE = 64


@dataclass
class Faults:
    """What goes wrong next. Counts go down as they are used; outcomes are used up job by job."""

    throttled: int = 0
    """Requests of any kind that are answered 429."""
    conflicts: int = 0
    """SPARQL updates that meet another writer."""
    outcomes: list[str] = field(default_factory=list)
    """Status words with which jobs end instead of loading their last file."""
    tamper: Callable[[str, bytes], bytes] | None = None
    """Changes what the loader reads of an object (its URI, its content unpacked)."""
    hold: threading.Event | None = None
    """Jobs wait for it before they load."""


@dataclass
class Key:
    """What a signature may be made with."""

    secret: str
    token: str | None = None
    expired: bool = False


class Refused(Exception):
    """An answer with an error of Neptune's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Feed:
    """One file of a job."""

    uri: str
    status: str = "LOAD_NOT_STARTED"
    records: int = 0
    parsing: int = 0
    insert: int = 0


@dataclass
class Job:
    """One load."""

    id: str
    asked: Mapping[str, Any]
    status: str = "LOAD_IN_QUEUE"
    run: int = 1
    started: float = field(default_factory=time.time)
    feeds: list[Feed] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    cancelled: bool = False

    def entry(self, uri: str, status: str, feeds: Sequence[Feed]) -> dict[str, Any]:
        """As Neptune describes a job or a feed."""
        return {
            "fullUri": uri,
            "runNumber": self.run,
            "retryNumber": 0,
            "status": status,
            "totalTimeSpent": int(time.time() - self.started),
            "startTime": int(self.started),
            "totalRecords": sum(feed.records for feed in feeds),
            "totalDuplicates": 0,
            "parsingErrors": sum(feed.parsing for feed in feeds),
            "datatypeMismatchErrors": 0,
            "insertErrors": sum(feed.insert for feed in feeds),
        }


class NeptuneStandIn:
    """The server, in threads of this process. `requests` lists what was asked: (method, path)."""

    def __init__(self, *, s3: str, fuseki: str = "", gremlin: str = "", signed: bool = True) -> None:
        self.port = free_port()
        self.keys: dict[str, Key] = {}
        self.faults = Faults()
        self.requests: list[tuple[str, str]] = []
        self.jobs: dict[str, Job] = {}
        self.handshakes = 0
        self.role = "writer"
        self._s3, self._fuseki, self._gremlin, self._signed = s3, fuseki, gremlin, signed
        self._model = _service_model()
        self._queue: queue.Queue[Job | None] = queue.Queue()
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve, args=(ready,), daemon=True),
            threading.Thread(target=self._work, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        if not ready.wait(10):
            raise RuntimeError("the stand-in did not start")

    def address(self, language: str, **parameters: str) -> str:
        """What `--store` takes."""
        given = {"language": language, "region": REGION, "plain": "true", **parameters}
        return f"neptune://127.0.0.1:{self.port}?{urlencode(given)}"

    def close(self) -> None:
        """Stop serving and loading."""
        if self.faults.hold is not None:
            self.faults.hold.set()
        self._queue.put(None)
        self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join(10)

    # --- HTTP and web sockets ---

    def _serve(self, ready: threading.Event) -> None:
        from aiohttp import web

        asyncio.set_event_loop(self._loop)
        self._one_at_a_time = asyncio.Lock()
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("GET", "/gremlin", self._web_socket)
        app.router.add_route("*", "/{path:.*}", self._http)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self.port).start())
        ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        open_still = asyncio.all_tasks(self._loop)  # of clients that did not hang up
        for task in open_still:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*open_still, return_exceptions=True))
        self._loop.close()

    async def _http(self, request: Any) -> Any:
        from aiohttp import web

        body = await request.read()
        try:
            self._let_in(request.method, request.raw_path, request.host, request.headers, body)
            status, content_type, answer = await asyncio.to_thread(self._answer, request.method, request.raw_path, request.headers, body)
        except Refused as refused:
            said = {"requestId": str(uuid4()), "code": refused.code, "detailedMessage": str(refused), "message": str(refused)}
            return web.json_response(said, status=refused.status)
        return web.Response(status=status, body=answer, headers={"Content-Type": content_type})

    async def _web_socket(self, request: Any) -> Any:
        import aiohttp
        from aiohttp import web

        try:
            self._let_in("GET", request.raw_path, request.host, request.headers, b"")
        except Refused as refused:
            return web.json_response({"code": refused.code, "detailedMessage": str(refused)}, status=refused.status)
        self.handshakes += 1
        ours = web.WebSocketResponse(max_msg_size=0)
        await ours.prepare(request)
        async with aiohttp.ClientSession() as session, session.ws_connect(self._gremlin, max_msg_size=0) as theirs:
            async for message in ours:
                if b"bytecode" not in message.data[:120]:  # Neptune runs no scripts with more than Gremlin in them
                    await ours.close(code=1003)
                    break
                async with self._one_at_a_time:  # TinkerGraph takes no two writers at once
                    await theirs.send_bytes(message.data)
                    while True:
                        answer = await theirs.receive_bytes()
                        await ours.send_bytes(answer)
                        if _status(answer) != 206:
                            break
        return ours

    def _let_in(self, method: str, path: str, host: str, headers: Mapping[str, str], body: bytes) -> None:
        self.requests.append((method, path.partition("?")[0]))
        if self._signed:
            self._check_signature(method, f"http://{host}{path}", headers, body)
        if self.faults.throttled:
            self.faults.throttled -= 1
            raise Refused(429, "TooManyRequestsException", "Rate exceeded")

    def _check_signature(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Make the signature again by botocore from what came, and compare. Raises Refused."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        pattern = (
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})"
        )
        found = re.fullmatch(pattern, headers.get("Authorization", ""))
        if found is None:
            raise Refused(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        access, day, region, service, signed, signature = found.groups()
        key = self.keys.get(access)
        if key is None or headers.get("X-Amz-Security-Token") != key.token:
            raise Refused(403, "AccessDeniedException", "The security token included in the request is invalid.")
        names = signed.split(";")
        if (region, service) != (REGION, "neptune-db") or not {"host", "x-amz-date"} <= set(names):
            raise Refused(403, "InvalidSignatureException", "Credential should be scoped to a valid region and service.")
        stamp = headers["X-Amz-Date"]
        age = datetime.now(UTC) - datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if not stamp.startswith(day) or abs(age.total_seconds()) > 300:
            raise Refused(403, "InvalidSignatureException", "Signature expired")
        again = AWSRequest(method, url, headers={name: headers[name] for name in names}, data=body)
        again.context["timestamp"] = stamp
        auth = SigV4Auth(Credentials(access, key.secret), service, region)
        expected = auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)
        if expected != signature:
            raise Refused(
                403, "InvalidSignatureException", "The request signature we calculated does not match the signature you provided."
            )
        if key.expired:
            raise Refused(403, "ExpiredTokenException", "The security token included in the request is expired")

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, bytes]:
        place = path.partition("?")[0]
        if place == "/sparql":
            return self._sparql(method, headers, body)
        operation, asked = self._understood(method, path, body)
        work: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "GetEngineStatus": self._status,
            "StartLoaderJob": self._start,
            "GetLoaderJobStatus": self._describe,
            "ListLoaderJobs": self._list,
            "CancelLoaderJob": self._cancel,
        }
        if operation.name not in work:
            raise Refused(400, "UnsupportedOperationException", f"the stand-in has no {operation.name}")
        with self._lock:
            answer = work[operation.name](asked)
        _validate(answer, operation.output_shape)
        return 200, "application/json", json.dumps(answer).encode()

    def _sparql(self, method: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, bytes]:
        if method != "POST" or not headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            raise Refused(400, "BadRequestException", "queries and updates are posted as forms")
        form = parse_qs(body.decode(), keep_blank_values=True)
        name = "update" if "update" in form else "query"
        if name not in form or set(form) - ({"update"} if name == "update" else {"query", "default-graph-uri", "named-graph-uri"}):
            raise Refused(400, "MissingParameterException", "one of query and update")
        if name == "update" and self.faults.conflicts:
            self.faults.conflicts -= 1
            raise Refused(500, "ConcurrentModificationException", "Operation failed due to conflicting concurrent operations")
        asked = urllib.request.Request(
            f"{self._fuseki}/{name}", body, {"Content-Type": headers["Content-Type"], "Accept": headers["Accept"]}
        )
        try:
            with urllib.request.urlopen(asked, timeout=120) as response:
                return response.status, response.headers.get("Content-Type", "text/plain"), response.read()
        except urllib.error.HTTPError as error:
            with error:
                code = "MalformedQueryException" if error.code == 400 else "InternalFailureException"
                raise Refused(error.code, code, "not done") from error

    def _understood(self, method: str, path: str, body: bytes) -> tuple[Any, dict[str, Any]]:
        """The operation and its input, by botocore's own model of the service. Raises Refused where a request does not fit it."""
        parts = urlsplit(path)
        for operation in (self._model.operation_model(name) for name in self._model.operation_names):
            template = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.http["requestUri"].partition("?")[0])
            if operation.http["method"] == method and (found := re.fullmatch(template, parts.path)):
                break
        else:
            raise Refused(404, "BadRequestException", f"no operation for {method} {parts.path}")
        members = operation.input_shape.members if operation.input_shape else {}
        wire = {shape.serialization.get("name", name): (name, shape) for name, shape in members.items()}
        asked: dict[str, Any] = {wire[name][0]: unquote(value) for name, value in found.groupdict().items()}
        for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items():
            if name not in wire or wire[name][1].serialization.get("location") != "querystring":
                raise Refused(400, "InvalidParameterException", f"{operation.name} has no query parameter {name}")
            kind = wire[name][1].type_name
            asked[wire[name][0]] = (
                {"true": True, "false": False}[values[0]] if kind == "boolean" else int(values[0]) if kind == "integer" else values[0]
            )
        for name, value in (json.loads(body) if body else {}).items():
            if name not in wire or wire[name][1].serialization.get("location"):
                raise Refused(400, "InvalidParameterException", f"{operation.name} has no member {name}")
            if (allowed := getattr(wire[name][1], "enum", None)) and value not in allowed:
                raise Refused(400, "InvalidParameterException", f"{name} is one of {allowed}")
            asked[wire[name][0]] = value
        if operation.input_shape is not None:
            try:
                _validate(asked, operation.input_shape)
            except ValueError as error:
                raise Refused(400, "InvalidParameterException", str(error)) from error
        return operation, asked

    # --- the loader ---

    def _status(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "status": "healthy",
            "startTime": "Mon Jan 05 08:00:00 UTC 2026",
            "dbEngineVersion": "1.4.5.0.R1",
            "role": self.role,
            "gremlin": {"version": "tinkerpop-3.7.1"},
            "sparql": {"version": "sparql-1.1"},
            "settings": {"clusterQueryTimeoutInMs": "120000"},
        }

    def _start(self, asked: Mapping[str, Any]) -> dict[str, Any]:
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

    def _describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
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

    def _list(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        waiting = asked.get("includeQueuedLoads", True)
        loads = [job.id for job in reversed(self.jobs.values()) if waiting or job.status != "LOAD_IN_QUEUE"]
        return {"status": "200 OK", "payload": {"loadIds": loads[: asked.get("limit", 100)]}}

    def _cancel(self, asked: Mapping[str, Any]) -> dict[str, Any]:
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

    def _work(self) -> None:
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
        hold = self.faults.hold
        while hold is not None and not hold.wait(0.01) and not job.cancelled:
            pass
        if job.cancelled:
            return job.status
        client = _s3_client(self._s3)
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
        outcome = self.faults.outcomes.pop(0) if self.faults.outcomes else ""
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
            data = self.faults.tamper(feed.uri, data) if self.faults.tamper else data
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
        with _Gremlin(self._gremlin) as gremlin:
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


class _Gremlin:
    """Writes rows of CSV as merge traversals, knowing nothing of what they mean."""

    def __init__(self, address: str) -> None:
        from graph.stores.gremlin.wire import Wire

        self._wire = Wire(address)

    def __enter__(self) -> "_Gremlin":
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def existing(self, ids: set[str]) -> set[str]:
        return set(self._wire.submit(self._g().V(sorted(ids)).id_(), 60))

    def merge_vertices(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Make the vertices that are not there, and add every value to a set."""
        from gremlin_python.process.graph_traversal import __
        from gremlin_python.process.traversal import Cardinality, Merge, T

        made = [
            {"m": {T.id: row["~id"]}, "c": {T.id: row["~id"], T.label: row["~label"].partition(";")[0]}, "p": _pairs(row)} for row in rows
        ]
        merged = self._g().inject(made).unfold().as_("row").merge_v(__.select("m")).option(Merge.on_create, __.select("c")).as_("vertex")
        pairs = merged.select("row").select("p").unfold().as_("pair").select("vertex")
        added = pairs.property(Cardinality.set_, __.select("pair").select("k"), __.select("pair").select("v"))
        self._wire.submit(added.count(), 120)

    def merge_edges(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Make the edges that are not there."""
        from gremlin_python.process.traversal import Direction, T

        made = [
            {
                T.id: row["~id"],
                T.label: row["~label"],
                Direction.OUT: row["~from"],
                Direction.IN: row["~to"],
                **{pair["k"]: pair["v"] for pair in _pairs(row)},
            }
            for row in rows
        ]
        self._wire.submit(self._g().inject(made).unfold().merge_e().count(), 120)

    def _g(self) -> Any:
        from gremlin_python.process.graph_traversal import GraphTraversalSource
        from gremlin_python.process.traversal import TraversalStrategies
        from gremlin_python.structure.graph import Graph

        return GraphTraversalSource(Graph(), TraversalStrategies())


def _pairs(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"k": name, "v": value} for name, values in row.items() if not name.startswith("~") for value in values]


def read_csv(text: str) -> tuple[bool, Iterator[dict[str, Any] | None]]:
    """Whether a file holds edges, and its rows as the loader reads them: each property has a list of typed values; None: a broken row."""
    csv.field_size_limit(1 << 30)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = [_column(header) for header in next(rows)]
    system = [name for name, kind in columns if kind is None]
    if system not in (["~id", "~label"], ["~id", "~from", "~to", "~label"]):
        raise ValueError("system columns")
    edges = "~from" in system
    if edges and any(kind.endswith("[]") for _, kind in columns if kind):
        raise ValueError("properties of edges have one value")

    def read(row: Sequence[str]) -> dict[str, Any] | None:
        if len(row) != len(columns) or not row[0]:
            return None
        cells = [(name, kind, value) for (name, kind), value in zip(columns, row, strict=True) if value]
        try:
            return {name: value if kind is None else _values(kind, value) for name, kind, value in cells}
        except ValueError:
            return None

    return edges, map(read, rows)


def _column(header: str) -> tuple[str, str | None]:
    """The name and the type of a column; system columns have none."""
    if header.startswith("~"):
        return header, None
    found = re.fullmatch(r"((?:[^:,\s]|\\:)+):((?:String|Bool|Int|Long|Double|Date)(?:\[\])?)(?:\(set\))?", header)
    if found is None:
        raise ValueError("a header")
    return found[1].replace("\\:", ":"), found[2]


def _values(kind: str, text: str) -> list[Any]:
    """The values of a cell."""
    one = kind.removesuffix("[]")
    return [_VALUES[one](value) for value in (text.split(";") if one != kind else [text])]


def _whole(bits: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not -(1 << bits) <= int(text) < 1 << bits:
            raise ValueError(text)
        return int(text)

    return read


def _date(text: str) -> datetime:
    """As Amazon's page spells them: yyyy-MM-dd, yyyy-MM-ddTHH:mm, with :ss, and with a Z."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\dZ?)?)?", text):
        raise ValueError(text)
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_VALUES: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Bool": lambda text: bool(("false", "true").index(text)),
    "Int": _whole(31),
    "Long": _whole(63),
    "Double": float,
    "Date": _date,
}


def _error(code: str, message: str, feed: Feed, record: int) -> dict[str, Any]:
    return {"errorCode": code, "errorMessage": message, "fileName": feed.uri, "recordNum": record}


def _status(answer: bytes) -> int:
    """The status of a GraphBinary response."""
    at = 2 if answer[1] == 1 else 18
    return int.from_bytes(answer[at : at + 4], "big")


def _service_model() -> Any:
    from botocore.session import get_session

    return get_session().get_service_model("neptunedata")


def _validate(value: Mapping[str, Any], shape: Any) -> None:
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(value, shape)
    if report.has_errors() or (extra := set(value) - set(shape.members)):
        raise ValueError(report.generate_report() or f"unknown {sorted(extra)}")


def _s3_client(endpoint: str) -> Any:
    import boto3

    return boto3.client("s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="neptune", aws_secret_access_key="neptune")


@contextlib.contextmanager
def bucket(name: str) -> Iterator[str]:
    """The endpoint of a real S3 API on loopback, moto's, with one bucket."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        _s3_client(endpoint).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield endpoint
    finally:
        server.stop()
