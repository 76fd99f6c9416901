"""The wire to a SPARQL server: HTTP connections that are kept, time limits, retries, errors told for people.

Everything the store sends may be sent again: questions, loads of sets of quads, drops by name. What a server says in an error is not
repeated to people, because it may quote the data.
"""

import base64
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, IncompleteRead, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as HttpTimeout
from urllib3.util.wait import wait_for_read

from graph.errors import GraphError, QueryAbandoned, StoreRefused, StoreTimeout, StoreUnavailable

Authenticate = Callable[[str, str, Mapping[str, str], bytes], Mapping[str, str]]
"""(method, url, headers, body) → all headers to send; asked at every attempt, because signatures expire."""

Body = bytes | Callable[[], Iterable[bytes]]
"""A body at once, or how to begin streaming it (again)."""

CONNECT_SECONDS: Final = 10.0
_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_CHUNK: Final = 1 << 18
_LOOK: Final = 0.25
"""Seconds between looks at whether somebody still waits for an answer."""
_KEPT: Final = 16
"""Connections kept for the next request."""
_BUSY: Final = frozenset((429, 502, 503))


class BadRequest(GraphError):
    """The server does not take the request as it is written (400, 405, 415 …)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class _Lost(StoreUnavailable):
    """No answer, or half of one; whether the request was done is not known."""


class _Busy(StoreUnavailable):
    """The server cannot answer now."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `seconds` limit the whole answer, or where `patient` each wait for the server's next sign of life."""

    method: str
    url: str
    body: Body = b""
    content_type: str = ""
    accept: str = "*/*"
    seconds: float = 20.0
    patient: bool = False
    attempts: int = 2
    gone: Callable[[], bool] = lambda: False
    """Whether nobody waits for the answer any more; then the connection is closed, at which servers stop working on it."""


class _Wait:
    """How long the request of this thread may still take, and on which socket it waits."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._deadline = time.monotonic() + request.seconds
        self.sock: socket.socket | None = None
        self.fresh = False
        """Whether the connection was made for this request."""

    def left(self) -> float:
        """Seconds. Raises OSError where none are left, QueryAbandoned where nobody waits."""
        if self._request.gone():
            raise QueryAbandoned("the query was stopped: nobody waits for its answer any more")
        left = self._request.seconds if self._request.patient else self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def for_head(self, sock: socket.socket) -> float:
        """Wait until the answer begins; the seconds that are left then."""
        self.sock = sock
        began = time.monotonic()
        while not wait_for_read(sock, min(_LOOK, left := self.left())):
            if self._request.patient and time.monotonic() - began > left:
                raise TimeoutError
        return self.left()


_waits = threading.local()


class _Watched(HTTPConnection):
    """A connection whose waiting for an answer ends when it should."""

    def connect(self) -> None:
        """Say that it is new."""
        _waits.now.fresh = True
        super().connect()

    def getresponse(self) -> Any:
        """The head of the answer."""
        wait: _Wait = _waits.now
        if self.sock is not None:
            self.timeout = wait.for_head(self.sock)
        return super().getresponse()


class _WatchedTls(HTTPSConnection):
    """The same with TLS."""

    def connect(self) -> None:
        """Say that it is new."""
        _waits.now.fresh = True
        super().connect()

    def getresponse(self) -> Any:
        """The head of the answer."""
        wait: _Wait = _waits.now
        if self.sock is not None:
            self.timeout = wait.for_head(self.sock)
        return super().getresponse()


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTls(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class Answer:
    """A response that has begun."""

    def __init__(self, response: urllib3.BaseHTTPResponse, wait: _Wait) -> None:
        self.headers = response.headers
        self._response, self._wait = response, wait

    def read(self, size: int = _CHUNK) -> bytes:
        """The next bytes; b'' at the end. Raises where the answer is cut off."""
        left = self._wait.left()
        if self._wait.sock is not None and self._wait.sock.fileno() >= 0:
            self._wait.sock.settimeout(left)
        return self._response.read(size) if size else b""

    def all(self) -> bytes:
        """Everything that is left."""
        return b"".join(iter(self.read, b""))


class Wire:
    """Connections to the endpoints of one server. Any number of threads may use it."""

    def __init__(
        self,
        address: str,
        *,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
        authenticate: Authenticate | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`address` is what messages call the server. Certificates are verified; `tls` says by what."""
        self.address = address
        self._authenticate = authenticate
        self._authorization = _authorization(user, password, token)
        self._pools = urllib3.PoolManager(maxsize=_KEPT, ssl_context=tls or ssl.create_default_context(), retries=False)
        self._pools.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTls}
        self._closed = False

    def fetch(self, request: Request) -> bytes:
        """The whole answer. Raises BadRequest, StoreRefused, StoreTimeout, StoreUnavailable."""
        for attempt in range(1, request.attempts + 1):
            try:
                with self.open(request) as answer:
                    return answer.all()
            except (_Lost, _Busy):
                if attempt == request.attempts:
                    raise
                pause = min(_PAUSE * 4 ** (attempt - 1), _LONGEST_PAUSE)
                time.sleep(pause * (0.5 + random.random()))  # noqa: S311 - jitter, so that clients do not come back all at once
        raise AssertionError("a request has at least one attempt")

    @contextmanager
    def open(self, request: Request) -> Iterator[Answer]:
        """One attempt, to be read within the block; what is left unread is not fetched."""
        response, wait = self._exchange(request)
        try:
            with self._told(request.seconds):
                yield Answer(response, wait)
        finally:
            if response.closed or getattr(response, "_fp", None) is None:
                response.release_conn()
            else:
                response.close()

    def close(self) -> None:
        """End all connections."""
        self._closed = True
        self._pools.clear()

    def _exchange(self, request: Request) -> tuple[urllib3.BaseHTTPResponse, _Wait]:
        """Send, and wait for the head of the answer. A kept connection that the server has closed meanwhile is tried once more."""
        if self._closed:
            raise StoreUnavailable(f"the graph store at {self.address} has been closed")
        while True:
            wait = _Wait(request)
            try:
                with self._told(request.seconds):
                    response = self._send(request, wait)
                    if response.status >= 300:
                        try:
                            raise self._refusal(response.status, Answer(response, wait).read(2000).lower())
                        finally:
                            response.close()
                return response, wait
            except _Lost:
                if wait.fresh:
                    raise

    def _send(self, request: Request, wait: _Wait) -> urllib3.BaseHTTPResponse:
        body = request.body if isinstance(request.body, bytes) else request.body()
        if self._authenticate is not None and not isinstance(body, bytes):
            body = b"".join(body)  # a signature covers the body
        headers = {"Accept": request.accept, **self._authorization}
        if request.method == "POST":
            headers["Content-Type"] = request.content_type
        if not request.patient:
            headers["Timeout"] = f"{request.seconds:g}"  # Fuseki stops working on it too; others ignore it
        if self._authenticate is not None:
            headers = dict(self._authenticate(request.method, request.url, headers, body if isinstance(body, bytes) else b""))
        _waits.now = wait
        return self._pools.request(
            request.method,
            request.url,
            body=body if request.method == "POST" else None,
            headers=headers,
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, request.seconds), read=request.seconds),
            preload_content=False,
            decode_content=False,
            redirect=False,
        )

    @contextmanager
    def _told(self, seconds: float) -> Iterator[None]:
        """What goes wrong on the way, in words."""
        where = f"the graph store at {self.address}"
        unreachable = f"{where} cannot be reached ({{}}); check that the server is up and the address is right"
        try:
            yield
        except NewConnectionError as error:
            raise _Lost(unreachable.format(_reason(error))) from error
        except (HttpTimeout, TimeoutError) as error:
            raise StoreTimeout(f"{where} did not answer within {seconds:g} seconds; see store_timeout") from error
        except (SSLError, ssl.SSLError) as error:
            verification = _cause(error, ssl.SSLCertVerificationError)
            if verification is None:
                raise _Lost(unreachable.format(_reason(error))) from error
            raise StoreUnavailable(f"{where} shows a certificate that is not valid: {verification.verify_message}") from error
        except (HTTPError, OSError) as error:
            if isinstance(error, IncompleteRead) or _cause(error, IncompleteRead) is not None:
                raise _Lost(f"{where} gave half an answer; check the server's log") from error
            raise _Lost(unreachable.format(_reason(error))) from error

    def _refusal(self, status: int, said: bytes) -> GraphError:
        where = f"the graph store at {self.address}"
        if status in (401, 403):
            return StoreRefused(f"{where} refuses us (HTTP {status}); set store_user and store_password, or store_token")
        if status == 413:
            return StoreRefused(f"{where} refuses a request for its size (HTTP 413); raise the server's limit on request bodies")
        if status in (408, 504) or (status in (500, 503) and (b"timeout" in said or b"timed out" in said)):
            return StoreTimeout(f"{where} gave up for its own time limit (HTTP {status}); raise the server's limit")
        if status in _BUSY:
            return _Busy(f"{where} cannot answer now (HTTP {status}); try again later")
        if 300 <= status < 400:
            return StoreUnavailable(f"{where} sends us elsewhere (HTTP {status}), where we do not follow; give the address itself")
        if status == 404:
            return StoreUnavailable(f"{where} knows no such dataset or service (HTTP 404); check the address")
        if status >= 500:
            return StoreUnavailable(f"{where} failed at a request (HTTP {status}); see the server's log")
        return BadRequest(f"{where} does not take a request as it is written (HTTP {status})", status)


def _authorization(user: str | None, password: str | None, token: str | None) -> dict[str, str]:
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user:
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password or ''}".encode()).decode()}
    return {}


T = TypeVar("T", bound=BaseException)


def _cause(error: BaseException, kind: type[T]) -> T | None:
    """The error of this kind among what caused an error, as urllib3 wraps it."""
    rest: list[object] = [error]
    for _ in range(20):
        if not rest:
            break
        current = rest.pop()
        if isinstance(current, kind):
            return current
        if isinstance(current, BaseException):
            rest += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
    return None


def _reason(error: BaseException) -> str:
    """What the system says of it, or the name of the error."""
    system = _cause(error, OSError)
    return (system.strerror if system is not None and system.strerror else None) or type(error).__name__


def endpoints(address: str) -> tuple[str, str, str, str]:
    """The address for people, and the URLs of queries, of updates and of the graph store ('' for none). Raises ValueError."""
    parts = urlsplit(address.removeprefix("sparql+"))
    base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := set(given) - {"query", "update", "data"}:
        raise ValueError(f"an address of a SPARQL server may name query, update and data, not {min(unknown)}")
    urls = [urljoin(f"{base}/", given.get(name, name)) if given.get(name, name) else "" for name in ("query", "update", "data")]
    if any(url and urlsplit(url)[:2] != urlsplit(base)[:2] for url in urls):
        raise ValueError("the query, update and data addresses of a SPARQL server are on the host of its address")
    query, update, data = urls
    return f"sparql+{base}", query, update, data
