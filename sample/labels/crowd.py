"""Workers who look at scenes, each in a way of their own, and what they answer for the classification job."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from sample.labels.scenes import CLASSES, Scene
from sample.phrasing import Dice

_TEAM: Final = (
    # reads, seconds
    (0.98, (14.0, 34.0)),
    (0.95, (9.0, 22.0)),
    (0.93, (6.0, 15.0)),
    (0.50, (2.5, 7.5)),
    (0.40, (1.8, 4.5)),
    (0.35, (1.2, 3.0)),
)
"""Three who look and three who click: a majority of the five asked can be wrong, which shows once it is known who is who."""
PER_SCENE: Final = 5
"""Workers asked for each scene."""
_FIRST_BATCH: Final = 10
"""Objects that the service sends out first, to see whether the task works."""
_START: Final = datetime(2025, 5, 5, 8, 30)
_PER_DAY: Final = 18
"""Scenes given out in a day."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody of the team, by pseudonym. `reads` is how often a scene is seen as it is, `seconds` the least and most that a look takes."""

    pseudonym: str
    reads: float
    seconds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """One worker's class of a scene, when it was given and how many seconds it took."""

    worker: Worker
    name: str
    accepted: datetime
    submitted: datetime
    seconds: float


def team(seed: int) -> tuple[Worker, ...]:
    """The workers, under pseudonyms like those of a private workforce."""
    digests = (blake2b(f"{seed}/worker/{place}".encode(), digest_size=8).hexdigest() for place in range(len(_TEAM)))
    return tuple(Worker(f"private.eu-west-1.{digest}", *each) for digest, each in zip(digests, _TEAM, strict=True))


def answers(scene: Scene, workers: Sequence[Worker], seed: int) -> tuple[Answer, ...]:
    """What the workers asked for a scene answered, in the order of submission."""
    dice = Dice(f"{seed}/street/{scene.number}/answers")
    found = []
    for worker in dice.some(workers, PER_SCENE):
        accepted = _START + timedelta(days=(scene.number - 1) // _PER_DAY, minutes=16 * ((scene.number - 1) % _PER_DAY))
        accepted += timedelta(seconds=dice.number(0.0, 600.0, 3))
        seconds = dice.number(*worker.seconds, 3)
        submitted = accepted + timedelta(seconds=seconds + dice.number(0.2, 3.0, 3))
        found.append(Answer(worker, _seen(scene, worker, dice), accepted, submitted, seconds))
    return tuple(sorted(found, key=lambda answer: (answer.submitted, answer.worker.pseudonym)))


def majority(given: Sequence[Answer]) -> tuple[str, float]:
    """The class most answers name, of several the first of the job's list, and how sure the job says it is."""
    counts = Counter(answer.name for answer in given)
    name = max(CLASSES, key=lambda each: counts[each])
    return name, {5: 0.95, 4: 0.88, 3: 0.71}.get(counts[name], 0.52)


def response(given: Sequence[Answer]) -> Mapping[str, Any]:
    """The content of a worker-response file."""
    return {"answers": [_as_json(answer) for answer in given]}


def response_path(index: int, given: Sequence[Answer]) -> str:
    """Where the service keeps the answers for the object of that index, below `annotations`."""
    iteration = 1 if index < _FIRST_BATCH else 2
    return f"worker-response/iteration-{iteration}/{index}/{given[-1].submitted:%Y-%m-%d_%H:%M:%S}.json"


def _seen(scene: Scene, worker: Worker, dice: Dice) -> str:
    hard = scene.light == "night" or scene.weather == "fog"
    if dice.chance(worker.reads - (0.08 if hard else 0.0)):
        return scene.truth
    return dice.pick([name for name in CLASSES if name != scene.truth])


def _as_json(answer: Answer) -> Mapping[str, Any]:
    return {
        "acceptanceTime": _moment(answer.accepted),
        "submissionTime": _moment(answer.submitted),
        "timeSpentInSeconds": answer.seconds,
        "workerId": answer.worker.pseudonym,
        "answerContent": {"crowd-image-classifier": {"label": answer.name}},
    }


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds") + "Z"
