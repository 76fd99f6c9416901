"""The tables of a statement that make episodes of the members of a cohort (cohorts.statement)."""

from collections.abc import Callable
from dataclasses import dataclass

from cohorts.definition import Event, Exit
from search.days import date_of


@dataclass(frozen=True)
class Episodes:
    """Writes the tables. `table` enters one by name, words and query; `event` gives the name of the one of an event."""

    table: Callable[[str, str, str], str]
    event: Callable[[Event], str]
    patients: str
    prefix: str = ""

    def written(self, leaving: Exit, cohort: str) -> str:
        """The name of the cohort's table with two columns more, of index events that episodes begin with: `episode`, `episode_end`."""
        ends = ["greatest(i.day, i.end_day, p.last_day)"]
        if leaving.drugs is not None:
            ends.append(self._covering(self._persisting(leaving, leaving.drugs)))
        elif leaving.end != "observed":
            ends.append(f"i.{'day' if leaving.end == 'start' else 'end_day'} + {leaving.days}")
        for event in leaving.censor:
            ends.append(f"(SELECT min(c.day) FROM {self.event(event)} c WHERE c.fits AND c.patient = i.patient AND c.day >= i.day)")
        joined = ",\n      ".join(ends)
        spans = (
            f"  SELECT i.patient, i.event, i.day, least({joined}) AS end_day\n  FROM {cohort} i"
            f"\n  JOIN {self.patients} p ON p.patient = i.patient\n  WHERE i.member AND i.day IS NOT NULL"
        )
        leaves = self.table(f"{self.prefix}leaving", "when each member leaves", spans)
        stays = f"SELECT * FROM {leaves} WHERE end_day >= day"
        episodes = self.table(f"{self.prefix}episodes", "members together, where they touch", _joined(stays, leaving.collapse))
        start, end = "day", "end_day"
        if leaving.dates is not None and leaving.dates.low is not None:
            start = f"greatest(day, DATE '{date_of(leaving.dates.low)}')"
        if leaving.dates is not None and leaving.dates.high is not None:
            end = f"least(end_day, DATE '{date_of(leaving.dates.high)}')"
        cut = f"SELECT patient, event, day, {start} AS episode, {end} AS episode_end FROM {episodes} WHERE {start} <= {end}"
        last = (
            f"  SELECT i.*, e.episode, e.episode_end\n  FROM {cohort} i"
            f"\n  LEFT JOIN ({cut}) e ON i.member AND e.patient = i.patient AND e.event = i.event AND e.day = i.day"
        )
        return self.table(f"{self.prefix}in_episodes", "who is in the cohort, and from when until when", last)

    def _persisting(self, leaving: Exit, drugs: Event) -> str:
        """The table of the spans in which patients have the drugs."""
        lasts = "greatest(floor(coalesce(supply, 0)), 0)::INTEGER"
        end = f"day + {leaving.supply}" if leaving.supply is not None else f"CASE WHEN end_day > day THEN end_day ELSE day + {lasts} END"
        supplies = f"SELECT patient, event, day, {end} AS end_day FROM {self.event(drugs)} WHERE day IS NOT NULL"
        spans = f"  SELECT patient, day, end_day + {leaving.days} AS end_day FROM (\n{_joined(supplies, leaving.gap)}\n  )"
        return self.table(f"{self.prefix}supplied", "when patients have the drugs", spans)

    def _covering(self, supplied: str) -> str:
        return f"(SELECT min(s.end_day) FROM {supplied} s WHERE s.patient = i.patient AND i.day BETWEEN s.day AND s.end_day)"


def _joined(spans: str, gap: int) -> str:
    """A query of spans (patient, event, day, end_day) with those as one that overlap, or lie at most `gap` days apart."""
    order = "PARTITION BY patient ORDER BY day, event, end_day ROWS"
    fresh = f"day > max(end_day) OVER ({order} BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + {gap}"
    return (
        "  SELECT patient, first(event ORDER BY day, event) AS event, min(day) AS day, max(end_day) AS end_day FROM (\n"
        f"    SELECT *, sum(fresh) OVER ({order} UNBOUNDED PRECEDING) AS number FROM (\n"
        f"      SELECT *, coalesce({fresh}, TRUE)::INT AS fresh FROM ({spans})\n    )\n  ) GROUP BY patient, number"
    )
