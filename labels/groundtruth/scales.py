"""Whether a job counts its confidences to 1 or in percent, as its lines tell together: 1 alone may be all or a hundredth."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from labels.groundtruth.scores import Scale, scores_of
from labels.groundtruth.tasks import labels_of
from labels.groundtruth.values import get, job_name, number
from sources.files import SourceFile, open_source

Scales = Mapping[str, str]
"""Job → the Scale of its confidences, where that must be said: no confidence of other jobs is above 1."""

_HEAD: Final = 4 << 20
"""Bytes of a file that are looked at: every block of it is read with the same scales, however long it is."""
_CLEAR: Final = 0.8
"""The share of a job's confidences that tells its scale."""
_ABOVE_ONE: Final = re.compile(rb'onfidence(?:[-_]map"\s*:\s*\{[^{}]*?)?"\s*:\s*"?\s*\+?0*(?:[2-9]|1(?:\d|\.0*[1-9])|\d[\d.]*[eE]\+?[1-9])')
"""What no manifest has whose confidences are all 0 to 1: those are not parsed twice."""


def scales_of(file: SourceFile) -> Scales:
    """The scales of the jobs in a manifest, by the first 4 MiB of it. None where it cannot be read: whoever reads its lines tells that."""
    try:
        with open_source(file) as stream:
            head = stream.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        return {}
    if _ABOVE_ONE.search(head) is None:
        return {}
    whole = head if len(head) < _HEAD else head[: head.rfind(b"\n") + 1]
    return scales_in(_objects(whole.split(b"\n")))


def scales_in(lines: Iterable[Mapping[str, Any]]) -> Scales:
    """The scales of jobs that have confidences above 1. A job is left out whose confidences do not tell: each label counts by itself."""
    above: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for values in lines:
        for job, metadata in _labels(values):
            for score in map(number, scores_of(metadata)):
                if score is not None and 0.0 < score <= 100.0:
                    (above if score > 1.0 else within)[job] += 1
    scales = {}
    for job, count in above.items():
        share = count / (count + within[job])
        if share >= _CLEAR:
            scales[job] = Scale.PERCENT
        elif share <= 1 - _CLEAR:
            scales[job] = Scale.UNIT
    return scales


def of_line(scales: Scales, values: Mapping[str, Any]) -> Scales:
    """Those of the jobs that a line has labels of."""
    return {job: scales[job] for job, _ in _labels(values) if job in scales} if scales else {}


def _labels(values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(job, metadata) of the labels of a line."""
    return ((job_name(get(metadata, "job-name")) or attribute, metadata) for attribute, metadata, _ in labels_of(values))


def _objects(lines: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            values = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except ValueError:
            continue
        if type(values) is dict:
            yield values
