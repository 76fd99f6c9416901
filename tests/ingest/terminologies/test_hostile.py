"""What no reader may choke on, in every format: names that are none, lines of 10 MB, files of another kind, a million rows."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import TerminologyUnreadable
from ingest.terminologies.formats import FORMATS, format_named, format_of
from tests.ingest.terminologies.said import said
from tests.ingest.terminologies.test_rf2 import write_release
from tests.ingest.terminologies.test_rrf import conso, write_rxnorm, write_umls
from tests.ingest.terminologies.test_tables import core, write_loinc, write_meddra

Writer = Callable[[Path, str], Path]


def appended(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", newline="") as stream:
        stream.write(text)


def _rf2(folder: Path, name: str) -> Path:
    write_release(folder)
    row = ["101999", "20260301", "1", "731000124108", "44054006", "en", "900000000000013009", name, "900000000000448009"]
    appended(next(folder.rglob("sct2_Description*")), "\t".join(row) + "\r\n")
    return folder


def _rrf(folder: Path, name: str) -> Path:
    appended(write_umls(folder) / "META/MRCONSO.RRF", conso("C0011860", "MTH", "SY", "NOCODE", name, "ENG S VO N N") + "\n")
    return folder


def _rxnorm(folder: Path, name: str) -> Path:
    appended(write_rxnorm(folder) / "rrf/RXNCONSO.RRF", conso("6809", "RXNORM", "SY", "6809", name) + "\n")
    return folder


def _loinc(folder: Path, name: str) -> Path:
    appended(write_loinc(folder) / "LoincTableCore/LoincTableCore.csv", core("718-7", name, "Hgb") + "\r\n")
    return folder


def _meddra(folder: Path, name: str) -> Path:
    folder = write_meddra(folder)
    appended(folder / "llt.asc", f"10000009${name}$10019211$$$$$$$Y$$\r\n")
    return folder


def _obo(folder: Path, name: str) -> Path:
    file = folder / "x.obo"
    file.write_text(f'format-version: 1.2\n\n[Term]\nid: DOID:1\nname: good\nsynonym: "{name}" EXACT []\n', "utf-8")
    return file


def _codesystem(folder: Path, name: str) -> Path:
    file = folder / "x.json"
    concepts = [{"code": "g", "display": "good"}, {"code": "b", "display": name}]
    file.write_text(json.dumps({"resourceType": "CodeSystem", "url": "http://e", "concept": concepts}, indent=1), "utf-8")
    return file


def _conceptmap(folder: Path, name: str) -> Path:
    file = folder / "x.json"
    targets = [{"code": "b", "display": name, "equivalence": "equivalent"}]
    group = {"source": "http://a", "target": "http://b", "element": [{"code": "g", "display": "good", "target": targets}]}
    file.write_text(json.dumps({"resourceType": "ConceptMap", "group": [group]}, indent=1), "utf-8")
    return file


def _skos(folder: Path, name: str) -> Path:
    file = folder / "x.nt"
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    rows = ((subject, text.replace("\x00", "\\u0000")) for subject, text in (("g", "good"), ("b", name)))
    file.write_text("".join(f'<http://e/{subject}> {label} "{text}" .\n' for subject, text in rows), "utf-8")
    return file


def _mesh(folder: Path, name: str) -> Path:
    file = folder / "desc.xml"
    escaped = name.replace("<", "&lt;").replace("\x00", "�")
    records = (
        f"<DescriptorRecord><DescriptorUI>D{code}</DescriptorUI><DescriptorName><String>{text}</String></DescriptorName>"
        "<TreeNumberList><TreeNumber>C01</TreeNumber></TreeNumberList></DescriptorRecord>\n"
        for code, text in ((1, "good"), (2, escaped))
    )
    file.write_text(f"<DescriptorRecordSet>\n{''.join(records)}</DescriptorRecordSet>", "utf-8")
    return file


def _icd10cm(folder: Path, name: str) -> Path:
    file = folder / "tabular.xml"
    escaped = name.replace("<", "&lt;").replace("\x00", "�")
    text = f"<diag><name>A00</name><desc>good</desc><inclusionTerm>\n<note>{escaped}</note></inclusionTerm></diag>"
    file.write_text(f"<ICD10CM.tabular><chapter><name>1</name><desc>chapter</desc>{text}</chapter></ICD10CM.tabular>", "utf-8")
    return file


WRITERS: dict[str, Writer] = {
    "rf2": _rf2,
    "rrf": _rrf,
    "rxnorm": _rxnorm,
    "loinc": _loinc,
    "meddra": _meddra,
    "obo": _obo,
    "codesystem": _codesystem,
    "conceptmap": _conceptmap,
    "skos": _skos,
    "mesh": _mesh,
    "icd10cm": _icd10cm,
}
UNFIT = {
    "one letter": "x",
    "5,000 letters": "secret" * 834,
    "markup": "secret <script src='x'>alert(1)</script>",
    "NUL": "secret\x00secret",
    "10 MB": "secret " * 1_500_000,
}


@pytest.mark.parametrize("unfit", UNFIT)
@pytest.mark.parametrize("name", WRITERS)
def test_a_name_that_is_none_is_told_and_the_rest_is_read(name: str, unfit: str, tmp_path: Path) -> None:
    form, path = format_named(name), WRITERS[name](tmp_path, UNFIT[unfit])
    assert format_of(path).name == name
    try:
        found = said(form.read, path)
    except TerminologyUnreadable as error:
        assert unfit == "10 MB" and name in {"mesh", "icd10cm", "codesystem", "conceptmap"}  # documents: what follows cannot be found
        assert "more than" in str(error) and "line " in str(error) and "secret" not in str(error)
        return
    assert found.rejects.count >= 1 and all(line >= 1 or name == "skos" for _, line in found.told)
    assert "secret" not in repr(found.rejects) and found.labels
    everything = [*found.labels.values(), *(text for _, text in found.names)]
    assert "x" not in everything and not any("secret" in text for text in everything)


@pytest.mark.parametrize("good", ["ﬁbrosis of the İlium", "sydän 💔 tauti", "\u202eabc\u202c def", "x" * 900])
@pytest.mark.parametrize("name", WRITERS)
def test_names_of_every_script_come_through(name: str, good: str, tmp_path: Path) -> None:
    found = said(format_named(name).read, WRITERS[name](tmp_path, good))
    assert good in {*found.labels.values(), *(text for _, text in found.names)}


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_files_of_another_kind_are_refused_in_words(form: "object", tmp_path: Path) -> None:
    samples = {
        "empty": b"",
        "binary.bin": bytes(range(256)) * 100,
        "pdf.csv": b"%PDF-1.7\n\xe2\xe3",
        "utf16.txt": "id\tactive\r\n1\t1\r\n".encode("utf-16"),
        "truncated.zip": b"PK\x03\x04" + b"\0" * 40,
        "truncated.gz": b"\x1f\x8b\x08\0",
        "line.json": b'{"a": "' + b"x" * 10_000_000,
        "brackets.json": b"[" * 1_000_000,
        "deep.xml": b"<a>" * 1_000_000,
    }
    for name, data in samples.items():
        file = tmp_path / name
        file.write_bytes(data)
        assert not form.owns(file), name  # type: ignore[attr-defined]
        with pytest.raises(TerminologyUnreadable, match=name.replace(".", r"\.")):
            list(form.read(file, said(lambda path, rejects: iter(()), file).rejects))  # type: ignore[attr-defined]
    with pytest.raises(TerminologyUnreadable):
        list(form.read(tmp_path / "not there", said(lambda path, rejects: iter(()), tmp_path).rejects))  # type: ignore[attr-defined]


_MEASURED = """
import resource, sys
from pathlib import Path
from ingest.terminologies.formats import format_named
from ingest.terminologies.rejects import Rejects
form, path = format_named(sys.argv[1]), Path(sys.argv[2])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rejects = Rejects()
count = sum(1 for _ in form.read(path, rejects))
print(count, rejects.count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def measured(name: str, path: Path) -> tuple[int, int, int]:
    """Statements, rejects, and megabytes that a reader adds to its process."""
    done = subprocess.run([sys.executable, "-c", _MEASURED, name, str(path)], capture_output=True, text=True, check=True, env=os.environ)
    count, rejected, megabytes = map(int, done.stdout.split())
    return count, rejected, megabytes


def test_a_million_rows_of_umls_in_steady_memory(tmp_path: Path) -> None:
    (tmp_path / "META").mkdir()
    with (tmp_path / "META/MRCONSO.RRF").open("w") as file:
        for number in range(250_000):
            for place in range(4):
                file.write(conso(f"C{number + 1:07d}", "MTH", "PN", "NOCODE", f"Name {place} of {number}", "ENG P PF Y N") + "\n")
    count, rejected, megabytes = measured("rrf", tmp_path)
    assert (count, rejected) == (1_000_000, 0) and megabytes < 40


def test_a_million_descriptions_of_snomed(tmp_path: Path) -> None:
    write_release(tmp_path)
    concepts, terms = next(tmp_path.rglob("sct2_Concept*")), next(tmp_path.rglob("sct2_Description*"))
    with concepts.open("a") as file, terms.open("a") as more:
        for number in range(20_000_000, 20_200_000):
            file.write(f"{number}\t20260301\t1\t1\t1\r\n")
            for place in range(5):
                kind, tag = ("900000000000003001", " (disorder)") if not place else ("900000000000013009", "")
                more.write(f"{number}{place}\t20260301\t1\t1\t{number}\ten\t{kind}\tName {place} of {number}{tag}\t1\r\n")
    count, rejected, megabytes = measured("rf2", tmp_path)
    assert count > 1_000_000 and rejected == 1 and megabytes < 150


def test_every_format_is_described() -> None:
    described = (Path(__file__).parents[3] / "docs/terminologies.md").read_text("utf-8")
    assert [form.name for form in FORMATS if f"`{form.name}`" not in described] == []
