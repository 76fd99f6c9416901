"""A small real generation, built once for all tests: the exports of `tests.webapp.two_patients`, ingested as a user's are.

`Shelf` is the library that tests hand to the application. It shows that generation, counts what is asked, and has switches for what a test
needs to fail, to be absent, or to be newer: all other answers are those of the real catalog, retriever and graph.
"""

import atexit
import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch

from commissure.assemble import DataLibrary, OpenSnapshot
from graph.errors import StoreUnavailable
from graph.store import GraphStore
from graph.stores.resting import resting
from ingest.errors import RecordsRejected
from ingest.workspace import Workspace
from search.generation import Generation
from search.model import SearchRequest, SearchResult
from search.retriever import Retriever
from tests.ingest.exports import HashEmbedder, InlinePool, Lab
from tests.webapp.two_patients import (  # noqa: F401 - tests find all they need in one place
    CISPLATIN,
    DATASET,
    DIABETES,
    DIABETES_NOTE,
    DOCTOR,
    DOCUMENTS,
    FAILED_RUN,
    FOLLOW_UP_NOTE,
    HAEMOGLOBIN_A1C,
    HOSTILE_NOTE,
    HOSTILE_TEXT,
    HOSTILE_TITLE,
    HYPERTENSION,
    LETTER,
    METFORMIN,
    MILAN,
    MILAN_VISIT,
    NEUROPATHY,
    ONCOLOGY_NOTE,
    ONCOLOGY_TEXT,
    OTHER_DATASET,
    OVARIAN_CANCER,
    PACLITAXEL,
    RAW_ROSA,
    ROSA,
    ROSA_VISIT,
    RUN,
    SECOND_ATTACHMENT,
    SNOMED,
    write_broken,
    write_export,
    write_letters,
)

GENERATION = 2
"""The number of the generation: one for each export that was taken in."""


def export() -> str:
    """The folder of the export's files, as sources are named, with a slash at its end."""
    return f"{two_patients().folder / 'exports' / 'demo'}/"


def folder(name: str) -> Path:
    """A folder that is removed when the tests end."""
    made = Path(mkdtemp(prefix=f"{name}-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def ingesting() -> Any:
    """What makes ingest work in this process: starting others takes longer than all the work."""
    return patch("ingest.pipeline.Pool", InlinePool)


@lru_cache(maxsize=1)
def two_patients() -> Lab:
    """The data folder: a run that failed, the export of two patients, and letters from elsewhere."""
    lab = Lab(folder("two-patients"))
    with ingesting():
        with contextlib.suppress(RecordsRejected):
            lab.ingest_path(write_broken(lab.folder / "exports" / "broken"), DATASET, run=FAILED_RUN, all_or_nothing=True)
        lab.ingest_path(write_letters(lab.folder), OTHER_DATASET, format="text")
        lab.ingest_path(write_export(lab.folder / "exports" / "demo"), DATASET, run=RUN)
    return lab


@lru_cache(maxsize=1)
def real() -> DataLibrary:
    """The library over the two patients, opened once: a generation never changes."""
    return two_patients().library()


@lru_cache(maxsize=1)
def newer() -> DataLibrary:
    """The same a day later: a further letter is there, which has no vector yet, and the generation is the next."""
    return changed(lambda lab: lab.ingest_path(_second_letter(lab.folder), OTHER_DATASET, format="text", embed=False))


def changed(change: Callable[[Lab], object]) -> DataLibrary:
    """The library over a copy of the data folder in which something more was ingested."""
    lab = Lab(folder("changed"))
    shutil.copytree(two_patients().folder / "data", lab.folder / "data")
    with ingesting():
        change(lab)
    return lab.library()


def _second_letter(where: Path) -> Path:
    file = where / "more.jsonl"
    file.write_text('{"id": "letter 8", "title": "Second letter", "text": "Dear colleague, the patient with cisplatin has come back."}\n')
    return file


@lru_cache(maxsize=1)
def empty() -> DataLibrary:
    """A fresh installation."""
    return DataLibrary(Workspace(folder("empty") / "data"), HashEmbedder())


class Away:
    """A graph store on a server that is away."""

    def __getattr__(self, name: str) -> Any:
        def ask(*_: object, **__: object) -> Any:
            raise StoreUnavailable("connection to 10.0.0.7 refused")

        return ask


@dataclass
class Watched:
    """A Searcher that notes each request and, where a test says so, fails or answers otherwise."""

    inner: Retriever
    shelf: "Shelf"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def search(self, request: SearchRequest) -> SearchResult:
        self.shelf.requests.append(request)
        if self.shelf.fail is not None:
            raise self.shelf.fail
        return self.shelf.answer(self.inner.search, request)


@dataclass
class Shelf:
    """A Library over the real one. `taken` counts calls of current(), `requests` holds what was searched for."""

    library: DataLibrary = field(default_factory=real)
    fail: Exception | None = None
    """What searching raises."""
    answer: Callable[[Callable[[SearchRequest], SearchResult], SearchRequest], SearchResult] = lambda search, request: search(request)
    """Answers a request, given the real search."""
    graph: GraphStore | None = None
    """Takes the place of the generation's."""
    catalog: Any = None
    """Takes the place of the generation's."""
    requests: list[SearchRequest] = field(default_factory=list)
    taken: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.library, name)

    def current(self, *arguments: Any, **named: Any) -> OpenSnapshot:
        self.taken += 1
        opened = self.library.current(*arguments, **named)
        retriever = opened.retriever
        if self.graph is not None:
            retriever = Retriever(_generation(self.library), self.graph, HashEmbedder())
        return replace(
            opened,
            retriever=Watched(retriever, self),  # type: ignore[arg-type]
            store_opened=self.graph or opened.store_opened,
            catalog=self.catalog or opened.catalog,
        )

    def show(self, library: DataLibrary) -> None:
        """From now on this is what is published: `newer()` or `empty()`."""
        self.library = library

    def lose_graph(self) -> None:
        """From now on the graph is on a server that does not answer, as was seen a moment ago."""
        self.graph = resting(Away())  # type: ignore[arg-type]
        with contextlib.suppress(StoreUnavailable):
            self.graph.statistics()


def _generation(library: DataLibrary) -> Generation:
    workspace = library._workspace
    return Generation.open(workspace.generation_folder(workspace.current()) / "search")


class Part:
    """A real part with some of its answers replaced: `Part(catalog, datasets=lambda: ())`."""

    def __init__(self, inner: Any, **answers: Any) -> None:
        self._inner = inner
        self.__dict__.update(answers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
