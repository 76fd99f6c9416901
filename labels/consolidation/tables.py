"""Tables of one's own: each row an item, a worker and what the worker answered, as an entry of a worker response."""

from collections.abc import Mapping
from typing import Any

from labels.consolidation.files import ACCEPTED, CLASS, ITEM, SECONDS, SUBMITTED, WORKER, folded, pick

_ELEMENT = "value"


def entry_of(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The item of a row, and the answer as worker responses have it; None for what is no such row.

    The answer is a class, a list of classes, or an object as `answerContent` holds it. Keys are compared without case, blanks, `-` and `_`.
    """
    fields = folded(row)
    item, value, worker = (pick(fields, names) for names in (ITEM, CLASS, WORKER))
    if not isinstance(item, str | int) or value is None or worker is None:
        return None
    entry = {
        "workerId": worker,
        "answerContent": value if isinstance(value, dict) else {_ELEMENT: {"labels" if isinstance(value, list) else "label": value}},
        "submissionTime": pick(fields, SUBMITTED),
        "acceptanceTime": pick(fields, ACCEPTED),
        "timeSpentInSeconds": pick(fields, SECONDS),
    }
    return str(item), entry
