"""HealthLake-like language extensions for a handful of notes: what an entity service would have found in the text.

Structure and spelling are those of HealthLake exports: one extension per service with a raw response that is not JSON, the model
version and one extension per entity; negation and other traits are in the raw response only. Offsets count code points of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sample.codes.acts import PROCEDURES
from sample.codes.conditions import CONDITIONS
from sample.codes.drugs import DRUGS
from sample.phrasing import Dice

BASE = "http://healthlake.amazonaws.com/aws-cm/"

_SYMPTOMS = {
    "chest pain": ("R07.9", "Chest pain, unspecified"),
    "shortness of breath": ("R06.02", "Shortness of breath"),
    "fever": ("R50.9", "Fever, unspecified"),
    "night sweats": ("R61", "Generalized hyperhidrosis"),
    "palpitations": ("R00.2", "Palpitations"),
    "abdominal pain": ("R10.9", "Unspecified abdominal pain"),
    "nausea": ("R11.0", "Nausea"),
    "headache": ("R51.9", "Headache, unspecified"),
    "dysuria": ("R30.0", "Dysuria"),
    "rash": ("R21", "Rash and other nonspecific skin eruption"),
    "fatigue": ("R53.83", "Other fatigue"),
    "diarrhea": ("R19.7", "Diarrhea, unspecified"),
    "cough": ("R05.9", "Cough, unspecified"),
    "metastasis": ("C79.9", "Secondary malignant neoplasm of unspecified site"),
    "pneumonia": ("J18.9", "Pneumonia, unspecified organism"),
    "pulmonary embolism": ("I26.99", "Other pulmonary embolism without acute cor pulmonale"),
    "breast cancer": ("C50.919", "Malignant neoplasm of unspecified site of unspecified female breast"),
    "colon cancer": ("C18.9", "Malignant neoplasm of colon, unspecified"),
    "stroke": ("I63.9", "Cerebral infarction, unspecified"),
    "migraine": ("G43.909", "Migraine, unspecified, not intractable, without status migrainosus"),
    "asthma": ("J45.909", "Unspecified asthma, uncomplicated"),
}
_NEGATION = re.compile(r"\b(?:den(?:ies|ied)|no|not|without|negative for|never had|no evidence of|no known)\b", re.I)
_AFTER_NEGATION = re.compile(r"\b(?:but|except|although|however)\b|[;:]", re.I)
_FAMILY = re.compile(r"\b(?:mother|father|sister|brother|aunt|uncle|grandmother|grandfather|family history)\b", re.I)
_PAST = re.compile(r"\b(?:history of|previous(?:ly)?|prior|in the past|since resolved)\b", re.I)
_CONDITIONAL = re.compile(r"\b(?:if|should|in case|return (?:for|if)|call (?:for|if)|watch for|risk of|rule out)\b", re.I)


@dataclass(frozen=True, slots=True)
class Entity:
    """A span that names something, with the code it was linked to and its traits."""

    start: int
    end: int
    text: str
    code: str
    description: str
    traits: tuple[str, ...]
    score: float
    concept_score: float


def extension(text: str, dice: Dice) -> dict[str, Any]:
    """The extension of a DocumentReference whose text this is."""
    services = [
        _service(
            "infer-icd10", "aws-cm-icd10-entity", "ICD10CMConcepts", "Concept", tuple(diagnoses(text, dice)), "DX_NAME", "MEDICAL_CONDITION"
        ),
        _service(
            "infer-rxnorm", "aws-cm-rxnorm-entity", "RxNormConcepts", "Concepts", tuple(medicines(text, dice)), "GENERIC_NAME", "MEDICATION"
        ),
    ]
    status = {"url": f"{BASE}status/", "valueString": "SUCCESS"}
    message = {"url": f"{BASE}message/", "valueString": "The Amazon HealthLake integrated medical NLP operation was successful."}
    return {"url": BASE, "extension": [*services, status, message]}


def diagnoses(text: str, dice: Dice) -> Iterator[Entity]:
    """Diagnoses and symptoms of the text, in order, none overlapping."""
    table = {c.name.lower(): (c.icd, c.icd_display) for c in CONDITIONS.values() if c.icd}
    yield from _find(text, {**_SYMPTOMS, **table}, dice, symptoms=frozenset(_SYMPTOMS))


def medicines(text: str, dice: Dice) -> Iterator[Entity]:
    """Medicines of the text, in order."""
    table = {d.name.lower(): (d.rxnorm, d.display) for d in DRUGS.values()}
    yield from _find(text, table, dice, symptoms=frozenset())


def procedures(text: str, dice: Dice) -> Iterator[Entity]:
    """Procedures of the text, in order."""
    table = {called.lower(): (code, display) for code, display, called in PROCEDURES.values()}
    yield from _find(text, table, dice, symptoms=frozenset())


def _find(text: str, table: dict[str, tuple[str, str]], dice: Dice, symptoms: frozenset[str]) -> Iterator[Entity]:
    names = sorted(table, key=lambda n: (-len(n), n))
    pattern = re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(n) for n in names) + r")(?![\w-])", re.I)
    for match in pattern.finditer(text):
        code, description = table[match[0].lower()]
        kind = () if not symptoms else ("SYMPTOM",) if match[0].lower() in symptoms else ("DIAGNOSIS",)
        traits = (*kind, *_traits(text, match.start()))
        yield Entity(match.start(), match.end(), match[0], code, description, traits, dice.number(0.86, 0.99, 2), dice.number(0.6, 0.97, 2))


def _traits(text: str, start: int) -> Iterator[str]:
    """What the words before a span, back to the start of its sentence or line, say of it."""
    begin = max(text.rfind(mark, 0, start) + len(mark) for mark in (". ", "\n"))
    before = text[begin:start]
    denials = list(_NEGATION.finditer(before))
    if denials and not _AFTER_NEGATION.search(before, denials[-1].end()):
        yield "NEGATION"
    if _FAMILY.search(before):
        yield "PERTAINS_TO_FAMILY"
    elif _PAST.search(before):
        yield "PAST_HISTORY"
    if _CONDITIONAL.search(before):
        yield "HYPOTHETICAL"


def _service(name: str, entity: str, concepts: str, concept: str, found: tuple[Entity, ...], kind: str, category: str) -> dict[str, Any]:
    root = f"{BASE}{name}/"
    listed = ", ".join(_raw(number, e, concepts, kind, category) for number, e in enumerate(found))
    return {
        "url": root,
        "extension": [
            {"url": f"{root}raw-response", "valueString": f"{{Entities: [{listed}],ModelVersion: 0.1.0}}"},
            {"url": f"{root}model-version", "valueString": "0.1.0"},
            *(_entity(f"{root}{entity}", number, e, concept) for number, e in enumerate(found)),
        ],
    }


def _raw(number: int, entity: Entity, concepts: str, kind: str, category: str) -> str:
    traits = ", ".join(f"{{Name: {name},Score: {entity.score}}}" for name in entity.traits)
    return (
        f"{{Id: {number},Text: {entity.text},Category: {category},Type: {kind},Score: {entity.score},BeginOffset: {entity.start},"
        f"EndOffset: {entity.end},Attributes: [],Traits: [{traits}],"
        f"{concepts}: [{{Description: {entity.description},Code: {entity.code},Score: {entity.concept_score}}}]}}"
    )


def _entity(url: str, number: int, entity: Entity, concept: str) -> dict[str, Any]:
    return {
        "url": url,
        "extension": [
            {"url": f"{url}-id", "valueInteger": number},
            {"url": f"{url}-text", "valueString": entity.text},
            {"url": f"{url}-begin-offset", "valueInteger": entity.start},
            {"url": f"{url}-end-offset", "valueInteger": entity.end},
            {"url": f"{url}-score", "valueDecimal": entity.score},
            {
                "url": f"{url}-ConceptList",
                "extension": [
                    {
                        "url": f"{url}-{concept}",
                        "extension": [
                            {"url": f"{url}-{concept}-Code", "valueString": entity.code},
                            {"url": f"{url}-{concept}-Description", "valueString": entity.description},
                            {"url": f"{url}-{concept}-Score", "valueDecimal": entity.concept_score},
                        ],
                    }
                ],
            },
        ],
    }
