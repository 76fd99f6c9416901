"""The definitions that documents print are read, and those with a number in brackets count it on a part of the sample."""

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

PAGES = [(Path(__file__).parents[2] / "docs" / name).read_text("utf-8") for name in ("cohorts.md", "researchers.md")]
PRINTED = [text for page in PAGES for text in re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]
PATIENTS = 24
COUNTED = [
    (title, int(count), text)
    for page in PAGES
    for title, count, text in re.findall(rf"^(\w[^\n]*) \((\d+) of {PATIENTS}\):\n\n```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
]


@lru_cache(maxsize=1)
def sample() -> Cohorts:
    """The cohorts of a part of the sample."""
    lab = Lab(folder("sample"))
    write_sample(lab.folder / "export", patients=PATIENTS)
    with ingesting():
        lab.ingest_path(lab.folder / "export", "demo")
    return lab.library().current().cohorts


@pytest.mark.parametrize("text", PRINTED)
def test_what_is_printed_is_a_definition(text: str) -> None:
    assert read_definition(text)
    Draft202012Validator(SCHEMA).validate(json.loads(text))


@pytest.mark.parametrize(("title", "count", "text"), COUNTED, ids=[title for title, _, _ in COUNTED])
def test_what_is_printed_counts_what_it_says(title: str, count: int, text: str) -> None:
    counted = sample().count(definition_of(json.loads(text)))
    assert (counted.patients, counted.notices) == (count, ())
    assert 0 < count < PATIENTS


def test_there_is_a_gallery_of_twenty_and_an_example_for_each_tool() -> None:
    assert len({title for title, _, _ in COUNTED}) == len(COUNTED) == 22
    assert PAGES[0].partition("## Gallery")[2].count("```json") == 20
    assert all(PAGES[1].count(f"## {tool}\n") == 1 for tool in ("Atlas", "i2b2"))
