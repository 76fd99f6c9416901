"""The terminologies of a data folder over REST."""

from pathlib import Path

from flask.testing import FlaskClient

from commissure.assemble import DataLibrary
from ingest.terminologies.shelf import source_of
from ingest.workspace import Workspace
from tests.ingest.terminologies.omop_folder import write_omop
from tests.webapp.fixtures import Shelf


def test_terminologies_are_listed(client: FlaskClient, library: Shelf, tmp_path: Path) -> None:
    assert client.get("/api/v1/terminologies").json == {"terminologies": []}
    workspace = Workspace(tmp_path / "data")
    workspace.terminologies.add(source_of(str(write_omop(tmp_path / "omop"))))
    library.show(DataLibrary(workspace, None))
    (found,) = client.get("/api/v1/terminologies").json["terminologies"]
    assert (found["name"], found["format"], found["version"], found["edition"]) == ("omop", "omop", "v5.0 31-AUG-26", 1)
    assert (found["concepts"], found["names"], found["links"], found["mappings"], found["rejected"]) == (14, 17, 8, 7, 0)
    assert "SNOMED CT" in found["licence"] and "http://snomed.info/sct" in found["systems"] and found["bytes"] > 1000
