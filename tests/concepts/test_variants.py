"""Other words for a name."""

import pytest

from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.variants import variants
from concepts.vocabulary import Named, compile_vocabulary


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Kidney disease", ["renal disease", "Kidney disorder", "Kidney condition"]),
        ("acute renal failure", ["acute kidney failure"]),
        ("disease of liver", ["disorder of liver", "condition of liver", "disease of the liver", "liver disease"]),
        ("heart and lung transplant", ["heart and pulmonary transplant"]),
        ("carcinoma of breast", ["cancer of breast", "carcinoma of the breast", "breast carcinoma"]),
        ("fracture of the wrist", ["fracture of wrist", "wrist fracture"]),
        ("biopsy of liver", ["biopsy of the liver", "liver biopsy"]),
        ("fracture of neck", ["fracture of the neck"]),
        ("diabetes mellitus type 2", ["diabetes mellitus 2"]),
        ("mucopolysaccharidosis IVA", ["mucopolysaccharidosis type IVA"]),
        ("kidney injury stage 3", ["renal injury stage 3"]),
        ("history of", ["history of the"]),
        ("of breast", ["of the breast"]),
        ("pain in chest of child", ["pain in chest of the child"]),
        ("Cushing's syndrome", []),
        ("lung tumor", ["pulmonary tumor", "lung neoplasm"]),
        ("disease", []),
        ("", []),
        (" ".join(["disease"] * 30), []),
    ],
)
def test_one_change_each(name: str, wanted: list[str]) -> None:
    assert list(variants(name)) == wanted


def test_who_bears_a_name_comes_before_who_is_only_meant_by_it() -> None:
    named = [Named(Concept("urn:s", code, name, Kind.DISORDER)) for code, name in (("1", "Lung carcinoma"), ("2", "Lung cancer"))]
    reader = Reader([compile_vocabulary(named)[0]])
    assert [one.concept.code for one in reader.read("lung cancer, lung carcinoma")] == ["2", "1"]


def test_what_people_write_is_found() -> None:
    reader = Reader([compile_vocabulary([Named(Concept("urn:s", "1", "Malignant neoplasm of breast (disorder)", Kind.DISORDER))])[0]])
    texts = "malignant neoplasm of the breast", "malignant neoplasms of breast", "breast malignant neoplasm"
    assert [[one.text for one in reader.read(text)] for text in texts] == [[text] for text in texts]
    assert not reader.read("malignant neoplasm of the left lung")
