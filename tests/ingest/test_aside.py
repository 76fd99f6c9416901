"""Work in a thread of its own keeps its order, and what fails is not passed over."""

import threading
from collections.abc import Callable

import pytest

from ingest.aside import Aside


def test_pieces_are_done_in_their_order_in_one_other_thread() -> None:
    aside, done = Aside("graph"), list[tuple[int, int]]()

    def piece(number: int) -> Callable[[], None]:
        return lambda: done.append((number, threading.get_ident()))

    for number in range(50):
        aside.begin(piece(number))
    assert aside.finish(lambda: [number for number, _ in done]) == list(range(50))
    assert {thread for _, thread in done} == {done[0][1]} != {threading.get_ident()}
    aside.close()


def test_after_a_failure_nothing_is_begun() -> None:
    aside, done, hold = Aside("graph"), list[str](), threading.Event()
    aside.begin(hold.wait)

    def fail() -> None:
        raise ValueError("broken")

    failing = aside.begin(fail)
    after = aside.begin(lambda: done.append("after"))
    hold.set()
    for future in (failing, after):
        with pytest.raises(ValueError, match="broken"):
            future.result()
    for ask in (aside.begin, aside.finish):
        with pytest.raises(ValueError, match="broken"):
            ask(lambda: done.append("later"))
    aside.close()
    assert done == []


def test_closing_waits_for_the_piece_under_way_alone() -> None:
    aside, done, begun, hold = Aside("graph"), list[str](), threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        hold.wait()
        done.append("first")

    aside.begin(first)
    aside.begin(lambda: done.append("second"))
    begun.wait()
    closer = threading.Thread(target=aside.close)
    closer.start()
    while not aside._thread._shutdown:
        closer.join(0.01)
    hold.set()
    closer.join()
    assert done == ["first"]
