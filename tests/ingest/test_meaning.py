"""Words first: what is ingested is published before its passages are embedded, and given its meaning in slices."""

import threading
import time

import pytest

from ingest import meaning
from ingest.errors import DatasetBusy
from ingest.locks import Lock
from ingest.meaning import give_meaning
from ingest.progress import Silent
from search.errors import ModelUnavailable
from search.generation import read_meta
from search.model import SearchRequest
from tests.ingest.exports import HashEmbedder, Lab, note, patient

WORDS = ("cisplatin", "metformin", "aspirin", "warfarin", "insulin", "morphine", "digoxin")


def notes():
    """One a day, each about a drug of its own."""
    return [note(f"d{day}", f"Start {word} today.", date=f"2024-05-0{day}T10:00:00Z") for day, word in enumerate(WORDS, 1)]


def meta(lab):
    return read_meta(lab.workspace.generation_folder(lab.workspace.current()) / "search")


class Watching(HashEmbedder):
    """Remembers every text, and calls back before it reads some."""

    def __init__(self, before=lambda: None):
        super().__init__()
        self.before, self.texts = before, []

    def encode(self, texts, progress=None):
        self.before()
        self.texts += texts
        return super().encode(texts, progress)


@pytest.fixture
def slices(lab, monkeypatch):
    """A laboratory in which three texts are many, and slices are of two texts, then four."""
    monkeypatch.setattr("ingest.pipeline.FEW", 2)
    monkeypatch.setattr(meaning, "_FIRST", 2)
    monkeypatch.setattr(meaning, "_AT_ONCE", 1)
    monkeypatch.setattr(meaning, "_PATIENCE", 0.01)
    return lab


def watched(lab, before=lambda: None):
    lab.embedder = Watching(before)
    lab.tools = type(lab.tools)(graph=lab.tools.graph, embedder=lab.embedder, published=lab.tools.published)
    return lab.embedder


def found(lab, query):
    return [(hit.document, hit.rank, hit.score) for hit in lab.snapshot().retriever.search(SearchRequest(query)).hits]


def test_words_are_published_first_then_meaning_newest_first(slices):
    seen = []
    embedder = watched(slices, lambda: seen.append((slices.workspace.current(), meta(slices).vectors, len(found(slices, "warfarin")))))
    report = slices.ingest(patient(), *notes(), words_first=True)
    assert seen == [(1, 0, 1)] * 2 + [(2, 2, 1)] * 4 + [(3, 6, 1)]
    assert embedder.texts == [f"Progress note\nStart {word} today." for word in reversed(WORDS)]
    assert (report.generation, report.passages) == (4, {"total": 7, "embedded": 7})
    assert (meta(slices).units, meta(slices).vectors, meta(slices).model) == (7, 7, "hash")
    with slices.workspace.reading() as ledger:
        assert (ledger.generation, ledger.missing_vectors) == (4, 0)


def test_what_is_published_in_slices_equals_what_is_published_at_once(slices, tmp_path):
    slices.ingest(patient(), *notes(), words_first=True)
    once = Lab(tmp_path / "once")
    assert once.ingest(patient(), *notes()).generation == 1
    assert slices.quads() == once.quads()
    for query in (*WORDS, "start", "today"):
        assert found(slices, query) == found(once, query) != []


def test_few_texts_are_embedded_before_the_one_publication(slices):
    report = slices.ingest(patient(), *notes()[:2], words_first=True)
    assert (report.generation, report.passages["embedded"], meta(slices).vectors) == (1, 2, 2)


@pytest.mark.parametrize("few", [2, 100], ids=["words first", "few texts"])
def test_a_model_that_cannot_be_loaded_does_not_cost_the_vectors_there_are(slices, monkeypatch, few):
    """Its name is told by its weights, however broken the rest is."""

    class Broken(HashEmbedder):
        name = "broken"

        def encode(self, texts, progress=None):
            raise ModelUnavailable("config.json is damaged")

    slices.ingest(patient(), *notes())
    monkeypatch.setattr("ingest.pipeline.FEW", few)
    slices.tools = type(slices.tools)(graph=slices.tools.graph, embedder=Broken(), published=slices.tools.published)
    with pytest.raises(ModelUnavailable, match="is damaged"):
        slices.ingest(patient(family="Roe"), *notes(), words_first=True)
    assert (slices.workspace.current(), meta(slices).vectors, meta(slices).model) == (1, 7, "hash")


def test_without_embedding_nothing_follows(slices):
    report = slices.ingest(patient(), *notes(), words_first=True, embed=False)
    assert (report.generation, report.passages["embedded"], slices.embedder.encoded) == (1, 0, 0)


def test_what_was_cut_off_goes_on_where_it_was(slices):
    def cut():
        if slices.embedder.encoded == 3:
            raise KeyboardInterrupt

    watched(slices, cut)
    with pytest.raises(KeyboardInterrupt):
        slices.ingest(patient(), *notes(), words_first=True)
    assert (meta(slices).vectors, len(found(slices, "cisplatin"))) == (2, 1), "words and the first slice stay"
    embedder = watched(slices)
    report = slices.ingest(patient(), *notes(), words_first=True)
    assert (report.records["unchanged"], len(embedder.texts), meta(slices).vectors) == (8, 4, 7), "nothing is read twice"


def test_a_slice_that_cannot_be_written_leaves_what_was_published(slices, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    slices.ingest(patient(), *notes(), embed=False)
    with monkeypatch.context() as patched:
        patched.setattr("ingest.next_generation.write_sums", full)
        with pytest.raises(Exception, match=r"[Rr]oom|space"):
            give_meaning(slices.workspace, slices.tools, Silent())
    assert (slices.workspace.current(), len(found(slices, "cisplatin"))) == (1, 1)
    assert not slices.workspace.generation_folder(2).exists()
    given = give_meaning(slices.workspace, slices.tools, Silent())
    assert (given.missing, meta(slices).vectors, slices.embedder.encoded) == (0, 7, 7)


def test_what_comes_in_between_is_kept_and_given_its_meaning(slices):
    came = []

    def between():
        if not came:
            came.append(True)
            slices.ingest(note("d9", "Stop heparin now.", date="2024-06-01T10:00:00Z"), embed=False)

    watched(slices, between)
    slices.ingest(patient(), *notes(), words_first=True)
    assert (meta(slices).units, meta(slices).vectors) == (8, 8)
    assert len(found(slices, "heparin")) == 1


def test_one_process_at_a_time_gives_meaning(slices):
    slices.ingest(patient(), *notes(), embed=False)
    with Lock(slices.workspace.folder / "meaning.lock") as lock:
        assert lock.take()
        given = give_meaning(slices.workspace, slices.tools, Silent())
    assert (given.embedded, given.missing, given.generation) == (0, 7, 1)


def test_another_model_reads_all_anew(slices):
    slices.ingest(patient(), *notes())
    watched(slices).name = "other"
    given = give_meaning(slices.workspace, slices.tools, Silent())
    assert (given.embedded, given.missing, meta(slices).model, meta(slices).vectors) == (7, 0, "other", 7)


def test_who_writes_briefly_is_waited_for_and_nobody_else(lab):
    ended = threading.Event()
    held = threading.Event()

    def briefly():
        with lab.workspace.writing(briefly=True):
            held.set()
            time.sleep(0.3)
            ended.set()

    thread = threading.Thread(target=briefly)
    thread.start()
    held.wait()
    with lab.workspace.writing():
        assert ended.is_set()
        with pytest.raises(DatasetBusy), lab.workspace.writing():
            pass
    thread.join()
