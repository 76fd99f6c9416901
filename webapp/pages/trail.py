"""The way back to the hits, and what state of the data a link was made on: both are kept in addresses, so that they outlive any click."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from flask import has_request_context, request

HITS = "hits"
"""Parameter of pages about one thing: the query of the search that led to them."""
AS_OF = "as_of"
"""Parameter of copied links: when the data they were made on was published."""
LED_TO = frozenset({"/document", "/item", "/patient", "/node", "/record", "/facts", "/standing", "/node/neighbours"})
"""Pages that hits lead to."""
_LONGEST = 2000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|\+00:00)?")


@dataclass(frozen=True, slots=True)
class WayBack:
    """The link to the hits that led here."""

    url: str
    words: str


def trail() -> str:
    """The query of the search that leads on from this request: its own on the search page, else the one it came from; '' without one."""
    if not has_request_context():
        return ""
    found = request.query_string.decode("utf-8", "replace") if request.path == "/search" else request.args.get(HITS, "")
    return found if len(found) <= _LONGEST else ""


def way_back() -> WayBack | None:
    """The link to the hits, in the state they were left in; None where no search led here."""
    query = trail() if request.path != "/search" else ""
    if not query:
        return None
    asked = "".join(parse_qs(query).get("q", []))
    url = "/search?" + "".join(character for character in query if character.isprintable() and character not in '#"<>\\ ')
    return WayBack(url, f"Hits for “{asked}”" if asked else "Hits")


def made_on(published: str) -> str:
    """When the data that the link of this request was made on was published, if that is not what is published now; else ''."""
    given = request.args.get(AS_OF, "")
    return given if _MOMENT.fullmatch(given) and given != published else ""
