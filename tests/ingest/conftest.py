import pytest

from tests.ingest.exports import InlinePool, Lab


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    return Lab(tmp_path)
