"""How long a drug lasts: the days of its supply, and the day on which its dosage or its order ends."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Final

from concepts.measures import measure_of
from ingest.mapping.codes import dicts
from ingest.mapping.values import number_text
from search.days import date_of, days_of

DRUGS: Final = frozenset({"MedicationRequest", "MedicationDispense", "MedicationStatement", "MedicationAdministration"})
_LONG: Final = {
    **dict.fromkeys(("mo", "mos", "month", "months"), Fraction("30.4375")),
    **dict.fromkeys(("a", "yr", "yrs", "year", "years"), Fraction("365.25")),
    **dict.fromkeys(("week", "weeks"), Fraction(7)),
}
"""Durations in UCUM and in words → days, as UCUM has them."""
_LONGEST: Final = 36_525
"""Days: what lasts longer than a hundred years is a slip."""


def supply_of(drug: Mapping[str, Any]) -> Decimal | None:
    """For how many days lasts what a dispense hands out, or what an order lets be handed out with all its refills."""
    days = _days(drug.get("daysSupply"), "d")
    if days is None and type(request := drug.get("dispenseRequest")) is dict:
        days = _days(request.get("expectedSupplyDuration"), "d")
        refills = number_text(request.get("numberOfRepeatsAllowed"))
        if days is not None and refills.isdigit():
            days *= 1 + int(refills)
    return _decimal(days) if days is not None and 0 < days <= _LONGEST else None


def end_of(drug: Mapping[str, Any], start: str | None) -> str | None:
    """When the dosage ends, or else the time in which the order is valid; None where nothing says so, or it would end before it began.

    Most orders are valid for a year, whatever they order: that is no end of a drug whose days of supply are known.
    Dosages of different `sequence` follow one another, others are taken together. A drug without an end in one of them has none.
    """
    request = drug.get("dispenseRequest")
    valid = request.get("validityPeriod") if type(request) is dict and supply_of(drug) is None else None
    end: Any = _end_of_dosages(drug, start) or (valid.get("end") if type(valid) is dict else None)
    if not isinstance(end, str) or (found := days_of(end)) is None:
        return None
    begun = days_of(start)
    return None if begun is not None and found.last < begun.first else end


def _end_of_dosages(drug: Mapping[str, Any], start: str | None) -> str | None:
    bounds = [*_bounds(drug)]
    periods = [period["end"] for _, period, _ in bounds if type(period.get("end")) is str]
    if bounds and len(periods) == len(bounds):
        return str(max(periods))
    lasting: dict[object, list[Fraction]] = defaultdict(list)
    for sequence, _, days in bounds:
        if days is None or days <= 0:
            return None
        lasting[sequence].append(days)
    begun, total = days_of(start), sum(map(max, lasting.values()))
    if begun is None or not 0 < total <= _LONGEST or begun.first != begun.last:
        return None
    try:
        return date_of(begun.first + ceil(total) - 1)
    except ValueError:
        return None


def _bounds(drug: Mapping[str, Any]) -> Iterator[tuple[object, Mapping[str, Any], Fraction | None]]:
    """(sequence, period, days) of each dosage; an empty period and None where it has no bounds."""
    for dosage in (*dicts(drug.get("dosageInstruction")), *dicts(drug.get("dosage"))):
        timing = dosage.get("timing")
        repeat = timing.get("repeat") if type(timing) is dict else None
        repeat = repeat if type(repeat) is dict else {}
        period, range_ = repeat.get("boundsPeriod"), repeat.get("boundsRange")
        days = _days(repeat.get("boundsDuration")) or _days(range_.get("high") if type(range_) is dict else None)
        yield str(dosage.get("sequence")), period if type(period) is dict else {}, days


def _days(duration: Any, without: str = "") -> Fraction | None:
    """The days of a Duration; `without` is its unit where it has none. A bound ('more than 30 days') is none."""
    if type(duration) is not dict or duration.get("comparator"):
        return None
    number = number_text(duration.get("value"))
    code, unit = duration.get("code"), duration.get("unit")
    named = code if type(code) is str else unit if type(unit) is str else without
    if not number or not named:
        return None
    if (long := _LONG.get(named.strip().lower())) is not None:
        return Fraction(number) * long
    measure, day = measure_of(named), measure_of("d")
    return day.of(Fraction(number), measure) if measure.dimension == day.dimension else None


def _decimal(days: Fraction) -> Decimal:
    return round(Decimal(days.numerator) / Decimal(days.denominator), 4).normalize()
