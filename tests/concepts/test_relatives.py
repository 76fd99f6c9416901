"""Relatives that texts and questions name, and whether one is the one who is asked for."""

import pytest

from concepts.assertion import judge
from concepts.model import Assertion
from concepts.relatives import Kin, kin, persons_asked, relatives_named


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Mother", [{"mother"}]),
        ("her mom", [{"mother"}]),
        ("maternal aunt", [{"maternal aunt"}]),
        ("mother's sister", [{"maternal aunt"}]),
        ("father's mother", [{"paternal grandmother"}]),
        ("sister's son", [{"nephew"}]),
        ("half-brother", [{"half brother"}]),
        ("aunts", [{"maternal aunt", "paternal aunt"}]),
        ("siblings", [{"sister", "brother"}]),
        ("mother and both sisters", [{"mother"}, {"sister"}]),
        ("1st-degree relative", [{"mother", "father", "sister", "brother", "son", "daughter"}]),
        ("family history of", []),
        ("relatives", []),
    ],
)
def test_the_relatives_that_words_name(words, named):
    assert [set(each) for each in relatives_named(words)] == named


@pytest.mark.parametrize(
    ("asked", "said", "found"),
    [
        ("mother", "Mother", Kin.THE_ONE),
        ("mother", "father and mother", Kin.THE_ONE),
        ("mother", "parents", Kin.OPEN),
        ("mother", "family history of", Kin.OPEN),
        ("mother", "maternal aunt", Kin.ANOTHER),
        ("parents", "father", Kin.THE_ONE),
        ("siblings", "sister", Kin.THE_ONE),
        ("sister", "siblings", Kin.OPEN),
        ("first-degree relatives", "son", Kin.THE_ONE),
        ("first-degree relatives", "half-sister", Kin.ANOTHER),
        ("second degree relative", "grandmother", Kin.THE_ONE),
        ("maternal aunt", "aunt", Kin.OPEN),
        ("maternal aunt", "paternal aunt", Kin.ANOTHER),
        ("maternal relatives", "mother's brother", Kin.THE_ONE),
        ("mother or sister", "sister", Kin.THE_ONE),
        ("wife", "spouse", Kin.OPEN),
    ],
)
def test_whether_a_relative_is_the_one_who_is_asked_for(asked, said, found):
    assert kin(persons_asked(asked), said) is found


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Mother and sister had [gout].", "Mother and sister"),
        ("Her mother, father and both sisters have [gout].", "mother, father and both sisters"),
        ("Mother: asthma. Maternal aunt with [gout].", "Maternal aunt"),
        ("Family history of [gout] in her mother and asthma in father.", "in her mother"),
        ("Family history of gout in her mother and [asthma] in father.", "in father"),
        ("There is a family history of [gout] (maternal aunt, age 62).", "maternal aunt"),
        ("FH: [gout] (mother)", "mother"),
        ("[Gout] in maternal grandmother and aunt.", "in maternal grandmother and aunt"),
        ("Mother's sister had [gout].", "Mother's sister"),
        ("Family history of [gout].", "Family history of"),
    ],
)
def test_the_relatives_that_a_text_names_are_its_evidence(text, trigger):
    start, end = text.index("["), text.index("]") - 1
    (found,) = judge(text.replace("[", "").replace("]", ""), [(start, end)])
    assert (found.assertion, found.trigger) == (Assertion.FAMILY, trigger)


@pytest.mark.parametrize("text", ["Her mother is well, father has [gout].", "Wife has asthma, husband has [gout]."])
def test_relatives_of_whom_different_things_are_said_are_not_listed_together(text):
    start, end = text.index("["), text.index("]") - 1
    (found,) = judge(text.replace("[", "").replace("]", ""), [(start, end)])
    assert found.trigger in ("father", "husband")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("First degree burn of the hand.", "burn"),
        ("EKG with first-degree AV block.", "block"),
        ("Fever in a child of three.", "Fever"),
        ("Chest pain (mother reports since two days).", "Chest pain"),
    ],
)
def test_words_that_only_look_like_relatives_speak_of_the_patient(text, words):
    start = text.index(words)
    (found,) = judge(text, [(start, start + len(words))])
    assert found.assertion is Assertion.AFFIRMED
