"""Lists behind counts: what is charted in a dataset or coded by a concept, and what texts of a dataset mention."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from cohorts.errors import ListsProtected
from concepts.model import Mention
from search.model import ConceptStanding, ConceptSummary, DocumentSummary, PatientSummary
from search.protocols import Catalog
from search.tables.held import Column
from webapp.context import context
from webapp.errors import FieldError, invalid, not_found
from webapp.pages.asserting import COLUMNS
from webapp.pages.charted import Charted, Code, each_once
from webapp.pages.reading import ROWS, required, snapshot, whole_number
from webapp.pages.wording import address

pages = Blueprint("lists", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A charted thing, its codings, and whose it is."""

    thing: Charted
    codes: tuple[Code, ...]
    whose: str
    url: str
    """The page of the patient, or of the item; '' where it is of neither."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """All that a list shows: charted things, or mentions with their documents."""

    title: str
    about: str
    about_url: str
    path: str
    given: tuple[tuple[str, object], ...]
    total: int
    page: int
    pages: int
    lines: tuple[Line, ...] = ()
    mentions: tuple[tuple[Mention, DocumentSummary | None, str], ...] = ()
    """(mention, its document, where it stands)."""

    def turned(self, page: int) -> str:
        """The address of another page."""
        return address(self.path, [*self.given, ("page", page)])


@pages.get("/facts")
def facts() -> str:
    """Things charted in the dataset, or coded by the concept, of the address: each record's codings of one thing once."""
    catalog = snapshot().catalog
    field = next((name for name in ("dataset", "concept") if request.args.get(name)), "")
    if not field:
        raise invalid(FieldError("dataset", "name a dataset, or a concept"))
    value = request.args[field]
    if field == "dataset":
        _check_dataset(catalog, value)
        about, url = value, address("/data", [], value)
    else:
        known = catalog.concept(value)
        if known is None:
            raise not_found("concept", "No record of the published data uses it.")
        about, url = known.label, address("/node", [("id", value)])
    total = catalog.count_charted(field, value)
    page, last = _turned(total)
    found = catalog.charted(field, value, ROWS, (page - 1) * ROWS)
    lines = tuple(_line(catalog, thing) for thing in each_once(found))
    return render_template("list.html", page=ListPage("Charted", about, url, "/facts", ((field, value),), total, page, last, lines))


@pages.get("/mentions")
def mentions() -> str:
    """What texts of the dataset of the address mention, in their order."""
    catalog, dataset = snapshot().catalog, required("dataset")
    _check_dataset(catalog, dataset)
    total = next(one.mentions for one in catalog.datasets() if one.dataset == dataset)
    page, last = _turned(total)
    found = catalog.mentions(dataset, ROWS, (page - 1) * ROWS)
    documents = {document: _summary(catalog, document) for document in dict.fromkeys(document for document, _ in found)}
    listed = tuple((one, documents[document], _place(document, one)) for document, one in found)
    view = ListPage("Mentions", dataset, address("/data", [], dataset), "/mentions", (("dataset", dataset),), total, page, last, (), listed)
    return render_template("list.html", page=view)


@dataclass(frozen=True, slots=True)
class StandingPage:
    """The patients, or the documents, behind a number of a concept's page."""

    concept: ConceptSummary
    standing: ConceptStanding
    column: Column
    total: int
    page: int
    pages: int
    patients: tuple[PatientSummary, ...]
    documents: tuple[DocumentSummary, ...]
    places: Mapping[str, tuple[int, int]]
    """Document → where it says so, where its text does."""
    of: str

    def opened(self, document: DocumentSummary) -> str:
        """The address of a document, at the words that it is listed for."""
        if document.kind == "Item":
            return address("/item", [("id", document.id)])
        if document.id not in self.places:
            return address("/document", [("id", document.id)])
        start, end = self.places[document.id]
        return address("/document", [("id", document.id), ("start", start), ("end", end)], "span")

    @property
    def name(self) -> str:
        """What the number counts."""
        return COLUMNS[self.column][0]

    def turned(self, page: int) -> str:
        """The address of another page."""
        return address("/standing", [("concept", self.concept.concept), ("as", self.column), ("of", self.of), ("page", page)])


@pages.get("/standing")
def standing() -> str:
    """Who, or what, is behind a number of a concept's standing: `as` names it, `of` asks for patients or documents."""
    catalog, concept = snapshot().catalog, required("concept")
    known = catalog.concept(concept)
    if known is None:
        raise not_found("concept", "No record and no text of the published data uses it.")
    column = next((one for one in COLUMNS if one == request.args.get("as")), None)
    of = request.args.get("of", "documents")
    if column is None or of not in ("patients", "documents"):
        raise invalid(FieldError("as", f"it is one of {', '.join(COLUMNS)}, and 'of' is patients or documents"))
    found = catalog.concept_standing(concept)
    if of == "patients" and context().protection.on:
        raise ListsProtected
    total = int(getattr(getattr(found, column), of))
    page, last = _turned(total)
    place = ROWS, (page - 1) * ROWS
    patients = catalog.patients_standing(concept, column, *place) if of == "patients" else ()
    documents = catalog.documents_standing(concept, column, *place) if of == "documents" else ()
    places = catalog.places_standing(concept, column, [one.id for one in documents]) if documents else {}
    view = StandingPage(known, found, column, total, page, last, patients, documents, places, of)
    return render_template("standing.html", page=view)


def _check_dataset(catalog: Catalog, name: str) -> None:
    if name not in {one.dataset for one in catalog.datasets()}:
        raise not_found("dataset", "The data page lists those there are.")


def _turned(total: int) -> tuple[int, int]:
    """The page that the address asks for, and the last one."""
    last = max(1, -(-total // ROWS))
    return whole_number("page", 1, 1, last), last


def _line(catalog: Catalog, thing: Charted) -> Line:
    subject = thing.fact.subject
    patient = catalog.patient(subject)
    if patient is not None:
        return Line(thing, thing.codes(catalog.concept), patient.label, address("/patient", [("id", subject)]))
    item = _summary(catalog, subject)
    if item is not None:
        return Line(
            thing, thing.codes(catalog.concept), item.title, address("/item" if item.kind == "Item" else "/document", [("id", subject)])
        )
    return Line(thing, thing.codes(catalog.concept), "", "")


def _summary(catalog: Catalog, document: str) -> DocumentSummary | None:
    return next((one for one in catalog.documents_of_record(document.partition("#")[0]) if one.id == document), None)


def _place(document: str, mention: Mention) -> str:
    return address("/document", [("id", document), ("start", mention.start), ("end", mention.end)], "span")
