"""Bounds of values in the unit that all units of a dimension have in common."""

from dataclasses import replace
from fractions import Fraction

from cohorts.definition import Value
from concepts.measures import canonical


def common_bounds(value: Value) -> Value:
    """The bounds of a value that has a unit, in the common one."""

    def common(bound: float | None) -> float | None:
        return None if bound is None else canonical(Fraction(str(bound)), value.unit)[0]

    return replace(value, gt=common(value.gt), ge=common(value.ge), lt=common(value.lt), le=common(value.le), eq=common(value.eq))
