"""What takes long is worked out once, and nobody waits for anything else."""

import threading

import pytest

from labels.errors import StillWorking
from labels.once import Once


def test_all_who_ask_get_what_one_worked_out() -> None:
    once, hold, done = Once(8), threading.Event(), list[int]()

    def work() -> str:
        hold.wait()
        done.append(1)
        return "report"

    found: list[str] = []
    asking = [threading.Thread(target=lambda: found.append(once.get("a", work))) for _ in range(5)]
    for thread in asking:
        thread.start()
    with pytest.raises(StillWorking):
        once.get("a", work, 0.01)
    assert once.get("b", lambda: "other") == "other", "what is asked for meanwhile does not wait"
    hold.set()
    for thread in asking:
        thread.join()
    assert (found, done) == (["report"] * 5, [1])
    assert once.get("a", work, 0) == "report"


def test_failures_are_told_and_tried_again() -> None:
    once, attempts = Once(8), list[int]()

    def work() -> int:
        attempts.append(1)
        if len(attempts) == 1:
            raise TimeoutError("the place of the files does not answer")
        return 7

    with pytest.raises(TimeoutError, match="does not answer"):
        once.get("a", work, 60)
    assert once.get("a", work, 60) == 7


def test_the_oldest_goes() -> None:
    once, made = Once(2), list[str]()
    for key in ("a", "b", "a", "c", "a", "b"):
        once.get(key, lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "a", "b"]
