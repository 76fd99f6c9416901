"""Samples and splits: whole groups (a patient, a slide) go to one part, the parts keep their ratio, strata are spread evenly.

The same groups and seed give the same parts, whatever the order of the lines.
"""

import hashlib
import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from labels.errors import ManifestError
from labels.manifests.lines import read_raw
from labels.manifests.s3select.run import Report, keys
from sources.files import SourceFile
from sources.model import Issue

OBJECT = 'coalesce(s."source-ref", s.source)'
"""What lines are grouped by unless something else is asked: the lines of one object stay together."""

_NO_STRATUM = "(none)"


@dataclass(slots=True)
class Part:
    """What a part got; `strata` counts its lines by stratum."""

    lines: int = 0
    groups: int = 0
    strata: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Division:
    """Which part each line goes to, and the counts. The `ungrouped` lines have no group: each is a group of its own."""

    parts: tuple[Part, ...]
    ungrouped: int
    places: Mapping[str, tuple[Sequence[int], Sequence[int]]]
    """File → its line numbers and, for each, the part."""

    def lines(self, files: Iterable[SourceFile]) -> Iterator[tuple[int, bytes]]:
        """(part, the line as it is, with a newline) of every line that could be read, in order. Reads the files once more."""
        for found in read_raw(files):
            if isinstance(found, Issue):
                continue
            source, number, raw = found
            numbers, parts = self.places.get(source, ((), ()))
            at = bisect_left(numbers, number)
            if at < len(numbers) and numbers[at] == number:
                yield parts[at], raw + b"\n"


def parse_ratio(text: str) -> tuple[float, ...]:
    """Shares of the parts, which sum to 1, from `8:1:1`. Raises ManifestError."""
    try:
        shares = tuple(float(share) for share in text.split(":"))
    except ValueError:
        shares = ()
    if len(shares) < 2 or not all(share > 0 and math.isfinite(share) for share in shares):
        raise ManifestError(f"the ratio {text!r} must be two or more positive numbers, such as 8:1:1")
    return tuple(share / sum(shares) for share in shares)


def divide(
    files: Sequence[SourceFile], shares: Sequence[float] | int, by: str | None, stratify: str | None, seed: int, report: Report
) -> Division:
    """Divide the lines of the files into parts with these shares, or into `shares` lines and the rest.

    `by` and `stratify` are attributes or S3 Select expressions over a line `s`. Memory grows with the groups, and by 16 bytes a line.
    Raises StatementError; ManifestError where there are fewer lines than asked for.
    """
    groups: dict[str, int] = {}
    strata: list[Counter[str]] = []
    lines: dict[str, tuple[array[int], array[int]]] = {}
    ungrouped = 0
    for source, number, (key, *stratum) in keys([by or OBJECT, *([stratify] if stratify else [])], files, report):
        if key in (None, "null"):
            ungrouped += 1
            key = f"{len(lines)}:{number}"
        group = groups.setdefault(str(key), len(groups))
        if group == len(strata):
            strata.append(Counter())
        strata[group][_shown(stratum[0]) if stratum else ""] += 1
        numbers, line_groups = lines.setdefault(source, (array("Q"), array("Q")))
        numbers.append(number)
        line_groups.append(group)
    total = sum(len(numbers) for numbers, _ in lines.values())
    if isinstance(shares, int):
        if not 0 < shares <= total:
            raise ManifestError(f"{shares:,} lines cannot be drawn: there are {total:,} that can be read")
        shares = (shares / total, 1 - shares / total)
    part_of = assign(groups, strata, shares, seed)
    parts = tuple(Part() for _ in shares)
    for group, part in enumerate(part_of):
        parts[part].groups += 1
        parts[part].lines += strata[group].total()
        if stratify:
            parts[part].strata.update(strata[group])
    places = {source: (numbers, array("H", (part_of[group] for group in line_groups))) for source, (numbers, line_groups) in lines.items()}
    return Division(parts, ungrouped, places)


def assign(groups: Iterable[str], strata: Sequence[Mapping[str, int]], shares: Sequence[float], seed: int) -> list[int]:
    """The part of each group, given its lines by stratum.

    The largest groups choose first, equal ones in an order drawn from the seed; each goes where it brings the lines of its strata
    closest to the shares (least squares).
    """
    totals: Counter[str] = Counter()
    for counts in strata:
        totals.update(counts)
    missing = [{stratum: share * total for stratum, total in totals.items()} for share in shares]
    drawn = [hashlib.blake2b(f"{seed}\0{group}".encode("utf-8", "surrogatepass"), digest_size=8).digest() for group in groups]
    order = sorted(range(len(strata)), key=lambda group: (-sum(strata[group].values()), drawn[group]))
    part_of = [0] * len(strata)
    for group in order:
        counts = strata[group]
        part = max(range(len(shares)), key=lambda part: sum(count * missing[part][stratum] for stratum, count in counts.items()))
        part_of[group] = part
        for stratum, count in counts.items():
            missing[part][stratum] -= count
    return part_of


def _shown(stratum: str | None) -> str:
    """A stratum's JSON text as people read it."""
    if stratum is None:
        return _NO_STRATUM
    value = orjson.loads(stratum)
    return value if isinstance(value, str) else stratum
