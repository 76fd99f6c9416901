"""What the client does when a server does not answer as it should: what is tried again, for how long, and what is said in the end."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from commissure.client import BadAddress, Busy, Client, Patience, Refused, TimedOut, UnexpectedAnswer, Unreachable
from tests.commissure.client.servers import QUICK, asking, problem

EMPTY = {"concepts": [], "unused": [], "near": [], "generation": 1}
GOOD = httpx.Response(200, json=EMPTY)
STARTED = httpx.Response(200, json={"status": "200 OK", "payload": {"loadId": "x"}})
REQUEST = httpx.Request("GET", "http://localhost")


def test_a_busy_server_is_asked_again_when_it_says() -> None:
    study, asked, waits = asking(problem(503, {"Retry-After": "5"}), problem(429, {"Retry-After": "7"}), GOOD)
    assert len(study.concepts("x")) == 0
    assert waits == [5, 7] and len(asked) == 3


def test_a_date_to_come_again_is_understood() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    study, _, waits = asking(problem(503, {"Retry-After": soon}), GOOD)
    study.concepts("x")
    assert 10 < waits[0] <= 20


def test_what_does_not_pass_by_itself_is_said_at_once() -> None:
    for status in (400, 403, 404, 422, 500, 501, 503):
        study, asked, waits = asking(problem(status))
        with pytest.raises(Refused, match="Not so"):
            study.concepts("x")
        assert (len(asked), waits) == (1, [])


def test_waiting_ends() -> None:
    study, asked, waits = asking(*[problem(503, {"Retry-After": "25"})] * 9)
    with pytest.raises(Busy) as busy:
        study.concepts("x")
    assert waits == [25, 25] and len(asked) == 3 and busy.value.retry_after == 25
    study, asked, waits = asking(*[httpx.ConnectError("no", request=REQUEST)] * 9)
    with pytest.raises(Unreachable, match="is it running"):
        study.concepts("x")
    assert waits == [0.5, 1, 2, 4] and len(asked) == 5
    study, asked, waits = asking(problem(503, {"Retry-After": "1"}), patience=Patience(total=0))
    with pytest.raises(Busy):
        study.concepts("x")
    assert waits == []


def test_broken_connections_and_proxies_are_tried_again() -> None:
    for failed in (
        httpx.ReadError("x", request=REQUEST),
        httpx.ReadTimeout("x", request=REQUEST),
        httpx.Response(502),
        httpx.Response(504),
    ):
        study, asked, waits = asking(failed, GOOD)
        study.concepts("x")
        assert waits == [0.5] and len(asked) == 2


def test_a_load_is_not_started_twice() -> None:
    sent: tuple[httpx.Response | Exception, ...] = (
        httpx.ReadError("x", request=REQUEST),
        httpx.ReadTimeout("x", request=REQUEST),
        httpx.Response(502),
        problem(503, {"Retry-After": "1"}),
    )
    for failed in sent:
        study, asked, _ = asking(failed, STARTED)
        with pytest.raises((Unreachable, UnexpectedAnswer, Busy)):
            study.ingest("s3://bucket/x", dataset="d", wait=False)
        assert len(asked) == 1
    for failed in (httpx.ConnectError("x", request=REQUEST), problem(429, {"Retry-After": "1"})):
        study, asked, _ = asking(failed, STARTED)
        assert study.ingest("s3://bucket/x", dataset="d", wait=False)[0].id == "x"
        assert json.loads(asked[1].content)["source"] == "s3://bucket/x"


def test_errors_say_what_to_do_and_not_what_was_asked() -> None:
    failures: list[tuple[httpx.Response | Exception, type[Exception], str]] = [
        (httpx.ReadTimeout("x", request=REQUEST), TimedOut, "longer timeout"),
        (httpx.ConnectTimeout("x", request=REQUEST), TimedOut, "in time"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]", request=REQUEST), Unreachable, "ca="),
        (httpx.Response(302, headers={"Location": "https://elsewhere"}), UnexpectedAnswer, "does not go"),
        (httpx.Response(200, html="<p>sign in"), UnexpectedAnswer, "text/html"),
        (httpx.Response(200, content=b"{", headers={"Content-Type": "application/json"}), UnexpectedAnswer, "cut"),
        (httpx.Response(500, text="oh"), UnexpectedAnswer, "500 with text/plain"),
        (httpx.Response(503, text="oh"), UnexpectedAnswer, "before the server"),
    ]
    for failed, kind, words in failures:
        study, _, _ = asking(failed, patience=Patience(retries=0))
        with pytest.raises(kind, match=words) as error:
            study.concepts("secret words")
        assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "token", "words"),
    [
        ("ftp://host", None, "no address"),
        ("nonsense", None, "no address"),
        ("https://me:word@host", None, "ends up in logs"),
        ("http://server", "t", "use https"),
        ("https://server", "t\nX: y", "what no token holds"),
        ("https://server", "", "what no token holds"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str, token: str | None, words: str) -> None:
    with pytest.raises(BadAddress, match=words):
        Client(url, token=token)


def test_a_token_goes_where_it_is_safe() -> None:
    for url, plain in (
        ("https://server/commissure/", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("http://server", True),
    ):
        assert "/api/v1" in repr(Client(url, token="t", plain=plain))
    with pytest.raises(BadAddress, match="cannot be read as certificates"):
        Client("https://server", ca="/nowhere.pem")


def test_a_mounted_server_is_asked_below_its_path() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        seen.append(request.headers["Authorization"])
        return GOOD

    Client("https://server/commissure/", token="t", transport=httpx.MockTransport(answer), patience=QUICK).concepts("a b", limit=2)
    assert seen == ["/commissure/api/v1/concepts/named?q=a+b&limit=2", "Bearer t"]


def test_the_client_imports_nothing_of_the_server() -> None:
    """In a fresh interpreter in which the server's rooms and libraries cannot be imported."""
    blocked = (
        *("webapp", "ingest", "labels", "cohorts", "access", "search", "concepts", "graph", "sources", "sample"),
        *("commissure.cli", "commissure.assemble", "commissure.settings", "commissure.server"),
        *(
            "torch",
            "transformers",
            "sentence_transformers",
            "faiss",
            "numpy",
            "pandas",
            "pyarrow",
            "pyoxigraph",
            "flask",
            "pydantic",
            "duckdb",
        ),
    )
    script = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if any(name == one or name.startswith(one + ".") for one in {blocked!r}):
            raise ImportError(f"{{name}} is of the server")

sys.meta_path.insert(0, Blocked())
from commissure.client import AsyncClient, Client
print(Client("http://127.0.0.1:1", token="t"), AsyncClient("http://127.0.0.1:1"))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:3] == ["<Client", "of", "http://127.0.0.1:1/api/v1>"]
