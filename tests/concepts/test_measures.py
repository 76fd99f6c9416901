"""Units compare only with what measures the same, in whatever spelling."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.measures import canonical, measure_of


@pytest.mark.parametrize(
    ("number", "unit", "same", "other"),
    [
        ("9", "%", "9", "percent"),
        ("13.5", "g/dL", "135", "g/L"),
        ("13.5", "G/DL", "13500", "mg/dL"),
        ("4.5", "K/uL", "4500", "/uL"),
        ("4.5", "10*3/uL", "4.5", "10^9/L"),
        ("4.5", "x10^3/µL", "4.5", "G/L"),
        ("4500", "cells/mm3", "4.5", "10*3/uL"),
        ("4.2", "M/uL", "4.2", "T/L"),
        ("120", "mm[Hg]", "120", "mm Hg"),
        ("72", "bpm", "72", "{beats}/min"),
        ("72", "beats/min", "72", "/min"),
        ("37", "Cel", "98.6", "[degF]"),
        ("98.6", "°F", "37", "C"),
        ("10", "mmol/L", "10000", "µmol/L"),
        ("140", "mEq/L", "140", "meq/L"),
        ("40", "mIU/mL", "40", "[iU]/L"),
        ("40", "u/l", "40", "U/L"),
        ("220", "[lb_av]", "99.7903214", "kg"),
        ("60", "[in_i]", "152.4", "cm"),
        ("90", "mL/min/{1.73_m2}", "90", "mL/min/1.73m2"),
        ("27", "kg/m2", "27", "kg/m2"),
        ("7", "{score}", "7", "1"),
        ("3", "widgets", "3", "Widgets"),
        ("2", "h", "120", "min"),
    ],
)
def test_the_same_in_another_unit(number: str, unit: str, same: str, other: str) -> None:
    one, two = measure_of(unit), measure_of(other)
    assert one.dimension == two.dimension, (one, two)
    assert two.of(Fraction(number), one) == Fraction(same)
    assert one.of(Fraction(same), two) == Fraction(number)


@pytest.mark.parametrize(
    ("unit", "other"),
    [
        ("%", "mmol/mol"),  # two scales of haemoglobin A1c
        ("%", ""),
        ("1", ""),
        ("mmol/L", "mg/dL"),
        ("mmol/L", "mEq/L"),
        ("U/L", "[iU]/L"),
        ("g", "g/L"),
        ("mg/kg", "mg"),
        ("widgets", "gadgets"),
        ("widgets/L", "/L"),
        ("m", "min"),
        ("G/L", "G/DL"),
    ],
)
def test_what_measures_something_else(unit: str, other: str) -> None:
    assert measure_of(unit).dimension != measure_of(other).dimension


@given(st.text(max_size=30))
def test_whatever_is_written_measures_itself(unit: str) -> None:
    found = measure_of(unit)
    assert found.factor > 0 and found == measure_of(f"  {unit} ")
    assert found.of(Fraction(7, 2), found) == Fraction(7, 2)


def test_long_units_are_told_quickly() -> None:
    assert measure_of("mg." * 100_000).dimension
    assert measure_of("{" * 100_000).dimension


@pytest.mark.parametrize(
    ("number", "unit", "in_common"),
    [
        ("180", "mg/dL", (1.8, "g/L")),
        ("1.80", "g/L", (1.8, "g/L")),
        ("6.5", "%", (0.065, "1")),
        ("4.5", "K/uL", (4.5e9, "/L")),
        ("7", "", (7, "")),
        ("7", "Widgets", (7, "widgets")),
        ("-40", "°F", (233.15, "K")),
    ],
)
def test_a_number_in_the_common_unit_of_its_dimension(number: str, unit: str, in_common: tuple[float, str]) -> None:
    assert canonical(number, unit) == in_common
