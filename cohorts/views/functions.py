"""The functions of FHIRPath that views may use. One that is not here is refused by its name."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cohorts.views.elements import Kind
from cohorts.views.errors import shown
from cohorts.views.fhirpath import Call, Literal, Node, Step
from cohorts.views.navigation import of_type, step
from cohorts.views.sql import REFERENCE, text
from cohorts.views.values import BOOLEAN, DECIMAL, EMPTY, INTEGER, INTEGERS, STRING, TEXTS, Build, Choice, Value, number, sql_type


@dataclass(frozen=True)
class Applied:
    """A function as it is called: of what, with which arguments, and how an argument is evaluated for an item."""

    build: Build
    of: Value | Choice
    call: Call
    evaluate: Callable[[Node, Value | None], Value | Choice]
    """Of a focus; None is the one around the call."""

    @property
    def value(self) -> Value:
        """What it is called of, where that may not be a choice of types."""
        return self.build.plain(self.of)

    def texts(self, what: str) -> str:
        """The SQL of the value it is called of, which must be a text."""
        value = self.build.single(self.value, f": {what}")
        if value.kind.name not in TEXTS:
            raise self.build.wrong(f"{what} is asked of a {value.kind.name}, not of a text")
        return value.sql

    def argument(self, at: int = 0) -> Value:
        """A single value given as an argument."""
        value = self.build.plain(self.evaluate(self.call.arguments[at], None))
        return self.build.single(value, f" (an argument of {self.call.name}())")

    def text_argument(self, at: int = 0) -> str:
        """The SQL of an argument that is a text."""
        value = self.argument(at)
        if value.kind.name not in TEXTS:
            raise self.build.wrong(f"{self.call.name}() takes a text, not a {value.kind.name or 'value that is always empty'}")
        return value.sql

    def whole_argument(self, at: int = 0) -> int:
        """An argument that is a whole number in the expression itself."""
        node = self.call.arguments[at]
        if not isinstance(node, Literal) or node.type != "integer":
            raise self.build.wrong(f"{self.call.name}() takes a whole number")
        return int(node.text)

    def type_argument(self, at: int = 0) -> str:
        """An argument that names a type."""
        node = self.call.arguments[at]
        if isinstance(node, Step) and isinstance(node.of, Step) and node.of.of is None and node.of.name in ("FHIR", "System"):
            return node.name if node.of.name == "FHIR" else node.name[:1].lower() + node.name[1:]
        if isinstance(node, Step) and node.of is None:
            return node.name
        raise self.build.wrong(f"{self.call.name}() takes the name of a type")

    def criterion(self, item: Value) -> str:
        """The SQL of the first argument, true or false of an item."""
        return self.build.truth(self.evaluate(self.call.arguments[0], item), f"what {self.call.name}() is given")


def apply(applied: Applied) -> Value | Choice:
    """What the function gives. Raises InvalidView for one that is not supported, and for wrong arguments."""
    name, given = applied.call.name, len(applied.call.arguments)
    if name not in FUNCTIONS:
        near = difflib.get_close_matches(name, FUNCTIONS, 1)
        meant = f"; did you mean {near[0]}()?" if near else f"; there are: {', '.join(sorted(FUNCTIONS))}"
        raise applied.build.wrong(f"the function {shown(name)} is not supported{meant}")
    least, most, function = FUNCTIONS[name]
    if not least <= given <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise applied.build.wrong(f"{name}() takes {wanted} argument{'' if wanted == '1' else 's'}, not {given}")
    return function(applied)


def _where(applied: Applied) -> Value:
    build, value = applied.build, applied.value
    if value.is_nothing:
        return EMPTY
    if value.many:
        kept = build.each("list_filter", value.sql, lambda item: applied.criterion(_item(value, item)))
    else:
        kept = build.bound(value.sql, lambda item: f"CASE WHEN {applied.criterion(_item(value, item))} THEN {item} END")
    return replace(value, sql=kept, origin=None)


def _item(value: Value, sql: str) -> Value:
    return replace(value, sql=sql, many=False, origin=None)


def _all(applied: Applied) -> Value:
    build, value = applied.build, applied.value
    if value.is_nothing:
        return Value("TRUE", BOOLEAN)
    others = build.each("list_filter", build.listed(value), lambda item: f"NOT coalesce({applied.criterion(_item(value, item))}, FALSE)")
    return Value(f"(coalesce(len({others}), 0) = 0)", BOOLEAN)


def exists(build: Build, of: Value | Choice) -> str:
    """The SQL of whether there is anything; never NULL."""
    if isinstance(of, Choice):
        return "(" + " OR ".join(exists(build, of_type(build, of, _type_of(of, element.name))) for element in of.elements) + ")"
    if of.is_nothing:
        return "FALSE"
    return f"(coalesce(len({of.sql}), 0) > 0)" if of.many else f"({of.sql} IS NOT NULL)"


def _type_of(choice: Choice, name: str) -> str:
    return name.removeprefix(choice.name)


def _exists(applied: Applied) -> Value:
    of = _where(applied) if applied.call.arguments else applied.of
    return Value(exists(applied.build, of), BOOLEAN)


def _empty(applied: Applied) -> Value:
    return Value(f"(NOT {exists(applied.build, applied.of)})", BOOLEAN)


def _count(applied: Applied) -> Value:
    value = applied.value
    if value.many:
        return Value(f"CAST(coalesce(len({value.sql}), 0) AS BIGINT)", INTEGER)
    return Value(f"CAST(({exists(applied.build, value)}) AS BIGINT)", INTEGER)


def _not(applied: Applied) -> Value:
    return Value(f"(NOT {applied.build.truth(applied.of, 'what stands before not()')})", BOOLEAN)


def _at(applied: Applied, index: str) -> Value:
    value = applied.value
    return replace(value, sql=f"(({value.sql})[{index}])", many=False, origin=None) if value.many else value


def _sliced(applied: Applied, begin: int, end: str) -> Value:
    build, value = applied.build, applied.value
    if value.is_nothing:
        return EMPTY
    return replace(value, sql=f"({build.listed(value)})[{begin}:{end}]", many=True, origin=None)


def _single(applied: Applied) -> Value:
    return applied.build.single(applied.value, ": single()")


def _distinct(applied: Applied) -> Value:
    value = applied.value
    if value.many and not value.kind.is_primitive:
        raise applied.build.wrong(f"distinct() is supported of values, not of a {value.kind.name}")
    return replace(value, sql=applied.build.distinct(value.sql), origin=None) if value.many else value


def _of_type(applied: Applied) -> Value:
    return of_type(applied.build, applied.of, applied.type_argument())


def _is(applied: Applied) -> Value:
    wanted = applied.type_argument()
    if isinstance(applied.of, Choice) and all(_type_of(applied.of, one.name).lower() != wanted.lower() for one in applied.of.elements):
        return Value(exists(applied.build, applied.of) + " AND FALSE", BOOLEAN)
    return Value(exists(applied.build, of_type(applied.build, applied.of, wanted)), BOOLEAN)


def _extension(applied: Applied) -> Value:
    build, url = applied.build, applied.text_argument()
    found = build.plain(step(build, applied.of, "extension"))
    if found.is_nothing:
        return EMPTY

    def is_it(item: str) -> str:
        return f"{build.plain(step(build, _item(found, item), 'url')).sql} = {url}"

    return replace(found, sql=build.each("list_filter", found.sql, is_it), origin=None)


def _resource_key(applied: Applied) -> Value:
    value = applied.value
    if value.many or not (value.kind.cls and value.kind.cls.has_resource_base()):
        raise applied.build.wrong(f"getResourceKey() is asked of a {value.kind.name}, not of a resource")
    return replace(applied.build.plain(step(applied.build, value, "id")), kind=STRING)


def _reference_key(applied: Applied) -> Value:
    value = applied.value
    if value.is_nothing:
        return EMPTY
    if value.kind.name != "Reference":
        raise applied.build.wrong(f"getReferenceKey() is asked of a {value.kind.name}, not of a Reference")
    wanted = text(applied.type_argument()) if applied.call.arguments else "'[A-Za-z]+'"
    found = applied.build.plain(step(applied.build, value, "reference"))
    if not found.many:
        return Value(f"{REFERENCE}({found.sql}, {wanted})", STRING)
    keys = applied.build.each("list_transform", found.sql, lambda item: f"{REFERENCE}({item}, {wanted})")
    return Value(applied.build.each("list_filter", keys, lambda item: f"{item} IS NOT NULL"), STRING, True)


def _join(applied: Applied) -> Value:
    value = applied.value
    if value.is_nothing:
        return EMPTY
    if value.kind.name not in TEXTS:
        raise applied.build.wrong(f"join() is asked of a {value.kind.name}, not of texts")
    separator = applied.text_argument() if applied.call.arguments else "''"
    return Value(f"nullif(array_to_string({value.sql}, {separator}), '')" if value.many else value.sql, STRING)


def _boundary(side: str) -> Callable[[Applied], Value]:
    def of(applied: Applied) -> Value:
        value = applied.build.single(applied.value, f": {applied.call.name}()")
        kind = value.kind.name
        if value.is_nothing:
            return EMPTY
        if kind == "decimal" or kind in INTEGERS:
            sign = -1 if side == "low" else 1
            return Value(applied.build.bound(f"CAST({value.sql} AS VARCHAR)", lambda t: f"view_bound_decimal({t}, {sign})"), DECIMAL)
        macro = {"date": "date", "dateTime": "moment", "instant": "moment", "time": "time"}.get(kind)
        if macro is None:
            raise applied.build.wrong(f"{applied.call.name}() is asked of a {kind}; it is for decimals, dates and times")
        return Value(applied.build.bound(value.sql, lambda t: f"view_{side}_{macro}({t})"), value.kind)

    return of


def _texts(sql: str, kind: Kind = STRING, takes: int = 0) -> tuple[int, int, Callable[[Applied], Value]]:
    """A function of one text, by its SQL, with {0} for the text and {1} for the argument."""

    def of(applied: Applied) -> Value:
        if applied.value.is_nothing:
            return EMPTY
        arguments = [applied.text_argument(n) for n in range(takes)]
        return Value(sql.format(applied.texts(f"{applied.call.name}()"), *arguments), kind)

    return takes, takes, of


def _substring(applied: Applied) -> Value:
    if applied.value.is_nothing:
        return EMPTY
    begin = applied.whole_argument()
    length = f", {applied.whole_argument(1)}" if len(applied.call.arguments) > 1 else ""
    return Value(f"nullif(substring({applied.texts('substring()')}, {begin + 1}{length}), '')", STRING)


def _to_string(applied: Applied) -> Value:
    value = applied.build.single(applied.value, ": toString()")
    if value.is_nothing:
        return EMPTY
    if not value.kind.is_primitive:
        raise applied.build.wrong(f"toString() is asked of a {value.kind.name}")
    return Value(f"CAST({value.sql} AS VARCHAR)", STRING)


def _to(kind: Kind) -> Callable[[Applied], Value]:
    def of(applied: Applied) -> Value:
        value = applied.build.single(applied.value, f": {applied.call.name}()")
        if value.is_nothing:
            return EMPTY
        if value.kind.name not in TEXTS | INTEGERS | {"boolean"} and (kind != DECIMAL or value.kind != DECIMAL):
            raise applied.build.wrong(f"{applied.call.name}() is asked of a {value.kind.name}")
        return Value(f"TRY_CAST({number(value)} AS {sql_type(kind)})", kind)

    return of


def _iif(applied: Applied) -> Value:
    build = applied.build
    condition = build.truth(applied.evaluate(applied.call.arguments[0], None), "the condition of iif()")
    results = [applied.argument(1), applied.argument(2) if len(applied.call.arguments) > 2 else EMPTY]
    given = [one for one in results if not one.is_nothing]
    if any(not one.kind.is_primitive or sql_type(one.kind) != sql_type(given[0].kind) for one in given):
        raise build.wrong("the two results of iif() must be values of one type")
    if not given:
        return EMPTY
    chosen, other = (number(one) for one in results)
    return Value(f"(CASE WHEN {condition} THEN {chosen} ELSE {other} END)", given[0].kind)


FUNCTIONS: Final[dict[str, tuple[int, int, Callable[[Applied], Value]]]] = {
    "where": (1, 1, _where),
    "exists": (0, 1, _exists),
    "empty": (0, 0, _empty),
    "all": (1, 1, _all),
    "not": (0, 0, _not),
    "count": (0, 0, _count),
    "first": (0, 0, lambda applied: _at(applied, "1")),
    "last": (0, 0, lambda applied: _at(applied, "-1")),
    "tail": (0, 0, lambda applied: _sliced(applied, 2, "")),
    "skip": (1, 1, lambda applied: _sliced(applied, applied.whole_argument() + 1, "")),
    "take": (1, 1, lambda applied: _sliced(applied, 1, str(applied.whole_argument()))),
    "single": (0, 0, _single),
    "distinct": (0, 0, _distinct),
    "ofType": (1, 1, _of_type),
    "as": (1, 1, _of_type),
    "is": (1, 1, _is),
    "extension": (1, 1, _extension),
    "getResourceKey": (0, 0, _resource_key),
    "getReferenceKey": (0, 1, _reference_key),
    "join": (0, 1, _join),
    "lowBoundary": (0, 0, _boundary("low")),
    "highBoundary": (0, 0, _boundary("high")),
    "iif": (2, 3, _iif),
    "startsWith": _texts("starts_with({0}, {1})", BOOLEAN, 1),
    "endsWith": _texts("ends_with({0}, {1})", BOOLEAN, 1),
    "contains": _texts("contains({0}, {1})", BOOLEAN, 1),
    "upper": _texts("upper({0})"),
    "lower": _texts("lower({0})"),
    "trim": _texts("trim({0})"),
    "length": _texts("length({0})", INTEGER),
    "substring": (1, 2, _substring),
    "toString": (0, 0, _to_string),
    "toInteger": (0, 0, _to(INTEGER)),
    "toDecimal": (0, 0, _to(DECIMAL)),
}
"""Name → (fewest arguments, most, what it does)."""
