"""The worker processes of a run, and what happens when one of them dies."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, get_context
from types import TracebackType
from typing import Final, TypeVar

from ingest.worker import start
from search.reading.documents import Row, Runner
from search.reading.documents import Task as Texts

_ATTEMPTS = 3
_FEW_LETTERS: Final = 1 << 18
"""Of texts that this process reads sooner than another one starts."""

Task = TypeVar("Task")
Result = TypeVar("Result")


class Pool:
    """Processes that run tasks. `workers` 0 means one a core."""

    def __init__(self, workers: int = 0) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._executor is None:
            return
        # A run that ends early does not wait for what its workers are at: a part appears whole or not at all.
        workers = () if kind is None else tuple((self._executor._processes or {}).values())
        self._executor.shutdown(wait=kind is None, cancel_futures=True)
        for worker in workers:
            worker.terminate()

    def warm(self) -> None:
        """Have the processes start in the background, for work that will come: they load what they need meanwhile."""
        self._start()
        forkserver.ensure_running()

    def here(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result | None]]:
        """Each task with its result, done by this process: for what is done sooner than a process starts, and harms nobody."""
        yield from ((task, function(task)) for task in tasks)

    def run(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result | None]]:
        """Each task with its result as it finishes; None for a task whose worker died every time it was tried."""
        left = dict.fromkeys(range(len(tasks)), 0)
        while left:
            executor = self._start()
            # After a death every unfinished task is suspect: they then run one at a time, so that only the guilty one is given up.
            alone = any(left.values())
            batch = [min(left, key=lambda place: (left[place], place))] if alone else list(left)
            futures = {executor.submit(function, tasks[place]): place for place in batch}
            try:
                for future in as_completed(futures):
                    result = future.result()
                    place = futures.pop(future)
                    del left[place]
                    yield tasks[place], result
            except BrokenProcessPool:
                self._executor = None
                for place in batch:
                    if place in left:
                        left[place] += 1
                        if left[place] >= _ATTEMPTS:
                            del left[place]
                            yield tasks[place], None

    def _start(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = get_context("forkserver")
            context.set_forkserver_preload(["ingest.preload"])
            self._executor = ProcessPoolExecutor(self._workers, mp_context=context, initializer=start, initargs=(os.getpid(),))
        return self._executor


def reading(pool: Pool) -> Runner:
    """What reads texts: this process where they are few, else those of the pool."""

    def run(function: Callable[[Texts], list[list[Row]]], tasks: Sequence[Texts]) -> Iterator[tuple[Texts, list[list[Row]] | None]]:
        few = sum(len(text) for task in tasks for text in task.texts) <= _FEW_LETTERS
        return (pool.here if few else pool.run)(function, tasks)

    return run
