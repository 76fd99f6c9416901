"""What can go wrong between the client and a server. Words of the server are repeated as it says them; questions and notes never are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class ClientError(Exception):
    """Any error of the client."""


class BadAddress(ClientError, ValueError):
    """The address of the server cannot be used."""


class LibraryMissing(ClientError, ImportError):
    """A table was asked for in the form of a library that is not installed."""


class Unreachable(ClientError):
    """The server did not answer. `sent` says whether the request may have reached it."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class TimedOut(Unreachable):
    """The server did not answer in time."""


class UnexpectedAnswer(ClientError):
    """What answered is no Commissure server, or one that this client does not know."""


class PublishedMeanwhile(ClientError):
    """Something new was published between two pages of a list, so that they do not belong together."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one parameter."""

    field: str
    """Its name, dotted where it lies within a body."""
    detail: str


class Refused(ClientError):
    """The server answered with a problem document (RFC 9457), in whose words this error speaks."""

    def __init__(self, problem: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status: int = problem["status"]
        self.type: str = problem.get("type", "about:blank")
        self.title: str = problem.get("title", "")
        self.detail: str = problem.get("detail", "")
        self.instance: str = problem.get("instance", "")
        """The request, as the server's log names it."""
        self.errors = tuple(Fault(str(one.get("field", "")), str(one.get("detail", ""))) for one in problem.get("errors", ()))
        self.retry_after = retry_after
        """Seconds after which the server says to come again."""
        said = ": ".join(filter(None, (f"{self.status} {self.title}".strip(), self.detail)))
        super().__init__(f"{said} ({self.instance})" if self.instance else said)


class NotSignedIn(Refused):
    """401: the server does not know who asks."""


class NotGranted(Refused):
    """403: whoever asks may not, or the server does not offer it."""


class NotFound(Refused):
    """404: there is no such thing, or it is not for whoever asks."""


class Busy(Refused):
    """429 or 503: not now."""


_BY_STATUS: Mapping[int, type[Refused]] = {401: NotSignedIn, 403: NotGranted, 404: NotFound, 429: Busy, 503: Busy}


def refusal(problem: Mapping[str, Any], retry_after: float | None = None) -> Refused:
    """The error of a problem document."""
    return _BY_STATUS.get(problem["status"], Refused)(problem, retry_after)


class LoadFailed(ClientError):
    """A load ended without being published. `rejected` are the first records that were refused, with file, line and reason."""

    def __init__(self, load: str, state: str, rejected: tuple[Mapping[str, Any], ...]) -> None:
        first = "".join(f"\n  {one['fileName']}:{one['recordNum']}: {one['errorMessage']}" for one in rejected[:10])
        super().__init__(f"load {load} ended as {state}{first}")
        self.load, self.state, self.rejected = load, state, rejected
