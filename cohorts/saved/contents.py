"""What can be saved: names, and contents of each kind."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from cohorts.errors import InvalidDefinition
from cohorts.linking import Named
from cohorts.parts import set_of
from cohorts.reading import definition_of
from cohorts.saved.errors import SavedRefused
from cohorts.saved.model import KINDS, SHARING

NAME: Final = re.compile(r"[^\s\"':/]{1,100}")
"""A name, as definitions can name a cohort; a colon stands between owner and name."""
LONGEST: Final = 4_000_000
"""Characters of a content."""
LONGEST_DESCRIPTION: Final = 20_000
_MOST_PARAMETERS: Final = 500


def check_name(name: str) -> str:
    """A name that something can be saved under. Raises SavedRefused."""
    if not NAME.fullmatch(name) or not name.isprintable():
        raise SavedRefused("name", "must have 1 to 100 characters, without blanks, quotation marks, colons and slashes: stroke-under-60")
    return name


def check_words(kind: str, description: str, sharing: str) -> None:
    """Raises SavedRefused where one of them cannot be."""
    if kind not in KINDS:
        raise SavedRefused("kind", f"must be one of {', '.join(KINDS)}")
    if sharing not in SHARING:
        raise SavedRefused("sharing", f"must be one of {', '.join(SHARING)}")
    if len(description) > LONGEST_DESCRIPTION:
        raise SavedRefused("description", f"has more than {LONGEST_DESCRIPTION:,} characters")


def datasets_of(kind: str, content: Any, named: Named) -> tuple[str, ...] | None:
    """The datasets that a content names; None where it is of all that there are. Of concepts none: they are no data.

    Raises SavedRefused, InvalidDefinition, InvalidView for what is no such content.
    """
    if not isinstance(content, dict):
        raise SavedRefused("content", "must be a JSON object")
    try:
        size = len(json.dumps(content, allow_nan=False))
    except (ValueError, RecursionError):
        raise SavedRefused("content", "is no JSON that can be kept") from None
    if size > LONGEST:
        raise SavedRefused("content", f"has {size:,} characters; at most {LONGEST:,} are kept")
    datasets: tuple[str, ...] | None = ()
    if kind == "cohort":
        datasets = definition_of(content, named).datasets or None
    elif kind == "concepts":
        _check_fields(content, "codes")
        set_of(content.get("codes"), "codes")
    elif kind == "search":
        _check_fields(content, "parameters")
        datasets = _check_search(content.get("parameters")) or None
    else:
        _check_view(content)
        datasets = None
    return datasets


def _check_fields(content: Mapping[str, Any], *known: str) -> None:
    for key in content:
        if key not in known:
            raise InvalidDefinition(key[:60], f"is unknown here; there is: {', '.join(known)}")


def _check_search(parameters: Any) -> tuple[str, ...]:
    """The datasets that a search is of."""
    if not isinstance(parameters, dict) or not parameters:
        raise SavedRefused("content.parameters", 'must be the parameters of a search, a list of values for each: {"q": ["chest pain"]}')
    values = [value for several in parameters.values() for value in (several if isinstance(several, list) else (None,))]
    if not all(isinstance(value, str) for value in values) or len(values) > _MOST_PARAMETERS:
        raise SavedRefused("content.parameters", f"must be lists of texts, {_MOST_PARAMETERS} in all at most")
    return tuple(parameters.get("dataset", ()))


def _check_view(content: Mapping[str, Any]) -> None:
    from cohorts.views.compile import compile_view
    from cohorts.views.definition import read_definition

    compile_view(read_definition(content))
