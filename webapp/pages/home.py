"""The home page: the box, questions that work on what is loaded, and what is loaded."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from search.model import DatasetSummary
from search.protocols import Catalog
from webapp.library import RunStatus
from webapp.pages.reading import library, listed, snapshot_or_none
from webapp.pages.state import State

pages = Blueprint("home", __name__)

QUESTIONS = (
    ("woman treated with cisplatin and paclitaxel", "cisplatin"),
    ("patients with diabetes and worsening kidney function", "diabetes"),
    ("shortness of breath after a heart attack", "myocardial infarction"),
    ("chest pain, no history of coronary disease", "coronary"),
    ("lower back pain treated with opioids", "back pain"),
    ("child with ear infection given antibiotics", "otitis media"),
    ("high blood pressure that does not respond to lisinopril", "hypertension"),
    ("asthma attack treated with inhaled steroids", "asthma"),
    ("pregnancy with complications", "pregnancy"),
    ("anxious and depressed after losing a job", "depress"),
)
"""Questions worth asking, each with a word that some concept of the data must have for the question to be offered."""
MOST_QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class HomePage:
    """All the home page shows."""

    generation: int
    published: str
    questions: tuple[str, ...]
    datasets: tuple[tuple[DatasetSummary, int], ...]
    """Each with how many documents a search of it lists."""
    unresolved: int
    last_run: RunStatus | None


@pages.get("/")
def home() -> str:
    """Begin."""
    opened = snapshot_or_none()
    if opened is None:
        return render_template("nothing.html", state=State())
    runs = library().runs(1)
    page = HomePage(
        generation=opened.generation,
        published=opened.published,
        questions=_questions(opened.catalog),
        datasets=tuple((one, listed(opened, datasets=(one.dataset,))) for one in opened.catalog.datasets()),
        unresolved=sum(status.unresolved_references for status in library().datasets()),
        last_run=runs[0] if runs else None,
    )
    return render_template("home.html", page=page, state=State())


def _questions(catalog: Catalog) -> tuple[str, ...]:
    fitting = [question for question, word in QUESTIONS if catalog.suggest_concepts(word, 1)]
    return tuple(fitting[:MOST_QUESTIONS])
