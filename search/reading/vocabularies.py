"""The vocabularies of a generation, for whoever reads questions or texts: each is opened once, when it is first used."""

import threading
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from concepts.reader import Reader
from concepts.vocabulary import Vocabulary, open_vocabulary
from search.errors import GenerationUnreadable
from search.questions.question import MOST_SENSES
from search.reading.documents import TERMINOLOGY, terminologies_in, vocabularies_in


class Vocabularies:
    """Those in the folder of a generation, by name: each dataset's own names, then terminologies (`+NAME`).

    Safe for any number of threads.
    """

    def __init__(self, generation: Path) -> None:
        """`generation` is the folder of a generation."""
        self._generation = generation
        self._opened: dict[str, Vocabulary] = {}
        self._lock = threading.Lock()

    @cached_property
    def _folders(self) -> dict[str, Path]:
        try:
            terminologies = {f"{TERMINOLOGY}{name}": folder for name, folder in terminologies_in(self._generation).items()}
            return vocabularies_in(self._generation) | terminologies
        except OSError as error:
            raise _unreadable(error) from error

    def names(self) -> tuple[str, ...]:
        """All of them, in the order in which they are asked. Raises GenerationUnreadable."""
        return tuple(self._folders)

    def datasets(self) -> list[str]:
        """The datasets that have names of their own. Raises GenerationUnreadable."""
        return [name for name in self._folders if not name.startswith(TERMINOLOGY)]

    def of(self, names: Iterable[str]) -> list[Vocabulary]:
        """Some of them. Raises GenerationUnreadable where one is damaged."""
        return [self._vocabulary(name) for name in names]

    @cached_property
    def asking(self) -> Reader:
        """Reads questions with all of them: a name stands for all that bears it. Raises GenerationUnreadable."""
        return Reader(self.of(self.names()), MOST_SENSES, asking=True)

    def _vocabulary(self, name: str) -> Vocabulary:
        with self._lock:
            if name not in self._opened:
                try:
                    self._opened[name] = open_vocabulary(self._folders[name])
                except (OSError, ValueError) as error:
                    raise _unreadable(error) from error
            return self._opened[name]


def _unreadable(error: Exception) -> GenerationUnreadable:
    """Says which file it is: `error` does."""
    what = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
    return GenerationUnreadable(
        f"a vocabulary cannot be read: {what}; `commissure verify --repair` makes it anew, and so does the next ingest"
    )
