"""The client that waits for each answer."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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


class Pages(Generic[R]):
    """A list that is fetched page by page as it is gone through; each time anew. Raises PublishedMeanwhile where it changes on the way."""

    def __init__(self, client: "Client", listing: Listing[R]) -> None:
        self._client, self._listing = client, listing

    def __iter__(self) -> Iterator[R]:
        after: Mapping[str, Any] | None = {}
        generation: int | None = None
        while after is not None:
            page = self._client._walk(self._client._operations.page(self._listing, after, generation))
            after, generation = page.after, page.generation
            yield from page.rows

    def all(self) -> Rows[R]:
        """All entries."""
        return Rows(list(self))

    def to_pandas(self) -> "pandas.DataFrame":
        """All entries as a DataFrame."""
        return self.all().to_pandas()

    def to_arrow(self) -> "pyarrow.Table":
        """All entries as an Arrow table."""
        return self.all().to_arrow()


class Cohort:
    """The patients that a definition describes. It is counted when first asked, and once."""

    def __init__(self, client: "Client", definition: Mapping[str, Any]) -> None:
        self.definition = definition
        self._client = client
        self._counted: shapes.CohortCount | None = None

    @property
    def answer(self) -> shapes.CohortCount:
        """All that the server says of the cohort in numbers."""
        if self._counted is None:
            self._counted = self._client._walk(self._client._operations.cohort(self.definition))
        return self._counted

    @property
    def attrition(self) -> Rows[shapes.CohortStep]:
        """How many each rule leaves, in their order."""
        return Rows(self.answer["attrition"])

    def count(self) -> int | str:
        """How many patients; in words where numbers are protected (`<11`)."""
        return self.answer["count"]

    def patients(self) -> Pages[shapes.CohortMember]:
        """Who is in the cohort, with the day on which each enters."""
        return Pages(self._client, operations.members(self.definition))


class Load:
    """A load that the server has taken."""

    def __init__(self, client: "Client", load: str) -> None:
        self.id = load
        self._client = client

    def status(self) -> shapes.LoadStatus:
        """Where it stands."""
        return self._client._walk(self._client._operations.load(self.id))

    def wait(self, progress: Told | None = None) -> Progress:
        """How it ended. Raises LoadFailed where nothing was published."""
        return self._client._walk(self._client._operations.finished(self.id, progress))

    def rejected(self) -> Rows[shapes.ErrorLog]:
        """The first records that it refused, with file, line and reason."""
        return Rows(self._client._walk(self._client._operations.rejected(self.id)))

    def cancel(self) -> None:
        """Have it end."""
        self._client._walk(self._client._operations.ask(Call("DELETE", "/loader", {"loadId": self.id})))


class Client:
    """A server, asked as one person. `AsyncClient` has the same methods."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = 60.0,
        patience: Patience | None = None,
        ca: str | Path | None = None,
        plain: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Of the server at `url`. `timeout`: seconds to wait for an answer; `ca`: a file of certificates to trust; `plain`: a token may go
        to another machine without HTTPS. Raises BadAddress.
        """
        self._base = connections.address_of(url, token, plain=plain)
        self._http = httpx.Client(transport=transport, **connections.options_of(token, timeout, ca))
        self._operations = Operations(patience or Patience())
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"<Client of {self._base}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def search(
        self,
        q: str = "",
        *,
        limit: int = 10,
        offset: int = 0,
        group: Literal["patient"] | None = None,
        **options: Unpack[shapes.SearchOptions],
    ) -> Hits:
        """A page of hits: documents that answer the question, joined with the graph."""
        return self._walk(self._operations.search(operations.search_body(q, options, limit=limit, offset=offset, group=group)))

    def hits(self, q: str = "", **options: Unpack[shapes.SearchOptions]) -> Pages[shapes.Hit]:
        """All hits of a question, best first."""
        return Pages(self, operations.hits(q, options))

    def document(self, id: str) -> shapes.Document:
        """One document with its text, passages and mentions."""
        return cast(shapes.Document, self._get("/documents", id=id))

    def record(self, id: str) -> shapes.Record:
        """A record as it came in."""
        return cast(shapes.Record, self._get("/records", id=id))

    def patients(
        self,
        q: str = "",
        *,
        dataset: str | None = None,
        sex: str | Sequence[str] | None = None,
        age: str | Sequence[str] | None = None,
        condition: str | Sequence[str] | None = None,
    ) -> Pages[shapes.PatientRow]:
        """Patients by name, sex, band of ages, conditions and dataset."""
        chosen = {"sex": operations.several(sex), "age": operations.several(age), "condition": operations.several(condition)}
        return Pages(self, operations.listed("/patients", "patients", q=q or None, dataset=dataset, **chosen))

    def patient(self, id: str) -> shapes.PatientAnswer:
        """Who a patient is."""
        return cast(shapes.PatientAnswer, self._get("/patients/one", id=id))

    def facts(self, patient: str) -> Pages[shapes.Fact]:
        """What is charted of a patient, oldest first."""
        return Pages(self, operations.listed("/patients/facts", "facts", id=patient))

    def documents(self, patient: str) -> Pages[shapes.DocumentSummary]:
        """A patient's documents, newest first."""
        return Pages(self, operations.listed("/patients/documents", "documents", id=patient))

    def concept(self, id: str) -> shapes.ConceptAnswer:
        """One concept by its IRI: codes, what is broader and narrower, who has it charted, affirmed, denied."""
        return cast(shapes.ConceptAnswer, self._get("/concepts/one", id=id))

    def concepts(self, name: str, *, limit: int = 10) -> Rows[shapes.ConceptAnswer]:
        """What a name, a code or an abbreviation may mean."""
        return Rows(self._get("/concepts/named", q=name, limit=limit)["concepts"])

    def cohort(self, definition: Mapping[str, Any]) -> Cohort:
        """The patients that a definition describes."""
        return Cohort(self, definition)

    def cooccurrence(
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
        return Pairs(self._get("/cooccurrence", concept=concept, unit=unit, limit=limit, least=least, **chosen))

    def similar(self, id: str, *, among: Literal["documents", "patients"] = "documents", limit: int = 10) -> Rows[shapes.Similar]:
        """Notes of other patients that are like a note, or patients that are like a patient, and why."""
        return Rows(self._get(f"/{among}/similar", id=id, limit=limit)["similar"])

    def neighbours(
        self, id: str, *, relation: str | None = None, direction: Literal["in", "out"] | None = None, kind: str | None = None
    ) -> Pages[shapes.Neighbour]:
        """The neighbours of a node."""
        return Pages(self, operations.listed("/neighbours", "neighbours", id=id, relation=relation, direction=direction, kind=kind))

    def neighbourhood(
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
        return cast(shapes.NeighbourhoodAnswer, self._get("/neighbourhood", hops=hops, direction=direction, limit=limit, **chosen))

    def sparql(self, query: str, *, partial: bool = False) -> Solutions:
        """The rows of a SELECT, or the truth of an ASK. A cut answer is an error, unless it is taken as `partial`."""
        return self._walk(self._operations.sparql(query, partial=partial))

    def graph(self, query: str, *, media: str = "text/turtle") -> str:
        """The graph that a CONSTRUCT or DESCRIBE makes, in a format of RDF."""
        return self._walk(self._operations.graph(query, media))

    def read(self, text: str) -> Rows[shapes.ReadMention]:
        """What a text mentions, and how it means it. It is sent to the server, and not kept there."""
        return Rows(self._walk(self._operations.ask(Call("POST", "/read", body={"text": text})))["mentions"])

    def datasets(self) -> Rows[shapes.Dataset]:
        """What was ingested."""
        return Rows(self._get("/datasets")["datasets"])

    def labels(self, dataset: str | None = None) -> Rows[shapes.LabeledDataset]:
        """Datasets with labels, their jobs and classes."""
        return Rows(self._get("/labels", dataset=dataset)["datasets"])

    def report(self, dataset: str, report: Literal["annotations", "workers"] = "annotations") -> shapes.Report:
        """A report on labels: tables, and charts as Vega-Lite."""
        return cast(shapes.Report, self._get(f"/reports/{report}", dataset=dataset))

    def ingest(
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
    ) -> list[Load]:
        """Load places that the server reads, one after the other; `wait` until they are published. Raises LoadFailed."""
        listed = [places] if isinstance(places, str | Path) else list(places)
        options = operations.load_options({"fail_on_error": fail_on_error, "follow_refs": follow_refs, "taxonomy": taxonomy})
        loads = []
        for each in listed:
            load = Load(self, self._walk(self._operations.start_load(operations.place(each), dataset, format, options)))
            loads.append(load)
            if wait:
                load.wait(progress)
        return loads

    def load(self, id: str) -> Load:
        """A load by its id."""
        return Load(self, id)

    def _get(self, path: str, **query: Any) -> Any:
        return self._walk(self._operations.get(path, **query))

    def _walk(self, steps: Steps[T]) -> T:
        """Do what the steps say."""
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    reply = self._send(step)
                except Unreachable as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(reply)
        except StopIteration as end:
            return cast(T, end.value)

    def _send(self, call: Call) -> Reply:
        try:
            return connections.reply_of(self._http.send(connections.request_of(self._http, self._base, call)))
        except httpx.HTTPError as error:
            raise connections.unreachable(error, self._base) from None
