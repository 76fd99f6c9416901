"""Names of drugs as the package `drug-named-entity-recognition` ships them, whose code is left alone.

Its dictionary is a pickle, which may name code to run: it is read by an unpickler that knows containers, text and numbers only, and
refuses everything else. A drug whose own name is not one in texts ("potassium") is found by its others ("K-Dur"). Codes are those of
DrugBank's open vocabulary, else of MeSH, else of MedlinePlus; a drug without any goes by its name.
"""

import bz2
import pickle
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from concepts.terminology import Concept, ConceptName, Kind, Mapping, Relation, Statement
from concepts.tokens import tokens
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import files_of, named
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.systems import DRUGBANK, MESH

_FILE: Final = "drug_ner_dictionary.pkl.bz2"
_MEDLINEPLUS: Final = "https://medlineplus.gov/druginfo"
_OWN: Final = "urn:terminology:drugs"
_MOST_BYTES: Final = 1 << 28
_BLOCKED: Final = {
    "words of dosing, taken for names of preparations": """
        at 10; at 20; at 5; at 50; at 100; at iii; one a day; day; daily; night; adult; children; stat; max; ultra; forte
    """,
    "what a text says of how one lives": """
        alcohol; alcohol,; ethanol; nicotine; tobacco; caffeine; coffee; tea; wine; beer; water; sugar; salt; ice; smoke; milk;
        honey; egg
    """,
    "parts of the body that are sold as extracts": """
        thyroid gland; thyroid; thymus; liver; spleen; pancreas; kidney; heart; brain; skin; bone; blood; plasma; cartilage;
        placenta
    """,
    "what a laboratory measures": """
        alkaline phosphatase; creatinine; glucose; sodium; potassium; chloride; calcium; magnesium; phosphorus; phosphate;
        bicarbonate; iron; oxygen; carbon dioxide; nitrogen; hydrogen; urea; uric acid; bilirubin; cholesterol; triglycerides;
        albumin; fibrinogen; ferritin; lipase; amylase; lactate; lactic acid; ammonia; hemoglobin; insulin c-peptide; c-peptide;
        prostate specific antigen; human chorionic gonadotropin; thyroid stimulating hormone; protein; proteins; copper; zinc;
        lead; mercury; gold; silver; carbon; air; nickel;
        pap; tsh; psa; crp; bnp; a1c; ldl; hdl; hgb; bmp; cea; phosphatase; transaminase; heme; antibody; blocking antibody;
        prothrombin; homocystine; homocysteine; esterase; rheumatoid factor; methemoglobin; oxyhemoglobin; acetylcholine receptor;
        intrinsic factor; c-reactive protein; prolactin; cortisol; ldl cholesterol; hdl cholesterol; nitrite; creatine kinase; c4
        complement; troponin i; troponin; alpha-fetoprotein; cardiolipin; tissue transglutaminase; methylmalonic acid; blood
        group; serum albumin; beta-2 microglobulin; apolipoprotein b; metanephrine; methicillin; guaiac;
        thyrotropin; thyroid-stimulating hormone
    """,
    "vehicles and materials": """
        saline solution; saline; normal saline; sterile water; talc; latex; silicone; gelatin; starch; cellulose; alum; cement;
        petrolatum; mineral oil; glue; ink; nylon; silk; cotton; wood; pollen; dust; soap; perfume;
        titanium; diamond; argon; silicon; gluten; rice; shrimp; yeast; coban; biomet; aquaplast; oyster shell
    """,
    "words of notes": """
        today; balance; compete; focus; relief; control; support; duration; contrast; solution; tablet; impact; advance; alert;
        attain; ease; equal; trace; rapid; target; patch; prompt; assure; ensure; vision; comfort; pilot; act; aid; all; as; in;
        on; or; max; met; pro; tab; cap; mass; sharp; marked; dense; prevail; reach; sound; resolve; restore; secure; defy;
        intact; matrix; spectrum; profile; premium; complete; optimum; triad; trio; duo; unity; eclipse; horizon; summit; mono;
        plan; prepare;
        snare; sit; generic; luminal; planum; hemostatic; all clear; anesthetic effect; ears and nose
    """,
}
"""Reason → names (of this dictionary) that are not drugs where a text has them."""
_WORD: Final = re.compile(r"[^\W\d_]{3}")


class _Plain(pickle.Unpickler):
    """Reads containers, text and numbers; whatever would name code is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError("names code")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("names something outside")


def owns(path: Path) -> bool:
    """Whether a path is, or holds, the dictionary."""
    return bool(named(path, _FILE.__eq__))


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """The drugs and their names. Raises TerminologyUnreadable where the dictionary is not there, is damaged, or holds more than data."""
    found = [file for file in files_of(path) if file.name == _FILE]
    if not found or not isinstance(found[0], Path):
        raise TerminologyUnreadable(f"{path}: there is no {_FILE} in it")
    file = found[0]
    variants, data = _dictionary(file)
    keys: dict[str, tuple[str, str]] = {}
    for name, about in data.items():
        if not isinstance(name, str) or not isinstance(about, dict):
            rejects.reject(file, 0, "an entry is not a name with what is known of it")
            continue
        key = keys[name] = _key(name, about)
        label = about.get("name")
        text = fit(label if isinstance(label, str) else name, file, 0, rejects)
        if text:
            yield Concept(*key, text if _is_wanted(name) and _is_wanted(text) else f"{text} (as a drug)", Kind.DRUG)
        if isinstance(mesh := about.get("mesh_id"), str) and key[0] != MESH:
            yield Mapping(*key, Relation.EQUIVALENT, MESH, mesh)
    for variant, names in variants.items():
        if not isinstance(variant, str) or not isinstance(names, list):
            rejects.reject(file, 0, "an entry is not a spelling with the drugs that it stands for")
            continue
        if not _is_wanted(variant) or not (text := fit(variant, file, 0, rejects)):
            continue
        for name in names:
            if name in keys:
                yield ConceptName(*keys[name], text)


def _dictionary(file: Path) -> tuple[dict[Any, Any], dict[Any, Any]]:
    try:
        with bz2.open(file, "rb") as stream:
            whole = _Plain(_Bounded(stream)).load()
        found = whole["drug_variant_to_canonical"], whole["drug_canonical_to_data"]
    except (pickle.UnpicklingError, EOFError, OSError, KeyError, IndexError, TypeError, ValueError, AttributeError, MemoryError) as error:
        raise TerminologyUnreadable(f"{file}: is damaged, or holds more than names: install the package again") from error
    if not all(isinstance(each, dict) for each in found):
        raise TerminologyUnreadable(f"{file}: holds no dictionary of drugs")
    return found


class _Bounded:
    """A stream that ends with an error before it fills the memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, _MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        return self._taken(self._stream.read(min(size, self._left + 1) if size >= 0 else self._left + 1))

    def readline(self) -> bytes:
        return self._taken(self._stream.readline(self._left + 1))

    def _taken(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise pickle.UnpicklingError("too long")
        return data


def _key(name: str, about: dict[Any, Any]) -> tuple[str, str]:
    for system, field in ((DRUGBANK, "drugbank_id"), (MESH, "mesh_id"), (_MEDLINEPLUS, "medline_plus_id")):
        if isinstance(code := about.get(field), str) and code:
            return system, code
    return _OWN, name


def _is_wanted(name: str) -> bool:
    return _words(name) not in _unwanted() and _WORD.search(name) is not None


@cache
def _unwanted() -> frozenset[str]:
    return frozenset(_words(name) for names in _BLOCKED.values() for name in names.split(";"))


def _words(name: str) -> str:
    """The words of a name in the form in which texts are compared with it: "Hemoglobins" is found as "hemoglobin"."""
    return " ".join(norm for norm in tokens(name).norms if norm[0].isalnum())
