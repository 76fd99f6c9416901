"""A definition as one statement of DuckDB's SQL over two tables, `events` and `patients` (cohorts.exported).

Every event of the definition is a table of its own, named by its path; every rule is a column of the last one, which has a row for each
index event that enters. Written apart from cohorts.arrays, so that either finds out the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from cohorts.common import common_bounds
from cohorts.definition import Criterion, Definition, Event, Group, Kept, Label, Person, Range, Rule, Value
from cohorts.events import NO_DAY
from cohorts.naming import called
from cohorts.resolving import Resolution
from cohorts.spans_statement import Episodes
from concepts.measures import canonical
from search.days import date_of

_DISTINCT: Final = {"record": "event", "day": "day", "concept": "concept", "encounter": "encounter", "worker": "agent"}
_NOTHING: Final = "NULL::VARCHAR AS concept, NULL::BIGINT AS encounter, NULL::FLOAT AS supply, NULL::VARCHAR AS agent"
_COLUMNS: Final = "patient, event, concept, day, end_day, encounter, supply, agent"


def statement(definition: Definition, resolution: Resolution, tables: Mapping[str, str] | None = None) -> str:
    """The statement. Its rows are the index events that enter, with `rule_1`, `rule_2` …: whether they meet each, and `member`.

    `tables` say what stands for `events` and `patients`: `read_parquet('events.parquet')`.
    """
    writing = _Writing(tables or {})
    last = writing.cohort(definition, resolution, "")
    name = f"-- {' '.join(definition.name.split())}\n" if definition.name else ""
    return f"{name}WITH\n{writing.parts()}\nSELECT * FROM {last} ORDER BY patient, day, event"


class _Writing:
    """The tables of a statement, each with what it is."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._events, self._patients = tables.get("events", "events"), tables.get("patients", "patients")
        self._written: list[tuple[str, str, str]] = []
        self._cohorts: dict[str, str] = {}
        self._outer: tuple[Definition, Resolution] | None = None

    def parts(self) -> str:
        return ",\n".join(f"-- {said}\n{name} AS (\n{query}\n)" for name, said, query in self._written)

    def cohort(self, definition: Definition, resolution: Resolution, named: str) -> str:
        """The name of the table of a cohort's index events, with the rules that they meet."""
        if self._outer is None:
            self._outer = definition, resolution
        one = _One(self, definition, resolution, f"{named}_" if named else "")
        entry = self.table(f"{named}_entry" if named else "entry", "who enters", one.entering())
        asking = [f"-- {_said(called(rule, place))}\n    {one.meets(rule, 'i')}" for place, rule in enumerate(definition.rules)]
        rules = "".join(f",\n    {asked} AS rule_{place}" for place, asked in enumerate(asking, 1))
        judged = f"  SELECT i.patient, i.event, i.day, i.end_day, i.encounter{rules}\n  FROM {entry} i"
        asked = self.table(f"{named}_asked" if named else "asked", "which rules each index event meets", judged)
        met = " AND ".join(f"rule_{place}" for place, _ in enumerate(definition.rules, 1)) or "TRUE"
        member = f"({met})"
        if definition.keep != "all":
            member = f"({met}) AND row_number() OVER (PARTITION BY patient, ({met}) ORDER BY {_order(definition.keep)}) = 1"
        cohort = self.table(
            f"{named}_cohort" if named else "cohort", "who is in the cohort", f"  SELECT *, {member} AS member FROM {asked}"
        )
        if definition.exit is None:
            return cohort
        spans = Episodes(self.table, one.event, self.patients, f"{named}_" if named else "")
        return spans.written(definition.exit, cohort)

    def other(self, name: str) -> str:
        """The name of the table of another cohort."""
        if name not in self._cohorts:
            definition, resolution = self._outer  # type: ignore[misc]
            number = f"cohort_{len(self._cohorts) + 1}"
            self._cohorts[name] = ""
            self._cohorts[name] = self.cohort(definition.cohorts[name], resolution.cohorts[name], number)
        return self._cohorts[name]

    def leaves(self, name: str) -> bool:
        """Whether index events of another cohort become episodes."""
        return self._outer is not None and self._outer[0].cohorts[name].exit is not None

    def table(self, name: str, said: str, query: str) -> str:
        self._written.append((name, _said(said), query))
        return name

    @property
    def events(self) -> str:
        return self._events

    @property
    def patients(self) -> str:
        return self._patients


class _One:
    """One definition of a statement."""

    def __init__(self, writing: _Writing, definition: Definition, resolution: Resolution, prefix: str) -> None:
        self._writing, self._definition, self._resolution, self._prefix = writing, definition, resolution, prefix
        self._sets: dict[str, str] = {}
        self._tables: dict[str, str] = {}

    def entering(self) -> str:
        entry = self._definition.entry
        if entry.on is not None:
            on = f"DATE '{date_of(entry.on)}'"
            found = (
                f"SELECT patient, patient AS event, {on} AS day, {on} AS end_day, NULL::BIGINT AS encounter FROM {self._writing.patients}"
                f" WHERE described{self._in_datasets()}"
            )
        else:
            parts = [
                f"SELECT patient, event, day, end_day, encounter, {place} AS place FROM {self.event(event)} WHERE fits"
                for place, event in enumerate(entry.any)
            ]
            found = "\n    UNION ".join(parts)
            once = "row_number() OVER (PARTITION BY patient, event, day ORDER BY place) = 1"
            found = f"SELECT * EXCLUDE place FROM (\n    {found}\n    ) QUALIFY {once}"
        found = f"  SELECT DISTINCT * FROM (\n    {found}\n  )"
        if entry.observed is not None:
            before, after = entry.observed
            found = (
                f"  SELECT e.* FROM (\n{found}\n  ) e JOIN {self._writing.patients} p ON p.patient = e.patient\n"
                f"  WHERE e.day - {before} >= p.first_day AND e.day + {after} <= p.last_day"
            )
        if entry.limit == "all":
            return found
        return f"  SELECT * FROM (\n{found}\n  ) QUALIFY row_number() OVER (PARTITION BY patient ORDER BY {_order(entry.limit)}) = 1"

    def meets(self, rule: Rule, index: str) -> str:
        """A condition on an index event."""
        if isinstance(rule, Person):
            return self._who(index, rule.age, rule.sexes, rule.dates)
        if isinstance(rule, Group):
            number = " + ".join(f"({self.meets(each, index)})::INT" for each in rule.rules)
            return f"({number} BETWEEN {rule.least} AND {len(rule.rules) if rule.most is None else rule.most})"
        return self._has(rule, index)

    def _has(self, rule: Criterion, index: str) -> str:
        table = self.event(rule.event)
        depth = index.count("o") + 1
        other = "o" * depth
        start, end = (None if window is None or window.open else window for window in (rule.start, rule.end))
        anchor = f"{index}.{'day' if rule.since == 'start' else 'end_day'}"
        seen = [f"{other}.patient = {index}.patient"]
        seen += [f"{other}.{column} - {anchor} {_bounds(window)}" for column, window in (("day", start), ("end_day", end)) if window]
        if rule.same_encounter:
            seen.append(f"{other}.encounter = {index}.encounter")
        fitting = [*seen, f"{other}.fits"]
        if rule.pick is not None:
            edge = "min" if rule.pick == "first" else "max"
            within = " AND ".join(seen).replace(f"{other}.", "chosen.")
            fitting.append(f"{other}.day IS NOT DISTINCT FROM (SELECT {edge}(chosen.day) FROM {table} chosen WHERE {within})")
        count = f"(SELECT count(DISTINCT {other}.{_DISTINCT[rule.count.distinct]}) FROM {table} {other} WHERE {' AND '.join(fitting)})"
        met = f"{count} {_bounds(Range(rule.count.least, rule.count.most))}"
        return f"({anchor} IS NOT NULL AND {met})" if start or end else f"({met})"

    def event(self, event: Event) -> str:
        """The name of the table of an event: what is of the kind, the set and the class, and whether it `fits` all else."""
        if event.path not in self._tables:
            name = self._prefix + "".join(letter if letter.isalnum() else "_" for letter in event.path).strip("_").replace("__", "_")
            if event.kind == "cohort":
                members = f"SELECT patient, event, day, end_day, {_NOTHING}"
                other = self._writing.other(event.cohort)
                if self._writing.leaves(event.cohort):
                    members = members.replace(" day, end_day", " episode AS day, episode_end AS end_day")
                query = f"  {members}\n  FROM {other} WHERE {'episode IS NOT NULL' if self._writing.leaves(event.cohort) else 'member'}"
            elif event.kind == "graph":
                query = self._matches(event)
            else:
                query = f"  SELECT * FROM {self._writing.events} WHERE {self._identity(event)}"
            if event.first:
                query += "\n  QUALIFY day IS NOT DISTINCT FROM min(day) OVER (PARTITION BY patient)"
            fits = " AND ".join(self._fitting(event)) or "TRUE"
            query = f"  SELECT {_COLUMNS}, {fits} AS fits\n  FROM (\n  {query}\n  ) o"
            self._tables[event.path] = self._writing.table(name, event.path, query)
        return self._tables[event.path]

    def _matches(self, event: Event) -> str:
        """What a pattern of the graph found, written out."""
        found = self._resolution.matches[event.path]
        days = [f"DATE '{date_of(day)}'" if day != NO_DAY else "NULL" for day in found.days.tolist()]
        columns = f"unnest({found.patients.tolist()}::INTEGER[]) AS patient, unnest({found.events.tolist()}::INTEGER[]) AS event"
        told = f"SELECT {columns}, unnest([{', '.join(days)}]::DATE[]) AS day /* {_comment(event.pattern)} */"
        within = f" WHERE patient IN (SELECT patient FROM {self._writing.patients} WHERE TRUE{self._in_datasets()})"
        return f"  SELECT *, day AS end_day, {_NOTHING} FROM ({told}){within if self._definition.datasets else ''}"

    def _identity(self, event: Event) -> str:
        found = [f"kind = '{event.kind}'"]
        if event.concepts:
            found.append(f"concept IN (FROM {self._set(event.concepts)})")
        if event.settings:
            found.append(f"list_has_any(string_split(lower(class), chr(10)), {_list(map(str.lower, event.settings))})")
        if event.kind == "note" and not event.concepts:
            found.append("concept IS NULL")
        said = event.words or event.meaning
        if said is not None or event.filters is not None:
            told = "; ".join((*([said.text] if said is not None else []), *([repr(event.filters)] if event.filters is not None else [])))
            found.append(f"document IN {_among(map(str, self._resolution.documents[event.path].tolist()))} /* {_comment(told)} */")
        if event.kind == "note" and event.concepts:
            found.append(f"assertion IN {_among(map(_text, event.assertions or ('affirmed',)))}")
        if event.label is not None:
            found += self._labeled(event.label)
        return " AND ".join(found) + self._in_datasets()

    def _labeled(self, label: Label) -> Iterable[str]:
        if label.jobs:
            jobs = _among(_text(job.lower()) for job in label.jobs)
            yield f"(lower(job) IN {jobs} OR lower(url_decode(regexp_extract(job, '[^/]*$'))) IN {jobs})"
        if label.agent in ("human", "machine"):
            yield f"agent = '{label.agent}'"
        for bound, sign in ((label.low, ">="), (label.high, "<=")):
            if bound is not None:
                yield f"coalesce(confidence {sign} {bound!r}::FLOAT, FALSE)"
        if label.datasets:
            yield f"lower(dataset) IN {_among(_text(each.lower()) for each in label.datasets)}"

    def _fitting(self, event: Event) -> Iterable[str]:
        if event.value is not None:
            yield f"coalesce({_value(event.value)}, FALSE)"
        if event.answers:
            iris = sorted(self._resolution.sets[event.answers].iris)
            yield f"coalesce(list_has_any(string_split(answer, ' '), {_list(iris)}), FALSE)"
        if event.statuses:
            yield f"coalesce(lower(status) IN {_among(_text(each.lower()) for each in event.statuses)}, FALSE)"
        if event.age or event.sexes or event.dates:
            yield self._who("o", event.age, event.sexes, event.dates)
        if event.having is not None:
            yield self.meets(event.having, "o")

    def _who(self, row: str, age: Range | None, sexes: Sequence[str], dates: Range | None) -> str:
        asked = []
        if age is not None:
            asked.append(
                f"year({row}.day) - year(p.born) - (month({row}.day) * 32 + day({row}.day) < month(p.born) * 32 + day(p.born))::INT"
                f" {_bounds(age)}"
            )
        if sexes:
            asked.append(f"lower(p.sex) IN {_among(_text(each.lower()) for each in sexes)}")
        found = [f"EXISTS (FROM {self._writing.patients} p WHERE p.patient = {row}.patient AND {' AND '.join(asked)})"] if asked else []
        if dates is not None:
            low, high = (None if day is None else f"DATE '{date_of(day)}'" for day in (dates.low, dates.high))
            found.append(f"coalesce({row}.day {_between(low, high)}, FALSE)")
        return f"({' AND '.join(found)})"

    def _set(self, name: str) -> str:
        if name not in self._sets:
            iris = sorted(self._resolution.sets[name].iris)
            table = f"{self._prefix}set_{len(self._sets) + 1}"
            self._sets[name] = self._writing.table(table, f"the set {name}", f"  SELECT unnest({_list(iris)}) AS concept")
        return self._sets[name]

    def _in_datasets(self) -> str:
        datasets = self._definition.datasets
        return f" AND lower(dataset) IN {_among(_text(each.lower()) for each in datasets)}" if datasets else ""


def _value(value: Value) -> str:
    side, asked = "", []
    if value.unit:
        side, asked = "common_", [f"lower(unit) = {_text(canonical(Fraction(1), value.unit)[1].lower())}"]
        value = common_bounds(value)
    for column, sign, bound in (
        ("low", ">", value.gt), ("low", ">=", value.ge), ("high", "<", value.lt), ("high", "<=", value.le), ("low", "=", value.eq),
        ("high", "=", value.eq),
    ):  # fmt: skip
        if bound is not None:
            asked.append(f"{side}{column} {sign} {bound!r}::DOUBLE")
    return f"({' AND '.join(asked)})"


def _bounds(window: Range) -> str:
    return _between(*(None if end is None else str(end) for end in (window.low, window.high)))


def _between(low: str | None, high: str | None) -> str:
    if low is not None and high is not None:
        return f"= {low}" if low == high else f"BETWEEN {low} AND {high}"
    return f">= {low}" if low is not None else f"<= {high}" if high is not None else "IS NOT NULL"


def _order(kept: Kept) -> str:
    return "day NULLS LAST, event" if kept == "first" else "day DESC NULLS LAST, event"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]::VARCHAR[]"


def _among(values: Iterable[str]) -> str:
    return f"({', '.join(values) or 'NULL'})"


def _said(text: str) -> str:
    """A text as a comment of one line."""
    return " ".join(text.split())


def _comment(text: str) -> str:
    return " ".join(text.replace("*/", "* /").replace("/*", "/ *").split())
