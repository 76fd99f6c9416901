"""Small exports, an embedder that needs no model, and a pipeline run in this process."""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np

from commissure.assemble import DataLibrary
from commissure.workplace import draft_graph, published_graph
from ingest.pipeline import ingest
from ingest.progress import Silent
from ingest.publish import Tools
from ingest.run import Options
from ingest.worker import start  # noqa: F401 - the pool below replaces processes, not what they run
from ingest.workspace import Workspace


class HashEmbedder:
    """Vectors from word hashes: equal texts are equal, shared words are near."""

    name = "hash"
    dimension = 64

    def __init__(self):
        self.encoded = 0

    def encode(self, texts, progress=None):
        self.encoded += len(texts)
        if progress:
            progress(len(texts))
        return np.stack([self.encode_query(text) for text in texts]) if texts else np.zeros((0, 64), np.float32)

    def encode_query(self, text):
        vector = np.full(64, 1e-3, np.float32)
        for word in text.lower().split():
            vector[hashlib.blake2b(word.encode()).digest()[0] % 64] += 1
        return vector / np.linalg.norm(vector)


class InlinePool:
    """Runs tasks here, one after the other."""

    def __init__(self, workers=0):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def warm(self):
        pass

    def here(self, function, tasks):
        yield from self.run(function, tasks)

    def run(self, function, tasks):
        for task in tasks:
            yield task, function(task)


def patient(identifier="p1", family="Doe", **rest):
    return {"resourceType": "Patient", "id": identifier, "name": [{"family": family, "given": ["Ann"]}], "gender": "female", **rest}


def condition(identifier="c1", subject="Patient/p1", code="254837009", display="Breast cancer", **rest):
    return {
        "resourceType": "Condition",
        "id": identifier,
        "subject": {"reference": subject},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": display}]},
        **rest,
    }


def note(identifier="d1", text="# Plan\nStart cisplatin.\n", subject="Patient/p1", **rest):
    attachment = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
    return {
        "resourceType": "DocumentReference",
        "id": identifier,
        "status": "current",
        "type": {"text": "Progress note"},
        "subject": {"reference": subject},
        "content": [{"attachment": attachment}],
        **rest,
    }


def deleted(*references):
    entries = [{"request": {"method": "DELETE", "url": reference}} for reference in references]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def write(path: Path, *resources) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" if isinstance(each, dict) else each + "\n" for each in resources))
    return path


class Lab:
    """A data folder with everything to ingest into it and to look at what came of it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.workspace = Workspace(folder / "data")
        self.embedder = HashEmbedder()
        self.tools = Tools(graph=draft_graph, embedder=self.embedder, published=published_graph)
        self._count = 0

    def ingest(self, *resources, dataset="d", role="", **options):
        self._count += 1
        path = write(self.folder / f"export{self._count}" / role / "x.ndjson", *resources)
        return self.ingest_path(path.parent if not role else path.parent.parent, dataset, **options)

    def ingest_path(self, path, dataset="d", **options):
        return ingest([str(path)], dataset, self.workspace, self.tools, Options(**options), Silent())

    def library(self):
        return DataLibrary(self.workspace, self.embedder)

    def snapshot(self):
        return self.library().current()

    def node(self, kind, identifier, dataset="d"):
        return self.snapshot().graph.node(self.iri(kind, identifier, dataset))

    def iri(self, kind, identifier, dataset="d"):
        return f"https://w3id.org/commissure/data/{dataset}/{kind}/{identifier}"

    def quads(self):
        """Every quad of the published graph but those that name runs and sources, sorted."""
        from pyoxigraph import Store

        store = Store.read_only(str(self.workspace.generation_folder(self.workspace.current()) / "graph"))
        return sorted(str(quad) for quad in store if "/prov#" not in quad.predicate.value)

    def issues(self, report):
        return list(self.workspace.issues(report.run))
