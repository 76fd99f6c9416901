""" "And" and "not" beside what pages name: a thing becomes one more condition of the cohort that is being put together.

Which cohort that is, a cookie of the browser says: the address of the cohort page that it looked at last. So the links need no script.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from concepts.model import Assertion
from search.filters import concepts_of
from webapp.errors import FieldError, invalid
from webapp.pages.cohort_rows import CODED, MOST_ROWS, Row, parameters_of, rows_of
from webapp.pages.reading import snapshot
from webapp.pages.wording import address

pages = Blueprint("adding", __name__)

COOKIE: Final = "cohort"
LONGEST: Final = 3500
"""Characters of an address that the cookie keeps: browsers take 4,096 bytes. What is longer is begun anew by what is added next."""
PATH: Final = "/cohort/with"
SAID: Final = {
    "affirmed": "affirmed",
    "negated": "denied",
    "possible": "possible",
    "hypothetical": "possible",
    "historical": "history",
    "family": "family",
}
"""Assertion of a mention → how a condition asks for it; others have no condition."""
FILTERS: Final = {"denied": "denied", "possible": "possible", "history": "history", "family": "family"}
"""Filter that a facet chooses by → how a condition asks for it."""


def of_concept(concept: str) -> str:
    """The address that adds a concept as it is charted; as notes affirm it where no chart has it."""
    return address(PATH, [("in", concept)])


def of_thing(kind: str, concept: str) -> str:
    """The address that adds a concept as a kind of charts ('condition' …) or, where charts have no such kind, as notes affirm it."""
    return address(PATH, [("what", kind if kind in CODED else "said"), ("in", concept)])


def of_mention(concept: str, assertion: Assertion | str) -> str:
    """The address that adds what a note says of a concept; '' where no condition asks for it so."""
    how = SAID.get(str(assertion), "")
    return address(PATH, [("how", how), ("in", concept)]) if concept and how else ""


def of_value(facet: str, value: str) -> str:
    """The address that adds a value of a facet; '' where no condition asks for it."""
    if facet == "sex":
        return address(PATH, [("what", "sex"), ("sex", value)])
    if facet == "concept" or facet in FILTERS:
        return address(PATH, [*([("how", FILTERS[facet])] if facet in FILTERS else []), *(("in", one) for one in concepts_of((value,)))])
    return ""


@pages.get(PATH)
def with_one_more() -> Answer:
    """The cohort page with what this address names as one more condition; `not=1` where patients are to be without it."""
    row = _named(request.args)
    rows = _present()
    if len(rows) >= MOST_ROWS and row not in rows:
        raise invalid(FieldError("1.what", f"a cohort has {MOST_ROWS} conditions at most. Remove one on the cohort page first"))
    datasets = [("dataset", name) for name in MultiDict(_kept()).getlist("dataset")]
    return redirect(address("/cohort", [*parameters_of(rows if row in rows else (*rows, row)), *datasets]), 303)


@pages.after_app_request
def keep(response: Response) -> Response:
    """Remember the cohort that was looked at last; nothing is remembered of an empty one."""
    if request.endpoint == "cohort.cohort" and response.status_code == 200:
        query = request.query_string.decode("ascii", "replace")
        if rows_of(request.args) and len(query) <= LONGEST:
            response.set_cookie(COOKIE, query, path="/cohort", httponly=True, samesite="Lax", secure=request.is_secure)
        elif COOKIE in request.cookies:
            response.delete_cookie(COOKIE, path="/cohort", httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _kept() -> list[tuple[str, str]]:
    return parse_qsl(request.cookies.get(COOKIE, "")[:LONGEST], max_num_fields=1000)


def _present() -> tuple[Row, ...]:
    """The conditions of the cohort that was looked at last, without what was only begun."""
    return tuple(row for row in rows_of(MultiDict(_kept())) if row.complete)


def _named(arguments: "MultiDict[str, str]") -> Row:
    """The condition that the address names. Raises 400 where it names none."""
    given = [(f"1.{name}", value) for name, value in arguments.items(multi=True) if name != "what"]
    what = arguments.get("what", "") or kind_of(arguments.getlist("in"), arguments.get("how", ""))
    rows = rows_of(MultiDict([("1.what", what), *given]))
    if not rows or not rows[0].complete:
        raise invalid(FieldError("in", "this address names nothing that a cohort can ask for. Follow an 'and' or 'not' of another page"))
    return rows[0]


def kind_of(concepts: Iterable[str], how: str = "") -> str:
    """What a condition about concepts is about: as they are charted, or what notes say of them."""
    groups = snapshot().catalog.groups_of(list(concepts)) if not how else {}
    return next((group for group in groups.values() if group in CODED), "said")
