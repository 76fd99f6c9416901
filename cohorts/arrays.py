"""Cohorts counted over columns of events: each rule is one pass over its events for all index events at once.

The meaning of every attribute is written down in docs/cohorts.md; cohorts/statement.py says the same in SQL, and both are held against
each other.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cohorts.common import common_bounds
from cohorts.definition import Criterion, Definition, Event, Exit, Group, Label, Person, Range, Rule, Value
from cohorts.episodes import cut, end_of_covering, first_since, joined
from cohorts.events import ASSERTIONS, KINDS, NO_DAY, Events, Int32, Int64, Mask, codes_of
from cohorts.naming import called
from cohorts.resolving import Resolution
from cohorts.results import Counted, Members, Step
from cohorts.rows import SHIFT, Rows, changes, each_once, in_order, kept_of, key_of, on_edge
from concepts.hierarchy import runs
from concepts.measures import canonical
from graph.identifiers import name_of
from search.days import years_between

_PAIRS: Final = 1 << 22
"""Pairs of an index event and another event that are looked at together."""
_SIDES: Final[tuple[Literal["left"], Literal["right"]]] = ("left", "right")


def count_cohort(events: Events, definition: Definition, resolution: Resolution) -> Counted:
    """Who is in the cohort, and how many were left after each rule."""
    return _Counting(events, definition, resolution).counted()


class _Counting:
    """One definition over one table of events."""

    def __init__(self, events: Events, definition: Definition, resolution: Resolution, outer: "_Counting | None" = None) -> None:
        self._events, self._definition, self._resolution = events, definition, resolution
        self._outer = outer or self
        self._cohorts: dict[str, Rows] = {}

    def counted(self) -> Counted:
        index = self._entering()
        steps = [_step("entry", index)]
        for place, rule in enumerate(self._definition.rules):
            index = index.taken(self._meets(rule, index))
            steps.append(_step(called(rule, place), index))
        if self._definition.keep != "all":
            index = kept_of(index, self._definition.keep)
            steps.append(_step(f"the {self._definition.keep} of each patient", index))
        if self._definition.exit is not None:
            index = self._episodes(index, self._definition.exit)
            steps.append(_step("episodes", index))
        members = Members(index.patients, index.events, index.days, index.ends)
        return Counted(tuple(steps), members, self._resolution.frozen, self._resolution.notices, self._definition.subjects)

    # --- who enters ---

    def _entering(self) -> Rows:
        entry, people = self._definition.entry, self._events.people
        if entry.on is not None:
            patients = np.flatnonzero(self._events.patients_of(self._definition.datasets)).astype(np.int32)
            none, on = np.full(len(patients), -1, np.int32), np.full(len(patients), entry.on, np.int32)
            index = Rows(patients, patients, none, on, on, none, none.astype(np.int64))
        else:
            found = [rows.taken(passes) for rows, passes in map(self._found, entry.any)]
            index = each_once(in_order([each for each in found if len(each)] or found[:1]))
        if entry.observed is not None:
            before, after = entry.observed
            first, last = people.first[index.patients].astype(np.int64), people.last[index.patients].astype(np.int64)
            days = index.days.astype(np.int64)
            index = index.taken((index.days != NO_DAY) & (days - before >= first) & (days + after <= last))
        return kept_of(index, entry.limit)

    # --- when they leave ---

    def _episodes(self, index: Rows, leaving: Exit) -> Rows:
        """What index events become: a row an episode, each with the number of the event that it began with."""
        index = index.taken(index.days != NO_DAY)
        ends = np.maximum(np.maximum(self._events.people.last[index.patients], index.ends), index.days).astype(np.int64)
        if leaving.drugs is not None:
            ends = np.minimum(ends, self._persisting(leaving, leaving.drugs, index))
        elif leaving.end != "observed":
            ends = np.minimum(ends, (index.days if leaving.end == "start" else index.ends).astype(np.int64) + leaving.days)
        for event in leaving.censor:
            rows, passes = self._found(event)
            ends = np.minimum(ends, first_since(rows.patients[passes], rows.days[passes], index.patients, index.days))
        stay = ends >= index.days
        index, ends = index.taken(stay), ends[stay]
        spans = cut(joined(index.patients, index.days, ends, leaving.collapse), leaving.dates)
        none = np.full(len(spans.patients), -1, np.int32)
        starts, lasts = spans.starts.astype(np.int32), spans.ends.astype(np.int32)
        return Rows(spans.patients, index.events[spans.firsts], none, starts, lasts, none, none.astype(np.int64))

    def _persisting(self, leaving: Exit, drugs: Event, index: Rows) -> Int64:
        """Until when the drugs last that cover the day of each index event."""
        rows = self._identified(drugs)
        rows = rows.taken(rows.days != NO_DAY)
        supplies = np.maximum(np.floor(np.nan_to_num(self._events.supplies[rows.places])), 0).astype(np.int64)
        days = rows.days.astype(np.int64)
        ends = np.where(rows.ends > rows.days, rows.ends, days + supplies) if leaving.supply is None else days + leaving.supply
        lasting = joined(rows.patients, rows.days, ends, leaving.gap)
        return end_of_covering(replace(lasting, ends=lasting.ends + leaving.days), index.patients, index.days)

    def _in_datasets(self, datasets: NDArray[np.int16]) -> Mask:
        return self._events.in_datasets(datasets, self._definition.datasets)

    # --- events by themselves ---

    def _found(self, event: Event) -> tuple[Rows, Mask]:
        """The events of the kind, the set and the settings, and which of them are all else that is asked of them by themselves."""
        found = {"cohort": lambda: self._of_cohort(event.cohort), "graph": lambda: self._of_graph(event)}
        rows = found.get(event.kind, lambda: self._identified(event))()
        if event.first:
            rows = rows.taken(on_edge(rows, np.arange(len(rows)), rows.patients, "first"))
        passes = self._passes(event, rows)
        if event.having is not None and passes.any():
            passes[passes] = self._meets(event.having, rows.taken(passes))
        return rows, passes

    def _of_cohort(self, name: str) -> Rows:
        known = self._outer._cohorts
        if name not in known:
            definition, resolution = self._outer._definition.cohorts[name], self._outer._resolution.cohorts[name]
            members = _Counting(self._events, definition, resolution, self._outer).counted().members
            none = np.full(len(members.patients), -1, np.int32)
            known[name] = Rows(members.patients, members.events, none, members.days, members.ends, none, none.astype(np.int64))
        return known[name]

    def _of_graph(self, event: Event) -> Rows:
        found = self._resolution.matches[event.path]
        none = np.full(len(found.patients), -1, np.int32)
        rows = Rows(found.patients, found.events, none, found.days, found.days, none, none.astype(np.int64))
        return rows.taken(self._in_datasets(self._events.people.datasets[rows.patients])) if self._definition.datasets else rows

    def _identified(self, event: Event) -> Rows:
        events = self._events
        kind = KINDS.index(event.kind)
        if event.concepts:
            places = events.of_concepts(self._resolution.sets[event.concepts].ordinals)
            places = places[events.kinds[places] == kind]
        else:
            places = events.of_kind(event.kind)
        if event.settings:
            none = np.empty(0, dtype=np.int16)
            having = [events.settings_having.get(setting.casefold(), none) for setting in event.settings]
            places = places[np.isin(events.settings[places], np.concatenate(having))]
        if event.path in self._resolution.documents:
            places = places[np.isin(events.documents[places], self._resolution.documents[event.path])]
        if event.kind == "note" and event.concepts:
            meant = [ASSERTIONS.index(each) for each in event.assertions or ("affirmed",)]
            places = places[np.isin(events.assertions[places], meant)]
        if event.label is not None:
            places = places[self._labeled(event.label, places)]
        if self._definition.datasets:
            places = places[self._in_datasets(events.datasets[places])]
        columns = events.patients, events.events, events.concepts, events.days, events.ends, events.encounters
        patients, numbers, concepts, days, ends, encounters = (column[places] for column in columns)
        return in_order([Rows(patients, numbers, concepts, days, ends, encounters, places)])

    def _labeled(self, label: Label, places: Int64) -> Mask:
        texts, labelings = self._events.texts, self._events.labeled
        rows = self._events.results[places]
        fits = np.ones(len(places), dtype=np.bool_)
        if label.jobs:
            wanted = {job.casefold() for job in label.jobs}
            jobs = [code for code, job in enumerate(texts.jobs) if not wanted.isdisjoint((job.casefold(), name_of(job).casefold()))]
            fits &= np.isin(labelings.jobs[rows], jobs)
        if label.agent in ("human", "machine"):
            fits &= np.isin(labelings.agents[rows], codes_of(texts.agents, (label.agent,)))
        for bound, holds in ((label.low, np.greater_equal), (label.high, np.less_equal)):
            if bound is not None:
                fits &= holds(labelings.scores[rows], np.float32(bound))
        return fits & self._events.in_datasets(self._events.datasets[places], label.datasets)

    def _distinct(self, rule: Criterion, rows: Rows) -> Int32:
        """What is counted once, of every row."""
        if rule.count.distinct == "worker":
            return self._events.labeled.agents[self._events.results[rows.places]]
        return {"record": rows.events, "day": rows.days, "concept": rows.concepts, "encounter": rows.encounters}[rule.count.distinct]

    def _passes(self, event: Event, rows: Rows) -> Mask:
        passes = np.ones(len(rows), dtype=np.bool_)
        if event.value is not None:
            passes &= self._has_value(event.value, rows.places)
        if event.answers:
            iris = self._resolution.sets[event.answers].iris
            wanted = [code for code, text in enumerate(self._events.texts.answers) if not iris.isdisjoint(text.split())]
            results = self._events.results[rows.places]
            passes &= results >= 0
            passes[passes] &= np.isin(self._events.found.answers[results[passes]], wanted)
        if event.statuses:
            passes &= np.isin(self._events.statuses[rows.places], codes_of(self._events.texts.statuses, event.statuses))
        return passes & self._who(rows, event.age, event.sexes, event.dates)

    def _has_value(self, value: Value, places: Int64) -> Mask:
        found, results = self._events.found, self._events.results[places]
        known = results >= 0
        results = results[known]
        if value.unit:
            unit = canonical(Fraction(1), value.unit)[1]
            units = codes_of(self._events.texts.units, (unit,))
            low, high = found.common_low[results], found.common_high[results]
            bounds = common_bounds(value)
            right = np.isin(found.units[results], units)
        else:
            low, high, bounds = found.low[results], found.high[results], value
            right = np.ones(len(results), dtype=np.bool_)
        for bound, holds in (
            (bounds.gt, low.__gt__),
            (bounds.ge, low.__ge__),
            (bounds.lt, high.__lt__),
            (bounds.le, high.__le__),
            (bounds.eq, low.__eq__),
            (bounds.eq, high.__eq__),
        ):
            if bound is not None:
                right &= holds(bound)
        passes = np.zeros(len(places), dtype=np.bool_)
        passes[known] = right
        return passes

    def _who(self, rows: Rows, age: Range | None, sexes: tuple[str, ...], dates: Range | None) -> Mask:
        people = self._events.people
        passes = np.ones(len(rows), dtype=np.bool_)
        if age is not None:
            born = people.born[rows.patients]
            known = (born != NO_DAY) & (rows.days != NO_DAY)
            passes &= known
            passes[known] &= _within(years_between(born[known], rows.days[known]), age)
        if sexes:
            passes &= np.isin(people.sexes[rows.patients], codes_of(self._events.texts.sexes, sexes))
        if dates is not None:
            passes &= (rows.days != NO_DAY) & _within(rows.days, dates)
        return passes

    # --- rules, as seen from index events ---

    def _meets(self, rule: Rule, index: Rows) -> Mask:
        if isinstance(rule, Person):
            return self._who(index, rule.age, rule.sexes, rule.dates)
        if isinstance(rule, Group):
            number = np.zeros(len(index), dtype=np.int64)
            for each in rule.rules:
                number += self._meets(each, index)
            return (number >= rule.least) & (number <= (len(rule.rules) if rule.most is None else rule.most))
        return self._has(rule, index)

    def _has(self, rule: Criterion, index: Rows) -> Mask:
        rows, passes = self._found(rule.event)
        if rule.pick is None:
            rows, passes = rows.taken(passes), passes[passes]
        anchor = index.days if rule.since == "start" else index.ends
        start, end = _bounding(rule.start), _bounding(rule.end)
        if start:
            low, high = _days(anchor, start)
            first = np.searchsorted(rows.keys, key_of(index.patients, low))
            last = np.searchsorted(rows.keys, key_of(index.patients, high), "right")
        else:
            first, last = (np.searchsorted(rows.patients, index.patients, side) for side in _SIDES)
        last = np.maximum(first, last)
        if end is None and not rule.same_encounter and rule.count.distinct in ("record", "day"):
            number = _counted_in_runs(rows, passes, rule, first, last)
        else:
            number, values = np.zeros(len(index), dtype=np.int64), self._distinct(rule, rows)
            for own, other in _pairs(first, last):
                number += _counted_in_pairs(rows, passes, rule, index, anchor, own, other, values)
        met = (number >= rule.count.least) & (number <= (inf if rule.count.most is None else rule.count.most))
        # From a day that is not known nothing can be told, not even that nothing was there.
        return met & (anchor != NO_DAY) if start or end else met


def _counted_in_runs(rows: Rows, passes: Mask, rule: Criterion, first: Int64, last: Int64) -> Int64:
    """How many events, or days, there are in each run of rows. Runs hold whole days."""
    if rule.pick is not None and len(rows):
        some = last > first
        place = np.where(some, first, 0)
        # Rows without a day stand first in a run; they are chosen only where there are no others.
        dated = np.searchsorted(rows.keys, key_of(rows.patients[place], np.full(len(place), NO_DAY + 1)))
        place = np.where(some & (dated < last), np.maximum(dated, place), place)
        edge = place if rule.pick == "first" else np.where(some, last - 1, 0)
        days = rows.keys[edge]
        first = np.where(some, np.searchsorted(rows.keys, days), first)
        last = np.where(some, np.searchsorted(rows.keys, days, "right"), last)
    counting = rows.taken(passes)
    if rule.count.distinct == "day":
        fresh = changes(counting.keys) & (counting.days != NO_DAY)
    else:
        fresh = changes(counting.patients) | changes(counting.days) | changes(counting.events)
    flags = np.zeros(len(rows), dtype=np.int64)
    flags[passes] = fresh
    before = np.append(0, np.cumsum(flags))
    number: Int64 = before[last] - before[first]
    return number


def _counted_in_pairs(
    rows: Rows, passes: Mask, rule: Criterion, index: Rows, anchor: Int32, own: Int64, other: Int64, values: Int32
) -> Int64:
    """How many distinct `values` of rows there are for each index event, out of pairs of an index event and another."""
    right = np.ones(len(own), dtype=np.bool_)
    if (end := _bounding(rule.end)) is not None:
        ends = rows.ends[other].astype(np.int64)
        right &= (ends != NO_DAY) & _within(ends - anchor[own], end)
    if rule.same_encounter:
        right &= (index.encounters[own] >= 0) & (index.encounters[own] == rows.encounters[other])
    if rule.pick is not None:
        own, other, right = own[right], other[right], right[right]
        right = on_edge(rows, other, own, rule.pick)
    right &= passes[other]
    own, found = own[right], values[other[right]]
    told = found != NO_DAY if rule.count.distinct == "day" else found >= 0
    distinct = np.unique(own[told] * SHIFT + (found[told].astype(np.int64) - NO_DAY))
    return np.bincount(distinct // SHIFT, minlength=len(index)).astype(np.int64)


def _pairs(first: Int64, last: Int64) -> Iterator[tuple[Int64, Int64]]:
    """(own, other) for the runs of rows that each index event sees, some index events at a time, each with all of its own."""
    counts = last - first
    sums = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        before = sums[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(sums, before + _PAIRS, "right")))
        some = slice(begin, end)
        yield np.repeat(np.arange(begin, end), counts[some]), runs(first[some], counts[some])
        begin = end


def _step(rule: str, index: Rows) -> Step:
    return Step(rule, int(changes(index.patients).sum()), len(index))


def _bounding(window: Range | None) -> Range | None:
    return None if window is None or window.open else window


def _days(anchor: Int32, window: Range | None) -> tuple[Int64, Int64]:
    """The first and the last day of a window as seen from each day. No window reaches events without a day."""
    days, latest = anchor.astype(np.int64), np.iinfo(np.int32).max
    low = np.full(len(days), NO_DAY + 1) if window is None or window.low is None else np.maximum(days + window.low, NO_DAY + 1)
    high = np.full(len(days), latest) if window is None or window.high is None else np.minimum(days + window.high, latest)
    return low, high


def _within(numbers: NDArray[np.integer], bounds: Range) -> Mask:
    within = np.ones(len(numbers), dtype=np.bool_)
    if bounds.low is not None:
        within &= numbers >= bounds.low
    if bounds.high is not None:
        within &= numbers <= bounds.high
    return within
