"""A TCP proxy before a server, for what goes wrong in the middle of a load: at a given byte it stops, and something happens."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

_CHUNK = 1 << 14


class Proxy:
    """Listens on `port`, passes connections on to another loopback port, and counts what clients send."""

    def __init__(self, to: int) -> None:
        self.sent = 0
        self._to = to
        self._at: int | None = None
        self._then: Callable[[], object] = lambda: None
        self._lock = threading.RLock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, at: int, then: Callable[[], object]) -> None:
        """Count anew; when clients have sent `at` bytes, pass these on and do `then`. Until it is done, nobody is served."""
        with self._lock:
            self.sent, self._at, self._then = 0, at, then

    @property
    def fired(self) -> bool:
        """Whether it came to what `arm` was told."""
        with self._lock:
            return self._at is None

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            with self._lock:
                server = socket.create_connection(("127.0.0.1", self._to))
            with server:
                back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
                back.start()
                with suppress(OSError):
                    while chunk := client.recv(_CHUNK):
                        if not self._send(server, chunk):
                            break
                _end(server)
                _end(client)
                back.join()

    def _send(self, server: socket.socket, chunk: bytes) -> bool:
        """Pass a chunk on; False where the connection ends with it."""
        with self._lock:
            before, self.sent = self.sent, self.sent + len(chunk)
            if self._at is None or self.sent < self._at:
                server.sendall(chunk)
                return True
            at, self._at = self._at, None
            with suppress(OSError):
                server.sendall(chunk[: at - before])
            self._then()
            return False


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
    _end(target)
    _end(source)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
