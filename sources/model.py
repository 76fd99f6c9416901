"""What a source yields: records as they were found, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad an issue is: a reject keeps its record out, a warning does not."""

    REJECT = "reject"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with a source. `code` is a short stable word; `field` the FHIRPath-like place; `reason` is for people.

    The reason never quotes clinical text.
    """

    severity: Severity
    code: str
    reason: str
    source: str = ""
    line: int = 0
    record: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record as a reader found it: its kind and its id ('' where it has none), its content, and that as JSON as found.

    `line` counts from 1 (for a Bundle, the entry's position). `urns` resolves the `urn:uuid:` (and absolute fullUrl) references of the
    Bundle it came in: reference → `Type/id`.
    """

    kind: str
    id: str
    resource: Mapping[str, Any]
    raw: bytes
    source: str
    line: int
    urns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A record that its source says is no more."""

    kind: str
    id: str
    source: str
    line: int
