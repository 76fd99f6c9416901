"""From a frozen dataclass to its JSON and to its schema: what an answer shows of a value is stated once, as its difference from the value.

A `Shape` names the schema, leaves fields out, and adds keys. Everything else (keys, types, words) is the dataclass's own, so that a field
that a value gains is in the answers the same day. Called with a value it gives the JSON-ready dict; as the annotation of a key,
`Annotated[Json, SHAPE]`, it gives pydantic the schema.
"""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from typing_extensions import TypedDict

from cohorts.protection import Told

Json = dict[str, Any]
PATIENTS: Final = frozenset({"patients", "patients_without", "of_patients"})
"""Fields that are numbers of patients, in every value that has them: they may be told as protection has them."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Added:
    """A key that the value lacks, or has in another form. Without `make` it is given with the call."""

    type: Any
    words: str = ""
    make: Callable[[Any], Any] | None = None


class Shape(Generic[T]):
    """What an answer shows of a dataclass. `words` explain keys that the dataclass leaves unexplained."""

    def __init__(
        self,
        of: type[T],
        name: str = "",
        *,
        without: Sequence[str] = (),
        added: Mapping[str, Added] | None = None,
        words: Mapping[str, str] | None = None,
        says: str = "",
        inside: bool = True,
    ) -> None:
        """`says` describes the schema where the dataclass's docstring does not; `inside` False keeps it from being used within others."""
        self.of, self.name, self.says = of, name or of.__name__, says
        self._added = dict(added or {})
        self._words = dict(words or {})
        self._keys = tuple(one.name for one in fields(cast(Any, of)) if one.name not in without and one.name not in self._replaced_by_call)
        self._makes = tuple((key, make) for key in self._keys if key in self._added and (make := self._added[key].make) is not None)
        self._parts = _parts_of(self._keys)
        if inside:
            _INSIDE[of] = self
            _WAYS.pop(of, None)

    @property
    def _replaced_by_call(self) -> frozenset[str]:
        return frozenset(key for key, added in self._added.items() if added.make is None)

    def __call__(self, value: T, **given: Any) -> Json:
        """The JSON-ready dict of a value; `given` are the added keys that it cannot tell itself."""
        # Most are words and numbers: to look at each of them would be most of the work.
        found: Json = dict(zip(self._keys, self._parts(value), strict=True))
        for key, way in self._other:
            found[key] = way(found[key])
        for key, make in self._makes:
            found[key] = make(value)
        for key, added in self._added.items():
            if key not in found:
                found[key] = plain(given[key]) if added.make is None else added.make(value)
        return found

    @cached_property
    def _other(self) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
        """The keys whose values are no words or numbers, by their types, with how these become JSON."""
        hints = get_type_hints(self.of)
        kept = (key for key in self._keys if key not in self._added and not _is_as_it_is(hints[key]))
        return tuple((key, list if _holds_what_is(hints[key]) else plain) for key in kept)

    @cached_property
    def typed(self) -> Any:
        """The TypedDict of the JSON, for pydantic."""
        from pydantic import Field

        hints = get_type_hints(self.of)
        words = {**_words_of(cast(Any, self.of)), **self._words, **{key: one.words for key, one in self._added.items() if one.words}}
        keys = (*self._keys, *(key for key in self._added if key not in self._keys))
        types = {
            key: self._added[key].type if key in self._added else Told if key in PATIENTS and hints[key] is int else json_type(hints[key])
            for key in keys
        }
        listed = {key: Annotated[type_, Field(description=words[key])] if key in words else type_ for key, type_ in types.items()}
        made = cast(Any, TypedDict)(self.name, listed)
        made.__doc__ = self.says or self.of.__doc__
        made.__pydantic_config__ = {"extra": "forbid"}
        return made

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The schema of a key annotated with this shape."""
        return handler.generate_schema(self.typed)


def _parts_of(keys: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of these attributes."""
    if len(keys) > 1:  # of one key it would give the value alone
        return attrgetter(*keys)
    return lambda value: tuple(getattr(value, key) for key in keys)


def _is_as_it_is(hint: Any) -> bool:
    """Whether the values of a type are words and numbers."""
    if get_origin(hint) in (Union, UnionType):
        return all(map(_is_as_it_is, get_args(hint)))
    return get_origin(hint) is Literal or (isinstance(hint, type) and issubclass(hint, (str, int, float, NoneType)))


def _holds_what_is(hint: Any) -> bool:
    """Whether the values of a type are lists of words and numbers."""
    return get_origin(hint) in (tuple, list) and all(one is Ellipsis or _is_as_it_is(one) for one in get_args(hint))


_INSIDE: dict[type, Shape[Any]] = {}
"""Dataclass → the shape that stands for it within others."""
_AS_THEY_ARE: Final = frozenset({str, int, float, bool, NoneType})
_WAYS: dict[type, Callable[[Any], Any]] = {}
"""Type → how its values become JSON, as far as it was asked for."""


def plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses by their shape, tuples as lists."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    way = _WAYS.get(kind)
    if way is None:
        way = _WAYS[kind] = _way_of(kind)
    return way(value)


def _way_of(kind: type) -> Callable[[Any], Any]:
    if is_dataclass(kind):
        return shape_of(kind)
    if issubclass(kind, tuple | list):
        return lambda value: [one if type(one) in _AS_THEY_ARE else plain(one) for one in value]
    if issubclass(kind, Mapping):
        return lambda value: {key: one if type(one) in _AS_THEY_ARE else plain(one) for key, one in value.items()}
    return lambda value: value


def shape_of(of: type[T]) -> Shape[T]:
    """The shape of a dataclass within others; the dataclass as it is where none was stated."""
    return _INSIDE.get(of) or Shape(of)


def json_type(hint: Any) -> Any:
    """The type of the JSON of a value of this type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return shape_of(hint).typed
    if origin in (tuple, list):
        kinds = tuple(dict.fromkeys(json_type(one) for one in arguments if one is not Ellipsis))
        return list[Union[kinds]]  # type: ignore[valid-type]  # noqa: UP007 - made at run time
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[arguments[0], json_type(arguments[1])]  # type: ignore[misc,valid-type]
    if origin in (Union, UnionType):
        return Union[tuple(json_type(one) for one in arguments)]  # noqa: UP007 - made at run time
    return hint


@cache
def _words_of(of: Any) -> dict[str, str]:
    """Field → the docstring below it, those of base classes included."""
    found: dict[str, str] = {}
    for base in reversed(of.__mro__):
        if not is_dataclass(base):
            continue
        body = cast(ast.ClassDef, ast.parse(textwrap.dedent(inspect.getsource(cast(type, base)))).body[0]).body
        for statement, following in itertools.pairwise(body):
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and isinstance(following, ast.Expr):
                text = following.value
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found[statement.target.id] = inspect.cleandoc(text.value)
    return found
