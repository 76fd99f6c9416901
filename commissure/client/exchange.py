"""One request and its answer, told without doing it: generators yield what is to be sent, or how long to wait, and end with the answer.

The same steps are walked with and without asyncio (`synchronous.py`, `asynchronous.py`).
"""

import json
import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, Final, TypeAlias, TypeVar, cast

from commissure.client.errors import Refused, UnexpectedAnswer, Unreachable, refusal

PREFIX: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """A request; shown without what is asked. Parameters that are None are left out; one with several values is repeated."""

    method: str
    path: str
    """Below /api/v1."""
    query: Mapping[str, Any] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    """Sent as JSON."""
    form: Mapping[str, str] | None = field(default=None, repr=False)
    """Sent as a form."""
    accept: str = "application/json"
    repeatable: bool = True
    """Whether sending it twice does no more than sending it once."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    content: bytes = field(repr=False)

    @property
    def media(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


T = TypeVar("T")
Steps: TypeAlias = Generator[Call | Pause, Reply | None, T]
"""Sends the reply into each call, None into each pause, and throws Unreachable into a call that failed."""

_AGAIN: Final = frozenset({429, 503})
"""Statuses that are asked again where the answer says when."""
_GATEWAY: Final = frozenset({502, 504})
"""Statuses by which a proxy says that the server did not answer."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often, and for how long in all, a request is tried again. A `total` of 0 tries none again."""

    retries: int = 4
    total: float = 60.0
    """Seconds waited between tries, together."""
    first: float = 0.5
    """Seconds before the second try; each later wait is twice as long."""
    jitter: Callable[[], float] = random.random
    """A number between 0 and 1: clients that were refused together do not come back together."""

    def wait(self, tries: int, waited: float, asked: float | None) -> float | None:
        """Seconds until the next try, after so many and so long; at least what the server asked for. None: give up."""
        if tries > self.retries:
            return None
        doubled: float = self.first * 2 ** (tries - 1) * (0.5 + self.jitter() / 2)
        wait = doubled if asked is None else max(asked, 0.0)
        return wait if waited + wait <= self.total else None


def exchange(call: Call, patience: Patience) -> Steps[Reply]:
    """One request, tried again where that helps. Raises Refused with the server's words, or Unreachable."""
    waited = 0.0
    for tries in count(1):
        try:
            reply = cast(Reply, (yield call))
        except Unreachable as error:
            wait = patience.wait(tries, waited, None) if call.repeatable or not error.sent else None
            if wait is None:
                raise
        else:
            if reply.status < 300:
                return reply
            wait = _wait_after(call, reply, patience, tries, waited)
            if wait is None:
                raise failure(reply)
        yield Pause(wait)
        waited += wait
    raise AssertionError("counts for ever")


def _wait_after(call: Call, reply: Reply, patience: Patience, tries: int, waited: float) -> float | None:
    """Seconds until a refused request is tried again; None where that would not help."""
    asked = retry_after(reply)
    if reply.status in _AGAIN and asked is not None and (call.repeatable or reply.status == 429):
        return patience.wait(tries, waited, asked)
    return patience.wait(tries, waited, None) if reply.status in _GATEWAY and call.repeatable else None


def retry_after(reply: Reply) -> float | None:
    """Seconds after which the server says to come again: it gives them, or a date."""
    given = reply.headers.get("retry-after", "").strip()
    if given.isdecimal():
        return float(given)
    try:
        date = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def failure(reply: Reply) -> Refused | UnexpectedAnswer:
    """The error of an answer that is none."""
    if reply.media == "application/problem+json":
        try:
            problem = json.loads(reply.content)
        except ValueError:
            problem = None
        if isinstance(problem, dict) and isinstance(problem.get("status"), int):
            return refusal(problem, retry_after(reply))
    if 300 <= reply.status < 400:
        return UnexpectedAnswer(f"the server answers {reply.status} and sends elsewhere, where the client does not go: name that address")
    if reply.status in _GATEWAY | _AGAIN:
        return UnexpectedAnswer(f"what stands before the server answers {reply.status}: the server itself did not answer")
    return UnexpectedAnswer(f"{_not_ours(reply)}: is it a Commissure server's?")


def read(reply: Reply) -> Any:
    """The JSON of an answer. Raises UnexpectedAnswer."""
    if reply.media in ("application/json", "application/sparql-results+json"):
        try:
            return json.loads(reply.content)
        except ValueError:
            raise UnexpectedAnswer("the answer is not the JSON that it says it is: it was cut or changed on its way") from None
    raise UnexpectedAnswer(f"{_not_ours(reply)}: is it a Commissure server's?")


def _not_ours(reply: Reply) -> str:
    return f"the address answers {reply.status} with {reply.media or 'nothing'}, not as the interface does"
