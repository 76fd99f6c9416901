"""A view as SQL over the lines of one resource type.

A select that unites (unionAll) stands for several chains of columns and lists to go through, one for each way through its branches; each
chain becomes one SELECT, and all of them one UNION ALL. A list is gone through by UNNEST, and a `repeat` by a recursive common table.
"""

import difflib
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final

from cohorts.views.definition import Column, Path, Select, ViewDefinition
from cohorts.views.elements import Kind, elements, modules, resource
from cohorts.views.errors import InvalidView, shown
from cohorts.views.expressions import Scope, evaluate
from cohorts.views.fhirpath import constants, descends, functions, parse
from cohorts.views.sql import name as quoted
from cohorts.views.sql import text
from cohorts.views.tables import Names, among_patients, gone_through, kept, repeated, rows
from cohorts.views.values import BOOLEAN, INTEGERS, MOMENTS, PRIMITIVES, TEXTS, Build, NeedsJson, Shape, Value, number, sql_type

MOST_CHAINS: Final = 256
"""Ways through the branches of all unions of a view."""
_OF_PATIENT: Final = ("subject", "patient", "beneficiary", "individual", "candidate")
"""The elements by which records say of which patient they are."""
_LONGEST_SQL: Final = 2_000_000


@dataclass(frozen=True)
class Result:
    """A column of the table: its name, FHIR type, whether it is a list, and its SQL type."""

    name: str
    type: str
    is_collection: bool
    sql_type: str
    is_json: bool = False
    """Whether its values are elements, which are no values, as JSON texts."""


@dataclass(frozen=True)
class View:
    """A compiled view."""

    resource: str
    columns: tuple[Result, ...]
    shape: str
    """What DuckDB is told to read of a record, `{name: 'type', …}`; '' where it reads JSON."""
    sql: str
    """The statement over `resources`, whose rows are the elements of the shape, or `_j`; the last column is the number of the record."""
    is_exact: bool
    """Whether decimals must come as they are written, as texts."""
    multiplies: bool
    """Whether a record may make several rows."""
    of_patients: bool
    """Whether it is limited to the patients whose ids are in the table `patients`."""
    touched: frozenset[str]
    """The names of the elements that it reads."""
    notices: tuple[str, ...] = ()


def compile_view(view: ViewDefinition, of_patients: bool = False) -> View:
    """The SQL of a view; `of_patients` is one that is limited to patients who are named when it runs.

    Raises InvalidView for whatever is wrong with it or not supported; nothing runs before that is known.
    """
    kind = resource(view.resource)
    if kind is None:
        near = difflib.get_close_matches(view.resource.lower(), modules(), 1)
        raise InvalidView("resource", f"{shown(view.resource)} is no resource type of R4" + (f"; did you mean {near[0]}?" if near else ""))
    paths = [*view.where, *(path for select in view.selects for path in _paths(select))]
    is_exact = any(functions(path.node) & {"lowBoundary", "highBoundary"} for path in paths)
    if not any(_repeats(select) for select in view.selects):
        try:
            return _View(view, kind, Build(False, is_exact), of_patients).compiled()
        except NeedsJson:
            pass
    return _View(view, kind, Build(True, is_exact), of_patients).compiled()


def of_patient(kind: Kind) -> tuple[str, ...]:
    """The elements by which records of a type say of which patient they are."""
    return tuple(name for name in _OF_PATIENT if (found := elements(kind).get(name)) and found.kind.name == "Reference")


def _paths(select: Select) -> "list[Path]":
    below = [path for one in (*select.selects, *select.union) for path in _paths(one)]
    return [*(column.path for column in select.columns), *([select.each] if select.each else []), *select.repeat, *below]


def _repeats(select: Select) -> bool:
    return bool(select.repeat) or any(map(_repeats, (*select.selects, *select.union)))


@dataclass(frozen=True)
class _Chain:
    """What is gone through, and the columns found on the way."""

    tables: tuple[str, ...]
    """Common tables, each over the one before; the first is over `kept`."""
    columns: tuple[tuple[Column, Value], ...] = ()

    @property
    def last(self) -> str:
        return self.tables[-1].split(" ", 1)[0] if self.tables else "kept"


@dataclass
class _View:
    view: ViewDefinition
    kind: Kind
    build: Build
    of_patients: bool = False
    shape: Shape = field(default_factory=Shape)
    _count: int = 0

    def compiled(self) -> View:
        base = Value("b._j" if self.build.is_json else "b", self.kind, shape=self.shape)
        scope = Scope(self.build, base, base, "CAST(0 AS BIGINT)", self.view.constants)
        conditions = [f"coalesce({self._condition(path, scope)}, FALSE)" for path in self.view.where]
        conditions += [self._patients(scope)] if self.of_patients else []
        chains = self._selects(self.view.selects, scope, _Chain(()))
        columns = self._results(chains)
        tables = [kept(conditions, len(chains) > 1), *dict.fromkeys(table for chain in chains for table in chain.tables)]
        statements = [self._rows(chain, columns) for chain in chains]
        recursive = "RECURSIVE " if any(map(_repeats, self.view.selects)) else ""
        sql = f"WITH {recursive}{', '.join(tables)} {' UNION ALL '.join(statements)}"
        if len(sql) > _LONGEST_SQL:
            raise InvalidView("select", f"makes SQL of {len(sql):,} characters, more than {_LONGEST_SQL:,}: split the view")
        read = {name: self.shape.type_of(name) for name in self.shape.fields}
        shape = "" if self.build.is_json else "{" + ", ".join(f"{quoted(n)}: {text(held)}" for n, held in read.items()) + "}"
        return View(
            self.view.resource,
            columns,
            shape,
            sql,
            self.build.is_exact,
            len(chains) > 1 or bool(chains[0].tables),
            self.of_patients,
            frozenset(self.build.touched),
            tuple(self.build.notices),
        )

    def _rows(self, chain: _Chain, columns: tuple[Result, ...]) -> str:
        given = zip(chain.columns, columns, strict=True)
        return rows([(self._output(column, value, result), result.sql_type, column.name) for (column, value), result in given], chain.last)

    def _selects(self, selects: tuple[Select, ...], scope: Scope, before: _Chain) -> list[_Chain]:
        """The chains through selects beside each other, each row of one with each of the others."""
        chains = [before]
        for select in selects:
            chains = [longer for chain in chains for longer in self._select(select, scope, chain)]
            if len(chains) > MOST_CHAINS:
                raise InvalidView(select.where, f"there are more than {MOST_CHAINS} ways through the branches of unionAll")
        return chains

    def _select(self, select: Select, scope: Scope, before: _Chain) -> list[_Chain]:
        chain, inner = before, scope
        if select.each is not None:
            chain, inner = self._each(select, select.each, scope, before)
        elif select.repeat:
            chain, inner = self._repeat(select, scope, before)
        chain = replace(chain, columns=(*chain.columns, *((column, self._value(column, inner)) for column in select.columns)))
        chains = self._selects(select.selects, inner, chain)
        if not select.union:
            return chains
        found = [longer for branch, one in product(select.union, chains) for longer in self._select(branch, inner, one)]
        if len(found) > MOST_CHAINS:
            raise InvalidView(select.where, f"there are more than {MOST_CHAINS} ways through the branches of unionAll")
        return found

    def _each(self, select: Select, path: Path, scope: Scope, before: _Chain) -> tuple[_Chain, Scope]:
        found = self._list(path, scope)
        items = self.build.listed(found) if not found.is_nothing else "CAST([] AS VARCHAR[])"
        if select.is_outer:
            items = self.build.bound(items, lambda given: f"CASE WHEN len({given}) > 0 THEN {given} ELSE [NULL] END")
        names = self._fresh()
        inner = scope.at(Value(f"b.{names.item}", found.kind, shape=found.shape, is_text=found.is_text), f"b.{names.at}")
        return replace(before, tables=(*before.tables, gone_through(before.last, items, names))), inner

    def _repeat(self, select: Select, scope: Scope, before: _Chain) -> tuple[_Chain, Scope]:
        """All nodes below, each before those below it, numbered through."""
        place = f"{select.where}.repeat"
        for path in select.repeat:
            if unknown := [one for one in constants(path.node) if one not in self.view.constants]:
                raise InvalidView(path.where, f"%{unknown[0][:80]} is not supported in repeat")
        start = [self._list(path, scope) for path in select.repeat]
        for path in select.repeat:
            if not descends(path.node):
                raise InvalidView(path.where, "leads to no element below: it would repeat without end")
        kinds = {value.kind.name: value.kind for value in start if not value.is_nothing}
        if len(kinds) > 1 or any(kind.is_primitive for kind in kinds.values()):
            raise InvalidView(place, f"leads to {', '.join(sorted(kinds))}: elements of one type are needed")
        if not kinds:
            return self._each(select, select.repeat[0], scope, before)
        kind, names = next(iter(kinds.values())), self._fresh()
        node = Value(f"b.{names.item}", kind, shape=Shape())
        below = [self._list(path, scope.at(node)) for path in select.repeat]
        if others := [value.kind.name for value in below if not value.is_nothing and value.kind != kind]:
            raise InvalidView(place, f"leads from a {kind.name} to a {others[0]}: that cannot be repeated")
        first, further = (self._concatenated(values) for values in (start, below))
        return replace(before, tables=(*before.tables, *repeated(before.last, first, further, names))), scope.at(node, f"b.{names.at}")

    def _concatenated(self, values: list[Value]) -> str:
        return ", ".join(self.build.listed(value) for value in values if not value.is_nothing) or "[]"

    def _list(self, path: Path, scope: Scope) -> Value:
        self.build.where = path.where
        return self.build.plain(evaluate(path.node, scope))

    def _condition(self, path: Path, scope: Scope) -> str:
        self.build.where = path.where
        return self.build.truth(evaluate(path.node, scope), "the condition")

    def _patients(self, scope: Scope) -> str:
        """The condition that a record is of one of the patients."""
        self.build.where = "resource"
        named = of_patient(self.kind)
        paths = ["getResourceKey()"] if self.kind.name == "Patient" else [f"{name}.getReferenceKey(Patient)" for name in named]
        if not paths:
            raise InvalidView("resource", f"{self.kind.name} says of no record whose it is: it cannot be limited to patients")
        keys = [self.build.plain(evaluate(parse(path), scope)) for path in paths]
        return "(" + " OR ".join(among_patients(key.sql) for key in keys) + ")"

    def _value(self, column: Column, scope: Scope) -> Value:
        self.build.where = column.path.where
        value = self.build.plain(evaluate(column.path.node, scope))
        if not value.is_nothing and not value.kind.is_primitive and not self.build.is_json:
            raise NeedsJson  # a struct would hold only what else is touched of it
        return value

    def _fresh(self) -> Names:
        self._count += 1
        return Names(self._count)

    def _results(self, chains: list[_Chain]) -> tuple[Result, ...]:
        """The columns, of which all chains must say the same."""
        first = [self._result(column, value) for column, value in chains[0].columns]
        for chain in chains[1:]:
            for n, (column, value) in enumerate(chain.columns):
                result = self._result(column, value)
                if first[n].type == "" and result.type:
                    first[n] = result
                elif result.type and (result.sql_type != first[n].sql_type):
                    raise InvalidView(column.where, f"{column.name} is {_said(result)} here and {_said(first[n])} in another branch")
        return tuple(replace(one, type=one.type or "string", sql_type=one.sql_type) for one in first)

    def _result(self, column: Column, value: Value) -> Result:
        self.build.where = column.where
        found, stated = value.kind.name, column.type.removeprefix("http://hl7.org/fhir/StructureDefinition/")
        if stated in PRIMITIVES or not stated:
            held = stated or found
        elif value.is_nothing or stated == found:
            held = found or stated
        else:
            raise InvalidView(f"{column.where}.type", f"the path gives a {found}, not a {shown(stated)}")
        if stated and not value.is_nothing and not _fits(found, stated):
            raise InvalidView(f"{column.where}.type", f"the path gives a {found}, which is no {stated}")
        sql = sql_type(Kind(held))
        is_json = bool(held) and held not in PRIMITIVES
        return Result(column.name, held, column.is_collection, f"{sql}[]" if column.is_collection else sql, is_json)

    def _output(self, column: Column, value: Value, result: Result) -> str:
        self.build.where = column.path.where
        if value.is_nothing:
            return "[]" if column.is_collection else "NULL"
        if column.is_collection:
            return f"coalesce({self.build.listed(replace(value, sql=number(value), is_text=False))}, [])"
        one = self.build.single(value, f" ({column.name}): say collection: true, or first()")
        return number(one)


def _fits(found: str, stated: str) -> bool:
    """Whether a column that is stated to be of a type can hold what its path gives."""
    if found in INTEGERS:
        return stated in INTEGERS or stated == "decimal"
    if found == BOOLEAN.name or found == "decimal":
        return stated == found
    if found in MOMENTS or found == "time" or found in TEXTS:
        return stated in MOMENTS or stated == "time" or stated in TEXTS
    return stated == found


def _said(result: Result) -> str:
    return f"a list of {result.type}" if result.is_collection else f"a {result.type}"
