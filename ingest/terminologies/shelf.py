"""The terminologies of a data folder: compiled ones, each in `terminologies/NAME/EDITION/`, of which the highest edition counts.

An edition is compiled in a folder of its own and comes to its place, whole, by one renaming; what is cut off before is swept by the next
who writes. Adding again makes the next edition. Only who holds the data folder's lock writes here.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from concepts.compiled import About, open_terminology, read_about, write_about
from graph.scratch import Scratch, sweep
from ingest.errors import TerminologyMissing, TerminologyRefused, TerminologyUnreadable
from ingest.history import now
from ingest.staging import sync, sync_folder
from ingest.terminologies.extras import EXTRAS
from ingest.terminologies.formats import TerminologyFormat, format_named, format_of
from ingest.terminologies.rejects import Reject, Rejects

_ADDING: Final = ".adding-"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_EDITION: Final = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be added: where it is, how it is read, under which name."""

    path: Path
    format: TerminologyFormat
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a terminology gave: what was compiled, and the rows that could not be taken (the first thousand)."""

    about: About
    rejects: tuple[Reject, ...]


def source_of(named: str, format_name: str = "", name: str = "") -> Source:
    """What a path, or the name of an extra, stands for. Raises TerminologyMissing or TerminologyRefused."""
    extra = EXTRAS.get(named) if not Path(named).exists() else None
    path = extra.path() if extra else Path(named).expanduser().absolute()
    if not extra and not path.exists():
        raise TerminologyMissing(f"{named}: there is no such file or folder, nor an extra of that name ({', '.join(EXTRAS)})")
    asked = format_name or (extra.name if extra else "")
    form = format_named(asked) if asked else format_of(path)
    name = name or (extra.name if extra else _name_of(path))
    if not _NAME.fullmatch(name):
        raise TerminologyRefused(
            f"{name!r} is not a name for a terminology: use --name with 1 to 63 lower-case letters, digits, '.', '_' or '-'"
        )
    return Source(path, form, name, extra.version() if extra else form.version(path))


class Shelf:
    """The terminologies of a data folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` is `terminologies` of the data folder; it need not be there."""
        self._folder = folder

    def editions(self) -> dict[str, Path]:
        """Name → the folder of its edition that counts, by name."""
        return {name: editions[-1] for name in self._names() if (editions := self._editions(name))}

    def held(self) -> tuple[About, ...]:
        """What there is, by name. Raises TerminologyUnreadable where one is damaged."""
        return tuple(map(_about, self.editions().values()))

    def digest(self) -> str:
        """Of everything there is, in one word: what texts are read with besides the names of their own records ('' without any)."""
        return " ".join(f"{about.name}:{about.digest}" for about in self.held())

    def add(self, source: Source, tell: Callable[[int], None] = lambda _: None) -> Added:
        """Compile the source as the next edition of its name; `tell` hears of every few thousand statements.

        Raises TerminologyUnreadable where nothing of it can be taken.
        """
        from ingest.terminologies.compiling import compile_terminology  # scipy, which nothing else here needs

        self.sweep()
        self._folder.mkdir(parents=True, exist_ok=True)
        before = self._editions(source.name)
        edition = int(before[-1].name) + 1 if before else 1
        rejects = Rejects()
        begun = About(
            source.name, source.format.name, source.version, edition, now(), source.format.licence, (), 0, 0, 0, 0, 0, 0, 0, 0, 0, ""
        )
        with Scratch(self._folder, _ADDING) as scratch:
            whole = _begun(scratch)
            about = compile_terminology(source.format.read(source.path, rejects), whole, begun, tell)
            if not about.concepts:
                first = f"; the first: {rejects.told[0].file}, line {rejects.told[0].line}: {rejects.told[0].why}" if rejects.count else ""
                raise TerminologyUnreadable(
                    f"{source.path}: holds no concept that can be taken as {source.format.name} ({rejects.count:,} rows rejected{first})"
                )
            about = replace(about, rejected=rejects.count)
            write_about(about, whole)
            self._put(whole, about)
        return Added(about, tuple(rejects.told))

    def renew(self) -> tuple[About, ...]:
        """Compile anew what an earlier version compiled, from the names that it kept; what was. One that is damaged stays as it is."""
        renewed = []
        for folder in self.editions().values():
            with suppress(OSError, ValueError, TypeError, KeyError, EOFError):
                if not read_about(folder).outdated:
                    continue
                from ingest.terminologies.compiling import compile_anew

                with Scratch(self._folder, _ADDING) as scratch:
                    whole = _begun(scratch)
                    about = compile_anew(open_terminology(folder), whole, int(folder.name) + 1)
                    self._put(whole, about)
                renewed.append(about)
        return tuple(renewed)

    def _put(self, whole: Path, about: About) -> None:
        """Have a compiled edition at its place, in place of those before."""
        sync_folder(whole)
        place = self._folder / about.name / f"{about.edition:06d}"
        place.parent.mkdir(exist_ok=True)
        whole.rename(place)
        sync(place.parent)
        sync(self._folder)
        self._tidy(about.name)

    def drop(self, name: str) -> About:
        """Take a terminology away; what it was. Raises TerminologyMissing."""
        editions = self._editions(name) if _NAME.fullmatch(name) else []
        if not editions:
            held = ", ".join(self.editions()) or "none"
            raise TerminologyMissing(f"there is no terminology {name!r}; there is {held}")
        try:
            about = _about(editions[-1])
        except TerminologyUnreadable:
            about = About(name, "", "", int(editions[-1].name), "", "", (), 0, 0, 0, 0, 0, 0, 0, 0, 0, "")
        with Scratch(self._folder, _ADDING) as scratch:
            (self._folder / name).rename(scratch / name)
            sync(self._folder)
        return about

    def sweep(self) -> None:
        """Remove what a killed writer left, and editions that a later one replaced."""
        if self._folder.is_dir():
            sweep(self._folder, _ADDING)
            for name in self._names():
                self._tidy(name)

    def _tidy(self, name: str) -> None:
        for older in self._editions(name)[:-1]:
            shutil.rmtree(older, ignore_errors=True)

    def _names(self) -> Iterator[str]:
        with suppress(FileNotFoundError):
            yield from sorted(folder.name for folder in self._folder.iterdir() if _NAME.fullmatch(folder.name) and folder.is_dir())

    def _editions(self, name: str) -> list[Path]:
        with suppress(FileNotFoundError):
            return sorted(folder for folder in (self._folder / name).iterdir() if _EDITION.fullmatch(folder.name))
        return []


def _begun(scratch: Path) -> Path:
    whole = scratch / "edition"
    whole.mkdir()
    return whole


def _about(folder: Path) -> About:
    try:
        return read_about(folder)
    except (OSError, ValueError, TypeError, KeyError) as error:
        name = folder.parent.name
        raise TerminologyUnreadable(
            f"{folder}: the terminology {name!r} is damaged ({error}); add it again, or `commissure terminology drop {name}`"
        ) from error


def _name_of(path: Path) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower() if path.is_file() else path.name.lower()).strip("-._")[:63]
