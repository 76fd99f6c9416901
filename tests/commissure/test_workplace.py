"""The model that commands work with: known by its name before it is loaded, and loaded when a text is to be encoded."""

import numpy as np
import pytest

from commissure.workplace import LazyEmbedder
from search.embedders import sentence_models
from search.errors import ModelUnavailable
from tests.ingest.exports import HashEmbedder


@pytest.fixture
def opened(monkeypatch):
    """The models that were loaded, named by their weights where they have some."""
    found = []

    def opener(model, precision):
        found.append(model)
        embedder = HashEmbedder()
        embedder.name = sentence_models.name_of(model, precision) or "unversioned"
        return embedder

    monkeypatch.setattr(sentence_models, "open_embedder", opener)
    return found


def test_a_model_is_named_without_being_loaded_and_loaded_once(opened, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    model = LazyEmbedder(str(tmp_path), "float32")
    assert model.name == sentence_models.name_of(str(tmp_path), "float32") and opened == []
    assert model.encode([]).shape == (0, model.dimension) and np.any(model.encode_query("gout"))
    assert opened == [str(tmp_path)]


def test_a_model_that_only_tells_its_name_when_it_is_loaded_is_loaded_for_it(opened, tmp_path):
    assert (LazyEmbedder(str(tmp_path), "float32").name, opened) == ("unversioned", [str(tmp_path)])


def test_a_model_that_was_replaced_since_it_was_named_is_refused(opened, tmp_path):
    """Its vectors would be kept under the name of the one before."""
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"weights")
    model = LazyEmbedder(str(tmp_path), "float32")
    assert model.name
    weights.write_bytes(b"others")
    with pytest.raises(ModelUnavailable, match="was replaced meanwhile"):
        model.encode(["gout"])
