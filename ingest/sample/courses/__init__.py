"""The courses of disease the sample's patients live through, one module for each field of medicine."""

from ingest.sample.courses.cardiology import COURSES as CARDIOLOGY
from ingest.sample.courses.oncology import COURSES as ONCOLOGY

COURSES = (*ONCOLOGY, *CARDIOLOGY)
