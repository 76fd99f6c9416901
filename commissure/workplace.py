"""What every command that writes works with: the data folder, and the back ends that the settings pick. Without anything of the web."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ingest.adapting import MODELS
from ingest.publish import DraftGraph, Tools
from ingest.replica import PublishedGraph, Replica
from ingest.restoring import finish
from ingest.stored import StoredRecords
from ingest.workspace import Workspace
from search.embedders import sentence_models
from search.embedders.remembered import RememberingEmbedder
from search.errors import ModelUnavailable
from search.protocols import Embedder

if TYPE_CHECKING:
    from access.control import AccessControl
    from cohorts.saved.things import SavedThings


class LazyEmbedder:
    """An embedder that loads its model when a text is first encoded, once, whichever thread comes first; its name is known before."""

    def __init__(self, model: str, precision: str) -> None:
        self._model, self._precision = model, precision
        self._lock = threading.Lock()

    @cached_property
    def _loaded(self) -> Embedder:
        # It looks for torch when it is imported, and fails where another thread has imported only half of that.
        import scipy.stats  # noqa: F401

        with self._lock:
            named, loaded = self._named, sentence_models.open_embedder(self._model, self._precision)
        if named not in ("", loaded.name):  # its vectors would be kept, and compared, under the name of another model
            raise ModelUnavailable(f"The model {self._model} was replaced meanwhile ({named} is now {loaded.name}): start this again.")
        return loaded

    @cached_property
    def _named(self) -> str:
        return sentence_models.name_of(self._model, self._precision)

    @property
    def name(self) -> str:
        """Identifies model, revision and precision. Loads the model only where its folder does not tell: see name_of."""
        return self._named or self._loaded.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._loaded.dimension

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """See Embedder."""
        return self._loaded.encode(texts, progress)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """See Embedder."""
        return self._loaded.encode_query(text)


def workspace(settings: dict[str, Any]) -> Workspace:
    """The data folder. A restore that was cut off after its backup was unpacked is finished first: nothing else may see half of it."""
    folder = Path(settings["data"]).expanduser()
    finish(folder)
    return Workspace(folder)


def records(settings: dict[str, Any]) -> StoredRecords:
    """What was ingested into the data folder, as it was read."""
    return StoredRecords(workspace(settings))


def access_control(settings: dict[str, Any]) -> "AccessControl":
    """Who may what of the data folder. Nothing is opened until it is asked."""
    from access.control import AccessControl

    return AccessControl(workspace(settings).folder)


def saved_things(settings: dict[str, Any]) -> "SavedThings":
    """What is saved in the data folder. Nothing is opened until it is asked."""
    from cohorts.saved.things import SavedThings

    return SavedThings(workspace(settings).folder)


def model_of(settings: dict[str, Any]) -> str:
    """Name or folder of the model; one that was adapted to the data lies in the data folder, and goes where that goes."""
    own = Path(settings["data"]).expanduser() / settings["model"]
    return str(own) if settings["model"].startswith(f"{MODELS}/") and own.is_dir() else str(settings["model"])


def embedder(settings: dict[str, Any]) -> Embedder:
    """The model, loaded at its first use, with the questions that were asked of it before."""
    return RememberingEmbedder(LazyEmbedder(model_of(settings), settings["precision"]))


def tools(settings: dict[str, Any]) -> Tools:
    """What ingest works with."""
    from commissure.stores import serving_address

    address = serving_address(settings["store"], workspace(settings).published()[1])
    return Tools(graph=draft_graph, embedder=embedder(settings), published=published_graph, replica=replica(address, settings))


def copying(settings: dict[str, Any]) -> Tools:
    """What de-identified copies are made with: their graph lies in their own data folder."""
    return Tools(graph=draft_graph, embedder=embedder(settings), published=published_graph)


def replica(address: str, settings: dict[str, Any]) -> Replica | None:
    """The store at an address; None for the embedded one."""
    from commissure.stores import open_store

    return Replica(address, open_store(address, settings)) if address else None


@contextmanager
def published_graph(folder: Path) -> Iterator[PublishedGraph]:
    """The embedded graph of a published generation."""
    from graph.stores.oxigraph.store import OxigraphStore

    store = OxigraphStore.open_read_only(folder)
    try:
        yield store
    finally:
        store.close()


def draft_graph(source: Path | None, target: Path) -> DraftGraph:
    """The graph of a draft: see ingest.publish.GraphMaker."""
    from graph.stores.oxigraph.store import OxigraphStore

    if source is not None:
        OxigraphStore.clone(source, target)
    return OxigraphStore.open(target)
