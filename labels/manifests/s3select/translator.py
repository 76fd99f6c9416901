"""From a statement to DuckDB SQL over a table `lines(n, line)`: the number and the text of each line, which begins as an object does.

A JSON value has no type until it is read, so every expression is translated with its kind: `json` (whatever the line holds), `text`,
`number`, `truth` or `time`. Values compare within one kind; unlike kinds are never equal; a missing value and a null make a comparison
unknown, so that such a line is returned neither by `=` nor by `<>`. Nothing of the user's text reaches the SQL but quoted literals.
"""
# ruff: noqa: S608 - the SQL is put together from this module's own words and quoted literals

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from labels.errors import StatementError
from labels.manifests.s3select.parser import AGGREGATES, parse_expression
from labels.manifests.s3select.statement import (
    Call,
    Case,
    Cast,
    Column,
    Every,
    Expression,
    In,
    Is,
    Junction,
    Like,
    Literal,
    Negation,
    Operation,
    Path,
    Statement,
    bounded,
    parts,
)

MACROS = """
CREATE TEMP MACRO text_of(j) AS CASE WHEN starts_with(j::VARCHAR, '"') THEN json_extract_string(j, '$') END;
CREATE TEMP MACRO number_of(j) AS TRY_CAST(j::VARCHAR AS DOUBLE);
CREATE TEMP MACRO truth_of(j) AS CASE j::VARCHAR WHEN 'true' THEN true WHEN 'false' THEN false END;
CREATE TEMP MACRO time_of(j) AS TRY_CAST(json_extract_string(j, '$') AS TIMESTAMP);
CREATE TEMP MACRO scalar_of(j) AS CASE WHEN left(j::VARCHAR, 1) NOT IN ('{', '[') THEN json_extract_string(j, '$') END;
CREATE TEMP MACRO list_or_missing(l) AS CASE WHEN len(l) > 0 THEN l ELSE [NULL::JSON] END;
CREATE TEMP MACRO number_out(x) AS
    CASE WHEN x = trunc(x) AND abs(x) < 9e15 THEN x::BIGINT::VARCHAR WHEN isfinite(x::DOUBLE) THEN x::VARCHAR END;
"""
"""What the SQL of `translate` needs."""

_NAMED_ONCE = 100_000
"""Numbers of broken lines that an aggregate gives at most."""


_SQL_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "truth": "BOOLEAN", "time": "TIMESTAMP"}
_KINDS = {"text": "a text", "number": "a number", "truth": "a condition", "time": "a timestamp"}


@dataclass(frozen=True, slots=True)
class Query:
    """SQL whose rows are (n, is_broken, out); for an aggregate one row (broken lines, some of their numbers, out).

    `out` ends in a newline, as the lines do.
    """

    sql: str
    is_aggregate: bool


@dataclass(frozen=True, slots=True)
class _Value:
    sql: str
    kind: str
    raw: str = ""
    """For a JSON value: the SQL that tells null from missing."""


def translate(statement: Statement) -> Query:
    """The query of a statement. Raises StatementError for what has no meaning."""
    with bounded(statement.text):
        return _query(statement)


def _query(statement: Statement) -> Query:
    translation = _Translation(statement.text)
    is_aggregate = any(_has_aggregate(column.expression) for column in statement.columns)
    condition = translation.truth(statement.condition) if statement.condition else "true"
    out = translation.object(statement.columns, is_aggregate) if statement.columns else _whole(statement)
    rows = translation.rows(statement.source)
    if not is_aggregate:
        sql = f"SELECT n, is_broken, CASE WHEN is_broken THEN '' ELSE {out} END AS out FROM ({rows})"
        return Query(f"{sql} WHERE is_broken OR ({condition})", False)
    broken = f"count(*) FILTER (WHERE is_broken), coalesce(min(n, {_NAMED_ONCE}) FILTER (WHERE is_broken), [])"
    return Query(f"SELECT {broken}, {out} FROM ({rows}) WHERE is_broken OR ({condition})", True)


def translate_keys(expressions: Sequence[str]) -> str:
    """SQL whose rows are (n, is_broken, one column of JSON text for each expression), for every line in order. Raises StatementError."""
    translation = _Translation("")
    columns = []
    for number, text in enumerate(expressions):
        translation.text = text
        with bounded(text):
            columns.append(f"{translation.json(translation.value(parse_expression(text)))} AS k{number}")
    return f"SELECT n, is_broken, {', '.join(columns)} FROM ({translation.rows(())})"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    if "\0" in text:
        raise ValueError("a text with a zero byte has no SQL literal")
    return "'" + text.replace("'", "''") + "'"


def pointer(steps: Sequence[str | int]) -> str:
    """A JSON Pointer (RFC 6901) to a field."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _whole(statement: Statement) -> str:
    if not statement.source:
        return "line"
    return """CASE WHEN record IS NULL THEN '{}' WHEN starts_with(record::VARCHAR, '{') THEN record::VARCHAR
        ELSE '{"_1":' || record::VARCHAR || '}' END || chr(10)"""


def _has_aggregate(expression: Expression | None) -> bool:
    if isinstance(expression, Call) and expression.function in AGGREGATES:
        return True
    return any(_has_aggregate(part) for part in parts(expression))


class _Translation:
    def __init__(self, text: str) -> None:
        self.text = text
        self._paths: dict[str, int] = {}
        self._inside_aggregate: bool | None = None
        """None where there are only rows; else whether the rows of an aggregate are being read."""

    def rows(self, source: Sequence[str | int | Every]) -> str:
        """(n, line, is_broken, record, p: the values at the paths in use) of every record."""
        paths = "[" + ", ".join(self._quote(path, 0) for path in self._paths or ("/",)) + "]"
        if not source:
            parsed = f"SELECT n, line, TRY(json_extract(line, {paths})) AS p FROM lines"
            return f"SELECT n, line, p IS NULL AS is_broken, line AS record, p FROM ({parsed})"
        steps: list[str | int] = []
        stages: list[tuple[list[str | int], Every]] = []
        for step in source:
            if isinstance(step, Every):
                stages.append((steps, step))
                steps = []
            else:
                steps.append(step)
        sql = "SELECT n, line, TRY(json_extract(line, ['/'])) AS q FROM lines"
        sql = f"""SELECT n, line, q IS NULL AS is_broken, CASE WHEN q IS NOT NULL THEN line::JSON END AS record
            FROM ({sql})"""
        for names, every in stages:
            at = self._extract("record", names)
            found = f"json_extract({at}, '$.*')" if every.of_object else f"TRY_CAST({at} AS JSON[])"
            sql = f"SELECT n, line, is_broken, unnest(list_or_missing({found})) AS record FROM ({sql})"
        sql = f"SELECT n, line, is_broken, {self._extract('record', steps)} AS record FROM ({sql})"
        return f"SELECT n, line, is_broken, record, json_extract(record, {paths}) AS p FROM ({sql})"

    def object(self, columns: Sequence[Column], is_aggregate: bool) -> str:
        """The answer's JSON object, without the columns that are missing."""
        self._inside_aggregate = False if is_aggregate else None
        names: set[str] = set()
        fields = []
        for number, column in enumerate(columns, 1):
            value = self.value(column.expression)
            name = column.name or (column.expression.name if isinstance(column.expression, Path) else "") or f"_{number}"
            if name in names:
                self._fail(f"two columns are called {name!r}: name one of them with AS", column.expression)
            names.add(name)
            fields.append(f"json_quote({self._quote(name, column.expression.position)}) || ':' || {self.json(value)}")
        return "'{' || concat_ws(',', " + ", ".join(fields) + ") || '}' || chr(10)"

    # Values of one kind

    def truth(self, expression: Expression) -> str:
        """SQL of a condition."""
        return self._as(self.value(expression), "truth", expression)

    def json(self, value: _Value) -> str:
        """SQL of a value's JSON text; NULL where it is missing."""
        match value.kind:
            case "json":
                return f"{value.raw or value.sql}::VARCHAR"
            case "number":
                return f"number_out({value.sql})"
            case "truth":
                return f"({value.sql})::VARCHAR"
            case "time":
                return f"json_quote(strftime({value.sql}, '%Y-%m-%dT%H:%M:%S.%fZ'))::VARCHAR"
        return f"json_quote({value.sql})::VARCHAR"

    def _as(self, value: _Value, kind: str, expression: Expression) -> str:
        if value.sql == "NULL":
            return f"NULL::{_SQL_TYPES[kind]}"
        if value.kind == kind:
            return f"({value.sql})"
        if value.kind == "json":
            return f"{kind}_of({value.sql})"
        self._fail(f"{_KINDS[kind]} is expected here, this is {_KINDS[value.kind]}", expression)

    # Expressions

    def value(self, expression: Expression) -> _Value:
        """SQL and kind of any expression."""
        match expression:
            case Literal():
                return self._literal(expression)
            case Path():
                return self._path(expression)
            case Negation(_, "not", operand):
                return _Value(f"NOT {self.truth(operand)}", "truth")
            case Negation(_, _, operand):
                return _Value(f"-{self._as(self.value(operand), 'number', operand)}", "number")
            case Junction(_, operator, operands):
                return _Value("(" + f" {operator.upper()} ".join(self.truth(operand) for operand in operands) + ")", "truth")
            case Operation(_, "=" | "<>" | "<" | "<=" | ">" | ">=", _, _):
                return _Value(self._comparison(expression), "truth")
            case Operation(_, "||", left, right):
                return _Value(f"({self._as(self.value(left), 'text', left)} || {self._as(self.value(right), 'text', right)})", "text")
            case Operation(_, operator, left, right):
                numbers = [self._as(self.value(side), "number", side) for side in (left, right)]
                return _Value(f"({numbers[0]} {operator} {numbers[1]})", "number")
            case In():
                return _Value(self._in(expression), "truth")
            case Like(_, operand, pattern, escape):
                sql = f"{self._as(self.value(operand), 'text', operand)} LIKE {self._as(self.value(pattern), 'text', pattern)}"
                if escape is not None:
                    if not (isinstance(escape, Literal) and isinstance(escape.value, str) and len(escape.value) == 1):
                        self._fail("ESCAPE takes one character", escape)
                    sql += f" ESCAPE {self._quote(escape.value, escape.position)}"
                return _Value(f"({sql})", "truth")
            case Is(_, operand, state):
                value = self.value(operand)
                return _Value(f"({value.raw or value.sql if state == 'missing' else value.sql}) IS NULL", "truth")
            case Cast():
                return self._cast(expression)
            case Case():
                return self._case(expression)
            case Call():
                return self._call(expression)
        raise AssertionError(expression)

    def _literal(self, expression: Literal) -> _Value:
        match expression.value:
            case None:
                return _Value("NULL", "json", "'null'::JSON")
            case bool(value):
                return _Value(str(value).lower(), "truth")
            case str(value):
                return _Value(self._quote(value, expression.position), "text")
            case number:
                return _Value(f"{number!r}::DOUBLE", "number")

    def _path(self, expression: Path) -> _Value:
        if expression.name == "*" and not expression.steps:
            self._fail("`*` stands alone: SELECT * or single columns", expression)
        if self._inside_aggregate is False:
            self._fail("this stands beside an aggregate, and S3 Select has no GROUP BY", expression)
        if not expression.steps:
            record = "TRY(json_extract(record, '$'))"  # in one line, however the file writes it
            return _Value(f"nullif({record}, 'null')", "json", record)
        index = self._paths.setdefault(pointer(expression.steps), len(self._paths)) + 1
        return _Value(f"nullif(p[{index}], 'null')", "json", f"p[{index}]")

    def _comparison(self, expression: Operation) -> str:
        left, right, operator = self.value(expression.left), self.value(expression.right), expression.operator
        if left.kind != "json" and right.kind != "json":
            return f"({left.sql} {operator} {self._as(right, left.kind, expression.right)})"
        if left.kind == right.kind:
            return self._json_comparison(left.sql, operator, right.sql)
        is_left = left.kind == "json"
        j, typed, other = (left, right, expression.right) if is_left else (right, left, expression.left)
        if operator not in ("=", "<>"):
            as_typed = f"{typed.kind}_of({j.sql})"
            return f"({as_typed} {operator} {typed.sql})" if is_left else f"({typed.sql} {operator} {as_typed})"
        if isinstance(other, Literal) and typed.kind == "text":
            return f"({j.sql} {operator} json_quote({typed.sql}))"
        equal = f"coalesce({typed.kind}_of({j.sql}) = {typed.sql}, false)"
        return f"CASE WHEN {j.sql} IS NOT NULL AND {typed.sql} IS NOT NULL THEN {'NOT ' if operator == '<>' else ''}{equal} END"

    @staticmethod
    def _json_comparison(left: str, operator: str, right: str) -> str:
        if operator not in ("=", "<>"):
            return f"coalesce(number_of({left}) {operator} number_of({right}), text_of({left}) {operator} text_of({right}))"
        equal = f"({left} = {right} OR coalesce(number_of({left}) = number_of({right}), false))"
        return f"CASE WHEN {left} IS NOT NULL AND {right} IS NOT NULL THEN {'NOT ' if operator == '<>' else ''}{equal} END"

    def _in(self, expression: In) -> str:
        operand = self.value(expression.operand)
        texts = [option for option in expression.options if isinstance(option, Literal) and isinstance(option.value, str)]
        if operand.kind == "json" and len(texts) == len(expression.options):
            return f"({operand.sql} IN ({', '.join(f'json_quote({self.value(option).sql})' for option in texts)}))"
        tests = [self._comparison(Operation(expression.position, "=", expression.operand, option)) for option in expression.options]
        return "(" + " OR ".join(tests) + ")"

    def _cast(self, expression: Cast) -> _Value:
        value = self.value(expression.operand)
        text = f"scalar_of({value.sql})" if value.kind == "json" else f"({value.sql})::VARCHAR"
        match expression.kind:
            case "integer":
                return _Value(f"trunc(CAST({text} AS DECIMAL(38, 9)))", "number")
            case "number":
                return _Value(f"CAST({text} AS DOUBLE)", "number")
            case "truth":
                return _Value(f"CAST({text} AS BOOLEAN)", "truth")
            case "time":
                return _Value(f"CAST({text} AS TIMESTAMP)", "time")
        return _Value(f"number_out({value.sql})" if value.kind == "number" else text, "text")

    def _case(self, expression: Case) -> _Value:
        results = [result for _, result in expression.branches] + ([expression.otherwise] if expression.otherwise else [])
        kind, sqls = self._alike(results)
        whens = [f"WHEN {self.truth(condition)} THEN {sql}" for (condition, _), sql in zip(expression.branches, sqls, strict=False)]
        otherwise = f" ELSE {sqls[-1]}" if expression.otherwise else ""
        return _Value(f"CASE {' '.join(whens)}{otherwise} END", kind)

    def _alike(self, expressions: Sequence[Expression]) -> tuple[str, list[str]]:
        """One kind for several values, and their SQL in that kind."""
        values = [self.value(expression) for expression in expressions]
        kinds = {value.kind for value in values if value.sql != "NULL"}
        if len(kinds) == 1 and "json" not in kinds:
            return kinds.pop(), [value.sql for value in values]
        return "json", [f"({self.json(value)})::JSON" if value.sql != "NULL" else "NULL::JSON" for value in values]

    def _call(self, call: Call) -> _Value:
        if call.function in AGGREGATES:
            return self._aggregate(call)
        arguments = call.arguments
        if call.function in ("coalesce", "nullif"):
            kind, sqls = self._alike(arguments)
            sqls = [f"nullif({sql}, 'null')" for sql in sqls] if kind == "json" else sqls
            return _Value(f"{call.function}({', '.join(sqls)})", kind)

        def text(index: int) -> str:
            return self._as(self.value(arguments[index]), "text", arguments[index])

        def number(index: int) -> str:
            return self._as(self.value(arguments[index]), "number", arguments[index])

        def time(index: int) -> str:
            return self._as(self.value(arguments[index]), "time", arguments[index])

        match call.function:
            case "char_length" | "character_length":
                return _Value(f"length({text(0)})", "number")
            case "lower" | "upper" | "trim":
                return _Value(f"{call.function}({text(0)})", "text")
            case "substring":
                rest = f", {number(2)}::BIGINT" if len(arguments) == 3 else ""
                return _Value(f"substring({text(0)}, {number(1)}::BIGINT{rest})", "text")
            case "to_timestamp":
                return self._cast(Cast(call.position, arguments[0], "time"))
            case "utcnow":
                return _Value("(now() AT TIME ZONE 'UTC')", "time")
            case "extract":
                return _Value(f"extract({call.part} FROM {time(0)})", "number")
            case "date_diff":
                return _Value(f"date_diff('{call.part}', {time(0)}, {time(1)})", "number")
        return _Value(f"({time(1)} + to_{call.part}s({number(0)}::INTEGER))", "time")

    def _aggregate(self, call: Call) -> _Value:
        if self._inside_aggregate is not False:
            self._fail("an aggregate stands only among the columns, and not inside another", call)
        rows = "FILTER (WHERE NOT is_broken)"
        if not call.arguments:
            return _Value("count(*) FILTER (WHERE NOT is_broken AND record IS NOT NULL)", "number")
        self._inside_aggregate = True
        value = self.value(call.arguments[0])
        self._inside_aggregate = False
        if call.function == "count":
            distinct = "DISTINCT " if call.is_distinct else ""
            return _Value(f"count({distinct}{value.sql}) {rows}", "number")
        if call.function in ("min", "max") and value.kind == "json":
            found = [self.json(_Value(f"{call.function}({kind}_of({value.sql})) {rows}", kind)) for kind in ("number", "text")]
            return _Value(f"coalesce({', '.join(found)})::JSON", "json")
        if call.function in ("min", "max"):
            return _Value(f"{call.function}({value.sql}) {rows}", value.kind)
        return _Value(f"f{call.function}({self._as(value, 'number', call.arguments[0])}) {rows}", "number")

    # Parts

    def _extract(self, value: str, steps: Sequence[str | int]) -> str:
        return f"json_extract({value}, {self._quote(pointer(steps), 0)})" if steps else value

    def _quote(self, text: str, position: int) -> str:
        try:
            return literal(text)
        except ValueError as error:
            raise StatementError(str(error), self.text, position) from None

    def _fail(self, reason: str, expression: Expression) -> NoReturn:
        raise StatementError(reason, self.text, expression.position)
