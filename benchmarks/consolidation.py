"""Consolidating the answers of workers, beside a majority vote by pandas' groupby.

    python -m benchmarks.consolidation [--items 100000] [--answers 5] [--classes 10] [--rounds 3]

Needs pandas, which nothing else here does: `pip install --target DIR pandas`, and DIR in PYTHONPATH. Workers are drawn with a skill of
their own; most votes are right. Both begin with the same Answers and end with the class, its share and the number of answers of each item;
both must choose the same classes wherever there is no tie. `consolidate` settles ties by its stated rule, keeps only the last of several
answers of a worker, and gives the figures of agreement too, which pandas is not asked for. The times are of the best rounds.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from labels.consolidation.classes import dawid_skene, majority
from labels.consolidation.consolidate import consolidate
from labels.consolidation.model import Answer
from labels.consolidation.votes import votes_of

WORKERS = 200
Found = TypeVar("Found")


def draw(items: int, answers: int, classes: int) -> tuple[list[Answer], dict[str, str]]:
    """The answers, item by item, and the truth."""
    drawn = random.Random(11)
    names = [f"class {number}" for number in range(classes)]
    skill = {f"worker-{number}": drawn.uniform(0.5, 0.95) for number in range(WORKERS)}
    workers = list(skill)
    truth, given = {}, []
    for item in map(str, range(items)):
        truth[item] = right = drawn.choice(names)
        for worker in drawn.sample(workers, answers):
            given.append(Answer(item, worker, right if drawn.random() < skill[worker] else drawn.choice(names)))
    return given, truth


def by_pandas(answers: Sequence[Answer], once: bool) -> Any:
    """A table by item: class, votes and share of the majority, and whether it was alone at the top.

    With `once` only the last answer of a worker for an item counts, as `consolidate` has it.
    """
    import pandas as pd

    names = ("item", "value", "worker", "submitted") if once else ("item", "value")
    table = pd.DataFrame({name: [getattr(answer, name) for answer in answers] for name in names})
    if once:
        table = table.sort_values("submitted", kind="stable").drop_duplicates(["item", "worker"], keep="last")
    votes = table.groupby(["item", "value"], sort=False).size().rename("votes").reset_index()
    by_item = votes.groupby("item", sort=False)["votes"]
    top = votes[votes["votes"] == by_item.transform("max")]
    first = top.drop_duplicates("item").set_index("item")
    first["share"] = first["votes"] / by_item.sum()
    first["alone"] = ~top.duplicated("item", keep=False).groupby(top["item"], sort=False).any()
    return first


def timed(work: Callable[[], Found], rounds: int) -> tuple[float, Found]:
    """Seconds of the best round, and the result."""
    best, found = float("inf"), None
    for _ in range(rounds):
        began = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - began)
    assert found is not None
    return best, found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("items", 100_000), ("answers", 5), ("classes", 10), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    try:
        import pandas
    except ImportError:
        print(
            "The baseline needs pandas: pip install --target DIR pandas, then PYTHONPATH=DIR python -m benchmarks.consolidation",
            file=sys.stderr,
        )
        raise SystemExit(2) from None
    answers, truth = draw(arguments.items, arguments.answers, arguments.classes)
    print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}; {len(answers):,} answers; pandas {pandas.__version__}", flush=True)
    plain, table = timed(lambda: by_pandas(answers, once=False), arguments.rounds)
    print(f"pandas, groupby                  {plain:6.2f} s")
    vote, _ = timed(lambda: majority(votes_of(answers)), arguments.rounds)
    print(f"majority, the vote               {vote:6.2f} s   ratio {vote / plain:.2f} (at most 2)")
    once, _ = timed(lambda: by_pandas(answers, once=True), arguments.rounds)
    print(f"pandas, last answers, groupby    {once:6.2f} s")
    for method, most in (("majority", "2"), ("dawid-skene", "20 s")):
        seconds, done = timed(lambda method=method: consolidate(answers, method), arguments.rounds)
        right = sum(result.value == truth[result.item] for result in done.results)
        print(f"consolidate, {method:11}         {seconds:6.2f} s   ratio {seconds / once:.2f} (at most {most}); {right:,} right")
        if method == "majority":
            alone = table[table["alone"]]
            chosen = {result.item: result.value for result in done.results}
            assert len(alone) and all(chosen[item] == value for item, value in alone["value"].items())
    votes = votes_of(answers)
    seconds, _ = timed(lambda: dawid_skene(votes), arguments.rounds)
    print(f"dawid-skene, the estimate alone  {seconds:6.2f} s")


if __name__ == "__main__":
    main()
