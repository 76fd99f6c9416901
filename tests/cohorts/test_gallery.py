"""The definitions that docs/cohorts.md prints are read, and those of its gallery count something on the sample."""

import json
import re
from functools import lru_cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cohorts.json_schema import SCHEMA
from cohorts.reading import definition_of, read_definition
from cohorts.study import Cohorts
from sample import write_sample
from tests.ingest.exports import Lab
from tests.webapp.fixtures import folder, ingesting

PAGE = (Path(__file__).parents[2] / "docs" / "cohorts.md").read_text("utf-8")
PRINTED = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
GALLERY = dict(re.findall(r"^(\w[^\n]*):\n\n```json\n(.*?)^```", PAGE.partition("## Gallery")[2], re.MULTILINE | re.DOTALL))


@lru_cache(maxsize=1)
def sample() -> Cohorts:
    """The cohorts of a part of the sample."""
    lab = Lab(folder("sample"))
    write_sample(lab.folder / "export", patients=24)
    with ingesting():
        lab.ingest_path(lab.folder / "export", "demo")
    return lab.library().current().cohorts


@pytest.mark.parametrize("text", PRINTED)
def test_what_is_printed_is_a_definition(text: str) -> None:
    assert read_definition(text)
    Draft202012Validator(SCHEMA).validate(json.loads(text))


@pytest.mark.parametrize("title", GALLERY)
def test_the_gallery_counts_something(title: str) -> None:
    counted = sample().count(definition_of(json.loads(GALLERY[title])))
    assert 0 < counted.patients < 24
    assert counted.notices == ()


def test_there_is_a_gallery() -> None:
    assert len(GALLERY) == 12 and len(PRINTED) == 15
