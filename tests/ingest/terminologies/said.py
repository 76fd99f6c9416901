"""What a reader said, sorted by kind of statement, for tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from concepts.terminology import Broader, Concept, ConceptName, Statement
from ingest.terminologies.rejects import Rejects


@dataclass
class Said:
    labels: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    systems: dict[str, str] = field(default_factory=dict)
    names: set[tuple[str, str]] = field(default_factory=set)
    broader: set[tuple[str, str]] = field(default_factory=set)
    maps: set[tuple[str, str, str]] = field(default_factory=set)
    rejects: Rejects = field(default_factory=Rejects)

    @property
    def told(self) -> list[tuple[str, int]]:
        return sorted((each.file, each.line) for each in self.rejects.told)


def said(read: Callable[[Path, Rejects], Iterator[Statement]], path: Path) -> Said:
    found = Said()
    for each in read(path, found.rejects):
        if isinstance(each, Concept):
            found.labels.setdefault(each.code, each.label)
            found.kinds.setdefault(each.code, each.kind.value)
            found.systems.setdefault(each.code, each.system)
        elif isinstance(each, ConceptName):
            found.names.add((each.code, each.text))
        elif isinstance(each, Broader):
            found.broader.add((each.code, each.broader))
        else:
            found.maps.add((each.code, each.relation.value, each.other_code))
    return found
