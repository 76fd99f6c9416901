"""The page of what is similar: notes of other patients that are like a note, or patients like a patient, with what makes them alike."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template

from search.ranking.similar import Similar
from webapp.errors import not_found
from webapp.pages.reading import required, snapshot
from webapp.pages.wording import address

pages = Blueprint("similar", __name__)

MOST: Final = 20
"""Notes, or patients, that are listed."""


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """All that the page shows. `kind` is document or patient, `url` the page of what the others are like."""

    kind: str
    label: str
    url: str
    found: tuple[Similar, ...]


@pages.get("/similar")
def similar() -> str:
    """What is like the document, or the patient, of the address."""
    identifier, opened = required("id"), snapshot()
    document = opened.catalog.document(identifier)
    if document is not None:
        url, label = address("/document", [("id", document.id)]), document.title or document.type or "Untitled"
        view = SimilarPage("document", label, url, opened.likenesses.documents(document.id, MOST))
        return render_template("similar.html", page=view)
    patient = opened.catalog.patient(identifier)
    if patient is None:
        raise not_found("document or patient", "No document and no patient of the published data has this address.")
    url = address("/patient", [("id", patient.id)])
    return render_template("similar.html", page=SimilarPage("patient", patient.label, url, opened.likenesses.patients(patient.id, MOST)))
