"""How values are written for people: numbers, dates, names of kinds and relations, and text that may hold anything."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import quote, unquote

from markupsafe import Markup, escape

from cohorts.patients import years_between
from graph.vocabulary import BASE, compact, local_name
from webapp.pages.trail import HITS, LED_TO, trail

GROUP_NAMES = {
    "hit": ("hit", "hits"),
    "patient": ("patient", "patients"),
    "encounter": ("encounter", "encounters"),
    "condition": ("condition", "conditions"),
    "medication": ("medication", "medications"),
    "procedure": ("procedure", "procedures"),
    "observation": ("result", "results"),
    "allergy": ("allergy", "allergies"),
    "immunization": ("immunization", "immunizations"),
    "family": ("family history", "family history"),
    "document": ("document", "documents"),
    "mention": ("mention", "mentions"),
    "concept": ("concept", "concepts"),
    "provider": ("provider", "providers"),
    "item": ("labeled item", "labeled items"),
    "labeling": ("labeling", "labelings"),
    "job": ("labeling job", "labeling jobs"),
    "worker": ("worker", "workers"),
    "answer": ("answer", "answers"),
    "other": ("other", "others"),
}
"""Group of nodes → its name for one and for many; the order is the order in which lists show groups."""

RELATION_NAMES = {
    "subject": ("about", "records about this"),
    "encounter": ("during", "recorded during this"),
    "code": ("coded as", "coded with this"),
    "reason": ("because of", "reason for"),
    "result": ("result", "reported in"),
    "hasCondition": ("has condition", "patients who have it"),
    "hasMedication": ("takes", "patients who take it"),
    "hasProcedure": ("had procedure", "patients who had it"),
    "hasAllergy": ("allergic to", "patients allergic to it"),
    "hasImmunization": ("immunized with", "patients immunized with it"),
    "affirms": ("says", "said in"),
    "denies": ("denies", "denied in"),
    "suspects": ("holds possible", "held possible in"),
    "supposes": ("only supposes", "only supposed in"),
    "recalls": ("recalls", "recalled in"),
    "attributesToFamily": ("says of a relative", "said of a relative in"),
    "reportsAllergyTo": ("tells of an allergy to", "told of as an allergy in"),
    "hasBody": ("names", "named by"),
    "hasTarget": ("found in", "mentions found here"),
    "broader": ("kind of", "kinds of it"),
    "relativeCondition": ("a relative's illness", "in the family history of"),
    "author": ("written by", "wrote"),
    "participant": ("with", "took part in"),
    "serviceProvider": ("at", "provided"),
}
"""Relation's local name → how it reads outwards and inwards."""

KIND_NAMES = {"Annotation": "Mention", "ObservationComponent": "Part of a result", "DocumentReference": "Document"}
"""Kind of a node → its name, where the kind's own words tell a reader nothing."""

PROPERTY_NAMES = {
    "altLabel": "Also called",
    "inScheme": "Terminology",
    "notation": "Code",
    "prefLabel": "Name",
    "broader": "Kind of",
    "labelAttribute": "Name in the manifest",
    "sourceRef": "File that is labeled",
    "startFrom": "Start is taken from",
}
"""Property's local name → its name, where its own words are those of a standard."""

SYSTEM_NAMES = {
    "http://snomed.info/sct": "SNOMED CT",
    "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://www.cms.gov/Medicare/Coding/ICD10": "ICD-10-PCS",
    "https://www.nlm.nih.gov/mesh": "MeSH",
    "https://www.meddra.org": "MedDRA",
}

_HIDDEN = re.compile(
    "["
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff"
    "]"
    # Joiners belong to emoji and to several scripts; between other characters they only hide.
    r"|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def number(value: float | str | None) -> str:
    """12345 as '12,345'; nothing as a dash; what is told in words as it is."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def measured(value: str | None, number: float | None, unit: str | None) -> str:
    """A fact's value with its unit, which many values hold already: ('98', 98.0, '%') as '98 %', ('98%', 98.0, '%') as it is."""
    said = value or ("" if number is None else f"{number:.15g}")
    return f"{said} {unit}" if said and unit and not said.endswith(unit) else said


def count_of(count: int, one: str, many: str | None = None) -> str:
    """'1 hit', '3 hits'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def visible_characters(text: str) -> Markup:
    """Escaped text in which control, direction and zero-width characters show as what they are instead of acting."""
    parts: list[Markup] = []
    at = 0
    for match in _HIDDEN.finditer(text):
        parts.append(escape(text[at : match.start()]))
        parts.append(_shown(match[0]))
        at = match.end()
    parts.append(escape(text[at:]))
    return Markup("").join(parts)


def _shown(character: str) -> Markup:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "CONTROL CHARACTER")
    return Markup('<span class="ctl" title="{0} {1}">{0}</span>').format(code, name)


def plain_visible(text: str) -> str:
    """As `visible_characters`, for attributes: plain text."""
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def isolated(text: object) -> Markup:
    """A title, name or other short text of the data, which cannot disturb the text around it."""
    if text is None or text == "":
        return Markup("")
    return Markup("<bdi>{}</bdi>").format(visible_characters(str(text)))


def day(value: str | None) -> str:
    """A FHIR date or time as written, without the time of day."""
    return value[:10] if value else ""


def moment(value: str | None) -> str:
    """A FHIR time to the minute, its precision kept."""
    if not value:
        return ""
    return value[:10] if len(value) <= 10 else f"{value[:10]} {value[11:16]}"


def age_phrase(born: str | None, died: str | None, today: date | None = None) -> str:
    """'63 years', 'died at 71', or nothing where the birth date is unknown."""
    if not born:
        return "died" if died else ""
    if died:
        years = years_between(born, died) if died[:1].isdigit() else None
        return f"died at {years}" if years is not None else "deceased"
    years = years_between(born, (today or date.today()).isoformat())
    return f"{years} years" if years is not None else ""


def group_name(group: str, count: int = 2) -> str:
    """The group's name for one or for many."""
    one, many = GROUP_NAMES.get(group, (group, group))
    return one if count == 1 else many


def group_order(group: str) -> int:
    """Where lists show the group."""
    return list(GROUP_NAMES).index(group) if group in GROUP_NAMES else len(GROUP_NAMES)


def is_told_by(name: str, title: str) -> bool:
    """Whether a title begins with a name, so that the name beside it would be said twice; 'note' at its end adds nothing."""
    words = re.findall(r"\w+", name.casefold())
    if words[1:] and words[-1] == "note":
        words = words[:-1]
    return re.findall(r"\w+", title.casefold())[: len(words)] == words


def words_of(name: str) -> str:
    """'medicationReference' as 'medication reference'."""
    return _WORDS.sub(" ", name).replace("_", " ").lower()


def kind_name(kind: str) -> str:
    """'MedicationRequest' as 'Medication request'."""
    return KIND_NAMES.get(kind) or words_of(kind).capitalize()


def relation_name(relation: str, direction: str = "out") -> str:
    """How a relation reads from a node outwards or inwards."""
    name = local_name(relation)
    if name in RELATION_NAMES:
        return RELATION_NAMES[name][0 if direction == "out" else 1]
    return words_of(name) if direction == "out" else f"{words_of(name)} of"


def property_name(predicate: str) -> str:
    """A property's name for people."""
    name = local_name(predicate)
    return PROPERTY_NAMES.get(name) or words_of(name).capitalize()


def system_name(system: str) -> str:
    """The terminology's usual name; its URL where we know none."""
    return SYSTEM_NAMES.get(system, system)


def short_iri(iri: str) -> str:
    """An IRI as people can read it."""
    return unquote(compact(iri.removeprefix(BASE + "data/")))


def short_source(source: str) -> str:
    """The last two steps of a source's path or URL."""
    pieces = source.rstrip("/").rsplit("/", 2)
    return "/".join(pieces[-2:]) if len(pieces) > 2 else source


def run_id(run: str) -> str:
    """The id of a run that is named by its id or its IRI."""
    return local_name(run) if "/" in run else run


def address(path: str, parameters: Iterable[tuple[str, object]] | None = None, fragment: str = "") -> str:
    """A link with a short query: characters that a query may hold stay as they are; empty values are left out.

    Links to what a search led to keep the way back to its hits.
    """
    given = [*(parameters or ()), *([(HITS, trail())] if path in LED_TO else [])]
    query = "&".join(f"{key}={quote(str(value), safe=':/,@!$()*;~')}" for key, value in given if value not in (None, ""))
    return path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def ranges(values: Sequence[int]) -> str:
    """(1, 2, 3, 7) as '1–3, 7'."""
    out: list[list[int]] = []
    for value in sorted(set(values)):
        if out and value == out[-1][1] + 1:
            out[-1][1] = value
        else:
            out.append([value, value])
    return ", ".join(str(a) if a == b else f"{a}–{b}" if b > a + 1 else f"{a}, {b}" for a, b in out)
