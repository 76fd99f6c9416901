"""The formats of terminologies: how each is recognised and read. Another format is a module with `read` and a row of FORMATS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from concepts.terminology import Statement
from ingest.errors import TerminologyMissing, TerminologyRefused
from ingest.terminologies import omop, plain
from ingest.terminologies.rejects import Rejects


@dataclass(frozen=True, slots=True)
class TerminologyFormat:
    """A format: `owns` recognises a path by its names and first lines alone; `licence` says what one must know to use what it brings.

    `how` says how it is got; `version` what the files say of their release ('' where they say nothing).
    """

    name: str
    title: str
    owns: Callable[[Path], bool]
    read: Callable[[Path, Rejects], Iterator[Statement]]
    licence: str
    how: str
    version: Callable[[Path], str] = lambda _: ""


FORMATS: Final = (
    TerminologyFormat(
        "omop",
        "OMOP vocabularies from Athena",
        omop.owns,
        omop.read,
        "holds terms of several owners: SNOMED CT, CPT and MedDRA need a licence of your own",
        "choose vocabularies on athena.ohdsi.org, unpack the download, give the folder",
        omop.version,
    ),
    TerminologyFormat(
        "csv",
        "a table of one's own",
        plain.owns,
        plain.read,
        "as the table's owner says",
        "a CSV file with the columns code and label; system, synonyms, broader, maps and kind may follow",
    ),
)
"""In the order in which they are tried: the most particular first."""


def format_named(name: str) -> TerminologyFormat:
    """The format of that name. Raises TerminologyRefused."""
    for each in FORMATS:
        if each.name == name:
            return each
    raise TerminologyRefused(f"no format of terminologies is called {name!r}: use {', '.join(each.name for each in FORMATS)}")


def format_of(path: Path) -> TerminologyFormat:
    """The format that a path has. Raises TerminologyMissing where nothing is there, TerminologyRefused where no format owns it."""
    if not path.exists():
        raise TerminologyMissing(f"{path}: there is no such file or folder")
    for each in FORMATS:
        if each.owns(path):
            return each
    raise TerminologyRefused(
        f"{path}: no format of terminologies is recognised; say which with --format: {', '.join(each.name for each in FORMATS)}"
    )
