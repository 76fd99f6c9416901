"""The wire to a SPARQL server: HTTP connections that are kept, time limits, retries, errors told for people.

Everything the store sends may be sent again: questions, loads of sets of quads, drops by name. What a server says in an error is not
repeated to people, because it may quote the data.
"""

import base64
import http.client
import random
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from graph.errors import GraphError, StoreRefused, StoreTimeout, StoreUnavailable

Authenticate = Callable[[str, str, Mapping[str, str], bytes], Mapping[str, str]]
"""(method, url, headers, body) → all headers to send; asked at every attempt, because signatures expire."""

Body = bytes | Callable[[], Iterable[bytes]]
"""A body at once, or how to begin streaming it (again)."""

CONNECT_SECONDS: Final = 10.0
_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_CHUNK: Final = 1 << 18
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


class Answer:
    """A response that has begun."""

    def __init__(self, response: http.client.HTTPResponse, wait: Callable[[], None]) -> None:
        self.headers = response.headers
        self._response, self._wait = response, wait

    def read(self, size: int = _CHUNK) -> bytes:
        """The next bytes; b'' at the end. Raises where the answer is cut off."""
        self._wait()
        chunk = self._response.read(size)
        if size and not chunk and self._response.length:
            raise http.client.IncompleteRead(b"", self._response.length)
        return chunk

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
        self._tls = tls
        self._authenticate = authenticate
        self._authorization = _authorization(user, password, token)
        self._idle: dict[tuple[str, str], list[http.client.HTTPConnection]] = defaultdict(list)
        self._lock = threading.Lock()
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
        deadline = time.monotonic() + request.seconds
        connection, answer, response = self._exchange(request, deadline)
        try:
            with self._told(request.seconds):
                yield answer
        finally:
            if response.isclosed() and not response.will_close:
                self._give_back(request.url, connection)
            else:
                response.close()
                connection.close()

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            self._closed = True
            idle = [connection for several in self._idle.values() for connection in several]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def _exchange(self, request: Request, deadline: float) -> tuple[http.client.HTTPConnection, Answer, http.client.HTTPResponse]:
        """Send, and wait for the head of the answer. A kept connection that the server has closed meanwhile is tried once more."""
        while True:
            connection = self._take(request.url)
            kept = connection.sock is not None
            try:
                with self._told(request.seconds):
                    response, wait = self._send(connection, request, deadline)
                    if response.status >= 300:
                        wait()
                        raise self._refusal(response.status, response.read(2000).lower())
                return connection, Answer(response, wait), response
            except _Lost:
                connection.close()
                if not kept:
                    raise
            except BaseException:
                connection.close()
                raise

    def _send(
        self, connection: http.client.HTTPConnection, request: Request, deadline: float
    ) -> tuple[http.client.HTTPResponse, Callable[[], None]]:
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
        parts = urlsplit(request.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if connection.sock is None:
            connection.timeout = min(CONNECT_SECONDS, request.seconds)
            connection.connect()
        sock = connection.sock

        def wait() -> None:
            left = request.seconds if request.patient else deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)

        wait()
        cut: OSError | None = None
        try:
            if isinstance(body, bytes):
                connection.request(request.method, path, body if request.method == "POST" else None, headers)
            else:
                headers["Transfer-Encoding"] = "chunked"
                connection.request(request.method, path, iter(body), headers, encode_chunked=True)
        except (BrokenPipeError, ConnectionResetError) as error:
            cut = error  # the server may have answered before it read all, and then the answer says why
        wait()
        response = connection.getresponse()
        if cut is not None and response.status < 300:
            raise cut
        return response, wait

    def _take(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        with self._lock:
            if self._closed:
                raise StoreUnavailable(f"the graph store at {self.address} has been closed")
            idle = self._idle[parts.scheme, parts.netloc]
            if idle:
                return idle.pop()
        if parts.scheme == "https":
            return http.client.HTTPSConnection(parts.netloc, timeout=CONNECT_SECONDS, context=self._tls or ssl.create_default_context())
        return http.client.HTTPConnection(parts.netloc, timeout=CONNECT_SECONDS)

    def _give_back(self, url: str, connection: http.client.HTTPConnection) -> None:
        parts = urlsplit(url)
        with self._lock:
            if not self._closed:
                self._idle[parts.scheme, parts.netloc].append(connection)
                return
        connection.close()

    @contextmanager
    def _told(self, seconds: float) -> Iterator[None]:
        """What goes wrong on the way, in words."""
        where = f"the graph store at {self.address}"
        try:
            yield
        except TimeoutError as error:
            raise StoreTimeout(f"{where} did not answer within {seconds:g} seconds; see store_timeout") from error
        except ssl.SSLCertVerificationError as error:
            raise StoreUnavailable(f"{where} shows a certificate that is not valid: {error.verify_message}") from error
        except http.client.IncompleteRead as error:
            raise _Lost(f"{where} gave half an answer; check the server's log") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise _Lost(f"{where} cannot be reached ({reason}); check that the server is up and the address is right") from error

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
