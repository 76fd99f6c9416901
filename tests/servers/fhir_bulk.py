"""A strict stand-in for a FHIR server with SMART Bulk Data Access: holds requests against the specification, makes trouble on demand.

What it finds wrong with a request stands in `faults`, and is answered by 400. Tests end with `faults == []`.
"""

import gzip
import json
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
SCOPE = re.compile(r"system/(\*|[A-Z][A-Za-z]+)\.(read|rs)")
CLIENT = "commissure-test"


@dataclass
class Trouble:
    """What goes wrong, and how often; 0 is never."""

    waits: int = 1
    """Answers 202 before an export is done."""
    retry_after: float = 0
    busy: int = 0
    """Every so many-th request is answered by 429 or 503."""
    truncated: int = 0
    """The first so many answers with a file break off in its middle."""
    changed: bool = False
    """A file is another one when it is asked for again after it broke off."""
    token_seconds: int = 300
    token_uses: int = 0
    """A token is refused after so many uses, though its time is not over."""
    files_gone: int = 0
    """So many answers with a file are 404 before it is there again."""
    jobs_gone: int = 0
    """So many polls are answered by 404, and the job is no more."""
    fails: bool = False
    html: bool = False
    packed: bool = False
    ranges: bool = True
    needs_token: bool = True
    opaque: bool = False
    """Files have no names, and their addresses are signed."""
    pages: bool = False
    """The manifest has a page for each file."""
    elsewhere: str = ""
    """The origin that files are said to be at."""
    redirect: str = ""
    """Where requests for files are sent on to."""


@dataclass
class Job:
    manifest: dict[str, Any]
    files: dict[str, bytes]
    waits: int
    asked: float = 0.0
    wait: float = 0.0


@dataclass
class BulkServer:
    """Records by type and id, each with the moment of its last change; a change is a second later than the one before."""

    public_key: Any = None
    """The client's; None asks for no token."""
    trouble: Trouble = field(default_factory=Trouble)
    per_file: int = 50
    records: dict[tuple[str, str], tuple[bytes, int]] = field(default_factory=dict)
    removed: dict[tuple[str, str], int] = field(default_factory=dict)
    errors: list[bytes] = field(default_factory=list)
    groups: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    others: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Path → (content type, content) of what else is there, such as attachments."""
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    on_request: Callable[[int], None] = lambda _: None
    secure: Any = None
    """An SSLContext: it is asked by https."""

    def __post_init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.jobs_deleted: list[str] = []
        self.tokens: dict[str, list[float]] = {}
        self.scopes: list[str] = []
        self._jtis: set[str] = set()
        self._clock = 0
        self._troubled: Counter[str] = Counter()
        self.lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"bulk": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if self.secure is not None:
            self._server.socket = self.secure.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base(self) -> str:
        return f"{self.origin}/fhir"

    def __enter__(self) -> "BulkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, *resources: dict[str, Any] | bytes) -> None:
        self._clock += 1
        for each in resources:
            line = each if isinstance(each, bytes) else json.dumps(each).encode()
            resource = json.loads(line)
            key = (resource["resourceType"], resource["id"])
            self.records[key] = (line, self._clock)
            self.removed.pop(key, None)

    def remove(self, kind: str, identifier: str) -> None:
        self._clock += 1
        del self.records[kind, identifier]
        self.removed[kind, identifier] = self._clock

    def count(self, part: str) -> int:
        """Requests for a path that holds this."""
        return sum(part in request for request in self.requests)

    def happens(self, what: str, often: int) -> bool:
        """Whether trouble of a kind that happens so often happens once more."""
        with self.lock:
            self._troubled[what] += 1
            return self._troubled[what] <= often

    # --- an export ---

    def moment(self) -> str:
        return (BEGINNING + timedelta(seconds=self._clock)).isoformat().replace("+00:00", "Z")

    def export(self, level: str, since: str, types: set[str]) -> str:
        after = int((datetime.fromisoformat(since) - BEGINNING).total_seconds()) if since else -1
        group = self.groups.get(level.partition("/")[2]) if level.startswith("Group/") else None
        chosen: dict[str, list[bytes]] = {}
        for (kind, identifier), (line, changed) in self.records.items():
            if changed > after and (not types or kind in types) and (group is None or (kind, identifier) in group):
                chosen.setdefault(kind, []).append(line)
        identifier, files, listed = secrets.token_hex(6), {}, {"output": [], "deleted": [], "error": []}

        def add(part: str, kind: str, lines: list[bytes]) -> None:
            name = f"{kind}.{len(listed[part])}.ndjson"
            files[f"{part}/{name}"] = b"".join(line + b"\n" for line in lines)
            place = f"{self.trouble.elsewhere or self.origin}/files/{identifier}/{part}/{name}"
            if self.trouble.opaque:
                place = f"{self.origin}/blob?job={identifier}&file={part}/{name}&signature=tell-nobody"
            listed[part].append({"type": kind, "url": place, **({"count": len(lines)} if part == "output" else {})})

        for kind, lines in chosen.items():
            for at in range(0, len(lines), self.per_file):
                add("output", kind, lines[at : at + self.per_file])
        if since and (gone := [key for key, changed in self.removed.items() if changed > after]):
            entries = [{"request": {"method": "DELETE", "url": "/".join(key)}} for key in gone]
            add("deleted", "Bundle", [json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()])
        if self.errors:
            add("error", "OperationOutcome", self.errors)
        manifest = {"transactionTime": self.moment(), "request": f"{self.base}/$export", "requiresAccessToken": self.trouble.needs_token}
        self.jobs[identifier] = Job({**manifest, **listed}, files, self.trouble.waits)
        return identifier

    def check_token(self, authorization: str | None) -> str:
        """'' where a request may be answered, else what is wrong with its token."""
        if self.public_key is None:
            return "a token where none is asked for" if authorization else ""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return "no token"
        with self.lock:
            held = self.tokens[token]
            held[1] += 1
            uses = self.trouble.token_uses
            return "expired" if time.monotonic() > held[0] or (uses and held[1] > uses) else ""

    def give_token(self, form: dict[str, list[str]]) -> dict[str, Any] | str:
        from joserfc import jwt

        def one(name: str) -> str:
            return form.get(name, [""])[0] if len(form.get(name, [])) == 1 else ""

        if one("grant_type") != "client_credentials":
            return "grant_type"
        if one("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return "client_assertion_type"
        if not all(SCOPE.fullmatch(each) for each in one("scope").split(" ")):
            return "scope"
        token = jwt.decode(one("client_assertion"), self.public_key, algorithms=["RS384", "ES384"])
        claims, now = token.claims, time.time()
        if token.header.get("typ") != "JWT" or token.header.get("kid") != self.public_key.kid:
            return "header of the assertion"
        if claims.get("iss") != CLIENT or claims.get("sub") != CLIENT or claims.get("aud") != f"{self.origin}/token":
            return "iss, sub or aud of the assertion"
        if not now < claims.get("exp", 0) <= now + 300:
            return "exp of the assertion"
        if not claims.get("jti") or claims["jti"] in self._jtis:
            return "jti of the assertion"
        self._jtis.add(claims["jti"])
        self.scopes.append(one("scope"))
        given = secrets.token_urlsafe(24)
        self.tokens[given] = [time.monotonic() + self.trouble.token_seconds, 0]
        return {"access_token": given, "token_type": "bearer", "expires_in": self.trouble.token_seconds, "scope": one("scope")}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bulk: BulkServer

    def log_message(self, *_: object) -> None:
        pass

    # --- answers ---

    def answer(self, status: int, content: bytes | dict[str, Any] = b"", kind: str = "application/json", **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def outcome(self, status: int, code: str, **headers: str) -> None:
        issue = {"severity": "error", "code": code, "diagnostics": "Mrs. Secret Patient could not be read"}
        self.answer(status, {"resourceType": "OperationOutcome", "issue": [issue]}, "application/fhir+json", **headers)

    def fault(self, words: str) -> None:
        self.bulk.faults.append(f"{self.command} {self.path}: {words}")
        self.outcome(400, "invalid")

    def may(self) -> bool:
        """Whether the token holds; answered where it does not."""
        wrong = self.bulk.check_token(self.headers.get("Authorization"))
        if wrong == "no token" and self.headers.get("Authorization") is None:
            self.outcome(401, "login")
        elif wrong in ("expired", "no token"):
            self.outcome(401, "expired")
        elif wrong:
            self.fault(wrong)
        return not wrong

    def accepts(self, kind: str) -> bool:
        if kind not in self.headers.get("Accept", ""):
            self.fault(f"Accept is {self.headers.get('Accept')!r}, not {kind}")
            return False
        return True

    # --- requests ---

    def do_GET(self) -> None:
        bulk, parts = self.bulk, urlsplit(self.path)
        with bulk.lock:
            bulk.requests.append(f"{self.command} {self.path}")
            number = len(bulk.requests)
        bulk.on_request(number)
        path, query = parts.path, parse_qs(parts.query)
        if bulk.trouble.busy and number % bulk.trouble.busy == 0:
            self.outcome(429 if number % 2 else 503, "throttled", Retry_After="0")
        elif bulk.trouble.html:
            self.answer(200, b"<!doctype html><title>Welcome</title>", "text/html; charset=utf-8")
        elif path == "/fhir/.well-known/smart-configuration":
            self.configuration()
        elif path.startswith("/fhir/") and path.endswith("/$export"):
            self.kick_off(path.removeprefix("/fhir/").removesuffix("$export").strip("/"), query)
        elif path.startswith("/status/"):
            self.status(path.split("/")[2], int(query.get("page", ["0"])[0]))
        elif path.startswith("/files/"):
            self.file(path.split("/")[2], path.split("/", 3)[3])
        elif path == "/blob":
            self.file(query["job"][0], query["file"][0])
        elif path in bulk.others:
            if self.may():
                self.answer(200, bulk.others[path][1], bulk.others[path][0])
        else:
            self.outcome(404, "not-found")

    def do_DELETE(self) -> None:
        self.bulk.requests.append(f"{self.command} {self.path}")
        if self.may():
            self.bulk.jobs_deleted.append(self.path.split("/")[2])
            self.answer(202)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.bulk.requests.append(f"{self.command} {self.path}")
        if self.path != "/token" or self.bulk.public_key is None:
            self.fault("nothing is posted here")
            return
        if self.headers.get("Content-Type", "").partition(";")[0] != "application/x-www-form-urlencoded" or self.headers.get(
            "Authorization"
        ):
            self.fault("a token is asked for by a form, without a token")
            return
        try:
            given = self.bulk.give_token(parse_qs(content.decode("ascii")))
        except Exception as error:
            given = f"assertion ({type(error).__name__})"
        if isinstance(given, str):
            if "BadSignature" not in given:
                self.bulk.faults.append(f"POST /token: {given}")
            self.answer(400, {"error": "invalid_client", "error_description": "the assertion is not that of Mrs. Secret"})
        else:
            self.answer(200, given, Cache_Control="no-store")

    def configuration(self) -> None:
        if self.headers.get("Authorization"):
            self.fault("the configuration is for everybody")
        elif self.accepts("application/json"):
            told = {
                "token_endpoint": f"{self.bulk.origin}/token",
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
                "capabilities": ["client-confidential-asymmetric", "permission-v2"],
            }
            self.answer(200, told)

    def kick_off(self, level: str, query: dict[str, list[str]]) -> None:
        if not self.may():
            return
        since, types = query.get("_since", [""])[0], set(filter(None, query.get("_type", [""])[0].split(",")))
        if self.headers.get("Accept") != "application/fhir+json" or self.headers.get("Prefer") != "respond-async":
            self.fault("kick-off without its Accept or Prefer")
        elif set(query) - {"_since", "_type"}:
            self.fault("a parameter that there is not")
        elif since and datetime.fromisoformat(since).tzinfo is None:
            self.fault("_since is no instant")
        elif level not in ("", "Patient") and level.removeprefix("Group/") not in self.bulk.groups:
            self.outcome(404, "not-found")
        else:
            self.answer(202, Content_Location=f"{self.bulk.origin}/status/{self.bulk.export(level, since, types)}")

    def status(self, identifier: str, page: int) -> None:
        bulk, trouble = self.bulk, self.bulk.trouble
        if not self.may() or not self.accepts("application/json"):
            return
        job = bulk.jobs.get(identifier)
        if job and bulk.happens("jobs_gone", trouble.jobs_gone):
            del bulk.jobs[identifier]
            job = None
        if job is None or identifier in bulk.jobs_deleted:
            self.outcome(404, "not-found")
            return
        if time.monotonic() < job.asked + job.wait - 0.01:
            self.fault("asked again before Retry-After is over")
            return
        job.asked, job.wait = time.monotonic(), 0.0
        if trouble.fails:
            self.outcome(500, "exception")
        elif job.waits:
            job.waits, job.wait = job.waits - 1, trouble.retry_after
            self.answer(202, X_Progress="half done", Retry_After=f"{trouble.retry_after:.0f}")
        elif trouble.pages:
            entries = [(part, each) for part in ("output", "deleted", "error") for each in job.manifest[part]]
            parts: dict[str, Any] = {"output": [], "deleted": [], "error": []}
            if entries:
                parts[entries[page][0]].append(entries[page][1])
            link = [{"relation": "next", "url": f"{bulk.origin}/status/{identifier}?page={page + 1}"}] if page + 1 < len(entries) else []
            self.answer(200, {**job.manifest, **parts, "link": link})
        else:
            self.answer(200, job.manifest)

    def file(self, identifier: str, name: str) -> None:
        bulk, trouble = self.bulk, self.bulk.trouble
        if trouble.redirect:
            self.answer(302, Location=trouble.redirect)
            return
        if trouble.needs_token:
            if not self.may():
                return
        elif self.headers.get("Authorization"):
            self.fault("a token where it is forbidden (requiresAccessToken is false)")
            return
        if not self.accepts("application/fhir+ndjson"):
            return
        if self.headers.get("Range") and not self.headers.get("If-Range"):
            self.fault("Range without If-Range: the file may have changed")
            return
        job = bulk.jobs.get(identifier)
        if job is None or identifier in bulk.jobs_deleted or bulk.happens("files_gone", trouble.files_gone):
            self.outcome(404, "not-found")
            return
        self._send(job, name)

    def _send(self, job: Job, name: str) -> None:
        trouble, content = self.bulk.trouble, job.files[name]
        headers = {}
        if trouble.packed and "gzip" in self.headers.get("Accept-Encoding", ""):
            content, headers = gzip.compress(content, mtime=0), {"Content-Encoding": "gzip"}
        tag = f'"{hash(content)}"'
        start = 0
        if trouble.ranges:
            headers["ETag"] = tag
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if asked and self.headers.get("If-Range") == tag:
                start = int(asked[1])
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        rest = content[start:]
        self.send_response(206 if start else 200)
        for key, value in {"Content-Type": "application/fhir+ndjson", "Content-Length": str(len(rest)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.bulk.happens("truncated", trouble.truncated):
            self.wfile.write(rest[: len(rest) // 2])
            self.wfile.flush()
            if trouble.changed:
                lines = job.files[name].splitlines(keepends=True)
                job.files[name] = b"".join(reversed(lines))
            self.close_connection = True
            self.connection.shutdown(2)
        else:
            self.wfile.write(rest)
