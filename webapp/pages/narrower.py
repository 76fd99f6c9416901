"""All concepts right below one, with a box that finds them: what the page of a concept lists only the most used of."""

from flask import Blueprint, request

from search.words import begins_words
from webapp.errors import not_found
from webapp.pages.facets import Choice
from webapp.pages.reading import listed, required, snapshot, whole_number
from webapp.pages.values import VALUES, ValuesPage, answered
from webapp.pages.wording import address

pages = Blueprint("narrower", __name__)

_ALL = 1_000_000


@pages.get("/concept/narrower")
def narrower() -> str:
    """What is directly narrower than a concept, the most used first, each with the documents that a search by it lists."""
    opened, concept = snapshot(), required("id")
    known = opened.catalog.concept(concept)
    if known is None:
        raise not_found("concept", "No record and no text of the published data uses it.")
    asked, page = request.args.get("prefix", "").strip()[:200], whole_number("part", 1, 1, 100_000)
    found = [
        one
        for one in opened.catalog.surroundings(concept, _ALL).narrower
        if not asked or one.code == asked or any(begins_words(asked, name) for name in (one.label, *one.synonyms))
    ]
    shown = found[(page - 1) * VALUES : page * VALUES]
    view = ValuesPage(
        title=f"Kinds of {known.label}",
        choices=tuple(
            Choice(
                f"{one.label} ({one.code})",
                listed(opened, concepts=(one.concept,)),
                address("/search", [("concept", one.concept)]),
            )
            for one in shown
        ),
        total=len(found),
        exact=True,
        beginning=asked,
        page=page,
        pages=max(1, -(-len(found) // VALUES)),
        path="/concept/narrower",
        hidden=(("id", concept),),
        back=address("/node", [("id", concept)], "hierarchy"),
        back_words=known.label,
    )
    return answered(view)
