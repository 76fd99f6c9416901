"""Units of measurement as results and texts write them, in UCUM or as people do: what they measure, and by what to compare them.

A small part of UCUM that clinical results use, and common spellings of it ('K/uL', 'mm Hg', 'percent'). What is not known here compares
with itself alone. Nothing is cancelled: mmol/mol and % of haemoglobin A1c are different scales, not a thousandth and a hundredth of one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

_PREFIXES: Final = {
    "": Fraction(1), "k": Fraction(10**3), "d": Fraction(1, 10), "c": Fraction(1, 100), "m": Fraction(1, 10**3), "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9), "p": Fraction(1, 10**12), "f": Fraction(1, 10**15),
}  # fmt: skip
_PREFIXED: Final = {
    "g": "g", "L": "L", "l": "L", "mol": "mol", "m": "m", "U": "U", "[iU]": "IU", "IU": "IU", "eq": "eq", "Eq": "eq", "Pa": "Pa",
}  # fmt: skip
"""Units that take prefixes → what they measure."""
_IN_SMALL_LETTERS: Final = {stem.lower(): dimension for stem, dimension in _PREFIXED.items()}
_OTHERS: Final[dict[str, tuple[str, Fraction]]] = {
    "%": ("", Fraction(1, 100)),
    "percent": ("", Fraction(1, 100)),
    "mcg": ("g", Fraction(1, 10**6)),
    "cc": ("L", Fraction(1, 1000)),
    "cm3": ("L", Fraction(1, 1000)),
    "mm3": ("L", Fraction(1, 10**6)),
    "m2": ("m2", Fraction(1)),
    "m3": ("L", Fraction(1000)),
    "K": ("", Fraction(1000)),
    "k": ("", Fraction(1000)),
    "M": ("", Fraction(10**6)),
    "gm": ("g", Fraction(1)),
    "mm[Hg]": ("Pa", Fraction("133.322")),
    "mmHg": ("Pa", Fraction("133.322")),
    "[lb_av]": ("g", Fraction("453.59237")),
    "lb": ("g", Fraction("453.59237")),
    "lbs": ("g", Fraction("453.59237")),
    "[oz_av]": ("g", Fraction("28.349523125")),
    "oz": ("g", Fraction("28.349523125")),
    "[in_i]": ("m", Fraction("0.0254")),
    "in": ("m", Fraction("0.0254")),
    "[ft_i]": ("m", Fraction("0.3048")),
    "ft": ("m", Fraction("0.3048")),
    **{word: ("s", Fraction(seconds)) for words, seconds in (
        (("s", "sec"), 1), (("min",), 60), (("h", "hr"), 3600), (("d", "day", "days"), 86_400), (("wk",), 604_800),
    ) for word in words},
    "Cel": ("K", Fraction(1)),
    "[degF]": ("K", Fraction(5, 9)),
    **{word: ("", Fraction(1)) for word in ("1", "beats", "breaths", "cells", "1.73m2", "1.73_m2", "1.73")},
}  # fmt: skip
_ZEROS: Final = {"Cel": Fraction("273.15"), "[degF]": Fraction("459.67")}
"""Scales that do not begin at nothing: what to add first."""
_WRITTEN: Final = {
    "G/L": "10*9/L", "T/L": "10*12/L", "bpm": "/min",
    "°c": "Cel", "° c": "Cel", "degc": "Cel", "c": "Cel", "°f": "[degF]", "° f": "[degF]", "degf": "[degF]", "f": "[degF]",
}  # fmt: skip
"""Whole units as people write them, in small letters but for two → as UCUM does. G/DL are grams, G/L thousands of millions."""
_LONGEST: Final = 60
"""Characters of a unit that is looked into."""
_POWER: Final = re.compile(r"[x×]?10[*^eE]?(\d{1,2})")
_COUNT: Final = re.compile(r"\d{1,6}")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a unit measures, as `dimension`, and how: a value is (value + zero) · factor in the dimension's own unit."""

    dimension: str
    factor: Fraction
    zero: Fraction = Fraction(0)

    def of(self, number: Fraction, other: "Measure") -> Fraction:
        """What a number of the other measure, of the same dimension, is in this one."""
        return (number + other.zero) * other.factor / self.factor - self.zero


@lru_cache(maxsize=4096)
def measure_of(unit: str) -> Measure:
    """What a unit measures; a unit that is not known measures itself. '' measures what has no unit: nothing else does."""
    written = " ".join(unit.split())
    written = _WRITTEN.get(written) or _WRITTEN.get(written.lower(), written)
    if not written:
        return Measure("none", Fraction(1))
    if len(written) > _LONGEST:
        return Measure(f"={written.casefold()}", Fraction(1))
    above, *below = re.sub(r"\{[^}]*\}", "", written.replace("µ", "u").replace("μ", "u")).replace(" ", "").split("/")
    dimensions: tuple[list[str], list[str]] = ([], [])
    factor = Fraction(1)
    for part, side in ((above, 0), *((part, 1) for part in below)):
        for atom in _atoms(part):
            found = _atom(atom)
            if found is None:
                return Measure(f"={written.casefold()}", Fraction(1))
            factor *= found[1] if side == 0 else 1 / found[1]
            dimensions[side].extend(filter(None, [found[0]]))
    zero = _ZEROS.get(above, Fraction(0)) if not below else Fraction(0)
    return Measure("/".join(".".join(sorted(side)) for side in dimensions), factor, zero)


@lru_cache(maxsize=65536)
def canonical(number: str, unit: str) -> tuple[float, str]:
    """A number, as it is written, in the unit that its dimension's units have in common, and that unit.

    The unit is '1' for percent and counts, and '' for a number without a unit. 180 mg/dL and 1.8 g/L are both 1.8 g/L. A unit that is
    not known stands for itself, in small letters.
    """
    measure = measure_of(unit)
    names = {"none": "", "/": "1"}
    common = names.get(measure.dimension, measure.dimension.removesuffix("/").removeprefix("="))
    return float((Fraction(number) + measure.zero) * measure.factor), common


def _atoms(part: str) -> list[str]:
    return [part] if _atom(part) is not None else [atom for atom in part.split(".") if atom]


def _atom(atom: str) -> tuple[str, Fraction] | None:
    """What an atom measures and by what factor; None where it is not known."""
    if not atom:
        return "", Fraction(1)
    power = _POWER.fullmatch(atom)
    if power:
        return "", Fraction(10 ** int(power[1]))
    if _COUNT.fullmatch(atom):
        return ("", Fraction(atom)) if int(atom) else None
    return _spelled(atom, _PREFIXED) or _spelled(atom.lower(), _IN_SMALL_LETTERS)


def _spelled(atom: str, prefixed: Mapping[str, str]) -> tuple[str, Fraction] | None:
    if atom in _OTHERS:
        return _OTHERS[atom]
    for stem, dimension in prefixed.items():
        prefix = atom[: len(atom) - len(stem)]
        if atom.endswith(stem) and prefix in _PREFIXES:
            return dimension, _PREFIXES[prefix]
    return None
