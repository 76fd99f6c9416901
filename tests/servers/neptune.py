"""A stand-in for an Amazon Neptune cluster: checks signatures and requests by botocore, loads from S3 into real graph servers.

SPARQL goes on to a real Fuseki, Gremlin to a real Gremlin Server of the series that Neptune speaks; the loader is in `neptune_loader.py`.
What a test wants to go wrong is scripted: see `Faults`. How a real cluster behaves beyond Amazon's documentation is not known here.
"""

import asyncio
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from uuid import uuid4

from tests.servers.neptune_loader import Loader
from tests.servers.neptune_model import REGION, Faults, Job, Key, Refused
from tests.servers.processes import free_port


class NeptuneStandIn:
    """The server, in threads of this process. `requests` lists what was asked: (method, path)."""

    def __init__(self, *, s3: str, fuseki: str = "", gremlin: str = "", signed: bool = True) -> None:
        self.port = free_port()
        self.keys: dict[str, Key] = {}
        self.faults = Faults()
        self.requests: list[tuple[str, str]] = []
        self.handshakes = 0
        self.role = "writer"
        self._fuseki, self._gremlin, self._signed = fuseki, gremlin, signed
        self._loader = Loader(s3, fuseki, gremlin, self.faults)
        self._model = _service_model()
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve, args=(ready,), daemon=True),
            threading.Thread(target=self._loader.work, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        if not ready.wait(10):
            raise RuntimeError("the stand-in did not start")

    @property
    def jobs(self) -> dict[str, Job]:
        """The loads by their ids."""
        return self._loader.jobs

    def address(self, language: str, **parameters: str) -> str:
        """What `--store` takes."""
        given = {"language": language, "region": REGION, "plain": "true", **parameters}
        return f"neptune://127.0.0.1:{self.port}?{urlencode(given)}"

    def close(self) -> None:
        """Stop serving and loading."""
        if self.faults.hold is not None:
            self.faults.hold.set()
        self._loader.close()
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
            "StartLoaderJob": self._loader.start,
            "GetLoaderJobStatus": self._loader.describe,
            "ListLoaderJobs": self._loader.list,
            "CancelLoaderJob": self._loader.cancel,
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
