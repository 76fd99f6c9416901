"""What is pinned to the time axis of a patient: concepts with all that is narrower, as curves of results and as lanes of their own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cohorts.errors import InvalidDefinition
from webapp.library import Snapshot
from webapp.pages.charted import Charted
from webapp.pages.curves import TALL, Curve, curve_of
from webapp.pages.patient_view import View
from webapp.pages.timeline import HEAD, Event, Scale, day_of
from webapp.saving import read


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned concept: its name, and the address without it. `found` is whether the patient has it charted."""

    concept: str
    label: str
    without: str
    found: bool


@dataclass(frozen=True, slots=True)
class Pinned:
    """All that is pinned."""

    pins: tuple[Pin, ...]
    curves: tuple[Curve, ...]
    lanes: tuple[tuple[str, tuple[Event, ...]], ...]
    """(name, events)."""

    @property
    def height(self) -> int:
        """Pixels of the curves."""
        return TALL * len(self.curves)


def pinned_of(view: View, events: Sequence[Event], scale: Scale | None, opened: Snapshot) -> Pinned:
    """The curves and lanes of the pins of a view, whatever else the view leaves out of `events`."""
    if not view.pins:
        return Pinned((), (), ())
    narrower = _with_narrower(view.pins, opened)
    pins: list[Pin] = []
    curves: list[Curve] = []
    lanes: list[tuple[str, tuple[Event, ...]]] = []
    for pin in view.pins:
        summary = opened.catalog.concept(pin)
        label, without = summary.label if summary else pin, view.pinned(pin)
        mine = [event for event in events if event.thing and narrower[pin].intersection(event.thing.concepts)]
        pins.append(Pin(pin, label, without, bool(mine)))
        measured: dict[str, list[Charted]] = defaultdict(list)
        others = []
        for event in mine:
            if event.thing and event.group == "observation" and event.thing.fact.number is not None and event.thing.fact.counted:
                measured[event.thing.fact.label].append(event.thing)
            else:
                others.append(event)
        for name, things in measured.items():
            if scale and (curve := curve_of(things, name, HEAD + TALL * len(curves), scale, without)):
                curves.append(curve)
        if any(day_of(event.start) for event in others):
            lanes.append((label, tuple(others)))
    return Pinned(tuple(pins), tuple(curves), tuple(lanes))


def _with_narrower(pins: Sequence[str], opened: Snapshot) -> dict[str, frozenset[str]]:
    """Concept → its codings and all that is narrower."""
    alike = {pin: [pin, *(one.concept for one in opened.catalog.coded_alike(pin))] for pin in pins}
    sets = {f"p{n}": [{"code": code, "descendants": True} for code in dict.fromkeys(alike[pin])] for n, pin in enumerate(pins)}
    asked = {"format": "commissure-cohort/1", "sets": sets, "entry": {"any": [{"event": "condition", "in": name} for name in sets]}}
    try:
        found = opened.cohorts.resolved(read(asked)).sets
    except InvalidDefinition:  # an address that names no concept
        return {pin: frozenset(alike[pin]) for pin in pins}
    return {pin: found[f"p{n}"].iris.union(alike[pin]) for n, pin in enumerate(pins)}
