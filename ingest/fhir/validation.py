"""What R4 asks of a resource: what it must not be without (problems) and what it should not hold (doubts).

A problem keeps the record out. A doubt is a warning, because the record can still be used; `--strict` refuses it too. Neither
quotes what the record says.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from ingest.attachments import AttachmentError, decode_base64
from ingest.fhir.plain import is_plain
from ingest.fhir.policy import CLINICAL, INTENTS, VERIFICATION
from ingest.fhir.r4.codes import GENDERS, NOT_IN_R4B, STATUSES
from ingest.fhir.r4.tables import DATES
from ingest.fhir.shapes import is_sure, model
from ingest.fhir.versions import version_of, version_of_number, versions_with
from ingest.mapping.codes import code_of

MAX_PROBLEMS: Final = 5
"""Problems told of one record: a list of a thousand bad items is one mistake, not a thousand."""

BAD_BASE64: Final = "bad-base64"
"""A problem that does not keep the record out: what the attachment says is lost, what the record says is not."""
BAD_NARRATIVE: Final = "bad-narrative"
"""Another one: the narrative repeats in words what the elements say."""
UNPADDED: Final = "unpadded-base64"
"""Another one: it is read all the same."""
IMPRECISE: Final = "imprecise-date"
"""Another one: a date is sure in what it says."""
USABLE: Final = frozenset({BAD_BASE64, BAD_NARRATIVE, UNPADDED, IMPRECISE})
"""The problems that do not keep a record out."""
_SIGNS: Final = frozenset({"unknown-element", "wrong-type", "bad-choice", "invalid"})
"""Problems that a record of another version of FHIR has because names and types changed, and one that only lacks something has not."""
_BAD_DATE: Final = "bad-date"
_REASONS: Final = {
    "missing": ("missing-element", "is required and not there"),
    "model_field_validation.missing": ("missing-element", "is required and not there"),
    "extra_forbidden": ("unknown-element", "is no element that R4 has at this place"),
    "list_type": ("wrong-type", "must be a list"),
    "string_type": ("wrong-type", "must be text"),
    "model_validation_format": ("wrong-type", "must be an object"),
    "string_pattern_mismatch": ("bad-value", "does not have the form R4 asks for (empty text is not allowed)"),
    "string_too_long": ("bad-value", "is too long"),
    "base64_decode": (BAD_BASE64, "is not base64"),
    "too_short": ("bad-value", "must not be empty"),
}
_FAMILIES: Final = (
    ("date", _BAD_DATE, "is not a date of the form R4 asks for"),
    ("time", _BAD_DATE, "is not a time of the form R4 asks for"),
    ("bool", "wrong-type", "must be true or false"),
    ("int", "wrong-type", "must be a whole number"),
    ("decimal", "wrong-type", "must be a number"),
    ("float", "wrong-type", "must be a number"),
    ("url", "bad-value", "is not a URL"),
)
_NARRATIVE: Final = re.compile(r"[A-Za-z]+(?:\.section\[\d+\])*\.text(?![^.])")
"""The place of a narrative: of a record, or of a section of a Composition."""
_CHOICE: Final = re.compile(r"expected from this list \['([A-Za-z]+?)(?:[A-Z][A-Za-z0-9]*)?', '")
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9_$\-]")
_READ: Final = "R4 and R4B are read; export as R4 or convert it"
_LONGEST_ID: Final = 64


class Problem(NamedTuple):
    """Something wrong: a stable word, the reason for people, and where."""

    code: str
    reason: str
    field: str


def problems(kind: str, resource: Mapping[str, Any]) -> list[Problem]:
    """Why the resource cannot be trusted; nothing for types that only R4 has, which no class can check."""
    checked = dict(resource)
    found: list[Problem] = []
    if kind == "Provenance":
        found += _targets(checked)
    if not found and is_plain(kind, checked):
        return []
    cls = model(kind)
    if cls is None:
        return [] if kind in NOT_IN_R4B else [_unknown(kind)]
    if not found and is_sure(cls, checked):
        return []
    if is_odd(checked.get("id")):
        checked["id"] = "x"  # a doubt, not a problem: see `doubts`
    checked |= {element: completed for element, completed, _ in _imprecise(kind, checked)}
    if "contained" in checked:
        found = [*_contained(kind, checked.pop("contained")), *found]
    told = _invalid(kind, cls, checked)
    if dates := [(problem.field, completed) for problem in told if (completed := _completed_at(problem, checked))]:
        checked = copy.deepcopy(checked)
        for field, (_, whole) in dates:
            holder, last = _holder(field, checked)
            holder[last] = whole
        told = _invalid(kind, cls, checked)
        wrong = {problem.field for problem in told}
        lacking = ((field, said) for field, (said, _) in dates if field not in wrong)
        found += (Problem(IMPRECISE, f"has no {_lack([said])}: kept as it is written", field) for field, said in lacking)
    found += (_unpadded(problem, checked) for problem in told)
    kept = [problem for problem in found if not _NARRATIVE.match(problem.field)]
    if len(kept) < len(found):
        broken = dict.fromkeys(place[0] for problem in found if (place := _NARRATIVE.match(problem.field)))
        kept += (Problem(BAD_NARRATIVE, "is no narrative with status and div: it is left out", place) for place in broken)
    return _of_another_version(kind, resource, kept) or kept[:MAX_PROBLEMS]


def _invalid(kind: str, cls: Any, checked: dict[str, Any]) -> list[Problem]:
    """What the class finds wrong with a resource."""
    try:
        if not is_sure(cls, checked):
            cls.model_validate(checked)
    except RecursionError:
        raise
    except Exception as error:  # pydantic's own, and KeyError and others of fhir.resources
        return _explain(kind, error)
    return []


def _completed_at(problem: Problem, resource: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is said where a date is found wrong that lies deeper than `_imprecise` looks, and as R4 would have it, where it is sure."""
    if problem.code != _BAD_DATE:
        return None
    holder, last = _holder(problem.field, resource)
    said: Any = holder[last] if holder is not None else None
    moment = _MOMENT.fullmatch(said) if type(said) is str else None
    return (moment[0], _whole(moment)) if moment and _whole(moment) != moment[0] else None


def _holder(field: str, resource: Mapping[str, Any]) -> tuple[Any, Any]:
    """What holds an element of a resource, and by which name or number; (None, None) where it is not there."""
    value: Any = resource
    *steps, last = [name or int(place) for name, place in _STEPS.findall(field)[1:]] or [""]
    try:
        for step in steps:
            value = value[step]
        value[last]
    except (KeyError, IndexError, TypeError):
        return None, None
    return value, last


def _unknown(kind: str) -> Problem:
    if version := versions_with(kind):
        return Problem("fhir-version", f"is a type of FHIR {version} alone: {_READ}", "resourceType")
    return Problem("unknown-type", "R4 has no resource type of this name", "resourceType")


def _of_another_version(kind: str, resource: Mapping[str, Any], found: list[Problem]) -> list[Problem]:
    """The one problem of a record that is of another version of FHIR, in place of all that R4 finds wrong with it."""
    signs = [problem for problem in found if problem.code in _SIGNS and "." in problem.field and ".contained" not in problem.field]
    if not signs:
        return []
    unknown = [problem.field.removeprefix(f"{kind}.") for problem in signs if problem.code == "unknown-element"]
    version = version_of(kind, {key: value for key, value in resource.items() if key != "contained"}, unknown)
    return [Problem("fhir-version", f"this looks like FHIR {version}: {_READ}", signs[0].field)] if version else []


def doubts(kind: str, resource: Mapping[str, Any]) -> Iterator[Problem]:
    """What the classes do not check: value sets, identifiers, numbers and truth values in quotes."""
    identifier = resource.get("id")
    if type(identifier) is str and len(identifier) > _LONGEST_ID:
        yield Problem("bad-id", f"R4 allows at most {_LONGEST_ID} characters", f"{kind}.id")
    elif is_odd(identifier):
        yield Problem("bad-id", "R4 allows letters, digits, '-' and '.' only", f"{kind}.id")
    for element, _, reason in _imprecise(kind, resource):
        yield Problem(IMPRECISE, f"{reason}: kept as it is written", f"{kind}.{element}")
    if kind in NOT_IN_R4B:
        yield Problem("not-validated", "R4B took this type out or redefined it, so its content was not checked", kind)
    if kind == "CapabilityStatement" and (version := version_of_number(resource.get("fhirVersion"))):
        yield Problem("fhir-version", f"the server that exported this speaks FHIR {version}: {_READ}", f"{kind}.fhirVersion")
    yield from _value_set(kind, "status", resource.get("status"), STATUSES.get(kind))
    yield from _value_set(kind, "intent", resource.get("intent"), INTENTS.get(kind))
    for element, allowed in (("verificationStatus", VERIFICATION), ("clinicalStatus", CLINICAL)):
        if element in resource and kind in allowed:
            yield from _value_set(kind, element, code_of(resource[element]) or None, allowed[kind])
    gender = resource.get("gender")
    if kind in _GENDERED and type(gender) is str and gender not in GENDERS:
        yield Problem("gender-value", f"is none of R4's codes: {', '.join(sorted(GENDERS))}", f"{kind}.gender")
    for element in _FLAGS:
        if type(resource.get(element)) is str:
            yield Problem("wrong-type", "must be true or false, not text", f"{kind}.{element}")
    quantity = resource.get("valueQuantity")
    if type(quantity) is dict and type(quantity.get("value")) is str:
        yield Problem("wrong-type", "must be a number, not text", f"{kind}.valueQuantity.value")


_DAY: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?", re.ASCII)
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+\-]\d\d:\d\d)?", re.ASCII)
_STEPS: Final = re.compile(r"([A-Za-z]\w*)|\[(\d+)\]", re.ASCII)
_INSTANTS: Final = frozenset({"issued", "recorded", "effectiveInstant", "lastUpdated"})
"""Dates that R4 wants to the second; of a DocumentReference its `date` too, of all types `meta.lastUpdated`."""


def _imprecise(kind: str, resource: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """(element, its value as R4 would have it, what it lacks) of the dates that say less than R4 asks for, and are sure in what they say.

    A day without its time, and a time without its seconds or its zone, are no reason to lose the record.
    """
    for element in _dates(kind):
        value = resource.get(element)
        if value is None:
            continue
        lacking: dict[str, str] = {}
        if type(value) is str:
            if not _is_exact(value):
                lacking[element] = value
        elif type(value) is dict:
            for end in _ENDS:
                if end in value and type(value[end]) is str and not _is_exact(value[end]):
                    lacking[end] = value[end]
        if not lacking:
            continue
        completed = {name: whole for name, said in lacking.items() if (whole := _completed(kind, name, said))}
        if completed:
            reason = f"has no {_lack(lacking[name] for name in completed)}"
            yield element, {**value, **completed} if type(value) is dict else completed[element], reason


_ENDS: Final = ("start", "end", "lastUpdated")


@cache
def _dates(kind: str) -> tuple[str, ...]:
    return (*DATES.get(kind, ()), "meta")


def _is_exact(said: str) -> bool:
    """Whether a date has seconds and ends in a zone, as nearly all do."""
    return said[16:17] == ":" and (said[-1:] == "Z" or (said[-3:-2] == ":" and said[-6:-5] in ("+", "-")))


def _lack(said: Iterable[str]) -> str:
    """What the least exact of the dates has not."""
    found = [_MOMENT.fullmatch(each) for each in said]
    if not all(found):
        return "time of day"
    return " and no ".join(word for group, word in ((2, "seconds"), (3, "time zone")) if any(one and not one[group] for one in found))


def _completed(kind: str, name: str, said: str) -> str:
    """The date as R4 would have it, where it lacks a time of day, seconds or a zone; '' for any other."""
    if moment := _MOMENT.fullmatch(said):
        return _whole(moment)
    is_instant = name in _INSTANTS or (kind, name) == ("DocumentReference", "date")
    return f"{said}{'-01-01'[: 10 - len(said)]}T00:00:00Z" if is_instant and _DAY.fullmatch(said) else ""


def _whole(moment: re.Match[str]) -> str:
    return f"{moment[1]}{moment[2] or ':00'}{moment[3] or 'Z'}"


def is_odd(identifier: Any) -> bool:
    """Whether an id has characters that R4 does not allow in it, but that name a record all the same."""
    return type(identifier) is str and not _ID.fullmatch(identifier) and len(identifier.split()) == 1 and identifier == identifier.strip()


_ID: Final = re.compile(r"[A-Za-z0-9\-.]+")
_GENDERED: Final = frozenset({"Patient", "Person", "Practitioner", "RelatedPerson"})
_FLAGS: Final = ("active", "doNotPerform", "deceasedBoolean", "valueBoolean", "reportedBoolean")


def _value_set(kind: str, element: str, value: Any, allowed: frozenset[str] | None) -> Iterator[Problem]:
    if type(value) is str and allowed is not None and value not in allowed:
        yield Problem("status-value", f"is no code of R4's value set for {kind}: not counted as a fact", f"{kind}.{element}")


def _contained(kind: str, contained: Any) -> Iterator[Problem]:
    """Check contained resources by their own type: fhir.resources raises KeyError for an unknown one."""
    for place, inner in enumerate(contained if type(contained) is list else (contained,)):
        field = f"{kind}.contained[{place}]"
        name = inner.get("resourceType") if type(inner) is dict else None
        if type(contained) is not list or type(name) is not str:
            yield Problem("wrong-type", "must be a list of resources", field)
            continue
        for problem in problems(name, {key: value for key, value in inner.items() if key != "contained"}):
            yield problem._replace(field=f"{field}.{problem.field.partition('.')[2] or problem.field}")


def _targets(checked: dict[str, Any]) -> Iterator[Problem]:
    """Cut a Provenance to its first target: it has hundreds, of which the graph takes none, and checking them takes 13 ms."""
    targets = checked.get("target")
    if type(targets) is list and targets:
        checked["target"] = targets[:1]
        if any(type(target) is not dict for target in targets):
            yield Problem("wrong-type", "must be a list of references", "Provenance.target")


def _explain(kind: str, error: Exception) -> list[Problem]:
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return [Problem("invalid", f"is not a valid {kind} ({type(error).__name__})", kind)]
    found = dict.fromkeys(_problem(kind, detail) for detail in errors(include_url=False, include_input=False, include_context=False))
    return list(found) or [Problem("invalid", f"is not a valid {kind}", kind)]


def _unpadded(problem: Problem, resource: Mapping[str, Any]) -> Problem:
    """The problem, or a lesser one where all that base64 lacks are the `=` at its end."""
    if problem.code != BAD_BASE64:
        return problem
    holder, last = _holder(problem.field, resource)
    value = holder[last] if holder is not None else None
    try:
        decode_base64(value if type(value) is str else "?")
    except AttachmentError:
        return problem
    return Problem(UNPADDED, "lacks the = at the end that base64 has: it was read all the same", problem.field)


def _problem(kind: str, detail: Mapping[str, Any]) -> Problem:
    field = kind + "".join(f"[{step}]" if type(step) is int else f".{_name(step)}" for step in detail["loc"] if step != "root")
    word, message = str(detail["type"]), str(detail["msg"])
    if word in _REASONS:
        return Problem(*_REASONS[word], field)
    choice = _CHOICE.search(message)
    if choice:
        return Problem("bad-choice", f"exactly one {choice[1]}[x] may be there", f"{field}.{choice[1]}[x]")
    if word == "value_error":
        word = message.removeprefix("Value error, ").lower()
    for family, code, reason in _FAMILIES:
        if word.startswith((family, "instant")) or f"{family} value string" in word:
            return Problem(code, reason, field)
    return Problem("invalid", "is not what R4 allows here", field)


def _name(step: Any) -> str:
    return _NOT_A_NAME.sub("?", str(step))[:60]
