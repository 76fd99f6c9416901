"""The page of patients: found by name, chosen by sex, age, condition and dataset, with what is charted of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import Blueprint, render_template, request

from cohorts.patients import SORTS, Counted, PatientCounts, Selection, Sort, beginning, check, count, select
from search.model import PatientOverview
from webapp.pages.facets import Choice
from webapp.pages.reading import snapshot, whole_number
from webapp.pages.state import State
from webapp.pages.values import VALUES, ValuesPage, answered
from webapp.pages.wording import address

pages = Blueprint("patients", __name__)

MOST_LISTED = 50
"""Patients of one page of the list."""
MOST_VALUES = 8
"""Values of a field beside the list; a page of its own lists all conditions."""
MOST_CONDITIONS = 4
"""Conditions that the row of a patient names."""
FIELDS = {"sex": ("sexes", "Sex"), "age": ("ages", "Age"), "condition": ("conditions", "Condition"), "dataset": ("datasets", "Dataset")}
"""Parameter → the field of the selection, and its title."""
COLUMNS = {"name": "Name", "age": "Age", "conditions": "Conditions", "documents": "Documents", "facts": "Charted"}
"""Columns that the list can be sorted by."""
_FALLING_FIRST = frozenset({"conditions", "documents", "facts"})
"""Columns whose largest values are wanted first."""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column: a link that sorts by it, or turns the order around."""

    name: str
    title: str
    url: str
    order: str
    """As ARIA says it: ascending, descending or ''."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field to choose by, with its values, a link for each."""

    name: str
    title: str
    choices: tuple[Choice, ...]
    whole: str
    """The address of all values; '' where all are listed."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen value and the address without it. `alternative` is whether it is one of those before it."""

    title: str
    label: str
    url: str
    alternative: bool


@dataclass(frozen=True, slots=True)
class PatientsPage:
    """All the page of patients shows."""

    rows: tuple[tuple[PatientOverview, int], ...]
    """(patient, conditions that the row does not name)."""
    total: int
    everyone: int
    fields: tuple[Field, ...]
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    selection: Selection
    page: int
    pages: int
    hidden: tuple[tuple[str, str], ...]
    """What the form keeps of the address."""


@pages.get("/patients/conditions")
def conditions() -> str:
    """All conditions of the patients that the address asks for; `prefix` leaves those that begin so."""
    everyone, selection = _everyone(), _asked()
    counts = count(everyone, selection, datetime.now(UTC).date())
    asked, page = request.args.get("prefix", "").strip()[:200], whole_number("part", 1, 1, 100_000)
    found = [value for value in beginning(counts.conditions, asked) if value.value not in selection.conditions]
    view = ValuesPage(
        title="Condition",
        choices=_choices(selection, "condition", found[(page - 1) * VALUES : page * VALUES]),
        total=len(found),
        exact=True,
        beginning=asked,
        page=page,
        pages=max(1, -(-len(found) // VALUES)),
        path="/patients/conditions",
        hidden=tuple(_parameters(selection)),
        back=url_of(selection),
        back_words="Patients",
        chips=_chips(selection, counts),
    )
    return answered(view)


def _everyone() -> tuple[PatientOverview, ...]:
    """All patients, of whom the selection of the address is one that can be made."""
    catalog = snapshot().catalog
    everyone = catalog.patient_overviews()
    check(_asked(), everyone, [one.dataset for one in catalog.datasets()])
    return everyone


@pages.get("/patients")
def patients() -> str:
    """The patients that the address asks for."""
    everyone, selection = _everyone(), _asked()
    today = datetime.now(UTC).date()
    found = select(everyone, selection, today)
    last = max(1, -(-len(found) // MOST_LISTED))
    page = whole_number("page", 1, 1, last)
    counts = count(everyone, selection, today)
    view = PatientsPage(
        rows=tuple((one, max(0, len(one.conditions) - MOST_CONDITIONS)) for one in found[(page - 1) * MOST_LISTED : page * MOST_LISTED]),
        total=len(found),
        everyone=len(everyone),
        fields=_fields(selection, counts),
        chips=_chips(selection, counts),
        columns=tuple(_column(selection, name, title) for name, title in COLUMNS.items()),
        selection=selection,
        page=page,
        pages=last,
        hidden=tuple((name, value) for name, value in _parameters(selection) if name != "q"),
    )
    return render_template("patients.html", page=view, turn_to=lambda number: url_of(selection, number), state=State())


def _asked() -> Selection:
    arguments = request.args
    sort: Sort = next((name for name in SORTS if name == arguments.get("sort")), "name")
    falling = arguments.get("order", "desc" if sort in _FALLING_FIRST else "asc") == "desc"
    several = {field: tuple(dict.fromkeys(value for value in arguments.getlist(name) if value)) for name, (field, _) in FIELDS.items()}
    return Selection(arguments.get("q", "").strip(), **several, sort=sort, descending=falling)


def _parameters(selection: Selection) -> list[tuple[str, str]]:
    chosen = [(name, value) for name, (field, _) in FIELDS.items() for value in getattr(selection, field)]
    usual = selection.descending == (selection.sort in _FALLING_FIRST)
    order = [] if usual else [("order", "desc" if selection.descending else "asc")]
    return [("q", selection.text), *chosen, *([("sort", selection.sort)] if selection.sort != "name" else []), *order]


def url_of(selection: Selection, page: int = 1) -> str:
    """The address of a selection."""
    return address("/patients", [*_parameters(selection), *([("page", page)] if page > 1 else [])])


def _column(selection: Selection, name: str, title: str) -> Column:
    here = selection.sort == name
    falling = not selection.descending if here else name in _FALLING_FIRST
    order = ("descending" if selection.descending else "ascending") if here else ""
    sort = next(known for known in SORTS if known == name)
    return Column(name, title, url_of(replace(selection, sort=sort, descending=falling)), order)


def _fields(selection: Selection, counts: PatientCounts) -> tuple[Field, ...]:
    listed = []
    for name, (field, title) in FIELDS.items():
        chosen: Sequence[str] = getattr(selection, field)
        values = [value for value in getattr(counts, field) if value.value not in chosen]
        if values and (chosen or len(values) > 1 or field == "conditions"):
            cut = name == "condition" and len(values) > MOST_VALUES
            whole = address("/patients/conditions", _parameters(selection)) if cut else ""
            listed.append(Field(name, title, _choices(selection, name, values[:MOST_VALUES] if cut else values), whole))
    return tuple(listed)


def _choices(selection: Selection, name: str, values: Sequence[Counted]) -> tuple[Choice, ...]:
    """The values as links: of alternatives a value takes the place of the chosen ones, or stands beside them."""
    field = FIELDS[name][0]
    chosen: Sequence[str] = getattr(selection, field)
    choices = []
    for value in values:
        more = url_of(_with(selection, field, (*chosen, value.value)))
        only = url_of(_with(selection, field, (value.value,)))
        narrows = name == "condition" or not chosen
        choices.append(Choice(value.label, value.patients, more if narrows else only, "" if narrows else more))
    return tuple(choices)


def _chips(selection: Selection, counts: PatientCounts) -> tuple[Chip, ...]:
    labels = {value.value: value.label for value in counts.conditions}
    catalog = snapshot().catalog
    chips = [Chip("Name or id", selection.text, url_of(replace(selection, text="")), alternative=False)] if selection.text else []
    for _, (field, title) in FIELDS.items():
        chosen: Sequence[str] = getattr(selection, field)
        for place, value in enumerate(chosen):
            known = catalog.concept(value) if field == "conditions" and value not in labels else None
            rest = tuple(other for other in chosen if other != value)
            chips.append(
                Chip(
                    title,
                    labels.get(value) or (known.label if known else value),
                    url_of(_with(selection, field, rest)),
                    place > 0 and field != "conditions",
                )
            )
    return tuple(chips)


def _with(selection: Selection, field: str, values: tuple[str, ...]) -> Selection:
    changed: dict[str, tuple[str, ...]] = {field: values}
    return replace(selection, **changed)  # type: ignore[arg-type]
