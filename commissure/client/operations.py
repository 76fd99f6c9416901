"""What can be asked, as steps (exchange.py) that end with typed answers."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, cast

from commissure.client import shapes
from commissure.client.errors import LoadFailed, PublishedMeanwhile
from commissure.client.exchange import Call, Patience, Pause, Steps, exchange, read
from commissure.client.sparql import Solutions
from commissure.client.tables import Rows

Format: TypeAlias = Literal["fhir", "text", "manifest", "responses"]
PAGE: Final = 100
"""Entries that a page has at most."""
_UNFINISHED: Final = frozenset({"LOAD_NOT_STARTED", "LOAD_IN_QUEUE", "LOAD_IN_PROGRESS"})
_POLLS: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between looks at a load; the last goes on."""

R = TypeVar("R", bound=Mapping[str, Any])


class Hits(Rows[shapes.Hit]):
    """A page of hits."""

    def __init__(self, answer: shapes.SearchResult) -> None:
        super().__init__(answer["hits"])
        self.answer = answer
        """All that the server said: facets, what the hits share, how the question was read."""
        self.total = answer["total"]
        self.notices = answer["notices"]
        """What is missing or cut, in words."""
        self.generation = answer["generation"]


class Pairs(Rows[shapes.Pair]):
    """What is found together with a thing, most surely first."""

    def __init__(self, answer: shapes.Cooccurrence) -> None:
        super().__init__(answer["pairs"])
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is."""

    load: str
    state: str
    """A status word of the loader, such as LOAD_IN_PROGRESS."""
    records: int
    rejected: int
    seconds: int


Told: TypeAlias = Callable[[Progress], None]


def tell(progress: Progress) -> None:
    """Write how far a load is on one line of the terminal."""
    state = progress.state.removeprefix("LOAD_").replace("_", " ").lower()
    end = "\n" if progress.state not in _UNFINISHED else ""
    sys.stderr.write(f"\r{state}: {progress.records:,} records, {progress.rejected:,} rejected, {progress.seconds} s{end}")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Entries of a list, and what asks for those after them; None at the end."""

    rows: Sequence[R]
    after: Mapping[str, Any] | None
    generation: int


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list that comes by pages. `call` asks for one, given the parameters that say where it begins."""

    call: Callable[[Mapping[str, Any]], Call]
    key: str
    """Of the answer, where the entries are."""

    def page(self, answer: Mapping[str, Any], began: Mapping[str, Any]) -> Page[R]:
        """The page that an answer holds."""
        rows: Sequence[R] = answer[self.key]
        after: Mapping[str, Any] | None = None
        if answer.get("cursor") is not None:
            after = {"cursor": answer["cursor"]}
        elif answer.get("next_offset") is not None:
            after = {"offset": answer["next_offset"]}
        elif self.key == "hits" and rows and (reached := began.get("offset", 0) + len(rows)) < answer["total"]:
            after = {"offset": reached}
        return Page(rows, after, answer["generation"])


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of the interface."""

    patience: Patience

    def ask(self, call: Call) -> Steps[Any]:
        """The JSON that a call is answered with."""
        return read((yield from exchange(call, self.patience)))

    def get(self, path: str, **query: Any) -> Steps[Any]:
        """The JSON of an address."""
        return (yield from self.ask(Call("GET", path, query)))

    def page(self, listing: Listing[R], began: Mapping[str, Any], generation: int | None) -> Steps[Page[R]]:
        """A page of a list. Raises PublishedMeanwhile where it is not of the generation of the pages before."""
        page = listing.page((yield from self.ask(listing.call(began))), began)
        if generation is not None and page.generation != generation:
            raise PublishedMeanwhile("something new was published while the list was read: read it again from its beginning")
        return page

    def search(self, body: Mapping[str, Any]) -> Steps[Hits]:
        """A page of hits."""
        return Hits((yield from self.ask(search_call(body))))

    def cohort(self, definition: Mapping[str, Any]) -> Steps[shapes.CohortCount]:
        """How many a definition describes."""
        call = Call("POST", "/cohorts/count", body={"definition": definition})
        return cast(shapes.CohortCount, (yield from self.ask(call)))

    def sparql(self, query: str, *, partial: bool) -> Steps[Solutions]:
        """The rows of a query."""
        form = {"query": query} | ({"partial": "true"} if partial else {})
        call = Call("POST", "/sparql", form=form, accept="application/sparql-results+json")
        reply = yield from exchange(call, self.patience)
        return Solutions(read(reply), truncated=reply.headers.get("commissure-truncated") == "true")

    def graph(self, query: str, media: str) -> Steps[str]:
        """The graph that a CONSTRUCT or DESCRIBE makes, as text."""
        reply = yield from exchange(Call("POST", "/sparql", form={"query": query}, accept=media), self.patience)
        return reply.content.decode()

    def start_load(self, source: str, dataset: str, format: str, options: Mapping[str, Any]) -> Steps[str]:
        """The id of a load that was taken. Sent twice it would be two loads, so it is not sent again where it may have arrived."""
        body = {"source": source, "dataset": dataset, "format": format, "queueRequest": True, **options}
        told = yield from self.ask(Call("POST", "/loader", body=body, repeatable=False))
        return str(told["payload"]["loadId"])

    def load(self, load: str, *, errors: bool = False) -> Steps[shapes.LoadStatus]:
        """Where a load stands."""
        more = {"errors": "true", "errorsPerPage": PAGE} if errors else {}
        return cast(shapes.LoadStatus, (yield from self.get("/loader", loadId=load, details="true", **more)))

    def finished(self, load: str, told: Told | None) -> Steps[Progress]:
        """How a load ended. Raises LoadFailed where nothing was published."""
        for looks in range(sys.maxsize):
            progress = progress_of(load, (yield from self.load(load)))
            if told is not None:
                told(progress)
            if progress.state not in _UNFINISHED:
                break
            yield Pause(_POLLS[min(looks, len(_POLLS) - 1)])
        if progress.state != "LOAD_COMPLETED":
            raise LoadFailed(load, progress.state, tuple((yield from self.rejected(load))))
        return progress

    def rejected(self, load: str) -> Steps[list[shapes.ErrorLog]]:
        """The first records that a load refused."""
        found = (yield from self.load(load, errors=True))["payload"].get("errors")
        return found["errorLogs"] if found else []


def progress_of(load: str, status: shapes.LoadStatus) -> Progress:
    """How far a load is, out of its status."""
    overall = status["payload"]["overallStatus"]
    rejected = overall["parsingErrors"] + overall["datatypeMismatchErrors"]
    return Progress(load, overall["status"], overall["totalRecords"], rejected, overall["totalTimeSpent"])


def search_call(body: Mapping[str, Any]) -> Call:
    """A search by POST: the question stands in no address, and so in no log of a proxy."""
    return Call("POST", "/search", body=body)


def search_body(q: str, options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The body of a search; a single value of an option that takes several is one of them."""
    several = {name: [value] if isinstance(value, str) else list(value) for name, value in options.items() if name in shapes.SEVERAL}
    named = {shapes.RENAMED.get(name, name): value for name, value in {**options, **several}.items()}
    return {"q": q, **named, **{name: value for name, value in more.items() if value is not None}}


def hits(q: str, options: Mapping[str, Any]) -> Listing[shapes.Hit]:
    """All hits of a question."""
    body = search_body(q, {"join": False, "facets": False, **options}, limit=PAGE)
    return Listing(lambda began: search_call({**body, **began}), "hits")


def listed(path: str, key: str, **query: Any) -> Listing[Any]:
    """All entries of an address that answers by pages."""
    return Listing(lambda began: Call("GET", path, {"limit": PAGE, **query, **began}), key)


def members(definition: Mapping[str, Any]) -> Listing[shapes.CohortMember]:
    """Everybody in a cohort."""
    return Listing(lambda began: Call("POST", "/cohorts/run", body={"definition": definition, "limit": PAGE, **began}), "patients")


def several(given: str | Sequence[str] | None) -> list[str] | None:
    """A parameter that may be repeated."""
    return None if given is None else [given] if isinstance(given, str) else list(given)


def place(given: str | Path) -> str:
    """A place as the server is told it: an address as it stands, a path of this machine whole, because the server stands elsewhere."""
    return given if isinstance(given, str) and "://" in given else str(Path(given).expanduser().absolute())


def load_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with a load, as the loader names it."""
    named = {"fail_on_error": "failOnError", "follow_refs": "followRefs", "taxonomy": "taxonomy"}
    return {named[name]: value for name, value in given.items() if value is not None}
