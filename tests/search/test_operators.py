"""Which questions hold an operator, and which only marks that belong to their words."""

import pytest

from search.errors import InvalidRequest
from search.operators import LONGEST, refuse_operators


@pytest.mark.parametrize(
    "question",
    [
        *('"chest pain"', 'woman "chest pain" at night', "“chest pain” at night", '("chest pain")'),
        *("pain -chest", "-chest pain", "pain -übelkeit", "diab* mellitus", "diab*", "*itis"),
    ],
)
def test_operators_are_refused(question: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        refuse_operators(question)
    assert error.value.field == "q"


@pytest.mark.parametrize(
    "question",
    [
        *("", '"', "*", "-", "--", "' OR 1=1 --", "NEAR(", "T2-weighted x-ray of the follow-up", "-5 degrees", "pain - worse at night"),
        *(
            "HLA-B*57:01 allele",
            'a "quoted" word',
            "“so” it is",
            "CYP2D6*4",
            """5'10" tall, 3" wound""",
            'a 3" and a 4" wound',
            "2 * 5 mg",
            "p < 0.05 *",
            "A*",
        ),
        *('- aspirin\n-metformin\n"as needed"', "long text " * (LONGEST // 10) + '"quoted words"'),
    ],
)
def test_marks_of_words_and_texts_are_not(question: str) -> None:
    refuse_operators(question)
