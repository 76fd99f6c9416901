"""The courses of disease the sample's patients live through, one module for each field of medicine."""

from ingest.sample.courses import cardiology, chest, kidneys, metabolism, oncology

COURSES = (*oncology.COURSES, *cardiology.COURSES, *metabolism.COURSES, *chest.COURSES, *kidneys.COURSES)
"""In the order in which patients are given to them, again and again."""
