"""What a record says of the event it charts, beside what happened: its categories, where it belongs, how its status and intent are written.

Codes are kept as written; what they let count is the policy's to say.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from ingest.mapping.codes import code_of, codings, dicts, short, text_of

_RECORDING: Final = ("recordedDate", "recorded", "dateAsserted", "issued")
"""Elements that say when something was written down, asserted or given out."""


def categories_of(record: Mapping[str, Any]) -> str:
    """The codes of a record's categories, a line each; its words where it has no code."""
    return lines(record.get("category"))


def setting_of(encounter: Mapping[str, Any]) -> str:
    """The code of an encounter's class: a Coding in R4 and STU3, a list of CodeableConcepts in R5."""
    return lines(encounter.get("class"))


def lines(value: Any) -> str:
    """The codes of CodeableConcepts, Codings or bare codes, a line each; words where one has no code."""
    if value is None:
        return ""
    found: list[str] = []
    for each in value if type(value) is list else (value,):
        if type(each) is str:
            found.append(each)
        elif type(each) is dict:
            named = [coding["code"] for coding in codings(each) if type(coding.get("code")) is str]
            found += named or [text_of(each)]
    return _joined(*found)


@lru_cache(maxsize=4096)
def _joined(*codes: str) -> str:
    return "\n".join(filter(None, dict.fromkeys(map(short, codes))))


def recorded_of(record: Mapping[str, Any]) -> str | None:
    """When the record was written down, asserted or given out; None where it does not say."""
    for name in _RECORDING:
        if name in record and type(value := record[name]) is str:
            return value
    return None


def intent_of(record: Mapping[str, Any]) -> str:
    """The code of a request's intent."""
    return _code(record.get("intent"))


def stated_status_of(record: Mapping[str, Any]) -> str:
    """The code of the record's own status; of conditions and allergies, that is the clinical one."""
    return _code(record.get("status")) or _code(record.get("clinicalStatus"))


def interpretation_of(result: Mapping[str, Any]) -> str:
    """The code of the first interpretation; R4 has a list, STU3 one."""
    first = next(iter(dicts(result["interpretation"])), None) if "interpretation" in result else None
    return short(code_of(first) or text_of(first)) if first else ""


def _code(value: Any) -> str:
    return _joined(value) if type(value) is str else code_of(value) if value else ""
