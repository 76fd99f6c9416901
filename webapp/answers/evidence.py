"""Why a claim can be believed, as JSON."""

from search import model as search
from webapp.answers.shapes import Shape

SPAN = Shape(
    search.Span,
    words={
        "start": "First code point.",
        "end": "Code point after the last.",
    },
)
EVIDENCE = Shape(
    search.Evidence,
    words={
        "document": "IRI of the document.",
        "record": "IRI of the record that carries it.",
        "source": "File that the record was read from, its path within what was ingested of the dataset.",
        "line": "Line of the file (for a Bundle, the position of its entry), from 1.",
        "run": "The ingest run that took it in.",
    },
)
