"""What is charted of patients is read before the first question: of some there are thousands of links."""

from pathlib import Path

import pytest

from commissure.assemble import _read_patients
from graph.stores.oxigraph import links
from graph.stores.oxigraph.store import OxigraphStore
from search.generation import Generation
from search.hits.join import CHART
from tests.ingest.exports import InlinePool, Lab, condition, patient


def test_the_links_of_patients_are_read_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(patient("one"), patient("two"), condition("c1", subject="Patient/one"), condition("c2", subject="Patient/two"))
    folder = lab.workspace.generation_folder(lab.workspace.current())
    store, generation = OxigraphStore.open_read_only(folder / "graph"), Generation.open(folder / "search")
    try:
        people = [one.id for one in generation.catalog.patients()]
        assert len(people) == 2
        cold = OxigraphStore.open_read_only(folder / "graph")
        expected = [cold.neighbourhood((each,), ((CHART,),)) for each in people]
        cold.close()
        assert all(found.edges for found in expected)
        _read_patients(store, generation.catalog)
        for name in ("_said", "_rows"):
            monkeypatch.setattr(links, name, lambda *given: pytest.fail("read again"))
        assert [store.neighbourhood((each,), ((CHART,),)) for each in people] == expected
    finally:
        store.close()
        generation.close()
