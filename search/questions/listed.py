"""The lists of synonyms and stop words of datasets: `wordlists/DATASET/synonyms.txt` and `stopwords.txt` in the data folder.

They are of no generation: a list that is put there holds for the next question, and nothing is read or embedded again.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from search.errors import WordListUnreadable
from search.questions.wordlists import MOST_LINES, NO_LISTS, BadLine, WordLists, stops_in, synonyms_in, together

_log = logging.getLogger(__name__)

FOLDER: Final = "wordlists"
"""Its name in a data folder."""
_TOLD: Final = 10
"""Bad lines that are told one by one."""


Datasets = Callable[[], Collection[str]]
ListsOf = Callable[[Datasets], WordLists]
"""The word lists of datasets; which these are is asked only where there are any."""


def no_lists(_: Datasets) -> WordLists:
    """None."""
    return NO_LISTS


class ListKind(StrEnum):
    """What a list is of."""

    SYNONYMS = "synonyms"
    STOPWORDS = "stopwords"


@dataclass(frozen=True, slots=True)
class HeldList:
    """A list that a dataset has: `terms` are the words it knows."""

    dataset: str
    kind: ListKind
    terms: int
    path: Path


def read_list(path: Path, kind: ListKind) -> WordLists:
    """A list from a file. Raises WordListUnreadable, which names each bad line."""
    lists, bad = _parsed(path, kind)
    if bad:
        told = "\n".join(f"{path}, line {each.line}: {each.why}" for each in bad[:_TOLD])
        more = f"\nand {len(bad) - _TOLD:,} lines more" if len(bad) > _TOLD else ""
        raise WordListUnreadable(f"{told}{more}")
    if not lists:
        raise WordListUnreadable(f"{path}: holds no {kind}")
    return lists


class DatasetLists:
    """The lists in a data folder, read again when a file changed. Safe for any number of threads."""

    def __init__(self, data: Path) -> None:
        """`data` is a data folder; it need not have any."""
        self._folder = data / FOLDER
        self._held: dict[Path, tuple[tuple[int, int], WordLists]] = {}
        self._lock = threading.Lock()

    def of(self, datasets: Datasets) -> WordLists:
        """The lists of some datasets as one (see ListsOf)."""
        try:
            there = {folder.name for folder in self._folder.iterdir()}
        except OSError:
            return NO_LISTS
        wanted = sorted(there.intersection(datasets())) if there else []
        lists = [found for dataset in wanted for kind in ListKind if (found := self._read(self._path(dataset, kind), kind))]
        return together(lists) if lists else NO_LISTS

    def held(self) -> Iterator[HeldList]:
        """What lists there are, by dataset."""
        for folder in sorted(self._folder.glob("*/")):
            for kind in ListKind:
                path = self._path(folder.name, kind)
                if path.is_file():
                    lists, _ = _parsed(path, kind)
                    yield HeldList(folder.name, kind, len(lists.synonyms or lists.stops), path)

    def put(self, dataset: str, kind: ListKind, source: Path) -> HeldList:
        """Take over a list, in place of the dataset's former one. Raises WordListUnreadable; nothing changes then."""
        lists, path = read_list(source, kind), self._path(dataset, kind)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.tmp")
            shutil.copyfile(source, draft)
            draft.replace(path)
        except OSError as error:
            raise WordListUnreadable(f"{path}: the list cannot be kept here: {error.strerror}") from error
        return HeldList(dataset, kind, len(lists.synonyms or lists.stops), path)

    def text(self, dataset: str, kind: ListKind) -> str:
        """A list as it was taken over. Raises WordListUnreadable where there is none."""
        return "".join(f"{line}\n" for line in _lines(self._path(dataset, kind)))

    def drop(self, dataset: str, kind: ListKind) -> None:
        """Remove a list. Raises WordListUnreadable where there is none."""
        if not self.has(dataset, kind):
            raise WordListUnreadable(f"{dataset} has no {kind}")
        self._path(dataset, kind).unlink()

    def forget(self, dataset: str) -> None:
        """Remove what lists a dataset has."""
        shutil.rmtree(self._folder / dataset, ignore_errors=True)

    def has(self, dataset: str, kind: ListKind) -> bool:
        """Whether there is a list, whether or not there is such a dataset."""
        return self._path(dataset, kind).is_file()

    def _path(self, dataset: str, kind: ListKind) -> Path:
        return self._folder / dataset / f"{kind}.txt"

    def _read(self, path: Path, kind: ListKind) -> WordLists:
        """A list as far as it can be read; what of it cannot is told in the log, with file and line."""
        try:
            status = path.stat()
        except OSError:
            return NO_LISTS
        mark = status.st_mtime_ns, status.st_size
        with self._lock:
            held = self._held.get(path)
            if held is None or held[0] != mark:
                try:
                    lists, bad = _parsed(path, kind)
                except WordListUnreadable as error:
                    _log.warning("%s", error)
                    lists, bad = NO_LISTS, []
                for each in bad:
                    _log.warning("%s, line %d cannot be used: `commissure %s set` says why", path, each.line, kind)
                held = self._held[path] = mark, lists
            return held[1]


def _parsed(path: Path, kind: ListKind) -> tuple[WordLists, list[BadLine]]:
    lines = _lines(path)
    if kind is ListKind.SYNONYMS:
        synonyms, bad = synonyms_in(lines)
        return WordLists(synonyms), bad
    stops, bad = stops_in(lines)
    return WordLists(stops=stops), bad


def _lines(path: Path) -> Sequence[str]:
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else f"it cannot be read ({error.strerror})"
        raise WordListUnreadable(f"{path}: {reason}") from error
    if len(lines) > MOST_LINES:
        told = f"{path}: has {len(lines):,} lines, at most {MOST_LINES:,} are read"
        raise WordListUnreadable(f"{told}; a whole terminology is added by `commissure terminology add`")
    read = []
    for number, line in enumerate(lines, 1):
        try:
            read.append(line.decode("utf-8").rstrip("\r"))
        except UnicodeDecodeError as error:
            raise WordListUnreadable(f"{path}, line {number}: not UTF-8 (byte {error.start + 1})") from error
    return read if read and read[-1] else read[:-1]
