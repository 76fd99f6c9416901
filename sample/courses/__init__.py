"""The courses of disease the sample's patients live through, one module for each field of medicine."""

from sample.courses import (
    births,
    cardiology,
    chest,
    children,
    digestion,
    infections,
    joints,
    kidneys,
    metabolism,
    minds,
    nerves,
    oncology,
    skins,
    tumors,
)

_FIELDS = (oncology, tumors, cardiology, metabolism, chest, kidneys, joints, infections, births, minds, children, nerves, digestion, skins)

COURSES = tuple(course for field in _FIELDS for course in field.COURSES)
"""In the order in which patients are given to them, again and again."""
