"""Who the workers are, from a file that the user supplies: JSON or CSV of pseudonym and name."""

from typing import Final

from labels.consolidation.files import Broken, folded, one_file, pick, records
from sources.errors import UnsupportedSource

_WORKER: Final = ("worker", "workerid", "pseudonym", "id")
_NAME: Final = ("name", "identity", "username", "user", "email")


def read_names(location: str) -> dict[str, str]:
    """Pseudonym → name, from CSV with a header, JSON records (a list or lines), or one JSON object of pseudonym: name.

    Keys are compared without case, blanks, `-` and `_`. Raises SourceNotFound where the file is not there, UnsupportedSource where it is
    something else or gives a worker two names.
    """
    try:
        rows = list(records(one_file(location)))
    except Broken as error:
        raise UnsupportedSource(f"{location}: {error}") from error
    names: dict[str, str] = {}
    for place, row in rows:
        if isinstance(row, Broken):
            raise UnsupportedSource(f"{location}: {row}")
        fields = folded(row) if isinstance(row, dict) else {}
        worker, name = pick(fields, _WORKER), pick(fields, _NAME)
        is_mapping = isinstance(row, dict) and len(rows) == 1 and worker is None and name is None
        pairs = list(row.items()) if is_mapping else [(worker, name)]
        for pseudonym, said in pairs:
            if not isinstance(pseudonym, str) or not isinstance(said, str) or not pseudonym or not said:
                raise UnsupportedSource(f"{location}:{place}: a worker and a name are expected, in columns or keys called so")
            if names.setdefault(pseudonym, said) != said:
                raise UnsupportedSource(f"{location}:{place}: worker {pseudonym} has two names, {names[pseudonym]!r} and {said!r}")
    return names
