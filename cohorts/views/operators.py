"""The operators of FHIRPath over values. Each yields empty where an operand is empty, unless FHIRPath says otherwise."""

from collections.abc import Callable
from typing import Final

from cohorts.views.sql import ORDER, ROUNDED
from cohorts.views.values import BOOLEAN, DECIMAL, EMPTY, INTEGER, INTEGERS, MOMENTS, STRING, TEXTS, Build, Choice, Value, number

Operand = Value | Choice


def family(value: Value) -> str:
    """What a value can be compared with: '' for what is always empty."""
    kind = value.kind.name
    if kind in INTEGERS or kind == "decimal":
        return "number"
    if kind in MOMENTS:
        return "moment"
    return "text" if kind in TEXTS else kind


def operate(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    """left operator right. Raises InvalidView for one that is not supported, or not of these operands."""
    if operator not in _OPERATORS:
        raise build.wrong(f"the operator {operator} is not supported; there are: {', '.join(sorted(_OPERATORS))}")
    return _OPERATORS[operator](build, operator, left, right)


def signed(build: Build, sign: str, of: Operand) -> Value:
    """A number with a sign before it."""
    value = build.single(build.plain(of), f" (of {sign})")
    if value.is_nothing:
        return EMPTY
    if family(value) != "number":
        raise build.wrong(f"{sign} is put before a {value.kind.name}")
    return Value(f"({sign}{number(value)})", value.kind)


def _logic(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    a, b = (build.truth(one, f"what stands beside {operator}") for one in (left, right))
    sql = {"xor": f"({a} <> {b})", "implies": f"((NOT {a}) OR {b})"}.get(operator, f"({a} {operator.upper()} {b})")
    return Value(sql, BOOLEAN)


def _pair(build: Build, operator: str, left: Operand, right: Operand) -> tuple[Value, Value] | None:
    """Two operands of one family; None where one is always empty."""
    a, b = build.plain(left), build.plain(right)
    if a.is_nothing or b.is_nothing:
        return None
    if family(a) != family(b):
        raise build.wrong(f"{operator} between a {a.kind.name} and a {b.kind.name}: they can never be compared")
    return a, b


def _equal(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    pair = _pair(build, operator, left, right)
    if pair is None:
        return Value("CAST(NULL AS BOOLEAN)", BOOLEAN)
    a, b = pair
    if not a.kind.is_primitive:
        raise build.wrong(f"{operator} is supported between values, not of a {a.kind.name}: compare its elements")
    both = a.many and b.many
    if both and family(a) == "moment":
        raise build.wrong(f"{operator} between two lists of dates is not supported")

    def one(x: str, y: str) -> str:
        return _moments(build, x, "=", y) if family(a) == "moment" else f"({x} = {y})"

    def listed(items: str, other: str) -> str:
        if both:
            return f"CASE WHEN coalesce(len({items}), 0) = 0 OR coalesce(len({other}), 0) = 0 THEN NULL ELSE {items} = {other} END"
        first = f"({items})[1]"
        return (
            f"CASE WHEN coalesce(len({items}), 0) = 0 OR {other} IS NULL THEN NULL "
            f"WHEN len({items}) = 1 THEN {one(first, other)} ELSE FALSE END"
        )

    if not a.many and not b.many:
        sql = one(number(a), number(b))
    else:
        items, other = (a, b) if a.many else (b, a)
        sql = build.bound(number(items), lambda x: build.bound(number(other), lambda y: listed(x, y)))
    return Value(f"({sql})" if operator == "=" else f"(NOT ({sql}))", BOOLEAN)


def _moments(build: Build, left: str, sign: str, right: str) -> str:
    return build.bound(left, lambda a: build.bound(right, lambda b: f"({ORDER}({a}, {b}) {sign} 0)"))


def _compare(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    pair = _pair(build, operator, left, right)
    if pair is None:
        return Value("CAST(NULL AS BOOLEAN)", BOOLEAN)
    a, b = (build.single(one, f" (beside {operator})") for one in pair)
    if family(a) == "moment":
        return Value(_moments(build, a.sql, operator, b.sql), BOOLEAN)
    if family(a) not in ("number", "text", "time"):
        raise build.wrong(f"{operator} is not supported between values of {a.kind.name}")
    return Value(f"({number(a)} {operator} {number(b)})", BOOLEAN)


def _reckon(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    pair = _pair(build, operator, left, right)
    if pair is None:
        return EMPTY
    a, b = (build.single(one, f" (beside {operator})") for one in pair)
    if operator == "+" and family(a) == "text":
        return Value(f"({a.sql} || {b.sql})", STRING)
    if family(a) != "number":
        raise build.wrong(f"{operator} is not supported between values of {a.kind.name}")
    x, y = number(a), number(b)
    whole = a.kind.name in INTEGERS and b.kind.name in INTEGERS
    if operator == "/":
        return Value(f"{ROUNDED}({x} / nullif({y}, 0))", DECIMAL)
    if operator == "div":
        return Value(f"CAST(trunc({x} / nullif({y}, 0)) AS BIGINT)", INTEGER)
    sql = f"({x} % nullif({y}, 0))" if operator == "mod" else f"({x} {operator} {y})"
    return Value(sql if whole else f"{ROUNDED}{sql}", INTEGER if whole else DECIMAL)


def _glue(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    parts = []
    for one in (left, right):
        value = build.single(build.plain(one), " (beside &)")
        if not value.is_nothing and family(value) != "text":
            raise build.wrong(f"& is not supported with a {value.kind.name}")
        parts.append("''" if value.is_nothing else f"coalesce({value.sql}, '')")
    return Value(f"({' || '.join(parts)})", STRING)


def _union(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    a, b = build.plain(left), build.plain(right)
    if a.is_nothing or b.is_nothing:
        return b if a.is_nothing else a
    if family(a) != family(b) or not a.kind.is_primitive:
        raise build.wrong(f"| is supported between values of one type, not between {a.kind.name} and {b.kind.name}; unionAll may do")
    kind = a.kind if a.kind == b.kind else DECIMAL if family(a) == "number" else STRING if family(a) == "text" else a.kind
    lists = ", ".join(build.listed(Value(number(one), one.kind, one.many)) for one in (a, b))
    return Value(build.distinct(f"list_concat({lists})"), kind, True)


def _member(build: Build, operator: str, left: Operand, right: Operand) -> Value:
    one, among = (left, right) if operator == "in" else (right, left)
    pair = _pair(build, operator, one, among)
    if pair is None:
        return Value("FALSE" if build.plain(among).is_nothing else "CAST(NULL AS BOOLEAN)", BOOLEAN)
    item, items = build.single(pair[0], f" (beside {operator})"), pair[1]
    if not item.kind.is_primitive or family(item) == "moment":
        raise build.wrong(f"{operator} is not supported for a {item.kind.name}")
    held = build.listed(Value(number(items), items.kind, items.many))
    sql = build.bound(number(item), lambda x: f"CASE WHEN {x} IS NULL THEN NULL ELSE coalesce(list_contains({held}, {x}), FALSE) END")
    return Value(f"({sql})", BOOLEAN)


_OPERATORS: Final[dict[str, Callable[[Build, str, Operand, Operand], Value]]] = {
    **dict.fromkeys(("and", "or", "xor", "implies"), _logic),
    **dict.fromkeys(("=", "!="), _equal),
    **dict.fromkeys((">", "<", ">=", "<="), _compare),
    **dict.fromkeys(("+", "-", "*", "/", "div", "mod"), _reckon),
    "&": _glue,
    "|": _union,
    **dict.fromkeys(("in", "contains"), _member),
}
