"""What a builder tells of its work is shown step by step, and no step is shown as more done than there was to do."""

from ingest.publish import Steps


class Shown:
    """Notes each step with its total and how much of it was done."""

    def __init__(self) -> None:
        self.steps: list[list[object]] = []

    def step(self, name: str, total: int | None = None) -> None:
        self.steps.append([name, total, 0])

    def advance(self, count: int = 1) -> None:
        done = self.steps[-1][2]
        assert isinstance(done, int)
        self.steps[-1][2] = done + count


def test_each_step_counts_for_itself() -> None:
    shown = Shown()
    steps = Steps(shown)
    for step, done, total in (("listen", 3, 5), ("listen", 5, 5), ("read", 0, 9), ("read", 9, 9), ("read", 2, 4), ("read", 4, 4)):
        steps(step, done, total)
    assert shown.steps == [["reading passages", 5, 5], ["reading texts", 9, 9], ["reading texts", 4, 4]]


def test_work_of_one_size_that_begins_again_is_another_step() -> None:
    shown = Shown()
    steps = Steps(shown)
    for done in (2, 4, 1, 4):
        steps("read", done, 4)
    assert shown.steps == [["reading texts", 4, 4], ["reading texts", 4, 4]]
