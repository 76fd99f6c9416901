import os
import signal
from pathlib import Path

from ingest.workers import Pool


def double(number):
    return number * 2


def die_on_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * 2


def die_once(path):
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def test_every_task_gives_its_result():
    with Pool(2) as pool:
        assert sorted(pool.run(double, list(range(20)))) == [(n, n * 2) for n in range(20)]


def test_only_the_task_that_kills_its_worker_is_given_up():
    with Pool(2) as pool:
        assert sorted(pool.run(die_on_three, list(range(8)))) == [(n, None if n == 3 else n * 2) for n in range(8)]


def test_a_worker_killed_by_accident_costs_nothing(tmp_path):
    with Pool(1) as pool:
        assert list(pool.run(die_once, [str(tmp_path / "x")])) == [(str(tmp_path / "x"), "done")]
