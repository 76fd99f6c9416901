"""Race and ethnicity, as the extensions of US Core tell them: in words and in codes."""

from collections.abc import Mapping
from typing import Any, Final

from ingest.mapping.codes import dicts, short

_BASE: Final = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
RACE: Final = _BASE + "race"
ETHNICITY: Final = _BASE + "ethnicity"


def origin(patient: Mapping[str, Any], url: str) -> tuple[str, str]:
    """(words, codes with a space between them) of RACE or ETHNICITY; the displays of the codes where there are no words."""
    parts = [part for each in dicts(patient.get("extension")) if each.get("url") == url for part in dicts(each.get("extension"))]
    texts = [part["valueString"] for part in parts if part.get("url") == "text" and type(part.get("valueString")) is str]
    codings = [coding for part in parts if type(coding := part.get("valueCoding")) is dict and type(coding.get("code")) is str]
    displays = [coding["display"] for coding in codings if type(coding.get("display")) is str]
    codes = dict.fromkeys("".join(coding["code"].split()) for coding in codings)
    return short("; ".join(texts or displays)), " ".join(codes)
