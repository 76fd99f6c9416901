"""The client under asyncio: the methods of `synchronous.py`, awaited; lists are gone through by `async for`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, cast

import httpx
from typing_extensions import Unpack

from commissure.client import connections, operations, shapes
from commissure.client.errors import Unreachable
from commissure.client.exchange import Call, Patience, Pause, Reply, Steps
from commissure.client.operations import Format, Hits, Listing, Operations, Pairs, Progress, Told
from commissure.client.sparql import Solutions
from commissure.client.tables import Rows

if TYPE_CHECKING:
    import pandas
    import pyarrow

T = TypeVar("T")
R = TypeVar("R", bound=Mapping[str, Any])


class AsyncPages(Generic[R]):
    """A list that is fetched page by page as it is gone through; each time anew. Raises PublishedMeanwhile where it changes on the way."""

    def __init__(self, client: "AsyncClient", listing: Listing[R]) -> None:
        self._client, self._listing = client, listing

    async def __aiter__(self) -> AsyncIterator[R]:
        after: Mapping[str, Any] | None = {}
        generation: int | None = None
        while after is not None:
            page = await self._client._walk(self._client._operations.page(self._listing, after, generation))
            after, generation = page.after, page.generation
            for row in page.rows:
                yield row

    async def all(self) -> Rows[R]:
        """All entries."""
        return Rows([row async for row in self])

    async def to_pandas(self) -> "pandas.DataFrame":
        """All entries as a DataFrame."""
        return (await self.all()).to_pandas()

    async def to_arrow(self) -> "pyarrow.Table":
        """All entries as an Arrow table."""
        return (await self.all()).to_arrow()


class AsyncCohort:
    """The patients that a definition describes. It is counted when first asked, and once."""

    def __init__(self, client: "AsyncClient", definition: Mapping[str, Any]) -> None:
        self.definition = definition
        self._client = client
        self._counted: shapes.CohortCount | None = None

    @property
    def answer(self) -> Awaitable[shapes.CohortCount]:
        """All that the server says of the cohort in numbers."""
        return self._answer()

    async def _attrition(self) -> Rows[shapes.CohortStep]:
        return Rows((await self._answer())["attrition"])

    async def _answer(self) -> shapes.CohortCount:
        if self._counted is not None:
            return self._counted
        counted: shapes.CohortCount = await self._client._walk(self._client._operations.cohort(self.definition))
        self._counted = counted
        return counted

    @property
    def attrition(self) -> Awaitable[Rows[shapes.CohortStep]]:
        """How many each rule leaves, in their order."""
        return self._attrition()

    async def count(self) -> int | str:
        """How many patients; in words where numbers are protected (`<11`)."""
        return (await self._answer())["count"]

    def patients(self) -> AsyncPages[shapes.CohortMember]:
        """Who is in the cohort, with the day on which each enters."""
        return AsyncPages(self._client, operations.members(self.definition))


class AsyncLoad:
    """A load that the server has taken."""

    def __init__(self, client: "AsyncClient", load: str) -> None:
        self.id = load
        self._client = client

    async def status(self) -> shapes.LoadStatus:
        """Where it stands."""
        return await self._client._walk(self._client._operations.load(self.id))

    async def wait(self, progress: Told | None = None) -> Progress:
        """How it ended. Raises LoadFailed where nothing was published."""
        return await self._client._walk(self._client._operations.finished(self.id, progress))

    async def rejected(self) -> Rows[shapes.ErrorLog]:
        """The first records that it refused, with file, line and reason."""
        return Rows(await self._client._walk(self._client._operations.rejected(self.id)))

    async def cancel(self) -> None:
        """Have it end."""
        await self._client._walk(self._client._operations.ask(Call("DELETE", "/loader", {"loadId": self.id})))


class AsyncClient:
    """A server, asked as one person. `Client` has the same methods."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = 60.0,
        patience: Patience | None = None,
        ca: str | Path | None = None,
        plain: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Of the server at `url`. `timeout`: seconds to wait for an answer; `ca`: a file of certificates to trust; `plain`: a token may go
        to another machine without HTTPS. Raises BadAddress.
        """
        self._base = connections.address_of(url, token, plain=plain)
        self._http = httpx.AsyncClient(transport=transport, **connections.options_of(token, timeout, ca))
        self._operations = Operations(patience or Patience())
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"<AsyncClient of {self._base}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def search(
        self,
        q: str = "",
        *,
        limit: int = 10,
        offset: int = 0,
        group: Literal["patient"] | None = None,
        **options: Unpack[shapes.SearchOptions],
    ) -> Hits:
        """A page of hits: documents that answer the question, joined with the graph."""
        return await self._walk(self._operations.search(operations.search_body(q, options, limit=limit, offset=offset, group=group)))

    def hits(self, q: str = "", **options: Unpack[shapes.SearchOptions]) -> AsyncPages[shapes.Hit]:
        """All hits of a question, best first."""
        return AsyncPages(self, operations.hits(q, options))

    async def document(self, id: str) -> shapes.Document:
        """One document with its text, passages and mentions."""
        return cast(shapes.Document, await self._get("/documents", id=id))

    async def record(self, id: str) -> shapes.Record:
        """A record as it came in."""
        return cast(shapes.Record, await self._get("/records", id=id))

    def patients(
        self,
        q: str = "",
        *,
        dataset: str | None = None,
        sex: str | Sequence[str] | None = None,
        age: str | Sequence[str] | None = None,
        condition: str | Sequence[str] | None = None,
    ) -> AsyncPages[shapes.PatientRow]:
        """Patients by name, sex, band of ages, conditions and dataset."""
        chosen = {"sex": operations.several(sex), "age": operations.several(age), "condition": operations.several(condition)}
        return AsyncPages(self, operations.listed("/patients", "patients", q=q or None, dataset=dataset, **chosen))

    async def patient(self, id: str) -> shapes.PatientAnswer:
        """Who a patient is."""
        return cast(shapes.PatientAnswer, await self._get("/patients/one", id=id))

    def facts(self, patient: str) -> AsyncPages[shapes.Fact]:
        """What is charted of a patient, oldest first."""
        return AsyncPages(self, operations.listed("/patients/facts", "facts", id=patient))

    def documents(self, patient: str) -> AsyncPages[shapes.DocumentSummary]:
        """A patient's documents, newest first."""
        return AsyncPages(self, operations.listed("/patients/documents", "documents", id=patient))

    async def concept(self, id: str) -> shapes.ConceptAnswer:
        """One concept by its IRI: codes, what is broader and narrower, who has it charted, affirmed, denied."""
        return cast(shapes.ConceptAnswer, await self._get("/concepts/one", id=id))

    async def concepts(self, name: str, *, limit: int = 10) -> Rows[shapes.ConceptAnswer]:
        """What a name, a code or an abbreviation may mean."""
        return Rows((await self._get("/concepts/named", q=name, limit=limit))["concepts"])

    def cohort(self, definition: Mapping[str, Any]) -> AsyncCohort:
        """The patients that a definition describes."""
        return AsyncCohort(self, definition)

    async def cooccurrence(
        self,
        concept: str,
        *,
        unit: Literal["patient", "encounter", "note"] = "patient",
        relation: str | Sequence[str] | None = None,
        dataset: str | Sequence[str] | None = None,
        limit: int = 50,
        least: int = 2,
    ) -> Pairs:
        """What is found together with a concept, and how surely."""
        chosen = {"relation": operations.several(relation), "dataset": operations.several(dataset)}
        return Pairs(await self._get("/cooccurrence", concept=concept, unit=unit, limit=limit, least=least, **chosen))

    async def similar(self, id: str, *, among: Literal["documents", "patients"] = "documents", limit: int = 10) -> Rows[shapes.Similar]:
        """Notes of other patients that are like a note, or patients that are like a patient, and why."""
        return Rows((await self._get(f"/{among}/similar", id=id, limit=limit))["similar"])

    def neighbours(
        self, id: str, *, relation: str | None = None, direction: Literal["in", "out"] | None = None, kind: str | None = None
    ) -> AsyncPages[shapes.Neighbour]:
        """The neighbours of a node."""
        return AsyncPages(self, operations.listed("/neighbours", "neighbours", id=id, relation=relation, direction=direction, kind=kind))

    async def neighbourhood(
        self,
        ids: str | Sequence[str],
        *,
        hops: int = 1,
        direction: Literal["in", "out", "both"] = "both",
        relation: str | Sequence[str] | None = None,
        limit: int = 10,
    ) -> shapes.NeighbourhoodAnswer:
        """The graph around some nodes."""
        chosen = {"id": operations.several(ids), "relation": operations.several(relation)}
        return cast(shapes.NeighbourhoodAnswer, await self._get("/neighbourhood", hops=hops, direction=direction, limit=limit, **chosen))

    async def sparql(self, query: str, *, partial: bool = False) -> Solutions:
        """The rows of a SELECT, or the truth of an ASK. A cut answer is an error, unless it is taken as `partial`."""
        return await self._walk(self._operations.sparql(query, partial=partial))

    async def graph(self, query: str, *, media: str = "text/turtle") -> str:
        """The graph that a CONSTRUCT or DESCRIBE makes, in a format of RDF."""
        return await self._walk(self._operations.graph(query, media))

    async def read(self, text: str) -> Rows[shapes.ReadMention]:
        """What a text mentions, and how it means it. It is sent to the server, and not kept there."""
        return Rows((await self._walk(self._operations.ask(Call("POST", "/read", body={"text": text}))))["mentions"])

    async def datasets(self) -> Rows[shapes.Dataset]:
        """What was ingested."""
        return Rows((await self._get("/datasets"))["datasets"])

    async def labels(self, dataset: str | None = None) -> Rows[shapes.LabeledDataset]:
        """Datasets with labels, their jobs and classes."""
        return Rows((await self._get("/labels", dataset=dataset))["datasets"])

    async def report(self, dataset: str, report: Literal["annotations", "workers"] = "annotations") -> shapes.Report:
        """A report on labels: tables, and charts as Vega-Lite."""
        return cast(shapes.Report, await self._get(f"/reports/{report}", dataset=dataset))

    async def ingest(
        self,
        places: str | Path | Sequence[str | Path],
        *,
        dataset: str,
        format: Format = "fhir",
        wait: bool = True,
        progress: Told | None = operations.tell,
        fail_on_error: bool = False,
        follow_refs: str | None = None,
        taxonomy: str | None = None,
    ) -> list[AsyncLoad]:
        """Load places that the server reads, one after the other; `wait` until they are published. Raises LoadFailed."""
        listed = [places] if isinstance(places, str | Path) else list(places)
        options = operations.load_options({"fail_on_error": fail_on_error, "follow_refs": follow_refs, "taxonomy": taxonomy})
        loads = []
        for each in listed:
            load = AsyncLoad(self, await self._walk(self._operations.start_load(operations.place(each), dataset, format, options)))
            loads.append(load)
            if wait:
                await load.wait(progress)
        return loads

    def load(self, id: str) -> AsyncLoad:
        """A load by its id."""
        return AsyncLoad(self, id)

    async def _get(self, path: str, **query: Any) -> Any:
        return await self._walk(self._operations.get(path, **query))

    async def _walk(self, steps: Steps[T]) -> T:
        """Do what the steps say."""
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    await self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    reply = await self._send(step)
                except Unreachable as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(reply)
        except StopIteration as end:
            return cast(T, end.value)

    async def _send(self, call: Call) -> Reply:
        try:
            return connections.reply_of(await self._http.send(connections.request_of(self._http, self._base, call)))
        except httpx.HTTPError as error:
            raise connections.unreachable(error, self._base) from None
