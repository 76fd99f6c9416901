"""The real graph servers as processes of their own: fetched by Maven once, started on a free loopback port, stopped with us.

`python -m tests.servers.processes [NAME…]` starts some for a person and prints their addresses until Ctrl-C.
"""

import ctypes
import fcntl
import hashlib
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
CONF = HERE / "conf"
DEPLOY = HERE.parents[1] / "deploy"
"""What the containers are set up with: the same schema and storage for a server that tests start."""
POM = HERE / "pom.xml"
TARGET = HERE / "target"
USER, PASSWORD = "researcher", "not-a-secret"
"""Whom a server with authentication lets in; see conf/credentials.json."""
FETCH_SECONDS = 600
START_SECONDS = 180


class ServerMissing(Exception):
    """The server cannot be had on this machine: no Java, no Maven, or Maven cannot fetch it."""


class ServerFailed(Exception):
    """The server is there, and does not start."""


@dataclass
class Server:
    """One running server. `process` is the server itself."""

    name: str
    port: int
    address: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    again: Callable[[int], "Server"] = field(repr=False)

    def stop(self) -> None:
        """End it, and wait for the end."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """Let it hold its connections and do nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def start_again(self) -> None:
        """After its end: the same server on the same port, with nothing in it unless it keeps its data in its folder."""
        self.process = self.again(self.port).process

    def close(self) -> None:
        """Stop it and take its folder away."""
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def gremlin_server(version: str = "3.7.3", *, authentication: bool = False, request_bytes: int = 67_108_864) -> Server:
    """TinkerPop's own server with an empty TinkerGraph."""
    conf = ["gremlin.yaml", "authentication.yaml"] if authentication else ["gremlin.yaml"]
    return _tinkerpop(f"gremlin-{version}", "org.apache.tinkerpop.gremlin.server.GremlinServer", conf, request_bytes)


def janusgraph() -> Server:
    """A JanusGraph server that keeps its graph in memory."""
    return _tinkerpop("janusgraph-1.1.0", "org.janusgraph.graphdb.server.JanusGraphServer", ["janusgraph.yaml"])


def fuseki() -> Server:
    """Apache Jena Fuseki with an empty TDB2 dataset, `/ds`, that allows updates; its default graph is the union of the named ones."""
    lib = libraries("fuseki-5.6.0")

    def start(folder: Path, port: int) -> list[str]:
        (folder / "db").mkdir(exist_ok=True)
        # SERVICE would let a query make the server contact others.
        options = ["--set", "tdb2:unionDefaultGraph=true", "--set", "arq:httpServiceAllowed=false", "--timeout=30000"]
        return ["-jar", str(next(lib.glob("jena-fuseki-server-*.jar"))), "--localhost", "--port", str(port), *options, "--update", "--tdb2",
                f"--loc={folder / 'db'}", "/ds"]  # fmt: skip

    return _started("fuseki-5.6.0", start, "http://127.0.0.1:{}/ds", "/$/ping")


def _tinkerpop(name: str, main: str, conf: Sequence[str], request_bytes: int = 0) -> Server:
    lib = libraries(name)

    def start(folder: Path, port: int) -> list[str]:
        values = {"port": port, "conf": CONF, "deploy": DEPLOY, "folder": folder, "request_bytes": request_bytes}
        for file, parts in (("server.yaml", conf), ("credentials.properties", ["credentials.properties"])):
            text = "".join((CONF / part).read_text() for part in parts)
            (folder / file).write_text(string.Template(text).substitute(values))
        return ["-cp", f"{lib}/*", main, str(folder / "server.yaml")]

    return _started(name, start, "ws://127.0.0.1:{}/gremlin", "/gremlin")


def libraries(name: str) -> Path:
    """The folder with a server's jars, fetched when it is first asked for. Raises ServerMissing."""
    if shutil.which("java") is None:
        raise ServerMissing(f"{name} needs Java, which this machine does not have: install a Java runtime, version 17 or newer")
    stamp = hashlib.sha256(POM.read_bytes()).hexdigest()
    folder = TARGET / name
    TARGET.mkdir(exist_ok=True)
    with (TARGET / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / stamp).exists():
            _fetch(name, folder)
            (folder / stamp).touch()
    return folder


def _fetch(name: str, folder: Path) -> None:
    if shutil.which("mvn") is None:
        raise ServerMissing(f"{name} is fetched by Maven, which this machine does not have: install it")
    shutil.rmtree(folder, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(POM), "-P", name, "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        raise ServerMissing(f"Maven did not fetch {name} within {FETCH_SECONDS} seconds") from None
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        raise ServerMissing(f"Maven cannot fetch {name}: {said[0][:300] if said else 'it does not say why'}")


def _started(name: str, arguments: Callable[[Path, int], list[str]], address: str, health: str) -> Server:
    folder = Path(tempfile.mkdtemp(prefix=f"commissure-{name}-"))

    def start(port: int) -> Server:
        log = folder / "server.log"
        # The serial collector and little memory: several servers share a small machine.
        command = ["java", "-Xmx1g", "-XX:+UseSerialGC", *arguments(folder, port)]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=_die_with_parent
            )
        before = log.stat().st_size
        _wait_until_healthy(name, process, f"http://127.0.0.1:{port}{health}", log)
        if " ERROR " in log.read_bytes()[before:].decode(errors="replace"):  # a Gremlin server goes on without its graphs
            process.kill()
            process.wait()
            raise ServerFailed(f"{name} started with errors:\n{_head(log)}")
        return Server(name, port, address.format(port), folder, process, start)

    try:
        return start(free_port())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _die_with_parent() -> None:
    """In the child: be killed when the thread that started us ends, also where it is killed itself (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _wait_until_healthy(name: str, process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ServerFailed(f"{name} ended at its start with status {process.returncode}:\n{_tail(log)}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError as error:  # it answers: a request for nothing is refused
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    process.kill()
    process.wait()
    raise ServerFailed(f"{name} was not ready after {START_SECONDS} seconds:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


def _head(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    first = next((number for number, line in enumerate(lines) if " ERROR " in line), 0)
    return "\n".join(lines[first : first + 3])


STARTERS: dict[str, Callable[[], Server]] = {
    "gremlin": gremlin_server,
    "gremlin-3.8.1": lambda: gremlin_server("3.8.1"),
    "janusgraph": janusgraph,
    "fuseki": fuseki,
}


def main(names: Sequence[str]) -> int:
    """Start servers, print the addresses that `--store` takes, and wait for Ctrl-C."""
    with ExitStack() as running:
        try:
            for name in names:
                server = STARTERS[name]()
                running.callback(server.close)
                scheme = "sparql+" if name == "fuseki" else "gremlin+"
                print(f"{server.name}: --store {scheme}{server.address}", flush=True)
            print("Ctrl-C stops them; what was loaded is lost.", flush=True)
            signal.pause()
        except KeyError as error:
            print(f"no server {error}; there are {', '.join(STARTERS)}", file=sys.stderr)
            return 2
        except (ServerMissing, ServerFailed) as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:] or ["gremlin", "fuseki"]))
