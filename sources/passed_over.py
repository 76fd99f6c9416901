"""What lies at a location and is not read as data."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sources.model import Issue, Severity

_NAMED: Final = 12
"""Names of files that a message lists."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Files of a location (paths below it) that are not read, because what is read ends in one of the `suffixes`."""

    location: str
    paths: tuple[str, ...]
    suffixes: tuple[str, ...]

    def but(self, is_named: Callable[[str], bool]) -> "PassedOver":
        """Without the files that are named, by their addresses, as content of what was read."""
        base = self.location.rstrip("/")
        return replace(self, paths=tuple(path for path in self.paths if not is_named(f"{base}/{path}")))

    @property
    def reason(self) -> str:
        """Which files and why, in words; '' where there is none."""
        if not self.paths:
            return ""
        shown = ", ".join(self.paths[:_NAMED]) + (f" and {len(self.paths) - _NAMED:,} more" if len(self.paths) > _NAMED else "")
        files = "1 file was" if len(self.paths) == 1 else f"{len(self.paths):,} files were"
        xml = any(path.lower().removesuffix(".gz").endswith(".xml") for path in self.paths)
        hint = "; FHIR XML is not read: convert it to JSON" if xml else ""
        return f"{files} passed over, for what is read ends in {', '.join(self.suffixes)} (.gz too): {shown}{hint}"

    @property
    def issues(self) -> tuple[Issue, ...]:
        """One warning for all of them, or none."""
        return (Issue(Severity.WARNING, "passed-over", self.reason, source=self.location),) if self.paths else ()


def is_left_by_tools(path: str) -> bool:
    """Whether a file is what tools leave beside an export, and not worth a word."""
    name = path.lower().rpartition("/")[2]
    return name.startswith((".", "_")) or name.endswith(".crc") or name.removesuffix(".gz") in ("log.ndjson", "manifest.json", "thumbs.db")
