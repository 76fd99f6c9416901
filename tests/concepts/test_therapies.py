"""Therapies that are named by their class: what texts say of them, and which drugs are of each."""

import pytest

from concepts.reader import Reader
from concepts.terminology import Kind
from concepts.therapies import classes_of, therapies
from concepts.tokens import tokens
from concepts.vocabulary import Named, compile_vocabulary


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("Warfarin Sodium 5 MG Oral Tablet", ["anticoagulants"]),
        ("0.4 ML enoxaparin sodium 100 MG/ML Prefilled Syringe", ["anticoagulants"]),
        ("24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]", ["beta-blockers"]),
        ("Hydrochlorothiazide 12.5 MG / Lisinopril 20 MG Oral Tablet", ["ace-inhibitors", "diuretics", "thiazide-diuretics"]),
        ("rosuvastatin", ["statins"]),
        ("Nystatin 100 UNT/ML", ["antifungals"]),
        ("insulin lispro 100 UNT/ML Injectable Solution", ["insulins"]),
        ("cefazolin 1000 MG Injection", ["antibiotics"]),
        ("prednisone 5 MG Oral Tablet", ["corticosteroids"]),
        ("cholecalciferol 1000 UNT", []),
        ("Aripiprazole", ["antipsychotics"]),
    ],
)
def test_a_drug_is_of_the_classes_of_its_ingredients(name, classes):
    assert [each.code for each in classes_of(name, Kind.DRUG)] == classes


def test_a_procedure_is_of_a_class_by_its_last_word():
    assert [each.code for each in classes_of("Hemodialysis (procedure)", Kind.PROCEDURE)] == ["dialysis"]
    assert classes_of("Insertion of dialysis catheter (procedure)", Kind.PROCEDURE) == ()


def test_no_name_stands_for_two_classes():
    names = [name for each in therapies() for name in {" ".join(tokens(name).norms) for name in (each.concept.label, *each.names)}]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)


@pytest.fixture(scope="module")
def reader():
    vocabulary, unfit = compile_vocabulary(Named(each.concept, each.names) for each in therapies())
    assert not unfit
    return Reader([vocabulary])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Atrial fibrillation, anticoagulated for three weeks.", [("anticoagulants", "affirmed")]),
        ("He is not on insulin.", [("insulins", "negated")]),
        ("On an ACE-inhibitor and beta-blockers.", [("ace-inhibitors", "affirmed"), ("beta-blockers", "affirmed")]),
        ("Statins were stopped.", [("statins", "historical")]),
        ("Allergic to antibiotics.", [("antibiotics", "allergy")]),
        ("Patients without chemotherapy", [("chemotherapy", "negated")]),
        ("Lupus anticoagulant negative, insulin resistance, steroid-resistant disease.", []),
    ],
)
def test_texts_name_classes(reader, text, said):
    assert [(each.concept.code, each.assertion.value) for each in reader.read(text)] == said
