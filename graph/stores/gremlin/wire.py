"""The wire to a TinkerPop server: web-socket connections, requests of bytecode with time limits, errors told for people.

gremlinpython makes the bytecode and its GraphBinary form. Its client is not used: it writes requests and answers, which hold clinical
text, to the log, and cannot limit one request's time; answers are read by `graph.stores.gremlin.graphbinary`.
"""

import asyncio
import base64
import random
import ssl
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from uuid import uuid4

from graph.errors import GraphError, StoreRefused, StoreTimeout, StoreUnavailable
from graph.stores.gremlin.graphbinary import Encoded, EncodedIO, Unreadable, read_answer

Headers = Callable[[], Mapping[str, str]]
T = TypeVar("T")

_GRACE: Final = 5.0
"""Seconds beyond a request's time limit that the server gets to say so itself."""
_LARGEST_MESSAGE: Final = 512 * 1024 * 1024
_CONFLICTS: Final = ("already exists", "ConcurrentModification", "PermanentLocking", "TemporaryLocking", "Local lock contention")
_FORGOTTEN: Final = "Vertex id could not be resolved"
"""An edge is written after its vertices: a server that does not know them any more has lost what it held."""
_READ_ONLY: Final = ("mutating step", "not read only", "AccessDenied", "AuthorizationException")
_SMALLEST_LIMIT: Final = 65_536
_CLOSE, _CLOSED, _ERROR, _BINARY, _TEXT = 8, 257, 258, 2, 1
_TOO_BIG: Final = 1009


class Conflict(GraphError):
    """Two writers met at one element; the same request succeeds when it is sent again."""


class ConnectionLost(StoreUnavailable):
    """The connection ended before the answer; whether the request was done is not known."""


class Connection:
    """One web socket, used by one thread at a time."""

    def __init__(
        self, address: str, *, user: str | None, password: str | None, headers: Headers | None, tls: ssl.SSLContext | None, timeout: float
    ) -> None:
        self.address = address
        self._user, self._password = user, password
        self._loop = asyncio.new_event_loop()  # one for each connection, so that any thread may use it
        self._session: Any = None
        self._socket: Any = None
        self._sent = 0
        try:
            self._loop.run_until_complete(asyncio.wait_for(self._connect(headers, tls), timeout))
        except BaseException as error:
            self.close()
            if isinstance(error, Exception):
                raise _connection_error(address, error) from error
            raise

    async def _connect(self, headers: Headers | None, tls: ssl.SSLContext | None) -> None:
        import aiohttp

        self._session = aiohttp.ClientSession(loop=self._loop)
        self._socket = await self._session.ws_connect(
            self.address,
            headers=dict(headers()) if headers else None,
            max_msg_size=_LARGEST_MESSAGE,
            **({"ssl": tls} if tls else {}),
        )

    def submit(self, bytecode: Any, source: str, seconds: float) -> list[Any]:
        """The results of one traversal. Raises GraphError; after ConnectionLost and StoreTimeout the connection is of no use any more."""
        try:
            return self._loop.run_until_complete(asyncio.wait_for(self._ask(bytecode, source, seconds), seconds + _GRACE))
        except TimeoutError as error:
            raise StoreTimeout(f"the graph store at {self.address} did not answer within {seconds:g} seconds") from error
        except (OSError, RuntimeError) as error:
            raise self._lost() from error
        except Unreadable as error:
            raise GraphError(f"the graph store at {self.address} gave an answer that cannot be read: {error}") from error

    async def _ask(self, bytecode: Any, source: str, seconds: float) -> list[Any]:
        arguments = {"gremlin": bytecode, "aliases": {"g": source}, "evaluationTimeout": int(seconds * 1000), "batchSize": 4096}
        request = _message("traversal", "bytecode", arguments)
        self._sent = len(request)
        await self._socket.send_bytes(request)
        results: list[Any] = []
        while True:
            status, message, some, attributes = read_answer(await self._receive())
            if status == 407:
                await self._log_in()
                continue
            if status not in (200, 204, 206):
                raise _server_error(self.address, status, message, attributes, seconds)
            results.extend(some)
            if status != 206:
                return results

    async def _receive(self) -> bytes:
        message = await self._socket.receive()
        if message.type == _BINARY:
            data: bytes = message.data
            return data
        if (message.type == _CLOSE and message.data == _TOO_BIG) or self._socket.close_code == _TOO_BIG:
            raise StoreRefused(
                f"the graph store at {self.address} refused a request for its size; "
                "set `maxContentLength: 67108864` in the server's settings"
            )
        raise self._lost()

    def _lost(self) -> ConnectionLost:
        # A server that refuses a request for its size may hang up before it could say so.
        size = f" and takes requests of {self._sent:,} bytes (`maxContentLength`)" if self._sent > _SMALLEST_LIMIT else ""
        return ConnectionLost(f"the graph store at {self.address}: the connection was lost; check that the server is up{size}")

    async def _log_in(self) -> None:
        if self._user is None or self._password is None:
            raise StoreRefused(f"the graph store at {self.address} asks for a user and a password; set store_user and store_password")
        sasl = base64.b64encode(f"\0{self._user}\0{self._password}".encode()).decode()
        await self._socket.send_bytes(_message("traversal", "authentication", {"sasl": sasl}))

    @property
    def open(self) -> bool:
        """Whether the socket can still be used."""
        return self._socket is not None and not self._socket.closed

    def close(self) -> None:
        """End the connection."""
        if self._loop.is_closed():
            return
        try:
            self._loop.run_until_complete(asyncio.wait_for(self._close(), 2))
        except Exception:  # noqa: S110 - a connection that is broken cannot be closed any better
            pass
        finally:
            self._loop.close()

    def __del__(self) -> None:
        if not sys.is_finalizing():
            self.close()

    async def _close(self) -> None:
        try:
            if self._socket is not None:
                await asyncio.wait_for(self._socket.close(), 1)
        finally:
            if self._session is not None:
                await self._session.close()


class Wire:
    """Connections to one server, made when they are needed and kept for the next request."""

    def __init__(
        self,
        address: str,
        *,
        user: str | None = None,
        password: str | None = None,
        source: str = "g",
        headers: Headers | None = None,
        tls: ssl.SSLContext | None = None,
        connect_timeout: float = 10.0,
    ) -> None:
        """`headers` is asked at every new connection (signatures expire)."""
        self.address = address
        self._source = source
        self._make: Callable[[], Connection] = lambda: Connection(
            address, user=user, password=password, headers=headers, tls=tls, timeout=connect_timeout
        )
        self._idle: list[Connection] = []
        weakref.finalize(self, _close_all, self._idle)  # at the interpreter's end, too, which aiohttp complains about otherwise
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, traversal: Any, seconds: float, attempts: int = 2) -> list[Any]:
        """The results of a traversal, within a time limit. Every request here may be repeated: reads, upserts and drops by identity.

        A request is sent again, at most `attempts` times in all and with a growing, random pause, when the connection was lost or two
        writers met.
        """
        bytecode = traversal.bytecode

        def attempt() -> list[Any]:
            connection = self._take()
            try:
                results = connection.submit(bytecode, self._source, seconds)
            except Conflict:
                self._give_back(connection)
                raise
            except BaseException:
                connection.close()
                raise
            self._give_back(connection)
            return results

        return retrying(attempt, attempts)

    def _take(self) -> Connection:
        while True:
            with self._lock:
                if self._closed:
                    raise StoreUnavailable(f"the graph store at {self.address} has been closed")
                if not self._idle:
                    break
                connection = self._idle.pop()
            if connection.open:
                return connection
            connection.close()
        return self._make()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            self._closed = True
        _close_all(self._idle)


def _close_all(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()


def retrying(attempt: Callable[[], T], attempts: int, first_pause: float = 0.1) -> T:
    """What `attempt` gives, tried again after a lost connection or a conflict."""
    for number in range(1, attempts + 1):
        try:
            return attempt()
        except (ConnectionLost, Conflict):
            if number == attempts:
                raise
            time.sleep(first_pause * 2 ** (number - 1) * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret
    raise AssertionError("unreachable")


_serializer: Any = None


def _message(processor: str, operation: str, arguments: dict[str, Any]) -> bytes:
    global _serializer
    if _serializer is None:
        from gremlin_python.driver.serializer import GraphBinarySerializersV1
        from gremlin_python.structure.io.graphbinaryV1 import GraphBinaryWriter

        make: Any = GraphBinarySerializersV1
        writer: Any = GraphBinaryWriter
        _serializer = make(writer=writer({Encoded: EncodedIO}))
    message: bytes = _serializer.build_message(str(uuid4()), processor, operation, arguments)
    return message


def _connection_error(address: str, error: Exception) -> GraphError:
    status = getattr(error, "status", None)
    if status in (401, 403):
        return StoreRefused(f"the graph store at {address} refused the connection ({status}); check its user, password and rights")
    if status is not None:
        return StoreUnavailable(f"{address} is no Gremlin server (HTTP {status}); the address ends in /gremlin on most servers")
    if isinstance(error, TimeoutError):
        return StoreUnavailable(f"the graph store at {address} cannot be reached: no answer in time")
    if isinstance(error, ssl.SSLError) or "certificate" in type(error).__name__.lower():
        return StoreUnavailable(f"the graph store at {address}: its certificate is not trusted; check the address and the certificate")
    return StoreUnavailable(f"the graph store at {address} cannot be reached; check the address and that the server is up")


def _server_error(address: str, status: int, message: str, attributes: Mapping[str, Any], seconds: float) -> GraphError:
    """What a failed request means. The server's own words are not repeated: they may quote the data."""
    if status in (401, 407):
        return StoreRefused(f"the graph store at {address} refused user and password; check store_user and store_password")
    if status == 598:
        return StoreTimeout(f"the graph store at {address} stopped a request after {seconds:g} seconds")
    causes = attributes.get("exceptions") or []
    words = "\n".join((message, *map(str, causes)))
    if status == 403 or any(sign in words for sign in _READ_ONLY):
        return StoreRefused(f"the graph store at {address} does not allow this; its user needs the right to read and write")
    if any(sign in words for sign in _CONFLICTS):
        return Conflict(f"the graph store at {address}: two writers changed one element at the same time; run it again")
    if _FORGOTTEN in words:
        return StoreUnavailable(f"the graph store at {address} lost what was written to it a moment ago; was it started anew? run it again")
    names = ", ".join(str(cause).rsplit(".", 1)[-1] for cause in causes) if isinstance(causes, list) else ""
    return GraphError(f"the graph store at {address} failed (status {status}{', ' + names if names else ''}); see the server's log")
