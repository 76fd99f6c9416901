"""An expression over a focus, as SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cohorts.views.elements import Kind
from cohorts.views.errors import shown
from cohorts.views.fhirpath import Binary, Call, Constant, Index, Literal, Node, Sign, Step, This
from cohorts.views.functions import Applied, apply
from cohorts.views.navigation import step
from cohorts.views.operators import operate, signed
from cohorts.views.sql import text
from cohorts.views.values import EMPTY, INTEGER, INTEGERS, Build, Choice, Value

_LONGEST_NUMBER: Final = 40
_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: the resource, the focus, the number of its row, and the constants."""

    build: Build
    resource: Value
    focus: Value
    row_index: str
    constants: Mapping[str, Literal]

    def at(self, focus: Value, row_index: str | None = None) -> "Scope":
        """The scope of an item."""
        return replace(self, focus=focus, row_index=self.row_index if row_index is None else row_index)


def evaluate(node: Node, scope: Scope) -> Value | Choice:
    """What an expression gives in its scope. Raises InvalidView."""
    build = scope.build
    match node:
        case Literal():
            return _literal(build, node)
        case Constant(name=name):
            return _constant(name, scope)
        case This():
            return scope.focus
        case Step(of=of, name=name):
            if of is None and name == scope.resource.kind.name and scope.focus is scope.resource:
                return scope.focus
            return step(build, scope.focus if of is None else evaluate(of, scope), name)
        case Call(of=of):
            base = scope.focus if of is None else evaluate(of, scope)
            return apply(Applied(build, base, node, lambda given, item: evaluate(given, scope if item is None else scope.at(item))))
        case Index(of=of, at=at):
            return _indexed(build, build.plain(evaluate(of, scope)), build.plain(evaluate(at, scope)))
        case Sign(sign=sign, of=of):
            return signed(build, sign, evaluate(of, scope))
        case Binary(operator=operator, left=left, right=right):
            return operate(build, operator, evaluate(left, scope), evaluate(right, scope))


def _literal(build: Build, literal: Literal) -> Value:
    kind = Kind(literal.type)
    if not literal.type:
        return EMPTY
    if literal.type == "boolean":
        return Value(literal.text.upper(), kind)
    if literal.type in INTEGERS:
        if abs(int(literal.text)) > _LARGEST:
            raise build.wrong(f"{shown(literal.text)} is too large for a whole number")
        return Value(f"CAST({int(literal.text)} AS BIGINT)", kind)
    if literal.type == "decimal":
        if len(literal.text) > _LONGEST_NUMBER:
            raise build.wrong(f"the number {shown(literal.text)} is too long")
        quoted = text(literal.text)
        return Value(quoted if build.is_exact else f"CAST({quoted} AS DOUBLE)", kind, is_text=build.is_exact)
    return Value(text(literal.text), kind)


def _constant(name: str, scope: Scope) -> Value:
    if name in scope.constants:
        return _literal(scope.build, scope.constants[name])
    if name == "rowIndex":
        return Value(scope.row_index, INTEGER)
    if name in ("resource", "rootResource", "context"):
        return scope.resource
    known = ", ".join(f"%{one}" for one in list(scope.constants)[:20])
    raise scope.build.wrong(f"there is no constant %{name[:80]}; " + (f"there are {known}" if known else "the view defines none"))


def _indexed(build: Build, value: Value, at: Value) -> Value:
    index = build.single(at, " (in [ ])")
    if value.is_nothing or index.is_nothing:
        return EMPTY
    if index.kind.name not in INTEGERS:
        raise build.wrong(f"[ ] takes a whole number, not a {index.kind.name}")
    if value.many:
        sql = build.bound(index.sql, lambda n: f"CASE WHEN {n} >= 0 THEN ({value.sql})[{n} + 1] END")
    else:
        sql = f"(CASE WHEN {index.sql} = 0 THEN {value.sql} END)"
    return replace(value, sql=sql, many=False, origin=None)
