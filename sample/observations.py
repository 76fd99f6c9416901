"""FHIR R4 Observations of the sample and the reports over them, in US Core's manner."""

from sample.codes.labs import LABS, UNIT_WORDS
from sample.elements import LOINC, SNOMED, TERMINOLOGY, Resource, coding, concept, moment, reference, resource
from sample.model import LabEntry
from sample.timeline import Visit


def observation(visit: Visit, identifier: str, key: str, value: float, minute: int) -> Resource:
    """A result, vital sign or score."""
    lab = LABS[key]
    return resource(
        "Observation",
        identifier,
        visit.day,
        "us-core-observation-lab" if lab.category == "laboratory" else "",
        status="final",
        category=[_category(lab.category)],
        code=concept(lab.name[:1].upper() + lab.name[1:], coding(LOINC, lab.loinc, lab.display)),
        subject=reference("Patient", visit.person.id),
        encounter=reference("Encounter", visit.id),
        effectiveDateTime=moment(visit.day, 8, minute),
        issued=moment(visit.day, 11, minute),
        valueQuantity=_quantity(lab, value),
        interpretation=_interpretation(lab, value),
        referenceRange=_range(lab),
    )


def blood_pressure(visit: Visit, identifier: str) -> Resource:
    """The blood pressure panel with its two components."""
    return resource(
        "Observation",
        identifier,
        visit.day,
        "us-core-blood-pressure",
        status="final",
        category=[_category("vital-signs")],
        code=concept("Blood pressure", coding(LOINC, "85354-9", "Blood pressure panel with all children optional")),
        subject=reference("Patient", visit.person.id),
        encounter=reference("Encounter", visit.id),
        effectiveDateTime=moment(visit.day, 8, 5),
        component=[
            {
                "code": concept(LABS[k].name, coding(LOINC, LABS[k].loinc, LABS[k].display)),
                "valueQuantity": _quantity(LABS[k], visit.measured[k]),
            }
            for k in ("sbp", "dbp")
        ],
    )


def smoking_status(visit: Visit, identifier: str) -> Resource:
    """Tobacco smoking status in SNOMED CT."""
    code, display = {
        "never": ("266919005", "Never smoked tobacco (finding)"),
        "former": ("8517006", "Ex-smoker (finding)"),
        "current": ("77176002", "Smoker (finding)"),
    }[visit.person.smoking]
    return resource(
        "Observation",
        identifier,
        visit.day,
        "us-core-smokingstatus",
        status="final",
        category=[_category("social-history")],
        code=concept("Tobacco smoking status", coding(LOINC, "72166-2", "Tobacco smoking status")),
        subject=reference("Patient", visit.person.id),
        encounter=reference("Encounter", visit.id),
        effectiveDateTime=visit.day.isoformat(),
        valueCodeableConcept=concept(display.rsplit(" (", 1)[0], coding(SNOMED, code, display)),
    )


def panel(visit: Visit, identifier: str, code: tuple[str, str, str], results: list[str]) -> Resource:
    """A laboratory DiagnosticReport over its Observations."""
    return resource(
        "DiagnosticReport",
        identifier,
        visit.day,
        "us-core-diagnosticreport-lab",
        status="final",
        category=[concept("", coding(TERMINOLOGY + "v2-0074", "LAB", "Laboratory"))],
        code=concept(code[2], coding(LOINC, code[0], code[1])),
        subject=reference("Patient", visit.person.id),
        encounter=reference("Encounter", visit.id),
        effectiveDateTime=moment(visit.day, 8, 10),
        issued=moment(visit.day, 12, 0),
        performer=[reference("Organization", "org-laboratory")],
        result=[reference("Observation", r) for r in results],
    )


def _category(code: str) -> Resource:
    return concept("", coding(TERMINOLOGY + "observation-category", code, code.replace("-", " ").title()))


def _quantity(lab: LabEntry, value: float) -> Resource:
    number: float | int = round(value, lab.decimals) if lab.decimals else round(value)
    return {
        "value": number,
        "unit": UNIT_WORDS.get(lab.unit, lab.unit) or lab.unit,
        "system": "http://unitsofmeasure.org",
        "code": lab.unit,
    }


def _interpretation(lab: LabEntry, value: float) -> list[Resource] | None:
    if lab.low is None and lab.high is None:
        return None
    code, display = ("N", "Normal")
    if lab.high is not None and value > lab.high:
        code, display = "H", "High"
    elif lab.low is not None and value < lab.low:
        code, display = "L", "Low"
    return [concept("", coding(TERMINOLOGY + "v3-ObservationInterpretation", code, display))]


def _range(lab: LabEntry) -> list[Resource] | None:
    bounds = {}
    for name, bound in (("low", lab.low), ("high", lab.high)):
        if bound is not None:
            bounds[name] = {
                "value": bound,
                "unit": UNIT_WORDS.get(lab.unit, lab.unit) or lab.unit,
                "system": "http://unitsofmeasure.org",
                "code": lab.unit,
            }
    return [bounds] if bounds else None
