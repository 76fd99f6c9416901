"""A model is adapted to a dataset, used where it is better, and left where it is not; the data folder goes on with either."""

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from commissure import workplace
from commissure.cli import cli
from commissure.settings import load
from ingest import pipeline
from ingest.adapting import adapt, embed_all
from ingest.errors import IngestError
from ingest.progress import Silent
from search.embedders.adapting import adapt as fine_tune
from search.embedders.sentence_models import DEFAULT_MODEL, default_folder, open_embedder
from search.evaluation.cloze import Pair, ask, corpus_of
from search.generation import read_meta
from search.model import SearchRequest
from tests.ingest.exports import HashEmbedder, InlinePool, Lab
from tests.search.word_embedder import WordEmbedder


class Forgetful(HashEmbedder):
    """Tells nothing apart: any model is better."""

    name = "forgetful@1"

    def encode(self, texts, progress=None):
        if progress is not None:
            progress(len(texts))
        return np.tile(np.eye(1, self.dimension, dtype=np.float32), (len(texts), 1))

    def encode_query(self, text):
        return self.encode([text])[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patcher:
        patcher.setattr(pipeline, "Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("made"))
        export = lab.folder / "notes.jsonl"
        with export.open("w") as file:
            for n in range(400):
                text = f"Note {n} begins with words of its own here. The second sentence of {n} is about {n * 7} things. The end {n}."
                file.write(json.dumps({"id": f"n{n}", "text": text}) + "\n")
        lab.ingest_path(export, format="text")
        return lab


@pytest.fixture
def lab(made, tmp_path):
    lab = Lab(tmp_path)
    shutil.copytree(made.workspace.folder, lab.workspace.folder)
    return lab


def trained(*_):
    """Saves something."""
    _[2].mkdir()
    (_[2] / "config.json").write_text("{}")
    _[3](1)


def test_what_is_better_is_kept_in_the_data_folder(lab):
    models = {"old": Forgetful(), "new": WordEmbedder()}
    adapted = adapt(lab.workspace, "d", "old", lambda name: models.get(name, models["new"]), trained, 250, 1, Silent())
    assert adapted.better and adapted.model == "models/d-1" and adapted.pairs == 250
    assert adapted.after.hits_at_1 > adapted.before.hits_at_1 and adapted.after.mean_rank < adapted.before.mean_rank
    assert (lab.workspace.folder / "models" / "d-1" / "config.json").exists()
    again = adapt(lab.workspace, "d", "old", lambda name: models.get(name, models["new"]), trained, 250, 1, Silent())
    assert again.model == "models/d-2"


def test_what_is_no_better_is_not_kept(lab):
    adapted = adapt(lab.workspace, "d", "old", lambda name: HashEmbedder(), trained, 250, 1, Silent())
    assert not adapted.better and adapted.model == ""
    assert list((lab.workspace.folder / "models").iterdir()) == []


def test_what_was_cut_off_leaves_nothing(lab):
    def cut(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(lab.workspace, "d", "old", lambda name: HashEmbedder(), cut, 250, 1, Silent())
    assert list((lab.workspace.folder / "models").iterdir()) == []


def test_too_few_texts_are_said(lab):
    with pytest.raises(IngestError, match="bring in more notes"):
        adapt(lab.workspace, "elsewhere", "old", lambda name: HashEmbedder(), trained, 250, 1, Silent())


def test_everything_is_embedded_before_any_of_it_is_shown(lab):
    lab.tools = type(lab.tools)(graph=lab.tools.graph, embedder=Forgetful(), published=lab.tools.published)
    before = lab.workspace.current()
    given = embed_all(lab.workspace, lab.tools, Silent())
    meta = read_meta(lab.workspace.generation_folder(given.generation) / "search")
    assert given.generation == before + 1 and given.missing == 0 and meta.model == "forgetful@1" and meta.vectors == meta.units > 300
    assert embed_all(lab.workspace, lab.tools, Silent()).generation == given.generation


def test_a_command_adapts_uses_and_goes_back(lab, monkeypatch):
    data = ("--data", str(lab.workspace.folder))
    opened = []

    def opener(model="", precision="", threads=None):
        opened.append(model)
        return Forgetful() if opened == ["all-MiniLM-L6-v2"] else WordEmbedder()

    monkeypatch.setattr("search.embedders.sentence_models.open_embedder", opener)
    monkeypatch.setattr("search.embedders.sentence_models.name_of", lambda *_: "")
    monkeypatch.setattr("search.embedders.adapting.adapt", lambda source, pairs, into, seed, told: trained(source, pairs, into, told))
    answer = CliRunner().invoke(cli, ["adapt", "--dataset", "d", "--pairs", "250", "--json", *data])
    told = json.loads(answer.stdout)
    assert answer.exit_code == 0 and told["adopted"] and told["model"] == "models/d-1" and told["after"]["questions"] > 10
    assert load({"data": str(lab.workspace.folder)})["model"] == "models/d-1"
    assert workplace.model_of(load({"data": str(lab.workspace.folder)})) == str(lab.workspace.folder / "models" / "d-1")
    moved = lab.workspace.folder.rename(lab.folder / "moved")
    assert workplace.model_of(load({"data": str(moved)})) == str(moved / "models" / "d-1")
    answer = CliRunner().invoke(cli, ["adapt", "--revert", "--data", str(moved)])
    assert answer.exit_code == 0 and load({"data": str(moved)})["model"] == "all-MiniLM-L6-v2"


def test_a_command_says_what_it_cannot_learn_from(lab):
    data = ("--data", str(lab.workspace.folder))
    assert CliRunner().invoke(cli, ["adapt", *data]).exit_code == 2
    assert "UnknownDataset" in repr(CliRunner().invoke(cli, ["adapt", "--dataset", "none", *data]).exception)


def test_the_model_learns_what_belongs_together(tmp_path):
    """Words that mean nothing to it belong together in every pair; of other pairs it then finds them sooner."""
    words = [f"{a}{b}" for a in ("zor", "vil", "tam", "kep", "bru", "fen") for b in ("pak", "lun", "mig", "dox", "sel", "rit")]
    shifted = words[1:] + words[:1]

    def pairs(numbers):
        for n in numbers:
            first, second = n % len(words), (n * 5 + 3) % len(words)
            yield Pair(
                f"The {words[first]} and the {words[second]} number {n}.", f"Seen with {shifted[first]}, and {shifted[second]} ({n % 7})."
            )

    learned = list(pairs(range(96)))
    fine_tune(DEFAULT_MODEL, learned, tmp_path / "model", 1, lambda count: None, epochs=2)
    asked = corpus_of((), 1, 1)
    held_out = type(asked)((), tuple(pairs(range(1000, 1030))), tuple(pair.context for pair in pairs(range(2000, 2070))))
    before = ask(held_out, open_embedder(precision="float32"), lambda count: None)
    after = ask(held_out, open_embedder(str(tmp_path / "model"), precision="float32"), lambda count: None)
    assert after.mean() < before.mean()


def test_an_adapted_model_answers_searches(lab, tmp_path):
    fine_tune(
        str(default_folder()), [Pair("one sentence", "its context"), Pair("another", "another's")], tmp_path / "model", 1, lambda n: None
    )
    embedder = open_embedder(str(tmp_path / "model"))
    lab.tools = type(lab.tools)(graph=lab.tools.graph, embedder=embedder, published=lab.tools.published)
    embed_all(lab.workspace, lab.tools, Silent())
    lab.embedder = embedder
    found = lab.snapshot().retriever.search(SearchRequest("the second sentence about things"))
    assert found.total and not found.notices and embedder.name.startswith("model@")
